"""Every record of the worked examples, with every field that it names."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import safelinks
from safelinks.errors import NotASafeLinkError, TargetLostError

RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "safe-links.jsonl").read_text().splitlines()
]
URLS = [(at, record) for at, record in enumerate(RECORDS) if "pre" not in record]


def _ids(records: list[tuple[int, dict[str, Any]]]) -> list[str]:
    return [f"{at}-{record['kind']}" for at, record in records]


def _time(moment: datetime | None, timespec: str) -> str | None:
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z") if moment else None


def _metadata(link: safelinks.SafeLink) -> dict[str, object]:
    teams = link.teams
    return {
        "version": link.version,
        "type": link.type,
        "recipient": link.recipient,
        "message_id": link.message_id and str(link.message_id),
        "tenant_id": link.tenant and str(link.tenant),
        "message_time_utc": _time(link.sent_at, "milliseconds"),
        "flags": list(link.flags),
        "ticks": link.ticks,
        "timestamp_utc": _time(link.wrapped_at, "microseconds"),
        "verdict": link.verdict,
        "source": link.source,
        "client": link.client and dict(link.client),
        "code": link.code,
        "sdata": link.sdata,
        "reserved": link.reserved,
        "region": link.region,
        "app": link.app,
        "locale": teams and teams.locale,
        "wau": teams and teams.wau,
        "conversation_id": teams and teams.conversation_id,
        "teams_message_id": teams and teams.message_id,
        "teams_message_time_utc": teams and _time(teams.sent_at, "milliseconds"),
    }


def test_all_records_are_here() -> None:
    assert len(RECORDS) == 90


@pytest.mark.parametrize(
    "record",
    [record for _, record in URLS if not record.get("reject")],
    ids=_ids([pair for pair in URLS if not pair[1].get("reject")]),
)
def test_url(record: dict[str, Any]) -> None:
    link = safelinks.SafeLink.parse(record["input"])
    assert link.target == record["target"]
    metadata = _metadata(link)
    assert {name: metadata[name] for name in record.get("fields", {})} == record.get("fields", {})
    unwrapped = safelinks.unwrap(record["input"])
    chain = record.get("chain", [record["target"]])
    assert [layer.target for layer in unwrapped.layers] == chain
    assert unwrapped.target == record.get("final", record["target"])
    assert unwrapped.recipient == link.recipient
    assert unwrapped.safe_link == link


@pytest.mark.parametrize(
    "record",
    [record for _, record in URLS if record.get("reject")],
    ids=_ids([pair for pair in URLS if pair[1].get("reject")]),
)
def test_reject(record: dict[str, Any]) -> None:
    with pytest.raises((NotASafeLinkError, TargetLostError)):
        safelinks.SafeLink.parse(record["input"])
    try:
        assert safelinks.unwrap(record["input"]).layers == ()
    except TargetLostError as lost:
        assert lost.url == record["input"]


@pytest.mark.parametrize(
    "record", [record for record in RECORDS if not record.get("reject")], ids=lambda r: r["kind"]
)
def test_in_text(record: dict[str, Any]) -> None:
    """Every record is also a text: a URL alone, or the text that it is."""
    found = [link for link in safelinks.find(record["input"]) if link.wrapped]
    expected = record.get("targets", [record.get("final", record["target"])])
    assert [link.target for link in found] == expected
    first = found[0].unwrapped
    assert first is not None
    assert first.safe_link is not None
    metadata = _metadata(first.safe_link)
    fields = record.get("fields", {})
    assert {name: metadata[name] for name in fields} == fields
    cleaned = safelinks.clean(record["input"])
    assert not any(link.wrapped for link in safelinks.find(cleaned))
    assert safelinks.clean(cleaned) == cleaned
