"""The web page in a real browser: pasted, dropped, checked, by keyboard, without a script."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import axe
import pytest
from browser import PROGRAM, Browser, Page, browser
from notice import PERSON, TARGETS
from test_html_report_browser import CONTRAST
from web_stage import ADDRESS, SITE, STAGE

pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None, reason="needs Chromium: apt-get install chromium, and run this again"
    ),
]

ROOT = Path(__file__).parent.parent
NOTICE = (ROOT / "examples" / "notice.txt").read_text("utf-8")
DOCUMENTS = ROOT / "tests" / "data" / "documents"
ROWS = "[...document.querySelectorAll('tbody tr')].map(one => one.querySelector('.verdict b').textContent)"
STATUS = "document.getElementById('status').textContent"
RESULTS = "document.getElementById('results').textContent"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser([sys.executable, str(STAGE)]) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.page(ADDRESS) as opened:
        yield opened
        assert opened.complaints() == []
        own = (ADDRESS, f"blob:{ADDRESS}")
        assert [one for one in opened.requests() if not one.startswith(own)] == []


def wait(page: Page, condition: str) -> None:
    """Until a condition holds; the browser's patience is the limit."""
    page.run(
        f"new Promise(done => {{ const look = () => {condition} ? done() : setTimeout(look, 10); look(); }})"
    )


def write(page: Page, text: str) -> None:
    page.click("#text")
    page.write(text)


def test_a_notice_is_pasted_and_shown(page: Page) -> None:
    write(page, NOTICE)
    page.click("button.main")
    wait(page, "document.querySelector('#links')")
    assert page.run(ROWS) == ["Not checked"] * len(TARGETS)
    assert page.run("document.activeElement.id") == "links"
    assert PERSON not in page.run(RESULTS)
    assert TARGETS[0] in page.run("document.getElementById('clean').value")
    page.click("#copy")
    wait(page, "document.getElementById('copied').textContent")


def test_links_are_checked_and_the_report_can_be_saved(
    chromium: Browser, page: Page, tmp_path: Path
) -> None:
    write(page, f"{SITE}/works and {SITE}/gone")
    page.click("#check")
    wait(page, "!document.getElementById('reports').hidden")
    assert page.run(ROWS) == ["Works", "Dead"]
    assert page.run(STATUS) == "All addresses are checked."
    for name in ("html", "json"):
        chromium.call(
            "Browser.setDownloadBehavior",
            behavior="allow", downloadPath=str(tmp_path), eventsEnabled=True,
        )  # fmt: skip
        page.click(f"#report-{name}")
        while chromium.wait_for("Browser.downloadProgress")["params"]["state"] != "completed":
            pass
    assert "1 of 2 addresses does not work" in (tmp_path / "links.html").read_text("ascii")
    report = json.loads((tmp_path / "links.json").read_text("ascii"))
    assert [one["verdict"] for one in report["links"]] == ["alive", "dead"]


def test_a_check_can_be_stopped(page: Page) -> None:
    write(page, f"{SITE}/works and {SITE}/slow")
    page.click("#check")
    wait(page, "document.querySelector('tbody .is-alive')")
    page.click("#stop")
    wait(page, f"{STATUS}.startsWith('Stopped')")
    assert page.run(ROWS) == ["Works", "Not checked"]
    counts = "fetch('/metrics').then(one => one.text())"
    wait(page, "true")
    page.run(
        f"new Promise(done => {{ const look = async () => (await {counts}).includes('checks_running 0')"
        " ? done() : setTimeout(look, 10); look(); })"
    )


def test_what_is_refused_is_told(chromium: Browser) -> None:
    with chromium.page(ADDRESS) as page:  # whose console tells of refusals, too
        page.run("document.getElementById('text').value = 'x'.repeat(2_000_001)")
        page.click("button.main")
        wait(page, f"{STATUS}.includes('exceeded')")
        page.run("document.getElementById('text').value = ' '")
        page.click("#check")
        wait(page, f"{STATUS} === 'Send a link, a text or a file.'")
        assert page.run(ROWS) == []


def test_files_are_dropped(page: Page, tmp_path: Path) -> None:
    mail = tmp_path / "notice.eml"
    mail.write_text(f"Subject: Notice\nMIME-Version: 1.0\n\n{NOTICE}", "utf-8")
    page.choose_files("#files", mail, DOCUMENTS / "notice.docx", DOCUMENTS / "notice.pdf")
    page.run(
        "(() => { const data = new DataTransfer();"
        "for (const one of document.getElementById('files').files) data.items.add(one);"
        "document.getElementById('files').value = '';"
        "document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); })()"
    )
    wait(page, "document.querySelector('#links')")
    shown = page.run(RESULTS)
    for name in ("notice.eml", "notice.docx", "notice.pdf"):
        assert name in shown
    assert PERSON not in shown


def test_the_keyboard_is_enough(page: Page) -> None:
    reached = []
    for _ in range(8):
        page.press("Tab")
        reached.append(
            page.run(
                "document.activeElement.id || document.activeElement.textContent || document.activeElement.name"
            )
        )
    assert reached[:5] == ["Skip to the form", "English", "Español", "text", "files"]
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.run("document.getElementById('text').focus()")
    page.write(f"{SITE}/works")
    for _ in range(5):
        page.press("Tab")
    assert page.run("document.activeElement.id") == "check"
    page.press("Enter")
    wait(page, "!document.getElementById('reports').hidden")
    assert page.run(ROWS) == ["Works"]


def test_without_a_script(chromium: Browser) -> None:
    with chromium.page(ADDRESS) as page:
        chromium.call("Emulation.setScriptExecutionDisabled", value=True)
        page.navigate(f"{ADDRESS}?lang=es")
        write(page, f"{SITE}/works {SITE}/gone\n{NOTICE}")
        page.click_and_load("#check")
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
        assert page.run("document.documentElement.lang") == "es"
        assert page.run(ROWS)[:2] == ["Funciona", "No existe"]
        assert TARGETS[0] in page.run("document.getElementById('clean').value")
        assert PERSON not in page.run(RESULTS.replace("results", "links"))


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (640, "light")])
def test_looks(chromium: Browser, width: int, scheme: str) -> None:
    features = {"prefers_color_scheme": scheme}
    with chromium.page(f"{ADDRESS}?lang=es", width=width, height=640, **features) as page:
        write(page, f"{SITE}/works {SITE}/gone https://nyc-gov.org/{'x' * 300}\n{NOTICE}")
        page.click("#check")
        wait(page, "!document.getElementById('reports').hidden")
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        assert page.run(CONTRAST) == []
        small = page.run(
            "[...document.querySelectorAll('button, nav a, summary, input:not([type=checkbox])')]"
            ".filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24).map(one => one.outerHTML)"
        )
        assert small == []  # WCAG 2.2, 2.5.8


@pytest.mark.skipif(
    axe.PROGRAM is None, reason=f"needs axe-core: pip install --no-deps {axe.NEEDED}"
)
@pytest.mark.parametrize(
    ("scheme", "width", "path"), [("light", 1200, ""), ("dark", 320, "?lang=es")]
)
def test_nothing_on_the_page_keeps_people_out(
    scheme: str, width: int, path: str, chromium: Browser
) -> None:
    with chromium.page(f"{ADDRESS}{path}", width=width, prefers_color_scheme=scheme) as page:
        assert axe.violations_on(page) == []
        write(page, f"{NOTICE}\nhttps://www.nyc.gov.evil.example/\n")
        page.click("button.main")
        wait(page, "document.querySelector('#links')")
        assert axe.violations_on(page) == []
