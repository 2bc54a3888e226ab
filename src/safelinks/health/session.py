"""The one place that speaks httpx: it performs the requests of a probe, and judges nothing.

A transport and not a client: a client would judge redirects and keep cookies of its own.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from http.cookies import CookieError, SimpleCookie
from types import TracebackType
from typing import Self

import httpx

from safelinks.health.addresses import is_public
from safelinks.health.faults import failure_of
from safelinks.health.policy import Policy
from safelinks.health.probe import Answer, Failure, Request
from safelinks.health.proxies import Router, default_transport
from safelinks.health.transport import Resolve, resolve

__all__ = ["Session"]

_HTML = ("text/html", "application/xhtml+xml")
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
    ) -> None:
        self._policy = policy
        self._look_up = look_up
        self._transport = transport or default_transport(policy, look_up)
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
                headers=dict(request.headers),
                extensions=dict(self._extensions),
            )
        )
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            body = b""
            if kind in _HTML:
                body = await self._start_of_body(response, request.body_limit)
            return Answer(
                response.status_code,
                headers,
                body,
                time.monotonic() - start,
                _cookies(response),
                _came_from_outside(response),
            )
        finally:
            await response.aclose()

    async def _start_of_body(self, response: httpx.Response, limit: int) -> bytes:
        """At most `limit` bytes; what is broken or late is done without: the headers came."""
        raw = bytearray()
        try:
            async with asyncio.timeout(self._policy.timeout):
                async for chunk in response.aiter_raw():
                    raw += chunk[: limit - len(raw)]
                    if len(raw) >= limit:
                        break
        except Exception:  # noqa: BLE001, S110
            pass
        return _inflated(bytes(raw), response.headers.get("content-encoding", ""), limit)

    async def online(self) -> bool:
        """Whether a name that always exists does so here. Behind a proxy nobody can tell."""
        if isinstance(self._transport, Router):
            return True
        try:
            async with asyncio.timeout(max(self._policy.timeout, _SHORTEST_LOOK_UP)):
                return bool(await self._look_up(self._policy.control_host, 443))
        except (OSError, UnicodeError):
            return False


def _inflated(raw: bytes, encoding: str, limit: int) -> bytes:
    """At most `limit` bytes of `raw` uncompressed: never more, whatever it would grow to."""
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        return raw if not encoding else b""
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, limit)
    except zlib.error:
        return b""


def _came_from_outside(response: httpx.Response) -> bool:
    """Whether the answer came from the public internet; unknown counts as yes."""
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    return peer is None or is_public(str(peer[0]))


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
