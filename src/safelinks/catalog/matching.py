"""From an address to a resource of the catalog, and to where that resource lives now.

The rules are tried from the surest to the weakest and the first hit wins. Each is a look-up in an
index, so the time does not grow with the catalog. The address is unwrapped first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import Self

from attrs import frozen

from safelinks.catalog import model
from safelinks.catalog.model import Agency, HostAlias, Resource
from safelinks.errors import CatalogError, InvalidURLError, SafelinksError
from safelinks.unwrap import unwrap
from safelinks.urls import Address, compare_key, registrable_domain, split

__all__ = ["Catalog", "Match", "Rule", "identify"]


class Rule(IntEnum):
    """What said so, by its rank; the numbers are those of the catalog's rules."""

    ADDRESS = 1
    FORMER_ADDRESS = 2
    PREFIX = 4
    HOST = 5
    AGENCY_HOST = 6
    EXTERNAL = 12


_SCORES: Mapping[Rule, float] = {
    Rule.ADDRESS: 1.0,
    Rule.FORMER_ADDRESS: 0.95,
    Rule.PREFIX: 0.8,
    Rule.HOST: 0.7,
    Rule.AGENCY_HOST: 0.6,
    Rule.EXTERNAL: 0.0,
}
_LOW_CONFIDENCE = 0.8  # factor


@frozen
class Match:
    """What the catalog says of an address.

    `rule` and `score` (0 to 1) say how sure it is, `reason` why, in one sentence. `current_url` is
    the address in force of the resource that was found, None where it has none; `renamed` whether
    that is another one than was asked for. `site` is the registrable domain.
    """

    url: str
    rule: Rule
    score: float
    reason: str
    resource: Resource | None = None
    agency: Agency | None = None
    current_url: str | None = None
    renamed: bool = False
    site: str | None = None


class Catalog:
    """Resources and agencies, indexed for matching.

    Raises CatalogError when two resources claim the same address or an agency is missing.
    """

    def __init__(
        self,
        resources: Iterable[Resource],
        agencies: Iterable[Agency],
        host_aliases: Iterable[HostAlias] = (),
    ) -> None:
        self.resources: Mapping[str, Resource] = {entry.id: entry for entry in resources}
        self.agencies: Mapping[str, Agency] = {entry.acronym: entry for entry in agencies}
        self._aliases = {host: alias for alias in host_aliases for host in alias.hosts}
        self._indexes: Mapping[Rule, dict[str, str]] = {
            rule: {} for rule in Rule if rule <= Rule.HOST
        }
        for entry in self.resources.values():
            for rule, key in self._keys(entry):
                self._add(rule, key, entry)
        # No prefix has more segments than this, host included: longer ones need no look-up.
        self._deepest = 1 + max((key.count("/") for key in self._indexes[Rule.PREFIX]), default=0)
        self._agency_hosts = {
            host: entry.acronym for entry in self.agencies.values() for host in entry.domains
        }

    @classmethod
    @lru_cache(maxsize=1)
    def nyc(cls) -> Self:
        """The catalog of the City of New York that comes with safelinks; loaded once."""
        data = resources.files("safelinks.catalog") / "data"
        entries = json.loads((data / "nyc-resources.json").read_text("utf-8"))
        agencies = json.loads((data / "nyc-agencies.json").read_text("utf-8"))
        return cls(
            map(model.resource, entries["resources"]),
            map(model.agency, agencies["agencies"]),
            map(model.host_alias, entries["host_aliases"]),
        )

    def _keys(self, entry: Resource) -> Iterator[tuple[Rule, str]]:
        """Every index entry of a resource."""
        for url in (entry.url, *entry.short_urls):
            if url is not None:
                yield Rule.ADDRESS, self._key(url)
        for url in entry.former_urls:
            yield Rule.FORMER_ADDRESS, self._key(url)
        for rule in entry.match:
            if rule.kind == "host":
                yield Rule.HOST, rule.value
            else:
                yield (Rule.ADDRESS if rule.kind == "exact" else Rule.PREFIX), self._key(rule.value)

    def _key(self, url: str) -> str:
        return _joined(*self._compare(split(url)))

    def _compare(self, address: Address) -> tuple[str, str]:
        """The compare key, with hosts that serve the same pages made one."""
        key, query = compare_key(address)
        alias = self._aliases.get(address.host)
        if alias and key.startswith(address.host):
            rest = key[len(address.host) :]
            if not any(rest == path or rest.startswith(f"{path}/") for path in alias.except_below):
                key = alias.same_as + rest
        return key, query

    def _add(self, rule: Rule, key: str, entry: Resource) -> None:
        if entry.agency not in self.agencies:
            raise CatalogError(f"{entry.id}: there is no agency {entry.agency!r}")
        holder = self._indexes[rule].setdefault(key, entry.id)
        if holder != entry.id:
            raise CatalogError(f"{entry.id}: {key} already belongs to {holder}")

    def identify(self, url: str) -> Match:
        """Which resource `url` is. Total: an address that nobody knows is external."""
        try:
            target = unwrap(url).target
            address = split(target)
        except InvalidURLError:
            return Match(url, Rule.EXTERNAL, 0.0, "not an address with a host")
        except SafelinksError as lost:
            return Match(url, Rule.EXTERNAL, 0.0, str(lost))
        key, query = self._compare(address)
        for rule, candidate in self._candidates(key, query, address.host):
            found = self._indexes[rule].get(candidate)
            if found is not None:
                return self._matched(url, target, rule, self.resources[found], address)
        site = registrable_domain(address.host)
        acronym = self._agency_hosts.get(address.host)
        if acronym is not None:
            agency = self.agencies[acronym]
            reason = f"the host {address.host} belongs to {agency.name}"
            rule = Rule.AGENCY_HOST
            return Match(url, rule, _SCORES[rule], reason, agency=agency, site=site)
        return Match(url, Rule.EXTERNAL, 0.0, f"{site} is not in the catalog", site=site)

    def _candidates(self, key: str, query: str, host: str) -> Iterator[tuple[Rule, str]]:
        """What to look up, in the order of the rules: with the query first, then without."""
        for rule in (Rule.ADDRESS, Rule.FORMER_ADDRESS):
            if query:
                yield rule, _joined(key, query)
            yield rule, key
        segments = key.split("/", self._deepest)[: self._deepest]
        while segments:
            yield Rule.PREFIX, "/".join(segments)
            segments.pop()
        yield Rule.HOST, host

    def _matched(
        self, url: str, target: str, rule: Rule, entry: Resource, address: Address
    ) -> Match:
        current = self._current(entry)
        factor = _LOW_CONFIDENCE if entry.confidence == "low" else 1.0
        retired = entry.status == "retired" and current is not None
        renamed = current is not None and (
            rule is Rule.FORMER_ADDRESS or (retired and self._key(current) != self._key(target))
        )
        return Match(
            url,
            rule,
            _SCORES[rule] * factor,
            _SENTENCES[rule].format(name=entry.name, host=address.host),
            entry,
            self.agencies[entry.agency],
            current,
            renamed,
            registrable_domain(address.host),
        )

    def _current(self, entry: Resource) -> str | None:
        """Where a resource lives now: that of its successor once it is retired."""
        seen = {entry.id}
        while entry.status == "retired" and entry.successor and entry.successor not in seen:
            seen.add(entry.successor)
            entry = self.resources[entry.successor]
        return entry.url


_SENTENCES: Mapping[Rule, str] = {
    Rule.ADDRESS: "this is the address of {name}",
    Rule.FORMER_ADDRESS: "this is a former address of {name}",
    Rule.PREFIX: "this is a page of {name}",
    Rule.HOST: "the host {host} is that of {name}",
}


def _joined(key: str, query: str) -> str:
    return f"{key}?{query}" if query else key


def identify(url: str, catalog: Catalog | None = None) -> Match:
    """Which resource `url` is, wrapped or not, by `catalog` (that of New York City if none).

    >>> identify("http://nyc.gov/pip/").resource.id
    'pip'
    """
    return (catalog or Catalog.nyc()).identify(url)
