"""Whom a wrapped link names: recipients and sessions, in whatever layer, in whatever spelling.

It works on the string, not on its parse: so it also serves links that are cut off, damaged or
nested at any depth, whose inner names and separators are percent-encoded once more a layer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

__all__ = [
    "AND",
    "BAR",
    "EQUALS",
    "RECIPIENT",
    "SESSION",
    "TEAMS_PAGE",
    "VALUE",
    "escaped",
    "mask",
    "recipients",
    "tells_session",
]


def _sign(char: str) -> str:
    """A pattern for `char`, percent-encoded or not, however often."""
    return rf"(?:{re.escape(char)}|%(?:25)*+{ord(char):02X})"


def escaped(char: str, names: str) -> str:
    """A pattern for `char`, percent-encoded or escaped for HTML, by number or by `names`."""
    number = rf"{_sign('#')}(?:x0*+{ord(char):x}|0*+{ord(char)})"
    return rf"(?:{_sign(char)}|{_sign('&')}(?:amp{_sign(';')})*+(?:{number}|{names}){_sign(';')})"


EQUALS = rf"(?:=3D|{escaped('=', 'equals')})"
BAR = escaped("|", "verbar|vert")
AND = rf"(?:{_sign('&')}|{_sign('?')}|{_sign(';')})"
VALUE = "(?:(?!&|%(?:25)*+26).)*+"
_SPACE = r"(?:\s|%(?:25)*+(?:09|0A|0D|20))*+"

# Field 2 of `data` (spec section 4), up to the next bar or the end of what is left of the link.
_NUMBER = rf"{_SPACE}(?:[0-9A-Z]|%(?:25)*+3[0-9]){{0,8}}+{_SPACE}"
RECIPIENT = re.compile(
    rf"(data{EQUALS}{_NUMBER}{BAR}{_NUMBER}{BAR})(?P<recipient>(?:(?!{BAR}).)*+)",
    re.IGNORECASE | re.DOTALL,
)
# Teams (spec section 5): `pc` is a session credential, `si` and `sd` tell who talked to whom.
SESSION = re.compile(rf"({AND}(?:pc|si|sd){EQUALS}){VALUE}", re.IGNORECASE | re.DOTALL)
_CREDENTIAL = re.compile(rf"{AND}pc{EQUALS}(?!&|%(?:25)*+26|\Z)", re.IGNORECASE)
TEAMS_PAGE = "atp-safelinks.html"

_END = re.compile(r"[\s&]")  # of an address that no bar follows
_AT = re.compile(
    r"@|%(?:25)*40|-40|\\(?:u00|x)40|&(?:amp;)*(?:#(?:0*64|x0*40)|commat);", re.IGNORECASE
)
_ADDRESS = re.compile(r".{1,64}@[^@]{1,255}", re.DOTALL)  # RFC 5321, section 4.5.3.1
# Percent-encoded however often; Proofpoint's second format writes "@" as "-40". Texts have escapes
# of their own: those of JSON and JavaScript, and those of HTML, which Markdown has too.
_NAMED: Mapping[bytes, bytes] = {b"commat": b"@", b"plus": b"+", b"period": b".", b"lowbar": b"_"}
_ESCAPE = re.compile(
    rb"%(?:25)*([0-9A-F]{2})|-(40)|\\(?:u00|x)([2-7][0-9A-F])"
    rb"|&(?:amp;)*(?:#x0*([2-7][0-9A-F])|#0*(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-7])"
    rb"|(" + b"|".join(_NAMED) + rb"));",
    re.IGNORECASE,
)


def tells_session(url: str) -> bool:
    """Whether `url`, in whatever layer, carries the session credential of Teams.

    >>> tells_session("https://teams.example/atp-safelinks.html?url=https%3A%2F%2Fa.example&pc=x")
    True
    """
    return TEAMS_PAGE in url.lower() and _CREDENTIAL.search(url) is not None


def recipients(*urls: str) -> frozenset[str]:
    """The mail addresses, in lower case, that the wrapped links among `urls` were sent to.

    >>> recipients("https://nam06.safelinks.protection.outlook.com/?data=05%7C02%7CMe%40a.org%7C")
    frozenset({'me@a.org'})
    """
    found = (match["recipient"] for url in urls for match in RECIPIENT.finditer(url))
    values = (_flat(_octets(value)).lower().decode("utf-8", "replace").strip() for value in found)
    addresses = (_END.split(value, maxsplit=1)[0] for value in values)
    return frozenset(filter(_ADDRESS.fullmatch, addresses))


def mask(text: str, addresses: frozenset[str], shown: str = "[recipient]") -> str:
    """`text` with every spelling of the mail `addresses` in it, encoded or not, replaced.

    `addresses` are in lower case.

    >>> mask("https://example.org/u?m=Me%40a.org", frozenset({"me@a.org"}))
    'https://example.org/u?m=[recipient]'
    """
    if not addresses or _AT.search(text) is None:
        return text
    raw = _octets(text)
    plain, offsets = _flat(raw).lower(), _offsets(raw)
    pieces = []
    done = 0
    at = plain.find(b"@")
    while at >= 0:
        start, end = _around(plain, at, addresses)
        if end and offsets[start] >= done:
            pieces += [raw[done : offsets[start]], shown.encode()]
            done = offsets[end]
        at = plain.find(b"@", at + 1)
    pieces.append(raw[done:])
    return b"".join(pieces).decode("utf-8", "surrogatepass")


_NOBODY: frozenset[bytes] = frozenset()


def _around(plain: bytes, at: int, addresses: frozenset[str]) -> tuple[int, int]:
    """Where the longest of `addresses` around the "@" at `at` begins and ends; 0, 0 for none.

    They are looked up and not tried, so that it hardly matters how many there are.
    """
    names, widths, lengths = _index(addresses)
    for width in widths:
        domain = plain[at + 1 : at + 1 + width]
        known = names.get(domain, _NOBODY)
        for length in lengths if known else ():
            if length <= at and plain[at - length : at] in known:
                return at - length, at + 1 + len(domain)
    return 0, 0


@lru_cache(maxsize=64)
def _index(
    addresses: frozenset[str],
) -> tuple[Mapping[bytes, AbstractSet[bytes]], list[int], list[int]]:
    """Local parts by domain, then the lengths of all domains and all local parts, longest first."""
    names: dict[bytes, set[bytes]] = {}
    for address in addresses:
        name, _, domain = _flat(_octets(address)).rpartition(b"@")
        names.setdefault(domain, set()).add(name)
    widths = {len(domain) for domain in names}
    lengths = {len(name) for known in names.values() for name in known}
    return names, sorted(widths, reverse=True), sorted(lengths, reverse=True)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _flat(raw: bytes) -> bytes:
    """`raw` with every escape undone, however often it was encoded."""
    return _ESCAPE.sub(_octet, raw)


def _octet(match: re.Match[bytes]) -> bytes:
    _, _, _, _, decimal, name = match.groups()
    if name:
        return _NAMED[name.lower()]
    return bytes([int(decimal) if decimal else int(match[match.lastindex or 0], 16)])


def _offsets(raw: bytes) -> list[int]:
    """For each byte of `_flat(raw)`, and for its end, where it stands in `raw`."""
    offsets: list[int] = []
    at = 0
    for match in _ESCAPE.finditer(raw):
        offsets += range(at, match.start() + 1)
        at = match.end()
    offsets += range(at, len(raw) + 1)
    return offsets
