"""The findings as workflow commands, which GitHub Actions shows at their lines in a pull request.

It shows ten of a level for each step, so the gravest come first; the log has them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from safelinks.checks.report import Report
from safelinks.reports.wording.file_uris import is_file, slash_path
from safelinks.reports.wording.phrases import caveats, count, line_of, on_one_line, sentence, title
from safelinks.rules import Finding, Level

__all__ = ["render"]

_COMMANDS: Mapping[Level, str] = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "notice",
}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> Iterator[str]:
    """Every finding that is not known yet, as one command on one line, and how many there are."""
    for caveat in caveats(report):
        yield _command("warning", {"title": "safelinks"}, caveat)
    new = (finding for finding in report.findings if not finding.known)
    for finding in sorted(new, key=lambda one: one.gravity):
        yield _command(_COMMANDS[finding.level], _properties(finding), _message(finding))
    counts = ", ".join(count(number, str(level)) for level, number in report.levels.items())
    yield f"{count(len(report.addresses), 'address')}: {counts}.\n"


def _properties(finding: Finding) -> dict[str, str]:
    """Where GitHub is to show it: a column needs a line, and a line a file."""
    place = finding.place
    file = slash_path(finding.file) if is_file(finding.file) else ""
    line = line_of(place) if file else None
    column = place.column if line is not None else None
    numbers = {"line": str(line or ""), "col": str(column or "")}
    return {"file": file, **numbers, "title": title(finding)}


def _message(finding: Finding) -> str:
    place = finding.place
    if not is_file(finding.file):
        where = ", ".join(filter(None, (finding.file, str(place))))
    else:
        where = str(place) if place.within else ""
    return f"{sentence(finding)} ({on_one_line(where)})" if where else sentence(finding)


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    given = ",".join(
        f"{key}={value.translate(_IN_PROPERTY)}" for key, value in properties.items() if value
    )
    return f"::{name} {given}::{message.translate(_IN_DATA)}\n"
