"""The passages of a part of an OpenDocument file (ODF 1.3, part 3): attributes and text.

It knows the elements: which of them are paragraphs, which stand in the place of a character, and
which begin a text of their own. All others do not part the text that they mark. Like
`markup_tokens`, it builds no tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.documents.markup.formulas import is_hyperlink_formula, passages_of_attribute
from safelinks.documents.markup.markup_tokens import (
    MARKUP,
    attributes_at,
    label_behind,
    markup_tokens,
)
from safelinks.documents.passages.passage import RAW, Passage, Reading, Span, joined
from safelinks.foundation.values import frozen

__all__ = ["opendocument_passages"]

# Paragraphs (section 5.1), and what is drawn within them, which begins another one.
_PARAGRAPHS = frozenset({"text:p", "text:h"})
_PARTS = _PARAGRAPHS | {"draw:frame", "draw:text-box"}
# Elements that stand for a character (section 6.1).
_CHARACTERS = {"text:line-break": "\n", "text:tab": "\t", "text:s": " "}
_LINKS = frozenset({"text:a", "draw:a"})  # sections 6.1.8 and 10.4.12
# What begins a text of its own, wherever it is anchored; in a spreadsheet, a cell does, too.
_TEXTS = frozenset({"office:annotation", "text:note"})
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_SHEET = "office:spreadsheet"

# Attributes that are an address (section 19.910 and others), and what they are where it is none
# that a reader can follow; for some elements, the address is another thing than a link.
_ADDRESSES = frozenset({"xlink:href", "xforms:action", "action", "form:href"})
_ROLES: Mapping[str, Role] = {
    "form:form": Role.FORM_ACTION,
    "xforms:submission": Role.FORM_ACTION,
    "script:event-listener": Role.SCRIPT,
    "presentation:event-listener": Role.SCRIPT,
}
_ATTRIBUTES: Mapping[str, Role] = dict.fromkeys(
    ("xhtml:about", "xhtml:datatype", "xhtml:property", "grddl:transformation"), Role.VOCABULARY
)
_SHOWN = "office:string-value"  # of a cell


def opendocument_passages(text: str) -> Iterator[Passage]:
    """The passages of a part that holds content or styles; they are in no order."""
    return _OpenDocumentReader(text).passages()


@frozen
class _Text:
    """A text that is open, and the paragraphs of it; `name` is that of its element.

    `linked` is one that is the text of a link as a whole, as a cell with a formula may be.
    """

    name: str
    paragraphs: list[Passage]
    linked: bool = False


class _OpenDocumentReader:
    """The state of the one pass over a part."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._texts = [_Text("", [])]  # within each other
        self._within = 0  # how many paragraphs are open, within each other
        self._linked = 0  # and links
        self._is_sheet = False
        self._begin()

    def _begin(self) -> None:
        self._pieces: list[Span] = []
        self._meanings: dict[int, str] = {}
        self._roles: dict[int, Role] = {}

    def passages(self) -> Iterator[Passage]:
        """Every passage."""
        at = 0
        for token in markup_tokens(self._text, raw_text=False):
            yield from self._words(at, token.start())
            at = token.end()
            if token.lastgroup == "comment":
                yield Passage((token.span("comment"),), MARKUP)
            elif token.lastgroup == "cdata":
                self._flush()
                yield Passage((token.span("cdata"),), RAW)
            elif token[0][1] not in "!?":
                yield from self._tag(token)
        yield from self._words(at, len(self._text))
        self._flush()
        while self._texts:
            yield from self._closed()

    def _words(self, start: int, end: int) -> Iterator[Passage]:
        """Text; outside of paragraphs there may be some that nobody reads."""
        if self._within and start < end:
            self._piece((start, end))
        elif self._text[start:end].strip():
            yield Passage(((start, end),), MARKUP, reading=Reading.STRING)

    def _piece(self, span: Span) -> None:
        self._pieces.append(span)
        if self._linked:
            self._roles[span[0]] = Role.LINK_TEXT

    def _flush(self) -> None:
        """What has been collected is a paragraph."""
        if self._pieces:
            self._texts[-1].paragraphs.append(Passage(
                tuple(self._pieces), MARKUP, meanings=self._meanings, roles=self._roles,
                kept=frozenset(self._meanings),
            ))  # fmt: skip
            self._begin()

    def _closed(self) -> Iterator[Passage]:
        """The innermost text is complete."""
        inner = self._texts.pop()
        whole = joined(self._text, inner.paragraphs)
        if whole is not None and inner.name in _CELLS:
            role = Role.LINK_TEXT if inner.linked else None
            yield evolve(whole, reading=Reading.STRING, role=role)
        elif whole is not None:
            yield whole

    def _tag(self, tag: re.Match[str]) -> Iterator[Passage]:
        name, closing, empty = tag[2].lower(), bool(tag[1]), tag[3].endswith("/")
        if not closing:
            yield from self._attributes(tag, name)
        if name in _CHARACTERS:
            if self._within and not closing:
                self._piece(tag.span())
                self._meanings[tag.start()] = _CHARACTERS[name]
        elif empty:
            return
        elif name in _LINKS:
            self._linked = max(0, self._linked + (-1 if closing else 1))
        elif name in _PARTS:
            self._flush()
            if name in _PARAGRAPHS:
                self._within = max(0, self._within + (-1 if closing else 1))
        elif name in _TEXTS or (self._is_sheet and name in _CELLS):
            self._flush()
            if not closing:
                self._texts.append(_Text(name, [], is_hyperlink_formula(tag[3])))
            elif self._texts[-1].name == name:
                yield from self._closed()
        elif name == _SHEET:
            self._is_sheet = not closing

    def _attributes(self, tag: re.Match[str], name: str) -> Iterator[Passage]:
        """The attributes of a tag that may hold a link."""
        if "=" not in tag[3] or not ("//" in tag[3] or "&" in tag[3]):
            return
        for attribute, span in attributes_at(tag):
            if attribute.startswith("xmlns"):  # the name of a namespace leads nowhere
                continue
            if attribute in _ADDRESSES:
                label = label_behind(self._text, tag) if name in _LINKS else None
                role = _ROLES.get(name)
                yield Passage((span,), MARKUP, label, reading=Reading.VALUE, role=role)
            elif attribute == "table:formula":
                yield from passages_of_attribute(self._text, span)
            else:
                role = _ATTRIBUTES.get(attribute)
                if attribute == _SHOWN and is_hyperlink_formula(tag[3]):
                    role = Role.LINK_TEXT
                yield Passage((span,), MARKUP, reading=Reading.STRING, role=role)
