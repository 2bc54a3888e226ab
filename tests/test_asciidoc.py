"""AsciiDoc: what is an address, where it ends, and how another is written there."""

from __future__ import annotations

import re

import pytest
from building import wrap
from doubled import ends
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read
from safelinks.addresses.roles import Role

TARGET = "https://example.org/a"
LINK = wrap(TARGET)
TEXT, HIDDEN, TEMPLATE = Role.LINK_TEXT, Role.ATTRIBUTE_TEXT, Role.TEMPLATE

CASES: dict[str, tuple[str, list[str | tuple[str, Role]]]] = {
    "labelled": ("See https://e.example/guide[the guide], or not", ["https://e.example/guide"]),
    "no label": ("https://e.example/x[]", ["https://e.example/x"]),
    "dot at the end": ("https://e.example/x.[y]", ["https://e.example/x."]),
    "link macro": ("link:https://e.example/2[x^] more", ["https://e.example/2"]),
    "link macro, blanks": ("link:++https://e.example/a b.pdf++[x]", ["https://e.example/a%20b.pdf"]),
    "link macro, passed through": ("link:pass:[https://e.example/a_b.][x] link:$$https://e.example/_c$$[x]", ["https://e.example/a_b.", "https://e.example/_c"]),
    "image": ("image::https://e.example/3.png[alt]\nx image:https://e.example/4.png[alt]", ["https://e.example/3.png", "https://e.example/4.png"]),
    "image, blanks": ("image::https://e.example/a b.png[alt]", ["https://e.example/a%20b.png"]),
    "image that links": ('image::https://e.example/3.png[alt,link="https://e.example/a.",role=x]', ["https://e.example/3.png", "https://e.example/a."]),
    "picture that links": ("image::3.png[link=https://e.example/a.,x]", ["https://e.example/a."]),
    "include": ("include::https://e.example/a.adoc[lines=1]", ["https://e.example/a.adoc"]),
    "angle brackets": ("<https://e.example/x.> and", ["https://e.example/x."]),
    "bare": ("see https://e.example/x. And (https://e.example/y)", ["https://e.example/x", "https://e.example/y"]),
    "attribute entry": (":url: https://e.example/x.\n:!no: https://e.example/y.", ["https://e.example/x.", "https://e.example/y."]),
    "attribute entry with a macro": (":docs: https://e.example/x.[Docs]", ["https://e.example/x."]),
    "reference to an attribute": ("https://e.example/{version}/x[y]", [("https://e.example/{version}/x", TEMPLATE)]),
    "address as label": ("https://e.example/x[https://t.example/]", ["https://e.example/x", ("https://t.example/", TEXT)]),
    "address as description": ("image:https://e.example/x[https://t.example/]", ["https://e.example/x", ("https://t.example/", HIDDEN)]),
    "label on two lines": ("https://e.example/x[https://t.example/\nand]", ["https://e.example/x", ("https://t.example/", TEXT)]),
    "label that never ends": ("https://e.example/x[https://t.example/\n\nand]", ["https://e.example/x", "https://t.example/"]),
    "entity": ("https://e.example/?a&amp;b[x] https://e.example/?c&amp;d", ["https://e.example/?a&b", "https://e.example/?c&d"]),
    "listing": ("----\nhttps://e.example/x&amp;y\n----\n", ["https://e.example/x&amp;y"]),
    "passed through": ("+https://e.example/x+ and", ["https://e.example/x"]),
    "monospaced": ("`https://e.example/x[y]`", ["https://e.example/x"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("suffix", [".adoc", ".asciidoc", ".asc"])
def test_addresses(text: str, expected: list[str | tuple[str, Role]], suffix: str) -> None:
    links = read(text.encode(), f"a{suffix}").links
    assert [(link.url, link.role) if link.role else link.url for link in links] == expected


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        ("the guide", "the guide"), ("the guide^", "the guide"), ("", None), ('"a, b",role=x', "a, b"),
        ("the guide,window=_blank", "the guide"), ("a, b", "a, b"), ("a\nb", "a b"), ("a [b\\]", "a [b\\]"),
    ],
)  # fmt: skip
def test_labels(attributes: str, label: str | None) -> None:
    assert read(f"{TARGET}[{attributes}]".encode(), "a.adoc").links[0].label == label


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("See @[the page] and link:@[other^].", TARGET, TARGET),
        ("image::@[x]\n\ninclude::@[]\n<@>\n:url: @\n", TARGET, TARGET),
        ("see @, and\n----\n@\n----\n// @", TARGET, TARGET),
        ("@[x]", "https://a.example/a[1]{b}", "https://a.example/a%5B1%5D%7Bb%7D"),
        ("link:++@++[x]", "https://a.example/a b", "https://a.example/a%20b"),
        ("@[x]", "https://a.example/?a&copy;b", "https://a.example/?a&amp;copy;b"),
        ("image:a[x,link=@]", "https://a.example/x,y", '"https://a.example/x,y"'),
        ("image:a[x,link='@']", "https://a.example/x,y", "https://a.example/x,y"),
        ("@[x]", "https://a.example/x.", "https://a.example/x."),
    ],
)
def test_cleaning(text: str, target: str, expected: str) -> None:
    cleaned = read(text.replace("@", wrap(target)).encode(), "a.adoc").cleaned().decode()
    assert cleaned == text.replace("@", expected)
    assert read(cleaned.encode(), "a.adoc").cleaned().decode() == cleaned


@given(st.text("abcxyz019/._~-=&;,%+!$()\"'`|*#?:é文", max_size=30))
def test_any_address_is_read(rest: str) -> None:
    url = f"https://example.org/{rest}".strip()
    text = re.sub("&(?=.*;)", "&amp;", url)
    for before, behind in (("", "[x]"), ("link:", "[x^]"), ("see ", "[]"), ("image:", "[x]")):
        links = read(f"{before}{text}{behind}".encode(), "a.adoc").links
        assert [link.url for link in links] == [url]


def test_what_cannot_be_written_stays() -> None:
    raw = f"link:++{wrap('https://a.example/a++b')}++[x]".encode()
    assert read(raw, "a.adoc").cleaned() == raw


_ENCODED = ' []{}<>"`'


@given(st.text("abcxyz019/._~-=&;,%+!$()[]{}<>\"'`|*#?: é文", max_size=30))
def test_any_target_is_written(rest: str) -> None:
    url = f"https://example.org/{rest}".strip()
    raw = f"see {wrap(url)}[x] and".encode()
    cleaned = read(raw, "a.adoc").cleaned()
    (link,) = read(cleaned, "a.adoc").links
    assert not link.wrapped
    assert link.target is not None
    for char in _ENCODED:
        url = url.replace(char, f"%{ord(char):02X}")
    assert link.target == url
    assert cleaned.endswith(b"[x] and")


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["http://", "http://a", "http://a[", "http://a[x\n", "image::http://a b ", "link:", "link:++", "link:++x", "<http://a", ":a: b\n",
     "----\n", "....", "+x", "+++", "`", "http://a[link=", "http://a\\[", "link:pass:[", "{a", "//\n", " x\n", "[source]\n"],
)  # fmt: skip
def test_hostile_texts_end(piece: str) -> None:
    ends(piece, "a.adoc")
