"""The report for a person at a terminal: what is wrong and what to do, then address by address.

Every line begins with something of ours: no text of a stranger's can look like a command to what
reads the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import groupby

import click
from attrs import frozen

from safelinks.health.outcome import MEANING, Reason, Verdict
from safelinks.report import Report, Usage
from safelinks.reports.headline import asides, conclusion, headline
from safelinks.reports.naming import name_of, where
from safelinks.reports.phrases import address, count, shown
from safelinks.rows import BROKEN, Row
from safelinks.rules import OF_WRAPPERS, Finding, Level

__all__ = ["Detail", "View", "render"]


class Detail(IntEnum):
    """How much is said: what fails, what matters, or all that is known."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


@frozen
class View:
    """How a report is looked at: in how much `detail`, and in how many columns (None: any)."""

    detail: Detail = Detail.NORMAL
    columns: int | None = None


_COLOURS: Mapping[Verdict, str] = {
    Verdict.ALIVE: "green",
    Verdict.MOVED: "yellow",
    Verdict.DEAD: "red",
    Verdict.FAILING: "red",
    Verdict.UNCERTAIN: "yellow",
    Verdict.SKIPPED: "cyan",
    Verdict.OFFLINE: "magenta",
}
_OF_LEVEL: Mapping[Level | None, str] = {
    Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan", None: "green"
}  # fmt: skip
_MARGIN = max(map(len, Verdict)) + 4
_NARROW = 50  # columns; below, addresses begin further to the left
_MOST_WELL = 12  # addresses of a file that nothing is said against
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_NOT_LINKED = "SL402"


def render(report: Report, view: View | None = None) -> Iterator[str]:
    """`report` as text, with ANSI colours, which click takes out again where they do not belong."""
    lines = _Lines(report, view or View())
    return (f"{line}\n" for line in lines.all())


@frozen
class _Lines:
    report: Report
    view: View

    def all(self) -> Iterator[str]:
        """Every line of the report."""
        quiet = self.view.detail is Detail.QUIET
        if quiet and not self.report.exit_code:
            return
        if not quiet:
            yield from self._headline()
        said: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.report.findings:
            if finding.url is not None:
                said.setdefault((finding.file, finding.url), []).append(finding)
        for file, rows in groupby(self.report.rows, key=lambda row: row.file):
            yield from self._file(file, list(rows), said)
        yield from self._not_linked()
        if not quiet:
            if self.view.detail is Detail.VERBOSE:
                yield from self._resources()
            yield from asides(self.report)
        yield conclusion(self.report)

    def _headline(self) -> Iterator[str]:
        for sentence in headline(self.report):
            yield click.style(sentence.text, fg=_OF_LEVEL[sentence.level])
        yield ""

    def _file(
        self, file: str, rows: Sequence[Row], said: Mapping[tuple[str, str], list[Finding]]
    ) -> Iterator[str]:
        """What there is to say of a file, the gravest first, then what is well in it."""
        found = [(row, said.get((row.file, row.target or row.url), ())) for row in rows]
        worth = [(row, findings) for row, findings in found if self._is_worth(row, findings)]
        worth.sort(key=lambda one: _gravity(*one))
        if self.view.detail is Detail.QUIET:
            if worth:
                yield f"In {shown(file)}:"
            for row, findings in worth:
                yield from self._row(row, findings)
            return
        links = sum(len(row.places) for row in rows)
        to = count(len(rows), "address")
        yield click.style(f"In {shown(file)}: {count(links, 'link')} to {to}", bold=True)
        for row, findings in worth:
            yield from self._row(row, findings)
        told = {id(row) for row, _ in worth}
        well = [row for row in rows if id(row) not in told]
        listed = well if len(well) <= _MOST_WELL or self._is_verbose else well[:_MOST_WELL]
        for row in listed:
            yield from self._row(row, ())
        if len(well) > len(listed):
            yield f"  and {count(len(well) - len(listed), 'address')} more; -v lists all of them"
        yield ""

    @property
    def _is_verbose(self) -> bool:
        return self.view.detail is Detail.VERBOSE

    def _is_worth(self, row: Row, findings: Iterable[Finding]) -> bool:
        """Whether there is more to say of a row than that it is there."""
        if self.view.detail is Detail.QUIET:
            return any(map(self.report.selection.fails, findings))
        return any(self._is_told(one) and not one.known for one in findings) or (
            row.verdict in BROKEN
        )

    def _is_told(self, finding: Finding) -> bool:
        """Whether it is worth a line: wrappers are many, and the headline counts them."""
        return (
            self._is_verbose
            or finding.code not in OF_WRAPPERS
            or self.report.selection.fails(finding)
        )

    def _row(self, row: Row, findings: Iterable[Finding]) -> Iterator[str]:
        verdict = click.style(f"{row.verdict:{_MARGIN - 4}}", fg=_COLOURS[row.verdict])
        yield f"  {verdict}  {name_of(row)}, {where(row.places)}"
        yield self._below(self._quoted(row.target or row.url))
        yield from map(self._below, self._said(row, findings))

    def _said(self, row: Row, findings: Iterable[Finding]) -> Iterator[str]:
        """What there is to say of a row, and what to do."""
        findings = list(filter(self._is_told, findings))
        told = dict.fromkeys((one.code, one.level, one.message, one.known) for one in findings)
        for code, level, message, known in told:
            styled = click.style(code, fg=_OF_LEVEL[level])
            yield f"{styled} {shown(message)}{' (known)' if known else ''}"
        writes = dict.fromkeys(
            (one.replacement, one.fixable) for one in findings if one.replacement
        )
        for replacement, fixable in writes:
            if (replacement, True) in writes and not fixable:
                continue
            yield f"write {self._address(replacement)}" + (" (--fix does)" if fixable else "")
        if not findings and row.verdict not in _SELF_EXPLAINING:
            words, evidence = MEANING[row.outcome.reason], row.outcome.evidence
            yield f"{words} ({shown(evidence)})" if evidence else words
        elif row.outcome.reason is Reason.REDIRECTED:
            yield f"ends at {self._address(row.outcome.final_url)}"
        past = row.outcome.past
        if past is not None and past.reused:
            yield f"as found at {past.reused:%Y-%m-%d %H:%M} UTC"
        if self._is_verbose:
            yield from map(shown, _evidence(row))
        if row.recipients:
            yield f"sent to {', '.join(map(shown, row.recipients))}"

    def _below(self, line: str) -> str:
        narrow = self.view.columns is not None and self.view.columns < _NARROW
        return f"{' ' * (4 if narrow else _MARGIN)}{line}"

    def _quoted(self, url: str) -> str:
        """`url` at the beginning of a line: what is inside of a wrapper may be no address at all.

        The runners of GitHub obey what such a line begins with, behind any white space.
        """
        return self._address(url) if _ADDRESS.match(url) else f"“{self._address(url)}”"

    def _address(self, url: str) -> str:
        """`url`, shortened in the middle where it is too long for the terminal."""
        url = address(url)
        if self.view.columns is None or self._is_verbose:
            return url
        return shortened(url, max(self.view.columns - _MARGIN - len("write  (--fix does)"), 24))

    def _not_linked(self) -> Iterator[str]:
        """Resources that are named without a link."""
        loud, fails = self.view.detail is not Detail.QUIET, self.report.selection.fails
        found = {
            (one.file, one.place, one.resource)
            for one in self.report.findings
            if one.code == _NOT_LINKED and not one.known and (loud or fails(one))
        }
        if found:
            yield click.style("Named without a link", bold=True)
            for remark in self.report.remarks:
                if (remark.file, remark.place, remark.resource.id) in found:
                    place = shown(", ".join(filter(None, (remark.file, str(remark.place)))))
                    yield f"  {_NOT_LINKED} {shown(remark.resource.name)} ({place})"
                    yield f"      it {shown(remark.home)}"
            yield ""

    def _resources(self) -> Iterator[str]:
        """How often each resource is linked, and whether by an old address."""
        used = self.report.resources
        if used:
            yield click.style("By resource", bold=True)
            yield from (f"  to {shown(one.resource.name)}: {_used(one)}" for one in used)
            yield ""


_SELF_EXPLAINING = (Verdict.ALIVE, Verdict.MOVED, Verdict.OFFLINE)


def _gravity(row: Row, findings: Iterable[Finding]) -> tuple[int, int, int]:
    """The lower, the sooner a reader should see it."""
    gravest = min((one.gravity for one in findings if not one.known), default=(len(Level), 0))
    return *gravest, list(Verdict).index(row.verdict)


def _evidence(row: Row) -> Iterator[str]:
    """How the verdict came about."""
    outcome = row.outcome
    if outcome.evidence:
        yield f"seen: {outcome.evidence}"
    for hop in outcome.hops:
        answer = hop.status if hop.status is not None else "no answer"
        yield f"{hop.method} {address(hop.url)}: {answer}, {hop.elapsed:.2f} s"
    if outcome.error:
        yield f"on the way: {outcome.error}"
    if outcome.certificate is not None:
        yield f"certificate until {outcome.certificate.not_after:%Y-%m-%d}"
    if row.match is not None:
        yield f"catalog: {row.match.reason} (rule {int(row.match.rule)})"


def _used(usage: Usage) -> str:
    links = count(usage.links, "link")
    if not usage.former:
        return links
    how_many = "" if usage.former == usage.links else f"{usage.former} of them by a "
    now = f", now {address(usage.current_url)}" if usage.current_url else ""
    return f"{links}, {how_many}former address{now}"


def shortened(url: str, width: int) -> str:
    """`url` in at most `width` columns, its middle left out: host and end tell the most.

    >>> shortened("https://www.nyc.gov/site/mocs/passport/about-passport.page", 40)
    'https://www.nyc.gov/…about-passport.page'
    """
    if len(url) <= width:
        return url
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    head = f"{scheme}://{host}/"
    if len(head) + 8 > width:
        head = url[: max(width // 2, 1)]
    tail = url[-max(width - len(head) - 1, 1) :]
    piece = tail.find("/")
    return f"{head}…{tail[piece:] if 0 <= piece < len(tail) // 2 else tail}"
