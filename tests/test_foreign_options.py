"""Names that people know from other programs, or misspell: each gets a hint, none is passed over."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from safelinks.cli.commands.check_command import check_command
from safelinks.cli.options import foreign_options
from safelinks.cli.options.foreign_options import foreign_option
from safelinks.cli.program import main

SAME, OTHERWISE = foreign_options._SAME, foreign_options._OTHERWISE
OURS = {
    name
    for option in check_command.params
    if isinstance(option, click.Option)
    for name in (*option.opts, *option.secondary_opts)
}


def _run(*args: str) -> Result:
    return CliRunner().invoke(main, args, input="")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("https://a.example/\n")
    return tmp_path


def test_hints_name_options_that_there_are_for_those_that_there_are_not() -> None:
    told = " ".join(f"`{ours}`" for ours in SAME.values()) + " ".join(OTHERWISE.values())
    assert set(re.findall(r"--[a-z-]+", told)) <= OURS
    assert not {f"--{name}" for name in (*SAME, *OTHERWISE)} & OURS
    assert not set(SAME) & set(OTHERWISE)
    for name in (*SAME, *OTHERWISE):
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)


def test_every_row_is_told_on_the_command_line() -> None:
    for name in (*SAME, *OTHERWISE):
        done = _run("check", f"--{name}", "a.md")
        assert done.exit_code == 2
        assert done.stderr.endswith(f"Error: No such option '--{name}': {foreign_option(name)}.\n")
        assert done.stdout == ""


def test_others_are_told_the_nearest_of_ours() -> None:
    assert "'--retries'" in _run("check", "--retires", "3", "a.md").stderr
    assert foreign_option("nonsense") is None


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("max_retries", "`--max-retries` is `--retries` here"),
        ("max-concurrency", "`--max-concurrency` is `--concurrency` here"),
        ("accept", "there is no `--accept`: which answers count as working is fixed"),
        ("timeuot", "the nearest is timeout"),
    ],
)
def test_keys_of_other_programs(folder: Path, key: str, hint: str) -> None:
    (folder / "safelinks.toml").write_text(f"\n{key} = 3\n")
    told = _run("check", "--offline", "a.md")
    assert told.exit_code == 2
    assert f"safelinks.toml, line 2: unknown key {key}; {hint}" in told.stderr


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SAFELINKS_RETIRES", "did you mean SAFELINKS_RETRIES?"),
        ("SAFELINKS_TIMEOUTS", "did you mean SAFELINKS_TIMEOUT?"),
        ("SAFELINKS_EXLUDE_PATH", "did you mean SAFELINKS_EXCLUDE_PATH?"),
        ("SAFELINKS_CLEAN_INPLACE", "did you mean SAFELINKS_CLEAN_IN_PLACE?"),
        ("SAFELINKS_HEADERS", "did you mean SAFELINKS_HEADER?"),
        ("SAFELINKS_Retries", "did you mean SAFELINKS_RETRIES?"),
        ("SAFELINKS_MAX_RETRIES", "`--max-retries` is `--retries` here"),
    ],
)
@pytest.mark.parametrize("command", [("check", "--offline"), ("clean", "--check"), ("config",)])
def test_misspelt_variables(
    name: str, hint: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "3")
    told = _run(*command, "a.md")
    assert (told.exit_code, told.stderr) == (2, f"Error: {name} is no setting; {hint}\n")


@pytest.mark.parametrize(
    "name",
    ["SAFELINKS_TOKEN", "SAFELINKS_INTRANET", "SAFELINKS_EXPLORE", "SAFELINKS_FIX",
     "SAFELINKS_CLEAN_BACKUP", "SAFELINK_RETIRES", "_SAFELINKS_COMPLETE"],
)  # fmt: skip
def test_other_variables_are_nobodys_business(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "3")
    assert _run("check", "--offline", "a.md").exit_code == 0


def test_what_a_header_takes_or_what_is_empty_is_not_misspelt(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFELINKS_HEADERS", "x")
    header = "a.example:X=$SAFELINKS_HEADERS"
    assert _run("check", "--offline", "--header", header, "a.md").exit_code == 0
    (folder / "ours.toml").write_text(f'header = ["{header}"]\n')
    assert _run("check", "--offline", "--config", "ours.toml", "a.md").exit_code == 0
    assert _run("check", "--offline", "a.md").exit_code == 2
    monkeypatch.setenv("SAFELINKS_HEADERS", "")
    assert _run("check", "--offline", "a.md").exit_code == 0


TABLES = {
    "understood": ("safelinks.toml", "[tool.safelinks]\ntimeout = 3\n", ""),
    "with a table": ("safelinks.toml", "[tool.safelinks.clean]\nbackup = '.b'\n[tool.safelinks]\ntimeout = 3\n", ""),
    "both": ("safelinks.toml", "retries = 1\n\n[tool.safelinks]\ntimeout = 3\n",
             "line 3: in this file, keys stand at the top, not in [tool.safelinks]"),
    "another tool": ("safelinks.toml", "[tool.ruff]\nline-length = 3\n",
                     "line 1: in this file, keys stand at the top, not in [tool.safelinks]"),
    "no tool": ("pyproject.toml", "[safelinks]\ntimeout = 3\n",
                "line 1: the table is [tool.safelinks] here, not [safelinks]"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_the_table_of_the_other_file(folder: Path, name: str) -> None:
    file, text, error = TABLES[name]
    (folder / file).write_text(text)
    done = _run("config", "a.md")
    if error:
        assert (done.exit_code, done.stderr) == (2, f"Error: {file}, {error}\n")
    else:
        assert f"timeout = 3.0  # {file}, line {text.count(chr(10))}\n" in done.stdout
