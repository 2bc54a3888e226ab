"""Counts of the page: how many addresses there are of each verdict, and how wide each is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Verdict
from safelinks.reports.html.html_summary import GRAVEST_FIRST

__all__ = ["PageCounts", "VerdictCount", "page_counts"]

_WIDTH = 1000  # units of the drawing that all addresses together are wide


@frozen
class VerdictCount:
    """How many addresses have a verdict, and where in the drawing they are."""

    verdict: Verdict
    number: int
    left: int
    width: int


@frozen
class PageCounts:
    """The counts of a check, the gravest verdict first, and how many addresses are suspicious."""

    verdicts: tuple[VerdictCount, ...]
    suspicious: int


def page_counts(report: Report) -> PageCounts:
    """The counts of a report."""
    counted = Counter(row.verdict for row in report.addresses)
    odd = {row.target or row.url for row in report.rows if row.suspicions}
    return PageCounts(tuple(_drawn(counted)), len(odd))


def _drawn(counted: Counter[Verdict]) -> Iterator[VerdictCount]:
    done, everything = 0, counted.total()
    for verdict in GRAVEST_FIRST:
        number = counted[verdict]
        if number:
            left = _WIDTH * done // everything
            done += number
            yield VerdictCount(verdict, number, left, _WIDTH * done // everything - left)
