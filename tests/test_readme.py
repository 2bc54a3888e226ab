"""The README is true: its examples run, its output is what is printed, its commands are CI's."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import safelinks
from safelinks.cli import main
from safelinks.documents.formats import FORMATS
from safelinks.health.outcome import Reason, Verdict

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONSOLE = [
    block.partition("\n")[::2]
    for block in re.findall(r"```console\n\$ (.*?)```", README, re.DOTALL)
]
SHOWN = [(command, output) for command, output in CONSOLE if command.startswith("safelinks ")]


def test_python_examples() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert (failed, tried > 5) == (0, True)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_shown_output_is_real(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.output == output


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = [command for command, _ in CONSOLE if "pytest" in command]
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == command


def test_every_reason_and_verdict_is_documented() -> None:
    documented = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    for name in (*Reason, *Verdict):
        assert f"`{name}`" in documented


def test_every_format_is_documented() -> None:
    documented = (ROOT / "docs" / "formats.md").read_text("utf-8")
    for one in FORMATS:
        assert not one.suffixes or any(f"`{suffix}`" in documented for suffix in one.suffixes), one
        assert one.extra is None or f"safelinks[{one.extra}]" in documented


def test_every_error_is_documented() -> None:
    documented = (ROOT / "docs" / "python.md").read_text("utf-8")
    for name in safelinks.__all__:
        if name.endswith("Error"):
            assert f"`{name}`" in documented


def test_links_between_documents_lead_somewhere() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+\.md)\)", path.read_text("utf-8")):
            assert (path.parent / target).exists()


def test_the_version_is_in_the_changelog_or_unreleased() -> None:
    assert re.search(
        r"^## (?:Unreleased|\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
