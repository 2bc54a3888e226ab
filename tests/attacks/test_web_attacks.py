"""The promise: no visitor of the web page can keep the others from it, or make the server large.

The server runs as its users run it, on a port of this machine, and asks nobody.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from attacking import Count, amount
from attrs import frozen
from test_memory import _BLANKS, _LINKS, _RUNS, _word

pytestmark = [
    pytest.mark.apart,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks for requests"),
]

_MOST = 400  # MB
_SIZE = amount(20, 190) * 1_000_000  # bytes that a bomb unpacks to
_HELD = amount(100, 900)
_PATIENCE = 60.0


@frozen
class _Server:
    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def highest(self) -> int:
        """The most memory that it had, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (kilobytes,) = re.findall(r"VmHWM:\s+(\d+)", status)
        return int(kilobytes) // 1_000

    def answering(self) -> int:
        """How many of its processes answer a request just now."""
        (nursery,) = _children(self.pid)
        return len(_children(nursery))


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    command = [sys.executable, "-m", "safelinks", "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        (port,) = re.findall(r":(\d+)/", process.stderr.readline())
        yield _Server(process.pid, int(port))
        process.terminate()
        assert process.wait(_PATIENCE) == 143


@contextmanager
def _held(server: _Server) -> Iterator[None]:
    """Many connections, half of which say nothing, and half only a part of a request."""
    with ExitStack() as stack:
        for number in range(_HELD):
            held = socket.create_connection(("127.0.0.1", server.port))
            stack.enter_context(held)
            if number % 2:
                held.sendall(b"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")
        yield


def test_bombs_and_held_connections_harm_nobody(server: _Server, count: Count) -> None:
    bombs = [_word(unit, _SIZE) for unit in (_RUNS, _BLANKS, _LINKS)]
    with _held(server), httpx.Client(base_url=server.url, timeout=_PATIENCE) as visitor:
        for bomb in bombs:
            answer = visitor.post("/", files={"files": ("bomb.docx", bomb)})
            assert answer.status_code in (200, 413, 422)
            assert visitor.get("/healthz").text == "ok\n"
    assert server.highest() < _MOST
    count("requests to the web page", len(bombs))


def test_hostile_requests_are_refused(server: _Server) -> None:
    for raw in (
        b"POST /api/check HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 1\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\nx",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /assets/..%2f..%2fapp.py HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x00",
    ):
        with socket.create_connection(("127.0.0.1", server.port), _PATIENCE) as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(65_536)
        assert re.match(rb"HTTP/1\.1 4\d\d |\Z", answer), (raw[:80], answer)
    assert httpx.get(f"{server.url}/healthz").text == "ok\n"


def test_whoever_leaves_ends_the_process_that_reads(server: _Server) -> None:
    text = b"https://a.example/x " * 400_000
    head = f"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(text)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), _PATIENCE) as line:
        line.sendall(head.encode() + text)
        while not server.answering():
            pass
    while server.answering():
        pass
    counts = httpx.get(f"{server.url}/metrics").text
    assert "safelinks_checks_running 0\n" in counts
    assert "safelinks_checks_left_total 1\n" in counts
