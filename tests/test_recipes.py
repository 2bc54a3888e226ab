"""The recipes of CONTRIBUTING.md: who adds a row is told by a test here what is still missing.

Rows of wrappers cannot be made without their secrets, and `test_cut_links` wants a builder of the
links of each, `test_rules` cases of each rule, `test_prose` a document of each format.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from safelinks.cli.program import main
from safelinks.documents.content.named_functions import function_named, registered_name
from safelinks.documents.formats import DOCUMENT_FORMATS, Format
from safelinks.reports.rendering import RENDERERS
from safelinks.reports.report_formats import REPORT_FORMATS
from safelinks.rules import RULES
from safelinks.wrappers.vendors.wrapper_row import Wrapper
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS

ROOT = Path(__file__).parent.parent
# Examples of reports that no suffix tells.
EXAMPLES = {
    "concise": "report.concise.txt",
    "text": "report.txt",
    "github": "report.github.txt",
    "gitlab": "report.gitlab.json",
}
EXAMPLES |= {"junit": "report.junit.xml"}


def _page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


TESTS = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("*.py")))


@pytest.mark.parametrize("row", WRAPPERS, ids=lambda row: row.id)
def test_a_wrapper_has_vectors(row: Wrapper) -> None:
    known_by = [f'"{row.id}"', *(host.removeprefix("*.") for host in row.hosts if host != "*")]
    assert [name for name in known_by if name in TESTS], "none of its links is in a test"


@pytest.mark.parametrize("row", DOCUMENT_FORMATS, ids=lambda row: row.name)
def test_a_format_is_explained(row: Format) -> None:
    page = _page("formats.md")
    assert not [
        suffix for suffix in row.suffixes if f"`{suffix}`" not in page and suffix not in page
    ]
    assert (row.passages is None) != (row.module is None), "either passages or a module"
    for function in filter(None, (row.passages, row.stretches)):
        assert registered_name(function_named(function)) == function


@pytest.mark.parametrize("code", RULES)
def test_a_rule_has_its_page_and_its_row(code: str) -> None:
    rule = RULES[code]
    page = rule.page
    assert page.startswith(f"# {code}"), "the page begins with the code"
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert len(headings) >= 2, headings
    assert f"[{code}]" in _page("rules.md")
    assert rule.name in _page("rules.md")


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_a_report_has_its_renderer_its_page_its_example_and_its_help(name: str) -> None:
    row = REPORT_FORMATS[name]
    assert callable(RENDERERS[name])
    assert row.begins or row.ends, "its reports are told from other files"
    assert re.search(rf"\b{name}\b", _page("reports.md"))
    example = EXAMPLES.get(name, f"report{next(iter(row.suffixes), '')}")
    assert (ROOT / "examples" / "reports" / example).is_file()
    told = CliRunner().invoke(main, ["check", "--help"]).output
    assert re.search(rf"\b{name}\b", told)
