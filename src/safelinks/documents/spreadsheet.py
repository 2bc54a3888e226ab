"""Worksheets of Excel: links of cells, links in cells, links in formulas (ECMA-376, part 1).

A cell's text stands among the shared strings of all sheets, its link among the relationships of its
sheet, and a comment on it in a part of its own: each is told with the cell that people see it in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from attrs import define, evolve, field, frozen

from safelinks.documents.markup import MARKUP, attributes, tags
from safelinks.documents.passages import Codec, Passage, Span
from safelinks.documents.relationships import Relationships
from safelinks.documents.runs import Located, of_relationship
from safelinks.labels import tidy
from safelinks.place import Place

__all__ = ["SharedStrings", "passages_of_comments", "passages_of_sheet", "shared_strings"]

# A string of a formula doubles its quotes, and is joined of several where it is long.
_QUOTE = '(?:"|&quot;|&#34;)'
_JOINED = re.compile(rf"{_QUOTE}\s*&amp;\s*{_QUOTE}")
_LONGEST_STRING = 255


def _undo_formula(escape: str) -> str:
    return "" if _JOINED.fullmatch(escape) else MARKUP.undo(escape)


def _redo_formula(written: str, before: str) -> str:
    """One string, or several where one would be too long for Excel."""
    pieces = re.findall(f".{{1,{_LONGEST_STRING}}}", written, re.DOTALL)
    return '"&amp;"'.join(MARKUP.redo(piece, before) for piece in pieces)


_FORMULA = Codec(
    re.compile(rf"{_JOINED.pattern}|{MARKUP.pattern.pattern if MARKUP.pattern else ''}"),
    _undo_formula,
    _redo_formula,
)


@frozen
class SharedStrings:
    """The strings that cells refer to by number, each as spans of `text`, the content of `part`."""

    part: str = ""
    text: str = field(default="", repr=False)
    items: tuple[tuple[Span, ...], ...] = field(default=(), repr=False)


def shared_strings(part: str, text: str) -> SharedStrings:
    """Every string of a part of shared strings; one may be in several runs."""
    items: list[tuple[Span, ...]] = []
    pieces: list[Span] = []
    start = phonetic = 0
    for tag in tags(text):
        if tag.name == "t" and not phonetic:
            if not tag.closing:
                start = tag.end
            elif start < tag.start:
                pieces.append((start, tag.start))
        elif tag.name == "rPh" and not tag.empty:
            phonetic += -1 if tag.closing else 1
        elif tag.name == "si" and (tag.closing or tag.empty):
            items.append(tuple(pieces))
            pieces = []
    return SharedStrings(part, text, tuple(items))


@define
class _Cell:
    """A cell that is being read: its formula, its value, the pieces of a text of its own."""

    name: str = ""
    type: str = ""
    formula: Span | None = None
    value: Span | None = None
    pieces: list[Span] = field(factory=list)


@frozen
class _Sheet:
    """What the passages of a sheet are made of."""

    part: str
    text: str
    relationships: Relationships
    strings: SharedStrings
    place: Place

    def passages(self) -> Iterator[Located]:
        links = self._links()
        for cell in self._cells():
            place = evolve(self.place, cell=cell.name or None)
            shown = self._shown(cell)
            words = "" if shown is None else self._words(shown)
            yield from self._linked(links.pop(cell.name, ()), place, tidy(words))
            if cell.formula is not None:
                passage = Passage((cell.formula,), _FORMULA, tidy(words), place=place)
                yield Located(self.part, self.text, passage)
            if shown is not None:
                yield evolve(shown, passage=evolve(shown.passage, place=place))
        for name, ids in links.items():
            yield from self._linked(ids, evolve(self.place, cell=name), None)

    def _links(self) -> dict[str, tuple[str, ...]]:
        """Ids of links by the first cell that each is for. They stand behind all cells."""
        links: dict[str, tuple[str, ...]] = {}
        begin = self.text.find("</sheetData>") if self.relationships.by_id else -1
        for tag in tags(self.text, begin) if begin >= 0 else ():
            if tag.name == "hyperlink" and not tag.closing:
                spans = attributes(self.text, tag)
                if "ref" in spans and "id" in spans:
                    cell = self.text[slice(*spans["ref"])].partition(":")[0]
                    id_ = html.unescape(self.text[slice(*spans["id"])])
                    links[cell] = (*links.get(cell, ()), id_)
        return links

    def _cells(self) -> Iterator[_Cell]:
        cell = _Cell()
        start = 0
        for tag in tags(self.text):
            if tag.name == "c" and not tag.closing:
                spans = attributes(self.text, tag)
                name, type_ = (self.text[slice(*spans.get(key, (0, 0)))] for key in ("r", "t"))
                cell = _Cell(name, type_)
            if not tag.closing:
                start = tag.end
            elif tag.name == "f":
                cell.formula = (start, tag.start)
            elif tag.name == "v":
                cell.value = (start, tag.start)
            elif tag.name == "t" and start < tag.start:
                cell.pieces.append((start, tag.start))
            if tag.name == "c" and (tag.closing or tag.empty):
                yield cell

    def _shown(self, cell: _Cell) -> Located | None:
        """The text that people see in a cell; None for a number, and for none."""
        if cell.type == "s" and cell.value is not None:
            number = self.text[slice(*cell.value)]
            known = number.isascii() and number.isdecimal() and len(number) < 10
            pieces = self.strings.items[int(number) :][:1] if known else ()
            if not pieces or not pieces[0]:
                return None
            return Located(self.strings.part, self.strings.text, Passage(pieces[0], MARKUP))
        if cell.type == "str" and cell.value is not None:
            return Located(self.part, self.text, Passage((cell.value,), MARKUP))
        if cell.pieces:
            return Located(self.part, self.text, Passage(tuple(cell.pieces), MARKUP))
        return None

    def _words(self, shown: Located) -> str:
        pieces = (shown.text[start:end] for start, end in shown.passage.pieces)
        return html.unescape("".join(pieces))

    def _linked(self, ids: tuple[str, ...], place: Place, label: str | None) -> Iterator[Located]:
        for id_ in ids:
            one = self.relationships.external(id_)
            if one is not None:
                yield of_relationship(self.relationships, one, place, label)


def passages_of_sheet(
    part: str, text: str, relationships: Relationships, strings: SharedStrings, place: Place
) -> Iterator[Located]:
    """The passages of a worksheet, cell by cell; `place` says which sheet it is."""
    return _Sheet(part, text, relationships, strings, place).passages()


def passages_of_comments(part: str, text: str, place: Place) -> Iterator[Located]:
    """The passages of the comments on a sheet, each with the cell that it is on."""
    pieces: list[Span] = []
    start = 0
    for tag in tags(text):
        if tag.name in ("comment", "threadedComment") and not tag.closing:
            spans = attributes(text, tag)
            place = evolve(place, cell=text[slice(*spans.get("ref", (0, 0)))] or None)
        if not tag.closing:
            start = tag.end
        else:
            if tag.name in ("t", "text") and start < tag.start:
                pieces.append((start, tag.start))
            start = tag.end
        if tag.name in ("comment", "threadedComment") and tag.closing and pieces:
            yield Located(part, text, Passage(tuple(pieces), MARKUP, place=place))
            pieces = []
