"""The report as one HTML page for a person, which fetches nothing and works without its script.

Everything in it goes through `html_escaping`. Its style sheet and its script are files in `html`;
the page's policy allows these two and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from safelinks.checks.report import Report
from safelinks.reports.html.html_escaping import as_html, shape
from safelinks.reports.html.html_summary import headline_sentence, summary_section, tone
from safelinks.reports.html.html_table import table_section
from safelinks.reports.html.html_texts import marks_in, remarks_section, texts_section
from safelinks.reports.wording.conclusion import asides
from safelinks.reports.wording.phrases import count
from safelinks.version import __version__

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """`report` as an HTML page in ASCII, which reads the same in whatever encoding it is saved."""
    for piece in _page(report):
        yield piece.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _page(report: Report) -> Iterator[str]:
    style, script, shapes = _asset("report.css"), _asset("report.js"), _asset("shapes.svg")
    says = headline_sentence(report)
    yield from _head(says, style, script)
    yield f'<body>\n{shapes}<a class="skip" href="#main">Skip to the report</a>\n'
    yield from _top(report, says)
    yield '<main id="main">\n'
    yield from summary_section(report)
    if report.rows:
        yield from table_section(report, marks_in(report))
    yield from texts_section(report)
    yield from remarks_section(report)
    yield from _notes(report)
    yield "</main>\n<footer>\n<p>"
    yield f"Made by safelinks {as_html(__version__)}. This page loads nothing and sends nothing. "
    yield "Addresses that may not work are shown as text, not as links.</p>\n</footer>\n"
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _asset(name: str) -> str:
    """A file of this room. HTML counts ends of lines as newlines, and so do the hashes."""
    return (Path(__file__).parent / "html" / name).read_text("ascii").replace("\r\n", "\n")


def _hash(content: str) -> str:
    """How a Content-Security-Policy names an inline script or style (CSP 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _head(says: str, style: str, script: str) -> Iterator[str]:
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta name="generator" content="safelinks {__version__}">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield '<meta name="robots" content="noindex">\n'
    yield f"<title>{as_html(says)} – link report</title>\n<style>{style}</style>\n</head>\n"


def _top(report: Report, says: str) -> Iterator[str]:
    at = report.at.astimezone(UTC)
    names = [as_html(file) for file in report.files]
    which = names[0] if len(names) == 1 else count(len(names), "file")
    yield f'<header class="is-{tone(report)}">\n<p class="over">Link report: <b>{which}</b></p>\n'
    yield f"<h1>{shape(tone(report))}<span>{as_html(says)}</span></h1>\n"
    yield f'<p class="when">Checked on <time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">'
    yield f"{at.day} {at:%B %Y, %H:%M} UTC</time>: {count(report.links, 'link')} to "
    yield f"{count(len(report.addresses), 'address')}</p>\n</header>\n"


def _notes(report: Report) -> Iterator[str]:
    """What a reader should know of the files, and of how the report came about."""
    notes = [*report.notes, *asides(report)]
    if notes:
        yield '<section class="notes" aria-labelledby="notes">\n<h2 id="notes">Notes</h2>\n<ul>\n'
        yield from (f"<li>{as_html(note)}</li>\n" for note in notes)
        yield "</ul>\n</section>\n"
