"""`OrderedPool`: work dealt out to processes, its results in order; any of them may be killed.

Each process has a pipe of its own. So it is known what a process was at when it was killed, and
that is done once more by another one. Nobody waits for a process at the end: whatever it is at is
cut off, and `cut_off` names it, for there may be something to tidy up.

A process takes a while to begin. Unless the pool `waits` for them, this process works meanwhile:
so what is soon done costs no more than without processes, and so does all where none can begin.
"""

from __future__ import annotations

import gc
import signal
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from attrs import field

from safelinks.bulk.process_pool import end_while_imported
from safelinks.errors import SafelinksError
from safelinks.foundation.values import define, frozen

__all__ = ["Killed", "OrderedPool"]

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_AHEAD = 3  # tasks that a process has: one that it is at, and the next, for which it need not wait
_BEHIND = 32  # results and tasks of each process: those that wait for an earlier one take memory
_MOST_KILLED = 3
_MOMENT = 0.1  # seconds


class Killed(Exception):  # noqa: N818  what became of a task, as the processes did
    """A task at which three processes were killed, one after the other."""


@frozen
class _Raised:
    """What came of a task that raised."""

    error: BaseException


@define(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    given: deque[int] = field(factory=deque)  # numbers of tasks, in the order of work
    has_begun: bool = False
    is_torn: bool = False  # within what it says, of which nobody has heard the end


class OrderedPool(Generic[_Task, _Result]):
    """`work` of each task, by so many processes as there are `jobs`.

    ``put`` tasks while there is room, and ``take`` a result for each, in the same order.
    `on_killed` is called with the task that a process was at when somebody killed it.
    """

    def __init__(
        self,
        work: Callable[[_Task], _Result],
        jobs: int,
        on_killed: Callable[[_Task], object],
        *,
        waits: bool = True,
    ) -> None:
        end_while_imported()
        self._work, self._on_killed, self._waits = work, on_killed, waits
        self._context = get_context("spawn")  # which there is everywhere, and no lock is copied
        self._most = _BEHIND * jobs
        self._tasks: dict[int, _Task] = {}
        self._waiting: deque[int] = deque()
        self._results: dict[int, _Result | _Raised] = {}
        self._killed: Counter[int] = Counter()
        self._put, self._taken = 0, 0
        self.cut_off: list[_Task] = []
        self._workers: list[_Worker] = []
        for _ in range(jobs):
            self._hire()

    @property
    def has_room(self) -> bool:
        """Whether another task may be put before a result is taken."""
        return self._put - self._taken < self._most

    def put(self, task: _Task) -> None:
        """Have another task done."""
        self._tasks[self._put] = task
        self._waiting.append(self._put)
        self._put += 1
        self._deal()

    def take(self) -> _Result:
        """The next result, waiting for it. Raises what the work has raised, and Killed."""
        number = self._taken
        while number not in self._results:
            self._go_on()
        self._taken += 1
        return self._result(number)

    def close(self) -> list[tuple[_Task, _Result]]:
        """End all processes at once; gives the tasks whose results were not taken, with these.

        Whatever takes only a moment more is done first, so that it is known what came of it.
        """
        end = time.monotonic() + _MOMENT
        heard = [worker for worker in self._workers if not worker.is_torn]
        while busy := [worker for worker in heard if worker.given]:
            ready = _ready(busy, max(0, end - time.monotonic()))
            if not ready:
                break
            for worker in ready:
                try:
                    self._hear(worker)
                except (EOFError, OSError):
                    self._give_up(worker)
        for worker in self._workers:
            worker.process.kill()  # who ignores SIGTERM, has processes that do
        for worker in self._workers:
            worker.process.join()
            with suppress(EOFError, OSError):
                while worker.given and worker in heard:
                    self._hear(worker)  # what it said meanwhile
            self._give_up(worker)
            worker.pipe.close()
        self._workers.clear()
        results = ((self._tasks[number], what) for number, what in sorted(self._results.items()))
        return [(task, what) for task, what in results if not isinstance(what, _Raised)]

    def _give_up(self, worker: _Worker) -> None:
        if worker.given:
            self.cut_off.append(self._tasks[worker.given[0]])
            worker.given.clear()

    def _result(self, number: int) -> _Result:
        del self._tasks[number]
        result = self._results.pop(number)
        if isinstance(result, _Raised):
            raise result.error
        return result

    def _go_on(self) -> None:
        """Get one step further: hear of a process, or work here while none has begun."""
        self._deal()
        helps = self._helps()
        if helps:
            number = self._waiting.popleft()
            self._results[number] = _result_of(self._work, self._tasks[number])
        for worker in _ready(self._workers, 0 if helps else None):
            try:
                self._hear(worker)
            except (EOFError, OSError):
                self._replace(worker)

    def _helps(self) -> bool:
        """Whether this process does the next task: one that has killed others only if it must."""
        if not self._waiting or not self._workers:
            return bool(self._waiting)
        is_alone = not (self._waits or self._begun())
        return is_alone and not self._killed[self._waiting[0]]

    def _begun(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.has_begun]

    def _deal(self) -> None:
        """Give tasks to the processes that have begun, to each of them the same number."""
        begun = self._begun()
        for ahead in range(_AHEAD):
            for worker in begun:
                if self._waiting and len(worker.given) <= ahead:
                    number = self._waiting.popleft()
                    worker.given.append(number)
                    with suppress(OSError):  # a process that is gone is met when it is listened to
                        worker.pipe.send(self._tasks[number])

    def _hear(self, worker: _Worker) -> None:
        worker.is_torn = True
        result = worker.pipe.recv()
        worker.is_torn = False
        if worker.has_begun:
            self._results[worker.given.popleft()] = result
        worker.has_begun = True

    def _hire(self) -> None:
        """Begin another process, if the system lets us."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(self._work, theirs, gc.get_threshold()), daemon=True
        )
        try:
            with _uninterrupted():
                process.start()
        except OSError:
            ours.close()
        else:
            self._workers.append(_Worker(process, ours))
        finally:
            theirs.close()

    def _replace(self, worker: _Worker) -> None:
        """Another process for one that is gone: what it was given is done anew."""
        self._workers.remove(worker)
        worker.process.join()  # before that, it may still hold what there is to tidy up
        worker.pipe.close()
        if not worker.has_begun:
            return  # no other would fare better
        self._waiting = deque(sorted([*worker.given, *self._waiting]))
        if worker.given:
            self._note_killed(worker.given[0])
        self._hire()

    def _note_killed(self, number: int) -> None:
        self._killed[number] += 1
        self._on_killed(self._tasks[number])
        if self._killed[number] == _MOST_KILLED:
            self._waiting.remove(number)
            self._results[number] = _Raised(Killed())


def _ready(workers: list[_Worker], seconds: float | None) -> list[_Worker]:
    """Those that have something to say, or are gone; if there is none yet, wait so long for it."""
    pipes = [worker.pipe for worker in workers]
    ready = wait(pipes, seconds) if pipes else ()
    return [worker for worker in workers if worker.pipe in ready]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A process that is begun in this block does not hear of Ctrl-C, which ours decides about."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which lets interruptions through when it begins
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    work: Callable[[_Task], _Result], pipe: Connection, garbage_after: tuple[int, int, int]
) -> None:
    """Do what comes through `pipe` until nobody is at its other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*garbage_after)
    with suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            pipe.send(_result_of(work, pipe.recv()))


def _result_of(work: Callable[[_Task], _Result], task: _Task) -> _Result | _Raised:
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001  whoever takes the result gets it
        if not isinstance(error, SafelinksError):
            error.add_note(traceback.format_exc())  # another process has no other trace of it
        return _Raised(error)
