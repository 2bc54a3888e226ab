"""How long an outcome may be reused, as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from safelinks.health.memory.reuse_ages import parse_age, parse_max_age
from safelinks.health.model.outcome import Verdict


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("0", timedelta()),
        ("90", timedelta(seconds=90)),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        (" 2W ", timedelta(weeks=2)),
        ("99999999w", timedelta(weeks=99_999_999)),
    ],
)
def test_ages(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize(
    "text", ["", "h", "-1h", "1.5h", "1y", "1h30m", "١h", "123456789w", "=", "1 h"]
)
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an age; use a whole number and s, m, h, d or w"):
        parse_age(text)


HOUR = timedelta(hours=1)
GREEN = (Verdict.ALIVE, Verdict.MOVED, Verdict.UNCERTAIN)


@pytest.mark.parametrize(
    ("given_ages", "ages"),
    [
        ([], {}),
        (["1h"], dict.fromkeys(GREEN, HOUR)),
        (["dead=1h"], {Verdict.DEAD: HOUR}),
        (["1h", "Alive = 2h"], dict.fromkeys(GREEN, HOUR) | {Verdict.ALIVE: 2 * HOUR}),
        (["alive=2h", "1h"], dict.fromkeys(GREEN, HOUR)),
        (["failing=1h", "failing=0"], {Verdict.FAILING: timedelta()}),
    ],
)
def test_ages_by_verdict(given_ages: list[str], ages: Mapping[Verdict, timedelta]) -> None:
    assert parse_max_age(given_ages) == ages


@pytest.mark.parametrize("text", ["offline=1h", "skipped=1h", "broken=1h", "=1h", "a=b=1h"])
def test_what_is_no_verdict_to_reuse(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"in the history: alive, moved, dead, failing, uncertain$"
    ):
        parse_max_age([text])


def test_no_age_in_front_of_a_verdict() -> None:
    with pytest.raises(ValueError, match="'' is not an age"):
        parse_max_age(["dead="])
