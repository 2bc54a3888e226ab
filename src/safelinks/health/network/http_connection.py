"""One HTTP/1.1 connection: what a socket gives on one side, answers on the other.

It holds no more than a limited number of bytes, whatever a server sends: what is not asked for is
not taken from the socket.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from safelinks.health.model.outcome import Certificate
from safelinks.health.network.answers import (
    MOST_UNREAD,
    AnswerHead,
    Answering,
    ClosedError,
    Headers,
    request_bytes,
)
from safelinks.health.network.quick_answers import QuickAnswer, quick_answer

if TYPE_CHECKING:
    from safelinks.health.network.careful_answers import CarefulAnswer

__all__ = ["HTTP_1_1", "Connection", "StepTimeoutError"]

HTTP_1_1 = "http/1.1"  # the name of what is spoken here (RFC 7301, 6)
_BEGINS = b"HTTP/"
_END_OF_HEAD = b"\r\n\r\n"
_ENDS_OF_HEAD = (b"\n\r\n", b"\n\n")  # RFC 9112, 2.2: a line may end with LF alone
_LENGTH_OF_FRAME_HEAD = 9  # of HTTP/2


class StepTimeoutError(TimeoutError):
    """One step of a request took too long; the message says which."""


class Connection(asyncio.Protocol):
    """A protocol for `create_connection`. One request at a time.

    `peer` is the address connected to, `certificate` that of the server, `agreed` the protocol that
    it has chosen; whoever makes the connection sets them. `on_spoilt` hears when it ends, or
    something is sent unasked for, while it is idle.
    """

    def __init__(self) -> None:
        self.peer = ""
        self.certificate: Certificate | None = None
        self.agreed: str | None = None
        self.on_spoilt: Callable[[Connection], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._first = b""  # of all that came
        self._buffer = bytearray()  # what came of a head that is not there yet
        self._request: tuple[bytes, bytes, Headers] = b"", b"", ()
        self._searched = 0  # bytes of it in which no end of a head is
        self._answer: Answering | None = None
        self._unread = 0
        self._paused = False
        self._ended = False
        self._error: Exception | None = None
        self._late = ""
        self._deadline: tuple[float, str] | None = None  # of what is waited for, and what is late
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin. Other event loops have classes of their own, which do the same."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; too many at once are left in the socket."""
        if self.on_spoilt is not None:
            self._spoil()
            return
        if len(self._first) < _LENGTH_OF_FRAME_HEAD:
            self._first += data[:_LENGTH_OF_FRAME_HEAD]
        if self._answer is not None:
            self._answer.feed(data)
        else:
            self._buffer += data
        self._unread += len(data)
        if self._unread > MOST_UNREAD and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """The server has nothing more to say."""
        self._end(None)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._end(error)

    def _end(self, error: Exception | None) -> None:
        self._error = self._error or error
        if not self._ended:
            self._ended = True
            if self._answer is not None:
                self._answer.end()
        if self.on_spoilt is not None:
            self._spoil()
        self._wake()

    def _spoil(self) -> None:
        spoilt, self.on_spoilt = self.on_spoilt, None
        if spoilt is not None:
            spoilt(self)
        self.close()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _limit(self, within: float, too_late: str) -> None:
        """Wait no longer than that.

        A timer outlasts a request that it was made for: nearly all are answered before it is due.
        """
        loop = asyncio.get_running_loop()
        moment = loop.time() + within
        self._deadline = moment, too_late
        if self._timer is not None:
            if self._timer.when() <= moment:
                return
            self._timer.cancel()
        self._timer = loop.call_at(moment, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._deadline is None:
            return
        loop = asyncio.get_running_loop()
        moment, too_late = self._deadline
        if loop.time() < moment:
            self._timer = loop.call_at(moment, self._expire)
            return
        self._late = too_late
        self._wake()

    # What the wire calls.

    @property
    def secured(self) -> ssl.SSLObject:
        """The TLS side of it."""
        assert self._transport is not None  # noqa: S101
        secured: ssl.SSLObject = self._transport.get_extra_info("ssl_object")
        return secured

    async def head(
        self,
        method: bytes,
        target: bytes,
        headers: Headers,
        within: float | None = None,
        too_late: str = "no answer in time",
    ) -> AnswerHead:
        """Send a request without a body, and wait for the head of its answer.

        Raises StepTimeoutError, with the words `too_late`, after `within` seconds; ProtocolError,
        Http2OnlyError, ClosedError, OnlyInterimError and OSError.
        """
        assert self._transport is not None  # noqa: S101
        self._request = method, target, headers
        self._transport.write(request_bytes(method, target, headers))
        if within is not None:
            self._limit(within, too_late)
        try:
            if not (self._buffer or self._ended):  # as nearly always: it was asked just now
                await self._more()
            while not (has_head := self._has_head()) and not self._is_to_be_read():
                await self._more()
            quick = quick_answer(bytes(self._buffer), method) if has_head else None
            if quick is not None and quick.head is not None:
                self._answer = quick
                self._pass_on(quick)
                return quick.head
            return await self._with_care()
        finally:
            self._late, self._deadline = "", None

    def _has_head(self) -> bool:
        return self._buffer.startswith(_BEGINS) and _END_OF_HEAD in self._buffer

    def _is_to_be_read(self) -> bool:
        """Whether a head is there, or something that is none."""
        if self._ended or len(self._buffer) > MOST_UNREAD:
            return True
        if not self._buffer.startswith(_BEGINS):
            return bool(self._buffer) and not _BEGINS.startswith(self._buffer)
        begin = max(0, self._searched - len(_END_OF_HEAD))
        self._searched = len(self._buffer)
        return any(self._buffer.find(end, begin) >= 0 for end in _ENDS_OF_HEAD)

    def _pass_on(self, answer: Answering) -> None:
        self._buffer.clear()
        self._searched = 0
        if self._ended:
            answer.end()

    async def _with_care(self) -> AnswerHead:
        answer = self._careful(self._buffer)
        self._pass_on(answer)
        while True:
            answer.error = self._error
            head = answer.head()
            if head is not None:
                return head
            await self._more()

    def _careful(self, raw: bytearray) -> CarefulAnswer:
        """From now on, read the answer that begins with `raw` with care."""
        from safelinks.health.network.careful_answers import (  # noqa: PLC0415  few answers need it
            CarefulAnswer,
        )

        answer = self._answer = CarefulAnswer(*self._request, self._first)
        answer.feed(bytes(raw))
        return answer

    def _read_again(self, quick: QuickAnswer) -> CarefulAnswer:
        """The rest of an answer whose body was refused."""
        answer = self._careful(quick.raw)
        answer.head()
        answer.error, answer.passed_over = self._error, quick.taken
        if self._ended:
            answer.end()
        return answer

    def at_hand(self) -> bytes | None:
        """What has come of the body, without waiting for more; None behind its end.

        Raises what `head` raises.
        """
        answer = self._answer
        assert answer is not None  # noqa: S101
        if isinstance(answer, QuickAnswer) and answer.doubtful:
            answer = self._read_again(answer)
        data = answer.take()
        if data:
            return data
        if answer.complete:
            return None
        if self._ended:
            raise self._error or ClosedError("the connection was closed too early")
        return b""

    async def chunk(self) -> bytes | None:
        """Some more of the body, None behind its end. Raises what `head` raises."""
        while True:
            data = self.at_hand()
            if data != b"":
                return data
            await self._more()

    async def _more(self) -> None:
        """Wait until something comes."""
        if self._late:
            raise StepTimeoutError(self._late)
        self._unread = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        if self._late:
            raise StepTimeoutError(self._late)

    def recycled(self) -> bool:
        """Whether it is ready for another request; if not, it is closed.

        What is there of the body already is passed over; nothing is waited for. While no more is
        taken from the socket, nobody would see what is sent unasked for.
        """
        answer = self._answer
        is_open = not self._ended and not self._paused
        ready = answer is not None and is_open and answer.reusable
        if ready:
            self._release()
            self._answer = None
            self._unread = 0
        else:
            self.close()
        return ready

    def _release(self) -> None:
        if isinstance(self._answer, QuickAnswer):
            self._answer.release()

    def close(self) -> None:
        """End it, without the courtesies of TLS, which would must be waited for."""
        self.on_spoilt = None
        self._release()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()
