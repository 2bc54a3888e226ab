"""Ctrl-C and SIGTERM at any moment: no traceback, an exit code that says so, no file half-written.

From the moment on at which the interpreter knows of safelinks: before that, it is on its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attacking import Count, amount
from building import wrap
from remembering import POSIX

import safelinks

pytestmark = POSIX

TARGET = "https://example.org/a"
OLD, NEW = f"see {wrap(TARGET)}\n".encode(), f"see {TARGET}\n".encode()
SOURCE = Path(safelinks.__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_bytes(OLD)
    return tmp_path


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_at_any_moment(
    folder: Path, signal_number: signal.Signals, count: Count
) -> None:
    expected = {signal.SIGINT: 130, signal.SIGTERM: 143}[signal_number]
    for number in range(60):
        (folder / f"{number}.txt").write_bytes(OLD * 50)
    times = amount(4, 60)
    codes = set()
    for number in range(times):
        with subprocess.Popen(
            [sys.executable, "-X", "importtime", "-m", "safelinks", "clean", "-i", folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        ) as process:  # fmt: skip
            assert process.stderr is not None
            told = ""
            while "safelinks.foundation.interrupts" not in told:
                told = process.stderr.readline()
                assert told
            time.sleep(0.25 * number / times)
            process.send_signal(signal_number)
            told = process.stderr.read()
        codes.add(process.returncode)
        assert "Traceback" not in told
        assert "Exception ignored" not in told
        left = {one.name: one.read_bytes() for one in folder.iterdir()}
        assert {*left.values()} <= {OLD, NEW, OLD * 50, NEW * 50}
        assert not [name for name in left if name.startswith(".")]
    assert codes <= {0, expected, -signal.SIGTERM}  # SIGTERM is not taken before that
    assert codes != {0}
    count("interruptions", times)


AT_THE_END = """
import atexit, signal, sys
from safelinks.__main__ import run
atexit.register(signal.raise_signal, signal.SIGINT)
sys.argv = ["safelinks", "--version"]
run()
"""
LOST = """
import importlib, sys, time
from safelinks.__main__ import run
class Lost:
    def __del__(self):
        raise KeyboardInterrupt
def addresses():
    Lost()
    time.sleep(20)
importlib.import_module("safelinks.cli.commands.unwrap_command").pasted_texts = addresses
sys.argv = ["safelinks", "unwrap"]
run()
"""
OUTSIDE = """
import safelinks.cli.program, sys
from safelinks.__main__ import run
def main(**_):
    raise KeyboardInterrupt
safelinks.cli.program.main = main
run()
"""


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        pytest.param(AT_THE_END, 0, id="while the interpreter ends"),
        pytest.param(LOST, 130, id="where nothing can be raised"),
        pytest.param(OUTSIDE, 130, id="where click does not see it"),
    ],
)
def test_interrupted_at_an_odd_place(code: str, exit_code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)}, timeout=15,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (exit_code, "")


def test_who_ignores_interruptions_is_not_interrupted(folder: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        f"os.execv(sys.executable, [sys.executable, '-m', 'safelinks', 'clean', '{folder}/a.txt'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    for _ in range(20):
        time.sleep(0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    assert process.communicate()[0] == NEW


def test_importing_changes_no_handler() -> None:
    code = "import signal; before = signal.getsignal(2); import safelinks.cli.program; print(before is signal.getsignal(2))"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.stdout == "True\n"
