"""How a report calls an address, and the places where it stands. What it gives is printable."""

from __future__ import annotations

from collections.abc import Sequence

from safelinks.addresses.place import Place
from safelinks.reports.wording.phrases import on_one_line
from safelinks.rules.checked_link import CheckedLink

__all__ = ["name_of", "where"]

_WIDEST_NAME = 60
_MOST_PLACES = 8


def name_of(row: CheckedLink) -> str:
    """What a row's address is: a resource, a page of somebody's, or what the text calls it."""
    match = row.match
    if match is not None and match.resource is not None:
        name = on_one_line(match.resource.name)
        if len(name) > _WIDEST_NAME:
            name = f"{name[: _WIDEST_NAME - 1]}…"
        return f"{name} ({on_one_line(match.resource.agency)})"
    if match is not None and match.agency is not None:
        return f"a page of {on_one_line(match.agency.name)}"
    site = on_one_line(match.site) if match is not None and match.site is not None else None
    label = next((one.label for one in row.sightings if one.label), None)
    if label is not None:
        return f"“{on_one_line(label[:_WIDEST_NAME])}”" + (f" at {site}" if site else "")
    return site or "unknown"


def where(places: Sequence[Place]) -> str:
    """Where links are: numbers of lines, or places in full where a line does not tell.

    >>> where([Place(3, 1), Place(7, 1)])
    'lines 3 and 7'
    """
    lines_only = not any(place.within or place.line is None for place in places)
    told = dict.fromkeys(str(place.line if lines_only else place) for place in places)
    names = list(map(on_one_line, told))
    more = len(names) - _MOST_PLACES
    listed = [*names[:_MOST_PLACES], f"{more} more"] if more > 0 else names
    if not lines_only:
        return "; ".join(filter(None, listed)) or "somewhere in it"
    lines = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    return f"{'line' if len(names) == 1 else 'lines'} {lines}"
