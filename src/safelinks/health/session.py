"""The one place with an httpx client: it performs the requests of a probe, and judges nothing."""

from __future__ import annotations

import asyncio
import time
import urllib.request
import zlib
from http.cookies import CookieError, SimpleCookie
from types import TracebackType
from typing import Self

import httpx

from safelinks.health.faults import EXPECTED, failure_of
from safelinks.health.policy import Policy, is_public
from safelinks.health.probe import Answer, Failure, Request
from safelinks.health.transport import GuardedTransport, Resolve, resolve

__all__ = ["Session"]

_HTML = ("text/html", "application/xhtml+xml")


class Session:
    """An asynchronous context manager around one httpx client.

    `transport` is any httpx transport, for tests and for callers who bring their own; without it,
    connections are guarded (`GuardedTransport`), or go through the proxy of the environment where
    one is in force.
    """

    def __init__(
        self,
        policy: Policy,
        transport: httpx.AsyncBaseTransport | None = None,
        look_up: Resolve = resolve,
    ) -> None:
        self._policy = policy
        self._look_up = look_up
        self.proxied = transport is None and _has_proxy()
        if transport is None and not self.proxied:
            transport = GuardedTransport(policy, look_up)
        self._client = httpx.AsyncClient(
            transport=transport,
            follow_redirects=False,
            timeout=httpx.Timeout(policy.timeout, pool=None),
            default_encoding="utf-8",
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def perform(self, request: Request) -> Answer | Failure:
        """Send `request` and read as much of the answer as it asks for. Raises nothing."""
        start = time.monotonic()
        try:
            async with asyncio.timeout(self._policy.budget):
                return await self._send(request, start)
        except EXPECTED as error:
            return failure_of(error, time.monotonic() - start)

    async def _send(self, request: Request, start: float) -> Answer:
        self._client.cookies.clear()  # a probe carries its own
        async with self._client.stream(
            request.method, request.url, headers=dict(request.headers)
        ) as response:
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

    async def _start_of_body(self, response: httpx.Response, limit: int) -> bytes:
        """At most `limit` bytes; what is broken or late is done without: the headers came."""
        raw = bytearray()
        try:
            async with asyncio.timeout(self._policy.timeout):
                async for chunk in response.aiter_raw():
                    raw += chunk[: limit - len(raw)]
                    if len(raw) >= limit:
                        break
        except EXPECTED:
            pass
        return _inflated(bytes(raw), response.headers.get("content-encoding", ""), limit)

    async def online(self) -> bool:
        """Whether a name that always exists does so here. Behind a proxy nobody can tell."""
        if self.proxied:
            return True
        try:
            async with asyncio.timeout(self._policy.timeout):
                return bool(await self._look_up(self._policy.control_host, 443))
        except (OSError, UnicodeError):
            return False


def _has_proxy() -> bool:
    return any(name in urllib.request.getproxies() for name in ("http", "https", "all"))


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
    found: dict[str, str] = {}
    for line in response.headers.get_list("set-cookie"):
        try:
            jar = SimpleCookie(line)
        except CookieError:
            continue
        found.update({name: morsel.coded_value for name, morsel in jar.items()})
    return found
