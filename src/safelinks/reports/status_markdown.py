"""The status of a catalog's services as Markdown, for the text of a pull request.

Nothing in it is a link, a mention or an image (`markdown_cells`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from safelinks.checks.service_status import CatalogStatus
from safelinks.reports.markdown_cells import cell_code, cell_text, code_span, table_row
from safelinks.reports.wording.phrases import address_on_one_line, count
from safelinks.reports.wording.status import headline_of, notes_of

__all__ = ["status_markdown"]

_MOST_BYTES = 60_000  # GitHub takes a text of 65,536 characters
_MOVED = "### Moved\n\n| service | was | now | evidence |\n|---|---|---|---|\n"
_REVIEWS = "### To review\n\n| service | address | what |\n|---|---|---|\n"


def status_markdown(found: Sequence[CatalogStatus]) -> Iterator[str]:
    """What moved with its evidence, what a person has to look at, and counts."""
    services = [one for status in found for one in status.services]
    yield f"## Catalog\n\n**{headline_of(services)}.**\n\n"
    moved = [
        table_row([cell_text(one.resource.name), _url(one.resource.url), _url(one.url),
                   cell_text(one.evidence)])
        for status in found
        for one in status.upkeep.proposals
    ]  # fmt: skip
    reviews = [
        table_row([cell_text(one.resource.name), _url(one.url), cell_text(one.message)])
        for status in found
        for one in status.upkeep.reviews
    ]
    yield from _table(_MOVED, moved)
    yield from _table(_REVIEWS, reviews)
    for status in found:
        verdicts = ", ".join(f"{number} {one}" for one, number in status.verdicts.items())
        name = code_span(address_on_one_line(status.name))
        yield f"{name}: {count(status.asked, 'address')} checked; {verdicts or 'no services'}.\n"
    notes = dict.fromkeys(note for status in found for note in notes_of(status))
    yield "".join(f"\n{note}\n" for note in notes)


def _url(url: str | None) -> str:
    return cell_code(code_span(address_on_one_line(url)))


def _table(head: str, lines: Sequence[str]) -> Iterator[str]:
    """A table of those `lines` that have room; nothing where there are none."""
    if not lines:
        return
    yield head
    room = _MOST_BYTES // 2
    for number, line in enumerate(lines):
        room -= len(line.encode())
        if room < 0:
            yield f"\nNot shown, because the report is too long: {len(lines) - number} more.\n"
            break
        yield line
    yield "\n"
