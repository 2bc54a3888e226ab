"""The report as Markdown, for the summary of a job or a ticket on GitHub or GitLab.

Nothing in it is a link, a mention or an image: what could become one, or could end a table, stands
in a code span. Plain words of a message stay plain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from safelinks.addresses.place import Place
from safelinks.checks.report import Report
from safelinks.health.model.outcome import MEANING, Verdict
from safelinks.reports.markdown_cells import cell_code, cell_text, code_span, table_row
from safelinks.reports.wording.address_names import where
from safelinks.reports.wording.conclusion import UNCHECKED, conclusion, verdict_word
from safelinks.reports.wording.headline import Sentence, headline, of_files
from safelinks.reports.wording.phrases import address_on_one_line, count, on_one_line
from safelinks.rules import OF_WRAPPERS, Finding, Level

__all__ = ["MOST_BYTES", "render"]

MOST_BYTES = 900_000  # a step's summary may have 1 MiB, and GitHub shows nothing of a longer one
_FOR_FINDINGS, _FOR_RESOURCES = 650_000, 200_000
_FINDINGS = "| level | place | address | what | write instead |\n|---|---|---|---|---|\n"
_RESOURCES = "| resource | agency | verdict | address | links |\n|---|---|---|---|---|\n"


def render(report: Report) -> Iterator[str]:
    """`report` as Markdown of at most `MOST_BYTES`: what to do, then findings by file."""
    yield "## Links\n\n"
    yield from (f"- {_marked(sentence)}\n" for sentence in headline(report))
    yield "\n"
    yield from _findings(report)
    yield from _resources(report)
    yield f"{_counts(report)}\n\n{conclusion(report)}\n"


def _marked(sentence: Sentence) -> str:
    return f"**{sentence}**" if sentence.level is Level.ERROR else str(sentence)


def _findings(report: Report) -> Iterator[str]:
    """A table for each file, of all that is not known yet and has room, the gravest first."""
    rows = list(_folded(finding for finding in report.findings if not finding.known))
    lines = [(finding.file, table_row(_cells(finding, places))) for finding, places in rows]
    order = sorted(range(len(rows)), key=lambda number: rows[number][0].gravity)
    by_file: dict[str, list[str]] = {file: [] for file in report.files}
    kept = 0
    for file, line in _with_room(lines[number] for number in order):
        by_file.setdefault(file, []).append(line)
        kept += 1
    for file, listed in by_file.items():
        if listed:
            yield _heading(file)
            yield from listed
            yield "\n"
    if kept < len(rows):
        left = f"{len(rows) - kept:,} more, the least severe"
        yield f"Not shown, because the report is too long: {left}.\n\n"


def _heading(file: str) -> str:
    return f"### {code_span(on_one_line(file))}\n\n{_FINDINGS}"


def _folded(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Sequence[Place]]]:
    """Findings with their places: what is said of an address, or of wrappers, once."""
    folded: dict[tuple[str, ...], tuple[Finding, list[Place]]] = {}
    for finding in findings:
        of_wrappers = finding.code in OF_WRAPPERS
        about = "" if of_wrappers else f"{finding.subject}\n{finding.replacement}"
        key = (finding.file, finding.code, str(finding.level), finding.message, about)
        folded.setdefault(key, (finding, []))[1].append(finding.place)
    return iter(folded.values())


def _with_room(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those `lines`, each with its file, that fit, in their order: headings take room, too."""
    room = _FOR_FINDINGS
    begun: set[str] = set()
    for file, line in lines:
        room -= len(line.encode())
        if file not in begun:
            begun.add(file)
            room -= len(_heading(file).encode()) + 1
        if room < 0:
            return
        yield file, line


def _cells(finding: Finding, places: Sequence[Place]) -> Sequence[str]:
    what = f"{finding.code} {cell_text(finding.message)}{_copy(finding)}"
    level, found = str(finding.level), cell_text(where(places))
    if finding.code in OF_WRAPPERS and len(places) > 1:
        return level, found, count(len(places), "link"), what, "what is inside"
    cells = (address_on_one_line(finding.url), address_on_one_line(finding.replacement))
    url, instead = (cell_code(code_span(cell)) for cell in cells)
    return level, found, url, what, instead


def _copy(finding: Finding) -> str:
    """Where a copy of a page that is gone is, on a line of its own."""
    copy = finding.archived
    if copy is None:
        return ""
    return f"<br>{copy.title}: {cell_code(code_span(address_on_one_line(copy.url)))}"


def _resources(report: Report) -> Iterator[str]:
    """What is linked of the catalog, folded away."""
    links: dict[tuple[str, str, str, str], int] = {}
    for row in report.rows:
        if row.match is not None and row.match.resource is not None:
            entry, words = row.match.resource, f"{row.verdict}: {MEANING[row.outcome.reason]}"
            key = (entry.name, entry.agency, words, row.target or row.url)
            links[key] = links.get(key, 0) + len(row.places)
    lines = [
        table_row(
            (
                cell_text(name),
                cell_text(agency),
                words,
                cell_code(code_span(address_on_one_line(url))),
                str(number),
            )
        )
        for (name, agency, words, url), number in links.items()
    ]
    if not lines:
        return
    yield f"<details>\n<summary>Resources: {len(lines)}</summary>\n\n{_RESOURCES}"
    room = _FOR_RESOURCES
    for number, line in enumerate(lines):
        room -= len(line.encode())
        if room < 0:
            yield f"\nNot shown, because the report is too long: {len(lines) - number} more.\n"
            break
        yield line
    yield "\n</details>\n\n"


def _counts(report: Report) -> str:
    addresses = report.addresses
    counted = Counter(map(verdict_word, addresses))
    verdicts = [f"{counted[one]} {one}" for one in (*Verdict, UNCHECKED) if one in counted]
    there = {(row.file, row.target or row.url) for row in report.rows}
    found = [one for one in report.findings if (one.file, one.url) in there and not one.known]
    levels = {level: {one.url for one in found if one.level is level} for level in Level}
    with_levels = [f"{len(urls)} with {level}s" for level, urls in levels.items() if urls]
    known = sum(finding.known for finding in report.findings)
    places = f"{count(len(addresses), 'address')} at {count(report.links, 'place')}"
    parts = [f"{places} in {count(len(report.files), 'file')}", ", ".join(verdicts)]
    nothing = "" if any(report.levels.values()) else "no findings"
    parts.append(", ".join(with_levels) or nothing)
    files, wrong = report.local_links, sum(not one.known for one in of_files(report))
    told = f", {wrong:,} with a problem" if wrong else ""
    parts.append(f"{count(files, 'link')} to files{told}" if files else "")
    parts.append(f"{known} in the baseline, not listed" if known else "")
    parts.append(f"{report.silenced} ignored by comments" if report.silenced else "")
    return f"{'; '.join(filter(None, parts))}."
