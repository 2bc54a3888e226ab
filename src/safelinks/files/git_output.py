"""What differs between two states of a repository, read from what git prints.

Bytes in, lines out: it knows the formats of git-diff(1) and git-ls-files(1), and nothing of git, of
files or of links. Paths are bytes, relative to the top of the repository, as git has them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = [
    "SAME",
    "WHOLE",
    "Changed",
    "Tracked",
    "changed_files",
    "changed_in",
    "tracked",
    "unquoted",
]


@frozen
class Changed:
    """What changed in a file: all of it, or some lines.

    `hunks` are first and last of what changed, in order. To say also that something was taken away
    between two lines, line n is counted as 2n, and what is between it and the next as 2n + 1.
    """

    whole: bool = False
    hunks: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def touches(self, first: int | None, last: int | None) -> bool:
        """Whether there is a change in the lines `first` to `last`; None stands for any line."""
        if self.whole or first is None:
            return self.whole or bool(self.hunks)
        begin, end = 2 * first, 2 * (first if last is None else last)
        at = bisect_left(self.hunks, begin, key=lambda hunk: hunk[1])
        return at < len(self.hunks) and self.hunks[at][0] <= end


WHOLE = Changed(whole=True)
SAME = Changed()


@frozen
class Tracked:
    """The files that a repository has in its index; `unmerged` ones are in a conflict."""

    files: frozenset[bytes] = field(repr=False)
    unmerged: frozenset[bytes]
    submodules: frozenset[bytes]


_SUBMODULE = b"160000"


def tracked(listed: bytes) -> Tracked:
    """What ``git ls-files -z --stage`` printed."""
    files: set[bytes] = set()
    unmerged: set[bytes] = set()
    submodules: set[bytes] = set()
    for entry in listed.split(b"\0")[:-1]:
        about, _, path = entry.partition(b"\t")
        mode, _, stage = about.split(b" ")
        (submodules if mode == _SUBMODULE else files).add(path)
        if stage != b"0":
            unmerged.add(path)
    return Tracked(frozenset(files), frozenset(unmerged), frozenset(submodules))


def changed_in(numstat: bytes, patch: Iterable[bytes]) -> dict[bytes, Changed]:
    """What changed in each file, by what ``git diff`` printed with ``--numstat -z`` and ``-U0``.

    The former tells binary files, and names without quotes; of a renamed file, it is the new one.
    """
    lines = changed_files(patch)
    return {
        path: SAME if counts == (b"0", b"0") else lines.get(path, WHOLE)
        for path, counts in _counts(numstat)
    }


def _counts(numstat: bytes) -> Iterator[tuple[bytes, tuple[bytes, bytes]]]:
    fields = iter(numstat.split(b"\0"))
    for entry in fields:
        if entry:
            added, removed, path = entry.split(b"\t", 2)
            if not path:  # a renamed file: its names are fields of their own
                next(fields)
                path = next(fields)
            yield path, (added, removed)


_HUNK = pattern_of(rb"@@ -[0-9]+(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@")


def changed_files(patch: Iterable[bytes]) -> dict[bytes, Changed]:
    """The lines that are new or changed in each file, by the lines of a patch without context."""
    hunks: dict[bytes, list[tuple[int, int]]] = {}
    current: list[tuple[int, int]] = []
    lines = iter(patch)
    for line in lines:
        if line.startswith(b"+++ "):
            current = hunks.setdefault(_path(line[4:].removesuffix(b"\n")), [])
            continue
        hunk = _HUNK.match(line)
        if hunk is None:
            continue
        removed, added = int(hunk[1] or 1), int(hunk[3] or 1)
        first = int(hunk[2])
        last = first + added - 1
        current.append((2 * first, 2 * last) if added else (2 * first + 1, 2 * first + 1))
        left = removed + added
        while left:  # so that no line of a file is taken for one of git's
            left -= not next(lines, b"").startswith(b"\\")
    return {path: Changed(hunks=tuple(found)) for path, found in hunks.items()}


def _path(written: bytes) -> bytes:
    """A path as it is, from the head of a patch: often quoted as in C, or with a tab behind it."""
    return unquoted(written.removesuffix(b"\t")).removeprefix(b"b/")


def unquoted(written: bytes) -> bytes:
    """A path as it is, where git may have quoted it.

    >>> unquoted(rb'"docs/\\303\\251.md"').decode()
    'docs/é.md'
    """
    is_quoted = len(written) > 1 and written[:1] == written[-1:] == b'"'
    return _ESCAPED.sub(_meant, written[1:-1]) if is_quoted else written


_ESCAPED = pattern_of(rb"\\([0-7]{3}|.)", re.DOTALL)
_MEANT: Mapping[bytes, bytes] = {
    b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"
}  # fmt: skip


def _meant(escaped: re.Match[bytes]) -> bytes:
    code = escaped[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _MEANT.get(code, code)
