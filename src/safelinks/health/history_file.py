"""The file of a history: how it is made, opened, set aside when damaged, read and written.

It is a SQLite database. Only the thread that opened it may use it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen

from safelinks.documents.formats import FORMATS
from safelinks.errors import SetupError
from safelinks.health.history_journal import names_another_file
from safelinks.health.outcome import Past

__all__ = ["Row", "open_file", "read", "transaction", "write"]

# A row an address. Times are in microseconds since 1970, UTC. The last three columns are as `runs`,
# `since` and `last_alive` were before the run that wrote the row: it may change its verdict.
SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
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
) WITHOUT ROWID
"""
COLUMNS = (
    "key", "reason", "found", "outcome", "runs", "since", "last_alive",
    "runs_before", "since_before", "last_alive_before",
)  # fmt: skip
_READ = f"SELECT {', '.join(COLUMNS[1:])} FROM seen WHERE key = ?"  # noqa: S608
_WRITE = f"REPLACE INTO seen VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608

APPLICATION = int.from_bytes(b"SafL", "big")  # PRAGMA application_id: whose file it is
LAYOUT = 1  # PRAGMA user_version: to be raised with every change of the schema
PATIENCE = 10.0  # seconds to wait while another run writes

_MAGIC = b"SQLite format 3\0"
_ENOUGH = 4_096
_COMPANIONS = ("-journal", "-wal", "-shm")
# The statements here are always the same: what does not compile finds another layout.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}

# What is called like this is somebody's, and nobody's history: it is not set aside.
_OF_DOCUMENTS = frozenset(suffix for one in FORMATS for suffix in one.suffixes)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@frozen
class Row:
    """What is kept of an address.

    `reason` is that of the last outcome, which was found at `found`; `outcome` is the rest of it,
    None if it may not be kept. `past` is the series with this run, `before` without it.
    """

    reason: str
    found: datetime
    outcome: bytes | None
    past: Past
    before: Past


class _DamagedError(Exception):
    """The file is not, or no longer, a history."""


def open_file(path: Path, now: datetime) -> tuple[sqlite3.Connection, str | None]:
    """The history in `path`, which is made if missing; and a sentence for people, if need be.

    A damaged file is set aside, under a name with the time `now`, and a new one begun. Raises
    SetupError for a file that cannot be opened, or is another program's.
    """
    try:
        with _alone_in(path.absolute().parent):
            return _open(path, now)
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        raise _refusal(path, _why(path, error)) from error
    except _DamagedError as error:
        raise _refusal(path, "it is damaged each time it is opened") from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """While another run opens a history in `folder`, wait: two must not set aside the same file.

    Where a folder cannot be locked, as on Windows, or after a long wait, it goes on all the same.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)  # which also ends the lock
            _lock(descriptor)
        yield


def _lock(descriptor: int) -> None:
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415  Windows has none

        for _ in range(500):
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PATIENCE / 500)
    return None


def _open(path: Path, now: datetime) -> tuple[sqlite3.Connection, str | None]:
    _make(path)
    try:
        return _connect(path), None
    except _DamagedError:
        if path.suffix.lower() in _OF_DOCUMENTS:
            raise _refusal(path, "by its name, it is a document") from None
        if _is_text(path):
            raise _refusal(path, "it is a text; name another file, or remove this one") from None
        aside = _set_aside(path, now)
    _make(path)
    warning = f"The history {path} was damaged: it is now {aside}, and a new one was begun."
    return _connect(path), warning


def _is_text(path: Path) -> bool:
    """Whether `path` is what no damage makes of a history: an option may have got a wrong name."""
    with path.open("rb") as file:
        head = file.read(_ENOUGH)
    try:
        return b"\0" not in head and bool(head.decode("utf-8", "strict"))
    except UnicodeDecodeError as error:
        return b"\0" not in head and error.start > _ENOUGH - 4  # a character that is cut off


def _make(path: Path) -> None:
    """Make `path` if missing, for no other user's eyes: addresses may be private."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if not path.is_file():
            raise _refusal(path, "it is not a file") from None


def _connect(path: Path) -> sqlite3.Connection:
    """A connection to the history in `path`. Raises _DamagedError, SetupError and sqlite3.Error."""
    if names_another_file(path):
        raise _DamagedError
    _refuse_others(path)
    uri = f"{path.absolute().as_uri()}?mode=rw"  # not made here: others could read it then
    connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, uri=True)
    try:
        _prepare(connection)
    except sqlite3.Error as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:  # without its finer part
            raise _DamagedError from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    # Not WAL: that needs shared memory, which network file systems lack, and leaves two more files
    # that a CI cache would have to take along. A rollback journal is gone with each commit, and one
    # that a killed run has left behind is rolled back by the next. Commits are few, so it is fast.
    connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        raise _DamagedError
    with transaction(connection):
        connection.execute(SCHEMA)
        columns = connection.execute("PRAGMA table_info(seen)").fetchall()
        if tuple(name for _, name, *_ in columns) != COLUMNS:
            raise _DamagedError
        # Written each time, so that a file that cannot be written shows now and not later.
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")


def _refuse_others(path: Path) -> None:
    """Raise SetupError for a database of another program, or of a newer safelinks."""
    application, layout = _identity(path) or (APPLICATION, LAYOUT)
    if application != APPLICATION:
        raise _refusal(path, "it is a database of another program")
    if layout > LAYOUT:
        raise _refusal(path, "a newer version of safelinks made it")


def _identity(path: Path) -> tuple[int, int] | None:
    """Whose database `path` is, and of which layout; None if empty. It is not touched.

    Raises _DamagedError for what is no database.
    """
    uri = f"{path.absolute().as_uri()}?immutable=1"  # no lock, no recovery, no other file
    names = ("page_count", "application_id", "user_version")
    try:
        with closing(sqlite3.connect(uri, uri=True)) as look:
            pages, application, layout = (
                look.execute(f"PRAGMA {name}").fetchone()[0] for name in names
            )
    except sqlite3.Error:
        # Only a file that SQLite cannot read is read past it: closing a file ends all locks on it
        # that this process has. See https://www.sqlite.org/fileformat2.html, section 1.3.
        with path.open("rb") as file:
            head = file.read(72)
        if len(head) < 72 or not head.startswith(_MAGIC):
            raise _DamagedError from None
        return int.from_bytes(head[68:72], "big"), int.from_bytes(head[60:64], "big")
    return (application, layout) if pages else None


def _set_aside(path: Path, now: datetime) -> Path:
    """Rename `path`, and the files that belong to it, to a name that is not taken."""
    stem = f"{path.name}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    aside = path.with_name(stem)
    number = 1
    while not _reserve(aside):
        number += 1
        aside = path.with_name(f"{stem}-{number}")
    # The companions first: what is left of them would be taken for those of the new file.
    for companion in _COMPANIONS:
        beside = path.with_name(path.name + companion)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + companion))
    path.replace(aside)
    return aside


def _reserve(path: Path) -> bool:
    """Make `path`, empty; False if it, or a file that belongs to it, is there already."""
    if any(path.with_name(path.name + companion).exists() for companion in _COMPANIONS):
        return False
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True


def _refusal(path: Path, why: str) -> SetupError:
    return SetupError(f"the history {path} cannot be used: {why}")


def _why(path: Path, error: sqlite3.Error) -> str:
    """The reason of `error` for people; SQLite's own words do not say which right is missing."""
    if not os.access(path, os.R_OK | os.W_OK):
        return "there is no permission to read and write it"
    if not os.access(path.absolute().parent, os.W_OK):
        return "there is no permission to write in its folder"
    return str(error)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is done within. It begins as a writer, so that it cannot deadlock."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def read(connection: sqlite3.Connection, key: bytes) -> Row | None:
    """What is kept under `key`; None if nothing is, or nothing that can be understood."""
    for reason, found, outcome, *times in connection.execute(_READ, (key,)).fetchall():
        try:
            return Row(reason, _time(found), outcome, _past(*times[:3]), _past(*times[3:]))
        except (OverflowError, TypeError):
            return None
    return None


def write(connection: sqlite3.Connection, key: bytes, row: Row) -> None:
    """Keep `row` under `key`, instead of what is there."""
    kept = (key, row.reason, _number(row.found), row.outcome)
    connection.execute(_WRITE, (*kept, *_numbers(row.past), *_numbers(row.before)))


def _past(runs: int, since: int | None, last_alive: int | None) -> Past:
    return Past(
        runs,
        None if since is None else _time(since),
        None if last_alive is None else _time(last_alive),
    )


def _numbers(past: Past) -> tuple[int, int | None, int | None]:
    return (
        past.runs,
        None if past.since is None else _number(past.since),
        None if past.last_alive is None else _number(past.last_alive),
    )


def _time(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


def _number(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND
