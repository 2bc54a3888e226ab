"""How the tables of bodies are made: of what their entries say of hosts, numbers and names.

It knows how that becomes a key, and who is meant where several claim the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from safelinks.catalog.agency_lookup import ANY_DEPTH, host_number_of, name_in, number_in
from safelinks.catalog.catalog_tables import BodyTables
from safelinks.catalog.entries import Agency, Conventions
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["tables_of_bodies"]

_SHORTEST_NAME = 3  # of a body that is known by its acronym only: shorter ones are words
_FIRST = (ANY_DEPTH, "vanity")  # where names of bodies stand first in a path
_DIGITS = pattern_of(r"[0-9]+")


def tables_of_bodies(agencies: Sequence[Agency], conventions: Conventions) -> BodyTables:
    """The tables of `agencies`; where two claim the same, the one that leads, else the first."""
    claims = _Claims(agencies)
    words = frozenset(conventions.path_name.words if conventions.path_name else ())
    acronyms = claims.by(
        lambda one: () if one.owns else filter(_is_long, (one.acronym, *one.former_acronyms))
    )
    slugs = claims.by(_slugs_below_folders)
    return BodyTables(
        hosts=claims.by(lambda one: one.domains),
        domains=claims.by(lambda one: one.whole_domains),
        owners=claims.by(lambda one: one.owns),
        mail=claims.by(lambda one: one.email_domains),
        numbers=claims.by_number(),
        acronyms=_without(words, acronyms),
        short_names=_without(words, {**acronyms, **slugs}),
        labels=claims.by(lambda one: _labels_of(one, conventions)),
        slugs=slugs,
        first_names={
            path.slug.lower(): (one.acronym, path.under)
            for one in reversed(agencies)
            for path in one.slug_paths
            if path.under in _FIRST
        },
        patterns=[(one.slug_pattern, one.acronym) for one in agencies if one.slug_pattern],
        called=_called(agencies),
        full_names=[
            (name, one.acronym) for one in agencies for name in (one.name, *one.former_names)
        ],
    )


@frozen
class _Claims:
    """What `agencies` claim, each to whom it belongs."""

    agencies: Sequence[Agency]

    def by(self, values: Callable[[Agency], Iterable[str]]) -> dict[str, str]:
        """Bodies by what each has of `values`."""
        claims: dict[str, list[Agency]] = {}
        for one in self.agencies:
            for value in values(one):
                claims.setdefault(value.lower(), []).append(one)
        return {value: _leading(claimants) for value, claimants in claims.items()}

    def by_number(self) -> dict[str, str]:
        """A listed prefix says more than the number of a body, and that more than its others.

        Where several list the prefix, whoever has the number means it.
        """
        by_code = self.by(lambda one: (one.code,) if one.code else ())
        numbers = {**self.by(lambda one: one.other_codes), **by_code}
        claims: dict[str, list[Agency]] = {}
        for one in self.agencies:
            for prefix in one.host_prefixes:
                for number in _DIGITS.findall(prefix):
                    claims.setdefault(number, []).append(one)
        for number, claimants in claims.items():
            own = [one for one in claimants if one.code == number]
            numbers[number] = _leading(own or claimants)
        return numbers


def _leading(claimants: Sequence[Agency]) -> str:
    """The body that is meant where several claim the same."""
    return max(claimants, key=lambda one: (one.code_lead, one.status == "Active")).acronym


def _without(words: frozenset[str], names: Mapping[str, str]) -> dict[str, str]:
    return {name: one for name, one in names.items() if name not in words}


def _is_long(name: str) -> bool:
    return len(name) >= _SHORTEST_NAME


def _labels_of(one: Agency, conventions: Conventions) -> Iterator[str]:
    """How the hosts and mail domains of a body are called below the owner's domain."""
    number = host_number_of(conventions)
    for host in (*one.domains, *one.email_domains):
        name = name_in(host, conventions)
        if name and not number_in(host, conventions, number) and not _below(host, one.owns):
            yield name


def _below(host: str, domains: Iterable[str]) -> bool:
    return any(host.endswith(f".{domain}") for domain in domains)


def _slugs_below_folders(one: Agency) -> Iterator[str]:
    """The names of a body in paths, but for those that only stand first."""
    first = {path.slug for path in one.slug_paths if path.under in _FIRST}
    below = {path.slug for path in one.slug_paths if path.under not in _FIRST}
    return (slug for slug in one.slugs if slug in below or slug not in first)


_NAMES: Sequence[Callable[[Agency], Iterable[str]]] = (
    lambda one: (one.acronym, one.name),
    lambda one: (*one.former_acronyms, *one.former_names),
    lambda one: one.slugs,
)


def _called(agencies: Sequence[Agency]) -> dict[str, str]:
    """Bodies by their acronyms and names of today, else those of earlier days, else in paths."""
    found: dict[str, str] = {}
    for names in _NAMES:
        for one in agencies:
            for name in names(one):
                found.setdefault(name.lower(), one.acronym)
    return found
