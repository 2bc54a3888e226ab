"""One unbroken run of an address: what stops it, and what is meant by its characters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.links.address_run import (
    INVISIBLE,
    STOP,
    Escape,
    Run,
    read_run,
    trimmed,
    would_go_on,
)

ONWARD = re.compile(r"[a-z%')]*&data=")

AROUND = {
    "an attribute": ('<a href="', "X", '">', Escape.HTML),
    "an attribute in apostrophes": ("<a href='", "X", "'>", Escape.HTML),
    "an element": ("<td>", "X", "</td>", Escape.HTML),
    "the start of an element": ("<td>", "X", " and", Escape.NONE),
    "a text": ("see ", "X", "</td>", Escape.NONE),
    "quotes": ('"', "X", '"', Escape.NONE),
    "nothing": ("", "X", "", Escape.NONE),
}


@pytest.mark.parametrize("case", AROUND)
def test_what_is_around(case: str) -> None:
    before, link, after, escape = AROUND[case]
    start = len(before)
    assert Escape.around(before + link + after, start, start + len(link)) is escape


UNDONE = [
    (Escape.HTML, "a&amp;b&#38;c&#x26;d", "a&b&c&d"),
    (Escape.HTML, "a&copy=1&lt;", "a&copy=1&lt;"),
    (Escape.HTML, "&AMP;&#X41;", "&A"),
    (Escape.QUOTED_PRINTABLE, "a=3Db=41=C3=80", "a=bA=C3=80"),
    (Escape.NONE, "a&amp;b=3D", "a&amp;b=3D"),
]


@pytest.mark.parametrize(("escape", "raw", "meant"), UNDONE)
def test_escapes_undone(escape: Escape, raw: str, meant: str) -> None:
    assert escape.undo(raw) == meant


# In plain addresses: a text, and what of it is one run.
PLAIN = {
    "a blank": ("https://a.example/x y", "https://a.example/x"),
    "an angle bracket": ("https://a.example/x>y", "https://a.example/x"),
    "a quote": ('https://a.example/x"y', "https://a.example/x"),
    "a bracket without a partner": ("https://a.example/x)y", "https://a.example/x"),
    "brackets": ("https://a.example/x_(y)[z]{a}b", "https://a.example/x_(y)[z]{a}b"),
    "one bracket too many": ("https://a.example/(x))y", "https://a.example/(x)"),
    "a closing tag of BBCode": ("https://a.example/x[/url]", "https://a.example/x"),
    "two addresses": ("https://a.example/x,https://b.example", "https://a.example/x"),
    "a comma": ("https://a.example/x,y;z", "https://a.example/x,y;z"),
    "a character reference that ends": ("https://a.example/x&gt;y", "https://a.example/x"),
    "one that does not": ("https://a.example/x&amp;y&copy=1", "https://a.example/x&amp;y&copy=1"),
    "one that ends, by number": ("https://a.example/x&#34;y", "https://a.example/x"),
    "one that ends, hexadecimal": ("https://a.example/x&#x3E;y", "https://a.example/x"),
    "an apostrophe": ("https://a.example/it's", "https://a.example/it's"),
    "an apostrophe before a comma": ("https://a.example/x',y", "https://a.example/x"),
    "an apostrophe in brackets": ("https://a.example/f('x')/y", "https://a.example/f('x')/y"),
    "a backslash": (r"https://a.example/x\y", "https://a.example/x"),
    "a bar": ("https://a.example/x|y", "https://a.example/x"),
    "an invisible character": ("https://a.example/x\u200by", "https://a.example/x"),
    "an ideographic stop": ("https://a.example/x。y", "https://a.example/x"),
    "letters of other scripts": ("https://a.example/ü書", "https://a.example/ü書"),
}


@pytest.mark.parametrize("case", PLAIN)
def test_where_a_plain_address_stops(case: str) -> None:
    text, expected = PLAIN[case]
    run = read_run(text, Run(0), soft=False)
    assert run.text == expected
    assert run.end == run.raw_end(run.length)
    assert text[: run.end] == expected


def test_a_quote_that_opened_an_address_ends_it() -> None:
    text = "https://a.example/it's"
    assert read_run(text, Run(0, quote="'"), soft=False).text == "https://a.example/it"


def test_a_limit_ends_it() -> None:
    assert read_run("https://a.example/x", Run(0), soft=False, limit=9).text == "https://a"


SOFT = {
    "a soft break": ("https://a.example/x=\ny", "https://a.example/xy", True),
    "quoted": ("https://a.example/x=\r\n> > y", "https://a.example/xy", True),
    "an end": ("https://a.example/x=20\ny", "https://a.example/x", False),
    "a hard space": ("https://a.example/x=C2=A0y", "https://a.example/x", False),
    "an equals sign": ("https://a.example/x=3Dy", "https://a.example/x=3Dy", False),
}


@pytest.mark.parametrize("case", SOFT)
def test_soft_breaks(case: str) -> None:
    text, expected, broken = SOFT[case]
    run = read_run(text, Run(0), soft=True)
    assert (run.text, run.soft_broken) == (expected, broken)


# In wrapped links, where a link surely goes on: damage, and what is meant by it.
DAMAGED = {
    "a backslash": (r"x\/y\_z", "x/y_z"),
    "JSON": (r"x\u0026y", "x&y"),
    "JSON, again": (r"x\\u0026y", "x&y"),
    "JavaScript": (r"x\x26y", "x&y"),
    "HTML, decimal": ("x&#38;y", "x&y"),
    "HTML, hexadecimal": ("x&#x2F;y", "x/y"),
    "an invisible character": ("x\u200b\u00ady", "xy"),
    "an invisible character in HTML": ("x&shy;y&#8203;z", "xyz"),
    "a dot in brackets": ("x[.]y(dot)z{.}a", "x.y.z.a"),
    "a colon in brackets": ("hxxps[:]//x", "hxxps://x"),
    "a bracket": ("x)&data=", "x)&data="),
    "a quote": ("x'y&data=", "x'y&data="),
    "a bracket that ends": ("x) y&data=", "x"),
    "a quotation mark in HTML": ("x&#34;y", "x"),
    "a letter of no ASCII": ("x&#233;y", "x"),
    "a reference that is cut": ("x&#3\n8;", "x&#3"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damage_undone_in_wrapped_links(case: str) -> None:
    text, expected = DAMAGED[case]
    run = read_run(text, Run(0), soft=False, onward=ONWARD)
    assert run.text == expected
    assert run.defanged == ("in brackets" in case)


def test_brackets_behind_the_head_are_no_defanging() -> None:
    text = f"https://a.example/?{'x' * 200}[.]y"
    run = read_run(text, Run(0), soft=False, onward=ONWARD)
    assert not run.defanged
    assert run.text == text


def test_each_character_knows_where_it_stood() -> None:
    text = r"ab\u0026cd[.]e"
    run = read_run(text, Run(0), soft=False, onward=ONWARD)
    assert run.text == "ab&cd.e"
    assert [run.raw_end(length) for length in range(1, 8)] == [1, 2, 8, 9, 10, 13, 14]


def test_a_run_is_extended() -> None:
    text = "ab\n(cd"
    run, more = read_run(text, Run(0), soft=False), read_run(text, Run(3), soft=False)
    run.extend(more)
    assert (run.text, run.length, run.end, run.opened["("]) == ("ab(cd", 5, 6, 1)
    assert [run.raw_end(length) for length in range(1, 6)] == [1, 2, 4, 5, 6]


@given(st.text())
def test_nothing_is_lost_and_nothing_stops_within(text: str) -> None:
    run = read_run(text, Run(0), soft=False)
    assert run.text == text[: run.end]
    assert not re.search(f'[\\s<>"`{INVISIBLE}]', run.text)
    again = read_run(run.text, Run(0), soft=False)
    assert again.text == run.text


STOPS = {**dict.fromkeys(' \t\n<>"`\\|\x00\x7f\xa0\u2028\u200b。」，»', True), **dict.fromkeys("a1-._~:/?#[]@!$&'()*+,;=%é書", False)}  # fmt: skip


@pytest.mark.parametrize("char", STOPS)
def test_what_no_address_holds(char: str) -> None:
    assert bool(STOP.match(char)) == STOPS[char]


# What is left without the punctuation around it.
TRIMMED = [
    ("see ", "https://a.example/x.", "", "https://a.example/x"),
    ("see ", "https://a.example/x?!,;:'|", "", "https://a.example/x"),
    ("see ", "https://a.example/x/", "", "https://a.example/x/"),
    ("*", "https://a.example/x*", "", "https://a.example/x"),
    ("see ", "https://a.example/x*", "", "https://a.example/x*"),
    ("_", "https://a.example/x_", "", "https://a.example/x"),
    ("==", "https://a.example/x==", "", "https://a.example/x"),
    ("=", "https://a.example/x=", "", "https://a.example/x="),
    ("/* ", "https://a.example/x.*/", "", "https://a.example/x"),
    ("/**\n * ", "https://a.example/x*/", "", "https://a.example/x"),
    ("see ", "https://a.example/x*/", "", "https://a.example/x*/"),
    ("/* a */ see ", "https://a.example/x*/", "", "https://a.example/x*/"),
    ("docs/* and ", "https://a.example/x*/", "", "https://a.example/x*/"),
    ("/* a *//* see ", "https://a.example/x*/", "", "https://a.example/x"),
    (f"/* {'a ' * 3_000}", "https://a.example/x*/", "", "https://a.example/x"),
    ("<!--", "https://a.example/x.--", ">", "https://a.example/x"),
    ("see ", "https://a.example/x--", " ", "https://a.example/x--"),
]


@pytest.mark.parametrize(("before", "url", "after", "left"), TRIMMED)
def test_trimmed(before: str, url: str, after: str, left: str) -> None:
    text = f"{before}{url}{after}"
    assert url[: trimmed(text, len(before), len(before) + len(url), url)] == left


# Whether an address in the place of X would swallow what stands behind it.
GOES_ON = {
    "X": False, "X.": False, "X and": False, "Xy": True, "X/y": True, "X.y": True, "X(y)": True, "X[1]": True,
    "X[/url]": False, "X-->": False, "X,y": False, "X;y": False, "'X'y": False, '"X"y': False, "*X*": False,
    "*X*y": True, "X*y": True, "/* X*/": False, "X*/": True, "X書": True, "X。": False, "X=\ny": True, "X!?": False,
}  # fmt: skip


@pytest.mark.parametrize("text", GOES_ON)
def test_what_an_address_would_swallow(text: str) -> None:
    at = text.index("X")
    assert would_go_on(text, at, at + 1, quoted_printable=False) == GOES_ON[text]


@pytest.mark.parametrize(
    ("behind", "goes_on"),
    [("=41", True), ("=20", False), ("=C3=A9", True), ("=E2=80=A6", False), ("=\n=41", True), ("=E9", True), ("=AB", False)],
)  # fmt: skip
def test_what_it_would_swallow_in_quoted_printable(behind: str, goes_on: bool) -> None:
    assert would_go_on(f"X{behind}", 0, 1, quoted_printable=True) == goes_on
