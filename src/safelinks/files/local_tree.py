"""The files around documents: which there are, by their exact names, and what git leaves out.

It lists directories and reads files, each once. Where the system refuses to tell, nothing is known
of a file: it is not missing.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from enum import Enum, auto

from attrs import field

from safelinks.files.ignored_files import DIRECTORY_MARK, GITIGNORE, Ignoring
from safelinks.foundation.values import define, frozen

__all__ = ["FileKind", "LocalTree", "LookedUp"]

_REPOSITORY = ".git"
_LARGEST = 16 << 20  # bytes of a file that is read
_SPARSE = ("info", "sparse-checkout")


class FileKind(Enum):
    """What is at a path; UNKNOWN where that cannot be found out."""

    FILE = auto()
    DIRECTORY = auto()
    MISSING = auto()
    UNKNOWN = auto()


@frozen
class LookedUp:
    """What is at a path that was asked for; `path` is how it is really called, to the last letter.

    Where that differs, there is exactly one such file. `is_exact` is whether it does not.
    """

    path: str
    kind: FileKind
    is_exact: bool = True


@define
class LocalTree:
    """The files of this machine, seen from directories that are known to be called as they are."""

    _names: dict[str, frozenset[str] | None] = field(factory=dict, init=False)
    _known: dict[str, LookedUp] = field(factory=dict, init=False)
    _tops: dict[str, str | None] = field(factory=dict, init=False)
    _ignoring: dict[str, bool] = field(factory=dict, init=False)
    _partial: dict[str, bool] = field(factory=dict, init=False)

    def trust(self, directory: str) -> None:
        """From now on, `directory` and all above it are called as the caller calls them."""
        while directory not in self._known:
            self._known[directory] = LookedUp(directory, FileKind.DIRECTORY)
            directory = os.path.dirname(directory)  # noqa: PTH120  of names that need not be a Path

    def look_up(self, path: str) -> LookedUp:
        """What is at an absolute path without dots."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._looked_up(path)
        return known

    def _looked_up(self, path: str) -> LookedUp:
        folder, name = os.path.split(path)
        if not name:
            return LookedUp(path, FileKind.DIRECTORY)
        above = self.look_up(folder)
        if above.kind is not FileKind.DIRECTORY:
            unknown = above.kind is FileKind.UNKNOWN
            return LookedUp(path, FileKind.UNKNOWN if unknown else FileKind.MISSING)
        names = self.names(above.path)
        if names is None:
            return LookedUp(path, FileKind.UNKNOWN)
        if name in names:
            found, is_exact = [name], above.is_exact
        else:
            composed = unicodedata.normalize("NFC", name)
            found = [one for one in names if unicodedata.normalize("NFC", one) == composed]
            is_exact = above.is_exact and bool(found)
            found = found or [one for one in names if _folded(one) == _folded(name)]
        if len(found) != 1:
            return LookedUp(path, FileKind.MISSING)
        real = os.path.join(above.path, found[0])  # noqa: PTH118  as above
        return LookedUp(real, _kind(real), is_exact)

    def names(self, directory: str) -> frozenset[str] | None:
        """The names in a directory, None where nobody may look."""
        if directory not in self._names:
            try:
                names: frozenset[str] | None = frozenset(os.listdir(directory))  # noqa: PTH208  names
            except (FileNotFoundError, NotADirectoryError):
                names = frozenset()
            except (OSError, ValueError):
                names = None
            self._names[directory] = names
        return self._names[directory]

    def read(self, path: str) -> bytes | None:
        """The content of a file; None for one that is too large or cannot be read."""
        try:
            with open(path, "rb") as file:  # noqa: PTH123  as above
                raw = file.read(_LARGEST + 1)
        except (OSError, ValueError):
            return None
        return raw if len(raw) <= _LARGEST else None

    def top(self, directory: str) -> str | None:
        """The directory of the repository that `directory` is in; None where it is in none."""
        if directory not in self._tops:
            above = os.path.dirname(directory)  # noqa: PTH120  as above
            own = os.path.lexists(os.path.join(directory, _REPOSITORY))  # noqa: PTH118  as above
            top = directory if own else None if above == directory else self.top(above)
            self._tops[directory] = top
        return self._tops[directory]

    def is_ignored(self, path: str) -> bool:
        """Whether git leaves out what is at `path`, or would, if it were there."""
        top = self.top(os.path.dirname(path))  # noqa: PTH120  as above
        if top is None:
            return False
        below = os.path.relpath(path, top).split(os.sep)  # noqa: PTH206  names
        at = top
        for number, name in enumerate(below):
            inner = os.path.join(at, name)  # noqa: PTH118  as above
            if inner not in self._ignoring:
                own = os.path.join(at, GITIGNORE)  # noqa: PTH118  as above
                rules = Ignoring.around(at, _hear).with_rules_of(own, _hear)
                last = number == len(below) - 1
                ends = (b"", DIRECTORY_MARK) if last else (DIRECTORY_MARK,)
                self._ignoring[inner] = any(rules.rule_for(name, end) for end in ends)
            if self._ignoring[inner]:
                return True
            at = inner
        return False

    def is_partial(self, directory: str) -> bool:
        """Whether a repository may have files that are not here: git was told to leave some out."""
        top = self.top(directory)
        if top is None:
            return False
        if top not in self._partial:
            sparse = os.path.join(top, _REPOSITORY, *_SPARSE)  # noqa: PTH118  as above
            self._partial[top] = os.path.lexists(sparse)
        return self._partial[top]


def _hear(_: str) -> None:
    """What is wrong with a file of patterns, is told where the documents are found."""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _kind(path: str) -> FileKind:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  as above
    except (OSError, ValueError):
        return FileKind.UNKNOWN  # such as a link that leads nowhere here
    if stat.S_ISDIR(mode):
        return FileKind.DIRECTORY
    return FileKind.FILE if stat.S_ISREG(mode) else FileKind.UNKNOWN  # such as a pipe
