"""Short names of resources: how what they are called is written as one part of a path.

It knows how people make such names, not where they count.
"""

from __future__ import annotations

from collections.abc import Iterable

from safelinks.catalog.entries import Resource, Status
from safelinks.foundation.patterns import pattern_of

__all__ = ["short_names"]

_APART = pattern_of(r"[^a-z0-9]+")
_BRACKETS = pattern_of(r"\([^)]*\)")
_SHORTEST = 3  # letters: two are anybody's


def short_names(entries: Iterable[Resource]) -> dict[str, Resource]:
    """What is called so, by names in lower case without anything but letters and digits.

    A name that two resources have is neither's. An id is no name: people do not use it.

    >>> housing = Resource("lottery", "Housing Connect", aliases=("NYC Housing Connect (old)",))
    >>> sorted(short_names([housing]))
    ['housingconnect', 'nychousingconnect']
    """
    found: dict[str, Resource] = {}
    twice: set[str] = set()
    for entry in entries:
        if entry.status is Status.RETIRED or entry.category == "agency-site":
            continue
        for name in dict.fromkeys(_short(one) for one in entry.names):
            if len(name) >= _SHORTEST and found.setdefault(name, entry) is not entry:
                twice.add(name)
    return {name: entry for name, entry in found.items() if name not in twice}


def _short(name: str) -> str:
    return _APART.sub("", _BRACKETS.sub("", name).lower())
