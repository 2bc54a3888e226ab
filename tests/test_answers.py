"""The quick reader of answers, beside the careful one: what both take, both understand alike."""

from __future__ import annotations

import asyncio

import pytest
from connecting import connected
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safelinks.health.network.answers import Answering, RequestError, request_bytes
from safelinks.health.network.careful_answers import CarefulAnswer
from safelinks.health.network.http_connection import Connection
from safelinks.health.network.quick_answers import quick_answer

HEADERS = [(b"Host", b"a.example")]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
STATUSES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK", b"HTTP/1.1 404 Not Found", b"HTTP/1.1 204 No Content", b"HTTP/1.1 200",
        b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 999 Denied", b"HTTP/1.1 301 \xe9t\xe9",
        b"HTTP/1.1 200 ", b"HTTP/1.0 200 OK", b"HTTP/1.1 099 x", b"HTTP/1.1 1000 x", b"HTTP/2 200",
        b"HTTP/1.1 103 Early Hints", b"HTTP/1.1 101 Switching", b"HTTP/1.1 100 Continue", b"ICY 200",
        b"HTTP/1.1  200 OK", b"http/1.1 200 OK", b"HTTP/1.1 200 O\x00K", b"HTTP/1.1 200 O\x7fK",
    ]
)  # fmt: skip
LINES = st.sampled_from(
    [
        b"Content-Length: 2", b"Content-Length: 02", b"Content-Length: 5", b"Content-Length: 2, 2",
        b"content-length:2", b"Content-Length: -2", b"Content-Length: +2", b"Content-Length: 0x2",
        b"Content-Length: " + b"9" * 30, b"Content-Length:", b"Content-Length: 2 ",
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: Chunked", b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked ", b"TRANSFER-ENCODING:",
        b"Connection: close", b"Connection: Keep-Alive, Close", b"Connection: keep-alive",
        b"Connection: upgrade", b"Upgrade: h2c", b"Content-Type: text/html; charset=utf-8",
        b"Set-Cookie: a=b", b"Set-Cookie: c=d; Path=/", b"X: \xe9\xff", b"X:  two  words\t ", b"X:",
        b"X : y", b" folded", b"\tfolded", b"no colon", b": empty", b"X: a\x0bb", b"X: a\x00b",
        b"X: a\x7fb", b"X: a\rb", b"X: a\nY: b", b"Location: /x?a=b#c", b"X-\xe9: y", b"(X): y",
        b"X: " + b"v" * 300, b"Trailer: X", b"Proxy-Connection: close", b"X: \x1b[31m",
    ]
)  # fmt: skip
ENDS = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r\n\r\n", b"\r"])
BODIES = st.sampled_from(
    [
        b"", b"a", b"ab", b"abcde", b"2\r\nab\r\n0\r\n\r\n", b"2\r\nab\r\n0\r\nX: y\r\n\r\n",
        b"2;x=y\r\nab\r\n0\r\n\r\n", b"2\r\nab", b"2\r\nabc", b"2\nab\n0\n\n", b"x\r\n", b"0\r\n\r\n",
        b"2 \r\nab\r\n0\r\n\r\n", b"-2\r\nab\r\n", b"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"ffffffffffffffffff\r\n", b"00000000000000000002\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ]
)  # fmt: skip


@st.composite
def _raw(draw: st.DrawFn) -> bytes:
    lines = [draw(STATUSES), *draw(st.lists(LINES, max_size=4)), b""]
    return b"".join(line + draw(ENDS) for line in lines) + draw(BODIES)


def _read(answer: Answering, rest: list[bytes], *, ends: bool) -> tuple[bytes, object]:
    """The body, and how it ended."""
    body = b""
    try:
        body += _taken(answer)
        for piece in rest:
            answer.feed(piece)
            body += _taken(answer)
        if ends:
            answer.end()
            body += _taken(answer)
    except Exception as error:  # noqa: BLE001
        return body, type(error) if not isinstance(error, ConnectionError) else "cut"
    if ends and not answer.complete:
        return body, "cut"
    return body, (answer.complete, answer.reusable)


def _taken(answer: Answering) -> bytes:
    body = b""
    while data := answer.take():
        body += data
    return body


@settings(max_examples=150)
@given(
    _raw(),
    st.lists(st.integers(1, 40), max_size=4),
    st.sampled_from([b"GET", b"HEAD"]),
    st.booleans(),
)
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", [], b"GET", True)
@example(CHUNKED + b"2\nab\n0\n\n", [], b"GET", False)
@example(CHUNKED + b"1\r\na\r\n1 \r\nb\r\n0\r\n\r\n", [6], b"GET", False)
def test_both_understand_the_same(
    raw: bytes,
    cuts: list[int],
    method: bytes,
    ends: bool,
) -> None:
    begin = raw.find(b"\r\n\r\n") + 4
    if begin < 4:
        return
    pieces, at = [], begin
    for cut in cuts:
        pieces.append(raw[at : at + cut])
        at += cut
    pieces = [piece for piece in (*pieces, raw[at:]) if piece]
    connection, _ = connected()
    asked = asyncio.run(_asked(connection, method, raw[:begin], pieces, ends=ends))
    careful = CarefulAnswer(method, b"/", HEADERS, raw[:9])
    careful.feed(raw[:begin])
    try:
        head = careful.head()
    except Exception as error:  # noqa: BLE001
        assert asked == (type(error), b"", None)
        return
    if head is None or method == b"HEAD":  # of which nobody reads a body
        assert asked[0] == head
        return
    body, end = _read(careful, pieces, ends=ends)
    assert asked[:2] == (head, body)
    # A connection that the careful one would use again may be closed; never the other way round.
    assert asked[2] == end or (asked[2], end) == ((True, False), (True, True))


async def _asked(
    connection: Connection, method: bytes, begin: bytes, pieces: list[bytes], *, ends: bool
) -> tuple[object, bytes, object]:
    """The head or what was raised instead, the body, and how that ended."""
    waiting = asyncio.create_task(connection.head(method, b"/", HEADERS))
    await asyncio.sleep(0)
    connection.data_received(begin)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    if not waiting.done():
        waiting.cancel()
        return None, b"", None
    error = waiting.exception()
    if error is not None:
        return type(error), b"", None
    body = b""
    try:
        body += _ready(connection)
        for piece in pieces:
            connection.data_received(piece)
            body += _ready(connection)
        if ends:
            connection.eof_received()
            body += _ready(connection)
        complete = connection.at_hand() is None
    except Exception as error:  # noqa: BLE001
        return waiting.result(), body, type(error) if not isinstance(error, OSError) else "cut"
    return waiting.result(), body, (complete, connection.recycled())


def _ready(connection: Connection) -> bytes:
    body = b""
    while data := connection.at_hand():
        body += data
    return body


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", b"ab"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n", b"ab"),
        (b"HTTP/1.1 404 Not Found\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", b""),
    ],
)  # fmt: skip
def test_what_servers_send_most_is_read_quickly(raw: bytes, body: bytes) -> None:
    quick = quick_answer(raw, b"GET")
    assert quick is not None
    assert (quick.take(), quick.complete, quick.reusable) == (body, True, True)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (b"/a b", []),
        (b"", []),
        (b"/\n", []),
        (b"/", [(b"X", b"a\r\nY: b")]),
        (b"/", [(b"X", b"a\0")]),
    ],
)
def test_a_request_that_cannot_be_written(
    target: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    with pytest.raises(RequestError, match="illegal"):
        request_bytes(b"GET", target, headers)
