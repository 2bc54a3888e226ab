"""The end of a report: what else a reader should know, and why the exit code is what it is.

As in the headline, what is a command or an option stands between backticks; only asides about a
baseline hold something of a text's, printable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from attrs import evolve

from safelinks.checks.report import Report
from safelinks.health.model.outcome import Reason, Verdict
from safelinks.reports.wording.failures import extent_of, places_in
from safelinks.reports.wording.phrases import address_on_one_line, count, on_one_line
from safelinks.rules import RULES, Finding, Level
from safelinks.rules.checked_link import BROKEN, CheckedLink

__all__ = ["UNCHECKED", "asides", "conclusion", "verdict_word"]

_WORKS = (Verdict.ALIVE, Verdict.MOVED)


def asides(report: Report) -> Iterator[str]:
    """What else a reader should know of how the report came about, for any format."""
    known = sum(one.known for one in report.findings)
    if known:
        are, do = ("is", "does") if known == 1 else ("are", "do")
        yield f"{count(known, 'finding')} {are} in the baseline and {do} not count."
    for entry in report.gone:
        yield (
            f"no longer found: {entry.code} for {address_on_one_line(entry.subject)} in "
            f"{on_one_line(entry.file)}; --update-baseline removes it"
        )
    if report.mended:
        yield f"Fixed {count(report.mended, 'problem')}."
    if report.silenced:
        yield f"{count(report.silenced, 'finding')} ignored by comments."
    heads = sum(
        bool(row.outcome.hops) and row.outcome.hops[-1].method == "HEAD" for row in report.rows
    )
    if heads:
        yield f"{count(heads, 'address')} requested with HEAD only: the pages were not read."


def conclusion(report: Report) -> str:
    """In one line: what is certain, what is not, and why the exit code is what it is."""
    addresses = report.addresses
    counts = Counter(map(verdict_word, addresses))
    certain = {str(one): counts[one] for one in _CERTAIN if one in counts}
    open_ = {one: counts[one] for one in _OPEN if one in counts}
    parts = []
    if certain:
        parts.append(f"{sum(certain.values()):,} certain ({_listed(certain)})")
    if open_:
        parts.append(f"{sum(open_.values()):,} not certain ({_listed(open_)})")
    told = f"{count(len(addresses), 'address')}: {', '.join(parts)}. " if parts else ""
    return f"{told}Exit code {report.exit_code}: {_because(report)}."


UNCHECKED = "unchecked"
_CERTAIN = (*_WORKS, Verdict.DEAD, Verdict.FAILING)
_OPEN = (Verdict.UNCERTAIN, Verdict.SKIPPED, Verdict.OFFLINE, UNCHECKED)


def verdict_word(row: CheckedLink) -> str:
    """What a report says of a row's address in one word: nobody has asked for what is unchecked."""
    return UNCHECKED if row.outcome.reason is Reason.NOT_ASKED else row.verdict


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in counts.items())


def _because(report: Report) -> str:
    """Why the exit code is what it is."""
    for say in (_stopped, _unread, _failed, _spared):
        reason = say(report)
        if reason:
            return reason
    below = sum(report.levels.values())
    if below:
        higher = "" if report.selection.fail_on is Level.ERROR else " or higher"
        return f"no finding of level {report.selection.fail_on}{higher}"
    if not report.rows:
        return "no problems found" if report.local_links else "no links to check"
    if not any(row.is_link and row.outcome.reason is not Reason.NOT_ASKED for row in report.rows):
        return "no address was requested"
    if any(row.verdict in BROKEN for row in report.rows):
        return "all broken links are ignored or fixed"
    return "no problems found"


def _stopped(report: Report) -> str:
    return "the check was interrupted" if report.interrupted else ""


def _unread(report: Report) -> str:
    if report.unread:
        return "some files could not be read or written"
    return "a report or the baseline could not be written" if report.unwritten else ""


def _failed(report: Report) -> str:
    failures = report.failures
    if failures:
        codes = ", ".join(sorted({one.code for one in failures}))
        extent = extent_of(report, failures)
        number, what = len(failures), "finding"
        if not extent.of_others:
            number, what = extent.addresses, "address"
            codes += f"; {places_in(extent)}" if extent.places > number else ""
        fail = "fails" if number == 1 else "fail"
        return f"{count(number, what)} {fail} the check ({codes})"
    allowed = " (--offline-ok)" if report.offline_ok else ""
    return f"this machine has no network{allowed}" if report.offline else ""


def _spared(report: Report) -> str:
    if report.selection.fail_on is None:
        return "no finding fails the check (--fail-on never)"
    known = sum(one.known for one in report.findings)
    excused = any(
        one.excused and not one.known and report.selection.fails(_inexcused(report, one))
        for one in report.findings
    )
    if excused and not known:
        return "broken links have not failed in enough runs"
    return f"no new finding fails the check ({known:,} in the baseline)" if known else ""


def _inexcused(report: Report, finding: Finding) -> Finding:
    """What a finding were without its excuse, which makes at most a warning of it."""
    rule = RULES[finding.code]
    level = report.selection.level(rule) if finding.level is Level.WARNING else finding.level
    return evolve(finding, level=level, excused=False)
