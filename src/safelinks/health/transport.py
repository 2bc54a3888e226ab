"""An httpx transport that decides about addresses where the connection is made.

A name is looked up once, every address it has is judged, and the connection goes to an address
that was judged: so neither a public name for a private address nor a name that changes between two
look-ups leads into the local network.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeAlias

import httpcore
import httpx

from safelinks.health.addresses import is_public
from safelinks.health.policy import Policy

__all__ = ["GuardedTransport", "NoConnectionError", "PrivateAddressError", "Resolve", "resolve"]

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


class NoConnectionError(httpcore.ConnectTimeout):
    """A server did not take the connection in time; later steps have errors of their own."""


class PrivateAddressError(OSError):
    """A name stands for an address that is not part of the public internet."""


async def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, in the system's order. Raises socket.gaierror.

    Each look-up has a thread of its own, which nobody waits for at the end: a few names that hang
    would fill the loop's own few threads, and hold up all other names and the end of the program.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str], error: Exception | None) -> None:
        if answer.done():  # given up in the meantime
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    def look_up() -> None:
        addresses: list[str] = []
        failed: Exception | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, addresses, failed)

    threading.Thread(target=look_up, daemon=True).start()
    return await answer


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that the policy allows, and remembers none."""

    def __init__(self, policy: Policy, look_up: Resolve) -> None:
        self._policy = policy
        self._look_up = look_up
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._look_up(host, port)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answered in time") from None
        allowed = [one for one in addresses if self._policy.allow_private or is_public(one)]
        if not allowed:
            raise PrivateAddressError(f"{host} is {', '.join(addresses) or 'nothing'}")
        for address in allowed[:-1]:
            try:
                return await self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(allowed[-1], port, timeout, local_address, socket_options)

    async def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._backend.connect_tcp(
                address, port, timeout, local_address, socket_options
            )
        except httpcore.ConnectTimeout as error:
            raise NoConnectionError from error

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over httpcore's pool, with every connection guarded."""

    def __init__(self, policy: Policy, context: ssl.SSLContext, look_up: Resolve) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=policy.concurrency,
            max_keepalive_connections=policy.concurrency,
            keepalive_expiry=5.0,
            network_backend=_GuardedBackend(policy, look_up),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`; errors are those of httpcore, and of the sockets below it."""
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()
