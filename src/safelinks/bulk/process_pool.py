"""Buckets dealt out to processes, any of which may be killed: its bucket begins anew.

Each process has a bucket at a time and a thread here that waits for it, so it is known which bucket
a process had when it was killed. A bucket that has killed three is given up.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from threading import Lock, Thread
from typing import Generic, TypeVar

from safelinks.bulk.workers import ignore_interrupts

__all__ = ["ProcessPool", "is_over"]

_Result = TypeVar("_Result")
_MOST_KILLED = 3
_LOOK = 0.2  # seconds between looks for Ctrl-C

_over: Event | None = None
_is_orphan = False
_at_work = Lock()


def is_over() -> bool:
    """In a process of the pool: whether to stop, for it was said so or nobody waits any more."""
    return _is_orphan or (_over is not None and _over.is_set())


def _begin(over: Event) -> None:
    global _over  # noqa: PLW0603  what a process knows of its pool
    _over = over
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
        self._lock = Lock()
        self._waiting: deque[int] = deque()
        self._killed: Counter[int] = Counter()
        self._errors: list[BaseException] = []
        self.given_up: list[int] = []

    def run(self, buckets: Iterable[int]) -> None:
        """Work through `buckets`. Raises what the work raised, and KeyboardInterrupt."""
        self._waiting.extend(buckets)
        threads = [Thread(target=self._attend) for _ in range(min(self._jobs, len(self._waiting)))]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(_LOOK)
        finally:
            self._over.set()
            for thread in threads:
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
            initargs=(self._over,),
        )

    def _note_killed(self, bucket: int) -> None:
        with self._lock:
            self._killed[bucket] += 1
            if self._killed[bucket] < _MOST_KILLED:
                self._waiting.append(bucket)
            else:
                self.given_up.append(bucket)
