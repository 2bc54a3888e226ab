"""The table of addresses: a row each, with all that is known of it, the rest folded away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import field

from safelinks.checks.report import Report
from safelinks.foundation.values import define
from safelinks.health.model.outcome import Verdict
from safelinks.reports.html.html_escaping import (
    ADDRESS_WORDS,
    address_as_html,
    as_html,
    in_parts,
    link_as_html,
    may_be_clicked,
    shape,
)
from safelinks.reports.html.html_pieces import (
    details_as_html,
    outcome_facts,
    select_as_html,
    verdict_as_html,
)
from safelinks.reports.html.html_summary import GRAVEST_FIRST, GRAVEST_WORDS, shown_name_of
from safelinks.reports.wording.conclusion import verdict_word
from safelinks.reports.wording.findings_by_row import beside
from safelinks.reports.wording.phrases import count
from safelinks.rules import Finding, Level
from safelinks.rules.checked_link import WORKS, CheckedLink, Sighting

__all__ = ["MarkedSightings", "table_section"]

MarkedSightings = frozenset[
    tuple[int, int]
]  # rows and their sightings that are marked in a text below

_COLUMNS = (
    ("verdict", "Verdict", "number"),
    ("resource", "Resource", "text"),
    ("agency", "Agency", "text"),
    ("address", "Address", "text"),
    ("where", "Where", "number"),
    ("findings", "Findings", "number"),
)
_MOST_PLACES = 6
_MANY = 200  # rows of which those out of sight are better not laid out
_LEVELS: Mapping[Level, str] = {
    Level.ERROR: "Error",
    Level.WARNING: "Warning",
    Level.NOTE: "Note",
}


def table_section(report: Report, marks: MarkedSightings) -> Iterator[str]:
    """What to look for in the table, and the table."""
    yield '<section class="addresses" aria-labelledby="addresses">\n'
    yield '<h2 id="addresses">Addresses</h2>\n'
    found = [findings for _, findings in beside(report).rows]
    yield from _controls(report, found)
    addresses = {row.target or row.url: at for at, row in enumerate(report.addresses)}
    there = count(len(addresses), "address")
    rows = "" if len(addresses) == len(report.rows) else f" ({count(len(report.rows), 'row')})"
    yield f'<p id="shown" class="shown" role="status">{there}{rows}</p>\n'
    empty = " ".join(_empty_columns(report.rows, found))
    without = f' class="{empty}"' if empty else ""
    yield f'<table id="table" role="table"{without}>\n'
    yield '<caption class="unseen">All addresses, each with its '
    yield "verdict, resource, owner, place and findings</caption>\n"
    yield '<thead role="rowgroup"><tr role="row">'
    for name, title, kind in _COLUMNS:
        order = ' aria-sort="ascending"' if name == "verdict" else ""
        yield f'<th scope="col" role="columnheader" class="{name}" data-sort="{kind}"{order}>'
        yield f"{title}</th>"
    many = ' class="many"' if len(report.rows) > _MANY else ""
    yield f'</tr></thead>\n<tbody role="rowgroup"{many}>\n'
    several = len(report.files) > 1
    shown = [
        _Shown(
            number,
            addresses[row.target or row.url],
            row,
            found[number],
            marks,
            report.at,
            with_file=several,
        )
        for number, row in enumerate(report.rows)
    ]
    yield from (one.html() for one in sorted(shown, key=lambda one: (one.gravity, one.rank)))
    yield "</tbody>\n</table>\n</section>\n"


def _empty_columns(
    rows: Sequence[CheckedLink], found: Iterable[Sequence[Finding]]
) -> Iterator[str]:
    """The columns that say nothing of any row, by the classes that hide them."""
    if not any(map(shown_name_of, rows)):
        yield "no-resource"
    if not any(row.match is not None and row.match.agency is not None for row in rows):
        yield "no-agency"
    if not any(found):
        yield "no-findings"


# --- Controls, which only a script makes work ---


def _controls(report: Report, found: Sequence[Sequence[Finding]]) -> Iterator[str]:
    there = set(map(verdict_word, report.rows))
    choices = [(one, ADDRESS_WORDS[one]) for one in GRAVEST_WORDS if one in there]
    if any(row.suspicions for row in report.rows):
        choices.append(("suspicious", "Suspicious"))
    told = {one.level for ones in found for one in ones}
    levels = [(str(level), f"{words}s") for level, words in _LEVELS.items() if level in told]
    names = sorted({shown_name_of(row) or "" for row in report.rows}, key=str.casefold)
    yield '<form id="controls" class="controls" role="search" aria-label="Filter addresses" '
    yield "hidden>\n"
    yield '<label class="wide">Search <input type="search" id="search" autocomplete="off" '
    yield 'spellcheck="false" placeholder="name, address, finding"></label>\n'
    if len(choices) > 1:
        yield select_as_html("verdict", "Verdict", "Any verdict", choices)
    if levels:
        yield select_as_html("levels", "Findings", "Any findings", levels)
    if len(names) > 1:
        yield select_as_html(
            "resource", "Resource", "Any resource", [(one, one or "unknown") for one in names]
        )
    if len(report.files) > 1:
        yield select_as_html("file", "File", "Any file", [(one, one) for one in report.files])
    yield '<button type="reset">Show all</button>\n</form>\n'


# --- A row ---


@define
class _Shown:
    """One row of the table: the `number`th of the report, of the `address`th address."""

    number: int
    address: int
    row: CheckedLink
    found: Sequence[Finding]
    marks: MarkedSightings
    at: datetime
    with_file: bool = field(kw_only=True)

    @property
    def gravity(self) -> int:
        """A sort key: the gravest verdict is the lowest."""
        return 2 * GRAVEST_FIRST.index(self.row.verdict) + (not self.row.suspicions)

    @property
    def rank(self) -> int:
        """A sort key: the gravest finding is the lowest."""
        return min((one.level.rank for one in self.found), default=len(Level))

    def html(self) -> str:
        """All its cells."""
        row = self.row
        verdicts = f"{verdict_word(row)} suspicious" if row.suspicions else verdict_word(row)
        kind = "suspicious" if row.suspicions else row.verdict
        levels = " ".join(sorted({str(one.level) for one in self.found}))
        agency = row.match.agency if row.match else None
        acronym = as_html(agency.acronym) if agency else '<span class="none">–</span>'
        whose = f' title="{as_html(agency.name)}"' if agency else ""
        name = shown_name_of(row)
        known = as_html(name) if name else '<span class="none">unknown</span>'
        file = f' data-file="{as_html(row.file)}"' if self.with_file else ""
        return (
            f'<tr role="row" id="address-{self.number + 1}" class="is-{kind}" tabindex="-1"'
            f' data-address="{self.address}"'
            f' data-verdict="{verdicts}" data-levels="{levels}"'
            f' data-resource="{as_html(name or "")}"{file}>\n'
            f'<td role="cell" class="verdict" data-key="{self.gravity}">{self._verdict()}</td>\n'
            f'<th role="rowheader" scope="row" class="resource">{known}</th>\n'
            f'<td role="cell" class="agency"{whose}>{acronym}</td>\n'
            f'<td role="cell" class="address"><div>{self._address()}</div>'
            f"{details_as_html(self._facts())}</td>\n"
            f'<td role="cell" class="where" data-key="{self.number}">{self._where()}</td>\n'
            f'<td role="cell" class="findings" data-key="{self.rank}">{self._findings()}</td>\n'
            "</tr>\n"
        )

    def _verdict(self) -> str:
        row = self.row
        verdict = verdict_as_html(row.verdict, row.outcome.reason)
        if row.suspicions:
            reasons = "; ".join(one.reason for one in row.suspicions)
            doubt = f"<b>Suspicious</b> <span>{as_html(reasons)}</span>"
            verdict = f'<p class="is-suspicious">{shape("suspicious")}{doubt}</p>{verdict}'
        if row.excused:
            verdict += '<p class="aside">not enough runs to fail the check</p>'
        return verdict

    def _address(self) -> str:
        row = self.row
        shown = f"<p>{link_as_html(row.target or row.url, clickable=may_be_clicked(row))}</p>"
        if row.replacement is not None:
            clickable = not row.suspicions and (row.renamed or row.verdict in WORKS)
            newer = link_as_html(row.replacement, clickable=clickable)
            shown += f'<p class="instead"><b>Write instead</b> {newer}</p>'
        copy = row.outcome.archived
        if copy is not None:
            there = link_as_html(copy.url, clickable=not row.suspicions)
            shown += f'<p class="instead"><b>{copy.title.capitalize()}</b> {there}</p>'
        if row.outcome.evidence and row.verdict not in (*WORKS, Verdict.OFFLINE):
            shown += f'<p class="aside">{as_html(row.outcome.evidence)}</p>'
        return shown

    def _where(self) -> str:
        file = f'<p class="file">{in_parts(self.row.file)}</p>' if self.with_file else ""
        # Each place once, as the link to where it is marked, if it is marked at all.
        places: dict[str, str] = {}
        for at, sighting in enumerate(self.row.sightings):
            words = as_html(sighting.place) or "in the file"
            if (self.number, at) in self.marks:
                marked = f'<a href="#text-{self.number + 1}-{at + 1}">{words}</a>'
                if not places.get(words, "").startswith("<a"):
                    places[words] = marked
            else:
                places.setdefault(words, words)
        shown = "".join(f"<li>{one}</li>" for one in list(places.values())[:_MOST_PLACES])
        more = len(places) - _MOST_PLACES
        return f"{file}<ul>{shown}{f'<li>and {more} more</li>' if more > 0 else ''}</ul>"

    def _findings(self) -> str:
        told = Counter((one.level.rank, one.code, one.message, one.known) for one in self.found)
        if not told:
            return '<span class="none">–</span>'
        ranked = sorted(told.items(), key=lambda one: one[0])
        shown = "".join(
            f'<li class="is-{level}">{shape(level)}<b class="code">{as_html(code)}</b> '
            f'<span class="unseen">{level}: </span>{as_html(message)}'
            f"{f' <span>×&nbsp;{times}</span>' if times > 1 else ''}"
            f"{' <span>(known before)</span>' if known else ''}</li>"
            for (rank, code, message, known), times in ranked
            for level in (list(Level)[rank],)
        )
        return f"<ul>{shown}</ul>"

    # --- What is folded away ---

    def _facts(self) -> Iterator[tuple[str, str]]:
        row, outcome = self.row, self.row.outcome
        if row.target is None or row.url != row.target:
            yield "In the file", address_as_html(row.url)
        wrappers = dict.fromkeys(name for one in row.sightings for name in one.wrappers)
        yield "Wrapped by", as_html(", ".join(wrappers))
        yield "Reads", _labels(row.sightings)
        if row.match is not None:
            yield "Identified because", as_html(row.match.reason)
        yield from outcome_facts(outcome, self.at)
        yield "Sent to", as_html(", ".join(row.recipients))
        if len(row.sightings) > _MOST_PLACES:
            yield "Everywhere", as_html("; ".join(dict.fromkeys(map(str, row.places))))


def _labels(sightings: Iterable[Sighting]) -> str:
    labels = dict.fromkeys(one.label for one in sightings if one.label)
    return ", ".join(f"“{as_html(label)}”" for label in labels)
