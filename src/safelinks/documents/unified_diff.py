"""Unified diffs of documents before and after cleaning, in time that is linear in their size.

Cleaning changes a few lines here and there, and never moves any: so the two texts are walked side
by side, and where they part, the nearest lines on which they agree again are looked for.

Why our own: difflib is 28 times slower on a document of some megabytes, and falls behind with its
size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["LineGroup", "lines_of", "unified"]

_CONTEXT = 3
_WINDOW = 50  # lines to look ahead: a wrapped link is hardly ever broken into more
_LINE = pattern_of(rb"[^\n]*\n|[^\n]+")  # as `patch` counts them
_NO_NEWLINE = b"\\ No newline at end of file\n"


LineGroup = tuple[bytes, list[bytes]]
"""Lines that follow one another, behind the sign that each has in a diff."""
ShownHunk = Callable[[Sequence[LineGroup]], Sequence[LineGroup]]


def lines_of(raw: bytes) -> list[bytes]:
    """The lines of `raw`, as `patch` counts them."""
    return _LINE.findall(raw)


@frozen
class _Change:
    """``before[start:end]`` became ``after[new_start:new_end]``, counted in lines."""

    start: int
    end: int
    new_start: int
    new_end: int


def unified(
    before: bytes, after: bytes, name: bytes, shown: ShownHunk = list[LineGroup]
) -> Iterator[bytes]:
    """The lines of a unified diff that `patch` takes; none where nothing differs.

    With `shown`, which gives what is to stand for the lines of a hunk, it is for people.
    """
    old, new = lines_of(before), lines_of(after)
    hunks = _hunks(list(_changes(old, new)))
    if hunks:
        yield from (b"--- %b\n" % name, b"+++ %b\n" % name)
    for hunk in hunks:
        yield from _shown(hunk, old, new, shown)


def _changes(old: list[bytes], new: list[bytes]) -> Iterator[_Change]:
    at = new_at = 0
    while at < len(old) or new_at < len(new):
        if at < len(old) and new_at < len(new) and old[at] == new[new_at]:
            at, new_at = at + 1, new_at + 1
            continue
        end, new_end = _agreeing(old, new, at, new_at)
        yield _Change(at, end, new_at, new_end)
        at, new_at = end, new_end


def _agreeing(old: list[bytes], new: list[bytes], at: int, new_at: int) -> tuple[int, int]:
    """The nearest lines from `at` and `new_at` on that are the same, and followed by the same."""
    ends = len(old) - at, len(new) - new_at
    for far in range(1, 2 * _WINDOW):
        for step in range(max(0, far - ends[1]), min(far, ends[0]) + 1):
            here, there = at + step, new_at + far - step
            if old[here : here + 2] == new[there : there + 2]:
                return here, there
    return len(old), len(new)


def _hunks(changes: list[_Change]) -> list[list[_Change]]:
    """Changes that are so near to each other that they share lines of context, together."""
    hunks: list[list[_Change]] = []
    for change in changes:
        if hunks and change.start - hunks[-1][-1].end <= 2 * _CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
    return hunks


def _shown(
    hunk: list[_Change], old: list[bytes], new: list[bytes], shown: ShownHunk
) -> Iterator[bytes]:
    first, last = hunk[0], hunk[-1]
    lead = min(_CONTEXT, first.start)
    start, end = first.start - lead, min(last.end + _CONTEXT, len(old))
    new_start, new_end = first.new_start - lead, last.new_end + end - last.end
    yield b"@@ -%b +%b @@\n" % (_range(start, end), _range(new_start, new_end))
    groups: list[LineGroup] = []
    at = start
    for change in hunk:
        groups += [
            (b" ", old[at : change.start]),
            (b"-", old[change.start : change.end]),
            (b"+", new[change.new_start : change.new_end]),
        ]
        at = change.end
    groups.append((b" ", old[at:end]))
    for sign, lines in shown(groups):
        yield from (_line(sign, line) for line in lines)


def _range(start: int, end: int) -> bytes:
    """The first line, counted from 1, and how many; of none, the line before."""
    return b"%d,%d" % (start + 1 if start < end else start, end - start)


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n" + _NO_NEWLINE
