"""Which way a request goes: through the proxy of the environment, or straight and guarded.

The proxy is decided request by request, as the environment says (HTTP_PROXY, HTTPS_PROXY,
ALL_PROXY, NO_PROXY): what does not go through a proxy always goes through the guard.
"""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Set as AbstractSet

import httpx

from safelinks.errors import SetupError
from safelinks.health.dialling import Dial, dial
from safelinks.health.lookup import Lookup, Resolve
from safelinks.health.policy import Policy
from safelinks.health.transport import DirectTransport, origin_of
from safelinks.health.trust import trusting

__all__ = ["ProxyUnreachableError", "Router", "default_transport"]


# Connections that wait for another request: hosts take turns, so it is some time until the next.
_IDLE_FOR_EACH = 4
_MOST_IDLE = 512  # a process may have 1,024 files open on many systems


class ProxyUnreachableError(OSError):
    """The proxy itself could not be reached: that says nothing about the link."""


def default_transport(
    policy: Policy, look_up: Resolve, dial: Dial = dial
) -> httpx.AsyncBaseTransport:
    """The transport for this environment. Raises SetupError for a setting that cannot be used."""
    context = trusting(policy)
    idle = min(_MOST_IDLE, _IDLE_FOR_EACH * policy.concurrency)
    direct = DirectTransport(Lookup(policy, look_up), context, idle, dial)
    named = urllib.request.getproxies()
    proxies = {
        scheme: _proxy(named.get(scheme) or named["all"], context)
        for scheme in ("http", "https")
        if scheme in named or "all" in named
    }
    return Router(direct, proxies, policy.resolve.keys()) if proxies else direct


def _proxy(url: str, context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(
            proxy=httpx.Proxy(url if "://" in url else f"http://{url}"), verify=context
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # A proxy's address may hold a password: only the reason is shown.
        reason = str(error).partition("\n")[0].replace(url, "…")
        raise SetupError(f"the proxy of the environment cannot be used ({reason})") from None


class Router(httpx.AsyncBaseTransport):
    """Sends each request through the proxy for its scheme, or straight where there is none."""

    def __init__(
        self,
        direct: httpx.AsyncBaseTransport,
        proxies: dict[str, httpx.AsyncHTTPTransport],
        resolved: AbstractSet[tuple[str, int]],
    ) -> None:
        self._direct = direct
        self._resolved = resolved
        self._proxies = proxies

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`. Raises ProxyUnreachableError when its proxy cannot be reached."""
        proxy = self._proxies.get(request.url.scheme)
        if origin_of(request.url)[1:] in self._resolved:
            proxy = None  # its address was given
        if proxy is None or urllib.request.proxy_bypass(request.url.netloc.decode("ascii")):
            return await self._direct.handle_async_request(request)
        try:
            return await proxy.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if isinstance(error.__context__, ssl.SSLError) or "SSL" in str(error):
                raise  # the tunnel stands: this is the host's certificate
            raise ProxyUnreachableError("the proxy cannot be reached") from error

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in (self._direct, *self._proxies.values()):
            await transport.aclose()
