"""TeX, BibTeX and Org: what is an address, where it ends, and how another is written there."""

from __future__ import annotations

import pytest
from building import wrap
from doubled import ends
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read
from safelinks.addresses.roles import Role
from safelinks.documents.passages.delimited_addresses import written_value

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a"
TEXT, TEMPLATE = Role.LINK_TEXT, Role.TEMPLATE

CASES: dict[str, tuple[str, str, list[str | tuple[str, Role]]]] = {
    "url": ("a.tex", r"\url{https://e.example/x.} and \nolinkurl{https://e.example/y!}", ["https://e.example/x.", "https://e.example/y!"]),
    "href": ("a.tex", r"\href{https://e.example/a\_b\%20c\#frag.}{x}", ["https://e.example/a_b%20c#frag."]),
    "in an argument": ("a.tex", r"\footnote{See \url{https://e.example/q?a=1\&b=2}.}", ["https://e.example/q?a=1&b=2"]),
    "percent sign": ("a.tex", r"\url{https://e.example/a%20b} \href{https://e.example/%C3%A9}{x}", ["https://e.example/a%20b", "https://e.example/%C3%A9"]),
    "tilde": ("a.tex", r"\url{https://e.example/~a} \url{https://e.example/\~{}b} \url{https://e.example/\textasciitilde c} \url{https://e.example/{\textasciitilde}d}", [f"https://e.example/~{sign}" for sign in "abcd"]),
    "sign in braces": ("a.tex", r"\url{https://e.example/a{\_}b}", ["https://e.example/a_b"]),
    "on lines": ("a.tex", "\\url{https://e.example/a%\n  b.html}\n\\href\n  {https://e.example/c\n  d}{x}", ["https://e.example/ab.html", "https://e.example/cd"]),
    "blanks": ("a.tex", r"\url{https://e.example/a b} \href{https://e.example/a b}{x}", ["https://e.example/ab", "https://e.example/a%20b"]),
    "option": ("a.tex", r"\href[pdfnewwindow]{https://e.example/x.}{y}", ["https://e.example/x."]),
    "address as text": ("a.tex", r"\href{https://e.example/x.}{\texttt{https://t.example/a}}", ["https://e.example/x.", ("https://t.example/a", TEXT)]),
    "parameter": ("a.sty", r"\newcommand{\x}[1]{\href{https://e.example/#1}{#1}}", [("https://e.example/#1", TEMPLATE)]),
    "macro": ("a.tex", r"\url{https://e.example/\version/x}", [("https://e.example/\\version/x", TEMPLATE)]),
    "bare": ("a.tex", r"see https://e.example/a\_b, or {https://e.example/c.}", ["https://e.example/a_b", "https://e.example/c"]),
    "not a command": ("a.tex", r"\urlx{https://e.example/x.}", ["https://e.example/x"]),
    "comment": ("a.tex", "% https://e.example/x.\n", ["https://e.example/x"]),
    "listing": ("a.tex", "\\begin{verbatim}\n\\url{https://e.example/a\\_b}\n\\end{verbatim}", ["https://e.example/a"]),
    "not closed": ("a.tex", "\\url{https://e.example/x.\n\nand so on}", ["https://e.example/x"]),
    "field": ("a.bib", "@misc{x,\n  url = {https://e.example/S\\_Dbw.},\n  URL=\"https://e.example/y.\"\n}", ["https://e.example/S_Dbw.", "https://e.example/y."]),
    "field in two braces": ("a.bib", "@misc{x, url = {{https://e.example/x%20y.}}}", ["https://e.example/x%20y."]),
    "field with a command": ("a.bib", "@misc{x, url = {\\url{https://e.example/x.}}, howpublished = {\\url{https://e.example/y%20.}}, note={\\url{https://e.example/z.}}}", ["https://e.example/x.", "https://e.example/y%20.", "https://e.example/z."]),
    "other field": ("a.bib", "@misc{x, note = {See https://e.example/a\\_b.}}", ["https://e.example/a_b"]),
    "link": ("a.org", "[[https://e.example/x.][y]] [[https://e.example/z.]]", ["https://e.example/x.", "https://e.example/z."]),
    "link with blanks": ("a.org", "[[https://e.example/a b.pdf][y]]", ["https://e.example/a%20b.pdf"]),
    "link with brackets": ("a.org", r"[[https://e.example/a\[1\]\x][y]]", [r"https://e.example/a[1]\x"]),
    "address as description": ("a.org", "[[https://e.example/x.][https://t.example/]]", ["https://e.example/x.", ("https://t.example/", TEXT)]),
    "angle": ("a.org", "<https://e.example/x.> <2026-11-29>", ["https://e.example/x."]),
    "bare, Org": ("a.org", "see https://e.example/x. or", ["https://e.example/x"]),
    "verbatim": ("a.org", "=https://e.example/x= and ~https://e.example/y~.", ["https://e.example/x", "https://e.example/y"]),
    "property": ("a.org", ":PROPERTIES:\n:URL: https://e.example/x.\n:END:", ["https://e.example/x."]),
    "source": ("a.org", "#+begin_src\n[[https://e.example/x.]]\n#+end_src", ["https://e.example/x"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), CASES.values(), ids=CASES)
def test_addresses(name: str, text: str, expected: list[str | tuple[str, Role]]) -> None:
    links = read(text.encode(), name).links
    assert [(link.url, link.role) if link.role else link.url for link in links] == expected


@pytest.mark.parametrize(
    ("name", "text", "label"),
    [
        ("a.tex", r"\href{@}{the \emph{PIP} page}", r"the \emph{PIP} page"),
        ("a.tex", "\\href{@}%\n  {the page}", "the page"),
        ("a.tex", r"\url{@}{x}", None),
        ("a.org", "[[@][the\n page]]", "the page"),
        ("a.org", "[[@]]", None),
        ("a.org", "see <@>", None),
    ],
)
def test_labels(name: str, text: str, label: str | None) -> None:
    assert read(text.replace("@", TARGET).encode(), name).links[0].label == label


@pytest.mark.parametrize(
    ("name", "text", "target", "expected"),
    [
        ("a.tex", "\\url{@} \\href{@}{x} and @.\n% @\n\\verb|@|", TARGET, TARGET),
        ("a.tex", r"\url{@}", r"https://a.example/{a}\b^", "https://a.example/%7Ba%7D%5Cb%5E"),
        ("a.bib", "@misc{{x,\n  url = {{@}},\n  note = \"@\"\n}}".replace("{{", "{").replace("}}", "}"), TARGET, TARGET),
        ("a.org", "[[@][x]] [[@]] <@> =@= and @.\n# @\n", TARGET, TARGET),
        ("a.org", "[[@][x]]", "https://a.example/a[1]", r"https://a.example/a\[1\]"),
    ],
)  # fmt: skip
def test_cleaning(name: str, text: str, target: str, expected: str) -> None:
    text = text.replace("@misc", "%misc")
    cleaned = read(text.replace("@", wrap(target)).encode(), name).cleaned().decode()
    assert cleaned == text.replace("@", expected)
    assert read(cleaned.encode(), name).cleaned().decode() == cleaned


def test_signs_that_were_escaped_are_escaped_again() -> None:
    link = wrap("https://a.example/a%20b#c&d_e").replace("%", r"\%").replace("&", r"\&")
    cleaned = read(rf"\footnote{{\url{{{link}}}}}".encode(), "a.tex").cleaned().decode()
    assert cleaned == r"\footnote{\url{https://a.example/a\%20b\#c\&d_e}}"


URLS = st.text("abcxyz019/._~-=&;,%+!$()[]{}<>\"'`|\\*#?:^ é文", max_size=30).map(
    lambda rest: f"https://example.org/{rest}z"
)
PLACES = {
    "url": ("a.tex", r"\url{@}"),
    "href": ("a.tex", r"\href{@}{x}"),
    "field": ("a.bib", "x{y,\n url = {@},\n}"),
    "link": ("a.org", "[[@][x]]"),
    "link without text": ("a.org", "[[@]]"),
}


def _escaped(url: str, place: str) -> str:
    """`url` as a careful writer puts it there."""
    if PLACES[place][0] == "a.org":
        return url.replace("[", r"\[").replace("]", r"\]")
    return "".join(f"\\{char}" if char in "_%#&{}" else char for char in url)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@given(URLS)
def test_any_address_is_read(place: str, url: str) -> None:
    url = url.replace("\\", "").replace(" ", "" if place != "link" else " ")
    name, text = PLACES[place]
    links = read(text.replace("@", _escaped(url, place)).encode(), name).links
    assert [link.url for link in links] == [url.replace(" ", "%20")]


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@given(URLS)
def test_any_target_is_written(place: str, target: str) -> None:
    name, text = PLACES[place]
    cleaned = read(text.replace("@", _escaped(wrap(target), place)).encode(), name).cleaned()
    (link,) = read(cleaned, name).links
    expected = written_value(target)
    if name != "a.org":
        expected = "".join(f"%{ord(char):02X}" if char in "{}\\^" else char for char in expected)
    assert link.target == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["\\url{", "\\url{a", "\\href{a}{", "\\href{a}{b} ", "\\verb|", "\\begin{verbatim}", "%", "\\", "{", "url = {", 'url = "', "url={a",
     "[[", "[[a][", "[[a", "[[a][b", "<https:", "=x", "=x ", "~", "#+begin_src\n", "# ", ": x\n", ":a: b\n", "{\\_", "\\textasciitilde ", "[[\\["],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.tex", "a.bib", "a.org"])
def test_hostile_texts_end(piece: str, name: str) -> None:
    ends(piece, name)
