"""The report as one HTML page for a person.

Everything in it goes through `html_escaping`; what all pages have is in `html_frame`.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.checks.report import Report
from safelinks.reports.html.html_escaping import as_html, shape
from safelinks.reports.html.html_files import files_section
from safelinks.reports.html.html_frame import framed, moment_as_html, notes_section
from safelinks.reports.html.html_summary import headline_sentence, summary_section, tone
from safelinks.reports.html.html_table import table_section
from safelinks.reports.html.html_texts import marks_in, remarks_section, texts_section
from safelinks.reports.wording.conclusion import asides
from safelinks.reports.wording.phrases import count, unused_in

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """`report` as an HTML page in ASCII, which reads the same in whatever encoding it is saved."""
    says = headline_sentence(report)
    return framed(f"{says} – link report", "Skip to the report", _main(report, says))


def _main(report: Report, says: str) -> Iterator[str]:
    yield from _top(report, says)
    yield '<main id="main">\n'
    yield from summary_section(report)
    if report.rows:
        yield from table_section(report, marks_in(report))
    yield from files_section(report)
    yield from texts_section(report)
    yield from remarks_section(report)
    unused = (f"{one.file}, {one.place}: {one.message} ({one.code})" for one in unused_in(report))
    yield from notes_section([*report.notes, *unused, *asides(report)])


def _top(report: Report, says: str) -> Iterator[str]:
    names = [as_html(file) for file in report.files]
    which = names[0] if len(names) == 1 else count(len(names), "file")
    yield f'<header class="is-{tone(report)}">\n<p class="over">Link report: <b>{which}</b></p>\n'
    yield f"<h1>{shape(tone(report))}<span>{as_html(says)}</span></h1>\n"
    yield f'<p class="when">Checked on {moment_as_html(report.at)}: '
    yield f"{count(report.links, 'link')} to "
    yield f"{count(len(report.addresses), 'address')}</p>\n</header>\n"
