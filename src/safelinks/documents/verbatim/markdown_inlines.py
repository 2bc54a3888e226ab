"""Markdown within its blocks: code spans, comments, tags, autolinks, and links with their text.

CommonMark 0.31.2, chapter 6. Of what could begin at a place, the one that begins first counts; the
text of a paragraph is read once, however many things in it are never closed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from enum import Enum, auto
from itertools import accumulate

from attrs import field

from safelinks.documents.verbatim.code_ranges import Span
from safelinks.documents.verbatim.markdown_brackets import (
    definitions,
    inline_link,
    label_at,
    normalized,
)
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["MarkdownKind", "MarkdownToken", "defined", "inlines", "may_hold_inlines"]


class MarkdownKind(Enum):
    """What a token is; FENCE, INDENTED and HTML are blocks, a REFERENCE leads to a definition."""

    FENCE = auto()
    INDENTED = auto()
    HTML = auto()
    CODE = auto()
    COMMENT = auto()
    TAG = auto()
    AUTOLINK = auto()
    LINK = auto()
    IMAGE = auto()
    REFERENCE = auto()
    DEFINITION = auto()


@frozen
class MarkdownToken:
    """What stands at ``text[start:end]``; of a link, also the spans of its text and its address.

    A tag has a `name`, and may be a `closing` or an `empty` one.
    """

    kind: MarkdownKind
    start: int
    end: int
    address: Span | None = None
    text: Span | None = None
    name: str = ""
    closing: bool = False
    empty: bool = False

    @property
    def span(self) -> Span:
        """From where it begins to where it ends."""
        return self.start, self.end


_TABLE = pattern_of(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+(?::?-++:?[ \t]*+)?)*+\Z")
_CELL = pattern_of(r"(?:[^|\\]++|\\.|\\)++")
# What may begin or end something: an escape (2.4), backticks, an angle bracket, a bracket. A class
# of characters is looked for several times faster than patterns of which one matches.
_BEGINS = pattern_of(r"[\\`<\[\]]")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TICKS = pattern_of("`++")
_AUTOLINK = pattern_of(r"<([a-z][a-z0-9+.-]{1,31}:[^\x00-\x20\x7f<>]*+)>", re.IGNORECASE)  # 6.5
_TAG = pattern_of(  # 6.6
    r"<(?:(?P<closing>/)(?P<closed>[a-z][a-z0-9-]*+)[ \t\n]*+|(?P<opened>[a-z][a-z0-9-]*+)"
    r"(?:[ \t\n]++[a-z_:][a-z0-9_.:-]*+"
    r"(?:[ \t\n]*+=[ \t\n]*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+)*+[ \t\n]*+(?P<empty>/)?)>",
    re.IGNORECASE,
)
_EMPTY_COMMENT = pattern_of("<!---?>")
_COMMENT = "<!--"
_OTHER = pattern_of(r"<!--|<!\[CDATA\[|<\?|<![A-Za-z]")
_CLOSED_BY = {_COMMENT: "-->", "<![CDATA[": "]]>", "<?": "?>"}


def defined(text: str, lines: Sequence[Span]) -> tuple[dict[str, MarkdownToken], Sequence[Span]]:
    """The definitions a paragraph on `lines` begins with, by their labels; and the lines behind."""
    if not lines or text[lines[0][0] : lines[0][0] + 1] != "[":
        return {}, lines
    lines = _one_by_one(text, lines)
    paragraph = _MarkdownParagraph(text, lines)
    found: dict[str, MarkdownToken] = {}
    end = 0
    for number, definition in enumerate(definitions(paragraph.joined)):
        span = paragraph.span(end, len(paragraph.joined[end : definition.end].rstrip("\n")) + end)
        end = definition.end
        token = MarkdownToken(MarkdownKind.DEFINITION, *span, paragraph.span(*definition.address))
        # The first of a label counts; links may be found in all of them.
        found[definition.label if definition.label not in found else f"]{number}"] = token
    return found, lines[bisect_left(paragraph.starts, end) :] if end else lines


def inlines(text: str, lines: Sequence[Span], labels: Container[str]) -> Iterator[MarkdownToken]:
    """What is in a paragraph or heading, which stands on these `lines` of `text`.

    `labels` are those that definitions have. In a table of GitHub's, nothing goes on from one cell
    to the next. A link comes behind what is in its text.
    """
    if not lines or not may_hold_inlines(text, lines[0][0], lines[-1][1]):
        return
    if "|" in text[lines[0][0] : lines[-1][1]]:
        lines = _one_by_one(text, lines)
        table = next((at for at in range(1, len(lines)) if _is_table(text, lines, at)), None)
        if table is not None:
            for line in lines[table - 1 :]:
                for cell in _cells(text, line):
                    yield from _Inlines(_MarkdownParagraph(text, [cell]), labels).read()
            lines = lines[: table - 1]
    if lines:
        yield from _Inlines(_MarkdownParagraph(text, lines), labels).read()


def _one_by_one(text: str, lines: Sequence[Span]) -> list[Span]:
    """`lines`, those that blocks have as one each by itself."""
    each: list[Span] = []
    for start, end in lines:
        at = start
        while (line_end := text.find("\n", at, end)) >= 0:
            each.append((at, line_end))
            at = line_end + 1
        each.append((at, end))
    return each


def may_hold_inlines(text: str, start: int, end: int) -> bool:
    """Whether anything that `inlines` looks for may be in ``text[start:end]``."""
    part = text[start:end]
    return "[" in part or "`" in part or "<" in part


def _is_table(text: str, lines: Sequence[Span], at: int) -> bool:
    """Whether a line is that below the head of a table: both have as many cells."""
    line = text[slice(*lines[at])]
    if "|" not in line or _TABLE.match(line) is None:
        return False
    head = text[slice(*lines[at - 1])]
    return len(_CELL.findall(line.strip(" \t|"))) == len(_CELL.findall(head.strip(" \t|")))


def _cells(text: str, line: Span) -> Iterator[Span]:
    """The cells of a row in which there may be anything."""
    if may_hold_inlines(text, *line):
        for cell in _CELL.finditer(text, *line):
            if may_hold_inlines(text, *cell.span()):
                yield cell.span()


class _MarkdownParagraph:
    """The lines of a paragraph as one text, without what stands before them."""

    def __init__(self, text: str, lines: Sequence[Span]) -> None:
        self._lines = lines
        if len(lines) == 1:
            self.joined, self.starts = text[slice(*lines[0])], [0]
            return
        self.joined = "\n".join([text[start:end] for start, end in lines])
        lengths = (end - start + 1 for start, end in lines)
        self.starts = list(accumulate(lengths, initial=0))[:-1]

    def span(self, start: int, end: int) -> Span:
        """Where in the document something stands."""
        if len(self._lines) == 1:
            before = self._lines[0][0]
            return before + start, before + end
        if start == end:
            return self._offset(start), self._offset(start)
        return self._offset(start), self._offset(end - 1) + 1

    def _offset(self, at: int) -> int:
        line = bisect_right(self.starts, at) - 1
        return self._lines[line][0] + at - self.starts[line]


@define
class _Opener:
    """A bracket that waits for its partner, and what is behind it."""

    start: int
    behind: int
    image: bool
    holds_brackets: bool = False


@define
class _Inlines:
    """The one pass over a paragraph."""

    _paragraph: _MarkdownParagraph
    _labels: Container[str]
    _joined: str = field(init=False)
    _ticks: dict[int, list[int]] = field(init=False)  # where so many backticks stand
    _never: set[str] = field(factory=set, init=False)  # what no longer closes anything
    _tokens: list[MarkdownToken] = field(factory=list, init=False)
    _openers: list[_Opener] = field(factory=list, init=False)
    _inactive: int = field(default=0, init=False)  # so many of them may open no link: it holds one

    @_joined.default
    def _without_what_is_before_lines(self) -> str:
        return self._paragraph.joined

    @_ticks.default
    def _by_number(self) -> dict[int, list[int]]:
        ticks: dict[int, list[int]] = {}
        if "`" not in self._joined:
            return ticks
        for run in _TICKS.finditer(self._joined):
            ticks.setdefault(len(run[0]), []).append(run.start())
        return ticks

    def read(self) -> list[MarkdownToken]:
        """What there is, each before what it is in."""
        joined = self._joined
        at = 0
        while (begins := _BEGINS.search(joined, at)) is not None:
            start, before = begins.start(), at
            sign, at = joined[start], start + 1
            if sign == "[":
                image = start > before and joined[start - 1] == "!"
                self._opens(start - 1 if image else start, at, image=image)
            elif sign == "]":
                at = self._closes(start) or at
            elif sign == "<":
                at = self._in_angles(start) or at
            elif sign == "`":
                at = self._code_span(start)
            elif joined[at : at + 1] in _PUNCTUATION:
                at += 1
        return self._tokens

    def _found(self, kind: MarkdownKind, start: int, end: int) -> int:
        self._tokens.append(MarkdownToken(kind, *self._paragraph.span(start, end)))
        return end

    def _code_span(self, start: int) -> int:
        """Where the code span ends that begins there (6.1): at as many backticks."""
        behind = start
        while self._joined.startswith("`", behind):
            behind += 1
        length = behind - start
        runs = self._ticks.get(length, ())
        closing = bisect_left(runs, behind)
        if closing == len(runs):
            return behind
        return self._found(MarkdownKind.CODE, start, runs[closing] + length)

    def _opens(self, start: int, behind: int, *, image: bool) -> None:
        if self._openers:
            self._openers[-1].holds_brackets = True
        self._openers.append(_Opener(start, behind, image))

    def _closes(self, at: int) -> int | None:
        """Where the link ends whose text ends at this bracket, if it is one (6.3)."""
        if not self._openers:
            return None
        opener = self._openers.pop()
        depth = len(self._openers)
        active = opener.image or depth >= self._inactive
        self._inactive = min(self._inactive, depth)
        if not active:
            return None
        kind = MarkdownKind.IMAGE if opener.image else MarkdownKind.LINK
        inline = inline_link(self._joined, at + 1) if self._joined[at + 1 : at + 2] == "(" else None
        if inline is not None:
            (start, stop), end = inline
            address = self._paragraph.span(start, stop)
        else:
            end = self._reference(opener, at) or 0
            kind, address = MarkdownKind.REFERENCE, None
        if not end:
            return None
        if not opener.image:
            self._inactive = depth
        span = self._paragraph.span(opener.start, end)
        text = self._paragraph.span(opener.behind, at) if opener.behind < at else None
        self._tokens.append(MarkdownToken(kind, *span, address, text))
        return end

    def _reference(self, opener: _Opener, at: int) -> int | None:
        """Where a reference ends that is defined somewhere."""
        found = label_at(self._joined, at + 1)
        label, end = found or ("", at + 1)
        if not label:
            if opener.holds_brackets or at - opener.behind > 999:
                return None
            label = self._joined[opener.behind : at]
        return end if normalized(label) in self._labels else None

    def _in_angles(self, start: int) -> int | None:
        """Where the link, tag or comment ends that begins there."""
        link = _AUTOLINK.match(self._joined, start)
        if link is not None:
            span, address = self._paragraph.span(*link.span()), self._paragraph.span(*link.span(1))
            self._tokens.append(MarkdownToken(MarkdownKind.AUTOLINK, *span, address))
            return link.end()
        tag = _TAG.match(self._joined, start)
        if tag is None:
            return self._other(start)
        self._tokens.append(
            MarkdownToken(
                MarkdownKind.TAG,
                *self._paragraph.span(*tag.span()),
                name=(tag["closed"] or tag["opened"]).lower(),
                closing=bool(tag["closing"]),
                empty=bool(tag["empty"]),
            )
        )
        return tag.end()

    def _other(self, start: int) -> int | None:
        """Where a comment, a declaration or the like ends that begins there."""
        empty = _EMPTY_COMMENT.match(self._joined, start)
        if empty:
            return empty.end()
        opens = _OTHER.match(self._joined, start)
        if opens is None:
            return None
        opener, closer = opens[0], _CLOSED_BY.get(opens[0], ">")
        if closer in self._never:
            return None
        at = self._joined.find(closer, start + len(opener))
        if at < 0:
            self._never.add(closer)
            return None
        end = at + len(closer)
        if opener == _COMMENT:
            self._found(MarkdownKind.COMMENT, start, end)
        return end
