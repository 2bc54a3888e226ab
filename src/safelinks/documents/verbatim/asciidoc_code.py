"""AsciiDoc: its listings, literal blocks, passthroughs and comments, line by line.

By the AsciiDoc language documentation, "Delimited Blocks", "Literal Paragraphs", "Comments" and
"Passthroughs"; monospaced text counts as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import field

from safelinks.documents.verbatim.code_ranges import Findings, Span, Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["asciidoc_blocks", "asciidoc_stretches", "passed_through"]

_LINE = pattern_of(r"([^\r\n]*+)(?:\r\n|\n|\r|\Z)")
# What opens a block that holds no markup, up to a line that is the same.
_DELIMITER = pattern_of(r"(-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,}[^`\s]*+)[ \t]*+\Z")
_CUT_SCHEME = pattern_of(r"[/?=&_]https?:\Z", re.IGNORECASE)
_COMMENT = pattern_of(r"//(?!/)")
# A line of attributes that makes code of the paragraph below it.
_STYLE = pattern_of(r"\[(?:source|listing|literal)\b[^\]]*+\][ \t]*+\Z")
_MARKER = pattern_of(
    r"(?:[-*.\u2022]{1,5}|[0-9]{1,9}[.)]|[a-zA-Z][.)]|<[0-9.]+>|\S.{0,200}?::)(?:[ \t]|\Z)"
)
# An address is no place for a passthrough to begin.
_INLINE = pattern_of(
    r"[a-z]{2,10}://[^\s`\[\]<>]*+|(?P<code>`[^`\r\n]++`)"
    r"|(?P<passed>\+\+\+(?P<triple>[^\r\n+]*+)\+\+\+|\+\+(?P<double>[^\r\n+]*+)\+\+"
    r"|(?<![\w+])\+(?=\S)(?P<single>[^\r\n+]*+)(?<=\S)\+(?![\w+]))",
    re.IGNORECASE,
)

_PLUSES = ("triple", "double", "single")


def asciidoc_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of an AsciiDoc text.

    >>> text = "a\\n----\\nb\\n----\\n// c"
    >>> [text[one.start : one.end] for one in asciidoc_stretches(text)]
    ['----\\nb\\n----', '// c']
    """
    found = asciidoc_blocks(text)
    for match in _INLINE.finditer(text):
        if match["code"] or match["passed"]:
            found.code.append(match.span())
    return found.stretches()


def passed_through(text: str) -> Iterator[Span]:
    """Where in lines of text something stands between plus signs, without these."""
    for match in _INLINE.finditer(text):
        if match["passed"]:
            yield next(match.span(name) for name in _PLUSES if match[name] is not None)


def asciidoc_blocks(text: str) -> Findings:
    """The blocks of a text that are code or a comment."""
    found = Findings()
    _AsciidocReader(found).read(text)
    return found


@define
class _AsciidocReader:
    """The one pass over the lines of a text."""

    _found: Findings
    _delimiter: str = field(default="", init=False)
    _start: int | None = field(default=None, init=False)  # of the block that is open
    _comment: bool = field(default=False, init=False)  # which that is
    _styled: bool = field(default=False, init=False)
    _in_paragraph: bool = field(default=False, init=False)
    _cut_before: bool = field(default=False, init=False)

    def read(self, text: str) -> None:
        """Tell what there is, from the first line to the last."""
        at = end = 0
        while at < len(text):
            line = _LINE.match(text, at)
            if line is None:  # which any text is
                break
            self._line(line[1], line.start(), line.end(1), end)
            at, end = line.end(), line.end(1)
        self._close(end)

    def _line(self, line: str, start: int, end: int, before: int) -> None:
        """Read a line, and note whether it may end within the scheme of an address."""
        self._read_line(line, start, end, before)
        self._cut_before = not _COMMENT.match(line) and _CUT_SCHEME.search(line) is not None

    def _read_line(self, line: str, start: int, end: int, before: int) -> None:
        """Read a line, which is ``text[start:end]``; the one before it ends at `before`."""
        if self._delimiter:
            if line.rstrip() == self._delimiter:
                self._close(end)
            return
        delimiter = _DELIMITER.match(line)
        if delimiter is not None:
            self._close(before)
            self._start, self._delimiter = start, delimiter[1]
            if delimiter[1].startswith("`"):
                self._delimiter = "`" * delimiter[1].count("`")
            self._comment = delimiter[1].startswith("/")
            return
        if not line.strip():
            self._close(before)
            self._in_paragraph = self._styled = False
        elif self._start is not None:
            return
        elif _COMMENT.match(line) and not self._cut_before:
            self._found.comments.append((start, end))
        elif _STYLE.match(line):
            self._styled = True
        elif not self._in_paragraph:
            literal = line[0] in " \t" and not _MARKER.match(line.lstrip())
            if self._styled or literal:
                self._start = start
            self._in_paragraph = True

    def _close(self, end: int) -> None:
        """End the block that is open, if any is."""
        if self._start is not None:
            spans = self._found.comments if self._comment else self._found.code
            spans.append((self._start, end))
        self._start, self._delimiter, self._comment = None, "", False
        self._in_paragraph = self._styled = False
