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
    _real: dict[str, str] = field(factory=dict, init=False)
    _tops: dict[str, str | None] = field(factory=dict, init=False)
    _rules: dict[str, Ignoring] = field(factory=dict, init=False)
    _ignoring: dict[str, bool] = field(factory=dict, init=False)
    _partial: dict[str, bool] = field(factory=dict, init=False)

    def trust(self, directory: str) -> None:
        """From now on, `directory` and all above it are called as the caller calls them."""
        while directory not in self._known:
            self._known[directory] = LookedUp(directory, FileKind.DIRECTORY)
            directory = os.path.dirname(directory)  # noqa: PTH120  of names that need not be a Path

    def look_up(self, path: str) -> LookedUp:
        """What is at an absolute path without dots."""
        below: list[str] = []
        at = path
        while at not in self._known and (above := os.path.dirname(at)) != at:  # noqa: PTH120  as above
            below.append(at)
            at = above
        known = self._known.get(at, LookedUp(at, FileKind.DIRECTORY))
        for inner in reversed(below):
            known = self._known[inner] = self._looked_up(inner, known)
        return known

    def _looked_up(self, path: str, above: LookedUp) -> LookedUp:
        if above.kind is not FileKind.DIRECTORY:
            unknown = above.kind is FileKind.UNKNOWN
            return LookedUp(path, FileKind.UNKNOWN if unknown else FileKind.MISSING)
        name = os.path.basename(path)  # noqa: PTH119  as above
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

    def real(self, path: str) -> str:
        """What is at an absolute path without dots, without symbolic links on the way there."""
        if path not in self._real:
            above, name = os.path.split(path)
            if above not in self._real:
                self._real[above] = os.path.realpath(above)
            straight = os.path.join(self._real[above], name)  # noqa: PTH118  as above
            is_link = os.path.islink(straight)  # noqa: PTH114  as above
            self._real[path] = os.path.realpath(path) if is_link else straight
        return self._real[path]

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
        below = []
        at, above = directory, os.path.dirname(directory)  # noqa: PTH120  as above
        while at not in self._tops:
            own = os.path.lexists(os.path.join(at, _REPOSITORY))  # noqa: PTH118  as above
            if own or above == at:
                self._tops[at] = at if own else None
                break
            below.append(at)
            at, above = above, os.path.dirname(above)  # noqa: PTH120  as above
        self._tops.update(dict.fromkeys(below, self._tops[at]))
        return self._tops[directory]

    def is_ignored(self, path: str) -> bool:
        """Whether git leaves out what is at `path`, or would, if it were there."""
        top = self.top(os.path.dirname(path))  # noqa: PTH120  as above
        if top is None:
            return False
        below = os.path.relpath(path, top).split(os.sep)  # noqa: PTH206  names
        at, rules = top, self._rules_in(top)
        for number, name in enumerate(below):
            inner = os.path.join(at, name)  # noqa: PTH118  as above
            if inner not in self._ignoring:
                last = number == len(below) - 1
                ends = (b"", DIRECTORY_MARK) if last else (DIRECTORY_MARK,)
                self._ignoring[inner] = any(rules.rule_for(name, end) for end in ends)
            if self._ignoring[inner]:
                return True
            at = inner
            missing = self.look_up(at).kind is FileKind.MISSING  # and so has no rules of its own
            rules = rules.below(name) if missing else self._rules_in(at)
        return False

    def _rules_in(self, directory: str) -> Ignoring:
        if directory not in self._rules:
            own = os.path.join(directory, GITIGNORE)  # noqa: PTH118  as above
            self._rules[directory] = Ignoring.around(directory, _hear).with_rules_of(own, _hear)
        return self._rules[directory]

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
