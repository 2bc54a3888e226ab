"""Completion: what shells are given, for commands, options and values, and the scripts for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem, ShellComplete

from safelinks.cli.program import main
from safelinks.reports.report_formats import REPORT_FORMATS
from safelinks.rules import RULES

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

SHELLS = ("bash", "zsh", "fish")


def offered(words: str) -> list[CompletionItem[str]]:
    """What completes the last of `words`, which is empty behind a space."""
    *before, last = words.split(" ")
    return ShellComplete(main, {}, "safelinks", "_SAFELINKS_COMPLETE").get_completions(before, last)


def values(words: str) -> list[str]:
    return [item.value for item in offered(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("che", ["check"]),
        ("check --form", ["--format"]),
        ("check notice.txt --form", ["--format"]),
        ("check --format ju", ["junit"]),
        ("check --format=ju", ["junit"]),
        ("check --format ", list(REPORT_FORMATS)),
        ("check --fail-on n", ["note", "never"]),
        ("check --method ", ["get", "head"]),
        ("check --select SL4", ["SL401", "SL402"]),
        ("check --ignore sl4", ["SL401", "SL402"]),
        ("check --select SL101,former", ["SL101,former-address"]),
        ("check --select ", list(RULES)),
        ("rule SL40", ["SL401", "SL402"]),
        ("rule recipient", ["recipient-exposed"]),
        ("rule SL101 not-l", ["not-linked"]),
        ("catalog vali", ["validate"]),
    ],
)
def test_words_are_completed(words: str, expected: list[str]) -> None:
    assert values(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "check doc",
        "check -o doc",
        "check --config doc",
        "check --history doc",
        "check --ca-file doc",
        "check --catalog doc",
        "clean doc",
        "clean --output doc",
        "config doc",
        "catalog validate doc",
        "catalog check doc",
        "--catalog doc",
    ],
)
def test_files_are_left_to_the_shell(words: str) -> None:
    assert [(item.type, item.value) for item in offered(words)] == [("file", "doc")]


def test_a_rule_is_offered_with_what_it_finds() -> None:
    assert [item.help for item in offered("rule SL301")] == [RULES["SL301"].title]


@pytest.mark.parametrize(
    "words",
    [
        "check --select nonsense --config /nowhere --form",
        "check --timeout soon --form",
        "check --format nonsense --form",
    ],
)
def test_what_is_wrong_before_it_is_no_matter(words: str) -> None:
    assert values(words) == ["--format"]


def test_a_configuration_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "safelinks.toml").write_text("timeout = [")
    monkeypatch.chdir(tmp_path)
    assert values("check --form") == ["--format"]


def run(instruction: str, **words: str) -> str:
    code = "import sys; sys.argv[0] = 'safelinks'; from safelinks.cli.program import main; main()"
    environment = {**os.environ, "_SAFELINKS_COMPLETE": instruction, **words}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_a_shell_is_printed(shell: str) -> None:
    assert f"_SAFELINKS_COMPLETE={shell}_complete" in run(f"{shell}_source")


@pytest.mark.parametrize(
    ("shell", "words", "current", "expected"),
    [
        ("bash", "safelinks che", "1", "plain,check\n"),
        ("bash", "safelinks check --form", "2", "plain,--format\n"),
        ("bash", "safelinks check --fail-on n", "3", "plain,note\nplain,never\n"),
        ("fish", "safelinks che", "che", "plain,check\tCheck links, and report problems"),
        ("zsh", "safelinks che", "1", "plain\ncheck\nCheck links, and report problems"),
    ],
    ids=lambda value: value if value in SHELLS else "",
)
def test_a_shell_is_answered(shell: str, words: str, current: str, expected: str) -> None:
    answer = run(f"{shell}_complete", COMP_WORDS=words, COMP_CWORD=current)
    assert answer.startswith(expected)
