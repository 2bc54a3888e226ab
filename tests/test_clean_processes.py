"""`safelinks clean` by several processes: all is as with one, whoever is killed or interrupted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from building import wrap
from click.testing import CliRunner
from killing import KILLS, RAISES, end_or_raise, kill_oneself

from safelinks.bulk import ordered_pool
from safelinks.bulk.ordered_pool import Killed, OrderedPool, _Worker
from safelinks.checks.file_cleaning import FileCleaning, FileResult, FileToClean
from safelinks.cli.commands import files_in_turn
from safelinks.cli.program import main

TARGET = "https://example.org/a"
LINK = wrap(TARGET)
DATA = Path(__file__).parent / "data" / "documents"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with all that there is something to say of, more than is done ahead."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ordered_pool, "_BEHIND", 4)
    top = Path("docs")
    for number in range(20):
        path = top / f"d{number % 3}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        link = LINK if number % 2 else TARGET
        path.write_text(f"# {number}\n\nsee {link}\nand {wrap('javascript:alert(1)')}\n")
    (top / "d0" / "0.md.bak").write_text(f"see {LINK}\n")
    (top / "broken.docx").write_bytes(b"PK\3\4, and no more")
    (top / "picture.png").write_bytes(b"\x89PNG\r\n\0")
    shutil.copy(DATA / "notice.pdf", top / "d1" / "notice.pdf")
    shutil.copy(DATA / "notice.odt", top / "d2" / "notice.odt")
    (top / "report.jsonl").write_text('{"type": "start", "version": 1, "files": 0}\n')
    (top / "mails.mbox").write_bytes(
        b"".join(b"From a@b.example Mon\nSubject: x\n\n%b\n\n" % LINK.encode() for _ in range(3))
    )
    (top / "excluded.txt").write_text(LINK)
    other = Path("other")
    other.mkdir()
    (other / "same.md").symlink_to(Path("..") / top / "d1" / "1.md")
    (other / "z.txt").write_text(f"see {LINK}\n")
    return top


def _told(args: list[str], *, stdin: str | None = None) -> tuple[bytes, str, int, dict[str, bytes]]:
    """What a run prints, its exit code, and what there is in the directory then."""
    before = {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    result = CliRunner().invoke(main, ["clean", *args], input=stdin)
    after = {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    for path, content in after.items():
        if path not in before:
            Path(path).unlink()
        elif content != before[path]:
            Path(path).write_bytes(before[path])
    return result.stdout_bytes, result.stderr, result.exit_code, after


class _NoProcess(OrderedPool[FileToClean, FileResult]):
    """A pool of which no process can begin."""

    def _hire(self) -> None:
        pass


ACTS: Mapping[str, list[str]] = {
    "in place": ["-i"],
    "with backups that exist": ["-i", "--backup", ".bak", "-v"],
    "a check": ["--check", "-v"],
    "a diff": ["--diff", "-"],
    "a diff with recipients": ["--diff", "--show-recipients", "--redact"],
    "copies": ["-o", "docs/out/", "-v"],
}


@pytest.mark.parametrize("act", ACTS)
def test_all_is_as_with_one_process(
    act: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    args = [
        *ACTS[act],
        "--exclude-path",
        "excluded*",
        "other/z.txt",
        str(folder),
        "gone.txt",
        "other",
    ]
    alone = _told(["--jobs", "1", *args], stdin=f"see {LINK}\n")
    assert alone[2] == 2
    assert "gone.txt" in alone[1]
    assert "notice.pdf" in alone[1]
    pools = []

    def begun(*args: object, **options: object) -> OrderedPool[FileToClean, FileResult]:
        pools.append(_NoProcess(*args, **options))  # type: ignore[arg-type]
        return pools[-1]

    monkeypatch.setattr(ordered_pool, "OrderedPool", begun)
    assert _told(["--jobs", "2", *args], stdin=f"see {LINK}\n") == alone
    assert len(pools) == 1


def test_few_files_begin_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def begin(*_: object, **options: object) -> OrderedPool[FileToClean, FileResult]:
        begun.append(options["waits"])
        return _NoProcess(FileCleaning.__call__, 1, print)  # type: ignore[arg-type]

    monkeypatch.setattr(ordered_pool, "OrderedPool", begin)
    monkeypatch.setattr(files_in_turn, "_cores", lambda: 2)
    _told(["--check", str(folder)])
    _told(["--check", "--jobs", "2", "other/z.txt"])
    monkeypatch.setattr(files_in_turn, "_WORTH_PROCESSES", 20 * 2_000)
    _told(["--check", "--jobs", "1", str(folder)])
    assert begun == []
    _told(["--check", str(folder)])
    assert begun == [False]
    _told(["--check", "--jobs", "2", str(folder)])
    assert begun == [False, True]
    monkeypatch.setattr(files_in_turn, "_cores", lambda: 1)
    _told(["--check", str(folder)])
    assert len(begun) == 2


class _Ending(_NoProcess):
    """A pool of which a process was killed at the second file, and that ends at the last."""

    def take(self) -> FileResult:
        if self._taken == 1:
            self._on_killed(self._tasks[1])
        return super().take()


def test_a_killed_process_is_told_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = folder / "d2" / ".safelinks-abcdefgh.partial"
    left.write_bytes(b"half of a file")
    monkeypatch.setattr(ordered_pool, "OrderedPool", _Ending)
    result = CliRunner().invoke(main, ["clean", "--check", "--jobs", "2", str(folder / "d2")])
    told = [line.split(": ", 2)[1:] for line in result.stderr.splitlines()[:3]]
    assert [name for name, _ in told] == [f"{folder}/d2/{at}.md" for at in (11, 14, 14)]
    assert told[1][1].startswith("a process was killed while it worked on this file")
    assert not left.exists()


class _Killed(_NoProcess):
    def take(self) -> FileResult:
        result = super().take()
        if self._taken == 2:
            raise Killed
        return result


def test_a_file_that_kills_its_process_fails_and_the_rest_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordered_pool, "OrderedPool", _Killed)
    result = CliRunner().invoke(main, ["clean", "-i", "--jobs", "2", str(folder / "d2")])
    assert f"Error: {folder}/d2/14.md: three processes were killed while" in result.stderr
    assert result.stderr.endswith("\n4 files changed\n")
    assert result.exit_code == 2


class _Interrupted(_NoProcess):
    """A pool whose user loses patience at the second file, when the fourth is being written."""

    def take(self) -> FileResult:
        if self._taken == 1:
            for number in (1, 2):
                self._results[number] = self._work(self._tasks[number])
            self.cut_off.append(self._tasks[3])
            raise KeyboardInterrupt
        return super().take()


def test_an_interrupted_run_tells_what_has_changed_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = folder / "d1" / ".safelinks-abcdefgh.partial"
    left.write_bytes(b"half of a file")
    monkeypatch.setattr(ordered_pool, "OrderedPool", _Interrupted)
    result = CliRunner().invoke(main, ["clean", "-i", "--jobs", "2", str(folder / "d1")])
    names = sorted(path.name for path in (folder / "d1").glob("*.md"))[:3]
    changed = [f"changed {folder}/d1/{name}" for name in names if int(Path(name).stem) % 2]
    assert [line for line in result.stderr.splitlines() if "changed " in line[:8]] == changed
    assert result.exit_code == 130
    assert not left.exists()


class _Process:
    """One that ends when it is asked to."""

    def kill(self) -> None: ...

    join = kill


class _Pipe:
    """Where somebody presses Ctrl-C when half of a result is read."""

    def __init__(self, pipe: Connection) -> None:
        self.fileno, self.close = pipe.fileno, pipe.close
        self.read = 0

    def recv(self) -> object:
        self.read += 1
        raise KeyboardInterrupt


@pytest.fixture
def pool() -> Iterator[tuple[OrderedPool[str, str], _Worker, Connection]]:
    """A pool, the one process of it, which is at its first task, and the other end of its pipe."""
    ours, theirs = Pipe()
    pool = _NoProcess(FileCleaning.__call__, 1, print)  # type: ignore[arg-type]
    worker = _Worker(_Process(), ours, has_begun=True)  # type: ignore[arg-type]
    pool._workers.append(worker)
    pool.put("a task")  # type: ignore[arg-type]
    theirs.send("its result")
    yield pool, worker, theirs  # type: ignore[misc]
    for end in (ours, theirs):
        end.close()


@pytest.mark.skipif(os.name == "nt", reason="handles")
def test_who_was_interrupted_within_a_result_hears_no_more_of_it(
    pool: tuple[OrderedPool[str, str], _Worker, Connection],
) -> None:
    interrupted, worker, _ = pool
    worker.pipe = pipe = _Pipe(worker.pipe)  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        interrupted.take()
    assert interrupted.close() == []
    assert interrupted.cut_off == ["a task"]
    assert pipe.read == 1


def test_what_was_done_by_the_end_of_a_process_is_known(
    pool: tuple[OrderedPool[str, str], _Worker, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, _, theirs = pool
    theirs.close()
    monkeypatch.setattr(ordered_pool, "_ready", lambda *_: [])
    assert ended.close() == [("a task", "its result")]
    assert ended.cut_off == []


def test_a_task_that_has_killed_is_left_to_other_processes_if_there_are_any(
    pool: tuple[OrderedPool[str, str], _Worker, Connection],
) -> None:
    helping, worker, _ = pool
    worker.has_begun = helping._waits = False
    helping.put("another task")
    assert helping._helps()
    helping._killed[1] = 1
    assert not helping._helps()
    helping._workers.clear()
    assert helping._helps()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_processes_end_where_sigterm_is_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        pool = OrderedPool(kill_oneself, 1, print)
    finally:
        signal.signal(signal.SIGTERM, before)
    pool.put(0)
    assert pool.take() == 0
    too_late = threading.Timer(60, pool._workers[0].process.kill)
    too_late.start()
    assert pool.close() == []
    assert too_late.is_alive()
    too_late.cancel()


@pytest.mark.slow
@pytest.mark.parametrize("kills", [1, 3])
def test_what_a_killed_process_was_at_is_done_by_another(kills: int, tmp_path: Path) -> None:
    path = tmp_path / "kills"
    path.write_bytes(b"." * kills)
    killed: list[int] = []
    pool = OrderedPool(end_or_raise, 1, lambda task: killed.append(task[0]))
    numbers = iter(range(60))
    results: list[int | type] = []
    for number in numbers:
        pool.put((number, str(path)))
        if not pool.has_room:
            results.append(_taken(pool))
    while len(results) < 60:
        results.append(_taken(pool))
    assert pool.close() == []
    raised = {KILLS: Killed} if kills == 3 else {}
    assert results == [{**raised, RAISES: ValueError}.get(number, number) for number in range(60)]
    assert killed == [KILLS] * kills


def _taken(pool: OrderedPool[tuple[int, str], int]) -> int | type:
    try:
        return pool.take()
    except Exception as error:  # noqa: BLE001  whatever was raised
        return type(error)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_all_processes_at_once(folder: Path) -> None:
    """A process waits for a pipe that nobody writes to: it would do so without end."""
    pipe = Path("a-pipe").absolute()
    os.mkfifo(pipe)
    files = sorted(folder.absolute().glob("d*/*.md"))
    command = [
        sys.executable,
        "-m",
        "safelinks",
        "clean",
        "-i",
        "--jobs",
        "2",
        str(pipe),
        *map(str, files),
    ]
    wrapped = [path for path in files if LINK in path.read_text()]
    top = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=top, stderr=subprocess.PIPE, text=True) as running:
        while LINK in wrapped[-1].read_text():
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    # The last one may be cut off when it was written, and before that was told.
    assert told.splitlines()[: len(wrapped) - 1] == [f"changed {path}" for path in wrapped[:-1]]
    assert not list(Path().rglob(".safelinks-*"))
