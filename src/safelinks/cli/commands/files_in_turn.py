"""Files cleaned by this process, or by several: the same is told of them, in the same order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import field

from safelinks.checks.file_cleaning import FileAct, FileCleaning, FileResult, FileToClean
from safelinks.cli.options.inputs import Input
from safelinks.cli.options.messages import tell, warn
from safelinks.errors import NotWritableError
from safelinks.foundation.values import define, frozen

if TYPE_CHECKING:
    from safelinks.bulk.ordered_pool import OrderedPool

__all__ = ["FileTask", "FilesInTurn", "InputStep"]

# What is worth some processes, each of which takes a quarter of a second to begin: a thousand small
# files, or some megabytes. Of a large file, not all counts: it may be a picture, which is skipped.
_WORTH_PROCESSES = 4_000_000  # bytes
_EACH_FILE = 2_000  # bytes that take as long to read as a file takes to be opened
_MOST_OF_A_FILE = 250_000  # bytes
_MOST_JOBS = 8  # more would wait for the one that prints what there is to say


@frozen
class FileTask:
    """An input that is in a file, and what to do to that."""

    input: Input
    file: FileToClean


# What comes in turn. None stands where all that comes before it is to be done first.
InputStep = FileTask | Input | Callable[[], object] | None


@define
class FilesInTurn:
    """Files that are cleaned by so many processes as there are `jobs`; by default, where it pays.

    What is in no file is read here, by `of_input`.
    """

    cleaning: FileCleaning
    of_input: Callable[[Input], FileResult]
    jobs: int | None = None
    _ahead: deque[FileTask | Input | Callable[[], object]] = field(factory=deque, init=False)
    _files: int = field(default=0, init=False)  # ahead
    _weight: int = field(default=0, init=False)  # of these
    _pool: OrderedPool[FileToClean, FileResult] | None = field(default=None, init=False)
    _killed: set[FileToClean] = field(factory=set, init=False)

    def results(self, steps: Iterable[InputStep]) -> Generator[tuple[Input, FileResult]]:
        """What came of each input, in order; what is to be said between them is said.

        The iterator must be closed: whatever is still being written is given up then.
        """
        jobs = _cores() if self.jobs is None else self.jobs
        try:
            for step in steps:
                if step is not None:
                    self._ahead.append(step)
                if isinstance(step, FileTask) and jobs > 1:
                    self._put(step.file, jobs)
                while self._ahead and (step is None or jobs == 1 or self._is_full):
                    yield from self._next()
                if step is None:
                    self._files, self._weight = 0, 0
            while self._ahead:
                yield from self._next()
        finally:
            self._close()

    def _put(self, file: FileToClean, jobs: int) -> None:
        """Give a file to the processes; they begin once there is enough for them."""
        if self._pool is not None:
            self._pool.put(file)
            return
        self._files += 1
        self._weight += _weight(file)
        is_worth = self._weight >= _WORTH_PROCESSES if self.jobs is None else self._files > 1
        if is_worth:
            from safelinks.bulk.ordered_pool import OrderedPool  # noqa: PLC0415  few need it

            waits = self.jobs is not None
            self._pool = OrderedPool(self.cleaning, jobs, self._note_killed, waits=waits)
            for step in self._ahead:
                if isinstance(step, FileTask):
                    self._pool.put(step.file)

    @property
    def _is_full(self) -> bool:
        return self._pool is not None and not self._pool.has_room

    def _next(self) -> Iterator[tuple[Input, FileResult]]:
        step = self._ahead.popleft()
        if isinstance(step, FileTask):
            yield step.input, self._result(step.file)
        elif isinstance(step, Input):
            yield step, self.of_input(step)
        else:
            step()

    def _result(self, file: FileToClean) -> FileResult:
        if self._pool is None:
            return self.cleaning(file)
        from safelinks.bulk.ordered_pool import Killed  # noqa: PLC0415  as above

        try:
            result = self._pool.take()
        except Killed:
            return FileResult(
                error=NotWritableError(
                    f"{file.name}: three processes were killed while they worked on this file, "
                    "perhaps for their memory; clean it by itself"
                )
            )
        if file in self._killed:
            warn(
                f"{file.name}: a process was killed while it worked on this file, perhaps for its "
                "memory; another process has read it again"
            )
        return result

    def _note_killed(self, file: FileToClean) -> None:
        file.tidy_up()
        self._killed.add(file)

    def _close(self) -> None:
        """End the processes; nothing is half-written, and what has changed is told."""
        if self._pool is None:
            return
        for file, result in self._pool.close():
            if result.changed and self.cleaning.act is FileAct.REPLACE:
                tell(f"changed {file.name}")
        for file in self._pool.cut_off:
            file.tidy_up()


def _weight(file: FileToClean) -> int:
    with suppress(OSError, ValueError):
        return _EACH_FILE + min(os.stat(file.path).st_size, _MOST_OF_A_FILE)  # noqa: PTH116
    return _EACH_FILE


def _cores() -> int:
    """How many processes this machine has room for."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST_JOBS)
    return min(os.cpu_count() or 1, _MOST_JOBS)
