"""What was written is read back: the addresses that a text has are those that were meant.

It compares addresses, which formats spell in more than one way, and knows no format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from attrs import evolve, field

from safelinks.addresses import percent
from safelinks.addresses.schemes import is_found
from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.links.unwrap_options import Peel
from safelinks.wrappers.unwrapping import Unwrapped

__all__ = ["STAY", "AddressLog", "agree", "is_same"]

STAY = Peel(lambda url: Unwrapped(url, url))  # every address stays as it is

# Formats differ in what they percent-encode, so two spellings of an address are compared with all
# of that encoded.
_VARIES = pattern_of(r"[^A-Za-z0-9%._~!$&*+,;=:/?#@-]")
_HARMLESS = pattern_of(r"hxxps?://|[a-z]+://[^/]*\[\.\]", re.IGNORECASE)
_LOST = "a lost link"


@define
class AddressLog:
    """The `addresses` of a document as it is to be, noted while it is read or written.

    `wrote` is whether one is another than it was, `failed` whether one has no target.
    """

    addresses: list[str] = field(factory=list)
    wrote: bool = False
    failed: bool = False

    def of(self, peel: Peel) -> Peel:
        """`peel`, of which every address is noted here."""
        unwrap = peel.unwrap

        def noted(url: str) -> Unwrapped:
            try:
                unwrapped = unwrap(url)
            except SafelinksError:
                self.addresses.append(url)
                self.failed = True
                raise
            written = unwrapped.target if unwrapped.layers else url
            if is_found(written):  # what nobody looks for is not read back
                self.addresses.append(written)
            self.wrote = self.wrote or bool(unwrapped.layers)
            return unwrapped

        return evolve(peel, unwrap=noted, lost=self._lost)

    def _lost(self, _: str) -> None:
        """A link that the text breaks off stays, but for a recipient in it."""
        self.addresses.append(_LOST)
        self.failed = True


def agree(planned: Sequence[str], read: Sequence[str]) -> bool:
    """Whether these are the same addresses, in any order."""
    one, other = Counter(planned), Counter(read)
    missing, new = one - other, other - one
    return Counter(map(_spelled, missing.elements())) == Counter(map(_spelled, new.elements()))


def is_same(url: str, other: str) -> bool:
    """Whether these are one address, which may be spelled in two ways.

    >>> is_same("https://a.example/a b", "https://a.example/a%20b")
    True
    """
    return url == other or _spelled(url) == _spelled(other)


def _spelled(url: str) -> str:
    """`url` in the one spelling in which addresses are compared."""
    if _HARMLESS.match(url):
        scheme, colon, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        url = f"{scheme.lower().replace('xx', 'tt')}{colon}{host.replace('[.]', '.')}{slash}{path}"
    return percent.encode(url, _VARIES)
