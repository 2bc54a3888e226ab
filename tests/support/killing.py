"""Work for a pool of processes, which import it: so it imports next to nothing."""

from __future__ import annotations

import os
import signal

__all__ = ["KILLS", "RAISES", "end_or_raise", "kill_oneself"]

KILLS, RAISES = 1, 2


def kill_oneself(bucket: int) -> int:
    """Work that is done, but of two buckets: one kills the process, one raises."""
    if bucket == KILLS:
        os.kill(os.getpid(), signal.SIGKILL)
    if bucket == RAISES:
        raise ValueError("of the work")
    return bucket


def end_or_raise(task: tuple[int, str]) -> int:
    """The work of a process: its number; a process ends as often as there are bytes in a file.

    One that is to raise does that, and tells where it was.
    """
    number, path = task
    if number == KILLS and (left := os.path.getsize(path)):  # noqa: PTH202
        os.truncate(path, left - 1)
        os.kill(os.getpid(), signal.SIGKILL)
    if number == RAISES:
        raise ValueError("of the work")
    return number
