"""What a catalog has to say, for people in lines and for programs as data.

It knows how entries, matches and upkeep read. Whatever comes from a catalog's file or from an
address is made printable here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from difflib import unified_diff

from safelinks.addresses.printable import printable, printable_url
from safelinks.catalog import Catalog, Match, Resource, Suspicion
from safelinks.catalog.entries import Agency, Contact
from safelinks.catalog.evidence import has_aged, last_seen
from safelinks.checks.catalog_upkeep import Upkeep
from safelinks.foundation.patterns import pattern_of

__all__ = [
    "aged_lines",
    "agency_lines",
    "agency_table",
    "match_data",
    "match_lines",
    "resource_lines",
    "table_lines",
    "upkeep_lines",
]

_LABELLED = 13  # columns of a label in `resource_lines`


def table_lines(
    entries: Iterable[Resource], catalog: Catalog, *, perhaps: bool = False
) -> Iterator[str]:
    """One resource a line: its id, name and agency, and below where it lives.

    What is `perhaps` meant is called so.
    """
    weak = "perhaps: " if perhaps else ""
    for entry in entries:
        yield f"{weak}{printable(entry.id)}  {printable(entry.name)} ({printable(entry.agency)})"
        yield f"    {_home(entry, catalog)}"


def _home(entry: Resource, catalog: Catalog) -> str:
    home = catalog.home_of(entry)
    if home is not None:
        return printable_url(home)
    parent = catalog.resources.get(entry.parent or "")
    return f"part of {printable(parent.name)}" if parent else "no page of its own"


def resource_lines(entry: Resource, catalog: Catalog) -> Iterator[str]:
    """Everything that is known of a resource."""
    yield f"{printable(entry.name)} ({printable(entry.id)})"
    if entry.description:
        yield f"    {printable(entry.description)}"
    for label, values in _fields(entry, catalog):
        for number, value in enumerate(values):
            yield f"  {label if number == 0 else '':{_LABELLED}} {value}"


def _fields(entry: Resource, catalog: Catalog) -> Iterator[tuple[str, Sequence[str]]]:
    agency = catalog.agencies[entry.agency]
    others = catalog.resources
    yield "address", [printable_url(entry.url)] if entry.url else ["no page of its own"]
    yield "short", list(map(printable_url, entry.short_urls))
    yield "formerly", list(map(printable_url, entry.former_urls))
    yield "also called", list(map(printable, entry.aliases))
    yield "owner", [printable(f"{agency.name} ({agency.acronym})")]
    yield "category", [printable(entry.category)]
    yield "for", [printable(", ".join(entry.audience))] if entry.audience else []
    yield "contact", [_contact(one) for one in entry.contacts]
    yield "status", [str(entry.status)] if entry.status else []
    for label, name in (("replaced by", entry.successor), ("part of", entry.parent)):
        other = others.get(name or "")
        yield label, [printable(f"{other.name} ({other.id})")] if other else []
    yield "sign-in", ["people sign in here"] if entry.sign_in else []
    yield "carries", [printable(one.label) for one in entry.identifiers]
    yield "recognised", [printable(f"{one.kind} {one.value}") for one in entry.match]
    dated = f", as of {entry.as_of}" if entry.as_of else ", undated"
    yield "confidence", [f"{entry.confidence}{printable(dated)}"]
    yield "seen", [printable(f"{one.on or 'undated'} by {one.by}") for one in entry.seen]
    yield "sources", list(map(printable, entry.sources))
    yield "note", [printable(entry.note)] if entry.note else []


def agency_lines(agency: Agency, catalog: Catalog) -> Iterator[str]:
    """Everything that is known of a body, and the ids of what it has."""
    yield f"{printable(agency.name)} ({printable(agency.acronym)})"
    own = [entry.id for entry in catalog.resources.values() if entry.agency == agency.acronym]
    dated = f"as of {agency.as_of}" if agency.as_of else "undated"
    for label, values in (
        ("address", [printable_url(agency.url)] if agency.url else []),
        ("formerly", [*agency.former_names, *agency.former_acronyms]),
        ("kind", [agency.kind] if agency.kind else []),
        ("status", [agency.status]),
        ("in paths", agency.slugs),
        ("hosts", (*agency.domains, *agency.whole_domains, *agency.owns)),
        ("begins", agency.prefixes),
        ("resources", own),
        ("evidence", [dated]),
        ("sources", agency.sources),
        ("note", [agency.note] if agency.note else []),
    ):
        for number, value in enumerate(values):
            yield f"  {label if number == 0 else '':{_LABELLED}} {printable(value)}"


def agency_table(catalog: Catalog) -> Iterator[str]:
    """One body a line: its acronym and name, and below where its site is."""
    for agency in catalog.agencies.values():
        yield f"{printable(agency.acronym)}  {printable(agency.name)}"
        yield f"    {printable_url(agency.url)}" if agency.url else "    no page of its own"


def _contact(one: Contact) -> str:
    label = f", {one.label}" if one.label else ""
    unsure = f" ({one.confidence} confidence)" if one.confidence else ""
    return printable(f"{one.type}{label}: {one.value}{unsure}")


def match_lines(match: Match, suspicions: Iterable[Suspicion]) -> Iterator[str]:
    """A match in lines for a person, without the recipients of links."""
    match = match.redacted()
    yield printable_url(match.target or match.url)
    yield f"    {printable(_whose(match))}"
    yield f"    rule {int(match.rule)}, score {match.score:.2f}: {printable(match.reason)}"
    if match.resource is not None:
        sources = len(match.evidence)
        told = f"{match.confidence} confidence, {match.as_of or 'undated'}"
        yield f"    {printable(told)}, {sources} source{'' if sources == 1 else 's'}"
    if match.renamed and match.current_url is not None:
        yield f"    now: {printable_url(match.current_url)}"
    if match.reader is not None:
        yield f"    sent to someone at {printable(match.reader.name)}"
    for one in suspicions:
        yield f"    suspicious: {printable(one.reason)}"


def _whose(match: Match) -> str:
    if match.resource is not None and match.agency is not None:
        return f"{match.resource.name} ({match.resource.id}), {match.agency.name}"
    body = match.agency or match.owner
    return body.name if body else "not in the catalog"


def match_data(match: Match, suspicions: Iterable[Suspicion]) -> dict[str, object]:
    """A match for a program."""
    match = match.redacted()
    resource, agency, owner = match.resource, match.agency, match.owner
    return {
        "url": match.target or match.url,
        "rule": int(match.rule),
        "score": round(match.score, 2),
        "reason": match.reason,
        "resource": resource.id if resource else None,
        "name": resource.name if resource else None,
        "agency": agency.acronym if agency else None,
        "owner": owner.acronym if owner else None,
        "identifier": match.identifier,
        "current_url": match.current_url,
        "renamed": match.renamed,
        "inference": str(match.inference) if match.inference else None,
        "confidence": str(match.confidence) if match.confidence else None,
        "as_of": match.as_of,
        "sources": list(match.evidence),
        "reader": match.reader.acronym if match.reader else None,
        "suspicions": [
            {"sign": str(one.sign), "reason": one.reason, "imitates": one.imitates}
            for one in suspicions
        ],
    }


def aged_lines(entries: Iterable[Resource], today: date) -> Iterator[str]:
    """The entries of high confidence that nobody has seen for too long."""
    for entry in entries:
        if has_aged(entry, today):
            seen = printable(last_seen(entry) or "undated")
            yield f"{printable(entry.id)}: high confidence, but last seen {seen}: look again"


def upkeep_lines(found: Upkeep, asked: int) -> Iterator[str]:
    """What came of asking `asked` addresses of a catalog, before the diff."""
    for one in found.proposals:
        yield f"{printable(one.resource.id)}: moved"
        yield f"    {printable_url(one.resource.url or '')}"
        yield f"    now: {printable_url(one.url)}"
        yield f"    {printable(one.evidence)}"
    for review in found.reviews:
        yield f"{printable(review.resource.id)}: {printable(review.message)}"
        yield f"    {printable_url(review.url)}"
    moved, left = len(found.proposals), sum(not one.excused for one in found.reviews)
    addresses = "address" if asked == 1 else "addresses"
    excused = len(found.reviews) - left
    waiting = f", {excused} not working in too few runs" if excused else ""
    yield f"{asked} {addresses} checked: {moved} moved, {left} to review{waiting}."
    if found.offline:
        yield "This machine has no network, so the others were not checked. Run this again."


_LINE = pattern_of(r"[^\n]*\n|[^\n]+")  # as `patch` counts them


def diff_lines(before: str, after: str, name: str) -> Iterator[str]:
    """A unified diff of the file `name`, line by line, without the ends of lines."""
    for line in unified_diff(_LINE.findall(before), _LINE.findall(after), name, name):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
