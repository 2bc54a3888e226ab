"""Servers that only speak HTTP/2, which browsers do: real ones, over TLS on the loopback interface."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hostile_net import guarding
from hostile_tls import NAME, Authority
from web import answer, serving

from safelinks import Checker, Outcome, Policy, Reason, Verdict
from safelinks.cli.program import main

SETTINGS = bytes.fromhex("00000c 04 00 00000000 000300000064 000400010000")
GOAWAY = bytes.fromhex("000008 07 00 00000000 00000000 00000001")
NO_APPLICATION_PROTOCOL = bytes.fromhex("15 0303 0002 02 78")  # RFC 7301, 3.2: alert 120
HANDSHAKE_FAILURE = bytes.fromhex("15 0303 0002 02 28")
OFFERS_HTTP_2 = b"\x02h2"  # in a ClientHello

Server = Callable[[socket.socket, ssl.SSLContext], None]


@contextmanager
def _secured(link: socket.socket, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with context.wrap_socket(link, server_side=True) as secured:
        yield secured


def _hello(link: socket.socket) -> bytes:
    return link.recv(4_096, socket.MSG_PEEK)


def _alert(link: socket.socket, alert: bytes) -> None:
    link.recv(4_096)
    link.sendall(alert)


def _listens(link: socket.socket, context: ssl.SSLContext) -> None:
    with _secured(link, context) as secured:
        secured.recv(4_096)


def refuses_by_alert(link: socket.socket, context: ssl.SSLContext) -> None:
    if OFFERS_HTTP_2 in _hello(link):
        _listens(link, context)
    else:
        _alert(link, NO_APPLICATION_PROTOCOL)


def breaks_off_the_handshake(link: socket.socket, context: ssl.SSLContext) -> None:
    if OFFERS_HTTP_2 in _hello(link):
        _listens(link, context)


def closes(link: socket.socket, context: ssl.SSLContext) -> None:
    with _secured(link, context) as secured:
        if secured.selected_alpn_protocol() == "h2":
            secured.recv(4_096)


def closes_after_the_request(link: socket.socket, context: ssl.SSLContext) -> None:
    _listens(link, context)


def sends_settings(link: socket.socket, context: ssl.SSLContext) -> None:
    with _secured(link, context) as secured:
        secured.sendall(SETTINGS)
        secured.recv(4_096)
        secured.sendall(GOAWAY)


def says_goodbye(link: socket.socket, context: ssl.SSLContext) -> None:
    with _secured(link, context) as secured:
        secured.recv(4_096)
        secured.sendall(GOAWAY)


def in_the_clear(link: socket.socket, _: ssl.SSLContext) -> None:
    link.recv(4_096)
    link.sendall(SETTINGS + GOAWAY)


def always_fails(link: socket.socket, _: ssl.SSLContext) -> None:
    _alert(link, HANDSHAKE_FAILURE)


def refuses_whatever_is_offered(link: socket.socket, _: ssl.SSLContext) -> None:
    _alert(link, NO_APPLICATION_PROTOCOL)


@contextmanager
def _serving(server: Server, context: ssl.SSLContext) -> Iterator[int]:
    """The port of a `server` that has each connection for itself."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                link, _ = listener.accept()
                with suppress(OSError):
                    server(link, context)
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
                link.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def _outcome(port: int, authority: Authority, scheme: str = "https") -> Outcome:
    url = f"{scheme}://{NAME}:{port}/"
    policy = Policy(
        resolve={(NAME, port): ("127.0.0.1",)}, ca_file=str(authority.bundle), retries=0, timeout=5
    )
    with guarding():
        return asyncio.run(Checker(policy).check([url]))[url]


@pytest.mark.parametrize(
    "server",
    [refuses_by_alert, breaks_off_the_handshake, closes, closes_after_the_request, sends_settings,
     says_goodbye],
)  # fmt: skip
def test_a_server_that_only_speaks_http_2_is_not_called_failing(
    server: Server, authority: Authority
) -> None:
    context = authority.good()
    context.set_alpn_protocols(["h2"])
    with _serving(server, context) as port:
        outcome = _outcome(port, authority)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNCERTAIN, Reason.HTTP2_ONLY)
    assert outcome.evidence == "it only speaks HTTP/2"


def test_also_in_the_clear(authority: Authority) -> None:
    with _serving(in_the_clear, authority.good()) as port:
        assert _outcome(port, authority, "http").reason is Reason.HTTP2_ONLY


@pytest.mark.parametrize(
    ("server", "protocols", "reason"),
    [
        (closes_after_the_request, ["h2", "http/1.1"], Reason.RESET),
        (closes_after_the_request, ["http/1.1"], Reason.RESET),
        (closes_after_the_request, [], Reason.RESET),
        (always_fails, ["h2"], Reason.TLS_FAILURE),
        (refuses_whatever_is_offered, ["h2"], Reason.TLS_FAILURE),
    ],
    ids=["both", "only-1.1", "none", "handshake", "alert"],
)
def test_a_server_that_fails_in_another_way_is_failing(
    server: Server, protocols: list[str], reason: Reason, authority: Authority
) -> None:
    context = authority.good()
    if protocols:
        context.set_alpn_protocols(protocols)
    with _serving(server, context) as port:
        assert _outcome(port, authority).reason is reason


def test_a_server_of_both_is_asked(authority: Authority) -> None:
    context = authority.good()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with serving({"/": answer("200 OK")}, context) as web:
        assert _outcome(web.port, authority).reason is Reason.OK


def test_a_check_does_not_fail_for_it(authority: Authority, tmp_path: Path) -> None:
    context = authority.good()
    context.set_alpn_protocols(["h2"])
    with _serving(closes, context) as port:
        notice = tmp_path / "a.txt"
        notice.write_text(f"https://{NAME}:{port}/\n")
        options = ["--resolve", f"{NAME}:{port}:127.0.0.1", "--ca-file", str(authority.bundle)]
        args = ["check", "--format", "json", "--retries", "0", *options, str(notice)]
        result = CliRunner().invoke(main, args)
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert [one["code"] for one in report["findings"]] == ["SL304"]
