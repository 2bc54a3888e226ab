"""The status of a catalog's services as JSON; see docs/catalog.md and the schema here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import asdict

from safelinks.checks.service_status import CatalogStatus, ServiceStatus
from safelinks.reports.catalog_report import diff_lines
from safelinks.reports.json_objects import dumped
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["status_json", "status_schema"]

_VERSION = 1  # raised when a key is taken away or changes its meaning


def status_json(found: Sequence[CatalogStatus]) -> Iterator[str]:
    """The status of catalog files, in ASCII, which no terminal can mistake for a command."""
    yield dumped({"version": _VERSION, "files": [_file(one) for one in found]}) + "\n"


def _file(status: CatalogStatus) -> dict[str, object]:
    upkeep = status.upkeep
    changed = diff_lines(status.before, upkeep.text, status.name) if upkeep.proposals else ()
    return {
        "file": status.name,
        "checked_at": status.at.isoformat(),
        "addresses": status.asked,
        "verdicts": {str(verdict): number for verdict, number in status.verdicts.items()},
        "services": [_service(one) for one in status.services],
        "reviews": [
            {
                "resource": one.resource.id,
                "url": one.url,
                "message": one.message,
                "excused": one.excused,
            }
            for one in upkeep.reviews
        ],
        "diff": "".join(f"{line}\n" for line in changed) or None,
        "exit_code": upkeep.exit_code,
    }


def _service(one: ServiceStatus) -> dict[str, object]:
    outcome, past = one.outcome.as_shown(shown), one.outcome.past
    moments = {} if past is None else {"since": past.since, "last_alive": past.last_alive}
    return {
        "resource": one.resource.id,
        "name": one.resource.name,
        "agency": one.agency.acronym,
        "url": outcome.url,
        "verdict": str(one.verdict),
        "reason": str(outcome.reason),
        "evidence": outcome.evidence,
        "status": outcome.status,
        "hops": [asdict(hop) for hop in outcome.hops],
        "replacement": outcome.replacement,
        "proposal": one.proposal.evidence if one.proposal else None,
        "excused": one.excused,
        "past": None
        if past is None
        else {"runs": past.runs}
        | {name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }


def status_schema() -> str:
    """The JSON Schema (2020-12) of this status."""
    return Path(__file__).with_name("status.schema.json").read_text("utf-8")
