"""What is asked of the network and what never is: limits, and the links that are left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from attrs import frozen

from safelinks import percent
from safelinks.errors import InvalidURLError
from safelinks.grammar import is_safe_links_host, target_of
from safelinks.health.outcome import Reason
from safelinks.urls import Address, split
from safelinks.version import __version__
from safelinks.wrappers import wrapper_of

__all__ = ["Policy", "is_private_host", "is_public", "refusal"]


@frozen
class Policy:
    """Limits of a check. Times are in seconds, sizes in bytes.

    `timeout` bounds each step of a request, `budget` all that is done for one link, `retries` how
    often a passing failure is tried again. `control_host` is a name that always exists: when not
    even that resolves, this machine has no network.
    """

    timeout: float = 10.0
    budget: float = 30.0
    retries: int = 2
    max_redirects: int = 10
    body_limit: int = 65_536
    concurrency: int = 32
    per_host: int = 4
    allow_private: bool = False
    user_agent: str = f"safelinks/{__version__} (link checker)"
    control_host: str = "example.com"


# Ports of other services, which could take a request for a command of theirs: the list that
# browsers block (Fetch standard, section 2.9, "port blocking").
_BLOCKED_PORTS = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
     102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
     465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
     993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666,
     6667, 6668, 6669, 6679, 6697, 10080, 11211}
)  # fmt: skip
_IPV6_GLOBAL = ip_network("2000::/3")  # RFC 4291: all that is assigned so far
_IPV6_DOCUMENTATION = ip_network("3fff::/20")  # RFC 9637
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|internal|home\.arpa)")
_NOT_WEB = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")

# Links that act when they are opened, by the words of such links. Some words are enough; others are
# only a page's name unless a key follows them. A token in the query always is a key.
_ONE_TIME = re.compile(
    r"(?:^|[/?&=._-])(?:unsubscribe|unsub|opt[-_]?out)(?:$|[/?&=._;#-])"
    r"|/(?:confirm|confirmation|verify|verification|activate|activation|reset|magic[-_]?link"
    r"|one[-_]?time|accept[-_]?invite|invitations?/accept)(?:[-_]?(?:e-?mail|password|account))?"
    r"(?:\.[a-z]{2,5})?(?:/[^/?]|/?\?.)"
    r"|/password[-_/]?(?:reset|edit)(?:/[^/?]|/?\?.)"
    r"|[?&;](?:[a-z0-9_.\[\]-]*token|otp|magic|activation_code|confirmation_code)=[^&;]",
    re.IGNORECASE,
)


def refusal(url: str, policy: Policy) -> Reason | None:
    """Why `url` is never requested; None when it may be."""
    try:
        address = split(url)
    except InvalidURLError:
        return Reason.INVALID_URL if _NOT_WEB.match(url) is None else Reason.UNSUPPORTED_SCHEME
    for reason, applies in _REFUSALS:
        if applies(address, policy):
            return reason
    return None


def _is_wrapper(address: Address) -> bool:
    """Whether asking would be a click of a reader: the name decides, not how it was written."""
    bare = f"{address.scheme}://{address.host}{address.path}?{address.query or ''}"
    row = wrapper_of(bare)
    return (
        is_safe_links_host(address.host)
        or target_of(bare) is not None
        or (row is not None and row.kind.personal)
    )


def is_private_host(host: str) -> bool:
    """Whether `host` names a private address by itself, in whatever spelling."""
    if _LOCAL_NAMES.fullmatch(host):
        return True
    if host.startswith("["):
        return not is_public(host[1:-1])
    if _NUMERIC_HOST.fullmatch(host):
        number = _as_ipv4(host)
        return number is None or not is_public(str(number))
    return False


def _as_ipv4(host: str) -> IPv4Address | None:
    """The address that `host` means to the C library: 1 to 4 parts, decimal, octal or hex."""
    try:
        parts = [_number(part) for part in host.split(".")]
        if len(parts) > 4 or any(part > 255 for part in parts[:-1]):
            return None
        value = parts[-1]
        if value >= 256 ** (5 - len(parts)):
            return None
        for at, part in enumerate(parts[:-1]):
            value += part << (24 - 8 * at)
        return IPv4Address(value)
    except ValueError:
        return None


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") and len(text) > 1 else 10)


_REFUSALS: tuple[tuple[Reason, Callable[[Address, Policy], bool]], ...] = (
    (Reason.UNSUPPORTED_SCHEME, lambda address, _: address.scheme not in ("http", "https")),
    (Reason.WRAPPER, lambda address, _: _is_wrapper(address)),
    (Reason.BLOCKED_PORT, lambda address, _: address.effective_port in _BLOCKED_PORTS),
    (
        Reason.PRIVATE_ADDRESS,
        lambda address, policy: not policy.allow_private and is_private_host(address.host),
    ),
    (
        Reason.ONE_TIME_LINK,
        lambda address, _: (
            _ONE_TIME.search(percent.decode(f"{address.path}?{address.query or ''}")) is not None
        ),
    ),
)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, the embedded ones looked into."""
    parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            embedded = IPv4Address(int(parsed) & 0xFFFF_FFFF)
        if embedded is not None:
            return is_public(str(embedded))
        if parsed not in _IPV6_GLOBAL or parsed in _IPV6_DOCUMENTATION:
            return False
    return parsed.is_global and not parsed.is_multicast
