"""What fails a check, counted as a person counts: addresses, each once, and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.reports.wording.phrases import count
from safelinks.rules import Finding

__all__ = ["Extent", "extent_among", "extent_of", "places_in"]


@frozen
class Extent:
    """How far findings go: in how many `places` of how many `files` they are.

    `addresses` are those that they are about, each once. Findings `of_others` are about none.
    """

    addresses: int
    places: int
    files: int
    of_others: int


def extent_of(report: Report, findings: Iterable[Finding]) -> Extent:
    """How far `findings` of `report` go."""
    return extent_among({(row.file, row.target or row.url) for row in report.rows}, findings)


def extent_among(rows: Collection[tuple[str, str | None]], findings: Iterable[Finding]) -> Extent:
    """How far `findings` go, where there are `rows` of these files and addresses."""
    ones = list(findings)
    urls = [one.url for one in ones if (one.file, one.url) in rows]
    places = {(one.file, one.place) for one in ones}
    files = {file for file, _ in places}
    return Extent(len(set(urls)), len(places), len(files), len(ones) - len(urls))


def places_in(extent: Extent) -> str:
    """In how many places findings are, of how many files.

    >>> places_in(Extent(2, 10, 5, 0))
    '10 places in 5 files'
    """
    return f"{count(extent.places, 'place')} in {count(extent.files, 'file')}"
