"""How the tables of addresses are made: of the addresses, prefixes and hosts that entries have.

It knows how entries become keys, and which of several that claim the same has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field

from safelinks.addresses.urls import split
from safelinks.catalog.address_index import aliases_by_host, key_in
from safelinks.catalog.catalog_tables import AddressTables
from safelinks.catalog.entries import Contents, HostAlias, MatchKind, MatchRule, Resource
from safelinks.catalog.short_names import short_names
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["tables_of_addresses"]

_HOST = pattern_of(r"\[[^\]]*\]|[^/:?]*")


def tables_of_addresses(layers: Sequence[Contents]) -> AddressTables:
    """The tables of `layers` of contents: where two claim the same, the first layer has it.

    Within a layer, an address in force counts before all else that names its page, that before
    former addresses, and then the smaller id. Raises InvalidURLError for an address that is none.
    """
    keys = _Keys(aliases_by_host(alias for layer in layers for alias in layer.host_aliases))
    for layer in layers:
        keys.add(sorted(layer.resources, key=lambda entry: entry.id))
    for layer in layers:
        for body in layer.agencies:
            for url in body.prefixes:
                keys.add_body_prefix(url, body.acronym)
    resources = (entry for layer in layers for entry in layer.resources)
    return AddressTables(
        addresses=keys.addresses,
        former=keys.former,
        prefixes=keys.prefixes,
        body_prefixes=keys.body_prefixes,
        hosts=keys.hosts,
        former_hosts=frozenset(keys.former_hosts),
        former_prefixes=frozenset(keys.former_prefixes),
        listed=frozenset(keys.listed),
        deepest=keys.deepest,
        identifiers=keys.identifiers,
        data_sets=keys.data_sets,
        short_names={name: entry.id for name, entry in short_names(resources).items()},
    )


@define
class _Keys:
    """The keys so far, of which the first to claim one has it."""

    aliases: Mapping[str, HostAlias]
    addresses: dict[str, str] = field(factory=dict)
    former: dict[str, str] = field(factory=dict)
    prefixes: dict[str, str] = field(factory=dict)
    body_prefixes: dict[str, str] = field(factory=dict)
    hosts: dict[str, str] = field(factory=dict)
    former_hosts: set[str] = field(factory=set)
    former_prefixes: set[str] = field(factory=set)
    listed: set[str] = field(factory=set)
    deepest: int = 0
    identifiers: dict[str, list[str]] = field(factory=dict)
    data_sets: dict[str, str] = field(factory=dict)

    def add(self, entries: Sequence[Resource]) -> None:
        """Add the entries of a layer; what is there stays."""
        for entry in entries:
            if entry.url is not None:
                self._add_address(entry.url, entry)
        for entry in entries:
            for url in entry.short_urls:
                self._add_address(url, entry)
            for one in entry.match:
                self._add_match(one, entry)
            if entry.socrata_id:
                self.data_sets.setdefault(entry.socrata_id, entry.id)
            for host in sorted(_hosts_of(entry)) if entry.identifiers else ():
                self.identifiers.setdefault(host, []).append(entry.id)
        for entry in entries:
            for url in entry.former_urls:
                self._add_address(url, entry, former=True)

    def _add_address(self, url: str, entry: Resource, *, former: bool = False) -> None:
        key = self._key_of(url)
        self.listed.add(_host_in(key))
        if key not in self.addresses and key not in self.former:
            (self.former if former else self.addresses)[key] = entry.id

    def _add_match(self, one: MatchRule, entry: Resource) -> None:
        if one.kind is MatchKind.EXACT:
            self._add_address(one.value, entry)
        elif one.kind is MatchKind.HOST:
            if one.value not in self.hosts:
                self.hosts[one.value] = entry.id
                if one.former:
                    self.former_hosts.add(one.value)
        else:
            key = self._key_of(one.value)
            if self._is_new_prefix(key):
                self.prefixes[key] = entry.id
                if one.former:
                    self.former_prefixes.add(key)

    def add_body_prefix(self, url: str, acronym: str) -> None:
        """Add what begins addresses of a body."""
        key = self._key_of(url)
        if self._is_new_prefix(key):
            self.body_prefixes[key] = acronym

    def _is_new_prefix(self, key: str) -> bool:
        self.listed.add(_host_in(key))
        self.deepest = max(self.deepest, key.count("/"))
        return key not in self.prefixes and key not in self.body_prefixes

    def _key_of(self, url: str) -> str:
        address = split(url)
        key, query = key_in(address, self.aliases.get(address.host))
        return f"{key}?{query}" if query else key


def _host_in(key: str) -> str:
    found = _HOST.match(key)
    return found[0] if found else ""


def _hosts_of(entry: Resource) -> set[str]:
    """The hosts on which the addresses of a resource carry its identifiers."""
    addresses = [one.value for one in entry.match if one.kind is not MatchKind.HOST]
    hosts = {one.value for one in entry.match if one.kind is MatchKind.HOST}
    return hosts | {split(url).host for url in (entry.url, *addresses) if url}
