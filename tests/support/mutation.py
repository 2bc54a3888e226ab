"""Whether a test notices when one thing in a module is changed: mutation testing, as a program.

mutmut 3.8 and cosmic-ray 8.7 were tried. The first changes bodies of functions only, the second no
strings: what this project knows stands in tables and patterns, which neither of them touches. The
second also starts Python anew for each mutant. Here a process is forked that has pytest loaded, and
no file is ever written.

`[tool.mutation]` in `pyproject.toml` says which tests are to notice a change in which modules.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

import click
import httpx  # noqa: F401  loaded once for all
import hypothesis  # noqa: F401
import pytest
from attrs import frozen
from mutants import Mutant, mutants_of

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
_SECONDS = 20  # of CPU beside ten times what the tests take: a mutant may run forever
_SPACE = 4 * 2**30  # octets: or grow
# In one process; that Hypothesis is loaded already is meant.
_OPTIONS = (
    "-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", "--doctest-modules",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


@frozen
class Subject:
    """A module that is changed, and the tests that are to notice."""

    path: Path
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that it is imported by."""
        parts = self.path.with_suffix("").relative_to(ROOT / "src").parts
        return ".".join(parts).removesuffix(".__init__")


@frozen
class _Changed(importlib.abc.MetaPathFinder):
    """Finds one module with another source, and leaves the others to others: a plugin of pytest."""

    subject: Subject
    source: str

    def find_spec(
        self, name: str, _: Sequence[str] | None, __: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, if it is the one."""
        if name != self.subject.name:
            return None
        return importlib.util.spec_from_file_location(
            name, self.subject.path, loader=_Loader(name, str(self.subject.path), self.source)
        )

    def pytest_sessionstart(self) -> None:
        """Take the first place: pytest has put a finder of its own before all others."""
        sys.meta_path.insert(0, self)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._changed = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self._changed, self.path, "exec", dont_inherit=True)


def subjects(wanted: Sequence[str]) -> Iterator[Subject]:
    """The modules of the configuration that have any of `wanted` in their path; all without."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutation"]
    modules: Mapping[str, list[str]] = table["tests"]
    for pattern, tests in modules.items():
        paths = sorted(ROOT.glob(pattern))
        assert paths, f"there is no {pattern}"
        for path in paths:
            if not wanted or any(part in str(path.relative_to(ROOT)) for part in wanted):
                yield Subject(path, tuple(tests))


def passes(subject: Subject, source: str, limit: int) -> tuple[bool, float]:
    """Whether the tests pass with this `source`, and how much CPU they took."""
    child = os.fork()
    if not child:
        os._exit(_tested(subject, source, limit))
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status) == 0, used.ru_utime + used.ru_stime


def _tested(subject: Subject, source: str, limit: int) -> int:
    """Run the tests in this process, which is one of its own."""
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_SPACE, _SPACE))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    paths = (str(subject.path), *subject.tests)
    try:
        return int(pytest.main([*_OPTIONS, *paths], plugins=[_Changed(subject, source)]))
    except BaseException:  # noqa: BLE001  a mutant may raise anything
        return 1


def _chosen(mutants: list[Mutant], most: int | None) -> list[Mutant]:
    """At most so many, spread evenly: the same ones in every run."""
    if most is None or len(mutants) <= most:
        return mutants
    return [mutants[at * len(mutants) // most] for at in range(most)]


@click.command()
@click.argument("modules", nargs=-1)
@click.option("--sample", type=int, help="At most so many mutants of a module, spread evenly.")
@click.option("--jobs", type=int, default=os.cpu_count(), help="Tests at once.")
def main(modules: tuple[str, ...], sample: int | None, jobs: int) -> None:
    """Change the MODULES (parts of paths; all of the configuration without) and run their tests."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT / "src"))
    killed = tried = 0
    begun = time.monotonic()
    for subject in subjects(modules):
        source = subject.path.read_text("utf-8")
        passed, seconds = passes(subject, source, 600)
        if not passed:
            raise click.ClickException(f"the tests of {subject.name} fail without a change")
        if passes(subject, "raise AssertionError\n", 600)[0]:
            raise click.ClickException(f"the tests of {subject.name} do not import it")
        limit = int(10 * seconds) + _SECONDS
        mutants = _chosen(mutants_of(source), sample)
        with ThreadPoolExecutor(jobs) as pool:
            results = list(
                pool.map(lambda one: passes(subject, one.source(source), limit)[0], mutants)  # noqa: B023
            )
        survivors = [one for one, passed in zip(mutants, results, strict=True) if passed]
        click.echo(f"{subject.name}: {len(mutants) - len(survivors)} of {len(mutants)} killed")
        for mutant in survivors:
            click.echo(f"  survived: {mutant.shown(source)}")
        tried += len(mutants)
        killed += len(mutants) - len(survivors)
    minutes = (time.monotonic() - begun) / 60
    share = 100 * killed / max(1, tried)
    click.echo(f"{killed} of {tried} mutants killed: {share:.1f} %, in {minutes:.0f} minutes")


if __name__ == "__main__":
    main()
