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
from serve_pictures import NAMES, draw
from test_html_report_browser import CONTRAST
from web_stage import ADDRESS, SITE, STAGE, TEAM, TLS_TEAM, TOKEN

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
PROBLEM = "document.querySelector('.problem')?.textContent"
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


def save(chromium: Browser, page: Page, selector: str, folder: Path) -> None:
    """Click on what saves a file, until it is there."""
    chromium.call(
        "Browser.setDownloadBehavior",
        behavior="allow", downloadPath=str(folder), eventsEnabled=True,
    )  # fmt: skip
    page.click(selector)
    while chromium.wait_for("Browser.downloadProgress")["params"]["state"] != "completed":
        pass


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
    assert page.run(STATUS) == "The check is complete."
    counts = "[...document.querySelectorAll('#counts li')].map(one => one.textContent.trim())"
    assert page.run(counts) == ["1 Dead", "1 Works"]
    for name in ("report-html", "report-json", "fixed"):
        save(chromium, page, f"#{name}", tmp_path)
    assert (tmp_path / "pasted-text.txt").read_text() == f"{SITE}/works and {SITE}/gone"
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
        for button in ("button.main", "#check"):
            page.run("document.getElementById('text').value = 'x'.repeat(2_000_001)")
            page.click(button)
            wait(page, f"{PROBLEM}?.includes('2 MB')")
            page.run("document.getElementById('text').value = ' '")
            page.click(button)
            wait(page, f"{PROBLEM}?.includes('Send a link, a text or a file.')")
            assert page.run("document.activeElement.id") == "problem"
            assert page.run("document.getElementById('progress').hidden") is True
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


FOCUS = (
    "document.activeElement.id || document.activeElement.textContent || document.activeElement.name"
)


def tab_to(page: Page, name: str) -> list[str]:
    """Press Tab until what is called so has the focus; all that had it on the way."""
    passed: list[str] = []
    while not passed or passed[-1] != name:
        page.press("Tab")
        passed.append(page.run(FOCUS))
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid", passed
        assert len(passed) < 40, passed
    return passed


def test_the_keyboard_is_enough(page: Page) -> None:
    assert tab_to(page, "text") == ["Skip to the form", "English", "Español", "text"]
    page.write(f"{SITE}/works https://www.nyc.gov.evil.example/")
    assert tab_to(page, "check") == [
        "files", "show_recipients", "keep_redirectors", "Show links", "check"
    ]  # fmt: skip
    page.press("Enter")
    wait(page, "!document.getElementById('reports').hidden")
    assert page.run(ROWS) == ["Works", "Suspicious"]
    assert page.run("document.activeElement.id") == "links"  # where the results begin
    tab_to(page, "Details")
    page.press("Enter")
    assert page.run("document.querySelector('details').open") is True
    tab_to(page, "clean")
    assert tab_to(page, "copy") == ["copy"]
    page.press(" ")
    wait(page, "document.getElementById('copied').textContent")


def test_a_check_is_stopped_by_keyboard(page: Page) -> None:
    page.run("document.getElementById('text').focus()")
    page.write(f"{SITE}/works {SITE}/slow")
    tab_to(page, "check")
    page.press("Enter")
    wait(page, "document.querySelector('tbody .is-alive')")
    page.run("document.getElementById('check').focus()")
    tab_to(page, "stop")
    page.press("Enter")
    wait(page, f"{STATUS}.startsWith('Stopped')")
    assert page.run("document.activeElement.id") == "check"


def test_what_a_screen_reader_says(page: Page) -> None:
    write(page, f"{SITE}/works https://www.nyc.gov.evil.example/")
    page.click("#check")
    wait(page, "!document.getElementById('reports').hidden")
    said = page.names()
    for expected in (
        ("navigation", "Language"),
        ("heading", "See where links really lead"),
        ("textbox", "Link or text"),
        ("button", "Files"),
        ("group", "Options"),
        ("checkbox", "Show whom the links were sent to"),
        ("button", "Show links"),
        ("button", "Check links"),
        ("group", "Take away"),
        ("button", "Clean document"),
        ("region", "Results"),
        ("status", ""),
        ("link", "Fixed document"),
        ("region", "Links"),
        ("region", "Addresses by verdict"),
        ("columnheader", "Verdict"),
        ("rowheader", "127.0.0.1"),
        ("textbox", "The text with its real links"),
        ("button", "Copy clean text"),
    ):
        assert expected in said, (expected, [one for one in said if one[0] == expected[0]])
    acting = {"button", "link", "textbox", "checkbox", "progressbar"}
    assert [one for one in said if one[0] in acting and not one[1].strip()] == []


def test_nothing_moves_where_people_want_that(chromium: Browser) -> None:
    moving = (
        "[...document.querySelectorAll('*')].filter(one => ['', '::before', '::after'].some(part => {"
        "const style = getComputedStyle(one, part || null); return parseFloat(style.animationDuration)"
        " || parseFloat(style.transitionDuration) || style.scrollBehavior === 'smooth'; }))"
        ".map(one => one.tagName)"
    )
    for wish, expected in (("reduce", False), ("no-preference", True)):
        with chromium.page(ADDRESS, prefers_reduced_motion=wish) as page:
            write(page, f"{SITE}/works")
            page.click("button.main")
            wait(page, "document.querySelector('#links')")
            assert bool(page.run(moving)) is expected


@pytest.mark.parametrize("address", [TEAM, TLS_TEAM])
def test_a_form_is_taken_from_the_page_of_a_team(chromium: Browser, address: str) -> None:
    """By name over plain HTTP, where a browser sends no Fetch Metadata, and behind a TLS proxy."""
    scheme, _, rest = address.partition("://")
    with chromium.page("about:blank") as page:
        page.trust_any_certificate()
        page.navigate(f"{scheme}://anybody:{TOKEN}@{rest}")
        page.navigate(address)
        write(page, f"{SITE}/works")
        page.click("button.main")  # by script
        wait(page, "document.querySelector('#links')")
        chromium.call("Emulation.setScriptExecutionDisabled", value=True)
        page.navigate(address)
        write(page, f"{SITE}/works")
        page.click_and_load("button.main")  # as a plain form
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
        assert page.run(ROWS) == ["Not checked"]
        assert page.run("document.querySelector('.problem')") is None


def test_a_form_of_another_site_is_refused(chromium: Browser) -> None:
    """Even in a browser that has the token, and sends no Fetch Metadata."""
    with chromium.page("about:blank") as page:
        page.navigate(f"http://anybody:{TOKEN}@{TEAM.partition('://')[2]}")
        page.navigate(ADDRESS)
        form = f"<form method=post action='{TEAM}' enctype=text/plain><input name=text><button>x</button></form>"
        chromium.call("Page.setBypassCSP", enabled=True)  # which keeps our own page from this
        page.navigate(ADDRESS)
        page.run(f'document.body.innerHTML = "{form}"')
        page.click_and_load("button")
        assert "from another site" in page.run(PROBLEM)


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


def test_files_of_a_check_are_saved_without_a_script(chromium: Browser, tmp_path: Path) -> None:
    with chromium.page(ADDRESS) as page:
        chromium.call("Emulation.setScriptExecutionDisabled", value=True)
        page.navigate(ADDRESS)
        write(page, f"{SITE}/works {SITE}/gone")
        for name in ("download/fixed", "download/checked"):
            save(chromium, page, f"noscript button[formaction*='{name}']", tmp_path)
        assert "1 of 2 addresses does not work" in (tmp_path / "links.html").read_text("ascii")
        assert (tmp_path / "pasted-text.txt").read_text() == f"{SITE}/works {SITE}/gone"


def test_without_a_script_a_refusal_is_a_page(chromium: Browser, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * 12_000_000)
    with chromium.page(ADDRESS) as page:
        chromium.call("Emulation.setScriptExecutionDisabled", value=True)
        page.navigate(f"{ADDRESS}?lang=es")
        page.choose_files("#files", large)
        page.click_and_load("#check")
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
        assert "demasiado grande" in page.run(PROBLEM)


@pytest.mark.parametrize(
    ("width", "height", "scale", "scheme"),
    [(320, 640, 1, "dark"), (640, 640, 1, "light"), (640, 450, 2, "light")],
    ids=["narrow", "wider", "zoomed to 200 %"],
)
def test_looks(chromium: Browser, width: int, height: int, scale: int, scheme: str) -> None:
    features = {"prefers_color_scheme": scheme}
    with chromium.page(f"{ADDRESS}?lang=es", width=width, height=height, **features) as page:
        page.resize(width, height, scale)  # in a window that is `scale` times as large
        assert page.run("devicePixelRatio") == scale
        write(page, f"{SITE}/works {SITE}/gone https://nyc-gov.org/{'x' * 300}\n{NOTICE}")
        page.click("#check")
        wait(page, "!document.getElementById('reports').hidden")
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        assert page.run(CUT) == []
        assert page.run(CONTRAST) == []
        small = page.run(
            "[...document.querySelectorAll('button, nav a, summary, input:not([type=checkbox])')]"
            ".filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24).map(one => one.outerHTML)"
        )
        assert small == []  # WCAG 2.2, 2.5.8


# What is wider than its place there, and cannot be scrolled, or stands beside the page.
CUT = """[...document.querySelectorAll('body *')].filter(one => {
  if (!one.checkVisibility() || one.closest('.unseen, .middle, svg, thead') || one.classList.contains('skip')) return false;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return box.width && (box.right > innerWidth + 1 || box.left < -1
    || (style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1));
}).map(one => one.outerHTML.slice(0, 200))"""


def test_the_pictures_of_the_documentation_can_be_made_anew(tmp_path: Path) -> None:
    draw(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert 5_000 < (tmp_path / name).stat().st_size < 60_000


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
