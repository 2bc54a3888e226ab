"""`Place`: where in a document something stands, as the document's format counts.

Values and sentences only. Lines are those of a text; other formats have pages, slides or cells.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, fields

from safelinks.foundation.values import frozen, with_texts

__all__ = ["NOWHERE", "LineCounter", "Place", "column_behind"]


@frozen
class Place:
    """Where a link begins. All numbers count from 1; what a format does not have is None.

    `line` and `column` (in code points) are those of the text, of the whole file or of the `part`
    of it that is named: a part of a mail, a header, a member of a package. `message` is the number
    in a mailbox; `page`, `slide`, `sheet` and `cell`, and `paragraph` are as people count them.
    """

    line: int | None = None
    column: int | None = None
    message: int | None = None
    part: str | None = None
    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    cell: str | None = None
    paragraph: int | None = None

    @property
    def within(self) -> str:
        """All but line and column, in words: ``page 3``; empty where there is no more to say."""
        shown = ((name, getattr(self, name)) for name in _NAMES)
        return ", ".join(f"{name} {value}" for name, value in shown if value is not None)

    def at(self, line: int, column: int) -> Place:
        """This place, with line and column."""
        return Place(
            line,
            column,
            self.message,
            self.part,
            self.page,
            self.slide,
            self.sheet,
            self.cell,
            self.paragraph,
        )

    def inside(self, outer: Place) -> Place:
        """This place in an attached document, as one of the document that it is attached to."""
        part = ", ".join(filter(None, (outer.part, self.part)))
        return evolve(self, message=outer.message or self.message, part=part or None)

    def as_shown(self, show: Callable[[str], str]) -> Place:
        """This place, with `show` applied to the names that the document gives to it."""
        if not (self.part or self.sheet or self.cell):
            return self  # as in most formats, of which there are many places
        return with_texts(self, show, "part", "sheet", "cell")

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line is not None else ""
        return ", ".join(filter(None, (self.within, line)))


NOWHERE = Place()  # where a format has no more to say than line and column
_NAMES = [field.name for field in fields(Place)][2:]


class LineCounter:
    """Lines and columns in a text that begins at `line`; offsets are asked for in order."""

    def __init__(self, text: str, line: int = 1) -> None:
        self._text = text
        self._newline = "\n" if "\n" in text or "\r" not in text else "\r"
        self._line, self._start, self._counted = line, 0, 0

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`, both counted from 1."""
        passed = self._text.count(self._newline, self._counted, offset)
        if passed:
            self._line += passed
            self._start = self._text.rfind(self._newline, self._counted, offset) + 1
        self._counted = offset
        return self._line, offset - self._start + 1


def column_behind(text: str, start: int, end: int, column: int) -> int:
    """The column behind ``text[start:end]``, which begins at `column`, both counted from 0."""
    newline = text.rfind("\n", start, end)
    return column + end - start if newline < 0 else end - newline - 1
