"""The report for a person at a terminal: a table, then what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import click

from safelinks.health.outcome import MEANING, Reason, Verdict
from safelinks.printable import printable, printable_url
from safelinks.remarks import Kind
from safelinks.report import Report, Usage
from safelinks.rows import BROKEN, Row

__all__ = ["render"]

_COLOURS: Mapping[Verdict, str] = {
    Verdict.ALIVE: "green",
    Verdict.MOVED: "yellow",
    Verdict.DEAD: "red",
    Verdict.FAILING: "red",
    Verdict.UNCERTAIN: "yellow",
    Verdict.SKIPPED: "cyan",
    Verdict.OFFLINE: "magenta",
}
_HEADINGS = ("RESOURCE", "VERDICT")
_WHERE = {True: "LINES", False: "PLACES"}
_HEADINGS_OF_REMARKS: Mapping[Kind, str] = {
    Kind.LEADS_ELSEWHERE: "LINKS THAT LEAD ELSEWHERE",
    Kind.NOT_LINKED: "NAMED WITHOUT A LINK",
}
_WIDEST_NAME = 48
_MOST_LINES = 8
_FEW_DAYS = 14  # that a certificate has left
_WORKS = (Verdict.ALIVE, Verdict.MOVED)
_SELF_EXPLAINING = (*_WORKS, Verdict.OFFLINE)


def render(report: Report) -> Iterator[str]:
    """`report` as text, with ANSI colours, which click takes out again where they do not belong."""
    by_file: dict[str, list[Row]] = {file: [] for file in report.files}
    for row in report.rows:
        by_file[row.file].append(row)
    for file, rows in by_file.items():
        links = sum(len(row.places) for row in rows)
        yield f"{printable(file)}: {_count(links, 'link')}, {_count(len(rows), 'address')}\n\n"
        yield from _lines_of(_table(rows))
    yield from _lines_of(_resource_lines(report))
    yield from _lines_of(_remark_lines(report))
    yield from _lines_of(_verdict_lines(report))


def _lines_of(lines: Iterator[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


def _table(rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    names = [_name(row) for row in rows]
    verdicts = [_verdict(row) for row in rows]
    name_width = max(map(len, (_HEADINGS[0], *names)))
    verdict_width = max(map(len, (_HEADINGS[1], *verdicts)))
    lines_only = not any(place.within for row in rows for place in row.places)
    yield f"{_HEADINGS[0]:{name_width}}  {_HEADINGS[1]:{verdict_width}}  {_WHERE[lines_only]}"
    for row, name, verdict in zip(rows, names, verdicts, strict=True):
        shown = click.style(f"{verdict:{verdict_width}}", fg=_COLOURS[row.verdict])
        yield f"{name:{name_width}}  {shown}  {_where(row, lines_only=lines_only)}"
        yield f"    {printable_url(row.target or row.url)}"
        if row.replacement is not None:
            yield f"    now: {printable_url(row.replacement)}"
        elif row.outcome.reason is Reason.REDIRECTED:
            yield f"    ends at: {printable_url(row.outcome.final_url)}"
        if _tells(row):
            yield f"    {printable(row.outcome.evidence)}"
        yield from (f"    {printable(line)}" for line in _noted(row))
        for doubt in row.suspicions:
            yield click.style(f"    suspicious: {printable(doubt.reason)}", fg="red")
        if row.recipients:
            yield f"    sent to: {', '.join(map(printable, row.recipients))}"
    yield ""


def _name(row: Row) -> str:
    """What a row's address is; names come from catalogs, which may be anybody's."""
    match = row.match
    if match is not None and match.resource is not None:
        name = printable(match.resource.name)
        if len(name) > _WIDEST_NAME:
            name = f"{name[: _WIDEST_NAME - 1]}…"
        return f"{name} ({printable(match.resource.agency)})"
    if match is not None and match.agency is not None:
        return f"a page of {printable(match.agency.name)}"
    if match is not None and match.site is not None:
        return printable(match.site)
    return "unknown"


def _verdict(row: Row) -> str:
    verdict, reason = row.verdict, row.outcome.reason
    if reason in (Reason.OK, Reason.NO_NETWORK):
        return str(verdict)
    words = MEANING[reason].removeprefix("works, ").removeprefix("but ")
    return f"{verdict}: {words}"


def _noted(row: Row) -> Iterator[str]:
    """What a reader should know beside the verdict."""
    outcome, past = row.outcome, row.outcome.past
    if past is not None and past.runs:
        since = f" since {past.since:%Y-%m-%d}" if past.since else ""
        alive = (
            f"last worked {past.last_alive:%Y-%m-%d}" if past.last_alive else "never seen to work"
        )
        yield f"did not work in {_count(past.runs, 'run')}{since}, {alive}"
    if past is not None and past.reused:
        yield f"as found at {past.reused:%Y-%m-%d %H:%M} UTC"
    if row.excused:
        yield "not often enough to fail this check"
    if outcome.certificate is not None and outcome.verdict in _WORKS:
        days = outcome.certificate.days_left(datetime.now(UTC))
        if days < 0:
            yield f"its certificate ended {_count(-days, 'day')} ago"
        elif days < _FEW_DAYS:
            yield f"its certificate ends in {_count(days, 'day')}"


def _tells(row: Row) -> bool:
    """Whether the evidence says more than the verdict does."""
    return bool(row.outcome.evidence) and row.verdict not in _SELF_EXPLAINING


def _where(row: Row, *, lines_only: bool) -> str:
    """Where a row's links are: numbers of lines, or places in full where a line does not tell."""
    told = (str(place.line if lines_only else place) for place in row.places)
    places = list(dict.fromkeys(told))
    shown = (", " if lines_only else "; ").join(map(printable, places[:_MOST_LINES]))
    more = len(places) - _MOST_LINES
    return f"{shown} and {more} more" if more > 0 else shown


def _resource_lines(report: Report) -> Iterator[str]:
    """How often each resource is linked, and whether by an old address."""
    used = report.resources
    if used:
        yield "BY RESOURCE"
        for one in used:
            yield f"    {printable(one.resource.name)}: {_used(one)}"
        yield ""


def _used(usage: Usage) -> str:
    links = _count(usage.links, "link")
    if not usage.former:
        return links
    how_many = "" if usage.former == usage.links else f"{usage.former} of them by a "
    now = f", now {printable_url(usage.current_url)}" if usage.current_url else ""
    return f"{links}, {how_many}former address{now}"


def _remark_lines(report: Report) -> Iterator[str]:
    """What the texts say against their links, with the place."""
    for kind, heading in _HEADINGS_OF_REMARKS.items():
        remarks = [one for one in report.remarks if one.kind is kind]
        if remarks:
            yield heading
        for one in remarks:
            where = f"{one.file}, {one.place}" if str(one.place) else one.file
            yield f"    {printable(one.resource.name)} ({printable(where)})"
            if one.leads_to is not None:
                url = printable_url(one.url or "")
                name = printable(one.name or "")
                yield f"        the link named “{name}” leads to {printable(one.leads_to)}: {url}"
            yield f"        it {printable(one.home)}"
        if remarks:
            yield ""


def _verdict_lines(report: Report) -> Iterator[str]:
    """The end of the report: what counts, and why the exit code is what it is."""
    if not report.rows:
        yield "No links were found."
        return
    counts = [f"{count} {verdict}" for verdict, count in report.verdicts.items() if count]
    yield f"{_count(len(report.rows), 'address')}: {', '.join(counts)}."
    newer = sum(row.replacement is not None for row in report.rows)
    if newer:
        yield f"{_count(newer, 'address')} should be replaced by the one after “now:”."
    suspicious = sum(bool(row.suspicions) for row in report.rows)
    if suspicious:
        yield f"{_count(suspicious, 'address')} called suspicious above: see what is said there."
    elsewhere = sum(one.kind is Kind.LEADS_ELSEWHERE for one in report.remarks)
    if elsewhere:
        links = _count(elsewhere, "link")
        yield f"{links} to a place other than the name says: mend the address or the name."
    failing = sum(row.verdict in BROKEN and not row.excused for row in report.rows)
    if failing:
        yield f"{_count(failing, 'address')} did not work: mend or remove what is dead or failing."
    excused = sum(row.excused for row in report.rows)
    if excused:
        yield f"{_count(excused, 'address')} did not work, but in too few runs to fail this check."
    unknown = report.verdicts[Verdict.OFFLINE]
    if unknown:
        which = "the addresses" if unknown == len(report.rows) else _count(unknown, "address")
        evidence = {one.outcome.evidence for one in report.rows if one.verdict is Verdict.OFFLINE}
        seen = f" ({printable('; '.join(sorted(evidence)))})" if any(evidence) else ""
        yield (
            f"This machine has no network{seen}, so nothing is said about whether {which} work; "
            "run this again with a connection."
        )
    heads = sum(
        bool(row.outcome.hops) and row.outcome.hops[-1].method == "HEAD" for row in report.rows
    )
    if heads:
        yield f"{_count(heads, 'address')} asked with HEAD only: nobody has looked at the pages."
    if report.interrupted:
        left = sum(row.outcome.reason is Reason.NOT_ASKED for row in report.rows)
        yield f"Interrupted: {_count(left, 'address')} not asked, or not to the end."


def _count(number: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"
