"""Which addresses belong to the public internet, in whatever spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

__all__ = ["is_link_local", "is_link_local_host", "is_private_host", "is_public"]

_IPV6_GLOBAL = ip_network("2000::/3")  # RFC 4291: all that is assigned so far
_IPV6_DOCUMENTATION = ip_network("3fff::/20")  # RFC 9637
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
# Metadata services that are not link-local: AWS over IPv6, and Alibaba Cloud.
_METADATA = frozenset({ip_address("fd00:ec2::254"), ip_address("100.100.100.200")})
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|internal|home\.arpa)")
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")


def is_private_host(host: str) -> bool:
    """Whether `host` names a private address by itself, in whatever spelling."""
    if _LOCAL_NAMES.fullmatch(host):
        return True
    if _is_number(host):
        address = _address_of(host)
        return address is None or not is_public(address)
    return False


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


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, the embedded ones looked into."""
    parsed = _meant(address)
    if isinstance(parsed, IPv6Address) and (
        parsed not in _IPV6_GLOBAL or parsed in _IPV6_DOCUMENTATION
    ):
        return False
    return parsed.is_global and not parsed.is_multicast


@lru_cache(maxsize=4096)
def is_link_local(address: str) -> bool:
    """Whether an IP address is one of the link, or where a cloud tells a machine its secrets."""
    parsed = _meant(address)
    return parsed.is_link_local or parsed in _METADATA


def _meant(address: str) -> IPv4Address | IPv6Address:
    """The address that is connected to in the end, through mappings and translations."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            embedded = IPv4Address(int(parsed) & 0xFFFF_FFFF)
        return embedded or parsed
    return parsed
