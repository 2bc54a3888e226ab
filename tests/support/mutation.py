"""Whether a test notices when one thing in a module is changed: mutation testing, as a program.

mutmut 3.8 and cosmic-ray 8.7 were tried. The first changes bodies of functions only, the second no
strings: what this project knows stands in tables and patterns, which neither of them touches. The
second also starts Python anew for each mutant.

Here a process is forked that has pytest and all other libraries loaded, and no file is ever
written. The tests run once as they are: that tells how long each takes, and which functions it
calls. With a mutant, the tests run that call its function, or one that reads its table, the quickest
first, until one fails. Most mutants are made in a copy of a process that has collected the tests;
what other modules may have taken on import is imported anew, and shown to all tests of the module.
Those with the mark `slow` do not run.

`[tool.mutation]` in `pyproject.toml` says which tests are to notice a change in which modules.
"""

from __future__ import annotations

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType

import click
import hypothesis  # noqa: F401  loaded once for all
import pytest
from attrs import Factory, define, frozen
from mutants import Mutant, mutants_of
from mutated_code import Change, Code

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
_SECONDS = 5  # of CPU beside five times what the tests take: a mutant may run forever
_ANEW = 77  # the exit code of a process that could not make its change
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

    def tests_of(self, functions: frozenset[str] | None = None) -> list[str]:
        """The tests that call any of these functions, or all; the quickest first."""
        everywhere = functions is None or not functions.isdisjoint(self.outside)
        calling = [
            test
            for test in self.seconds
            if everywhere or (functions and not functions.isdisjoint(self.calls[test]))
        ]
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

    @pytest.hookimpl(tryfirst=True)  # later, they are kept from being looked at
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


@define(eq=False)
class _Copies:
    """Makes changes in copies of the process that has collected the tests: a plugin of pytest."""

    subject: Subject
    changes: Sequence[tuple[Change | None, Sequence[str]]]  # each with its tests
    limit: int
    results: list[str] = Factory(list)  # "killed", "survived", or what is to be tried anew
    _functions: dict[str, list[FunctionType]] = Factory(dict)

    @pytest.hookimpl(tryfirst=True)  # later, they are kept from being looked at
    def pytest_collection_finish(self) -> None:
        path = str(self.subject.path)
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename == path:
                self._functions.setdefault(one.__code__.co_qualname, []).append(one)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        by_name = {item.nodeid: item for item in session.items}
        caches = [one for one in gc.get_objects() if type(one) is functools._lru_cache_wrapper]
        for change, tests in self.changes:
            child = os.fork()
            if not child:
                resource.setrlimit(resource.RLIMIT_CPU, (self.limit, self.limit + 5))
                os._exit(self._tried(session, change, [by_name[test] for test in tests], caches))
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            self.results.append({0: "survived", _ANEW: "anew"}.get(code, "killed"))
        return True

    def _tried(
        self,
        session: pytest.Session,
        change: Change | None,
        items: Sequence[pytest.Item],
        caches: Sequence[functools._lru_cache_wrapper[object]],
    ) -> int:
        for cache in caches:
            cache.cache_clear()
        try:
            if change is not None:
                change.make(sys.modules[self.subject.name], self._functions)
        except BaseException:  # noqa: BLE001  as if a table cannot be made
            return _ANEW
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    return 1
        except BaseException:  # noqa: BLE001
            return 1
        return 0


def recorded(subject: Subject, source: str) -> Record | None:
    """What the tests do with `source` as it is; `None` if one fails."""
    record = Record(str(subject.path))
    code, data = _told(subject, source, record, record.written)
    return Record.read(str(subject.path), data) if code == 0 else None


def tried(
    subject: Subject,
    source: str,
    changes: Sequence[tuple[Change | None, Sequence[str]]],
    limit: int,
) -> list[str]:
    """What came of each change that can be made without an import."""
    copies = _Copies(subject, changes, limit)
    _, data = _told(subject, source, copies, lambda: json.dumps(copies.results).encode())
    results: list[str] = json.loads(data)
    return results


def _told(
    subject: Subject, source: str, plugin: object, tell: Callable[[], bytes]
) -> tuple[int, bytes]:
    """The exit code of the tests in a process of their own, and what is to be told of them."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = _tested(subject, source, 3_600, (str(subject.path), *subject.tests), plugin)
        sys.settrace(None)
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as stream:
            stream.write(tell())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), data


def passes(subject: Subject, source: str, tests: Sequence[str], limit: int) -> bool:
    """Whether these tests pass with this `source`."""
    if not tests:
        return True
    child = os.fork()
    if not child:
        paths = dict.fromkeys(test.partition("::")[0] for test in tests)
        os._exit(_tested(subject, source, limit, tuple(paths), _Ordered(tests)))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


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
        if not name.startswith(("_", "hypothesis."))
        and not str(getattr(module, "__file__", "")).startswith(own)
    ]


def _warm(loaded: Sequence[str]) -> None:
    """Load what the tests loaded, so that no child has to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in loaded:
            with suppress(Exception):
                importlib.import_module(name)
    gc.freeze()


def _chosen(mutants: list[Mutant], most: int | None, seed: int) -> list[Mutant]:
    """At most so many, the same ones for the same seed."""
    if most is None or len(mutants) <= most:
        return mutants
    return sorted(random.Random(seed).sample(mutants, most))  # noqa: S311


def survivors_of(subject: Subject, mutants: Sequence[Mutant]) -> list[Mutant]:
    """The mutants that no test notices."""
    source = subject.path.read_text("utf-8")
    record = recorded(subject, source)
    if record is None:
        raise click.ClickException(f"the tests of {subject.name} fail without a change")
    _warm(record.loaded)
    tests = record.tests_of()
    if "<module>" not in record.outside:
        raise click.ClickException(f"the tests of {subject.name} do not import it")
    limit = int(5 * sum(record.seconds.values())) + _SECONDS
    code = Code.of(source)
    changes = [code.change(mutant, record.outside) for mutant in mutants]
    made = [one for one in changes if one is not None]
    plan = [(one, record.tests_of(one.functions)) for one in made]
    first, *results = tried(subject, source, [(None, tests), *plan], limit)
    if first != "survived":
        raise click.ClickException(f"the tests of {subject.name} fail in another order")
    outcomes = iter(results)
    survivors = []
    for mutant, change in zip(mutants, changes, strict=True):
        outcome = next(outcomes) if change is not None else "anew"
        if outcome == "anew":
            function = code.function_at(mutant)
            calling = record.tests_of(None if function is None else frozenset({function}))
            survived = passes(subject, mutant.source(source), calling, limit)
        else:
            survived = outcome == "survived"
        if survived:
            survivors.append(mutant)
    return survivors


@click.command()
@click.argument("modules", nargs=-1)
@click.option("--sample", type=int, help="At most so many mutants of a module, drawn by chance.")
@click.option("--seed", type=int, default=0, help="Another number draws others.")
def main(modules: tuple[str, ...], sample: int | None, seed: int) -> None:
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
        survivors = survivors_of(subject, mutants)
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
