"""Hundreds of rows that are alike, in one test: as tests of their own, they take ten times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

__all__ = ["all_rows"]

_MOST = 20  # failures that are told


def all_rows(
    rows: Iterable[Any], id_of: Callable[..., str] | None = None
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Call a test with each row, which is a tuple where it takes several values.

    All rows are tried; the test fails with the names of those that failed, and why. A row is called
    by its values where `id_of` does not name it.
    """
    values = [row if isinstance(row, tuple) else (row,) for row in rows]

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        def each_row() -> None:
            assert values, "there are no rows"
            failed = []
            for row in values:
                try:
                    test(*row)
                except Exception as error:  # noqa: BLE001  whatever it is, the row fails
                    name = id_of(*row) if id_of else ", ".join(map(ascii, row))
                    failed.append(f"{name}: {type(error).__name__}: {error}")
            if failed:
                pytest.fail("\n\n".join([f"{len(failed)} rows fail:", *failed[:_MOST]]))

        each_row.__name__ = test.__name__
        each_row.__qualname__ = test.__qualname__
        each_row.__module__ = test.__module__
        each_row.__doc__ = test.__doc__
        return each_row

    return decorate
