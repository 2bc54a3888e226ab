"""Connections of our own, over asyncio, made for asking many strangers one question each.

It decides about addresses where the connection is made, has a deadline for each step, keeps what
it reads within limits, shows the certificate and the address behind an answer, and costs the same
for the thousandth connection as for the first.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TypeAlias, TypeVar

from safelinks.addresses.urls import Address, split
from safelinks.foundation.values import frozen
from safelinks.health.model.exchange import Request
from safelinks.health.model.outcome import Certificate
from safelinks.health.network.answers import Http2OnlyError, ProtocolError
from safelinks.health.network.certificates import ShownCertificate, read_certificate
from safelinks.health.network.dialling import Dial, connect, dial
from safelinks.health.network.http_connection import HTTP_1_1, Connection, StepTimeoutError
from safelinks.health.network.name_lookup import Lookup
from safelinks.health.network.tls_trust import Trust, unverified

__all__ = ["CertificateError", "Direct"]

_T = TypeVar("_T")
Origin: TypeAlias = tuple[bool, str, int]

_HTTP_2 = "h2"  # RFC 9113, 3.2
# How a server ends that does not want to speak what was offered.
_BROKEN_OFF = (ConnectionResetError, BrokenPipeError, ssl.SSLError, ProtocolError)


class CertificateError(OSError):
    """A certificate was not accepted: `cause` says why, `shown` what it says of itself.

    `alone` is whether the server sent it without that of its issuer, None where nobody knows.
    """

    def __init__(
        self,
        cause: ssl.SSLCertVerificationError,
        shown: ShownCertificate | None,
        *,
        alone: bool | None,
    ) -> None:
        super().__init__(cause.verify_message)
        self.cause = cause
        self.shown = shown
        self.alone = alone


class Direct:
    """A wire that connects straight to where `lookup` says.

    `trust` has the settings of TLS. At most `idle_limit` connections wait for another request.
    """

    def __init__(
        self,
        lookup: Lookup,
        trust: Trust,
        idle_limit: int,
        dial: Dial = dial,
    ) -> None:
        self._lookup = lookup
        self._trust = trust
        self._idle_limit = idle_limit
        self._dial = dial
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._by_age: dict[Connection, Origin] = {}  # the idle ones, the oldest first

    async def ask(self, request: Request, patience: float) -> DirectReply:
        """Send `request`; errors are those of sockets, of `answers` and of this module.

        A kept connection may end at the very moment it is used again: that says nothing about the
        link, so it is tried once more on a new one.
        """
        limits = _Limits(patience, time.monotonic() + request.time_limit)
        address = split(request.url)
        origin = (address.scheme == "https", address.host, address.effective_port or 0)
        kept = self._take(origin)
        if kept is not None:
            try:
                return await self._ask(kept, origin, request, address, limits)
            except (ProtocolError, OSError) as error:
                if isinstance(error, StepTimeoutError):
                    raise
        connection = None
        try:
            connection = await self._connected(origin, limits)
            return await self._ask(connection, origin, request, address, limits)
        except _BROKEN_OFF as error:
            agreed = None if connection is None else connection.agreed
            if agreed != HTTP_1_1 and await self._chooses_http_2(origin, error, limits):
                raise Http2OnlyError from error
            raise

    async def _chooses_http_2(self, origin: Origin, error: Exception, limits: _Limits) -> bool:
        """Whether a server that has broken off, and not agreed to HTTP/1.1, agrees to HTTP/2.

        Nothing is sent over this connection.
        """
        secure, host, port = origin
        if not secure or isinstance(error, ssl.SSLCertVerificationError | Http2OnlyError):
            return False
        try:
            addresses = await _within(limits.step, self._lookup.addresses(host, port), "")
            link, _ = await _within(limits.step, connect(addresses, port, self._dial), "")
            offering = unverified(_HTTP_2)
            connection = await _within(limits.step, _spoken(link, offering, host.strip("[]")), "")
        except OSError:
            return False
        chosen = connection.secured.selected_alpn_protocol()
        connection.close()
        return chosen == _HTTP_2

    async def close(self) -> None:
        """Close every connection that waits for another request.

        Raises SetupError for settings of TLS that were loaded and cannot be used.
        """
        for connection in self._by_age:
            connection.close()
        self._idle.clear()
        self._by_age.clear()
        await asyncio.sleep(0)  # for the sockets, which close a turn of the loop later
        await self._trust.close()

    async def _ask(
        self,
        connection: Connection,
        origin: Origin,
        request: Request,
        address: Address,
        limits: _Limits,
    ) -> DirectReply:
        query = f"?{address.query}" if address.query is not None else ""
        target = f"{address.path or '/'}{query}".encode("ascii")
        port = f":{address.port}" if address.port else ""
        host = b"Host", f"{address.host}{port}".encode("ascii")
        headers = (host, *_encoded(tuple(request.headers.items())))
        try:
            head = await connection.head(
                request.method.encode(),
                target,
                headers,
                limits.step,
                "connected, but no answer in time",
            )
        except BaseException:
            connection.close()
            raise
        return DirectReply(head.status_code, head.headers, connection, origin, self)

    async def _connected(self, origin: Origin, limits: _Limits) -> Connection:
        secure, host, port = origin
        if secure:
            self._trust.begin()  # which takes as long as to find the server
        try:
            addresses = await _within(limits.step, self._lookup.addresses(host, port), "")
        except StepTimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answered in time") from None
        try:
            link, peer = await self._dialled(addresses, port, limits)
        except OSError:
            self._lookup.forget(host, port)
            raise
        if not secure:
            connection = await _spoken(link)
        else:
            try:
                connection = await self._secured(link, host, limits)
            except ssl.SSLCertVerificationError as error:
                raise await self._rejected(error, origin, peer, limits) from error
        connection.peer = peer
        return connection

    async def _dialled(
        self, addresses: Sequence[str], port: int, limits: _Limits
    ) -> tuple[socket.socket, str]:
        """A socket; where there are no more to be had, those that wait are given up for it."""
        words = "no connection in time"
        try:
            return await _within(limits.step, connect(addresses, port, self._dial), words)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE) or not self._by_age:
                raise
        for connection in list(self._by_age):
            self._forget(connection)
            connection.close()
        await asyncio.sleep(0)
        return await _within(limits.step, connect(addresses, port, self._dial), words)

    async def _secured(self, link: socket.socket, host: str, limits: _Limits) -> Connection:
        """TLS over `link`, which is closed if that fails. Raises SetupError."""
        try:
            words = "the trusted certificates were not loaded in time"
            context = await _within(limits.step, self._trust.settings(), words)
        except BaseException:
            link.close()
            raise
        words = "connected, but no secure connection in time"
        connection = await _within(limits.step, _spoken(link, context, host.strip("[]")), words)
        connection.agreed = connection.secured.selected_alpn_protocol()
        der = connection.secured.getpeercert(binary_form=True)
        shown = read_certificate(der) if der else None
        connection.certificate = shown.certificate if shown else None
        return connection

    async def _rejected(
        self, cause: ssl.SSLCertVerificationError, origin: Origin, peer: str, limits: _Limits
    ) -> CertificateError:
        """What the certificate is that was not accepted: nothing is sent over this connection."""
        shown, alone = None, None
        with suppress(OSError):
            link, _ = await _within(limits.step, connect([peer], origin[2], self._dial), "")
            connection = await _within(
                limits.step, _spoken(link, unverified(), origin[1].strip("[]")), ""
            )
            secured = connection.secured
            der = secured.getpeercert(binary_form=True)
            shown, alone = read_certificate(der) if der else None, _is_alone(secured)
            connection.close()
        return CertificateError(cause, shown, alone=alone)

    def _take(self, origin: Origin) -> Connection | None:
        waiting = self._idle.get(origin)
        if not waiting:
            return None
        connection = waiting.pop()
        if not waiting:
            del self._idle[origin]
        del self._by_age[connection]
        connection.on_spoilt = None
        return connection

    def keep(self, connection: Connection, origin: Origin) -> None:
        """Put `connection` by for another request, if it can serve one."""
        if not connection.recycled():
            return
        self._idle[origin].append(connection)
        self._by_age[connection] = origin
        connection.on_spoilt = self._forget
        if len(self._by_age) > self._idle_limit:
            oldest = next(iter(self._by_age))
            self._forget(oldest)
            oldest.close()

    def _forget(self, connection: Connection) -> None:
        origin = self._by_age.pop(connection, None)
        if origin is not None:
            self._idle[origin].remove(connection)
            if not self._idle[origin]:
                del self._idle[origin]


@frozen
class DirectReply:
    """An answer on one of our connections."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    _connection: Connection
    _origin: Origin
    _wire: Direct

    @property
    def peer(self) -> str:
        """The address it came from."""
        return self._connection.peer

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the server."""
        return self._connection.certificate

    def at_hand(self) -> bytes | None:
        """What has come of the body, None behind its end."""
        return self._connection.at_hand()

    async def chunk(self) -> bytes | None:
        """Some more of the body, None behind its end."""
        return await self._connection.chunk()

    async def close(self) -> None:
        """Give the connection back."""
        self._wire.keep(self._connection, self._origin)


@frozen
class _Limits:
    """How long a step may take: `patience` seconds, and not beyond the moment `deadline`."""

    patience: float
    deadline: float

    @property
    def step(self) -> float:
        """Seconds for the next step."""
        return max(0.0, min(self.patience, self.deadline - time.monotonic()))


@lru_cache(maxsize=64)  # all requests of a run have nearly the same
def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers)


async def _spoken(
    link: socket.socket, context: ssl.SSLContext | None = None, host: str | None = None
) -> Connection:
    """A connection over `link`, in the clear or by TLS; `link` is closed if that fails."""
    try:
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, sock=link, ssl=context, server_hostname=host
        )
    except BaseException:
        link.close()
        raise
    return connection


async def _within(limit: float, step: Awaitable[_T], words: str) -> _T:
    """What `step` gives, within `limit` seconds. Raises StepTimeoutError with `words`."""
    try:
        async with asyncio.timeout(limit):
            return await step
    except TimeoutError as error:
        if error.errno is not None or isinstance(error, StepTimeoutError):
            raise  # the system's own: it says more
        raise StepTimeoutError(words) from error


def _is_alone(secured: ssl.SSLObject) -> bool | None:
    """Whether the server sent one certificate only; None where Python does not say."""
    # Public since Python 3.13; before, it is there, but one layer below.
    layers = (secured, getattr(secured, "_sslobj", None))
    for chain in (getattr(layer, "get_unverified_chain", None) for layer in layers):
        if chain is not None:
            return len(chain()) == 1
    return None
