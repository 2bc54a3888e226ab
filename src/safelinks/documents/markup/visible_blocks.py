"""Blocks of markup: what people see of a page or a document, and what of that is one stretch.

It knows elements by their names, and which of them part the text, or hide it; how text is escaped
is told by `markup_tokens`, and nothing is known of links. Like that, it builds no tree.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from safelinks.documents.markup.markup_tokens import (
    MARKUP,
    RAW_TEXT_ENDS,
    attributes_at,
    markup_tokens,
)
from safelinks.documents.passages.passage import Passage, Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["html_blocks", "opendocument_blocks", "seen_at_least", "xml_blocks"]

_PARTS = "\0"  # instead of the text that an element stands for: it begins another stretch
_LINE = "\n"
_NONE: Mapping[str, str] = MappingProxyType({})


@frozen
class _Vocabulary:
    """What the elements of a kind of document mean, by their names in lower case.

    `stands_for` has the text in the place of a tag, or _PARTS; tags of others are nothing at all.
    Nobody sees what is in elements that are `unseen`, or that their `attributes` hide; with `only`,
    nor what is in none of those. Where elements are `unknown`, their arrangement tells what parts.
    """

    stands_for: Mapping[str, str] = _NONE
    unseen: AbstractSet[str] = frozenset()
    only: AbstractSet[str] = frozenset()
    raw_text: bool = False
    attributes: bool = False
    unknown: bool = False


# The elements that are blocks (HTML, section 15.3), and those that are shown as if they were.
_BLOCKS = (
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "col",
    "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "header", "hgroup", "hr", "html", "iframe", "input", "legend", "li", "main", "menu", "nav",
    "ol", "optgroup", "option", "p", "pre", "search", "section", "select", "summary", "table",
    "tbody", "td", "textarea", "tfoot", "th", "thead", "title", "tr", "ul",
)  # fmt: skip
_HTML = _Vocabulary(
    {**dict.fromkeys(_BLOCKS, _PARTS), "br": _LINE},
    unseen=frozenset({
        "script", "style", "template", "iframe", "noembed", "noframes", "datalist", "audio",
        "video", "canvas",
    }),
    raw_text=True,
    attributes=True,
)  # fmt: skip
_XML = _Vocabulary(unseen=frozenset({"script", "style", "svg:script", "svg:style"}), unknown=True)
# ODF 1.3, part 3: paragraphs (section 5.1), white space (6.1), and what is noted within them.
_OPENDOCUMENT = _Vocabulary(
    {
        "text:p": _PARTS, "text:h": _PARTS, "text:note": _PARTS, "office:annotation": _PARTS,
        "draw:frame": _PARTS, "draw:text-box": _PARTS,
        "text:line-break": _LINE, "text:tab": "\t", "text:s": " ",
    },
    unseen=frozenset({
        "text:tracked-changes", "text:note-citation", "dc:creator", "dc:date", "svg:title",
        "svg:desc", "meta:creator-initials", "meta:date-string", "office:binary-data",
        "office:event-listeners",
    }),
    only=frozenset({"text:p", "text:h"}),
)  # fmt: skip
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_NEVER_NESTED = frozenset({"p", "option"})  # one more begins where the first was not closed
_HIDES = pattern_of(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_MAY_HIDE = pattern_of(r"hidden|display\s*:", re.IGNORECASE)
_NOWHERE = pattern_of(r"(?!)")
_QUOTED = pattern_of(r"\"[^\"]*+\"|'[^']*+'")
_HIDDEN = pattern_of(r"(?:^|\s)hidden(?![^\s=/])", re.IGNORECASE)
# A tag, or a comment, and the text behind it.
_TAG_AND_TEXT = pattern_of(
    r"<(?:(/?)([a-z][^\s/>\"'<]*)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>|!doctype[^>]*+>|!--(?!-?>).*?--!?>)"
    r"([^<]*+)",
    re.IGNORECASE | re.DOTALL,
)


def html_blocks(text: str) -> Iterator[Passage]:
    """The blocks of an HTML page that people see, and its title, each a passage."""
    return _BlockReader(text, _HTML).blocks()


def seen_at_least(text: str, enough: int) -> int:
    """How many characters of an HTML page people see for certain; no more than `enough` is counted.

    It is at most what `html_blocks` gives, in a tenth of the time.
    """
    seen, at, unseen, next_token = 0, max(0, text.find("<")), _HTML.unseen, _TAG_AND_TEXT.match
    while seen <= enough:
        token = next_token(text, at)
        if token is None:
            break
        closing, name, attributes, words = token.groups()
        at = token.end()
        if name is not None and not closing:
            name = name.lower()
            if name in unseen:
                end = RAW_TEXT_ENDS.get(name, _NOWHERE).search(text, token.start(4))
                if end is None or attributes.endswith("/"):
                    break
                at = end.start()
                continue
            if attributes and _MAY_HIDE.search(attributes) and _may_hide(attributes):
                break
        if words:
            if "&" in words:
                words = html.unescape(words)
            plain = "  " not in words and words.isprintable()
            seen += len(words.strip(" ") if plain else " ".join(words.split()))
    return seen


def _may_hide(attributes: str) -> bool:
    return (
        _HIDES.search(attributes) is not None
        or _HIDDEN.search(_QUOTED.sub('""', attributes)) is not None
    )


def xml_blocks(text: str) -> Iterator[Passage]:
    """The text in an XML document of whatever kind.

    Where text and elements are mixed, they are one passage: it ends where an element begins right
    behind another, or on another line.
    """
    return _BlockReader(text, _XML).blocks()


def opendocument_blocks(text: str) -> Iterator[Passage]:
    """The paragraphs and headings of a part of an OpenDocument file."""
    return _BlockReader(text, _OPENDOCUMENT).blocks()


class _BlockReader:
    """The state of the one pass over a text."""

    def __init__(self, text: str, vocabulary: _Vocabulary) -> None:
        self._text, self._vocabulary = text, vocabulary
        self._pieces: list[Span] = []
        self._meanings: dict[int, str] = {}
        self._seen = False  # whether anything but white space was there since the last line break
        self._hiding = ""  # the element that hides all that is in it,
        self._depth = 0  # and how many of that name are open
        self._within = 0  # how many elements are open in which text must be
        self._behind: int | None = None  # where an element ended that nothing stands behind yet

    def blocks(self) -> Iterator[Passage]:
        """Every stretch of text, in order."""
        at = 0
        for token in markup_tokens(self._text, raw_text=self._vocabulary.raw_text):
            self._words(at, token.start())
            at = token.end()
            if token.lastgroup is None and token[0][1] not in "!?":
                if self._tag(token):
                    yield from self._flush()
            elif token.lastgroup == "cdata" and self._shows():
                self._add(token.span(), token["cdata"])
        self._words(at, len(self._text))
        yield from self._flush()

    def _shows(self) -> bool:
        return not self._hiding and (self._within > 0 or not self._vocabulary.only)

    def _words(self, start: int, end: int) -> None:
        if start < end and self._shows():
            self._pieces.append((start, end))
            self._seen = self._seen or not self._text[start:end].isspace()

    def _add(self, span: Span, meant: str) -> None:
        self._pieces.append(span)
        self._meanings[span[0]] = meant
        self._seen = meant != _LINE

    def _flush(self) -> Iterator[Passage]:
        if self._pieces:
            yield Passage(tuple(self._pieces), MARKUP, meanings=self._meanings)
            self._pieces, self._meanings = [], {}
        self._seen = False

    def _tag(self, tag: re.Match[str]) -> bool:
        """Whether what follows `tag` is another stretch."""
        vocabulary = self._vocabulary
        name, closing = tag[2].lower(), bool(tag[1])
        empty = tag[3].endswith("/")
        if self._hiding:
            return self._hidden(name, closing=closing, empty=empty)
        if not (closing or empty) and self._hides(name, tag):
            self._hiding, self._depth = name, 1
        if name in vocabulary.only and not empty:
            self._within = max(0, self._within + (-1 if closing else 1))
        if vocabulary.unknown:
            return self._parts(tag, closing=closing, empty=empty)
        meant = vocabulary.stands_for.get(name)
        if meant is None or meant == _PARTS:
            return meant is not None
        if closing or not self._shows():
            return False
        parted = meant == _LINE and not self._seen  # an empty line is what parts it
        self._add(tag.span(), meant)
        return parted

    def _hides(self, name: str, tag: re.Match[str]) -> bool:
        if name in self._vocabulary.unseen:
            return True
        if not self._vocabulary.attributes or not _MAY_HIDE.search(tag[3]) or name in _VOID:
            return False
        style = next((span for key, span in attributes_at(tag) if key == "style"), (0, 0))
        return (
            _HIDES.search(self._text, *style) is not None
            or _HIDDEN.search(_QUOTED.sub('""', tag[3])) is not None
        )

    def _hidden(self, name: str, *, closing: bool, empty: bool) -> bool:
        """A tag within what is hidden, which may end there."""
        if name == self._hiding and not empty:
            self._depth += -1 if closing or name in _NEVER_NESTED else 1
            if not self._depth:
                self._hiding = ""
                return self._vocabulary.stands_for.get(name) == _PARTS
        return False

    def _parts(self, tag: re.Match[str], *, closing: bool, empty: bool) -> bool:
        """Whether an element begins another stretch, about which nothing else is known."""
        gap = self._text[self._behind : tag.start()] if self._behind is not None else "x"
        self._behind = tag.end() if closing or empty else None
        return not closing and (not gap or ("\n" in gap and gap.isspace()))
