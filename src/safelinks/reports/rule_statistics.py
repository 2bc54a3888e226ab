"""How often each rule found something: a table for people, in the place of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from safelinks.reports.wording.phrases import count
from safelinks.rules import RULES, Finding

__all__ = ["statistics_of"]


def statistics_of(findings: Iterable[Finding]) -> Iterator[str]:
    """One line a rule, the most frequent first: how often, and how many of them can be fixed."""
    findings = list(findings)
    times = Counter(finding.code for finding in findings)
    fixable = Counter(finding.code for finding in findings if finding.fixable)
    width = len(f"{max(times.values(), default=0):,}")
    names = max((len(RULES[code].name) for code in times), default=0)
    for code, number in sorted(times.items(), key=lambda row: (-row[1], row[0])):
        rule = RULES[code]
        fixes = f" (--fix fixes {fixable[code]:,})" if fixable[code] else ""
        yield f"{number:{width},}  {code}  {rule.name:{names}}  {rule.title}{fixes}\n"
    if not findings:
        yield f"{count(0, 'finding')}\n"
