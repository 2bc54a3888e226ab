"""What is asked for an address that browsers write in another way: dot segments, symbols, emoji."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from web import answer, html, serving

from safelinks import Checker, InvalidURLError, Policy, Reason
from safelinks.addresses.urls import request_key, split, without_dot_segments
from safelinks.cli.program import main
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Verdict

A_DAY = dict.fromkeys(Verdict, timedelta(days=1))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/docs/../ok", "/ok"),
        ("/a/b/c/./../../g", "/a/g"),  # RFC 3986, 5.2.4
        ("/../../ok", "/ok"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
        ("/a/b/..", "/a/"),
        ("/.", "/"),
        ("/a/%2e%2E/ok", "/ok"),
        ("/a/.%2e/ok", "/ok"),
        ("/a//../b", "/a/b"),
        ("/a/...", "/a/..."),
        ("/a/..b/.c", "/a/..b/.c"),
        ("/a/%252e%252e/b", "/a/%252e%252e/b"),
        ("", ""),
        ("/", "/"),
    ],
)
def test_dot_segments_are_taken_out(path: str, asked: str) -> None:
    assert without_dot_segments(path) == asked


def _by_the_book(path: str) -> str:
    """RFC 3986, 5.2.4, step by step."""
    out = ""
    while path:
        if path.startswith("/./") or path == "/.":
            path = "/" + path[3:]
        elif path.startswith("/../") or path == "/..":
            path, out = "/" + path[4:], out[: max(out.rfind("/"), 0)]
        else:
            end = path.find("/", 1)
            end = len(path) if end < 0 else end
            path, out = path[end:], out + path[:end]
    return out


@given(st.lists(st.sampled_from(["a", "b", "", ".", "..", "%2e", "%2E.", "..."])))
def test_it_is_what_the_standard_says(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    clean = without_dot_segments(path)
    dotted = "/" + "/".join(one.lower().replace("%2e", ".") for one in segments)
    assert clean == _by_the_book(dotted)
    assert without_dot_segments(clean) == clean


@pytest.mark.slow
def test_a_path_of_a_million_segments_takes_no_time() -> None:
    assert without_dot_segments("/a/.." * 300_000) == "/"


def test_the_server_sees_the_same_as_from_a_browser() -> None:
    with serving({"/ok": html("Fine")}) as web:
        urls = [web.url("/docs/../ok"), web.url("/./ok?a=/../b")]
        outcomes = asyncio.run(Checker(Policy(allow_private=True, retries=0)).check(urls))
        assert web.asked == {"/ok": 2}
    assert {outcome.reason for outcome in outcomes.values()} == {Reason.OK}
    assert request_key("https://a.example/b/../c") == request_key("https://a.example/c")


@pytest.mark.parametrize(
    ("host", "ascii_host"),
    [
        ("☃.example", "xn--n3h.example"),
        ("i❤.ws", "xn--i-7iq.ws"),
        ("❤️.example", "xn--qei.example"),  # with a variation selector
        ("💩.la", "xn--ls8h.la"),
        ("bücher.☕.example", "xn--bcher-kva.xn--53h.example"),
        ("√.com", "xn--19g.com"),
        ("a☃B.Example", "xn--ab-fsx.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
    ],
)
def test_a_name_that_browsers_take_is_one(host: str, ascii_host: str) -> None:
    assert split(f"http://{host}/ok").host == ascii_host


@pytest.mark.parametrize(
    "host",
    ["👨\u200d👩.example", "\u0301a.example", "a\ufffdb.example", "☃" * 70 + ".example", "א☃a.example",
     "☃..example", "xn--☃.example"],
)  # fmt: skip
def test_a_name_that_no_browser_takes_is_none(host: str) -> None:
    with pytest.raises(InvalidURLError):
        split(f"http://{host}/")


@given(st.text(min_size=1, max_size=20))
def test_any_name_is_one_in_ascii_or_none(text: str) -> None:
    try:
        host = split(f"http://☃{text}.example/").host
    except InvalidURLError:
        return
    assert host.isascii()
    assert split(f"http://{host}/").host == host


def test_a_snowman_is_asked() -> None:
    with serving({"/ok": html("Fine")}) as web:
        text = f"http://☃.example:{web.port}/ok\n"
        options = ["--resolve", f"xn--n3h.example:{web.port}:127.0.0.1"]
        args = ["check", "--format", "json", "--retries", "0", *options, "-"]
        result = CliRunner().invoke(main, args, input=text)
    assert [link["reason"] for link in json.loads(result.stdout)["links"]] == ["ok"]


def test_too_many_requests_are_not_remembered(tmp_path: Path) -> None:
    """Nor is what was concluded from another link of the host: each is asked in the next run."""
    path, busy = tmp_path / "history", answer("429 Too Many", "", "Retry-After: 3600")
    pages = {"/rate": busy, "/gone": answer("404 Not Found"), "/ok": html("Fine")}
    policy = Policy(allow_private=True, retries=0, concurrency=1, per_host=1)
    names = ["/rate", "/rate?2", "/rate?3", "/gone", "/ok"]
    with serving(pages) as web:  # type: ignore[arg-type]
        urls = [web.url(name) for name in names]
        for expected in (["rate-limited"] * 5, ["ok", "ok", "ok", "not-found", "ok"]):
            with History.open(path) as history:
                checker = Checker(policy, history=history, max_age=A_DAY)
                outcomes = asyncio.run(checker.check(urls))
            assert [str(outcomes[url].reason) for url in urls] == expected
            web.pages["/rate"] = html("Fine")
            assert web.asked["/gone"] == expected.count("not-found")
