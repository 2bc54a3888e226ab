"""Words that several formats share: a finding in one sentence, and what is to be said of a run.

Everything from outside goes through `shown` or `address`. What comes out is one line, in which no
terminal and no build service finds a command; each format still escapes what is special in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.addresses import percent
from safelinks.addresses.place import Place
from safelinks.addresses.printable import printable, printable_url
from safelinks.checks.report import Report
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import Reason, Verdict
from safelinks.rules import RULES, Finding, Topic

__all__ = [
    "address_on_one_line",
    "all_addresses",
    "caveats",
    "count",
    "line_of",
    "on_one_line",
    "sentence",
    "title",
    "unused_in",
]

# Build services obey these wherever they stand in a line of a log: GitHub's runner `##[add-mask]`,
# the agent of Azure Pipelines `##vso[task.setvariable]`, TeamCity `##teamcity[...]`.
_COMMAND = pattern_of(r"(?<=#)#(?=\w*\[)")
_DASH = " — "  # beside an address, nothing that could be taken for a part of it


def on_one_line(text: str) -> str:
    """`text` on one line, without anything that a terminal or a build service obeys.

    >>> on_one_line("##[add-mask]a")
    '#\\\\x23[add-mask]a'
    """
    shown = printable(text)
    return _COMMAND.sub(r"\\x23", shown) if "##" in shown else shown


def address_on_one_line(url: str | None) -> str:
    """An address on one line, which stays an address; empty where there is none.

    >>> address_on_one_line("https://a.example/##[add-mask]b")
    'https://a.example/#%23[add-mask]b'
    """
    return percent.encode(printable_url(url), _COMMAND) if url else ""


def title(finding: Finding) -> str:
    """Code and name of the rule, as in ``SL301 dead``."""
    return f"{finding.code} {finding.name}"


def sentence(finding: Finding) -> str:
    """What there is to say, of which address, what to write instead, or where a copy is."""
    parts = [on_one_line(finding.message), address_on_one_line(finding.url)]
    if finding.replacement is not None:
        parts.append(f"write {address_on_one_line(finding.replacement)} instead")
    if finding.archived is not None:
        copy = finding.archived
        parts.append(f"{copy.title}: {address_on_one_line(copy.url)}")
    return _DASH.join(filter(None, parts))


def line_of(place: Place) -> int | None:
    """The line in the file; None where lines are those of a part of it, or there are none."""
    return None if place.within else place.line


def caveats(report: Report) -> Iterator[str]:
    """What a reader has to know of the run as a whole: sentences, with nothing from documents."""
    addresses = report.addresses
    offline = sum(row.verdict is Verdict.OFFLINE for row in addresses)
    if offline:
        which = "the addresses"
        if offline < len(addresses) or offline == 1:
            which = count(offline, "address")
        yield (
            f"This machine has no network, so {which} could not be checked. "
            "Run this again with a connection."
        )
    yield from map(on_one_line, report.unopened)
    if report.unread:
        yield "Some files could not be read or written. This report may be incomplete."
    if report.interrupted:
        left = sum(row.outcome.reason is Reason.NOT_ASKED for row in addresses)
        yield f"Interrupted: {count(left, 'address')} not checked completely."


def unused_in(report: Report) -> list[Finding]:
    """The findings on comments that ignore nothing, without those that are known."""
    found = (one for one in report.findings if RULES[one.code].topic is Topic.UNUSED)
    return [one for one in found if not one.known]


def all_addresses(number: int, which: str = "") -> str:
    """A sentence, without its full stop: all addresses work, or all of those `which`.

    >>> all_addresses(1), all_addresses(2), all_addresses(3, "checked ")
    ('The address works', 'Both addresses work', 'All 3 checked addresses work')
    """
    if number == 1:
        return f"The {which}address works"
    return f"{'Both' if number == 2 else f'All {number:,}'} {which}addresses work"


def count(number: int, what: str) -> str:
    """A number of things, in words.

    >>> count(1, "link"), count(2_000, "address")
    ('1 link', '2,000 addresses')
    """
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"
