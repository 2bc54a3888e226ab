"""A coroutine that begins at once, in the task that will wait for it.

A task of its own would begin a turn of the loop later, and every task costs two turns.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

__all__ = ["EarlyStart"]

R = TypeVar("R")


class EarlyStart(Generic[R]):
    """`coroutine`, which has run to where it first has to wait; await this for its result.

    Until then, its task must wait for nothing else, nor leave it alone: who does not want the
    result after all calls `close`. Raises what the coroutine raises before it waits.
    """

    def __init__(self, coroutine: Coroutine[Any, None, R]) -> None:
        self._coroutine = coroutine
        self._waits_for: Any = None
        self._result: tuple[R] | None = None
        try:
            self._waits_for = coroutine.send(None)
        except StopIteration as end:
            self._result = (end.value,)

    @property
    def has_ended(self) -> bool:
        """Whether it never had to wait, so that to await it lets nobody else have a turn."""
        return self._result is not None

    def __await__(self) -> Generator[Any, None, R]:
        """Wait for the rest of it."""
        if self._result is not None:
            return self._result[0]
        waits_for = self._waits_for
        try:
            while True:
                try:
                    yield waits_for
                except GeneratorExit:
                    self._coroutine.close()
                    raise
                except BaseException as error:  # noqa: BLE001  it is the coroutine's to handle
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(None)
        except StopIteration as end:
            result: R = end.value
            return result

    def close(self) -> None:
        """Give it up."""
        self._coroutine.close()
