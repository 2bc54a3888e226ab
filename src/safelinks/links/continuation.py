"""Whether a link that ends at a border of its text could go on behind that.

A border is where something may have cut a link: the end of a line, markup, the end of a literal.
What stands behind it is the link's as long as nothing proves that it is not.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from safelinks.foundation.patterns import pattern_of
from safelinks.links.line_breaks import Gap, Lead, gaps_of, lead_of
from safelinks.wrappers.microsoft.safelink_grammar import KEPT

__all__ = ["Target", "goes_on"]

# What may be the link's own or the sentence's.
_MOST_PUNCTUATION = 8
_EMPTY_LINES = pattern_of(r"(?:(?:[ \t\xa0]|=20)*(?:\r\n|\n|\r)){1,4}[ \t]*")
_BLANKS = pattern_of(r"[ \t]+(?=\S)")
_PIECE = pattern_of(r"[\w%.!~*'()&=;#/:?@$,\-]{1,400}+")
_OTHER_LINK = pattern_of(r"(?!(?:t?tps?|ps?)://)[a-z][a-z0-9+.-]{1,20}:/", re.IGNORECASE)
_ENTRY = pattern_of(r"[\w-]{1,40}:(?=[ \t\r\n]|\Z)")  # "Reported-by: "
# What only the rest of an address looks like, and what only the rest of `data` does.
_ENCODED = pattern_of(
    r"%(?:25)*+[0-9a-f]{2}|&(?:amp;)*[a-z_]{1,12}=|\A(?:amp|mp|p);", re.IGNORECASE
)
# What a value that is encoded cannot go on with: it has other characters.
_ENCODED_PIECE = pattern_of(rf"{KEPT}{{1,4096}}+(?![@?$\w]|[:=]\S)|&")
# What begins another item of a list: not every sign there, for those of comments look the same.
_ITEM = pattern_of(r"[ \t]*[\u2022\u2013\u25aa\u25e6\xb7][ \t]|[ \t]*[-*+][ \t]+<?[a-z]{2,20}://")
# A number does only where the line of the link has the one before it: "2) " may be a rest as well.
_NUMBERED = pattern_of(r"[ \t]*(\(?)([0-9]{1,3})([.)])[ \t]")
# A line that parts others, and the sign before a signature.
_RULE = pattern_of(r"(?:--|([-_=*~])\1{2,})[ \t]*(?:[\r\n]|\Z)")
_SETTING = pattern_of(r"[\w.-]+=[^\s=]")  # "NAME=value", which is no rest of a value
_OPEN_NAME = pattern_of(r"[&/][a-z_;]{0,20}\Z", re.IGNORECASE)
_OPENS_VALUE = pattern_of(r"[?&;][\w.-]{1,20}=\Z")
_LONGEST_NAME = 24
# What no word is: digits and letters, capitals within, what only an address has.
_TOKEN = pattern_of(r"(?=.{4})(?:.*[%&=]|.*[0-9][\w-]*[A-Za-z]|.*[A-Za-z][\w-]*[0-9]|.*[a-z][A-Z])")
_OF_RECIPIENT = pattern_of(r"%(?:25)*+(?:40|7C)", re.IGNORECASE)


class Target(Enum):
    """What is known of the target in a link whose end is not."""

    OPEN = auto()  # whatever comes next may be a part of it
    ENCODED = auto()  # the same, but an ampersand would end it
    TOKEN = auto()  # certain, but the last value behind it is a token that may go on
    CLOSED = auto()  # certain: all that matters is whether a rest that names somebody stays behind


_PUNCTUATION = {
    Target.OPEN: ".!*_~)?:;,'",
    Target.ENCODED: ".!*_~)'",
    Target.TOKEN: ",",
    Target.CLOSED: ".!*_~)",
}


def goes_on(text: str, start: int, end: int, target: Target) -> int | None:
    """How far the link ``text[start:end]`` surely reaches if it could go on; None if it cannot."""
    lead = lead_of(text, start)
    behind = _behind_punctuation(text, end, lead, target)
    if behind is None:
        return None
    first = text[start:behind]
    ends = [gap for gaps in gaps_of(text, start) if (gap := gaps.at(behind, first, first))]
    if not ends:
        in_line = target in (Target.OPEN, Target.ENCODED) and _goes_on_in_line(text, behind)
        return end if in_line else None
    if not any(_leads_on(text, (start, behind), gap, target, lead) for gap in ends):
        return None
    again = text.startswith(f"<{first}>", behind)  # another program took the piece for a link
    return behind + len(first) + 2 if again else end


def _leads_on(text: str, link: tuple[int, int], gap: Gap, target: Target, lead: Lead) -> bool:
    """Whether `link`, which stands behind `lead`, could go on behind `gap`."""
    start, end = link
    near = max(start, end - _LONGEST_NAME)
    opens_value = _OPENS_VALUE.search(text, near, end) is not None
    item = _ITEM.match(text, gap.end) is not None or _is_next_item(text, gap.end, lead)
    if _RULE.match(text, gap.end) or (item and not opens_value):
        return False  # the lines behind are others
    if target is Target.TOKEN and _SETTING.match(text, gap.end):
        return _OPEN_NAME.search(text, near, end) is not None
    if gap.signs and target is Target.OPEN:
        return True
    return _could_be_rest(text, gap.end, target, opens_value=opens_value)


def _behind_punctuation(text: str, end: int, lead: Lead, target: Target) -> int | None:
    """Behind what may close a sentence or be the link's; None where a bracket closes."""
    for at in range(end, end + _MOST_PUNCTUATION):
        char = text[at : at + 1]
        if not char or char not in _PUNCTUATION[target]:
            return at
        if char == "'" and lead.opens(char):
            return at
        if char == ")" and lead.text.count("(") > lead.text.count(")"):
            return None
        if lead.text.endswith(char):
            return None  # it opened what it closes
    return None


def _could_be_rest(text: str, at: int, target: Target, *, opens_value: bool) -> bool:
    """Whether what stands at `at`, behind a gap, could be a piece of the link before that.

    Another address could be only if the link ends where a value begins, which `opens_value` says.
    """
    empty = _EMPTY_LINES.match(text, at)
    piece = _PIECE.match(text, empty.end() if empty else at)
    if piece is None or (
        target is Target.ENCODED and not _ENCODED_PIECE.match(text, piece.start())
    ):
        return False
    if _OTHER_LINK.match(piece[0]):
        return target is Target.OPEN and not empty and opens_value
    ended = target is Target.ENCODED and piece[0].startswith("&")
    if target is Target.CLOSED or ended:
        return _OF_RECIPIENT.search(piece[0]) is not None
    if target is Target.TOKEN:
        return _TOKEN.match(piece[0]) is not None and not empty
    sign = _ENCODED.search(piece[0]) if empty else not _ENTRY.match(text, piece.start())
    return bool(sign)


def _is_next_item(text: str, at: int, lead: Lead) -> bool:
    """Whether the line at `at` has the number that comes next to the one in `lead`."""
    own = _NUMBERED.match(lead.text) if lead.whole else None
    other = _NUMBERED.match(text, at) if own else None
    return (
        own is not None
        and other is not None
        and own.group(1, 3) == other.group(1, 3)
        and int(other[2]) == int(own[2]) + 1
    )


def _goes_on_in_line(text: str, at: int) -> bool:
    """Whether the next word is encoded, as no word of a sentence is."""
    blanks = _BLANKS.match(text, at)
    word = _PIECE.match(text, blanks.end()) if blanks else None
    return word is not None and _ENCODED.search(word[0]) is not None
