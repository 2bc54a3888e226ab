"""A line in front of a few places, in which nobody's many requests keep others waiting.

Visitors take turns, so that each waits for one request of every other visitor at most, and for
those of its own. It knows neither HTTP nor links.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from attrs import field

from safelinks.foundation.values import define
from safelinks.web.problems import ProblemError

__all__ = ["WaitingLine", "too_many_waiting"]

_RETRY_AFTER = 5  # seconds


@define
class WaitingLine:
    """A line for `places`, in which at most `longest` requests wait."""

    places: int
    longest: int
    _free: int = field(init=False)
    # Of each visitor, those who wait; the visitor whose turn it is comes first.
    _waiting: dict[Hashable, deque[asyncio.Future[None]]] = field(factory=dict, init=False)

    @_free.default
    def _all(self) -> int:
        return self.places

    @asynccontextmanager
    async def place(self, visitor: Hashable) -> AsyncIterator[None]:
        """A place for a request of `visitor`. Raises ProblemError where too many wait already."""
        await self._enter(visitor)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, visitor: Hashable) -> None:
        if self._free:
            self._free -= 1
            return
        if sum(map(len, self._waiting.values())) >= self.longest:
            raise too_many_waiting(_RETRY_AFTER)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(visitor, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it got its place in the moment in which it went
                self._leave()
            else:
                self._forget(visitor, turn)
            raise

    def _forget(self, visitor: Hashable, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(visitor)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[visitor]

    def _leave(self) -> None:
        """Give a place to the first of the visitor whose turn it is, or have one more."""
        while self._waiting:
            visitor = next(iter(self._waiting))
            turns = self._waiting.pop(visitor)
            turn = turns.popleft()
            if turns:
                self._waiting[visitor] = turns  # behind all others
            if not turn.cancelled():
                turn.set_result(None)
                return
        self._free += 1


def too_many_waiting(seconds: int) -> ProblemError:
    """The problem of who would have to wait for too long, and may come again in so many seconds."""
    return ProblemError(
        "busy",
        "Too many requests are waiting. Try again in a few seconds.",
        {"Retry-After": str(seconds)},
    )
