"""Configuration: where it is found, who has the last word, what is said of mistakes in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.core import ParameterSource
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from safelinks.cli.commands.check_command import check_command
from safelinks.cli.commands.clean_command import clean_command
from safelinks.cli.configuration.option_settings import Setting, settings_of
from safelinks.cli.configuration.setting_permissions import ABOUT as ABOUT_SETTINGS
from safelinks.cli.configuration.setting_permissions import Power
from safelinks.cli.options.configured_command import CONFIG_DIRECTORY, Configured, known_settings
from safelinks.cli.program import main
from safelinks.files.data.configuration import parse, written_key, written_toml

WRAPPED = "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org"
SETTINGS = {
    setting.key: setting
    for command in (check_command, clean_command)
    for setting in settings_of(command)
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one document in it, which is the working directory."""
    for setting in SETTINGS.values():
        monkeypatch.delenv(setting.variable, raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(f"{WRAPPED}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(*args: str, input: str | None = None) -> Result:  # noqa: A002  click's own
    return CliRunner().invoke(main, args, input=input)


def _config(*args: str) -> dict[str, Any]:
    """What `safelinks config` prints, as a program reads it."""
    result = _run("config", *args)
    assert result.exit_code == 0, result.output
    return tomllib.loads(result.stdout)


def _origin(key: str, *args: str) -> str:
    """Where `safelinks config` says that a key is from."""
    (found,) = re.findall(rf"^{key} = .*  # (.*)$", _run("config", *args).stdout, re.MULTILINE)
    return str(found)


class TestWhere:
    """Which file is found."""

    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            ({}, 10.0),
            ({"safelinks.toml": "timeout = 3"}, 3.0),
            ({"pyproject.toml": "[tool.safelinks]\ntimeout = 4"}, 4.0),
            ({"safelinks.toml": "timeout = 3", "pyproject.toml": "[tool.safelinks]\ntimeout = 4"}, 3),
            ({"safelinks.toml": "timeout = 3", "docs/pyproject.toml": "[tool.other]\na = 1"}, 3.0),
            ({"safelinks.toml": "timeout = 3", "docs/pyproject.toml": "[tool.safelinks]"}, 10.0),
            ({"safelinks.toml": "timeout = 3", "docs/safelinks.toml": "timeout = 5"}, 5.0),
            ({"pyproject.toml": "name = 'safelinks'\n[tool.other]\na = 1"}, 10.0),
            ({"pyproject.toml": "no TOML, and none of ours"}, 10.0),
            ({"safelinks.toml": "\ufefftimeout = 3"}, 3.0),
        ],
        ids=[
            "none", "own", "pyproject", "own-first", "others-passed-over", "empty-table-is-found",
            "nearest", "name-of-a-project", "broken-but-of-others", "byte-order-mark",
        ],
    )  # fmt: skip
    def test_upwards_from_the_input(
        self, files: dict[str, str], expected: float, project: Path
    ) -> None:
        for name, text in files.items():
            (project / name).write_text(text, "utf-8")
        for name in ("docs", "docs/a.txt", "docs/*.txt", "docs/missing.txt"):
            assert _config(name)["timeout"] == expected

    def test_up_to_the_repository(self, project: Path) -> None:
        (project / "safelinks.toml").write_text("timeout = 3")
        (project / "docs" / ".git").write_text("gitdir: elsewhere")
        assert _config("docs")["timeout"] == 10.0
        assert _config(".")["timeout"] == 3.0

    def test_from_what_the_inputs_have_in_common(self, project: Path) -> None:
        (project / "docs" / "safelinks.toml").write_text("timeout = 3")
        (project / "more").mkdir()
        assert _config("docs", "docs/a.txt")["timeout"] == 3.0
        assert _config("docs", "more")["timeout"] == 10.0
        assert _config("docs", "-")["timeout"] == 10.0

    def test_the_working_directory_for_standard_input(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "safelinks.toml").write_text("timeout = 3")
        monkeypatch.chdir(project / "docs")
        assert _config()["timeout"] == 3.0
        assert _origin("timeout") == f"{project / 'safelinks.toml'}, line 1"

    def test_a_file_that_is_named(self, project: Path) -> None:
        (project / "safelinks.toml").write_text("timeout = 3")
        (project / "other.toml").write_text("budget = 9")
        assert (_config("--config", "other.toml")["timeout"], _config()["timeout"]) == (10.0, 3.0)
        assert _config("--config", "other.toml")["budget"] == 9.0
        assert _config("--no-config")["timeout"] == 10.0

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--config", "none.toml"], "No such file: none.toml"),
            (["--config", "pyproject.toml"], "no table [tool.safelinks] in this file"),
            (["--config", "x", "--no-config"], "--config cannot be used with --no-config"),
        ],
        ids=["missing", "of-others", "both"],
    )
    def test_a_file_that_cannot_be_gone_by(
        self, options: list[str], message: str, project: Path
    ) -> None:
        (project / "pyproject.toml").write_text("[tool.other]")
        for command in ("config", "check", "clean"):
            result = _run(command, *options, "docs")
            assert (result.exit_code, message in result.stderr) == (2, True)


class TestWho:
    """Who has the last word."""

    def test_command_line_environment_file_default(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (project / "docs" / "a.txt").read_text()
        options = ["check", "--offline", "-"]
        assert _run(*options, input=text).stdout.startswith("1 link is wrapped")
        (project / "safelinks.toml").write_text('format = "json"\n')
        assert json.loads(_run(*options, input=text).stdout)
        monkeypatch.setenv("SAFELINKS_FORMAT", "text")
        assert _run(*options, input=text).stdout.startswith("1 link is wrapped")
        assert json.loads(_run(*options, "--format", "json", input=text).stdout)

    def test_the_origin_is_told(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (project / "pyproject.toml").write_text("[tool.safelinks]\n\nbudget = 5\nretries = 1\n")
        monkeypatch.setenv("SAFELINKS_RETRIES", "3")
        monkeypatch.setenv("SAFELINKS_CLEAN_REDACT", "yes")
        assert _origin("timeout") == "default"
        assert _origin("budget") == "pyproject.toml, line 3"
        assert _origin("retries") == "environment SAFELINKS_RETRIES"
        assert _origin("redact") == "environment SAFELINKS_CLEAN_REDACT"
        assert _config()["clean"]["redact"] is True

    def test_lists_are_one_value_a_line(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "safelinks.toml").write_text('exclude = ["file"]\nallow-port = 22\n')
        monkeypatch.setenv("SAFELINKS_EXCLUDE", "a b\n\n c \n")
        found = _config("--config", "safelinks.toml")
        assert (found["exclude"], found["allow-port"]) == (["a b", "c"], [22])

    def test_what_is_before_the_command(self, project: Path) -> None:
        (project / "safelinks.toml").write_text('catalog = ["none.json"]\n')
        (project / "own.json").write_text('{"schema": 1, "agencies": [], "resources": []}')
        found = _run("--catalog", "own.json", "config").stdout
        assert f'catalog = ["{project / "own.json"}"]  # command line\n' in found
        assert f"No such file: {project / 'none.json'}" in _run("check", "--offline", "docs").stderr
        assert "none.json" not in _run("--catalog", "own.json", "check", "--offline", "docs").output

    def test_every_flag_can_be_taken_back(self, project: Path) -> None:
        text = 'format = "json"\noffline = true\nno-default-catalog = true\nkeep-redirectors = true'
        (project / "safelinks.toml").write_text(text)
        (project / "docs" / "a.txt").write_text(
            "https://www.google.com/url?q=https://www.nyc.gov/\n"
        )

        def link(*options: str) -> dict[str, Any]:
            (found,) = json.loads(_run("check", *options, "docs").stdout)["links"]
            assert isinstance(found, dict)
            return found

        assert link()["target"].startswith("https://www.google.com/")
        assert link("--no-keep-redirectors")["target"] == "https://www.nyc.gov/"
        assert link("--no-keep-redirectors")["agency"] is None
        assert link("--no-keep-redirectors", "--default-catalog")["agency"] is not None
        assert _run("check", "--no-allow-nothing", "docs").exit_code == 2

    def test_headers_of_the_environment_stand_in_for_those_of_the_file(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "safelinks.toml").write_text('header = ["a.example:X=secret"]\n')
        shown = '# header = ["a.example:X=…"]  # safelinks.toml, line 1, without values\n'
        named = ("config", "--config", "safelinks.toml")
        assert shown in _run(*named).stdout
        monkeypatch.setenv("SAFELINKS_HEADER", "b.example:Y=secret\n")
        found = _run(*named).stdout
        assert '# header = ["b.example:Y=…"]  # environment SAFELINKS_HEADER, without' in found
        assert "secret" not in found
        monkeypatch.setenv("SAFELINKS_HEADER", "nonsense")
        message = "SAFELINKS_HEADER, line 1: a header must be"
        assert message in _run("check", *named[1:], "--offline", "docs").stderr


class TestMistakes:
    """What is said of a file, or a variable, that cannot be gone by."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("\ntimeuot = 3", "2: unknown key timeuot; the nearest is timeout"),
            (
                "allow_private = true",
                "1: unknown key allow_private; the nearest is allow-private",
            ),
            ("in-place = true", "1: unknown key in-place; the nearest is clean.in-place"),
            (
                "[check]\ntimeout = 3",
                "1: unknown key check; the settings of `check` stand at the top, in no table",
            ),
            ("clean.timeout = 1", "1: unknown key clean.timeout; the nearest is timeout"),
            ("[clean]\nbakcup = 1", "2: unknown key clean.bakcup; the nearest is clean.backup"),
            ("[clen]\n", "1: unknown key clen; the nearest is clean."),
            ('"clean.check" = true', "1: unknown key clean.check; the nearest is clean.check"),
            ("config = 'x'", "1: unknown key config; the nearest is "),
            ("fix = true", "1: fix is for the command line only"),
            ("clean = 3", "1: clean must be a table, not a whole number"),
            (
                "timeout = '3'",
                "1: timeout must be a number above 0, or a time such as 10s, not a string",
            ),
            ("timeout = 0", "1: timeout must be a number above 0, or a time such as 10s, not 0"),
            ("timeout = nan", "1: timeout cannot be used: nan is not a number"),
            (
                "timeout = [3]",
                "1: timeout must be a number above 0, or a time such as 10s, not a list",
            ),
            (
                "timeout = 2020-01-01",
                "1: timeout must be a number above 0, or a time such as 10s, not a date or a time",
            ),
            (
                "retries = true",
                "1: retries must be a whole number from 0 to 10, not true or false",
            ),
            ("retries = 1.0", "1: retries must be a whole number from 0 to 10, not a number"),
            ("retries = 11", "1: retries must be a whole number from 0 to 10, not 11"),
            ("offline = 1", "1: offline must be true or false, not a whole number"),
            ("method = 'put'", "1: method must be one of get, head, not put"),
            ("exclude = [\n'a',\n1]", "3: exclude must be a string, not a whole number"),
            ("exclude = [\n'a',\n'(']", "3: exclude cannot be used: ( is not a regular expression"),
            (
                "allow-port = [\n1,\n0]",
                "3: allow-port must be a whole number from 1 to 65535, not 0",
            ),
            ("header = ['a:b']", "1: header cannot be used: a header must be HOST:NAME=VALUE"),
            ("resolve = ['a']", "1: resolve cannot be used: a is not HOST:PORT:ADDRESS"),
            ("max-age = 'x'", "1: max-age cannot be used: 'x' is not an age"),
            ("select = ['SL1',\n'SL999']", "2: select cannot be used: there is no rule 'SL999'"),
            ("ignore = 'x'", "1: ignore cannot be used: there is no rule 'x'"),
            ("[level]\nSL1='note'\nSLX='note'", "3: level cannot be used: there is no rule 'SLX'"),
            ("[level]\nSL1='bad'", "2: level cannot be used: 'SL1=bad' is not CODES=LEVEL"),
            (
                "[per-file-ignores]\n'a' = ['SL1', 'SLX']",
                "2: per-file-ignores cannot be used: there is no rule 'SLX'",
            ),
            ("user-agent = ''", "1: user-agent cannot be used: User-Agent must be"),
            ("ca-file = 'none.pem'", "1: ca-file cannot be used: File '"),
            (
                "catalog = ['a',\n\"b\\u0000\"]",
                "2: catalog cannot be used: a path cannot contain a null",
            ),
            ('history = "b\\u0000"', "1: history cannot be used: a path cannot contain a null"),
            ("a = 1\nb = \n", "2, column 5: invalid value; correct the TOML"),
            ("a = 1\na = 2\n", "2, column 6: cannot overwrite a value; correct the TOML"),
        ],
    )
    def test_the_line_is_named(self, text: str, message: str, project: Path) -> None:
        (project / "safelinks.toml").write_text(text)
        for command in ("check", "config"):
            result = _run(command, "docs")
            assert (result.exit_code, result.stdout) == (2, "")
            assert f"Error: safelinks.toml, line {message}" in result.stderr
            assert result.stderr.count("\n") == 1

    def test_lines_of_pyproject(self, project: Path) -> None:
        text = "[project]\nname = 'x'\n[tool.safelinks]\n[tool.safelinks.clean]\ncheck = 1\n"
        (project / "pyproject.toml").write_text(text)
        message = "pyproject.toml, line 5: clean.check must be true or false, not a whole number"
        assert message in _run("clean", "docs").stderr

    def test_no_utf8(self, project: Path) -> None:
        (project / "safelinks.toml").write_bytes(b"\n\n# \xff\n")
        assert "safelinks.toml, line 3: not UTF-8" in _run("check", "docs").stderr

    @pytest.mark.parametrize(
        ("variable", "value", "message"),
        [
            (
                "SAFELINKS_TIMEOUT",
                "abc",
                "must be a number above 0, or a time such as 10s, not abc",
            ),
            ("SAFELINKS_PER_HOST", "0", "must be a whole number from 1 to 100, not 0"),
            ("SAFELINKS_ALLOW_PRIVATE", "perhaps", "must be true or false, not perhaps"),
            ("SAFELINKS_SELECT", "SLX", "cannot be used: there is no rule 'SLX'"),
            ("SAFELINKS_EXCLUDE", "a\n(", "cannot be used: ( is not a regular expression"),
        ],
    )
    def test_the_variable_is_named(
        self,
        variable: str,
        value: str,
        message: str,
        project: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert project
        monkeypatch.setenv(variable, value)
        result = _run("check", "--offline", "docs")
        assert (result.exit_code, f"Error: {variable} {message}" in result.stderr) == (2, True)
        monkeypatch.setenv(variable, "")
        assert _run("check", "--offline", "docs").exit_code == 0

    @pytest.mark.usefixtures("project")
    def test_a_missing_input_is_told(self) -> None:
        result = _run("config", "docs", "none.txt", "docs/*", "none/*", "-")
        assert result.exit_code == 0
        assert [line for line in result.stderr.splitlines() if "No such" in line] == [
            "Warning: No such file or pattern: none.txt",
            "Warning: No such file or pattern: none/*",
        ]

    def test_help_needs_no_configuration(self, project: Path) -> None:
        (project / "safelinks.toml").write_text("nonsense")
        assert _run("check", "--help").exit_code == 0


class TestPaths:
    """Paths begin at the directory of the file."""

    def test_wherever_the_program_is_started(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "safelinks.toml").write_text('catalog = "sub/own.toml"\nhistory = "h.jsonl"\n')
        monkeypatch.chdir(project / "docs")
        found = _config()
        assert found["catalog"] == [str(project / "sub" / "own.toml")]
        assert found["history"] == str(project / "h.jsonl")
        assert f"No such file: {project / 'sub' / 'own.toml'}" in _run("check", "a.txt").stderr

    @pytest.mark.parametrize(
        ("value", "expected"),
        [("text", "text"), ("sarif=out/r.sarif", "sarif=/x/out/r.sarif"), ("json=-", "json=-")],
    )
    def test_formats_that_go_to_files(self, value: str, expected: str) -> None:
        setting = Setting("format", click.Option(["--format"], multiple=True))
        assert setting.located(value, Path("/x")) == expected


class TestTrust:
    """A configuration that nobody named is not heard on everything, wherever it stands."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("\nheader = ['a.example:X=y']", "2: header cannot be set in a file that was found automatically"),
            ("history = '../h.jsonl'", "1: history names a file outside the directory of this file"),
            ("history = 'out/h.jsonl'", "1: history names a file outside the directory of this file"),
            ("[clean]\noutput = 'x'", "2: clean.output cannot be set in a file that was found automatically"),
        ],
        ids=["by-hand", "above", "symbolic-link", "replaces"],
    )  # fmt: skip
    def test_what_is_refused(
        self, text: str, message: str, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "docs" / "out").symlink_to(project)
        (project / "docs" / "safelinks.toml").write_text(text)
        result = _run("config", "docs")
        assert result.exit_code == 2
        assert f"docs/safelinks.toml, line {message}" in result.stderr
        assert "or use the file with --config docs/safelinks.toml\n" in result.stderr
        assert _run("config", "--config", "docs/safelinks.toml", "docs").exit_code == 0
        assert _run("config", "--no-config", "docs").exit_code == 0
        monkeypatch.chdir(project / "docs")
        assert _run("config").exit_code == 2

    def test_what_is_not(self, project: Path) -> None:
        text = "timeout = 3\nhistory = 'h.jsonl'\nallow-private = false\nresolve = []\n"
        (project / "docs" / "safelinks.toml").write_text(text)
        assert _config("docs")["history"] == str(project / "docs" / "h.jsonl")

    def test_variables_are_for_the_environment_to_give(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TOKEN", "secret")
        monkeypatch.setenv("SAFELINKS_TOKEN", "secret")
        (project / "own.toml").write_text("header = [\n'a.example:X=$SAFELINKS_TOKEN',\n]\n")
        assert _run("config", "--config", "own.toml").exit_code == 0
        (project / "own.toml").write_text("header = [\n'a.example:X=y',\n'a.example:X=${TOKEN}']\n")
        result = _run("config", "--config", "own.toml")
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert result.stderr.startswith("Error: own.toml, line 3: header takes TOKEN, and ")
        assert "; call it SAFELINKS_TOKEN, or set SAFELINKS_HEADER" in result.stderr
        monkeypatch.setenv("SAFELINKS_HEADER", "a.example:X=$TOKEN")
        assert _run("config", "--config", "own.toml").exit_code == 0

    def test_what_is_obeyed_is_told(self, project: Path) -> None:
        (project / "safelinks.toml").write_text(
            "timeout = 3\nexclude = ['x']\n[clean]\ncheck = true\n"
        )
        told = _run("check", "--offline", "-v", "docs").stderr
        assert "safelinks.toml: found, used for exclude, timeout\n" in told
        told = _run("check", "--offline", "-v", "--timeout", "2", "--exclude", "y", "docs").stderr
        assert "safelinks.toml: found, used for nothing\n" in told
        told = _run("clean", "-v", "--config", "safelinks.toml", "docs").stderr
        assert "safelinks.toml: named, used for clean.check\n" in told
        assert "obeyed" not in _run("check", "--offline", "docs").stderr
        assert "obeyed" not in _run("check", "--offline", "-v", "--no-config", "docs").stderr


class TestClean:
    """The table of its own."""

    def test_one_way_rules_out_the_others(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "safelinks.toml").write_text("[clean]\nin-place = true\nbackup = '.old'\n")
        assert _run("clean", "--check", "docs").exit_code == 1
        monkeypatch.setenv("SAFELINKS_CLEAN_DIFF", "1")
        assert "+https://example.org" in _run("clean", "docs").stdout
        monkeypatch.delenv("SAFELINKS_CLEAN_DIFF")
        assert _run("clean", "--no-in-place", "docs/a.txt").stdout == "https://example.org\n"
        assert WRAPPED in (project / "docs" / "a.txt").read_text()
        assert _run("clean", "docs").exit_code == 0
        assert (project / "docs" / "a.txt").read_text() == "https://example.org\n"
        assert WRAPPED in (project / "docs" / "a.txt.old").read_text()

    def test_keys_of_check_do_not_matter(self, project: Path) -> None:
        (project / "safelinks.toml").write_text("timeout = 3\nformat = 'json'\n")
        assert _run("clean", "docs/a.txt").stdout == "https://example.org\n"


@click.command(cls=Configured)
@click.argument("files", nargs=-1)
@click.option("--per-file-ignores", multiple=True)
@click.option("--level", multiple=True)
@click.option("--new-limit", type=int, default=1)
@click.option("--fix", is_flag=True)
@click.pass_context
def _later(context: click.Context, /, **options: object) -> None:
    """A command with options that are tables in a file."""
    source = context.get_parameter_source("level")
    options |= {"directory": str(context.meta[CONFIG_DIRECTORY]), "source": source and source.name}
    click.echo(json.dumps(options))


class TestLater:
    """Options that nobody told the configuration about."""

    def _run(self, *args: str) -> dict[str, Any]:
        result = CliRunner().invoke(_later, args)
        assert result.exit_code == 0, result.exception
        found = json.loads(result.stdout)
        assert isinstance(found, dict)
        return found

    def test_tables_become_repeated_options(self, project: Path) -> None:
        (project / "safelinks.toml").write_text(
            'new-limit = 7\n[per-file-ignores]\n"docs/*" = ["SL1", "SL2"]\nx = "SL3"\n'
            '[level]\nSL303 = "error"\n'
        )
        found = self._run("--config", "safelinks.toml", "docs")
        assert found["per_file_ignores"] == ["docs/*:SL1,SL2", "x:SL3"]
        assert (found["level"], found["new_limit"]) == (["SL303=error"], 7)
        assert (found["directory"], found["source"]) == (
            str(project),
            ParameterSource.DEFAULT_MAP.name,
        )

    def test_the_environment_has_them_one_a_line(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert project
        monkeypatch.setenv("SAFELINKS_LEVEL", "SL1=error\nSL2=note\n")
        monkeypatch.setenv("SAFELINKS_FIX", "1")
        found = self._run()
        assert (found["level"], found["fix"]) == (["SL1=error", "SL2=note"], False)
        assert (found["directory"], found["source"]) == ("None", ParameterSource.ENVIRONMENT.name)
        assert self._run("--level", "SL3=error")["source"] == ParameterSource.COMMANDLINE.name

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("level = ['SL1=error']", "line 1: level must be a table, not a list"),
            ("[level]\nSL1 = 3", "line 2: level of SL1 must be a string or a list of strings"),
        ],
    )
    def test_tables_that_are_none(self, text: str, message: str, project: Path) -> None:
        (project / "safelinks.toml").write_text(text)
        assert message in str(CliRunner().invoke(_later, []).exception)


ANY = st.text(st.characters(exclude_categories=["Cs"]))
PATHS = ANY.filter(lambda name: "\0" not in name)
VALUES = {
    "timeout": st.floats(0.001, 1e300),
    "retries": st.integers(0, 10),
    "offline": st.booleans(),
    "method": st.sampled_from(["get", "head"]),
    "exclude": st.lists(ANY.map(re.escape)),
    "allow-port": st.lists(st.integers(1, 65_535)),
    "history": PATHS.filter(lambda name: name not in ("", "-")),
    "catalog": st.lists(PATHS),
}


@settings(max_examples=30, deadline=None)
@given(values=st.fixed_dictionaries({}, optional=VALUES), redact=st.booleans())
def test_what_is_printed_says_the_same_again(
    values: dict[str, Any], redact: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("project")
    file = directory / "safelinks.toml"
    lines = [f"{written_key(key)} = {written_toml(value)}" for key, value in values.items()]
    file.write_text("\n".join([*lines, "[clean]", f"redact = {written_toml(redact)}"]), "utf-8")
    first = _run("config", "--config", str(file)).stdout
    file.write_text(first, "utf-8")
    second = _run("config", "--config", str(file)).stdout
    assert tomllib.loads(first) == tomllib.loads(second)
    assert tomllib.loads(first)["clean"]["redact"] is redact
    for key in values.keys() & {"timeout", "retries", "offline", "method", "exclude", "allow-port"}:
        assert tomllib.loads(first)[key] == values[key]


@given(st.text())
def test_strings_are_written_so_that_they_can_be_shown(text: str) -> None:
    line = f"{written_key(text)} = {written_toml(text)}"
    expected = re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert line.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", line)
    assert tomllib.loads(line) == {expected: expected}


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_no_content_raises_anything_else(content: bytes) -> None:
    from safelinks import SafelinksError

    try:
        parse(content, "pyproject.toml")
    except SafelinksError as error:
        assert str(error).startswith("pyproject.toml")


def test_unwrapping_knows_nothing_of_it(project: Path) -> None:
    (project / "safelinks.toml").write_text("nonsense")
    code = (
        "import sys; from safelinks.cli.program import main\n"
        "main(['unwrap', 'https://a.example/'], standalone_mode=False)\n"
        "print(*{'tomllib', 'safelinks.files.data.configuration', 'safelinks.cli.configuration.precedence'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "https://a.example/\n\n"


ABOUT = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text("utf-8")


def test_every_key_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z.-]+)` \| `([A-Z_]+)` \|", ABOUT, re.MULTILINE)
    assert dict(rows) == {key: setting.variable for key, setting in SETTINGS.items()}


def test_it_is_documented_which_keys_count_by_hand_only() -> None:
    rows = re.findall(r"^\| `([a-z.-]+)` \| .* \| (by hand: [^|]*)?\|$", ABOUT, re.MULTILINE)
    by_hand = {key for key, setting in SETTINGS.items() if setting.about.power is Power.BY_HAND}
    assert {key for key, said in rows if said} == by_hand
    for key, said in rows:
        assert said in ("", f"by hand: {SETTINGS[key].about.why} ")


def test_every_setting_of_every_command_has_a_row_and_no_other() -> None:
    assert known_settings(main.make_context("safelinks", ["rules"])).keys() == ABOUT_SETTINGS.keys()


def test_the_documented_configuration_is_one(project: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", ABOUT, re.DOTALL)
    (project / "safelinks.toml").write_text(example)
    assert (_config()["per-host"], _config()["clean"]["backup"]) == (4, ".bak")
