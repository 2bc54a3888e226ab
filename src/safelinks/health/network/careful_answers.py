"""Answers that are read with care: by h11, and once more with a head that was repaired.

Few answers need it, so it is loaded when the first of them comes.
"""

from __future__ import annotations

import re

import h11

from safelinks.foundation.patterns import pattern_of
from safelinks.health.network.answers import (
    MOST_UNREAD,
    AnswerHead,
    ClosedError,
    Headers,
    Http2OnlyError,
    OnlyInterimError,
    ProtocolError,
)
from safelinks.health.network.lenient_heads import repaired

__all__ = ["CarefulAnswer"]

_MOST_INTERIM = 20  # answers before the real one: there are two at most in practice
_LONGEST_START = 64  # bytes of a head that tell whether it is one
# How a server begins that speaks HTTP/2: a frame for the whole connection, with settings or an end
# (RFC 9113, 3.4 and 4.1).
_HTTP_2 = pattern_of(rb"\0[\0-\x40][\0-\xff][\x04\x07][\0\x01]\0{4}", re.DOTALL)
_DRAINED = 16_384  # bytes of a body that are read to keep a connection


class CarefulAnswer:
    """The answer to a request, which `head` and then `take` are asked for as more comes.

    `first` is what the connection began with, `error` why it has ended, if that is known.
    """

    def __init__(self, method: bytes, target: bytes, headers: Headers, first: bytes) -> None:
        self.error: Exception | None = None
        self.complete = False
        self.passed_over = 0  # bytes of the body that were taken before
        self._request = h11.Request(method=method, target=target, headers=list(headers))
        self._first = first
        # Some servers send a body after a HEAD: it would pass for the next answer.
        self._keeps = method != b"HEAD"
        self._begin = bytearray()  # of an answer whose head is waited for
        self._interim = 0
        self._is_repaired = False
        self._ended = False
        self._machine = self._fresh()

    def _fresh(self) -> h11.Connection:
        machine = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_UNREAD)
        machine.send(self._request)
        machine.send(h11.EndOfMessage())
        return machine

    def feed(self, data: bytes) -> None:
        """More of what the server sends."""
        self._machine.receive_data(data)
        self._begin += data

    def end(self) -> None:
        """The server sends no more."""
        if not self._ended:
            self._ended = True
            if self._machine.their_state is not h11.ERROR:
                self._machine.receive_data(b"")

    def head(self) -> AnswerHead | None:
        """The head, None while more of it has to come.

        Raises ProtocolError, Http2OnlyError, ClosedError, OnlyInterimError.
        """
        try:
            return self._head()
        except h11.RemoteProtocolError as error:
            if _HTTP_2.match(self._first):
                raise Http2OnlyError from None
            raw = None if self._is_repaired else repaired(bytes(self._begin))
            if raw is None:
                raise ProtocolError(str(error)) from None
        self._is_repaired, self._keeps, self._interim = True, False, 0
        self._machine = self._fresh()
        self._machine.receive_data(raw)
        if self._ended:
            self._machine.receive_data(b"")
        return self.head()

    def _head(self) -> AnswerHead | None:
        while self._interim < _MOST_INTERIM:
            event = self._event()
            if event is h11.NEED_DATA:
                return None
            if isinstance(event, h11.Response):
                self._begin.clear()
                return AnswerHead(event.status_code, list(event.headers))
            if isinstance(event, h11.ConnectionClosed):
                raise ClosedError("the connection was closed without an answer")
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise h11.RemoteProtocolError("not an answer to the request")
            self._interim += 1
            self._begin = bytearray(self._machine.trailing_data[0])
        raise OnlyInterimError("only interim answers")

    def take(self) -> bytes:
        """What has come of the body since the last time. Raises ProtocolError, ClosedError."""
        self._begin.clear()
        if self.complete:
            return b""
        event = self._taken_event()
        while isinstance(event, h11.Data):
            data = bytes(event.data[self.passed_over :])
            self.passed_over -= min(self.passed_over, len(event.data))
            if data:
                return data
            event = self._taken_event()
        self.complete = event is not h11.NEED_DATA
        return b""

    def _taken_event(self) -> object:
        try:
            return self._event()
        except h11.RemoteProtocolError as error:
            raise ProtocolError(str(error)) from None

    def _event(self) -> object:
        """The next event, NEED_DATA while there are not bytes enough for it."""
        try:
            event = self._machine.next_event()
        except h11.RemoteProtocolError:
            if self._is_cut():
                raise self.error or ClosedError("the connection was closed too early") from None
            raise
        if event is h11.PAUSED:
            raise h11.RemoteProtocolError("unexpected data after the answer")
        if event is h11.NEED_DATA and self._machine.their_state is h11.SEND_RESPONSE:
            self._look_ahead()
        return event

    def _look_ahead(self) -> None:
        """Do not wait for the end of a head that does not begin like one (RFC 9112, 4)."""
        begin = self._machine.trailing_data[0][:_LONGEST_START].lstrip(b"\r\n")
        if not begin.startswith(b"HTTP/") and not b"HTTP/".startswith(begin):
            raise h11.RemoteProtocolError("illegal status line")

    def _is_cut(self) -> bool:
        """Whether the end came too early, and what had come until then was HTTP."""
        rest, ended = self._machine.trailing_data
        return ended and rest[:5] in (b"", b"HTTP/")

    @property
    def reusable(self) -> bool:
        """Whether the connection may be used again; what is there of the body is passed over."""
        machine = self._machine
        try:
            passed = 0
            while machine.their_state is h11.SEND_BODY and passed <= _DRAINED:
                event = machine.next_event()
                if not isinstance(event, h11.Data):
                    break
                passed += len(event.data)
            is_done = machine.their_state is h11.DONE and not machine.trailing_data[0]
            if is_done and self._keeps and not self._ended:
                machine.start_next_cycle()
                return True
        except h11.ProtocolError:
            pass
        return False
