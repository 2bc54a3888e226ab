"""`check`: documents through the whole house, to a report.

It only joins the rooms: links are found and unwrapped by `documents`, named by `catalog`, judged by
`health`. Each distinct target is asked once, however often and in however many files it stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from attrs import evolve

from safelinks.catalog import Catalog, Match
from safelinks.documents import Document, read
from safelinks.health.checker import Checker
from safelinks.health.outcome import Outcome, Reason, Verdict
from safelinks.redact import mask, redact
from safelinks.report import Place, Report, Row
from safelinks.text import Link

__all__ = ["check", "check_documents", "survey"]


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
    matches: dict[str, Match] = {}
    rows = []
    for document in documents:
        groups: dict[tuple[str, bool], list[Link]] = {}
        for link in document.links:
            groups.setdefault((link.target or link.url, link.defanged), []).append(link)
        for links in groups.values():
            target = links[0].target
            match = None
            if target is not None:
                match = matches.get(target) or catalog.identify(target)
                matches[target] = match
            outcome = _outcome(links[0], outcomes, match)
            rows.append(_row(document, links, match, outcome, show_recipients=show_recipients))
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
    outcome = outcomes.get(target, Outcome(target, Reason.NOT_ASKED))
    works = outcome.verdict in (Verdict.ALIVE, Verdict.MOVED)
    if works and match is not None and match.renamed:
        return evolve(outcome, reason=Reason.RENAMED, replacement=match.current_url)
    return outcome


def _row(
    document: Document,
    links: Sequence[Link],
    match: Match | None,
    outcome: Outcome,
    *,
    show_recipients: bool,
) -> Row:
    """One row, without anything personal unless `show_recipients`."""
    known = dict.fromkeys(
        layer_link.recipient
        for link in links
        if link.unwrapped is not None
        for layer_link in link.unwrapped.safe_links
        if layer_link.recipient
    )
    recipients = tuple(address for address in known if address is not None)

    def shown(url: str) -> str:
        if show_recipients:
            return url
        url = redact(url)
        for address in recipients:
            url = mask(url, address)
        return url

    first = links[0]
    return Row(
        document.name,
        shown(first.url),
        None if first.target is None else shown(first.target),
        None if match is None else evolve(match, url=shown(match.url)),
        evolve(
            outcome,
            url=shown(outcome.url),
            hops=tuple(evolve(hop, url=shown(hop.url)) for hop in outcome.hops),
            replacement=None if outcome.replacement is None else shown(outcome.replacement),
            evidence=shown(outcome.evidence),
        ),
        tuple(Place(link.line, link.column) for link in links),
        recipients if show_recipients else (),
    )
