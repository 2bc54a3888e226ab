"""The status of a catalog's services as one HTML page, made like the report.

Everything in it goes through `html_escaping`; what all pages have is in `html_frame`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePath

from safelinks.checks.service_status import CatalogStatus, ServiceStatus
from safelinks.health.model.outcome import MEANING, Verdict
from safelinks.reports.catalog_report import diff_lines
from safelinks.reports.html.html_escaping import (
    address_as_html,
    as_html,
    lines_as_html,
    link_as_html,
    shape,
)
from safelinks.reports.html.html_frame import framed, moment_as_html, notes_section
from safelinks.reports.html.html_status import ServiceRow, service_rows, services_section
from safelinks.reports.html.html_summary import GRAVEST_FIRST, counts_section, task_as_html
from safelinks.reports.wording.phrases import count
from safelinks.reports.wording.status import headline_of, notes_of
from safelinks.rules.checked_link import BROKEN

__all__ = ["status_page"]

_MOST_NAMED = 12


def status_page(found: Sequence[CatalogStatus]) -> Iterator[str]:
    """The status of one or more catalog files, of which there is at least one."""
    services = [one for status in found for one in status.services]
    says = headline_of(services)
    at = max(status.at for status in found)
    rows = service_rows(services, at)
    return framed(f"{says} – service status", "Skip to the status", _main(found, rows, says))


def _main(found: Sequence[CatalogStatus], rows: Sequence[ServiceRow], says: str) -> Iterator[str]:
    verdicts = Counter(row.service.verdict for row in rows)
    tone = next((one for one in GRAVEST_FIRST if verdicts[one]), Verdict.SKIPPED)
    names = [as_html(PurePath(status.name).name) for status in found]
    which = names[0] if len(names) == 1 else count(len(names), "file")
    yield f'<header class="is-{tone}">\n<p class="over">Service status: <b>{which}</b></p>\n'
    yield f"<h1>{shape(tone)}<span>{as_html(says)}</span></h1>\n"
    yield f'<p class="when">Checked on {moment_as_html(max(one.at for one in found))}: '
    asked = sum(status.asked for status in found)
    yield f"{count(asked, 'address')} of {count(len(rows), 'service')}</p>\n</header>\n"
    yield '<main id="main">\n'
    if rows:
        yield from counts_section(
            "Services by status", {str(one): number for one, number in verdicts.items()}
        )
    yield from _tasks(rows)
    if rows:
        yield from services_section(rows)
    yield from _diffs(found)
    yield from notes_section(dict.fromkeys(note for one in found for note in notes_of(one)))


def _tasks(rows: Sequence[ServiceRow]) -> Iterator[str]:
    yield '<section class="todo" aria-labelledby="todo">\n<h2 id="todo">What to do</h2>\n'
    down = [row for row in rows if row.service.verdict in BROKEN]
    broken = [row for row in down if not row.service.excused]
    excused = [row for row in down if row.service.excused]
    moved = [row for row in rows if row.service.proposal is not None]
    rest = [row for row in rows if row.service.reviews and row.service.verdict not in BROKEN]
    tasks = [
        task_as_html(kind, f"<strong>{says}</strong> {what}", _named(about))
        for about, kind, says, what in (
            (broken, "dead", f"{_of(broken)} not work.", "Look for where they are now."),
            (moved, "moved", f"{_of(moved, 'has', 'have')} moved for good.",
             'The <a href="#changes">diff</a> writes the new address, and keeps the old one.'),
            (excused, "note", f"{_of(excused)} not work, in too few runs to count.",
             "Run this again later."),
            (rest, "note", f"{_of(rest, 'needs', 'need')} a look.",
             "What was seen does not fit the catalog."),
        )
        if about
    ]  # fmt: skip
    unknown = any(row.service.verdict is Verdict.OFFLINE for row in rows)
    nothing = "Run this again with a network." if unknown else "Nothing to do."
    yield f"<ol>\n{''.join(tasks)}</ol>\n" if tasks else f"<p>{nothing}</p>\n"
    yield "</section>\n"


def _of(rows: Sequence[ServiceRow], one: str = "does", several: str = "do") -> str:
    return f"{count(len(rows), 'service')} {one if len(rows) == 1 else several}"


def _named(rows: Sequence[ServiceRow]) -> str:
    """The rows that a task is about, the first of them, with links to them."""
    shown = "".join(
        f'<li><a href="#{row.anchor}">{as_html(row.service.resource.name)}</a> '
        f"<span>{_told(row.service)}</span></li>"
        for row in islice(rows, _MOST_NAMED)
    )
    more = len(rows) - _MOST_NAMED
    if more > 0:
        shown += f'<li><a href="#services">and {more:,} more in the table</a></li>'
    return f"<ul>{shown}</ul>"


def _told(service: ServiceStatus) -> str:
    if service.proposal is not None:
        newer = link_as_html(service.outcome.replacement or service.proposal.url, clickable=True)
        return f"now {newer}"
    if service.verdict in BROKEN:
        past = service.outcome.past
        since = f" since {past.since:%Y-%m-%d}" if past is not None and past.since else ""
        return f"{as_html(MEANING[service.outcome.reason])}{since}"
    return "; ".join(
        f"{as_html(one.message)} ({address_as_html(one.url)})" for one in service.reviews
    )


def _diffs(found: Iterable[CatalogStatus]) -> Iterator[str]:
    """What to change in the files."""
    changed = [one for one in found if one.upkeep.proposals]
    if not changed:
        return
    yield '<section class="texts" aria-labelledby="changes">\n'
    yield '<h2 id="changes">Changes to the catalog</h2>\n'
    yield "<p>To be reviewed, and applied by <code>git apply -p0</code>.</p>\n"
    for one in changed:
        diff = "\n".join(diff_lines(one.before, one.upkeep.text, one.name))
        yield f'<article>\n<h3>{as_html(one.name)}</h3>\n<div class="paper" tabindex="0">'
        yield f"<code>{lines_as_html(diff)}</code></div>\n</article>\n"
    yield "</section>\n"
