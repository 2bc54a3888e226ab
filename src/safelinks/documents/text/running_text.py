"""Running text around what its format delimits: one passage, in which the rest has left holes.

So a link that runs over the lines of a text is read as in plain text, whatever stands between.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import RAW, Codec, Passage, Reading, Span
from safelinks.documents.verbatim.code_ranges import Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Hole", "RoleRange", "code_blocks_of", "shifted", "text_around"]

_LINE_BREAK = pattern_of(r"[ \t]*(?:\r\n|\n|\r)[ \t]*")
RoleRange = tuple[int, int, Role]  # what addresses at ``text[start:end]`` are


@frozen
class Hole:
    """What at ``text[start:end]`` is no running text: its `passages`.

    For the text around it, the hole stands for what it is `meant` as.
    """

    start: int
    end: int
    meant: str
    passages: tuple[Passage, ...] = ()


def text_around(
    span: Span,
    holes: Iterable[Hole],
    ranges: Iterable[RoleRange] = (),
    *,
    codec: Codec = RAW,
    reading: Reading = Reading.TEXT,
) -> Iterator[Passage]:
    """The text in `span` as one passage, and those in the `holes`.

    Of holes that overlap, the one that begins first counts. Where one of `ranges` is within
    another, the inner one does.
    """
    pieces: list[Span] = []
    meanings: dict[int, str] = {}
    roles: dict[int, Role] = {}
    kept: set[int] = set()
    changes = _changes(ranges)
    at, upto = span
    change = 0
    role: Role | None = None

    def text(end: int) -> None:
        nonlocal at, change, role
        while at < end:
            while change < len(changes) and changes[change][0] <= at:
                role = changes[change][1]
                change += 1
            stop = min(end, changes[change][0]) if change < len(changes) else end
            pieces.append((at, stop))
            if role is not None:
                roles[at] = role
            at = stop

    for hole in sorted(holes, key=attrgetter("start", "end")):
        if hole.start < at or hole.start == hole.end:
            continue
        yield from hole.passages
        text(hole.start)
        pieces.append((hole.start, hole.end))
        meanings[hole.start] = hole.meant
        kept.add(hole.start)
        at = hole.end
    text(upto)
    if len(pieces) > len(kept):
        yield Passage(
            tuple(pieces), codec, meanings=meanings, reading=reading, kept=frozenset(kept),
            roles=roles,
        )  # fmt: skip


def _changes(ranges: Iterable[RoleRange]) -> list[tuple[int, Role | None]]:
    """Where the role of the text changes, and what it is from there on."""
    events: list[tuple[int, int, Role | None]] = []
    for start, end, role in ranges:
        if start < end:  # at one offset, what ends comes first, and then what is the longest
            events += [(start, -end, role), (end, -sys.maxsize, None)]
    events.sort(key=itemgetter(0, 1))
    open_roles: list[Role] = []
    changes: list[tuple[int, Role | None]] = []
    for offset, _, begins in events:
        if begins is not None:
            open_roles.append(begins)
        elif open_roles:
            open_roles.pop()
        changes.append((offset, open_roles[-1] if open_roles else None))
    return changes


def code_blocks_of(text: str, stretches: Iterable[Stretch]) -> list[Span]:
    """Where code and comments are, those as one that stand on lines with nothing between.

    A link may be cut over the lines of a comment, of which each is one for the format.
    """
    blocks: list[Span] = []
    for one in stretches:
        if blocks and _LINE_BREAK.fullmatch(text, blocks[-1][1], one.start):
            blocks[-1] = (blocks[-1][0], one.end)
        else:
            blocks.append((one.start, one.end))
    return blocks


def shifted(passage: Passage, by: int) -> Passage:
    """A passage of a part of a text, which begins at offset `by`, as one of the whole."""
    return evolve(
        passage,
        pieces=tuple((start + by, end + by) for start, end in passage.pieces),
        meanings={at + by: meaning for at, meaning in passage.meanings.items()},
        kept=frozenset(at + by for at in passage.kept),
        roles={at + by: role for at, role in passage.roles.items()},
        places={at + by: place for at, place in passage.places.items()},
    )
