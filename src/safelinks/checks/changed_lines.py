"""Which lines of files changed since a revision of git.

It knows what to ask git, and in which words to say that there is no answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field

from safelinks.errors import DocumentError, SetupError
from safelinks.files.git_command import Git, reason
from safelinks.files.git_output import SAME, WHOLE, Changed, Tracked, changed_in, tracked
from safelinks.foundation.values import define, frozen

if TYPE_CHECKING:
    from safelinks.documents.document import Document
    from safelinks.links.text_links import Link

__all__ = ["Changes", "changed_lines"]

_DIFF = (
    "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all",
    "--find-renames", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_STANDARD_INPUT = "-"
_PATCH = ("--patch", "--unified=0", "--inter-hunk-context=0")


@frozen
class _Repository:
    """A repository, and what changed in it."""

    top: str
    tracked: Tracked = field(repr=False)
    changed: Mapping[bytes, Changed] = field(repr=False)

    def of(self, path: str) -> Changed:
        """What changed in the file at `path`, which is below `top`."""
        name = os.fsencode(os.path.relpath(path, self.top).replace(os.sep, "/"))
        if name in self.tracked.unmerged:
            return WHOLE
        if name in self.tracked.files:
            return self.changed.get(name, SAME)
        folders = name.split(b"/")
        above = {b"/".join(folders[:depth]) for depth in range(1, len(folders))}
        return SAME if above & self.tracked.submodules else WHOLE


@define
class Changes:
    """What changed since a revision in the repositories that were looked into."""

    _repositories: list[_Repository]
    _known: dict[str, Changed] = field(factory=dict, repr=False)

    def touches(self, path: str, first: int | None, last: int | None) -> bool:
        """Whether one of the lines `first` to `last` of a file changed.

        Without lines, it is whether anything in the file did. A file that git does not track has
        changed as a whole; one in a submodule has not.
        """
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._of(os.path.realpath(path))
        return found.touches(first, last)

    def _of(self, real: str) -> Changed:
        around = [one for one in self._repositories if _is_in(real, one.top)]
        innermost = max(around, key=lambda one: len(one.top), default=None)
        return WHOLE if innermost is None else innermost.of(real)

    def keep(self, document: Document, link: Link) -> bool:
        """Whether `link` stands on a line that changed; in a format without lines, on any."""
        lines = document.lines_of(link)
        return self.touches(document.name, *(lines or (None, None)))

    def keep_any(self, file: str) -> bool:
        """Whether anything in `file` changed."""
        return self.touches(file, None, None)


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def changed_lines(names: Iterable[str | Path], revision: str) -> Changes:
    """What changed between `revision` and the files as they are, around all files in `names`.

    These are files, directories and patterns. It is compared with where the branch at hand left
    that of `revision`, so that what others did since then is no change. Raises DocumentError for
    what is in no repository, and SetupError where there is no git or no such revision.
    """
    if revision.startswith("-"):
        raise SetupError(
            f"{revision}: a revision cannot begin with a dash; use a commit, a tag or a branch"
        )
    tops: dict[str, str] = {}
    for name in dict.fromkeys(map(str, names)):
        if name == _STANDARD_INPUT:
            raise DocumentError("<stdin>: standard input has no revisions; use files")
        folder = _folder_of(name)
        if folder not in tops:
            tops[folder] = _top(Git.found(folder), name)
    repositories = [_looked_into(Git.found(top), revision) for top in set(tops.values())]
    return Changes(repositories)


def _folder_of(name: str) -> str:
    """The directory in which to look for the repository: the innermost one that is there."""
    path = Path(os.path.realpath(name))
    return str(next(one for one in (path, *path.parents) if one.is_dir()))


def _top(git: Git, name: str) -> str:
    done = git.run("rev-parse", "--show-toplevel")
    if done.returncode == 0:
        return os.path.realpath(os.fsdecode(done.stdout.removesuffix(b"\n")))
    why = reason(done.stderr)
    if "dubious ownership" in why or "unsafe repository" in why:
        raise DocumentError(
            f"{name}: git does not trust this repository, because it "
            "belongs to another user; if you trust it, run:"
            f" git config --global --add safe.directory {git.folder}"
        )
    if "not a git repository" in why or "work tree" in why or "bare repository" in why:
        raise DocumentError(
            f"{name}: not in a git repository; use files in one, or check all lines"
        )
    raise DocumentError(f"{name}: git cannot read the repository around this ({why})")


def _looked_into(git: Git, revision: str) -> _Repository:
    git = git.without_filters()
    base = _base(git, _commit(git, revision))
    numstat = git.output(*_DIFF, "--numstat", "-z", base, "--")
    with git.lines(*_DIFF, *_PATCH, base, "--") as patch:
        changed = changed_in(numstat, patch)
    return _Repository(git.folder, tracked(git.output("ls-files", "-z", "--stage")), changed)


def _commit(git: Git, revision: str) -> str:
    done = git.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if done.returncode == 0:
        return done.stdout.decode().strip()
    if git.output("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise SetupError(
            f"{git.folder}: this clone is shallow and lacks the revision {revision}; get the "
            "whole history with fetch-depth: 0 in the checkout, or with git fetch --unshallow"
        )
    raise SetupError(
        f"{git.folder}: there is no revision {revision} in this "
        "repository; use an existing commit, tag or branch"
    )


def _base(git: Git, commit: str) -> str:
    """Where HEAD and `commit` parted; `commit` itself where they have nothing in common."""
    done = git.run("merge-base", commit, "HEAD")
    return done.stdout.decode().strip() if done.returncode == 0 else commit
