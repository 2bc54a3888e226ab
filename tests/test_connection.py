"""One connection, without a network: what it does with the bytes that it is told of."""

from __future__ import annotations

import asyncio

import pytest
from connecting import connected

from safelinks.health.network.answers import AnswerHead
from safelinks.health.network.http_connection import Connection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


async def _answer(connection: Connection, raw: bytes, method: bytes = b"GET") -> AnswerHead:
    waiting = asyncio.create_task(connection.head(method, b"/", [(b"Host", b"a.example")]))
    await asyncio.sleep(0)
    connection.data_received(raw)
    return await waiting


def test_one_request_after_the_other() -> None:
    async def run() -> None:
        connection, transport = connected()
        for _ in range(3):
            assert (await _answer(connection, OK)).status_code == 200
            assert await connection.chunk() == b"ab"
            assert await connection.chunk() is None
            assert connection.recycled()
        assert transport.sent.count(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n") == 3
        assert not transport.aborted

    asyncio.run(run())


@pytest.mark.parametrize(
    ("raw", "method"),
    [
        (OK[:-1], b"GET"),  # more is to come, and not waited for
        (OK + b"more", b"GET"),
        (OK[:-2], b"HEAD"),  # some send a body all the same
        (b"HTTP/1.1 200 OK\r\nServer : x\r\nContent-Length: 0\r\n\r\n", b"GET"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", b"GET"),
    ],
)
def test_what_is_not_used_again(raw: bytes, method: bytes) -> None:
    async def run() -> None:
        connection, transport = connected()
        await _answer(connection, raw, method)
        assert not connection.recycled()
        assert transport.aborted

    asyncio.run(run())


def test_what_comes_unasked_spoils_it() -> None:
    async def run() -> None:
        connection, transport = connected()
        spoilt: list[Connection] = []
        connection.on_spoilt = spoilt.append
        connection.data_received(OK)
        assert (spoilt, transport.aborted) == ([connection], True)

    asyncio.run(run())


def test_more_than_is_wanted_stays_in_the_socket() -> None:
    async def run() -> None:
        connection, transport = connected()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n"
        await _answer(connection, head + b"x" * 200_000)
        seen = [transport.reading]
        assert await connection.chunk()  # what is there already
        waiting = asyncio.create_task(connection.chunk())
        await asyncio.sleep(0)
        seen.append(transport.reading)
        assert seen == [False, True]
        connection.data_received(b"more")
        assert await waiting == b"more"

    asyncio.run(run())


@pytest.mark.parametrize("length", [1_000, 140_000, 200_000])
def test_what_is_sent_unasked_for_is_no_answer(length: int) -> None:
    """Also behind so long a body that no more is taken from the socket."""

    async def run() -> None:
        connection, transport = connected()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length
        await _answer(connection, head + b"a" * length)
        if connection.recycled():
            assert transport.reading
            connection.on_spoilt = lambda _: None
            connection.data_received(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        assert transport.aborted

    asyncio.run(run())
