"""When an entry may be of high confidence, and when what was seen of it has aged."""

from __future__ import annotations

from datetime import date

import pytest

from safelinks.catalog import Resource
from safelinks.catalog.entries import Confidence, Observation
from safelinks.catalog.evidence import has_aged, is_enough, last_seen

TODAY = date(2026, 11, 30)
OLD, FRESH = "2025-11-29", "2025-11-30"


def _entry(*seen: Observation, **more: str) -> Resource:
    return Resource("x", "X", seen=seen, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "enough"),
    [
        ([], False),
        ([Observation("a", FRESH)], False),
        ([Observation("a", FRESH), Observation("a", FRESH)], False),
        ([Observation("a", FRESH), Observation("b", OLD)], True),
        ([Observation("a", FRESH), Observation("b")], True),
        ([Observation("a", OLD), Observation("b", OLD)], False),
        ([Observation("a"), Observation("b")], False),
        ([Observation("a", FRESH, own=True)], True),
        ([Observation("a", OLD, own=True)], False),
        ([Observation("a", own=True)], False),
    ],
)
def test_two_sources_or_the_owner_and_within_a_year(
    seen: list[Observation], *, enough: bool
) -> None:
    assert is_enough(_entry(*seen), TODAY) is enough
    assert has_aged(_entry(*seen), TODAY) is (bool(seen) and not enough)


def test_only_what_is_dated_and_of_high_confidence_ages() -> None:
    assert has_aged(_entry(as_of=OLD), TODAY)
    assert not has_aged(_entry(as_of=FRESH), TODAY)
    assert not has_aged(_entry(), TODAY)
    low = _entry(Observation("a", OLD), as_of=OLD, confidence=Confidence.LOW)
    assert not has_aged(low, TODAY)


def test_the_last_observation_is_told() -> None:
    assert last_seen(_entry(Observation("a", OLD), Observation("b", FRESH))) == f"{FRESH} by b"
    assert last_seen(_entry(Observation("a"), as_of=OLD)) == OLD
    assert last_seen(_entry()) is None
