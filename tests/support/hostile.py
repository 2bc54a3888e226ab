"""A server on the loopback interface that misbehaves as it is told, and remembers what it saw.

A `Site` says what is answered on which path: bytes, or a behaviour that gets the `Talk`. What is
under `ON_ACCEPT` takes the connection over before a request is read; `ANY` answers every path that
has no answer of its own; all else is a 404.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from attrs import define, field, frozen
from web import answer, in_a_thread

__all__ = [
    "ANY",
    "ON_ACCEPT",
    "Asked",
    "Behaviour",
    "Hostile",
    "Page",
    "Site",
    "Talk",
    "drip",
    "flood",
    "hang",
    "reset",
    "serving",
    "then_listens",
]

ON_ACCEPT = "on accept"
ANY = "*"
_SEND_BUFFER = (
    65_536  # bytes that the kernel takes over: few, so that `sent` is about what was read
)


@frozen
class Asked:
    """A request as it arrived: names of headers in lower case, `at` on the monotonic clock."""

    method: str
    target: str
    headers: Mapping[str, str]
    connection: int
    at: float

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def host(self) -> str:
        return self.headers.get("host", "").partition(":")[0]


@define
class Talk:
    """One connection to `web`, the `number`-th, and the request that is to be answered.

    A behaviour that leaves the connection open for another request sets `keep`.
    """

    web: Hostile
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    asked: Asked = Asked("", "", {}, 0, 0.0)
    keep: bool = False

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        self.web.sent += len(data)

    async def read_to_the_end(self) -> None:
        """Wait until the other side leaves: closing before it is done would be a reset."""
        while await self.reader.read(65_536):
            pass


Behaviour: TypeAlias = Callable[[Talk], Awaitable[None]]
Page: TypeAlias = bytes | Behaviour
Site: TypeAlias = dict[str, Page]


@define
class Hostile:
    """What was asked of a running server, and what it sent.

    `open` is how many requests are being answered, by host, and `most_open` the most there ever
    were; `sent` counts the bytes that behaviours got rid of.
    """

    site: Site
    port: int = 0
    connections: int = 0
    asked: list[Asked] = field(factory=list)
    open: Counter[str] = field(factory=Counter)
    most_open: Counter[str] = field(factory=Counter)
    sent: int = 0
    writers: list[asyncio.StreamWriter] = field(factory=list)

    def url(self, path: str = "/page", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def methods(self) -> list[str]:
        return [one.method for one in self.asked]

    def count(self, path: str) -> int:
        """How often `path` was asked for, with whatever method and query."""
        return sum(one.path == path for one in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.connections += 1
        talk = Talk(self, self.connections, reader, writer)
        try:
            greeting = self.site.get(ON_ACCEPT)
            if greeting is not None:
                await _perform(greeting, talk)
                return
            while await self._answer_one(talk):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side has left, or the server ends: then nothing waits for this task
        finally:
            writer.close()

    async def _answer_one(self, talk: Talk) -> bool:
        """Answer a request; whether another one may follow on the same connection."""
        asked = await _request(talk)
        self.asked.append(asked)
        host = asked.host
        self.open[host] += 1
        self.most_open[host] = max(self.most_open[host], self.open[host])
        talk.asked, talk.keep = asked, False
        page = self.site.get(asked.path) or self.site.get(ANY) or answer("404 Not Found")
        try:
            await _perform(page, talk)
        finally:
            self.open[host] -= 1
        return talk.keep


async def _request(talk: Talk) -> Asked:
    head = (await talk.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = start.split(" ", 2)
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    return Asked(method, target, headers, talk.number, time.monotonic())


async def _perform(page: Page, talk: Talk) -> None:
    if not isinstance(page, bytes):
        await page(talk)
    elif talk.asked.method == "HEAD":
        await talk.send(page.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    else:
        await talk.send(page)


@contextmanager
def serving(site: Site, tls: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """A server on a free port of 127.0.0.1, in a thread of its own, while the block runs."""
    web = Hostile(site)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    web.port = listener.getsockname()[1]
    with in_a_thread(web.serve, web.writers, listener, tls):
        yield web


async def hang(talk: Talk) -> None:
    """Never answer."""
    await talk.read_to_the_end()


async def reset(talk: Talk) -> None:
    """Break the connection off, with an RST."""
    linger = struct.pack("ii", 1, 0)
    talk.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    talk.writer.transport.abort()
    await asyncio.sleep(0)


def drip(start: bytes, drop: bytes, every: float) -> Behaviour:
    """`start` at once, then one `drop` after the other, without end."""

    async def behave(talk: Talk) -> None:
        await talk.send(start)
        while True:
            await asyncio.sleep(every)
            await talk.send(drop)

    return behave


def flood(start: bytes, pieces: Callable[[], Iterable[bytes]]) -> Behaviour:
    """`start`, then all `pieces` as fast as they are taken."""

    async def behave(talk: Talk) -> None:
        await talk.send(start)
        for piece in pieces():
            await talk.send(piece)
            await asyncio.sleep(0)  # a connection that takes all at once must not starve the others

    return behave


def then_listens(data: bytes) -> Behaviour:
    """Say `data` unasked, whatever comes, and stay until the other side leaves."""

    async def behave(talk: Talk) -> None:
        await talk.send(data)
        await talk.read_to_the_end()

    return behave
