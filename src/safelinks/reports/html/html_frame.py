"""The frame of a page for a person: its head with style, script and policy, and its foot.

Every page fetches nothing and works without its script. The policy allows these two and nothing
else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from safelinks.reports.html.html_escaping import as_html
from safelinks.version import __version__

__all__ = ["framed", "moment_as_html", "notes_section"]


def framed(title: str, skip: str, main: Iterable[str]) -> Iterator[str]:
    """A page in ASCII, which reads the same in whatever encoding it is saved.

    `main` has its header and all below, in HTML; `skip` names the link to what is in it.
    """
    for piece in _page(title, skip, main):
        yield piece.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _page(title: str, skip: str, main: Iterable[str]) -> Iterator[str]:
    style, script, shapes = _asset("report.css"), _asset("report.js"), _asset("shapes.svg")
    yield from _head(title, style, script)
    yield f'<body>\n{shapes}<a class="skip" href="#main">{as_html(skip)}</a>\n'
    yield from main
    yield "</main>\n<footer>\n<p>"
    yield f"Made by safelinks {as_html(__version__)}. This page loads nothing and sends nothing. "
    yield "Addresses that may not work are shown as text, not as links.</p>\n</footer>\n"
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _asset(name: str) -> str:
    """A file of this room. HTML counts ends of lines as newlines, and so do the hashes."""
    return (Path(__file__).parent / name).read_text("ascii").replace("\r\n", "\n")


def _hash(content: str) -> str:
    """How a Content-Security-Policy names an inline script or style (CSP 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _head(title: str, style: str, script: str) -> Iterator[str]:
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
    yield f"<title>{as_html(title)}</title>\n<style>{style}</style>\n</head>\n"


def moment_as_html(moment: datetime) -> str:
    """A moment in words, and for programs."""
    at = moment.astimezone(UTC)
    words = f"{at.day} {at:%B %Y, %H:%M} UTC"
    return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{words}</time>'


def notes_section(notes: Iterable[str]) -> Iterator[str]:
    """What a reader should know of how the page came about."""
    items = [f"<li>{as_html(note)}</li>\n" for note in notes]
    if items:
        yield '<section class="notes" aria-labelledby="notes">\n<h2 id="notes">Notes</h2>\n<ul>\n'
        yield from items
        yield "</ul>\n</section>\n"
