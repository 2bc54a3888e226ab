"""`check`: documents through the whole house, to a report.

It only joins the rooms: links are found and unwrapped by `documents`, named by `catalog`, judged by
`health`. Each distinct target is asked once, however often and in however many files it stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve

from safelinks.catalog import Catalog, Match
from safelinks.documents import Document, read
from safelinks.health.checker import Checker
from safelinks.health.outcome import Hop, Outcome, Reason, Verdict
from safelinks.redact import recipients, redact
from safelinks.report import Report, Row
from safelinks.text import Link

__all__ = ["check", "check_documents", "survey"]

T = TypeVar("T", Match, Outcome, Hop)


def check(
    *sources: str | Path | Document,
    offline: bool = False,
    catalog: Catalog | None = None,
    checker: Checker | None = None,
    show_recipients: bool = False,
) -> Report:
    """Check every link of files or documents, and say what each one is.

    `offline` leaves out the network. Runs an event loop of its own; who has one awaits
    `check_documents`. Raises DocumentError for a file that cannot be read.
    """
    documents = [source if isinstance(source, Document) else read(source) for source in sources]
    if offline:
        return survey(documents, {}, catalog, show_recipients=show_recipients)
    return asyncio.run(
        check_documents(documents, checker, catalog, show_recipients=show_recipients)
    )


async def check_documents(
    documents: Sequence[Document],
    checker: Checker | None = None,
    catalog: Catalog | None = None,
    *,
    show_recipients: bool = False,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> Report:
    """The same within an event loop; `on_outcome` hears of every address as it is judged."""
    urls = targets(documents)
    outcomes = await (checker or Checker()).check(urls, on_outcome)
    return survey(documents, outcomes, catalog, show_recipients=show_recipients)


def targets(documents: Iterable[Document]) -> list[str]:
    """Every distinct address in `documents` that may be asked for, in order."""
    return list(
        dict.fromkeys(
            link.target
            for document in documents
            for link in document.links
            if link.target is not None and not link.defanged
        )
    )


def survey(
    documents: Sequence[Document],
    outcomes: dict[str, Outcome],
    catalog: Catalog | None = None,
    *,
    show_recipients: bool = False,
) -> Report:
    """The report on `documents`, with what is known of each target in `outcomes`."""
    catalog = catalog or Catalog.nyc()
    rows = []
    everybody = _everybody(documents)

    @lru_cache(maxsize=16)  # a row names its target several times
    def shown(url: str) -> str:
        """`url` without any recipient: the link of one may name that of another."""
        return url if show_recipients else redact(url, everybody)

    for document in documents:
        groups: dict[tuple[str, bool], list[Link]] = {}
        for link in document.links:
            groups.setdefault((link.target or link.url, link.defanged), []).append(link)
        for links in groups.values():
            target = links[0].target
            match = None if target is None else catalog.identify(target)
            outcome = _outcome(links[0], outcomes, match)
            row = _row(document, links, match, outcome, shown)
            rows.append(evolve(row, recipients=_addressees(links)) if show_recipients else row)
    names = tuple(document.name for document in documents)
    notes = tuple(note for document in documents for note in document.notes)
    return Report(tuple(rows), names, notes)


def _outcome(link: Link, outcomes: dict[str, Outcome], match: Match | None) -> Outcome:
    """What is known of a link; a page that works under a former address is a renamed one."""
    if link.error is not None:
        return Outcome(link.url, Reason.WRAPPER, evidence=str(link.error))
    target = link.target or link.url
    if link.defanged:
        return Outcome(target, Reason.DEFANGED)
    opaque = link.unwrapped.opaque if link.unwrapped else None
    if opaque is not None and opaque.kind.personal:
        return Outcome(target, Reason.WRAPPER, evidence=str(opaque))
    outcome = outcomes.get(target, Outcome(target, Reason.NOT_ASKED))
    works = outcome.verdict in (Verdict.ALIVE, Verdict.MOVED)
    if works and match is not None and match.renamed:
        return evolve(outcome, reason=Reason.RENAMED, replacement=match.current_url)
    return outcome


def _everybody(documents: Iterable[Document]) -> frozenset[str]:
    """Everybody to whom a link was sent, whether its target is known or not."""
    found: set[str] = set()
    for document in documents:
        for link in document.links:
            found |= link.unwrapped.recipients if link.unwrapped else recipients(link.url)
    return frozenset(found)


def _row(
    document: Document,
    links: Sequence[Link],
    match: Match | None,
    outcome: Outcome,
    shown: Callable[[str], str],
) -> Row:
    """One row, every address in it as it may be `shown`."""
    first = links[0]
    return Row(
        document.name,
        shown(first.url),
        None if first.target is None else shown(first.target),
        None if match is None else _with(match, url=shown(match.url)),
        _with(
            outcome,
            url=shown(outcome.url),
            hops=tuple(_with(hop, url=shown(hop.url)) for hop in outcome.hops),
            replacement=None if outcome.replacement is None else shown(outcome.replacement),
            evidence=shown(outcome.evidence),
        ),
        tuple(link.place for link in links),
    )


def _with(value: T, **fields: Any) -> T:  # noqa: ANN401  of whatever type the field is
    """`value` with other `fields`: itself where they are the same, as most are."""
    same = all(getattr(value, name) == other for name, other in fields.items())
    return value if same else evolve(value, **fields)


def _addressees(links: Sequence[Link]) -> tuple[str, ...]:
    """To whom the messages were sent that `links` are from, in the original case."""
    safe_links = (
        safe_link
        for link in links
        if link.unwrapped is not None
        for safe_link in link.unwrapped.safe_links
    )
    found = dict.fromkeys(safe_link.recipient for safe_link in safe_links)
    return tuple(address for address in found if address)
