"""`LinkGroups`: links by their file and by where they lead, of which there may be a million.

Most links are an address and nothing else. Where there are many, only the places of these are kept,
as numbers; what else there is to say of them is said anew whenever somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import field

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.catalog import Match, Suspicion
from safelinks.foundation.values import define
from safelinks.links.text_links import Link
from safelinks.rules.checked_link import Sighting
from safelinks.wrappers.unwrapping import Unwrapped

__all__ = ["GroupKey", "LinkGroup", "LinkGroups"]

# A file, where its links lead, and whether they were made harmless.
GroupKey = tuple[str, str, bool]


@define
class LinkGroup:
    """Links of one file that lead to the same target: the first, and where all of them stand.

    What the catalog says of the target is known once it `is_appraised`. Sightings hold labels as
    they stand in the text.
    """

    first: Link
    file: str = ""
    sightings: list[Sighting] = field(factory=list)
    recipients: dict[str, None] = field(factory=dict)  # of their Safe Links, in the original case
    match: Match | None = None
    doubts: tuple[Suspicion, ...] = ()
    is_appraised: bool = False
    is_schemeless: bool = True  # at all places where somebody can follow it

    @property
    def role(self) -> Role | None:
        """Why nobody can follow the address at any of its places; None if somebody can at one."""
        for sighting in self.sightings:
            if sighting.role is None:
                return None
        return self.sightings[0].role if self.sightings else None

    def add(self, link: Link, sighting: Sighting, recipients: Iterable[str]) -> None:
        """Another link that leads there."""
        self.sightings.append(sighting)
        self.is_schemeless &= link.schemeless or link.role is not None
        for recipient in recipients:
            self.recipients[recipient] = None


_MANY = 20_000  # groups of a file: fewer are kept as they are, which is quicker
# The places of plain links: of a single one, that is the number itself.
_Places = int | list[int]
_Held = _Places | LinkGroup
_Inner = str | tuple[str]  # where links lead; in a tuple if they were made harmless


class LinkGroups(Mapping[GroupKey, LinkGroup]):
    """The groups of a check, in the order in which they were begun.

    What is got of plain links is made for whoever asks: a change to it is kept by ``keep`` only.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[str, dict[_Inner, _Held]]] = []  # of which each is of one file
        self._of_file: dict[str, list[dict[_Inner, _Held]]] = {}

    def __len__(self) -> int:
        return sum(len(part) for _, part in self._parts)

    def __iter__(self) -> Iterator[GroupKey]:
        for file, part in self._parts:
            for inner in part:
                yield (file, inner, False) if isinstance(inner, str) else (file, inner[0], True)

    def __getitem__(self, key: GroupKey) -> LinkGroup:
        part = self._part_of(key)
        if part is None:
            raise KeyError(key)
        held = part[_inner(key)]
        return held if isinstance(held, LinkGroup) else _opened(key, held)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and self._part_of(key) is not None

    def keep(self, key: GroupKey) -> LinkGroup:
        """A group whose changes are kept."""
        part = self._part_of(key)
        if part is None:
            raise KeyError(key)
        group = part[_inner(key)] = self[key]
        return group

    def add(self, file: str, link: Link, sighting: Sighting, recipients: Iterable[str]) -> GroupKey:
        """Put a link of a file to its group; the key of that."""
        key = (file, link.target or link.url, link.defanged)
        part = self._part_of(key)
        is_new = part is None
        part = self._last_part(file) if part is None else part
        plain = _number(link, sighting) if len(part) >= _MANY else None
        if is_new:
            if plain is not None:
                part[_inner(key)] = plain
                return key
            group = part[_inner(key)] = LinkGroup(link, file)
            group.add(link, sighting, recipients)
            return key
        held = part[_inner(key)]
        if plain is not None and not isinstance(held, LinkGroup):
            if isinstance(held, list):
                held.append(plain)
            else:
                part[_inner(key)] = [held, plain]
            return key
        self.keep(key).add(link, sighting, recipients)
        return key

    def is_plain(self, key: GroupKey) -> bool:
        """Whether its links are known to be an address and nothing else, whatever that is."""
        part = self._part_of(key)
        return part is not None and not isinstance(part[_inner(key)], LinkGroup)

    def places(self, key: GroupKey) -> int:
        """How many links there are in a group."""
        part = self._part_of(key) or {}
        held = part[_inner(key)]
        if isinstance(held, LinkGroup):
            return len(held.sightings)
        return len(held) if isinstance(held, list) else 1

    def _part_of(self, key: GroupKey) -> dict[_Inner, _Held] | None:
        inner = _inner(key)
        for part in self._of_file.get(key[0], ()):
            if inner in part:
                return part
        return None

    def _last_part(self, file: str) -> dict[_Inner, _Held]:
        if not self._parts or self._parts[-1][0] != file:
            part: dict[_Inner, _Held] = {}
            self._parts.append((file, part))
            self._of_file.setdefault(file, []).append(part)
        return self._parts[-1][1]


def _inner(key: GroupKey) -> _Inner:
    return (key[1],) if key[2] else key[1]


_BITS = 30  # of a line and of a column: such a number takes no more memory than a small one


def _number(link: Link, sighting: Sighting) -> int | None:
    """Where a link stands that is an address and nothing else; None of another one."""
    url, place = link.url, link.place
    line, column = place.line, place.column
    if line is None or column is None or max(line, column) >> _BITS or link.target != url:
        return None
    plain = Link(url, link.start, link.start + len(url), Place(line, column), Unwrapped(url, url))
    return line << _BITS | column if (link, sighting) == (plain, Sighting(plain.place)) else None


def _opened(key: GroupKey, held: _Places) -> LinkGroup:
    """A group of plain links; their offsets in the text are not kept."""
    file, url, _ = key
    numbers = held if isinstance(held, list) else [held]
    places = [Place(number >> _BITS, number & (1 << _BITS) - 1) for number in numbers]
    first = Link(url, 0, len(url), places[0], Unwrapped(url, url))
    return LinkGroup(first, file, list(map(Sighting, places)), is_schemeless=False)
