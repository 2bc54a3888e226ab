"""One line a finding, the counts of `--statistics`, and what is said with `--quiet`."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import pytest
from attrs import evolve
from building import wrap
from click.testing import CliRunner, Result

from safelinks import Finding, Level, Place, Report
from safelinks.cli.program import main
from safelinks.documents.content import package_installation
from safelinks.documents.content.package_installation import installation_of
from safelinks.reports.concise_report import render, render_failures
from safelinks.reports.rendering import RENDERERS
from safelinks.reports.rule_statistics import statistics_of

URL = "https://www.nyc.gov/site/mocs/"
DEAD = Finding(
    "SL301", "dead", Level.ERROR, "page not found (404)", "docs/x.md", Place(21, 14), URL
)
LINES = {
    "the usual": (DEAD, f"docs/x.md:21:14: SL301 page not found (404) {URL}"),
    "to be fixed": (
        evolve(DEAD, replacement="https://a.example/", fixable=True),
        f"docs/x.md:21:14: SL301 [*] page not found (404) {URL} -> https://a.example/",
    ),
    "the same address": (
        evolve(DEAD, replacement=URL, fixable=True),
        f"docs/x.md:21:14: SL301 [*] page not found (404) {URL}",
    ),
    "a warning": (
        evolve(DEAD, level=Level.WARNING),
        f"docs/x.md:21:14: SL301 warning: page not found (404) {URL}",
    ),
    "a note to be fixed": (
        evolve(DEAD, level=Level.NOTE, replacement="https://a.example/", fixable=True),
        f"docs/x.md:21:14: SL301 [*] note: page not found (404) {URL} -> https://a.example/",
    ),
    "no line": (evolve(DEAD, place=Place()), f"docs/x.md: SL301 page not found (404) {URL}"),
    "a page": (
        evolve(DEAD, file="a.pdf", place=Place(page=3)),
        f"a.pdf: page 3: SL301 page not found (404) {URL}",
    ),
    "a line of a part": (
        evolve(DEAD, file="a.eml", place=Place(7, 2, message=2)),
        f"a.eml: message 2, line 7: SL301 page not found (404) {URL}",
    ),
    "no address": (evolve(DEAD, url=None), "docs/x.md:21:14: SL301 page not found (404)"),
    "a command of a runner": (
        evolve(DEAD, file="::error::x", message="##[add-mask]a\n::error::b"),
        f"./::error::x:21:14: SL301 #\\x23[add-mask]a\\n::error::b {URL}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_finding_is_a_line(name: str) -> None:
    finding, line = LINES[name]
    shown = list(render(Report((), findings=(finding,))))
    assert shown[0] == f"{line}\n"
    because = "1: 1 finding fails the check (SL301)"
    if finding.level is not Level.ERROR:
        because = "0: no finding of level error"
    assert shown[1] == f"Exit code {because}.\n"


def test_what_is_known_or_does_not_fail() -> None:
    warning = evolve(DEAD, code="SL401", level=Level.WARNING)
    report = Report((), findings=(evolve(DEAD, known=True), warning))
    assert [line.partition(": ")[2][:5] for line in render(report)] == ["SL401", "no ne"]
    assert list(render_failures(report)) == []
    failing = evolve(report, findings=(DEAD, warning))
    assert [line[:9] for line in render_failures(failing)] == ["docs/x.md", "Exit code"]
    stopped = list(render_failures(evolve(report, interrupted=True)))
    assert stopped == ["Exit code 130: the check was interrupted.\n"]


def test_rules_are_counted_the_most_frequent_first() -> None:
    moved = evolve(DEAD, code="SL303", level=Level.WARNING)
    assert list(statistics_of([DEAD, moved, evolve(moved, fixable=True)])) == [
        "2  SL303  moved  the page has moved permanently (--fix fixes 1)\n",
        "1  SL301  dead   the page is gone\n",
    ]
    assert list(statistics_of([])) == ["0 findings\n"]


def _run(*args: str) -> Result:
    return CliRunner().invoke(main, ["check", "--offline", *args])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(f"See {wrap(URL)}\n\nand {wrap(URL)}\n")
    Path("b.md").write_text(f"See {URL}\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_quiet_is_concise_and_silent_on_success() -> None:
    assert _run("-q", ".").output == ""
    failing = _run("-q", "--fail-on", "warning", ".")
    assert failing.exit_code == 1
    found = r"a\.md:[13]:5: SL101 \[\*\] warning: the wrapped link contains the recipient's mail address \S+"
    *lines, last = failing.stdout.splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch(found, line) for line in lines)
    assert last.endswith("Exit code 1: 1 address fails the check (SL101; 2 places in 1 file).")
    assert failing.stderr == ""
    named = _run("-q", "--format", "text", "--fail-on", "warning", ".").stdout
    assert named.startswith("In a.md:\n")


@pytest.mark.usefixtures("folder")
def test_counts_stand_in_the_place_of_findings() -> None:
    for options in ((), ("--format", "concise")):
        shown = _run("--statistics", *options, ".").stdout
        assert shown.startswith("2  SL101  recipient-exposed  a wrapped link contains")
        assert "a.md" not in shown
    assert _run("--statistics", "-q", ".").output == ""
    assert "2  SL101" in _run("--statistics", "-q", "--fail-on=warning", ".").stdout
    _run("--statistics", "--format=text=counts.txt", "--format=json=all.json", ".")
    assert Path("counts.txt").read_text().startswith("2  SL101")
    assert "a.md" in Path("all.json").read_text()
    refused = _run("--statistics", "--format=json", ".")
    assert refused.exit_code == 2
    assert "--statistics is for the formats text and concise" in refused.stderr


# Files without text, and files that take a package


@pytest.fixture
def without_pypdf(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delitem(sys.modules, "safelinks.documents.pdf.pdf_documents", raising=False)
    monkeypatch.setitem(sys.modules, "pypdf", None)
    for name in ("c.pdf", "d.pdf"):
        (folder / name).write_bytes(b"%PDF-1.7\n")
    (folder / "p.png").write_bytes(b"\x89PNG\r\n")
    return folder


COMMAND = f"{sys.executable} -m pip install pypdf"


@pytest.mark.usefixtures("without_pypdf")
def test_files_that_take_a_package_are_told_with_the_command() -> None:
    told = "Warning: .: 2 PDF documents were skipped, such as c.pdf; to read them, run: "
    sentence = f"2 PDF documents were not read. To check them, run `{COMMAND}`."
    for name in RENDERERS:
        done = _run("--format", name, ".")
        assert done.exit_code == 0
        assert done.stderr == f"{told}{COMMAND}\n"
        plain = html.unescape(re.sub("<[^>]+>", "", done.stdout)).replace("`", "")
        shown = sentence.replace("`", "") in plain
        assert shown == (name not in ("csv", "gitlab")), name
    assert _run("-q", ".").stdout == ""
    assert _run("-q", "--exclude-path", "d.pdf", ".").stderr == (
        f"Warning: .: 1 PDF document was skipped, such as c.pdf; to read it, run: {COMMAND}\n"
    )
    verbose = _run("-v", ".").stderr
    assert "skipped d.pdf: this is a PDF document; to read it, run: " in verbose
    assert "skipped p.png: this is a picture, not text" in verbose
    named = _run("c.pdf")
    assert (named.exit_code, named.stderr) == (
        2, f"Error: c.pdf: this is a PDF document; to read it, run: {COMMAND}\n"
    )  # fmt: skip


def test_without_pip_it_is_uv_that_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_installation, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "executable", "/opt/my tools/python")
    assert installation_of(["a", "b"]) == "uv pip install --python '/opt/my tools/python' a b"
