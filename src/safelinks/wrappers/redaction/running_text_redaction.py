"""What torn and cut links leave in running text: who is named in it is blanked.

Ends of lines, and what stands before these, stay.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.redaction.personal_data import (
    AND_AT_ANY_DEPTH,
    BAR,
    EQUALS_AT_ANY_DEPTH,
    TEAMS_PAGE,
    VALUE,
)

__all__ = ["blanked", "end_of_rest", "redact_rest"]

# What is left of a link in running text, its lines broken and quoted: a value goes on over the ends
# of lines, and behind a blank with what is too long for a word.
_BREAK = r"(?:(?:=?[ \t]*+\r?\n[ \t>|]*+)++|[ \t]++(?=[\w%.~+/=-]{24}))"
_PIECE = r"(?:(?!&|%(?:25)*+26)\S)"
_LONG = rf"(?=(?:{_PIECE}|{_BREAK}){{8}})"
_SESSION_REST = pattern_of(
    rf"((?:[&?]|&amp;|%(?:25)*+26)(?:{_BREAK}?p{_BREAK}?c|{_BREAK}?s{_BREAK}?[id]){_BREAK}?"
    rf"(?:=(?:3D)?|%(?:25)*+3D)){_LONG}{_PIECE}*+(?:{_BREAK}{_PIECE}++)*+",
    re.IGNORECASE,
)
_CUT_SESSION = pattern_of(
    rf"{AND_AT_ANY_DEPTH}(?:p|s|(?:pc|si|sd)(?:{EQUALS_AT_ANY_DEPTH}{VALUE})?)?\Z",
    re.IGNORECASE | re.DOTALL,
)
_MORE = pattern_of(rf"(?:{_BREAK}{_PIECE}++)*+", re.IGNORECASE)
# The rest of `data`, from within the recipient on: ids of the message and of the tenant follow.
_IDS_REST = pattern_of(rf"(?<=\S)(?={BAR}[0-9A-F]{{32}}{BAR}[0-9A-F]{{32}}{BAR})", re.IGNORECASE)
_DATA = pattern_of(rf"data{EQUALS_AT_ANY_DEPTH}", re.IGNORECASE)
_LONGEST_REST = 400  # characters of a recipient, encoded more than once

# The same in a text that cuts the link: fields between bars, of which that behind the version, and
# any that has "@" in it, is a recipient.
_CUT = pattern_of(r"=?[ \t]*+\r?\n[ \t>|+]*+")
_IN_PIECES = rf"(?:{_CUT.pattern})?+"
_CUT_BAR = rf"(?:%{_IN_PIECES}(?:25)*+7{_IN_PIECES}C|\|)"
_CUT_AT = pattern_of(rf"%{_IN_PIECES}(?:25)*+4{_IN_PIECES}0|@")
_ID = pattern_of(rf"{_CUT_BAR}{_IN_PIECES}[0-9a-f]{{8}}", re.IGNORECASE)
_CUT_FIELD = pattern_of(
    rf"(?:(?P<data>data{_IN_PIECES}{EQUALS_AT_ANY_DEPTH}{_IN_PIECES}0{_IN_PIECES}[0-9]{_IN_PIECES}{_CUT_BAR}"
    rf"{_IN_PIECES}0{_IN_PIECES}[0-9]{_IN_PIECES}{_CUT_BAR})|(?:\A|{_CUT_BAR}))"
    rf"(?P<recipient>(?:\n[ \t>|+]*+|(?!{_CUT_BAR})[^&])*+)",
    re.IGNORECASE,
)


def blanked(raw: str) -> str:
    """`raw`, a link as a text has it in pieces, without its recipient in any of them.

    Ends of lines, and what stands before these, stay.

    >>> blanked("?url=x&data=05%7C02%7Cme%4\\n> 0a.org%7C5f10")
    '?url=x&data=05%7C02%7C\\n> %7C5f10'
    """
    out: list[str] = []
    done = 0
    for field in _CUT_FIELD.finditer(raw):
        torn = not field.start() and _ID.match(raw, field.end())  # begins within the recipient
        if not (field["data"] or torn or _CUT_AT.search(field["recipient"])):
            continue
        start, end = field.span("recipient")
        kept = "".join(match[0] for match in _CUT.finditer(raw, start, end))
        out += [raw[done:start], kept]
        done = end
    return "".join((*out, raw[done:]))


def redact_rest(text: str) -> str:
    """`text` of many lines without what broken links in it left over of recipients and sessions.

    Of such a link so little is whole that nothing finds it, or not up to its end.

    >>> redact_rest("atp-safelinks.html?url=x&pc=0123456789012345678\\n> 456&si=x")
    'atp-safelinks.html?url=x&pc=&si=x'
    """
    text = _SESSION_REST.sub(r"\1", text)
    pieces: list[str] = []
    done = 0
    for match in _IDS_REST.finditer(text):
        end = match.start()
        start = max(done, end - _LONGEST_REST)
        words = text[start:end].split()
        if words and _DATA.search(words[-1]) is None:  # else the field is whole
            pieces.append(text[done : end - len(words[-1])])
            done = end
    return "".join((*pieces, text[done:]))


def end_of_rest(url: str, text: str, at: int) -> int:
    """Where in `text` a link of Teams ends that was found as `url` and ended at `at` too early.

    >>> url = "https://teams.example/atp-safelinks.html?url=https%3A%2F%2Fa.example&pc=01"
    >>> end_of_rest(url, url + "\\n23 and more", len(url)) - len(url)
    3
    """
    if TEAMS_PAGE not in url.lower() or _CUT_SESSION.search(url) is None:
        return at
    more = _MORE.match(text, at)
    return more.end() if more else at
