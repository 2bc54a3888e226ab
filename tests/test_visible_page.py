"""What a person sees of a page: its title, its text, its places, the fields that somebody fills in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.documents.markup.visible_blocks import seen_at_least
from safelinks.health.judgement.visible_page import Page, page_of

TITLES = {
    "<title>A</title>": "A",
    "<TITLE lang=en> A\n b &amp; c </TITLE>": "A b & c",
    "<!-- <title>A</title> --><title>B</title>": "B",
    "<svg><title>A</title></svg><title>B</title>": "B",
    "<SVG><title>A</title></SVG><title>B</title>": "B",
    "<!-- x --><title>B</title>": "B",
    "<title></title>": "",
    "<titles>A</titles>": "",
    "<svg><title>x</title></svg>" * 19 + "<title>B</title>": "B",
    "<svg><title>x</title></svg>" * 20 + "<title>B</title>": "",
    "": "",
}


@pytest.mark.parametrize("source", TITLES)
def test_the_title(source: str) -> None:
    assert Page(source).title == TITLES[source]


def test_the_first_heading() -> None:
    assert Page("<H1 class=a>An <b>old</b>\nhouse</H1><h1>B</h1>").heading == "An old house"
    assert Page("<h2>A</h2>").heading == ""


WORDS = {
    "<p>A  <b>b</b>c": "A bc",
    "<script>A</script><style>B</style><p>C": "C",
    "<noscript>A</noscript><p>B": "B",
    "<NOSCRIPT class=x>A</NOSCRIPT ><p>B": "B",
    "<noscript>A</noscript\n><p>B": "B",
    "<p>A<noscript>B": "A",
    "<p hidden>A</p><p>B": "B",
}


@pytest.mark.parametrize("source", WORDS)
def test_the_words(source: str) -> None:
    assert Page(source).words == WORDS[source]


UNSEEN = [
    "script",
    "style",
    "template",
    "iframe",
    "noscript",
    "datalist",
    "audio",
    "video",
    "canvas",
]


@pytest.mark.parametrize("tag", UNSEEN)
def test_what_is_not_seen_does_not_count(tag: str) -> None:
    assert Page(f"<p>A</p><{tag}>{'word ' * 20}</{tag}>").is_brief(5) is (len(Page(f"<p>A</p><{tag}>{'word ' * 20}</{tag}>").words) <= 5)  # fmt: skip


BRIEF = [
    "<P CLASS=A>abcde", "<p class='a b' id=\"c\">abcde", "<p data-x=1>abcde", "<!DOCTYPE html><p>abcde", "<br/>abcde", "<p\n>abcde", "&amp;bcde",
]  # fmt: skip


@pytest.mark.parametrize("source", BRIEF)
def test_how_much_there_is_to_read(source: str) -> None:
    assert Page(source).is_brief(5)
    assert not Page(source).is_brief(4)
    assert not Page(source, whole=False).is_brief(5)


SHELLS = {"<script></script><p>" + "a" * 39: True, "<script></script><p>" + "a" * 40: False, "<p>a": False, "<SCRIPT>x</SCRIPT>": True}  # fmt: skip


def test_what_a_script_makes() -> None:
    assert {source: Page(source).is_shell for source in SHELLS} == SHELLS


REFRESHES: dict[str, tuple[str, int]] = {
    "<meta http-equiv=refresh content='0;url=/a'>": ("/a", 0),
    "<META HTTP-EQUIV=' Refresh ' CONTENT='7, URL=\"/a b\" c'>": ("/a b", 7),
    "<meta http-equiv=refresh content='3.9 /a'>": ("/a", 3),
    "<meta http-equiv=refresh content='0;url=/a  '>": ("/a", 0),
    "<meta http-equiv=refresh content='1;url=/a?b=1&amp;c'>": ("/a?b=1&c", 1),
    "<meta http-equiv=refresh content='0;url= &quot; /a &quot;'>": ("/a", 0),
    "<meta http-equiv=x content='0;url=/a'><meta http-equiv=refresh content='2;url=/b'>": ("/b", 2),
    "<meta http-equiv=refresh content='5'><meta http-equiv=refresh content='2;url=/b'>": ("", 0),
    "<noscript><meta http-equiv=refresh content='0;url=/a'></noscript>": ("", 0),
    "<NOSCRIPT><meta http-equiv=refresh content='0;url=/a'></NOSCRIPT>": ("", 0),
    "<p http-equiv=refresh content='0;url=/a'>": ("", 0),
    "</meta http-equiv=refresh content='0;url=/a'>": ("", 0),
    "<meta name=refresh content='0;url=/a'>": ("", 0),
}


@pytest.mark.parametrize("source", REFRESHES)
def test_where_it_sends_its_readers(source: str) -> None:
    url, seconds = REFRESHES[source]
    page = Page(source)
    assert page.refresh == url
    assert page.refreshes_within(seconds) is bool(url)
    assert not page.refreshes_within(seconds - 1)


PLACES = {
    "<p id=a><h2 ID='b c'>": {"a", "b c"},
    "<a name=a><A NAME=b><p name=c>": {"a", "b"},
    "<p id=a&amp;b>": {"a&b"},
    "<a href=x rel=y>": set(),
    "</p id=a><p data-id=b><!-- <p id=c> -->": set(),
    "<script>'<p id=a>'</script>": set(),
}


@pytest.mark.parametrize("source", PLACES)
def test_places(source: str) -> None:
    assert Page(source).places == PLACES[source]


def test_places_by_fragment() -> None:
    page = Page("<p id='a b'><p id=user-content-c><p id='d%20e'>")
    found = {
        name: page.has_place(name)
        for name in ("a%20b", "a b", "c", "user-content-c", "d%20e", "d e", "b", "")
    }
    assert [name for name, there in found.items() if not there] == ["d e", "b", ""]


FIELDS = {
    "<input>": {"text"},
    "<INPUT TYPE=Email>": {"email"},
    **{f"<input type={kind}>": {kind} for kind in ("text", "email", "password", "tel", "search", "url", "number")},
    **{f"<input type={kind}>": set() for kind in ("hidden", "checkbox", "submit", "radio")},
    "<textarea>": {"textarea"},
    "<TEXTAREA>": {"textarea"},
    "</textarea></input>": set(),
    "<input name=my-CAPTCHA>": set(),
    "<input type=hidden name=captcha>": set(),
    "<select>": set(),
}  # fmt: skip


@pytest.mark.parametrize("source", FIELDS)
def test_fields(source: str) -> None:
    assert Page(source).fields == FIELDS[source]


CHARSETS = [
    "utf-8", "utf8", "utf-16", "utf16", "utf-16le", "utf16be", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "iso8859-15", "iso-88592",
    "iso-2022-jp", "windows-1252", "windows1251", "cp1250", "cp874", "cp949", "cp932", "cp1361", "cp950", "ibm866", "koi8-r", "koi8-u",
    "gb2312", "gbk", "gb18030", "big5", "big5-hkscs", "shift_jis", "shift-jis", "shiftjis", "sjis", "euc-jp", "euc-kr", "tis-620",
]  # fmt: skip


@pytest.mark.parametrize("charset", CHARSETS)
def test_what_a_page_is_written_in(charset: str) -> None:
    text = {"shift": "ア", "sjis": "ア", "euc-j": "ア", "iso-2": "ア"}.get(charset[:5], "a")
    for sample in (text, "é", "я", "ก", "한", "中"):
        try:
            body = sample.encode(charset)
        except (UnicodeEncodeError, LookupError):
            continue
        assert page_of(
            body, {"content-type": f"text/html; Charset = '{charset.upper()}'"}
        ).source == body.decode(charset)


def test_a_charset_that_nobody_knows() -> None:
    body = "é".encode()
    for charset in ("punycode", "idna", "rot13", "utf-7", "cp037", "x" * 41, "utf-8" + "x" * 40):
        assert page_of(body, {"content-type": f"text/html; charset={charset}"}).source == "é"
    assert page_of(b"<meta charset=latin-1>\xe9", {}).source == "<meta charset=latin-1>é"
    assert page_of(b" " * 1_010 + b"<meta charset=latin-1>\xe9", {}).source[-1] == "\ufffd"
    assert page_of(body, {"content-type": "text/html"}).source == "é"
    assert page_of(body, {}, whole=False).whole is False


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div hidden>", "<div>", "</div>", "<b>", "</b>", "<br>", "<!-- a > b -->", "<!-->", "<!--", "--!>", "-->",
        "<script>", "</script>", "<script/>", "<style>p{}</style>", "<template>", "</template>", "<iframe>", "<!doctype html>",
        "<a title='x > y'>", "<p aria-hidden=true>", '<p style="display: none">', "<input hidden>", "<title>", "</title>",
        "<![CDATA[x]]>", "<?x?>", "<", ">", "&amp;", "&nbsp;", " ", "\n", "a few words", "more", '"', "'", "<p style=\"visibility:hidden",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_is_seen_for_certain_is_no_more_than_what_is_seen(source: str) -> None:
    assert seen_at_least(source, 1_500) <= len(Page(source).words)


def test_a_long_page_is_seen_to_be_long_past_scripts_and_comments() -> None:
    head = "<!doctype html><head><script>if (a < b) '<p>';</script><style>p {}</style><!-- x > y --></head>"
    page = (
        f"{head}<body class=x><p aria-hidden='true'>{'word ' * 30}</p>{'<p>more of it</p>' * 200}"
    )
    assert 1_500 < seen_at_least(page, 1_500) < 1_520


def test_a_comment_may_end_in_two_ways() -> None:
    hidden = f"<!-- a --!><div style='display:none'><!-- b -->{'word ' * 400}</div>"
    assert seen_at_least(hidden, 1_500) == 0
