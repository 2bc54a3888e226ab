"""The judgement, row by row, without a socket: a probe is fed answers and judged by its outcome."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from safelinks.catalog.entries import HealthHints
from safelinks.health.guards.public_addresses import is_public
from safelinks.health.guards.refusal import refusal
from safelinks.health.judgement import page_signs
from safelinks.health.judgement.probe import probe
from safelinks.health.judgement.visible_page import page_of
from safelinks.health.model.exchange import Answer, Failure, Fault, Request, Wait
from safelinks.health.model.outcome import MEANING, VERDICTS, Outcome, Reason, Verdict
from safelinks.health.model.policy import Policy

URL = "https://example.org/deep/page"
POLICY = Policy(allow_reserved=True)  # for all names here are reserved
Reply = Answer | Failure


def _page(title: str, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "text/html"}, f"<title>{title}</title>".encode())


def _to(location: str, status: int = 302, **cookies: str) -> Answer:
    return Answer(status, {"location": location}, cookies=cookies)


def _drive(
    replies: list[Reply] | Callable[[Request], Reply],
    url: str = URL,
    policy: Policy = POLICY,
    hints: HealthHints | None = None,
    aside: Callable[[Request], Reply] = lambda _: Answer(404),
    *,
    or_http: bool = False,
) -> tuple[Outcome, list[Request], list[float]]:
    """Run a probe to its end: its outcome, what it asked, how long it waited.

    `aside` answers for addresses that nobody has made.
    """
    steps = probe(
        url, evolve(policy, allow_reserved=True), hints, jitter=lambda: 1.0, or_http=or_http
    )
    given = iter(replies) if isinstance(replies, list) else None
    requests: list[Request] = []
    waits: list[float] = []
    reply: Reply | None = None
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as end:
            assert given is None or next(given, None) is None, "not all replies were asked for"
            return end.value, requests, waits
        if isinstance(step, Wait):
            waits.append(step.seconds)
            reply = None
            continue
        requests.append(step)
        if step.aside:
            reply = aside(step)
        elif given is not None:
            reply = next(given)
        else:
            assert callable(replies)
            reply = replies(step)


OK = Answer(200)
ROWS: dict[str, tuple[list[Reply], Reason, str | None]] = {
    "ok": ([OK], Reason.OK, None),
    "ok without a body": ([Answer(204)], Reason.OK, None),
    "404": ([Answer(404)], Reason.NOT_FOUND, None),
    "410": ([Answer(410)], Reason.GONE, None),
    "301": ([_to("/new", 301), OK], Reason.MOVED_PERMANENTLY, "https://example.org/new"),
    "308": ([_to("/new", 308), OK], Reason.MOVED_PERMANENTLY, "https://example.org/new"),
    "302": ([_to("/new"), OK], Reason.REDIRECTED, None),
    "303": ([_to("/new", 303), OK], Reason.REDIRECTED, None),
    "307": ([_to("/new", 307), OK], Reason.REDIRECTED, None),
    "301, 302": ([_to("/new", 301), _to("/x"), OK], Reason.MOVED_PERMANENTLY, "https://example.org/new"),
    "302, 301": ([_to("/x"), _to("/new", 301), OK], Reason.REDIRECTED, None),
    "301 to a slash": ([_to("/deep/page/", 301), OK], Reason.REDIRECTED, None),
    "301 to www": ([_to("https://www.example.org/deep/page", 301), OK], Reason.REDIRECTED, None),
    "301 to a session": ([_to("/deep/page;jsessionid=1", 301), OK], Reason.REDIRECTED, None),
    "301 to another case": ([_to("/Deep/Page", 301), OK], Reason.REDIRECTED, None),
    "301 to 404": ([_to("/new", 301), Answer(404)], Reason.NOT_FOUND, None),
    "301, relative": ([_to("../x", 301), OK], Reason.MOVED_PERMANENTLY, "https://example.org/x"),
    "301, fragment": ([_to("/new#part", 301), OK], Reason.MOVED_PERMANENTLY, "https://example.org/new#part"),
    "301, junk": ([_to("/a b\x1b[31mü", 301), OK], Reason.MOVED_PERMANENTLY, "https://example.org/a%20b%1B[31m%C3%BC"),
    "301 to http": ([_to("http://example.org/new", 301), OK], Reason.MOVED_PERMANENTLY, "http://example.org/new"),
    "loop": ([_to("/b"), _to("/deep/page")], Reason.REDIRECT_LOOP, None),
    "loop on itself": ([_to("/deep/page")], Reason.REDIRECT_LOOP, None),
    "cookie, then itself": ([_to("/deep/page", a="1"), OK], Reason.REDIRECTED, None),
    "cookie again and again": ([_to("/deep/page", a="1"), _to("/deep/page", a="1")], Reason.REDIRECT_LOOP, None),
    "no Location": ([Answer(302)], Reason.BAD_REDIRECT, None),
    "to mailto": ([_to("mailto:a@b.example")], Reason.BAD_REDIRECT, None),
    "to a file": ([_to("file:///etc/passwd")], Reason.BAD_REDIRECT, None),
    "to no host": ([_to("https:///x")], Reason.BAD_REDIRECT, None),
    "to a bad IPv6": ([_to("http://[::1")], Reason.BAD_REDIRECT, None),
    "to a private address": ([_to("http://169.254.169.254/")], Reason.PRIVATE_ADDRESS, None),
    "to a wrapper": ([_to("https://nam02.safelinks.protection.outlook.com/?url=x")], Reason.WRAPPER, None),
    "500, then 200": ([Answer(500), OK], Reason.OK, None),
    "always 500": ([Answer(500)] * 3, Reason.SERVER_ERROR, None),
    "always 429": ([Answer(429)] * 3, Reason.RATE_LIMITED, None),
    "429 for a day": ([Answer(429, {"retry-after": "86400"})], Reason.RATE_LIMITED, None),
    "429, then 200": ([Answer(429, {"retry-after": "1"}), OK], Reason.OK, None),
    "503, then 200": ([Answer(503, {"retry-after": "1"}), OK], Reason.OK, None),
    "401": ([Answer(401)], Reason.AUTH_REQUIRED, None),
    "407": ([Answer(407)], Reason.AUTH_REQUIRED, None),
    "403": ([Answer(403)], Reason.FORBIDDEN, None),
    "403, used up": ([Answer(403, {"x-ratelimit-remaining": "0"})], Reason.RATE_LIMITED, None),
    "451": ([Answer(451)], Reason.LEGAL, None),
    "418": ([Answer(418)], Reason.ODD_STATUS, None),
    "490": ([Answer(490)], Reason.ODD_STATUS, None),
    "304": ([Answer(304)], Reason.ODD_STATUS, None),
    "999": ([Answer(999)], Reason.BOT_WALL, None),
    "Cloudflare": ([Answer(403, {"cf-mitigated": "challenge"})], Reason.BOT_WALL, None),
    "Cloudflare, 503": ([_page("Just a moment...", 503)], Reason.BOT_WALL, None),
    "AWS": ([Answer(202, {"x-amzn-waf-action": "challenge"})], Reason.BOT_WALL, None),
    "Akamai": ([_page("Access Denied</title>Reference &#35;18.2", 403)], Reason.BOT_WALL, None),
    "sign-in": ([_to("/login?returnUrl=%2Fdeep"), OK], Reason.LOGIN_WALL, None),
    "sign-in elsewhere": ([_to("https://login.microsoftonline.com/x/oauth2"), OK], Reason.LOGIN_WALL, None),
    "title says not found": ([_page("Page not found")], Reason.SOFT_404, None),
    "title and site": ([_page("404 - Page Not Found | City of New York")], Reason.SOFT_404, None),
    "error path": ([_to("/Error/Error404?aspxerrorpath=/x"), OK], Reason.SOFT_404, None),
    "article about 404": ([_page("How to design a 404 page")], Reason.OK, None),
    "title not found in a song": ([_page("Not Found Love | Lyrics")], Reason.OK, None),
    "refused": ([Failure(Fault.REFUSED)] * 3, Reason.REFUSED, None),
    "reset, then 200": ([Failure(Fault.RESET), OK], Reason.OK, None),
    "timeout": ([Failure(Fault.TIMEOUT)] * 3, Reason.TIMEOUT, None),
    "no such host": ([Failure(Fault.NO_SUCH_HOST)] * 2, Reason.NO_SUCH_HOST, None),
    "DNS": ([Failure(Fault.DNS_FAILURE)] * 3, Reason.DNS_FAILURE, None),
    "expired": ([Failure(Fault.TLS_EXPIRED)], Reason.TLS_EXPIRED, None),
    "not HTTP": ([Failure(Fault.PROTOCOL_ERROR)], Reason.PROTOCOL_ERROR, None),
    "private after DNS": ([Failure(Fault.PRIVATE_ADDRESS)], Reason.PRIVATE_ADDRESS, None),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_judgement(row: str) -> None:
    replies, reason, replacement = ROWS[row]
    outcome, requests, _ = _drive(replies)
    assert outcome.reason is reason
    assert outcome.verdict is VERDICTS[reason]
    assert outcome.replacement == replacement
    assert outcome.attempts == len(requests)
    assert outcome.url == URL
    statuses = [reply.status for reply in replies if isinstance(reply, Answer)]
    assert outcome.status == (statuses[-1] if statuses else None)
    assert all("\x1b" not in request.url for request in requests)


def test_every_reason_has_a_verdict_and_words() -> None:
    assert set(VERDICTS) == set(MEANING) == set(Reason)
    assert set(VERDICTS.values()) == set(Verdict)


def test_endless_redirects_end() -> None:
    count = iter(range(1000))
    outcome, requests, _ = _drive(lambda _: _to(f"/{next(count)}"))
    assert outcome.reason is Reason.TOO_MANY_REDIRECTS
    assert len(requests) == POLICY.max_redirects + 1


def test_pauses_grow_and_the_server_is_obeyed() -> None:
    assert _drive([Answer(500)] * 3)[2] == [1.0, 2.0]
    assert _drive([Answer(503, {"retry-after": "7"}), OK])[2] == [7.0]
    moment = datetime.now(UTC) + timedelta(seconds=20)
    (pause,) = _drive([Answer(429, {"retry-after": format_datetime(moment, usegmt=True)}), OK])[2]
    assert 15 < pause <= 20
    assert _drive([Answer(500, {"retry-after": "soon"}), OK])[2] == [1.0]
    past = datetime.now(UTC) - timedelta(days=1)
    assert _drive([Answer(503, {"retry-after": format_datetime(past, usegmt=True)}), OK])[2] == [
        1.0
    ]


def test_each_address_on_the_way_has_all_its_attempts() -> None:
    flaky = [Answer(500), Answer(500)]
    outcome, requests, waits = _drive([*flaky, _to("/new"), *flaky, OK])
    assert (outcome.reason, len(requests)) == (Reason.REDIRECTED, 6)
    assert waits == [1.0, 2.0, 1.0, 2.0]
    page = Answer(
        200, {"content-type": "text/html"}, b"<meta http-equiv=refresh content='0;url=/new'>"
    )
    outcome, _, waits = _drive([*flaky, page, *flaky, OK])
    assert (outcome.reason, waits) == (Reason.REDIRECTED, [1.0, 2.0, 1.0, 2.0])


def test_plain_http_has_all_its_attempts_too() -> None:
    replies: list[Reply] = [
        Failure(Fault.DNS_FAILURE),
        Failure(Fault.REFUSED),
        Answer(500),
        Answer(500),
        OK,
    ]
    outcome, requests, waits = _drive(replies, or_http=True)
    assert outcome.reason is Reason.OK
    assert [request.url.partition(":")[0] for request in requests] == ["https"] * 2 + ["http"] * 3
    assert waits == [1.0, 1.0, 2.0]


def test_the_budget_bounds_all_attempts() -> None:
    slow = Failure(Fault.TIMEOUT, elapsed=29.5)
    outcome, requests, waits = _drive([slow])
    assert (outcome.reason, len(requests), waits) == (Reason.TIMEOUT, 1, [])


def test_what_is_fetched_is_the_original_without_its_fragment() -> None:
    url = "https://example.org//RequestDetail/20?a=1&utm_source=b#c"
    outcome, requests, _ = _drive([OK], url)
    assert requests[0].url == "https://example.org//RequestDetail/20?a=1&utm_source=b"
    assert requests[0].method == "GET"
    assert outcome.final_url == url


def test_a_fragment_survives_redirects() -> None:
    outcome, _, _ = _drive([_to("/new", 301), OK], f"{URL}#part")
    assert outcome.replacement == "https://example.org/new#part"


def test_nothing_is_injected_into_a_request() -> None:
    _, requests, _ = _drive([OK], "https://example.org/%0d%0aX:%20y?\r\nZ: 1")
    assert requests[0].url == "https://example.org/%0d%0aX:%20y?%0D%0AZ:%201"


def test_cookies_stay_with_their_host() -> None:
    _, requests, _ = _drive([_to("/b", a="1"), _to("https://other.example/", b="2"), _to(URL), OK])
    assert [request.headers.get("Cookie") for request in requests] == [
        None,
        "a=1",
        None,
        "a=1; b=2",
    ]


def test_a_driver_that_answers_nothing_is_told_so() -> None:
    steps = probe(URL, POLICY)
    next(steps)
    with pytest.raises(TypeError):
        next(steps)


REFUSED = {
    Reason.PRIVATE_ADDRESS: [
        "http://10.0.0.1/", "http://127.0.0.1:8080/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "http://localhost/",
        "http://localhost./", "http://a.localhost/", "http://printer.local/", "http://x.internal/",
        "http://169.254.169.254/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://[::ffff:a9fe:a9fe]/", "http://100.64.0.1/", "http://224.0.0.1/", "http://0.0.0.0/",
        "http://①②⑦.⓪.⓪.①/", "http://192.168.1.1/", "http://[fe80::1]/", "http://1.2.3.4.5/", "http://999999999999/",
        "http://256.1/", "http://0x/", "http://127.0x.0.1/", "http://127.0.0x.1/", "http://8.8.256.8/", "http://8.256.8/", "http://8.8.8.256/", "http://8.8.65536/", "http://4294967296/", "http://[fec0::1]/", "http://[::7f00:1]/", "http://[64:ff9b:1::7f00:1]/",
        "http://[::ffff:0:7f00:1]/", "http://[3fff::1]/", "http://[5f00::1]/", "http://[4000::1]/",
    ],
    Reason.BLOCKED_PORT: ["http://example.org:22/", "https://example.org:6379/", "http://example.org:25/"],
    Reason.WRAPPER: [
        "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam02.safelinks.protection.outlook.com/GetUrlReputation",
        "https://nyc.us1.list-manage.com/track/click?u=1", "https://u1.ct.sendgrid.net/ls/click?upn=x",
        "https://lnks.gd/2/abc",
        "https://protect-us.mimecast.com/s/abc", "https://urldefense.com/v2/url?u=x",
        "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html",
        "https://u@protect-us.mimecast.com/s/abc", "https://protect-us.mimecast.com:8443/s/abc",
        "https://u:p@nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
        "https://nam06.safelinks.protection.outlook.com:8443/?url=x",
        "https://nam06.safelinks.protection.outlook.com/any/path", "https://x.safelinks.protection.outlook.com/",
        "https://ｕrldefense.com/v2/url?u=x", "https://nam06。safelinks.protection.outlook.com/",
        "https://u@outlook.office.com:8443/mail/safelink.html?url=x",
    ],
    Reason.ONE_TIME_LINK: [
        "https://example.org/unsubscribe?u=1", "https://example.org/x?token=abc", "https://example.org/confirm/1",
        "https://example.org/verify-email?x", "https://example.org/reset-password/x",
        "https://example.org/users/password/edit?reset_password_token=x", "https://example.org/password_reset/abc/",
        "https://example.org/account/reset/abc", "https://example.org/reset?code=1", "https://example.org/opt_out",
        "https://example.org/magic_link/x", "https://example.org/verification/x", "https://example.org/?access_token=x",
        "https://example.org/email-verification/KEY", "https://example.org/verify//KEY",
        "https://example.org/x?oobCode=abc&mode=verifyEmail", "https://example.org/confirm_subscription?c=1",
        "https://example.org/wp-login.php?action=rp&key=abc", "https://example.org/auth/callback?code=abc",
        "https://example.org/?resetToken=x", "https://example.org/;token=x", "https://example.org/%75nsubscribe",
    ],
    Reason.UNSUPPORTED_SCHEME: ["mailto:a@b.example", "tel:1", "javascript:alert(1)", "ftp://example.org/"],
    Reason.INVALID_URL: ["http://exa mple/", "http://[::1", "https:///x", "http://a:99999/", "", "nonsense", f"http://a:{'1' * 5000}/"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("url", "reason"), [(url, reason) for reason, urls in REFUSED.items() for url in urls]
)
def test_never_requested(url: str, reason: Reason) -> None:
    outcome, requests, _ = _drive([], url)
    assert (outcome.reason, requests) == (reason, [])
    assert outcome.verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    "url",
    [
        "https://8.8.8.8/", "http://[2606:4700::1111]/", "https://example.org:8443/",
        "https://example.org/tokens", "https://example.org/reconfirmed", "https://local.example/",
        "https://www.mimecast.com/", "https://outlook.office.com/mail/", "https://example.org/income-verification.page",
        "https://example.org/confirmation", "https://example.org/reset", "https://example.org/?tokens=1", "http://[64:ff9b::808:808]/", "https://1.example/", "http://134744072/", "http://8.8.8.0x/", "http://8.8.65535/",
    ],
)  # fmt: skip
def test_requested(url: str) -> None:
    assert refusal(url, POLICY) is None


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "0xa9fea9fe", "2852039166", "169.254.43518", "[fe80::1]", "[::ffff:a9fe:a9fe]",
     "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fd00:ec2::254]", "100.100.100.200"],
)  # fmt: skip
def test_what_is_of_the_link_is_never_asked(host: str) -> None:
    policy = Policy(allow_private=True)
    outcome, requests, _ = _drive([_to(f"http://{host}/latest")], policy=policy)
    assert (outcome.reason, len(requests)) == (Reason.PRIVATE_ADDRESS, 1)
    given = Policy(resolve={(host, 80): ("127.0.0.1",)})
    assert refusal(f"http://{host}/", given) is None


def test_private_addresses_can_be_allowed() -> None:
    assert refusal("http://127.0.0.1:8080/", Policy(allow_private=True)) is None
    assert not is_public("127.0.0.1")
    assert not is_public("fe80::1%eth0")
    assert is_public("8.8.8.8")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/login", True),
        ("https://example.org/Account/SignIn?x", True),
        ("https://accounts.google.com/v3/signin", True),
        ("https://example.org/loginsight", False),
        ("https://example.org/?next=/login", False),
    ],
)
def test_sign_in_pages(url: str, *, expected: bool) -> None:
    assert page_signs.is_login(url) is expected


def test_titles() -> None:
    assert page_of(b"<TITLE lang=en>\n a &amp; b\n</title>", {}).title == "a & b"
    assert page_of(b"nothing", {}).title == ""


@pytest.mark.parametrize(
    ("asked", "final", "shown", "expected"),
    [
        ("/a", "/a", "Page Not Found – Example", True),
        ("/a", "/a", "404 - Page Not Found | City of New York", True),
        ("/a", "/Error/Error404", "Oops", True),
        ("/a", "/errors/not-there-404.html", "Oops", True),
        ("/a", "/404.html", "Oops", True),
        ("/a", "/404", "Oops", True),
        ("/a", "/a", "404 Not Found - HTTP | MDN", False),
        ("/issues/123", "/issues/123", "404 not found · Issue #123 · owner/repo · GitHub", False),
        ("/wiki/HTTP_404", "/wiki/HTTP_404", "HTTP 404 - Wikipedia", False),
        (
            "/glossary/file-not-found",
            "/glossary/file-not-found",
            "File Not Found - Glossary",
            False,
        ),
        ("/b/issues/404", "/b/issues/404", "Fine", False),
        ("/last", "/issues/404", "Fine", False),
        ("/rooms", "/rooms/404/", "Room", False),
    ],
)
def test_signs_of_a_missing_page(asked: str, final: str, shown: str, *, expected: bool) -> None:
    base = "https://example.org"
    found = page_signs.missing(
        base + asked, base + final, page_of(f"<title>{shown}</title>".encode(), {})
    )
    assert (found is not None) is expected


def test_a_chain_of_slow_redirects_ends_within_the_budget() -> None:
    count = iter(range(1000))

    def slow(request: Request) -> Answer:
        return Answer(302, {"location": f"/{next(count)}"}, elapsed=min(8.0, request.time_limit))

    outcome, requests, _ = _drive(slow)
    assert outcome.reason is Reason.TIMEOUT
    assert [request.time_limit for request in requests] == [30.0, 22.0, 14.0, 6.0]


def test_absurd_headers() -> None:
    for value in ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "²", "nan"):
        assert _drive([Answer(503, {"retry-after": value})] * 3)[0].reason is Reason.SERVER_ERROR
    assert _drive([Answer(503, {"retry-after": "9" * 5000})])[0].reason is Reason.SERVER_ERROR
    assert _drive([_to("/" + "a" * 9000)])[0].reason is Reason.BAD_REDIRECT


_headers = st.dictionaries(
    st.sampled_from(["location", "retry-after", "cf-mitigated", "x-ratelimit-remaining"]),
    st.text(max_size=40)
    | st.sampled_from(["/a", "http://[", "//x:99999", "https://a@b:c/", "#", "?"]),
)
_replies = st.builds(
    Answer, st.integers(0, 1000), _headers, st.binary(max_size=60), st.floats(0, 40),
    st.dictionaries(st.text("ab", min_size=1, max_size=2), st.text("xy", max_size=2), max_size=3),
) | st.builds(Failure, st.sampled_from(Fault), st.just("x"), st.floats(0, 40))  # fmt: skip


@given(st.lists(_replies, min_size=1, max_size=6))
def test_no_answer_raises_and_every_probe_ends(replies: list[Answer | Failure]) -> None:
    turns = itertools.cycle(replies)
    outcome, requests, _ = _drive(lambda _: next(turns))
    assert outcome.reason in Reason
    assert len(requests) <= (POLICY.max_redirects + 1) * (POLICY.retries + 1)
