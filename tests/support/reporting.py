"""Reports for the tests of their formats: one of all kinds of things, and the same poisoned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import httpx
from attrs import evolve
from building import wrap

import safelinks
from safelinks import Checker, Level, Policy, Report, Selection
from safelinks.addresses.place import Place
from safelinks.checks.baseline import Entry
from safelinks.health.model.outcome import Hop
from safelinks.rules import Finding

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
GONE = "https://example.org/gone"
NOTICE = f"""See {wrap("https://example.org/a")}
and {GONE}, twice: {GONE} and <https://example.org/login>.
The Payee Information Portal and PASSPort Public are at https://www1.nyc.gov/site/mocs/index.page
 https://www.nyc.gov.evil.example/x
"""
PAGE = f"""<p>Payee Information Portal, MyCity Business and <a href="{GONE}">the old page</a>.</p>
<a href="https://www.nyc.gov/">city</a>"""


def answer(request: httpx.Request) -> httpx.Response:
    url = str(request.url)
    return httpx.Response(404 if "gone" in url else 401 if "login" in url else 200)


def reported(*documents: tuple[str, str], selection: Selection | None = None) -> Report:
    """The report on texts with their names, from a web in which some pages are gone."""
    read = [safelinks.read(text.encode(), name) for text, name in documents]
    checker = Checker(Policy(retries=0), httpx.MockTransport(answer))
    return evolve(safelinks.check(*read, checker=checker, selection=selection), at=AT)


def everything(selection: Selection | None = None) -> Report:
    """A report with dead, uncertain, wrapped, suspicious and renamed links, and names without."""
    report = reported((NOTICE, "docs/notice.txt"), (PAGE, "./my page.html"), selection=selection)
    assert {one.level for one in report.findings} == set(Level)
    assert {one.code for one in report.findings} >= {"SL101", "SL204", "SL301", "SL304", "SL402"}
    return report


def with_findings(report: Report, findings: Iterable[Finding]) -> Report:
    return evolve(report, findings=tuple(findings))


def placed(report: Report, place: Place, file: str = "a.pdf") -> Report:
    """The report of one finding, at a place of a file."""
    finding = evolve(report.findings[0], place=place, file=file)
    return evolve(report, rows=(), files=(file,), findings=(finding,), notes=())


def poisoned(report: Report, text: str) -> Report:
    """The same report with `text` in all that comes from outside, added to what is there.

    Addresses and names of files also begin with it, so that it stands at the beginning of lines.
    """

    def renamed(file: str) -> str:
        return f"{text}{file}"

    def placed_in(place: Place, file: str) -> Place:
        return evolve(place, sheet=f"{text}x", part=f"x{text}") if file.endswith("html") else place

    rows = []
    for row in report.rows:
        outcome = evolve(
            row.outcome,
            evidence=f"{text}{row.outcome.evidence}",
            hops=(*row.outcome.hops, Hop(f"{text}x", row.outcome.status)),
            replacement=f"https://example.org/{text}" if row.outcome.replacement else None,
        )
        match = row.match
        if match is not None and match.resource is not None:
            resource = evolve(match.resource, name=f"{text}{match.resource.name}")
            match = evolve(match, resource=resource)
        if match is not None and match.agency is not None:
            agency = evolve(match.agency, name=f"{text}x", acronym=f"{text}y")
            match = evolve(match, agency=agency)
        seen = (
            evolve(
                one,
                label=f"{text}{one.label or ''}",
                place=placed_in(one.place, row.file),
            )
            for one in row.sightings
        )
        rows.append(
            evolve(
                row,
                file=renamed(row.file),
                match=match,
                outcome=outcome,
                sightings=tuple(seen),
                url=f"{row.url}{text}",
                target=row.target and f"{row.target}{text}",
            )
        )
    findings = (
        evolve(
            one,
            file=renamed(one.file),
            place=placed_in(one.place, one.file),
            message=f"{text}{one.message}{text}",
            url=one.url and f"{one.url}{text}",
            resource=one.resource and f"{text}{one.resource}",
            replacement=one.replacement and f"{one.replacement}{text}",
        )
        for one in report.findings
    )
    remarks = (
        evolve(
            one,
            file=renamed(one.file),
            place=placed_in(one.place, one.file),
            resource=evolve(one.resource, id=f"{text}{one.resource.id}", name=f"{text}x"),
            home=f"{text}{one.home}",
            name=one.name and f"{text}{one.name}",
            leads_to=one.leads_to and f"{text}{one.leads_to}",
        )
        for one in report.remarks
    )
    return evolve(
        report,
        remarks=tuple(remarks),
        gone=(Entry("SL301", renamed("a.txt"), f"{text}x"),),
        rows=tuple(rows),
        files=tuple(map(renamed, report.files)),
        notes=(f"{text} note",),
        findings=tuple(findings),
    )
