"""Whose a host or a path is, where no resource says so: rules 6 to 11 of a catalog.

It knows the bodies of a catalog and the conventions of its owner. Everything is a look-up by a
host, a part of it, or a segment of a path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import field

from safelinks.catalog.entries import Agency, Conventions
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["AgencyHit", "Bodies", "suffixes_of", "twin_of"]

_SHORTEST_NAME = 3  # of a body that is known by its acronym only: shorter ones are words
_ANY_DEPTH, _ALONE = "root", "vanity"  # names of bodies that stand first in a path
_DIGITS = pattern_of(r"[0-9]+")


@frozen
class AgencyHit:
    """A rule that hit, what of the address said so, and the body."""

    rule: MatchedRule
    matched: str = ""
    agency: Agency | None = None
    owner: Agency | None = None
    inference: Inference | None = None


@define
class Bodies:
    """Look-ups in `agencies`; where two claim the same, the one that leads, else the first."""

    agencies: Sequence[Agency]
    conventions: Conventions
    _hosts: Mapping[str, Agency] = field(init=False)
    _domains: Mapping[str, Agency] = field(init=False)
    _owners: Mapping[str, Agency] = field(init=False)
    _numbers: Mapping[str, Agency] = field(init=False)
    _words: frozenset[str] = field(init=False)
    _acronyms: Mapping[str, Agency] = field(init=False)
    _names: Mapping[str, Agency] = field(init=False)
    _subdomains: Mapping[str, Agency] = field(init=False)
    _short_names: Mapping[str, Agency] = field(init=False)
    _first_names: Mapping[str, tuple[Agency, str]] = field(init=False)
    _mail: Mapping[str, Agency] = field(init=False)
    _patterns: Sequence[tuple[re.Pattern[str], Agency]] = field(init=False)
    _host_number: re.Pattern[str] | None = field(init=False)
    _shared_numbers: frozenset[str] = field(init=False)
    _shared: frozenset[str] = field(init=False)
    _folders: Mapping[str, Sequence[Sequence[str]]] = field(init=False)
    _elsewhere: re.Pattern[str] | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        number = self.conventions.host_number
        self._host_number = pattern_of(number.pattern, re.IGNORECASE) if number else None
        self._shared_numbers = frozenset(number.shared if number else ())
        self._shared = frozenset(self.conventions.shared_hosts)
        self._folders = self._by_first_segment()
        paths = self.conventions.path_name
        self._elsewhere = pattern_of(paths.elsewhere) if paths and paths.elsewhere else None
        self._hosts = self._by(lambda one: one.domains)
        self._domains = self._by(lambda one: one.whole_domains)
        self._owners = self._by(lambda one: one.owns)
        self._mail = self._by(lambda one: one.email_domains)
        self._numbers = self._by_number()
        self._words = frozenset(paths.words if paths else ())
        acronyms = self._by(
            lambda one: () if one.owns else filter(_is_long, (one.acronym, *one.former_acronyms))
        )
        slugs, labels = self._by(_slugs_below_folders), self._by(self._labels)
        self._acronyms = self._without_words(acronyms)
        self._short_names = self._without_words({**acronyms, **slugs})
        # Those that are listed say more than acronyms.
        self._names = {**self._acronyms, **labels, **slugs}
        self._subdomains = {**self._without_words({**acronyms, **slugs}), **labels}
        self._first_names = {
            path.slug.lower(): (one, path.under)
            for one in reversed(self.agencies)
            for path in one.slug_paths
            if path.under in (_ANY_DEPTH, _ALONE)
        }
        self._patterns = [
            (pattern_of(one.slug_pattern, re.IGNORECASE), one)
            for one in self.agencies
            if one.slug_pattern
        ]

    def has(self, host: str) -> bool:
        """Whether a body lists `host` as its own."""
        return host in self._hosts

    def of_host(self, host: str) -> AgencyHit:
        """Whose `host` is, by itself: rules 6, 7 and 9 to 12."""
        return next(self._answers(host), AgencyHit(MatchedRule.EXTERNAL))

    def _answers(self, host: str) -> Iterator[AgencyHit]:
        for name in (host, twin_of(host)):
            if name in self._hosts:
                yield AgencyHit(MatchedRule.AGENCY_HOST, host, self._hosts[name])
        for domain in suffixes_of(host) if self._domains else ():
            if domain in self._domains:
                yield AgencyHit(MatchedRule.AGENCY_HOST, host, self._domains[domain])
        number = self._number_in(host)
        shared = host in self._shared or number in self._shared_numbers
        if number in self._numbers and not shared:
            yield AgencyHit(MatchedRule.HOST_NUMBER, number, self._numbers[number])
        name = self._name_in(host)
        agency = self._subdomains.get(name) or self._beginning(name)
        if agency is not None:
            yield AgencyHit(MatchedRule.SUBDOMAIN, name, agency)
        for domain in suffixes_of(host):
            if domain in self._owners:
                yield AgencyHit(MatchedRule.OWNER, domain, owner=self._owners[domain])
        for suffix in self.conventions.open_suffixes:
            if host.endswith(f".{suffix.suffix}"):
                yield AgencyHit(MatchedRule.OPEN_SUFFIX, suffix.note)

    def is_shown_elsewhere(self, path: str) -> bool:
        """Whether `path` is so distinctive that it is the same page on the host of another body."""
        return self._elsewhere is not None and self._elsewhere.fullmatch(path) is not None

    def is_shared(self, host: str) -> bool:
        """Whether several bodies have applications on `host`, so that its paths say more."""
        return host in self._shared

    def of_application(self, path: str) -> AgencyHit | None:
        """Whose the application at `path` is, on a host where several have theirs: rule 8.

        Only an acronym says that: ``/dca/`` or ``/ccrb-status-lookup``.
        """
        name = path.split("/", 2)[1] if path else ""
        agency = self._acronyms.get(name) or self._beginning(name)
        return AgencyHit(MatchedRule.PATH_NAME, name, agency) if agency else None

    def _beginning(self, name: str) -> Agency | None:
        """The body whose acronym is the first of the words of `name`: ``tlc_medallion_info``."""
        first, sign, _ = name.replace("_", "-").partition("-")
        return self._acronyms.get(first) if sign else None

    def of_path(self, path: str) -> AgencyHit | None:
        """Whose `path`, in lower case, is on a host where bodies have names in it: rule 8."""
        segments = path.split("/")[1:]
        if not segments or self.conventions.path_name is None:
            return None
        for folder in self._folders.get(segments[0], ()):
            if segments[: len(folder)] == folder:
                if len(segments) == len(folder):
                    return None
                found = self._of_name(segments[len(folder)])
                if found or len(folder) == 1:
                    return found
        agency, under = self._first_names.get(segments[0], (None, ""))
        known = under == _ANY_DEPTH or not any(segments[1:])
        return AgencyHit(MatchedRule.PATH_NAME, segments[0], agency) if agency and known else None

    def of_short_name(self, name: str, *, alone: bool) -> AgencyHit | None:
        """Whose `name` it is that stands first in a path, `alone` or not: rule 8, and less sure.

        What only a host is called ("media") is none: any page may be. Before more of a path, only
        an acronym is a name.
        """
        agency = (self._short_names if alone else self._acronyms).get(name)
        if agency is None:
            return None
        return AgencyHit(MatchedRule.PATH_NAME, name, agency, inference=Inference.SHORT_NAME)

    def is_word(self, name: str) -> bool:
        """Whether `name` is an ordinary word, so that it names nothing by itself."""
        return name in self._words

    def _of_name(self, name: str) -> AgencyHit | None:
        agency = self._names.get(name)
        if agency is None:
            matching = (one for pattern, one in self._patterns if pattern.fullmatch(name))
            agency = next(matching, None) or self._beginning(name)
        return AgencyHit(MatchedRule.PATH_NAME, name, agency) if agency else None

    def of_mail_domain(self, domain: str) -> Agency | None:
        """Whose people have addresses at `domain`."""
        return self._mail.get(domain.lower())

    def numbers(self) -> frozenset[str]:
        """Every number that a host of some body may begin with."""
        return frozenset(self._numbers)

    def _number_in(self, host: str) -> str:
        rule = self.conventions.host_number
        label, _, domain = host.partition(".")
        if rule is None or self._host_number is None or domain not in rule.below:
            return ""
        found = self._host_number.fullmatch(label)
        return found[1] if found else ""

    def _name_in(self, host: str) -> str:
        """The label before the domain whose subdomains are names of bodies."""
        for domain in self.conventions.subdomains_of:
            if host.endswith(f".{domain}"):
                return host.removesuffix(f".{domain}").rpartition(".")[2]
        return ""

    def _by(self, values: Callable[[Agency], Iterable[str]]) -> dict[str, Agency]:
        """Bodies by what each has of `values`."""
        claims: dict[str, list[Agency]] = {}
        for one in self.agencies:
            for value in values(one):
                claims.setdefault(value.lower(), []).append(one)
        return {value: _leading(claimants) for value, claimants in claims.items()}

    def _without_words(self, names: Mapping[str, Agency]) -> dict[str, Agency]:
        return {name: one for name, one in names.items() if name not in self._words}

    def _by_number(self) -> dict[str, Agency]:
        """A listed prefix says more than the number of a body, and that more than its others.

        Where several list the prefix, whoever has the number means it.
        """
        by_code = self._by(lambda one: (one.code,) if one.code else ())
        numbers = {**self._by(lambda one: one.other_codes), **by_code}
        claims: dict[str, list[Agency]] = {}
        for one in self.agencies:
            for prefix in one.host_prefixes:
                for number in _DIGITS.findall(prefix):
                    claims.setdefault(number, []).append(one)
        for number, claimants in claims.items():
            own = [one for one in claimants if one.code == number]
            numbers[number] = _leading(own or claimants)
        return numbers

    def _by_first_segment(self) -> dict[str, list[list[str]]]:
        """The folders below which names stand, the deepest first, by where they begin."""
        found: dict[str, list[list[str]]] = {}
        paths = self.conventions.path_name
        for folder in sorted(paths.folders if paths else (), key=lambda one: -one.count("/")):
            segments = folder.split("/")
            found.setdefault(segments[0], []).append(segments)
        return found

    def _labels(self, one: Agency) -> Iterator[str]:
        """How the hosts and mail domains of a body are called below the owner's domain."""
        for host in (*one.domains, *one.email_domains):
            name = self._name_in(host)
            if name and not self._number_in(host) and not _below(host, one.owns):
                yield name


def _slugs_below_folders(one: Agency) -> Iterator[str]:
    """The names of a body in paths, but for those that only stand first."""
    first = {path.slug for path in one.slug_paths if path.under in (_ANY_DEPTH, _ALONE)}
    below = {path.slug for path in one.slug_paths if path.under not in (_ANY_DEPTH, _ALONE)}
    return (slug for slug in one.slugs if slug in below or slug not in first)


def _is_long(name: str) -> bool:
    return len(name) >= _SHORTEST_NAME


def _leading(claimants: Sequence[Agency]) -> Agency:
    """The agency that is meant where several claim the same."""
    return max(claimants, key=lambda one: (one.code_lead, one.status == "Active"))


def _below(host: str, domains: Iterable[str]) -> bool:
    return any(host.endswith(f".{domain}") for domain in domains)


def suffixes_of(host: str) -> Iterator[str]:
    """`host` and every domain above it, the longest first."""
    while host:
        yield host
        host = host.partition(".")[2]


def twin_of(host: str) -> str:
    """The host without its ``www.``, or with one: both are usually one site."""
    return host[4:] if host.startswith("www.") else f"www.{host}"
