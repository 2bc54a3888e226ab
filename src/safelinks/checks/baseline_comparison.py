"""`Comparison`: a report held against a baseline: what is new, what is no more, what is to be kept.

Here it is decided what a run can know. That nothing was found says something only where somebody
has looked: in files that were read, by rules that counted, at addresses that answered. Values only;
whether a file is still there is for the caller to find out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property

from attrs import evolve, field

from safelinks.checks.baseline import (
    Baseline,
    Entry,
    EntryKey,
    FileNaming,
    Matcher,
    Nameless,
    is_kept,
)
from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Verdict
from safelinks.rules import RULES, Finding
from safelinks.rules.finding import portable
from safelinks.rules.rule_table import BROKEN_LINK, OF_LOCAL_LINKS
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["Comparison"]


_OF_FILES = frozenset(rule.code for rule in OF_LOCAL_LINKS.values())


def _there(_: str) -> bool:
    return True


@frozen
class Comparison:
    """A report, and the baseline that it is compared with.

    `located` gives the name that the baseline has for a file of the report; `exists` says whether a
    file of the baseline is still there; `nameless` takes recipients out of a subject. A `partial`
    report is not about all links of its files.
    """

    report: Report
    baseline: Baseline
    located: FileNaming = portable
    exists: Callable[[str], bool] = _there
    nameless: Nameless = field(default=shown, kw_only=True)
    partial: bool = field(default=False, kw_only=True)

    def marked(self) -> Report:
        """The report, with what is known in it marked, and what is gone from the baseline."""
        findings, _ = self._held
        return evolve(self.report, findings=findings, gone=self.gone)

    def updated(self) -> Baseline:
        """The baseline with what is new, and without what is gone.

        A link that was dead and now is failing keeps its code, so that a file changes only where
        there is something new to read.
        """
        findings, matcher = self._held
        counts: Counter[EntryKey] = Counter()
        codes: dict[EntryKey, str] = {}
        for finding in findings:
            if not finding.known and is_kept(finding, self.report.selection):
                key = matcher.key(finding)
                counts[key] += 1
                codes[key] = min(finding.code, codes.get(key, finding.code))
        for entry in self.baseline.entries:
            counts[entry.key] += entry.count
            codes[entry.key] = entry.code
        for entry in self.gone:
            counts[entry.key] -= entry.count
        return Baseline(
            Entry(codes[key], *key[1:], count) for key, count in counts.items() if count
        )

    @cached_property
    def gone(self) -> tuple[Entry, ...]:
        """The entries that no longer occur, each with how often it did beside what still does."""
        left = Counter(self._held[1].left)
        gone = []
        for entry in self.baseline.entries:
            count = min(left[entry.key], entry.count)
            left[entry.key] -= count
            if count and self._would_be_found(entry):
                gone.append(evolve(entry, count=count))
        return tuple(gone)

    def _would_be_found(self, entry: Entry) -> bool:
        """Whether this run would have found all that `entry` is about, if it were still there."""
        if self.report.interrupted or entry.code not in RULES:
            return False
        if entry.file not in self._codes:
            return not self.exists(entry.file)
        if self.partial:
            return False
        alike = BROKEN_LINK if entry.code in BROKEN_LINK else {entry.code}
        return alike <= self._codes[entry.file] and self._is_settled(entry)

    def _is_settled(self, entry: Entry) -> bool:
        """Whether what came of its address, if that is still in the file, leaves no doubt."""
        if entry.code in _OF_FILES:
            return (entry.file, entry.subject) not in self._unjudged
        settling = RULES[entry.code].settled_by
        if settling is None:
            return True
        verdicts = self._verdicts.get((entry.file, entry.subject), set())
        # What was found of an address once, was found wherever it stands.
        return verdicts <= settling or (len(verdicts) == 1 and entry.key in self._found)

    @cached_property
    def _held(self) -> tuple[tuple[Finding, ...], Matcher]:
        """The findings, marked, and who knows what the baseline has beside them."""
        matcher = Matcher(self.baseline, self.located, self.nameless)
        findings = list(self.report.findings)
        # The graver ones first: of the same kind, those in code are notes, and in no baseline.
        for at in sorted(range(len(findings)), key=lambda at: findings[at].level.rank):
            findings[at] = matcher.marked(findings[at])
        return tuple(findings), matcher

    @cached_property
    def _found(self) -> frozenset[EntryKey]:
        findings, matcher = self._held
        return frozenset(map(matcher.key, findings))

    @cached_property
    def _codes(self) -> Mapping[str, frozenset[str]]:
        """The rules that counted in each file that was read."""
        rules = self.report.selection.rules
        return {
            self.located(file): frozenset(rule.code for rule in rules(file))
            for file in self.report.files
        }

    @cached_property
    def _unjudged(self) -> frozenset[tuple[str, str]]:
        """The references to files that were left out, by file."""
        return frozenset(
            (self.located(file), self.nameless(written)) for file, written in self.report.unjudged
        )

    @cached_property
    def _verdicts(self) -> Mapping[tuple[str, str], set[Verdict]]:
        """What came of each address in each file."""
        verdicts: dict[tuple[str, str], set[Verdict]] = {}
        for row in self.report.rows:
            at = self.located(row.file), self.nameless(row.target or row.url)
            verdicts.setdefault(at, set()).add(row.verdict)
        return verdicts
