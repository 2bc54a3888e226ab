"""Work dealt out to processes, its results in the order of the work."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import tee
from typing import TYPE_CHECKING, TypeVar

from safelinks.errors import DocumentError

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["alongside", "dealt_out", "ignore_interrupts"]

_Item = TypeVar("_Item")
_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_AHEAD = 2  # pieces of work a process: results that wait for an earlier one take memory


def dealt_out(
    function: Callable[[_Item], _Result], items: Iterable[_Item], jobs: int
) -> Iterator[_Result]:
    """`function` of each of the `items`, by so many processes; by this one, if `jobs` is 1.

    Raises DocumentError where a process was ended by somebody else.
    """
    if jobs == 1:
        yield from map(function, items)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  only for several jobs
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  as above
    from multiprocessing import get_context  # noqa: PLC0415  as above

    # Not by a fork: Arrow has threads, which a fork loses together with the locks that they hold.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=ignore_interrupts)
    try:
        pending: deque[Future[_Result]] = deque()
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > _AHEAD * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool:
        raise DocumentError(
            "a worker process was killed, perhaps for its memory; use fewer --jobs"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that has dealt out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def alongside(
    function: Callable[[_Part], _Result],
    items: Iterable[_Item],
    part: Callable[[_Item], _Part],
    jobs: int,
) -> Iterator[tuple[_Item, _Result]]:
    """Each of the `items`, and `function` of a `part` of it, which alone goes to the processes."""
    here, there = tee(items)
    return zip(here, dealt_out(function, map(part, there), jobs), strict=True)
