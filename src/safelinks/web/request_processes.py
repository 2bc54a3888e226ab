"""A process for each request that reads a document, so that none can harm another.

A document may take long, or much memory, in one step that nothing in Python can interrupt. So the
server forks early, before it has threads, a nursery in which everything is loaded. For each request
that forks a child, which answers it and ends: within limits of memory and time, and at once when
its visitor has gone. Where a system cannot fork safely, requests are answered in the server itself.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from math import ceil
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from attrs import field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safelinks.foundation.values import define
from safelinks.web.check_desk import CheckDesk, VisitorGoneError, while_there
from safelinks.web.problems import ProblemError
from safelinks.web.web_settings import WebSettings

__all__ = ["CAN_FORK", "TOO_MUCH", "Nursery", "RequestProcesses"]

# Elsewhere, libraries of the system do not survive it, or there is none.
CAN_FORK = sys.platform == "linux"
_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16
_LENGTHS = struct.Struct("!II")  # of the head, which is JSON, and of the body
_OF_SCOPE = ("type", "http_version", "method", "scheme", "path", "root_path")


# --- The nursery, and what is born there ---


class Nursery:
    """A process that forks a child for each socket that it is handed, until the server has gone."""

    def __init__(self, app: ASGIApp, settings: WebSettings, counted: Callable[[], int]) -> None:
        """Fork it. Has to be called while the process has one thread, and everything is loaded."""
        self._handed, inside = socket.socketpair()
        gc.collect()
        gc.freeze()
        if os.fork():
            inside.close()
            return
        with suppress(BaseException):
            self._handed.close()
            _keep_forking(inside, app, settings, counted)
        os._exit(0)

    def child(self) -> socket.socket:
        """The socket of a new child."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._handed, [b"+"], [theirs.fileno()])
        return ours

    def close(self) -> None:
        """End it; children end when their sockets are closed."""
        self._handed.close()


def _keep_forking(
    handed: socket.socket, app: ASGIApp, settings: WebSettings, counted: Callable[[], int]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which a terminal sends to all of them
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that nobody has to wait for children
    while True:
        said, descriptors, _, _ = socket.recv_fds(handed, 1, 1)
        if not said:
            return
        with socket.socket(fileno=descriptors[0]) as line:
            if os.fork() == 0:
                with suppress(BaseException):
                    handed.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    _limit(settings.most_memory, settings.read_seconds)
                    _answer(line, app, counted)
                os._exit(0)


def _limit(most_memory: int, seconds: float) -> None:
    """Let this process take so many bytes more than it has, and compute for so long."""
    import resource  # noqa: PLC0415  Windows has none

    with open("/proc/self/statm") as counts:  # noqa: PTH123  a file of the kernel
        has = int(counts.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + most_memory, has + most_memory))
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(seconds), ceil(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # which would hold the document


def _answer(line: socket.socket, app: ASGIApp, counted: Callable[[], int]) -> None:
    """Answer the one request that comes by `line`."""
    _write(line, {"pid": os.getpid()})
    scope, body = _read(line)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    scope["headers"] = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in scope["headers"]
    ]
    scope["query_string"] = scope["query_string"].encode("latin-1")
    bodies = [body]

    async def receive() -> Message:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        await asyncio.Event().wait()  # where a visitor goes, this process ends
        raise AssertionError

    async def send(message: Message) -> None:
        head = {name: value for name, value in message.items() if name not in ("body", "headers")}
        if "headers" in message:
            head["headers"] = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            ]
        _write(line, head, message.get("body", b""))

    try:
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    except ProblemError as error:
        _write(
            line,
            {
                "problem": error.kind.name,
                "detail": error.detail,
                "headers": dict(error.headers),
                "most": error.most,
            },
        )
    except MemoryError:
        _write(line, {"problem": "too-much", "detail": TOO_MUCH})
    except Exception:  # noqa: BLE001, S110  it was answered; its text may quote a document
        pass
    _write(line, {"links": counted()})


TOO_MUCH = "The document takes too much memory or time to be read here. Use the command line."


def _end_with(line: socket.socket) -> None:
    """End this process when the server closes the line, or has gone itself."""
    with suppress(OSError):
        line.recv(1)
    os._exit(1)


def _as_texts(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _as_bytes(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _write(line: socket.socket, head: object, body: bytes = b"") -> None:
    told = json.dumps(head).encode()
    line.sendall(_LENGTHS.pack(len(told), len(body)) + told + body)


def _read(line: socket.socket) -> tuple[dict[str, Any], bytes]:
    with line.makefile("rb", buffering=0) as file:
        lengths = _LENGTHS.unpack(_exactly(file, _LENGTHS.size))
        head, body = (_exactly(file, length) for length in lengths)
    return json.loads(head), body


def _exactly(file: Any, size: int) -> bytes:  # noqa: ANN401  a raw file
    made = bytearray()
    while len(made) < size:
        block = file.read(min(size - len(made), 1 << 20))
        if not block:
            raise EOFError
        made += block
    return bytes(made)


# --- The server's side ---


@define
class RequestProcesses:
    """An application that answers posts in processes of a nursery, and all else itself.

    `checking` are the paths of checks, of which `desk` lets a few run; of all others, as many as
    there are readers are answered at once.
    """

    app: ASGIApp
    desk: CheckDesk
    nursery: Nursery
    checking: frozenset[str]
    _readers: asyncio.Semaphore = field(init=False)

    @_readers.default
    def _of_settings(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self.desk.room.settings.readers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            size = await _spool(receive, body)  # type: ignore[arg-type]
            with suppress(VisitorGoneError):
                if scope["path"] in self.checking:
                    async with self.desk.seat():
                        await while_there(receive, self._answered(scope, body, size, send))  # type: ignore[arg-type]
                else:
                    await while_there(receive, self._in_turn(scope, body, size, send))  # type: ignore[arg-type]

    async def _in_turn(self, scope: Scope, body: BinaryIO, size: int, send: Send) -> None:
        async with self._readers:
            try:
                async with asyncio.timeout(self.desk.room.settings.read_seconds):
                    await self._answered(scope, body, size, send)
            except TimeoutError:
                raise ProblemError("too-much", TOO_MUCH) from None

    async def _answered(self, scope: Scope, body: BinaryIO, size: int, send: Send) -> None:
        """Let a child answer, and pass that on."""
        async with self._child() as (reader, writer):
            head = json.dumps(_head_of(scope)).encode()
            writer.write(_LENGTHS.pack(len(head), size) + head)
            for block in _blocks(body):
                writer.write(block)
                await writer.drain()
            while (message := await _next(reader)) is not None:
                told, content = message
                if "problem" in told:
                    raise ProblemError(
                        told["problem"],
                        told["detail"],
                        told.get("headers"),
                        most=told.get("most", ""),
                    )
                if "links" in told:
                    self.desk.metrics.links_checked += told["links"]
                    return
                if "headers" in told:
                    told["headers"] = [
                        (name.encode("latin-1"), value.encode("latin-1"))
                        for name, value in told["headers"]
                    ]
                told |= {"body": content} if told["type"] == "http.response.body" else {}
                await send(told)
            raise ProblemError("too-much", TOO_MUCH)  # it was ended by the system

    @asynccontextmanager
    async def _child(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A child, which has ended behind this block."""
        reader, writer = await asyncio.open_connection(sock=self.nursery.child())
        pid = 0
        try:
            first = await _next(reader)
            if first is None:
                raise ProblemError("server", "The server has too much to do. Try again.")
            pid = first[0]["pid"]
            yield reader, writer
        finally:
            if pid and not reader.at_eof():  # it is still there, perhaps in the middle of a step
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            writer.close()


async def _spool(receive: Receive, body: BinaryIO) -> int:
    """The body of a request into a private file; its size."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return size
        size += body.write(message.get("body", b""))
        if not message.get("more_body", False):
            return size


def _blocks(body: BinaryIO) -> Iterator[bytes]:
    body.seek(0)
    while block := body.read(_BLOCK):
        yield block


def _head_of(scope: Scope) -> dict[str, object]:
    """What a child needs to know of a request."""
    head: dict[str, object] = {name: scope[name] for name in _OF_SCOPE}
    head["headers"] = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    head["query_string"] = scope["query_string"].decode("latin-1")
    return head


async def _next(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes] | None:
    """The next message of a child; None where it has ended."""
    try:
        lengths = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        head, body = [await reader.readexactly(length) for length in lengths]
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    told: dict[str, Any] = json.loads(head)
    return told, body
