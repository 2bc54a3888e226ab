"""Markdown and its dialects: where destinations are, the HTML and code in it, and all other text.

What is a link is CommonMark's to say (0.31.2, chapter 6). Destinations, reference definitions and
autolinks are addresses from end to end; what looks like a link and is none stays running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import field

from safelinks.addresses.roles import Role
from safelinks.documents.markup.html_pages import html_passages
from safelinks.documents.markup.markup_tokens import MARKUP
from safelinks.documents.passages.character_references import (
    CHARACTER_REFERENCE,
    decoded,
    with_references,
)
from safelinks.documents.passages.passage import RAW, Codec, Passage, Reading, Span
from safelinks.documents.text.running_text import Hole, RoleRange, shifted, text_around
from safelinks.documents.text.yaml_toml import yaml_passages
from safelinks.documents.verbatim.markdown_code import front_matter, markdown_tokens
from safelinks.documents.verbatim.markdown_inlines import MarkdownKind, MarkdownToken
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.links.labels import tidy

__all__ = ["markdown_passages", "mdx_passages"]

# Section 2.4, backslash escapes, and 2.5, entities, which need their semicolon.
_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_ESCAPE = pattern_of(rf"{CHARACTER_REFERENCE.pattern}|\\{_PUNCTUATION}")
_ESCAPED = pattern_of(rf"\\({_PUNCTUATION})")
_PARENTHESES = pattern_of(r"[()]")
_DEEPEST = 30  # parentheses in each other, of which readers take 32


def _undo(escape: str) -> str:
    return escape[1:] if escape.startswith("\\") else decoded(escape)


def _redo_text(written: str, before: str) -> str:
    """The address as it is written there: characters are escaped with a backslash again."""
    signs = {match[1] for match in _ESCAPED.finditer(before)}
    escaped = "".join(f"\\{char}" if char in signs else char for char in written)
    return escaped if "&" in signs else with_references(escaped, before)


def _redo_destination(written: str, before: str) -> str:
    """What would end a destination is escaped; a bar may end a cell."""
    out = with_references(re.sub(r"[\\|]", r"\\\g<0>", written), before)
    return out if _balanced(out) else _PARENTHESES.sub(r"\\\g<0>", out)


def _balanced(written: str) -> bool:
    depth = 0
    for match in _PARENTHESES.finditer(written):
        depth += 1 if match[0] == "(" else -1
        if not 0 <= depth < _DEEPEST:
            return False
    return not depth


def _redo_autolink(written: str, before: str) -> str:
    """There are no backslash escapes there (6.5)."""
    return with_references(written.replace("|", "%7C"), before)


_TEXT = Codec(_ESCAPE, _undo, _redo_text)
_DESTINATION = Codec(_ESCAPE, _undo, _redo_destination)
# Entities are decoded in autolinks by cmark, and so by GitHub, but not by all others.
_AUTOLINK = Codec(CHARACTER_REFERENCE, decoded, _redo_autolink)

# The HTML in a text by what it does to an address that it is in: nothing, or it ends it there.
_INLINE_NAMES = """
a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q ruby s samp small
span strike strong sub sup time tt u var wbr
"""
_ENDING_NAMES = """
article aside audio blockquote br button caption center dd details div dl dt figcaption figure
footer form h1 h2 h3 h4 h5 h6 header hr iframe img input li main nav ol p picture pre section source
summary svg table tbody td th thead tr ul video
"""
_INLINE = frozenset(_INLINE_NAMES.split())
_ENDING = frozenset(_ENDING_NAMES.split())
_LONGEST_TEXT = 4_000  # of an element
_LONGEST_LABEL = 400
_LINE_BREAK = pattern_of(r"[ \t]*(?:\r\n|\n|\r)")
# A parenthesis within a wrapped link ends a destination, but not the link, which goes on behind it.
_REST = pattern_of(r"[^\s()\[\]<>&%]*+(?:%[0-9a-f]{2}|&(?:amp;)?[a-z]\w*+=)", re.IGNORECASE)
# Of a Safe Link, programs take the first line for all; the data of it is then in the next one.
_NEXT_LINE = pattern_of(
    r"[ \t]*+\r?\n[ \t>]*+[^\s()\[\]<>&]{0,2000}+&(?:amp;)?s?data="
    r"|[ \t]*+\r?\n[ \t>]*+[^\s()\[\]<>&]{0,2000}?%7C",
    re.IGNORECASE,
)
_BLANKS_WITHIN = pattern_of(
    r"\]\([ \t]*+([a-z]{1,10}+://[^\s()<>]++[ \t]++[^\s\"'()<>][^()\n<>]*+)\)"
)


@define
class _MarkdownReader:
    """The one pass over the tokens of a text."""

    _text: str
    _components: bool = False  # which are no HTML
    holes: list[Hole] = field(factory=list, init=False)
    ranges: list[RoleRange] = field(factory=list, init=False)
    _anchor: MarkdownToken | None = field(default=None, init=False)  # the `a` that is open

    def read(self, token: MarkdownToken) -> None:
        """Take one token, which comes behind those within it."""
        _READ[token.kind](self, token)

    def end(self) -> None:
        """No token is left."""
        self._leave_anchor()

    def verbatim(self, token: MarkdownToken) -> None:
        """Code or a comment, in which nothing is escaped."""
        meant = _MEANT_BY_VERBATIM.get(token.kind, "\n")
        self.holes.append(Hole(token.start, token.end, meant, (Passage((token.span,)),)))

    def block(self, token: MarkdownToken) -> None:
        """A block of HTML."""
        if not self._components:
            self.holes.append(Hole(token.start, token.end, "\n", self._html(token.span)))

    def autolink(self, token: MarkdownToken) -> None:
        """An autolink, unless it is what a program has made of the first piece of a link."""
        if token.address is None:
            return
        start, end = token.address
        repeated = self._text.startswith(self._text[start:end], max(0, 2 * start - end - 1))
        if not repeated and not self._goes_on(token):
            self._value((start, end), _AUTOLINK, Reading.VALUE, None)

    def link(self, token: MarkdownToken) -> None:
        """A link, an image, or a definition, and the text that people see."""
        image = token.kind is MarkdownKind.IMAGE
        if token.text is not None:
            self.ranges.append((*token.text, Role.ATTRIBUTE_TEXT if image else Role.LINK_TEXT))
        if token.address is None or token.address[0] == token.address[1]:
            return
        if token.kind is not MarkdownKind.DEFINITION and self._goes_on(token):
            if not _REST.match(self._text, token.end):  # the parenthesis is none of the link
                self.holes.append(Hole(token.address[1], token.end, ""))
            return
        label = None
        if token.text is not None:
            start, end = token.text
            label = tidy(self._text[start : min(end, start + _LONGEST_LABEL)])
        self._value(token.address, _DESTINATION, Reading.REFERENCE, label)

    def _goes_on(self, token: MarkdownToken) -> bool:
        """Whether the address of a token is only the beginning of what is cut there."""
        if _REST.match(self._text, token.end):
            return True
        address = self._text[slice(*token.address)].lower() if token.address else ""
        if "safelinks" not in address or "data=" in address:
            return False
        return _NEXT_LINE.match(self._text, token.end) is not None

    def _value(self, span: Span, codec: Codec, reading: Reading, label: str | None) -> None:
        passage = Passage((span,), codec, label, reading=reading)
        self.holes.append(Hole(*span, " ", (passage,)))

    def tag(self, token: MarkdownToken) -> None:
        """A tag in a text; an unknown one without attributes is a placeholder."""
        if token.name == "a":
            if token.closing:
                self._close_anchor(token)
            else:
                self._leave_anchor()
                self._anchor = token
                return
        known = token.name in _INLINE or token.name in _ENDING
        html = "=" in self._text[token.start : token.end] and not self._components
        if known or html:
            meant, end = "", token.end
            if token.name not in _INLINE:  # with the end of its line, it is one break
                behind = _LINE_BREAK.match(self._text, end)
                meant, end = "\n", behind.end() if behind else end
            self.holes.append(Hole(token.start, end, meant, self._html(token.span)))

    def _close_anchor(self, token: MarkdownToken) -> None:
        """All of an element is there: what is in it, is its text."""
        anchor = self._anchor
        if anchor is None or token.end - anchor.end > _LONGEST_TEXT:
            self._leave_anchor()
            return
        self._anchor = None
        within = self._html((anchor.start, token.end))
        own = tuple(passage for passage in within if passage.pieces[0][0] < anchor.end)
        self.holes.append(Hole(anchor.start, anchor.end, "", own))
        if "href" in self._text[anchor.start : anchor.end].lower():
            self.ranges.append((anchor.end, token.start, Role.LINK_TEXT))

    def _leave_anchor(self) -> None:
        if self._anchor is not None:
            span = self._anchor.span
            self.holes.append(Hole(*span, "", self._html(span)))
            self._anchor = None

    def _html(self, span: Span) -> tuple[Passage, ...]:
        start, end = span
        return tuple(shifted(one, start) for one in html_passages(self._text[start:end]))


_MEANT_BY_VERBATIM = {MarkdownKind.CODE: "`", MarkdownKind.COMMENT: ""}
_READ: dict[MarkdownKind, Callable[[_MarkdownReader, MarkdownToken], None]] = {
    MarkdownKind.FENCE: _MarkdownReader.verbatim,
    MarkdownKind.INDENTED: _MarkdownReader.verbatim,
    MarkdownKind.CODE: _MarkdownReader.verbatim,
    MarkdownKind.COMMENT: _MarkdownReader.verbatim,
    MarkdownKind.HTML: _MarkdownReader.block,
    MarkdownKind.TAG: _MarkdownReader.tag,
    MarkdownKind.AUTOLINK: _MarkdownReader.autolink,
    MarkdownKind.LINK: _MarkdownReader.link,
    MarkdownKind.IMAGE: _MarkdownReader.link,
    MarkdownKind.REFERENCE: _MarkdownReader.link,
    MarkdownKind.DEFINITION: _MarkdownReader.link,
}


def markdown_passages(text: str) -> Iterator[Passage]:
    """The passages of a Markdown text."""
    return _passages(text, [], components=False)


# JSX: attributes of components, which may stand on lines of their own.
_JSX = pattern_of(
    r"(?<=\s)(?:href|src|to|url|link|poster)=(?P<expression>\{[ \t]*+)?+"
    r"(?:\"([^\"\n<>{}]++)\"|'([^'\n<>{}]++)'|`([^`\n<>{}$]++)`)"
)


def mdx_passages(text: str) -> Iterator[Passage]:
    """The passages of a Markdown text with components in it."""
    attributes = []
    for match in _JSX.finditer(text):
        span = match.span(match.lastindex or 0)
        codec = RAW if match["expression"] else MARKUP
        attributes.append(Hole(*span, " ", (Passage((span,), codec, reading=Reading.REFERENCE),)))
    return _passages(text, attributes, components=True)


def _passages(text: str, attributes: list[Hole], *, components: bool) -> Iterator[Passage]:
    matter, begins = front_matter(text)
    reader = _MarkdownReader(text, components)
    if begins:
        passages = tuple(shifted(one, matter[0]) for one in yaml_passages(text[slice(*matter)]))
        reader.holes.append(Hole(0, begins, "\n", passages))
    for token in markdown_tokens(text):
        reader.read(token)
    reader.end()
    # A destination with blanks in it is none, and whether the blank is part of it, is not certain.
    ranges = [
        (*match.span(1), Role.UNCLEAR_END)
        for match in _BLANKS_WITHIN.finditer(text)
        if "safelinks" not in match[1]
    ]
    return text_around(
        (0, len(text)),
        [*reader.holes, *attributes],
        [*reader.ranges, *ranges],
        codec=_TEXT,
        reading=Reading.MARKDOWN,
    )
