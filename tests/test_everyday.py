"""What people type every day: copies of cleaned files, backups of fixed ones, times with units."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from building import wrap
from click.testing import CliRunner, Result
from surveying import report

from safelinks.cli.options.value_rules import Duration
from safelinks.cli.program import main
from safelinks.health.model.outcome import Outcome, Reason
from safelinks.reports.wording.conclusion import conclusion

A = "https://a.example/"
LINK = wrap(A)


def _run(*args: str, stdin: str = "") -> Result:
    result = CliRunner().invoke(main, args, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("latin-1")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "a.md": LINK,
        "docs/b.md": LINK,
        "docs/c/d.md": LINK,
        "docs/e.md": A,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "docs" / "p.png").write_bytes(b"\x89PNG\r\n")
    return tmp_path


COPIES = {
    "named": (["a.md", "docs/b.md"], {"a.md", "b.md"}),
    "one": (["a.md"], {"a.md"}),
    "a directory": (["docs"], {"b.md", "c/d.md", "e.md"}),
    "a directory with a slash": (["docs/"], {"b.md", "c/d.md", "e.md"}),
    "both": (["docs", "a.md"], {"a.md", "b.md", "c/d.md", "e.md"}),
    "a pattern": (["docs/**/*.md"], {"b.md", "c/d.md", "e.md"}),
    "a pattern at the top": (["*.md"], {"a.md"}),
    "all": (["."], {"a.md", "docs/b.md", "docs/c/d.md", "docs/e.md"}),
    "twice": (["a.md", "./a.md"], {"a.md"}),
}


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("output", ["new/out/", "there"])
def test_copies_are_written_to_a_directory(folder: Path, name: str, output: str) -> None:
    (folder / "there").mkdir()
    inputs, names = COPIES[name]
    before = _tree(folder)
    for _ in range(2):  # the second run writes the same, and reads nothing of the first
        done = _run("clean", *inputs, "-o", output)
        count = f"{len(names)} file{'s' if len(names) > 1 else ''}"
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == f"{count} written to {output}\n"
        copies = _tree(folder / output)
        assert copies == dict.fromkeys(names, A)
    assert {path: text for path, text in _tree(folder).items() if path in before} == before


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["docs/b.md", "-o", "docs/"], "docs/b.md is one of the files to clean. Use another"),
        (["docs", "-o", "docs/"], "docs/b.md is one of the files to clean."),
        (["a.md", "x/a.md", "-o", "out/"], "would both be written to out/a.md. Clean them one by"),
        (["-", "-o", "out/"], "--output DIR/ needs files: standard input has no name."),
        (["a.md", "docs/b.md"], "Several files need -o DIR/, --in-place, --diff or --check."),
        (["a.md", "docs/b.md", "-o", "out"], "Several files need -o DIR/"),
    ],
)
def test_no_copy_takes_the_place_of_another_file(
    folder: Path, args: list[str], sentence: str
) -> None:
    (folder / "x").mkdir()
    (folder / "x" / "a.md").write_text(LINK)
    before = _tree(folder)
    done = _run("clean", *args, stdin=LINK)
    if args == ["docs", "-o", "docs/"]:  # in which all is a copy of an earlier run
        assert (done.exit_code, done.stderr) == (0, "0 files written to docs/\n")
    else:
        assert done.exit_code == 2
        assert sentence in done.stderr
    assert _tree(folder) == before


def test_what_cannot_be_copied_is_told_and_the_rest_is_written(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "c").write_text("a file where a directory should be")
    done = _run("clean", "docs", "-o", "out/")
    assert done.exit_code == 2
    assert "out/c: this directory cannot be made (" in done.stderr
    assert set(_tree(folder / "out")) == {"b.md", "c", "e.md"}


def test_an_output_of_a_configuration_may_be_a_directory(folder: Path) -> None:
    (folder / "docs" / "safelinks.toml").write_text('[clean]\noutput = "out/"\n')
    assert _run("clean", "--config", "docs/safelinks.toml", "a.md").exit_code == 0
    assert _tree(folder / "docs" / "out") == {"a.md": A}


def test_a_fix_keeps_the_old_file(folder: Path) -> None:
    done = _run("check", "--offline", "--fix", "--backup", ".bak", "docs")
    assert done.exit_code == 0
    assert (
        _tree(folder / "docs").items() >= {"b.md": A, "b.md.bak": LINK, "c/d.md.bak": LINK}.items()
    )
    assert not (folder / "docs" / "e.md.bak").exists()
    again = _run("check", "--offline", "--fix", "--backup", ".bak", "docs")
    assert again.exit_code == 0
    assert (folder / "docs" / "b.md.bak").read_text() == LINK


@pytest.mark.parametrize("args", [["--backup", ".bak"], ["--fix", "--backup", ""], ["--fix", "--backup", "a/b"]])  # fmt: skip
def test_backups_that_make_no_sense(folder: Path, args: list[str]) -> None:
    done = _run("check", "--offline", *args, str(folder / "a.md"))
    assert done.exit_code == 2
    assert "--backup needs a suffix such as .bak, and --fix." in done.stderr
    assert (folder / "a.md").read_text() == LINK


@pytest.mark.parametrize("name", ["report.pdf", "report.DOCX", "links.xlsx"])
@pytest.mark.parametrize("options", [(), ("--format", "text"), ("--format", "csv")])
def test_a_report_is_no_document_of_another_kind(
    folder: Path, name: str, options: tuple[str, ...]
) -> None:
    suffix = Path(name).suffix.lower()
    done = _run("check", "--offline", *options, "-o", name, "a.md")
    assert done.exit_code == 2
    assert f"{name} would not be a {suffix} file: safelinks writes " in done.stderr
    assert not (folder / name).exists()


TIMES = {
    "10": 10.0, "0.5": 0.5, "10s": 10.0, "500ms": 0.5, "2m": 120.0, "1h": 3600.0, "1.5M": 90.0, " 3 s ": 3.0,
}  # fmt: skip
NO_TIMES = ["", "s", "10x", "1d", "-1", "-1s", "0", "0s", "nan", "inf", "1e99s", "10 s s"]


@pytest.mark.parametrize("text", TIMES)
def test_times(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Duration(min=0, min_open=True).convert(text, None, None) == TIMES[text]
    monkeypatch.setenv("SAFELINKS_BUDGET", text)
    assert f"budget = {TIMES[text]} " in _run("config").stdout


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time(text: str, folder: Path) -> None:
    assert _run("check", "--offline", "--timeout", text, "a.md").exit_code == 2
    (folder / "safelinks.toml").write_text(f'timeout = "{text}"\n')
    told = _run("check", "--offline", "a.md")
    assert told.exit_code == 2
    assert "safelinks.toml, line 1: timeout " in told.stderr


def test_times_in_a_configuration(folder: Path) -> None:
    (folder / "safelinks.toml").write_text('timeout = "2m"\nbudget = 5\n')
    shown = _run("config", "a.md").stdout
    assert "timeout = 120.0 " in shown
    assert "budget = 5.0 " in shown
    (folder / "safelinks.toml").write_text("timeout = true\n")
    told = _run("check", "--offline", "a.md").stderr
    assert "timeout must be a number above 0, or a time such as 10s, not true or false" in told


def test_no_network_may_be_no_failure() -> None:
    found = report(A, [Outcome(A, Reason.NO_NETWORK)])
    assert found.exit_code == 3
    allowed = evolve(found, offline_ok=True)
    assert allowed.exit_code == 0
    assert "Exit code 0: this machine has no network (--offline-ok)." in conclusion(allowed)
    failing = evolve(allowed, unread=True)
    assert failing.exit_code == 2


def test_the_option_is_in_the_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the network is not even looked for, it changes nothing."""
    monkeypatch.setenv("SAFELINKS_OFFLINE_OK", "1")
    assert _run("check", "--offline", str(folder / "a.md")).exit_code == 0
    assert _run("check", "--offline", "--offline-ok", "--fail-on=warning", "a.md").exit_code == 1
