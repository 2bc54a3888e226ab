"""Buckets dealt out to processes, any of which may be killed: its bucket begins anew.

Each process has a bucket at a time and a thread here that waits for it, so it is known which bucket
a process had when it was killed. A bucket that has killed three is given up.

A new process imports the script that the pool is made in. One that makes the pool while it is
imported would do so without end: there is nothing to be done by such a process.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import current_process, get_context, parent_process
from multiprocessing.synchronize import Event
from threading import Lock, Thread
from typing import Generic, TypeVar

from safelinks.bulk.workers import ignore_interrupts
from safelinks.errors import SetupError

__all__ = ["ProcessPool", "end_while_imported", "is_over"]

_Result = TypeVar("_Result")
_MOST_KILLED = 3
_LOOK = 0.2  # seconds between looks for Ctrl-C
_UNGUARDED = (
    "no process could begin its work; if this is called by a script, call it below "
    'if __name__ == "__main__": (each process imports the script), or use jobs=1'
)

_over: Event | None = None
_is_orphan = False
_at_work = Lock()


def is_over() -> bool:
    """In a process of the pool: whether to stop, for it was said so or nobody waits any more."""
    return _is_orphan or (_over is not None and _over.is_set())


def end_while_imported() -> None:
    """End this process if it was made for a pool, and is still at importing the script of that."""
    if getattr(current_process(), "_inheriting", False):  # what multiprocessing itself asks
        raise SystemExit(1)


def _begin(over: Event, begun: Event) -> None:
    global _over  # noqa: PLW0603  what a process knows of its pool
    _over = over
    begun.set()
    ignore_interrupts()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one is gone that it works for: it would wait for work forever."""
    global _is_orphan  # noqa: PLW0603  as above
    parent = parent_process()
    if parent is not None:
        parent.join()
        _is_orphan = True
        with _at_work:  # what is known by now is kept
            os._exit(1)


def _worked(work: Callable[[int], _Result], bucket: int) -> _Result:
    with _at_work:
        return work(bucket)


class ProcessPool(Generic[_Result]):
    """`work` of each bucket, by so many processes as there are `jobs`.

    `on_result` is called with each result as it comes. `given_up` are the buckets that were.
    """

    def __init__(
        self,
        work: Callable[[int], _Result],
        jobs: int,
        on_result: Callable[[_Result], object],
    ) -> None:
        self._work, self._jobs, self._on_result = work, jobs, on_result
        self._context = get_context("spawn")  # no fork: there are threads, here and in Arrow
        self._over = self._context.Event()
        self._begun = self._context.Event()
        self._lock = Lock()
        self._waiting: deque[int] = deque()
        self._killed: Counter[int] = Counter()
        self._errors: list[BaseException] = []
        self.given_up: list[int] = []

    def run(self, buckets: Iterable[int]) -> None:
        """Work through `buckets`. Raises what the work raised, and KeyboardInterrupt.

        Raises SetupError where no process can begin.
        """
        self._waiting.extend(buckets)
        threads = [Thread(target=self._attend) for _ in range(min(self._jobs, len(self._waiting)))]
        started = threads[:1]
        try:
            for thread in started:
                thread.start()
                while thread.is_alive() and not self._begun.wait(_LOOK):
                    pass  # before it is known that one can begin, there are no others
            for thread in threads[1:]:
                thread.start()
                started.append(thread)
            for thread in started:
                while thread.is_alive():
                    thread.join(_LOOK)
        finally:
            self._over.set()
            for thread in started:
                thread.join()
        if self._errors:
            raise self._errors[0]

    def _attend(self) -> None:
        """Deal out buckets to one process, and to another one when that was killed."""
        executor = None
        try:
            while not self._over.is_set():
                with self._lock:
                    if not self._waiting:
                        return
                    bucket = self._waiting.popleft()
                executor = executor or self._process()
                try:
                    result = executor.submit(_worked, self._work, bucket).result()
                except BrokenProcessPool:
                    executor.shutdown()
                    executor = None
                    if not self._begun.is_set():
                        raise SetupError(_UNGUARDED) from None
                    self._note_killed(bucket)
                    continue
                with self._lock:
                    self._on_result(result)
        except BaseException as error:  # noqa: BLE001  of a thread, which nobody would hear of
            self._errors.append(error)
            self._over.set()
        finally:
            if executor is not None:
                executor.shutdown()

    def _process(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            1,
            mp_context=self._context,
            initializer=_begin,
            initargs=(self._over, self._begun),
        )

    def _note_killed(self, bucket: int) -> None:
        with self._lock:
            self._killed[bucket] += 1
            if self._killed[bucket] < _MOST_KILLED:
                self._waiting.append(bucket)
            else:
                self.given_up.append(bucket)
