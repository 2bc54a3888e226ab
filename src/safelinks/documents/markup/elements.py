"""Elements: how the markup of a document parts its text, and what of that is the text of a link.

One pass over tags, comments and text, with a `Vocabulary` that says what the elements of a kind of
document mean. Like `markup_tokens`, it builds no tree. The text is one passage: inline elements do
not part it, all others begin a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum, auto
from functools import cached_property
from types import MappingProxyType

from safelinks.addresses.roles import Role
from safelinks.documents.markup.collected_text import CollectedText
from safelinks.documents.markup.markup_tokens import (
    MARKUP,
    OTHER,
    RAW_TEXT_ENDS,
    TAG,
    may_hold_address,
)
from safelinks.documents.passages.passage import Passage, Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Vocabulary", "passages_of_elements"]

_ADDRESS = pattern_of(
    r"(?:^|[\s\"'/:])href\s*+=(?P<in_page>\s*+[\"']?\s*+#)?|(?:^|[\s\"'/])ur[il]\s*+=",
    re.IGNORECASE,
)
# Names of elements that are remembered: documents can make up any number, of any length.
_MOST_KNOWN = 4_096
_LONGEST_KNOWN = 40


class _Kind(Enum):
    """How much there is to do at a tag."""

    INLINE = auto()
    LINK = auto()
    PARTS = auto()
    ENDS_LINKS = auto()
    SPECIAL = auto()


_NONE: Mapping[str, Callable[[str, re.Match[str], Span], Iterator[Passage]]] = MappingProxyType({})


class _Kinds(dict[str, _Kind]):
    """What there is to do at a tag, by its name as it is written."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __missing__(self, name: str) -> _Kind:
        kind = self._vocabulary.kind(name.lower())
        if len(name) <= _LONGEST_KNOWN:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[name] = kind
        return kind


@frozen(eq=False)
class Vocabulary:
    """What the elements of a kind of document mean, by their names in lower case.

    Elements that are `inline`, or whose names begin like one, do not part the text; in the place of
    one of `blanks` stands a blank. The text of `links` that have an address is that of a link, up
    to the end of the element, or of one that `ends_links`. `attributes` tells of the attributes of
    a tag, `raw_text` of elements that hold no markup, `cdata` of character data, and `whole` of
    those of `addresses` of which all is an address, and where it ends.
    """

    inline: AbstractSet[str]
    inline_beginnings: tuple[str, ...]
    links: AbstractSet[str]
    attributes: Callable[[str, re.Match[str]], Iterator[Passage]]
    cdata: Callable[[str, Span], Iterator[Passage]]
    blanks: AbstractSet[str] = frozenset()
    ends_links: AbstractSet[str] = frozenset()
    raw_text: Mapping[str, Callable[[str, re.Match[str], Span], Iterator[Passage]]] = _NONE
    addresses: re.Pattern[str] | None = None
    whole: Callable[[str, re.Match[str]], tuple[Passage, int] | None] = lambda *_: None

    @cached_property
    def kinds(self) -> Mapping[str, _Kind]:
        """What must be done at a tag, by its name as it is written; of any document."""
        return _Kinds(self)

    def kind(self, name: str) -> _Kind:
        """What must be done at a tag of this name."""
        special = (
            name in self.blanks
            or name in self.raw_text
            or (self.addresses is not None and self.addresses.match(name) is not None)
        )
        if special:
            return _Kind.SPECIAL
        if name in self.links:
            return _Kind.LINK if self.is_inline(name) else _Kind.SPECIAL
        if self.is_inline(name):
            return _Kind.INLINE
        return _Kind.ENDS_LINKS if name in self.ends_links else _Kind.PARTS

    def is_inline(self, name: str) -> bool:
        """Whether the text on both sides of a tag of this name belongs together."""
        return name in self.inline or name.startswith(self.inline_beginnings)


def passages_of_elements(
    text: str, vocabulary: Vocabulary, comment: Span | None = None
) -> Iterator[Passage]:
    """The passages of a document, or of a `comment` in it: those of its markup, then its text."""
    start, end = comment or (0, len(text))
    return _ElementReader(text, vocabulary, end, commented=comment is not None).passages(start)


class _ElementReader:
    """The state of the one pass over a text, up to `end`."""

    def __init__(self, text: str, vocabulary: Vocabulary, end: int, *, commented: bool) -> None:
        self._text, self._vocabulary, self._end = text, vocabulary, end
        self._commented = commented  # then, there are no comments further in
        self._lines = CollectedText(text)
        self._link = ""  # the element that is open and whose text is that of a link
        self._role: Role | None = None

    def passages(self, position: int) -> Iterator[Passage]:
        """All passages."""
        text, end, lines = self._text, self._end, self._lines
        attributes, kinds = self._vocabulary.attributes, self._vocabulary.kinds
        inline, link, parts, special = _Kind.INLINE, _Kind.LINK, _Kind.PARTS, _Kind.SPECIAL
        find, tag_at, add = text.find, TAG.match, lines.add
        begun = position
        while (at := find("<", position, end)) >= 0:
            tag = tag_at(text, at, end)
            if tag is None:
                other = None if self._commented else OTHER.match(text, at, end)
                if other is None:
                    position = at + 1
                    continue
                if begun < at:
                    add(begun, at, self._role)
                begun = position = other.end()
                yield from self._other(other)
                continue
            if begun < at:
                add(begun, at, self._role)
            begun = position = tag.end()
            closing, name, inner = tag.groups()
            kind = kinds[name]
            if kind is not inline:
                if kind is link:
                    self._of_link(tag, name.lower(), closing=bool(closing) or inner[-1:] == "/")
                elif kind is special:
                    begun = position = yield from self._element(tag, name.lower())
                else:
                    lines.ended = True
                    if kind is not parts:
                        self._link, self._role = "", None
            if not closing and "=" in inner and may_hold_address(inner, 0, len(inner)):
                yield from attributes(text, tag)
        add(begun, end, self._role)
        yield from lines.passages(MARKUP)

    def _other(self, other: re.Match[str]) -> Iterator[Passage]:
        """Comments may hold markup that some programs read; they do not part the text."""
        if comment := other["comment"]:
            if "<" in comment:
                span = other.span("comment")
                yield from passages_of_elements(self._text, self._vocabulary, span)
            else:
                yield Passage((other.span("comment"),), MARKUP)
        elif other["cdata"]:
            self._lines.ended = True
            yield from self._vocabulary.cdata(self._text, other.span("cdata"))

    def _element(self, tag: re.Match[str], name: str) -> Generator[Passage, None, int]:
        """What a tag that is not any one does to the text, and where to read on."""
        vocabulary, closing = self._vocabulary, bool(tag[1])
        empty = not closing and tag[3].endswith("/")
        if name in vocabulary.blanks:
            if not closing:
                self._lines.add_markup(*tag.span(), " ")
            return tag.end()
        if name in vocabulary.links:
            self._of_link(tag, name, closing=closing or empty)
        if not vocabulary.is_inline(name):
            self._lines.ended = True
        if closing or empty:
            return tag.end()
        if (read := vocabulary.raw_text.get(name)) is not None:
            ends = RAW_TEXT_ENDS[name].search(self._text, tag.end(), self._end)
            span = tag.end(), ends.start() if ends else self._end
            yield from read(self._text, tag, span)
            return span[1]
        whole = None if self._link == name else vocabulary.whole(self._text, tag)
        if whole is None:
            return tag.end()
        self._lines.ended = True
        yield whole[0]
        return whole[1]

    def _of_link(self, tag: re.Match[str], name: str, *, closing: bool) -> None:
        """The text of a link begins or ends."""
        if closing:
            if name == self._link:
                self._link, self._role = "", None
            return
        self._link, self._role = "", None  # a link is never within another
        if address := _ADDRESS.search(tag[3]):
            self._link, self._role = name, Role.LINK_TEXT
            if address["in_page"]:
                self._lines.ended = True  # such as the number of a note
