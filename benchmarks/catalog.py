"""The catalog: loading it, and matching beside a plain scan of the same entries by the same rules.

The scan knows no index: it holds every address, prefix, host and name against what was asked, rule
by rule. That both say the same is checked on the way.
"""

from __future__ import annotations

import csv
import re
import time
import timeit
from collections.abc import Callable, Iterator
from pathlib import Path

from safelinks import Catalog, SafelinksError, unwrap
from safelinks.addresses.urls import Address, split
from safelinks.catalog import MatchedRule
from safelinks.catalog.agency_lookup import twin_of
from safelinks.catalog.entries import Identifier, MatchKind, Scheme
from safelinks.catalog.match import Inference

TABLE = Path(__file__).parent.parent / "tests" / "data" / "catalog" / "addresses.csv"
NAMED = ("www.nyc.gov", "apps.nyc.gov", "s-media.nyc.gov")  # where names of bodies stand in paths
Row = Callable[[str, str, float, str], None]
Answer = tuple[int, str | None]


def catalog(row: Row) -> None:
    """Print the figures of the catalog, each as a `row`."""
    took = min(timeit.repeat(_load, number=1, repeat=15))
    row("load the City's catalog, indexed", f"{took * 1000:.1f} ms", took / 0.03, "at most 30 ms")
    known = Catalog.nyc()
    with TABLE.open(encoding="utf-8", newline="") as table:
        urls = [one["url"] for one in csv.DictReader(table)]
    scan = _Scan(known)
    for url in urls:
        match = known.identify(url)
        found = match.resource.id if match.resource else match.agency and match.agency.acronym
        if match.inference in (Inference.SHORT_NAME, Inference.OTHER_HOST):
            continue  # no entry says so by itself
        assert scan.identify(url) == (int(match.rule), found), url
    once = time.perf_counter()
    for url in urls:
        scan.identify(url)
    scanned = (time.perf_counter() - once) / len(urls)
    took = min(timeit.repeat(lambda: list(map(known.identify, urls)), number=20, repeat=9))
    each = took / 20 / len(urls)
    row("identify, all rules", f"{1 / each:,.0f}/s", each * 100_000, "at least 100,000/s")
    row("the same by a plain scan", f"{1 / scanned:,.0f}/s", scanned / each, "times slower")
    took = min(timeit.repeat(lambda: list(map(known.suspicions, urls)), number=5, repeat=5))
    row("suspicions", f"{took / 5 / len(urls) * 1e6:.1f} us", 1.0, "no limit")


def _load() -> None:
    Catalog.nyc.cache_clear()
    Catalog.nyc()


class _Scan:
    """Every entry of a catalog, and nothing to find it by."""

    def __init__(self, known: Catalog) -> None:
        self.known = known
        self.key_of = known.layers.index.key_of
        self.entries = sorted(known.resources.values(), key=lambda entry: entry.id)
        self.addresses = [
            (self.key_of(url), rule, entry.id)
            for entry in self.entries
            for rule, urls in (
                (MatchedRule.ADDRESS, (entry.url, *entry.short_urls)),
                (
                    MatchedRule.ADDRESS,
                    [one.value for one in entry.match if one.kind is MatchKind.EXACT],
                ),
                (MatchedRule.FORMER_ADDRESS, entry.former_urls),
            )
            for url in urls
            if url
        ]
        self.prefixes = [
            (self.key_of(one.value), 4, entry.id)
            for entry in self.entries
            for one in entry.match
            if one.kind is MatchKind.PREFIX
        ]
        self.prefixes += [
            (self.key_of(url), 8, body.acronym)
            for body in known.agencies.values()
            for url in body.prefixes
        ]

    def identify(self, url: str) -> Answer:
        """The number of the rule, and the id or acronym that it gives."""
        try:
            target = unwrap(url).target
            address = split(target)
        except SafelinksError:
            return 12, None
        if address.scheme not in ("http", "https"):
            return 12, None
        key = self.key_of(target)
        return next(self._answers(address, key), (12, None))

    def _answers(self, address: Address, key: str) -> Iterator[Answer]:
        plain = key.partition("?")[0]
        for asked in (key, plain):
            for known, rule, name in self.addresses:
                if known == asked and rule is MatchedRule.ADDRESS:
                    yield 1, name
            for known, _, name in self.addresses:
                if known == asked:
                    yield 2, name
        yield from self._identified(address)
        below = [one for one in self.prefixes if f"{plain}/".startswith(f"{one[0]}/")]
        if below:
            yield max(below, key=lambda one: len(one[0]))[1:]
        yield from self._hosts(address.host)
        for one in self.known.agencies.values():
            if address.host in one.domains:
                yield 6, one.acronym
        yield from self._hosts(twin_of(address.host))
        answer = self.known.layers.bodies.of_host(address.host)
        path = plain[plain.find("/") :] if "/" in plain else ""
        named = self.known.layers.bodies.of_path(path)
        if plain.startswith(NAMED) and named and named.agency and answer.rule > 8:
            yield 8, named.agency.acronym
        if self.known.layers.bodies.is_shared(address.host):
            named = self.known.layers.bodies.of_application(path)
            if named is not None and named.agency is not None:
                yield 8, named.agency.acronym
        yield int(answer.rule), answer.agency.acronym if answer.agency else None

    def _hosts(self, host: str) -> Iterator[Answer]:
        for entry in self.entries:
            for one in entry.match:
                if one.kind is MatchKind.HOST and one.value == host:
                    yield 5, entry.id

    def _identified(self, address: Address) -> Iterator[Answer]:
        for entry in self.entries:
            values = (one.value for one in entry.match)
            hosts = [split(value).host if "/" in value else value for value in values]
            for one in entry.identifiers if address.host in hosts else ():
                found = _PATTERNS[one.scheme](one).search(f"{address.path}?{address.query or ''}")
                if found is not None:
                    sets = [other.id for other in self.entries if other.socrata_id == found[1]]
                    yield 3, sets[0] if one.scheme is Scheme.SOCRATA and sets else entry.id


_PATTERNS: dict[Scheme, Callable[[Identifier], re.Pattern[str]]] = {
    Scheme.SOCRATA: lambda _: re.compile(r"/([2-9a-km-np-z]{4}-[2-9a-km-np-z]{4})(?=[/.?])"),
    Scheme.QUERY: lambda one: re.compile(rf"[?&]{one.parameter}=([^&]+)", re.IGNORECASE),
    Scheme.PATH: lambda one: re.compile(one.pattern or "", re.IGNORECASE),
}
