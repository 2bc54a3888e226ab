"""What two processes that ask say to each other, over a pair of sockets: values, in order."""

from __future__ import annotations

import asyncio
import pickle
import socket
import struct
from collections.abc import Callable
from typing import TypeAlias, cast

from safelinks.foundation.values import frozen
from safelinks.health.known_hosts import Lesson
from safelinks.health.model.exchange import Answer, Failure, Request
from safelinks.health.model.outcome import Outcome
from safelinks.health.scheduled_probes import TimedOutcome

__all__ = [
    "Errand", "ErrandDone", "ErrandJudged", "Farewell", "Hold", "Judged", "Message", "ProcessLine",
    "Stop", "UnusableSettings",
]  # fmt: skip

_LENGTH = struct.Struct("!Q")
_GATHERED = 0.02  # seconds that outcomes wait for others: to tell them one by one takes longer
_MOST_GATHERED = 200


@frozen
class Judged:
    """Outcomes, and whether anything on the public internet was reached."""

    outcomes: tuple[TimedOutcome, ...]
    reached: bool


@frozen
class Errand:
    """Send `request` to `host`, which is yours, in its turn, and not before `moment`."""

    number: int
    host: str
    request: Request
    moment: float | None


@frozen
class ErrandDone:
    """What came of an errand; not `asked` is what a host has shown to be true of all its links."""

    number: int
    result: Answer | Failure
    asked: bool


@frozen
class ErrandJudged:
    """What came of an errand is judged, and all is said that follows for its host."""

    number: int


@frozen
class Hold:
    """Leave `host`, whosever it is, alone until `moment`."""

    host: str
    moment: float


@frozen
class Stop:
    """Ask nothing more, say what you know, and end."""


@frozen
class Farewell:
    """The last that is said: what was begun and has not come to a verdict."""

    unfinished: tuple[Outcome, ...]


@frozen
class UnusableSettings:
    """Settings cannot be used, as `sentence` says."""

    sentence: str


Message: TypeAlias = (
    Judged | Errand | ErrandDone | ErrandJudged | Hold | Lesson | Stop | Farewell | UnusableSettings
)


class ProcessLine(asyncio.Protocol):
    """One end of the line: tells `hear` each message.

    `lost` is told that no more can come, `has_room` that the line was full and is not any more.
    Times are those of the system's monotonic clock, which is the same for all processes.
    """

    def __init__(
        self,
        hear: Callable[[Message], object],
        lost: Callable[[], object],
        has_room: Callable[[], object],
    ) -> None:
        self._hear = hear
        self._lost = lost
        self._has_room = has_room
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._unsaid: list[Message] = []
        self._judged: list[TimedOutcome] = []
        self._reached = False
        self._timer: asyncio.Handle | None = None
        self._read = bytearray()
        self._is_full = False
        self._end = asyncio.Event()

    @classmethod
    async def over(
        cls,
        end: socket.socket,
        hear: Callable[[Message], object],
        lost: Callable[[], object],
        has_room: Callable[[], object],
    ) -> ProcessLine:
        """The line over a connected socket, which it closes."""
        end.setblocking(False)  # noqa: FBT003
        loop = asyncio.get_running_loop()
        _, line = await loop.create_unix_connection(lambda: cls(hear, lost, has_room), sock=end)
        return line

    @property
    def is_full(self) -> bool:
        """Whether more is said than the other side has heard."""
        return self._is_full

    def say(self, message: Message) -> None:
        """Tell it in this turn of the loop, behind all that was said before."""
        self._gather()
        if not self._unsaid or self._timer is not None:
            self._cancel_timer()
            self._loop.call_soon(self._flush)
        self._unsaid.append(message)

    def say_judged(self, judged: TimedOutcome, *, reached: bool) -> None:
        """Tell an outcome soon, with others."""
        self._judged.append(judged)
        self._reached = reached
        if len(self._judged) >= _MOST_GATHERED:
            self._flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(_GATHERED, self._flush)

    def _gather(self) -> None:
        if self._judged:
            self._unsaid.append(Judged(tuple(self._judged), self._reached))
            self._judged.clear()

    def _flush(self) -> None:
        self._gather()
        self._cancel_timer()
        if self._unsaid and self._transport is not None:
            data = pickle.dumps(self._unsaid, pickle.HIGHEST_PROTOCOL)
            self._unsaid.clear()
            self._transport.write(_LENGTH.pack(len(data)) + data)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def listen(self, *, on: bool) -> None:
        """Go on listening, or let the other side wait."""
        if self._transport is not None and not self._transport.is_closing():
            if on:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    async def finish(self) -> None:
        """Wait until the other side has heard all, or is gone."""
        self._flush()
        if self._transport is not None:
            self._transport.close()
            await self._end.wait()

    def close(self) -> None:
        """Say and hear nothing more."""
        transport, self._transport = self._transport, None
        self._cancel_timer()
        if transport is not None:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        # That of another loop, as uvloop's, is one without saying so.
        self._transport = cast("asyncio.Transport", transport)

    def pause_writing(self) -> None:
        """Called by the loop."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Called by the loop."""
        self._is_full = False
        self._has_room()

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._read += data
        while len(self._read) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._read)
            end = _LENGTH.size + length
            if len(self._read) < end:
                return
            # It comes from a process that this one has forked, or that has forked it.
            messages = pickle.loads(bytes(self._read[_LENGTH.size : end]))  # noqa: S301
            del self._read[:end]
            for message in messages:
                self._hear(message)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        """Called by the loop."""
        self._transport = None
        self._end.set()
        self._lost()
