"""Cookies of one probe: kept for the host that has set them, and for no longer than the probe.

Many sites set one and redirect to themselves. Of RFC 6265 only what that takes is here: attributes
are not read, and what came over TLS never goes back in the clear.

Why our own: http.cookiejar takes 190 µs for an exchange, this 5, and importing it takes longer than
a check of one link; it also keeps what attributes allow, for longer than a probe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import Factory

from safelinks.addresses.urls import Address
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["Jar", "pairs"]

_MOST = 20  # of one host
_LONGEST = 4_096  # characters of a name and its value: RFC 6265, 6.1
_SENDABLE = pattern_of(r"[ -~]*")  # what a header holds


def pairs(lines: Iterable[str]) -> Mapping[str, str]:
    """The cookies in Set-Cookie headers (RFC 6265, 5.2): all up to the first semicolon."""
    found: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.partition(";")[0].partition("=")
        name, value = name.strip(), value.strip()
        sendable = len(name) + len(value) <= _LONGEST and _SENDABLE.fullmatch(name + value)
        if equals and name and sendable:
            found[name] = value
    return found


@define
class Jar:
    """The cookies by host, and whether they came over TLS."""

    _kept: dict[tuple[str, bool], dict[str, str]] = Factory(dict)

    def keep(self, address: Address, cookies: Mapping[str, str]) -> None:
        """Remember what `address` has set; of too many, the oldest go."""
        if not cookies:
            return
        kept = self._kept.setdefault((address.host, address.scheme == "https"), {})
        kept.update(cookies)
        while len(kept) > _MOST:
            kept.pop(next(iter(kept)))

    def header(self, address: Address) -> str:
        """What is sent back to `address`; empty if nothing is."""
        if not self._kept:
            return ""
        cookies = dict(self._kept.get((address.host, False), {}))
        if address.scheme == "https":
            cookies |= self._kept.get((address.host, True), {})
        return "; ".join(f"{name}={value}" for name, value in cookies.items())
