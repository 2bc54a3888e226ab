"""Time is linear in what packages and binary formats hold, in what is printed, and in what answers.

As in `test_linear_time`, a row is a piece that is repeated. In every run some rows are tried, in
the long form all of them.
"""

from __future__ import annotations

import gzip
import html
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from attacking import Count, amount
from building import wrap
from click.testing import CliRunner
from doubled import BINARY, all_of, is_linear

from safelinks import SafelinksError, identify, read, unwrap
from safelinks.addresses.urls import split
from safelinks.cli.program import main
from safelinks.health.guards.refusal import refusal
from safelinks.health.judgement import bot_walls, cookies, page_signs
from safelinks.health.judgement.visible_page import Page
from safelinks.health.model.policy import Policy
from safelinks.health.network.session import Body
from safelinks.reports.rendering import RENDERERS
from safelinks.wrappers.redaction.link_redaction import redact

pytestmark = pytest.mark.slow

_ROWS = [(name, piece) for name, row in BINARY.items() for piece in row.pieces]


@pytest.mark.parametrize(("name", "piece"), _ROWS[:: amount(4, 1)])
def test_a_package(name: str, piece: str, count: Count) -> None:
    row = BINARY[name]
    text = row.pieces[piece]

    def work(size: int) -> Callable[[], object]:
        raw = row.build(text * max(1, size // len(text)))
        return lambda: all_of(raw, f"a{row.suffix}")

    is_linear(work, amount(2_500, 20_000))
    count("documents doubled", 1)


# Most pieces are no link, so that a row which reads nothing would not show in its cost.
@pytest.mark.parametrize("name", BINARY)
def test_what_is_doubled_is_read(name: str) -> None:
    row = BINARY[name]
    counts = [
        len(read(row.build(text * 9), f"a{row.suffix}").links) for text in row.pieces.values()
    ]
    assert max(counts) >= 9 or name in ("docx, relations", "xlsx, strings")


# What is in a file, and in which: links to find fault with, or one with something long about it.
_LINK = wrap("https://a.example/")
_FILES: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "many findings": (
        "a.md",
        lambda size: "".join(
            f"[a]({_LINK}) <https://b{at}.example/x>\n" for at in range(size // 400)
        ),
    ),
    "imitations": (
        "a.md",
        lambda size: "".join(f"<https://nyc{at}-gov.example/x>\n" for at in range(size // 40)),
    ),
    "one line": ("a.txt", lambda size: f"see {_LINK} " * (size // 400)),
    "a label": (
        "a.html",
        lambda size: f'<a href="{html.escape(_LINK)}">{"https://b.example/ " * (size // 19)}</a>',
    ),
    "an address": ("a.txt", lambda size: f"https://a.example/{'a' * size}"),
    "labels of a host": ("a.txt", lambda size: f"https://{'a.' * (size // 2)}example/"),
    "layers": ("a.txt", lambda size: f"https://www.nyc.gov/{'%25' * (size // 3)}3A"),
    "a path": ("a.txt", lambda size: f"https://www.nyc.gov{'/a' * (size // 2)}"),
}
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    **{f"check in {name}": ("check", "--offline", "--format", name) for name in RENDERERS},
    "check, its diff": ("check", "--offline", "-v", "--diff"),
    "clean": ("clean",),
    "clean, its diff": ("clean", "--diff"),
    "redaction": ("clean", "--redact"),
}
_PAIRS = [(command, file) for command in _COMMANDS for file in _FILES]


# A step that has no factor with the number of files, so that each file and command has its turn.
@pytest.mark.parametrize(("command", "file"), _PAIRS[:: amount(7, 1)])
def test_a_command(command: str, file: str, tmp_path: Path, count: Count) -> None:
    name, text = _FILES[file]

    def work(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}-{name}"
        path.write_text(text(size))
        return lambda: CliRunner().invoke(main, [*_COMMANDS[command], str(path)])

    is_linear(work, amount(2_500, 20_000))
    count("files doubled", 1)


_PIECES = {
    "layers": "%25",
    "segments": "/a",
    "dots": "/a/..",
    "labels": "a.",
    "pairs": "&a=b",
    "queries": "?&",
    "forms to sign in": "/_layouts/",
    "words to sign in": "/login",
    "ids of data sets": "/d/abcd-2345",
    "slashes": "/",
}
_BEFORE = (
    "https://www.nyc.gov/",
    "https://data.cityofnewyork.us/",
    "https://",
    "https://a.okta.com/?x=",
)


def _all_of_address(url: str) -> None:
    """Everything that is asked about an address, but what a server says."""
    split.cache_clear()
    refusal(url, Policy())
    bot_walls.wall_at(url)
    page_signs.is_login(url)
    redact(url)
    for function in (unwrap, identify):
        with suppress(SafelinksError):
            function(url)


@pytest.mark.parametrize("name", _PIECES)
@pytest.mark.parametrize("before", _BEFORE[:: amount(2, 1)])
def test_an_address_in_the_catalog_and_in_a_redirect(before: str, name: str, count: Count) -> None:
    def work(size: int) -> Callable[[], object]:
        url = before + _PIECES[name] * (size // len(_PIECES[name]))
        return lambda: _all_of_address(url)

    is_linear(work, amount(2_500, 20_000))
    count("addresses doubled", 1)


_PAGES = {
    "headings without end": "<h1>a",
    "headings": "<h1>a</h1>",
    "headings in comments": "<!--<h1>a</h1>",
    "open headings": "<h1 ",
    "titles": "<title>a</title>",
    "titles in drawings": "<svg><title>a</title>",
    "parts without scripts": "<noscript>",
    "their ends": "</noscript ",
    "refreshes": '<meta http-equiv="refresh" content="',
    "blanks of a refresh": '<meta http-equiv=refresh content="0    ',
    "places": '<a id="a',
    "fields": "<input type=",
    "words": "this domain is under ",
    "entities": "&#",
    "signs": "<",
}


def _all_of_page(page: Page) -> None:
    """Everything that is looked for on a page."""
    url = "https://a.example/x"
    for function in (page_signs.missing, page_signs.parked):
        function(url, url, page)
    page_signs.may_be_missing(url, page)
    page_signs.asks_to_return(url, page)
    page_signs.broken(page)
    page_signs.has_sign_in_form(page)
    page_signs.maintenance(503, {}, page)
    bot_walls.wall(403, {}, page)
    assert page.refreshes_within(0) in (True, False)
    assert page.has_place("a") in (True, False)
    assert page.fields is not None


@pytest.mark.parametrize("name", _PAGES)
def test_a_page(name: str, count: Count) -> None:
    def work(size: int) -> Callable[[], object]:
        source = f"<title>a</title>{_PAGES[name] * (size // len(_PAGES[name]))}"
        return lambda: _all_of_page(Page(source))

    is_linear(work, amount(2_500, 20_000))
    count("pages doubled", 1)


@pytest.mark.parametrize("encoding", ["gzip", ""])
@pytest.mark.parametrize("step", [1, 7])
def test_a_body_in_tiny_pieces(encoding: str, step: int, count: Count) -> None:
    def work(size: int) -> Callable[[], object]:
        body = random.Random(17).randbytes(size)  # noqa: S311  nothing that can be packed
        raw = gzip.compress(body) if encoding else body

        def take() -> None:
            page = Body(encoding, 2 * size)
            for at in range(0, len(raw), step):
                page.take(raw[at : at + step])
            assert page.text == body

        return take

    is_linear(work, amount(2_500, 20_000))
    count("bodies doubled", 1)


@pytest.mark.parametrize("piece", ["a=b; ", "=", '"', ";"])
def test_cookies(piece: str, count: Count) -> None:
    def work(size: int) -> Callable[[], object]:
        lines = [piece] * (size // len(piece))
        return lambda: (cookies.pairs(lines), cookies.pairs(["".join(lines)]))

    is_linear(work, amount(2_500, 20_000))
    count("headers doubled", 1)
