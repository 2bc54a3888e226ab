"""The command with streams that are closed, full or not read, and with names that mean harm."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from safelinks.checks.assessment import Survey
from safelinks.cli.program import main

pytestmark = pytest.mark.slow  # it starts processes, which are the same on every Python

NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"
URL = "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example"
COMMANDS = {
    "unwrap": ["unwrap", URL],
    "unwrap --json": ["unwrap", "--json", URL],
    "clean": ["clean", str(NOTICE)],
    "check": ["check", "--offline", str(NOTICE)],
    "check --format json": ["check", "--offline", "--format", "json", str(NOTICE)],
    "--help": ["--help"],
    "--version": ["--version"],
    "check --help": ["check", "--help"],
}
ALL = pytest.mark.parametrize("args", COMMANDS.values(), ids=COMMANDS)


def _run(
    args: list[str], streams: str, *, before: str = "", cwd: Path | None = None
) -> tuple[int, str, str]:
    """The command with `streams`, as a shell sets them up: exit code, output and errors."""
    script = f'{before} "$0" -m safelinks "$@" {streams}'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable, *args],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=cwd,
    )
    output, errors = (os.fsdecode(text) for text in (done.stdout, done.stderr))
    assert "Traceback" not in errors
    assert "Exception" not in errors
    return done.returncode, output, errors


@ALL
def test_output_that_is_closed(args: list[str]) -> None:
    code, _, errors = _run(args, ">&-")
    assert code == 2
    assert errors == "Error: standard output is closed\n"


@ALL
def test_output_that_is_full(args: list[str], tmp_path: Path) -> None:
    code, _, errors = _run(args, ">out", before="ulimit -f 0;", cwd=tmp_path)
    assert code == 2
    assert errors == "Error: the output cannot be written (File too large)\n"


@ALL
def test_output_that_takes_nothing(args: list[str]) -> None:
    code, _, errors = _run(args, "1</dev/null")
    assert code == 2
    assert errors == "Error: the output cannot be written (Bad file descriptor)\n"


def test_what_the_system_refuses_is_not_blamed_on_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(Survey, "report", refuse)
    result = CliRunner().invoke(main, ["check", "--offline", str(NOTICE)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: the system does not allow this (Too many open files)\n"


@ALL
def test_output_that_nobody_reads(args: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "safelinks", *args],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@ALL
def test_errors_that_are_closed(args: list[str]) -> None:
    code, output, _ = _run(args, "2>&-")
    assert code == 0
    assert output


@pytest.mark.parametrize("streams", ["2>&-", "2</dev/null", ">&- 2>&-"])
@pytest.mark.parametrize(
    "args", [["check", "missing.txt"], ["check", "--nonsense"], ["unwrap", "--x"]]
)
def test_who_cannot_be_told_has_the_exit_code(args: list[str], streams: str) -> None:
    assert _run(args, streams)[0] == 2


@pytest.mark.parametrize(
    ("args", "remedy"),
    [(["unwrap"], "name an address"), (["clean"], "name a file"), (["check"], "name a file")],
)
def test_input_that_is_closed(args: list[str], remedy: str) -> None:
    code, output, errors = _run(args, "<&-")
    assert (code, output) == (2, "")
    assert errors == f"Error: <stdin>: standard input is closed; {remedy}\n"


@pytest.mark.parametrize("args", [["unwrap"], ["clean"], ["check"]])
def test_input_that_cannot_be_read(args: list[str], tmp_path: Path) -> None:
    code, output, errors = _run(args, "0>only-for-writing", cwd=tmp_path)
    assert (code, output) == (2, "")
    assert errors.startswith("Error: <stdin>: this cannot be read (Bad file descriptor); name a")


@pytest.mark.parametrize("name", ["a\x1b[31m\nb.txt", "a\u202eb.txt", "a\rb.txt"])
@pytest.mark.parametrize(
    ("command", "exists"),
    [
        (["clean"], False),
        (["clean"], True),
        (["check", "--offline"], False),
        (["check", "--offline"], True),
        (["nonsense-"], False),
        (["check", "--x"], False),
    ],
)
def test_names_that_could_drive_a_terminal(
    command: list[str], exists: bool, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    args = [*command[:-1], command[-1] + name] if command[-1][-1] in "-x" else [*command, name]
    if exists:
        Path(name).write_bytes(b"https://a.example \xff")
    result = CliRunner().invoke(main, args)
    for text in (result.stdout, result.stderr):
        assert name not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "a\\" in result.stderr


def test_a_name_that_could_drive_a_terminal_on_true_streams(tmp_path: Path) -> None:
    name = "a\x1b[31m\u202e\nb.txt"
    (tmp_path / name).write_bytes(b"https://a.example \xff")
    for args in (["check", "--offline", name], ["clean", name]):
        _, output, errors = _run(args, "", cwd=tmp_path)
        assert not {"\x1b", "\u202e"} & {*output, *errors}
        assert "a\\" in errors


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e400", "0", "-1", "x", ""])
def test_times_that_are_none(seconds: str) -> None:
    result = CliRunner().invoke(main, ["check", "--offline", "--timeout", seconds, str(NOTICE)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: Invalid value for '--timeout'" in result.stderr
