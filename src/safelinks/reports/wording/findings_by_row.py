"""Findings laid beside the rows that they are about, for formats that go row by row."""

from __future__ import annotations

from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.rules import Finding
from safelinks.rules.checked_link import CheckedLink

__all__ = ["Beside", "beside"]


@frozen
class Beside:
    """Each row with its findings, in the order of the text, and findings that belong to no row."""

    rows: tuple[tuple[CheckedLink, tuple[Finding, ...]], ...]
    alone: tuple[Finding, ...]


def beside(report: Report) -> Beside:
    """The rows and findings of `report`.

    A row with the address of a finding is its row; of several, the one that stands at its place.
    """
    at: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(report.rows):
        at.setdefault((row.file, row.target or row.url), []).append(number)
    found: list[list[Finding]] = [[] for _ in report.rows]
    alone = []
    for finding in report.findings:
        numbers = at.get((finding.file, finding.url or ""), [])
        if len(numbers) > 1:
            there = [one for one in numbers if finding.place in report.rows[one].places]
            numbers = there or numbers
        if numbers:
            found[numbers[0]].append(finding)
        else:
            alone.append(finding)
    rows = zip(report.rows, map(tuple, found), strict=True)
    return Beside(tuple(rows), tuple(alone))
