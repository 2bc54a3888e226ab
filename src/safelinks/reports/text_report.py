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

from safelinks.addresses.place import Place
from safelinks.checks.report import Report, Usage
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import MEANING, Reason, Verdict
from safelinks.reports.links_to_files import files_lines
from safelinks.reports.wording.address_names import (
    name_of,
    of_bearable_length,
    shortened,
    where,
)
from safelinks.reports.wording.conclusion import asides, conclusion, verdict_word
from safelinks.reports.wording.headline import headline, of_files
from safelinks.reports.wording.phrases import address_on_one_line, count, on_one_line, unused_in
from safelinks.reports.wording.replacements import to_write
from safelinks.rules import OF_WRAPPERS, RULES, Finding, Level, Topic
from safelinks.rules.checked_link import BROKEN, CheckedLink

__all__ = ["Detail", "View", "render"]


class Detail(IntEnum):
    """How much is said: what fails, what matters, or all that is known."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


@frozen
class View:
    """How a report is looked at: in how much `detail`, and in how many columns (None: any).

    Of one that is `counted`, findings are not listed.
    """

    detail: Detail = Detail.NORMAL
    columns: int | None = None
    counted: bool = False


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
_NARROWEST = 24  # columns that an address is given in any case
_FEW_FILES = 3  # of each of which more is said than what is wrong in it
_MOST_WELL = 12  # addresses of a file that nothing is said against
_ADDRESS = pattern_of(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def render(report: Report, view: View | None = None) -> Iterator[str]:
    """`report` as text, with ANSI colours, which click takes out again where they do not belong."""
    lines = _Lines(report, view or View())
    return (f"{line}\n" for line in lines.all())


_Said = tuple[CheckedLink, Sequence[Finding]]  # an address, and what there is to say of it


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
        yield from self._failing() if quiet else self._files()
        files = of_files(self.report)
        yield from files_lines(
            (one for one in files if not quiet or self.report.selection.fails(one)),
            with_known=self._is_verbose,
        )
        yield from self._not_linked()
        yield from self._unused()
        if not quiet:
            if self.view.detail is Detail.VERBOSE:
                yield from self._resources()
            yield from asides(self.report)
        yield conclusion(self.report)

    def _headline(self) -> Iterator[str]:
        for sentence in headline(self.report):
            yield click.style(str(sentence), fg=_OF_LEVEL[sentence.level])
        yield ""

    def _files(self) -> Iterator[str]:
        """What there is to say, file by file; of many, not of those that are well."""
        said: dict[tuple[str, str], list[Finding]] = {}
        wrapped: dict[str, list[Finding]] = {}
        for finding in self.report.findings:
            if finding.code in OF_WRAPPERS and not finding.known:
                wrapped.setdefault(finding.file, []).append(finding)
            if finding.url is not None:
                said.setdefault((finding.file, finding.url), []).append(finding)
        files = [
            (file, list(rows)) for file, rows in groupby(self.report.rows, key=lambda row: row.file)
        ]
        brief = len(files) > _FEW_FILES and not self._is_verbose
        well = links = 0
        for file, rows in files:
            found = [(row, said.get((file, row.target or row.url), ())) for row in rows]
            worth = [(row, findings) for row, findings in found if self._is_worth(row, findings)]
            if brief and not worth and file not in wrapped:
                well, links = well + 1, links + sum(len(row.places) for row in rows)
            else:
                yield from self._file(file, rows, worth, brief=brief)
                yield from self._wrapped(wrapped.get(file, ()))
                yield ""
        if well:
            others = f"{count(well, 'other file')} ({count(links, 'link')})"
            what = "findings" if any(map(self._is_unasked, self.report.rows)) else "problems"
            yield f"No {what} in {others}; -v lists them."
            yield ""

    def _file(
        self, file: str, rows: Sequence[CheckedLink], worth: Sequence[_Said], *, brief: bool
    ) -> Iterator[str]:
        """What there is to say of a file, the gravest first, then what is well in it."""
        links = sum(len(row.places) for row in rows)
        to = count(len(rows), "address")
        yield click.style(f"In {on_one_line(file)}: {count(links, 'link')} to {to}", bold=True)
        for row, findings in _by_resource(worth):
            yield from self._row(row, findings)
        told = {id(row) for row, _ in worth}
        rest = [row for row in rows if id(row) not in told]
        known = [] if self._is_verbose else [row for row in rest if row.verdict in BROKEN]
        well = [
            row for row in rest if self._is_verbose or (row.is_link and row.verdict not in BROKEN)
        ]
        listed = well
        if not self._is_verbose and (brief or len(well) > _MOST_WELL):
            listed = [] if brief else well[:_MOST_WELL]
        for row in listed:
            yield from self._row(row, ())
        left = len(well) - len(listed)
        if left and not (worth or listed):
            yield f"  no findings on {count(left, 'address')}; -v lists them"
        elif left:
            yield f"  and {count(left, 'more address')}; -v lists all of them"
        if known:
            what = count(len(known), "broken address")
            yield f"  and {what} in the baseline; -v lists them"

    def _failing(self) -> Iterator[str]:
        """What fails the check, and nothing else."""
        failing: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.report.failures:
            failing.setdefault((finding.file, finding.subject), []).append(finding)
        for file, rows in groupby(self.report.rows, key=lambda row: row.file):
            found = [(row, failing.get((file, row.target or row.url), ())) for row in rows]
            if any(findings for _, findings in found):
                yield f"In {on_one_line(file)}:"
            for row, findings in _by_resource([one for one in found if one[1]]):
                yield from self._row(row, findings)

    def _wrapped(self, findings: Iterable[Finding]) -> Iterator[str]:
        """Where wrapped links stand that were not told of one by one."""
        by_rule: dict[tuple[str, Level, str], list[Place]] = {}
        for finding in findings:
            if not self._is_told(finding):
                key = (finding.code, finding.level, finding.message)
                by_rule.setdefault(key, []).append(finding.place)
        for (code, level, message), places in by_rule.items():
            yield f"  {'wrapped':{_MARGIN - 4}}  {count(len(places), 'link')}, {where(places)}"
            yield self._below(f"{_coded(code, level)} {on_one_line(message)}")

    @property
    def _is_verbose(self) -> bool:
        return self.view.detail is Detail.VERBOSE

    def _is_worth(self, row: CheckedLink, findings: Iterable[Finding]) -> bool:
        """Whether there is more to say of a row than that it is there."""
        return any(self._is_told(one) and not one.known for one in findings) or (
            row.verdict in BROKEN and not any(one.known for one in findings)
        )

    def _is_told(self, finding: Finding) -> bool:
        """Whether it is worth a line: wrappers are many, and the headline counts them."""
        return (
            self._is_verbose
            or finding.code not in OF_WRAPPERS
            or self.report.selection.fails(finding)
        )

    def _row(self, row: CheckedLink, findings: Iterable[Finding]) -> Iterator[str]:
        word = verdict_word(row)
        verdict = click.style(f"{word:{_MARGIN - 4}}", fg=_COLOURS[row.verdict])
        yield f"  {verdict}  {name_of(row)}, {where(row.places)}"
        yield self._below(self._quoted(row.address))
        yield from map(self._below, self._said(row, findings))

    def _said(self, row: CheckedLink, findings: Iterable[Finding]) -> Iterator[str]:
        """What there is to say of a row, and what to do."""
        findings = list(filter(self._is_told, findings))
        told = dict.fromkeys((one.code, one.level, one.message, one.known) for one in findings)
        for code, level, message, known in told:
            yield f"{_coded(code, level)} {on_one_line(message)}{' (known)' if known else ''}"
        if written := to_write(findings):
            instead, does = written
            yield f"replace with {self._address(instead, 'replace with ')}{does}"
        copy = row.outcome.archived
        if copy is not None:
            told_as = f"{copy.title}: "
            yield f"{told_as}{self._address(copy.url, told_as)}"
        yield from self._now_written(row)
        if self._is_unexplained(row, findings):
            words, evidence = MEANING[row.outcome.reason], row.outcome.evidence
            yield f"{words} ({on_one_line(evidence)})" if evidence else words
        elif row.outcome.reason is Reason.REDIRECTED:
            yield f"redirects to {self._address(row.outcome.final_url, 'redirects to ')}"
        past = row.outcome.past
        if past is not None and past.reused:
            yield f"last checked at {past.reused:%Y-%m-%d %H:%M} UTC"
        if self._is_verbose:
            yield from map(on_one_line, _evidence(row))
        if row.recipients:
            yield f"sent to {', '.join(map(on_one_line, row.recipients))}"

    def _now_written(self, row: CheckedLink) -> Iterator[str]:
        """What now stands in the place of an address, which was looked at before."""
        written = dict.fromkeys(
            one.replacement
            for one in self.report.mends
            if one.replacement not in (None, row.target)
            and (one.file, one.url) == (row.file, row.target or row.url)
        )
        for url in filter(None, written):
            yield f"fixed: now {self._address(url, 'fixed: now ')}"

    def _is_unexplained(self, row: CheckedLink, findings: Sequence[Finding]) -> bool:
        """Whether neither the verdict nor what was found says why it is so."""
        if self._is_unasked(row) or row.verdict in _SELF_EXPLAINING:
            return False
        left_out = row.verdict is Verdict.SKIPPED
        return not any(RULES[one.code].says_why or not left_out for one in findings)

    def _is_unasked(self, row: CheckedLink) -> bool:
        return row.outcome.reason is Reason.NOT_ASKED

    def _below(self, line: str) -> str:
        return f"{' ' * self._margin}{line}"

    @property
    def _margin(self) -> int:
        narrow = self.view.columns is not None and self.view.columns < _NARROW
        return 4 if narrow else _MARGIN

    def _quoted(self, url: str) -> str:
        """`url` at the beginning of a line: what is inside of a wrapper may be no address at all.

        The runners of GitHub obey what such a line begins with, behind any white space.
        """
        return self._address(url) if _ADDRESS.match(url) else f"“{self._address(url, '“”')}”"

    def _address(self, url: str, beside: str = "") -> str:
        """`url`, shortened in the middle where it is too long for the terminal, `beside` words."""
        url = address_on_one_line(url)
        if self.view.columns is None or self._is_verbose:
            return of_bearable_length(url)
        return shortened(url, max(self.view.columns - self._margin - len(beside), _NARROWEST))

    def _not_linked(self) -> Iterator[str]:
        """Resources that are named without a link."""
        loud, fails = self.view.detail is not Detail.QUIET, self.report.selection.fails
        found = {
            (one.file, one.place, one.resource): one.code
            for one in self.report.findings
            if RULES[one.code].topic is Topic.NOT_LINKED and not one.known and (loud or fails(one))
        }
        if found:
            yield click.style("Named but not linked", bold=True)
            for remark in self.report.remarks:
                if code := found.get((remark.file, remark.place, remark.resource.id)):
                    place = on_one_line(", ".join(filter(None, (remark.file, str(remark.place)))))
                    yield f"  {code} {on_one_line(remark.resource.name)} ({place})"
                    yield f"      it {on_one_line(remark.home)}"
            yield ""

    def _unused(self) -> Iterator[str]:
        """Comments that ignore nothing."""
        loud, fails = self.view.detail is not Detail.QUIET, self.report.selection.fails
        found = [one for one in unused_in(self.report) if loud or fails(one)]
        if found:
            yield click.style("Comments that ignore nothing", bold=True)
            for one in found:
                place = on_one_line(f"{one.file}, {one.place}")
                yield f"  {_coded(one.code, one.level)} {place}: {on_one_line(one.message)}"
            yield ""

    def _resources(self) -> Iterator[str]:
        """How often each resource is linked, and whether by an old address."""
        used = self.report.resources
        if used:
            yield click.style("By resource", bold=True)
            yield from (f"  to {on_one_line(one.resource.name)}: {_used(one)}" for one in used)
            yield ""


_SELF_EXPLAINING = (Verdict.ALIVE, Verdict.MOVED, Verdict.OFFLINE)


def _coded(code: str, level: Level) -> str:
    return click.style(f"{level} {code}", fg=_OF_LEVEL[level])


def _by_resource(found: Iterable[_Said]) -> list[_Said]:
    """Rows with the gravest first, and those of the same resource together."""
    groups: dict[str, list[_Said]] = {}
    for number, (row, findings) in enumerate(found):
        resource = row.match.resource if row.match else None
        groups.setdefault(resource.id if resource else f" {number}", []).append((row, findings))
    in_groups = [sorted(group, key=_gravity) for group in groups.values()]
    in_groups.sort(key=lambda group: _gravity(group[0]))
    return [one for group in in_groups for one in group]


def _gravity(said: _Said) -> tuple[int, int, int]:
    """A sort key: the lowest should be shown first."""
    row, findings = said
    gravest = min((one.gravity for one in findings if not one.known), default=(len(Level), 0))
    return *gravest, list(Verdict).index(row.verdict)


def _evidence(row: CheckedLink) -> Iterator[str]:
    """How the verdict came about."""
    outcome = row.outcome
    if outcome.evidence:
        yield f"seen: {outcome.evidence}"
    for hop in outcome.hops:
        answer = hop.status if hop.status is not None else "no answer"
        url = of_bearable_length(address_on_one_line(hop.url))
        yield f"{hop.method} {url}: {answer}, {hop.elapsed:.2f} s"
    if outcome.error:
        yield f"error: {outcome.error}"
    if outcome.certificate is not None:
        yield f"certificate valid until {outcome.certificate.not_after:%Y-%m-%d}"
    if row.match is not None:
        yield f"catalog: {row.match.reason} (rule {int(row.match.rule)})"


def _used(usage: Usage) -> str:
    links = count(usage.links, "link")
    if not usage.former:
        return links
    how_many = "" if usage.former == usage.links else f"{usage.former} of them by a "
    now = f", now {address_on_one_line(usage.current_url)}" if usage.current_url else ""
    return f"{links}, {how_many}former address{now}"
