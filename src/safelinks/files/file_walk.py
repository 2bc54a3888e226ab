"""The files that a name on a command line stands for; what a directory has beside, and why not.

It looks into directories and at no file's content but that of `.gitignore`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import Factory

from safelinks.errors import DocumentError, NotReadableError
from safelinks.files.ignored_files import DIRECTORY_MARK, GITIGNORE, Ignoring
from safelinks.files.vendored_trees import vendored_by_content, vendored_by_name
from safelinks.foundation.values import define, frozen

__all__ = ["FileListing", "Skipped", "files_in"]

_WILD = frozenset("*?[")


@frozen
class Skipped:
    """A file or a directory that was left out on purpose, why, and the `option` that reads it."""

    path: str
    reason: str
    option: str | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@frozen
class FileListing:
    """The files of a directory, or those that match a pattern, in order.

    A directory that was `skipped` stands for all that is in it. `unread` are directories that could
    not be looked into, `notes` what a reader should know.
    """

    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[DocumentError, ...] = ()
    notes: tuple[str, ...] = ()


def files_in(
    source: str | Path, *, gitignore: bool = True, vendored: bool = False
) -> FileListing | None:
    """The files that `source` stands for; None where it is itself the name of one file.

    In a directory, names that begin with a dot are left out, symbolic links, with `gitignore` what
    git ignores, and, unless they are to be read, `vendored` trees. Raises DocumentError where there
    is no such file at all, or a directory that cannot be looked into.
    """
    if not str(source):
        raise DocumentError("empty file name; use a file or a directory")
    path = Path(source)
    try:
        if path.is_dir():
            with _reading(path):
                return _Walk(gitignore, vendored).through(path)
        if path.exists() or not _WILD & set(str(source)):
            return None
        found = [Path(name) for name in glob.glob(str(source), recursive=True)]  # noqa: PTH207
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: this cannot be read ({_reason(error)})") from None
    files = sorted(one for one in found if one.is_file())
    if not files:
        raise DocumentError(f"No such file or pattern: {path}")
    trees = {} if vendored else _vendored_above(files, str(source))
    skipped = tuple(Skipped(str(folder), what, "--vendored") for folder, what in trees.items())
    left = tuple(one for one in files if not any(folder in trees for folder in one.parents))
    return FileListing(left, skipped, unread=tuple(_unread_by(str(source))))


def _vendored_above(files: list[Path], pattern: str) -> dict[Path, str]:
    """The outermost vendored trees that `files` are in, but for those that the pattern names."""
    named = {part for part in Path(pattern).parts if not _WILD & set(part)}
    met: dict[Path, str | None] = {}
    for file in files:
        for folder in reversed(file.parents):
            if folder not in met:
                met[folder] = None if folder.name in named else _vendored(folder)
            if met[folder]:
                break
    return {folder: what for folder, what in met.items() if what}


def _vendored(folder: Path) -> str | None:
    """What is in a directory, if that is from a package manager."""
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError:  # one that cannot be looked into is told elsewhere
        names = set()
    return vendored_by_name(folder.name) or vendored_by_content(folder.name, names)


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Within this block, the system may refuse to read `folder` itself."""
    try:
        yield
    except OSError as error:
        raise DocumentError(_unreadable(folder, error)) from None


def _unread_by(pattern: str) -> Iterator[DocumentError]:
    """The directories that `glob` went past in silence, for it could not look into them."""
    parts = Path(pattern).parts
    folders: dict[str, None] = {}
    for at, part in enumerate(parts):
        if _WILD & set(part):
            above = os.path.join(*parts[:at], "") if at else ""  # noqa: PTH118
            below = os.path.join(above, part, "") if part == "**" else ""  # noqa: PTH118
            for wild in filter(None, (above, below)):
                folders |= dict.fromkeys(glob.glob(wild, recursive=True))  # noqa: PTH207
    for folder in folders:
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield _refused(folder, error)


@frozen
class _Folder:
    """A directory on the way: what is still to be looked at in it, and the rules there."""

    entries: list[os.DirEntry[str]]
    ignoring: Ignoring


@define
class _Walk:
    """One way through a directory: depth first, by name, so that files come in order."""

    gitignore: bool
    vendored: bool
    files: list[Path] = Factory(list)
    skipped: list[Skipped] = Factory(list)
    unread: list[DocumentError] = Factory(list)
    notes: list[str] = Factory(list)

    def through(self, top: Path) -> FileListing:
        """Raises OSError if there is no way into `top`."""
        around = Ignoring.around(str(top), self.notes.append) if self.gitignore else Ignoring(b"")
        way = [self._open(str(top), around)]  # no recursion: a stranger may nest as they like
        while way:
            folder = way[-1]
            if not folder.entries:
                way.pop()
                continue
            entry = folder.entries.pop()
            if self._leads_below(entry, folder.ignoring):
                try:
                    below = self._open(entry.path, folder.ignoring.below(entry.name))
                except OSError as error:
                    self.unread.append(_refused(entry.path, error))
                else:
                    names = {one.name for one in below.entries}
                    what = vendored_by_content(entry.name, names)
                    if not self._is_left_out_as(what, entry):
                        way.append(below)
        files, skipped = tuple(self.files), tuple(self.skipped)
        return FileListing(files, skipped, tuple(self.unread), tuple(self.notes))

    def _open(self, path: str, ignoring: Ignoring) -> _Folder:
        with os.scandir(path) as found:
            entries = sorted(found, key=lambda entry: entry.name, reverse=True)
        if self.gitignore:
            rules = next((entry.path for entry in entries if entry.name == GITIGNORE), None)
            ignoring = ignoring.with_rules_of(rules, self.notes.append)
        return _Folder(entries, ignoring)

    def _leads_below(self, entry: os.DirEntry[str], ignoring: Ignoring) -> bool:
        """Take in a file, or say of a directory whether to go there; else, tell why not."""
        reason = _left_out(entry)
        if reason is not None:
            self.skipped.append(Skipped(str(Path(entry.path)), reason))
            return False
        is_folder = entry.is_dir(follow_symlinks=False)
        rule = ignoring.rule_for(entry.name, DIRECTORY_MARK if is_folder else b"")
        if rule is not None:
            reason = f"ignored by line {rule.line} of {Path(rule.source)}"
            self.skipped.append(Skipped(str(Path(entry.path)), reason, "--no-gitignore"))
        elif not is_folder:
            self.files.append(Path(entry.path))
        elif not self._is_left_out_as(vendored_by_name(entry.name), entry):
            return True
        return False

    def _is_left_out_as(self, what: str | None, entry: os.DirEntry[str]) -> bool:
        """Leave out a directory that has `what` in it, unless that is None or to be read."""
        if what is None or self.vendored:
            return False
        self.skipped.append(Skipped(str(Path(entry.path)), what, "--vendored"))
        return True


def _refused(folder: str, error: OSError) -> DocumentError:
    """A directory that could not be looked into; one that is gone meanwhile is no loss."""
    kind = DocumentError if isinstance(error, FileNotFoundError) else NotReadableError
    return kind(_unreadable(Path(folder), error))


def _unreadable(folder: Path, error: OSError) -> str:
    return f"{folder}: this directory cannot be read ({_reason(error)})"


def _left_out(entry: os.DirEntry[str]) -> str | None:
    """Why an entry is left out, whatever the rules say."""
    if entry.name.startswith("."):
        return "its name begins with a dot"
    if entry.is_symlink():
        return "it is a symbolic link"
    if not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
        return "not a file or directory"
    return None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
