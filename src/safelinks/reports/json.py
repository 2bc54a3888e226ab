"""The report as one JSON object, for programs. Keys are only ever added; see docs/json.md."""

from __future__ import annotations

import json

from safelinks.report import Report, Row

__all__ = ["render"]


def render(report: Report) -> str:
    """`report` as JSON in ASCII, which no terminal can mistake for a command."""
    summary = {
        "links": report.links,
        "targets": len({row.target for row in report.rows if row.target is not None}),
        "verdicts": {str(verdict): count for verdict, count in report.verdicts.items()},
        "files": list(report.files),
        "notes": list(report.notes),
        "exit_code": report.exit_code,
    }
    found = {"links": [_link(row) for row in report.rows], "summary": summary}
    return json.dumps(found, indent=2) + "\n"


def _link(row: Row) -> dict[str, object]:
    match, outcome = row.match, row.outcome
    resource = match.resource if match else None
    agency = match.agency if match else None
    link: dict[str, object] = {
        "file": row.file,
        "url": row.url,
        "target": row.target,
        "resource": resource.id if resource else None,
        "agency": agency.acronym if agency else None,
        "current_url": match.current_url if match else None,
        "verdict": str(row.verdict),
        "reason": str(outcome.reason),
        "evidence": outcome.evidence,
        "status": outcome.status,
        "hops": [{"url": hop.url, "status": hop.status} for hop in outcome.hops],
        "replacement": row.replacement,
        "places": [{"line": place.line, "column": place.column} for place in row.places],
    }
    if row.recipients:
        link["recipients"] = list(row.recipients)
    return link
