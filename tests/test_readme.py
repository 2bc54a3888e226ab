"""README and documentation name everything that there is, and their links lead somewhere.

That their code runs is held by `test_document_blocks.py`.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from documented import PAGES, anchors, blocks, commands

import safelinks
from safelinks.catalog import MatchedRule, Sign
from safelinks.catalog.catalog_files import packaged
from safelinks.documents.formats import DOCUMENT_FORMATS
from safelinks.health.model.outcome import Reason, Verdict
from safelinks.rules.names_in_text import RemarkKind

ROOT = Path(__file__).parent.parent
ABOUT_CATALOGS = (ROOT / "docs" / "catalog.md").read_text("utf-8")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    shown = [command for block in blocks("console", "README.md") for command, _ in commands(block)]
    (command,) = [command for command in shown if "pytest" in command]
    assert command in (ROOT / ".ci" / "run").read_text().splitlines()


def test_every_reason_and_verdict_is_documented() -> None:
    documented = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    for name in (*Reason, *Verdict):
        assert f"`{name}`" in documented


def test_every_format_is_documented() -> None:
    documented = (ROOT / "docs" / "formats.md").read_text("utf-8")
    for one in DOCUMENT_FORMATS:
        assert not one.suffixes or any(f"`{suffix}`" in documented for suffix in one.suffixes), one
        assert one.extra is None or f"safelinks[{one.extra}]" in documented


def test_every_error_is_documented() -> None:
    documented = (ROOT / "docs" / "python.md").read_text("utf-8")
    for name in safelinks.__all__:
        if name.endswith("Error"):
            assert f"`{name}`" in documented


_LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)")


@pytest.mark.parametrize("page", PAGES)
def test_links_between_documents_lead_somewhere(page: str) -> None:
    text = re.sub(r"(?ms)^```.*?^```$|`[^`\n]*`", "", PAGES[page])
    for target, anchor in _LINK.findall(text):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text("utf-8")), f"{target}#{anchor}"


def test_the_version_is_the_latest_of_the_changelog_and_has_a_date() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]
    assert headings[-len(released) :] == released, "what is not released comes first"
    versions, dates = zip(*(_released(heading) for heading in released), strict=True)
    assert released[0].startswith(f"{safelinks.__version__} (")
    assert list(versions) == sorted(set(versions), reverse=True)
    assert list(dates) == sorted(dates, reverse=True)


def _released(heading: str) -> tuple[tuple[int, ...], date]:
    """The version and the date of a heading such as `0.2.0 (2026-11-30)`."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \((\d{4}-\d\d-\d\d)\)", heading)
    assert match is not None, heading
    return tuple(map(int, match.groups()[:3])), date.fromisoformat(match[4])


def test_every_field_of_a_catalog_is_documented() -> None:
    schema = json.loads(packaged("catalog.schema.json").read_text("utf-8"))
    documented = set(re.findall(r"`([a-z_0-9]+)`", ABOUT_CATALOGS))
    for kind in ("resource", "agency", "conventions"):
        assert set(schema["$defs"][kind]["properties"]) <= documented
    assert set(schema["properties"]) - documented == {
        "$schema", "schema", "generated", "resources", "agencies"
    }  # fmt: skip


def test_every_rule_sign_and_remark_of_a_catalog_is_documented() -> None:
    for rule in MatchedRule:
        assert f"\n| {int(rule)} | " in ABOUT_CATALOGS
    for name in (*Sign, *RemarkKind):
        assert f"`{name}`" in ABOUT_CATALOGS


def test_the_documented_catalog_can_be_loaded(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", ABOUT_CATALOGS, re.DOTALL)
    path = tmp_path / "ours.toml"
    path.write_text(example)
    catalog = safelinks.Catalog.load(path)
    assert [
        int(catalog.identify(url).rule)
        for url in (
            "https://help.acme.example/start",
            "https://www.acme.example/support",
            "https://help.acme.example/x",
            "https://www.acme.example/",
            "https://x.acme.example/",
        )
    ] == [1, 2, 5, 6, 10]
