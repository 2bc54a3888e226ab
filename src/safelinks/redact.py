"""Take personal data and credentials out of wrapped links, whatever layer they are in.

It works on the string, not on its parse: so it also serves links that are cut off, damaged or
nested at any depth, whose inner names and separators are percent-encoded once more a layer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from safelinks import percent

__all__ = ["mask", "recipients", "redact"]

_EQUALS = r"(?:=3D|=|&\#x0*3d;|&\#0*61;|&equals;|%(?:25)*+3D)"
_BAR = r"(?:\||%(?:25)*+7C|&\#x0*7c;|&\#0*124;|&(?:verbar|vert);)"
_AND = r"(?:[?&;]|%(?:25)*+26|%(?:25)*+3F|%(?:25)*+3B)"

# Field 2 of `data` (spec section 4), up to the next bar or the end of what is left of the link.
_NUMBER = r"\s{0,8}[0-9A-Z]{0,8}\s{0,8}"
_RECIPIENT = re.compile(
    rf"(data{_EQUALS}{_NUMBER}{_BAR}{_NUMBER}{_BAR})(?P<recipient>(?:(?!{_BAR}).)*+)",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# Teams (spec section 5): `pc` is a session credential, `si` and `sd` tell who talked to whom.
_SESSION = re.compile(
    rf"({_AND}(?:pc|si|sd){_EQUALS})(?:(?!&|%(?:25)*+26).)*+",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_TEAMS_PAGE = "atp-safelinks.html"

_AT = re.compile(r"@|%(?:25)*40")
_ADDRESS = re.compile(r".{1,64}@[^@]{1,255}", re.DOTALL)  # RFC 5321, section 4.5.3.1
_MOST_LAYERS = 12  # of percent-encoding


def redact(url: str, known: frozenset[str] = frozenset()) -> str:
    """`url` without the recipient's address, and without Teams' session values, in every layer.

    The fields that hold them are blanked. The addresses in them, and those that are `known` from
    elsewhere, are masked wherever else they stand, as in a target.

    >>> redact("https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7Cme%40a.org%7C")
    'https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7C%7C'
    """
    found = recipients(url)
    url = _RECIPIENT.sub(r"\1", url)
    if _TEAMS_PAGE in url.lower():
        url = _SESSION.sub(r"\1", url)
    return mask(url, known if found <= known else known | found)


def recipients(*urls: str) -> frozenset[str]:
    """The mail addresses, in lower case, that the wrapped links among `urls` were sent to.

    >>> recipients("https://nam06.safelinks.protection.outlook.com/?data=05%7C02%7CMe%40a.org%7C")
    frozenset({'me@a.org'})
    """
    found = (match["recipient"] for url in urls for match in _RECIPIENT.finditer(url))
    addresses = (_decoded(value).partition("&")[0].strip() for value in found)
    return frozenset(filter(_ADDRESS.fullmatch, addresses))


def mask(text: str, addresses: frozenset[str], shown: str = "[recipient]") -> str:
    """`text` with every spelling of the mail `addresses` in it, encoded or not, replaced.

    `addresses` are in lower case.

    >>> mask("https://example.org/u?m=Me%40a.org", frozenset({"me@a.org"}))
    'https://example.org/u?m=[recipient]'
    """
    if not addresses or _AT.search(text) is None:
        return text
    # The longest first: one may be the end of another.
    for address in sorted(_named(_decoded(text), addresses), key=len, reverse=True):
        text = _spellings(address).sub(shown, text)
    return text


def _named(text: str, addresses: frozenset[str]) -> set[str]:
    """Those of `addresses` that are in `text`, in a time that hardly grows with their number."""
    domains, lengths = _index(addresses)
    found = set()
    at = text.find("@")
    while at >= 0:
        for length in lengths:
            local = text[at - length : at] if length <= at else ""
            for domain in domains.get(local, ()):
                if text.startswith(domain, at + 1):
                    found.add(f"{local}@{domain}")
        at = text.find("@", at + 1)
    return found


@lru_cache(maxsize=64)
def _index(addresses: frozenset[str]) -> tuple[Mapping[str, list[str]], tuple[int, ...]]:
    """The domains of `addresses` by local part, and the lengths that local parts have."""
    domains: dict[str, list[str]] = {}
    for address in addresses:
        local, _, domain = address.rpartition("@")
        domains.setdefault(local, []).append(domain)
    return domains, tuple({len(local) for local in domains})


def _decoded(text: str) -> str:
    """`text` in lower case, percent-decoded to the last layer."""
    for _ in range(_MOST_LAYERS):
        decoded = percent.decode(text)
        if decoded == text:
            break
        text = decoded
    return text.lower()


@lru_cache(maxsize=1024)
def _spellings(address: str) -> re.Pattern[str]:
    """The lower-case `address` in any case, its characters percent-encoded however often."""
    return re.compile("".join(map(_spelling, address)), re.IGNORECASE)


def _spelling(char: str) -> str:
    escapes = (
        "".join(rf"%(?:25)*{byte:02X}" for byte in case.encode("utf-8", "surrogatepass"))
        for case in {char, char.upper()}
    )
    return f"(?:{'|'.join((re.escape(char), *escapes))})"
