"""The HTML report as a page: its structure, what must not be in it, and what nobody may break."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from attacking import amount
from building import RECIPIENT, encode, wrap
from click.testing import CliRunner
from doubled import is_linear
from lxml import html as lxml_html
from notice import PERSON, TARGETS

import safelinks
from safelinks import Checker, Policy, Report
from safelinks.checks.link_marking import Mark, RawText
from safelinks.cli.program import main
from safelinks.reports.rendering import RENDERERS

NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"
ASSETS = files("safelinks.reports.html")


def answer(request: httpx.Request) -> httpx.Response:
    """One of each verdict that there may be in the notice."""
    statuses = {"mocssupport": 404, "rfp": 403, "user-materials": 500}
    return httpx.Response(
        next((status for part, status in statuses.items() if part in str(request.url)), 200)
    )


def report_on(*sources: str | Path | safelinks.Document, offline: bool = False) -> Report:
    checker = Checker(Policy(retries=0), httpx.MockTransport(answer))
    return safelinks.check(*sources, offline=offline, checker=checker, keep_texts=True)


def page_of(report: Report) -> str:
    return "".join(RENDERERS["html"](report))


def parsed(report: Report) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(page_of(report))


def read(text: str, name: str = "notice.txt") -> safelinks.Document:
    return safelinks.read(text.encode("utf-8", "surrogatepass"), name)


@pytest.fixture(scope="module")
def notice() -> Report:
    return report_on(NOTICE)


def text_of(element: lxml_html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


# --- What is there ---


def test_what_is_wrong_comes_first(notice: Report) -> None:
    page = parsed(notice)
    assert [text_of(one) for one in page.iter("h1")] == ["2 of 6 addresses do not work"]
    assert str(page.xpath("string(//header//time/@datetime)")).startswith(f"{notice.at:%Y-%m-%dT}")
    counts = [text_of(one) for one in page.xpath("//*[@class='counts']//li")]
    assert counts == ["1 Dead", "1 Failing", "1 Uncertain", "2 Moved", "1 Works"]
    first = text_of(page.xpath("//*[@class='todo']/ol/li")[0])
    assert first.startswith("2 of 6 addresses do not work. Fix or remove them.")
    named = [text_of(one) for one in page.xpath("//*[@class='todo']/ol/li[1]//li")]
    assert named[-1] == f"MOCS Service Desk {TARGETS[5]}page not found (404 Not Found)"


def test_what_to_do_is_told_by_address_with_the_files_behind_it() -> None:
    dead, gone = "https://mocssupport.example/a", "https://mocssupport.example/b"
    texts = [f"[Ask the <desk>]({dead})", *[f"<{dead}>"] * 4, f"[b]({gone}) <{dead}>"]
    documents = [read(text, f"docs/{at}.md") for at, text in enumerate(texts)]
    page = parsed(report_on(*documents))
    first, second = page.xpath("//*[@class='todo']/ol/li[1]//li")
    assert text_of(first) == (
        f"“Ask the <desk>” {dead}page not found (404 Not Found); "
        "in docs/0.md, docs/1.md, docs/2.md and 3 other files"
    )
    assert first.xpath("./a/@href") == ["#address-1"]
    assert text_of(second) == f"“b” {gone}page not found (404 Not Found); in docs/5.md"


def test_an_address_without_a_name_is_told_once() -> None:
    page = parsed(report_on(read("https://mocssupport.example/a")))
    (named,) = page.xpath("//*[@class='todo']/ol/li[1]//li")
    assert text_of(named).count("mocssupport.example/a") == 1


def test_choices_that_leave_nothing_to_choose_are_left_out() -> None:
    page = parsed(report_on(read("https://10.0.0.1/")))
    assert page.xpath("//select/@name") == []
    (table,) = page.iter("table")
    assert table.get("class") == "no-agency no-findings"


def test_every_row_and_every_link_of_the_text_is_there(notice: Report) -> None:
    page = parsed(notice)
    rows = page.xpath("//table/tbody/tr")
    # The gravest first: dead, failing, uncertain, moved, works.
    assert [row.get("id") for row in rows] == [f"address-{at}" for at in (6, 5, 4, 2, 3, 1)]
    rows.sort(key=lambda row: str(row.get("id")))
    for row, target in zip(rows, TARGETS, strict=True):
        assert text_of(row.xpath(".//*[@class='url']")[0]) == target
        assert row.xpath("./th[@scope='row']")
    assert "Dead page not found" in text_of(rows[5])
    assert "SL301 error: page not found (404 Not Found)" in text_of(rows[5])
    marks = page.xpath("//*[@class='paper']//a")
    assert [mark.get("href") for mark in marks] == [
        f"#address-{at}" for at in (1, 2, 2, 3, 4, 1, 5, 6)
    ]
    assert [mark.get("id") for mark in marks[:3]] == ["text-1-1", "text-2-1", "text-2-2"]
    assert text_of(marks[-1]) == f"{TARGETS[5]} (Dead)"
    shown = page.xpath("string(//*[@class='paper'])")
    assert "Doing Business with the City of New York" in shown
    places = page.xpath("//*[@id='address-2']//*[contains(@class,'where')]//a")
    assert [(text_of(one), one.get("href")) for one in places] == [
        ("line 39", "#text-2-1"), ("line 40", "#text-2-2")
    ]  # fmt: skip


def test_every_fragment_leads_somewhere_and_no_name_is_given_twice(notice: Report) -> None:
    page = parsed(notice)
    names = [str(one) for one in page.xpath("//@id")]
    assert len(names) == len(set(names))
    fragments = {str(one)[1:] for one in page.xpath("//@href") if str(one).startswith("#")}
    assert fragments <= set(names)
    for name in page.xpath("//@aria-labelledby"):
        assert str(name) in names


def test_the_outline_can_be_heard(notice: Report) -> None:
    page = parsed(notice)
    assert page.get("lang") == "en"
    levels = [int(one.tag[1]) for one in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for landmark in ("header", "main", "footer"):
        assert len(page.findall(f".//{landmark}")) == 1
    assert page.xpath("//table/caption")
    assert [text_of(one) for one in page.xpath("//thead//th[@scope='col']")] == [
        "Verdict", "Resource", "Agency", "Address", "Where", "Findings"
    ]  # fmt: skip
    assert page.xpath("//*[@role='status']")
    for control in page.xpath("//input|//select"):
        assert control.getparent().tag == "label"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("nothing", "No links were found", id="none"),
        pytest.param("https://a.example/", "The address works", id="one"),
        pytest.param("https://a.example/ https://b.example/", "Both addresses work", id="all"),
        pytest.param(
            "https://a.example/rfp https://b.example/",
            "No broken links; 1 of 2 needs a look",
            id="uncertain",
        ),
        pytest.param(
            "https://a.example/ ftp://b.example/", "The checked address works", id="asked"
        ),
        pytest.param(
            "https://www.nyc.gov.evil.example/ https://mocssupport.example/",
            "1 of 2 addresses does not work, and 1 looks suspicious",
            id="suspicious",
        ),
    ],
)
def test_headlines(text: str, says: str) -> None:
    assert text_of(next(iter(parsed(report_on(read(text))).iter("h1")))) == says


def test_nobody_was_asked() -> None:
    page = parsed(report_on(NOTICE, offline=True))
    assert text_of(next(iter(page.iter("h1")))) == "6 addresses, none checked"
    assert not page.xpath(
        "//table//a[starts-with(@href,'http')][not(ancestor::*[@class='instead'])]"
    )


def test_a_report_without_texts_has_all_else() -> None:
    page = parsed(safelinks.check(NOTICE, offline=True))
    assert len(page.xpath("//table/tbody/tr")) == 6
    assert not page.xpath("//*[@class='paper']")
    assert not page.xpath("//*[contains(@class,'where')]//a")


# --- The page fetches nothing ---


def test_the_policy_allows_the_style_and_the_script_and_nothing_else(notice: Report) -> None:
    page = parsed(notice)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy
    for tag, rule, name in (
        ("style", "style-src", "report.css"),
        ("script", "script-src", "report.js"),
    ):
        (element,) = page.iter(tag)
        content = (ASSETS / name).read_bytes()
        assert (element.text or "").encode() == content
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert page.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]


def assert_it_fetches_nothing(page: lxml_html.HtmlElement) -> None:
    """Nothing but anchors leads anywhere, and these only to the web or within the page."""
    for element in page.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), name
            assert name != "style"
            if name in ("src", "srcset", "action", "formaction", "data", "poster", "background"):
                pytest.fail(f"{element.tag} has {name}")
            if name == "href" and not value.startswith("#"):
                assert element.tag == "a"
                assert re.match(r"https?://", value), value
                assert element.get("rel") == "noopener noreferrer"
                assert "safelinks" not in value
    for tag in ("link", "base", "img", "iframe", "object", "embed", "audio", "video", "image"):
        assert not list(page.iter(tag))


def test_nothing_is_fetched(notice: Report) -> None:
    assert_it_fetches_nothing(parsed(notice))
    assert "url(" not in (ASSETS / "report.css").read_text()
    assert "@import" not in (ASSETS / "report.css").read_text()
    script = (ASSETS / "report.js").read_text()
    for word in ("innerHTML", "fetch", "XMLHttpRequest", "eval", "http:", "https:", "</"):
        assert word not in script


def test_the_page_is_ascii(notice: Report) -> None:
    assert page_of(notice).isascii()


def test_only_what_works_and_is_what_it_seems_can_be_clicked() -> None:
    text = (
        "https://a.example/ https://mocssupport.example/ https://a.example/rfp ftp://a.example/ "
        "https://www.nyc.gov.evil.example/ hxxps://b[.]example/ https://user:secret@c.example/ "
        f"{wrap('https://d.example/')}"
    )
    page = parsed(report_on(read(text)))
    clickable = page.xpath("//a[starts-with(@href,'http')]/@href")
    assert sorted(clickable) == ["https://a.example/", "https://d.example/"]
    assert "secret" not in page_of(report_on(read(text)))


# --- Nobody breaks out, and nobody is told of ---

BAD = "</script><script>window.__pwned=1</script>"
IMAGE = '"><img src=x onerror="window.__pwned=1"><\''
HOSTILE = {
    "script": f"[{BAD}](https://a.example/{encode(BAD)})",
    "attribute": f"[{IMAGE}](https://a.example/?q={encode(IMAGE)})",
    "bidi": "[gro.elpmaxe\u202e\u2066\u200b](https://a.example/\u202egro)",
    "script-scheme": "[x](javascript:window.__pwned=1) <javascript:window.__pwned=1> javascript://a/%0Aalert(1)",
    "controls": "a\x01b\x1b[31m\x85\u2028 https://a.example/\x01b",
    "comment": "--><!--><style>*{display:none}</style><base href=https://evil.example/>",
    "cdata": "]]> <![CDATA[ <plaintext> <textarea> <title> https://a.example/",
    "surrogate": "\ud800 https://a.example/\udfff",
    "quote": "https://a.example/'onmouseover='window.__pwned=1",
    "entity": "&lt;img src=x&gt; &#x202e; &amp;amp; https://a.example/?a=1&lt=2",
}


def hostile_document(kind: str) -> safelinks.Document:
    return read(HOSTILE[kind], f'{kind}"><script>window.__pwned=1</script>\u202e.md')


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_hostile_breaks_out(kind: str) -> None:
    page_text = page_of(report_on(hostile_document(kind)))
    page = lxml_html.document_fromstring(page_text)
    assert_it_fetches_nothing(page)
    assert len(list(page.iter("script"))) == 1
    assert len(list(page.iter("style"))) == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", page_text)
    shown = str(page.xpath("string()"))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ud800-\udfff]", shown)
    assert "\\u202e" in shown  # the name of the file, made visible


def test_what_a_server_says_stays_text() -> None:
    def say(_: httpx.Request) -> httpx.Response:
        bad = f"<title>{BAD}</title>"
        return httpx.Response(404, text=bad, extensions={"reason_phrase": f"{BAD}\0\x1b".encode()})

    checker = Checker(Policy(retries=0), httpx.MockTransport(say))
    report = safelinks.check(read("https://a.example/"), checker=checker, keep_texts=True)
    page = parsed(report)
    assert len(list(page.iter("script"))) == 1
    assert "\0" not in page_of(report)


def test_hostile_labels_of_a_page() -> None:
    link = wrap("https://a.example/")
    body = f"<p><a href='{link}'>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;</a> &quot;&gt;&lt;img onerror=1&gt;"
    page = parsed(report_on(read(body, "a.html")))
    assert_it_fetches_nothing(page)
    (mark,) = page.xpath("//*[@class='paper']//a")
    assert text_of(mark).startswith("</script><script>alert(1)</script>")


def test_recipients_are_nowhere() -> None:
    page = page_of(report_on(NOTICE))
    assert PERSON not in page
    assert "mocs.nyc.gov" not in page
    inner = wrap(f"https://example.org/u?m={encode(RECIPIENT)}")
    text = (
        f"To: {RECIPIENT.upper()}, {encode(RECIPIENT)}\n[{RECIPIENT}]({inner}) cut: {inner[:150]}"
    )
    for name in ("a.txt", "a.md"):
        page = page_of(report_on(read(text, name)))
        assert "last@example" not in page.lower()
        assert "Last%40" not in page
        assert "[recipient]" in page
    body = f"<p>To {RECIPIENT}: <a href='{inner}'>example.org</a> <p>{inner.replace('&', '&amp;')}"
    page = page_of(report_on(read(body, "a.html")))
    assert "First.Last" not in page
    assert PERSON in page_of(safelinks.check(NOTICE, offline=True, show_recipients=True))


SECRET = "Zk9SECRET" * 20
TEAMS = (
    "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
    f"?url=https%3A%2F%2Fa.example%2Fb&locale=en-us&pc={SECRET}&wau=https%3A%2F%2Fc.example"
    f"&si=19%3ASECRET%40thread.v2&sd=%7B%22SECRET%22%3A1%7D"
)
BREAKS = {"line": "\n", "CRLF": "\r\n", "quote": "\n> ", "blank line": "\n\n", "indent": "\n    ", "page": "\n(2)\n"}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv"])
@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
def test_nothing_personal_is_left_of_broken_links(broken: str, name: str) -> None:
    for width in (60, 72, 76, 150):
        pieces = [TEAMS[at : at + width] for at in range(0, len(TEAMS), width)]
        page = page_of(report_on(read(f"See {broken.join(pieces)}\nGood bye to you.", name)))
        assert "SECRET" not in page
        assert "to you" in page
    sent = wrap("https://a.example/b")
    at = sent.index(encode(RECIPIENT))
    for width in (at + 3, at + 9, at + len(encode(RECIPIENT)) - 2):
        page = page_of(report_on(read(f"See {sent[:width]}{broken}{sent[width:]}", name)))
        texts = str(lxml_html.document_fromstring(page).xpath("string(//*[@class='paper'])"))
        assert not re.search(r"First|Last|xample\.org%7C|ample\.org%7C|rg%7C", texts)


SPELLINGS = {
    "JSON": RECIPIENT.replace("@", "\\u0040"),
    "JSON, all of it": "".join(f"\\u{ord(char):04x}" for char in RECIPIENT),
    "JavaScript": RECIPIENT.replace(".", "\\x2E"),
    "HTML": RECIPIENT.replace("@", "&#64;"),
    "HTML, hexadecimal": "".join(f"&#x{ord(char):X};" for char in RECIPIENT),
    "HTML, by name": RECIPIENT.replace("@", "&commat;").replace(".", "&period;"),
    "HTML, twice": RECIPIENT.replace("@", "&amp;#0064;"),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_recipients_are_nowhere_as_markup_spells_them(spelling: str) -> None:
    text = f"Dear {spelling}, see {wrap('https://a.example/')} as {spelling}"
    for name in ("a.md", "a.txt"):
        page = parsed(report_on(read(text, name)))
        assert text_of(page.xpath("//*[@class='paper']")[0]) == (
            "Dear [recipient], see https://a.example/ (Works) as [recipient]"
        )


# --- Texts ---


def marks_of(*documents: safelinks.Document) -> list[tuple[str, str]]:
    page = parsed(report_on(*documents, offline=True))
    marks = page.xpath("//*[@class='paper']//a[@class]")
    return [(text_of(one).removesuffix(" (Unchecked)"), one.get("href")) for one in marks]


def test_labels_are_marked_where_they_stand() -> None:
    body = (
        "<p>Read the <a href='https://a.example/1'>page</a>, and the other\n"
        "<a href='https://a.example/2'>page</a>.<p>Not this page. "
        "<a href='https://a.example/3'>A <b>bold\n one</b></a> <a href='https://a.example/4'><img></a>"
        "<a href='https://a.example/5'>https://a.example/5</a>"
    )
    document = read(body, "a.html")
    assert marks_of(document) == [
        ("page", "#address-1"),
        ("page", "#address-2"),
        ("A bold one", "#address-3"),
        ("https://a.example/5", "#address-5"),
    ]
    page = parsed(report_on(document, offline=True))
    beside = page.xpath("//*[@class='beside']//a")
    assert [(text_of(one), one.get("href")) for one in beside] == [
        ("https://a.example/4 (Unchecked)", "#address-4")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("label", ["read on", "page {}"])
def test_many_labels_in_one_paragraph_take_linear_time(label: str) -> None:
    def work(count: int) -> Callable[[], None]:
        body = (f"<a href='https://a.example/{at}'>{label.format(at)}</a> " for at in range(count))
        document = read("<p>" + "".join(body), "a.html")
        marks = {at: Mark(("a.html", one.url, False), 0) for at, one in enumerate(document.links)}

        def add() -> None:
            text = RawText()
            text.add(document, marks)
            assert not text.beside

        return add

    is_linear(work, amount(500, 5_000))


DOCUMENTS = Path(__file__).parent / "data" / "documents"


@pytest.mark.parametrize("name", ["notice.html", "notice.docx", "notice.odt", "notice.rtf"])
def test_the_notice_is_marked_alike_in_every_format(name: str) -> None:
    page = parsed(safelinks.check(DOCUMENTS / name, offline=True, keep_texts=True))
    marks = page.xpath("//*[@class='paper']//a")
    assert [text_of(one).removesuffix(" (Unchecked)") for one in marks] == [
        "Payee Information Portal (PIP)",
        "PASSPort",
        "Learn more about PASSPort",
        "Getting Started: An Introduction to Doing Business with the City of New York",
        "PASSPort Public Portal",
        "PIP website",
        "MOCS Learning to Use PASSPort",
        "MOCS Service Desk",
    ]
    assert PERSON not in page_of(safelinks.check(DOCUMENTS / name, offline=True, keep_texts=True))


def test_what_nobody_asked_for_is_unchecked_and_not_skipped() -> None:
    document = read("https://a.example/ and http://10.0.0.1/")
    page = parsed(safelinks.check(document, offline=True, keep_texts=True))
    counts = [text_of(one) for one in page.xpath("//section[@class='counts']//li")]
    assert counts == ["2 Unchecked"]
    (verdict,) = {text_of(one) for one in page.xpath("//td[contains(@class, 'verdict')]/p")}
    assert verdict == "Unchecked"
    assert [text_of(one) for one in page.xpath("//*[@class='legend']/li")] == ["Unchecked"]
    page = parsed(report_on(document))
    counts = [text_of(one) for one in page.xpath("//section[@class='counts']//li")]
    assert counts == ["1 Skipped", "1 Works"]
    words = [one.text for one in page.xpath("//select[@name='verdict']/option")]
    assert words == ["Any verdict", "Skipped", "Works"]


def test_messages_of_one_mailbox_follow_each_other() -> None:
    documents = [read(f"{word} https://a.example/{word}", "box") for word in ("one", "two")]
    page = parsed(report_on(*documents, offline=True))
    assert text_of(page.xpath("//*[@class='paper']")[0]) == (
        "one https://a.example/one (Unchecked) two https://a.example/two (Unchecked)"
    )


@pytest.mark.slow
def test_a_long_text_is_cut_and_says_so() -> None:
    text = "https://a.example/1\n" + "many words " * 200_000 + f"{RECIPIENT} https://a.example/2"
    page = parsed(report_on(read(text), offline=True))
    assert "Only the beginning of the text is shown" in page.text_content()
    assert len(page.xpath("string(//*[@class='paper'])")) < 2_000_100
    assert [one.get("href") for one in page.xpath("//*[@class='beside']//a")] == ["#address-2"]


def test_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    command = ["check", "--offline", "--format", "html", str(NOTICE)]
    printed = CliRunner().invoke(main, command).output
    assert CliRunner().invoke(main, [*command, "-o", str(path)]).exit_code == 0
    for content in (printed, path.read_text("ascii")):
        page = lxml_html.document_fromstring(content)
        assert page.xpath("count(//*[@class='paper']//a)") == 8
        assert PERSON not in content


def test_texts_are_kept_only_where_they_are_asked_for() -> None:
    assert safelinks.check(NOTICE, offline=True).texts == ()


def test_a_log_that_shows_the_page_gets_no_command() -> None:
    document = safelinks.read(b"[##[add-mask]x](https://a.example/##vso[task.complete])", "a.md")
    page = "".join(
        safelinks.render(safelinks.check(document, offline=True, keep_texts=True), "html")
    )
    assert "add-mask" in page
    assert not re.search(r"##\w*\[", page)
