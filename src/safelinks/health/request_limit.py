"""How many requests are under way at once, where the user has not said it.

Hosts are protected by the schedule. What is protected here is this machine, its name servers and
its network: it begins with few, each answer lets one more begin, and fewer begin while the machine
does not keep up. All times are in seconds, of any clock that only goes forward.
"""

from __future__ import annotations

__all__ = ["BEAT", "RequestLimit"]

_FIRST = 64
_MOST = 512  # more do not make it faster: by then, the processor has no pause
_SHARE_OF_FILES = 3  # one part in so many of what may be open: connections that wait are, too
BEAT = 0.1  # how often it is looked whether the machine keeps up
_LATE = 0.1  # a beat that comes so much later says that it does not


class RequestLimit:
    """The number of requests that may be under way: `fixed`, or what has proved to be good.

    It is the part of one of `processes`, each of which may have so many `open_files`.
    """

    def __init__(self, fixed: int | None, open_files: int, processes: int = 1) -> None:
        self.adapts = fixed is None
        part = (fixed or _MOST) // processes
        self._most = max(1, part if fixed else min(part, open_files // _SHARE_OF_FILES))
        self._first = self._most if fixed else min(_FIRST // processes, self._most)
        self.now = self._first
        self._keeps_up = True

    def answered(self) -> None:
        """A server has answered: one more may be asked."""
        if self._keeps_up and self.now < self._most:
            self.now += 1

    def beat(self, late: float) -> None:
        """A moment has come `late`, for other work had to be done first."""
        if not self.adapts:
            return
        self._keeps_up = late < _LATE
        if not self._keeps_up:
            self.now = max(self._first, self.now - self.now // 4)
