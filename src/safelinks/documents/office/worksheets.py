"""Worksheets of Excel: links of cells, links in cells, links in formulas (ECMA-376, part 1).

A cell's text stands among the shared strings of all sheets, its link among the relationships of its
sheet, and a comment on it in a part of its own: each is told with the cell that people see it in.
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.documents.markup.formulas import is_hyperlink_formula, passages_of_formula
from safelinks.documents.markup.markup_tokens import MARKUP, MARKUP_REFERENCE, attributes, tags
from safelinks.documents.office.paragraph_flow import LocatedPassage
from safelinks.documents.office.paragraph_runs import of_relationship
from safelinks.documents.office.relationships import Relationships
from safelinks.documents.passages.passage import Codec, Passage, ProsePassage, Reading, Span
from safelinks.documents.passages.passage_links import may_hold
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen
from safelinks.links.labels import tidy
from safelinks.links.text_links import Peel

__all__ = ["SharedStrings", "passages_of_comments", "passages_of_sheet", "shared_strings"]

# Headers and footers of pages: an ampersand begins a code, and stands for itself if doubled.
_HEADER = Codec(
    pattern_of(rf"&amp;&amp;|&amp;[A-Za-z]|{MARKUP_REFERENCE}"),
    lambda escape: (
        {"&amp;&amp;": "&", "&amp;": "&"}.get(escape)
        or ("\n" if escape.startswith("&amp;") else MARKUP.undo(escape))
    ),
    lambda written, before: MARKUP.redo(written, before).replace("&amp;", "&amp;&amp;"),
)
_HEADERS = {f"{pages}{what}" for pages in ("odd", "even", "first") for what in ("Header", "Footer")}
_END_OF_CELLS = pattern_of(r"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
_LINKS = pattern_of(r"<(?:\w+:)?hyperlinks\b")


@frozen
class SharedStrings:
    """The strings that cells refer to by number, each as spans of `text`, the content of `part`.

    `linked` are the numbers of those that may hold a link: of many a string, cells are told often.
    """

    part: str = ""
    text: str = field(default="", repr=False)
    items: tuple[tuple[Span, ...], ...] = field(default=(), repr=False)
    linked: frozenset[int] = field(default=frozenset(), repr=False)

    def passages(self) -> Iterator[LocatedPassage]:
        """All that may hold a link, whether a cell shows it or not; hidden, for nobody knows."""
        for number in sorted(self.linked):
            passage = Passage(self.items[number], MARKUP)
            yield LocatedPassage(self.part, self.text, passage, hidden=True)


_ANY_HOST = Peel(bare_hosts=frozenset({"*"}))  # what a link may be known by, whoever reads


def shared_strings(part: str, text: str, *, words: bool = False) -> SharedStrings:
    """Every string of a part of shared strings; one may be in several runs.

    With `words`, cells tell all of them, as if any might hold a link.
    """
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
    linked = frozenset(
        number
        for number, spans in enumerate(items)
        if spans and (words or may_hold(text, Passage(spans, MARKUP), _ANY_HOST))
    )
    return SharedStrings(part, text, tuple(items), linked)


@define
class _SheetCell:
    """A cell that is being read: its formula, its value, the pieces of a text of its own."""

    name: str = ""
    type: str = ""
    formula: Span | None = None
    value: Span | None = None
    pieces: list[Span] = field(factory=list)
    number: int = -1  # of its shared string

    @property
    def shared(self) -> bool:
        return self.type == "s"


@frozen
class _Sheet:
    """What the passages of a sheet are made of."""

    part: str
    text: str
    relationships: Relationships
    strings: SharedStrings
    place: Place

    def passages(self) -> Iterator[LocatedPassage]:
        links = self._links()
        for at, cell in enumerate(self._cells()):
            place = evolve(self.place, cell=cell.name or None)
            shown = self._shown(cell)
            linked = links.pop(cell.name, ())
            label = self._label(shown) if shown and (linked or cell.formula) else None
            yield from self._linked(linked, place, label)
            is_link = bool(linked)
            if cell.formula is not None:
                is_link = is_link or is_hyperlink_formula(self.text[slice(*cell.formula)])
                for passage in passages_of_formula(self.text, cell.formula, place, label):
                    yield LocatedPassage(self.part, self.text, passage)
            if shown is not None and not (cell.shared and cell.number not in self.strings.linked):
                words = ProsePassage(
                    shown.passage.pieces,
                    MARKUP,
                    place=place,
                    block=at,
                    reading=Reading.STRING,
                    role=Role.LINK_TEXT if is_link else None,
                )
                yield evolve(shown, passage=words)
        for name, linked in links.items():
            yield from self._linked(linked, evolve(self.place, cell=name), None)
        yield from self._headers()

    def _links(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Ids and fragments of links by the first cell of each. They stand behind all cells."""
        links: dict[str, tuple[tuple[str, str], ...]] = {}
        begin = _LINKS.search(self.text) if self.relationships.by_id else None
        for tag in tags(self.text, begin.start()) if begin else ():
            if tag.name == "hyperlink" and not tag.closing:
                spans = attributes(self.text, tag)
                if "ref" in spans and "id" in spans:
                    cell = self.text[slice(*spans["ref"])].partition(":")[0].replace("$", "")
                    id_, fragment = (
                        html.unescape(self.text[slice(*spans.get(key, (0, 0)))])
                        for key in ("id", "location")
                    )
                    links[cell] = (*links.get(cell, ()), (id_, fragment))
        return links

    def _end_of_cells(self) -> int:
        end = _END_OF_CELLS.search(self.text)
        return end.end() if end else 0

    def _headers(self) -> Iterator[LocatedPassage]:
        """What is printed above and below every page."""
        start = 0
        for tag in tags(self.text, self._end_of_cells()):
            if tag.name in _HEADERS and tag.closing:
                place = evolve(self.place, part="header or footer")
                words = ProsePassage(((start, tag.start),), _HEADER, place=place, block=start)
                yield LocatedPassage(self.part, self.text, words)
            start = tag.end

    def _cells(self) -> Iterator[_SheetCell]:
        cell = _SheetCell()
        start = phonetic = 0
        for tag in tags(self.text):
            if tag.name == "c" and not tag.closing:
                spans = attributes(self.text, tag)
                name, type_ = (self.text[slice(*spans.get(key, (0, 0)))] for key in ("r", "t"))
                cell = _SheetCell(name, type_)
            if not tag.closing:
                start = tag.end
            elif tag.name == "f":
                cell.formula = (start, tag.start)
            elif tag.name == "v":
                cell.value = (start, tag.start)
            elif tag.name == "t" and start < tag.start and not phonetic:
                cell.pieces.append((start, tag.start))
            if tag.name == "rPh" and not tag.empty:
                phonetic += -1 if tag.closing else 1
            if tag.name == "c" and (tag.closing or tag.empty):
                yield cell

    def _shown(self, cell: _SheetCell) -> LocatedPassage | None:
        """The text that people see in a cell; None for a number, and for none."""
        if cell.shared and cell.value is not None:
            written = self.text[slice(*cell.value)]
            known = written.isascii() and written.isdecimal() and len(written) < 10
            cell.number = int(written) if known else -1
            if not 0 <= cell.number < len(self.strings.items):
                return None
            spans = self.strings.items[cell.number]
            if not spans:
                return None
            return LocatedPassage(self.strings.part, self.strings.text, Passage(spans, MARKUP))
        if cell.type == "str" and cell.value is not None:
            return LocatedPassage(self.part, self.text, Passage((cell.value,), MARKUP))
        if cell.pieces:
            return LocatedPassage(self.part, self.text, Passage(tuple(cell.pieces), MARKUP))
        return None

    def _label(self, shown: LocatedPassage) -> str | None:
        pieces = (shown.text[start:end] for start, end in shown.passage.pieces)
        return tidy(html.unescape("".join(pieces)))

    def _linked(
        self, links: tuple[tuple[str, str], ...], place: Place, label: str | None
    ) -> Iterator[LocatedPassage]:
        for id_, fragment in links:
            one = self.relationships.external(id_)
            if one is not None:
                yield of_relationship(self.relationships, one, place, label, fragment)


def passages_of_sheet(
    part: str, text: str, relationships: Relationships, strings: SharedStrings, place: Place
) -> Iterator[LocatedPassage]:
    """The passages of a worksheet, cell by cell; `place` says which sheet it is."""
    return _Sheet(part, text, relationships, strings, place).passages()


def passages_of_comments(part: str, text: str, place: Place) -> Iterator[LocatedPassage]:
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
            words = ProsePassage(tuple(pieces), MARKUP, place=place, block=pieces[0][0])
            yield LocatedPassage(part, text, words)
            pieces = []
