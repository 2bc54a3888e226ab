"""A check that two processes share: it says what one says, and hosts feel no difference."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn, TypeAlias

import pytest
from attrs import Factory, define
from hypothesis import given
from hypothesis import strategies as st
from web import answer, html, in_a_thread

from safelinks import Checker, SetupError
from safelinks.health.model.policy import Policy as Policies
from safelinks.health.processes import asking_processes
from safelinks.health.processes.process_line import ProcessLine, Stop
from safelinks.health.processes.site_shares import divided
from safelinks.health.schedule import Schedule

pytestmark = [
    pytest.mark.slow,  # it starts processes, which are the same on every Python
    pytest.mark.skipif(sys.platform != "linux", reason="only there, processes are forked"),
]

PROGRAM = Path(__file__).parent / "support" / "asking_together.py"
SITES = [f"s{number}.example" for number in range(8)]
HUB = "hub.example"
Policy: TypeAlias = Mapping[str, float]
NONE: Policy = {}
PAGES = {
    "gone": answer("404 Not Found"),
    "never": answer("503 Service Unavailable", "", "Retry-After: 3600"),
    "broken": b"",
    "long": html("word " * 30_000),
}
# Where a host redirects to, by the first word of the path and what is behind it.
MOVES: Mapping[str, Callable[[str, str], tuple[str, str]]] = {
    "hub": lambda _, rest: (HUB, f"/{rest}"),
    "around": lambda host, _: (SITES[int(host[1]) - 1], f"/back/{host[1]}"),
    "back": lambda _, rest: (SITES[int(rest)], "/ok/back"),
}
KILL = signal.SIGKILL
PAUSE = 0.02  # seconds that each answer takes


@define
class Sites:
    """A server for many hosts, which answers by the path, and notes what each of them feels."""

    port: int = 0
    asked: Counter[str] = Factory(Counter)
    at_once: Counter[str] = Factory(Counter)
    most_at_once: Counter[str] = Factory(Counter)
    times: defaultdict[str, list[tuple[float, str]]] = Factory(lambda: defaultdict(list))
    leader: int = 0
    # In this order, with the first request for a path that begins so, who follows gets a signal.
    signals: list[tuple[str, signal.Signals]] = Factory(list)
    sent: list[tuple[str, signal.Signals]] = Factory(list)
    hanging: int = 0  # requests that are never answered
    release: asyncio.Event = Factory(asyncio.Event)  # whoever is late
    writers: list[asyncio.StreamWriter] = Factory(list)

    def url(self, host: str, path: str) -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            found = re.search(r"(?mi)^host: ([^:\r]+)", head)
            assert found is not None
            host = found[1]
            self.asked[host] += 1
            path = head.split()[1]
            self.times[host].append((time.monotonic(), path))
            self.at_once[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self.at_once[host])
            if self.signals[len(self.sent) :] and path.startswith(self.signals[len(self.sent)][0]):
                self.sent.append(self.signals[len(self.sent)])
                (follower,) = _children(self.leader)
                os.kill(follower, self.sent[-1][1])
                self.release.set()
            await asyncio.sleep(PAUSE)
            if path == "/hangs":
                self.hanging += 1
                if self.hanging == len(LEADS):
                    self.release.set()
                await asyncio.Event().wait()
            if path == "/late":
                await self.release.wait()
            self.at_once[host] -= 1
            writer.write(self.page(host, path))
        writer.close()

    def page(self, host: str, path: str) -> bytes:
        """By the first word of the path; what is behind that makes it another one."""
        kind, _, rest = path[1:].partition("/")
        is_first = [its_path for _, its_path in self.times[host]].count(path) == 1
        if kind == "once" and is_first:
            kind = "hub"
        if kind in MOVES:
            return answer("302 Found", "", f"Location: {self.url(*MOVES[kind](host, rest))}")
        if kind == "busy" and is_first:
            return answer("429 Too Many Requests", "", "Retry-After: 1")
        return PAGES.get(kind, html("Fine"))


@contextmanager
def _sites() -> Iterator[Sites]:
    sites = Sites()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    sites.port = listener.getsockname()[1]
    with in_a_thread(sites.serve, sites.writers, listener, None):
        yield sites


def _start(
    sites: Sites,
    urls: list[str],
    jobs: int,
    *,
    stop_at: str = "",
    policy: Policy = NONE,
    slowness: float = 0.0,
) -> subprocess.Popen[str]:
    task = {
        "urls": urls, "hosts": [*SITES, HUB], "port": sites.port, "jobs": jobs,
        "policy": dict(policy), "stop_at": stop_at, "slowness": slowness,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    sites.leader = process.pid
    assert process.stdin is not None
    json.dump(task, process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def _checked(
    sites: Sites,
    urls: list[str],
    jobs: int = 2,
    *,
    stop_at: str = "",
    policy: Policy = NONE,
    slowness: float = 0.0,
) -> dict[str, Any]:
    process = _start(sites, urls, jobs, stop_at=stop_at, policy=policy, slowness=slowness)
    try:
        told, errors = process.communicate(timeout=60)
    finally:
        process.kill()  # where it has not ended
    assert not errors
    result = json.loads(told)
    assert isinstance(result, dict)
    assert result["forks"] == jobs - 1
    return result


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _urls(sites: Sites, *paths: str) -> list[str]:
    return [sites.url(host, path) for path in paths for host in SITES]


def test_two_processes_say_what_one_says() -> None:
    with _sites() as sites:
        paths = ("/ok/1", "/around/1", "/hub/ok/1", "/gone/1", "/hub/gone/1", "/ok/2", "/around/2")
        urls = _urls(sites, *paths)
        one, two = (sorted(_checked(sites, urls, jobs)["outcomes"]) for jobs in (1, 2))
    assert two == one
    assert [row[0] for row in two] == sorted(urls)
    assert Counter(row[1] for row in two) == {"ok": 16, "redirected": 24, "not-found": 16}


def test_pages_that_fill_the_line_end_no_asking() -> None:
    with _sites() as sites:
        urls = _urls(sites, *(f"/long/{number}#it" for number in range(5)))
        result = _checked(sites, urls, policy={"fragments": True, "per_host": 1}, slowness=0.01)
    assert Counter(row[1] for row in result["outcomes"]) == {"no-such-fragment": len(urls)}


@pytest.mark.parametrize(
    ("limit", "sites_asked", "itself"),
    [
        pytest.param("per_host", 8, 0, id="asked by nobody"),
        pytest.param("per_host", 8, 1, id="asked by who leads"),
        pytest.param("per_host", 7, 1, id="asked by who follows"),
        pytest.param("per_site", 7, 1, id="of a site"),
        pytest.param("per_visited_host", 8, 0, id="where only redirects lead"),
    ],
)
def test_a_host_that_both_are_sent_to_has_its_limit(
    limit: str, sites_asked: int, itself: int
) -> None:
    with _sites() as sites:
        urls = [
            sites.url(host, f"/hub/ok/{number}")
            for number in range(3)
            for host in SITES[:sites_asked]
        ]
        urls += [sites.url(HUB, "/ok/")] * itself
        result = _checked(sites, urls, policy={limit: 1})
    assert Counter(row[1] for row in result["outcomes"]) == Counter(
        {"redirected": 3 * sites_asked, "ok": itself}
    )
    assert sites.most_at_once[HUB] == 1
    assert sites.asked[HUB] == len(urls)


def test_a_host_that_both_are_sent_to_has_its_rate() -> None:
    with _sites() as sites:
        _checked(sites, _urls(sites, "/hub/ok/1"), policy={"rate": 20})
    times = sites.times[HUB]
    assert len(times) == 8
    assert times[-1][0] - times[0][0] >= 7 / 20 * 0.9


# Of sites with one link each, every second is asked by who follows; a last one by who has fewer.
LEADS, FOLLOWS = SITES[::2], SITES[1::2]
EITHER = pytest.mark.parametrize(
    ("sites_asked", "senders"),
    [
        pytest.param(SITES, FOLLOWS, id="who follows asks who leads"),
        pytest.param([*SITES[:7], HUB], LEADS, id="who leads asks who follows"),
    ],
)


def _sending(sites: Sites, sites_asked: list[str], senders: list[str], path: str) -> list[str]:
    """A link for each site: those of `senders` lead to `path`, which the other process asks."""
    return [sites.url(host, path if host in senders else "/ok") for host in sites_asked]


@EITHER
def test_a_host_is_left_alone_by_both(sites_asked: list[str], senders: list[str]) -> None:
    with _sites() as sites:
        urls = _sending(sites, sites_asked, senders, "/hub/busy")
        result = _checked(sites, urls, policy={"per_host": 1})
    busy = [moment for moment, path in sites.times[HUB] if path == "/busy"]
    assert busy[1] - busy[0] >= 0.99
    assert [row[1] for row in result["outcomes"] if "/hub/" in row[0]] == ["redirected"] * 4


@EITHER
def test_what_a_host_has_shown_is_known_to_both(sites_asked: list[str], senders: list[str]) -> None:
    with _sites() as sites:
        urls = _sending(sites, sites_asked, senders, "/hub/never")
        result = _checked(sites, urls, policy={"per_host": 1})
    rows = [row for row in result["outcomes"] if "/hub/" in row[0]]
    assert Counter(row[1] for row in rows) == {"server-error": 1, "rate-limited": 3}
    assert [path for _, path in sites.times[HUB]].count("/never") == 1


@pytest.mark.parametrize(
    ("sender", "path", "signals"),
    [
        pytest.param(FOLLOWS[0], "/ok/any", [("/ok", KILL)], id="while it asks"),
        pytest.param(LEADS[1], "/around", [("/back", KILL)], id="while it is asked"),
        pytest.param(
            FOLLOWS[0], "/once/broken", [("/broken", KILL)], id="while who leads is asked"
        ),
        pytest.param(
            FOLLOWS[0],
            "/once/broken",
            [("/broken", signal.SIGSTOP), ("/ok/last", KILL)],
            id="before it has judged what came",
        ),
    ],
)
def test_what_a_lost_process_has_not_told_is_asked_here(
    sender: str, path: str, signals: list[tuple[str, signal.Signals]]
) -> None:
    paths = {host: [f"/ok/{number}" for number in range(5)] for host in [*SITES, HUB]}
    paths[LEADS[0]][3:] = ["/late", "/ok/last"]
    paths[sender][0] = path
    with _sites() as sites:
        sites.signals = signals
        urls = [sites.url(host, one) for host, of_host in paths.items() for one in of_host]
        result = _checked(sites, urls, policy={"retries": 0, "per_host": 1})
    assert sites.sent == signals
    reasons = {row[0]: row[1] for row in result["outcomes"]}
    assert len(result["outcomes"]) == len(reasons)
    assert reasons.keys() == set(urls)
    assert reasons.pop(sites.url(sender, path)) == ("redirected" if path == "/around" else "ok")
    assert set(reasons.values()) == {"ok"}


@EITHER
def test_who_stops_early_has_what_both_know(sites_asked: list[str], senders: list[str]) -> None:
    """The last link is answered when the others are known to be on their way."""
    with _sites() as sites:
        urls = _sending(sites, sites_asked, senders, "/hub/hangs")
        last = sites.url(LEADS[0], "/late")
        result = _checked(sites, [*urls, last], stop_at=last)
    begun = {row[0]: row[1] for row in result["provisional"]}
    assert {url for url in urls if "/hub/" in url} <= begun.keys()
    assert {reason for url, reason in begun.items() if "/hub/" in url} == {"not-asked"}


def test_no_process_outlives_the_one_that_leads() -> None:
    with _sites() as sites:
        process = _start(sites, _urls(sites, *(f"/ok/{number}" for number in range(90))), 2)
        while sites.asked.total() < 20:
            assert process.poll() is None
            time.sleep(0.01)
        (follower,) = _children(process.pid)
        process.kill()
        process.communicate()
        until = time.monotonic() + 20
        while Path(f"/proc/{follower}").exists():
            assert time.monotonic() < until
            time.sleep(0.01)


def test_what_a_caller_says_of_processes_is_looked_at() -> None:
    for jobs in (0, 3, "2"):
        with pytest.raises(SetupError, match="jobs must be 1, 2 or None, not"):
            Checker(jobs=jobs)  # type: ignore[arg-type]


URLS = ["http://10.0.0.1/", "http://10.0.0.2/"]  # private addresses, which are not asked


def _fails(*_: object) -> NoReturn:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.mark.parametrize(("owner", "name"), [(os, "listdir"), (socket, "socketpair"), (os, "fork")])
def test_where_no_process_can_be_added_one_asks(
    monkeypatch: pytest.MonkeyPatch, owner: ModuleType, name: str
) -> None:
    monkeypatch.setattr(os, "listdir", lambda _: ["the only thread"])
    begun: list[str] = []  # links that have not begun wait as such: not where a host is in doubt
    monkeypatch.setattr(Schedule, "add", lambda _, host, __: begun.append(host))

    async def checked() -> dict[str, str]:
        monkeypatch.setattr(owner, name, _fails)  # the loop itself has begun
        try:
            return await _checked_here()
        finally:
            monkeypatch.undo()

    assert asyncio.run(checked()) == dict.fromkeys(URLS, "private-address")
    assert not begun


def test_with_few_files_one_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        pytest.fail("a process is added")

    monkeypatch.setattr(os, "listdir", lambda _: ["the only thread"])
    monkeypatch.setattr(os, "fork", fork)
    monkeypatch.setattr(asking_processes, "most_open_files", lambda: 127)
    assert asyncio.run(_checked_here()).keys() == set(URLS)


def test_a_line_is_over_what_another_loop_gives() -> None:
    written: list[bytes] = []

    class Transport:  # as those of uvloop: of no class of asyncio's
        def write(self, data: bytes) -> None:
            written.append(data)

    async def say() -> None:
        line = ProcessLine(lambda _: None, lambda: None, lambda: None)
        line.connection_made(Transport())  # type: ignore[arg-type]
        line.say(Stop())
        await asyncio.sleep(0)

    asyncio.run(say())
    assert len(written) == 1


async def _checked_here() -> dict[str, str]:
    outcomes = await Checker(jobs=2).check(URLS)
    return {url: outcome.reason.value for url, outcome in outcomes.items()}


def test_no_process_is_left_by_who_is_cancelled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    masks: list[set[int]] = []

    def fork() -> int:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        begun.append(os.posix_spawnp("sleep", ["sleep", "60"], os.environ))
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        return begun[0]

    monkeypatch.setattr(os, "listdir", lambda _: ["the only thread"])
    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_checked_here())
    with pytest.raises(ChildProcessError):
        os.waitpid(begun[0], os.WNOHANG)
    assert {signal.SIGINT, signal.SIGTERM} <= masks[0]  # no handler of it runs in a new process
    assert not {signal.SIGINT, signal.SIGTERM} & signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_who_has_been_waited_for_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def fork() -> int:
        with subprocess.Popen(["true"]) as ended:  # noqa: S607
            return ended.pid

    monkeypatch.setattr(os, "listdir", lambda _: ["the only thread"])
    monkeypatch.setattr(os, "fork", fork)
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    assert asyncio.run(_checked_here()).keys() == set(URLS)
    assert not killed


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 50)), unique=True))
def test_no_site_is_divided(numbers: list[tuple[int, int]]) -> None:
    urls = [f"https://h{n}.s{site}.org/{n}" for site, n in numbers]
    shares = divided(urls)
    assert sorted((*shares.ours, *shares.theirs)) == sorted(urls)
    assert {url.split(".")[1] + ".org" for url in shares.theirs} == shares.their_sites
    assert not shares.their_sites & {url.split(".")[1] + ".org" for url in shares.ours}
    assert bool(shares.theirs) == (len({site for site, _ in numbers}) > 1)


@pytest.mark.parametrize(
    ("addresses", "sites", "cores", "policy", "is_added"),
    [
        pytest.param(1_000, 50, 2, Policies(), True, id="many"),
        pytest.param(999, 50, 2, Policies(), False, id="few addresses"),
        pytest.param(1_000, 48, 2, Policies(), False, id="few sites"),
        pytest.param(1_000, 50, 1, Policies(), False, id="one core"),
        pytest.param(1_000, 50, 2, Policies(fragments=True), False, id="with fragments"),
        pytest.param(1_000, 50, 2, Policies(concurrency=15), False, id="few requests at once"),
    ],
)
def test_by_default_a_process_is_added_where_it_pays(
    monkeypatch: pytest.MonkeyPatch,
    addresses: int,
    sites: int,
    cores: int,
    policy: Policies,
    *,
    is_added: bool,
) -> None:
    tried: list[None] = []

    def fork() -> int:
        tried.append(None)
        _fails()

    monkeypatch.setattr(os, "listdir", lambda _: ["the only thread"])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    monkeypatch.setattr(os, "fork", fork)
    urls = [f"http://10.0.{number % sites}.1/{number}" for number in range(addresses)]
    outcomes = asyncio.run(Checker(policy, jobs=None).check(urls))
    assert {outcome.reason.value for outcome in outcomes.values()} == {"private-address"}
    assert bool(tried) == is_added
