"""A wire over any httpx transport: a caller's own, or httpx's where a proxy is in force.

This is the only room that speaks httpx, and it is not entered unless one of these is asked for:
loading httpx takes longer than checking a notice.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence

import httpx
from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.health.model.exchange import Fault, Request
from safelinks.health.network.wire import WireError

__all__ = ["OverHttpx", "proxied"]

# From the most telling to the least. What is not here is as the transport raised it.
_FAULTS: tuple[tuple[type[BaseException], Fault, str | None], ...] = (
    (httpx.ConnectTimeout, Fault.TIMEOUT, "no connection in time"),
    (httpx.ReadTimeout, Fault.TIMEOUT, "connected, but no answer in time"),
    (httpx.WriteTimeout, Fault.TIMEOUT, "connected, but the request was not taken in time"),
    (httpx.TimeoutException, Fault.TIMEOUT, "timed out"),
    (httpx.ReadError, Fault.RESET, None),
    (httpx.WriteError, Fault.RESET, None),
    (httpx.ProtocolError, Fault.PROTOCOL_ERROR, None),
    (httpx.DecodingError, Fault.PROTOCOL_ERROR, None),
    (httpx.InvalidURL, Fault.INVALID_URL, None),
    (httpx.TransportError, Fault.UNREACHABLE, None),
)
_CLOSED_EARLY = "without sending a response"
_REFUSED_BY_PROXY = pattern_of(r"4\d\d\b")  # the status of its answer to CONNECT


@frozen
class OverHttpx:
    """A wire over `transport`, which leads through a proxy or is a caller's own."""

    _transport: httpx.AsyncBaseTransport
    _proxied: bool = False

    async def ask(self, request: Request, patience: float) -> HttpxReply:
        """Send `request`. Raises WireError, and whatever else the transport raises."""
        limits = {**dict.fromkeys(("connect", "read", "write"), patience), "pool": None}
        try:
            sent = httpx.Request(
                request.method, request.url, headers=request.headers, extensions={"timeout": limits}
            )
            async with asyncio.timeout(request.time_limit):
                return HttpxReply(await self._transport.handle_async_request(sent))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _explained(error, proxied=self._proxied) from error

    async def close(self) -> None:
        """End all connections."""
        await self._transport.aclose()


@frozen
class HttpxReply:
    """An answer of a transport; where it came from, it does not say."""

    _response: httpx.Response
    _chunks: AsyncIterator[bytes] = field(init=False)
    peer: None = None
    certificate: None = None

    @_chunks.default
    def _raw(self) -> AsyncIterator[bytes]:
        # Not `aiter_raw`, which refuses a response that a transport has read already.
        assert isinstance(self._response.stream, httpx.AsyncByteStream)  # noqa: S101
        return aiter(self._response.stream)

    @property
    def status(self) -> int:
        """The status code."""
        return self._response.status_code

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Names in lower case, and values."""
        return [(name.lower(), value) for name, value in self._response.headers.raw]

    def at_hand(self) -> bytes:
        """Nothing: a transport does not say what has come."""
        return b""

    async def chunk(self) -> bytes | None:
        """Some more of the body, None behind its end."""
        return await anext(self._chunks, None)

    async def close(self) -> None:
        """Let the transport have its connection back."""
        await self._response.aclose()


def _explained(error: httpx.HTTPError | httpx.InvalidURL, *, proxied: bool) -> BaseException:
    """What an error of httpx means; the system's own error behind it says more, if there is one."""
    text = str(error).partition("\n")[0]
    cause = None if isinstance(error, httpx.TimeoutException) else _system_error(error)
    if proxied and not isinstance(cause, ssl.SSLError):  # then the tunnel stands
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return WireError(Fault.PROXY_UNREACHABLE, "the proxy cannot be reached")
        if isinstance(error, httpx.ProxyError) and _REFUSED_BY_PROXY.match(text):
            return WireError(Fault.PROXY_UNREACHABLE, f"the proxy refuses: {text}")
    if cause is not None:
        return cause
    if _CLOSED_EARLY in text:
        return WireError(Fault.RESET, text)
    for kind, fault, detail in _FAULTS:
        if isinstance(error, kind):
            return WireError(fault, detail or text)
    return error


def _system_error(error: BaseException) -> OSError | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return cause


def proxied(url: str, context: ssl.SSLContext) -> OverHttpx:
    """A wire through the proxy at `url`. Raises ValueError or ImportError if there can be none."""
    try:
        proxy = httpx.Proxy(url)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from None
    return OverHttpx(httpx.AsyncHTTPTransport(proxy=proxy, verify=context), proxied=True)
