"""A release is what its tag says, and its workflows run only what is pinned, with few rights."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from actions import yaml_of
from documented import ROOT

import safelinks

WORKFLOWS = {
    path.name: path.read_text("utf-8") for path in (ROOT / ".github" / "workflows").iterdir()
}


def _release_notes() -> Any:  # noqa: ANN401  a module that is no part of any package
    spec = spec_from_file_location("release_notes", ROOT / ".ci" / "release_notes.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NOTES = _release_notes()


def test_the_notes_of_this_version_are_its_part_of_the_changelog() -> None:
    notes = NOTES.notes(f"v{safelinks.__version__}")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    before, _, after = changelog.partition(notes)
    assert before.endswith(")\n\n")
    assert after.startswith("\n## ")
    assert "\n## " not in notes


@pytest.mark.parametrize(
    ("tag", "heading", "said"),
    [
        ("v9.9.9", "## 0.2.0 (2026-11-30)", "version.py"),
        ("0.2.0", "## 0.2.0 (2026-11-30)", "version.py"),
        ("v0.2.0", "## Unreleased", "begins with “Unreleased”"),
        ("v0.2.0", "## 0.2.0", "a date"),
        ("v0.2.0", "## 0.1.0 (2026-11-29)", "0.1.0"),
    ],
)
def test_a_tag_that_is_something_else_is_refused(
    tag: str, heading: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "src" / "safelinks").mkdir(parents=True)
    (tmp_path / "src" / "safelinks" / "version.py").write_text('__version__ = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\nText.\n", "utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        NOTES.notes(tag, tmp_path)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_of_others_is_pinned_to_a_commit(name: str) -> None:
    for used in re.findall(r"uses: (.*)", WORKFLOWS[name]):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+|\$/\.github/.*", used)


def test_only_the_job_that_publishes_may_sign() -> None:
    assert {
        (name, job, right)
        for name, text in WORKFLOWS.items()
        for job, content in yaml_of(text)["jobs"].items()
        for right, level in content["permissions"].items()
        if level == "write"
    } == {
        ("release.yml", "publish", "id-token"),
        ("release.yml", "publish", "attestations"),
        ("release.yml", "announce", "contents"),
    }
    for text in WORKFLOWS.values():
        assert yaml_of(text)["permissions"] == {}
        assert "secrets." not in text
