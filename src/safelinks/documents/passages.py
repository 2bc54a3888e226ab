"""Passages: the stretches of a document in which links stand, and how each is written there.

A format says where its passages are and how they escape characters. Reading and cleaning then are
the same for all: decode a passage, find the links, and map what was found, or what has to be
written, back to the document. So what is read is also what is cleaned.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from types import MappingProxyType

from attrs import Factory, field, frozen

from safelinks.labels import label_before
from safelinks.place import NOWHERE, Lines, Place
from safelinks.text import Link, Peel, found, replacements

__all__ = [
    "RAW",
    "Codec",
    "Edit",
    "Locate",
    "Meant",
    "Passage",
    "Passages",
    "Span",
    "Words",
    "applied",
    "by_line",
    "edits_in",
    "edits_of",
    "links_in",
    "links_of",
    "may_hold",
]

Span = tuple[int, int]
_MOST_KNOWN = 4_096  # escapes, which texts can make up


@frozen
class Codec:
    """How a format escapes characters: what `pattern` matches is meant as `undo` of it.

    `redo` escapes what is written, which may be nothing, given what stood there; `whole` finishes
    the changed passage. `hides` matches those escapes that may stand for what a link is known by.
    Patterns have no groups.
    """

    pattern: re.Pattern[str] | None = None
    undo: Callable[[str], str] = str
    redo: Callable[[str, str], str] = lambda written, _: written
    whole: Callable[[str], str] | None = None
    hides: re.Pattern[str] | None = field(
        default=Factory(lambda codec: codec.pattern, takes_self=True)
    )

    @cached_property
    def known(self) -> dict[str, tuple[str, int, int]]:
        """Escapes that were met: what each means, its length, and that of what it means.

        The latter is -1 for what only looks like an escape.
        """
        return {}

    def learn(self, escape: str) -> tuple[str, int, int]:
        """What `known` has of `escape` from now on."""
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
        undone = self.undo(escape)
        found = undone, len(escape), len(undone) if undone != escape else -1
        self.known[escape] = found
        return found

    @cached_property
    def split(self) -> Callable[[str], list[str]] | None:
        """Splits a text into what stands between escapes and, in turn, the escapes."""
        return (
            re.compile(f"({self.pattern.pattern})", self.pattern.flags).split
            if self.pattern
            else None
        )


RAW = Codec()
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
    place: Place = NOWHERE
    meanings: Mapping[int, str] = field(default=_AS_WRITTEN, repr=False)


@frozen
class Words(Passage):
    """A passage that people read, where a format has others beside; those of a `block` are joined.

    Pieces that begin at an offset in `unread` nobody sees.
    """

    block: int = 0
    unread: frozenset[int] = field(default=frozenset(), repr=False)


Passages = Callable[[str], Iterable[Passage]]
Locate = Callable[[Passage, int], Place]  # where an offset in a passage is


@frozen
class Edit:
    """``text[start:end]`` is to become `written`."""

    start: int
    end: int
    written: str


def links_in(
    text: str, passages: Iterable[Passage], peel: Peel, locate: Locate | None = None
) -> Iterator[Link]:
    """Every link in `passages` of `text`, at the place that `locate` gives.

    By default, that is the place of the passage, with line and column in `text`.
    """
    locate = locate or by_line(text)
    signs = _Signs(text)
    for passage in passages:
        if signs.may_be_in(passage):
            yield from _links(text, passage, peel, locate)


def by_line(text: str) -> Locate:
    """Tells the place of a passage, with line and column in `text`."""
    lines = Lines(text)
    return lambda passage, offset: passage.place.at(*lines.place(offset))


def links_of(text: str, passage: Passage, peel: Peel) -> Iterator[Link]:
    """Every link in one `passage` of `text`, with the place that the passage has."""
    if may_hold(text, passage):
        yield from _links(text, passage, peel, None)


def _links(text: str, passage: Passage, peel: Peel, locate: Locate | None) -> Iterator[Link]:
    meant = Meant(text, passage)
    for span, unwrapped, error in found(meant.text, peel):
        start, end = meant.start_of(span.start), meant.end_of(span.end)
        yield Link(
            span.url,
            start,
            end,
            locate(passage, start) if locate else passage.place,
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
    if may_hold(text, passage):
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


_FARTHEST = sys.maxsize
_SIGNS = ("://", "safelinks")  # without one of them, `scan` finds nothing


def may_hold(text: str, passage: Passage) -> bool:
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
            return may_hold(self._text, passage)
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
        codec = passage.codec
        split, known = codec.split, codec.known
        out: list[str] = []
        length = 0
        # Where in the meaning, and where in the document, an escape or a piece begins; where that
        # ends; and how many characters it stands for. Behind it, all is as written.
        entries: list[tuple[int, int, int, int]] = []
        for start, end in passage.pieces:
            if start in passage.meanings:
                meaning = passage.meanings[start]
                entries.append((length, start, end, len(meaning)))
                out.append(meaning)
                length += len(meaning)
                continue
            entries.append((length, start, start, 0))
            position = start
            # In turn what stands between escapes and an escape: no match is as cheap as a string.
            written = split(text[start:end]) if split else [text[start:end]]
            for at in range(1, len(written), 2):
                plain = len(written[at - 1])
                length += plain
                position += plain
                undone, size, width = known.get(written[at]) or codec.learn(written[at])
                if width >= 0:
                    entries.append((length, position, position + size, width))
                    written[at] = undone
                    length += width
                else:  # no escape after all
                    length += size
                position += size
            out += written
            length += len(written[-1])
        self._entries = entries
        self.text = "".join(out)

    def start_of(self, offset: int) -> int:
        """Where the character at `offset` begins in the document."""
        at, start, end, width = self._entry(offset)
        return start if offset < at + width else end + offset - at - width

    def end_of(self, offset: int) -> int:
        """Where the character before `offset` ends in the document."""
        at, _, end, width = self._entry(offset - 1)
        return end if offset <= at + width else end + offset - at - width

    def _entry(self, offset: int) -> tuple[int, int, int, int]:
        """The last entry that begins at `offset` or before."""
        return self._entries[max(0, bisect_right(self._entries, (offset, _FARTHEST)) - 1)]
