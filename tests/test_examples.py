"""The reports in `examples` are what the tool says of the notice, in every format."""

from __future__ import annotations

import re
import runpy
import sys
from functools import partialmethod
from pathlib import Path

import httpx
import pytest
from building import wrap
from click.testing import CliRunner
from example_reports import FILES, FOLDER, ROOT, checked, city, outputs

import safelinks
from safelinks.cli.options.report_recognition import is_report, is_surely_report
from safelinks.cli.program import main
from safelinks.reports.rendering import RENDERERS


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch, city() as options:
        patch.chdir(ROOT / "examples")
        result = checked(options, *outputs(folder))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout) == (1, "")
    return folder


def test_there_is_one_of_every_format() -> None:
    assert set(FILES) == set(RENDERERS)
    assert {path.name for path in FOLDER.iterdir()} == set(FILES.values())


@pytest.mark.parametrize("name", FILES)
def test_a_report_is_what_comes_out_now(made: Path, name: str) -> None:
    """Where it is not, `python tests/support/example_reports.py` writes them anew: look at the difference."""
    assert (made / FILES[name]).read_bytes() == (FOLDER / FILES[name]).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_a_report_is_told_from_what_a_user_wrote(name: str) -> None:
    assert is_report(FOLDER / FILES[name])
    assert is_surely_report(FOLDER / FILES[name])


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", ROOT / "examples" / "notice.txt", ROOT / "none"]
)
def test_what_a_user_wrote_is_no_report(path: Path) -> None:
    assert not is_report(path)
    assert not is_surely_report(path)


LIKE_REPORTS = {
    "a sentence at the end": "See https://example.org/\nExit code 1: this is what the program says.\n",
    "a last line that is quoted": "1 address: 1 certain (1 dead). Exit code 1: 1 finding fails.\nSo.\n",
    "links of another program": '{\n  "version": 1,\n  "links": [\n    "https://example.org/"\n  ]\n}\n',
    "a count": "2 addresses: 3 errors, see https://example.org/\n",
    "a table": "file,line,column,url\n",
    "a page": '<!doctype html>\n<meta name="generator" content="Hugo">\n',
    "a configuration": '{\n  "version": 1,\n  "findings": []\n}\n',
    "nothing": "",
}


@pytest.mark.parametrize("name", LIKE_REPORTS)
def test_what_only_looks_like_a_report_is_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text(LIKE_REPORTS[name])
    assert not is_surely_report(file)


def test_own_reports_are_neither_read_nor_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text(f"{wrap('https://example.org/')}\n")
    for name in FILES.values():
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    runner = CliRunner()

    def run(*args: str) -> str:
        return runner.invoke(main, args).output

    run("check", "--offline", "--baseline", "base.json", "--update-baseline", "a.md")
    assert "base.json" in {path.name for path in tmp_path.iterdir()}
    for folder in (".", "*"):
        told = run("check", "--offline", "-v", folder)
        assert re.findall("^In (.+): ", told, re.MULTILINE) == ["a.md"]
        skipped = set(re.findall("^skipped (.+): this is a report of", told, re.MULTILINE))
        assert skipped == {*FILES.values(), "base.json"}
    assert run("clean", "--check", ".") == "would change a.md\n1 file would change\n"
    html = FILES["html"]
    told = run("clean", "--check", f"./{html}")
    assert told == f"Warning: skipped {html}: this is a report of safelinks\nno file would change\n"
    told = run("check", "--offline", "--no-inline-ignores", "-v", ".")
    assert f"In {html}: " in told


def test_the_readme_shows_the_first_lines() -> None:
    first = (FOLDER / FILES["text"]).read_text("utf-8").partition("\n\n")[0]
    assert f"```text\n{first}\n```" in (ROOT / "README.md").read_text("utf-8")


# -- Programs --------------------------------------------------------------------------------------


def _printed(
    program: str, file: Path, patch: pytest.MonkeyPatch, output: pytest.CaptureFixture[str]
) -> list[str]:
    """The lines that an example prints of a file; what it asks is a page that works."""
    answers = httpx.MockTransport(lambda _: httpx.Response(200, html="<title>Fine</title><p>A."))
    stand_in = partialmethod(safelinks.Checker.__init__, transport=answers)
    patch.setattr(safelinks.Checker, "__init__", stand_in)
    patch.setattr(sys, "argv", [program, str(file)])
    runpy.run_path(str(ROOT / "examples" / program), run_name="__main__")
    return output.readouterr().out.splitlines()


def test_links_are_unwrapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = _printed("unwrap_links.py", ROOT / "examples" / "notice.txt", monkeypatch, capsys)
    assert len(printed) == 8
    assert printed[-1] == (
        "line 45: https://mocssupport.atlassian.net/servicedesk/customer/portal/8 "
        "(sent 2022-04-04 18:41 UTC)"
    )
    (link,) = re.findall(r'unwrap "(.*)"', (ROOT / "README.md").read_text("utf-8"))
    (file := tmp_path / "link.txt").write_text(f"{link}\n", "utf-8")
    assert _printed("unwrap_links.py", file, monkeypatch, capsys) == [
        "line 1: https://example.org/a (no time of sending)"
    ]


def test_a_notice_is_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _printed("check_notice.py", ROOT / "examples" / "notice.txt", monkeypatch, capsys)
    assert ended.value.code == 0
    assert "    write https://www.nyc.gov/site/mocs/passport/about-passport.page" in (
        capsys.readouterr().out.splitlines()
    )
