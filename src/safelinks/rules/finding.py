"""`Finding`: one thing to be said of a link, at one place, as a linter says it. Values only."""

from __future__ import annotations

import posixpath
from enum import StrEnum

from attrs import evolve

from safelinks.addresses.place import Place
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import ArchivedCopy

__all__ = ["Finding", "Level", "portable"]


_MATTERS = "32415"  # groups of rules: that a link works counts more than what is around it


class Level(StrEnum):
    """How much a finding matters (SARIF 2.1.0, section 3.27.10); the most severe first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


@frozen
class Finding:
    """A problem that a rule has found at one `place` of `file`.

    `code` and `name` are those of the rule. `message` is a sentence without its full stop, and as
    little to be trusted as the text it is about. `url` is the address that the link leads to, as it
    may be shown, or the wrapped one where that is lost; None where it is about a `resource`, an id
    of the catalog, that is not linked, or about a comment. `replacement` is what to write instead,
    where that is known; `fixable` says that `--fix` can write the replacement. `times` counts from
    1 what one rule finds of one address in one file. `known` findings are in a baseline; `excused`
    ones have not failed in enough runs. `archived` is a copy of a page that is gone, in a web
    archive.
    """

    code: str
    name: str
    level: Level
    message: str
    file: str
    place: Place
    url: str | None = None
    resource: str | None = None
    replacement: str | None = None
    fixable: bool = False
    times: int = 1
    known: bool = False
    excused: bool = False
    archived: ArchivedCopy | None = None

    def numbered(self, times: int) -> Finding:
        """This finding with another `times`."""
        return self if times == self.times else evolve(self, times=times)

    @property
    def gravity(self) -> tuple[int, int]:
        """A sort key: the lowest should be shown first. By level, then by group."""
        return self.level.rank, _MATTERS.index(self.code[2:3])

    @property
    def subject(self) -> str:
        """What it is about, wherever that stands."""
        return self.url or self.resource or self.message

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that stay the same from run to run, also when lines move."""
        from hashlib import sha256  # noqa: PLC0415  with OpenSSL, and few reports have fingerprints

        told = (self.code, portable(self.file), self.subject, str(self.times))
        return sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()


def portable(file: str) -> str:
    """The name of a file, the same on every system and however it was reached.

    >>> portable("./docs//notice.txt")
    'docs/notice.txt'
    """
    return posixpath.normpath(file.replace("\\", "/"))
