"""The status page in a browser: its looks where they can be measured, sorting, its policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PROGRAM, Browser, browser
from test_html_report_browser import CONTRAST, SHOWN, SORTED, VISIBLE, choose, column
from test_status_page import page_of, status

pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None, reason="needs Chromium: apt-get install chromium, and run this again"
    ),
]
NAMES = "[...document.querySelectorAll('tbody th')].map(one => one.textContent)"
CUT = (
    "[...document.querySelectorAll('td, th, li, p')].filter(one => one.scrollWidth > one.clientWidth"
    " + 1 && getComputedStyle(one).display !== 'inline' && !one.matches('.unseen, .unseen *'))"
    ".map(one => one.outerHTML)"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("status") / "status.html"
    path.write_text(page_of(status()), "ascii")
    return path


def test_it_sorts_and_filters_and_fetches_nothing(chromium: Browser, city: Path) -> None:
    with chromium.page(city) as page:
        assert page.run(SORTED) == [["Status", "ascending"]]
        page.click(column("where"))
        assert page.run(NAMES)[:2] == ["The dead", "The failing"]
        page.click(column("resource"))
        assert page.run(NAMES)[:2] == ["The dead", "The failing"]
        page.press("Enter")
        assert page.run(NAMES)[:2] == ["The wall", "The permits"]
        choose(page, "verdict", "alive")
        assert page.run(SHOWN) == "2 of 6 services"
        assert sorted(page.run(VISIBLE)) == ["service-fine", "service-library"]
        choose(page, "agency", "RVB")
        assert page.run(SHOWN) == "2 of 6 services"
        page.click("a[href='#service-dead']")
        page.settle()
        assert page.run("document.activeElement.id") == "service-dead"
        assert page.complaints() == []
        assert page.requests() == [f"{city.as_uri()}"]


@pytest.mark.parametrize("width", [320, 768, 1100, 1280])
def test_nothing_is_wider_than_the_screen(chromium: Browser, city: Path, width: int) -> None:
    with chromium.page(city, width=width, height=640) as page:
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        assert page.run(CUT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast(chromium: Browser, city: Path, scheme: str) -> None:
    with chromium.page(city, prefers_color_scheme=scheme) as page:
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.run(CONTRAST) == []


def test_what_is_hostile_runs_nothing(chromium: Browser, tmp_path: Path) -> None:
    bad = "</script></style><script>window.__pwned = 1</script><img src=x onerror='__pwned = 2'>"
    path = tmp_path / "hostile.html"
    path.write_text(page_of(status(name=bad, description=bad, category=bad)), "ascii")
    with chromium.page(path, width=320) as page:
        assert page.run("window.__pwned === undefined")
        assert page.run("document.scripts.length") == 1
        assert page.run("document.scrollingElement.scrollWidth") <= 320
        assert page.complaints() == []
