"""What makes a history whole: its tables, the ranges of its values, and a seal over all its rows.

The seal holds the number of rows and the sum of their digests, so that a row that was changed,
lost, added or moved is noticed, and writing some rows does not take reading all. It is no
signature: whoever can write the file can seal it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from safelinks.foundation.patterns import pattern_of

__all__ = [
    "APPLICATION",
    "FAULTS",
    "HISTORY_COLUMNS",
    "LAYOUT",
    "MOST_KEPT",
    "SEAL",
    "SEEN",
    "DamagedError",
    "Values",
    "change",
    "is_ours",
    "layout_of",
    "make_tables",
    "seal",
    "values_of",
    "verify_history",
]

# A row an address. Times are in microseconds since 1970, UTC. The last three columns are as `runs`,
# `since` and `last_alive` were before the run that wrote the row: it may change its verdict.
# The text is what SQLite keeps of it, and is compared with that.
SEEN = """\
CREATE TABLE seen (
    key BLOB PRIMARY KEY NOT NULL,
    reason TEXT NOT NULL,
    found INTEGER NOT NULL,
    outcome BLOB,
    runs INTEGER NOT NULL,
    since INTEGER,
    last_alive INTEGER,
    runs_before INTEGER NOT NULL,
    since_before INTEGER,
    last_alive_before INTEGER
) WITHOUT ROWID"""
# One row. Every later layout is to have this table, for it tells a layout from a damaged header.
SEAL = """\
CREATE TABLE seal (
    layout INTEGER PRIMARY KEY NOT NULL,
    rows INTEGER NOT NULL,
    digest BLOB NOT NULL
)"""
HISTORY_COLUMNS = (
    "key", "reason", "found", "outcome", "runs", "since", "last_alive",
    "runs_before", "since_before", "last_alive_before",
)  # fmt: skip
# Each is in the first page of every history, and nowhere else.
_MARKS = (b"last_alive_before", b"runs_before", b"since_before", b"CREATE TABLE seal (\n")

APPLICATION = int.from_bytes(b"SafL", "big")  # PRAGMA application_id: whose file it is
LAYOUT = 2  # PRAGMA user_version: to be raised with every change of the schema
_UNSEALED = 1  # the layout that had no seal

MOST_KEPT = 1 << 20  # bytes of an outcome

_ALL = f"SELECT {', '.join(HISTORY_COLUMNS)} FROM seen"  # noqa: S608
_ROW = f"{_ALL} WHERE key = ?"
_TOO_LARGE = "SELECT 1 FROM seen WHERE length(CAST(outcome AS BLOB)) > ? LIMIT 1"
_WRITE = f"REPLACE INTO seen VALUES ({', '.join('?' * len(HISTORY_COLUMNS))})"  # noqa: S608

_KEY = 16
_REASON = pattern_of(r"[a-z0-9-]{1,64}")
_MOST_RUNS = 10**9
_LAST = 253_402_300_800 * 10**6  # the first moment of the year 10000
_MODULUS = 1 << 128


# What reading a file may raise: SQLite's own messages quote it, also where it is no text.
FAULTS = (sqlite3.Error, UnicodeError, OverflowError)


class DamagedError(sqlite3.DatabaseError):
    """The file is not, or no longer, a history."""


class Values(NamedTuple):
    """The values of a row, as they are in the file."""

    key: bytes
    reason: str
    found: int
    outcome: bytes | None
    runs: int
    since: int | None
    last_alive: int | None
    runs_before: int
    since_before: int | None
    last_alive_before: int | None


def is_ours(page: bytes) -> bool:
    """Whether a first page, or the text of its tables, is that of a history, also a damaged one."""
    return any(mark in page for mark in _MARKS)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, empty."""
    connection.execute(SEEN)
    connection.execute(SEAL)
    _put(connection, 0, 0)


def verify_history(connection: sqlite3.Connection) -> None:
    """Raise DamagedError, or what SQLite raises, for all that no safelinks has written.

    A history of the layout without a seal is sealed as it is.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    tables = {_UNSEALED: {"seen": SEEN}, LAYOUT: {"seen": SEEN, "seal": SEAL}}.get(layout)
    # Before anything else is asked: a view or a trigger of others runs what others wrote.
    schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    if application != APPLICATION or tables is None:
        raise DamagedError("its header is not that of a history")
    wanted = {("table", name, name, sql) for name, sql in tables.items()}
    if len(schema) != len(wanted) or set(schema) != wanted:
        raise DamagedError("its tables are not those of a history")
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        raise DamagedError("its pages contradict each other")
    summed = _sum_of_all(connection)
    if layout == _UNSEALED:
        connection.execute(SEAL)
        _put(connection, *summed)
    elif _sealed(connection) != summed:
        raise DamagedError("its rows are not those that were written")


def layout_of(connection: sqlite3.Connection) -> int | None:
    """The layout that a seal speaks of; None where there is none that can be asked."""
    kept = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'seal'"
    if connection.execute(kept).fetchall() != [(SEAL,)]:
        return None
    layouts = connection.execute("SELECT layout FROM seal LIMIT 2").fetchall()
    return layouts[0][0] if len(layouts) == 1 else None


def values_of(connection: sqlite3.Connection, key: bytes) -> Values | None:
    """The row under `key`. Raises DamagedError for one that no safelinks has written."""
    row = connection.execute(_ROW, (key,)).fetchone()
    return None if row is None else _checked(row)


def change(connection: sqlite3.Connection, rows: Iterable[Values]) -> None:
    """Write `rows`, each instead of the one with its key, and seal them; within a transaction."""
    count, total = _sealed(connection)
    for row in rows:
        for old in connection.execute(_ROW, (row.key,)).fetchall():
            count, total = count - 1, total - _digest(old)
        connection.execute(_WRITE, row)
        count, total = count + 1, total + _digest(row)
    _put(connection, count, total % _MODULUS)


def seal(connection: sqlite3.Connection) -> None:
    """Seal the rows as they are."""
    _put(connection, *_sum_of_all(connection))


def _sum_of_all(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many rows there are, and the sum of their digests. Raises DamagedError."""
    if connection.execute(_TOO_LARGE, (MOST_KEPT,)).fetchall():
        raise DamagedError("a value in it is too large")
    count, total, last = 0, 0, b""
    for row in connection.execute(_ALL):
        key = _checked(row).key
        if key <= last:  # what is not in order cannot be looked up
            raise DamagedError("its rows are not in order")
        count, total, last = count + 1, total + _digest(row), key
    return count, total % _MODULUS


def _sealed(connection: sqlite3.Connection) -> tuple[int, int]:
    """What the seal says. Raises DamagedError."""
    rows = connection.execute("SELECT layout, rows, digest FROM seal LIMIT 2").fetchall()
    if len(rows) == 1:
        layout, count, digest = rows[0]
        if layout == LAYOUT and type(count) is int and type(digest) is bytes:
            return count, int.from_bytes(digest, "big")
    raise DamagedError("its seal is broken")


def _put(connection: sqlite3.Connection, count: int, total: int) -> None:
    digest = total.to_bytes(_MODULUS.bit_length() // 8, "big")
    connection.execute("REPLACE INTO seal VALUES (?, ?, ?)", (LAYOUT, count, digest))


def _digest(row: Sequence[object]) -> int:
    told = repr(tuple(row)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(told, digest_size=16).digest(), "big")


def _checked(row: Sequence[Any]) -> Values:
    """`row` as values, each of its type and in its range. Raises DamagedError."""
    values = Values(*row)
    past = values.runs, values.since, values.last_alive
    before = values.runs_before, values.since_before, values.last_alive_before
    sound = (
        _is(values.key, bytes)
        and len(values.key) == _KEY
        and _is(values.reason, str)
        and _REASON.fullmatch(values.reason) is not None
        and _is_time(values.found)
        and (values.outcome is None or _is(values.outcome, bytes))
        and len(values.outcome or b"") <= MOST_KEPT
        and _is_series(*past)
        and _is_series(*before)
        and past in _series_after(before, values.found)
    )
    if not sound:
        raise DamagedError("a value in it is out of its range")
    return values


def _is(value: object, kind: type) -> bool:
    return type(value) is kind


def _is_series(runs: object, since: object, last_alive: object) -> bool:
    """A series that is not empty has a beginning, and only that."""
    return (
        type(runs) is int
        and 0 <= runs <= _MOST_RUNS
        and (runs > 0) == (since is not None)
        and all(time is None or _is_time(time) for time in (since, last_alive))
    )


def _series_after(
    before: tuple[int, int | None, int | None], found: int
) -> Iterable[tuple[int, int | None, int | None]]:
    """What one more look, at `found`, may make of a series: ended, as it was, one longer."""
    runs, since, last_alive = before
    yield 0, None, found
    yield before
    yield runs + 1, since if runs else found, last_alive


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value < _LAST
