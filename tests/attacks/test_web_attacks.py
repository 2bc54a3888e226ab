"""The promise: no visitor of the web page can keep the others from it, or make the server large.

The server runs as its users run it, on a port of this machine, and asks nobody.
"""

from __future__ import annotations

import os
import re
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from attacking import Count, amount
from attrs import frozen
from building import RECIPIENT, wrap
from test_linear_time import PIECES
from test_memory import _BLANKS, _LINKS, _RUNS, _word

pytestmark = [
    pytest.mark.apart,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks for requests"),
]

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
_MOST = 400  # MB, of all processes together
_SIZE = amount(20, 190) * 1_000_000  # bytes that a bomb unpacks to
_HELD = 1_000
_PATIENCE = 60.0
_SOON = 1.0  # second, in which it answers that it is there, whatever others do
_VISITORS = 50
_PLACES = 2  # in which requests are answered at the same time


@frozen
class _Server:
    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> str:
        """What it answers, within a second: it was asked while others are at work."""
        return httpx.get(f"{self.url}{path}", timeout=_SOON).text

    def counted(self, name: str) -> float:
        """One of its metrics."""
        (value,) = re.findall(rf"^{name} (\S+)$", self.get("/metrics"), re.MULTILINE)
        return float(value)

    def has_waiting(self, number: int) -> bool:
        """Whether so many requests wait for their turn just now."""
        return self.counted("safelinks_requests_waiting") == number

    def processes(self) -> list[int]:
        """All of its processes: itself, the nursery, and those that answer."""
        (nursery,) = _children(self.pid)
        return [self.pid, nursery, *_children(nursery)]

    def memory(self) -> float:
        """What all of its processes take together just now, in MB; what they share counts once."""
        return sum(map(_proportional_size, self.processes())) / 1_000_000

    def answering(self) -> int:
        """How many of its processes answer a request just now."""
        (nursery,) = _children(self.pid)
        return len(_children(nursery))


def _wait_until(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.005)


def _proportional_size(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0
    return int(re.findall(r"^Pss:\s+(\d+)", told, re.MULTILINE)[0]) * 1_024


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in listed.split()]


@contextmanager
def _serving(*options: str) -> Iterator[_Server]:
    command = [sys.executable, "-m", "safelinks", "serve", "--port", "0", "--no-browser", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        (port,) = re.findall(r":(\d+)/", process.stderr.readline())
        try:
            yield _Server(process.pid, int(port))
        finally:
            process.terminate()
        assert process.wait(_PATIENCE) == 143


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    with _serving() as running:
        yield running


@contextmanager
def _held(server: _Server) -> Iterator[None]:
    """Many connections, half of which say nothing, and half only a part of a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, soft + _HELD), hard))
    with ExitStack() as stack:
        for number in range(_HELD):
            held = socket.create_connection(("127.0.0.1", server.port))
            stack.enter_context(held)
            if number % 2:
                held.sendall(b"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")
        yield


def test_bombs_and_held_connections_harm_nobody(server: _Server, count: Count) -> None:
    bombs = [_word(unit, _SIZE) for unit in (_RUNS, _BLANKS, _LINKS)]
    paths = ("/", "/api/check?offline=1")
    work = [(path, bomb) for path in paths for bomb in bombs]

    def attack(path: str, bomb: bytes) -> int:
        files = {"files": ("bomb.docx", bomb)}
        return httpx.post(f"{server.url}{path}", files=files, timeout=_PATIENCE).status_code

    highest = 0.0
    with _held(server), ThreadPoolExecutor(len(work)) as threads:
        attacks = [threads.submit(attack, path, bomb) for path, bomb in work]
        while not all(attack.done() for attack in attacks):
            assert server.get("/healthz") == "ok\n"
            highest = max(highest, server.memory())
            time.sleep(0.005)
    assert {attack.result() for attack in attacks} <= {200, 413, 422, 429}
    assert highest < _MOST
    count("requests to the web page", len(work))


def _mail(number: int) -> bytes:
    """A mail of 200 kB with twenty wrapped links."""
    links = (
        f"<p>{'Words of a mail. ' * 580}<a href='{wrap(f'https://www.nyc.gov/{number}/{at}')}'>this</a>"
        for at in range(20)
    )
    head = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
    return f"{head}{''.join(links)}".encode()


def test_fifty_visitors_at_once_wait_for_their_turn_only(server: _Server, count: Count) -> None:
    """Each answer costs as much as for a lone visitor, and comes in the order of the questions."""
    before = _cpu_seconds(server)
    for number in range(5):
        assert list(_cleaned(server, [number])) == [number]
    alone = (_cpu_seconds(server) - before) / 5
    before = _cpu_seconds(server)
    answered = list(_cleaned(server, range(_VISITORS)))
    together = (_cpu_seconds(server) - before) / _VISITORS
    assert sorted(answered) == list(range(_VISITORS))
    assert together < 2 * alone
    # How many answers came to those who asked later, before one of those who asked earlier.
    assert max(place - number for place, number in enumerate(answered)) < _VISITORS // 5
    count("visitors of the web page at once", _VISITORS)


def _cleaned(server: _Server, numbers: Iterable[int]) -> Iterator[int]:
    """Send a mail each, one behind the other; who is answered, in the order of the answers.

    Nobody is answered before all are in the line: what forks for them stands still until then.
    """
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        (nursery,) = _children(server.pid)
        os.kill(nursery, signal.SIGSTOP)
        stack.callback(os.kill, nursery, signal.SIGCONT)
        for sent, number in enumerate(numbers, 1):
            mail = _mail(number)
            assert len(mail) > 200_000
            line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            line.sendall(
                b"POST /api/clean?name=a.eml HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                b"Content-Type: application/octet-stream\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(mail), mail)
            )
            selector.register(line, selectors.EVENT_READ, (number, []))
            _wait_until(partial(server.has_waiting, max(0, sent - _PLACES)))
        os.kill(nursery, signal.SIGCONT)
        while selector.get_map():
            assert server.get("/healthz") == "ok\n"
            assert server.answering() <= _PLACES + 1  # one of them is about to end
            for key, _ in selector.select(_PATIENCE):
                number, blocks = key.data
                block = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
                blocks.append(block)
                if not block:
                    answer = b"".join(blocks).decode()
                    assert f"'https://www.nyc.gov/{number}/19'" in answer
                    selector.unregister(key.fileobj)
                elif len(blocks) == 1:
                    assert block.startswith(b"HTTP/1.1 200 ")
                    yield number


def _cpu_seconds(server: _Server) -> float:
    """The time that all of its processes have computed, those that have ended included."""
    ticks = 0
    for pid in server.processes()[:2]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return server.counted("safelinks_cpu_seconds_total") + ticks / os.sysconf("SC_CLK_TCK")


def test_who_sends_much_keeps_nobody_waiting(server: _Server) -> None:
    """Large documents of one visitor, and what others send who come behind: they take turns."""
    large = (b"word " * 1_400 + b"https://www.nyc.gov/pip word\n") * 155
    assert len(large) > 1 << 20
    with ThreadPoolExecutor(8) as threads:
        files = {"files": ("large.txt", large)}
        sent = [
            threads.submit(httpx.post, server.url, files=files, timeout=_PATIENCE) for _ in range(5)
        ]
        _wait_until(lambda: server.has_waiting(3))
        small = httpx.post(
            f"{server.url}/api/unwrap", json={"url": wrap("https://a.example/")}, timeout=_PATIENCE
        )
        assert small.status_code == 200
        assert sum(not one.done() for one in sent) >= 3
    assert {one.result().status_code for one in sent} <= {200, 422}


def test_slow_bodies_and_answers_that_nobody_takes_keep_nobody_waiting(server: _Server) -> None:
    text = b"These are words without any link.\n" * 55_000
    head = (
        "POST /api/clean HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(text)}\r\n\r\n"
    ).encode()
    before = server.memory()
    with ExitStack() as stack:
        for number in range(16):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            line.settimeout(_PATIENCE)
            line.sendall(head + (text[:-1] if number % 2 else text))
        others = httpx.post(
            f"{server.url}/api/unwrap", json={"url": wrap("https://a.example/")}, timeout=_PATIENCE
        )
        assert others.status_code == 200
        assert server.get("/healthz") == "ok\n"
        _wait_until(lambda: not server.answering())
        assert (
            server.memory() < before + 30
        )  # what they have sent, and what waits for them, is not in it


_SUFFIXES = ("txt", "md", "html", "eml", "rst", "tex", "org", "rtf", "json", "csv", "yaml", "ics")
_SHOWN_AS_THEY_ARE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|<script(?! src=)|<b on|onerror="
)


def _hostile_files() -> Iterator[tuple[str, bytes]]:
    """Texts of the other attacks in many formats, each with a recipient; documents cut in two."""
    link = wrap("https://www.nyc.gov/pip")
    for number, piece in enumerate(PIECES.values()):
        suffix = _SUFFIXES[number % len(_SUFFIXES)]
        text = f"{link}\n{piece * (amount(1_000, 30_000) // len(piece))}\n{link} <script>\u202e</script>"
        yield f"<b onclick=x>{number}\u202e.{suffix}", text.encode("utf-8", "replace")
    for path in sorted(DOCUMENTS.glob("notice.*")):
        content = path.read_bytes()
        yield f"cut-{path.name}", content[: len(content) // 2]


def test_hostile_texts_and_files_through_page_and_api(server: _Server, count: Count) -> None:
    files = list(_hostile_files())
    for path in ("/?lang=es", "/api/check?offline=1&format=html"):
        for start in range(0, len(files), 20):
            sent = [("files", one) for one in files[start : start + 20]]
            answer = httpx.post(f"{server.url}{path}", files=sent, timeout=_PATIENCE)
            assert answer.status_code == 200
            table = answer.text.partition("<table")[2].partition("</table>")[0]
            assert _SHOWN_AS_THEY_ARE.search(table) is None
            assert RECIPIENT not in answer.text
            assert server.get("/healthz") == "ok\n"
    count("hostile files through the web page", 2 * len(files))


def test_a_document_that_needs_more_than_its_share_has_the_spare(server: _Server) -> None:
    files = {"files": ("large.html", b"<p>These are words without any link.</p>\n" * 90_000)}
    assert httpx.post(server.url, files=files, timeout=_PATIENCE).status_code == 200
    with _serving("--most-memory", "50") as small:
        url = f"{small.url}/api/check?offline=1"
        answer = httpx.post(url, files=files, timeout=_PATIENCE)
        assert answer.json()["type"] == "urn:safelinks:problem:too-much"
        answer = httpx.post(small.url, data={"text": "https://a.example"}, timeout=_PATIENCE)
        assert answer.status_code == 200


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
    left = server.counted("safelinks_checks_left_total")
    head = f"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(text)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), _PATIENCE) as line:
        line.sendall(head.encode() + text)
        _wait_until(server.answering)
    _wait_until(lambda: not server.counted("safelinks_checks_running"))
    _wait_until(lambda: not server.answering())
    assert server.counted("safelinks_checks_left_total") == left + 1
