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
from safelinks.reports.wording.phrases import address_on_one_line, count, on_one_line
from safelinks.rules import RULES, Finding, Level
from safelinks.rules.checked_link import BROKEN, CheckedLink

__all__ = ["asides", "conclusion"]

_WORKS = (Verdict.ALIVE, Verdict.MOVED)


def asides(report: Report) -> Iterator[str]:
    """What else a reader should know of how the report came about, for any format."""
    known = sum(one.known for one in report.findings)
    if known:
        are = "is" if known == 1 else "are"
        yield f"{count(known, 'finding')} {are} in the baseline, and not counted."
    for entry in report.gone:
        yield (
            f"no longer there: {entry.code} for {address_on_one_line(entry.subject)} in "
            f"{on_one_line(entry.file)}; --update-baseline takes it out"
        )
    if report.mended:
        yield f"{count(report.mended, 'finding')} mended."
    if report.silenced:
        are = "is" if report.silenced == 1 else "are"
        yield f"{count(report.silenced, 'finding')} {are} ignored, as the texts say."
    heads = sum(
        bool(row.outcome.hops) and row.outcome.hops[-1].method == "HEAD" for row in report.rows
    )
    if heads:
        yield f"{count(heads, 'address')} asked with HEAD only: nobody has looked at the pages."


def conclusion(report: Report) -> str:
    """In one line: what is certain, what is not, and why the exit code is what it is."""
    counts = Counter(map(_word, report.rows))
    certain = {str(one): counts[one] for one in _CERTAIN if one in counts}
    open_ = {one: counts[one] for one in _OPEN if one in counts}
    parts = []
    if certain:
        parts.append(f"certain of {sum(certain.values())} ({_listed(certain)})")
    if open_:
        parts.append(
            f"not {'' if certain else 'certain '}of {sum(open_.values())} ({_listed(open_)})"
        )
    told = f"{count(len(report.rows), 'address')}: {', '.join(parts)}. " if parts else ""
    return f"{told}Exit code {report.exit_code}: {_because(report)}."


_NOT_ASKED = "not asked"
_CERTAIN = (*_WORKS, Verdict.DEAD, Verdict.FAILING)
_OPEN = (Verdict.UNCERTAIN, Verdict.SKIPPED, Verdict.OFFLINE, _NOT_ASKED)


def _word(row: CheckedLink) -> str:
    return _NOT_ASKED if row.outcome.reason is Reason.NOT_ASKED else row.verdict


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in counts.items())


def _because(report: Report) -> str:
    """Why the exit code is what it is."""
    for say in (_stopped, _unread, _failed, _spared):
        reason = say(report)
        if reason:
            return reason
    below = sum(report.levels.values())
    if below:
        graver = "" if report.selection.fail_on is Level.ERROR else " or a graver one"
        return f"no finding is of level {report.selection.fail_on}{graver}"
    if not report.rows:
        return "there is nothing to check"
    if not any(row.is_link and row.outcome.reason is not Reason.NOT_ASKED for row in report.rows):
        return "nobody was asked"
    if any(row.verdict in BROKEN for row in report.rows):
        return "what does not work is ignored, or mended"
    return f"there is nothing to say against {'it' if len(report.rows) == 1 else 'them'}"


def _stopped(report: Report) -> str:
    return "somebody interrupted the check" if report.interrupted else ""


def _unread(report: Report) -> str:
    return "not every file could be read, or written" if report.unread else ""


def _failed(report: Report) -> str:
    failures = report.failures
    if failures:
        codes = ", ".join(sorted({one.code for one in failures}))
        fail = "fails" if len(failures) == 1 else "fail"
        return f"{count(len(failures), 'finding')} {fail} the check ({codes})"
    return "this machine has no network" if report.offline else ""


def _spared(report: Report) -> str:
    if report.selection.fail_on is None:
        return "nothing is to fail it"
    known = sum(one.known for one in report.findings)
    excused = any(
        one.excused and not one.known and report.selection.fails(_inexcused(report, one))
        for one in report.findings
    )
    if excused and not known:
        return "what does not work has not done so in enough runs"
    return f"nothing new fails it ({known} known before)" if known else ""


def _inexcused(report: Report, finding: Finding) -> Finding:
    """What a finding were without its excuse, which makes at most a warning of it."""
    rule = RULES[finding.code]
    level = report.selection.level(rule) if finding.level is Level.WARNING else finding.level
    return evolve(finding, level=level, excused=False)
