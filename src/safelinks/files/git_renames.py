"""Where a file has gone that git once had: the one renaming that it records of it, and so on.

Only commits are compared, never files on the disk, and nothing that the repository names is run.
"""

from __future__ import annotations

import os

from attrs import evolve, field

from safelinks.errors import SetupError
from safelinks.files.git_command import Git
from safelinks.foundation.values import define

__all__ = ["GitRenames"]

_NO_SIGNATURES = ("-c", "log.showSignature=false")  # which would run a program that checks them
_SIMILAR = "-M75%"
_MOST_STEPS = 5
_MOST_ASKED = 200  # files, for each of which git goes through its history


@define
class GitRenames:
    """The renamings that repositories record."""

    _gits: dict[str, Git | None] = field(factory=dict, init=False)
    _known: dict[tuple[str, str], str | None] = field(factory=dict, init=False)

    def of(self, top: str, path: str) -> str | None:
        """Where the file `path` of the repository `top` is now; None where that is not certain."""
        key = (top, path)
        if key not in self._known:
            is_asked = len(self._known) < _MOST_ASKED
            self._known[key] = self._followed(top, path) if is_asked else None
        return self._known[key]

    def _followed(self, top: str, path: str) -> str | None:
        git = self._git(top)
        if git is None:
            return None
        name = os.path.relpath(path, top).replace(os.sep, "/")
        commit = _last_removal(git, name)
        for _ in range(_MOST_STEPS):
            following = _renamed(git, name, commit) if commit is not None else None
            if following is None:
                return None
            name = following
            events = _since(git, name, commit or "")
            if events is None:
                return None
            if not events:
                there = os.path.join(top, *name.split("/"))  # noqa: PTH118  of names
                return there if os.path.lexists(there) else None
            if not _follows(git, commit or "", events[-1]):
                return None
            commit = events[-1]
        return None

    def _git(self, top: str) -> Git | None:
        if top not in self._gits:
            try:
                git = Git.found(top)
            except SetupError:  # there is no git
                self._gits[top] = None
            else:
                self._gits[top] = evolve(git, options=(*git.options, *_NO_SIGNATURES))
        return self._gits[top]


def _log(git: Git, *args: str) -> list[str] | None:
    """Hashes of commits, the newest first; None where git fails."""
    done = git.run("--literal-pathspecs", "log", "--no-renames", "--format=%H", *args)
    return None if done.returncode else done.stdout.decode("ascii", "replace").split()


def _last_removal(git: Git, name: str) -> str | None:
    """The last commit that took a file away."""
    commits = _log(git, "-1", "--diff-filter=D", "--", name)
    return commits[0] if commits else None


def _since(git: Git, name: str, commit: str) -> list[str] | None:
    """The commits after `commit` that took the name away, or gave it to another file."""
    changes = ("--full-history", "--topo-order", "--diff-filter=AD")
    return _log(git, *changes, f"{commit}..HEAD", "--", name)


def _follows(git: Git, commit: str, later: str) -> bool:
    """Whether `later` was made of what `commit` left, and not beside it."""
    return git.run("merge-base", "--is-ancestor", commit, later).returncode == 0


def _renamed(git: Git, name: str, commit: str) -> str | None:
    """The name that a file got in the commit that took it away; None for none, or several."""
    listed = git.run(
        "diff-tree",
        "-r",
        "-z",
        _SIMILAR,
        "--no-commit-id",
        "--name-status",
        "--diff-filter=R",
        commit,
    )
    fields = os.fsdecode(listed.stdout).split("\0")
    pairs = zip(fields[1::3], fields[2::3], strict=False)
    new = [after for before, after in pairs if before == name]
    return new[0] if len(new) == 1 else None
