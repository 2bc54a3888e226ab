"""Every figure that is promised, both sides in one run: `python -m benchmarks [--quick] [PART]...`.

Times are the best of several repeats, in microseconds a link or megabytes a second; ratios are what
counts, because machines differ.
"""

from __future__ import annotations

import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import safelinks
from benchmarks.bulk import bulk as columns
from benchmarks.catalog import catalog
from benchmarks.documents import documents
from benchmarks.earlier import earlier
from benchmarks.web import web
from safelinks import find, unwrap

NOTICE = (Path(__file__).parent.parent / "examples" / "notice.txt").read_text("utf-8")
LINKS = [link.url for link in find(NOTICE)]
LINK = LINKS[0]
METADATA = (
    "form", "region", "app", "version", "type", "recipient", "message_id", "tenant", "flags",
    "ticks", "sent_at", "wrapped_at", "verdict", "source", "client", "code", "sdata", "reserved",
)  # fmt: skip


def best(function: Callable[[], object], number: int = 20_000) -> float:
    """Microseconds a call."""
    return min(timeit.repeat(function, number=number, repeat=7)) / number * 1e6


def once(function: Callable[[], object], repeat: int = 3) -> float:
    """Seconds a call."""
    return min(timeit.repeat(function, number=1, repeat=repeat))


def row(name: str, figure: str, ratio: float, limit: str) -> None:
    print(f"{name:44} {figure:>16} {ratio:8.2f}  ({limit})")


def with_metadata() -> object:
    link = unwrap(LINK).safe_link
    assert link is not None
    return [getattr(link, name) for name in METADATA]


def decoding() -> None:
    peer = best(lambda: parse_qs(urlsplit(LINK).query)["url"][0])
    print(f"{'urllib: parse_qs(urlsplit(link).query)':44} {peer:13.2f} us")
    for name, function, limit in (
        ("unwrap", lambda: unwrap(LINK), "at most 0.4 of urllib"),
        ("unwrap, all metadata read", with_metadata, "at most 1.5 of urllib"),
    ):
        took = best(function)
        row(name, f"{took:.2f} us", took / peer, limit)


def finding() -> None:
    sentence = "The quick brown fox jumps over the lazy dog: and then, some more prose. "
    prose = (sentence * (50_000_000 // len(sentence) + 1))[:50_000_000]
    speed = 50 / once(lambda: find(prose))
    row("find in 50 MB of prose", f"{speed:.0f} MB/s", speed / 300, "at least 300 MB/s, ratio 1")
    links = [LINK.replace("SelfService", f"page{number}") for number in range(20_000)]
    alone = once(lambda: [unwrap(link) for link in links])
    text = "\n".join(links)
    took = once(lambda: find(text))
    row("find in 20,000 Safe Links", f"{took:.3f} s", took / alone, "at most 3 times unwrap")


def matching() -> None:
    catalog(row)


def starting() -> None:
    def run(*command: str) -> float:
        times = []
        for _ in range(15):
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        return sorted(times)[len(times) // 2]

    peer = run("-c", "import click")
    took = run("-m", "safelinks", "unwrap", LINK)
    row("safelinks unwrap URL, whole process", f"{took * 1000:.0f} ms", took / peer, "at most 2.5")


def reading() -> None:
    documents(row)


def before() -> None:
    earlier()


def bulk() -> None:
    columns(quick="--quick" in sys.argv)


def checking() -> None:
    web(quick="--quick" in sys.argv)


if __name__ == "__main__":  # the processes of a pool import this module, too
    print(f"safelinks {safelinks.__version__}, Python {sys.version.split()[0]}\n")
    every = (decoding, finding, matching, starting, reading, before, bulk, checking)
    parts = {part.__name__: part for part in every}
    for name in [name for name in sys.argv[1:] if name != "--quick"] or parts:
        parts[name]()
