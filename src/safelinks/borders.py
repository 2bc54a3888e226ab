"""Whether a link that ends at a border of its text could go on behind that.

A border is where something may have cut a link: the end of a line, markup, the end of a literal.
What stands behind it is the link's as long as nothing proves that it is not.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from safelinks.gaps import Gaps, Lead, lead_of

__all__ = ["Target", "goes_on"]

# What may be the link's own or the sentence's.
_PUNCTUATION = ".!*_~)"
_MOST_PUNCTUATION = 8
_EMPTY_LINES = re.compile(r"(?:(?:[ \t\xa0]|=20)*(?:\r\n|\n|\r)){1,4}[ \t]*")
_BLANKS = re.compile(r"[ \t]+(?=\S)")
_PIECE = re.compile(r"[A-Za-z0-9%_.!~*'()&=;#/:?@$\-]{1,400}+")
_OTHER_LINK = re.compile(r"[a-z][a-z0-9+.-]{1,20}:/", re.IGNORECASE)
_ENTRY = re.compile(r"[\w-]{1,40}:(?=[ \t\r\n]|\Z)")  # "Reported-by: "
# What only the rest of an address looks like, and what only the rest of `data` does.
_ENCODED = re.compile(
    r"%(?:25)*+[0-9a-f]{2}|&(?:amp;)*[a-z_]{1,12}=|\A(?:amp|mp|p);", re.IGNORECASE
)
_OF_RECIPIENT = re.compile(r"%(?:25)*+(?:40|7C)", re.IGNORECASE)


class Target(Enum):
    """What is known of the target in a link whose end is not."""

    OPEN = auto()  # whatever comes next may be a part of it
    ENCODED = auto()  # the same, but an ampersand would end it
    CLOSED = auto()  # certain: all that matters is whether a rest that names somebody stays behind


def goes_on(text: str, start: int, end: int, target: Target) -> int | None:
    """How far the link ``text[start:end]`` surely reaches if it could go on; None if it cannot."""
    lead = lead_of(text, start)
    behind = _behind_punctuation(text, end, lead)
    if behind is None:
        return None
    first = text[start:behind]
    gap = Gaps(text, lead, "").at(behind, first, first)
    if gap is None:
        return end if target is not Target.CLOSED and _goes_on_in_line(text, behind) else None
    if not _could_be_rest(text, gap.end, target):
        return None
    again = text.startswith(f"<{first}>", behind)  # another program took the piece for a link
    return behind + len(first) + 2 if again else end


def _behind_punctuation(text: str, end: int, lead: Lead) -> int | None:
    """Behind what may close a sentence or be the link's; None where a bracket closes."""
    for at in range(end, end + _MOST_PUNCTUATION):
        char = text[at : at + 1]
        if not char or char not in _PUNCTUATION:
            return at
        if char == ")" and lead.text.count("(") > lead.text.count(")"):
            return None
        if lead.text.endswith(char):
            return None  # it opened what it closes
    return None


def _could_be_rest(text: str, at: int, target: Target) -> bool:
    """Whether what stands at `at`, behind a gap, could be a piece of the link before that."""
    empty = _EMPTY_LINES.match(text, at)
    piece = _PIECE.match(text, empty.end() if empty else at)
    if piece is None or _OTHER_LINK.match(piece[0]):
        return False
    ended = target is Target.ENCODED and piece[0].startswith("&")
    if target is Target.CLOSED or ended:
        return _OF_RECIPIENT.search(piece[0]) is not None
    if empty:
        return _ENCODED.search(piece[0]) is not None
    return _ENTRY.match(text, piece.start()) is None


def _goes_on_in_line(text: str, at: int) -> bool:
    """Whether the next word is encoded, as no word of a sentence is."""
    blanks = _BLANKS.match(text, at)
    word = _PIECE.match(text, blanks.end()) if blanks else None
    return word is not None and _ENCODED.search(word[0]) is not None
