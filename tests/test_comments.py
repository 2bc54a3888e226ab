"""Comments in texts that say what to ignore there."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from building import RECIPIENT, lines, wrap
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from surveying import FORMER, gone, read, report

import safelinks
from safelinks import Document, Selection
from safelinks.cli.program import main
from safelinks.rules.suppressions import ignored_in

A = "https://a.example/page"
B = "https://b.example/"
DEAD = [gone(A), gone(B)]
CUT = lines(wrap(A), 70)


def _left(text: str, name: str = "a.txt") -> list[tuple[str, int | None]]:
    """Code and line of what is found although there are comments."""
    found = report(read(text, name), DEAD, Selection(ignore=("SL2", "SL402", "SL5")))
    return [(one.code, one.place.line) for one in found.findings]


CASES: dict[str, tuple[str, str, list[tuple[str, int | None]]]] = {
    "none": ("a.txt", A, [("SL301", 1)]),
    "behind": ("a.txt", f"{A} # safelinks: ignore[SL301]", []),
    "before": ("a.txt", f"safelinks: ignore[SL301] {A}", []),
    "everything": ("a.txt", f"{wrap(A)} # safelinks: ignore", []),
    "by name": ("a.txt", f"{A} # safelinks: ignore[dead]", []),
    "by group": ("a.txt", f"{A} # safelinks: ignore[SL3]", []),
    "in capitals": ("a.txt", f"{A} # SAFELINKS: IGNORE[sl301]", []),
    "without a space": ("a.txt", f"{A} #safelinks:ignore[SL301]", []),
    "with spaces": ("a.txt", f"{A} # safelinks: \tignore [ SL301 , dead ]", []),
    "without brackets": ("a.txt", f"{wrap(A)} # safelinks: ignore SL301", [("SL101", 1)]),
    "without brackets, two": ("a.txt", f"{wrap(A)} # safelinks: ignore: SL301, SL101", []),
    "without brackets, in HTML": ("a.html", f"<a href='{A}'>x</a><!-- safelinks: ignore sl301-->", []),
    "without brackets, no rule": ("a.txt", f"{A} # safelinks: ignore SL3011", [("SL301", 1)]),
    "without brackets, one of them no rule": ("a.txt", f"{wrap(A)} # safelinks: ignore SL101, SL3011", [("SL301", 1)]),
    "another rule": ("a.txt", f"{A} # safelinks: ignore[SL302]", [("SL301", 1)]),
    "one of two": ("a.txt", f"{wrap(A)} # safelinks: ignore[SL301]", [("SL101", 1)]),
    "two comments": ("a.txt", f"{wrap(A)} # safelinks: ignore[SL301] safelinks: ignore[SL101]", []),
    "line before": ("a.txt", f"# safelinks: ignore\n{A}\n{B}", [("SL301", 3)]),
    "two lines before": ("a.txt", f"# safelinks: ignore\n\n{A}", [("SL301", 3)]),
    "rst": ("a.rst", f".. safelinks: ignore\n\n{A}\n\n{B}\n", [("SL301", 5)]),
    "rst, several blank lines": ("a.rst", f".. safelinks: ignore[SL301]\n \n\n{A}\n{B}\n", [("SL301", 5)]),
    "HTML in Markdown": ("a.md", f"<!-- safelinks: ignore -->\n\n{A}\n\n{B}\n", [("SL301", 5)]),
    "at the end": ("a.md", f"{A}\n\n<!-- safelinks: ignore -->\n\n", [("SL301", 1)]),
    "line behind": ("a.txt", f"{A}\n# safelinks: ignore", [("SL301", 1)]),
    "other line": ("a.txt", f"{A} # safelinks: ignore\n{A}", [("SL301", 2)]),
    "CRLF": ("a.txt", f"x\r\n{A} # safelinks: ignore\r\n{B}", [("SL301", 3)]),
    "CRLF, before": ("a.txt", f"x\r\n# safelinks: ignore\r\n{A}\r\n{B}", [("SL301", 4)]),
    "CR": ("a.txt", f"x\r{A} # safelinks: ignore\r{B}\r", [("SL301", 3)]),
    "CR, before": ("a.txt", f"x\r# safelinks: ignore\r{A}\r{B}\r", [("SL301", 4)]),
    "file": ("a.txt", f"{A}\n{wrap(B)}\n# safelinks: ignore-file[SL301]", [("SL101", 2)]),
    "file, everything": ("a.txt", f"{A}\n{wrap(B)}\nsafelinks: ignore-file", []),
    "cut, behind": ("a.txt", f"x\n{CUT} # safelinks: ignore\n{B}", [("SL301", CUT.count("\n") + 3)]),
    "cut, before": ("a.txt", f"# safelinks: ignore[SL301]\n{CUT}\n", [("SL101", 2)]),
    "Markdown": ("a.md", f"[x]({A}) <!-- safelinks: ignore[SL301] -->\n\n[x]({B})", [("SL301", 3)]),
    "Markdown, before": ("a.md", f"<!-- safelinks: ignore[SL301] -->\n[x]({A}) and\n[x]({B})", [("SL301", 3)]),
    "HTML": ("a.html", f"<p><a href='{A}'>x</a><!-- safelinks: ignore -->\n<a href='{B}'>x</a>", [("SL301", 2)]),
    "HTML, before": ("a.html", f"<!-- safelinks: ignore -->\n<a\nhref='{A}'>x</a>\n<a href='{B}'>x</a>", [("SL301", 3), ("SL301", 4)]),
    "HTML, right before": ("a.html", f"<!-- safelinks: ignore -->\n<a href='{A}'>x</a>\n<a href='{B}'>x</a>", [("SL301", 3)]),
    "part of a word": ("a.txt", f"{A} unsafelinks: ignore", [("SL301", 1)]),
    "longer word": ("a.txt", f"{A} safelinks: ignored, safelinks: ignore-files", [("SL301", 1)]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "left"), CASES.values(), ids=CASES)
def test_comments(name: str, text: str, left: list[tuple[str, int | None]]) -> None:
    assert _left(text, name) == left


@pytest.mark.parametrize(
    "address",
    [
        f"{A}?x=safelinks:ignore",
        f"{A}/safelinks:ignore",
        f"{A}#safelinks:ignore",
        f"{A}#a,safelinks:ignore-file",
        f"{A}?safelinks:ignore[SL301]",
        f"{A}?a;safelinks:ignore",
        f"{A}?(safelinks:ignore)",
        f"{A}?a+safelinks:ignore",
    ],
)
def test_an_address_is_no_comment(address: str) -> None:
    for text in (f"{address} {wrap(address)}", f"<{address}>", f"[x]({address})"):
        found = report(text, [gone(address)])
        assert "SL301" in {one.code for one in found.findings}
        assert found.silenced == 0


@given(st.text("safelinks:ignore[]-file, \n\r#<>/=.a1", max_size=80))
def test_any_text_may_be_looked_at(text: str) -> None:
    ignored = ignored_in(text, safelinks.find(text))
    assert all(line >= 1 for line in ignored.lines)


def test_what_is_said_any_number_of_times_is_said_once() -> None:
    text = "safelinks: ignore SL301, safelinks: ignore-file[SL2] " * 100
    assert ignored_in(text, []).at(1) == ("SL2", "SL301")


def test_what_is_no_rule_is_noted_without_brackets() -> None:
    (note,) = report(f"{A} # safelinks: ignore SL3011", DEAD).notes
    assert "there is no rule 'SL3011'" in note


@pytest.mark.parametrize("selector", ["SL999", "ded"])
def test_what_is_no_rule_is_noted(selector: str) -> None:
    found = report(f"x\n{A} # safelinks: ignore[{selector}, SL302]", DEAD)
    assert [one.code for one in found.findings] == ["SL301", "SL501"]
    (note,) = found.notes
    assert note.startswith(
        f"a.txt, line 2: a comment ignores an unknown rule: there is no rule '{selector}'"
    )


@pytest.mark.parametrize("selector", [RECIPIENT, wrap(A), "x" * 41])
def test_what_cannot_be_a_rule_is_not_repeated(selector: str) -> None:
    (note,) = report(f"x\n{A} # safelinks: ignore[{selector}]").notes
    assert note == (
        "a.txt, line 2: a comment ignores an unknown rule: `safelinks rules` lists them"
    )


def test_of_what_is_no_rule_only_some_is_noted() -> None:
    text = "".join(f"{A} safelinks: ignore[x{number}]\n" for number in range(1000))
    assert len(report(text).notes) == 10


def test_what_is_ignored_is_counted() -> None:
    text = f"{A} {B} # safelinks: ignore\n{A}\nPASSPort and {FORMER}"
    found = report(text, DEAD, Selection(select=("SL301",)))
    assert (found.silenced, [one.place.line for one in found.findings]) == (2, [2])


def test_comments_need_not_be_heeded() -> None:
    found = report(f"{A} # safelinks: ignore", DEAD, Selection(inline=False))
    assert ([one.code for one in found.findings], found.silenced) == (["SL301"], 0)


def test_names_without_a_link_may_be_ignored() -> None:
    text = "See https://www.nyc.gov/\n\nand PASSPort # safelinks: ignore[not-linked]"
    found = report(text)
    assert (found.findings, found.silenced) == ((), 1)


def _word(text: str) -> Document:
    document = docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return safelinks.read(out.getvalue(), "a.docx")


MAIL = "From: a@a.example\r\nSubject: x\r\nContent-Type: text/plain\r\n\r\n"


def test_comments_in_other_formats_do_not_count() -> None:
    text = f"{A} safelinks: ignore-file"
    for document in (_word(text), read(MAIL + text, "a.eml")):
        found = report(document, DEAD)
        assert ([one.code for one in found.findings], found.silenced) == (["SL301"], 0)


def test_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"{FORMER} # safelinks: ignore[SL401, SL4O1]\n")
    args = ["check", "--offline", "--fail-on", "warning"]
    heeded = CliRunner().invoke(main, [*args, str(file)])
    assert heeded.exit_code == 0
    assert "1 finding ignored by comments." in heeded.stdout
    assert "a comment ignores an unknown rule: there is no rule 'SL4O1'" in heeded.stderr
    as_json = CliRunner().invoke(main, [*args, "--format", "json", str(file)])
    assert json.loads(as_json.stdout)["summary"]["silenced"] == 1
    report_all = CliRunner().invoke(main, [*args, "--no-inline-ignores", str(file)])
    assert report_all.exit_code == 1
    assert "ignored" not in report_all.stdout
