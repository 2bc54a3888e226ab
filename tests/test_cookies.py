"""Cookies of a probe: what is kept of them, and where it goes."""

from __future__ import annotations

import pytest
from test_probe import OK, URL, _drive, _to

from safelinks.health.judgement.cookies import pairs
from safelinks.health.model.exchange import Answer
from safelinks.health.model.outcome import Reason


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sid=1; Path=/; Secure; Partitioned; Priority=High", {"sid": "1"}),
        ('prefs={"a":1}; Path=/', {"prefs": '{"a":1}'}),
        ("a = b c ", {"a": "b c"}),
        ("x[y]=1", {"x[y]": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ("=b", {}),
        ("nothing", {}),
        ("", {}),
        ("a=\u00e9", {}),
        ("a=\x01", {}),
        ("a=" + "b" * 5_000, {}),
        ("a=" + "b" * 4_095, {"a": "b" * 4_095}),
        ("a=" + "b" * 4_096, {}),
    ],
)
def test_one_line(line: str, expected: dict[str, str]) -> None:
    assert pairs([line]) == expected


def test_a_hostile_line_costs_nothing() -> None:
    assert pairs(['a="' + '\\"' * 60_000 + '"']) == {}


def test_what_came_over_tls_never_goes_in_the_clear() -> None:
    _, requests, _ = _drive([_to("http://example.org/a", s="1"), _to(URL + "/b"), OK])
    assert [request.headers.get("Cookie") for request in requests[:3]] == [None, None, "s=1"]


def test_what_came_in_the_clear_goes_everywhere_on_its_host() -> None:
    _, requests, _ = _drive([_to("https://example.org/a", s="1"), OK], "http://example.org/x")
    assert requests[1].headers["Cookie"] == "s=1"


def test_too_many() -> None:
    many = {f"c{number}": "x" for number in range(100)}
    outcome, requests, _ = _drive([Answer(302, {"location": URL}, cookies=many), OK])
    assert outcome.reason is Reason.REDIRECTED
    assert requests[1].headers["Cookie"].count("=") == 20
