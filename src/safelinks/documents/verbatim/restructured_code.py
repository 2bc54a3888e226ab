"""reStructuredText: its literal blocks, inline literals and comments.

Line by line, by what docutils' specification says of each. Where indentation alone does not tell
what a line is part of, as behind the marker of a list item, it is text.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field

from safelinks.documents.verbatim.code_ranges import Findings, Span, Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["restructured_stretches"]

_LINE = pattern_of(r"([^\r\n]*+)(?:\r\n|\n|\r|\Z)")
_EXPLICIT = pattern_of(r"\.\.(?=[ \t]|\Z)[ \t]*+")
# What is no comment: footnotes and citations, targets, substitutions and directives.
_NO_COMMENT = pattern_of(
    r"\[[^\]\s]++\](?=\s|\Z)|_(?=\S)|__(?=[ \t]|\Z)|\|(?=\S)"
    r"|(?P<directive>\w++(?:[-._+:]\w++)*+)[ \t]?::(?=[ \t]|\Z)"
)
_DIRECTIVES = frozenset({"code", "code-block", "sourcecode"})
# Of a list item or a field, how far what goes on must be indented, the text tells.
_MARKER = pattern_of(
    r"(?:[-*+\u2022\u2023\u2043]|\(?(?:[0-9]++|[a-zA-Z]|[ivxlcdmIVXLCDM]++|\#)[.)]"
    r"|:[^:\s][^:]*+:)(?=[ \t])"
)
_ENDS_WITH = "::"
# Inline markup: what may stand before the start and behind the end of a literal.
_STARTS = pattern_of(r"(?:(?<=[\s'\"(\[{<\-/:])|(?<![\s\S]))``(?=\S)")
_ENDS = pattern_of(r"(?<=\S)``(?=[\s'\")\]}>\-/:.,;!?\\]|\Z)")
_QUOTED = ("''", '""', "()", "[]", "{}", "<>")  # where it is but quoted


@frozen
class _RestructuredLine:
    start: int
    end: int
    first: int  # where its text begins
    indent: int

    @property
    def blank(self) -> bool:
        return self.first == self.end


def restructured_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of a reStructuredText.

    >>> text = "A::\\n\\n  b\\n\\n.. c"
    >>> [text[one.start : one.end] for one in restructured_stretches(text)]
    ['  b', '.. c']
    """
    found = Findings()
    _RestructuredReader(text, list(_lines(text)), found).read()
    return found.stretches()


def _lines(text: str) -> Iterator[_RestructuredLine]:
    at = 0
    while at < len(text):
        line = _LINE.match(text, at)
        if line is None:  # which any text is
            break
        start, end = line.span(1)
        inner = line[1].lstrip(" \t\v\f")
        first = end - len(inner)
        yield _RestructuredLine(start, end, first, len(text[start:first].expandtabs(8)))
        at = line.end()


@define
class _RestructuredReader:
    """The one pass over the lines of a text."""

    _text: str
    _lines: list[_RestructuredLine]
    _found: Findings
    _paragraph: list[_RestructuredLine] = field(factory=list, init=False)

    def read(self) -> None:
        """Tell what there is, from the first line to the last."""
        at = 0
        while at < len(self._lines):
            at = self._block(at)
        self._end_paragraph()

    def _block(self, at: int) -> int:
        """Read what begins on a line; gives the line behind it."""
        line = self._lines[at]
        if line.blank:
            literal = self._announces_literal()
            indent = self._paragraph[-1].indent if self._paragraph else 0
            self._end_paragraph()
            return self._literal(at, indent) if literal else at + 1
        explicit = _EXPLICIT.match(self._text, line.first, line.end)
        if explicit is None or self._paragraph:
            self._paragraph.append(line)
            return at + 1
        return self._marked(at, line, explicit.end())

    def _announces_literal(self) -> bool:
        """Whether the paragraph ends in two colons, at an indentation that is known."""
        if not self._paragraph:
            return False
        last, first = self._paragraph[-1], self._paragraph[0]
        if not self._text[last.start : last.end].rstrip().endswith(_ENDS_WITH):
            return False
        marked = _MARKER.match(self._text, first.first, first.end) is not None
        return not marked or (last is not first and last.indent > first.indent)

    def _marked(self, at: int, line: _RestructuredLine, behind: int) -> int:
        """Read what begins with two dots: a comment, code, or the first line of something else."""
        if behind == line.end:
            alone = at + 1 == len(self._lines) or self._lines[at + 1].blank
            if alone:  # an empty comment, of which nothing that follows is part
                return at + 1
        other = _NO_COMMENT.match(self._text, behind, line.end)
        if other is None:
            end = self._indented(at + 1, line.indent)
            self._found.comments.append(self._span(at, end))
            return end
        if (other["directive"] or "").lower() in _DIRECTIVES:
            return self._literal(at + 1, line.indent)
        self._inline([line])
        return at + 1

    def _literal(self, at: int, indent: int) -> int:
        """Read the lines that are indented by more than that, which are code."""
        end = self._indented(at, indent)
        while at < end and self._lines[at].blank:
            at += 1
        if at < end:
            self._found.code.append(self._span(at, end))
        return max(end, at)

    def _indented(self, at: int, indent: int) -> int:
        """The line behind those from `at` on that are indented by more than that."""
        end = at
        while at < len(self._lines) and (self._lines[at].blank or self._lines[at].indent > indent):
            at += 1
            end = end if self._lines[at - 1].blank else at
        return end

    def _span(self, first: int, behind: int) -> Span:
        return self._lines[first].start, self._lines[behind - 1].end

    def _end_paragraph(self) -> None:
        if self._paragraph:
            self._inline(self._paragraph)
            self._paragraph = []

    def _inline(self, lines: list[_RestructuredLine]) -> None:
        """Tell of the literals in a paragraph."""
        paragraph, offset = self._text[lines[0].start : lines[-1].end], lines[0].start
        at = 0
        while (starts := _STARTS.search(paragraph, at)) is not None:
            at = starts.end()
            if paragraph[starts.start() - 1 : starts.start()] + paragraph[at : at + 1] in _QUOTED:
                continue
            ends = _ENDS.search(paragraph, at + 1)
            if ends is None:
                return
            self._found.code.append((offset + starts.start(), offset + ends.end()))
            at = ends.end()
