"""Forms of wrapped links found in public files: each is right, or lost where that is all there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import safelinks
from safelinks import clean, find

RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "wild.jsonl").read_text().splitlines()
]
# Lost: the line breaks have become blanks, or the link had no target in it. The last was no link.
LOST = (14, 7)
UNDECODABLE = "undecodable"
FORMS = {
    number: record
    for number, record in enumerate(RECORDS)
    if record["kind"] == "form" and number not in LOST
}
NEW = {"bing", "duckduckgo"}


def test_all_records_are_here() -> None:
    assert len(RECORDS) == 110


@pytest.mark.parametrize("number", FORMS)
def test_a_form_of_public_files(number: int) -> None:
    record = FORMS[number]
    text = record["input"]
    if "mail" in record.get("pre", ()):
        links = list(safelinks.read(text.encode(), "m.eml").links)
    else:
        links = find(text)
    targets = [link.target for link in links]
    if number == 20:  # adjacent literals of a program: the link is put together from all of them
        assert targets == ["https://lore.example.org/arm-scmi/Z8iKErarE0lHWxEy@mail/"]
        assert clean(text) == f"u = (\n    '{targets[0]}'\n)\n"
        return
    assert all(link.error is None for link in links)
    if "targets" in record:
        assert targets == record["targets"]
    elif "target" in record:
        assert targets == [record.get("final", record["target"])]
    else:
        assert not any(link.wrapped for link in links)
    if "clean" in record:
        assert clean(text) == record["clean"]


def test_what_blanks_have_torn_apart_is_lost() -> None:
    (link,) = find(RECORDS[14]["input"])
    assert link.error is not None
    assert clean(RECORDS[14]["input"]) == RECORDS[14]["input"]


def test_a_quote_within_a_link_is_not_taken_for_its_end() -> None:
    links = find(RECORDS[7]["input"])
    assert not any(link.wrapped for link in links)
    assert clean(RECORDS[7]["input"]) == RECORDS[7]["input"]


@pytest.mark.parametrize(
    "record", [record for record in RECORDS if record.get("wrapper") in NEW], ids=str
)
def test_new_wrappers(record: dict[str, Any]) -> None:
    assert safelinks.unwrap(record["input"]).target == record["target"]
