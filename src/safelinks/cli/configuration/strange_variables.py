"""Variables of the environment that nobody reads: misspelt ones must not be passed over in silence.

A variable of any name may hold the value of a header: one is refused only if it is almost the name
of a setting, or says what it is.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

from safelinks.cli.configuration.option_settings import ONCE, VARIABLE_PREFIX
from safelinks.cli.options.foreign_options import foreign_option
from safelinks.errors import SetupError

__all__ = ["refuse_misspelt"]

_ALIKE = 0.8  # of 1, which is the same


def refuse_misspelt(names: Iterable[str], known: Collection[str], used: Collection[str]) -> None:
    """Raise SetupError for the first of the variables `names` that is almost a `known` one.

    What is `used` in a header is meant.
    """
    once = {VARIABLE_PREFIX + key.upper().replace("-", "_") for key in ONCE}
    for name in sorted(set(names) - set(known) - set(used) - once):
        if not os.environ.get(name):
            continue
        from difflib import get_close_matches  # noqa: PLC0415  rarely needed

        close = get_close_matches(name.upper(), sorted(known), n=1, cutoff=_cutoff(name))
        if close:
            raise SetupError(f"{name} is no setting; did you mean {close[0]}?")
        hint = foreign_option(name.removeprefix(VARIABLE_PREFIX))
        if hint is not None:
            raise SetupError(f"{name} is no setting; {hint}")


def _cutoff(name: str) -> float:
    """How much of a name must be the same, where its beginning is the same anyway."""
    same = len(VARIABLE_PREFIX) / max(len(name), 1)
    return same + (1 - same) * _ALIKE
