"""Paragraphs of runs, as Word and DrawingML have them: their links, and their text put together.

A link of Word is an element around runs, a field whose instruction is spread over runs, or an
attribute; one of DrawingML is noted in the properties of a run or a shape. What people read is in
the text of runs, which may break anywhere in the middle of an address.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

from attrs import evolve, field

from safelinks.addresses.place import NOWHERE, Place
from safelinks.addresses.roles import Role
from safelinks.documents.markup.markup_tokens import MARKUP, Tag, attributes, tags
from safelinks.documents.office.paragraph_flow import Flow, LocatedPassage
from safelinks.documents.office.relationships import Relationship, Relationships
from safelinks.documents.office.word_fields import (
    is_hyperlink_field,
    passages_of_instruction,
    with_place,
)
from safelinks.documents.passages.passage import Meant, Passage, ProsePassage, Reading, Span
from safelinks.foundation.values import define
from safelinks.links.labels import tidy

__all__ = ["of_relationship", "passages_of_runs"]

_DEEPEST = 20  # links or fields within each other: people have no use for more than a few


def of_relationship(
    relationships: Relationships,
    one: Relationship,
    place: Place,
    label: str | None = None,
    fragment: str = "",
) -> LocatedPassage:
    """The passage of an address that is kept among the relationships of a part.

    The `fragment` of it stands beside what refers to it.
    """
    passage = Passage((one.span,), MARKUP, label, place=place, reading=Reading.VALUE)
    if fragment and "#" not in one.target:
        passage = with_place(passage, fragment)
    return LocatedPassage(relationships.part, relationships.text, passage)


@define
class _WordField:
    """A field of Word that is being read: its instruction, then the result that people see.

    It may go on over several paragraphs; `number` is that of the first.
    """

    number: int
    pieces: list[Span] = field(factory=list)
    label: list[str] = field(factory=list)
    in_result: bool = False
    is_link: bool = False


@define
class _RunParagraph:
    """A paragraph that is being read; `number` counts from 1 as they begin."""

    number: int
    pieces: list[Span] = field(factory=list)
    meanings: dict[int, str] = field(factory=dict)
    unread: set[int] = field(factory=set)
    roles: dict[int, Role] = field(factory=dict)
    deleted: list[Span] = field(factory=list)
    links: list[tuple[int, LocatedPassage]] = field(factory=list)  # and where each begins

    def in_order(self) -> Iterator[LocatedPassage]:
        return (located for _, located in sorted(self.links, key=lambda one: one[0]))


def passages_of_runs(
    part: str, text: str, relationships: Relationships, place: Place, *, counted: bool
) -> Iterator[LocatedPassage]:
    """The passages of a part, in order; with the number of the paragraph if they are `counted`."""
    reader = _RunReader(part, text, relationships, place, counted=counted)
    return iter(list(_read(reader, text)))  # read to the end, so that all flows are whole


def _read(reader: _RunReader, text: str) -> Iterator[LocatedPassage]:
    for tag in tags(text, names=_STEPS.keys()):
        _STEPS[tag.name](reader, tag)
        if reader.ready:
            yield from reader.ready
            reader.ready.clear()
    reader.end_all()
    yield from reader.ready


class _RunReader:
    """What is open at the current tag: paragraphs, nested in those of text boxes, links, fields."""

    def __init__(
        self, part: str, text: str, relationships: Relationships, place: Place, *, counted: bool
    ) -> None:
        self.part, self.text, self.relationships = part, text, relationships
        self._place, self._counted, self._number = place, counted, 0
        self.ready: list[LocatedPassage] = []
        self._flows: dict[tuple[int, bool], Flow] = {}
        self._paragraphs: list[_RunParagraph] = []
        self._fields: list[_WordField] = []
        # Where each begins, the id, the fragment, and the label so far.
        self._links: list[tuple[int, str, str, list[str]]] = []
        self._clicks: list[tuple[int, str]] = []  # noted in the properties of the current run
        self._in_run = False
        self._run_text: list[str] = []
        self._text_from: int | None = None
        self._fallback = self._moved = 0
        self._vanished = False  # what the current run says

    @property
    def _current(self) -> int:
        """The number of the paragraph that is open, 0 for none."""
        return self._paragraphs[-1].number if self._paragraphs else 0

    def _located(
        self, passage: Passage, number: int = 0, *, hidden: bool = False
    ) -> LocatedPassage:
        passage = evolve(passage, place=self._at(number or self._current))
        return LocatedPassage(self.part, self.text, passage, hidden or self._fallback > 0)

    def _at(self, number: int) -> Place:
        return evolve(self._place, paragraph=number) if self._counted and number else self._place

    def _flowing(self, words: ProsePassage) -> LocatedPassage:
        """Words that are one text with all others as far within text boxes."""
        hidden = self._fallback > 0
        flow = self._flows.setdefault((len(self._paragraphs), hidden), Flow(self.text))
        flow.passages.append(words)
        return LocatedPassage(self.part, self.text, words, hidden, flow)

    def _add(self, at: int, located: LocatedPassage) -> None:
        if self._paragraphs:
            self._paragraphs[-1].links.append((at, located))
        else:
            self.ready.append(located)

    def _link(self, at: int, id_: str, label: str | None, fragment: str = "") -> None:
        one = self.relationships.external(id_)
        if one is not None:
            located = of_relationship(self.relationships, one, NOWHERE, label, fragment)
            here = self._located(located.passage)
            self._add(at, evolve(here, part=located.part, text=located.text))

    def paragraph(self, tag: Tag) -> None:
        if tag.empty:
            self._number += 1
        elif not tag.closing:
            self._number += 1
            self._paragraphs.append(_RunParagraph(self._number))
        elif self._paragraphs:
            self._break()
            self.ready += self._paragraphs.pop().in_order()

    def _break(self) -> None:
        """The text so far is one passage: what follows stands on another line."""
        paragraph = self._paragraphs[-1]
        if paragraph.pieces:
            passage = ProsePassage(
                tuple(paragraph.pieces),
                MARKUP,
                place=self._at(paragraph.number),
                meanings=paragraph.meanings,
                block=paragraph.number,
                unread=frozenset(paragraph.unread),
                roles=paragraph.roles,
            )
            paragraph.links.append((paragraph.pieces[0][0], self._flowing(passage)))
            paragraph.pieces, paragraph.meanings, paragraph.roles = [], {}, {}
            paragraph.unread.clear()
        if paragraph.deleted:
            self.ready.append(self._located(Passage(tuple(paragraph.deleted), MARKUP), hidden=True))
            paragraph.deleted = []

    def end_of_line(self, _: Tag) -> None:
        if self._paragraphs:
            self._break()

    def run(self, tag: Tag) -> None:
        self._in_run = not tag.closing and not tag.empty
        self._vanished = False
        if not self._in_run:
            label = tidy("".join(self._run_text))
            for at, id_ in self._clicks:
                self._link(at, id_, label)
            self._clicks, self._run_text = [], []

    def click(self, tag: Tag) -> None:
        if tag.closing:
            return
        id_ = self._value(tag, "id")
        if self._in_run:
            self._clicks.append((tag.start, id_))
        else:
            self._link(tag.start, id_, None)

    def hyperlink(self, tag: Tag) -> None:
        if tag.closing:
            if self._links:
                self._end_link()
        elif not tag.empty and len(self._links) < _DEEPEST:
            fragment = self._value(tag, "anchor") or self._value(tag, "doclocation")
            self._links.append((tag.start, self._value(tag, "id"), fragment, []))

    def _end_link(self) -> None:
        at, id_, fragment, label = self._links.pop()
        self._link(at, id_, tidy("".join(label)), fragment)

    def words(self, tag: Tag) -> None:
        """The text of a run: one piece of its paragraph, and of every label that is open."""
        span = self._content(tag)
        if span is None:
            return
        if self._paragraphs:
            paragraph = self._paragraphs[-1]
            paragraph.pieces.append(span)
            if self._in_link():
                paragraph.roles[span[0]] = Role.LINK_TEXT
            if self._vanished or self._moved or self._fields:
                self._note_unread(paragraph, span)
        else:
            self.ready.append(
                self._flowing(ProsePassage((span,), MARKUP, place=self._at(0), block=-span[0]))
            )
        said = html.unescape(self.text[slice(*span)])
        self._run_text.append(said)
        for *_, label in self._links:
            label.append(said)
        for one in self._fields:
            if one.in_result:
                one.label.append(said)

    def _in_link(self) -> bool:
        """Whether what is read now is the text of a link."""
        if self._links or self._clicks:
            return True
        return any(one.in_result and one.is_link for one in self._fields)

    def _note_unread(self, paragraph: _RunParagraph, span: Span) -> None:
        """Text that is hidden, was moved elsewhere, or makes up an instruction is not seen."""
        instructs = any(
            not one.in_result and one.number == paragraph.number for one in self._fields
        )
        if self._vanished or self._moved or instructs:
            paragraph.unread.add(span[0])

    def vanish(self, tag: Tag) -> None:
        """A property of a run, or of the end of a paragraph."""
        self._vanished = self._in_run and self._value(tag, "val") not in _OFF

    def moved(self, tag: Tag) -> None:
        """What a tracked change has moved away is written once more where it went."""
        if not tag.empty:
            self._moved = max(0, self._moved + (-1 if tag.closing else 1))

    def deleted(self, tag: Tag) -> None:
        """Text that a tracked change has taken out: nobody reads it, but it is still there."""
        span = self._content(tag)
        if span is None:
            return
        if self._paragraphs:
            self._paragraphs[-1].deleted.append(span)
        else:
            self.ready.append(self._located(Passage((span,), MARKUP), hidden=True))

    def hyphen(self, tag: Tag) -> None:
        """A hyphen that keeps a word together is an element of its own."""
        if self._paragraphs and not tag.closing:
            paragraph = self._paragraphs[-1]
            paragraph.pieces.append((tag.start, tag.end))
            paragraph.meanings[tag.start] = "-"

    def instruction(self, tag: Tag) -> None:
        span = self._content(tag)
        if span is None:
            return
        if self._fields:
            self._fields[-1].pieces.append(span)
        else:
            self._instructs((span,), None, 0)

    def _instructs(self, pieces: tuple[Span, ...], label: str | None, number: int) -> None:
        """The instruction of a field of the paragraph with this `number`."""
        for passage in passages_of_instruction(self.text, Passage(pieces, MARKUP, label)):
            self._add(pieces[0][0], self._located(passage, number))

    def _content(self, tag: Tag) -> Span | None:
        """Where the content of an element is, at its end."""
        if not tag.closing:
            self._text_from = None if tag.empty else tag.end
            return None
        start, self._text_from = self._text_from, None
        return (start, tag.start) if start is not None and start < tag.start else None

    def field_character(self, tag: Tag) -> None:
        kind = self._value(tag, "fldchartype")
        if kind == "begin" and len(self._fields) < _DEEPEST:
            self._fields.append(_WordField(self._current))
        elif kind == "separate" and self._fields:
            one = self._fields[-1]
            one.in_result = True
            one.is_link = is_hyperlink_field(
                Meant(self.text, Passage(tuple(one.pieces), MARKUP)).text
            )
        elif kind == "end" and self._fields:
            self._end_field()

    def _end_field(self) -> None:
        one = self._fields.pop()
        if one.pieces:
            self._instructs(tuple(one.pieces), tidy("".join(one.label)), one.number)

    def simple_field(self, tag: Tag) -> None:
        if tag.closing:
            if self._fields:
                self._end_field()
            return
        span = attributes(self.text, tag).get("instr")
        if len(self._fields) == _DEEPEST:
            self._end_field()
        one = _WordField(self._current, [span] if span else [], in_result=True)
        one.is_link = span is not None and is_hyperlink_field(self.text[slice(*span)])
        self._fields.append(one)
        if tag.empty:
            self._end_field()

    def shape(self, tag: Tag) -> None:
        """VML: the link is an attribute."""
        span = None if tag.closing else attributes(self.text, tag).get("href")
        if span is not None:
            passage = Passage((span,), MARKUP, reading=Reading.VALUE)
            self._add(tag.start, self._located(passage))

    def fallback(self, tag: Tag) -> None:
        """A second copy of the content, for programs that do not know the first form."""
        if not tag.empty:
            self._fallback = max(0, self._fallback + (-1 if tag.closing else 1))

    def end_all(self) -> None:
        """What a part that is cut off has left open."""
        while self._fields:
            self._end_field()
        while self._links:
            self._end_link()
        while self._paragraphs:
            self._break()
            self.ready += self._paragraphs.pop().in_order()

    def _value(self, tag: Tag, name: str) -> str:
        span = attributes(self.text, tag).get(name)
        return html.unescape(self.text[slice(*span)]) if span else ""


_OFF = frozenset({"0", "false", "off"})
# What each element means, by the name that it has without its prefix.
_STEPS: dict[str, Callable[[_RunReader, Tag], None]] = {
    "p": _RunReader.paragraph,
    "t": _RunReader.words,
    "r": _RunReader.run,
    "br": _RunReader.end_of_line,
    "cr": _RunReader.end_of_line,
    "tab": _RunReader.end_of_line,
    "vanish": _RunReader.vanish,
    "moveFrom": _RunReader.moved,
    "noBreakHyphen": _RunReader.hyphen,
    "hyperlink": _RunReader.hyperlink,
    "hlinkClick": _RunReader.click,
    "hlinkHover": _RunReader.click,
    "hlinkMouseOver": _RunReader.click,
    "instrText": _RunReader.instruction,
    "delInstrText": _RunReader.deleted,
    "delText": _RunReader.deleted,
    "fldChar": _RunReader.field_character,
    "fldSimple": _RunReader.simple_field,
    "shape": _RunReader.shape,
    "rect": _RunReader.shape,
    "roundrect": _RunReader.shape,
    "oval": _RunReader.shape,
    "group": _RunReader.shape,
    "Fallback": _RunReader.fallback,
}
