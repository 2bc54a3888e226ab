"""Comments that ignore nothing are findings, where that is certain."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from building import wrap
from click.testing import CliRunner
from surveying import FORMER, gone, read, report, works

from safelinks import Finding, Level, Place, Report, Selection
from safelinks.cli.program import main
from safelinks.health.model.outcome import Outcome, Past, Reason
from safelinks.rules import unused_ignores
from safelinks.rules.suppressions import ignored_in
from safelinks.rules.unused_ignores import CommentedTexts

A = "https://a.example/page"
HTTP = "http://a.example/page"
ASKED = [works(A), works(HTTP)]
DEAD = [gone(A)]
WALLED = [Outcome(A, Reason.FORBIDDEN)]

# A text, what came of its address, and the comments that ignore nothing: line, column, sentence.
UNUSED: dict[str, tuple[str, list[Outcome], list[tuple[int, int, str]]]] = {
    "used": (f"{A} # safelinks: ignore[SL301]", DEAD, []),
    "not needed": (f"{A} # safelinks: ignore[SL301]", ASKED, [(1, 26, "this comment ignores nothing (SL301)")]),
    "nobody asked": (f"{A} # safelinks: ignore[SL301]", [], []),
    "nobody knows": (f"{A} # safelinks: ignore[SL301]", WALLED, []),
    "another": (f"{A} # safelinks: ignore[SL302]", DEAD, [(1, 26, "this comment ignores nothing (SL302)")]),
    "one of two": (f"{A} # safelinks: ignore[SL301, dead, wrapped]", DEAD, [(1, 26, "this comment ignores nothing (wrapped)")]),
    "no network needed": (f"{A} # safelinks: ignore[SL103]", [], [(1, 26, "this comment ignores nothing (SL103)")]),
    "wrapper": (f"{wrap(A)} # safelinks: ignore[SL101]", [], []),
    "a group": (f"{A} # safelinks: ignore[SL3]", DEAD, []),
    "a group with http": (f"{HTTP} # safelinks: ignore[SL3]", ASKED, []),
    "http": (f"{HTTP} # safelinks: ignore[SL305]", ASKED, []),
    "http, not asked over https": (f"{HTTP} # safelinks: ignore[SL305]", [works(HTTP)], []),
    "everything, used": (f"{A} # safelinks: ignore", DEAD, []),
    "everything": (f"{A} # safelinks: ignore", ASKED, [(1, 26, "this comment ignores nothing")]),
    "everything, nobody asked": (f"{A} # safelinks: ignore", [], []),
    "no link there": (f"{A}\n\n\n # safelinks: ignore\n", [], [(4, 4, "this comment ignores nothing")]),
    "line before": (f"# safelinks: ignore[SL301]\n{A}", DEAD, []),
    "two lines before": (f"# safelinks: ignore[SL301]\n\n{A}", DEAD, [(1, 3, "this comment ignores nothing (SL301)")]),
    "file": (f"{A}\n\nsafelinks: ignore-file[SL301]", DEAD, []),
    "file, not needed": (f"safelinks: ignore-file[SL103]\n\n{A}", DEAD, [(1, 1, "this comment for the whole file ignores nothing (SL103)")]),
    "file, nobody asked": (f"safelinks: ignore-file[SL301]\n\n{A}", [], []),
    "twice": (f"{A} # safelinks: ignore[SL103] safelinks: ignore[SL103]", [],
              [(1, 26, "this comment ignores nothing (SL103)"), (1, 51, "this comment ignores nothing (SL103)")]),
    "unknown": (f"{A} # safelinks: ignore[SL999]", ASKED, []),
    "kept": (f"{A} # safelinks: ignore[SL103, SL501]", ASKED, []),
    "kept in the file": (f"safelinks: ignore-file[unused-ignore]\n{A} # safelinks: ignore[SL103]", ASKED, []),
    "CR": (f"x\r{A} # safelinks: ignore[SL103]\r", ASKED, [(2, 26, "this comment ignores nothing (SL103)")]),
}  # fmt: skip
NOTE = ("SL501", "unused-ignore", "note")


def _unused(found: Report) -> list[tuple[int | None, int | None, str]]:
    told = [one for one in found.findings if one.code == "SL501"]
    assert {(one.code, one.name, str(one.level)) for one in told} <= {NOTE}
    assert all(one.url is None and one.subject == one.message for one in told)
    assert len({one.fingerprint for one in told}) == len(told)
    return [(one.place.line, one.place.column, one.message) for one in told]


@pytest.mark.parametrize("name", UNUSED)
def test_comments_that_ignore_nothing(name: str) -> None:
    text, outcomes, unused = UNUSED[name]
    assert _unused(report(text, outcomes)) == unused


def test_a_comment_on_a_later_line_of_a_link() -> None:
    url = "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example\n%2Fpage&reserved=0"
    assert _unused(report(f"<{url}> safelinks: ignore[SL104]", [])) == []
    (unused,) = _unused(report(f"<{url}> safelinks: ignore[SL103]", []))
    assert unused[0] == 2


def test_what_an_earlier_run_saw_is_not_all_there_is() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    past = Past(reused=now)
    reused = [evolve(outcome, past=past) for outcome in ASKED]
    assert _unused(report(f"{A} # safelinks: ignore[SL306]", reused)) == []
    assert _unused(report(f"{A} # safelinks: ignore[SL306]", ASKED)) != []


def test_rules_about_something_else_count_if_they_were_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Here, SL103 is made such a rule."""
    monkeypatch.setattr(unused_ignores, "_APART", frozenset({"SL103"}))
    ignored = {"a.txt": ignored_in(f"{A} # safelinks: ignore[SL103]", [])}
    finding = Finding("SL103", "x", Level.NOTE, "x", "a.txt", Place(1, 1))

    def unused(selection: Selection = Selection(), **known: Any) -> int:  # noqa: ANN401, B008
        now = datetime(2026, 1, 1, tzinfo=UTC)
        texts = CommentedTexts(ignored=ignored, rows=(), remarks=(), now=now, **known)
        return len(list(unused_ignores.unused_ignores(selection, texts)))

    assert unused() == 0
    assert unused(looked_for={"SL103"}) == 1
    assert unused(looked_for={"SL103"}, silenced=[finding]) == 0
    assert unused(Selection(ignore=("SL103",)), looked_for={"SL103"}) == 0


def test_comments_in_code_are_examples() -> None:
    code = f"{A}\n\n```\n# safelinks: ignore\n```\n\n`safelinks: ignore[SL103]`\n"
    assert _unused(report(read(code, "a.md"), ASKED)) == []
    seen = "\n<!-- safelinks: ignore[SL103] -->\n"
    assert [one[0] for one in _unused(report(read(f"{code}{seen}", "a.md"), ASKED))] == [9]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, True),
        ({"ignore": ("SL402",)}, True),
        ({"select": ("SL501", "SL31")}, True),
        ({"select": ("SL501",)}, False),  # links to files were not looked at
        ({"ignore": ("SL501",)}, False),
        ({"select": ("SL1",)}, False),
        ({"per_file": {"*.txt": ("SL501",)}}, False),
        ({"inline": False}, False),
    ],
)
def test_the_selection_counts(options: dict[str, object], told: bool) -> None:
    selection = Selection(**options)  # type: ignore[arg-type]
    found = report(f"{A} # safelinks: ignore", ASKED, selection)
    assert bool(_unused(found)) is told
    used = report(f"{A} # safelinks: ignore[SL301]", DEAD, selection)
    assert _unused(used) == []


def test_it_is_in_every_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(f"[x]({FORMER}) <!-- safelinks: ignore[SL103] -->\n")
    run = CliRunner().invoke
    for name in ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "markdown", "csv", "html", "junit"):  # fmt: skip
        shown = run(main, ["check", "--offline", "--format", name, "a.md"]).stdout
        assert "this comment ignores nothing (SL103)" in shown or name == "csv", name
        assert "SL501" in shown
    text = run(main, ["check", "--offline", "a.md"]).stdout
    assert "note SL501 a.md, line 1: this comment ignores nothing (SL103)" in text
    args = ["check", "--offline", "--fail-on=note", "--select=SL5", "a.md"]
    assert run(main, args).exit_code == 1
    args += ["--baseline", "b.json"]
    assert run(main, [*args, "--update-baseline"]).exit_code == 0
    assert run(main, args).exit_code == 0
