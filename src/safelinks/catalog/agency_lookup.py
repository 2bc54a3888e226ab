"""Whose a host or a path is, where no resource says so: rules 6 to 11 of a catalog.

It knows the bodies of a catalog and the conventions of its owner. Everything is a look-up by a
host, a part of it, or a segment of a path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import field

from safelinks.catalog.catalog_tables import BodyTables
from safelinks.catalog.entries import Agency, Conventions
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = [
    "ANY_DEPTH",
    "AgencyHit",
    "Bodies",
    "host_number_of",
    "name_in",
    "number_in",
    "suffixes_of",
    "twin_of",
]

ANY_DEPTH = "root"  # of a name that stands first in a path, whatever follows


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
    """Look-ups of bodies in `tables`; of `agencies`, only those are taken that one leads to."""

    tables: BodyTables
    conventions: Conventions
    agencies: Mapping[str, Agency]
    _host_number: re.Pattern[str] | None = field(init=False)
    _words: frozenset[str] = field(init=False)
    _names: Mapping[str, str] = field(init=False)
    _subdomains: Mapping[str, str] = field(init=False)
    _patterns: Sequence[tuple[re.Pattern[str], str]] = field(init=False)
    _shared_numbers: frozenset[str] = field(init=False)
    _shared: frozenset[str] = field(init=False)
    _folders: Mapping[str, Sequence[Sequence[str]]] = field(init=False)
    _elsewhere: re.Pattern[str] | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        tables, number = self.tables, self.conventions.host_number
        self._host_number = host_number_of(self.conventions)
        self._shared_numbers = frozenset(number.shared if number else ())
        self._shared = frozenset(self.conventions.shared_hosts)
        self._folders = self._by_first_segment()
        paths = self.conventions.path_name
        self._elsewhere = pattern_of(paths.elsewhere) if paths and paths.elsewhere else None
        self._words = frozenset(paths.words if paths else ())
        # Those that are listed say more than acronyms.
        self._names = {**tables.acronyms, **tables.labels, **tables.slugs}
        self._subdomains = {**tables.short_names, **tables.labels}
        self._patterns = [
            (pattern_of(pattern, re.IGNORECASE), acronym) for pattern, acronym in tables.patterns
        ]

    def has(self, host: str) -> bool:
        """Whether a body lists `host` as its own."""
        return host in self.tables.hosts

    def of_host(self, host: str) -> AgencyHit:
        """Whose `host` is, by itself: rules 6, 7 and 9 to 12."""
        return next(self._answers(host), AgencyHit(MatchedRule.EXTERNAL))

    def _answers(self, host: str) -> Iterator[AgencyHit]:
        tables = self.tables
        for name in (host, twin_of(host)):
            if name in tables.hosts:
                yield AgencyHit(MatchedRule.AGENCY_HOST, host, self._body(tables.hosts[name]))
        for domain in suffixes_of(host) if tables.domains else ():
            if domain in tables.domains:
                yield AgencyHit(MatchedRule.AGENCY_HOST, host, self._body(tables.domains[domain]))
        number = number_in(host, self.conventions, self._host_number)
        shared = host in self._shared or number in self._shared_numbers
        if number in tables.numbers and not shared:
            yield AgencyHit(MatchedRule.HOST_NUMBER, number, self._body(tables.numbers[number]))
        name = name_in(host, self.conventions)
        acronym = self._subdomains.get(name) or self._beginning(name)
        if acronym is not None:
            yield AgencyHit(MatchedRule.SUBDOMAIN, name, self._body(acronym))
        for domain in suffixes_of(host):
            if domain in tables.owners:
                yield AgencyHit(MatchedRule.OWNER, domain, owner=self._body(tables.owners[domain]))
        for suffix in self.conventions.open_suffixes:
            if host.endswith(f".{suffix.suffix}"):
                yield AgencyHit(MatchedRule.OPEN_SUFFIX, suffix.note)

    def _body(self, acronym: str) -> Agency:
        return self.agencies[acronym]

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
        return self._named(name, self.tables.acronyms.get(name) or self._beginning(name))

    def _named(self, name: str, acronym: str | None) -> AgencyHit | None:
        return AgencyHit(MatchedRule.PATH_NAME, name, self._body(acronym)) if acronym else None

    def _beginning(self, name: str) -> str | None:
        """The body whose acronym is the first of the words of `name`: ``tlc_medallion_info``."""
        first, sign, _ = name.replace("_", "-").partition("-")
        return self.tables.acronyms.get(first) if sign else None

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
        acronym, under = self.tables.first_names.get(segments[0], (None, ""))
        known = under == ANY_DEPTH or not any(segments[1:])
        return self._named(segments[0], acronym) if known else None

    def of_short_name(self, name: str, *, alone: bool) -> AgencyHit | None:
        """Whose `name` it is that stands first in a path, `alone` or not: rule 8, and less sure.

        What only a host is called ("media") is none: any page may be. Before more of a path, only
        an acronym is a name.
        """
        acronym = (self.tables.short_names if alone else self.tables.acronyms).get(name)
        if acronym is None:
            return None
        body = self._body(acronym)
        return AgencyHit(MatchedRule.PATH_NAME, name, body, inference=Inference.SHORT_NAME)

    def is_word(self, name: str) -> bool:
        """Whether `name` is an ordinary word, so that it names nothing by itself."""
        return name in self._words

    def _of_name(self, name: str) -> AgencyHit | None:
        acronym = self._names.get(name)
        if acronym is None:
            matching = (one for pattern, one in self._patterns if pattern.fullmatch(name))
            acronym = next(matching, None) or self._beginning(name)
        return self._named(name, acronym)

    def of_mail_domain(self, domain: str) -> Agency | None:
        """Whose people have addresses at `domain`."""
        acronym = self.tables.mail.get(domain.lower())
        return None if acronym is None else self._body(acronym)

    def _by_first_segment(self) -> dict[str, list[list[str]]]:
        """The folders below which names stand, the deepest first, by where they begin."""
        found: dict[str, list[list[str]]] = {}
        paths = self.conventions.path_name
        for folder in sorted(paths.folders if paths else (), key=lambda one: -one.count("/")):
            segments = folder.split("/")
            found.setdefault(segments[0], []).append(segments)
        return found


def host_number_of(conventions: Conventions) -> re.Pattern[str] | None:
    """What a label with the number of a body matches."""
    rule = conventions.host_number
    return pattern_of(rule.pattern, re.IGNORECASE) if rule else None


def number_in(host: str, conventions: Conventions, pattern: re.Pattern[str] | None) -> str:
    """The number that the first label of `host` has, by its `pattern`; empty for none."""
    rule = conventions.host_number
    label, _, domain = host.partition(".")
    if rule is None or pattern is None or domain not in rule.below:
        return ""
    found = pattern.fullmatch(label)
    return found[1] if found else ""


def name_in(host: str, conventions: Conventions) -> str:
    """The label before the domain whose subdomains are names of bodies."""
    for domain in conventions.subdomains_of:
        if host.endswith(f".{domain}"):
            return host.removesuffix(f".{domain}").rpartition(".")[2]
    return ""


def suffixes_of(host: str) -> Iterator[str]:
    """`host` and every domain above it, the longest first."""
    while host:
        yield host
        host = host.partition(".")[2]


def twin_of(host: str) -> str:
    """The host without its ``www.``, or with one: both are usually one site."""
    return host[4:] if host.startswith("www.") else f"www.{host}"
