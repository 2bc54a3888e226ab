"""A small web on the loopback interface that answers with the bytes it is told to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(status: str, body: str = "", *headers: str) -> bytes:
    """A whole HTTP/1.1 answer."""
    raw = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(raw)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + raw


def html(title: str, status: str = "200 OK") -> bytes:
    return answer(status, f"<title>{title}</title>", "Content-Type: text/html")


class Web:
    """Answers by path; what is not known is a 404. `asked` counts requests by path."""

    def __init__(self, pages: dict[str, bytes | Behaviour]) -> None:
        self.pages = pages
        self.asked: Counter[str] = Counter()
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []

    def url(self, path: str, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            start = await reader.readexactly(1)
            if start == b"\x16":  # a TLS hello: what plain servers say to that
                writer.write(answer("400 Bad Request"))
                return
            request = (start + await reader.readuntil(b"\r\n\r\n")).split()
            path = request[1].decode().partition("?")[0]
            self.asked[path] += 1
            page = self.pages.get(path, answer("404 Not Found"))
            if isinstance(page, bytes):
                writer.write(page)
                await writer.drain()
            else:
                await page(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@contextmanager
def serving(
    pages: dict[str, bytes | Behaviour], tls: ssl.SSLContext | None = None
) -> Iterator[Web]:
    """A web on a free port of 127.0.0.1, in a thread of its own, for as long as the block runs."""
    web = Web(pages)
    listener = socket.create_server(("127.0.0.1", 0))
    web.port = listener.getsockname()[1]
    with in_a_thread(web.serve, web.writers, listener, tls):
        yield web


@contextmanager
def in_a_thread(
    serve: Behaviour,
    writers: list[asyncio.StreamWriter],
    listener: socket.socket,
    tls: ssl.SSLContext | None,
) -> Iterator[None]:
    """Serve what comes to `listener` while the block runs; then break off what `writers` there are."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(serve, sock=listener, ssl=tls)
        ready.set()
        await stop.wait()
        server.close()
        for writer in writers:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
