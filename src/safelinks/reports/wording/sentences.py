"""Sentences of the headline: what they are, and those about links to files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import field

from safelinks.checks.report import Report
from safelinks.foundation.values import frozen
from safelinks.reports.wording.phrases import count
from safelinks.rules import RULES, Finding, Level

__all__ = [
    "Sentence",
    "SentenceSubject",
    "about",
    "addresses_in",
    "codes_in",
    "files_sentences",
    "files_that_are_well",
    "of_files",
]

Where = tuple[str, str]  # a file, and an address in it


@frozen
class SentenceSubject:
    """An address that a sentence is about, and what a text or a server says to that."""

    file: str
    url: str
    message: str = ""
    replacement: str | None = None


@frozen
class Sentence:
    """A sentence with its full stop, how much it matters, and what it is about.

    The level is None for what is well. `kind` is a verdict, `suspicious` or a level: what it looks
    like where there are drawings; None where there is nothing to do.
    """

    text: str
    level: Level | None = None
    kind: str | None = None
    about: tuple[SentenceSubject, ...] = field(default=(), repr=False)
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f" ({', '.join(self.codes)})." if self.codes else "."
        return self.text.removesuffix(".") + told


def codes_in(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The codes of findings, each once."""
    return tuple(sorted({one.code for one in findings}))


def about(findings: Iterable[Finding]) -> tuple[SentenceSubject, ...]:
    """The addresses of findings, each once."""
    met: dict[Where, SentenceSubject] = {}
    for one in findings:
        url = one.url or ""
        met.setdefault(
            (one.file, url), SentenceSubject(one.file, url, one.message, one.replacement)
        )
    return tuple(met.values())


def addresses_in(about: Iterable[SentenceSubject]) -> int:
    """How many addresses there are: one in several files is one."""
    return len({one.url for one in about})


def of_files(report: Report) -> list[Finding]:
    """The findings on links to files."""
    return [one for one in report.findings if RULES[one.code].local is not None]


def files_sentences(report: Report) -> Iterator[Sentence]:
    """What there is to say of links to files."""
    found = [one for one in of_files(report) if not one.known]
    if found:
        level = min((one.level for one in found), key=lambda level: level.rank)
        which = f"{len(found):,} of {count(report.local_links, 'link')} to files"
        have, them = ("has", "it") if len(found) == 1 else ("have", "them")
        said = f"{which} {have} a problem. Fix or remove {them}."
        if any(one.fixable for one in found):
            said += " `--fix` corrects what is certain."
        kind = "dead" if level is Level.ERROR else str(level)
        yield Sentence(said, level, kind, about(found), codes_in(found))
    elif report.local_links and not report.rows:
        said = f"{files_that_are_well(report)}."
        yield Sentence(said, Level.NOTE if of_files(report) else None)


def files_that_are_well(report: Report) -> str:
    """What to say, without a full stop, where there is no new problem with a link to a file."""
    known, links = len(of_files(report)), count(report.local_links, "link")
    if not known:
        return f"No problems in {links} to files"
    have = "has" if known == 1 else "have"
    return f"{known:,} of {links} to files {have} a problem that is in the baseline"
