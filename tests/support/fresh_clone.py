"""A fresh clone of what is committed, and safelinks installed from it, as the tutorial says.

No extra is installed, and nothing of the environment of these tests is seen from there. The
environment of the hooks, which pre-commit makes from the same clone, is installed meanwhile.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen
from documented import ROOT, blocks, commands
from filelock import FileLock

__all__ = ["NAMED", "FreshClone", "fresh_clone", "git"]

GIT = shutil.which("git") or "git"
_HOOKS = """\
repos:
  - repo: {clone}
    rev: {revision}
    hooks:
      - id: safelinks-clean
      - id: safelinks-check
        args: [--quiet, --offline]
"""
_KEPT = frozenset({"HOME", "LANG", "LC_ALL", "PYENV_ROOT", "TMPDIR"})
_OF_TESTS = ("PYTHON", "SAFELINKS_", "VIRTUAL_ENV")
_PRE_COMMIT = (sys.executable, "-m", "pre_commit")
_DONE = "done"
NAMED = ("-c", "user.name=Anyone", "-c", "user.email=anyone@example.org")


def git(folder: Path, *args: str) -> str:
    """What git prints, in `folder`."""
    command = [GIT, "-C", str(folder), *NAMED, *args]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@frozen
class FreshClone:
    """The clone at `path`, and what a user has: the command, and the hooks of pre-commit."""

    path: Path
    _hooks: Path = field(alias="hooks")

    @property
    def python(self) -> Path:
        """The Python that safelinks is installed for."""
        return self.path / ".venv" / "bin" / "python"

    @property
    def hooks(self) -> str:
        """The configuration of pre-commit that docs/ci.md shows, for this clone."""
        revision = git(self.path, "rev-parse", "HEAD").strip()
        return _HOOKS.format(clone=self.path, revision=revision)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of a user, whose programs are those of the clone."""
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        programs = os.pathsep.join((str(self.python.parent), os.environ.get("PATH", os.defpath)))
        return {**kept, "PATH": programs, "PRE_COMMIT_HOME": str(self._hooks)}

    @property
    def network_environment(self) -> Mapping[str, str]:
        """The same, with what pip may have to know of this machine's network."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(_OF_TESTS)}
        return {**ours, **self.environment}

    def run(self, folder: Path, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """What a user types in `folder`, and what is printed."""
        return _done(folder, self.environment, *command, typed=typed)

    def pre_commit(self, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
        """What pre-commit does in `folder`."""
        return self.run(folder, *_PRE_COMMIT, *args)


def _done(
    folder: Path, environment: Mapping[str, str], *command: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment, input=typed,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def fresh_clone(folder: Path) -> FreshClone:
    """That in `folder`; made from the last commit of this working tree, where it is not there yet."""
    clone = FreshClone(folder / "clone", folder / "hooks")
    with FileLock(f"{folder}.lock"):
        if not (folder / _DONE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _make(clone, folder / "hooked")
            (folder / _DONE).touch()
    return clone


def _make(clone: FreshClone, hooked: Path) -> None:
    subprocess.run([GIT, "clone", "-q", "--no-hardlinks", ROOT, clone.path], check=True)
    hooked.mkdir()
    git(hooked, "init", "-q")
    (hooked / ".pre-commit-config.yaml").write_text(clone.hooks)
    installing = subprocess.Popen(
        [*_PRE_COMMIT, "install-hooks"], cwd=hooked, env=clone.network_environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        first, *_ = blocks("console", "docs/tutorial.md")
        ((command, _),) = commands(first)
        done = _done(clone.path, clone.network_environment, "bash", "-c", command)
        printed, _ = installing.communicate()
    finally:
        installing.kill()
    assert done.returncode == 0, done.stdout + done.stderr
    assert installing.returncode == 0, printed
