"""The headline of a report: what is wrong and what to do, in sentences for any format.

Sentences hold nothing of what texts or servers say, so nothing in them has to be escaped. What is
a command or an option stands between backticks.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from safelinks.health.outcome import Reason, Verdict
from safelinks.report import Report
from safelinks.reports.phrases import caveats, count
from safelinks.rows import BROKEN
from safelinks.rules import BROKEN_LINK, OF_WRAPPERS, Level

__all__ = ["Sentence", "conclusion", "headline"]

_WORKS = (Verdict.ALIVE, Verdict.MOVED)
_PRETENDS = "SL2"
_TARGET_LOST = "SL103"
_TELLS = "SL101"
_SESSION = "SL102"
# What else there is to do, of one address and of several.
_TO_DO = {
    "SL306": (
        "The certificate behind {} ends soon, or has ended: tell its owners.",
        "The certificates behind {} end soon, or have ended: tell their owners.",
    ),
    "SL307": (
        "{} redirects from https to http: tell its owners.",
        "{} redirect from https to http: tell their owners.",
    ),
    "SL308": (
        "{} breaks the rules for one: correct it.",
        "{} break the rules for one: correct them.",
    ),
}


@frozen
class Sentence:
    """A sentence with its full stop, and how much it matters; None for what is well."""

    text: str
    level: Level | None = None


def headline(report: Report) -> Iterator[Sentence]:
    """What a reader should know first, the gravest first."""
    if not report.rows:
        yield Sentence("No links were found.")
        return
    for say in _SAID:
        yield from say(report)


def _broken(report: Report) -> Iterator[Sentence]:
    rows = [row for row in report.rows if row.verdict in BROKEN]
    beside = {(row.file, row.target or row.url) for row in rows if report.sets_aside(row)}
    broken = [one for one in report.findings if one.code in BROKEN_LINK and not one.known]
    aside = {(one.file, one.url) for one in broken} & beside
    broken = [one for one in broken if (one.file, one.url) not in aside]
    excused = {(one.file, one.url) for one in broken if one.excused}
    new = {(one.file, one.url) for one in broken} - excused
    if new:
        which = f"{len(new)} of {count(len(report.rows), 'address')}"
        does, them = ("does", "it") if len(new) == 1 else ("do", "them")
        yield Sentence(f"{which} {does} not work: mend or remove {them}.", Level.ERROR)
    if excused:
        what = count(len(excused), "address")
        yield Sentence(f"{what} did not work, but in too few runs to fail a check.", Level.WARNING)
    if aside:
        what = count(len(aside), "address")
        yield Sentence(f"{what} in code or comments only did not work.", Level.NOTE)
    rest = len(rows) - len(new) - len(excused) - len(aside)
    if rest > 0:
        what = count(rest, "address")
        yield Sentence(f"{what} did not work, which is known, ignored or mended.", Level.NOTE)


def _pretending(report: Report) -> Iterator[Sentence]:
    found = [one for one in report.findings if one.code.startswith(_PRETENDS) and not one.known]
    places = len({(one.file, one.place) for one in found})
    if places:
        are, they = ("is", "it") if places == 1 else ("are", "they")
        yield Sentence(
            f"{count(places, 'link')} {are} not what {they} may seem: look before anybody opens "
            f"{'it' if places == 1 else 'them'}.",
            Level.WARNING,
        )


def _to_write(report: Report) -> Iterator[Sentence]:
    found = [
        one
        for one in report.findings
        if one.replacement
        and one.code not in OF_WRAPPERS
        and not (one.known or one.code.startswith(_PRETENDS))
    ]
    addresses = {(one.file, one.url) for one in found}
    certain = {(one.file, one.url) for one in found if one.fixable}
    if addresses:
        what = count(len(addresses), "address")
        by = f"; `--fix` writes {len(certain)} of them" if certain else ""
        if certain == addresses:
            by = f"; `--fix` writes {'it' if len(addresses) == 1 else 'them'}"
        yield Sentence(f"{what} should be replaced by a newer one{by}.", Level.WARNING)


def _wrapped(report: Report) -> Iterator[Sentence]:
    found = [
        one for one in report.findings if one.code in OF_WRAPPERS and one.fixable and not one.known
    ]
    places = {(one.file, one.place) for one in found}
    telling = {(one.file, one.place) for one in found if one.code == _TELLS}
    session = len({(one.file, one.place) for one in found if one.code == _SESSION})
    if session:
        gives = "gives" if session == 1 else "give"
        what = count(session, "link")
        yield Sentence(f"{what} {gives} away a session credential of Teams.", Level.WARNING)
    if places:
        are = "is" if len(places) == 1 else "are"
        what = f"{count(len(places), 'link')} {are} wrapped"
        if telling == places:
            what += (
                " and tells to whom it was sent"
                if len(places) == 1
                else (" and tell to whom they were sent")
            )
        elif telling:
            what += (
                f", and {len(telling)} of them {'tells' if len(telling) == 1 else 'tell'} to whom"
            )
        yield Sentence(
            f"{what}: `--fix` writes what is inside.",
            Level.WARNING if telling else Level.NOTE,
        )


def _lost(report: Report) -> Iterator[Sentence]:
    lost = sum(one.code == _TARGET_LOST and not one.known for one in report.findings)
    if lost:
        tells, it = ("tells", "it") if lost == 1 else ("tell", "they")
        leads = "leads" if lost == 1 else "lead"
        yield Sentence(
            f"{count(lost, 'wrapped link')} no longer {tells} where {it} {leads}: ask the sender.",
            Level.WARNING,
        )


def _to_do(report: Report) -> Iterator[Sentence]:
    for code, (of_one, of_several) in _TO_DO.items():
        found = {(one.file, one.url) for one in report.findings if one.code == code}
        found -= {(one.file, one.url) for one in report.findings if one.code == code and one.known}
        if found:
            sentence = of_one if len(found) == 1 else of_several
            yield Sentence(sentence.format(count(len(found), "address")), Level.WARNING)


def _uncertain(report: Report) -> Iterator[Sentence]:
    number = report.verdicts[Verdict.UNCERTAIN]
    if number:
        what = count(number, "address")
        it = "it" if number == 1 else "them"
        yield Sentence(f"{what} let no program in: open {it} in a browser.", Level.NOTE)


def _unknown(report: Report) -> Iterator[Sentence]:
    yield from (Sentence(caveat, Level.WARNING) for caveat in caveats(report))


def _well(report: Report) -> Iterator[Sentence]:
    works = sum(report.verdicts[verdict] for verdict in _WORKS)
    if works == len(report.rows):
        yield Sentence("The address works." if works == 1 else f"All {works} addresses work.")


def _unasked(report: Report) -> Iterator[Sentence]:
    number = sum(row.outcome.reason is Reason.NOT_ASKED for row in report.rows)
    if number and not report.interrupted:
        which = f"{number} of them {'works' if number == 1 else 'work'}"
        if number == len(report.rows):
            which = "the address works" if number == 1 else "the addresses work"
        yield Sentence(f"Nobody was asked, so nothing is said about whether {which}.")


def _left_out(report: Report) -> Iterator[Sentence]:
    told = {(one.file, one.url) for one in report.findings if one.code in _SAID_WHY}
    left = sum(
        row.verdict is Verdict.SKIPPED
        and row.outcome.reason is not Reason.NOT_ASKED
        and (row.file, row.target or row.url) not in told
        for row in report.rows
    )
    if left:
        was = "was" if left == 1 else "were"
        yield Sentence(f"{count(left, 'address')} {was} left out: see below why.", Level.NOTE)


_SAID_WHY = frozenset({_TARGET_LOST, "SL308"})
_SAID = (
    _broken,
    _pretending,
    _to_write,
    _wrapped,
    _lost,
    _to_do,
    _uncertain,
    _left_out,
    _unknown,
    _unasked,
    _well,
)


def conclusion(report: Report, *, unread: bool = False) -> str:
    """In one line: what is certain, what is not, and why the exit code is what it is.

    That is 2 where files stayed `unread` or could not be written, whatever is said of the others.
    """
    counts = {verdict: number for verdict, number in report.verdicts.items() if number}
    certain = {one: counts[one] for one in (*_WORKS, *_BROKEN_IN_ORDER) if one in counts}
    open_ = {one: number for one, number in counts.items() if one not in certain}
    parts = []
    if certain:
        parts.append(f"certain of {sum(certain.values())} ({_listed(certain)})")
    if open_:
        parts.append(
            f"not {'' if certain else 'certain '}of {sum(open_.values())} ({_listed(open_)})"
        )
    told = f"{count(len(report.rows), 'address')}: {', '.join(parts)}. " if parts else ""
    if unread and not report.interrupted:
        return f"{told}Exit code 2: not every file could be read, or written."
    return f"{told}Exit code {report.exit_code}: {_because(report)}."


_BROKEN_IN_ORDER = (Verdict.DEAD, Verdict.FAILING)


def _listed(counts: dict[Verdict, int]) -> str:
    return ", ".join(f"{number} {verdict}" for verdict, number in counts.items())


def _because(report: Report) -> str:
    """Why the exit code is what it is."""
    for say in (_stopped, _failed, _spared):
        reason = say(report)
        if reason:
            return reason
    below = sum(report.levels.values())
    if below:
        graver = "" if report.selection.fail_on is Level.ERROR else " or a graver one"
        return f"no finding is of level {report.selection.fail_on}{graver}"
    if not report.rows:
        return "there is nothing to check"
    if all(row.outcome.reason is Reason.NOT_ASKED for row in report.rows):
        return "nobody was asked"
    return f"there is nothing to say against {'it' if len(report.rows) == 1 else 'them'}"


def _stopped(report: Report) -> str:
    return "somebody interrupted the check" if report.interrupted else ""


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
    excused = any(one.excused and not one.known for one in report.findings)
    if excused and not known:
        return "what does not work has not done so in enough runs"
    return f"nothing new fails it ({known} known before)" if known else ""
