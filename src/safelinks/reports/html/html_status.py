"""The table of a status page: a service each row, what it answers, and what there is to do.

It has the columns of the report's table, so that both look and sort alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from safelinks.checks.service_status import ServiceStatus
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Verdict
from safelinks.reports.html.html_escaping import (
    VERDICT_WORDS,
    address_as_html,
    as_html,
    link_as_html,
    shape,
)
from safelinks.reports.html.html_pieces import (
    details_as_html,
    outcome_facts,
    select_as_html,
    verdict_as_html,
)
from safelinks.reports.html.html_summary import GRAVEST_FIRST
from safelinks.reports.wording.phrases import count
from safelinks.rules.checked_link import BROKEN, WORKS

__all__ = ["ServiceRow", "service_rows", "services_section"]

# The style sheet knows columns by the names that they have in the report.
_COLUMNS = (
    ("verdict", "Status", "number"),
    ("resource", "Service", "text"),
    ("agency", "Agency", "text"),
    ("address", "Address", "text"),
    ("where", "Since", "number"),
    ("findings", "To do", "number"),
)
_MANY = 200  # rows of which those out of sight are better not laid out
_ANCHOR = pattern_of("service-[a-z0-9][a-z0-9-]*")


@frozen
class ServiceRow:
    """A service in the table, as it was at the moment `at`; links to it end in its `anchor`."""

    anchor: str
    service: ServiceStatus
    at: datetime

    def html(self) -> str:
        """All its cells."""
        service, verdict = self.service, self.service.verdict
        agency = service.agency
        to_do = bool(service.reviews or service.proposal)
        return (
            f'<tr role="row" id="{self.anchor}" class="is-{verdict}" tabindex="-1"'
            f' data-verdict="{verdict}" data-agency="{as_html(agency.acronym)}"'
            f' data-category="{as_html(service.resource.category)}">\n'
            f'<td role="cell" class="verdict" data-key="{service.gravity}">'
            f"{verdict_as_html(verdict, service.outcome.reason)}</td>\n"
            f'<th role="rowheader" scope="row" class="resource">{as_html(service.resource.name)}'
            "</th>\n"
            f'<td role="cell" class="agency" title="{as_html(agency.name)}">'
            f"{as_html(agency.acronym)}</td>\n"
            f'<td role="cell" class="address"><div>{self._address()}</div>'
            f"{details_as_html(self._facts())}</td>\n"
            f'<td role="cell" class="where" data-key="{self._since_key()}">{self._since()}</td>\n'
            f'<td role="cell" class="findings" data-key="{int(not to_do)}">{self._to_do()}</td>\n'
            "</tr>\n"
        )

    def _address(self) -> str:
        outcome, proposal = self.service.outcome, self.service.proposal
        clickable = self.service.verdict in WORKS
        shown = f"<p>{link_as_html(outcome.url, clickable=clickable)}</p>"
        if outcome.replacement is not None:
            newer = link_as_html(outcome.replacement, clickable=clickable)
            shown += f'<p class="instead"><b>Now at</b> {newer}</p>'
        if proposal is not None:
            shown += f'<p class="aside">{as_html(proposal.evidence)}</p>'
        elif outcome.evidence and self.service.verdict not in (*WORKS, Verdict.OFFLINE):
            shown += f'<p class="aside">{as_html(outcome.evidence)}</p>'
        return shown

    def _since_key(self) -> int:
        """What has not worked for the longest time comes first."""
        past = self.service.outcome.past
        since = past.since if past is not None and self.service.verdict in BROKEN else None
        return int((since or datetime.max.replace(tzinfo=UTC)).timestamp())

    def _since(self) -> str:
        past = self.service.outcome.past
        if past is None or past.since is None or self.service.verdict not in BROKEN:
            return ""
        last = f"last worked {_on(past.last_alive)}" if past.last_alive else "never worked"
        return (
            f'<p>since {_on(past.since)}</p><p class="aside">{count(past.runs, "run")}; {last}</p>'
        )

    def _to_do(self) -> str:
        told = [("note", one.message, one.url) for one in self.service.reviews]
        if self.service.proposal is not None:
            told.insert(0, ("warning", "write the new address", self.service.outcome.url))
        if not told:
            return '<span class="none">–</span>'
        shown = "".join(
            f'<li class="is-{level}">{shape(level)}{as_html(message)}'
            f"{'' if url == self.service.outcome.url else f' {address_as_html(url)}'}</li>"
            for level, message, url in told
        )
        return f"<ul>{shown}</ul>"

    def _facts(self) -> Iterator[tuple[str, str]]:
        entry, outcome = self.service.resource, self.service.outcome
        yield "Id", f"<code>{as_html(entry.id)}</code>"
        yield "Is", as_html(entry.description)
        yield "Category", as_html(entry.category)
        yield "Owner", as_html(self.service.agency.name)
        yield from outcome_facts(outcome, self.at)
        yield "Formerly", "<br>".join(map(address_as_html, entry.former_urls))


def _on(moment: datetime) -> str:
    """A day, on one line."""
    return f'<time class="begins" datetime="{moment:%Y-%m-%d}">{moment:%Y-%m-%d}</time>'


def service_rows(services: Iterable[ServiceStatus], at: datetime) -> list[ServiceRow]:
    """The rows of the table, each of which can be linked to: by its id, if it has it alone."""
    rows: dict[str, ServiceRow] = {}
    for number, one in enumerate(services, 1):
        anchor = f"service-{one.resource.id}"
        if anchor in rows or not _ANCHOR.fullmatch(anchor):
            anchor = f"service--{number}"
        rows[anchor] = ServiceRow(anchor, one, at)
    return list(rows.values())


def services_section(rows: Sequence[ServiceRow]) -> Iterator[str]:
    """What to look for in the table, and the table."""
    yield '<section class="addresses" aria-labelledby="services">\n'
    yield '<h2 id="services">Services</h2>\n'
    yield from _controls(rows)
    yield f'<p id="shown" class="shown" role="status">{count(len(rows), "service")}</p>\n'
    yield '<table id="table" role="table">\n<caption class="unseen">All services, each with its '
    yield "status, owner and address, since when it does not work, and what to do</caption>\n"
    yield '<thead role="rowgroup"><tr role="row">'
    for name, title, kind in _COLUMNS:
        order = ' aria-sort="ascending"' if name == "verdict" else ""
        yield f'<th scope="col" role="columnheader" class="{name}" data-sort="{kind}"{order}>'
        yield f"{title}</th>"
    many = ' class="many"' if len(rows) > _MANY else ""
    yield f'</tr></thead>\n<tbody role="rowgroup"{many}>\n'
    yield from (row.html() for row in rows)
    yield "</tbody>\n</table>\n</section>\n"


def _controls(rows: Sequence[ServiceRow]) -> Iterator[str]:
    there = {row.service.verdict for row in rows}
    verdicts = [(str(one), VERDICT_WORDS[one]) for one in GRAVEST_FIRST if one in there]
    bodies = {row.service.agency.acronym: row.service.agency.name for row in rows}
    agencies = sorted(bodies.items(), key=lambda one: one[1].casefold())
    categories = sorted({row.service.resource.category for row in rows}, key=str.casefold)
    yield '<form id="controls" class="controls" role="search" aria-label="Filter services" '
    yield "hidden>\n"
    yield '<label class="wide">Search <input type="search" id="search" autocomplete="off" '
    yield 'spellcheck="false" placeholder="name, address, what to do"></label>\n'
    yield select_as_html("verdict", "Status", "Any status", verdicts)
    yield select_as_html("agency", "Agency", "Any agency", agencies)
    yield select_as_html("category", "Category", "Any category", [(one, one) for one in categories])
    yield '<button type="reset">Show all</button>\n</form>\n'
