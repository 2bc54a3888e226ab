"""Links to files on the HTML page: what is wrong with each, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.checks.report import Report
from safelinks.reports.html.html_escaping import as_html, shape
from safelinks.reports.wording.headline import of_files
from safelinks.rules import Finding

__all__ = ["files_section"]


def files_section(report: Report) -> Iterator[str]:
    """Every link to a file with which something is wrong."""
    found = of_files(report)
    if not found:
        return
    yield '<section class="remarks" aria-labelledby="files">\n<h2 id="files">Links to files</h2>\n'
    yield "<ul>\n"
    yield from map(_item, found)
    yield "</ul>\n</section>\n"


def _item(one: Finding) -> str:
    place = one.place
    column = f", column {place.column}" if place.column is not None else ""
    where = ", ".join(filter(None, (one.file, str(place)))) + column
    instead = f" Write <code>{as_html(one.replacement)}</code>." if one.replacement else ""
    known = " (known before)" if one.known else ""
    return (
        f'<li class="is-{one.level}">{shape(str(one.level))}<b>{as_html(one.url or "")}</b> '
        f"<span>{as_html(where)}</span><p>{one.code}: {as_html(one.message)}.{instead}{known}</p>"
        "</li>\n"
    )
