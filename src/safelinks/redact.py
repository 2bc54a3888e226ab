"""Take personal data and credentials out of wrapped links, whatever layer they are in.

It works on the string, not on its parse: so it also serves links that are cut off, damaged or
nested at any depth, whose inner names and separators are percent-encoded once more a layer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from safelinks import percent

__all__ = ["mask", "redact"]

_EQUALS = r"(?:=3D|=|&\#x0*3d;|&\#0*61;|&equals;|%(?:25)*+3D)"
_BAR = r"(?:\||%(?:25)*+7C)"
_AND = r"(?:[?&;]|%(?:25)*+26|%(?:25)*+3F|%(?:25)*+3B)"

# Field 2 of `data` (spec section 4), up to the next bar or the end of what is left of the link.
_RECIPIENT = re.compile(
    rf"(data{_EQUALS}[0-9]{{2}}{_BAR}[0-9]{{2}}{_BAR})(?:(?!{_BAR}).)*+",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# Teams (spec section 5): `pc` is a session credential, `si` and `sd` tell who talked to whom.
_SESSION = re.compile(
    rf"({_AND}(?:pc|si|sd){_EQUALS})(?:(?!&|%(?:25)*+26).)*+",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_TEAMS_PAGE = "atp-safelinks.html"


def redact(url: str) -> str:
    """`url` with the recipient's address and Teams' session values blanked in every layer.

    >>> redact("https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7Cme%40a.org%7C")
    'https://nam06.safelinks.protection.outlook.com/?url=x&data=05%7C02%7C%7C'
    """
    url = _RECIPIENT.sub(r"\1", url)
    return _SESSION.sub(r"\1", url) if _TEAMS_PAGE in url.lower() else url


def mask(text: str, address: str, shown: str = "[recipient]") -> str:
    """`text` with every spelling of the mail `address` in it, encoded or not, replaced.

    >>> mask("https://example.org/u?m=Me%40a.org", "me@a.org")
    'https://example.org/u?m=[recipient]'
    """
    return _spellings(address).sub(shown, text) if address else text


@lru_cache(maxsize=256)
def _spellings(address: str) -> re.Pattern[str]:
    """`address` in any case, its signs percent-encoded or not, however often."""
    pattern = "".join(
        re.escape(char) if char.isalnum() else rf"(?:{re.escape(char)}|%(?:25)*{ord(char):02X})"
        for char in percent.decode(address)
    )
    return re.compile(pattern, re.IGNORECASE)
