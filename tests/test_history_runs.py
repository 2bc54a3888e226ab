"""Runs with a history: when they write it down, at the same time, cut off, or with the file gone."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import weakref
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from remembering import ANY_AGE, POSIX, START, URL, begun, content, dead, opened, runs

from safelinks.health.memory import history_file
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Past

pytestmark = pytest.mark.slow  # it starts processes, which are the same on every Python


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history"


# Failing in the midst of a run


def test_a_file_that_is_deleted(path: Path) -> None:
    with opened(path) as history:
        path.unlink()
        history.record(dead())
        history.flush()
        assert history.warning is not None
        assert history.warning.startswith(f"The history {path} can no longer be written (")
        assert history.warning.endswith("). The results of this run are not saved.")
        assert history.record(dead(1)).past == Past(1, START)
    assert not path.exists()


def test_a_file_that_is_held_for_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_file, "PATIENCE", 0.01)
    begun(path, 1)
    with opened(path, 1) as history, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        history.record(dead())
        history.flush()
        assert history.warning is not None
        assert "can no longer be written (database is locked)" in history.warning
        assert history.record(dead()).past == Past(2, START)  # read it can be
        other.execute("ROLLBACK")
        other.execute("BEGIN EXCLUSIVE")
        assert history.record(dead()).past is None
        assert "can no longer be read (database is locked)" in history.warning
        other.execute("ROLLBACK")
        assert history.record(dead()).past is None  # nor is it tried again
    with opened(path, 2) as history:
        assert runs(history) == 1


def test_a_file_that_is_spoiled(path: Path) -> None:
    size = len(begun(path))
    with opened(path, 1) as history:
        with path.open("r+b") as file:
            file.write(bytes(size))
        assert runs(history, 299) is None
        assert history.warning is not None
        assert f"The history {path} can no longer be read" in history.warning
        assert history.record(dead()) == dead()


FULL = """
import resource, sys
from datetime import UTC, datetime
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Outcome, Reason
with History.open(sys.argv[1], lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)) as history:
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
    for number in range(2_000):
        outcome = history.record(Outcome(f"https://example.org/{number}", Reason.GONE))
        assert outcome.past.runs == 1
print(history.warning)
"""


@POSIX
def test_a_disk_that_is_full(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"The history {path} can no longer be written (")
    with opened(path) as history:
        assert history.warning is None


def test_a_history_of_another_thread_is_a_mistake(path: Path) -> None:
    errors: list[sqlite3.ProgrammingError] = []

    def elsewhere() -> None:
        try:
            history.recall(URL, ANY_AGE)
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    with opened(path) as history:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert len(errors) == 1
    with pytest.raises(sqlite3.ProgrammingError):
        history.record(dead())


# When it is written down


def test_it_is_written_down_in_batches(path: Path) -> None:
    with opened(path) as history:
        for number in range(250):
            history.record(dead(number))
        with opened(path, 1) as other:
            assert (runs(other, 199), runs(other, 200)) == (1, None)
            history.flush()
            assert runs(other, 200) == 1


@pytest.mark.parametrize(("seconds", "written"), [(0.9, None), (1, 1), (-1, 1)])
def test_it_is_written_down_each_second(path: Path, seconds: float, written: int | None) -> None:
    times = [START]
    with History.open(path, lambda: times[-1]) as history:
        times.append(START + timedelta(seconds=seconds))
        history.record(dead())
        with opened(path, 1) as other:
            assert runs(other) == written


def test_it_holds_few_outcomes_at_a_time(path: Path) -> None:
    alive = []
    with opened(path) as history:
        for number in range(1_000):
            outcome = dead(number)
            alive.append(weakref.ref(outcome))
            history.record(outcome)
            del outcome
        assert sum(reference() is not None for reference in alive) <= 200


# Several runs, and killed ones

MANY = """
import sys
from datetime import UTC, datetime
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Outcome, Reason
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    with History.open(sys.argv[1], lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)) as history:
        for number in range(250):
            history.record(Outcome(f"https://example.org/a/{number}", Reason.NOT_FOUND))
    if history.warning:
        print(history.warning)
"""


def _three_at_once(path: Path) -> list[str]:
    """What three processes print that each make five runs, all at the same time."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [child.communicate()[0] for child in children]


def _counted(path: Path) -> list[tuple[int, int]]:
    """How many addresses there are with how many runs."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT runs, count(*) FROM seen GROUP BY runs").fetchall()


def test_runs_at_the_same_time_all_count(path: Path) -> None:
    assert _three_at_once(path) == ["", "", ""]
    assert _counted(path) == [(15, 250)]


@POSIX
def test_runs_at_the_same_time_set_a_damaged_file_aside_once(path: Path) -> None:
    path.write_bytes(b"damaged\0")
    aside = path.with_name("history.damaged-20260301T120000Z")
    warning = (
        f"The history {path} was damaged. It was moved to {aside}, and a new one was created.\n"
    )
    assert sorted(_three_at_once(path)) == ["", "", warning]
    assert content(path.parent).keys() == {path.name, aside.name}
    assert _counted(path) == [(15, 250)]


ENDLESS = """
import itertools, sys
from datetime import UTC, datetime
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Hop, Outcome, Reason
with History.open(sys.argv[1], lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)) as history:
    for number in itertools.count():
        url = f"https://example.org/a/{number}"
        history.record(Outcome(url, Reason.NOT_FOUND, (Hop(url, 404),)))
        if number % 50 == 49:
            history.flush()
            print(number + 1, flush=True)
"""


@POSIX
@pytest.mark.parametrize("flushes", [1, 4, 9])
def test_a_killed_run_has_remembered_what_it_wrote_down(path: Path, flushes: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for _ in range(flushes):
            child.stdout.readline()
        child.kill()
        flushed = 50 * flushes + 50 * len(child.stdout.readlines())
    assert child.returncode == -signal.SIGKILL
    with opened(path, 1) as history:
        assert history.warning is None
        for number in range(flushed):
            past = history.record(dead(number)).past
            assert past == Past(2, START)
