"""The pipeline from Python: the same report as the command's, and what else a check can do."""

from __future__ import annotations

import asyncio
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from building import RECIPIENT, wrap
from click.testing import CliRunner

import safelinks
from safelinks import (
    Check,
    Checker,
    CheckOptions,
    DocumentError,
    History,
    Policy,
    Reason,
    Selection,
    SetupError,
)
from safelinks.catalog import Catalog
from safelinks.cli.program import main
from safelinks.documents.document import addresses_read
from safelinks.reports.jsonl_report import JsonLines

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
FORMER, CURRENT = (
    "https://a856-cityrecord.nyc.gov/",
    "https://www.nyc.gov/site/dcas/about/city-record.page",
)
GONE = "https://example.org/gone"


def _answer(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/moved":
        return httpx.Response(301, headers={"location": "https://example.org/new"})
    return httpx.Response(404 if request.url.path == "/gone" else 200)


def _checker(history: History | None = None) -> Checker:
    return Checker(Policy(retries=0), httpx.MockTransport(_answer), history=history)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.txt").write_text(f"{wrap('https://example.org/a')}\nhttps://example.org/moved\n")
    (tmp_path / "b.md").write_text(f"[b]({GONE}) and https://example.org/a\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    return tmp_path


def _git(folder: Path, *args: str) -> None:
    command = ["git", *args]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _checked(**options: object) -> tuple[Check, safelinks.Report]:
    checking = Check(safelinks.read_all("."), options=CheckOptions(now=NOW, **options))  # type: ignore[arg-type]
    asyncio.run(checking.ask(_checker()))
    return checking, checking.report()


@pytest.mark.usefixtures("folder")
def test_the_command_and_python_say_the_same() -> None:
    result = CliRunner().invoke(main, ["check", "--offline", "--format", "json", "."])
    checking = Check(safelinks.read_all("."), options=CheckOptions(now=NOW))
    told = "".join(safelinks.render(checking.report(), "json"))
    assert json.loads(result.stdout) == json.loads(told)


@pytest.mark.usefixtures("folder")
def test_each_target_is_unwrapped_and_identified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    identified: list[str] = []
    unwrapped: list[str] = []
    real = Catalog.identify

    def identify(self: Catalog, url: str | safelinks.Unwrapped) -> safelinks.Match:
        assert isinstance(url, safelinks.Unwrapped)
        identified.append(url.target)
        return real(self, url)

    monkeypatch.setattr(Catalog, "identify", identify)
    monkeypatch.setattr("safelinks.catalog.catalog.unwrap", unwrapped.append)
    checking = Check(safelinks.read_all("."))
    asyncio.run(
        checking.ask(Checker(Policy(retries=0), httpx.MockTransport(_answer), catalog=checking))
    )
    assert len(checking.report().rows) == 4
    assert sorted(identified) == [
        "https://example.org/a", "https://example.org/gone", "https://example.org/moved",
    ]  # fmt: skip
    assert unwrapped == []


def test_redirectors_that_are_kept_are_named_by_what_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("https://www.google.com/url?q=https%3A%2F%2Fwww.nyc.gov%2Fpip&sa=D")
    documents = safelinks.read_all(path, keep_redirectors=True)
    report = Check(documents, options=CheckOptions(keep_redirectors=True)).report()
    (link,) = report.rows
    assert link.match is not None
    assert link.match.resource is not None
    assert (link.match.resource.id, link.target) == ("pip", link.url)


def test_fixes_are_shown_then_written(folder: Path) -> None:
    before = (folder / "a.txt").read_bytes()
    checking, report = _checked()
    (change,) = checking.fixes()
    assert change.name == "a.txt"
    shown = b"".join(change.diff()).decode()
    assert "+https://example.org/a\n" in shown
    assert "+https://example.org/new\n" in shown
    assert RECIPIENT not in shown
    assert (folder / "a.txt").read_bytes() == before
    after = checking.fix(backup=".bak")
    assert (folder / "a.txt").read_text() == "https://example.org/a\nhttps://example.org/new\n"
    assert (folder / "a.txt.bak").read_bytes() == before
    assert {one.code for one in after.mends} == {"SL101", "SL303"}
    assert len(after.findings) == len(report.findings) - len(after.mends)
    assert asyncio.run(_again()).mends == ()


async def _again() -> safelinks.Report:
    checking = Check(safelinks.read_all("a.txt"))
    await checking.ask(_checker())
    assert checking.fixes() == ()
    return checking.fix()


@pytest.mark.usefixtures("folder")
def test_a_diff_with_recipients_is_a_patch(folder: Path) -> None:
    checking, _ = _checked()
    patch = b"".join(checking.fixes()[0].diff(show_recipients=True))
    (folder / "fix.patch").write_bytes(patch)
    _git(folder, "apply", "fix.patch")
    assert (folder / "a.txt").read_text() == "https://example.org/a\nhttps://example.org/new\n"


def test_a_file_that_changed_meanwhile_is_not_fixed(folder: Path) -> None:
    checking, _ = _checked()
    (folder / "a.txt").write_text(f"somebody wrote this\n{wrap('https://example.org/a')}\n")
    with pytest.raises(DocumentError, match=r"a\.txt: this file changed since it was read"):
        checking.fix()
    errors: list[DocumentError] = []
    assert checking.fix(on_error=errors.append).mends == ()
    assert len(errors) == 1
    assert (folder / "a.txt").read_text().startswith("somebody wrote this")


def test_a_document_without_a_file_has_no_fix() -> None:
    checking = Check([safelinks.read(wrap("https://example.org/a").encode(), "no such file")])
    assert checking.report().findings
    assert checking.fixes() == ()


@pytest.mark.usefixtures("folder")
def test_a_baseline_is_made_and_heard() -> None:
    first = safelinks.check("b.md", checker=_checker(), baseline="known", update_baseline=True)
    assert first.exit_code == 0
    assert '"SL301"' in Path("known").read_text()
    assert safelinks.check("b.md", checker=_checker(), baseline="known").exit_code == 0
    assert safelinks.check("b.md", checker=_checker()).exit_code == 1
    checking, report = _checked(baseline="known", update_baseline=True)
    change = checking.save_baseline(report)
    assert change is not None
    assert (change.gone, change.total - change.new) == (0, 1)


def test_https_is_asked_too() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200)

    checker = Checker(Policy(retries=0), httpx.MockTransport(answer))
    report = safelinks.check("http://example.org/a", checker=checker, https=True)
    assert asked == ["http://example.org/a", "https://example.org/a"]
    assert "SL305" in {one.code for one in report.findings}


def test_dead_after_takes_a_history(tmp_path: Path) -> None:
    path = tmp_path / "history"
    codes = []
    for _ in range(3):
        with History(path) as history:
            report = safelinks.check(GONE, checker=_checker(history), dead_after=2)
        codes.append((report.rows[0].outcome.reason, report.exit_code))
    assert codes == [(Reason.NOT_FOUND, 0), (Reason.NOT_FOUND, 1), (Reason.NOT_FOUND, 1)]


def test_only_lines_that_changed_count(folder: Path) -> None:
    _git(folder, "init", "-q")
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "a")
    (folder / "b.md").write_text((folder / "b.md").read_text() + "\nhttps://example.org/new-line\n")
    report = safelinks.check("a.txt", "b.md", offline=True, changed_since="HEAD")
    assert [row.url for row in report.rows] == ["https://example.org/new-line"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dead_after": 0}, "dead_after must be a whole number from 1, not 0"),
        ({"https": "yes"}, "https must be True or False, not 'yes'"),
        ({"baseline": 5}, "baseline must be a path, not 5"),
        ({"baseline": ""}, "baseline must be a path, not ''"),
        ({"selection": "SL1"}, "selection must be a Selection, not 'SL1'"),
        ({"now": 5}, "now must be a datetime with a time zone, not 5"),
        ({"update_baseline": True}, "update_baseline needs a baseline to write to"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, object], message: str) -> None:
    with pytest.raises(SetupError) as raised:
        CheckOptions(**options)  # type: ignore[arg-type]
    assert str(raised.value) == message


def test_what_is_selected_is_said_in_python_too(folder: Path) -> None:
    checking = Check(
        safelinks.read_all(folder / "a.txt"), options=CheckOptions(selection=Selection(["SL1"]))
    )
    assert {one.code for one in checking.report().findings} == {"SL101"}


def test_a_report_before_the_answers_hides_none_of_them() -> None:
    checking = Check([safelinks.read(GONE.encode())])
    early = checking.report()
    assert (early.exit_code, checking.fixes()) == (0, ())
    asyncio.run(checking.ask(_checker()))
    late = checking.report()
    assert late.exit_code == 1
    assert [one.fingerprint for one in late.findings] == [
        one.fingerprint for one in checking.report().findings
    ]


def test_the_file_that_was_read_is_written_whatever_its_document_is_called(folder: Path) -> None:
    (folder / "other.txt").write_bytes((folder / "a.txt").read_bytes())
    checking = Check([safelinks.read("a.txt", name="other.txt")])
    assert checking.fix().mends
    assert "safelinks" not in (folder / "a.txt").read_text()
    assert "safelinks" in (folder / "other.txt").read_text()


def test_a_name_that_is_not_one_file_has_no_fix(folder: Path) -> None:
    from_bytes = safelinks.read((folder / "a.txt").read_bytes(), name="a.txt")
    assert Check([safelinks.read("a.txt"), from_bytes]).fixes() == ()
    assert Check([safelinks.read("a.txt"), safelinks.read("b.md", name="a.txt")]).fixes() == ()


def test_documents_are_read_again_as_they_were_read(folder: Path) -> None:
    inner = "https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fa&sa=D"
    (folder / "c.txt").write_text(wrap(inner))
    report = Check(safelinks.read_all("c.txt", keep_redirectors=True)).fix()
    left = Check(safelinks.read_all("c.txt", keep_redirectors=True)).report()
    assert (folder / "c.txt").read_text() == inner
    assert {one.code for one in report.mends} == {"SL101"}
    assert not left.findings


def test_a_second_fix_changes_nothing_and_says_the_same(folder: Path) -> None:
    checking, _ = _checked()
    first = checking.fix(backup=".bak")
    assert checking.fix(backup=".bak") is first
    assert checking.report() is first
    again = Check(safelinks.read_all("."))
    assert again.fix(backup=".bak").findings == again.report().findings
    assert wrap("https://example.org/a") in (folder / "a.txt.bak").read_text()
    assert not (folder / "a.txt.bak.bak").exists()


def test_two_names_of_one_file_are_one_fix(folder: Path) -> None:
    (folder / "l.txt").symlink_to("a.txt")
    checking = Check([safelinks.read("a.txt"), safelinks.read("l.txt")])
    assert [change.name for change in checking.fixes()] == ["a.txt"]
    assert checking.fix().mends


def test_an_interrupted_check_is_not_fixed(folder: Path) -> None:
    before = (folder / "a.txt").read_bytes()
    checking = Check(safelinks.read_all("a.txt"))
    assert checking.report(interrupted=True).exit_code == 130
    with pytest.raises(SetupError, match="the check was interrupted"):
        checking.fix()
    assert (folder / "a.txt").read_bytes() == before


def test_nothing_goes_on_when_a_listener_fails() -> None:
    async def run() -> int:
        def fail(_: safelinks.Outcome) -> None:
            raise LookupError

        checking = Check([safelinks.read(GONE.encode())])
        with pytest.raises(LookupError):
            await checking.ask(_checker(), fail)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        return sum(not task.cancelled() for task in others)

    assert asyncio.run(run()) == 0


def test_reports_count_what_is_ignored_once() -> None:
    text = f"{GONE} # safelinks: ignore[SL301]\nnamed: PASSPort\n"
    checking = Check([safelinks.read(text.encode(), "a.txt")])
    asyncio.run(checking.ask(_checker()))
    reports = [checking.report() for _ in range(3)]
    assert {one.silenced for one in reports} == {1}
    assert len({tuple(finding.fingerprint for finding in one.findings) for one in reports}) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_lines_say_of_an_address_what_its_secure_one_says(order: int) -> None:
    plain, secure = "http://example.org/a", "https://example.org/a"
    check = Check([addresses_read([plain, secure][::order], "x")])
    checker = Checker(Policy(retries=0, concurrency=1), httpx.MockTransport(_answer))
    lines = JsonLines(check.assessment)
    told: list[str] = []
    asyncio.run(check.ask(checker, lambda outcome: told.extend(lines.of(outcome))))
    told.extend(lines.end(check.report()))
    rows = [json.loads(line) for line in told]
    assert [one["code"] for one in rows if one["type"] == "finding"] == ["SL305"]
    links = [one["url"] for one in rows if one["type"] == "link"]
    assert sorted(links) == [plain, secure]
    assert links == [secure, plain], "the one that says more comes last"
