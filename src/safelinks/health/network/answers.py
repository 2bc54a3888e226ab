"""An answer of HTTP/1.1 and what can go wrong with one; how a request is written.

No socket, and no parser: `quick_answers` and `careful_answers` read what comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from safelinks.foundation.patterns import pattern_of

__all__ = [
    "MOST_UNREAD",
    "AnswerHead",
    "Answering",
    "ClosedError",
    "Headers",
    "Http2OnlyError",
    "OnlyInterimError",
    "ProtocolError",
    "RequestError",
    "request_bytes",
]

MOST_UNREAD = 131_072  # bytes that are held of an answer: of a head, of a body, and to read again
Headers = Sequence[tuple[bytes, bytes]]

_TARGET = pattern_of(rb"[!-~]+")
_VALUE = pattern_of(rb"[^\x00\s](?:[^\x00\r\n\v\f]*[^\x00\s])?")  # RFC 9110, 5.5


class ProtocolError(Exception):
    """What came is not HTTP, or nothing that answers the request."""


class RequestError(ProtocolError):
    """A request that cannot be written: its target or one of its headers is none."""


class Http2OnlyError(ProtocolError):
    """The server speaks HTTP/2 and nothing else."""

    def __init__(self) -> None:
        super().__init__("it only speaks HTTP/2")


class ClosedError(ConnectionResetError):
    """The server closed the connection instead of answering."""


class OnlyInterimError(TimeoutError):
    """The server sent interim answers (1xx) and never the real one."""


class AnswerHead(NamedTuple):
    """The status of an answer, and its headers: names in lower case, values without blanks."""

    status_code: int
    headers: Headers


class Answering(Protocol):
    """An answer that is being read: bytes in, its body out."""

    def feed(self, data: bytes) -> None:
        """More of what the server sends."""

    def end(self) -> None:
        """The server sends no more."""

    def take(self) -> bytes:
        """What has come of the body since the last time. Raises ProtocolError, ClosedError."""

    @property
    def complete(self) -> bool:
        """Whether nothing more of the body is to come."""

    @property
    def reusable(self) -> bool:
        """Whether the connection may be used again: it is complete, and nothing stands behind."""


def request_bytes(method: bytes, target: bytes, headers: Headers) -> bytes:
    """A request without a body. Raises RequestError."""
    if not _TARGET.fullmatch(target):
        raise RequestError("illegal target")
    host, rest = _header_lines(tuple(headers[:1])), _header_lines(tuple(headers[1:]))
    return b"%s %s HTTP/1.1\r\n%s%s\r\n" % (method, target, host, rest)


@lru_cache(maxsize=1_024)  # all requests to a host have the same, and most others behind the first
def _header_lines(headers: Headers) -> bytes:
    return b"".join([_header_line(*header) for header in headers])


def _header_line(name: bytes, value: bytes) -> bytes:
    if value and not _VALUE.fullmatch(value):
        raise RequestError(f"illegal value of the header {name.decode('latin-1')}")
    return b"%s: %s\r\n" % (name, value)
