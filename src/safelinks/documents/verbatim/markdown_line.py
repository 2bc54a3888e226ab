"""A line of Markdown, read from its beginning: white space in columns, and what comes behind it.

CommonMark 0.31.2, section 2.2. It knows no blocks; how lines make these, is `markdown_blocks`'.
"""

from __future__ import annotations

import re

__all__ = ["MarkdownLine"]

_BREAKS = "*-_"  # 4.1


class MarkdownLine:
    """A line, and how far it is read: up to `at`, at a `column` that may be within a tab.

    `first` is what is not white space from there on, and `indent` in how many columns.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.at, self._column = start, 0
        self._tails: dict[str, int] = {}  # where there is only that sign from there on
        self._look()

    def _look(self) -> None:
        at, column = self.at, self._column
        while at < self.end and self.text[at] in " \t":
            column += 1 if self.text[at] == " " else 4 - column % 4
            at += 1
        self.first, self._first_column = at, column
        self.indent = column - self._column  # how many columns of white space come next
        self.blank = at == self.end  # whether nothing else comes

    def begins_with(self, sign: str) -> bool:
        """Whether that is what comes behind white space."""
        return self.text.startswith(sign, self.first, self.end)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern` matches behind white space."""
        return pattern.match(self.text, self.first, self.end)

    @property
    def is_break(self) -> bool:
        """Whether what comes is a thematic break (4.1); many markers before it may ask for that."""
        sign = self.text[self.first : self.first + 1]
        if self.blank or sign not in _BREAKS:
            return False
        tail = self._tails.get(sign)
        if tail is None:
            tail = self.start + len(self.text[self.start : self.end].rstrip(f"{sign} \t"))
            self._tails[sign] = tail
        return tail <= self.first and self.text.count(sign, self.first, self.end) > 2

    def indented(self, columns: int) -> None:
        """Read so many columns of white space, of which there are as many."""
        columns = min(columns, self.indent)
        self.indent -= columns
        while columns:
            width = 1 if self.text[self.at] == " " else 4 - self._column % 4
            step = min(width, columns)
            self._column += step
            columns -= step
            self.at += step == width

    def marker(self, length: int) -> None:
        """Read white space, and a marker behind it."""
        self.at, self._column = self.first + length, self._first_column + length
        self._look()
