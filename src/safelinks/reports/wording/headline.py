"""The headline of a report: what is wrong and what to do, in sentences for any format.

Sentences hold nothing of what texts or servers say, so nothing in them must be escaped; what they
are about, and asides, do. What is a command or an option stands between backticks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from safelinks.addresses.place import Place
from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import MEANING, Reason, Verdict
from safelinks.reports.wording.phrases import all_addresses, caveats, count
from safelinks.reports.wording.sentences import (
    Sentence,
    SentenceSubject,
    about,
    addresses_in,
    codes_in,
    files_sentences,
    of_files,
)
from safelinks.rules import (
    BROKEN_LINK,
    OF_WRAPPERS,
    RULES,
    Exposed,
    Finding,
    Group,
    Level,
    Topic,
)
from safelinks.rules.checked_link import BROKEN, CheckedLink

__all__ = [
    "Broken",
    "Sentence",
    "SentenceSubject",
    "addresses_in",
    "headline",
    "of_files",
    "pretending",
]

_WORKS = (Verdict.ALIVE, Verdict.MOVED)


@frozen
class Broken:
    """The addresses that do not work: `new` ones, `excused` ones, some `aside`, and the `rest`.

    Those aside stand in code or comments only, or are ignored wherever else they stand; the rest is
    in a baseline, ignored, or fixed.
    """

    new: tuple[SentenceSubject, ...]
    excused: tuple[SentenceSubject, ...]
    aside: tuple[SentenceSubject, ...]
    rest: tuple[SentenceSubject, ...]

    def only(self, about: Iterable[SentenceSubject]) -> tuple[SentenceSubject, ...]:
        """Those that are not new elsewhere: an address that fails the check is told once."""
        told = {one.url for one in self.new}
        return tuple(one for one in about if one.url not in told)

    @classmethod
    def of(cls, report: Report) -> Broken:
        """Those of a report, of which the findings count."""
        down = [row for row in report.rows if row.verdict in BROKEN]
        beside = set() if report.selection.verbatim else set(_beside(down))
        found = _down(report)
        told = [one for one in found if (one.file, one.url, one.place) not in beside]
        counting = {(one.file, one.url) for one in told}
        aside = about(one for one in found if (one.file, one.url) not in counting)
        excused = about(one for one in told if one.excused)
        spared = {(one.file, one.url) for one in excused}
        new = tuple(one for one in about(told) if (one.file, one.url) not in spared)
        met = {(one.file, one.url) for one in (*new, *excused, *aside)}
        rest = (row for row in down if (row.file, row.target or row.url) not in met)
        return cls(new, excused, aside, tuple(map(_of_row, rest)))


def _beside(rows: Iterable[CheckedLink]) -> Iterator[tuple[str, str, Place]]:
    """The places of addresses in code and comments."""
    for row in rows:
        for one in row.sightings:
            if one.within is not None:
                yield row.file, row.target or row.url, one.place


def _down(report: Report) -> list[Finding]:
    """The findings on links that do not work, without those that are known."""
    return [one for one in report.findings if one.code in BROKEN_LINK and not one.known]


def _of_row(row: CheckedLink) -> SentenceSubject:
    return SentenceSubject(row.file, row.target or row.url, MEANING[row.outcome.reason])


def headline(report: Report) -> Iterator[Sentence]:
    """What a reader should know first, the gravest first."""
    if not (report.rows or report.local_links):
        yield Sentence("No links were found.", Level.NOTE)
        yield from _unknown(report)
        return
    for say in _SAID:
        yield from say(report)


def _broken(report: Report) -> Iterator[Sentence]:
    broken = Broken.of(report)
    if broken.new:
        number = addresses_in(broken.new)
        which = f"{number:,} of {count(len(report.addresses), 'address')}"
        does, them = ("does", "it") if number == 1 else ("do", "them")
        new = {(one.file, one.url) for one in broken.new}
        found = [one for one in _down(report) if (one.file, one.url) in new]
        where = f" ({_places(found)})" if len(broken.new) > number else ""
        said = f"{which} {does} not work{where}. Fix or remove {them}."
        yield Sentence(said, Level.ERROR, "dead", broken.new, codes_in(found))
    if excused := broken.only(broken.excused):
        number = addresses_in(excused)
        what = count(number, "address")
        said = f"{what} failed, but not in enough runs to fail the check."
        yield Sentence(said, Level.WARNING, "failing", excused)
    if aside := broken.only(broken.aside):
        number = addresses_in(aside)
        what = count(number, "broken address")
        are = "is" if number == 1 else "are"
        said = f"{what} {are} only in code or comments."
        yield Sentence(said, Level.NOTE, "note", aside)
    if rest := broken.only(broken.rest):
        number = addresses_in(rest)
        what = count(number, "broken address")
        are = "is" if number == 1 else "are"
        said = f"{what} {are} in the baseline, ignored or fixed."
        yield Sentence(said, Level.NOTE, "note", rest)


def _places(findings: Iterable[Finding]) -> str:
    """In how many places findings are, of how many files."""
    places = {(one.file, one.place) for one in findings}
    files = {file for file, _ in places}
    return f"{count(len(places), 'place')} in {count(len(files), 'file')}"


def _pretends(finding: Finding) -> bool:
    return RULES[finding.code].group is Group.PRETENCE


def _exposes(finding: Finding, what: Exposed) -> bool:
    return RULES[finding.code].exposes is what


def pretending(report: Report) -> tuple[Finding, ...]:
    """The findings on links that are not what they seem, without those that are known."""
    return tuple(one for one in report.findings if _pretends(one) and not one.known)


def _pretending(report: Report) -> Iterator[Sentence]:
    found = pretending(report)
    places = len({(one.file, one.place) for one in found})
    if places:
        look, them = ("looks", "it") if places == 1 else ("look", "them")
        said = f"{count(places, 'link')} {look} suspicious. Check {them} before you open {them}."
        yield Sentence(said, Level.WARNING, "suspicious", about(found), codes_in(found))


def _to_write(report: Report) -> Iterator[Sentence]:
    found = [
        one
        for one in report.findings
        if one.replacement and one.code not in OF_WRAPPERS and not (one.known or _pretends(one))
        if RULES[one.code].local is None
    ]
    addresses = {one.url for one in found}
    written = {(one.file, one.url) for one in found if one.fixable}
    certain = {url for _, url in written}
    if addresses:
        what = count(len(addresses), "address")
        fixes = {(row.file, row.target or row.url, row.fix) for row in report.rows}
        fixed = any(
            not one.fixable and (one.file, one.url, one.replacement) in fixes for one in found
        )
        by = _written(len(certain), len(addresses), fixed=fixed)
        if certain == addresses and written != {(one.file, one.url) for one in found}:
            by += " in the files that can be changed"
        said = f"{what} should be replaced by a newer one. `--fix` writes {by}."
        yield Sentence(said, Level.WARNING, "moved", about(found), codes_in(found))


def _written(certain: int, of: int, *, fixed: bool) -> str:
    """How many addresses are written; whether some would be, were their files not `fixed`."""
    if certain == of:
        return "it" if of == 1 else "them"
    if fixed:
        some = f"{certain or 'none'} of them" if of > 1 else "none"
        return f"{some}: only certain ones, in files that can be changed"
    if not certain:
        return "none, because none is certain"
    return "the one that is certain" if certain == 1 else f"the {certain} that are certain"


def _wrapped(report: Report) -> Iterator[Sentence]:
    found = [
        one
        for one in report.findings
        if one.code in OF_WRAPPERS and one.replacement is not None and not one.known
    ]
    places = {(one.file, one.place) for one in found}
    telling = {(one.file, one.place) for one in found if _exposes(one, Exposed.RECIPIENT)}
    exposing = [one for one in found if _exposes(one, Exposed.SESSION)]
    session = len({(one.file, one.place) for one in exposing})
    if session:
        contain = "contains" if session == 1 else "contain"
        said = f"{count(session, 'link')} {contain} a Teams session credential."
        yield Sentence(said, Level.WARNING, "warning", codes=codes_in(exposing))
    if places:
        are = "is" if len(places) == 1 else "are"
        what = f"{count(len(places), 'link')} {are} wrapped"
        contain = "contains" if len(telling) == 1 else "contain"
        if telling == places:
            what += f" and {contain} the recipient's address"
        elif telling:
            what += f", and {len(telling):,} of them {contain} the recipient's address"
        level = Level.WARNING if telling else Level.NOTE
        inside = _INSIDE[frozenset(one.fixable for one in found)]
        said = f"{what}. {inside[0] if len(places) == 1 else inside[1]}"
        yield Sentence(said, level, str(level), codes=codes_in(found))


# What to do about one link, and about several, by whether `--fix` can do it.
_INSIDE: Mapping[frozenset[bool], tuple[str, str]] = {
    frozenset({True}): (
        "`--fix` replaces it with its target.",
        "`--fix` replaces them with their targets.",
    ),
    frozenset({True, False}): (
        "`--fix` replaces it with its target where the file can be changed.",
        "`--fix` replaces them with their targets where the file can be changed.",
    ),
    frozenset({False}): (
        "Its file cannot be changed: fix the document that it was made from.",
        "Their files cannot be changed: fix the documents that they were made from.",
    ),
}


def _lost(report: Report) -> Iterator[Sentence]:
    new = [one for one in report.findings if not one.known]
    found = [one for one in new if RULES[one.code].topic is Topic.LOST]
    lost = len(found)
    if lost:
        have, their = ("has", "its") if lost == 1 else ("have", "their")
        said = f"{count(lost, 'wrapped link')} {have} lost {their} target. Ask the sender"
        places = {(one.file, one.place) for one in found}
        found += (
            one
            for one in new
            if _exposes(one, Exposed.RECIPIENT) and (one.file, one.place) in places
        )
        if len(found) > lost:
            said += "; `safelinks clean --redact` removes the recipient"
        yield Sentence(f"{said}.", Level.WARNING, "warning", about(found), codes_in(found))


def _to_do(report: Report) -> Iterator[Sentence]:
    for rule in RULES.values():
        if rule.to_do is None:
            continue
        of_one, of_several = rule.to_do
        told = [one for one in report.findings if one.code == rule.code]
        known = {(one.file, one.url) for one in told if one.known}
        found = about(one for one in told if (one.file, one.url) not in known)
        if found:
            number = addresses_in(found)
            sentence = of_one if number == 1 else of_several
            said = sentence.format(count(number, "address"))
            yield Sentence(said, Level.WARNING, "warning", found, (rule.code,))


def _uncertain(report: Report) -> Iterator[Sentence]:
    found = tuple(_of_row(row) for row in report.rows if row.verdict is Verdict.UNCERTAIN)
    if found:
        number = addresses_in(found)
        blocks, it = ("blocks", "it") if number == 1 else ("block", "them")
        said = f"{count(number, 'address')} {blocks} automated requests. Open {it} in a browser."
        yield Sentence(said, Level.NOTE, "uncertain", found)


def _unknown(report: Report) -> Iterator[Sentence]:
    yield from (Sentence(caveat, Level.WARNING, "offline") for caveat in caveats(report))


def _well(report: Report) -> Iterator[Sentence]:
    links = [row for row in report.addresses if row.is_link]
    if links and all(row.verdict in _WORKS for row in links):
        yield Sentence(f"{all_addresses(len(links))}.")


def _unasked(report: Report) -> Iterator[Sentence]:
    number = sum(row.outcome.reason is Reason.NOT_ASKED for row in report.addresses)
    links = sum(row.is_link for row in report.addresses)
    if number and not report.interrupted:
        which, it = f"{number:,} of {count(links, 'address')} were", "They"
        if number == 1:
            which, it = f"1 of {count(links, 'address')} was", "It"
        if number == links:
            which = "The address was" if number == 1 else "The addresses were"
        said = f"{which} not checked. {it} may not work."
        yield Sentence(said, Level.NOTE, "skipped")


def _left_out(report: Report) -> Iterator[Sentence]:
    told = {(one.file, one.url) for one in report.findings if RULES[one.code].says_why}
    left = tuple(
        _of_row(row)
        for row in report.rows
        if row.verdict is Verdict.SKIPPED
        and row.outcome.reason is not Reason.NOT_ASKED
        and (row.file, row.target or row.url) not in told
    )
    if left:
        why = Counter(why for why, _ in dict.fromkeys((one.message, one.url) for one in left))
        said = f"Skipped: {', '.join(f'{words} ({number:,})' for words, number in why.items())}."
        yield Sentence(said, Level.NOTE, "skipped", left)


_SAID = (
    _broken,
    files_sentences,
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
