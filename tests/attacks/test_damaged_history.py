"""A history that is damaged is set aside, with a sentence; it never excuses a dead link.

Every byte of a real history in turn, bytes by chance, values of all kinds under a seal that fits,
tables of others, journals, and what is no file at all.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

import pytest
from attacking import Count, amount
from remembering import ANY_AGE, DAY, POSIX, START, altered, begun, content, dead, opened, runs

from safelinks.errors import SetupError
from safelinks.health.memory import history_file, history_seal
from safelinks.health.model.outcome import Hop, Outcome, Past, Reason

pytestmark = POSIX

LINKS = 24
STEPS = (1, 0x80, 0xFF)  # what is added to a byte: by one, to the other half, back by one


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of three runs: links that are dead, that work, and one that came back."""
    path = tmp_path_factory.mktemp("real") / "history"
    for day in range(3):
        with opened(path, day) as history:
            for number in range(LINKS):
                history.record(_of(number, day))
            assert history.warning is None
    return path


def _of(number: int, day: int) -> Outcome:
    found = dead(number)
    if number % 6 == 5 or (number % 6 == 4 and day < 2):
        return Outcome(found.url, Reason.OK, (Hop(found.url, 200),))
    return found


def _expected(number: int, day: int) -> int:
    return {5: 0, 4: day - 1}.get(number % 6, day + 1)


def _is_whole_or_set_aside(path: Path, what: object) -> bool:
    """Whether it was set aside; else all that it says is what it said before."""
    damaged = path.read_bytes()
    with opened(path, 3) as history:
        if history.begun_anew:
            assert history.warning is not None
            past = history.record(dead(0)).past
            assert past == Past(1, START + 3 * DAY), what
        else:
            assert history.warning is None, what
            for number in range(LINKS):
                before = history.recall(dead(number).url, ANY_AGE)
                assert before is not None, what
                assert before.past is not None, what
                assert before.past.runs == _expected(number, 2), what
            for number in range(LINKS):
                past = history.record(_of(number, 3)).past
                assert past is not None, what
                assert past.runs == _expected(number, 3), what
    asides = [one for one in path.parent.iterdir() if ".damaged-" in one.name]
    if history.begun_anew:
        assert damaged in [one.read_bytes() for one in asides if one.is_file()], what
    with opened(path, 4) as again:  # and it is so once only
        assert again.warning is None, what
        assert runs(again) == (1 if history.begun_anew else 4), what
    return history.begun_anew


def _copied(real: Path, folder: Path) -> Path:
    path = folder / "history"
    shutil.copy(real, path)
    return path


@pytest.mark.slow
def test_every_byte(real: Path, tmp_path: Path, count: Count) -> None:
    kept = real.read_bytes()
    chance = Random(7)  # noqa: S311
    some = chance.sample(range(len(kept)), amount(120, len(kept)))
    tried = set_aside = 0
    for at in sorted({*range(100), *some}):  # the header always
        for step in STEPS[: amount(1, 3)] if at < 100 else STEPS[at % 3 :][:1]:
            folder = tmp_path / f"{at}-{step}"
            folder.mkdir()
            path = folder / "history"
            changed = bytearray(kept)
            changed[at] = (changed[at] + step) % 256
            path.write_bytes(changed)
            set_aside += _is_whole_or_set_aside(path, (at, step))
            tried += 1
            shutil.rmtree(folder)
    assert set_aside > tried / 20
    count("damaged files", tried)


def test_every_value_byte_is_noticed(real: Path, tmp_path: Path, count: Count) -> None:
    """What is part of a row is never taken for what was written."""
    kept = real.read_bytes()
    words = [b"not-found", b'"attempts":0', b"/gone", b"seal", b"CREATE TABLE seen"]
    for number, word in enumerate(words):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "history"
        at = kept.rindex(word) + 1
        path.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        assert _is_whole_or_set_aside(path, word)
    count("damaged files", len(words))


def test_rows_that_changed_places(tmp_path: Path, count: Count) -> None:
    """All that was written is there, and could not be looked up."""
    path = tmp_path / "history"
    kept = bytearray(begun(path, 8))
    with closing(sqlite3.connect(path)) as file:
        keys = [key for (key,) in file.execute("SELECT key FROM seen")]
    places = sorted(kept.index(key) for key in keys)
    size = places[1] - places[0]
    one, other = (slice(at, at + size) for at in places[1:3])
    kept[one], kept[other] = kept[other], kept[one]
    path.write_bytes(kept)
    with opened(path, 1) as history:
        assert history.begun_anew
    count("damaged files", 1)


@pytest.mark.slow
def test_many_bytes_by_chance(real: Path, tmp_path: Path, count: Count) -> None:
    kept = real.read_bytes()
    chance = Random(amount(11, SystemRandom().randrange(10**9)))  # noqa: S311
    tried = amount(40, 2_000)
    for number in range(tried):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "history"
        changed = bytearray(kept)
        for _ in range(chance.randint(2, 60)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        if chance.random() < 0.3:
            del changed[chance.randrange(1, len(changed)) :]
        path.write_bytes(changed)
        _is_whole_or_set_aside(path, number)
        shutil.rmtree(folder)
    count("damaged files", tried)


OUT_OF_RANGE = [
    f"{column} = {value}"
    for column in ("found", "runs", "since", "last_alive", "runs_before", "since_before")
    for value in (
        "-5", "-1", str(2**63 - 1), str(-(2**63)), "1e300", "9e18", "'x'", "x'00'", "zeroblob(10)",
        "CAST(x'ff' AS TEXT)", "2.5",
    )
] + [
    "runs = 0", "runs = 4", "runs = NULL, since = NULL", "since = NULL", "runs_before = 0",
    "reason = CAST(x'ff80' AS TEXT)", "reason = x'6f6b'", "reason = ''", "reason = 'OK'",
    "reason = 'not found'", "reason = CAST(zeroblob(3000000) AS TEXT)", "key = x'00'",
    "key = 'k'", "key = zeroblob(16) || x'00'", "outcome = 'text'", "outcome = 5",
    "outcome = zeroblob(3000000)", "outcome = 1.5",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("change", OUT_OF_RANGE)
def test_values_that_nobody_wrote_under_a_seal_that_fits(
    real: Path, tmp_path: Path, change: str, count: Count
) -> None:
    """A value out of its range is damage, even if somebody sealed it."""
    path = _copied(real, tmp_path)
    digest = "SELECT max(key) FROM seen WHERE reason = 'not-found' AND runs = 3"
    with suppress(sqlite3.IntegrityError):  # which is what SQLite itself refuses
        altered(path, f"UPDATE seen SET {change} WHERE key = ({digest})")  # noqa: S608
        count("damaged files", 1)
        _seal_anyway(path)
        assert _is_whole_or_set_aside(path, change)


def _seal_anyway(path: Path) -> None:
    """Seal what is there by the same sum, whatever it is."""
    with closing(sqlite3.connect(path)) as file, file:
        file.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        rows = file.execute("SELECT * FROM seen").fetchall()
        total = sum(map(history_seal._digest, rows)) % 2**128
        file.execute("UPDATE seal SET rows = ?, digest = ?", (len(rows), total.to_bytes(16, "big")))


ROWS = [
    "DELETE FROM seen WHERE key = (SELECT max(key) FROM seen)",
    "UPDATE seen SET runs = runs - 1 WHERE key = (SELECT max(key) FROM seen WHERE runs > 2)",
    "UPDATE seen SET reason = 'ok'",
    "DELETE FROM seen",
    "DELETE FROM seal",
    "UPDATE seal SET rows = rows + 1",
    "UPDATE seal SET rows = 'x'",
    "UPDATE seal SET digest = zeroblob(16)",
    "UPDATE seal SET digest = NULL",
    "UPDATE seal SET digest = zeroblob(20000000)",
    "UPDATE seal SET layout = 1",
    "INSERT INTO seal VALUES (7, 0, zeroblob(16))",
    "CREATE TABLE extra (a)",
    "CREATE INDEX extra ON seen (reason)",
    "CREATE VIEW extra AS SELECT 1",
    "CREATE TRIGGER extra AFTER DELETE ON seen BEGIN DELETE FROM seen; END",
    "DROP TABLE seal",
    "DROP TABLE seen",
    "ALTER TABLE seen ADD COLUMN more",
    "ALTER TABLE seen RENAME TO seer",
    "ALTER TABLE seal RENAME TO lock",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 1",
    "PRAGMA user_version = 3",
    "PRAGMA user_version = -1",
    "PRAGMA application_id = 0",
    "PRAGMA application_id = 7",
]
EVIL = (
    "WITH RECURSIVE endless(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM endless) "
    "SELECT x'00', 'ok', n, NULL, 0, NULL, NULL, 0, NULL, NULL FROM endless"
)
SEVERAL = [
    ["ALTER TABLE seen RENAME TO kept", f"CREATE VIEW seen AS {EVIL}"],
    ["DROP TABLE seal", f"CREATE VIEW seal AS {EVIL}"],
    ["PRAGMA user_version = 3", "DROP TABLE seal", f"CREATE VIEW seal AS {EVIL}"],
    ["PRAGMA user_version = 1", "DROP TABLE seal", "UPDATE seen SET runs = -5"],
    ["PRAGMA auto_vacuum = 1", "VACUUM", "DELETE FROM seen"],
    ["PRAGMA encoding = 'UTF-16'", "DELETE FROM seen"],
]


@pytest.mark.parametrize("statements", [*([one] for one in ROWS), *SEVERAL], ids="; ".join)
def test_rows_and_tables_of_others(
    real: Path, tmp_path: Path, statements: list[str], count: Count
) -> None:
    path = _copied(real, tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in statements:
            try:
                file.execute(statement)
            except sqlite3.IntegrityError:
                return
    assert _is_whole_or_set_aside(path, statements)
    count("damaged files", 1)


def test_one_without_a_seal_is_read_and_sealed(real: Path, tmp_path: Path) -> None:
    """As version 0.1.0 wrote it."""
    path = _copied(real, tmp_path)
    altered(path, "DROP TABLE seal", "PRAGMA user_version = 1")
    assert not _is_whole_or_set_aside(path, "unsealed")
    altered(path, "UPDATE seen SET runs = 2, runs_before = 1 WHERE runs > 2")
    assert _is_whole_or_set_aside_at(path, 6)


def _is_whole_or_set_aside_at(path: Path, day: int) -> bool:
    with opened(path, day) as history:
        return history.begun_anew


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("kind", ["bytes", "zeros", "directory", "pipe", "loop", "dangling"])
def test_what_belongs_to_it(
    real: Path, tmp_path: Path, suffix: str, kind: str, count: Count
) -> None:
    path = _copied(real, tmp_path)
    beside = path.with_name(path.name + suffix)
    make: dict[str, Callable[[], object]] = {
        "bytes": lambda: beside.write_bytes(Random(3).randbytes(9_000)),  # noqa: S311
        "zeros": lambda: beside.write_bytes(bytes(9_000)),
        "directory": beside.mkdir,
        "pipe": lambda: os.mkfifo(beside),
        "loop": lambda: beside.symlink_to(beside),
        "dangling": lambda: beside.symlink_to("nowhere"),
    }
    make[kind]()
    _is_whole_or_set_aside(path, (suffix, kind))
    count("damaged files", 1)


@pytest.mark.slow
def test_every_byte_of_a_journal(real: Path, tmp_path: Path, count: Count) -> None:
    """As a run leaves it that is killed while it writes: rolled back whole, or set aside."""
    path = _copied(real, tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA cache_size = 1")
        file.execute("PRAGMA cache_spill = 1")
        file.execute("BEGIN IMMEDIATE")
        file.execute("UPDATE seen SET runs = 0, since = NULL, outcome = zeroblob(2000)")
        left = content(tmp_path)
    kept = left["history-journal"]
    chance = Random(5)  # noqa: S311
    tried = 0
    for at in sorted({*range(28), *chance.sample(range(len(kept)), amount(40, 2_000))}):
        folder = tmp_path / str(at)
        folder.mkdir()
        (folder / "history").write_bytes(left["history"])
        journal = bytearray(kept)
        journal[at] ^= 0xFF
        (folder / "history-journal").write_bytes(journal)
        with opened(folder / "history", 3) as history:
            if not history.begun_anew:
                assert runs(history) == 3, at
        with opened(folder / "history", 4) as history:
            assert history.warning is None
        tried += 1
    count("damaged files", tried)


@pytest.mark.parametrize("at", range(1, 5))
def test_a_run_that_breaks_off_while_it_sets_one_aside(
    real: Path, tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    """What was damaged is there under one name or another, and the next run goes on."""
    path = _copied(real, tmp_path)
    damaged = b"X" + path.read_bytes()[1:]
    path.write_bytes(damaged)
    path.with_name("history-journal").write_bytes(b"beside")
    calls: list[object] = []

    def breaks_off(where: object, name: str) -> None:
        call = getattr(where, name)

        def instead(*args: object) -> object:
            calls.append(args)
            if len(calls) == at:
                raise KeyboardInterrupt
            return call(*args)

        monkeypatch.setattr(where, name, instead)

    breaks_off(Path, "rename")
    breaks_off(history_file, "_make")
    with pytest.raises(KeyboardInterrupt):
        opened(path)
    monkeypatch.undo()
    _opens_again(path)
    left = content(tmp_path)
    assert damaged in left.values()
    assert b"beside" in left.values()
    count("interruptions", 1)


@pytest.mark.parametrize("kind", ["directory", "pipe", "loop", "dangling", "socket", "device"])
def test_what_is_no_file_is_named(tmp_path: Path, kind: str) -> None:
    """Nothing was damaged there: it is a wrong name, and what has it is left alone."""
    path = tmp_path / "history"
    with closing(socket.socket(socket.AF_UNIX)) as server:
        make: dict[str, Callable[[], object]] = {
            "directory": path.mkdir,
            "pipe": lambda: os.mkfifo(path),
            "loop": lambda: path.symlink_to(path),
            "dangling": lambda: path.symlink_to(tmp_path / "nowhere" / "x"),
            "socket": lambda: server.bind(os.path.relpath(path)),
            "device": lambda: path.symlink_to(os.devnull),
        }
        make[kind]()
        with pytest.raises(SetupError, match=r"cannot be used: it is not a file; use another"):
            opened(path)
        assert [one.name for one in tmp_path.iterdir()] == ["history"]


def test_one_that_is_locked_is_waited_for_and_named(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _copied(real, tmp_path)
    monkeypatch.setattr(history_file, "PATIENCE", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SetupError, match="database is locked"):
            opened(path)
    assert not _is_whole_or_set_aside(path, "locked before")


DURING: list[Callable[[Path], object]] = [
    lambda path: altered(path, "UPDATE seen SET runs = -5"),
    lambda path: altered(path, f"UPDATE seen SET runs = {2**63 - 1}"),  # noqa: S608
    lambda path: altered(path, "UPDATE seen SET reason = CAST(x'ff' AS TEXT)"),
    lambda path: altered(path, "DROP TABLE seen"),
    lambda path: altered(path, "DROP TABLE seal"),
    lambda path: altered(path, "DELETE FROM seal"),
    lambda path: path.write_bytes(b"x\0" * 20_000),
    lambda path: path.write_bytes(b""),
    lambda path: os.truncate(path, 5_000),
]


@pytest.mark.parametrize("damage", range(len(DURING)))
def test_damage_in_the_midst_of_a_run(
    real: Path, tmp_path: Path, damage: int, count: Count
) -> None:
    """The run goes on and says so. What it no longer knows excuses nothing."""
    path = _copied(real, tmp_path)
    with opened(path, 3) as history:
        DURING[damage](path)
        for number in range(LINKS):
            history.recall(dead(number).url, ANY_AGE)
            past = history.record(dead(number)).past
            assert past is None or past.runs == (3, 4)[number % 6 < 4] or number % 6 > 3
        history.flush()
    assert history.warning is not None
    _opens_again(path)
    count("damaged files", 1)


def _opens_again(path: Path) -> None:
    with opened(path, 4):
        pass
    with opened(path, 5) as again:
        assert again.warning is None
