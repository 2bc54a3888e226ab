"""Passages: the stretches of a document in which links stand, and how each is written there.

A format says where its passages are and how they escape characters. Reading and cleaning then are
the same for all: decode a passage, find the links, and map what was found, or what has to be
written, back to the document. So what is read is also what is cleaned.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from attrs import Factory, field, frozen

from safelinks.labels import label_before
from safelinks.place import Lines, Place
from safelinks.text import Link, Peel, found, replacements

__all__ = [
    "RAW",
    "Codec",
    "Edit",
    "Meant",
    "Passage",
    "Span",
    "applied",
    "edits_in",
    "edits_of",
    "links_in",
    "links_of",
]

Span = tuple[int, int]
Locate = Callable[[int], tuple[int, int]]  # from an offset to a line and a column


@frozen
class Codec:
    """How a format escapes characters: what `pattern` matches is meant as `undo` of it.

    `redo` escapes what is written, which may be nothing, given what stood there; `whole` finishes
    the changed passage. `hides` matches those escapes that may stand for what a link is known by.
    """

    pattern: re.Pattern[str] | None = None
    undo: Callable[[str], str] = str
    redo: Callable[[str, str], str] = lambda written, _: written
    whole: Callable[[str], str] | None = None
    hides: re.Pattern[str] | None = field(
        default=Factory(lambda codec: codec.pattern, takes_self=True)
    )


RAW = Codec()
_NOWHERE = Place()
_AS_WRITTEN: Mapping[int, str] = MappingProxyType({})


@frozen
class Passage:
    """One stretch of text, which may be in several pieces, such as the runs of a paragraph.

    `label` and `original` are those of the link it holds; `place` is what the format counts,
    without line and column. A piece that begins at a key of `meanings` stands, as a whole, for
    that.
    """

    pieces: tuple[Span, ...]
    codec: Codec = RAW
    label: str | None = None
    original: str | None = None
    place: Place = _NOWHERE
    meanings: Mapping[int, str] = field(default=_AS_WRITTEN, repr=False)


@frozen
class Edit:
    """``text[start:end]`` is to become `written`."""

    start: int
    end: int
    written: str


def links_in(
    text: str, passages: Iterable[Passage], peel: Peel, locate: Locate | None = None
) -> Iterator[Link]:
    """Every link in `passages` of `text`, with the line and column that `locate` gives.

    By default, those are counted in `text`.
    """
    locate = locate or Lines(text).place
    signs = _Signs(text)
    for passage in passages:
        if signs.may_be_in(passage):
            yield from _links(text, passage, peel, locate)


def links_of(text: str, passage: Passage, peel: Peel) -> Iterator[Link]:
    """Every link in one `passage` of `text`, with the place that the passage has."""
    if _may_hold(text, passage):
        yield from _links(text, passage, peel, None)


def _links(text: str, passage: Passage, peel: Peel, locate: Locate | None) -> Iterator[Link]:
    meant = Meant(text, passage)
    for span, unwrapped, error in found(meant.text, peel):
        start, end = meant.start_of(span.start), meant.end_of(span.end)
        yield Link(
            span.url,
            start,
            end,
            passage.place.at(*locate(start)) if locate else passage.place,
            unwrapped,
            error,
            span.escape,
            span.defanged,
            passage.label or label_before(meant.text, span.start, span.end),
            passage.original,
        )


def edits_in(text: str, passages: Iterable[Passage], peel: Peel) -> Iterator[Edit]:
    """What to change in `text`, in order, so that no wrapper is left that `peel` takes off."""
    signs = _Signs(text)
    for passage in passages:
        if signs.may_be_in(passage):
            yield from _edits(text, passage, peel)


def edits_of(text: str, passage: Passage, peel: Peel) -> Iterator[Edit]:
    """The same for one `passage` of `text`."""
    if _may_hold(text, passage):
        yield from _edits(text, passage, peel)


def _edits(text: str, passage: Passage, peel: Peel) -> Iterator[Edit]:
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
    at = max(0, bisect_right(passage.pieces, (start, len(text))) - 1)
    for first, last in islice(passage.pieces, at, None):
        if first >= end:
            break
        low, high = max(first, start), min(last, end)
        if low < high:
            yield Edit(low, high, passage.codec.redo(written, text[low:high]))
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
    """Whether a look at `passage` may be worth its while: it may hold a sign."""
    if passage.meanings:
        return True
    pattern = passage.codec.hides
    joined = "".join([text[start:end] for start, end in passage.pieces])
    return (
        _SIGNS[0] in joined
        or _SIGNS[1] in joined
        or (pattern is not None and pattern.search(joined) is not None)
    )


class _Signs:
    """The same for passages that come in order, at the price of comparing three numbers each.

    Nearly none of a page's passages holds a link: so it is kept where the next sign of one is.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        # By sign: where the search for it began, and where it was found, which is the end if not.
        self._next: dict[str | re.Pattern[str], Span] = dict.fromkeys(_SIGNS, (0, -1))

    def may_be_in(self, passage: Passage) -> bool:
        if len(passage.pieces) > 1 or passage.meanings:
            return _may_hold(self._text, passage)
        start, end = passage.pieces[0]
        for sign in _SIGNS:
            begun, at = self._next[sign]
            if not begun <= start <= at:
                at = self._text.find(sign, start)
                at = len(self._text) if at < 0 else at
                self._next[sign] = (start, at)
            if at < end:
                return True
        pattern = passage.codec.hides
        if pattern is None:
            return False
        begun, at = self._next.get(pattern, (0, -1))
        if not begun <= start <= at:
            match = pattern.search(self._text, start)
            at = match.start() if match else len(self._text)
            self._next[pattern] = (start, at)
        return at < end


class Meant:
    """The text that is meant by a passage, and where each character of it stands."""

    def __init__(self, text: str, passage: Passage) -> None:
        pattern, undo = passage.codec.pattern, passage.codec.undo
        known: dict[str, str] = {}
        self._out: list[str] = []
        self._length = 0
        # From each offset in `_at` on, characters stand one for one at `_raw`; or, where `_end` is
        # not None, this one character stands for all that is from there up to it.
        self._at: list[int] = []
        self._raw: list[int] = []
        self._end: list[int | None] = []
        for start, end in passage.pieces:
            if start in passage.meanings:
                for char in passage.meanings[start]:
                    self._add(char, start, end)
                continue
            position = start
            for match in pattern.finditer(text, start, end) if pattern else ():
                escape = match[0]
                undone = known.get(escape)
                if undone is None:
                    undone = known[escape] = undo(escape)
                if undone != escape:
                    if position < match.start():
                        self._add(text[position : match.start()], position, None)
                    position = match.end()
                    for char in undone:
                        self._add(char, match.start(), position)
            if position < end:
                self._add(text[position:end], position, None)
        self.text = "".join(self._out)

    def _add(self, piece: str, start: int, end: int | None) -> None:
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
