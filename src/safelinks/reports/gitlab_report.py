"""The findings as GitLab's Code Quality report, which merge requests and pipelines show.

GitLab compares the reports of two branches by fingerprint, and drops entries without a path.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from safelinks.checks.report import Report
from safelinks.reports.wording.file_uris import slash_path
from safelinks.reports.wording.phrases import line_of, on_one_line, sentence, title
from safelinks.rules import Finding, Level

__all__ = ["render"]

_SEVERITIES: Mapping[Level, str] = {
    Level.ERROR: "major",
    Level.WARNING: "minor",
    Level.NOTE: "info",
}


def render(report: Report) -> Iterator[str]:
    """Every finding that is not known yet, as one entry of a JSON array in ASCII."""
    yield "["
    between = "\n"
    for finding in report.findings:
        if not finding.known:
            yield f"{between}  {json.dumps(_entry(finding))}"
            between = ",\n"
    yield "\n]\n"


def _entry(finding: Finding) -> dict[str, object]:
    place = finding.place
    where = f" ({on_one_line(str(place))})" if place.within else ""
    return {
        "description": f"{title(finding)}: {sentence(finding)}{where}",
        "check_name": title(finding),
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.level],
        "location": {"path": slash_path(finding.file), "lines": {"begin": line_of(place) or 1}},
    }
