"""Histories for tests: runs that see the time stand still, and links that do not work."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safelinks.health.memory import history_seal
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Hop, Outcome, Reason, Verdict

URL = "https://example.org/a"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANY_AGE = dict.fromkeys(Verdict, timedelta(days=10_000))
POSIX = pytest.mark.skipif(os.name != "posix", reason="rights and signals of POSIX")


def opened(path: Path, day: float = 0) -> History:
    """The history in `path`, for a run that sees the time stand still on `day`."""
    now = START + day * DAY
    return History.open(path, lambda: now)


def dead(number: int = 0) -> Outcome:
    url = f"{URL}/{number}"
    return Outcome(url, Reason.NOT_FOUND, (Hop(url, 404), Hop(f"{url}/gone", 404)))


def runs(history: History, number: int = 0) -> int | None:
    """In how many runs before, one after the other, `dead(number)` was."""
    found = history.recall(dead(number).url, ANY_AGE)
    return found.past.runs if found is not None and found.past is not None else None


def begun(path: Path, count: int = 300) -> bytes:
    """Make a history of `count` dead links; the bytes of it."""
    with opened(path) as history:
        for number in range(count):
            history.record(dead(number))
        assert history.warning is None
    return path.read_bytes()


def altered(path: Path, *statements: str, sealed: bool = False) -> None:
    """Do what no safelinks does to the file; `sealed` if it is then to look as if one had."""
    with closing(sqlite3.connect(path)) as file, file:
        for statement in statements:
            file.execute(statement)
        if sealed:
            history_seal.seal(file)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}
