"""Texts in which links are escaped: what is read, what is written, and that nothing else changes."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from building import wrap
from doubled import Piece, ends
from hypothesis import given
from hypothesis import strategies as st

from safelinks import Document, Link, read
from safelinks.documents.content.signatures import looks_like_mail

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a?b=1&c=2&copy=3#d"
CISCO = "https://secure-web.cisco.com/1ryIEmytf9PMysg7yMMcawcChwKjTNZtf6Kb0VbFhWnEhHygf/"
LINK = wrap(TARGET)


def _links(raw: str, name: str) -> tuple[Link, ...]:
    return read(raw.encode(), name).links


def _cleaned(raw: str, name: str) -> str:
    return read(raw.encode(), name).cleaned().decode()


def _json_again(text: str) -> str:
    return text.replace("&", "\\u0026").replace("/", "\\/")


E = html.escape
CASES: dict[str, tuple[str, str, str]] = {
    # a name, the document, and what it is when it is cleaned
    "attribute": ("a.html", f'<p><a class=x href="{E(LINK)}">PIP</a>', f'<p><a class=x href="{E(TARGET)}">PIP</a>'),
    "single quotes": ("a.html", f"<a href='{E(LINK)}'>x</a>", f"<a href='{E(TARGET)}'>x</a>"),
    "no quotes": ("a.html", f"<a href={E(LINK)}>x</a>", f"<a href={E(TARGET)}>x</a>"),
    "not escaped": ("a.html", f'<a href="{LINK}">x</a>', f'<a href="{E(TARGET)}">x</a>'),
    "numeric references": (
        "a.html", f'<a href="{LINK.replace("/", "&#x2F;").replace(":", "&#58;")}">x</a>', f'<a href="{E(TARGET)}">x</a>',
    ),
    "in text": ("a.html", f"<p>See {E(LINK)}, please", f"<p>See {E(TARGET)}, please"),
    "text broken by wbr": (
        "a.html", f"<p>See {E(LINK[:90])}<wbr>{E(LINK[90:])} now", f"<p>See {E(TARGET)}<wbr> now",
    ),
    "image": ("a.html", f'<img alt="x" src="{E(LINK)}"/>', f'<img alt="x" src="{E(TARGET)}"/>'),
    "meta refresh": (
        "a.html", f'<meta http-equiv="refresh" content="0;url={E(LINK)}">', f'<meta http-equiv="refresh" content="0;url={E(TARGET)}">',
    ),
    "VML": ("a.html", f'<v:roundrect href="{E(LINK)}"></v:roundrect>', f'<v:roundrect href="{E(TARGET)}"></v:roundrect>'),
    "comment": ("a.html", f'<!--[if mso]><a href="{E(LINK)}">x</a><![endif]-->', f'<!--[if mso]><a href="{E(TARGET)}">x</a><![endif]-->'),
    "script": ("a.html", f'<script>var a="{LINK}";if(a<b){{}}</script><p>', f'<script>var a="{TARGET}";if(a<b){{}}</script><p>'),
    "never closed": ("a.html", f'<p>1 < 2 <a href="{E(LINK)}" {E(LINK)}', f'<p>1 < 2 <a href="{E(TARGET)}" {E(TARGET)}'),
    "xml": ("a.xml", f"<?xml version='1.0'?><a b='{E(LINK)}'>{E(LINK)}</a>", f"<?xml version='1.0'?><a b='{E(TARGET)}'>{E(TARGET)}</a>"),
    "CDATA": ("a.rss", f"<link><![CDATA[{LINK}]]></link>", f"<link><![CDATA[{TARGET}]]></link>"),
    "json": ("a.json", json.dumps({LINK: ["é", LINK]}), json.dumps({TARGET: ["é", TARGET]})),
    "json, escaped": ("a.json", f'{{"a": "{_json_again(LINK)}"}}', f'{{"a": "{_json_again(TARGET)}"}}'),
    "json lines": ("a.jsonl", f'{{"a": "{LINK}"}}\n{{"b": "\\"{LINK}\\""}}\n', f'{{"a": "{TARGET}"}}\n{{"b": "\\"{TARGET}\\""}}\n'),
    "json, broken": ("a.jsonl", f'{{"a: 1}}\n{{"b": "{LINK}"}}\n// {LINK}\n', f'{{"a: 1}}\n{{"b": "{TARGET}"}}\n// {TARGET}\n'),
    "csv": ("a.csv", f"name,link\r\nPIP,{LINK}\r\n", f"name,link\r\nPIP,{TARGET}\r\n"),
    "csv, comma in the target": ("a.csv", f"a,b,c\n1,{wrap('https://a.example/x,y')},2\n", 'a,b,c\n1,"https://a.example/x,y",2\n'),
    "csv, quoted": ("a.csv", f'a;"see ""{LINK}"" or\n{LINK}";c\n', f'a;"see ""{TARGET}"" or\n{TARGET}";c\n'),
    "tsv": ("a.tsv", f"a\t{LINK}\tb", f"a\t{TARGET}\tb"),
    "markdown": ("a.md", f"# T\n\n[PIP]({LINK}) <{LINK}>\n\n[1]: {LINK}\n", f"# T\n\n[PIP]({TARGET}) <{TARGET}>\n\n[1]: {TARGET}\n"),
    "rst": ("a.rst", f"`PIP <{LINK}>`_\n\n.. _x: {LINK}\n", f"`PIP <{TARGET}>`_\n\n.. _x: {TARGET}\n"),
    "source code": ("a.py", f'URL = "{LINK}"  # {LINK}\n', f'URL = "{TARGET}"  # {TARGET}\n'),
    "calendar, uri": ("a.ics", f"BEGIN:VCALENDAR\r\nURL:{LINK}\r\nEND:VCALENDAR\r\n", f"BEGIN:VCALENDAR\r\nURL:{TARGET}\r\nEND:VCALENDAR\r\n"),
    "calendar, folded text": (
        "a.ics",
        "BEGIN:VCALENDAR\r\nDESCRIPTION:" + "\r\n ".join(re.findall(".{1,60}", f"Join\\, see {wrap('https://a.example/x;y')}\\nBye")) + "\r\n",
        "BEGIN:VCALENDAR\r\nDESCRIPTION:Join\\, see https://a.example/x\\;y\\nBye\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "clean"), CASES.values(), ids=CASES)
def test_cleaning(name: str, raw: str, clean: str) -> None:
    assert _cleaned(raw, name) == clean
    assert _cleaned(clean, name) == clean
    before, after = _links(raw, name), _links(clean, name)
    assert [link.target for link in before] == [link.target for link in after]
    assert all(link.wrapped for link in before)
    assert not any(link.wrapped for link in after)


def test_a_bracket_that_would_end_a_link_in_markdown_is_encoded() -> None:
    assert (
        _cleaned(f"[a]({wrap('https://a.example/x)y')})", "a.md") == "[a](https://a.example/x%29y)"
    )


@pytest.mark.parametrize(("name", "raw", "clean"), CASES.values(), ids=CASES)
def test_places_are_those_of_the_file(name: str, raw: str, clean: str) -> None:
    for text in (raw, clean, f"\n\n{raw}"):
        rows = text.split("\n")
        for link in _links(text, name):
            assert rows[(link.line or 0) - 1][(link.column or 0) - 1 :].startswith("https")
            assert text[link.start : link.start + 5] == "https"


@pytest.mark.parametrize(
    ("name", "raw", "label"),
    [
        ("a.html", f'<a href="{LINK}">The <b>PIP</b>\n &amp; more</a>', "The PIP & more"),
        ("a.html", f'<a href="{LINK}"><img src=x alt="a &gt; b"></a>', "a > b"),
        ("a.html", f'<a href="{LINK}"></a>', None),
        ("a.md", f"See [the [PIP] page]({LINK}).", "the [PIP] page"),
        ("a.md", f"]]]](x)]({LINK}).", None),
        ("a.rst", f"See `the PIP <{LINK}>`_.", "the PIP"),
        ("a.txt", f"Questions? Ask. The PIP<{LINK}> it is", "The PIP"),
        ("a.txt", f"- first\n- PIP <{LINK}>", "PIP"),
        ("a.txt", f"See {LINK}", None),
        ("a.txt", f"if (a < {LINK}", None),
    ],
)
def test_labels(name: str, raw: str, label: str | None) -> None:
    assert _links(raw, name)[0].label == label


def test_the_name_of_a_namespace_is_no_link() -> None:
    names = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:v="http://a.example/v"'
    assert _links(f"<html {names}><p>", "a.html") == _links(f"<rss {names}/>", "a.xml") == ()


def test_an_attribute_that_is_there_twice_is_cleaned_twice() -> None:
    twice = f'<a href="{E(LINK)}" href="{E(LINK)}">x</a>'
    assert _cleaned(twice, "a.html") == twice.replace(E(LINK), E(TARGET))


def test_what_outlook_noted_is_kept() -> None:
    raw = f'<a href="{LINK}" originalsrc="https://other.example/?a&amp;b" shash="x">PIP</a>'
    href, noted = _links(raw, "a.html")
    assert href.original == "https://other.example/?a&b"
    assert (noted.target, noted.original) == ("https://other.example/?a&b", None)
    tip = "Original URL: https://other.example/. Click or tap if you trust this link."
    assert (
        _links(f'<a title="{tip}" href="{LINK}">x</a>', "a.html")[1].original
        == "https://other.example/"
    )


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("www.nyc.gov/pip", "www.nyc.gov/pip"),
        ("https://nyc.gov", "https://nyc.gov"),
        ("https://www.example.org/other", None),
        ("example.org", None),
        ("nyc.gov", "nyc.gov"),
        ("notice.pdf", None),
        ("README.md", None),
        ("the PIP page", None),
        ("", None),
        (LINK, None),
        (LINK[:100], None),
        (CISCO + "https%3A%2F%2Fexample.org%2F", None),
        (CISCO + "https%3A%2F%2Fnyc.gov%2F", "https://nyc.gov/"),
    ],
)
def test_a_label_that_shows_another_address(label: str, shown: str | None) -> None:
    assert _links(f'<a href="{LINK}">{label}</a>', "a.html")[0].shown == shown


@pytest.mark.parametrize(
    ("raw", "name", "format_"),
    [
        ("<!DOCTYPE html><p>", "notice.txt", "html"),
        ("\ufeff <html>", "notice", "html"),
        ('<?xml version="1.0"?><html xmlns="x">', "x", "html"),
        ('<?xml version="1.0"?><rss>', "x", "xml"),
        ("BEGIN:VCALENDAR\r\n", "x", "icalendar"),
        ('{"a": 1}', "x", "json"),
        ('[{"a": 1}', "x", "text"),
        ("{curly}", "x", "text"),
        ("[" * 100_000, "x", "text"),
        ("{}", "x.md", "markdown"),
        ("{}", "X.RST", "rst"),
        ("a,b", "x.CSV", "csv"),
        ("x", "x.py", "text"),
    ],
)
def test_the_format_is_told_by_content_and_name(raw: str, name: str, format_: str) -> None:
    assert read(raw.encode(), name).format == format_


def _as_csv(targets: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([f"a{at}", target, 'b "c"'] for at, target in enumerate(targets))
    return out.getvalue()


def _as_xml(targets: list[str]) -> str:
    root = ET.Element("feed")
    for target in targets:
        ET.SubElement(root, "link", href=target).text = f"see {target} now"
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _folded(line: str) -> str:
    return "\r\n ".join(re.findall(".{1,70}", line))


MAKERS: dict[str, Callable[[list[str]], str]] = {
    "x.txt": lambda targets: "\n".join(f"see {target} now" for target in targets),
    "x.md": lambda targets: "\n".join(f"* [a]({target})" for target in targets),
    "x.html": lambda targets: "".join(f'<p><a href="{E(target)}">{E(target)}</a></p>\n' for target in targets),
    "x.xml": _as_xml,
    "x.json": lambda targets: json.dumps([{"a": target, "b": f"see {target}"} for target in targets]),
    "x.jsonl": lambda targets: "\n".join(_json_again(json.dumps(target)) for target in targets),
    "x.csv": _as_csv,
    "x.ics": lambda targets: "\r\n".join(["BEGIN:VCALENDAR", *(_folded(f"URL:{target}") for target in targets), "END:VCALENDAR"]),
}  # fmt: skip
ADDRESSES = st.text("abcxyz019/._~-=&;,%+!$", max_size=40).map(
    lambda rest: f"https://example.org/?q={rest}z"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
@given(st.lists(ADDRESSES, min_size=1, max_size=5), st.data())
def test_a_cleaned_document_has_the_same_targets_and_no_wrapper(
    name: str, targets: list[str], data: st.DataObject
) -> None:
    some = [wrap(one) if data.draw(st.booleans()) else one for one in targets]
    document = read(MAKERS[name](some).encode(), name)
    again = read(document.cleaned(), name)
    assert [link.target for link in again.links] == [link.target for link in document.links]
    assert not any(link.wrapped for link in again.links)
    assert again.cleaned() == document.cleaned()
    assert read(MAKERS[name](targets).encode(), name).cleaned().count(b"example.org") == len(
        again.links
    )
    if name not in ("x.ics", "x.csv", "x.txt", "x.md"):
        assert document.cleaned() == MAKERS[name](targets).encode()


@pytest.mark.parametrize("name", [*MAKERS, "x.rst", "x"])
@given(st.text() | st.text("<>\"'&;=/\\-![]a:{},\r\n #x3") | st.just(LINK))
def test_any_text_is_read_and_unchanged_without_wrappers(name: str, text: str) -> None:
    raw = text.encode("utf-8", "replace")
    if b"\0" in raw or raw.startswith((b"PK", b"MZ", b"GIF8")):
        return
    document: Document = read(raw, name)
    if not any(link.wrapped for link in document.links):
        assert document.cleaned() == raw


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["<a ", '<a "', '<a" "', "<!--", "<![CDATA[", "<script>", '<a href="', "<a href=://>", "<wbr>", '"', "\\", '"\\', "&#", "&amp;", "://",
     f"<a href='{LINK}'>", "[](", ",,", '""', "\r\n ", lambda size: "[" * (size // 22) + "x](https://a.example)" * (size // 22)],
    ids=range(21),
)  # fmt: skip
@pytest.mark.parametrize("name", ["x.html", "x.xml", "x.json", "x.csv", "x.ics", "x.md"])
def test_hostile_texts_end(name: str, piece: Piece) -> None:
    ends(piece, name)


@pytest.mark.parametrize(
    ("raw", "is_mail"),
    [
        (b"Received: from x", True),
        (b"from a@b.example Mon\nTo: c\n\n", True),
        (b"From a@b.example Mon\r\nTo: c\r\n", True),
        (b"To: a\r\nMIME-Version: 1.0\r\n", True),
        (b"content-transfer-encoding:", True),
        (b"To: a\r\n", False),
        (b"\nReceived: from x", False),
        (b"From me to you\nwith love\n", False),
        (b"Dear all\nMIME-Version: 1.0\n", False),
        (b"", False),
    ],
)
def test_mail_is_told_by_its_first_lines(raw: bytes, is_mail: bool) -> None:
    assert looks_like_mail(raw) is is_mail
