"""Time is linear in the text: twice as much costs about twice as much, whatever is in it.

What counts is time of the processor, the least of several looks, so that neither another program
nor the clock has a say. A row is a piece of text that is repeated, in a format that reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from attacking import Count, amount
from doubled import all_of, is_linear
from test_text import HOSTILE

from safelinks import SafelinksError, clean, find, unwrap

PIECES = {
    **HOSTILE,
    "headings": "<h1>a",
    "links of HTML": '<a href="https://x/">',
    "open tags": "<a ",
    "attributes": "<a b=c ",
    "comments of HTML": "<!--",
    "sections of XML": "<![CDATA[",
    "scripts": "<script>",
    "scripts that never begin": "<script ",
    "ids of AsciiDoc": "[#a",
    "ends": "</a>",
    "line breaks": "<br>",
    "links of Markdown": "[a](",
    "brackets of Markdown": "[",
    "pictures of Markdown": "![",
    "definitions of Markdown": "[a]: https://x\n",
    "backticks": "`",
    "emphasis": "*a_",
    "quotations": "> ",
    "lists": "- ",
    "cells of tables": "|a",
    "backslashes alone": "\\",
    "commands of TeX": "\\href{https://x}{",
    "targets of reST": "`a <https://x>`_ ",
    "macros of AsciiDoc": "https://x[",
    "links of Org": "[[https://x][",
    "mappings": "- a: ",
    "flows": "{a: ",
    "quotes on lines": '"a\n',
    "objects": '{"a":',
    "strings": '["https://x",',
    "cells of CSV": 'a,"',
    "fields of RTF": "{\\field ",
    "folded lines": "a:b\n ",
    "encoded words": "=?utf-8?q?a?= ",
    "parameters": "; a=b",
    "labels": "a.",
    "layers": "%25",
    "templates": "{{",
    "slashes": "//",
    "addresses of mail": "https://a@",
    "hidden": "\u200b",
    "fences": "~~~\n",
    "dots": "...",
    "cut over lines": f"{next(iter(HOSTILE.values()))}https%3A%2F%2Fa<br>",
}
SUFFIXES = (
    ".txt", ".html", ".md", ".rst", ".adoc", ".tex", ".org", ".yaml", ".toml", ".json", ".xml",
    ".csv", ".ics", ".css", ".eml", ".rtf", ".ipynb", ".srt",
)  # fmt: skip
_BEGINNINGS = {
    ".eml": "Subject: a\nContent-Type: text/plain\n\n",
    ".rtf": "{\\rtf1 ",
}
# Headers, types and addresses: not bodies.
HEADERS = {
    "encoded words in a header": "Subject: {}\n\nb",
    "parameters of a type": "Content-Type: text/plain{}\n\nb",
    "one long header": "References: {}\n\nb",
}
ADDRESSES = {
    "layers of escapes": "https%{}3A%2F%2Fa.example",
    "labels of a host": "https://{}example/",
    "wrapper in its own value": "https://nam06.safelinks.protection.outlook.com/?url={}",
    "parameters of a query": "https://a.example/?{}",
}


def _document(piece: str, suffix: str, size: int) -> bytes:
    text = _BEGINNINGS.get(suffix, "") + piece * (size // len(piece))
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.slow
@pytest.mark.parametrize("name", PIECES)
def test_a_text(name: str, count: Count) -> None:
    piece = PIECES[name]
    for function in (find, clean):

        def work(size: int, function: Callable[[str], object] = function) -> Callable[[], object]:
            text = piece * (size // len(piece))
            return lambda: function(text)

        is_linear(work, amount(2_500, 20_000))
    count("texts doubled", 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", PIECES)
def test_a_document(name: str, count: Count) -> None:
    """In the steady form, each piece is in one format, and each format has several pieces."""
    at = list(PIECES).index(name)
    suffixes = SUFFIXES if amount(0, 1) else SUFFIXES[at % len(SUFFIXES) :][:1]
    for suffix in suffixes:

        def work(size: int, suffix: str = suffix) -> Callable[[], object]:
            raw = _document(PIECES[name], suffix, size)
            return lambda: all_of(raw, f"a{suffix}")

        is_linear(work, amount(2_500, 20_000))
    count("documents doubled", len(suffixes))


@pytest.mark.slow
@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("piece", ["=?utf-8?q?a?= ", "; a=b", "; a*0*=utf-8''a", "<a@b> ", '"'])
def test_a_header(name: str, piece: str, count: Count) -> None:
    def work(size: int) -> Callable[[], object]:
        raw = HEADERS[name].format(piece * (size // len(piece))).encode()
        return lambda: all_of(raw, "a.eml")

    is_linear(work, amount(2_500, 20_000))
    count("documents doubled", 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("piece", ["25", "a.", "a=b&", "url=", "%2525", "%3A"])
def test_an_address(name: str, piece: str, count: Count) -> None:
    def work(size: int) -> Callable[[], object]:
        url = ADDRESSES[name].format(piece * (size // len(piece)))

        def once() -> None:
            find(url)
            with suppress(SafelinksError):
                unwrap(url)

        return once

    is_linear(work, amount(2_500, 20_000))
    count("addresses doubled", 1)
