"""Reports made of texts and of outcomes that nobody had to ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from attrs import evolve, field, frozen

import safelinks
from safelinks.catalog import Catalog
from safelinks.checks.assessment import Survey
from safelinks.checks.collecting import collect
from safelinks.checks.local_link_options import LocalLinkOptions
from safelinks.checks.report import Report
from safelinks.documents.content.document_content import TextContent
from safelinks.documents.document import Document
from safelinks.documents.passages.encodings import UTF_8
from safelinks.health.model.outcome import Hop, Outcome, Reason
from safelinks.links.text_links import Link, Peel
from safelinks.rules import Selection

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CATALOG = Catalog.nyc()
FORMER = "https://www1.nyc.gov/site/mocs/systems/about-go-to-passport.page"
CURRENT = "https://www.nyc.gov/site/mocs/passport/about-passport.page"
UNSURE = "https://www1.nyc.gov/site/mocs/systems/doing-business-with-nyc.page"


@frozen
class Told(TextContent):
    """A text of whose links a format tells what no text does."""

    told: tuple[Link, ...] = field(kw_only=True)

    def links(self, _: Peel) -> Iterator[Link]:
        return iter(self.told)


def told(document: Document, links: Iterable[Link]) -> Document:
    """A text with these `links`, as if its format said so."""
    return evolve(document, content=Told(document.text or "", UTF_8, told=tuple(links)))


def read(text: str | bytes, name: str = "a.txt") -> Document:
    return safelinks.read(text.encode("utf-8") if isinstance(text, str) else text, name)


def survey(*documents: Document, selection: Selection | None = None, dead_after: int = 1) -> Survey:
    found = collect(documents, CATALOG)
    links_to_files = LocalLinkOptions()
    return Survey(
        found,
        CATALOG,
        selection or Selection(),
        now=NOW,
        dead_after=dead_after,
        local_links=links_to_files,
    )


def report(
    text: str | Document | Iterable[Document],
    outcomes: Iterable[Outcome] = (),
    selection: Selection | None = None,
    **how: int,
) -> Report:
    documents = [read(text)] if isinstance(text, str) else text
    documents = [documents] if isinstance(documents, Document) else list(documents)
    return survey(*documents, selection=selection, **how).report(by_url(outcomes))


def by_url(outcomes: Iterable[Outcome]) -> Mapping[str, Outcome]:
    return {one.url: one for one in outcomes}


def works(url: str) -> Outcome:
    return Outcome(url, Reason.OK, (Hop(url, 200),))


def gone(url: str) -> Outcome:
    return Outcome(url, Reason.NOT_FOUND, (Hop(url, 404),), evidence="404")


def moved(url: str, to: str, status: int = 301) -> Outcome:
    hops = (Hop(url, status), Hop(to, 200))
    return Outcome(url, Reason.MOVED_PERMANENTLY, hops, replacement=to)


def redirected(url: str, to: str, status: int = 302) -> Outcome:
    return Outcome(url, Reason.REDIRECTED, (Hop(url, status), Hop(to, 200)))
