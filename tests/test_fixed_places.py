"""After `--fix`, a report tells where things stand in the files that were written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from building import lines, wrap
from click.testing import CliRunner
from docx import Document as WordDocument
from surveying import FORMER, UNSURE

from safelinks import Place
from safelinks.checks.fixed_places import _FilePlaces, _moved
from safelinks.checks.pipeline import Check
from safelinks.cli.program import main
from safelinks.documents.document import read_all

A = "https://a.example/page"
CUT = lines(wrap(A), 70)
NAMED = "Vendors use PASSPort and the Payee Information Portal"
IGNORE = "<!-- safelinks: ignore[SL103] -->"
TEXTS = {
    "one line less": f"<{CUT}>\n{UNSURE}\n",
    "columns": f"{wrap(A)} {UNSURE} {wrap(A)} {UNSURE}\n",
    "replaced": f"{FORMER} {UNSURE}\n",
    "before and behind": f"{UNSURE}\n<{CUT}>\n{UNSURE}\n<{CUT}>\n{UNSURE}\n",
    "names": f"https://www.nyc.gov/\n<{CUT}> {NAMED}\n\n{NAMED}\n",
    "comments": f"<{CUT}> {IGNORE}\n\n{IGNORE}\n",
    "comment on its line": f"<{CUT}> {UNSURE} {IGNORE}\n",
    "one stays": f"{wrap('https://b.example/')} <!-- safelinks: ignore -->\n<{CUT}>\n{UNSURE}\n",
    "lost": f"https://nam02.safelinks.protection.outlook.com/?data=x\n<{CUT}>\n{UNSURE}\n",
}


def _places(file: Path, *, fix: bool) -> list[tuple[str, str, int | None, int | None]]:
    checking = Check(read_all(file))
    report = checking.fix() if fix else checking.report()
    return [(one.code, one.subject, one.place.line, one.place.column) for one in report.findings]


@pytest.mark.parametrize("name", TEXTS)
def test_places_are_those_of_the_file_that_was_written(tmp_path: Path, name: str) -> None:
    file = tmp_path / "a.md"
    file.write_text(TEXTS[name])
    before = _places(file, fix=False)
    told = _places(file, fix=True)
    now = _places(file, fix=False)
    assert file.read_text() != TEXTS[name]
    assert [one for one in told if one[1] != FORMER] == now
    assert set(told) - set(before)


def test_rows_and_remarks_go_along(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(TEXTS["names"])
    done = CliRunner().invoke(main, ["check", "--offline", "--fix", "--format=json", str(file)])
    told = json.loads(done.stdout)
    fresh = json.loads(
        CliRunner().invoke(main, ["check", "--offline", "--format=json", str(file)]).stdout
    )
    for name, inner in (("links", "places"), ("remarks", "place")):
        assert [_lines(one[inner]) for one in told[name]] == [
            _lines(one[inner]) for one in fresh[name]
        ]


def _lines(places: Any) -> list[tuple[int, int]]:  # noqa: ANN401  of JSON
    places = places if isinstance(places, list) else [places]
    return [(one["line"], one["column"]) for one in places]


def test_what_is_not_the_same_stays_where_it_was() -> None:
    def links(*targets: str) -> _FilePlaces:
        return _FilePlaces([(Place(len(url), 1), url) for url in targets], [], [], [])

    shorter = {"https://a.example/": "https://b.example"}.get
    before = links("https://a.example/", "https://c.example/1")
    moved = _moved(before, links("https://b.example", "https://c.example/1"), shorter)
    assert moved == {Place(18, 1): Place(17, 1)}
    for other in (links("https://c.example", "https://c.example/1"), links("https://b.example")):
        assert _moved(before, other, shorter) == {}


def test_where_nothing_was_written_places_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(f"{UNSURE}\n")
    assert _places(file, fix=True) == _places(file, fix=False)


def test_formats_without_lines(tmp_path: Path) -> None:
    word = WordDocument()
    for text in (wrap(A), UNSURE):
        word.add_paragraph(text)
    word.save(str(tmp_path / "a.docx"))
    args = ["check", "--offline", "--fix", "--format=concise", str(tmp_path / "a.docx")]
    assert ": paragraph 2: SL401 " in CliRunner().invoke(main, args).stdout
