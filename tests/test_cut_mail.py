"""Cut Safe Links as they stand in real mail: each is put together, and nothing of it stays behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rows import all_rows

from safelinks import clean, find

RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "real-mail.jsonl").read_text().splitlines()
]
_REST = re.compile(r"%40|%7C|safelinks|reserved=", re.IGNORECASE)


def test_all_records_are_here() -> None:
    assert len(RECORDS) == 240


@all_rows(RECORDS, lambda record: ascii(record["input"]))
def test_a_cut_link_is_put_together(record: dict[str, Any]) -> None:
    text = record["input"]
    (link,) = (link for link in find(text) if link.wrapped or link.error)
    assert [link.target] == record["targets"]
    cleaned = clean(text)
    assert _REST.search(cleaned) is None
    assert cleaned.startswith(text[: link.start])
    assert cleaned.endswith(text[link.end :])
    assert clean(cleaned) == cleaned
    assert find(cleaned)[0].target == link.target
