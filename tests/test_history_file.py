"""The file of a history: made, damaged, and set aside; and what is not a history is not touched."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attacking import amount
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from remembering import DAY, POSIX, START, altered, begun, content, dead, opened, runs

from safelinks.errors import SetupError
from safelinks.health.memory import history_file
from safelinks.health.model.outcome import Past

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

NOBODY = 65_534


@contextmanager
def _without_rights(folder: Path) -> Iterator[None]:
    """Within this block, the folder is that of a user who has no rights beside his own."""
    if os.geteuid() != 0:
        yield
        return
    for one in (folder, *folder.iterdir()):
        os.chown(one, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history"


# Made


@POSIX
def test_nobody_else_may_read_it(path: Path) -> None:
    begun(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_leaves_no_other_file(path: Path) -> None:
    begun(path)
    assert list(content(path.parent)) == [path.name]


def test_an_empty_file_becomes_one(path: Path) -> None:
    path.touch()
    begun(path)
    with opened(path, 1) as history:
        assert history.warning is None
        assert runs(history) == 1


def test_odd_names_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "a?mode=memory#b", "100%41 ü"):
        begun(Path(name), 1)
    assert sorted(content(tmp_path)) == ["100%41 ü", ":memory:", "a?mode=memory#b"]


# Damaged


def _torn(path: Path) -> None:
    path.write_bytes(begun(path)[:-5000])


def _cut(path: Path) -> None:
    path.write_bytes(begun(path)[:50])


def _random(path: Path) -> None:
    path.write_bytes(b"\x9d\x00\xff" * 5000)


def _text(path: Path) -> None:
    path.write_bytes(b"# Not a history\0\n")


def _pages_mixed_up(path: Path) -> None:
    kept = begun(path)
    path.write_bytes(kept[:4096] + kept[8192:] + kept[4096:8192])


def _page_of_zeros(path: Path) -> None:
    kept = begun(path)
    path.write_bytes(kept[:8192] + bytes(4096) + kept[12288:])


def _other_columns(path: Path) -> None:
    begun(path)
    altered(path, "ALTER TABLE seen RENAME COLUMN found TO lost")


def _other_table(path: Path) -> None:
    begun(path)
    altered(path, "DROP TABLE seen", "CREATE TABLE seen (url TEXT)")


DAMAGES = [
    _torn,
    _cut,
    _random,
    _text,
    _pages_mixed_up,
    _page_of_zeros,
    _other_columns,
    _other_table,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_kept_and_a_new_one_begun(
    path: Path, damage: Callable[[Path], None]
) -> None:
    damage(path)
    before = path.read_bytes()
    aside = path.with_name("history.damaged-20260302T120000Z")
    with opened(path, 1) as history:
        assert history.warning == (
            f"The history {path} was damaged. It was moved to {aside}, and a new one was created."
        )
        assert history.record(dead()).past == Past(1, START + DAY)
    assert aside.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name != "posix"
    with opened(path, 2) as history:
        assert history.warning is None
        assert runs(history) == 1


def test_nothing_is_overwritten_by_what_is_set_aside(path: Path) -> None:
    for number in range(3):
        path.write_bytes(b"damaged\0 %d" % number)
        path.with_name("history-wal").write_text(f"beside {number}")
        opened(path).close()
    name = "history.damaged-20260301T120000Z"
    kept = content(path.parent)
    del kept[path.name]
    assert kept == {
        f"{name}{number}{suffix}": f"{words} {at}".encode()
        for at, number in enumerate(("", "-2", "-3"))
        for suffix, words in (("", "damaged\0"), ("-wal", "beside"))
    }


def test_what_is_no_database_is_looked_at_twice(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run may be writing, which a journal tells of; but none writes another beginning."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    path.write_bytes(b"damaged\0")
    path.with_name("history-wal").write_text("beside")
    with opened(path) as history:
        assert history.warning is not None
    assert len(pauses) == 1


def test_what_another_run_is_writing_is_looked_at_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = begun(path, 1)
    path.write_bytes(kept[:4096] + bytes(len(kept) - 4096))
    journal = path.with_name("history-journal")
    journal.write_bytes(b"")
    pauses: list[float] = []

    def written(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            path.write_bytes(kept)
            journal.unlink()

    monkeypatch.setattr(time, "sleep", written)
    with opened(path, 1) as history:
        assert history.warning is None
        assert runs(history) == 1
    assert len(pauses) == 3


def test_the_journal_of_a_damaged_file_is_kept(path: Path) -> None:
    path.write_bytes(b"damaged\0")
    path.with_name("history-journal").write_text("beside")
    opened(path).close()
    name = "history.damaged-20260301T120000Z"
    assert content(path.parent)[f"{name}-journal"] == b"beside"


@pytest.mark.slow
@settings(max_examples=amount(25, 60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=40))
def test_whatever_becomes_of_the_bytes_a_run_goes_on(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "history"
    kept = bytearray(begun(path, 60))
    for at, value in changes:
        kept[at % len(kept)] = value
    path.write_bytes(kept)
    try:
        history = opened(path, 1)
    except SetupError:  # it may look as if of another program
        assert path.read_bytes() == kept
        return
    with history:
        for number in range(60):
            runs(history, number)
            history.record(dead(number))


# Not to be used


@pytest.mark.parametrize("content", [b"all:\n\tcc x.c\n", "KEY=sécret\n".encode(), b"x" * 5_000])
def test_a_text_is_not_taken_for_a_damaged_history(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Makefile"
    path.write_bytes(content)
    with pytest.raises(SetupError, match="it is a text file; use another file"):
        opened(path)
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["Makefile"]


def _directory(path: Path) -> None:
    path.mkdir()


def _newer(path: Path) -> None:
    begun(path, 1)
    altered(path, "PRAGMA user_version = 9", "UPDATE seal SET layout = 9")


def _others(path: Path) -> None:
    altered(path, "CREATE TABLE bookmarks (url TEXT)", "INSERT INTO bookmarks VALUES ('a')")


def _others_seen(path: Path) -> None:
    altered(path, "CREATE TABLE seen (url TEXT)", "PRAGMA application_id = 7")


def _others_truncated(path: Path) -> None:
    altered(path, "CREATE TABLE a (b)", "CREATE TABLE c (d)", "CREATE TABLE e (f)")
    path.write_bytes(path.read_bytes()[:-4096])


def _others_open(path: Path) -> None:
    """As a program that was killed leaves it behind: with a log of what it wrote."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("CREATE TABLE a (b)")
        file.commit()
        file.execute("INSERT INTO a VALUES (1)")
        file.commit()
        left = content(path.parent)
    for name, kept in left.items():
        path.with_name(name).write_bytes(kept)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_directory, "it is not a file; use another one, or remove this one"),
        (_newer, "a newer version of safelinks made it"),
        (_others, "it is a database of another program"),
        (_others_seen, "it is a database of another program"),
        (_others_truncated, "it is a database of another program"),
        (_others_open, "it is a database of another program"),
    ],
)
def test_what_is_not_a_history_is_not_touched(
    path: Path, make: Callable[[Path], None], why: str
) -> None:
    make(path)
    before = {} if path.is_dir() else content(path.parent)
    with pytest.raises(SetupError) as caught:
        opened(path)
    assert str(caught.value) == f"the history {path} cannot be used: {why}"
    assert before == ({} if path.is_dir() else content(path.parent))


def test_a_folder_that_is_missing(path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be used: No such file or directory"):
        opened(path / "in" / "it")


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that is not below one of root's."""
    with TemporaryDirectory() as name:
        yield Path(name)


@POSIX
@pytest.mark.parametrize(
    ("mode", "folder_mode", "why"),
    [
        (0o400, 0o700, "no permission to read and write it"),
        (0o000, 0o700, "Permission denied"),
        (0o600, 0o500, "no permission to write in its directory"),
    ],
)
def test_rights_that_are_missing(anybodys: Path, mode: int, folder_mode: int, why: str) -> None:
    path = anybodys / "history"
    begun(path, 1)
    with _without_rights(anybodys):
        path.chmod(mode)
        anybodys.chmod(folder_mode)
        with pytest.raises(SetupError, match=why):
            opened(path)
        anybodys.chmod(0o700)


@POSIX
def test_a_folder_in_which_none_can_be_made(anybodys: Path) -> None:
    with _without_rights(anybodys):
        anybodys.chmod(0o500)
        with pytest.raises(SetupError, match="Permission denied"):
            opened(anybodys / "history")
        anybodys.chmod(0o700)


def test_one_that_another_program_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(path, 1)
    monkeypatch.setattr(history_file, "PATIENCE", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SetupError, match="database is locked"):
            opened(path)
