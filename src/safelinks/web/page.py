"""The page: templates filled with texts of a language and rows of a check.

Jinja2 escapes all that is text; control characters are made visible first, as in every report.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from safelinks import reports
from safelinks.addresses.printable import printable
from safelinks.foundation.values import define, frozen
from safelinks.version import __version__
from safelinks.web.english_texts import ENGLISH_TEXTS
from safelinks.web.page_counts import PageCounts
from safelinks.web.page_rows import PageRow
from safelinks.web.page_texts import PageTexts
from safelinks.web.problems import ProblemError
from safelinks.web.spanish_texts import SPANISH_TEXTS

__all__ = [
    "ASSETS",
    "LANGUAGES",
    "PageView",
    "asset",
    "counts_html",
    "language_of",
    "problem_page",
    "row_html",
    "whole_page",
]

LANGUAGES: Mapping[str, PageTexts] = {texts.code: texts for texts in (ENGLISH_TEXTS, SPANISH_TEXTS)}
_HERE = Path(__file__).parent
_OF_REPORT = Path(reports.__file__).parent / "html"
# The files that the page loads: what each is, and where.
ASSETS: Mapping[str, tuple[str, Path]] = {
    "report.css": ("text/css", _OF_REPORT / "report.css"),
    "page.css": ("text/css", _HERE / "assets" / "page.css"),
    "page.js": ("text/javascript", _HERE / "assets" / "page.js"),
    "icon.svg": ("image/svg+xml", _HERE / "assets" / "icon.svg"),
}


@define
class PageView:
    """What a page shows beside its form: rows of a check, or a problem. All of it is text.

    `problem_detail` is in English, for what no table can say in another language.
    """

    text: str = ""
    rows: tuple[PageRow, ...] | None = None
    counts: PageCounts | None = None
    status: str = ""
    clean_text: str | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    problem_detail: str = ""
    show_recipients: bool = False
    keep_redirectors: bool = False
    several_files: bool = False


@frozen
class _Templates:
    environment: jinja2.Environment
    shapes: Markup


@cache
def _templates() -> _Templates:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shapes = (_OF_REPORT / "shapes.svg").read_text("ascii")
    return _Templates(environment, Markup(shapes))  # noqa: S704  a file of ours


def _finalized(value: object) -> object:
    """A value as a template writes it: text without control characters, except line ends."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "\n".join(map(printable, value.splitlines())) if "\n" in value else printable(value)
    return value


def asset(name: str) -> tuple[str, bytes] | None:
    """The content type and the bytes of a file that the page loads; None for any other name."""
    if name not in ASSETS:
        return None
    kind, path = ASSETS[name]
    return f"{kind}; charset=utf-8", path.read_bytes()


def language_of(chosen: str | None, accepted: str) -> PageTexts:
    """The texts of the language that was chosen, else of the first that is accepted (RFC 9110).

    >>> language_of(None, "fr, es-MX;q=0.9, en;q=0.8").code, language_of("en", "es").code
    ('es', 'en')
    """
    if chosen is not None and chosen in LANGUAGES:
        return LANGUAGES[chosen]
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.partition("=")[2] or 1)
        except ValueError:
            quality = 0
        wanted.append((-quality, tag.strip().lower().partition("-")[0]))
    known = (code for quality, code in sorted(wanted, key=lambda one: one[0]) if quality)
    return LANGUAGES[next((code for code in known if code in LANGUAGES), ENGLISH_TEXTS.code)]


def whole_page(view: PageView, texts: PageTexts, root: str) -> str:
    """The page in HTML; `root` is the path below which the server is reached."""
    made = _templates()
    return made.environment.get_template("page.html").render(
        view=view,
        t=texts,
        languages=LANGUAGES.values(),
        root=root,
        shapes=made.shapes,
        version=__version__,
    )


# Problems of which the detail says more than a sentence that is always the same can.
_DETAILED = frozenset({"bad-request", "unknown-option", "unreadable", "not-writable"})


def problem_page(error: ProblemError, texts: PageTexts, root: str) -> str:
    """The page with what a request was refused for, in the language of `texts`."""
    told = texts.problems[error.kind.name]
    has_more = error.kind.name in _DETAILED and "{detail}" not in told
    view = PageView(
        problem=told.format(detail=error.detail, most=error.most),
        problem_detail=error.detail if has_more else "",
    )
    return whole_page(view, texts, root)


def counts_html(counts: PageCounts, texts: PageTexts) -> str:
    """How many addresses there are of each verdict, as the page has it."""
    module = _templates().environment.get_template("row.html").module
    html: str = module.counted(counts, texts)  # type: ignore[attr-defined]
    return str(html)


def row_html(row: PageRow, texts: PageTexts, *, several_files: bool) -> str:
    """One row of the table, as the page has it."""
    module = _templates().environment.get_template("row.html").module
    html: str = module.row(row, texts, several_files)  # type: ignore[attr-defined]
    return str(html)
