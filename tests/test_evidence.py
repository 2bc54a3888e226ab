"""What a report says was seen: in words for people, and which step it was that failed."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl

import httpx
import pytest
from attrs import evolve
from web import serving

from safelinks import Checker
from safelinks.health.model.outcome import Outcome, Reason
from safelinks.health.model.policy import Policy

POLICY = Policy(retries=0, timeout=0.2, allow_private=True)
JARGON = re.compile(r"_ssl\.c|Errno|bytearray|b'|Error\b|Exception|Timeout\b|0x[0-9a-f]+|httpx|h11")


async def _everywhere(_host: str, _port: int) -> list[str]:
    await asyncio.sleep(0)
    return ["127.0.0.1"]


def _outcome(url: str, policy: Policy = POLICY, **how: object) -> Outcome:
    checker = Checker(policy, look_up=_everywhere, **how)  # type: ignore[arg-type]
    outcome = asyncio.run(checker.check([url]))[url]
    assert not JARGON.search(outcome.evidence)
    return outcome


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (httpx.ConnectTimeout(""), "no connection in time"),
        (httpx.ReadTimeout(""), "connected, but no answer in time"),
        (httpx.WriteTimeout(""), "connected, but the request was not taken in time"),
        (TimeoutError(), "timed out"),
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"), "Connection refused"),
        (OSError(113, "Connect call failed"), "No route to host"),
        (OSError("[Errno 9999] Odd"), "Odd"),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT] alert (_ssl.c:1006)"), "alert"),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'SSH-2.0')"), "illegal status line"),
        (httpx.RemoteProtocolError('illegal header line: bytearray(b"it\'s")'), "illegal header line"),
        (KeyError(), "the request failed"),
        (ValueError("odd"), "odd"),
    ],
)  # fmt: skip
def test_errors_in_words(error: Exception, evidence: str) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    assert _outcome("https://a.example/", transport=httpx.MockTransport(fail)).evidence == evidence


async def _hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


def test_a_server_that_connects_and_says_nothing() -> None:
    with serving({"/": _hang}) as web:
        assert _outcome(web.url("/")).evidence == "connected, but no answer in time"


def test_a_server_that_never_shakes_hands() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://a.example:{silent.getsockname()[1]}/"
        outcome = _outcome(url)
    assert outcome.reason is Reason.TIMEOUT
    assert outcome.evidence == "connected, but no secure connection in time"


def test_a_server_that_takes_no_connection() -> None:
    async def never(_address: str, _port: int) -> socket.socket:
        await asyncio.sleep(3600)
        raise AssertionError

    assert _outcome("https://a.example/", dial=never).evidence == "no connection in time"


def test_nothing_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://a.example:{free.getsockname()[1]}/"
        assert _outcome(url).evidence == "Connection refused"


@pytest.mark.parametrize(
    ("said", "evidence"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "illegal status line"),
        (b"HTTP/1.1 2000 OK\r\nServer: x\r\n\r\n", "illegal status line"),
        (b"", "the connection was closed too early"),
    ],
)
def test_a_server_that_speaks_something_else(said: bytes, evidence: str) -> None:
    with serving({"/": said}) as web:
        assert _outcome(web.url("/")).evidence == evidence


def test_plain_http_where_tls_is_expected() -> None:
    patient = evolve(POLICY, timeout=10.0)  # for the trusted certificates, which take their time
    with serving({}) as web:
        outcome = _outcome(web.url("/", scheme="https"), patient)
    assert outcome.evidence == "wrong version number"
