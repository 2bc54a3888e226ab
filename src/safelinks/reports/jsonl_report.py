"""The report as lines of JSON, each as soon as it is known; see docs/json.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import field

from safelinks.checks.assessment import JudgedLink, Survey
from safelinks.checks.report import Report
from safelinks.foundation.values import define
from safelinks.health.model.outcome import Outcome
from safelinks.reports import json_objects
from safelinks.reports.row_tally import RowTally
from safelinks.rules import Finding

__all__ = ["JsonLines", "render"]


@define
class JsonLines:
    """The lines of a `survey`: first what nobody is asked about, then outcomes as they come.

    `mark` says of a finding whether it was known before.
    """

    survey: Survey
    mark: Callable[[Finding], Finding] = field(default=lambda finding: finding)
    _rows: set[int] = field(factory=set, init=False)  # ids: the survey keeps its rows
    _findings: set[str] = field(factory=set, init=False)  # their fingerprints
    _tally: RowTally | None = field(default=None, init=False)  # of rows that are not kept

    def begin(self) -> Iterator[str]:
        """The lines before anybody is asked."""
        yield _start(len(self.survey.found.files), len(self.survey.found.groups))
        yield from self._tell(self.survey.unasked())

    def of(self, outcome: Outcome) -> Iterator[str]:
        """The lines about the address of an `outcome`."""
        yield from self._tell(self.survey.of(outcome))

    def _tell(self, judged: Iterable[JudgedLink]) -> Iterator[str]:
        for row, findings in judged:
            self._rows.add(id(row))
            yield _line("link", json_objects.link(row))
            for finding in map(self.mark, findings):
                self._findings.add(finding.fingerprint)
                yield _line("finding", json_objects.finding(finding))

    def pass_by(self) -> Iterator[str]:
        """The lines of all rows that were not told yet, when nobody is asked; none is kept."""
        self._tally = RowTally({(one.file, one.url) for one in self.survey.beside_rows()})
        for row, findings in self.survey.pass_by():
            self._tally.add(row, is_told=bool(findings))
            if id(row) not in self._rows:
                yield _line("link", json_objects.link(row))

    def end(self, report: Report) -> Iterator[str]:
        """What is left to tell, and the summary."""
        yield from (
            _line("link", json_objects.link(row))
            for row in report.rows
            if id(row) not in self._rows
        )
        for finding in report.findings:
            if finding.fingerprint not in self._findings:
                yield _line("finding", json_objects.finding(finding))
        yield _line("summary", json_objects.summary(report, self._tally))


def render(report: Report) -> Iterator[str]:
    """`report` as lines, once all of it is known."""
    yield _start(len(report.files), len(report.rows))
    yield from (_line("link", json_objects.link(row)) for row in report.rows)
    yield from (_line("finding", json_objects.finding(one)) for one in report.findings)
    yield _line("summary", json_objects.summary(report))


def _start(files: int, addresses: int) -> str:
    return _line(
        "start", {"version": json_objects.JSON_VERSION, "files": files, "addresses": addresses}
    )


def _line(kind: str, what: dict[str, object]) -> str:
    return json_objects.dumped({"type": kind} | what) + "\n"
