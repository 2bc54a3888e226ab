"""Rests of Safe Links: pieces without a head, which still name the recipient (spec, section 4).

Where markup or a program has torn a link apart, its head may be far away or gone. What is left
leads nowhere, and says whom the message was delivered to: so it is found, as a lost link.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of
from safelinks.links.line_breaks import Gaps, Lead
from safelinks.links.wrapped_links import LinkSpan

__all__ = ["read_rest"]

_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%_.!~*()&;#=-"
_RUN = pattern_of(rf"[{re.escape(_CHARACTERS)}]{{1,2048}}+")
_FARTHEST = 2_048
_MOST_PIECES = 12
_BAR = "%(?:25)*+7C"
_AT = "%(?:25)*+40"
# The recipient and the id behind it; the recipient behind the version; the two ids.
_EVIDENCE = pattern_of(
    rf"{_AT}(?:(?!{_BAR})[^&\s]){{1,255}}{_BAR}[0-9a-f]{{8}}"
    rf"|data=(?:3D)?0[0-9]{_BAR}0[0-9]{_BAR}(?:(?!{_BAR})[^&\s]){{1,255}}{_AT}"
    rf"|[^&\s]{_BAR}[0-9a-f]{{32}}{_BAR}[0-9a-f]{{32}}{_BAR}",
    re.IGNORECASE,
)
_TAIL = pattern_of(r"&(?:amp;)*reserved=(?:3D)?[0-9]", re.IGNORECASE)
_OWN = pattern_of(rf"{_BAR}|{_AT}|%3D|&(?:amp;)*s?data=|reserved=", re.IGNORECASE)
_LONG = pattern_of(r"(?=.{0,60}[0-9])(?=.{0,60}[A-Za-z])\S{20}")
_MARGIN = pattern_of(r"(?:^|[\r\n])[ \t>|+]*\Z")
_NOWHERE = Lead("", whole=False)


def read_rest(text: str, at: int, floor: int) -> LinkSpan | None:
    """The rest of a Safe Link around offset `at`, where a bar of its `data` stands."""
    start = _start_of_run(text, at, floor)
    start = _start_of_line_before(text, start, floor)
    gaps = Gaps(text, _NOWHERE, "")
    rest, end = "", start
    for number in range(_MOST_PIECES):
        piece = _RUN.match(text, end)
        if piece is None or (number and not (_OWN.search(piece[0]) or _LONG.match(piece[0]))):
            break
        rest += piece[0]
        reach = piece.end()
        tail = _TAIL.search(rest)
        if tail is not None:
            reach -= len(rest) - tail.end()
            rest = rest[: tail.end()]
            break
        gap = gaps.at(reach, rest, "")
        if gap is None:
            break
        end = gap.end
    else:
        reach = end
    return LinkSpan(start, reach, rest, cut=True) if _EVIDENCE.search(rest) else None


def _start_of_run(text: str, at: int, floor: int) -> int:
    before = text[max(floor, at - _FARTHEST) : at]
    return at - (len(before) - len(before.rstrip(_CHARACTERS)))


def _start_of_line_before(text: str, start: int, floor: int) -> int:
    """Where the piece begins that stands on the line before, if that has the recipient in it."""
    margin = _MARGIN.search(text[max(floor, start - 40) : start])
    if margin is None:
        return start
    end = start - len(margin[0])
    before = _start_of_run(text, end, floor)
    return before if re.search(_AT, text[before:end], re.IGNORECASE) else start
