"""The index of a catalog: an address is looked up in its tables, so that nothing is scanned.

It gives plain answers; what is said of them, and where a resource lives now, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote_plus

from attrs import evolve, field

from safelinks.addresses.urls import Address, compare_key, split
from safelinks.catalog.agency_lookup import AgencyHit, Bodies, twin_of
from safelinks.catalog.catalog_tables import AddressTables
from safelinks.catalog.entries import HostAlias, Identifier, Resource, Scheme
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["DATA_SET", "Hit", "Index", "aliases_by_host", "key_in", "parameter_of"]

_MOST_HOSTS = 8_192  # whose answers are kept
_Finder = Callable[[Address], str | None]


@frozen
class Hit:
    """A rule that hit, what of the address said so, and the resource."""

    rule: MatchedRule
    matched: str
    resource: Resource
    identifier: str | None = None
    inference: Inference | None = None


@frozen
class _KnownHost:
    """What is known of a host before any path is looked at."""

    alias: HostAlias | None
    listed: bool  # whether there are addresses or prefixes on it
    named: bool  # whether bodies have names in its paths, which say more than the host
    hint: bool  # whether the host alone says little
    main: str | None  # the host of the names in paths, whose pages may also be shown here
    finders: Sequence[tuple[_Finder, Identifier, Resource]]
    found: Hit | AgencyHit  # what the host alone says

    @property
    def says_all(self) -> bool:
        """Whether no path on it says more."""
        return not (self.listed or self.named or self.hint or self.main or self.finders)


@define
class Index:
    """Look-ups of addresses in `tables`; an entry is taken when a look-up leads to it."""

    tables: AddressTables
    aliases: Mapping[str, HostAlias]
    bodies: Bodies
    resources: Mapping[str, Resource]
    _named: frozenset[str] = field(init=False)
    _hits: dict[str, Hit] = field(factory=dict, init=False)  # by addresses that were met
    _below: dict[str, Hit | AgencyHit] = field(factory=dict, init=False)  # by prefixes
    _hosts: dict[str, _KnownHost] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        paths = self.bodies.conventions.path_name
        self._named = frozenset(paths.hosts if paths else ())

    def key_of(self, url: str) -> str:
        """The compare key of `url`, its query included. Raises InvalidURLError."""
        address = split(url)
        key, query = key_in(address, self.aliases.get(address.host))
        return f"{key}?{query}" if query else key

    def look_up(self, address: Address) -> Hit | AgencyHit:
        """What the first rule that hits says of `address`."""
        host = self._hosts.get(address.host) or self._learn(address.host)
        if host.says_all:
            return host.found
        key, query = key_in(address, host.alias)
        found: Hit | AgencyHit | None
        if host.listed:
            found = self._of_address(f"{key}?{query}") if query else None
            found = found or self._of_address(key)
            if found is not None:
                return found
        for finder, one, entry in host.finders:
            identifier = finder(address)
            if identifier is not None:
                known = None
                if one.scheme is Scheme.SOCRATA:
                    known = self.tables.data_sets.get(identifier)
                resource = self.resources[known] if known else entry
                return Hit(MatchedRule.IDENTIFIER, one.label, resource, identifier)
        if host.listed:
            found = self._prefix_of(key)
            if found is not None:
                return found
        path = key[key.find("/") :] if "/" in key else ""
        return self._of_path(host, key, path) or host.found

    def _of_address(self, key: str) -> Hit | None:
        """What has the address with this compare key."""
        hit = self._hits.get(key)
        if hit is None:
            rule, ident = MatchedRule.ADDRESS, self.tables.addresses.get(key)
            if ident is None:
                rule, ident = MatchedRule.FORMER_ADDRESS, self.tables.former.get(key)
            if ident is not None:
                hit = self._hits[key] = Hit(rule, key, self.resources[ident])
        return hit

    def _of_host(self, host: str) -> Hit | None:
        """What all of a host is."""
        ident = self.tables.hosts.get(host)
        if ident is None:
            return None
        former = _inferred(host, self.tables.former_hosts)
        return Hit(MatchedRule.HOST, host, self.resources[ident], inference=former)

    def _of_prefix(self, start: str) -> Hit | AgencyHit | None:
        """What everything below `start` is."""
        hit = self._below.get(start)
        if hit is None:
            ident = self.tables.prefixes.get(start)
            acronym = self.tables.body_prefixes.get(start)
            if ident is not None:
                former = _inferred(start, self.tables.former_prefixes)
                hit = Hit(MatchedRule.PREFIX, start, self.resources[ident], inference=former)
            elif acronym is not None:
                hit = AgencyHit(MatchedRule.PATH_NAME, start, self.bodies.agencies[acronym])
            else:
                return None
            self._below[start] = hit
        return hit

    def _of_path(self, host: _KnownHost, key: str, path: str) -> Hit | AgencyHit | None:
        """Whose name stands in a path, where that says more than the host."""
        found: Hit | AgencyHit | None = None
        if host.named:
            found = self.bodies.of_path(path)
            if found is None and key.startswith(f"{host.main}/"):
                found = self._of_short_name(path)
        elif host.main is not None and self.bodies.is_shown_elsewhere(path):
            found = self._shown_elsewhere(host, path)
        if found is None and host.hint:
            found = self.bodies.of_application(path)
        return found

    def _of_short_name(self, path: str) -> Hit | AgencyHit | None:
        """What has a name that stands first in a path, such as ``/dobnow``: rule 8."""
        name, deeper, _ = path[1:].partition("/")
        if not name or deeper:
            return self.bodies.of_short_name(name, alone=False)
        if self.bodies.is_word(name):
            return None
        body = self.bodies.of_short_name(name, alone=True)
        ident = self.tables.short_names.get(name.replace("-", ""))
        if ident is None:
            return body
        entry = self.resources[ident]
        if body and body.agency and body.agency.acronym != entry.agency:
            return body
        return Hit(MatchedRule.PATH_NAME, name, entry, inference=Inference.SHORT_NAME)

    def _shown_elsewhere(self, host: _KnownHost, path: str) -> Hit | AgencyHit | None:
        """Whose page it is that the same system shows on the host of another body."""
        key = f"{host.main}{path}"
        found: Hit | AgencyHit | None = self._of_address(key) or self._prefix_of(key)
        found = found or self.bodies.of_path(path)
        if found is None or _body_of(found) == _body_of(host.found):
            return None
        return evolve(found, matched=key, inference=Inference.OTHER_HOST)

    def covering(self, address: Address) -> frozenset[str]:
        """The ids of all resources on whose host, or below whose prefix, `address` is."""
        host = self.tables.hosts.get(address.host)
        known = self._hosts.get(address.host) or self._learn(address.host)
        if not known.listed:
            return frozenset() if host is None else frozenset((host,))
        key, _ = key_in(address, self.aliases.get(address.host))
        below = (self.tables.prefixes.get(start) for start in self._starts_of(key))
        return frozenset(ident for ident in (host, *below) if ident is not None)

    def _prefix_of(self, key: str) -> Hit | AgencyHit | None:
        """The longest prefix of `key`."""
        prefixes, of_bodies = self.tables.prefixes, self.tables.body_prefixes
        for start in self._starts_of(key):
            if start in prefixes or start in of_bodies:
                return self._of_prefix(start)
        return None

    def _starts_of(self, key: str) -> Iterator[str]:
        """Where a prefix of `key` may end, the longest first: each where a segment ends."""
        deepest = self.tables.deepest
        segments = key.split("/", deepest + 1)
        del segments[deepest + 1 :]
        while segments:
            yield "/".join(segments)
            segments.pop()

    def _learn(self, host: str) -> _KnownHost:
        """What is known of `host`, from now on at hand."""
        if len(self._hosts) >= _MOST_HOSTS:  # texts can make up any number
            self._hosts.clear()
        alias = self.aliases.get(host)
        name = alias.same_as if alias else host
        found = self._of_host(host)
        if found is None and not self.bodies.has(host):
            found = self._of_host(twin_of(host))
        answer = evolve(found, matched=host) if found else self.bodies.of_host(host)
        named = name in self._named and answer.rule > MatchedRule.PATH_NAME
        known = _KnownHost(
            alias,
            name in self.tables.listed or host in self.tables.listed,
            named,
            isinstance(answer, AgencyHit) and self.bodies.is_shared(host),
            self._main_of(host),
            self._finders_of(host),
            answer,
        )
        self._hosts[host] = known
        return known

    def _main_of(self, host: str) -> str | None:
        """The host of the names in paths, of `host` below the same domain."""
        conventions = self.bodies.conventions
        below = any(f".{host}".endswith(f".{domain}") for domain in conventions.subdomains_of)
        return conventions.path_name.hosts[0] if below and conventions.path_name else None

    def _finders_of(self, host: str) -> Sequence[tuple[_Finder, Identifier, Resource]]:
        """What finds the identifiers that addresses on `host` carry."""
        entries = (self.resources[ident] for ident in self.tables.identifiers.get(host, ()))
        return [
            (_FINDERS[one.scheme](one), one, entry)
            for entry in entries
            for one in entry.identifiers
        ]


def aliases_by_host(aliases: Iterable[HostAlias]) -> dict[str, HostAlias]:
    """What is said of each host that has several names; the first has the last word."""
    found: dict[str, HostAlias] = {}
    for alias in aliases:
        found |= {host: alias for host in alias.hosts if host not in found}
    return found


def key_in(address: Address, alias: HostAlias | None) -> tuple[str, str]:
    """The compare key, with hosts that serve the same pages made one, and the query."""
    key, query = compare_key(address)
    if alias is not None:
        rest = key[len(address.host) :]
        if not any(rest == path or rest.startswith(f"{path}/") for path in alias.except_below):
            return alias.same_as + rest, query
    return key, query


def _inferred(place: str, former: frozenset[str]) -> Inference | None:
    return Inference.FORMER_PLACE if place in former else None


def _body_of(found: Hit | AgencyHit) -> str:
    if isinstance(found, Hit):
        return found.resource.agency
    return found.agency.acronym if found.agency else ""


def parameter_of(address: Address, name: str) -> str | None:
    """The first value that the query has of the parameter `name`, in whatever case; decoded."""
    for pair in (address.query or "").split("&"):
        key, _, value = pair.partition("=")
        if value and key.lower() == name.lower():
            return unquote_plus(value)
    return None


# The alphabet of a data set's id leaves out what is easily misread.
DATA_SET = "[2-9a-km-np-z]{4}-[2-9a-km-np-z]{4}"
# Where one may stand: https://dev.socrata.com/docs/endpoints, and the site's own pages.
_DATA_SET = pattern_of(
    r"/(?:d|w|view|resource|dataset/[^/]+|api/views|api/v3/views|api/id|api/geospatial|api/odata/v4"
    rf"|stories/s(?:/[^/]+)?|[^/]+/[^/]+)/({DATA_SET})(?=[/.]|\Z)",
    re.IGNORECASE,
)


def _in_socrata(_: Identifier) -> _Finder:
    def find(address: Address) -> str | None:
        found = _DATA_SET.match(address.path)
        return found[1].lower() if found else None

    return find


def _in_query(one: Identifier) -> _Finder:
    return lambda address: parameter_of(address, one.parameter or "")


def _in_path(one: Identifier) -> _Finder:
    pattern = pattern_of(one.pattern or "(?!)", re.IGNORECASE)

    def find(address: Address) -> str | None:
        found = pattern.search(address.path)
        return (found[1] or None) if found else None

    return find


_FINDERS: Mapping[Scheme, Callable[[Identifier], _Finder]] = {
    Scheme.SOCRATA: _in_socrata,
    Scheme.QUERY: _in_query,
    Scheme.PATH: _in_path,
}
