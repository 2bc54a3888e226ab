"""Performs the requests of a probe over a wire, and reads what is wanted of the answers."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from safelinks.errors import SetupError
from safelinks.health.guards.public_addresses import is_public
from safelinks.health.judgement import cookies
from safelinks.health.model.exchange import Answer, Failure, Request
from safelinks.health.model.policy import Policy
from safelinks.health.network.dialling import Dial, dial
from safelinks.health.network.name_lookup import Resolve, resolve
from safelinks.health.network.network_faults import failure_of
from safelinks.health.network.proxies import Router, default_wire
from safelinks.health.network.wire import Reply, Wire

if TYPE_CHECKING:
    import httpx

__all__ = ["Body", "Session"]

_HTML = ("text/html", "application/xhtml+xml", "")  # a page without a type is one most often
_PATIENCE = 3.0  # seconds for a body: it only confirms what the head has said
_SHORTEST_LOOK_UP = 5.0  # seconds for the control name, however impatient the policy is


class Session:
    """An asynchronous context manager around one wire.

    `transport` is any httpx transport, for tests and for callers who bring their own; without it,
    connections are guarded or go through the proxy of the environment. Raises SetupError when the
    environment's settings cannot be used.
    """

    def __init__(
        self,
        policy: Policy,
        transport: httpx.AsyncBaseTransport | None = None,
        look_up: Resolve = resolve,
        dial: Dial = dial,
    ) -> None:
        self._policy = policy
        self._look_up = look_up
        self._wire = default_wire(policy, look_up, dial) if transport is None else _over(transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._wire.close()

    async def perform(self, request: Request) -> Answer | Failure:
        """Send `request` and read as much of the answer as it asks for. Raises SetupError only.

        Whatever a transport raises is this link's misfortune and must not end the others' check;
        only who cancels the task itself is heard.
        """
        start = time.monotonic()
        try:
            return await self._send(request, start)
        except SetupError:
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return failure_of(error, time.monotonic() - start)
        except Exception as error:  # noqa: BLE001
            return failure_of(error, time.monotonic() - start)

    async def _send(self, request: Request, start: float) -> Answer:
        reply = await self._wire.ask(request, self._policy.timeout)
        try:
            headers = _texts(reply.headers)
            body, whole = b"", True
            if _is_page(request, reply, headers):
                left = request.time_limit - (time.monotonic() - start)
                body, whole = await self._start_of_body(reply, headers, request.body_limit, left)
            return Answer(
                reply.status,
                headers,
                body,
                time.monotonic() - start,
                _cookies(reply) if "set-cookie" in headers else {},
                self._is_public(reply.peer),
                reply.certificate,
                whole,
            )
        finally:
            await reply.close()

    async def _start_of_body(
        self, reply: Reply, headers: Mapping[str, str], limit: int, left: float
    ) -> tuple[bytes, bool]:
        """At most `limit` bytes, uncompressed, and whether that is all of it; in `left` seconds.

        What is broken or late is done without: the headers came.
        """
        page = Body(headers.get("content-encoding", ""), limit)
        try:
            chunk = reply.at_hand()
            while chunk:
                if not page.take(chunk):
                    return page.text, False
                chunk = reply.at_hand()
            if chunk is None:
                return page.text, page.readable
            async with asyncio.timeout(min(self._policy.timeout, _PATIENCE, left)):
                while (chunk := await reply.chunk()) is not None:
                    if not page.take(chunk):
                        return page.text, False
                return page.text, page.readable
        except Exception:  # noqa: BLE001
            return page.text, False

    def _is_public(self, peer: str | None) -> bool:
        """Whether an answer shows that the internet is reached; that of a proxy shows a proxy."""
        if peer is None:
            return not isinstance(self._wire, Router)
        return is_public(peer)

    def is_direct(self, url: str) -> bool:
        """Whether a request for `url` goes past the proxy of the environment, if there is one."""
        return not isinstance(self._wire, Router) or self._wire.proxy_for(url) is None

    async def online(self) -> bool:
        """Whether a name that always exists does so here, for what goes past any proxy."""
        try:
            async with asyncio.timeout(max(self._policy.timeout, _SHORTEST_LOOK_UP)):
                return bool(await self._look_up(self._policy.control_host, 443))
        except (OSError, UnicodeError):
            return False


def _over(transport: httpx.AsyncBaseTransport) -> Wire:
    from safelinks.health.network.httpx_wire import OverHttpx  # noqa: PLC0415  loads httpx

    return OverHttpx(transport)


def _is_page(request: Request, reply: Reply, headers: Mapping[str, str]) -> bool:
    """Whether it is worth while to read the body: of a redirect, nothing is looked at."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    redirects = 300 <= reply.status < 400 and "location" in headers
    return kind in _HTML and request.method != "HEAD" and not redirects


def _cookies(reply: Reply) -> Mapping[str, str]:
    lines = (value for name, value in reply.headers if name == b"set-cookie")
    return cookies.pairs(line.decode("latin-1") for line in lines)


def _texts(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """The values by name: ASCII by the standard (RFC 9110, 5.5), UTF-8 in practice."""
    try:
        return {name.decode("latin-1"): value.decode("utf-8") for name, value in headers}
    except UnicodeDecodeError:
        return {name.decode("latin-1"): _text(value) for name, value in headers}


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Body:
    """The start of a body, uncompressed: never more than `limit` bytes, whatever it would grow to.

    Of an encoding that was not asked for, nothing is `readable`.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        encoding = encoding.strip().lower()
        self._inflate = zlib.decompressobj(wbits=31) if encoding in ("gzip", "x-gzip") else None
        self._limit = limit
        self._text = bytearray()
        self.readable = self._inflate is not None or encoding in ("", "identity")

    @property
    def text(self) -> bytes:
        """What has come so far."""
        return bytes(self._text)

    def take(self, chunk: bytes) -> bool:
        """Take in `chunk`; whether more is wanted. Raises zlib.error."""
        left = self._limit - len(self._text)
        if not self.readable or left <= 0:
            return False
        if self._inflate is not None:
            chunk = self._inflate.decompress(chunk, left)
        self._text += chunk[:left]
        return len(self._text) < self._limit
