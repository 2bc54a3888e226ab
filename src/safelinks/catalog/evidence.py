"""Whether what has been seen of a resource is enough for high confidence, on a given day.

It knows sightings and days, not where they come from.
"""

from __future__ import annotations

from datetime import date, timedelta

from safelinks.catalog.entries import Confidence, Resource

__all__ = ["has_aged", "is_enough", "last_seen"]

_FRESH = timedelta(days=365)
_INDEPENDENT = 2


def is_enough(entry: Resource, today: date) -> bool:
    """Whether two independent sources have seen its address, or its owner, lately.

    >>> from safelinks.catalog.entries import Observation
    >>> page = Resource("x", "X", seen=(Observation("a survey", "2026-07-13"),))
    >>> is_enough(page, date(2026, 11, 30))
    False
    """
    own = any(one.own and _is_fresh(one.on, today) for one in entry.seen)
    several = len({one.by for one in entry.seen}) >= _INDEPENDENT
    return own or (several and any(_is_fresh(one.on, today) for one in entry.seen))


def has_aged(entry: Resource, today: date) -> bool:
    """Whether an entry of high confidence was last seen too long ago.

    Of one that says nothing of days, that is not known.
    """
    if entry.confidence is not Confidence.HIGH:
        return False
    if entry.seen:
        return not is_enough(entry, today)
    return entry.as_of is not None and not _is_fresh(entry.as_of, today)


def last_seen(entry: Resource) -> str | None:
    """The day of the last sighting, and of whom; else that of the newest evidence."""
    dated = [one for one in entry.seen if one.on]
    if not dated:
        return entry.as_of
    last = max(dated, key=lambda one: one.on or "")
    return f"{last.on} by {last.by}"


def _is_fresh(on: str | None, today: date) -> bool:
    return on is not None and date.fromisoformat(on) >= today - _FRESH
