"""What is in a report, as objects of JSON. Keys are only ever added; see docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from attrs import asdict, fields

from safelinks.addresses.place import Place
from safelinks.checks.report import Report, Usage
from safelinks.health.model.outcome import ArchivedCopy, Certificate, Hop, Past
from safelinks.reports.row_tally import RowTally, tally_of
from safelinks.reports.wording.failures import extent_among
from safelinks.rules import Finding
from safelinks.rules.checked_link import CheckedLink, Sighting
from safelinks.rules.names_in_text import Remark

__all__ = ["JSON_VERSION", "dumped", "finding", "link", "remark", "summary", "usage"]

JSON_VERSION = 1  # of the schema, raised when a key is taken away or changes its meaning


_OF_HOPS = [field.name for field in fields(Hop)]
_OF_PLACES = [field.name for field in fields(Place)][2:]  # all but line and column


def link(row: CheckedLink) -> dict[str, object]:
    """One address in one file."""
    match, outcome = row.match, row.outcome
    resource = match.resource if match else None
    agency = match.agency if match else None
    found: dict[str, object] = {
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
        "hops": [{name: getattr(hop, name) for name in _OF_HOPS} for hop in outcome.hops],
        "attempts": outcome.attempts,
        "error": outcome.error or None,
        "certificate": _certificate(outcome.certificate),
        "past": _past(outcome.past),
        "excused": row.excused,
        "replacement": row.replacement,
        "archived": _archived(outcome.archived),
        "suspicions": [
            {"sign": str(one.sign), "reason": one.reason, "imitates": one.imitates}
            for one in row.suspicions
        ],
        "places": [_sighting(sighting) for sighting in row.sightings],
    }
    if row.recipients:
        found["recipients"] = list(row.recipients)
    return found


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
    return {"runs": past.runs} | {name: _moment(moment) for name, moment in moments.items()}


def _archived(copy: ArchivedCopy | None) -> dict[str, object] | None:
    return None if copy is None else {"url": copy.url, "at": copy.at.isoformat()}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _sighting(sighting: Sighting) -> dict[str, object]:
    return _place(sighting.place) | {
        "label": sighting.label,
        "wrappers": list(sighting.wrappers),
        "within": str(sighting.within) if sighting.within else None,
        "role": str(sighting.role) if sighting.role else None,
    }


def _place(place: Place) -> dict[str, object]:
    """Line and column, and of all else what the format of the file has."""
    told: dict[str, object] = {"line": place.line, "column": place.column}
    for name in _OF_PLACES:
        value = getattr(place, name)
        if value is not None:
            told[name] = value
    return told


def usage(one: Usage) -> dict[str, object]:
    """How often a resource is linked."""
    return {
        "resource": one.resource.id,
        "name": one.resource.name,
        "agency": one.resource.agency,
        "links": one.links,
        "former": one.former,
        "current_url": one.current_url,
    }


def remark(one: Remark) -> dict[str, object]:
    """What a text says against its links."""
    return {
        "kind": str(one.kind),
        "file": one.file,
        "place": _place(one.place),
        "resource": one.resource.id,
        "name": one.name,
        "message": one.message,
        "url": one.url,
        "current_url": one.current_url,
    }


def finding(one: Finding) -> dict[str, object]:
    """What a rule has found."""
    return {
        "code": one.code,
        "name": one.name,
        "level": str(one.level),
        "message": one.message,
        "file": one.file,
        "place": _place(one.place),
        "url": one.url,
        "resource": one.resource,
        "replacement": one.replacement,
        "archived": _archived(one.archived),
        "fixable": one.fixable,
        "known": one.known,
        "fingerprint": one.fingerprint,
    }


def summary(report: Report, tally: RowTally | None = None) -> dict[str, object]:
    """What all of it comes to; `tally` has counted the rows, where the report has none."""
    tally = tally or tally_of(report)
    return {
        "links": tally.links,
        "local_links": report.local_links,
        "targets": tally.targets,
        "verdicts": _counted(tally.verdicts.items()),
        "addresses": _counted(tally.addresses.items()),
        "findings": _counted(report.levels.items()),
        "failures": _failures(report, tally),
        "known": sum(one.known for one in report.findings),
        "gone": [asdict(entry) for entry in report.gone],
        "silenced": report.silenced,
        "mended": report.mended,
        "files": list(report.files),
        "notes": [*report.notes, *report.unopened],
        "interrupted": report.interrupted,
        "exit_code": report.exit_code,
    }


def _failures(report: Report, tally: RowTally) -> dict[str, int]:
    """What fails the check."""
    extent = extent_among(tally.about, report.failures)
    return {"addresses": extent.addresses, "places": extent.places, "files": extent.files}


def _counted(counts: Iterable[tuple[object, int]]) -> dict[str, int]:
    return {str(what): number for what, number in counts}


def dumped(value: object) -> str:
    """`value` in JSON, in ASCII and on one line.

    So neither terminals nor runners mistake it for commands.

    >>> dumped("##vso[task.complete]")
    '"#\\\\u0023vso[task.complete]"'
    """
    return json.dumps(value).replace("##", "#\\u0023")
