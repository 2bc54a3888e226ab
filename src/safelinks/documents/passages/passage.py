"""Passages: the stretches of a document in which links stand, and how each is written there.

A format says where its passages are, how they escape characters, and whether a passage is running
text or an address that the format delimits. Reading and writing then are the same for all formats
and stand in `passage_links`. This room knows no links.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from functools import cached_property
from types import MappingProxyType

from attrs import Factory, field

from safelinks.addresses.place import NOWHERE, Place
from safelinks.addresses.roles import Role
from safelinks.foundation.patterns import compile_pattern
from safelinks.foundation.values import frozen

__all__ = [
    "RAW",
    "Codec",
    "Meant",
    "Passage",
    "Passages",
    "ProsePassage",
    "Reading",
    "Span",
    "joined",
]

Span = tuple[int, int]
_MOST_KNOWN = 4_096  # escapes, which texts can make up


class Reading(Enum):
    """How to read what a passage holds.

    In running text an address ends by the rules of running text: `TEXT`, or those of GitHub
    Flavored Markdown: `MARKDOWN`, or those of Org: `ORG`. Where the format delimits an address, it
    is all that is between: `VALUE`; `REFERENCE` is the same in a place where an address may also be
    relative to that of the page (``//host/path``). A `STRING` may be an address from end to end,
    else it is running text.
    """

    TEXT = auto()
    MARKDOWN = auto()
    ORG = auto()
    STRING = auto()
    VALUE = auto()
    REFERENCE = auto()


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
            compile_pattern(f"({self.pattern.pattern})", self.pattern.flags).split
            if self.pattern
            else None
        )


RAW = Codec()
_AS_WRITTEN: Mapping[int, str] = MappingProxyType({})
_NO_ROLES: Mapping[int, Role] = MappingProxyType({})
_NO_PLACES: Mapping[int, Place] = MappingProxyType({})
_NONE: frozenset[int] = frozenset()


@frozen
class Passage:
    """One stretch of text, which may be in several pieces, such as the runs of a paragraph.

    `label` and `original` are those of the link it holds; `place` is what the format counts,
    without line and column. A piece that begins at a key of `meanings` stands, as a whole, for
    that. One that begins at an offset in `kept` is markup: writing leaves it as it is. `role` is
    what addresses in it are, where they are no links; `roles` and `places` say the same, and the
    place, of single pieces by where these begin.
    """

    pieces: tuple[Span, ...]
    codec: Codec = RAW
    label: str | None = None
    original: str | None = None
    place: Place = NOWHERE
    meanings: Mapping[int, str] = field(default=_AS_WRITTEN, repr=False)
    reading: Reading = field(default=Reading.TEXT, kw_only=True)
    role: Role | None = field(default=None, kw_only=True)
    kept: frozenset[int] = field(default=_NONE, repr=False, kw_only=True)
    roles: Mapping[int, Role] = field(default=_NO_ROLES, repr=False, kw_only=True)
    places: Mapping[int, Place] = field(default=_NO_PLACES, repr=False, kw_only=True)

    def role_at(self, offset: int) -> Role | None:
        """What an address at `offset` of the document is; None for a link."""
        return self.roles.get(self._piece(offset), self.role) if self.roles else self.role

    def place_at(self, offset: int) -> Place:
        """Where `offset` of the document is, as the format counts."""
        return self.places.get(self._piece(offset), self.place) if self.places else self.place

    def _piece(self, offset: int) -> int:
        """Where the piece begins that `offset` is in."""
        return self.pieces[max(0, bisect_right(self.pieces, (offset, _FARTHEST)) - 1)][0]


@frozen
class ProsePassage(Passage):
    """A passage that people read, where a format has others beside; those of a `block` are joined.

    Pieces that begin at an offset in `unread` nobody sees.
    """

    block: int = 0
    unread: frozenset[int] = field(default=frozenset(), repr=False)


Passages = Callable[[str], Iterable[Passage]]
_FARTHEST = sys.maxsize


def joined(text: str, passages: Iterable[Passage]) -> Passage | None:
    """The `passages` of `text`, which are in order and of one codec, as one: each on a line.

    So a link that the borders of paragraphs cut is read as one that plain text has cut. White space
    at a border is no part of it. None for no passages.
    """
    pieces: list[Span] = []
    meanings: dict[int, str] = {}
    kept: set[int] = set()
    roles: dict[int, Role] = {}
    places: dict[int, Place] = {}
    first: Passage | None = None
    for passage in passages:
        own = _trimmed(text, passage)
        if not own:
            continue
        first = first or passage
        start = own[0][1][0]
        if pieces and pieces[-1][1] < start:  # markup is there
            behind = pieces[-1][1]
            pieces.append((behind, start))
            meanings[behind] = "\n"
            kept.add(behind)
        meanings |= passage.meanings
        kept |= passage.kept
        for begun, piece in own:
            pieces.append(piece)
            if role := passage.roles.get(begun, passage.role):
                roles[piece[0]] = role
            place = passage.places.get(begun, passage.place)
            if place is not NOWHERE:
                places[piece[0]] = place
    if first is None:
        return None
    return Passage(
        tuple(pieces),
        first.codec,
        meanings=meanings,
        reading=first.reading,
        kept=frozenset(kept),
        roles=roles,
        places=places,
    )


def _trimmed(text: str, passage: Passage) -> list[tuple[int, Span]]:
    """The pieces of `passage` without white space at both ends, and where each began."""
    pieces = [(piece[0], piece) for piece in passage.pieces]
    while pieces:
        begun, piece = pieces[-1]
        if (bare := _bare(text, passage, piece)) is not None:
            pieces[-1] = begun, (piece[0], bare[1])
            break
        pieces.pop()
    for at, (begun, piece) in enumerate(pieces):
        if (bare := _bare(text, passage, piece)) is not None:
            return [(begun, (bare[0], piece[1])), *pieces[at + 1 :]]
    return []


def _bare(text: str, passage: Passage, piece: Span) -> Span | None:
    """`piece` without white space around it; None for nothing but that."""
    start, end = piece
    if start in passage.meanings:
        return piece if passage.meanings[start].strip() or start not in passage.kept else None
    written = text[start:end]
    first = start + len(written) - len(written.lstrip())
    return (first, start + len(written.rstrip())) if first < end else None


class Meant:
    """The text that is meant by a passage, and where each character of it stands."""

    def __init__(self, text: str, passage: Passage) -> None:
        codec = passage.codec
        split, known = codec.split, codec.known
        if len(passage.pieces) == 1 and not passage.meanings:
            ((start, end),) = passage.pieces
            self.text = text[start:end]
            if split is None or len(split(self.text)) == 1:  # as most addresses
                self._entries = [(0, start, start, 0)]
                return
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
        if len(self._entries) == 1:  # as of most passages
            return self._entries[0]
        return self._entries[max(0, bisect_right(self._entries, (offset, _FARTHEST)) - 1)]
