"""Every code block of README and documentation is true: it runs, and prints what is shown.

Nothing leaves the machine: what a command asks is the web that the example reports are made from, and what Python
asks is a transport that answers by itself.
"""

from __future__ import annotations

import asyncio
import doctest
import inspect
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partialmethod
from pathlib import Path
from typing import Any

import httpx
import pytest
from actions import yaml_of
from click.testing import CliRunner
from documented import BLOCKS, PAGES, ROOT, Block, blocks, commands, pages, stage
from example_reports import MOMENT, city
from lxml import etree
from test_ci_files import commands_in, problem

import safelinks
from safelinks.cli.program import main

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

# Commands that are not run here, and who runs them.
ELSEWHERE: Mapping[str, str] = {
    "python3 -m venv .venv && .venv/bin/python -m pip install -q . "
    "&& .venv/bin/safelinks check examples/notice.txt": "installs; each part is tried elsewhere",
    "python3 -m venv .venv && .venv/bin/python -m pip install -q .": "installs",
    "python3 -m venv .venv && .venv/bin/python -m pip install -q -e '.[test]' "
    "&& .venv/bin/python -m pytest": "is these tests",
    "uv tool install '.[all]'": "installs",
    "docker build -f Containerfile -t safelinks .": "needs a builder: .ci/run, test_container.py",
    'docker run --rm --read-only -v "$PWD:/work:ro" safelinks check docs': "needs a builder, as above",
    ".ci/run": "runs these tests",
    ".venv/bin/python -m pytest tests/attacks --hypothesis-profile=explore": "takes hours; each run has its short form",
    ".venv/bin/python -m benchmarks --quick": "measures, for minutes",
    ".venv/bin/python -m benchmarks checking": "measures, for minutes",
    ".venv/bin/python tests/support/mutation.py --sample 25 credentials": "runs these tests, over and over",
}
# What CI runs beside these tests.
BY_CI = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
# Commands that do not end with 0, and what they end with. All others do.
EXIT_CODES: Mapping[str, int] = {
    "safelinks check --offline --quiet --fail-on warning clean.txt": 1,
    "safelinks check notice.txt": 1,
    "safelinks check --max-retries 2 notice.txt": 2,
    "safelinks check --select SL1,former-address --fail-on warning notice.txt": 1,
    "safelinks check --header 'intranet.example:Authorization=Bearer $INTRANET_TOKEN' notice.txt": 1,
}
# Shell that is not run by bash, and why.
OF_OTHER_SHELLS: Mapping[str, str] = {
    'eval "$(_SAFELINKS_COMPLETE=zsh_source safelinks)"\n': "zsh: test_completion.py",
    "_SAFELINKS_COMPLETE=fish_source safelinks > ~/.config/fish/completions/safelinks.fish\n": "fish: test_completion.py",
}
# Blocks that are no code but show what something looks like, by page and language, and what holds them.
SHOWN: Mapping[tuple[str, str], str] = {
    ("README.md", "text"): "test_examples.py: the first lines of the example report",
    ("docs/architecture.md", "text"): "test_architecture.py: the drawing",
    ("docs/bulk.md", "py"): "run by hand: needs Spark, pandas, Ray and Dask, or asks; test_bulk_spark.py and test_bulk_check.py",
    ("docs/bulk.md", "kusto"): "a query for Defender, which is not here",
    ("docs/reports.md", "text"): "shortened reports; whole ones are in examples/reports, held by test_examples.py",
    ("docs/reports.md", "markdown"): "a shortened report, as above",
    ("docs/serve.md", "text"): "test_web.py: commands that serve",
    ("docs/serve.md", "http"): "test_web.py: requests to the web page",
    ("docs/rules.md", "markdown"): "test_comments.py: comments that ignore findings",
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that blocks start in; no name of another host can be looked up."""
    folder = stage(tmp_path)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("INTRANET_TOKEN", "1234")
    monkeypatch.setattr(socket, "getaddrinfo", _no_names)
    return folder


def _no_names(host: object, *_: object, **__: object) -> list[Any]:
    raise AssertionError(f"a block looks up {host}")


# -- The command line ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("page", pages("console"))
def test_every_command_runs_and_prints_what_is_shown(
    page: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with city() as options:
        for block in blocks("console", page):
            for command, shown in commands(block):
                if command in ELSEWHERE or command in BY_CI:
                    continue
                if command.startswith(".venv/bin/"):  # in a copy of the repository
                    monkeypatch.chdir(here.parent)
                if command.startswith("cd "):
                    monkeypatch.chdir(here.parent / command.removeprefix("cd "))
                    continue
                _run(block, command, shown, options)


def _run(block: Block, command: str, shown: str, options: Sequence[str]) -> None:
    """Run a command of a page; a last line `…` stands for the rest of what it prints."""
    words = shlex.split(command)
    program = words.pop(0).removeprefix(".venv/bin/")
    assert program == "safelinks", f"{block}: {command} is not run here; who runs it?"
    typed = ""
    if "<" in words:
        words, (file,) = words[: words.index("<")], words[words.index("<") + 1 :]
        typed = Path(file).read_text("utf-8")
    if words[0] == "check" and "--offline" not in words:
        words[1:1] = options
    env = {"SOURCE_DATE_EPOCH": str(int(MOMENT.timestamp()))}
    result = CliRunner(env=env).invoke(main, words, input=typed, prog_name="safelinks")
    assert result.exit_code == EXIT_CODES.get(command, 0), f"{block}: {command}\n{result.output}"
    beginning = shown.removesuffix("…\n")
    printed = result.output if beginning == shown else result.output[: len(beginning)]
    assert not shown or printed == beginning, f"{block}: {command}"


def test_the_parts_of_ci_are_those_of_the_guide() -> None:
    (parts,) = re.findall(r"(?s)\| part \| command \|\n(.*?)\n\n", PAGES["CONTRIBUTING.md"])
    named = re.findall(r"`(\.venv/bin/[^`]+)`", parts)
    run = [
        line.partition(" & ")[0]
        for line in BY_CI
        if line.startswith(".venv/bin/") and " pip " not in line
    ]
    of_tests = [command for command in run if "pytest" in command]
    assert [command for command in named if "pytest" not in command] == run[: -len(of_tests)]
    assert set(of_tests) <= set(named)


def test_what_is_said_of_commands_is_said_of_commands_that_are_there() -> None:
    there = {command for block in blocks("console") for command, _ in commands(block)}
    assert {*ELSEWHERE, *EXIT_CODES} <= there


# -- Python ----------------------------------------------------------------------------------------


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a Checker asks without a transport of its own is a page that works."""
    begin = safelinks.Checker.__init__
    page = httpx.Response(200, html="<title>Fine</title><p>A page.")
    transport = httpx.MockTransport(lambda _: page)
    stand_in = partialmethod(begin, transport=transport)
    monkeypatch.setattr(safelinks.Checker, "__init__", stand_in)


@pytest.mark.usefixtures("here", "answering")
@pytest.mark.parametrize("page", pages("python"))
def test_every_block_of_python_runs(page: str) -> None:
    names: dict[str, Any] = {"safelinks": safelinks}
    for block in blocks("python", page):
        if ">>> " in block.text:
            test = doctest.DocTestParser().get_doctest(block.text, names, str(block), None, None)
            results = doctest.DocTestRunner().run(test)
            assert (results.failed, results.attempted > 0) == (0, True), block
            continue
        code = "\n" * block.line + block.text
        exec(compile(code, str(ROOT / page), "exec"), names)  # noqa: S102  it is ours
        if inspect.iscoroutinefunction(run := names.pop("run", None)):
            asyncio.run(run(["https://example.org/"]))


# -- Shells ----------------------------------------------------------------------------------------


_BASH = shutil.which("bash") or "bash"
OF_BASH = [block for block in blocks("sh") if block.text not in OF_OTHER_SHELLS]


def test_shell_of_others_is_there() -> None:
    assert {block.text for block in blocks("sh")} >= set(OF_OTHER_SHELLS)


@pytest.mark.slow
@pytest.mark.parametrize("block", OF_BASH, ids=str)
def test_every_script_runs(block: Block, here: Path) -> None:
    """Offline, as nothing of a subprocess can be led elsewhere."""
    (programs := here / "bin").mkdir()
    (programs / "safelinks").write_text(f'#!/bin/sh\nexec {sys.executable} -m safelinks "$@"\n')
    (programs / "safelinks").chmod(0o755)
    result = subprocess.run(
        [_BASH, "-eu", "-o", "pipefail", "-c", block.text],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(here),
            "SAFELINKS_OFFLINE": "true",
            "GITHUB_STEP_SUMMARY": "summary.md",
            "INTRANET_TOKEN": "1234",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, ""), block


# -- Data ------------------------------------------------------------------------------------------


def _configuration(block: Block) -> None:
    Path("given.toml").write_text(block.text, "utf-8")
    if "[[resources]]" in block.text:
        assert safelinks.Catalog.load("given.toml").resources
        return
    result = CliRunner().invoke(main, ["config", "--config", "given.toml"])
    assert (result.exit_code, "given.toml, line" in result.output) == (0, True), result.output


def _yaml(block: Block) -> None:
    assert isinstance(yaml_of(block.text), dict | list)
    _commands(block)


def _commands(block: Block) -> None:
    """Commands that stand within something else can be run as they are written."""
    assert [said for words in commands_in(block.text) if (said := problem(words))] == []


def _json(block: Block) -> None:
    assert json.loads(block.text)


def _xml(block: Block) -> None:
    assert etree.fromstring(block.text) is not None


TRIED: Mapping[str, Callable[[Block], None]] = {
    "toml": _configuration,
    "yaml": _yaml,
    "groovy": _commands,
    "json": _json,
    "xml": _xml,
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language in TRIED], ids=str)
def test_every_piece_of_data_can_be_used(block: Block) -> None:
    TRIED[block.language](block)


def test_no_block_is_left_out() -> None:
    run = {"console", "python", "sh", *TRIED}
    kinds = {(block.page, block.language) for block in BLOCKS}
    assert {kind for kind in kinds if kind[1] not in run} == set(SHOWN)
    assert {page for page, text in PAGES.items() if f"\n{text}".count("\n```") % 2} == set()
