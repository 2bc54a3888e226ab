"""How long an outcome may be reused, as people write it: `12h`, `dead=1h`. Values only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import Verdict

__all__ = ["REMEMBERED", "parse_age", "parse_max_age"]

# The verdicts that a history remembers. The other two say nothing about a link.
REMEMBERED = tuple(v for v in Verdict if v not in {Verdict.SKIPPED, Verdict.OFFLINE})

# What an age without a verdict is for. A red result is always found anew, unless asked otherwise.
_GREEN = (Verdict.ALIVE, Verdict.MOVED, Verdict.UNCERTAIN)

_AGE = pattern_of(r"([0-9]{1,8})([smhdw]?)", re.IGNORECASE)
_UNITS = {
    "": timedelta(seconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_age(text: str) -> timedelta:
    """The time that `text` means: a whole number, then s, m, h, d or w; seconds without one.

    Raises ValueError, with a sentence for people, for anything else.

    >>> parse_age("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not an age; use a whole number and s, m, h, d or w, as in 12h"
        )
    return int(match[1]) * _UNITS[match[2].lower()]


def parse_max_age(texts: Iterable[str]) -> Mapping[Verdict, timedelta]:
    """How old an outcome of each verdict may be to be reused; a verdict not in it never is.

    `12h` is for alive, moved and uncertain; `dead=1h` for the verdict named. Later ones win. Raises
    ValueError, with a sentence for people, for an age or a verdict that is none.

    >>> parse_max_age(["12h", "uncertain=15m"])[Verdict.UNCERTAIN]
    datetime.timedelta(seconds=900)
    """
    ages: dict[Verdict, timedelta] = {}
    for text in texts:
        name, equals, age = text.rpartition("=")
        verdicts = (_verdict(name.strip().lower()),) if equals else _GREEN
        ages |= dict.fromkeys(verdicts, parse_age(age))
    return ages


def _verdict(name: str) -> Verdict:
    for verdict in REMEMBERED:
        if verdict.value == name:
            return verdict
    raise ValueError(f"{name!r} is not a verdict in the history: {', '.join(REMEMBERED)}")
