"""Passages: the stretches of a document in which links stand, and how each is written there.

A format says where its passages are and how they escape characters. Reading and cleaning then are
the same for all: decode a passage, find the links, and map what was found, or what has to be
written, back to the document. So what is read is also what is cleaned.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from attrs import evolve, frozen

from safelinks.place import Lines, Place
from safelinks.text import Link, Peel, links, replacements

__all__ = [
    "RAW",
    "Codec",
    "Edit",
    "Meant",
    "Passage",
    "Span",
    "applied",
    "edits_in",
    "links_in",
    "links_of",
]

Span = tuple[int, int]


@frozen
class Codec:
    """How a format escapes characters: what `pattern` matches is meant as `undo` of it.

    `redo` escapes what is written, given what stood there; `whole` finishes the changed passage.
    """

    pattern: re.Pattern[str] | None = None
    undo: Callable[[str], str] = str
    redo: Callable[[str, str], str] = lambda written, _: written
    whole: Callable[[str], str] | None = None


RAW = Codec()
_NOWHERE = Place()


@frozen
class Passage:
    """One stretch of text, which may be in several pieces, such as the runs of a paragraph.

    `label` and `original` are those of the link it holds; `place` is what the format counts,
    without line and column.
    """

    pieces: tuple[Span, ...]
    codec: Codec = RAW
    label: str | None = None
    original: str | None = None
    place: Place = _NOWHERE


@frozen
class Edit:
    """``text[start:end]`` is to become `written`."""

    start: int
    end: int
    written: str


def links_in(text: str, passages: Iterable[Passage], peel: Peel) -> Iterator[Link]:
    """Every link in `passages` of `text`, with its line and column there."""
    lines = Lines(text)
    for passage in passages:
        for link in links_of(text, passage, peel):
            line, column = lines.place(link.start)
            yield evolve(link, place=evolve(passage.place, line=line, column=column))


def links_of(text: str, passage: Passage, peel: Peel) -> Iterator[Link]:
    """Every link in one `passage` of `text`, with the place that the passage has."""
    if not _may_hold(text, passage):
        return
    meant = Meant(text, passage)
    for link in links(meant.text, peel):
        yield evolve(
            link,
            start=meant.start_of(link.start),
            end=meant.end_of(link.end),
            place=passage.place,
            label=passage.label or link.label,
            original=passage.original,
        )


def edits_in(text: str, passages: Iterable[Passage], peel: Peel) -> Iterator[Edit]:
    """What to change in `text`, in order, so that no wrapper is left that `peel` takes off."""
    for passage in passages:
        if not _may_hold(text, passage):
            continue
        meant = Meant(text, passage)
        changes = (
            edit
            for start, end, written in replacements(meant.text, peel)
            for edit in _in_pieces(text, passage, meant, (start, end), written)
        )
        if passage.codec.whole is None:
            yield from changes
        elif edits := list(changes):
            start, end = passage.pieces[0][0], passage.pieces[-1][1]
            yield Edit(start, end, passage.codec.whole(applied(text, edits, start, end)))


def _in_pieces(
    text: str, passage: Passage, meant: Meant, span: Span, written: str
) -> Iterator[Edit]:
    """The edits for one link: all of it goes into its first piece, the others lose theirs."""
    start, end = meant.start_of(span[0]), meant.end_of(span[1])
    for first, last in passage.pieces:
        low, high = max(first, start), min(last, end)
        if low < high:
            yield Edit(low, high, passage.codec.redo(written, text[low:high]) if written else "")
            written = ""


def applied(text: str, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """``text[start:end]`` with `edits`, which are in order and lie within it."""
    out = []
    at = start
    for edit in edits:
        out += [text[at : edit.start], edit.written]
        at = edit.end
    out.append(text[at:end])
    return "".join(out)


_SIGNS = ("://", "safelinks")  # without one of them, `scan` finds nothing


def _may_hold(text: str, passage: Passage) -> bool:
    """Whether a look at `passage` may be worth its while: nearly none of a page's is."""
    pattern = passage.codec.pattern
    start, end = passage.pieces[0]
    if len(passage.pieces) > 1:
        text = "".join([text[first:last] for first, last in passage.pieces])
        start, end = 0, len(text)
    if any(text.find(sign, start, end) >= 0 for sign in _SIGNS):
        return True
    return pattern is not None and pattern.search(text, start, end) is not None


class Meant:
    """The text that is meant by a passage, and where each character of it stands."""

    def __init__(self, text: str, passage: Passage) -> None:
        pattern, undo = passage.codec.pattern, passage.codec.undo
        self._out: list[str] = []
        self._length = 0
        # From each offset in `_at` on, characters stand one for one at `_raw`; or, where `_end` is
        # not None, this one character stands for all that is from there up to it.
        self._at: list[int] = []
        self._raw: list[int] = []
        self._end: list[int | None] = []
        for start, end in passage.pieces:
            position = start
            for match in pattern.finditer(text, start, end) if pattern else ():
                undone = undo(match[0])
                if undone != match[0]:
                    self._add(text[position : match.start()], position)
                    for char in undone:
                        self._add(char, match.start(), match.end())
                    position = match.end()
            self._add(text[position:end], position)
        self.text = "".join(self._out)

    def _add(self, piece: str, start: int, end: int | None = None) -> None:
        if piece:
            self._out.append(piece)
            self._at.append(self._length)
            self._raw.append(start)
            self._end.append(end)
            self._length += len(piece)

    def start_of(self, offset: int) -> int:
        """Where the character at `offset` begins in the document."""
        entry = bisect_right(self._at, offset) - 1
        return self._raw[entry] + offset - self._at[entry]

    def end_of(self, offset: int) -> int:
        """Where the character before `offset` ends in the document."""
        entry = bisect_right(self._at, offset - 1) - 1
        end = self._end[entry]
        return self._raw[entry] + offset - self._at[entry] if end is None else end
