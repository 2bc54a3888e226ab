"""How a report calls an address, and the places where it stands. What it gives is printable."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from safelinks.addresses.place import Place
from safelinks.foundation.patterns import pattern_of
from safelinks.reports.wording.phrases import on_one_line
from safelinks.rules.checked_link import CheckedLink

__all__ = ["name_of", "of_bearable_length", "shortened", "where"]

_WIDEST_NAME = 60
_MOST_PLACES = 8
_LONGEST_ADDRESS = 8_000  # characters, which servers are to support at least: RFC 9110, 4.1
_WIDEST_ADDRESS = 200  # of one that is longer
_BEHIND_HOST = pattern_of(r"[/?#]")
_SHORTEST = 8  # of what is shown of an end
_COUNTED = ("line", "paragraph", "cell", "slide", "page", "message")  # the innermost first


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
    """Where links are: numbers of lines, paragraphs and the like, each kind once for each part.

    >>> where([Place(3, 1), Place(7, 1)])
    'lines 3 and 7'
    >>> where([Place(sheet="A", cell="B2"), Place(sheet="A", cell="C3"), Place(sheet="B")])
    'sheet A, cells B2 and C3; sheet B'
    """
    told = dict.fromkeys(map(_parted, places))
    groups: dict[tuple[str, str], list[str]] = {}
    for above, kind, number in islice(told, _MOST_PLACES):
        groups.setdefault((above, kind), []).append(number)
    more = [f"{len(told) - _MOST_PLACES} more"] if len(told) > _MOST_PLACES else []
    if more and len({(above, kind) for above, kind, _ in told if kind}) == len(groups) == 1:
        groups = {key: [*numbers, *more] for key, numbers in groups.items()}
        more = []
    phrases = (_listed(above, kind, numbers) for (above, kind), numbers in groups.items())
    return "; ".join(filter(None, (*phrases, *more))) or "somewhere in it"


def _parted(place: Place) -> tuple[str, str, str]:
    """What a place is in, what is counted there, and its number; the latter two may be empty."""
    if not place.within:
        return ("", "", "") if place.line is None else ("", "line", str(place.line))
    words = on_one_line(str(place))
    for kind in _COUNTED:
        value = getattr(place, kind)
        if value is not None:
            last = f"{kind} {on_one_line(str(value))}"
            if words.endswith(last):
                return words.removesuffix(last), kind, last.removeprefix(f"{kind} ")
            break
    return words, "", ""


def _listed(above: str, kind: str, numbers: Sequence[str]) -> str:
    if not kind:
        return above
    listed = " and ".join(filter(None, (", ".join(numbers[:-1]), numbers[-1])))
    return f"{above}{kind if len(numbers) == 1 else f'{kind}s'} {listed}"


def of_bearable_length(url: str) -> str:
    """`url`, but shortened, with a note of that, where it is longer than servers support."""
    if len(url) <= _LONGEST_ADDRESS:
        return url
    short = shortened(url, _WIDEST_ADDRESS)
    return f"{short} ({len(url):,} characters; `--format json` shows them all)"


def shortened(url: str, width: int) -> str:
    """`url` in at most `width` columns, its middle left out: host and end tell the most.

    >>> shortened("https://www.nyc.gov/site/mocs/passport/about-passport.page", 40)
    'https://www.nyc.gov/…about-passport.page'
    """
    if len(url) <= width:
        return url
    scheme, _, rest = url.partition("://")
    host = _BEHIND_HOST.split(rest, maxsplit=1)[0]
    head = f"{scheme}://{host}/"
    if len(head) + _SHORTEST > width:  # whose a host is tells its end
        room = max(width - len(f"{scheme}://…/") - _SHORTEST, 1)
        head = f"{scheme}://…{host[-room:]}/"
    if not rest or len(head) + _SHORTEST > width:
        head = url[: max(width // 2, 1)]
    tail = url[-max(width - len(head) - 1, 1) :]
    piece = tail.find("/")
    return f"{head}…{tail[piece:] if 0 <= piece < len(tail) // 2 else tail}"
