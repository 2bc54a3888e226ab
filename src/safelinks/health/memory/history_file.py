"""The file of a history: how it is made, opened, set aside when damaged, read and written.

It is a SQLite database. Only the thread that opened it may use it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from safelinks.documents.formats import DOCUMENT_FORMATS
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.health.memory import history_seal
from safelinks.health.memory.history_journal import names_another_file
from safelinks.health.memory.history_seal import (
    APPLICATION,
    FAULTS,
    LAYOUT,
    MOST_KEPT,
    DamagedError,
    Values,
)
from safelinks.health.model.outcome import Past

__all__ = ["HistoryRow", "open_history", "read_row", "transaction", "write_rows"]

_LOOKS, _PAUSE = 20, 0.05  # how often a file is looked at again, and seconds between
PATIENCE = 10.0  # seconds to wait while another run writes

_MAGIC = b"SQLite format 3\0"
_ENOUGH = 4_096
_COMPANIONS = ("-journal", "-wal", "-shm")
# What is wrong with the machine or at this moment, and with no file. All else is: the statements
# here are always the same, so they do not fail for a history that is whole.
_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip
# What is so where a right is missing; where none is, a damaged header says so.
_OF_RIGHTS = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}

# What is called like this is somebody's, and nobody's history: it is not set aside.
_OF_DOCUMENTS = frozenset(suffix for one in DOCUMENT_FORMATS for suffix in one.suffixes)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@frozen
class HistoryRow:
    """What is kept of an address.

    `reason` is that of the last outcome, which was found at `found`; `outcome` is the rest of it,
    None if it may not be kept. `past` is the series with this run, `before` without it.
    """

    reason: str
    found: datetime
    outcome: bytes | None
    past: Past
    before: Past


def open_history(path: Path, now: datetime) -> tuple[sqlite3.Connection, str | None]:
    """The history in `path`, which is made if missing; and a sentence for people, if need be.

    A damaged file is set aside, under a name with the time `now`, and a new one begun. Raises
    SetupError for a file that cannot be opened, or is another program's.
    """
    try:
        with _alone_in(path.absolute().parent):
            return _open(path, now)
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error
    except DamagedError as error:
        raise _refusal(path, "it is damaged every time it is opened") from error
    except sqlite3.Error as error:
        raise _refusal(path, _why(path, error)) from error


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
    except DamagedError:
        if path.suffix.lower() in _OF_DOCUMENTS:
            raise _refusal(path, "its name is that of a document") from None
        if _is_text(path):
            raise _refusal(
                path, "it is a text file; use another file, or remove this one"
            ) from None
        aside = _set_aside(path, now)
    _make(path)
    warning = f"The history {path} was damaged. It was moved to {aside}, and a new one was created."
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
            raise _refusal(path, "it is not a file; use another one, or remove this one") from None


def _connect(path: Path) -> sqlite3.Connection:
    """A connection to the history in `path`. Raises DamagedError, SetupError and sqlite3.Error."""
    if any(_is_odd(companion) for companion in _beside(path)):  # SQLite would wait for a pipe
        raise DamagedError("its journal is not a file")
    if names_another_file(path):
        raise DamagedError("its journal names another file")
    _refuse_others(path)
    uri = f"{path.absolute().as_uri()}?mode=rw"  # not made here: others could read it then
    connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, uri=True)
    try:
        _prepare(connection, path)
    except FAULTS as error:
        connection.close()
        if _is_damage(error, path):
            raise DamagedError(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    # Not WAL: that needs shared memory, which network file systems lack, and leaves two more files
    # that a CI cache would have to take along. A rollback journal is gone with each commit, and one
    # that a killed run has left behind is rolled back by the next. Commits are few, so it is fast.
    connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    with transaction(connection):
        if path.stat().st_size:
            history_seal.verify_history(connection)
        else:
            history_seal.make_tables(connection)
        # Written each time, so that a file that cannot be written shows now and not later.
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")


def _is_damage(error: Exception, path: Path) -> bool:
    """Whether what SQLite raised is the file's fault."""
    code = getattr(error, "sqlite_errorcode", 0)
    primary = code & 0xFF  # without its finer part
    if primary in _OF_RIGHTS:
        return os.access(path, os.R_OK | os.W_OK) and os.access(path.absolute().parent, os.W_OK)
    return primary not in _PASSING or code == sqlite3.SQLITE_IOERR_SHORT_READ


def _refuse_others(path: Path) -> None:
    """Raise SetupError for a database of another program, or of a newer safelinks.

    A history whose header is damaged is neither: by its tables, it is ours.
    """
    try:
        pages, application, layout, tables, sealed = _looked_at(path)
    except FAULTS:
        # Only a file that SQLite cannot read is read past it: closing a file ends all locks on it
        # that this process has. See https://www.sqlite.org/fileformat2.html, section 1.3.
        with path.open("rb") as file:
            head = file.read(_ENOUGH)
        is_own = history_seal.is_ours(head) or head[68:72] == APPLICATION.to_bytes(4, "big")
        if is_own or len(head) < 72 or not head.startswith(_MAGIC):
            raise DamagedError("it is not a database") from None
        raise _refusal(path, "it is a database of another program") from None
    if application == APPLICATION and layout > LAYOUT and sealed == layout:
        raise _refusal(path, "a newer version of safelinks made it")
    if pages and application != APPLICATION and not history_seal.is_ours(_joined(tables)):
        raise _refusal(path, "it is a database of another program")


def _looked_at(path: Path) -> tuple[int, int, int, list[tuple[object]], int | None]:
    """Pages, whose it is, layout, tables and the layout that the seal speaks of. Raises FAULTS.

    The look needs no lock, no recovery and no other file. So it may fall in the midst of what
    another run writes just now, and is then had again. What is no database twice is no moment of
    writing: no run changes the bytes that tell it.
    """
    for number in range(_LOOKS):
        try:
            return _look(path)
        except FAULTS as error:
            if number and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
                break
        if not any(map(os.path.lexists, _beside(path))):
            break  # nobody is writing
        time.sleep(_PAUSE)
    return _look(path)


def _look(path: Path) -> tuple[int, int, int, list[tuple[object]], int | None]:
    uri = f"{path.absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as look:
        pages, application, layout = (
            look.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "application_id", "user_version")
        )
        tables = look.execute("SELECT CAST(sql AS BLOB) FROM sqlite_schema").fetchall()
        return pages, application, layout, tables, history_seal.layout_of(look)


def _joined(tables: list[tuple[object]]) -> bytes:
    return b"".join(sql for (sql,) in tables if isinstance(sql, bytes))


def _set_aside(path: Path, now: datetime) -> Path:
    """Rename `path`, and the files that belong to it, to a name that is not taken."""
    stem = f"{path.name}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    aside = path.with_name(stem)
    number = 1
    while any(os.path.lexists(one) for one in (aside, *_beside(aside))):
        number += 1
        aside = path.with_name(f"{stem}-{number}")
    # The companions first: what is left of them would be taken for those of the new file.
    for old, new in zip(_beside(path), _beside(aside), strict=True):
        if os.path.lexists(old):
            old.rename(new)
    path.rename(aside)
    return aside


def _beside(path: Path) -> list[Path]:
    """The files that SQLite makes beside one."""
    return [path.with_name(path.name + companion) for companion in _COMPANIONS]


def _is_odd(path: Path) -> bool:
    """Whether there is something at `path` that is not a file."""
    return os.path.lexists(path) and (path.is_symlink() or not path.is_file())


def _refusal(path: Path, why: str) -> SetupError:
    return SetupError(f"the history {path} cannot be used: {why}")


def _why(path: Path, error: sqlite3.Error) -> str:
    """The reason of `error` for people; SQLite's own words do not say which right is missing."""
    if not os.access(path, os.R_OK | os.W_OK):
        return "no permission to read and write it"
    if not os.access(path.absolute().parent, os.W_OK):
        return "no permission to write in its directory"
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


def read_row(connection: sqlite3.Connection, key: bytes) -> HistoryRow | None:
    """The row of `key`. Raises DamagedError for a row that safelinks cannot have written."""
    values = history_seal.values_of(connection, key)
    if values is None:
        return None
    return HistoryRow(
        values.reason,
        _time(values.found),
        values.outcome,
        _past(values.runs, values.since, values.last_alive),
        _past(values.runs_before, values.since_before, values.last_alive_before),
    )


def write_rows(connection: sqlite3.Connection, rows: Mapping[bytes, HistoryRow]) -> None:
    """Keep `rows`, each under its key, instead of what is there; within a transaction."""
    history_seal.change(
        connection,
        (
            Values(
                key,
                str(row.reason),
                _number(row.found),
                row.outcome if len(row.outcome or b"") <= MOST_KEPT else None,
                *_numbers(row.past),
                *_numbers(row.before),
            )
            for key, row in rows.items()
        ),
    )


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
