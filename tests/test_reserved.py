"""Names that are reserved for examples and tests: never looked up, unless somebody says so."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from hostile_net import PUBLIC, Names, Wire, guarding
from hypothesis import given
from hypothesis import strategies as st
from remembering import ANY_AGE, opened
from web import answer, html, serving

from safelinks import Checker, Outcome, Policy, Reason, Verdict
from safelinks.cli.program import main
from safelinks.health.guards.refusal import refusal
from safelinks.health.guards.reserved_names import reserved_by
from safelinks.health.model.outcome import Hop

RESERVED = {
    "RFC 6761, 6.2": ["test", "foo.test", "a.b.test"],
    "RFC 6761, 6.4": ["invalid", "x.invalid"],
    "RFC 6761, 6.5": [
        "example", "your.example", "example.com", "EXAMPLE.com.", "www.example.net",
        "api.v1.example.org",
    ],
    "RFC 6762, 3": ["printer.local"],
    "RFC 7686, 2": ["duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"],
    "RFC 8375, 3": ["nas.home.arpa", "home.arpa"],
    "RFC 9476, 2": ["a.alt"],
    "IANA, Reserved Domains": [
        "例え.テスト", "пример.испытание", "xn--r8jz45g.xn--zckzah", "x.测试", "x.परीक्षा", "x.테스트", "x.טעסט", "x.測試", "x.آزمایشی",
        "x.பரிட்சை", "x.δοκιμή", "x.إختبار",
    ],
}  # fmt: skip
ORDINARY = [
    "example.gov", "example.edu", "example.co.uk", "myexample.com", "example.com.mx", "test.com",
    "examples.org", "local.gov", "onion.com", "latest", "contest", "arpa", "in-addr.arpa",
    "www.nyc.gov", "invalid.io",
]  # fmt: skip
NAMES = [(name, by) for by, names in RESERVED.items() for name in names]


def _checked(text: str, *options: str) -> tuple[int, list[dict[str, Any]]]:
    with guarding():
        args = ["check", "--retries", "0", "--format", "json", *options, "-"]
        result = CliRunner().invoke(main, args, input=text)
    return result.exit_code, json.loads(result.stdout)["links"]


def _outcome(checker: Checker, url: str) -> Outcome:
    return asyncio.run(checker.check([url]))[url]


@pytest.mark.parametrize(("name", "by"), NAMES)
def test_a_reserved_name_is_skipped(name: str, by: str) -> None:
    url = f"https://{name}/page"
    with guarding():
        outcome = _outcome(Checker(Policy(retries=0)), url)
    assert (outcome.verdict, outcome.reason, outcome.hops) == (
        Verdict.SKIPPED,
        Reason.RESERVED_NAME,
        (),
    )
    if name.isascii():
        assert reserved_by(name.lower().rstrip(".")) == by


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_is_asked(name: str) -> None:
    assert refusal(f"https://{name}/page", Policy()) is None


@given(st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10}){0,3}", fullmatch=True))
def test_what_is_below_a_name_is_reserved_with_it(name: str) -> None:
    for reserved in ("example.com", "test", "home.arpa"):
        assert reserved_by(f"{name}.{reserved}") is not None
        assert reserved_by(f"{reserved}.{name}") == reserved_by(name)
        assert reserved_by(f"{name}{reserved}") in (None, reserved_by(reserved.partition(".")[2]))


def test_a_text_with_such_names_passes() -> None:
    text = (
        "Call http://api.example.com/v1, http://foo.test/, http://x.invalid/, http://your.example/ "
        "or http://printer.local/."
    )
    code, links = _checked(text)
    assert code == 0
    assert [(link["verdict"], link["reason"]) for link in links] == 5 * [
        ("skipped", "reserved-name")
    ]


def test_an_option_asks_them() -> None:
    with serving({"/ok": html("Fine")}) as web:
        names = Names({"foo.test": ["127.0.0.1"]})
        policy = Policy(allow_private=True, retries=0)
        given_names = Checker(policy, look_up=names)
        assert _outcome(given_names, web.url("/ok", host="foo.test")).reason is Reason.OK
    allowed = Policy(allow_reserved=True)
    for name in ("foo.test", "example.com", "x.onion"):
        assert refusal(f"http://{name}/", allowed) is None
    assert refusal("http://printer.local/", allowed) is Reason.PRIVATE_ADDRESS
    assert refusal("http://printer.local/", Policy(allow_private=True)) is None
    assert refusal("http://foo.test/", Policy(allow_private=True)) is Reason.RESERVED_NAME


def test_the_option_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked through a proxy, so that no name must be looked up."""
    with serving({"http://foo.test/": answer("200 OK")}) as web:
        proxy = web.url("").rstrip("/")
        monkeypatch.setenv("http_proxy", proxy)
        args = ["check", "--retries", "0", "--format", "json"]
        for options, reason in ((), "reserved-name"), (("--allow-reserved",), "ok"):
            result = CliRunner().invoke(main, [*args, *options, "-"], input="http://foo.test/\n")
            assert json.loads(result.stdout)["links"][0]["reason"] == reason
    assert web.asked == {"http://foo.test/": 1}


def test_an_address_given_for_a_name_asks_that_name_and_no_other() -> None:
    with serving({"/ok": html("Fine")}) as web:
        text = f"{web.url('/ok', host='foo.test')}\n{web.url('/ok', host='bar.test')}\n"
        _, links = _checked(text, "--resolve", f"foo.test:{web.port}:127.0.0.1")
    assert [link["reason"] for link in links] == ["ok", "reserved-name"]


def test_who_says_what_names_stand_for_asks_them() -> None:
    url = "http://foo.test/"
    over = Checker(Policy(), httpx.MockTransport(lambda _: httpx.Response(200)))
    assert _outcome(over, url).reason is Reason.OK
    with serving({"/": html("Fine")}) as web:
        wire = Wire({(PUBLIC, 80): web.port})
        named = Checker(Policy(), look_up=Names({"foo.test": [PUBLIC]}), dial=wire)
        assert _outcome(named, url).reason is Reason.OK


def test_a_redirect_to_one_says_nothing_about_the_link() -> None:
    pages = {"/ok": answer("302 Found", "", "Location: http://www.example.com/x")}
    with serving(pages) as web:  # type: ignore[arg-type]
        _, (link,) = _checked(web.url("/ok"), "--allow-private")
    assert (link["verdict"], link["reason"]) == ("skipped", "reserved-name")
    assert link["evidence"] == "leads to http://www.example.com/x"


def test_what_was_remembered_of_one_is_not_used(tmp_path: Path) -> None:
    """An earlier run may have asked it."""
    url = "http://foo.test/"
    with opened(tmp_path / "history") as history:
        history.record(Outcome(url, Reason.NO_SUCH_HOST, (Hop(url),)))
    with opened(tmp_path / "history", 1) as history, guarding():
        checker = Checker(Policy(retries=0), history=history, max_age=ANY_AGE)
        assert _outcome(checker, url).reason is Reason.RESERVED_NAME


def test_the_control_name_tells_of_the_network_all_the_same() -> None:
    names = Names()
    del names.names["example.com"]
    for known, reason in ((Names(), Reason.NO_SUCH_HOST), (names, Reason.NO_NETWORK)):
        outcome = _outcome(
            Checker(Policy(retries=0), look_up=known), "https://nowhere.example.gov/"
        )
        assert outcome.reason is reason
        assert "example.com" in known.asked
