"""Checks for visitors: a few at once, each for a limited time, none for somebody who has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

from attrs import evolve, field
from starlette.types import Receive

from safelinks.checks.pipeline import Check
from safelinks.checks.report import Report
from safelinks.foundation.values import define
from safelinks.health.checker import Checker
from safelinks.health.model.outcome import Outcome
from safelinks.web.metrics import Metrics
from safelinks.web.problems import ProblemError
from safelinks.web.reading import ReadingRoom
from safelinks.web.submissions import Submission

__all__ = ["CheckDesk", "VisitorGoneError", "while_there"]

_T = TypeVar("_T")
_RETRY_AFTER = 10  # seconds
_SIGN_OF_LIFE = 15.0  # seconds between what keeps a proxy from closing the connection
_LAST_LINES = 60.0  # seconds to take what is left of an answer


class VisitorGoneError(Exception):
    """Nobody is there any more to take the answer."""


async def while_there(receive: Receive, work: Coroutine[Any, Any, _T]) -> _T:
    """What `work` gives; it is cancelled, and ends, as soon as the visitor has gone.

    The body of the request has to be read before. Raises VisitorGoneError.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_until_gone(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise VisitorGoneError
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@define
class CheckDesk:
    """Runs checks of what `room` reads. `checker` makes whoever asks, by the server's policy."""

    room: ReadingRoom
    metrics: Metrics
    checker: Callable[[Check], Checker]
    _timed_out: set[int] = field(factory=set, init=False)

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """One of the checks that may run at once. Raises ProblemError where all are taken."""
        if self.metrics.checks_running >= self.room.settings.most_checks:
            raise ProblemError(
                "busy",
                f"{self.metrics.checks_running} checks are running. Try again in a few seconds.",
                {"Retry-After": str(_RETRY_AFTER)},
            )
        self.metrics.checks_running += 1
        try:
            async with asyncio.timeout(self.room.settings.check_seconds + _LAST_LINES):
                yield
        except VisitorGoneError:
            self.metrics.checks_left += 1
            raise
        finally:
            self.metrics.checks_running -= 1

    async def outcomes(self, check: Check) -> AsyncGenerator[Outcome | None, None]:
        """Outcomes as they come; None where none has come for a while.

        When this is closed, nothing of it is under way any more.
        """
        queue: asyncio.Queue[Outcome | None] = asyncio.Queue()
        asking = asyncio.create_task(self._ask(check, queue))
        try:
            while True:
                try:
                    # Not `wait_for`: on Python 3.11, that may lose a cancellation.
                    async with asyncio.timeout(_SIGN_OF_LIFE):
                        outcome = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if outcome is None:
                    break
                self.metrics.links_checked += 1
                yield outcome
            await asking
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def ask_all(self, check: Check) -> None:
        """Ask for all addresses, and wait until all outcomes are known."""
        async with aclosing(self.outcomes(check)) as outcomes:
            async for _ in outcomes:
                pass

    async def _ask(self, check: Check, queue: asyncio.Queue[Outcome | None]) -> None:
        """Ask for all addresses, and tell the queue; None is the end."""
        checker = self.checker(check)
        try:
            self.metrics.has_asked = True
            async with asyncio.timeout(self.room.settings.check_seconds) as limit:
                await check.ask(checker, queue.put_nowait)
        except TimeoutError:
            if not limit.expired():
                raise
            self._timed_out.add(id(check))
            check.outcomes |= {one.url: one for one in checker.provisional()}
        finally:
            queue.put_nowait(None)

    async def report(self, check: Check, sent: Submission) -> Report:
        """The report on what is known by now."""
        interrupted = id(check) in self._timed_out
        self._timed_out.discard(id(check))

        def made() -> Report:
            report = check.report(interrupted=interrupted, unread=bool(sent.unreadable))
            return evolve(report, notes=(*report.notes, *sent.unreadable))

        return await self.room.run(made)
