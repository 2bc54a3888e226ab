"""`--files-from`: lists as people and git write them, and what is read of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from building import wrap
from click.testing import CliRunner, Result

from safelinks.cli.options.file_lists import names_in_list
from safelinks.cli.program import main

LINK = wrap("https://example.org/")


@pytest.mark.parametrize(
    ("content", "names"),
    [
        pytest.param(b"a.md\nb c.md\n", ["a.md", "b c.md"], id="lines"),
        pytest.param(b"a.md\r\nb.md", ["a.md", "b.md"], id="of Windows, without an end"),
        pytest.param(b"\xef\xbb\xbfa.md\n", ["a.md"], id="byte order mark"),
        pytest.param(b"# all\n\n  \na.md\n", ["a.md"], id="comment and blank lines"),
        pytest.param(b"a\nb.md\0#c.md\0", ["a\nb.md", "#c.md"], id="NUL"),
        pytest.param(rb'"docs/\303\251.md"', ["docs/é.md"], id="quoted by git"),
        pytest.param(b'"a b', ['"a b'], id="half a quote"),
        pytest.param(b"-\n", ["./-"], id="a dash is a file"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_names(content: bytes, names: list[str]) -> None:
    assert list(names_in_list(content)) == names


def _run(*args: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=given)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    for name in ("a.md", "b.md", "docs/c.md"):
        (tmp_path / name).write_text(LINK)
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n")
    return tmp_path


@pytest.mark.parametrize(
    ("listed", "named", "read"),
    [
        ("a.md\n", (), ["a.md"]),
        ("docs\na.md\n", ("b.md",), ["b.md", "docs/c.md", "a.md"]),
        ("a.md\0b.md\0", ("a.md",), ["a.md", "b.md"]),
        ("*.md\n", (), ["a.md", "b.md"]),
        ("", (), []),
        ("", ("b.md",), ["b.md"]),
    ],
)
def test_what_is_listed_is_read(
    folder: Path, listed: str, named: tuple[str, ...], read: list[str]
) -> None:
    (folder / "list").write_text(listed)
    for args, given in ((("list",), None), (("-",), listed)):
        told = _run("clean", "--check", "--files-from", *args, *named, given=given)
        assert re.findall("would change (.+)", told.stdout) == read
        checked = _run("check", "--offline", "--files-from", *args, *named, given=given)
        assert re.findall(r"^In (.+): 1 link", checked.stdout, re.MULTILINE) == read
        assert checked.exit_code == 0


def test_what_cannot_be_read_of_a_list(folder: Path) -> None:
    gone = _run("check", "--offline", "--files-from", "-", given="a.md\ngone.md\n")
    assert gone.exit_code == 2
    assert gone.stderr == "Error: No such file: gone.md\n"
    assert "In a.md: 1 link" in gone.stdout
    Path("p.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    picture = _run("clean", "--check", "--files-from", "-", given="p.png\nb.md\np.doc\n")
    assert picture.exit_code == 1
    assert picture.stderr.startswith("Warning: <stdin>: 1 file was skipped, such as p.doc: ")
    assert _run("clean", "--check", "p.png").exit_code == 2
    none = _run("check", "--offline", "--files-from", "none")
    assert (none.exit_code, none.stderr) == (2, "Error: No such file: none\n")
    both = _run("check", "--offline", "--files-from", "-", "-", given="a.md\n")
    assert both.exit_code == 2
    assert "- cannot be both a document and --files-from." in both.stderr
    assert folder.exists()


def test_exclusions_and_fixes_hold_for_listed_files(folder: Path) -> None:
    done = _run("clean", "-i", "--files-from", "-", "--exclude-path", "b.md", given="a.md\nb.md\n")
    assert done.exit_code == 0
    assert (folder / "a.md").read_text() == "https://example.org/"
    assert (folder / "b.md").read_text() == LINK
    refused = _run("check", "--offline", "-o", "b.md", "--files-from", "-", given="b.md\n")
    assert refused.exit_code == 2
    assert "b.md is one of the files to check" in refused.stderr


def test_a_list_is_for_one_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFELINKS_FILES_FROM", "none")
    assert _run("check", "--offline", "a.md").exit_code == 0
    (folder / "safelinks.toml").write_text('files-from = "list"\n')
    told = _run("check", "--offline", "a.md").stderr
    assert "files-from is for the command line only; remove it here" in told
