"""The way of a probe: which pages are the same, what is asked again, and where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from test_probe import OK, POLICY, URL, Reply, _drive, _to

from safelinks.catalog.entries import HealthHints
from safelinks.health.judgement.probe import probe
from safelinks.health.judgement.redirects import resolved, retry_after, same_page
from safelinks.health.model.exchange import Answer, Failure, Fault
from safelinks.health.model.outcome import Reason
from safelinks.health.model.policy import Method, Policy

A = "https://a.example"

SAME = [
    ("http://a.example/x", "http://a.example/x/"),
    (A, f"{A}/"), (f"{A}/x", f"{A}/x/"), ("http://a.example/x", f"{A}/x"), (f"{A}/x", "https://www.a.example/x"),
    ("https://www.a.example/x", f"{A}/x"), (f"{A}/x", f"{A}/X"), (f"{A}/x", f"{A}/x;jsessionid=1"), (f"{A}/x#y", f"{A}/x"),
    *((f"{A}/x?a=1", f"{A}/x?{name}=s&a=1") for name in ("jsessionid", "phpsessid", "sessionid", "session_id", "sid", "cfid", "cftoken", "PHPSESSID")),
    (f"{A}/x?a=1&b=2", f"{A}/x?a=1&sid=s&b=2"),
]  # fmt: skip
OTHER = [
    (f"{A}/x", "http://a.example/x"), (f"{A}/x", f"{A}/y"), (f"{A}/x", f"{A}/x?a=1"), (f"{A}/x?a=1&b=2", f"{A}/x?a=1&xsid=s&b=2"),
    (f"{A}/x", "https://b.example/x"), (f"{A}/x", "https://w.a.example/x"), (f"{A}/x", "https://[/x"), (f"{A}/x?a=1", f"{A}/x?a=2"), (f"{A}/x?xb=2", f"{A}/x?xsid=s&b=2"),
]  # fmt: skip


def test_the_same_page() -> None:
    assert [pair for pair in SAME if not same_page(*pair)] == []
    assert [pair for pair in OTHER if same_page(*pair)] == []


RESOLVED = {
    "HTTPS:/b.example/x": "https://b.example/x",
    r"http:\\b.example\x?a\b": r"http://b.example/x?a\b",
    "//b.example/x": "https://b.example/x",
    r"\\b.example": "https://b.example",
    "/x": f"{A}/x",
    "y": f"{A}/d/y",
    "?q": f"{A}/d/e?q",
    "#f": f"{A}/d/e#f",
    "/a b": f"{A}/a%20b",
    r"x\y": f"{A}/d/x/y",
    "": None,
    "https://[": None,
    "/" + "a" * 8_191: f"{A}/" + "a" * 8_191,
    "/" + "a" * 8_192: None,
}


@pytest.mark.parametrize("location", RESOLVED, ids=lambda text: text[:20])
def test_where_a_location_leads(location: str) -> None:
    assert resolved(location, f"{A}/d/e") == RESOLVED[location]


def test_seconds_to_wait() -> None:
    values = {
        "5": 5.0,
        " 7 ": 7.0,
        "9" * 12: 999_999_999.0,
        "": None,
        "-1": None,
        "1.5": None,
        "²": None,
    }
    assert {value: retry_after({"retry-after": value}) for value in values} == values
    assert retry_after({}) is None
    for moment in (
        datetime.now(UTC) + timedelta(hours=1),
        datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1),
    ):
        seconds = retry_after({"retry-after": format_datetime(moment)})
        assert seconds is not None
        assert 3_500 < seconds <= 3_600


@pytest.mark.parametrize(
    ("replies", "waits"),
    [
        ([Answer(429, {"retry-after": "30"})], []),  # as long as there is time for
        ([Answer(429, {"retry-after": "29"}), OK], [29.0]),
        ([Answer(429), Answer(429), OK], [1.0, 2.0]),
        ([Answer(599), OK], [1.0]),
        ([Answer(600)], []),
        ([Failure(Fault.NO_SUCH_HOST)] * 2, [1.0]),
        ([Failure(Fault.TIMEOUT)] * 3, [1.0, 2.0]),
        ([Failure(Fault.TLS_EXPIRED)], []),
        ([Answer(500), Answer(500), _to("/b"), Answer(500), Answer(500), OK], [1.0, 2.0, 1.0, 2.0]),
    ],
)
def test_pauses(replies: list[Reply], waits: list[float]) -> None:
    assert _drive(replies)[2] == waits


@pytest.mark.parametrize("fault", [Fault.NO_SUCH_HOST, Fault.DNS_FAILURE, Fault.PRIVATE_ADDRESS, Fault.INVALID_URL, Fault.PROXY_UNREACHABLE])  # fmt: skip
def test_what_is_the_same_over_plain_http(fault: Fault) -> None:
    _, requests, _ = _drive(lambda _: Failure(fault), or_http=True)
    assert {request.url for request in requests} == {URL}


@pytest.mark.parametrize(
    "fault", [Fault.REFUSED, Fault.TIMEOUT, Fault.RESET, Fault.TLS_EXPIRED, Fault.UNREACHABLE]
)
def test_what_may_be_otherwise_over_plain_http(fault: Fault) -> None:
    outcome, requests, _ = _drive([Failure(fault), OK], or_http=True)
    assert [request.url for request in requests] == [URL, URL.replace("https", "http")]
    assert outcome.reason is Reason.OK


def test_plain_http_is_asked_only_where_that_is_said() -> None:
    steps = probe(URL, POLICY)
    next(steps)
    with pytest.raises(StopIteration) as end:
        steps.send(Failure(Fault.TLS_EXPIRED))
    assert end.value.value.reason is Reason.TLS_EXPIRED


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (Policy(excluded=("/old",)), Reason.EXCLUDED),
        (Policy(excluded=("/old",), included=(".",)), Reason.REDIRECTED),
        (Policy(included=("/deep",)), Reason.REDIRECTED),
    ],
)
def test_a_redirect_to_what_is_excluded_is_not_followed(policy: Policy, reason: Reason) -> None:
    replies: list[Reply] = [_to("/old", 302), OK]
    outcome, requests, _ = _drive(replies[: 1 + (reason is not Reason.EXCLUDED)], policy=policy)
    assert outcome.reason is reason
    assert len(requests) == len(outcome.hops) == 1 + (reason is not Reason.EXCLUDED)
    assert outcome.evidence.endswith("s to https://example.org/old") is (len(requests) == 1)


def test_headers_of_another_host_go_there_over_tls() -> None:
    policy = Policy(headers={"other.example": {"Authorization": "x"}})
    _, requests, _ = _drive(
        [_to("https://other.example/"), _to("http://other.example/"), OK], policy=policy
    )
    assert ["Authorization" in request.headers for request in requests] == [False, True, False]


def test_a_page_may_lead_on_behind_a_redirect() -> None:
    page = Answer(
        200, {"content-type": "text/html"}, b"<meta http-equiv=refresh content='0;url=/c'>"
    )
    _, requests, _ = _drive([_to("/b"), page, OK])
    assert [request.url for request in requests] == [
        URL,
        "https://example.org/b",
        "https://example.org/c",
    ]


def test_a_head_that_is_not_found_proves_nothing_wherever_it_points() -> None:
    policy = Policy(method=Method.HEAD)
    outcome, requests, _ = _drive([Answer(404, {"location": "/x"}), OK], policy=policy)
    assert [str(request.method) for request in requests] == ["HEAD", "GET"]
    assert outcome.reason is Reason.OK


def test_a_page_to_sign_in_that_was_asked_for_is_no_wall() -> None:
    form = Answer(200, {"content-type": "text/html"}, b"<input type=password>")
    assert _drive([form], f"{URL}?next=/x")[0].reason is Reason.OK


SHELL = Answer(200, {"content-type": "text/html"}, b"<title>App</title><script></script>")


@pytest.mark.parametrize("page", [SHELL, OK])
def test_a_front_page_that_says_nothing_is_no_sign(page: Answer) -> None:
    assert _drive([_to("/"), page], aside=lambda _: page)[0].reason is Reason.REDIRECTED


def test_a_page_that_is_shown_for_a_made_up_address_is_there() -> None:
    oops = Answer(
        200, {"content-type": "text/html"}, b"<title>The City</title><p>Oops, it is broken."
    )
    outcome, requests, _ = _drive([oops], aside=lambda step: oops if step.url == URL else _to(URL))
    assert (outcome.reason, len(requests)) == (Reason.OK, 3)


@pytest.mark.parametrize("status", [401, 403, 405, 406, 429, 503])
def test_how_a_site_keeps_programs_out(status: int) -> None:
    for hints in (HealthHints(blocks_bots=True), HealthHints()):
        outcome, _, _ = _drive(lambda _: Answer(status), hints=hints)
        assert (outcome.reason is Reason.BOT_WALL) is hints.blocks_bots


def test_nothing_is_asked_beside_a_page_when_time_is_up() -> None:
    oops = Answer(200, {"content-type": "text/html"}, b"<p>Oops, it is broken.", elapsed=31.0)
    outcome, requests, _ = _drive([oops], aside=lambda _: oops)
    assert (outcome.reason, len(requests)) == (Reason.OK, 1)
