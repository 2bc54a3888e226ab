"""How hard a promise is attacked: a part in every run, all of it with the profile `explore`.

`pytest tests/attacks --hypothesis-profile=explore` is the long form; it ends with the counts.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings

__all__ = ["Count", "amount"]

Count = Callable[[str, int], None]
"""Adds to what the run's last lines tell: of what ("inputs", "kills"), and how many."""


def amount(steady: int, explore: int) -> int:
    """How many to try: `steady` in every run, `explore` in the long form."""
    return explore if settings.default is settings.get_profile("explore") else steady
