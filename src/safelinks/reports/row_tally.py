"""`RowTally`: what a summary needs to know of rows that come one by one and are not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from attrs import field

from safelinks.checks.report import Report
from safelinks.foundation.values import define
from safelinks.health.model.outcome import Verdict
from safelinks.rules.checked_link import CheckedLink

__all__ = ["RowTally", "tally_of"]

_VERDICTS = tuple(Verdict)
_NUMBERS = {verdict: number for number, verdict in enumerate(_VERDICTS)}


@define
class RowTally:
    """How many rows and links there are, of which verdicts, and how many addresses.

    `about` are the files and addresses of rows, of those that are `wanted`; with None, of all.
    """

    wanted: Collection[tuple[str, str | None]] | None = None
    links: int = 0
    about: set[tuple[str, str | None]] = field(factory=set, init=False)
    _verdicts: Counter[Verdict] = field(factory=Counter, init=False)
    # By address: twice the number of its verdict, and one more if anything leads there. A number
    # is there once, and an address is the text that is kept anyway.
    _addresses: dict[str, int] = field(factory=dict, init=False)

    def add(self, row: CheckedLink, *, is_told: bool = False) -> None:
        """Count a row; one that a finding `is_told` of is wanted."""
        url, verdict = row.target or row.url, row.verdict
        self.links += len(row.sightings)
        self._verdicts[verdict] += 1
        before = self._addresses.get(url)
        known = None if before is None else _VERDICTS[before >> 1]
        if known is None or known is Verdict.SKIPPED is not verdict:
            known = verdict
        leads = row.target is not None or (before is not None and bool(before & 1))
        self._addresses[url] = _NUMBERS[known] << 1 | leads
        key = (row.file, url)
        if self.wanted is None or is_told or key in self.wanted:
            self.about.add(key)

    @property
    def targets(self) -> int:
        """How many addresses there are that a row leads to."""
        return sum(number & 1 for number in self._addresses.values())

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many rows there are of each verdict."""
        return {verdict: self._verdicts[verdict] for verdict in Verdict}

    @property
    def addresses(self) -> Mapping[Verdict, int]:
        """How many addresses there are of each verdict, each once, in however many files."""
        counted = Counter(number >> 1 for number in self._addresses.values())
        return {verdict: counted[number] for verdict, number in _NUMBERS.items()}


def tally_of(report: Report) -> RowTally:
    """The tally of all rows of a report."""
    tally = RowTally()
    for row in report.rows:
        tally.add(row)
    return tally
