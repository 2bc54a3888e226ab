"""Connections of our own: addresses, files that run out, and settings that cannot be loaded."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading

import pytest
from attrs import evolve
from web import html, serving

from safelinks import Checker, Outcome, Policy, Reason, SetupError
from safelinks.health.network import tls_trust
from safelinks.health.network.dialling import dial

PATIENT = Policy(allow_private=True, retries=0, timeout=5)


def _check(checker: Checker, *urls: str) -> dict[str, Outcome]:
    return asyncio.run(checker.check(urls))


def test_an_ipv6_address_is_not_looked_up() -> None:
    asked: list[tuple[str, int]] = []

    async def connect(address: str, port: int) -> socket.socket:
        await asyncio.sleep(0)
        asked.append((address, port))
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    url = "http://[::1]:8080/"
    outcome = _check(Checker(PATIENT, dial=connect), url)[url]
    assert (outcome.reason, asked) == (Reason.REFUSED, [("::1", 8080)])


def test_a_private_address_may_be_given_for_any_name() -> None:
    with serving({"/": html("Fine")}) as web:
        url = web.url("/", host="test.internal")
        policy = Policy(resolve={("test.internal", web.port): ("127.0.0.1",)}, retries=0)
        assert _check(Checker(policy), url)[url].reason is Reason.OK
        assert _check(Checker(Policy()), url)[url].reason is Reason.PRIVATE_ADDRESS


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254"])
def test_a_name_for_an_address_of_the_link_is_not_connected_to(address: str) -> None:
    async def look_up(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(0)
        return [address]

    async def connect(_address: str, _port: int) -> socket.socket:
        raise AssertionError("nothing may be connected to")

    url = "http://metadata.example/"
    outcome = _check(Checker(PATIENT, look_up=look_up, dial=connect), url)[url]
    assert outcome.reason is Reason.PRIVATE_ADDRESS


def test_where_files_run_out_idle_connections_make_room() -> None:
    refused: list[str] = []

    async def connect(address: str, port: int) -> socket.socket:
        if address == "127.0.0.2" and not refused:
            refused.append(address)
            raise OSError(errno.EMFILE, "Too many open files")
        return await dial("127.0.0.1", port)

    async def kept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    with serving({"/": kept}) as web:
        urls = [web.url("/", host=host) for host in ("127.0.0.1", "127.0.0.2")]
        policy = Policy(allow_private=True, retries=0, concurrency=1, timeout=5)
        outcomes = _check(Checker(policy, dial=connect), *urls)
    assert refused
    assert {one.reason for one in outcomes.values()} == {Reason.OK}


def test_settings_that_fail_in_another_way_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Policy) -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tls_trust, "trusting", fail)
    with pytest.raises(SetupError, match=r"^cannot load certificates"):
        _check(Checker(PATIENT), "https://127.0.0.1:4/")


def test_settings_that_nobody_needs_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_trust, "trusting", pytest.fail)
    with serving({"/": html("Fine")}) as web:
        (outcome,) = _check(Checker(PATIENT), web.url("/")).values()
    assert outcome.reason is Reason.OK


def test_a_named_file_that_cannot_be_used_ends_the_run_though_nobody_needs_it() -> None:
    policy = evolve(PATIENT, ca_file=__file__)
    with (
        serving({"/": html("Fine")}) as web,
        pytest.raises(SetupError, match="no certificates in it"),
    ):
        _check(Checker(policy), web.url("/"))


def test_settings_that_load_slowly_hold_up_no_link_beyond_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = threading.Event()
    real = tls_trust.trusting

    def slow(policy: Policy) -> object:
        loaded.wait(30)
        return real(policy)

    monkeypatch.setattr(tls_trust, "trusting", slow)
    policy = Policy(allow_private=True, retries=0, timeout=0.2)
    with serving({"/": html("Fine")}) as web:
        url = web.url("/", scheme="https")

        async def run() -> Outcome:
            async for outcome in Checker(policy).results([url]):
                loaded.set()
                return outcome
            raise AssertionError

        outcome = asyncio.run(run())
    assert outcome.reason is Reason.TIMEOUT
    assert outcome.evidence == "the trusted certificates were not loaded in time"
