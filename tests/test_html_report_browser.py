"""The HTML report in a browser: its script, its looks where they can be measured, its policy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PROGRAM, Browser, Page, browser
from pypdf import PdfReader
from test_html_report import HOSTILE, NOTICE, hostile_document, page_of, read, report_on

pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None, reason="needs Chromium: apt-get install chromium, and run this again"
    ),
]

VISIBLE = "[...document.querySelectorAll('tbody tr')].filter(one => !one.hidden).map(one => one.id)"
ORDER = "[...document.querySelectorAll('tbody tr')].map(one => Number(one.id.slice(8)))"
SORTED = (
    "[...document.querySelectorAll('th[aria-sort]')].map(one => [one.textContent, one.ariaSort])"
)
SHOWN = "document.querySelector('[role=status]').textContent"
AT_TOP = "(id => { const box = document.getElementById(id).getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "notice.html"
    path.write_text(page_of(report_on(NOTICE)), "ascii")
    return path


@pytest.fixture
def page(chromium: Browser, notice: Path) -> Iterator[Page]:
    with chromium.page(notice) as opened:
        yield opened
        assert opened.complaints() == []
        assert opened.requests() == [notice.as_uri()]


def column(name: str) -> str:
    return f"th.{name} button"


def test_columns_sort_by_click_and_by_keyboard(page: Page) -> None:
    assert page.run(SORTED) == [["Verdict", "ascending"]]
    assert page.run(ORDER) == [6, 5, 4, 2, 3, 1]  # the gravest first
    page.click(column("verdict"))
    assert page.run(SORTED) == [["Verdict", "descending"]]
    assert page.run(ORDER) == [1, 2, 3, 4, 5, 6]
    page.press("Tab")
    page.press(" ")
    assert page.run(SORTED) == [["Resource", "ascending"]]
    assert page.run(ORDER) == [3, 5, 6, 2, 4, 1]
    page.click(column("where"))
    assert page.run(ORDER) == [1, 2, 3, 4, 5, 6]
    page.click(column("findings"))
    assert page.run(ORDER) == [6, 5, 4, 2, 3, 1]  # of what is alike, the gravest verdict first


def choose(page: Page, name: str, value: str) -> None:
    page.run(
        f"(() => {{ const one = document.querySelector('select[name={name}]'); one.value = '={value}';"
        "one.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    page.settle()


def test_filters_hide_rows_and_say_how_many_are_left(page: Page) -> None:
    assert page.run(SHOWN) == "6 addresses"
    choose(page, "verdict", "moved")
    assert page.run(VISIBLE) == ["address-2", "address-3"]
    assert page.run(SHOWN) == "2 of 6 addresses"
    choose(page, "resource", "PASSPort")
    assert page.run(VISIBLE) == ["address-2"]
    choose(page, "levels", "error")
    assert page.run(SHOWN) == "None of 6 addresses: choose less"
    page.click("button[type=reset]")
    page.settle()
    assert page.run(SHOWN) == "6 addresses"
    assert len(page.run(VISIBLE)) == 6
    page.click("#search")
    page.write("mocs DESK")
    page.settle()
    assert page.run(VISIBLE) == ["address-6"]
    assert page.run(SHOWN) == "1 of 6 addresses"


def test_marks_lead_to_rows_and_back(page: Page) -> None:
    choose(page, "verdict", "alive")
    page.click("a.mark[href='#address-6']")
    page.settle()
    assert page.run("location.hash") == "#address-6"
    assert len(page.run(VISIBLE)) == 6  # one that was filtered out is there again
    assert page.run("document.activeElement.id") == "address-6"
    page.click("#address-2 .where a[href='#text-2-2']")
    page.settle()
    assert page.run("document.querySelector(':target').id") == "text-2-2"
    assert page.run(f"{AT_TOP}('text-2-2')")


@pytest.mark.parametrize("width", [320, 768, 1100, 1280])
def test_nothing_is_wider_than_the_screen(chromium: Browser, notice: Path, width: int) -> None:
    with chromium.page(notice, width=width, height=640) as page:
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.run("document.scrollingElement.scrollWidth") <= width
        cut = "[...document.querySelectorAll('td, th, li, p')].filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline' && !one.matches('.unseen, .unseen *')).map(one => one.outerHTML)"
        assert page.run(cut) == []


# WCAG 2.2, 1.4.3: contrast of every text with what is painted behind it.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map(one => { one /= 255;
    return one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4; }); return .2126 * x + .7152 * y + .0722 * z; };
  const behind = element => { for (let one = element; one; one = one.parentElement) {
    const colour = rgba(getComputedStyle(one).backgroundColor); if (colour[3] > .99) return colour; } return [255, 255, 255, 1]; };
  const poor = [];
  for (const one of document.querySelectorAll('body *')) {
    if (one.closest('svg, script, option') || ![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push([one.outerHTML.slice(0, 120), ratio]);
  }
  return poor; })()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast(chromium: Browser, notice: Path, scheme: str) -> None:
    with chromium.page(notice, prefers_color_scheme=scheme) as page:
        assert page.run(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.run(CONTRAST) == []


def test_on_paper_all_addresses_are_in_full(page: Page) -> None:
    printed = PdfReader(io.BytesIO(page.pdf()))
    text = "".join("".join(one.extract_text() for one in printed.pages).split())
    assert "https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page" in text
    assert "/portal/8(Dead)" in text
    assert "Showall" not in text
    page.emulate("print")
    hidden = "getComputedStyle(document.querySelector('#controls')).display"
    assert page.run(hidden) == "none"


# Words of which a part stands on another line than the rest.
BROKEN_WORDS = r"""(() => {
  const broken = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.parentElement.closest('script, style, svg, .unseen')) continue;
    for (const word of text.data.matchAll(/[\p{L}\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const tops = [...range.getClientRects()].filter(one => one.width).map(one => Math.round(one.top));
      if (new Set(tops).size > 1) broken.push(word[0]);
    }
  }
  return broken; })()"""
PAPERS = {"A4": 688, "Letter": 710}  # pixels between the margins


@pytest.mark.parametrize("width", PAPERS.values(), ids=PAPERS)
def test_on_paper_no_word_is_broken(chromium: Browser, files: Path, width: int) -> None:
    with chromium.page(files, width=width) as page:
        page.emulate("print")
        assert page.run(BROKEN_WORDS) == []


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notice, and two files that have addresses in common with it."""
    path = tmp_path_factory.mktemp("report") / "files.html"
    text = (
        "See https://mocssupport.atlassian.net/servicedesk/customer/portal/8 and https://b.example/"
    )
    names = ("notices/notice.txt", "contracting/faq.md", "contracting/information.md")
    texts = (NOTICE.read_text("utf-8"), text, text)
    documents = [read(*one) for one in zip(texts, names, strict=True)]
    path.write_text(page_of(report_on(*documents)), "ascii")
    return path


def test_addresses_are_counted_beside_rows(chromium: Browser, files: Path) -> None:
    with chromium.page(files) as page:
        assert page.run(SHOWN) == "7 addresses (10 rows)"
        choose(page, "verdict", "dead")
        assert page.run(SHOWN) == "1 of 7 addresses (3 of 10 rows)"
        choose(page, "file", "contracting/faq.md")
        assert page.run(SHOWN) == "1 of 7 addresses (1 of 10 rows)"


HEADS = "[...document.querySelectorAll('thead th')].filter(one => one.offsetWidth).map(one => one.textContent)"


@pytest.mark.parametrize(
    ("media", "width"), [("screen", 320), ("screen", 1200), ("print", PAPERS["A4"])]
)
def test_columns_that_say_nothing_are_hidden(
    chromium: Browser, tmp_path: Path, media: str, width: int
) -> None:
    path = tmp_path / "plain.html"
    path.write_text(page_of(report_on(read("https://10.0.0.1/ https://10.0.0.2/"))), "ascii")
    with chromium.page(path, width=width) as page:
        page.emulate(media)
        assert page.run(HEADS) == PLAIN
        wide = "document.querySelector('tbody .address > div').getBoundingClientRect().width"
        assert page.run(wide) > 150
        assert page.run("document.scrollingElement.scrollWidth") <= width


PLAIN = ["Verdict", "Resource", "Address", "Where"]


def test_without_the_script_all_is_there(chromium: Browser, notice: Path, tmp_path: Path) -> None:
    path = tmp_path / "bare.html"
    content = notice.read_text("ascii")
    path.write_text(content[: content.index("<script>")], "ascii")
    with chromium.page(path) as page:
        assert len(page.run(VISIBLE)) == 6
        assert page.run("document.querySelector('#controls').hidden")
        assert page.run("document.querySelectorAll('th button').length") == 0


def test_hostile_texts_run_nothing(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(page_of(report_on(*map(hostile_document, HOSTILE))), "ascii")
    with chromium.page(path, width=320) as page:
        assert page.run("window.__pwned === undefined")
        assert page.run("document.scripts.length") == 1
        assert page.run("document.scrollingElement.scrollWidth") <= 320
        page.click(column("address"))
        choose(page, "file", "none")
        assert page.run("window.__pwned === undefined")
        assert page.complaints() == []
        assert page.requests() == [path.as_uri()]


def test_the_policy_stops_what_is_put_into_the_page(
    chromium: Browser, notice: Path, tmp_path: Path
) -> None:
    path = tmp_path / "tampered.html"
    bad = "<script>window.__pwned = 1</script><img src='data:,' onerror='window.__pwned = 2'><main"
    path.write_text(notice.read_text("ascii").replace("<main", bad, 1), "ascii")
    with chromium.page(path) as page:
        assert page.run("window.__pwned === undefined")
        assert len(page.run(VISIBLE)) == 6
        assert page.complaints()


def test_thousands_of_rows_sort_at_once(chromium: Browser, tmp_path: Path) -> None:
    text = "\n".join(
        f"[page {at}](https://host{at * 7919 % 2000}.example/{at})" for at in range(2000)
    )
    path = tmp_path / "large.html"
    path.write_text(page_of(report_on(read(text, "large.md"), offline=True)), "ascii")
    assert path.stat().st_size < 4_000_000
    with chromium.page(path) as page:
        took = page.run(
            "(() => { const begun = performance.now(); document.querySelector('th.address button').click();"
            "document.body.offsetHeight; return performance.now() - begun; })()"
        )
        assert (
            page.run("document.querySelector('tbody tr .url').textContent")
            == "https://host0.example/0"
        )
        assert took < 5000  # a small part of it, where nothing else runs
