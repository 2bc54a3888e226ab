"""The index of a catalog: everything an address is looked up in, so that nothing is scanned.

It knows how entries become keys, and gives plain answers; what is said of them, and where a
resource lives now, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import unquote_plus

from attrs import evolve, field

from safelinks.addresses.urls import Address, compare_key, split
from safelinks.catalog.agency_lookup import AgencyHit, Bodies, twin_of
from safelinks.catalog.entries import (
    Contents,
    HostAlias,
    Identifier,
    MatchKind,
    MatchRule,
    Resource,
    Scheme,
)
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.catalog.short_names import short_names
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["DATA_SET", "Hit", "Index", "parameter_of"]

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
    """Look-ups in `layers` of contents: where two claim the same, the first layer has it.

    Within a layer, an address in force counts before all else that names its page, that before
    former addresses, and then the smaller id. Raises InvalidURLError for an address that is none.
    """

    layers: Sequence[Contents]
    bodies: Bodies
    _addresses: dict[str, Hit] = field(factory=dict, init=False)
    _prefixes: dict[str, Hit | AgencyHit] = field(factory=dict, init=False)
    _resources: dict[str, Hit] = field(factory=dict, init=False)  # by host
    _data_sets: dict[str, Resource] = field(factory=dict, init=False)
    _finders: dict[str, list[tuple[_Finder, Identifier, Resource]]] = field(
        factory=dict, init=False
    )
    _aliases: dict[str, HostAlias] = field(factory=dict, init=False)
    _named: frozenset[str] = field(init=False)
    _listed: set[str] = field(factory=set, init=False)
    _deepest: int = field(default=0, init=False)
    _short: dict[str, Resource] | None = field(default=None, init=False)
    _hosts: dict[str, _KnownHost] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        paths = self.bodies.conventions.path_name
        self._named = frozenset(paths.hosts if paths else ())
        for layer in self.layers:
            for alias in layer.host_aliases:
                self._aliases |= {host: alias for host in alias.hosts if host not in self._aliases}
        for layer in self.layers:
            self._add(sorted(layer.resources, key=lambda entry: entry.id))
        for layer in self.layers:
            for body in layer.agencies:
                for url in body.prefixes:
                    key = self.key_of(url)
                    self._add_prefix(key, AgencyHit(MatchedRule.PATH_NAME, key, body))

    def _add(self, entries: Sequence[Resource]) -> None:
        """Index the entries of a layer; what is there stays."""
        for entry in entries:
            if entry.url is not None:
                self._add_address(MatchedRule.ADDRESS, entry.url, entry)
        for entry in entries:
            for url in entry.short_urls:
                self._add_address(MatchedRule.ADDRESS, url, entry)
            for one in entry.match:
                self._add_match(one, entry)
            if entry.socrata_id:
                self._data_sets.setdefault(entry.socrata_id, entry)
            for host in _hosts_of(entry) if entry.identifiers else ():
                found = ((_FINDERS[one.scheme](one), one, entry) for one in entry.identifiers)
                self._finders.setdefault(host, []).extend(found)
        for entry in entries:
            for url in entry.former_urls:
                self._add_address(MatchedRule.FORMER_ADDRESS, url, entry)

    def _add_address(self, rule: MatchedRule, url: str, entry: Resource) -> None:
        key = self.key_of(url)
        self._listed.add(_host_in(key))
        self._addresses.setdefault(key, Hit(rule, key, entry))

    def _add_match(self, one: MatchRule, entry: Resource) -> None:
        former = Inference.FORMER_PLACE if one.former else None
        if one.kind is MatchKind.HOST:
            hit = Hit(MatchedRule.HOST, one.value, entry, inference=former)
            self._resources.setdefault(one.value, hit)
        elif one.kind is MatchKind.EXACT:
            self._add_address(MatchedRule.ADDRESS, one.value, entry)
        else:
            key = self.key_of(one.value)
            self._add_prefix(key, Hit(MatchedRule.PREFIX, key, entry, inference=former))

    def _add_prefix(self, key: str, hit: Hit | AgencyHit) -> None:
        self._listed.add(_host_in(key))
        self._prefixes.setdefault(key, hit)
        self._deepest = max(self._deepest, key.count("/"))

    def key_of(self, url: str) -> str:
        """The compare key of `url`, its query included. Raises InvalidURLError."""
        address = split(url)
        key, query = self._key(address, self._aliases.get(address.host))
        return f"{key}?{query}" if query else key

    def look_up(self, address: Address) -> Hit | AgencyHit:
        """What the first rule that hits says of `address`."""
        host = self._hosts.get(address.host) or self._learn(address.host)
        if host.says_all:
            return host.found
        key, query = self._key(address, host.alias)
        found: Hit | AgencyHit | None
        if host.listed:
            found = self._addresses.get(f"{key}?{query}") if query else None
            found = found or self._addresses.get(key)
            if found is not None:
                return found
        for finder, one, entry in host.finders:
            identifier = finder(address)
            if identifier is not None:
                known = self._data_sets.get(identifier) if one.scheme is Scheme.SOCRATA else None
                return Hit(MatchedRule.IDENTIFIER, one.label, known or entry, identifier)
        if host.listed:
            found = self._prefix_of(key)
            if found is not None:
                return found
        path = key[key.find("/") :] if "/" in key else ""
        return self._of_path(host, key, path) or host.found

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
        if self._short is None:
            self._short = short_names(one for layer in self.layers for one in layer.resources)
        body = self.bodies.of_short_name(name, alone=True)
        entry = self._short.get(name.replace("-", ""))
        if entry is None or (body and body.agency and body.agency.acronym != entry.agency):
            return body
        return Hit(MatchedRule.PATH_NAME, name, entry, inference=Inference.SHORT_NAME)

    def _shown_elsewhere(self, host: _KnownHost, path: str) -> Hit | AgencyHit | None:
        """Whose page it is that the same system shows on the host of another body."""
        key = f"{host.main}{path}"
        found: Hit | AgencyHit | None = self._addresses.get(key) or self._prefix_of(key)
        found = found or self.bodies.of_path(path)
        if found is None or _body_of(found) == _body_of(host.found):
            return None
        return evolve(found, matched=key, inference=Inference.OTHER_HOST)

    def covering(self, address: Address) -> frozenset[str]:
        """The ids of all resources on whose host, or below whose prefix, `address` is."""
        host = self._resources.get(address.host)
        known = self._hosts.get(address.host) or self._learn(address.host)
        if not known.listed:
            return frozenset() if host is None else frozenset((host.resource.id,))
        key, _ = self._key(address, self._aliases.get(address.host))
        below = (self._prefixes.get(start) for start in self._starts_of(key))
        return frozenset(hit.resource.id for hit in (host, *below) if isinstance(hit, Hit))

    def _prefix_of(self, key: str) -> Hit | AgencyHit | None:
        """The longest prefix of `key`."""
        for start in self._starts_of(key):
            found = self._prefixes.get(start)
            if found is not None:
                return found
        return None

    def _starts_of(self, key: str) -> Iterator[str]:
        """Where a prefix of `key` may end, the longest first: each where a segment ends."""
        segments = key.split("/", self._deepest + 1)
        del segments[self._deepest + 1 :]
        while segments:
            yield "/".join(segments)
            segments.pop()

    def _learn(self, host: str) -> _KnownHost:
        """What is known of `host`, from now on at hand."""
        if len(self._hosts) >= _MOST_HOSTS:  # texts can make up any number
            self._hosts.clear()
        alias = self._aliases.get(host)
        name = alias.same_as if alias else host
        found = self._resources.get(host)
        if found is None and not self.bodies.has(host):
            found = self._resources.get(twin_of(host))
        answer = evolve(found, matched=host) if found else self.bodies.of_host(host)
        named = name in self._named and answer.rule > MatchedRule.PATH_NAME
        known = _KnownHost(
            alias,
            name in self._listed or host in self._listed,
            named,
            isinstance(answer, AgencyHit) and self.bodies.is_shared(host),
            self._main_of(host),
            self._finders.get(host, ()),
            answer,
        )
        self._hosts[host] = known
        return known

    def _main_of(self, host: str) -> str | None:
        """The host of the names in paths, of `host` below the same domain."""
        conventions = self.bodies.conventions
        below = any(f".{host}".endswith(f".{domain}") for domain in conventions.subdomains_of)
        return conventions.path_name.hosts[0] if below and conventions.path_name else None

    @staticmethod
    def _key(address: Address, alias: HostAlias | None) -> tuple[str, str]:
        """The compare key, with hosts that serve the same pages made one, and the query."""
        key, query = compare_key(address)
        if alias is not None:
            rest = key[len(address.host) :]
            if not any(rest == path or rest.startswith(f"{path}/") for path in alias.except_below):
                return alias.same_as + rest, query
        return key, query


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


_HOST = pattern_of(r"\[[^\]]*\]|[^/:?]*")


def _host_in(key: str) -> str:
    found = _HOST.match(key)
    return found[0] if found else ""


def _hosts_of(entry: Resource) -> set[str]:
    """The hosts on which the addresses of a resource carry its identifiers."""
    addresses = [one.value for one in entry.match if one.kind is not MatchKind.HOST]
    hosts = {one.value for one in entry.match if one.kind is MatchKind.HOST}
    return hosts | {split(url).host for url in (entry.url, *addresses) if url}


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
