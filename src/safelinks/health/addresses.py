"""Which addresses belong to the public internet, in whatever spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

__all__ = ["is_private_host", "is_public"]

_IPV6_GLOBAL = ip_network("2000::/3")  # RFC 4291: all that is assigned so far
_IPV6_DOCUMENTATION = ip_network("3fff::/20")  # RFC 9637
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|internal|home\.arpa)")
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")


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


@lru_cache(maxsize=4096)
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
