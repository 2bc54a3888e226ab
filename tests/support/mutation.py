"""Whether a test notices when one thing in a module is changed: mutation testing, as a program.

mutmut 3.8 and cosmic-ray 8.7 were tried. The first changes bodies of functions only, the second no
strings: what this project knows stands in tables and patterns, which neither of them touches. The
second also starts Python anew for each mutant.

Here a process is forked that has pytest and all other libraries loaded, and no file is ever
written. The tests run once as they are: that tells how long each takes, and which functions it
calls. With a mutant, the tests run that call its function, the quickest first, until one fails. A
change of a table or of a default value is shown to all tests of the module. Those with the mark
`slow` do not run.

`[tool.mutation]` in `pyproject.toml` says which tests are to notice a change in which modules.
"""

from __future__ import annotations

import ast
import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import resource
import sys
import threading
import time
import tomllib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, ModuleType

import click
import hypothesis  # noqa: F401  loaded once for all
import pytest
from attrs import Factory, define, frozen
from mutants import Mutant, mutants_of

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
_SECONDS = 5  # of CPU beside five times what the tests take: a mutant may run forever
_SPACE = 4 * 2**30  # octets: or grow
# In one process; that Hypothesis is loaded already is meant.
_OPTIONS = (
    "-x", "-q", "-m", "not slow", "-o", "addopts=", "-p", "no:cacheprovider", "--doctest-modules",
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


@define(eq=False)
class Record:
    """What the tests of a module do while nothing is changed: a plugin of pytest."""

    path: str
    seconds: dict[str, float] = Factory(dict)  # by test
    calls: dict[str, set[str]] = Factory(dict)  # by test, the functions of the module
    outside: set[str] = Factory(set)  # functions that are called outside of tests, as by fixtures
    loaded: list[str] = Factory(list)  # modules
    _now: set[str] = Factory(set)
    _caches: list[functools._lru_cache_wrapper[object]] = Factory(list)

    def tests_of(self, function: str | None) -> list[str]:
        """The tests that call a function, or all; the quickest first."""
        everywhere = function is None or function in self.outside
        calling = [test for test in self.seconds if everywhere or function in self.calls[test]]
        return sorted(calling, key=self.seconds.__getitem__)

    def written(self) -> bytes:
        calls = {test: sorted(names) for test, names in self.calls.items()}
        return json.dumps([self.seconds, calls, sorted(self.outside), _libraries()]).encode()

    @classmethod
    def read(cls, path: str, data: bytes) -> Record:
        seconds, calls, outside, loaded = json.loads(data)
        called = {test: set(names) for test, names in calls.items()}
        return cls(path, seconds, called, set(outside), loaded)

    def pytest_sessionstart(self) -> None:
        self._now = self.outside
        sys.settrace(self._note)
        threading.settrace(self._note)

    def pytest_collection_finish(self) -> None:
        every = gc.get_objects()
        self._caches = [one for one in every if type(one) is functools._lru_cache_wrapper]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        for cache in self._caches:  # or only the first test would be seen to call the function
            cache.cache_clear()
        self._now = self.calls[item.nodeid] = set()
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - begun
            self._now = self.outside

    def _note(self, frame: FrameType, _: str, __: object) -> None:
        if frame.f_code.co_filename == self.path:
            self._now.add(frame.f_code.co_qualname.partition(".<locals>")[0])


@frozen(eq=False)
class _Ordered:
    """Runs these tests only, in this order: a plugin of pytest."""

    tests: Sequence[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        by_name = {item.nodeid: item for item in items}
        items[:] = [by_name[test] for test in self.tests if test in by_name]


def recorded(subject: Subject, source: str) -> Record | None:
    """What the tests do with `source` as it is; `None` if one fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        record = Record(str(subject.path))
        code = _tested(subject, source, 600, (str(subject.path), *subject.tests), record)
        sys.settrace(None)
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as stream:
            stream.write(record.written())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    _, status = os.waitpid(child, 0)
    return Record.read(str(subject.path), data) if status == 0 else None


def passes(
    subject: Subject, source: str, tests: Sequence[str], limit: int = 600
) -> tuple[bool, float]:
    """Whether these tests pass with this `source`, and how much CPU they took."""
    if not tests:
        return True, 0
    child = os.fork()
    if not child:
        paths = dict.fromkeys(test.partition("::")[0] for test in tests)
        os._exit(_tested(subject, source, limit, tuple(paths), _Ordered(tests)))
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status) == 0, used.ru_utime + used.ru_stime


def _tested(subject: Subject, source: str, limit: int, paths: Sequence[str], plugin: object) -> int:
    """Run the tests in this process, which is one of its own."""
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_SPACE, _SPACE))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        return int(pytest.main([*_OPTIONS, *paths], plugins=[_Changed(subject, source), plugin]))
    except BaseException:  # noqa: BLE001  a mutant may raise anything
        return 1


def _libraries() -> list[str]:
    """What is loaded, in this order, without modules of this project and the inner ones of others."""
    own = (str(ROOT / "src"), str(ROOT / "tests"))
    return [
        name
        for name, module in sys.modules.items()
        if not name.startswith("_") and not str(getattr(module, "__file__", "")).startswith(own)
    ]


def _warm(loaded: Sequence[str]) -> None:
    """Load what the tests loaded, so that no child has to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in loaded:
            with suppress(Exception):
                importlib.import_module(name)
    gc.freeze()


def _function_at(source: str, line: int) -> str | None:
    """The function or method whose body has this line; `None` for all that runs on import."""
    for prefix, function in _functions(ast.parse(source)):
        assert function.end_lineno is not None
        if function.body[0].lineno <= line <= function.end_lineno:
            return prefix + function.name
    return None


def _functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods, each with what stands before its name in its full one."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}.", one) for one in node.body if isinstance(one, ast.FunctionDef)
            )


def _chosen(mutants: list[Mutant], most: int | None, seed: int) -> list[Mutant]:
    """At most so many, the same ones for the same seed."""
    if most is None or len(mutants) <= most:
        return mutants
    return sorted(random.Random(seed).sample(mutants, most))  # noqa: S311


def survivors_of(subject: Subject, mutants: Sequence[Mutant], jobs: int) -> list[Mutant]:
    """The mutants that no test notices."""
    source = subject.path.read_text("utf-8")
    record = recorded(subject, source)
    if record is None:
        raise click.ClickException(f"the tests of {subject.name} fail without a change")
    _warm(record.loaded)
    tests = record.tests_of(None)
    passed, seconds = passes(subject, source, tests)
    if not passed:
        raise click.ClickException(f"the tests of {subject.name} fail in another order")
    if passes(subject, "raise AssertionError\n", tests)[0]:
        raise click.ClickException(f"the tests of {subject.name} do not import it")
    limit = int(5 * seconds) + _SECONDS

    def survives(mutant: Mutant) -> bool:
        line = source.count("\n", 0, mutant.start) + 1
        calling = record.tests_of(_function_at(source, line))
        return passes(subject, mutant.source(source), calling, limit)[0]

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(survives, mutants))
    return [mutant for mutant, survived in zip(mutants, results, strict=True) if survived]


@click.command()
@click.argument("modules", nargs=-1)
@click.option("--sample", type=int, help="At most so many mutants of a module, drawn by chance.")
@click.option("--seed", type=int, default=0, help="Another number draws others.")
@click.option("--jobs", type=int, default=1, help="Tests at once.")
def main(modules: tuple[str, ...], sample: int | None, seed: int, jobs: int) -> None:
    """Change the MODULES (parts of paths; all of the configuration without) and run their tests."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT / "src"))
    killed = tried = 0
    begun = time.monotonic()
    for subject in subjects(modules):
        source = subject.path.read_text("utf-8")
        mutants = _chosen(mutants_of(source), sample, seed)
        if not mutants:
            continue
        survivors = survivors_of(subject, mutants, jobs)
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
