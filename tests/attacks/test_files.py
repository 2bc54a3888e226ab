"""Whatever becomes of a run, every file is the old one or the new one, whole.

A child is killed, or an error of the disk injected, at each call that changes a file system, for
every command that writes. Then the next run finishes the work, and nothing is left behind.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attacking import Count, amount
from building import wrap
from click.testing import CliRunner, Result
from remembering import POSIX

import safelinks
import safelinks.checks.assessment
from safelinks.cli.program import main
from safelinks.errors import DocumentError, NotReadableError, NotWritableError
from safelinks.files import unfinished_files
from safelinks.files.file_access import FileReading, file_blocks, replace

pytestmark = POSIX

TARGET = "https://example.org/a"
LINK = wrap(TARGET)
OLD, NEW = f"see {LINK}\n".encode(), f"see {TARGET}\n".encode()
SOURCE = Path(safelinks.__file__).parent.parent
NAMES = ("a.txt", "b.txt", "c.txt")


def _run(*args: str | Path) -> Result:
    result = CliRunner().invoke(main, list(map(str, args)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if not one.is_dir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _fill(tmp_path)
    return tmp_path


def _fill(folder: Path) -> None:
    for name in NAMES:
        (folder / name).write_bytes(OLD)


# Killed


# Runs a command in a forked child, with a stand-in for the calls, for a process costs 0.3 s.
CHILD = textwrap.dedent("""
    import fcntl, io, os, shutil, signal, sys, tempfile
    sys.path.insert(0, sys.argv[1])
    import safelinks.cli.program, safelinks.cli.commands.check_command, safelinks.cli.commands.clean_command, safelinks.files.file_access
    import safelinks.checks.known_findings, safelinks.checks.assessment, safelinks.reports.text_report, safelinks.reports.rendering
    import safelinks.reports.json_report, safelinks.documents.document, hashlib
    from safelinks.cli.program import main

    AT = 0
    left = 0

    def counted(call):
        def instead(*args, **extra):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **extra)
        return instead

    class Writer(io.FileIO):
        def write(self, data):
            global left
            left -= 1
            if left == 0:  # in the midst of it
                super().write(data[: len(data) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return super().write(data)

    def opened(handle, mode, *rest, **extra):
        return io.BufferedWriter(Writer(handle, "w")) if mode == "wb" else io.open(handle, mode)

    def child(at, args):
        global left
        left = at
        sys.stdout = sys.stderr = open(os.devnull, "w")
        for name in ("open", "fsync", "rename", "replace", "link", "unlink", "chmod", "chown"):
            setattr(os, name, counted(getattr(os, name)))
        for name in ("copyfileobj", "copystat"):
            setattr(shutil, name, counted(getattr(shutil, name)))
        fcntl.flock = counted(fcntl.flock)
        os.fdopen = opened
        try:
            main(args, standalone_mode=True)
        except SystemExit as error:
            os._exit(error.code or 0)

    for line in sys.stdin:
        at, *args = line.rstrip("\\n").split("\\t")
        pid = os.fork()
        if pid == 0:
            child(int(at), args)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
""")


class Killer:
    """Runs commands that are killed at their n-th call."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, SOURCE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, at: int, *args: str | Path) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join(map(str, (at, *args))) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    killer = Killer()
    yield killer
    killer.close()


States = Mapping[str, tuple[bytes | None, ...]]  # what each file may hold; the last one at the end
Make = Callable[[Path], tuple[list[str | Path], States]]


def _in_place(folder: Path) -> tuple[list[str | Path], States]:
    return ["clean", "-i", folder], dict.fromkeys(NAMES, (OLD, NEW))


def _with_backup(folder: Path) -> tuple[list[str | Path], States]:
    states: dict[str, tuple[bytes | None, ...]] = dict.fromkeys(NAMES, (OLD, NEW))
    states |= dict.fromkeys([f"{name}.bak" for name in NAMES], (None, OLD))
    return ["clean", "-i", "--backup", ".bak", folder], states


def _to_output(folder: Path) -> tuple[list[str | Path], States]:
    (folder / "out").write_bytes(b"an earlier one\n")
    args: list[str | Path] = ["clean", "-o", folder / "out", folder / "a.txt"]
    return args, {**dict.fromkeys(NAMES, (OLD,)), "out": (b"an earlier one\n", NEW)}


def _fixed(folder: Path) -> tuple[list[str | Path], States]:
    return ["check", "--offline", "--fix", folder], dict.fromkeys(NAMES, (OLD, NEW))


WRITERS: list[Make] = [_in_place, _with_backup, _to_output, _fixed]


@pytest.mark.slow
@pytest.mark.parametrize("make", WRITERS)
def test_a_kill_at_every_call(killer: Killer, tmp_path: Path, make: Make, count: Count) -> None:
    kills = 0
    for at in range(1, 400, amount(5, 1)):
        folder = tmp_path / str(at)
        folder.mkdir()
        _fill(folder)
        args, states = make(folder)
        code = killer.run(at, *args)
        left = _content(folder)
        for name, allowed in states.items():
            assert left.pop(name, None) in allowed, (at, name)
        assert all(unfinished_files._NAME.fullmatch(name) for name in left), (at, left)
        if code != -signal.SIGKILL:
            assert code == 0, at
            assert left == {}, at
            break
        kills += 1
        assert _run(*args).exit_code == 0, at
        assert _content(folder) == {name: allowed[-1] for name, allowed in states.items()}, at
        shutil.rmtree(folder)
    else:
        pytest.fail("it never came to its end")
    assert kills >= amount(2, 9)
    count("kills", kills)


@pytest.mark.slow
def test_reports_and_baselines_that_are_killed(
    killer: Killer, tmp_path: Path, count: Count
) -> None:
    """Each is the whole of the old one or the whole of a new one."""
    kills = 0
    for at in range(1, 400, amount(5, 1)):
        folder = tmp_path / str(at)
        folder.mkdir()
        (folder / "docs").mkdir()
        _fill(folder / "docs")
        (folder / "r.json").write_text('{"old": true}')
        args: list[str | Path] = [
            "check", "--offline", "--format", "json", "-o", folder / "r.json",
            "--baseline", folder / "known", "--update-baseline", folder / "docs",
        ]  # fmt: skip
        code = killer.run(at, *args)
        report = json.loads((folder / "r.json").read_text())
        assert report == {"old": True} or len(report["links"]) == 3
        if (folder / "known").exists():
            assert len(json.loads((folder / "known").read_text())["findings"]) == 3
        assert _content(folder / "docs") == dict.fromkeys(NAMES, OLD)
        if code != -signal.SIGKILL:
            break
        kills += 1
        _run(*args)
        assert sorted(_content(folder)) == ["known", "r.json"]
        assert len(json.loads((folder / "r.json").read_text())["links"]) == 3
        shutil.rmtree(folder)
    else:
        pytest.fail("it never came to its end")
    assert kills >= amount(2, 9)
    count("kills", kills)


# Left behind


def test_leftovers_are_removed_and_nothing_of_others(folder: Path) -> None:
    kept = {
        ".safelinks-baseline": b"a baseline",
        ".safelinks-history": b"a history",
        ".safelinks-abcdefgh": b"somebody's",
        ".safelinks-abcdefgh.partial.txt": b"somebody's",
        ".safelinks-abcdefghi.partial": b"somebody's",
        ".safelinks-ABCDEFGH.partial": b"somebody's",
        "safelinks-abcdefgh.partial": b"somebody's",
    }
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    (folder / ".safelinks-00000000.partial").write_bytes(b"hal")
    (folder / ".safelinks-dddddddd.partial").mkdir()
    (folder / ".safelinks-llllllll.partial").symlink_to(folder / "a.txt")
    os.mkfifo(folder / ".safelinks-pppppppp.partial")
    others = folder / ".safelinks-oooooooo.partial"
    others.write_bytes(b"of another user")
    if os.geteuid() == 0:
        os.chown(others, 65_534, 65_534)
    (folder / "below").mkdir()
    elsewhere = folder / "below" / ".safelinks-11111111.partial"
    elsewhere.write_bytes(b"in a directory where nothing is written")
    assert _run("clean", "-i", folder / "a.txt").exit_code == 0
    left = {one.name for one in folder.iterdir()}
    assert ".safelinks-00000000.partial" not in left
    assert left >= {
        *kept, ".safelinks-dddddddd.partial", ".safelinks-llllllll.partial",
        ".safelinks-pppppppp.partial",
    }  # fmt: skip
    assert others.exists() == (os.geteuid() == 0)
    assert elsewhere.exists()
    assert (folder / "b.txt").read_bytes() == OLD


def test_what_another_run_is_writing_is_no_leftover(folder: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        being_written = [one for one in folder.iterdir() if one.suffix == ".partial"]
        assert len(being_written) == 1
        replace(folder / "b.txt", [b"two"])  # which removes leftovers
        assert being_written[0].exists()
        yield b"more"

    assert replace(folder / "a.txt", pieces())
    assert _content(folder) == {"a.txt": b"onemore", "b.txt": b"two", "c.txt": OLD}


# Errors of the disk


ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.ENOENT)


class _Faulty:
    """Stands for the calls of one run, of which the n-th that is about `name` fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, code: int) -> None:
        self.left, self.code, self.failed = at, code, 0
        for module, name in (
            (tempfile, "mkstemp"), (os, "fsync"), (os, "replace"), (os, "rename"),
            (os, "link"), (shutil, "copyfileobj"), (shutil, "copystat"), (os, "chmod"),
        ):  # fmt: skip
            monkeypatch.setattr(module, name, self._of(getattr(module, name)))
        real = os.fdopen

        def opened(handle: int, mode: str) -> object:
            return _FaultyFile(real(handle, mode), self)

        monkeypatch.setattr(os, "fdopen", opened)

    def _of(self, call: Callable[..., object]) -> Callable[..., object]:
        def instead(*args: object, **extra: object) -> object:
            self.count()
            return call(*args, **extra)

        return instead

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.failed += 1
            raise OSError(self.code, os.strerror(self.code))


class _FaultyFile:
    def __init__(self, file: object, faults: _Faulty) -> None:
        self._file, self._faults = file, faults

    def write(self, content: bytes) -> int:
        self._faults.count()
        return self._file.write(content)  # type: ignore[attr-defined, no-any-return]

    def flush(self) -> None:
        self._faults.count()
        self._file.flush()  # type: ignore[attr-defined]

    def close(self) -> None:
        self._file.close()  # type: ignore[attr-defined]
        if self._faults.failed == 1 and self._faults.code != errno.EIO:
            raise OSError(self._faults.code, "what was in the buffer cannot be written, either")

    def fileno(self) -> int:
        return self._file.fileno()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("make", WRITERS)
def test_an_error_of_the_disk_at_every_call(
    tmp_path: Path, make: Make, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is named, the others are done, and nothing is left."""
    errors = 0
    every = amount(0, 1)
    for turn in range(600):
        at = turn // len(ERRORS) + 1 if every else 3 * turn + 1
        code = ERRORS[turn % len(ERRORS)]
        folder = tmp_path / str(turn)
        folder.mkdir()
        _fill(folder)
        args, states = make(folder)
        with monkeypatch.context() as patched:
            faults = _Faulty(patched, at, code)
            result = _run(*args)
        left = _content(folder)
        assert set(left) <= set(states), (at, left)
        for name, allowed in states.items():
            assert left.get(name) in allowed, (at, name)
        if not faults.failed:
            assert result.exit_code == 0
            break
        errors += 1
        undone = [name for name, allowed in states.items() if left.get(name) != allowed[-1]]
        named = {name.removesuffix(".bak") for name in undone}
        assert len(named) <= 1, at
        assert (result.exit_code == 2) == bool(named), (at, code, result.stderr)
        for name in named:
            assert f"Error: {folder}/{name}" in result.stderr, (at, result.stderr)
        assert "Traceback" not in result.stderr
        assert _run(*args).exit_code == 0, at
        assert _content(folder) == {name: allowed[-1] for name, allowed in states.items()}, at
        shutil.rmtree(folder)
    else:
        pytest.fail("it never came to its end")
    assert errors >= amount(2, 30)
    count("injected errors", errors)


def test_a_report_that_cannot_be_written_does_not_keep_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = folder / "out"
    out.mkdir()
    real = os.replace

    def refuse(old: str | Path, new: str | Path, **extra: int) -> None:
        if Path(new).name == "one.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(old, new, **extra)

    monkeypatch.setattr(os, "replace", refuse)
    result = _run(
        "check", "--offline", "--format", f"json={out}/one.json", "--format", f"csv={out}/two.csv",
        "--format", "text", "--baseline", out / "known", "--update-baseline", folder / "a.txt",
    )  # fmt: skip
    assert result.exit_code == 2
    assert f"Error: {out}/one.json: this file cannot be written (No space left" in result.stderr
    assert "1 address" in result.stdout
    assert "Exit code 2: a report or the baseline could not be written." in result.stdout
    assert sorted(_content(out)) == ["known", "two.csv"]


@pytest.mark.parametrize("broken", ["known", "two.json"])
def test_no_report_tells_an_exit_code_that_does_not_come(
    folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    real = os.replace

    def refuse(old: str | Path, new: str | Path, **extra: int) -> None:
        if Path(new).name == broken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(old, new, **extra)

    monkeypatch.setattr(os, "replace", refuse)
    result = _run(
        "check", "--offline", "--format", f"markdown={folder}/one.md", "--format", f"json={folder}/two.json",
        "--format", "text", "--baseline", folder / "known", "--update-baseline", folder / "a.txt",
    )  # fmt: skip
    assert result.exit_code == 2
    assert f"Error: {folder}/{broken}: this file cannot be written (No space left" in result.stderr
    for told in (result.stdout, (folder / "one.md").read_text()):
        assert "Exit code 2: a report or the baseline could not be written." in told
        assert "Exit code 0" not in told
        assert "incomplete" not in told


def test_output_that_nobody_reads_does_not_keep_files(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [
                sys.executable, "-m", "safelinks", "check", "--offline", "--format", "text",
                "--format", f"json={folder}/r.json", "--baseline", folder / "known",
                "--update-baseline", folder / "a.txt",
            ],
            stdout=full, stderr=subprocess.PIPE, check=False,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )  # fmt: skip
    assert done.returncode == 2
    assert json.loads((folder / "r.json").read_text())["links"]
    assert json.loads((folder / "known").read_text())["findings"]


# Changed meanwhile


def _rewritten(path: Path) -> None:
    path.write_bytes(OLD + b"and what somebody wrote meanwhile\n")


def _same_size_and_times(path: Path) -> None:
    status = path.stat()
    path.write_bytes(OLD.replace(b"see", b"SEE"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _renamed_over(path: Path) -> None:
    new = path.with_name("new")
    new.write_bytes(b"new\n")
    new.replace(path)


def _removed(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "change", [_rewritten, _same_size_and_times, _renamed_over, _removed, _cut]
)
@pytest.mark.parametrize(
    "moment",
    [
        pytest.param((tempfile, "mkstemp", 2, ()), id="before it is written"),
        pytest.param((os, "fsync", 2, ()), id="when it is written"),
        pytest.param((os, "fsync", 3, ("--backup", ".bak")), id="before its backup is made"),
        pytest.param((os, "fsync", 4, ("--backup", ".bak")), id="when its backup is made"),
        pytest.param((shutil, "copyfileobj", 2, ("--backup", ".bak")), id="while it is copied"),
    ],
)
def test_a_file_that_changed_is_not_replaced(
    folder: Path,
    change: Callable[[Path], None],
    moment: tuple[object, str, int, tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    count: Count,
) -> None:
    path = folder / "b.txt"
    where, name, at, backup = moment  # the call of this name that it happens at
    real = getattr(where, name)
    calls = []

    def meanwhile(*args: object) -> object:
        calls.append(args)
        if len(calls) == at:
            change(path)
        return real(*args)

    monkeypatch.setattr(where, name, meanwhile)
    result = _run("clean", "-i", *backup, folder / "a.txt", path, folder / "c.txt")
    monkeypatch.undo()
    other = folder / "other"
    other.write_bytes(OLD)
    change(other)
    left = [one.read_bytes() if one.exists() else None for one in (path, other)]
    assert left[0] == left[1]
    assert result.exit_code == 2
    assert f"{path}: this file changed since it was read, so it was not changed" in result.stderr
    assert (folder / "a.txt").read_bytes() == (folder / "c.txt").read_bytes() == NEW
    assert not list(folder.glob(".safelinks-*"))
    backups = {one.read_bytes() for one in folder.glob("*.bak")}
    assert backups == ({OLD} if backup else set())
    count("files changed meanwhile", 1)


def test_a_file_that_changed_while_links_were_asked_is_not_fixed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = safelinks.checks.assessment.Survey.report

    def meanwhile(*args: object, **extra: object) -> object:
        _rewritten(folder / "b.txt")
        return real(*args, **extra)  # type: ignore[arg-type]

    monkeypatch.setattr(safelinks.checks.assessment.Survey, "report", meanwhile)
    result = _run("check", "--offline", "--fix", folder)
    assert result.exit_code == 2
    assert "b.txt: this file changed since it was read" in result.stderr
    assert (folder / "a.txt").read_bytes() == (folder / "c.txt").read_bytes() == NEW
    assert (folder / "b.txt").read_bytes().startswith(OLD)


@pytest.mark.parametrize("there", [True, False])
def test_a_baseline_that_changed_is_not_replaced(
    folder: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = folder / "known"
    args = ("check", "--offline", "--baseline", known, "--update-baseline", folder / "a.txt")
    if there:
        _run(*args)
    real = safelinks.checks.assessment.Survey.report

    def meanwhile(*args: object, **extra: object) -> object:
        known.write_text("of another run")
        return real(*args, **extra)  # type: ignore[arg-type]

    monkeypatch.setattr(safelinks.checks.assessment.Survey, "report", meanwhile)
    result = _run(*args)
    assert result.exit_code == 2
    assert f"{known}: this file changed since it was read" in result.stderr
    assert known.read_text() == "of another run"


def test_what_was_not_read_to_the_end_is_not_known(folder: Path) -> None:
    reading = FileReading(folder / "a.txt")
    reading.close()
    with pytest.raises(NotWritableError, match="changed since it was read"):
        replace(folder / "a.txt", [b"x"], since=reading)
    assert (folder / "a.txt").read_bytes() == OLD


def test_what_was_read_without_watching_is_not_known(folder: Path) -> None:
    reading = file_blocks(folder / "a.txt", watched=False)
    assert b"".join(reading) == OLD
    with pytest.raises(NotWritableError, match="changed since it was read"):
        replace(folder / "a.txt", [b"x"], since=reading)
    assert (folder / "a.txt").read_bytes() == OLD


# Names, modes, owners


def test_a_file_with_several_names_is_named(folder: Path) -> None:
    os.link(folder / "b.txt", folder / "other name")
    result = _run("clean", "-i", folder / "a.txt", folder / "b.txt", folder / "c.txt")
    assert result.exit_code == 2
    assert "b.txt: this file has 2 names (hard links)" in result.stderr
    assert (folder / "b.txt").samefile(folder / "other name")
    assert (folder / "b.txt").read_bytes() == OLD
    assert (folder / "a.txt").read_bytes() == (folder / "c.txt").read_bytes() == NEW


def test_a_symbolic_link_is_written_through(folder: Path) -> None:
    (folder / "to").mkdir()
    (folder / "to" / "file").write_bytes(OLD)
    (folder / "link").symlink_to("to/file")
    (folder / "new").symlink_to("to/new")
    (folder / "loop").symlink_to("loop")
    assert _run("clean", "-i", "--backup", ".bak", folder / "link").exit_code == 0
    assert (folder / "link").is_symlink()
    assert _content(folder / "to") == {"file": NEW, "file.bak": OLD}
    assert _run("clean", "-o", folder / "new", folder / "a.txt").exit_code == 0
    assert _content(folder / "to")["new"] == NEW
    result = _run("clean", "-o", folder / "loop", folder / "a.txt")
    assert result.exit_code == 2
    assert "loop: this symbolic link leads to itself" in result.stderr
    assert (folder / "loop").is_symlink()


def test_attributes_are_kept_for_the_file_and_its_backup(folder: Path) -> None:
    path = folder / "a.txt"
    path.chmod(0o2750)
    if os.geteuid() == 0:
        os.chown(path, 65_534, 65_533)
        path.chmod(0o6750)
    os.utime(path, ns=(10**18, 10**18 + 7))
    attributes = {}
    try:
        os.setxattr(path, "user.safelinks", b"kept")
        attributes = {"user.safelinks": b"kept"}
    except (OSError, AttributeError):
        pass
    before = path.stat()
    assert _run("clean", "-i", "--backup", ".bak", path).exit_code == 0
    for name in ("a.txt", "a.txt.bak"):
        after = (folder / name).stat()
        for what in ("st_mode", "st_uid", "st_gid", "st_mtime_ns"):
            assert getattr(after, what) == getattr(before, what), (name, what)
        for key, value in attributes.items():
            assert os.getxattr(folder / name, key) == value


def test_a_backup_of_a_killed_run_does_not_stop_the_next(folder: Path) -> None:
    shutil.copy(folder / "a.txt", folder / "a.txt.bak")
    assert _run("clean", "-i", "--backup", ".bak", folder / "a.txt").exit_code == 0
    assert (folder / "a.txt").read_bytes() == NEW
    assert (folder / "a.txt.bak").read_bytes() == OLD


@pytest.mark.parametrize("kind", ["other", "directory", "link"])
def test_what_has_the_name_of_a_backup_stays(folder: Path, kind: str) -> None:
    backup = folder / "a.txt.bak"
    make: dict[str, Callable[[], object]] = {
        "other": lambda: backup.write_bytes(b"other"),
        "directory": backup.mkdir,
        "link": lambda: backup.symlink_to("a.txt"),
    }
    make[kind]()
    result = _run("clean", "-i", "--backup", ".bak", folder / "a.txt")
    assert result.exit_code == 2
    assert "its backup a.txt.bak already exists, so nothing was changed" in result.stderr
    assert (folder / "a.txt").read_bytes() == OLD


# What may not be read


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that is not below one of root's; within the test, that user has no other rights."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        (folder / "sub").mkdir()
        (folder / "sub" / "d.txt").write_bytes(OLD)
        (folder / "p.png").write_bytes(b"\x89PNG\r\n\0")
        if os.geteuid() == 0:
            for one in (folder, *folder.rglob("*")):
                os.chown(one, 65_534, 65_534)
            os.setresgid(65_534, 65_534, 0)
            os.setresuid(65_534, 65_534, 0)
        try:
            yield folder
        finally:
            if os.getresuid()[2] == 0:
                os.setresuid(0, 0, 0)
                os.setresgid(0, 0, 0)
            for one in folder.rglob("*"):
                one.chmod(0o700)


@pytest.mark.parametrize("shut", ["b.txt", "sub"])
@pytest.mark.parametrize("source", ["", "/**/*.txt"])
@pytest.mark.parametrize("command", [("check", "--offline"), ("clean", "--diff"), ("clean", "-i")])
def test_what_may_not_be_read_fails_a_check(
    anybodys: Path, command: tuple[str, ...], source: str, shut: str
) -> None:
    (anybodys / shut).chmod(0)
    result = _run(*command, f"{anybodys}{source}")
    assert result.exit_code == 2
    assert f"Error: {anybodys}/{shut}: " in result.stderr
    told = _run(*command[:1], "--skip-unreadable", *command[1:], f"{anybodys}{source}")
    assert told.exit_code == 0
    assert f"Error: {anybodys}/{shut}: " not in told.stderr
    assert "skipped, such as" in told.stderr
    named = _run(*command, "--skip-unreadable", anybodys / shut)
    assert named.exit_code == 2
    with pytest.raises(NotReadableError):
        list(safelinks.read_all(f"{anybodys}{source}", on_error=_raise))
    (anybodys / shut).chmod(0o700)


def _raise(error: DocumentError) -> None:
    if isinstance(error, NotReadableError):
        raise error
