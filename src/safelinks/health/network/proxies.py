"""Which way a request goes: through the proxy of the environment, or straight and guarded.

The proxy is decided request by request, as the environment says (HTTP_PROXY, HTTPS_PROXY,
ALL_PROXY, NO_PROXY): what does not go through a proxy always goes through the guard.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from safelinks.addresses.urls import split
from safelinks.errors import SetupError
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.exchange import Request
from safelinks.health.model.policy import Policy
from safelinks.health.network.dialling import Dial, dial
from safelinks.health.network.direct_wire import Direct
from safelinks.health.network.name_lookup import Lookup, Resolve
from safelinks.health.network.open_files import most_open_files
from safelinks.health.network.tls_trust import Trust, trusting
from safelinks.health.network.wire import Reply, Wire

__all__ = ["Router", "default_wire"]

# Connections that wait for another request: hosts take turns, so it is some time until the next.
_IDLE_FOR_EACH = 4
_AT_ONCE = 64  # where nobody has said how many
_WITH_SETTINGS = ("darwin", "win32")  # where the system has proxies, not only the environment
_OF_PROXY = pattern_of("_proxy$", re.IGNORECASE)
_SHARE_OF_FILES = 2  # one part in so many of the files that a process may have open


def default_wire(policy: Policy, look_up: Resolve, dial: Dial = dial) -> Wire:
    """The wire for this environment. Raises SetupError for a setting that cannot be used."""
    # One over TLS takes half a megabyte, used or not.
    idle = min(
        most_open_files() // _SHARE_OF_FILES, _IDLE_FOR_EACH * (policy.concurrency or _AT_ONCE)
    )
    direct = Direct(Lookup(policy, look_up), Trust(policy), idle, dial)
    if sys.platform not in _WITH_SETTINGS and not any(map(_OF_PROXY.search, os.environ)):
        return direct  # which is known without loading what reads the settings
    from urllib.request import getproxies  # noqa: PLC0415  most have no proxy

    named = getproxies()
    if "all" not in named and not named.keys() & {"http", "https"}:
        return direct
    context = trusting(policy)
    proxies = {
        scheme: _proxy(named.get(scheme) or named["all"], context)
        for scheme in ("http", "https")
        if scheme in named or "all" in named
    }
    return Router(direct, proxies, policy.resolve.keys())


def _proxy(url: str, context: ssl.SSLContext) -> Wire:
    from safelinks.health.network.httpx_wire import proxied  # noqa: PLC0415  loads httpx

    try:
        return proxied(url if "://" in url else f"http://{url}", context)
    except (ImportError, ValueError) as error:
        # A proxy's address may hold a password: only the reason is shown.
        reason = str(error).partition("\n")[0].replace(url, "…")
        raise SetupError(f"the proxy from the environment cannot be used ({reason})") from None


class Router:
    """Sends each request through the proxy for its scheme, or straight where there is none.

    What was `resolved` by the user has its address already, which a proxy would not know.
    """

    def __init__(
        self, direct: Wire, proxies: Mapping[str, Wire], resolved: AbstractSet[tuple[str, int]]
    ) -> None:
        self._direct = direct
        self._proxies = proxies
        self._resolved = resolved

    async def ask(self, request: Request, patience: float) -> Reply:
        """Send `request`. Raises WireError when its proxy cannot be reached or refuses."""
        wire = self.proxy_for(request.url) or self._direct
        return await wire.ask(request, patience)

    def proxy_for(self, url: str) -> Wire | None:
        """The proxy that a request for `url` goes through; None where it goes straight."""
        from urllib.request import proxy_bypass  # noqa: PLC0415  most have no proxy

        address = split(url)
        proxy = self._proxies.get(address.scheme)
        if proxy is None or (address.host, address.effective_port) in self._resolved:
            return None
        port = f":{address.port}" if address.port else ""
        return None if proxy_bypass(f"{address.host}{port}") else proxy

    async def close(self) -> None:
        """Close every connection."""
        for wire in (*self._proxies.values(), self._direct):
            await wire.close()
