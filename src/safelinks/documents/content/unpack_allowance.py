"""How much one document may unpack to, with all that is attached to it or nested in it.

A few kilobytes of an archive can hold gigabytes. So there is one allowance for a document, which
all packages in it draw on, however many there are.
"""

from __future__ import annotations

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["OCTETS", "PIECES", "Allowance", "SpentError"]

OCTETS = 200_000_000
PIECES = 500_000
# A large file may have more: so many times its bytes, and a piece for so many of them.
_TIMES = 10
_OCTETS_A_PIECE = 20
# What costs memory for each one, beside addresses: the end of a stretch of text, and a link.
_PIECE = pattern_of(
    r"<(?:/(?:[\w.-]+:)?(?:[tph]|span|instrText)\s*>|(?:[\w.-]+:)?(?:Relationship|hyperlink|hlink))"
)


class SpentError(Exception):
    """A document would unpack to more than its allowance."""


@define
class Allowance:
    """What is left of it: `octets` to unpack, and `pieces` of text or links in them."""

    octets: int = OCTETS
    pieces: int = PIECES

    @classmethod
    def for_file(cls, size: int) -> Allowance:
        """The allowance for a file of `size` bytes."""
        return cls(max(OCTETS, _TIMES * size), max(PIECES, size // _OCTETS_A_PIECE))

    def take_octets(self, count: int) -> None:
        """Use `count` bytes. Raises SpentError where there are fewer."""
        self.octets -= count
        if self.octets < 0:
            raise SpentError

    def take_pieces(self, text: str) -> None:
        """Use the pieces that `text` holds, which is markup.

        Raises SpentError where there are fewer; then the text is not kept, and none are used.
        """
        left = self.pieces - text.count("://")
        for _ in _PIECE.finditer(text):
            left -= 1
            if left < 0:
                break
        if left < 0:
            raise SpentError
        self.pieces = left
