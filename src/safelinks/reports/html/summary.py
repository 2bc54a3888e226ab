"""The head of the page: what is wrong, how much of it, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import frozen

from safelinks.catalog import Match
from safelinks.health.outcome import MEANING, Reason, Verdict
from safelinks.remarks import Kind
from safelinks.report import Report
from safelinks.reports.html.escaping import VERDICT_WORDS, address, shape, text
from safelinks.reports.phrases import count
from safelinks.rows import BROKEN, Row

__all__ = ["GRAVEST_FIRST", "headline", "name_of", "summary", "tone"]

GRAVEST_FIRST = (
    Verdict.DEAD,
    Verdict.FAILING,
    Verdict.OFFLINE,
    Verdict.UNCERTAIN,
    Verdict.MOVED,
    Verdict.SKIPPED,
    Verdict.ALIVE,
)
_MOST_NAMED = 6
_BAR = 1000  # units of the drawing that all addresses together are wide

Numbered = tuple[int, Row]


def name_of(row: Row) -> str | None:
    """What a row's address is: a resource, or whose page; None for what is not known."""
    match: Match | None = row.match
    if match is None:
        return None
    if match.resource is not None:
        return match.resource.name
    return f"a page of {match.agency.name}" if match.agency is not None else match.site


def tone(report: Report) -> str:
    """The verdict whose colour the head of the page has."""
    if any(row.suspicions for row in report.rows) and not _broken(report):
        return "suspicious"
    there = [verdict for verdict in GRAVEST_FIRST if report.verdicts[verdict]]
    return str(there[0] if there else Verdict.SKIPPED)


def headline(report: Report) -> str:
    """The one sentence that has to be read."""
    sentence = next(_sentences(report))
    return f"Interrupted: {sentence[0].lower()}{sentence[1:]}" if report.interrupted else sentence


def _sentences(report: Report) -> Iterator[str]:
    """What may be said of all addresses, the gravest first; the last is always true."""
    rows, verdicts = report.rows, report.verdicts
    everything = count(len(rows), "address")
    broken = len(_broken(report))
    odd = sum(bool(row.suspicions) for row in rows)
    unknown, uncertain = verdicts[Verdict.OFFLINE], verdicts[Verdict.UNCERTAIN]
    if broken:
        does = "does" if broken == 1 else "do"
        more = f", and {odd} may not be what {_seem(odd)}" if odd else ""
        yield f"{broken} of {everything} {does} not work{more}"
    if odd:
        yield f"{odd} of {everything} may not be what {_seem(odd)}"
    if unknown:
        yield f"Nothing is known of {unknown} of {everything}"
    if uncertain:
        needs = "needs" if uncertain == 1 else "need"
        yield f"No address is broken; {uncertain} of {len(rows)} {needs} a look"
    asked = len(rows) - verdicts[Verdict.SKIPPED]
    if asked:
        yield _all_works(asked, len(rows), sum(row.replacement is not None for row in rows))
    yield f"{everything}, none of which was asked" if rows else "No links were found"


def _all_works(asked: int, there: int, newer: int) -> str:
    works = "The address works" if asked == 1 else f"All {asked} addresses work"
    if asked != there:
        was = "was" if asked == 1 else "were"
        works = f"{'The' if asked == 1 else 'All'} {count(asked, 'address')} that {was} asked "
        works += "works" if asked == 1 else "work"
    return f"{works}; {newer} should be replaced" if newer else works


def _seem(number: int) -> str:
    return "it seems" if number == 1 else "they seem"


def _broken(report: Report) -> list[Row]:
    return [row for row in report.rows if row.verdict in BROKEN]


# --- Counts ---


def summary(report: Report) -> Iterator[str]:
    """Counts by verdict, and what to do."""
    if report.rows:
        yield from _counts(report)
    yield '<section class="todo" aria-labelledby="todo">\n<h2 id="todo">What to do</h2>\n'
    several = len(report.files) > 1
    tasks = [task.html(with_file=several) for find in _TASKS for task in find(report)]
    if tasks:
        yield f"<ol>\n{''.join(tasks)}</ol>\n"
    else:
        yield "<p>Nothing: there is nothing to mend.</p>\n"
    yield "</section>\n"


def _counts(report: Report) -> Iterator[str]:
    there = [(one, report.verdicts[one]) for one in GRAVEST_FIRST if report.verdicts[one]]
    yield '<section class="counts" aria-labelledby="counts">\n'
    yield '<h2 id="counts" class="unseen">Addresses by verdict</h2>\n'
    yield f'<svg class="bar" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" aria-hidden="true">'
    done, total = 0, len(report.rows)
    for verdict, number in there:
        start, done = done, done + number
        left, right = _BAR * start // total, _BAR * done // total
        yield f'<rect class="of-{verdict}" x="{left}" y="0" width="{right - left}" height="10"/>'
    yield "</svg>\n<ul>\n"
    for verdict, number in there:
        yield (
            f'<li class="is-{verdict}">{shape(verdict)}<b>{number}</b> '
            f"<span>{VERDICT_WORDS[verdict]}</span></li>\n"
        )
    odd = sum(bool(row.suspicions) for row in report.rows)
    if odd:
        yield (
            f'<li class="is-suspicious">{shape("suspicious")}<b>{odd}</b> '
            "<span>Suspicious</span></li>\n"
        )
    yield "</ul>\n</section>\n"


# --- What to do ---


@frozen
class _Task:
    """What to do, why, and with which rows: `says` what there is to say of one of them, escaped."""

    kind: str
    title: str
    why: str
    rows: Sequence[Numbered] = ()
    says: Callable[[Row], str] = lambda row: text(MEANING[row.outcome.reason])

    def html(self, *, with_file: bool) -> str:
        """It as an item of a list, the rows with links to them."""
        named = "".join(
            f'<li><a href="#address-{number}">{_shown_name(row)}</a> '
            f"<span>{self.says(row)}{f' ({text(row.file)})' if with_file else ''}</span></li>"
            for number, row in self.rows[:_MOST_NAMED]
        )
        more = len(self.rows) - _MOST_NAMED
        if more > 0:
            named += f'<li><a href="#addresses">and {more} more, in the table</a></li>'
        return (
            f'<li class="is-{self.kind}">{shape(self.kind)}<div><p><strong>{self.title}</strong> '
            f"{self.why}</p>{f'<ul>{named}</ul>' if named else ''}</div></li>\n"
        )


def _shown_name(row: Row) -> str:
    name = name_of(row)
    return text(name) if name else address(row.target or row.url)


def _chosen(report: Report, which: Callable[[Row], bool]) -> list[Numbered]:
    return [(number, row) for number, row in enumerate(report.rows, 1) if which(row)]


def _mend(report: Report) -> Iterator[_Task]:
    broken = _chosen(report, lambda row: row.verdict in BROKEN and not report.sets_aside(row))
    rows = [one for one in broken if not one[1].excused]
    if rows:
        title = f"Mend or remove {count(len(rows), 'address')}."
        why = f"Whoever follows {'it' if len(rows) == 1 else 'them'} ends nowhere."
        yield _Task("dead", title, why, rows, _broken_because)
    rows = [one for one in broken if one[1].excused]
    if rows:
        why = "Not working, but not often enough to fail the check."
        yield _Task("failing", f"Watch {count(len(rows), 'address')}.", why, rows)


def _broken_because(row: Row) -> str:
    meaning = text(MEANING[row.outcome.reason])
    if row.replacement is None:
        return meaning
    return f"{meaning}; write instead {address(row.replacement)}"


def _look_closely(report: Report) -> Iterator[_Task]:
    rows = _chosen(report, lambda row: bool(row.suspicions))
    if rows:
        title = f"Look closely at {count(len(rows), 'suspicious address')}."
        one = len(rows) == 1
        whose = f"{'it' if one else 'them'} before you know whose {'it is' if one else 'they are'}"
        yield _Task("suspicious", title, f"Do not open {whose}.", rows, _suspected)
    elsewhere = sum(one.kind is Kind.LEADS_ELSEWHERE for one in report.remarks)
    if elsewhere:
        lead = "leads" if elsewhere == 1 else "lead"
        title = f"Mend {count(elsewhere, 'link')} that {lead} elsewhere."
        yield _Task("suspicious", title, "The address, or the name that it goes by, is wrong.")


def _suspected(row: Row) -> str:
    return text(row.suspicions[0].reason)


def _write_anew(report: Report) -> Iterator[_Task]:
    rows = _chosen(report, lambda row: row.replacement is not None and row.verdict not in BROKEN)
    if rows:
        newer = "a newer one" if len(rows) == 1 else "newer ones"
        title = f"Replace {count(len(rows), 'address')} by {newer}."
        why = "What is written works, but may not for long."
        yield _Task("moved", title, why, rows, lambda row: address(row.replacement or ""))


def _unwrap(report: Report) -> Iterator[_Task]:
    telling = sum(
        one.tells_recipient or one.tells_session for row in report.rows for one in row.sightings
    )
    if telling:
        tells = "it tells" if telling == 1 else "they tell"
        title = f"Take the wrapper off {count(telling, 'link')}."
        why = f"In the file, {tells} whom the message was sent to. "
        yield _Task("note", title, f"{why}<code>safelinks clean</code> does it.")


def _open_yourself(report: Report) -> Iterator[_Task]:
    rows = _chosen(report, lambda row: row.verdict is Verdict.UNCERTAIN)
    if rows:
        title = f"Open {count(len(rows), 'address')} yourself."
        why = "Something is there, but does not let a program see what."
        yield _Task("uncertain", title, why, rows)


def _run_again(report: Report) -> Iterator[_Task]:
    if report.verdicts[Verdict.OFFLINE]:
        why = "The machine that made this report had none."
        yield _Task("offline", "Run this again with a network.", why)
    left = sum(row.outcome.reason is Reason.NOT_ASKED for row in report.rows)
    if left:
        does = "was" if left == 1 else "were"
        how = "The check was interrupted." if report.interrupted else "The check was run offline."
        yield _Task("skipped", f"Ask {count(left, 'address')} that {does} not asked.", how)


def _name_with_link(report: Report) -> Iterator[_Task]:
    named = sum(one.kind is Kind.NOT_LINKED for one in report.remarks)
    if named:
        title = f"Consider {count(named, 'name')} without a link."
        why = 'The text speaks of them, and <a href="#remarks">says not where they are</a>.'
        yield _Task("note", title, why)


_TASKS: tuple[Callable[[Report], Iterable[_Task]], ...] = (
    _mend, _look_closely, _write_anew, _open_yourself, _run_again, _unwrap, _name_with_link,
)  # fmt: skip
