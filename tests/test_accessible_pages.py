"""Both pages keep to WCAG 2.2 AA, as far as a program can tell: in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import axe
import pytest
from browser import PROGRAM, Browser, browser
from test_html_report import NOTICE, page_of, read, report_on
from test_status_page import page_of as status_page_of
from test_status_page import status

pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None or axe.PROGRAM is None,
        reason=f"needs Chromium, and axe-core: pip install --no-deps {axe.NEEDED}",
    ),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    text = "[a](https://mocssupport.example/) [b](https://www.nyc.gov.evil.example/)\n" * 2
    pages = {
        "report": page_of(report_on(NOTICE, read(text, "a.md"))),
        "status": status_page_of(status()),
    }
    for name, content in pages.items():
        (folder / f"{name}.html").write_text(content, "ascii")
    return folder


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        *(("report", scheme, width) for scheme in ("light", "dark") for width in (1200, 320)),
        ("status", "light", 1200),
        ("status", "dark", 320),
    ],
)
def test_nothing_keeps_people_out(
    name: str, scheme: str, width: int, chromium: Browser, folder: Path
) -> None:
    assert axe.violations(chromium, folder / f"{name}.html", scheme=scheme, width=width) == []


def test_it_would_be_noticed(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<!doctype html><html lang=en><title>a</title><p style='color:#ccc'>pale")
    rules = {rule for rule, *_ in axe.violations(chromium, path, scheme="light", width=1200)}
    assert "color-contrast" in rules
