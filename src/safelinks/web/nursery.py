"""The nursery: a process that forks a child for each request that reads a document.

A document may take long, or much memory, in one step that nothing in Python can interrupt. So the
server forks early, before it has threads, a nursery in which everything is loaded. Its children
answer a request each, and end: within limits of memory and time, and at once when the server closes
the line to them.
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
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from math import ceil
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from safelinks.foundation.values import frozen
from safelinks.web.private_files import PrivateFile, blocks_of
from safelinks.web.problems import ProblemError

__all__ = [
    "CAN_FORK",
    "OUT_OF_MEMORY",
    "TOO_MUCH",
    "ChildLimits",
    "Nursery",
    "next_message",
    "nursery_gone",
]

# Elsewhere, libraries of the system do not survive it, or there is none.
CAN_FORK = sys.platform == "linux"
TOO_MUCH = (
    "The document takes too much memory or time to be read here. The command line may take more."
)
OUT_OF_MEMORY = "safelinks.out_of_memory"  # in the scope of a request that had not enough of it
_BLOCK = 1 << 16
_LENGTHS = struct.Struct("!II")  # of the head, which is JSON, and of the body
_OF_SCOPE = ("type", "http_version", "method", "scheme", "path", "root_path")
_HANDED = 2  # descriptors for a request: of the line, and of the body
_STACK = 1 << 20  # bytes for each thread: they count, whether they are used or not


@frozen
class ChildLimits:
    """What a child may take: so many bytes more than the nursery has, and so much CPU time."""

    memory: int
    seconds: float

    def enforce(self) -> None:
        """Let this process take so much, and no more."""
        import resource  # noqa: PLC0415  Windows has none

        most = _data_of_this_process() + self.memory
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(self.seconds), ceil(self.seconds)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # which would hold the document


def _data_of_this_process() -> int:
    """What RLIMIT_DATA counts, in bytes."""
    with open("/proc/self/status") as lines:  # noqa: PTH123  a file of the kernel
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmData:"))


class Nursery:
    """A process that forks a child for each socket that it is handed, until the server has gone."""

    def __init__(
        self, app: ASGIApp, counted: Callable[[], int], has_asked: Callable[[], bool]
    ) -> None:
        """Fork it. Has to be called while the process has one thread, and everything is loaded.

        In a child, `counted` is how many links it has checked, and `has_asked` whether it may have
        requested any address.
        """
        self._handed, inside = socket.socketpair()
        gc.collect()
        gc.freeze()
        if os.fork():
            inside.close()
            return
        with suppress(BaseException):
            self._handed.close()
            _keep_forking(inside, app, counted, has_asked)
        os._exit(0)

    @property
    def is_there(self) -> bool:
        """Whether it still runs: the system may have ended it, as where memory is short."""
        try:
            return self._handed.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def child(self, scope: Scope, body: PrivateFile, limits: ChildLimits) -> socket.socket:
        """The socket of a new child, which answers a request with that body.

        Raises ProblemError where the nursery has gone.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._handed, [b"+"], [theirs.fileno(), body.descriptor])
            except OSError:
                ours.close()
                raise nursery_gone() from None
        head = {"memory": limits.memory, "seconds": limits.seconds, "scope": _head_of(scope)}
        ours.sendall(_packed(head))  # which is shorter than what a socket takes at once
        return ours

    def close(self) -> None:
        """End it; children end when their sockets are closed."""
        self._handed.close()


def _keep_forking(
    handed: socket.socket,
    app: ASGIApp,
    counted: Callable[[], int],
    has_asked: Callable[[], bool],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which a terminal sends to all of them
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that nobody has to wait for children
    while True:
        said, descriptors, _, _ = socket.recv_fds(handed, 1, 2)
        if not said:
            return
        with suppress(OSError):  # there is no room for one more process: its line is closed
            if len(descriptors) == _HANDED and os.fork() == 0:
                with suppress(BaseException):
                    handed.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    line = socket.socket(fileno=descriptors[0])
                    _answer(line, descriptors[1], app, counted, has_asked)
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def nursery_gone() -> ProblemError:
    """The problem of a server that has lost its nursery. It has threads now, and cannot fork."""
    return ProblemError("server", "The server cannot read anything any more. Start it again.")


# --- A child ---


def _answer(
    line: socket.socket,
    body: int,
    app: ASGIApp,
    counted: Callable[[], int],
    has_asked: Callable[[], bool],
) -> None:
    """Answer the one request that comes by `line`, with that body."""
    line.sendall(_packed({"pid": os.getpid()}))
    given = _read(line)
    ChildLimits(given["memory"], given["seconds"]).enforce()
    threading.stack_size(_STACK)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    scope = given["scope"] | {
        "headers": _as_bytes(given["scope"]["headers"]),
        "query_string": given["scope"]["query_string"].encode("latin-1"),
    }
    blocks = blocks_of(body)

    async def receive() -> Message:
        block = next(blocks, b"")
        if block or not scope.get("is_read"):
            scope["is_read"] = not block
            return {"type": "http.request", "body": block, "more_body": bool(block)}
        await asyncio.Event().wait()  # where a visitor goes, this process ends
        raise AssertionError

    async def send(message: Message) -> None:
        if scope.get(OUT_OF_MEMORY):
            return
        head = {name: value for name, value in message.items() if name not in ("body", "headers")}
        if "headers" in message:
            head["headers"] = _as_texts(message["headers"])
        content = memoryview(message.get("body", b""))
        while len(content) > _BLOCK:  # so that the server never has much of it in memory
            line.sendall(_packed({**head, "more_body": True}, content[:_BLOCK]))
            content = content[_BLOCK:]
        line.sendall(_packed(head, content))

    try:
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    except ProblemError as error:
        told = {"problem": error.kind.name, "detail": error.detail, "most": error.most}
        line.sendall(_packed({**told, "headers": dict(error.headers)}))
    except MemoryError:
        scope[OUT_OF_MEMORY] = True
    except Exception:  # noqa: BLE001, S110  it was answered; its text may quote a document
        pass
    if scope.get(OUT_OF_MEMORY):
        line.sendall(_packed({"memory": False, "again": not has_asked()}))
    line.sendall(_packed({"links": counted(), "seconds": time.process_time()}))


def _end_with(line: socket.socket) -> None:
    """End this process when the server closes the line, or has gone itself."""
    with suppress(OSError):
        line.recv(1)
    os._exit(1)


# --- What they say to each other ---


def _head_of(scope: Scope) -> dict[str, object]:
    """What a child needs to know of a request."""
    head: dict[str, object] = {name: scope[name] for name in _OF_SCOPE}
    head["headers"] = _as_texts(scope["headers"])
    head["query_string"] = scope["query_string"].decode("latin-1")
    return head


def _as_texts(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _as_bytes(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _packed(head: object, body: bytes | memoryview = b"") -> bytes:
    """A message: a head, which is JSON, and a body."""
    told = json.dumps(head).encode()
    return b"".join((_LENGTHS.pack(len(told), len(body)), told, body))


def _read(line: socket.socket) -> dict[str, Any]:
    """The head of a message that has no body."""
    length, _ = _LENGTHS.unpack(_exactly(line, _LENGTHS.size))
    head: dict[str, Any] = json.loads(_exactly(line, length))
    return head


def _exactly(line: socket.socket, size: int) -> bytes:
    made = bytearray()
    while len(made) < size:
        block = line.recv(size - len(made))
        if not block:
            raise EOFError
        made += block
    return bytes(made)


async def next_message(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next message of a child; None where it has ended."""
    try:
        lengths = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        head, body = [await reader.readexactly(length) for length in lengths]
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    told: dict[str, Any] = json.loads(head)
    if "headers" in told and "type" in told:
        told["headers"] = _as_bytes(told["headers"])
    if told.get("type") == "http.response.body":
        told["body"] = body
    return told
