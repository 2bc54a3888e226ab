"""The finer rules of the judgement: HEAD, hints, pages that are not what their status says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from test_probe import OK, URL, Reply, _drive, _to

from safelinks.catalog.entries import HealthHints
from safelinks.health.model.exchange import Answer, Failure, Fault, Request
from safelinks.health.model.outcome import Certificate, Reason, Verdict
from safelinks.health.model.policy import Method, Policy

HTML = {"content-type": "text/html; charset=utf-8"}
HEAD = Policy(method=Method.HEAD)
LONG = "<p>" + "A sentence of an article that goes on for a while. " * 60


def _html(source: str, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, HTML | named, source.encode())


PAGES: dict[str, tuple[Answer, Reason]] = {
    "a page": (_html("<title>News</title><h1>News</h1>" + LONG), Reason.OK),
    "heading": (_html("<title>The City</title><h1>Page <b>not</b> found</h1>"), Reason.SOFT_404),
    "heading of an article": (_html(f"<title>Blog</title><h1>Not found</h1>{LONG}"), Reason.OK),
    "another charset": (
        Answer(200, {"content-type": "text/html; charset=utf-16"}, "<title>Page not found</title>".encode("utf-16")),
        Reason.SOFT_404,
    ),
    "no charset there is": (
        Answer(200, {"content-type": "text/html; charset=klingon"}, b"<title>Page not found\xff</title>"),
        Reason.SOFT_404,
    ),
    "parked: title": (_html("<title>example.org is for sale</title><p>Make an offer"), Reason.PARKED),
    "parked: text": (_html("<title>example.org</title><p>This domain may be for sale. Buy now."), Reason.PARKED),
    "parked: service": (
        _html("<title>example.org</title><script src='https://img.sedoparking.com/x.js'></script>"),
        Reason.PARKED,
    ),
    "an article about sales": (_html(f"<title>Domains</title>This domain is for sale.{LONG}"), Reason.OK),
    "a shop": (_html("<title>Summer sale | Shop</title><p>Everything in our domain of shoes is on sale"), Reason.OK),
    "maintenance, 200, to come back": (
        _html("<title>apps</title><p>This site is down for scheduled maintenance.", retry_after="3600"),
        Reason.MAINTENANCE,
    ),
    "maintenance, 200, title": (_html("<title>Site under maintenance</title><p>Soon."), Reason.MAINTENANCE),
    "maintenance of parks": (_html("<title>Maintenance | Parks Department</title><p>Us."), Reason.OK),
    "a site for sale": (_html("<title>RFP</title>This site is for sale by the City: 120 Main St"), Reason.OK),
    "Legistar": (_html("<title></title>Invalid parameters!"), Reason.SOFT_404),
    "Imperva": (_html("<title>Pardon Our Interruption</title>As you were browsing"), Reason.BOT_WALL),
    "WordPress": (_html("<title>Database Error</title><h1>Error establishing a database connection"), Reason.SERVER_ERROR),
    "ASP.NET": (_html("<h1>Server Error in '/' Application.</h1>"), Reason.SERVER_ERROR),
    "punycode": (Answer(200, {"content-type": "text/html; charset=punycode"}, b"<title>Page not found</title>"), Reason.SOFT_404),
    "a page about maintenance": (_html(f"<title>Road maintenance programme</title>{LONG}"), Reason.OK),
    "maintenance of streets": (_html("<title>Streets</title><p>Scheduled maintenance of streets."), Reason.OK),
    "captcha": (_html("<title>x</title><div class='g-recaptcha' data-sitekey=1></div>"), Reason.BOT_WALL),
    "are you human": (_html("<title>One moment</title><p>Please verify you are a human."), Reason.BOT_WALL),
    "a form with a captcha": (
        _html("<title>Contact</title><form><input name=mail type=email><div class=g-recaptcha></div></form>"),
        Reason.OK,
    ),
    "an article with a captcha": (_html(f"<title>News</title>{LONG}<div class=g-recaptcha></div>"), Reason.OK),
    "about robots": (_html("<title>Robots</title><p>Our robot museum is open."), Reason.OK),
    "Incapsula": (_html("<script src='/_Incapsula_Resource?SWJIYLWA=1'></script>"), Reason.BOT_WALL),
    "behind Incapsula": (_html(f"<script src='/_Incapsula_Resource?x'></script>{LONG}"), Reason.OK),
    "DataDome": (_html("<p>Blocked", 403, x_datadome="protected"), Reason.BOT_WALL),
    "behind DataDome": (_html(f"<title>Shop</title>{LONG}", x_datadome="protected"), Reason.OK),
    "AWS lets in": (_html("<title>x</title>", x_amzn_waf_action="allow"), Reason.OK),
    "maintenance of roads": (_html("<title>Apply for Road Maintenance | NYC311</title><p>Form."), Reason.OK),
    "a system of water": (_html("<title>Water System Maintenance</title><p>Plans."), Reason.OK),
    "maintenance and the site": (_html("<title>NYC | Under Maintenance</title><p>Soon."), Reason.MAINTENANCE),
    "a permit": (_html("<title>Permits</title>The website is now available for purchase of permits"), Reason.OK),
    "a registry": (
        _html("<title>Domain names for sale - Registry</title><div id=root></div><script src=a.js></script>"),
        Reason.OK,
    ),
    "its own name": (_html("<title>example.org</title><p>example.org is for sale!"), Reason.PARKED),
    "title in a drawing": (
        _html("<svg><title>Not found</title></svg><title>News</title><h1>News</h1>"), Reason.OK
    ),
    "title in a comment": (_html("<!-- <title>404 Not Found</title> --><title>News</title>"), Reason.OK),
    "apology": (_html("<title>Oops! Page Not Found</title>"), Reason.SOFT_404),
    "in Spanish": (_html("<title>Página no encontrada | Ciudad</title>"), Reason.SOFT_404),
    "Next.js": (_html("<title>404: This page could not be found</title>"), Reason.SOFT_404),
    "suspended": (_html("<title>Account Suspended</title>"), Reason.SOFT_404),
    "refresh": (_html("<meta http-equiv=refresh content='0;url=/error/404'>"), Reason.SOFT_404),
    "refresh elsewhere": (_html("<meta http-equiv=refresh content='30;url=/new'>"), Reason.OK),
    "F5": (_html("<title>Request Rejected</title>Your support ID is: 123"), Reason.BOT_WALL),
    "a watching script": (
        _html("<div id=root></div><script src='https://x/recaptcha/api.js?render=KEY'></script>"),
        Reason.OK,
    ),
    "no type": (Answer(200, {}, b"<title>Page not found</title>"), Reason.SOFT_404),
    "sign in here": (_html("<title>Sign in</title><input type=password>"), Reason.OK),
}  # fmt: skip


@pytest.mark.parametrize("row", PAGES)
def test_pages(row: str) -> None:
    answer, reason = PAGES[row]
    outcome, _, _ = _drive([answer])
    assert outcome.reason is reason
    assert outcome.evidence


def test_a_page_to_sign_in_is_noted() -> None:
    outcome, _, _ = _drive([_html("<title>Sign in</title><input type='password'>")])
    assert outcome.evidence == "200 OK, a page to sign in"


def test_maintenance_with_503() -> None:
    down = _html("<p>We are down for maintenance", 503)
    assert _drive([down] * 3)[0].reason is Reason.MAINTENANCE


@pytest.mark.parametrize(
    "url",
    [
        "https://sedo.com/search/details/?domain=x",
        "https://www.hugedomains.com/domain_profile.cfm?d=x",
    ],
)
def test_a_redirect_to_a_service_for_parked_domains(url: str) -> None:
    assert _drive([_to(url), OK])[0].reason is Reason.PARKED
    assert _drive([_to(f"{url}&next"), OK], url)[0].reason is Reason.REDIRECTED


class TestSameForAny:
    """What looks the same for an address that nobody has made is no page of its own."""

    OOPS = "<title>The City</title><p>Oops, we cannot find that."

    @staticmethod
    def _made_up(request: Request) -> None:
        assert request.aside
        assert request.url.startswith("https://example.org/deep/no-such-page-")
        assert request.method == "GET"

    def test_home_for_any_address(self) -> None:
        def aside(request: Request) -> Reply:
            if request.url == "https://example.org/":
                return OK
            self._made_up(request)
            return _to("/", 301)

        outcome, requests, _ = _drive([_to("/", 301), OK], aside=aside)
        assert outcome.reason is Reason.SOFT_404
        assert outcome.attempts == len(requests) == 4
        assert outcome.replacement is None

    @pytest.mark.parametrize(
        "reply", [Answer(404), Answer(500), Failure(Fault.RESET), _to("/other", 301), Answer(302)]
    )
    def test_home_for_this_address_only(self, reply: Reply) -> None:
        def aside(request: Request) -> Reply:
            return OK if request.url.endswith("/other") else reply

        outcome, _, _ = _drive([_to("/", 301), OK], aside=aside)
        assert outcome.reason is Reason.MOVED_PERMANENTLY
        assert outcome.replacement == "https://example.org/"

    def test_the_front_page_itself_is_not_doubted(self) -> None:
        for url in ("https://example.org", "https://example.org/index.html"):
            _, requests, _ = _drive([_to("https://example.org/", 301), OK], url)
            assert not any(request.aside for request in requests)

    def test_a_page_that_says_it_for_any_address(self) -> None:
        outcome, _, _ = _drive([_html(self.OOPS)], aside=lambda _: _html(self.OOPS))
        assert outcome.reason is Reason.SOFT_404

    def test_it_may_name_what_was_asked_for(self) -> None:
        def aside(request: Request) -> Reply:
            return _html(f"{self.OOPS} {request.url.rpartition('/')[2]}")

        outcome, _, _ = _drive([_html(f"{self.OOPS} page")], aside=aside)
        assert outcome.reason is Reason.SOFT_404

    def test_a_page_that_says_it_of_something_else(self) -> None:
        def aside(_: Request) -> Reply:
            return Answer(404, HTML, self.OOPS.encode())

        assert _drive([_html(self.OOPS)], aside=aside)[0].reason is Reason.OK
        assert (
            _drive([_html(self.OOPS)], aside=lambda _: _html("<title>x</title>Oops"))[0].reason
            is Reason.OK
        )

    def test_good_pages_cost_one_request(self) -> None:
        _, requests, _ = _drive([_html(f"<title>News</title>{LONG}")])
        assert len(requests) == 1

    def test_it_never_leads_where_nothing_may_be_asked(self) -> None:
        def aside(request: Request) -> Reply:
            assert request.url.startswith("https://example.org/")
            return _to("http://10.0.0.1/")

        assert _drive([_to("/", 301), OK], aside=aside)[0].reason is Reason.MOVED_PERMANENTLY

    def test_it_ends(self) -> None:
        def aside(request: Request) -> Reply:
            return _to(f"{request.url}a")

        outcome, requests, _ = _drive([_to("/", 301), OK], aside=aside)
        assert outcome.reason is Reason.MOVED_PERMANENTLY
        assert len(requests) < 20

    def test_what_a_script_makes_says_nothing(self) -> None:
        shell = (
            "<title>Can't find work? | Jobs</title><div id=root></div><script src=a.js></script>"
        )
        noscript = f"{shell}<noscript>This application is not available without it.</noscript>"
        for source in (shell, noscript):
            page = _html(source)
            assert _drive([page], aside=lambda _, page=page: page)[0].reason is Reason.OK  # type: ignore[misc]

    def test_a_title_of_many_parts_is_worth_a_question(self) -> None:
        page = _html(f"<title>Page Not Found - Department of Health | NYC.gov</title>{LONG}")
        assert _drive([page], aside=lambda _: page)[0].reason is Reason.SOFT_404
        assert _drive([page])[0].reason is Reason.OK

    def test_a_heading_on_a_long_page_is_worth_a_question(self) -> None:
        page = _html(f"<title>The City</title><h1>Page Not Found</h1>{LONG}")
        assert _drive([page], aside=lambda _: page)[0].reason is Reason.SOFT_404
        assert _drive([page])[0].reason is Reason.OK

    def test_it_stays_on_the_host(self) -> None:
        def aside(request: Request) -> Reply:
            assert request.url.startswith("https://example.org/no-such-page-")
            return Answer(404)

        page = _html("<title>The City</title>Oops, we cannot find that.")
        assert _drive([page], "https://example.org?page=7", aside=aside)[0].reason is Reason.OK

    def test_home_in_a_language_for_any_address(self) -> None:
        def aside(request: Request) -> Reply:
            return OK if request.url.endswith("/en/") else _to("/en/")

        assert _drive([_to("/en/"), OK], aside=aside)[0].reason is Reason.SOFT_404

    def test_a_gate_on_another_site_is_none(self) -> None:
        outcome, requests, _ = _drive([_to("https://gate.example/"), OK])
        assert outcome.reason is Reason.REDIRECTED
        assert not any(request.aside for request in requests)


class TestLocations:
    """Where redirects point, read as browsers read it."""

    @pytest.mark.parametrize(
        ("location", "asked"),
        [
            ("https://bücher.example/ä?ö#ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6"),
            ("http:/www.example.org/new", "http://www.example.org/new"),
            ("https:\\\\www.example.org\\a\\b?c\\d", "https://www.example.org/a/b?c\\d"),
            ("//other.example/x", "https://other.example/x"),
            ("\\\\other.example/x", "https://other.example/x"),
            ("?only=query", "https://example.org/deep/page?only=query"),
            ("HTTPS://EXAMPLE.org/X", "https://example.org/X"),
        ],
    )
    def test_forgiven(self, location: str, asked: str) -> None:
        _, requests, _ = _drive([_to(location), OK])
        assert requests[1].url == asked

    @pytest.mark.parametrize(
        "location", ["https:///x", "https://", "javascript:alert(1)", "https://a b/"]
    )
    def test_not_forgiven(self, location: str) -> None:
        assert _drive([_to(location)])[0].reason is Reason.BAD_REDIRECT


class TestSignIn:
    """Walls that ask who is there."""

    @pytest.mark.parametrize(
        "final",
        [
            "/_forms/default.aspx?ReturnUrl=%2f",
            "/_layouts/15/AccessDenied.aspx?Source=x",
            "/Account/LogOn",
        ],
    )
    def test_by_address(self, final: str) -> None:
        assert _drive([_to(final), OK])[0].reason is Reason.LOGIN_WALL

    def test_a_page_to_sign_in_that_moved_is_no_wall(self) -> None:
        for final in ("/signin", "https://login.microsoftonline.com/x/oauth2"):
            moved, _, _ = _drive([_to(final), OK], "https://example.org/login?lang=en")
            assert moved.reason is Reason.REDIRECTED

    def test_by_a_form_that_asks_to_return(self) -> None:
        form = _html("<input type=password>")
        assert _drive([_to("/who?ReturnUrl=%2fx"), form])[0].reason is Reason.LOGIN_WALL
        assert _drive([_to("/who?ReturnUrl=%2fx"), OK])[0].reason is Reason.REDIRECTED
        assert _drive([_to("/who"), form])[0].reason is Reason.REDIRECTED


class TestHead:
    """A HEAD alone proves nothing but that all is well."""

    @pytest.mark.parametrize(
        "first",
        [
            Answer(405), Answer(501), Answer(404), Answer(403), Answer(500), Answer(302),
            Failure(Fault.TIMEOUT), Failure(Fault.RESET), Failure(Fault.PROTOCOL_ERROR),
        ],
    )  # fmt: skip
    def test_anything_else_is_asked_again_with_get(self, first: Reply) -> None:
        outcome, requests, waits = _drive([first, OK], policy=HEAD)
        assert [request.method for request in requests] == ["HEAD", "GET"]
        assert outcome.reason is Reason.OK
        assert outcome.hops[-1].method == "GET"
        assert waits == []

    @pytest.mark.parametrize("status", [429, 503])
    def test_who_is_too_busy_is_given_time(self, status: int) -> None:
        busy = Answer(status, {"retry-after": "2"})
        outcome, requests, waits = _drive([busy, OK], policy=HEAD)
        assert [request.method for request in requests] == ["HEAD", "GET"]
        assert (outcome.reason, waits) == (Reason.OK, [2.0])
        away = Answer(status, {"retry-after": "86400"})
        outcome, requests, waits = _drive([away], policy=HEAD)
        assert ([hop.method for hop in outcome.hops], waits) == (["HEAD"], [])

    def test_a_clean_answer_is_enough(self) -> None:
        outcome, requests, _ = _drive([OK], policy=HEAD)
        assert [request.method for request in requests] == ["HEAD"]
        assert outcome.reason is Reason.OK
        assert "the page was not read" in outcome.evidence

    def test_it_gets_a_part_of_the_budget_only(self) -> None:
        silent = Failure(Fault.TIMEOUT, elapsed=7.5)
        outcome, requests, _ = _drive([silent, OK], policy=HEAD)
        assert [request.time_limit for request in requests] == [7.5, 22.5]
        assert outcome.reason is Reason.OK

    def test_redirects_are_followed_by_it(self) -> None:
        outcome, requests, _ = _drive([_to("/new", 301), OK], policy=HEAD)
        assert [request.method for request in requests] == ["HEAD", "HEAD"]
        assert outcome.reason is Reason.MOVED_PERMANENTLY

    def test_a_site_that_is_known_to_mishandle_it_gets_a_get(self) -> None:
        _, requests, _ = _drive([OK], policy=HEAD, hints=HealthHints(head_unreliable=True))
        assert [request.method for request in requests] == ["GET"]


class TestHints:
    """What the catalog knows of a site."""

    def test_a_status_that_is_expected(self) -> None:
        hints = HealthHints(expect_status=(404, 490))
        assert _drive([Answer(490)], hints=hints)[0].reason is Reason.OK
        assert _drive([Answer(404)], hints=hints)[0].reason is Reason.OK
        assert _drive([Answer(410)], hints=hints)[0].reason is Reason.GONE

    @pytest.mark.parametrize(
        "replies",
        [
            [Answer(403)],
            [Answer(405)],
            [Answer(503)] * 3,
            [Failure(Fault.TIMEOUT)] * 3,
            [Failure(Fault.RESET)] * 3,
        ],
    )
    def test_a_site_that_keeps_programs_out(self, replies: list[Reply]) -> None:
        hints = HealthHints(blocks_bots=True, expect_status=(403,))
        assert _drive(replies, hints=hints)[0].reason is Reason.BOT_WALL

    def test_what_is_dead_there_is_dead(self) -> None:
        hints = HealthHints(blocks_bots=True)
        assert _drive([Answer(404)], hints=hints)[0].reason is Reason.NOT_FOUND
        assert _drive([Failure(Fault.NO_SUCH_HOST)] * 2, hints=hints)[0].verdict is Verdict.DEAD

    def test_where_a_site_sends_what_is_missing(self) -> None:
        hints = HealthHints(soft_404=("/Sorry/Page",))
        replies: list[Reply] = [_to("/sorry/page?from=x"), OK]
        assert _drive(replies, hints=hints)[0].reason is Reason.SOFT_404
        assert _drive(replies)[0].reason is Reason.REDIRECTED


class TestEvidence:
    """What led to the verdict."""

    CERTIFICATE = Certificate(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), ("a.example",) * 5
    )

    @pytest.mark.parametrize(
        ("fault", "evidence"),
        [
            (Fault.TLS_EXPIRED, "valid from 2026-01-01 to 2026-02-01"),
            (Fault.TLS_NOT_YET_VALID, "valid from 2026-01-01 to 2026-02-01"),
            (Fault.TLS_HOSTNAME, "for a.example, a.example, a.example, …"),
            (Fault.TLS_INCOMPLETE_CHAIN, "the certificate of its issuer was not sent"),
            (Fault.TLS_UNTRUSTED, "unable to get local issuer certificate"),
        ],
    )
    def test_certificates(self, fault: Fault, evidence: str) -> None:
        detail = "unable to get local issuer certificate"
        outcome, _, _ = _drive([Failure(fault, detail, certificate=self.CERTIFICATE)])
        assert outcome.evidence == evidence
        assert outcome.certificate == self.CERTIFICATE

    def test_each_request_that_decided_is_a_hop(self) -> None:
        replies: list[Reply] = [
            Failure(Fault.RESET, "broken off", 0.5),
            Answer(302, {"location": "/new"}, elapsed=0.25),
            Answer(200, elapsed=0.125),
        ]
        outcome, _, _ = _drive(replies)
        assert [(hop.url, hop.status, hop.elapsed) for hop in outcome.hops] == [
            (URL, 302, 0.25),
            ("https://example.org/new", 200, 0.125),
        ]
        assert (outcome.attempts, outcome.error) == (3, "broken off")

    def test_a_failure_is_a_hop_without_a_status(self) -> None:
        outcome, _, _ = _drive([_to("/new"), *[Failure(Fault.REFUSED)] * 3])
        assert [hop.status for hop in outcome.hops] == [302, None]
        assert outcome.status is None
        assert outcome.final_url == "https://example.org/new"


class TestHeaders:
    """Headers that the user has set go to the hosts that they are for."""

    POLICY = Policy(headers={"example.org": {"Authorization": "secret"}})

    def test_they_stay_behind(self) -> None:
        replies: list[Reply] = [_to("https://other.example/"), _to(URL + "/b"), OK]
        _, requests, _ = _drive(replies, policy=self.POLICY)
        sent = [request.headers.get("Authorization") for request in requests]
        assert sent == ["secret", None, "secret"]

    def test_they_are_not_sent_in_the_clear(self) -> None:
        _, requests, _ = _drive([_to("http://example.org/"), OK], policy=self.POLICY)
        sent = [request.headers.get("Authorization") for request in requests[:2]]
        assert sent == ["secret", None]

    def test_they_are_not_sent_to_another_port(self) -> None:
        _, requests, _ = _drive([_to("https://example.org:8443/"), OK], policy=self.POLICY)
        assert [request.headers.get("Authorization") for request in requests[:2]] == [
            "secret",
            None,
        ]
        _, requests, _ = _drive([OK], "https://example.org:8443/", policy=self.POLICY)
        assert requests[0].headers["Authorization"] == "secret"

    def test_they_are_not_sent_in_the_clear_because_somebody_else_says_so(self) -> None:
        _, requests, _ = _drive(
            [_to("http://example.org/a"), OK], "http://evil.example/", self.POLICY
        )
        assert "Authorization" not in requests[1].headers

    def test_they_replace_ours(self) -> None:
        policy = Policy(headers={"example.org": {"user-agent": "me"}})
        _, requests, _ = _drive([OK], policy=policy)
        assert [name for name in requests[0].headers if name.lower() == "user-agent"] == [
            "user-agent"
        ]
        assert "secret" not in repr(_drive([OK], policy=self.POLICY)[1])

    def test_but_to_a_link_that_is_in_the_clear(self) -> None:
        _, requests, _ = _drive([OK], "http://example.org/", policy=self.POLICY)
        assert requests[0].headers["Authorization"] == "secret"


class TestOptions:
    """What is asked, and what is not, because the user said so."""

    def test_left_out(self) -> None:
        policy = Policy(excluded=(r"//example\.org/deep",))
        outcome, requests, _ = _drive([], policy=policy)
        assert (outcome.reason, requests) == (Reason.EXCLUDED, [])

    def test_asked_all_the_same(self) -> None:
        policy = Policy(allow_one_time=True, allow_ports=frozenset({22}))
        assert (
            _drive([OK], "https://example.org:22/unsubscribe", policy=policy)[0].reason is Reason.OK
        )

    def test_wrappers_never_are(self) -> None:
        policy = Policy(allow_one_time=True, allow_private=True)
        url = "https://nam02.safelinks.protection.outlook.com/?url=x"
        assert _drive([], url, policy=policy)[0].reason is Reason.WRAPPER


def test_days_left_are_whole() -> None:
    certificate = TestEvidence.CERTIFICATE
    assert certificate.days_left(certificate.not_after - timedelta(days=2, hours=1)) == 2
