"""Answers that break the rules of HTTP in ways that browsers put up with."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web import serving

from safelinks import Checker, Policy, Reason
from safelinks.health.network.lenient_heads import repaired

PAGE = b"<title>Page not found</title>"  # so that it shows whether the body was read
TYPE = b"Content-Type: text/html\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(PAGE)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)

FORGIVEN = {
    "white space before a colon": OK + b"Server : x\r\n" + TYPE + LENGTH + b"\r\n" + PAGE,
    "a line that is no header": OK + b"nonsense\r\n" + TYPE + LENGTH + b"\r\n" + PAGE,
    "a name with a space": OK + b"X Y: z\r\n" + TYPE + LENGTH + b"\r\n" + PAGE,
    "a name with brackets": OK + b"X(Y): z\r\n" + TYPE + LENGTH + b"\r\n" + PAGE,
    "an empty length": OK + TYPE + b"Content-Length:\r\n\r\n" + PAGE,
    "two lengths": OK + TYPE + b"Content-Length: 1\r\n" + LENGTH + b"\r\n" + PAGE,
    "an odd encoding": OK + TYPE + b"Transfer-Encoding: identity\r\n\r\n" + PAGE,
    "two encodings": OK + TYPE + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n" + CHUNKED,
    "an empty line before it": b"\r\n" + OK + TYPE + LENGTH + b"\r\n" + PAGE,
    "another version": b"HTTP/2 200\r\n" + TYPE + LENGTH + b"\r\n" + PAGE,
    "behind an interim answer": b"HTTP/1.1 103 Early Hints\r\n\r\n"
    + OK
    + b"X : y\r\n"
    + TYPE
    + LENGTH
    + b"\r\n"
    + PAGE,
    "bare line feeds": (OK + b"X : y\r\n" + TYPE + LENGTH).replace(b"\r", b"") + b"\n" + PAGE,
}
REFUSED = {
    "four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a zero": b"HTTP/1.1 099 OK\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "no HTTP": b"ICY 200 OK\r\n\r\n",
}


def _reason(raw: bytes) -> Reason:
    with serving({"/": raw}) as web:
        policy = Policy(allow_private=True, retries=0, timeout=5)
        return asyncio.run(Checker(policy).check([web.url("/")]))[web.url("/")].reason


@pytest.mark.parametrize("row", FORGIVEN)
def test_forgiven(row: str) -> None:
    assert _reason(FORGIVEN[row]) is Reason.SOFT_404


@pytest.mark.parametrize("row", REFUSED)
def test_refused(row: str) -> None:
    assert _reason(REFUSED[row]) is Reason.PROTOCOL_ERROR


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    again = repaired(raw)
    assert again is None or repaired(again) == again
