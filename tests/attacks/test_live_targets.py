"""Cleaning never makes anything live: what is no page and no person stays in its wrapper."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import quote

import pytest
from attacking import Count, amount
from building import wrap
from click.testing import CliRunner
from cutting import LINKS
from hypothesis import given, settings
from hypothesis import strategies as st

from safelinks import clean, read, unwrap
from safelinks.cli.program import main

EXAMPLES = amount(150, 10_000)
DEAD = (
    "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", " javascript:alert(1)", "java%09script:alert(1)",
    "javascript%3Aalert(1)", "javascript://a.example/%0Aalert(1)", "data:text/html,<script>x()</script>",
    "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "vbscript://x/", "file:///etc/passwd",
    "file://server/share/x.exe", "//evil.example/x", "\\\\evil.example\\x", "/relative", "word", "=1+1",
    "@SUM(1)", "+1", "-1", "ｊａｖａｓｃｒｉｐｔ:alert(1)", "ｈｔｔｐｓ://a.example/", "https:a.example", "https:///x",
    "ms-msdt:/id x", "intent://x#Intent;end", "chrome://settings", "about:blank",
    "blob:https://a.example/x", "view-source:https://a.example/", "ws://a.example/", "x-y://a.example/",
    "sms:+15550100", "mailto:", "tel:",
)  # fmt: skip
LIVE = (
    "https://a.example/x",
    "HTTP://a.example/",
    "ftp://a.example/x",
    "https://a.example/?u=js:x",
    "mailto:help@a.example",
    "mailto:help@a.example?subject=x",
    "MAILTO:help@a.example",
    "tel:+15550100",
)
DOCUMENTS = {
    "text": ("a.txt", "See <{}>.\n"),
    "html": ("a.html", '<a href="{}">x</a>\n'),
    "markdown": ("a.md", "[x]({})\n"),
    "json": ("a.json", '{{"url": "{}"}}\n'),
    "yaml": ("a.yaml", 'url: "{}"\n'),
    "csv": ("a.csv", "x,{},y\n"),
    "csv, quoted": ("a.csv", 'x,"{}",y\n'),
    "calendar": ("a.ics", "BEGIN:VEVENT\r\nURL:{}\r\nEND:VEVENT\r\n"),
    "mail": ("a.eml", "Subject: x\n\n<{}>\n"),
    "restructured": ("a.rst", "`x <{}>`_\n"),
    "asciidoc": ("a.adoc", "link:{}[x]\n"),
    "org": ("a.org", "[[{}][x]]\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_dead_in_a_wrapper_stays_there(kind: str, count: Count) -> None:
    name, text = DOCUMENTS[kind]
    raws = [
        text.format(link).encode()
        for target in DEAD
        for link in (wrap(target), wrap(wrap(target)), wrap(target).replace("https:", "http:", 1))
    ]
    assert [raw for raw in raws if read(raw, name).cleaned() != raw] == []
    count("inputs", len(raws))


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:,x", "//evil.example/x", "word"])
def test_what_stays_is_told(target: str) -> None:
    text = f"See <{wrap(target)}>.\n"
    assert unwrap(wrap(target)).target == target
    result = CliRunner().invoke(main, ["clean"], input=text)
    assert result.stdout == text
    assert "were not changed (line 1)" in result.stderr
    result = CliRunner().invoke(main, ["check", "--offline", "--format", "json"], input=text)
    assert '"SL10' in result.stdout


@pytest.mark.parametrize("target", LIVE)
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_page_is_put_in_the_place_of_its_wrapper(target: str, kind: str) -> None:
    name, text = DOCUMENTS[kind]
    wrapped = (text.format(wrap(target)) + text.format(wrap("https://b.example/"))).encode()
    bare = (text.format(target) + text.format("https://b.example/")).encode()
    rewriting = read(wrapped, name).cleaning()
    assert (rewriting.content, rewriting.left) == (bare, ())
    assert read(bare, name).cleaned() == bare


@pytest.mark.slow
@pytest.mark.parametrize("name", LINKS)
def test_no_service_sets_it_free(name: str, count: Count) -> None:
    links = [link for target in DEAD for link in (LINKS[name](target), wrap(LINKS[name](target)))]
    cleaned = [clean(f"<{link}>")[1:-1] for link in links]
    pages = [read(f'<a href="{link}">'.encode(), "a.html").cleaned().decode() for link in links]
    cleaned += [page[9:-2] for page in pages]
    assert [inside for inside in cleaned if not re.match(r"https?://", inside)] == []
    count("inputs", len(cleaned))


schemes = st.sampled_from(["javascript:", "data:", "vbscript:", "file:", "//", "", "JaVaSc:", "x:"])
noise = st.text("\t\n\r\x00\x0b\x1f \xa0\u200b\u2028ａ", max_size=3)
rest = st.text("abc/:.()1=+-@%0", max_size=8)


@st.composite
def dead(draw: st.DrawFn) -> str:
    scheme = draw(schemes)
    at = draw(st.integers(0, len(scheme)))
    return draw(noise) + scheme[:at] + draw(noise) + scheme[at:] + draw(rest)


@pytest.mark.slow
@given(dead(), st.sampled_from(sorted(DOCUMENTS)), st.integers(1, 3), st.booleans())
@settings(max_examples=EXAMPLES)
def test_no_spelling_sets_it_free(target: str, kind: str, depth: int, twice: bool) -> None:
    link = target
    for _ in range(depth):
        link = wrap(link)
    if twice:
        link = wrap(quote(link, safe=""))
    name, text = DOCUMENTS[kind]
    raw = text.format(link).encode()
    assert read(raw, name).cleaned() == raw


# Formulas -----------------------------------------------------------------------------------------

parts = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", '"', "'", ",", ";", "|", "\n", "x", " ", "1", "%3D", "cmd!A0"]
)


def _formulas(text: str, delimiter: str) -> list[str]:
    """Cells that a program calculates; a number is none."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cells = [cell for row in rows for cell in row]
    return [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![0-9])", cell)]


@given(
    st.lists(parts, max_size=6).map("".join),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["{}", '"{}"', '"see {} there"', "see {} there", '"({})"']),
    st.sampled_from(["", "https://a.example/x", "https://a.example/?"]),
)
@settings(max_examples=EXAMPLES)
def test_no_cell_begins_to_be_a_formula(tail: str, delimiter: str, cell: str, head: str) -> None:
    row = delimiter.join(["name", cell.format(wrap(f"{head}{tail}")), "more"])
    text = f"{delimiter.join('abc')}\n{row}\n"
    cleaned = read(text.encode(), "a.csv").cleaned().decode()
    assert _formulas(cleaned, delimiter) == _formulas(text, delimiter)
