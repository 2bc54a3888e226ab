"""The text of a document as one, collected piece by piece while its markup is read.

It knows where lines end and which pieces have a role or a place of their own. Like
`passages.joined`, it leaves out white space around line breaks, and keeps all markup between.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Codec, Passage

__all__ = ["CollectedText"]


class CollectedText:
    """Collects the pieces of a text in order; `passages` gives them as one.

    Markup between two pieces does not part them, unless `ended` says that the line has.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[tuple[int, int]] = []
        self._meanings: dict[int, str] = {}
        self._kept: set[int] = set()
        self._roles: dict[int, Role] = {}
        self.ended = False

    def add(self, start: int, end: int, role: Role | None = None) -> None:
        """Add ``text[start:end]``, which may be nothing."""
        if self.ended:
            bare = self._text[start:end].lstrip()
            if not bare:
                return
            start = end - len(bare)
            self._break(start)
        elif start == end:
            return
        if role is not None:
            self._roles[start] = role
        self._pieces.append((start, end))

    def add_markup(self, start: int, end: int, meaning: str) -> None:
        """Add ``text[start:end]``, which stands for `meaning` and stays as it is."""
        if self.ended:
            return  # a blank at the beginning of a line
        self._pieces.append((start, end))
        self._meanings[start] = meaning
        self._kept.add(start)

    def passages(self, codec: Codec) -> Iterator[Passage]:
        """All that has been collected, as one passage; none for nothing."""
        self._trim()
        if self._pieces:
            yield Passage(
                tuple(self._pieces),
                codec,
                meanings=self._meanings,
                kept=frozenset(self._kept),
                roles=self._roles,
            )

    def _break(self, start: int) -> None:
        """Put a line break between the last piece and one that begins at `start`."""
        self.ended = False
        self._trim()
        if self._pieces and (behind := self._pieces[-1][1]) < start:
            self._pieces.append((behind, start))
            self._meanings[behind] = "\n"
            self._kept.add(behind)

    def _trim(self) -> None:
        """Take white space off the end."""
        while self._pieces:
            start, end = self._pieces[-1]
            if start not in self._kept:
                bare = self._text[start:end].rstrip()
                if bare:
                    self._pieces[-1] = start, start + len(bare)
                    return
                self._roles.pop(start, None)
            else:
                self._kept.discard(start)
                self._meanings.pop(start)
            self._pieces.pop()
