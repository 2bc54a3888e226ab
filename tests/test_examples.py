"""The reports in `examples` are what the tool says of the notice, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_reports import FILES, FOLDER, ROOT, checked, city, outputs

from safelinks.cli.options.report_recognition import is_report
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


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", ROOT / "examples" / "notice.txt", ROOT / "none"]
)
def test_what_a_user_wrote_is_no_report(path: Path) -> None:
    assert not is_report(path)


def test_the_readme_shows_the_first_lines() -> None:
    first = (FOLDER / FILES["text"]).read_text("utf-8").partition("\n\n")[0]
    assert f"```text\n{first}\n```" in (ROOT / "README.md").read_text("utf-8")
