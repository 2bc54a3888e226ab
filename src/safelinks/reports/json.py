"""The report as one JSON object, for programs. Keys are only ever added; see docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Iterator

from attrs import asdict

from safelinks.health.outcome import Certificate, Past
from safelinks.place import Place
from safelinks.remarks import Remark
from safelinks.report import Report, Usage
from safelinks.rows import Row

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """`report` as JSON in ASCII, which no terminal can mistake for a command."""
    remarks = [_remark(one) for one in report.remarks]
    resources = [_usage(one) for one in report.resources]
    summary = {
        "links": report.links,
        "targets": len({row.target for row in report.rows if row.target is not None}),
        "verdicts": {str(verdict): count for verdict, count in report.verdicts.items()},
        "files": list(report.files),
        "notes": list(report.notes),
        "interrupted": report.interrupted,
        "exit_code": report.exit_code,
    }
    yield '{\n  "links": ['
    for at, row in enumerate(report.rows):
        yield f"{',' if at else ''}\n    {_indented(_link(row), 4)}"
    end = "\n  ]" if report.rows else "]"
    yield f'{end},\n  "resources": {_indented(resources, 2)},\n'
    yield f'  "remarks": {_indented(remarks, 2)},\n'
    yield f'  "summary": {_indented(summary, 2)}\n}}\n'


def _indented(value: object, depth: int) -> str:
    return json.dumps(value, indent=2).replace("\n", "\n" + " " * depth)


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
        "rule": int(match.rule) if match else None,
        "score": round(match.score, 2) if match else None,
        "current_url": match.current_url if match else None,
        "verdict": str(row.verdict),
        "reason": str(outcome.reason),
        "evidence": outcome.evidence,
        "status": outcome.status,
        "hops": [asdict(hop) for hop in outcome.hops],
        "attempts": outcome.attempts,
        "error": outcome.error or None,
        "certificate": _certificate(outcome.certificate),
        "past": _past(outcome.past),
        "excused": row.excused,
        "replacement": row.replacement,
        "suspicions": [
            {"sign": str(one.sign), "reason": one.reason, "imitates": one.imitates}
            for one in row.suspicions
        ],
        "places": [_place(place) for place in row.places],
    }
    if row.recipients:
        link["recipients"] = list(row.recipients)
    return link


def _certificate(certificate: Certificate | None) -> dict[str, object] | None:
    if certificate is None:
        return None
    return {
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "names": list(certificate.names),
    }


def _past(past: Past | None) -> dict[str, object] | None:
    if past is None:
        return None
    moments = {name: getattr(past, name) for name in ("since", "last_alive", "reused")}
    return {"runs": past.runs} | {
        name: moment.isoformat() if moment else None for name, moment in moments.items()
    }


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "resource": usage.resource.id,
        "name": usage.resource.name,
        "agency": usage.resource.agency,
        "links": usage.links,
        "former": usage.former,
        "current_url": usage.current_url,
    }


def _remark(remark: Remark) -> dict[str, object]:
    return {
        "kind": str(remark.kind),
        "file": remark.file,
        "place": _place(remark.place),
        "resource": remark.resource.id,
        "name": remark.name,
        "message": remark.message,
        "url": remark.url,
        "current_url": remark.current_url,
    }


def _place(place: Place) -> dict[str, object]:
    """Line and column, and of all else what the format of the file has."""
    known = asdict(place, filter=lambda _, value: value is not None)
    return {"line": place.line, "column": place.column} | known
