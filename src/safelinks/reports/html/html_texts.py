"""The texts, with the links marked in them, and what they name without a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from safelinks.checks.marked_text import FileText, Piece
from safelinks.checks.report import Report
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.outcome import Verdict
from safelinks.reports.html.html_escaping import (
    ADDRESS_WORDS,
    address_as_html,
    as_html,
    lines_as_html,
    shape,
)
from safelinks.reports.wording.conclusion import verdict_word
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.names_in_text import Remark, RemarkKind

__all__ = ["marks_in", "remarks_section", "texts_section"]

_GAP = pattern_of(r"\n[ \t\r]*(?:\n[ \t\r]*){2,}")
_BEGINNING = pattern_of(r"\S{0,4}")  # stays on one line with the drawing before it
_HEADINGS = {
    RemarkKind.LEADS_ELSEWHERE: "Links that lead to something else than their name says",
    RemarkKind.NOT_LINKED: "Named but not linked",
}


def marks_in(report: Report) -> frozenset[tuple[int, int]]:
    """Which sightings of which rows are marked in the texts."""
    return frozenset(
        (piece.row, piece.sighting)
        for one in report.texts
        for piece in one.pieces
        if piece.row is not None
    )


def texts_section(report: Report) -> Iterator[str]:
    """Each text, with a legend."""
    if not report.texts:
        return
    yield '<section class="texts" aria-labelledby="texts">\n<h2 id="texts">'
    yield f"{'The text' if len(report.texts) == 1 else 'The texts'}</h2>\n"
    if report.rows:
        yield from _legend(report.rows)
    named: set[tuple[int, int]] = set()
    for one in report.texts:
        yield from _text(one, report.rows, named)
    yield "</section>\n"


def _legend(rows: Sequence[CheckedLink]) -> Iterator[str]:
    """What the marks mean; without addresses, there are none."""
    words = {(row.verdict, verdict_word(row)) for row in rows}
    order = list(Verdict)
    yield "<p>Each mark links to its address in the table. Marks by verdict:</p>\n"
    yield '<ul class="legend">'
    for verdict, word in sorted(words, key=lambda one: (order.index(one[0]), one[1])):
        yield f'<li><span class="mark is-{verdict}">{shape(verdict)}'
        yield f"{ADDRESS_WORDS[word]}</span></li>"
    if any(row.suspicions for row in rows):
        yield f'<li><span class="mark is-suspicious">{shape("suspicious")}Suspicious</span></li>'
    yield "</ul>\n"


def _text(one: FileText, rows: Sequence[CheckedLink], named: set[tuple[int, int]]) -> Iterator[str]:
    yield f'<article>\n<h3>{as_html(one.file)}</h3>\n<div class="paper">'
    for number, piece in enumerate(one.pieces):
        if piece.row is None:
            shown = _GAP.sub("\n\n", piece.text)
            yield lines_as_html(shown if number else shown.lstrip("\ufeff\r\n"))
        else:
            yield _mark(piece, piece.row, rows[piece.row], named)
    yield "</div>\n"
    if one.is_cut:
        yield "<p>Only the beginning of the text is shown.</p>\n"
    if one.beside:
        yield '<p>Also linked, but not visible in the text:</p>\n<ul class="beside">\n'
        for number in one.beside:
            row = rows[number]
            whole = Piece(row.target or row.url, number)
            yield f"<li>{_mark(whole, number, row, None)}</li>\n"
        yield "</ul>\n"
    yield "</article>\n"


def _mark(piece: Piece, number: int, row: CheckedLink, named: set[tuple[int, int]] | None) -> str:
    """A link to the row; the first one for a sighting has the name that the row links to."""
    key = (number, piece.sighting)
    named_here = named is not None and key not in named
    if named is not None:
        named.add(key)
    name = f' id="text-{number + 1}-{piece.sighting + 1}"' if named_here else ""
    kind = "suspicious" if row.suspicions else str(row.verdict)
    word = ADDRESS_WORDS[verdict_word(row)]
    if row.suspicions:
        word = f"Suspicious, {word.lower()}"
    begins = _BEGINNING.match(piece.text)
    at = begins.end() if begins else 0
    return (
        f'<a class="mark is-{kind}" href="#address-{number + 1}"{name}><span class="begins">'
        f"{shape(kind)}{as_html(piece.text[:at])}</span>"
        f'{lines_as_html(piece.text[at:])}<span class="word"> ({word})</span></a>'
    )


def remarks_section(report: Report) -> Iterator[str]:
    """What the texts say against their links."""
    if not report.remarks:
        return
    yield '<section class="remarks" aria-labelledby="remarks">\n'
    yield '<h2 id="remarks">What the text names</h2>\n'
    for kind, heading in _HEADINGS.items():
        ones = [one for one in report.remarks if one.kind is kind]
        if ones:
            yield f"<h3>{heading}</h3>\n<ul>\n"
            yield from map(_remark, ones)
            yield "</ul>\n"
    yield "</section>\n"


def _remark(one: Remark) -> str:
    where = f"{one.file}, {one.place}" if str(one.place) else one.file
    leads = ""
    if one.leads_to is not None:
        leads = (
            f"The link named “{as_html(one.name or '')}” leads to {as_html(one.leads_to)}: "
            f"{address_as_html(one.url or '')}. "
        )
    return (
        f"<li><b>{as_html(one.resource.name)}</b> <span>{as_html(where)}</span>"
        f"<p>{leads}It {as_html(one.home)}.</p></li>\n"
    )
