"""What git would leave out: finds and reads the files of patterns, and holds paths against them.

It only reads files: git itself is never run, because a repository's configuration can name programs
that it would start. Nothing but regular files of a reasonable size is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from safelinks.files.ignore_patterns import DIRECTORY_MARK, IgnorePattern, IgnorePatterns
from safelinks.foundation.values import frozen

__all__ = ["DIRECTORY_MARK", "GITIGNORE", "Ignoring"]

GITIGNORE = ".gitignore"
_REPOSITORY = ".git"
_MOST = 1 << 20  # bytes in a file of patterns
_REMOTE = ("//", "\\\\")  # how names on other machines begin

Note = Callable[[str], object]


@frozen
class Ignoring:
    """The rules that hold in one directory, those of the outermost file first.

    `prefix` is the path of the directory from `top`, the outermost one that has a say, as git
    writes it: nothing, or bytes that end with a slash. Each file of rules comes with the length of
    the prefix of the directory where it stands.
    """

    prefix: bytes
    scopes: tuple[tuple[IgnorePatterns, int], ...] = ()

    @classmethod
    def around(cls, directory: str, note: Note) -> Ignoring:
        """What is known of `directory` from outside: from the repository that it stands in."""
        real = os.path.realpath(directory)
        top = _top(real)
        if top is None:
            return cls(b"")
        there = cls(b"").with_rules_of(_exclude_file(top), note, follow=True)
        below = os.path.relpath(real, top)
        for name in Path(below).parts:
            there = there.with_rules_of(_join(top, os.fsdecode(there.prefix), GITIGNORE), note)
            there = evolve(there, prefix=b"%b%b/" % (there.prefix, os.fsencode(name)))
        return there

    def below(self, name: str) -> Ignoring:
        """The rules for the directory `name` in this one."""
        return Ignoring(self.prefix + os.fsencode(name) + b"/", self.scopes)

    def with_rules_of(self, path: str | None, note: Note, *, follow: bool = False) -> Ignoring:
        """And what the file at `path` says; that it cannot be read is a `note`."""
        raw = None if path is None else _read(path, note, follow=follow)
        if not raw or path is None:
            return self
        return evolve(
            self, scopes=(*self.scopes, (IgnorePatterns.parse(raw, path), len(self.prefix)))
        )

    def rule_for(self, name: str, end: bytes = b"") -> IgnorePattern | None:
        """The rule that leaves out `name` in this directory, DIRECTORY at its `end` if it is one.

        The innermost file decides that has a rule for it, and in a file, the last rule.
        """
        if not self.scopes:
            return None
        path = self.prefix + os.fsencode(name) + end
        for rules, start in reversed(self.scopes):
            rule = rules.match(path[start:])
            if rule is not None:
                return None if rule.negated else rule
        return None


def _join(*names: str) -> str:
    return os.path.join(*names)  # noqa: PTH118  of names that need not be a Path


def _top(directory: str) -> str | None:
    """The directory of the repository around `directory`, or that it is itself."""
    while not os.path.lexists(_join(directory, _REPOSITORY)):
        directory, below = os.path.split(directory)
        if not below:
            return None
    return directory


def _exclude_file(top: str) -> str | None:
    """The file of patterns that git keeps in its own directory (gitrepository-layout(5))."""
    own = _join(top, _REPOSITORY)
    pointer = _named_in(own)
    if pointer is not None:
        if not pointer.startswith("gitdir: ") or pointer[8:].startswith(_REMOTE):
            return None
        own = _join(top, pointer[8:])
        common = _named_in(_join(own, "commondir"))
        if common is not None and not common.startswith(_REMOTE):
            own = _join(own, common)
    return _join(own, "info", "exclude")


def _named_in(path: str) -> str | None:
    """The path that a file of git's consists of, if it is one."""
    raw = _read(path, lambda _: None)
    return None if raw is None else os.fsdecode(raw.removesuffix(b"\n"))


def _read(path: str, note: Note, *, follow: bool = False) -> bytes | None:
    """The content of a file of patterns; as in git, one in the tree may be no symbolic link."""
    why = None
    try:
        status = Path(path).stat(follow_symlinks=follow)
        if stat.S_ISREG(status.st_mode) and status.st_size <= _MOST:
            with Path(path).open("rb") as file:
                return file.read(_MOST)
        if stat.S_ISREG(status.st_mode):
            why = "it is larger than 1 MiB"
        elif stat.S_ISLNK(status.st_mode):
            why = "it is a symbolic link"
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
    if why:
        note(f"{path}: this file is not used ({why})")
    return None
