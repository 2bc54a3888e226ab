"""One HTTP/1.1 connection: bytes on one side, h11's events on the other.

It holds no more than a limited number of bytes, whatever a server sends: what is not asked for is
not taken from the socket.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Sequence
from typing import cast

import h11

from safelinks.health.model.outcome import Certificate
from safelinks.health.network.lenient_heads import repaired
from safelinks.patterns import pattern_of

__all__ = ["HTTP_1_1", "ClosedError", "Connection", "Http2OnlyError", "OnlyInterimError"]

_MOST_UNREAD = 131_072  # bytes, of a head and of a body
_MOST_INTERIM = 20  # answers before the real one: there are two at most in practice
_LONGEST_START = 64  # bytes of a head that tell whether it is one
HTTP_1_1 = "http/1.1"  # the name of what is spoken here (RFC 7301, 6)
# How a server begins that speaks HTTP/2: a frame for the whole connection, with settings or an end
# (RFC 9113, 3.4 and 4.1).
_HTTP_2 = pattern_of(rb"\0[\0-\x40][\0-\xff][\x04\x07][\0\x01]\0{4}", re.DOTALL)
_LENGTH_OF_FRAME_HEAD = 9
_DRAINED = 16_384  # bytes of a body that are read to keep a connection


class ClosedError(ConnectionResetError):
    """The server closed the connection instead of answering."""


class Http2OnlyError(h11.RemoteProtocolError):
    """The server speaks HTTP/2 and nothing else."""

    def __init__(self) -> None:
        super().__init__("it only speaks HTTP/2")


class OnlyInterimError(TimeoutError):
    """The server sent interim answers (1xx) and never the real one."""


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
        self._first = bytearray()  # of all that came
        self.on_spoilt: Callable[[Connection], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._machine = _machine()
        self._begin: bytearray | None = None  # of an answer whose head is waited for
        self._unread = 0
        self._paused = False
        self._ended = False
        self._reusable = True
        self._error: Exception | None = None
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
        self._machine.receive_data(data)
        if self._begin is not None:
            self._begin += data
        self._unread += len(data)
        if self._unread > _MOST_UNREAD and not self._paused and self._transport is not None:
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
            if self._machine.their_state is not h11.ERROR:
                self._machine.receive_data(b"")
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

    # What the wire calls.

    @property
    def secured(self) -> ssl.SSLObject:
        """The TLS side of it."""
        assert self._transport is not None  # noqa: S101
        secured: ssl.SSLObject = self._transport.get_extra_info("ssl_object")
        return secured

    async def head(
        self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]
    ) -> h11.Response:
        """Send a request without a body, and wait for the head of its answer.

        Raises h11.ProtocolError, Http2OnlyError, ClosedError, OnlyInterimError, OSError.
        """
        request = h11.Request(method=method, target=target, headers=list(headers))
        data = self._machine.send(request)
        self._machine.send(h11.EndOfMessage())
        assert self._transport is not None  # noqa: S101
        self._transport.write(data or b"")
        # Some servers send a body after a HEAD: it would pass for the next answer.
        self._reusable = method != b"HEAD"
        self._begin = bytearray()
        try:
            return await self._head()
        except h11.RemoteProtocolError:
            if _HTTP_2.match(self._first):
                raise Http2OnlyError from None
            raw = repaired(bytes(self._begin or b""))
            if raw is None:
                raise
            self._begin_anew(request, raw)
            return await self._head()
        finally:
            self._begin = None

    async def _head(self) -> h11.Response:
        for _ in range(_MOST_INTERIM):
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.ConnectionClosed):
                raise ClosedError("the connection was closed without an answer")
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise h11.RemoteProtocolError("not an answer to the request")
            self._begin = bytearray(self._machine.trailing_data[0])
        raise OnlyInterimError("only interim answers")

    def _begin_anew(self, request: h11.Request, raw: bytes) -> None:
        """Read the answer again, from repaired bytes."""
        self._reusable = False
        self._machine = _machine()
        self._machine.send(request)
        self._machine.send(h11.EndOfMessage())
        self._machine.receive_data(raw)
        if self._ended:
            self._machine.receive_data(b"")

    async def chunk(self) -> bytes | None:
        """Some more of the body, None behind its end. Raises what `head` raises."""
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _event(self) -> object:
        """The next event, as soon as there are bytes enough for it."""
        while True:
            try:
                event = self._machine.next_event()
            except h11.RemoteProtocolError:
                if self._is_cut():
                    raise self._error or ClosedError(
                        "the connection was closed too early"
                    ) from None
                raise
            if event is h11.PAUSED:
                raise h11.RemoteProtocolError("unexpected data after the answer")
            if event is not h11.NEED_DATA:
                return event
            if self._machine.their_state is h11.SEND_RESPONSE:
                self._look_ahead()
            await self._more()

    def _look_ahead(self) -> None:
        """Do not wait for the end of a head that does not begin like one (RFC 9112, 4)."""
        begin = self._machine.trailing_data[0][:_LONGEST_START].lstrip(b"\r\n")
        if not begin.startswith(b"HTTP/") and not b"HTTP/".startswith(begin):
            raise h11.RemoteProtocolError("illegal status line")

    def _is_cut(self) -> bool:
        """Whether the end came too early, and what had come until then was HTTP."""
        rest, ended = self._machine.trailing_data
        return ended and rest[:5] in (b"", b"HTTP/")

    async def _more(self) -> None:
        """Wait until something comes."""
        self._unread = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def recycled(self) -> bool:
        """Whether it is ready for another request; if not, it is closed.

        What is there of the body already is passed over; nothing is waited for.
        """
        machine = self._machine
        try:
            passed = 0
            while machine.their_state is h11.SEND_BODY and passed <= _DRAINED:
                event = machine.next_event()
                if not isinstance(event, h11.Data):
                    break
                passed += len(event.data)
            ready = machine.their_state is h11.DONE and self._reusable and not self._ended
            ready = ready and not machine.trailing_data[0]
            if ready:
                machine.start_next_cycle()
                self._unread = 0
        except h11.ProtocolError:
            ready = False
        if not ready:
            self.close()
        return ready

    def close(self) -> None:
        """End it, without the courtesies of TLS, which would must be waited for."""
        self.on_spoilt = None
        if self._transport is not None:
            self._transport.abort()


def _machine() -> h11.Connection:
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_UNREAD)
