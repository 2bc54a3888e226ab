"""The report as a table for spreadsheets (RFC 4180): one line for each place of each address.

Spreadsheets take a cell for a formula that begins like one, also where a cell comes from a text, so
such cells begin with an apostrophe instead (OWASP, “CSV injection”).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from safelinks.addresses import percent
from safelinks.addresses.place import Place
from safelinks.checks.report import Report
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import ArchivedCopy
from safelinks.reports.wording.findings_by_row import beside
from safelinks.reports.wording.phrases import address_on_one_line, on_one_line
from safelinks.rules import Finding
from safelinks.rules.checked_link import CheckedLink, Sighting

__all__ = ["CSV_COLUMNS", "render"]

CSV_COLUMNS = (
    "file", "line", "column", "place", "url", "target", "resource", "agency", "verdict", "reason",
    "status", "evidence", "codes", "level", "replacement", "label",
    "archived", "archived_at",
)  # fmt: skip

# At the beginning of a cell: a formula, in full width too, or a command to a build service. Where
# semicolons separate the cells, as in Excel in much of Europe, a cell may begin behind one.
_FORMULA = pattern_of(r"(?:(?<=;)|^)(?=[\"'\s]*(?:[=+@＝＋－＠-]|::))")
_SEMICOLON = pattern_of(r";(?=[\"'\s]*[=+@＝＋－＠-])")


def render(report: Report) -> Iterator[str]:
    """`report` as CSV in UTF-8, with a header; the numbers of its columns do not change."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for cells in _lines(report):
        writer.writerow(cells)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _lines(report: Report) -> Iterator[Iterable[object]]:
    yield CSV_COLUMNS
    found = beside(report)
    for row, findings in found.rows:
        fixed = _of_row(row)
        for sighting in row.sightings:
            here = [one for one in findings if one.place == sighting.place]
            line = _line(row.file, sighting, fixed, here, row.replacement)
            yield (*line, *_of_copy(row.outcome.archived))
    for finding in found.alone:
        url = _url(finding.url)
        nothing = (url, "", _text(finding.resource or ""), "", "", "", "", _text(finding.message))
        line = _line(finding.file, Sighting(finding.place), nothing, [finding], None)
        yield (*line, *_of_copy(None))


def _line(
    file: str,
    sighting: Sighting,
    fixed: tuple[object, ...],
    findings: list[Finding],
    replacement: str | None,
) -> tuple[object, ...]:
    instead = next((one.replacement for one in findings if one.replacement), replacement)
    gravest = min((one.level for one in findings), key=lambda one: one.rank, default="")
    codes = " ".join(dict.fromkeys(one.code for one in findings))
    label = _text(sighting.label or "")
    return (_text(file), *_of_place(sighting.place), *fixed, codes, gravest, _url(instead), label)


def _of_copy(copy: ArchivedCopy | None) -> tuple[object, ...]:
    return ("", "") if copy is None else (_url(copy.url), copy.at.isoformat())


def _of_place(place: Place) -> tuple[object, ...]:
    return place.line, place.column, _text(place.within)


def _of_row(row: CheckedLink) -> tuple[object, ...]:
    """What is the same at every place of a row: from `url` to `evidence`."""
    match, outcome = row.match, row.outcome
    resource = match.resource.id if match and match.resource else ""
    agency = match.agency.acronym if match and match.agency else ""
    named = (_text(resource), _text(agency))
    judged = (row.verdict, outcome.reason, outcome.status, _text(outcome.evidence))
    return (_url(row.url), _url(row.target), *named, *judged)


def _text(text: str) -> str:
    return _FORMULA.sub("'", on_one_line(text))


def _url(url: str | None) -> str:
    """An address stays one: only what is not an address at all gets an apostrophe."""
    return _FORMULA.sub("'", percent.encode(address_on_one_line(url), _SEMICOLON))
