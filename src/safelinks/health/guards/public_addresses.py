"""Which addresses belong to the public internet, in whatever spelling."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, ip_address

from safelinks.foundation.patterns import pattern_of
from safelinks.health.guards.special_ip_ranges import ISATAP, PUBLIC_V6, V4, V6, Reach

__all__ = ["is_link_local", "is_link_local_host", "is_private_host", "is_public"]

_KEPT = 4_096  # hosts and addresses, which come once for each of their links
_LOCAL_NAMES = pattern_of(r"(?:.*\.)?(?:localhost|local|internal|home\.arpa)")
_NUMERIC_HOST = pattern_of(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")


@lru_cache(maxsize=_KEPT)
def is_private_host(host: str) -> bool:
    """Whether `host` names a private address by itself, in whatever spelling."""
    if _LOCAL_NAMES.fullmatch(host):
        return True
    if _is_number(host):
        address = _address_of(host)
        return address is None or not is_public(address)
    return False


@lru_cache(maxsize=_KEPT)
def is_link_local_host(host: str) -> bool:
    """Whether `host` names an address of the link by itself, in whatever spelling."""
    address = _address_of(host) if _is_number(host) else None
    return address is not None and is_link_local(address)


def _is_number(host: str) -> bool:
    return host.startswith("[") or _NUMERIC_HOST.fullmatch(host) is not None


def _address_of(host: str) -> str | None:
    """The IP address that a host of numbers stands for; None for none."""
    if host.startswith("["):
        return host[1:-1]
    number = _as_ipv4(host)
    return None if number is None else str(number)


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


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, the embedded ones looked into."""
    return _reach(address) is Reach.PUBLIC


def is_link_local(address: str) -> bool:
    """Whether an IP address is one of the link, or where a cloud tells a machine its secrets."""
    return _reach(address) is Reach.LINK


@lru_cache(maxsize=_KEPT)
def _reach(address: str) -> Reach:
    """The most guarded that an address is: by itself, or by one that it leads to."""
    parsed = ip_address(address.partition("%")[0])
    number = int(parsed)
    if isinstance(parsed, IPv4Address):
        return max((row.reach for row in V4 if row.holds(number)), default=Reach.PUBLIC)
    rows = [row for row in (*V6, ISATAP) if row.holds(number)]
    reaches = [row.reach for row in rows]
    if not PUBLIC_V6.holds(number) and not any(row in V6 for row in rows):
        reaches.append(Reach.PRIVATE)
    carried = (inner for row in rows for inner in row.carried(number))
    reaches += (_reach(str(IPv4Address(inner))) for inner in carried)
    return max(reaches, default=Reach.PUBLIC)
