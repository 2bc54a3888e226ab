"""Checks over a transport: mocked by respx, and real on the loopback interface, also with TLS."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import respx
import trustme
from attrs import evolve
from web import Behaviour, Web, answer, html, serving

from safelinks import Checker, Outcome, Policy, Reason, SetupError, Verdict
from safelinks.health.network.name_lookup import Resolve

PATIENT = Policy(allow_private=True, retries=0, timeout=5)


def _check(*urls: str, checker: Checker | None = None) -> dict[str, Outcome]:
    return asyncio.run((checker or Checker(PATIENT)).check(urls))


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.MockRouter(assert_all_called=False) as router:
        yield router


def _over(router: respx.MockRouter, policy: Policy = PATIENT) -> Checker:
    return Checker(policy, httpx.MockTransport(router.async_handler))


def _resolver(names: dict[str, list[str]]) -> Resolve:
    async def look_up(host: str, _port: int) -> list[str]:
        await asyncio.sleep(0)
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return names[host]

    return look_up


class TestMocked:
    """What httpx hears, without a socket."""

    def test_each_distinct_address_is_asked_once_with_a_get(self, router: respx.MockRouter) -> None:
        page = router.get("https://example.org/a").respond(200)
        heard: list[Outcome] = []
        outcomes = asyncio.run(
            _over(router).check(["https://example.org/a"] * 1000, on_outcome=heard.append)
        )
        assert outcomes["https://example.org/a"].reason is Reason.OK
        assert page.call_count == 1
        assert len(heard) == 1
        request = page.calls.last.request
        assert request.headers["user-agent"].startswith("safelinks/")
        assert request.headers["accept-encoding"] == "gzip"

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (httpx.ConnectTimeout("slow"), Reason.TIMEOUT),
            (httpx.ReadTimeout("slow"), Reason.TIMEOUT),
            (httpx.ConnectError("no route"), Reason.UNREACHABLE),
            (httpx.ReadError("gone"), Reason.RESET),
            (httpx.RemoteProtocolError("junk"), Reason.PROTOCOL_ERROR),
            (httpx.RemoteProtocolError("closed without sending a response."), Reason.RESET),
            (httpx.InvalidURL("bad"), Reason.INVALID_URL),
            (UnicodeError("bad"), Reason.INVALID_URL),
            (ValueError("odd"), Reason.PROTOCOL_ERROR),
            (ConnectionRefusedError(111, "Connection refused"), Reason.REFUSED),
            (OSError(113, "No route to host"), Reason.UNREACHABLE),
            (OSError(9999, "Odd"), Reason.UNREACHABLE),
            (ssl.SSLError(1, "handshake failure"), Reason.TLS_FAILURE),
        ],
    )
    def test_errors(self, router: respx.MockRouter, error: Exception, reason: Reason) -> None:
        router.get("https://example.org/").respond(200)
        router.get("https://bad.example/").mock(side_effect=error)
        outcomes = _check("https://bad.example/", "https://example.org/", checker=_over(router))
        assert outcomes["https://bad.example/"].reason is reason
        assert outcomes["https://bad.example/"].evidence
        assert outcomes["https://example.org/"].reason is Reason.OK

    def test_any_httpx_transport_can_stand_in(self) -> None:
        def answer_to(request: httpx.Request) -> httpx.Response:
            cookie = request.headers.get("cookie")
            if request.url.path == "/a" and cookie is None:
                headers = [
                    ("location", "/a"),
                    ("set-cookie", "s=1; Path=/"),
                    ("set-cookie", "\x01"),
                ]
                return httpx.Response(302, headers=headers)
            return httpx.Response(200 if cookie == "s=1" else 404)

        checker = Checker(PATIENT, httpx.MockTransport(answer_to))
        outcomes = _check("https://x.example/a", "https://x.example/b", checker=checker)
        assert outcomes["https://x.example/a"].reason is Reason.REDIRECTED
        assert outcomes["https://x.example/b"].reason is Reason.NOT_FOUND  # cookies of a probe only

    def test_redirects_are_judged_by_the_probe_alone(self) -> None:
        locations = {
            "/junk": "/a b\x1b[31m\u00fc",
            "/mail": "mailto:a@b.example",
            "/bad": "http://[::1",
            "/cookie": "/ok",
        }

        def answer_to(request: httpx.Request) -> httpx.Response:
            location = locations.get(request.url.path)
            if location is None:
                return httpx.Response(200)
            headers = [(b"location", location.encode()), (b"set-cookie", 'a="\u00e9"'.encode())]
            return httpx.Response(301, headers=headers)

        checker = Checker(PATIENT, httpx.MockTransport(answer_to))
        urls = [f"https://x.example{path}" for path in locations]
        outcomes = _check(*urls, checker=checker)
        assert [outcomes[url].reason for url in urls] == [
            Reason.MOVED_PERMANENTLY, Reason.BAD_REDIRECT, Reason.BAD_REDIRECT, Reason.MOVED_PERMANENTLY
        ]  # fmt: skip

    def test_one_link_never_ends_the_others_check(self) -> None:
        def answer_to(request: httpx.Request) -> httpx.Response:
            if request.url.host == "odd.example":
                raise KeyError("odd")
            return httpx.Response(200)

        checker = Checker(PATIENT, httpx.MockTransport(answer_to))
        outcomes = _check("https://odd.example/", "https://x.example/", checker=checker)
        assert outcomes["https://x.example/"].reason is Reason.OK
        assert outcomes["https://odd.example/"].reason is Reason.PROTOCOL_ERROR

    def test_hosts_take_turns(self) -> None:
        asked = []

        def answer_to(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.host)
            return httpx.Response(200)

        urls = [f"https://big.example/{n}" for n in range(500)] + ["https://small.example/"]
        _check(*urls, checker=Checker(PATIENT, httpx.MockTransport(answer_to)))
        assert "small.example" in asked[:8]

    def test_retries_wait_and_end_well(self, router: respx.MockRouter) -> None:
        page = router.get("https://example.org/a")
        page.side_effect = [httpx.Response(503, headers={"retry-after": "0"}), httpx.Response(200)]
        outcomes = _check("https://example.org/a", checker=_over(router, Policy(retries=2)))
        assert outcomes["https://example.org/a"].reason is Reason.OK
        assert outcomes["https://example.org/a"].attempts == 2

    def test_many_addresses_on_many_hosts(self, router: respx.MockRouter) -> None:
        router.route().respond(204)
        urls = [f"https://h{n % 7}.example/{n}" for n in range(500)]
        outcomes = _check(*urls, checker=_over(router))
        assert list(dict.fromkeys(outcome.reason for outcome in outcomes.values())) == [Reason.OK]
        assert set(outcomes) == set(urls)

    def test_what_may_not_be_asked_is_not(self, router: respx.MockRouter) -> None:
        route = router.route().respond(200)
        outcomes = _check(
            "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example",
            "https://example.org/unsubscribe?x",
            "mailto:a@b.example",
            checker=_over(router),
        )
        assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.SKIPPED}
        assert route.call_count == 0


class TestWithoutNetwork:
    """A closed network answers "no such name" to every name: that is no evidence."""

    def test_nothing_is_called_dead(self) -> None:
        checker = Checker(Policy(retries=0), look_up=_resolver({}))
        outcomes = _check("https://a.example/", "https://b.example/", checker=checker)
        assert {outcome.reason for outcome in outcomes.values()} == {Reason.NO_NETWORK}
        assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.OFFLINE}
        assert all("example.com" in outcome.evidence for outcome in outcomes.values())

    def test_where_the_control_name_exists_a_missing_name_is_dead(self) -> None:
        checker = Checker(Policy(retries=0), look_up=_resolver({"example.com": ["192.0.2.1"]}))
        outcomes = _check("https://a.example/", checker=checker)
        assert outcomes["https://a.example/"].reason is Reason.NO_SUCH_HOST
        assert outcomes["https://a.example/"].verdict is Verdict.DEAD

    def test_where_another_host_answers_a_missing_name_is_dead(
        self, router: respx.MockRouter
    ) -> None:
        router.get("https://b.example/").respond(200)
        missing = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        router.get("https://a.example/").mock(side_effect=missing)
        outcomes = _check("https://a.example/", "https://b.example/", checker=_over(router))
        assert outcomes["https://a.example/"].reason is Reason.NO_SUCH_HOST

    def test_a_host_on_this_machine_proves_no_network(self) -> None:
        with serving({"/": answer("200 OK")}) as web:
            checker = Checker(PATIENT, look_up=_resolver({"127.0.0.1": ["127.0.0.1"]}))
            outcomes = _check(web.url("/"), "https://a.example/", checker=checker)
        assert outcomes[web.url("/")].reason is Reason.OK
        assert outcomes["https://a.example/"].reason is Reason.NO_NETWORK

    def test_a_name_server_that_fails_is_no_missing_name(self) -> None:
        async def look_up(host: str, _port: int) -> list[str]:
            await asyncio.sleep(0)
            if host == "example.com":
                return ["192.0.2.1"]
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        outcomes = _check("https://a.example/", checker=Checker(PATIENT, look_up=look_up))
        assert outcomes["https://a.example/"].reason is Reason.DNS_FAILURE

    def test_a_name_server_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("safelinks.health.network.session._SHORTEST_LOOK_UP", 0.05)

        async def look_up(_host: str, _port: int) -> list[str]:
            await asyncio.sleep(3600)
            return []

        checker = Checker(Policy(retries=0, timeout=0.05), look_up=look_up)
        outcomes = _check("https://a.example/", checker=checker)
        assert outcomes["https://a.example/"].reason is Reason.NO_NETWORK

    def test_names_that_hang_hold_up_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        never = threading.Event()
        real = socket.getaddrinfo

        def look_up(host: str, *args: object, **kwargs: object) -> object:
            if host.endswith(".example"):
                never.wait(30)
            return real(host, *args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        policy = Policy(
            allow_private=True, allow_reserved=True, retries=0, timeout=0.3, concurrency=64
        )
        with serving({"/": answer("200 OK")}) as web:
            urls = [f"https://h{n}.example/" for n in range(30)]
            outcomes = _check(*urls, web.url("/"), checker=Checker(policy))
            never.set()
        assert outcomes[web.url("/")].reason is Reason.OK

    def test_refused_and_silent_without_network_is_no_network(self) -> None:
        def answer_to(request: httpx.Request) -> httpx.Response:
            refused = request.url.host == "a.example"
            raise (
                ConnectionRefusedError(111, "refused") if refused else httpx.ConnectTimeout("slow")
            )

        checker = Checker(Policy(retries=0), httpx.MockTransport(answer_to), _resolver({}))
        outcomes = _check("https://a.example/", "https://b.example/", checker=checker)
        assert {outcome.reason for outcome in outcomes.values()} == {Reason.NO_NETWORK}

    def test_a_proxy_that_is_not_there_says_nothing_about_a_link(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{free.getsockname()[1]}")
            checker = Checker(evolve(PATIENT, allow_reserved=True))
            outcomes = _check("http://a.example/", "https://b.example/", checker=checker)
        assert {outcome.reason for outcome in outcomes.values()} == {Reason.NO_NETWORK}

    def test_what_goes_past_the_proxy_is_guarded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names = {"inside.example": ["127.0.0.1"], "example.com": ["192.0.2.1"]}
        with serving({"/": answer("200 OK")}) as web:
            for settings in ({"https_proxy": "http://127.0.0.1:9"},
                             {"http_proxy": "http://127.0.0.1:9", "no_proxy": "inside.example"}):  # fmt: skip
                with monkeypatch.context() as environment:
                    for name, value in settings.items():
                        environment.setenv(name, value)
                    url = web.url("/", host="inside.example")
                    checker = Checker(Policy(retries=0), look_up=_resolver(names))
                    assert _check(url, checker=checker)[url].reason is Reason.PRIVATE_ADDRESS
        assert not web.asked

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            (
                "ALL_PROXY",
                "socks5://user:secret@127.0.0.1:9",
                "proxy from the environment cannot be used",
            ),
            ("HTTP_PROXY", "foo://:x", "proxy from the environment cannot be used"),
            ("SSL_CERT_FILE", "/nonexistent", r"cannot be read \(No such file or directory\)$"),
            (
                "SSL_CERT_FILE",
                __file__,
                r"of SSL_CERT_FILE cannot be read \(no certificates in it\)$",
            ),
        ],
    )
    def test_settings_that_cannot_be_used(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(SetupError, match=message) as raised:
            _check("https://127.0.0.1:4/")
        assert "secret" not in str(raised.value)

    def test_behind_a_proxy_nobody_looks_up_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving({"http://a.example/": answer("200 OK")}) as web:
            monkeypatch.setenv("http_proxy", web.url("").rstrip("/"))
            checker = Checker(evolve(PATIENT, allow_reserved=True))
            outcomes = _check("http://a.example/", "http://b.example/", checker=checker)
        assert outcomes["http://a.example/"].reason is Reason.OK
        assert outcomes["http://b.example/"].reason is Reason.NOT_FOUND
        assert web.asked == {"http://a.example/": 1, "http://b.example/": 1}


async def _drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>")
    await writer.drain()
    await asyncio.sleep(3600)


async def _hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def _reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
    await asyncio.sleep(0)


async def _close(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0)


BOMB = gzip.compress(b"<title>Page not found</title>" + b"\0" * 50_000_000)
PAGES: dict[str, tuple[bytes | Behaviour, Reason]] = {
    "/ok": (html("Fine"), Reason.OK),
    "/404": (answer("404 Not Found"), Reason.NOT_FOUND),
    "/soft": (html("Page not found"), Reason.SOFT_404),
    "/moved": (answer("301 Moved", "", "Location: /ok"), Reason.MOVED_PERMANENTLY),
    "/drip": (_drip, Reason.OK),
    "/endless": (_endless, Reason.OK),
    "/reset": (_reset, Reason.RESET),
    "/close": (_close, Reason.RESET),
    "/garbage": (b"\x00\x01 nonsense\r\n\r\n", Reason.PROTOCOL_ERROR),
    "/short": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n<title>",
        Reason.OK,
    ),
    "/bad-chunk": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        Reason.OK,
    ),
    "/bomb": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        + f"Content-Length: {len(BOMB)}\r\n\r\n".encode()
        + BOMB,
        Reason.SOFT_404,
    ),
    "/odd-encoding": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip, gzip\r\n"
        b"Content-Length: 3\r\n\r\nabc",
        Reason.OK,
    ),
    "/no-gzip": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 3\r\n\r\nabc",
        Reason.OK,
    ),
    "/early-hints": (b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer("200 OK"), Reason.OK),
}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving({path: page for path, (page, _) in PAGES.items()} | {"/hang": _hang}) as web:
        yield web


class TestLoopback:
    """Servers as they are."""

    @pytest.mark.parametrize("path", PAGES)
    def test_behaviours(self, web: Web, path: str) -> None:
        policy = Policy(allow_private=True, retries=0, timeout=1)
        outcomes = _check(web.url(path), checker=Checker(policy))
        assert outcomes[web.url(path)].reason is PAGES[path][1]

    def test_a_server_that_never_answers(self, web: Web) -> None:
        policy = Policy(allow_private=True, retries=0, timeout=0.2)
        outcomes = _check(web.url("/hang"), checker=Checker(policy))
        assert outcomes[web.url("/hang")].reason is Reason.TIMEOUT

    def test_the_budget_ends_what_the_timeout_does_not(self, web: Web) -> None:
        policy = Policy(allow_private=True, retries=0, timeout=60, budget=0.2)
        outcomes = _check(web.url("/hang"), checker=Checker(policy))
        assert outcomes[web.url("/hang")].reason is Reason.TIMEOUT

    def test_nothing_listens(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/"
            outcomes = _check(url)
        assert outcomes[url].reason is Reason.REFUSED

    def test_a_name_for_a_private_address_is_not_connected_to(self, web: Web) -> None:
        before = web.asked.total()
        names = {"public.example": ["127.0.0.1"], "none.example": [], "example.com": ["192.0.2.1"]}
        urls = [web.url("/ok", host=name) for name in ("public.example", "none.example")]
        checker = Checker(Policy(retries=0), look_up=_resolver(names))
        outcomes = _check(*urls, checker=checker)
        assert {outcome.reason for outcome in outcomes.values()} == {Reason.PRIVATE_ADDRESS}
        assert web.asked.total() == before

    def test_the_next_address_of_a_name_is_tried(self, web: Web) -> None:
        url = web.url("/ok", host="two.example")
        names = {"two.example": ["127.0.0.9", "127.0.0.1"]}
        outcomes = _check(url, checker=Checker(PATIENT, look_up=_resolver(names)))
        assert outcomes[url].reason is Reason.OK


class TestTLS:
    """Certificates, good and bad."""

    @pytest.fixture
    def authority(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
        authority = trustme.CA()
        bundle = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(bundle))
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        return authority

    @staticmethod
    def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context

    def _reason(self, certificate: trustme.LeafCert, name: str = "good.example") -> Reason:
        with serving({"/": answer("200 OK")}, self._context(certificate)) as web:
            url = web.url("/", "https", name)
            checker = Checker(PATIENT, look_up=_resolver({name: ["127.0.0.1"]}))
            return _check(url, checker=checker)[url].reason

    def test_good(self, authority: trustme.CA) -> None:
        assert self._reason(authority.issue_cert("good.example")) is Reason.OK

    def test_another_name(self, authority: trustme.CA) -> None:
        assert self._reason(authority.issue_cert("other.example")) is Reason.TLS_HOSTNAME

    def test_unknown_authority(self, authority: trustme.CA) -> None:
        assert authority is not None
        assert self._reason(trustme.CA().issue_cert("good.example")) is Reason.TLS_UNTRUSTED

    def test_plain_http_on_the_port(self, authority: trustme.CA) -> None:
        assert authority is not None
        with serving({}) as web:
            url = web.url("/", "https", "good.example")
            checker = Checker(PATIENT, look_up=_resolver({"good.example": ["127.0.0.1"]}))
            assert _check(url, checker=checker)[url].reason is Reason.TLS_FAILURE

    def test_expired(self, authority: trustme.CA) -> None:
        from datetime import UTC, datetime

        past = datetime(2020, 1, 1, tzinfo=UTC)
        certificate = authority.issue_cert("good.example", not_after=past)
        assert self._reason(certificate) is Reason.TLS_EXPIRED
