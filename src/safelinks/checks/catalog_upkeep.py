"""Upkeep of a catalog: what its own addresses answer, and what to change in its file for that.

It knows outcomes and entries, not the network: an address that has moved permanently becomes a
former one, in the text of the file, and whatever a person has to look at is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from safelinks.addresses.urls import registrable_domain, split
from safelinks.catalog import Catalog, Resource
from safelinks.catalog.match import MatchedRule
from safelinks.files.data.data_file import Add, Change, Insert, Replace, Source
from safelinks.foundation.values import frozen, with_texts
from safelinks.health.model.outcome import MEANING, Outcome, Reason, Verdict
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["Proposal", "Review", "Upkeep", "addresses_to_ask", "upkeep"]

_BROKEN = (Verdict.DEAD, Verdict.FAILING)


@frozen
class Proposal:
    """A resource that has moved: its address becomes a former one of the address it leads to."""

    resource: Resource
    url: str
    evidence: str


@frozen
class Review:
    """Something about an address of a resource that a person has to look at.

    One that is `excused` has not worked in too few runs to count.
    """

    resource: Resource
    url: str
    message: str
    excused: bool = False


@frozen
class Upkeep:
    """What came of asking: `text` is that of the file with all `proposals` in it."""

    text: str
    proposals: tuple[Proposal, ...]
    reviews: tuple[Review, ...]
    offline: bool = False

    @property
    def exit_code(self) -> int:
        """1 when there is something to do, else 3 when there was no network, else 0."""
        to_do = self.proposals or not all(one.excused for one in self.reviews)
        return 1 if to_do else 3 if self.offline else 0


def addresses_to_ask(source: Source, catalog: Catalog) -> list[str]:
    """Every address in force and every former one of the entries in the file, once each."""
    found: dict[str, None] = {}
    for given in _entries(source):
        entry = catalog.resources[str(given["id"])]
        found |= dict.fromkeys((*((entry.url,) if entry.url else ()), *entry.former_urls))
    return list(found)


def upkeep(
    source: Source,
    catalog: Catalog,
    outcomes: Mapping[str, Outcome],
    today: date,
    dead_after: int = 1,
) -> Upkeep:
    """What the `outcomes` of the addresses in the file `source` mean for it.

    `catalog` has the file's entries, and whatever they refer to; `today` dates the evidence. An
    address that does not work counts once it did not in `dead_after` runs in a row.
    """
    proposals: dict[int, Proposal] = {}  # by the number of the entry in the file
    reviews: list[Review] = []
    entries = _entries(source)
    for number, given in enumerate(entries):
        entry = catalog.resources[str(given["id"])]
        outcome = outcomes.get(entry.url or "")
        if outcome is not None and "url" in given:
            found = _of_current(entry, outcome, catalog, today, dead_after)
            if isinstance(found, Proposal):
                proposals[number] = found
            elif found is not None:
                reviews.append(found)
        moved = proposals.get(number)
        reviews += _of_former(entry, outcomes, catalog, moved.url if moved else None)
    while True:
        text = source.edited(
            change
            for number, proposal in proposals.items()
            for change in _changes(number, entries[number], proposal, today)
        )
        faults = _faults_of(source.with_text(text), catalog) if proposals else {}
        wrong = faults.keys() & proposals.keys()
        if not wrong:
            break
        for number in sorted(wrong):
            bad = proposals.pop(number)
            message = (
                f"this has moved to {bad.url}, but the new entry is "
                f"not valid ({faults[number]}): review it"
            )
            reviews.append(Review(bad.resource, str(bad.resource.url), message))
    offline = any(one.verdict is Verdict.OFFLINE for one in outcomes.values())
    told = (with_texts(one, shown, "url", "message") for one in reviews)
    return Upkeep(text, tuple(proposals.values()), tuple(told), offline)


def _faults_of(source: Source, catalog: Catalog) -> Mapping[int, str]:
    """What would be wrong with the entries of a changed file, by their numbers."""
    _, wrong = catalog.under(source)
    return {
        int(one.path[1]): one.message
        for one in reversed(wrong)
        if one.path[0] == "resources" and len(one.path) > 1
    }


def _entries(source: Source) -> Sequence[Mapping[str, object]]:
    entries = source.data.get("resources", ())
    return entries if isinstance(entries, list) else ()


def _of_current(
    entry: Resource, outcome: Outcome, catalog: Catalog, today: date, dead_after: int
) -> Proposal | Review | None:
    """What the outcome of an address in force means."""
    if outcome.verdict in _BROKEN:
        excused = outcome.past is not None and outcome.past.runs < dead_after
        too_few = "; not enough runs to fail the check" if excused else ""
        message = f"review this: {MEANING[outcome.reason]}{too_few}"
        return Review(entry, outcome.url, message, excused=excused)
    if outcome.reason is not Reason.MOVED_PERMANENTLY or outcome.replacement is None:
        return None
    new = outcome.replacement
    doubt = _doubt(entry, new, catalog)
    if doubt:
        return Review(entry, outcome.url, f"this has moved to {new}, but {doubt}: review it")
    return Proposal(entry, new, f"{_way(outcome)}, seen on {today}")


def _doubt(entry: Resource, new: str, catalog: Catalog) -> str | None:
    """Why `new` may not be the address of the same resource; None where nothing says so."""
    match = catalog.identify(new)
    old_path, new_path = split(entry.url or "").path, split(new).path
    if len(old_path) > 1 and len(new_path) <= 1:
        return "that is the front page"
    other = match.resource
    if match.rule <= MatchedRule.FORMER_ADDRESS and other is not None and other.id != entry.id:
        return f"that is an address of {other.name}"
    if match.rule > MatchedRule.OWNER and match.site != registrable_domain(
        split(entry.url or "").host
    ):
        return f"{match.site} is not in the catalog"
    return None


def _way(outcome: Outcome) -> str:
    """The redirects in one line: ``301 from https://a.example/ to https://b.example/``."""
    steps = (
        f"{hop.status} from {hop.url} to {after.url}"
        for hop, after in zip(outcome.hops, outcome.hops[1:], strict=False)
    )
    return ", then ".join(steps)


def _changes(
    number: int, given: Mapping[str, object], proposal: Proposal, today: date
) -> Iterator[Change]:
    """What must be written in the entry `number` of the file, which has the fields of `given`."""
    at = ("resources", number)
    old = str(proposal.resource.url)
    yield Replace((*at, "url"), proposal.url)
    if "former_urls" in given:
        yield Insert((*at, "former_urls"), old, front=True)
    else:
        yield Add((*at, "former_urls"), [old, *proposal.resource.former_urls], behind="url")
    rules = given.get("match", ())
    for position, rule in enumerate(rules if isinstance(rules, list) else ()):
        if rule == {"kind": "exact", "value": old}:
            yield Replace((*at, "match", position, "value"), proposal.url)
    if "sources" in given:
        yield Insert((*at, "sources"), proposal.evidence)
    if given.get("as_of") is not None:
        yield Replace((*at, "as_of"), today.isoformat())


def _of_former(
    entry: Resource, outcomes: Mapping[str, Outcome], catalog: Catalog, moved: str | None
) -> Iterator[Review]:
    """What the outcomes of former addresses mean: only what contradicts the catalog is said.

    The entry itself may just have `moved` there.
    """
    current = catalog.home_of(entry)
    for url in entry.former_urls:
        outcome = outcomes.get(url)
        if outcome is None or outcome.verdict not in (Verdict.ALIVE, Verdict.MOVED):
            continue
        ended = catalog.identify(outcome.final_url)
        homes = [one for one in (current, moved) if one is not None]
        if not homes or ended.resource == entry:
            continue
        if any(catalog.same_page(ended.url, one) for one in homes):
            continue
        yield Review(entry, url, f"the former address leads to {ended.url}, not to {current}")
