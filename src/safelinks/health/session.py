"""The one place that speaks httpx: it performs the requests of a probe, and judges nothing.

A transport and not a client: a client would judge redirects and keep cookies of its own.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from types import TracebackType
from typing import Self

import httpx

from safelinks.health.addresses import is_public
from safelinks.health.dialling import Dial, dial
from safelinks.health.exchange import Answer, Failure, Request
from safelinks.health.faults import failure_of
from safelinks.health.lookup import Resolve, resolve
from safelinks.health.policy import Policy
from safelinks.health.proxies import Router, default_transport

__all__ = ["Session"]

_HTML = ("text/html", "application/xhtml+xml")
_PATIENCE = 3.0  # seconds for a body: it only confirms what the head has said
_SHORTEST_LOOK_UP = 5.0  # seconds for the control name, however impatient the policy is


class Session:
    """An asynchronous context manager around one httpx transport.

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
        self._transport = transport or default_transport(policy, look_up, dial)
        timeouts = dict.fromkeys(("connect", "read", "write"), policy.timeout)
        self._extensions = {"timeout": {**timeouts, "pool": None}}

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)

    async def perform(self, request: Request) -> Answer | Failure:
        """Send `request` and read as much of the answer as it asks for. Raises nothing.

        Whatever a transport raises is this link's misfortune and must not end the others' check.
        """
        start = time.monotonic()
        try:
            async with asyncio.timeout(request.time_limit):
                return await self._send(request, start)
        except Exception as error:  # noqa: BLE001
            return failure_of(error, time.monotonic() - start)

    async def _send(self, request: Request, start: float) -> Answer:
        response = await self._transport.handle_async_request(
            httpx.Request(
                request.method,
                request.url,
                headers=request.headers,
                extensions=self._extensions,
            )
        )
        try:
            headers = {
                name.decode("latin-1").lower(): _text(value) for name, value in response.headers.raw
            }
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            body, whole = b"", True
            if kind in _HTML and request.method != "HEAD" and not response.has_redirect_location:
                body, whole = await self._start_of_body(response, headers, request.body_limit)
            return Answer(
                response.status_code,
                headers,
                body,
                time.monotonic() - start,
                _cookies(response) if "set-cookie" in headers else {},
                self._came_from_outside(response),
                response.extensions.get("certificate"),
                whole,
            )
        finally:
            await response.aclose()

    async def _start_of_body(
        self, response: httpx.Response, headers: Mapping[str, str], limit: int
    ) -> tuple[bytes, bool]:
        """At most `limit` bytes, uncompressed, and whether that is all of it.

        What is broken or late is done without: the headers came.
        """
        page = _Page(headers.get("content-encoding", ""), limit)
        try:
            async with asyncio.timeout(min(self._policy.timeout, _PATIENCE)):
                async for chunk in response.stream:  # type: ignore[union-attr]
                    if not page.take(chunk):
                        return page.text, False
                return page.text, page.readable
        except Exception:  # noqa: BLE001
            return page.text, False

    def _came_from_outside(self, response: httpx.Response) -> bool:
        """Whether the answer came from the public internet; unknown counts as yes."""
        peer = response.extensions.get("peer")
        return peer is None or is_public(str(peer))

    async def online(self) -> bool:
        """Whether a name that always exists does so here. Behind a proxy nobody can tell."""
        if isinstance(self._transport, Router):
            return True
        try:
            async with asyncio.timeout(max(self._policy.timeout, _SHORTEST_LOOK_UP)):
                return bool(await self._look_up(self._policy.control_host, 443))
        except (OSError, UnicodeError):
            return False


def _text(value: bytes) -> str:
    """The value of a header: ASCII by the standard (RFC 9110, 5.5), UTF-8 in practice."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class _Page:
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


def _cookies(response: httpx.Response) -> dict[str, str]:
    """Cookies that can be sent back: a header holds printable ASCII only (RFC 6265, 4.1.1)."""
    found: dict[str, str] = {}
    for line in response.headers.get_list("set-cookie"):
        try:
            jar = SimpleCookie(line)
        except CookieError:
            continue
        for name, morsel in jar.items():
            value = morsel.coded_value
            if value.isascii() and value.isprintable():
                found[name] = value
    return found
