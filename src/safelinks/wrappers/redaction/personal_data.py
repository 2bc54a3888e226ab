"""Whom a wrapped link names: recipients and sessions, in whatever layer, in whatever spelling.

It works on the string, not on its parse: so it also serves links that are cut off, damaged or
nested at any depth, whose inner names and separators are percent-encoded once more a layer.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.redaction.mail_address_spellings import flat, octets, spans

__all__ = [
    "AND_AT_ANY_DEPTH",
    "BAR",
    "EQUALS_AT_ANY_DEPTH",
    "RECIPIENT",
    "SESSION",
    "TEAMS_PAGE",
    "VALUE",
    "escaped_pattern",
    "mask",
    "recipients",
    "tells_session",
]


def _sign(char: str) -> str:
    """A pattern for `char`, percent-encoded or not, however often."""
    return rf"(?:{re.escape(char)}|%(?:25)*+{ord(char):02X})"


def escaped_pattern(char: str, names: str) -> str:
    """A pattern for `char`, percent-encoded or escaped for HTML, by number or by `names`."""
    number = rf"{_sign('#')}(?:x0*+{ord(char):x}|0*+{ord(char)})"
    return rf"(?:{_sign(char)}|{_sign('&')}(?:amp{_sign(';')})*+(?:{number}|{names}){_sign(';')})"


EQUALS_AT_ANY_DEPTH = rf"(?:=3D|{escaped_pattern('=', 'equals')})"
BAR = escaped_pattern("|", "verbar|vert")
AND_AT_ANY_DEPTH = rf"(?:{_sign('&')}|{_sign('?')}|{_sign(';')})"
VALUE = "(?:(?!&|%(?:25)*+26).)*+"
_SPACE = r"(?:\s|%(?:25)*+(?:09|0A|0D|20))*+"

# Field 2 of `data` (spec section 4), up to the next bar or the end of what is left of the link.
_NUMBER = rf"{_SPACE}(?:[0-9A-Z]|%(?:25)*+3[0-9]){{0,8}}+{_SPACE}"
RECIPIENT = pattern_of(
    rf"(data{EQUALS_AT_ANY_DEPTH}{_NUMBER}{BAR}{_NUMBER}{BAR})(?P<recipient>(?:(?!{BAR}).)*+)",
    re.IGNORECASE | re.DOTALL,
)
# Teams (spec section 5): `pc` is a session credential, `si` and `sd` tell who talked to whom.
SESSION = pattern_of(
    rf"({AND_AT_ANY_DEPTH}(?:pc|si|sd){EQUALS_AT_ANY_DEPTH}){VALUE}", re.IGNORECASE | re.DOTALL
)
_CREDENTIAL = pattern_of(
    rf"{AND_AT_ANY_DEPTH}pc{EQUALS_AT_ANY_DEPTH}(?!&|%(?:25)*+26|\Z)", re.IGNORECASE
)
TEAMS_PAGE = "atp-safelinks.html"

_DATA = "data"  # which begins each `RECIPIENT`
_NOBODY: frozenset[str] = frozenset()
_END = pattern_of(r"[\s&]")  # of an address that no bar follows
_ADDRESS = pattern_of(r".{1,64}@[^@]{1,255}")  # RFC 5321, section 4.5.3.1


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
    found = [
        match["recipient"]
        for url in urls
        if _DATA in url.lower()
        for match in RECIPIENT.finditer(url)
    ]
    if not found:
        return _NOBODY
    values = (flat(octets(value)).decode("utf-8", "replace").strip() for value in found)
    addresses = (_END.split(value, maxsplit=1)[0] for value in values)
    return frozenset(filter(_ADDRESS.fullmatch, addresses))


def mask(text: str, addresses: frozenset[str], shown: str = "[recipient]") -> str:
    """`text` with every spelling of the mail `addresses` in it, encoded or not, replaced.

    `addresses` are in lower case.

    >>> mask("https://example.org/u?m=Me%40a.org", frozenset({"me@a.org"}))
    'https://example.org/u?m=[recipient]'
    """
    found = spans(text, addresses) if addresses else []
    if not found:
        return text
    raw = octets(text)
    pieces = []
    done = 0
    for start, end in found:
        pieces += [raw[done:start], shown.encode()]
        done = end
    pieces.append(raw[done:])
    return b"".join(pieces).decode("utf-8", "surrogatepass")
