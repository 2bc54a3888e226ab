"""Addresses that are not of the public internet: one row a range, with the document that says so.

The rows are those of IANA's registries of special-purpose addresses (RFC 6890) that hold no public
server, and what clouds set apart for themselves. They stand here because Python's own table differs
from version to version. It must not know policies, names or how an address is written in a URL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from ipaddress import ip_network

from safelinks.foundation.values import frozen

__all__ = ["ISATAP", "PUBLIC_V6", "V4", "V6", "AddressRange", "Reach"]


class Reach(IntEnum):
    """From how far an address can be reached: the higher, the more it is guarded."""

    PUBLIC = 0
    PRIVATE = 1  # asked only where private addresses are allowed
    LINK = 2  # of the link, or where a cloud keeps a machine's secrets: not even then


Carried = Callable[[int], Iterator[int]]


@frozen
class AddressRange:
    """Addresses that are `value` in the bits of `mask`, and those of IPv4 that they lead to."""

    name: str
    value: int
    mask: int
    reach: Reach
    source: str
    carried: Carried

    def holds(self, number: int) -> bool:
        """Whether an address is one of them."""
        return number & self.mask == self.value


_32 = 0xFFFF_FFFF


def _none(_: int) -> Iterator[int]:
    return iter(())


def _last(number: int) -> Iterator[int]:
    yield number & _32


def _six_to_four(number: int) -> Iterator[int]:
    """RFC 3056, section 2."""
    yield number >> 80 & _32


def _teredo(number: int) -> Iterator[int]:
    """RFC 4380, section 4: the server, and the client with its bits turned round."""
    yield number >> 64 & _32
    yield ~number & _32


def _translated(number: int) -> Iterator[int]:
    """RFC 6052, section 2.2: prefixes of 96, 48, 56 and 64 bits; the bits 64 to 71 are left out."""
    high, low = number >> 64, number & (1 << 56) - 1
    yield number & _32
    for bits in (16, 8, 0):  # of the address that stand before those left out
        rest = 32 - bits
        yield (high & (1 << bits) - 1) << rest | low >> (56 - rest)


def _range(text: str, reach: Reach, source: str, carried: Carried = _none) -> AddressRange:
    network = ip_network(text)
    return AddressRange(
        text, int(network.network_address), int(network.netmask), reach, source, carried
    )  # fmt: skip


_PUBLIC, _PRIVATE, _LINK = Reach

V4: tuple[AddressRange, ...] = (
    _range("0.0.0.0/8", _PRIVATE, "RFC 791, 3.2: this network"),
    _range("10.0.0.0/8", _PRIVATE, "RFC 1918: private use"),
    _range("100.64.0.0/10", _PRIVATE, "RFC 6598: shared by carriers"),
    _range("100.100.100.200/32", _LINK, "Alibaba Cloud: metadata"),
    _range("127.0.0.0/8", _PRIVATE, "RFC 1122, 3.2.1.3: loopback"),
    _range("168.63.129.16/32", _LINK, "Azure: metadata and agent of the machine"),
    _range("169.254.0.0/16", _LINK, "RFC 3927: the link; metadata of most clouds"),
    _range("172.16.0.0/12", _PRIVATE, "RFC 1918: private use"),
    _range("192.0.0.0/24", _PRIVATE, "RFC 6890, 2.1: protocol assignments"),
    _range("192.0.0.192/32", _LINK, "Oracle Cloud: metadata"),
    _range("192.0.2.0/24", _PRIVATE, "RFC 5737: documentation"),
    _range("192.88.99.0/24", _PRIVATE, "RFC 7526: relays of 6to4, deprecated"),
    _range("192.168.0.0/16", _PRIVATE, "RFC 1918: private use"),
    _range("198.18.0.0/15", _PRIVATE, "RFC 2544: benchmarks"),
    _range("198.51.100.0/24", _PRIVATE, "RFC 5737: documentation"),
    _range("203.0.113.0/24", _PRIVATE, "RFC 5737: documentation"),
    _range("224.0.0.0/4", _PRIVATE, "RFC 5771: multicast"),
    _range("240.0.0.0/4", _PRIVATE, "RFC 1112, 4: reserved"),
    _range("255.255.255.255/32", _PRIVATE, "RFC 919, 7: broadcast"),
)

# RFC 4291, 2.4: all that is assigned so far. Outside, only what leads to an address of IPv4 is
# reached at all.
PUBLIC_V6 = _range("2000::/3", _PUBLIC, "RFC 4291, 2.4: global unicast")

V6: tuple[AddressRange, ...] = (
    _range("::/128", _PRIVATE, "RFC 4291, 2.5.2: unspecified"),
    _range("::1/128", _PRIVATE, "RFC 4291, 2.5.3: loopback"),
    _range("::/96", _PRIVATE, "RFC 4291, 2.5.5.1: compatible with IPv4, deprecated", _last),
    _range("::ffff:0:0/96", _PUBLIC, "RFC 4291, 2.5.5.2: mapped from IPv4", _last),
    _range("::ffff:0:0:0/96", _PRIVATE, "RFC 2765, 2.1: translated from IPv4, obsolete", _last),
    _range("64:ff9b::/96", _PUBLIC, "RFC 6052, 2.1: translated to IPv4", _last),
    _range("64:ff9b:1::/48", _PRIVATE, "RFC 8215: translated to IPv4, locally", _translated),
    _range("100::/64", _PRIVATE, "RFC 6666: discarded"),
    _range("100:0:0:1::/64", _PRIVATE, "RFC 9780: dummy prefix"),
    _range("2001::/23", _PRIVATE, "RFC 2928: protocol assignments"),
    _range("2001::/32", _PRIVATE, "RFC 4380: Teredo", _teredo),
    _range("2001:2::/48", _PRIVATE, "RFC 5180: benchmarks"),
    _range("2001:10::/28", _PRIVATE, "RFC 4843: ORCHID, deprecated"),
    _range("2001:20::/28", _PRIVATE, "RFC 7343: ORCHIDv2"),
    _range("2001:30::/28", _PRIVATE, "RFC 9374: tags of drones"),
    _range("2001:db8::/32", _PRIVATE, "RFC 3849: documentation"),
    _range("2002::/16", _PUBLIC, "RFC 3056: 6to4", _six_to_four),
    _range("3fff::/20", _PRIVATE, "RFC 9637: documentation"),
    _range("5f00::/16", _PRIVATE, "RFC 9602: segments of SRv6"),
    _range("fc00::/7", _PRIVATE, "RFC 4193: unique local"),
    _range("fd00:42::42/128", _LINK, "Scaleway: metadata"),
    _range("fd00:c1::a9fe:a9fe/128", _LINK, "Oracle Cloud: metadata"),
    _range("fd00:ec2::/32", _LINK, "AWS: metadata, and other services of the machine"),
    _range("fd20:ce::254/128", _LINK, "Google Cloud: metadata"),
    _range("fe80::/10", _LINK, "RFC 4291, 2.5.6: the link"),
    _range("fec0::/10", _PRIVATE, "RFC 3879: site-local, deprecated"),
    _range("ff00::/8", _PRIVATE, "RFC 4291, 2.7: multicast"),
)

# RFC 5214, 6.1: under any prefix, "5efe" before an address of IPv4, whose bits say nothing of whom
# it is by.
ISATAP = AddressRange(
    "ISATAP", 0x5EFE << 32, 0xFCFF_FFFF << 32, _PUBLIC, "RFC 5214, 6.1: ISATAP", _last
)  # fmt: skip
