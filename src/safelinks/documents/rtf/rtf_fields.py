"""Fields of RTF: the address in an instruction, and what else stands there.

An instruction is a text of words, switches and arguments in quotes (ECMA-376, part 1, section
17.16). This room knows how one is written, and nothing of where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from safelinks.documents.passages.passage import Meant, Passage, Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Instruction", "instruction"]

_BEGINS = pattern_of(r"\s*(HYPERLINK|INCLUDEPICTURE|INCLUDETEXT|IMPORT)\b", re.IGNORECASE)
_LINK = "HYPERLINK"
_TOKEN = pattern_of(r'\s*+(?:"((?:[^"\\]++|\\.)*+)"?|(\\.)|([^\s"]++))', re.DOTALL)
# Switches that an argument follows: of links (section 17.16.5.25), pictures, and of all fields.
_LOCATION = "\\l"
_WITH_ARGUMENT = frozenset({_LOCATION, "\\o", "\\t", "\\c", "\\*", "\\@", "\\#"})


@frozen
class Instruction:
    """What an instruction says, in pieces of the document; `meanings` has what these stand for.

    `address` is where it leads, and `place` a place in that, which is apart from it. `rest` is all
    but the address. `is_link` tells whether what the field shows is the text of a link.
    """

    is_link: bool
    address: tuple[Span, ...]
    place: tuple[Span, ...]
    rest: tuple[Span, ...]
    meanings: Mapping[int, str]


def instruction(text: str, pieces: tuple[Span, ...], meanings: Mapping[int, str]) -> Instruction:
    """The instruction that `pieces` of `text` make up."""
    said = Meant(text, Passage(pieces, meanings=meanings)).text
    unquoted = _unquoted(text, pieces, meanings) if meanings else meanings
    begins = _BEGINS.match(said)
    address, place = _arguments(said, begins.end()) if begins is not None else (None, None)
    is_link = begins is not None and begins[1].upper() == _LINK
    if address is None:
        return Instruction(is_link, (), (), pieces, unquoted)
    before, within, behind = _cut(pieces, meanings, address)
    if place is None or "#" in said[slice(*address)]:  # an address may name a place by itself
        return Instruction(is_link, within, (), before + behind, unquoted)
    return Instruction(is_link, within, _cut(pieces, meanings, place)[1], before + behind, unquoted)


def _arguments(said: str, position: int) -> tuple[Span | None, Span | None]:
    """Where the address stands, and a place that is named behind it."""
    address: Span | None = None
    switch = ""
    while (token := _TOKEN.match(said, position)) is not None:
        position = token.end()
        span = token.span(1) if token[1] is not None else token.span(3)
        if token[2] is not None:
            switch = token[2].lower()
        elif switch in _WITH_ARGUMENT:
            if switch == _LOCATION and address is not None and span[0] < span[1]:
                return address, span
            switch = ""
        elif address is None:
            address = span if span[0] < span[1] else None
    return address, None


def _cut(
    pieces: tuple[Span, ...], meanings: Mapping[int, str], span: Span
) -> tuple[tuple[Span, ...], tuple[Span, ...], tuple[Span, ...]]:
    """`pieces` before, within and behind `span` of what they mean."""
    parts: tuple[list[Span], list[Span], list[Span]] = ([], [], [])
    at = 0
    for start, end in pieces:
        if start in meanings:
            length = len(meanings[start])
            # What means nothing belongs to what is before it.
            where = 0 if at < span[0] or (not length and at == span[0]) else 1
            parts[where if at + length <= span[1] else 2].append((start, end))
            at += length
            continue
        length = end - start
        low, high = (min(max(edge - at, 0), length) for edge in span)
        for part, first, last in zip(parts, (0, low, high), (low, high, length), strict=True):
            if first < last:
                part.append((start + first, start + last))
        at += length
    return tuple(parts[0]), tuple(parts[1]), tuple(parts[2])


def _unquoted(text: str, pieces: tuple[Span, ...], meanings: Mapping[int, str]) -> dict[int, str]:
    """What pieces of an instruction mean, in which a backslash escapes quotes and itself."""
    meanings = dict(meanings)
    before: int | None = None  # where the backslash stands
    for start, end in pieces:
        meant = meanings.get(start)
        if before is not None and (meant or text[start:end])[:1] in ("\\", '"'):
            meanings[before] = ""
            before = None
        else:
            before = start if meant == "\\" else None
    return meanings
