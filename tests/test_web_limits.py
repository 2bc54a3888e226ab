"""What the server does with many, large and slow visitors: turns, private files, drained bodies."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
import uvicorn
from asking_web import app_of, on_loopback, scope_of
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safelinks.catalog import Catalog
from safelinks.web import server
from safelinks.web.check_desk import CheckDesk
from safelinks.web.metrics import Metrics
from safelinks.web.nursery import Nursery, _packed
from safelinks.web.private_files import FileSpace, PrivateFile, blocks_of
from safelinks.web.problems import ProblemError
from safelinks.web.reading import ReadingRoom
from safelinks.web.request_processes import RequestProcesses
from safelinks.web.waiting_line import WaitingLine
from safelinks.web.web_settings import WebSettings

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python


# --- The line ---


def answered(places: int, visitors: str, *, gone: str = "") -> str:
    """Who is answered in which order, where requests come in that of `visitors`."""

    async def scenario() -> str:
        line, order, going = WaitingLine(places, 100), [], asyncio.Event()

        async def request(visitor: str) -> None:
            async with line.place(visitor):
                await going.wait()
                order.append(visitor)

        tasks = [asyncio.create_task(request(visitor)) for visitor in visitors]
        await asyncio.sleep(0)
        for task, visitor in zip(tasks, visitors, strict=True):
            if visitor in gone:
                task.cancel()
        await asyncio.sleep(0)
        going.set()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks, return_exceptions=True)
            async with line.place("x"):  # all places are free again
                pass
        return "".join(order)

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("visitors", "order"),
    [
        ("", ""),
        ("abcdef", "abcdef"),
        ("aaaaab", "aabaaa"),
        ("aaaaabc", "aabcaaa"),
        ("aabbcc", "aabcbc"),
    ],
)
def test_visitors_take_turns(visitors: str, order: str) -> None:
    assert answered(1, visitors) == order
    assert sorted(answered(2, visitors)) == sorted(visitors)


def test_nobody_waits_for_more_than_one_request_of_each_other_visitor() -> None:
    for letters in product("abc", repeat=6):
        order = answered(1, "".join(letters))
        for visitor in set(letters):
            before = order[: order.index(visitor)]
            first = letters[0]  # has the place already
            assert all(before.count(other) <= 1 + (other == first) for other in before)


def test_requests_of_one_visitor_keep_their_order() -> None:
    async def scenario() -> list[int]:
        line, order = WaitingLine(1, 100), []

        async def request(number: int) -> None:
            async with line.place("a"):
                await asyncio.sleep(0)
                order.append(number)

        await asyncio.gather(*map(request, range(5)))
        return order

    assert asyncio.run(scenario()) == [0, 1, 2, 3, 4]


def test_who_goes_leaves_the_place_to_others() -> None:
    for places, gone in product((1, 2, 3), ("a", "b", "ab", "abc")):
        left = "".join(visitor for visitor in "aabbcc" if visitor not in gone)
        assert sorted(answered(places, "aabbcc", gone=gone)) == sorted(left)


def test_a_place_that_is_given_to_somebody_who_goes_is_given_on() -> None:
    async def scenario() -> None:
        line = WaitingLine(1, 10)
        async with line.place("a"):
            waiting = asyncio.create_task(line.place("b").__aenter__())
            await asyncio.sleep(0)
        waiting.cancel()  # it has its place, and has not heard of it yet
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(5), line.place("c"):
            pass

    asyncio.run(scenario())


def test_a_line_has_an_end() -> None:
    async def scenario() -> None:
        line = WaitingLine(1, 1)
        async with line.place("a"):
            waiting = asyncio.create_task(line.place("b").__aenter__())
            await asyncio.sleep(0)
            with pytest.raises(ProblemError) as raised:
                await line.place("c").__aenter__()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert raised.value.kind.status == 429
        assert raised.value.headers["Retry-After"].isdecimal()

    asyncio.run(scenario())


# --- Private files, and shares of memory ---


def test_private_files_have_a_limit_together() -> None:
    space = FileSpace(100)
    with space.file() as one, space.file() as other:
        one.write(b"x" * 60)
        with pytest.raises(ProblemError, match="no space"):
            other.write(b"x" * 60)
        other.write(b"y" * 40)
        assert (
            b"".join(one.blocks()) + b"".join(blocks_of(other.descriptor)) == b"x" * 60 + b"y" * 40
        )
    assert space.taken == 0


def test_private_files_have_all_that_was_written_in_however_many_pieces() -> None:
    class Halting(io.BytesIO):
        def write(self, content: memoryview, /) -> int:  # type: ignore[override]
            return super().write(bytes(content)[:7])

    halting = Halting()
    PrivateFile(FileSpace(100), halting).write(bytes(range(50)))
    assert halting.getvalue() == bytes(range(50))


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has files in memory")
def test_private_files_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nothing")
    with FileSpace(100).file() as file:
        file.write(b"x")
        assert list(file.blocks()) == [b"x"]


@pytest.mark.parametrize(("readers", "checks"), [(1, 1), (2, 4), (3, 100)])
def test_shares_of_memory_are_never_more_than_all(readers: int, checks: int) -> None:
    settings = WebSettings(readers=readers, most_checks=checks, most_memory=240_000_000)
    assert settings.share * (readers + checks) + settings.spare == settings.most_memory
    assert settings.share > 0
    assert settings.spare > 100_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks for requests")
def test_a_child_may_take_so_much_memory_and_no_more() -> None:
    script = (
        "from safelinks.web.nursery import ChildLimits\n"
        "ChildLimits(20_000_000, 5).enforce()\n"
        "bytearray(10_000_000)\n"
        "try: bytearray(25_000_000)\n"
        "except MemoryError: print('refused')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout == "refused\n"


_WITHOUT_ROOM = """
import os, socket
from safelinks.web import nursery
fork, calls = os.fork, []
def without_room():
    calls.append(1)
    if len(calls) == 1:
        raise BlockingIOError
    return fork()
ours, inside = socket.socketpair()
if fork() == 0:
    ours.close()
    os.fork = without_room
    nursery._keep_forking(inside, None, lambda: 0, lambda: False)
    os._exit(0)
inside.close()
for _ in range(2):
    line, theirs = socket.socketpair()
    socket.send_fds(ours, [b'+'], [theirs.fileno(), 0])
    theirs.close()
    print(line.recv(100)[8:13])
    line.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks for requests")
def test_where_there_is_no_room_for_a_process_the_next_request_has_one() -> None:
    command = [sys.executable, "-c", _WITHOUT_ROOM]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert told.stdout == "b''\nb'{\"pid'\n"


# --- Another attempt, with the spare memory ---


class _Children:
    """In the place of a nursery: each child says what stands in a list, and ends."""

    is_there = True

    def __init__(self, *said: list[dict[str, object]]) -> None:
        self.waiting = list(said)

    def child(self, *_: object) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(b"".join(_packed(one) for one in [{"pid": 0}, *self.waiting.pop(0)]))
        return ours


_START = {"type": "http.response.start", "status": 200, "headers": []}
_DONE: dict[str, object] = {"links": 0, "seconds": 0.0}


def _exchange(statuses: list[int]) -> tuple[Receive, Send]:
    """Both ends of a request with one byte: what comes of it, and what notes the statuses."""
    bodies = [b"x"]

    async def receive() -> Message:
        if not bodies:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": bodies.pop(), "more_body": False}

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    return receive, send


def _answer_of(children: _Children, path: str = "/api/check", **busy: bool) -> int:
    """The status of the answer to a post."""
    desk = CheckDesk(ReadingRoom(WebSettings(), Catalog.nyc()), Metrics(), on_loopback)
    nursery: Any = children
    processes = RequestProcesses(app_of(), desk, nursery, frozenset({"/api/check"}))
    statuses: list[int] = []
    receive, send = _exchange(statuses)

    async def scenario() -> None:
        if busy:
            await processes._spare.acquire()
        await processes({**scope_of(path), "method": "POST"}, receive, send)

    asyncio.run(scenario())
    return statuses[0]


def test_what_had_too_little_memory_is_read_again() -> None:
    children = _Children([{"memory": False, "again": True}], [_START, _DONE])
    assert _answer_of(children) == 200
    assert children.waiting == []


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([{"memory": False, "again": False}], id="addresses were requested"),
        pytest.param([], id="it was ended, perhaps for its time"),
        pytest.param([_START, {"memory": False, "again": True}], id="its answer has begun"),
    ],
)
def test_nothing_is_asked_twice(said: list[dict[str, object]]) -> None:
    children = _Children(said, [_START, _DONE])
    with pytest.raises(ProblemError) as raised:
        _answer_of(children)
    assert raised.value.kind.status == 422
    assert len(children.waiting) == 1


def test_nobody_waits_long_for_the_spare_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safelinks.web.request_processes._SPARE_SECONDS", 0.0)
    for path in ("/api/check", "/api/clean"):
        with pytest.raises(ProblemError) as raised:
            _answer_of(_Children([{"memory": False, "again": True}]), path, taken=True)
        assert raised.value.kind.status == 429
        assert raised.value.headers["Retry-After"] == "60"


# --- Bodies that are refused ---


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks for requests")
def test_a_server_that_has_lost_its_nursery_says_so() -> None:
    ours, theirs = socket.socketpair()
    nursery = Nursery.__new__(Nursery)
    nursery._handed = ours
    room = ReadingRoom(WebSettings(), Catalog.nyc())
    desk = CheckDesk(room, Metrics(), on_loopback)
    processes = RequestProcesses(app_of(), desk, nursery, frozenset())

    def asked(method: str, path: str) -> int:
        statuses: list[int] = []
        _run(processes, {**scope_of(path), "method": method}, *_exchange(statuses))
        return statuses[0]

    assert asked("GET", "/healthz") == 200
    theirs.close()
    with pytest.raises(ProblemError, match="Start it again") as raised:
        asked("GET", "/healthz")
    assert raised.value.kind.status == 500
    with pytest.raises(ProblemError, match="Start it again"):
        asked("POST", "/api/clean")
    assert asked("GET", "/assets/page.css") == 200
    ours.close()


def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def scenario() -> None:
        await app(scope, receive, send)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"content_length": "70000"}, 7),
        ({}, 7),
        ({"content_length": "99999999"}, 0),  # nobody waits for so much
        ({"content_length": "70000", "expect": "100-continue"}, 0),  # who asks is told at once
    ],
)
def test_what_is_refused_is_taken_so_that_a_browser_sees_why(
    headers: dict[str, str], taken: int
) -> None:
    blocks = [b"x" * 10_000] * 7
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": blocks.pop(), "more_body": bool(blocks)}

    async def send(message: Message) -> None:
        assert 7 - len(blocks) == taken or not sent or sent[0]["status"] == 413
        sent.append(message)

    app = app_of(most_bytes=60_000)
    _run(app, scope_of("/api/clean", **headers), receive, send)
    assert sent[0]["status"] == 413
    assert 7 - len(blocks) == taken


def test_not_all_of_an_endless_body_is_taken() -> None:
    count = 0

    async def receive() -> Message:
        nonlocal count
        count += 1
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    async def send(_: Message) -> None:
        pass

    _run(app_of(most_bytes=1_000), scope_of("/api/clean"), receive, send)
    assert count < 50


# --- Connections ---


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.05)
    monkeypatch.setattr(server, "_TAKE_SECONDS", 0.05)
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 3)


def with_server(app: ASGIApp, visit: Callable[[int], object]) -> None:
    """`visit` a server of this application, by its port, in a thread."""

    async def scenario() -> None:
        config = uvicorn.Config(
            app, "127.0.0.1", 0, http=server._ImpatientProtocol, lifespan="off", ws="none",
            loop="asyncio", log_config=None, log_level="critical", timeout_keep_alive=60,
        )  # fmt: skip
        running = server._Server(config, lambda _: None)
        serving = asyncio.create_task(running.serve())
        while not running.started:  # noqa: ASYNC110  uvicorn has nothing to wait for
            await asyncio.sleep(0.001)
        port = running.servers[0].sockets[0].getsockname()[1]
        await asyncio.to_thread(visit, port)
        running.should_exit = True
        await serving
        assert not running.server_state.connections

    asyncio.run(scenario())


async def _small(_: Scope, __: Receive, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


_GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("sent", [b"", b"GET / HT", _GET + b"\r\n" + _GET])
def test_a_connection_on_which_no_request_comes_is_closed(sent: bytes) -> None:
    def visit(port: int) -> None:
        with _connected(port) as line:
            line.sendall(sent)
            while line.recv(1_000):
                pass

    with_server(_small, visit)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("end", [b"\r\n", b"Connection: close\r\n\r\n"])
def test_a_connection_on_which_nobody_takes_the_answer_is_ended(end: bytes) -> None:
    ended: list[bool] = []

    async def large(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(1_000):
            await send(
                {"type": "http.response.body", "body": b"x" * 65_536, "more_body": number < 999}
            )
        ended.append(True)

    def visit(port: int) -> None:
        with _connected(port) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.sendall(_GET + end)
            while not ended:
                pass

    with_server(large, visit)


@pytest.mark.usefixtures("impatient")
def test_there_are_only_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 60.0)

    def visit(port: int) -> None:
        held = [_connected(port) for _ in range(3)]
        with _connected(port) as line, suppress(ConnectionError):
            assert line.recv(1) == b""
        held.pop().close()
        status = b""
        while not status.startswith(b"HTTP/1.1 200"):  # once the server has heard of it
            with _connected(port) as line:
                try:
                    line.sendall(_GET + b"\r\n")
                    status = line.recv(100)
                except ConnectionError:
                    continue
        for line in held:
            line.close()

    with_server(_small, visit)
