"""Markdown and its dialects: what is an address, where it ends, and how another is written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

import pytest
from building import wrap
from doubled import ends
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from safelinks import read
from safelinks.addresses.roles import Role
from safelinks.documents.passages.delimited_addresses import written_value

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a"
LINK = wrap(TARGET)
TEXT, HIDDEN, UNCLEAR = Role.LINK_TEXT, Role.ATTRIBUTE_TEXT, Role.UNCLEAR_END

# What is read of a text: each address, with what it is unless it is a link.
READ: dict[str, tuple[str, list[str | tuple[str, Role]]]] = {
    "escaped underscore": (r"[a](http://h.example/foo\_bar)", ["http://h.example/foo_bar"]),
    "escaped parentheses": (r"[a](http://h.example/x\(y\))", ["http://h.example/x(y)"]),
    "parentheses": ("[a](http://h.example/x_(y))", ["http://h.example/x_(y)"]),
    "no escape": (r"[a](http://h.example/x\y)", [r"http://h.example/x\y"]),
    "dot at the end": ("[a](https://e.example/King_Jr.)", ["https://e.example/King_Jr."]),
    "autolink, sign at the end": ("<https://e.example/Yahoo!>", ["https://e.example/Yahoo!"]),
    "definition, dot at the end": ('[r]: https://e.example/P.M. "T"', ["https://e.example/P.M."]),
    "entities": (
        "[a](http://h.example/?a=1&amp;b=2) <http://h.example/?c=1&amp;d=2>\n\n[r]: http://h.example/?e=1&#38;f",
        ["http://h.example/?a=1&b=2", "http://h.example/?c=1&d=2", "http://h.example/?e=1&f"],
    ),
    "no entity": ("[a](http://h.example/?a&copy=1&notit;)", ["http://h.example/?a&copy=1&notit;"]),
    "entity in text": ("http://h.example/?a=1&amp;b=2", ["http://h.example/?a=1&b=2"]),
    "escape in text": (r"see http://h.example/a\_b\_c.", ["http://h.example/a_b_c"]),
    "escaped scheme": (r"[a](https:\/\/e.example\/x)", ["https://e.example/x"]),
    "angle brackets": ("[a](<https://e.example/Annual Report.pdf>)", ["https://e.example/Annual%20Report.pdf"]),
    "bar": ("[a](https://e.example/R|S)", ["https://e.example/R|S"]),
    "definition in angle brackets": ('[r]: <https://e.example/a b> "T"', ["https://e.example/a%20b"]),
    "definition on the next line": ("[r]:\n  https://e.example/x.\n  'T'", ["https://e.example/x."]),
    "definitions in a row": ("[r]: https://e.example/x.\n[s]: https://e.example/y.", ["https://e.example/x.", "https://e.example/y."]),
    "definition that is none": ("[r]: https://e.example/x. and so on", ["https://e.example/x"]),
    "definition in a quote": ("> [r]:\n> https://e.example/x.", ["https://e.example/x."]),
    "footnote": ("x[^1]\n\n[^1]: https://e.example/x.", ["https://e.example/x"]),
    "title": ('[a](https://e.example/x. "see https://t.example/")', ["https://e.example/x.", "https://t.example/"]),
    "image": ("![a](https://e.example/x.png!)", ["https://e.example/x.png!"]),
    "image in a link": (
        "[![b](https://e.example/b.svg?a.)](https://e.example/c.)",
        ["https://e.example/b.svg?a.", "https://e.example/c."],
    ),
    "address as text": ("[https://t.example/a](https://e.example/b)", [("https://t.example/a", TEXT), "https://e.example/b"]),
    "address in the text": (
        "[http://t.example/s (archived)](http://e.example/web/http://t.example/s)",
        [("http://t.example/s", TEXT), "http://e.example/web/http://t.example/s"],
    ),
    "address as text of a reference": ("[https://t.example/a][r]\n\n[r]: https://e.example/b.", [("https://t.example/a", TEXT), "https://e.example/b."]),
    "address as text of no reference": ("[https://t.example/a][r]", ["https://t.example/a"]),
    "address as label": ("[https://t.example/a]\n\n[https://t.example/a]: https://e.example/b.", [("https://t.example/a", TEXT), "https://t.example/a", "https://e.example/b."]),
    "address as description": ("![https://t.example/a](https://e.example/b)", [("https://t.example/a", HIDDEN), "https://e.example/b"]),
    "autolink in the text of a link": ("[<https://t.example/a.>](https://e.example/b.)", ["https://t.example/a.", "https://e.example/b."]),
    "link in a link": ("[a [b](https://e.example/x.) c](https://e.example/y.)", ["https://e.example/x.", "https://e.example/y"]),
    "brackets in the text": ("[a [b] c](https://e.example/y.)", ["https://e.example/y."]),
    "escaped bracket": (r"\[a](https://e.example/y.)", ["https://e.example/y"]),
    "escaped bracket in the text": (r"[a\]](https://e.example/y.)", ["https://e.example/y."]),
    "nothing": ("[a](<>) [b]() https://e.example/", ["https://e.example/"]),
    "not closed": ("[a](https://e.example/y.", ["https://e.example/y"]),
    "blank in a destination": ("[a](https://e.example/Q1 Plan.pdf)", [("https://e.example/Q1", UNCLEAR)]),
    "no scheme": ("[a](//e.example/x.) [b](//server/x)", ["https://e.example/x."]),
    "heading": ("# [a](https://e.example/y.)", ["https://e.example/y."]),
    "task": ("- [ ] [a](https://e.example/y.)", ["https://e.example/y."]),
    "quote": ("> [a\n> b](https://e.example/y.)", ["https://e.example/y."]),
    "cell": ("|a|b|\n|-|-|\n|[x](https://e.example/a\\|b.)|[y|https://e.example/y.|", ["https://e.example/a|b.", "https://e.example/y"]),
    "no table": ("a|b\n[x|y](https://e.example/a.)", ["https://e.example/a."]),
    "code span": (r"`https://e.example/a\_b` ``[a](https://e.example/c.)``", ["https://e.example/a", "https://e.example/c"]),
    "code span before a link": ("`[a`](https://e.example/c.)", ["https://e.example/c"]),
    "backtick in a destination": ("[a](https://e.example/`c.) `", ["https://e.example/`c."]),
    "fence": ("```\n[a](https://e.example/c.)\n```", ["https://e.example/c"]),
    "comment": ("x <!-- https://e.example/c&amp;d -->", ["https://e.example/c&amp;d"]),
    "HTML": ('x <a href="https://e.example/a.&amp;b">https://t.example/</a>', ["https://e.example/a.&b", ("https://t.example/", TEXT)]),
    "HTML block": ('<div>\n<img src="https://e.example/a&amp;b">\n</div>', ["https://e.example/a&b"]),
    "tag": ("https://e.example/a<br>https://e.example/b <b>https://e.example/c</b>", ["https://e.example/a", "https://e.example/b", "https://e.example/c"]),
    "front matter": ("---\ntitle: x\nurl: https://e.example/a\n---\n[a](https://e.example/y.)", ["https://e.example/a", "https://e.example/y."]),
    "no front matter": ("---\n[a](https://e.example/y.)\n---\n", ["https://e.example/y."]),
    "several on a line": ("[a](https://e.example/1.)[b](https://e.example/2.)", ["https://e.example/1.", "https://e.example/2."]),
}  # fmt: skip
MDX: dict[str, tuple[str, list[str | tuple[str, Role]]]] = {
    "attribute": ('<Card\n  href="https://e.example/a."\n/>', ["https://e.example/a."]),
    "expression": ("<Card href={'https://e.example/a.'} src={\"https://e.example/b.\"} />", ["https://e.example/a.", "https://e.example/b."]),
    "template": ("<Card href={`https://e.example/${x}`} /> https://e.example/c", [("https://e.example/${x}", Role.TEMPLATE), "https://e.example/c"]),
    "link": ("[a](https://e.example/y.)", ["https://e.example/y."]),
}  # fmt: skip
CASES = {name: ("a.md", *case) for name, case in READ.items()}
CASES |= {f"MDX, {name}": ("a.mdx", *case) for name, case in MDX.items()}


def _read(text: str, name: str = "a.md") -> list[str | tuple[str, Role]]:
    return [
        (link.url, link.role) if link.role else link.url for link in read(text.encode(), name).links
    ]


@pytest.mark.parametrize(("name", "text", "expected"), CASES.values(), ids=CASES)
def test_addresses(name: str, text: str, expected: list[str | tuple[str, Role]]) -> None:
    assert _read(text, name) == expected


@pytest.mark.parametrize(
    "suffix", [".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".Rmd", ".livemd"]
)
def test_dialects_are_read_as_markdown(suffix: str) -> None:
    assert _read("[a](https://e.example/y.)", f"a{suffix}") == ["https://e.example/y."]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("See [the help page](@).", "the help page"),
        ("[a [b] *c*](@)", "a [b] *c*"),
        ("![a](@)", "a"),
        ("[a\n  b](@)", "a b"),
        ("[](@)", None),
        ("the sentence <@> is in", None),
        ("[r]: <@>", None),
        ("the page (@)", None),
        ('<a href="@">the <b>page</b></a>', "the page"),
    ],
)
def test_labels(text: str, label: str | None) -> None:
    assert read(text.replace("@", TARGET).encode(), "a.md").links[0].label == label


# --- What is written ---

# A place, and how these addresses must be written there.
HARD = {
    "plain": ("https://a.example/x?b=1&c=2#d", {}),
    "dot at the end": ("https://a.example/x.", {"running text": None}),
    "entity": ("https://a.example/?a&copy;&amp;b", {
        "running text": "https://a.example/?a&amp;copy;&amp;amp;b",
        "link": "https://a.example/?a&amp;copy;&amp;amp;b",
        "angle brackets": "https://a.example/?a&amp;copy;&amp;amp;b",
        "definition": "https://a.example/?a&amp;copy;&amp;amp;b",
        "autolink": "https://a.example/?a&amp;copy;&amp;amp;b",
    }),
    "bar": ("https://a.example/R|S", {
        "running text": "https://a.example/R%7CS",
        "link": r"https://a.example/R\|S",
        "angle brackets": r"https://a.example/R\|S",
        "definition": r"https://a.example/R\|S",
        "autolink": "https://a.example/R%7CS",
    }),
    "backslash": (r"https://a.example/a\_b", {
        "running text": "https://a.example/a%5C_b",
        "link": r"https://a.example/a\\_b",
        "angle brackets": r"https://a.example/a\\_b",
        "definition": r"https://a.example/a\\_b",
    }),
    "blank": ("https://a.example/a b", dict.fromkeys(
        ("running text", "link", "angle brackets", "definition", "autolink"), "https://a.example/a%20b"
    )),
}  # fmt: skip
PLACES = {
    "running text": "see {} now",
    "link": '[a]({} "t")',
    "angle brackets": "[a](<{}>)",
    "definition": "[r]: {}\n",
    "autolink": "<{}>",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("target", "differently"), HARD.values(), ids=HARD)
def test_cleaning(place: str, target: str, differently: dict[str, str | None]) -> None:
    text = PLACES[place]
    expected = differently.get(place, target)
    cleaned = read(text.format(wrap(target)).encode(), "a.md").cleaned().decode()
    if expected is not None:
        assert cleaned == text.format(expected)
        assert read(cleaned.encode(), "a.md").cleaned().decode() == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]({})", "[a]({})"),
        ("[{0}]({0})", "[{0}]({0})"),
        ("> [a]({}) and\n> <{}>", "> [a]({}) and\n> <{}>"),
        ("|a|b|\n|-|-|\n|[a]({})|`{}`|", "|a|b|\n|-|-|\n|[a]({})|`{}`|"),
        ("```\n{}\n```\n\n    {}\n", "```\n{}\n```\n\n    {}\n"),
        ("<!-- {} --> x", "<!-- {} --> x"),
        ("---\nurl: {}\n---\nx", "---\nurl: {}\n---\nx"),
        ("<p>\n{}\n</p>\n", "<p>\n{}\n</p>\n"),
    ],
)
def test_all_else_stays(text: str, expected: str) -> None:
    raw = text.replace("{0}", "{}").format(*[LINK] * 2).encode()
    assert read(raw, "a.md").cleaned().decode() == expected.replace("{0}", "{}").format(
        *[TARGET] * 2
    )


def test_signs_that_were_escaped_are_escaped_again() -> None:
    link = wrap("https://a.example/a_b*c_d&e").replace("_", "\\_").replace("*", "\\*")
    cleaned = read(f"see {link} now".encode(), "a.md").cleaned().decode()
    assert cleaned == "see https://a.example/a\\_b\\*c\\_d&e now"
    link = wrap("https://a.example/?a=1&b=2").replace("&", "&amp;")
    assert read(f"[x]({link})".encode(), "a.md").cleaned() == b"[x](https://a.example/?a=1&amp;b=2)"


def test_a_parenthesis_of_a_wrapped_link_does_not_end_it() -> None:
    for target in ("https://a.example/x)y", "https://a.example/x)", "https://a.example/(x"):
        cleaned = read(f"[a]({wrap(target)})".encode(), "a.md").cleaned().decode()
        assert unquote(cleaned) == f"[a]({target})"
        assert "data=" not in cleaned


GUIDE = wrap("https://example.org/guide/page.html")
CUT = GUIDE.index("org%2Fguide") + 2


@pytest.mark.parametrize(
    "text",
    ["{0}<{0}>{1} z", "{0}<{0}>\n{1} z", "<{0}>{1}", "<{0}>\n{1} z", "[x]({0})\n{1} z", "> <{0}>\n> {1}", "[x]({0}\n{1})", "<{0}\n{1}>"],
)  # fmt: skip
@pytest.mark.parametrize("at", [CUT, CUT + 12, CUT + 40])
def test_a_piece_that_a_program_has_linked_is_not_the_whole(text: str, at: int) -> None:
    raw = text.format(GUIDE[:at], GUIDE[at:]).encode()
    targets = {link.target for link in read(raw, "a.md").links if link.wrapped}
    assert targets <= {"https://example.org/guide/page.html"}


# --- Held against another implementation ---

COMMONMARK = MarkdownIt("commonmark")
SIGNS = ["[", "[", "]", "](", "](", ")", "(", "<", ">", "![", "`", "\\", "\n", "\n\n", " ", "> ", "- ", "    ", "x", "_",
         "&amp;", '"', "'", "[r]", "\n[r]: ", "[s]: <", ' "t"', "<b>", "<!--", "-->", "#", "]:", "[]", "\t"]  # fmt: skip
TAILS = ["", "a_b", "a\\_b", "x(y)", "x(y", "a&amp;b", "a.", "é", "%20", "a|b"]


def _told(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("link_open", "image"):
            yield str(token.attrs.get("href") or token.attrs["src"])
        yield from _told(token.children or [])


def _plainly(url: str) -> str:
    """`url` without what implementations differ in: entities in autolinks, escapes of percent."""
    return unescape(unescape(unquote(url))).replace("\\", "").strip()


@given(st.lists(st.sampled_from(SIGNS) | st.sampled_from(TAILS).map("@".__add__), max_size=16))
def test_markdown_is_read_as_others_read_it(pieces: list[str]) -> None:
    text = "".join(
        piece.replace("@", f"https://u{at}q.example/") for at, piece in enumerate(pieces)
    )
    told = {_plainly(url) for url in _told(COMMONMARK.parse(text)) if url.startswith("https:")}
    assert told <= {_plainly(url) for url in _urls(text)}


def _urls(text: str) -> list[str]:
    return [link.url for link in read(text.encode(), "a.md").links]


URLS = st.text("abcxyz019/._~-=&;,%+!$()[]<>\"'`|\\*{}#?: é文", max_size=30).map(
    lambda rest: f"https://example.org/{rest}"
)


def _escaped(url: str) -> str:
    """`url` as a careful writer puts it into a destination (CommonMark, 2.4)."""
    return re.sub(r"[!-/:-@\[-`{-~]", r"\\\g<0>", url).replace("\\&", "&amp;")


@pytest.mark.parametrize("place", ["[a](<{}>)", '[a](<{}> "t")', "[r]: <{}>\n\n[r]"])
@given(URLS)
def test_any_address_is_read(place: str, url: str) -> None:
    url = url.strip()
    text = place.format(_escaped(url))
    (told,) = _told(COMMONMARK.parse(text))
    assert unquote(told) == unquote(url)
    assert _urls(text) == [url.replace(" ", "%20")]


@pytest.mark.parametrize("place", ["[a]({})", "[a](<{}>)", '[r]: {} "t"\n\n[r]', "![a]({})"])
@given(URLS)
def test_any_target_is_written(place: str, target: str) -> None:
    target = target.strip()
    text = place.format(_escaped(wrap(target)))
    cleaned = read(text.encode(), "a.md").cleaned().decode()
    assert _urls(cleaned) == [written_value(target)]
    (told,) = _told(COMMONMARK.parse(cleaned))
    assert unquote(told) == unquote(written_value(target))


@given(URLS)
def test_any_target_is_written_into_an_autolink(target: str) -> None:
    target = target.strip()
    wrapped = wrap(target).replace("&", "&amp;")
    cleaned = read(f"<{wrapped}>".encode(), "a.md").cleaned().decode()
    assert _urls(cleaned) == [written_value(target).replace("|", "%7C")]
    assert cleaned[1:-1].count("<") == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["[", "](", "[a](", "![a](https://a.example/", "[a](<", "[a](b 'c", '[a](b "c" ', "<", "<a ", "`", "<!--", "[a][", "[a]: ",
     "[a]: <b> '", "[![", "](https://a.example/x)", "\\[", "&amp;", "<https://a.example/", "<https://a.example/>",
     "<a href='https://a.example'>", "</a>", "[a](https://a.example/x y", "[a](((", "|a", "|a|\n|-|\n", "---\na: b\n",
     "<a href={'", "{/*", "> [", "- [a](b)\n", "[a](b)%"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.md", "a.mdx"])
def test_hostile_texts_end(piece: str, name: str) -> None:
    ends(piece, name)
