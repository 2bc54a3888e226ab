"""The findings one on a line, as compilers and linters print them: editors and grep understand it.

Where a file has no lines, the place is told as its format counts. The last line says why the exit
code is what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.checks.report import Report
from safelinks.reports.wording.conclusion import conclusion
from safelinks.reports.wording.phrases import address_on_one_line, caveats, on_one_line
from safelinks.rules import Finding, Level

__all__ = ["render", "render_failures"]

_COMMAND = "::"  # what a line of a log begins with that the runners of GitHub obey


def render(report: Report) -> Iterator[str]:
    """Every finding that is not known yet, as one line, then what came of it."""
    yield from (f"{caveat}\n" for caveat in caveats(report))
    yield from (_line(finding) for finding in report.findings if not finding.known)
    yield f"{conclusion(report)}\n"


def render_failures(report: Report) -> Iterator[str]:
    """What fails the check, and nothing else; nothing at all where nothing does."""
    if report.exit_code:
        yield from map(_line, report.failures)
        yield f"{conclusion(report)}\n"


def _line(finding: Finding) -> str:
    """A finding: its place, its code, whether it can be fixed, what was found, and the address.

    Its level is told, unless it is an error.
    """
    fixable = "[*] " if finding.fixable else ""
    level = "" if finding.level is Level.ERROR else f"{finding.level}: "
    said = f"{finding.code} {fixable}{level}{on_one_line(finding.message)}"
    return f"{_where(finding)}: {' '.join(filter(None, (said, _about(finding))))}\n"


def _about(finding: Finding) -> str:
    """The address, and what to write instead of it, or where a copy of it is."""
    url, instead = map(address_on_one_line, (finding.url, finding.replacement))
    if finding.archived is not None:
        copy = finding.archived
        return f"{url} — {copy.title}: {address_on_one_line(copy.url)}"
    return f"{url} -> {instead}" if url and instead and url != instead else url


def _where(finding: Finding) -> str:
    """``docs/a.md:21:14``; of a part of a file, what it is called."""
    file, place = on_one_line(finding.file), finding.place
    if file.lstrip().startswith(_COMMAND):
        file = f"./{file}"
    if place.within:
        return f"{file}: {on_one_line(str(place))}"
    return ":".join(str(part) for part in (file, place.line, place.column) if part is not None)
