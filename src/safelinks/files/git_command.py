"""git, run in a repository that may be a stranger's, so that it runs nothing else.

Nothing that the repository's configuration names is started, nothing is fetched, and nothing is
written. What is asked, and what the answers mean, is the business of who asks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import evolve

from safelinks.errors import SetupError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Git", "reason"]

# What a configuration could make git run, each of it switched off (filters are added by name); and
# what could change the form of its answers.
_OPTIONS = (
    "--no-pager",
    "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "safe.bareRepository=explicit",
    "-c", f"diff.orderFile={os.devnull}",
)  # fmt: skip
# Of git's own variables, those that say whom the user trusts; others may point elsewhere, as in a
# hook, or start programs.
_KEPT = pattern_of(
    r"GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_[0-9]+|VALUE_[0-9]+)"
    r"|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|EXEC_PATH)"
)
_SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # there is none of that name: a partial clone is not completed
    "LC_ALL": "C",
}
_FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"
_NO_FILTER = ("clean=", "smudge=", "process=", "required=false")


@frozen
class Git:
    """The program, and the directory that it is run in."""

    program: str
    folder: str
    options: tuple[str, ...] = _OPTIONS

    @classmethod
    def found(cls, folder: str) -> Git:
        """Raises SetupError where there is no git."""
        program = shutil.which("git")
        # Windows looks into the current directory first: a git that just lies there is not run.
        if program is None or not os.path.isabs(program):  # noqa: PTH117
            raise SetupError("--changed-since needs git, which is not installed")
        return cls(program, folder)

    def run(self, *args: str) -> subprocess.CompletedProcess[bytes]:
        """What came of it, whatever that is."""
        return subprocess.run(  # noqa: S603  no shell
            self._command(args), env=_environment(), capture_output=True, check=False
        )

    def output(self, *args: str) -> bytes:
        """What it prints. Raises SetupError where it fails."""
        done = self.run(*args)
        self._expect(done.returncode == 0, done.stderr)
        return done.stdout

    @contextmanager
    def lines(self, *args: str) -> Iterator[Iterator[bytes]]:
        """The output line by line, for what may be long."""
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(  # noqa: S603  no shell
                self._command(args), env=_environment(), stdout=subprocess.PIPE, stderr=said
            ) as process,
        ):
            yield iter(process.stdout or ())
            fine = process.wait() == 0
            said.seek(0)
            self._expect(fine, said.read())

    def without_filters(self) -> Git:
        """This git for comparing files, without the filters that the repository names."""
        listed = self.run("config", "-z", "--name-only", "--get-regexp", _FILTERS).stdout
        keys = os.fsdecode(listed).split("\0")[:-1]
        drivers = dict.fromkeys(key.rpartition(".")[0] for key in keys)
        for driver in drivers:
            self._expect("=" not in driver, b"fatal: the name of a filter has an equals sign in it")
        off = [("-c", f"{driver}.{setting}") for driver in drivers for setting in _NO_FILTER]
        return evolve(self, options=(*self.options, *(part for pair in off for part in pair)))

    def _command(self, args: tuple[str, ...]) -> list[str]:
        return [self.program, *self.options, "-C", self.folder, *args]

    def _expect(self, fine: bool, stderr: bytes) -> None:  # noqa: FBT001  a condition
        if not fine:
            raise SetupError(
                f"{self.folder}: git cannot say what changed ({reason(stderr)}); "
                "remove --changed-since, or repair the repository"
            )


def reason(stderr: bytes) -> str:
    """The sentence in which git says what is wrong."""
    said = stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
    sentence = next((line for line in said if line.startswith("fatal: ")), said[0])
    return sentence.removeprefix("fatal: ")[:300]


def _environment() -> dict[str, str]:
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    return own | _SET
