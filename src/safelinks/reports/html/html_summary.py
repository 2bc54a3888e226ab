"""The head of the page: what is wrong, how much of it, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from safelinks.catalog import Match
from safelinks.checks.report import Report
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import Verdict
from safelinks.reports.html.html_escaping import ADDRESS_WORDS, address_as_html, as_html, shape
from safelinks.reports.wording import headline as said
from safelinks.reports.wording.conclusion import UNCHECKED, conclusion, verdict_word
from safelinks.reports.wording.phrases import all_addresses, count
from safelinks.reports.wording.sentences import files_that_are_well
from safelinks.rules.checked_link import BROKEN, CheckedLink
from safelinks.rules.names_in_text import RemarkKind

__all__ = [
    "GRAVEST_FIRST",
    "GRAVEST_WORDS",
    "counts_section",
    "headline_sentence",
    "shown_name_of",
    "summary_section",
    "task_as_html",
    "tone",
]

GRAVEST_FIRST = (
    Verdict.DEAD,
    Verdict.FAILING,
    Verdict.OFFLINE,
    Verdict.UNCERTAIN,
    Verdict.MOVED,
    Verdict.SKIPPED,
    Verdict.ALIVE,
)
# The same, with those that nobody has asked for, which look like skipped ones.
_SKIPPED_AT = GRAVEST_FIRST.index(Verdict.SKIPPED) + 1
GRAVEST_WORDS: Sequence[str] = (
    *GRAVEST_FIRST[:_SKIPPED_AT], UNCHECKED, *GRAVEST_FIRST[_SKIPPED_AT:]
)  # fmt: skip
_LOOKS: Mapping[str, str] = {UNCHECKED: Verdict.SKIPPED}
_MOST_NAMED = 6
_MOST_FILES = 3
_WIDEST_LABEL = 60
_BAR = 1000  # units of the drawing that all addresses together are wide

_CODE = pattern_of("`([^`]*)`")
_PARTS = pattern_of("(.*?[.:;]) (.*)")  # what is wrong, and what to do


def shown_name_of(row: CheckedLink) -> str | None:
    """What a row's address is: a resource, or whose page; None for what is not known."""
    match: Match | None = row.match
    if match is None:
        return None
    if match.resource is not None:
        return match.resource.name
    return f"a page of {match.agency.name}" if match.agency is not None else match.site


def tone(report: Report) -> str:
    """The verdict whose colour the head of the page has."""
    broken = said.Broken.of(report)
    files = [one for one in said.of_files(report) if not one.known]
    if any(map(report.selection.fails, files)):
        return str(Verdict.DEAD)
    if said.pretending(report) and not broken.new:
        return "suspicious"
    mute = BROKEN if not (broken.new or broken.excused) else frozenset()  # known: no alarm
    there = (one for one in GRAVEST_FIRST if report.verdicts[one] and one not in mute)
    return str(next(there, Verdict.SKIPPED))


def headline_sentence(report: Report) -> str:
    """The one sentence that must be read."""
    sentence = next(_sentences(report))
    begins = "Interrupted: " if report.interrupted else "Of what could be read: "
    if not (report.interrupted or report.unread):
        return sentence
    return f"{begins}{sentence[0].lower()}{sentence[1:]}"


def _sentences(report: Report) -> Iterator[str]:
    """What may be said of all addresses, the gravest first; the last is always true."""
    rows = report.addresses
    verdicts = Counter(row.verdict for row in rows)
    everything = count(len(rows), "address")
    broken = said.Broken.of(report)
    new, excused, aside, rest = map(
        said.addresses_in, (broken.new, broken.excused, broken.aside, broken.rest)
    )
    odd = len({one.url for one in said.pretending(report)})
    unknown, uncertain = verdicts[Verdict.OFFLINE], verdicts[Verdict.UNCERTAIN]
    look = "looks" if odd == 1 else "look"
    if new:
        does = "does" if new == 1 else "do"
        more = f", and {odd:,} {look} suspicious" if odd else ""
        yield f"{new:,} of {everything} {does} not work{more}"
    files = sum(not one.known for one in said.of_files(report))
    if files:
        have = "has" if files == 1 else "have"
        yield f"{files:,} of {count(report.local_links, 'link')} to files {have} a problem"
    if odd:
        yield f"{odd:,} of {everything} {look} suspicious"
    if unknown:
        yield f"{unknown:,} of {everything} could not be checked"
    if excused:
        yield f"{excused:,} of {everything} failed, but not in enough runs"
    if aside:
        does = "does" if aside == 1 else "do"
        yield f"{aside:,} of {everything} {does} not work, only in code or comments"
    if rest:
        are = "is" if rest == 1 else "are"
        yield f"{rest:,} of {everything} {are} broken, but known, ignored or fixed"
    if uncertain:
        needs = "needs" if uncertain == 1 else "need"
        yield f"No broken links; {uncertain:,} of {len(rows):,} {needs} a look"
    asked = len(rows) - verdicts[Verdict.SKIPPED]
    if asked:
        moved = (one.about for one in said.headline(report) if one.kind == "moved")
        newer = map(said.addresses_in, moved)
        yield _all_works(asked, len(rows), sum(newer))
    if not rows and report.local_links:
        yield files_that_are_well(report)
    yield f"{everything}, none checked" if rows else "No links were found"


def _all_works(asked: int, there: int, newer: int) -> str:
    works = all_addresses(asked, "" if asked == there else "checked ")
    return f"{works}; {newer} should be replaced" if newer else works


# --- Counts ---


def summary_section(report: Report) -> Iterator[str]:
    """Counts by verdict, and what to do."""
    if report.rows:
        yield from _counts(report)
    yield '<section class="todo" aria-labelledby="todo">\n<h2 id="todo">What to do</h2>\n'
    tasks = [*_tasks(report), *_name_with_link(report)]
    if tasks:
        yield f"<ol>\n{''.join(tasks)}</ol>\n"
    else:
        yield "<p>Nothing to fix.</p>\n"
    yield f'<p class="because">{as_html(conclusion(report))}</p>\n</section>\n'


def _counts(report: Report) -> Iterator[str]:
    counted = Counter(map(verdict_word, report.addresses))
    odd = len({row.target or row.url for row in report.rows if row.suspicions})
    yield from counts_section("Addresses by verdict", counted, odd)


def counts_section(title: str, counted: Mapping[str, int], odd: int = 0) -> Iterator[str]:
    """How many there are of each verdict, as a bar and in numbers; and how many are `odd`."""
    there = [
        (_LOOKS.get(one, one), ADDRESS_WORDS[one], counted[one])
        for one in GRAVEST_WORDS
        if counted.get(one)
    ]
    yield '<section class="counts" aria-labelledby="counts">\n'
    yield f'<h2 id="counts" class="unseen">{as_html(title)}</h2>\n'
    yield f'<svg class="bar" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" aria-hidden="true">'
    done, total = 0, sum(counted.values())
    for verdict, _, number in there:
        start, done = done, done + number
        left, right = _BAR * start // total, _BAR * done // total
        yield f'<rect class="of-{verdict}" x="{left}" y="0" width="{right - left}" height="10"/>'
    yield "</svg>\n<ul>\n"
    for verdict, words, number in there:
        yield (
            f'<li class="is-{verdict}">{shape(verdict)}<b>{number:,}</b> '
            f"<span>{words}</span></li>\n"
        )
    if odd:
        yield (
            f'<li class="is-suspicious">{shape("suspicious")}<b>{odd}</b> '
            "<span>Suspicious</span></li>\n"
        )
    yield "</ul>\n</section>\n"


# --- What to do ---


def _tasks(report: Report) -> Iterator[str]:
    """What there is to do, as other formats say it, each with the rows that it is about."""
    numbers: dict[tuple[str, str], tuple[int, CheckedLink]] = {}
    for number, row in enumerate(report.rows, 1):
        numbers.setdefault((row.file, row.target or row.url), (number, row))
    for sentence in said.headline(report):
        if sentence.kind is not None:
            named = [
                (*numbers[one.file, one.url], one)
                for one in sentence.about
                if (one.file, one.url) in numbers
            ]
            yield task_as_html(
                sentence.kind,
                _words(sentence.text),
                _named(named, with_files=len(report.files) > 1),
            )


def task_as_html(kind: str, says: str, named: str = "") -> str:
    """One thing to do, and what it is about; both in HTML."""
    return f'<li class="is-{kind}">{shape(kind)}<div><p>{says}</p>{named}</div></li>\n'


def _words(sentence: str) -> str:
    """A sentence, what is wrong in bold, and options as the commands that they belong to."""
    coded = _CODE.sub(r"<code>\1</code>", as_html(sentence.replace("`--", "`safelinks check --")))
    parted = _PARTS.match(coded)
    return f"<strong>{parted[1]}</strong> {parted[2]}" if parted else f"<strong>{coded}</strong>"


_Named = tuple[int, CheckedLink, said.SentenceSubject]  # its number in the table first


def _named(named: Sequence[_Named], *, with_files: bool) -> str:
    """The addresses that a sentence is about, the first of them, with links to their rows."""
    groups: dict[str, list[_Named]] = {}
    for one in named:
        groups.setdefault(one[2].url, []).append(one)
    if not groups:
        return ""
    shown = "".join(
        _address_item(group, with_files=with_files)
        for group in islice(groups.values(), _MOST_NAMED)
    )
    more = len(groups) - _MOST_NAMED
    if more > 0:
        shown += f'<li><a href="#addresses">and {more:,} more in the table</a></li>'
    return f"<ul>{shown}</ul>"


def _address_item(group: Sequence[_Named], *, with_files: bool) -> str:
    """An address: what it is called, itself, what to do about it, and in which files."""
    number, row, subject = group[0]
    address, label = address_as_html(row.target or row.url), _label(row)
    name = f'<a href="#address-{number}">{as_html(label) if label else address}</a>'
    beside = f" <span>{address}</span>" if label else ""
    files = _files(group) if with_files else ""
    told = "; ".join(filter(None, (_told(subject), files)))
    return f"<li>{name}{beside}{f'<p>{told}</p>' if told else ''}</li>"


def _label(row: CheckedLink) -> str | None:
    """What people call an address: a resource, or the words that lead to it."""
    if row.match is not None and row.match.resource is not None:
        return row.match.resource.name
    label = next((one.label for one in row.sightings if one.label), None)
    if label is None or label in (row.url, row.target):
        return shown_name_of(row)
    return f"“{label if len(label) <= _WIDEST_LABEL else f'{label[:_WIDEST_LABEL]}…'}”"


def _files(group: Iterable[_Named]) -> str:
    """The files that an address stands in, the first of them."""
    names = list(dict.fromkeys(row.file for _, row, _ in group))
    told = ", ".join(map(as_html, names[:_MOST_FILES]))
    more = len(names) - _MOST_FILES
    return f"in {told}" + (f" and {count(more, 'other file')}" if more > 0 else "")


def _told(one: said.SentenceSubject) -> str:
    instead = f"write {address_as_html(one.replacement)}" if one.replacement is not None else ""
    return "; ".join(filter(None, (as_html(one.message), instead)))


def _name_with_link(report: Report) -> Iterator[str]:
    named = sum(one.kind is RemarkKind.NOT_LINKED for one in report.remarks)
    if named:
        yield task_as_html(
            "note",
            f"<strong>{count(named, 'resource')} {'is' if named == 1 else 'are'} named but not "
            'linked.</strong> <a href="#remarks">Where to link to</a>.',
        )
