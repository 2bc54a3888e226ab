"""Formulas of spreadsheets: the strings in them, and which of those are addresses.

A string doubles its quotes, and is joined of several where it would be too long for Excel. One that
a formula goes on with what only a cell knows is the beginning of an address, not one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses.place import NOWHERE, Place
from safelinks.addresses.roles import Role
from safelinks.documents.markup.markup_tokens import MARKUP, MARKUP_REFERENCE
from safelinks.documents.passages.passage import Codec, Passage, Reading, Span
from safelinks.foundation.patterns import pattern_of

__all__ = ["is_hyperlink_formula", "passages_of_attribute", "passages_of_formula"]

_QUOTE = '(?:"|&quot;|&#34;)'
_AND = "(?:&amp;|&#38;)"
_CHARACTER = pattern_of(rf"{_QUOTE}{_QUOTE}|&[^;&]{{1,8}};|.", re.DOTALL)
_INNER = rf"(?:{_QUOTE}{_QUOTE}|(?!{_QUOTE}).)*+"
_LITERAL = rf"{_QUOTE}{_INNER}{_QUOTE}"
_STRING = pattern_of(rf"({_QUOTE})({_INNER})({_QUOTE})", re.DOTALL)
_LONGEST_STRING = 255
# Strings that make up one: ``"a"&"b"``, ``CONCATENATE("a","b")``; and what more is put to it.
_CHAIN = pattern_of(
    rf"(?P<more_before>{_AND}\s*+)?(?:(?P<listed>\bCONCAT(?:ENATE)?\(\s*+)"
    rf"(?P<list>{_LITERAL}(?:\s*+(?:[,;]|{_AND})\s*+{_LITERAL})*+)\s*+(?P<list_goes_on>[^)\s])?"
    rf"|(?P<chain>{_LITERAL}(?:\s*+{_AND}\s*+{_LITERAL})*+)\s*+(?P<goes_on>{_AND})?)",
    re.DOTALL | re.IGNORECASE,
)
_HYPERLINK = pattern_of(r"\bHYPERLINK\(\s*+\Z", re.IGNORECASE)
_CALLS = pattern_of(r"\bHYPERLINK\(", re.IGNORECASE)
_FARTHEST = 40  # characters between the name of a function and its argument

_JOINED = rf"{_QUOTE}\s*(?:{_AND}|[,;])\s*{_QUOTE}"
_DOUBLED = f"{_QUOTE}{_QUOTE}"


def _undo(escape: str) -> str:
    if _IS_JOINED.fullmatch(escape):
        return ""
    return '"' if _IS_DOUBLED.fullmatch(escape) else MARKUP.undo(escape)


_IS_JOINED = pattern_of(_JOINED)
_IS_DOUBLED = pattern_of(_DOUBLED)


def _shortened(inner: str) -> str:
    """What stands between the outer quotes, with no string in it that is too long for Excel."""
    return _STRING.sub(_in_several, f'"{inner}"')[1:-1]


def _in_several(match: re.Match[str]) -> str:
    characters = _CHARACTER.findall(match[2])
    pieces = [
        "".join(characters[at : at + _LONGEST_STRING])
        for at in range(0, len(characters), _LONGEST_STRING)
    ]
    return f"{match[1]}{f'{match[3]}&amp;{match[1]}'.join(pieces)}{match[3]}"


_IN_STRING = Codec(
    pattern_of(rf"{_JOINED}|{_DOUBLED}|{MARKUP_REFERENCE}"),
    _undo,
    lambda written, before: MARKUP.redo(written.replace('"', '""'), before),
    _shortened,
)
# In an attribute, as OpenDocument has its formulas, no string is too long.
_IN_ATTRIBUTE = Codec(_IN_STRING.pattern, _IN_STRING.undo, _IN_STRING.redo)
_QUOTES_AROUND = pattern_of(rf"({_QUOTE})(.*)({_QUOTE})", re.DOTALL)


def is_hyperlink_formula(formula: str) -> bool:
    """Whether a formula is a link, and its value the text of the link."""
    return _CALLS.search(formula) is not None


def passages_of_formula(
    text: str, span: Span, place: Place, label: str | None
) -> Iterator[Passage]:
    """The strings of the formula of Excel at ``text[span]``, and what stands between them.

    `label` is the text that people see of a link.
    """
    return _passages(text, span, _IN_STRING, place, label)


def passages_of_attribute(text: str, span: Span) -> Iterator[Passage]:
    """The strings of a formula of OpenDocument, and what stands between them."""
    return _passages(text, span, _IN_ATTRIBUTE, NOWHERE, None)


def _passages(
    text: str, span: Span, codec: Codec, place: Place, label: str | None
) -> Iterator[Passage]:
    start, end = span
    done = start
    for match in _CHAIN.finditer(text, *span):
        group = "chain" if match["list"] is None else "list"
        inner = _QUOTES_AROUND.fullmatch(match[group])
        if inner is None:
            continue
        low, high = match.start(group) + inner.start(2), match.start(group) + inner.end(2)
        if done < low:
            yield Passage(((done, low),), MARKUP, place=place)
        done = high
        if low == high:
            continue
        first = match.start("listed" if match["list"] else group)
        linked = _HYPERLINK.search(text, max(start, first - _FARTHEST), first) is not None
        is_part = match["more_before"] or match["goes_on"] or match["list_goes_on"]
        yield Passage(
            ((low, high),),
            codec,
            label if linked else None,
            place=place,
            reading=Reading.VALUE if linked and not is_part else Reading.STRING,
            role=Role.TEMPLATE if is_part else None,
        )
    if done < end:
        yield Passage(((done, end),), MARKUP, place=place)
