"""Whoever is killed while many addresses are checked, nothing is lost. All on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from killing import KILLS, RAISES, kill_oneself
from web import html, serving

from safelinks import Policy
from safelinks.bulk.checking import check_tables
from safelinks.bulk.process_pool import ProcessPool

pytestmark = [
    pytest.mark.apart,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]
SITES = [f"s{number}.org" for number in range(12)]

_RUN = """
import json, sys
from safelinks import Policy
from safelinks.bulk.checking import check_tables
import pyarrow as pa
if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    resolve = {(host, port): ("127.0.0.1",) for host, port in given["hosts"]}
    check_tables(pa.table({"target": given["urls"]}), given["folder"], jobs=2, buckets=4,
                 policy=Policy(resolve=resolve, retries=0, per_host=1))
"""


def _children(pid: int) -> list[int]:
    """The processes of the pool that `pid` has."""
    lists = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(child) for some in lists for child in some]
    return [child for child in children if b"spawn_main" in _command(child)]


def _command(pid: int) -> bytes:
    """What a process runs; nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _wait_until_gone(pids: list[int]) -> None:
    end = time.monotonic() + 60
    while any(map(_command, pids)):
        assert time.monotonic() < end, "a worker has outlived its driver"
        time.sleep(0.01)


async def _slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.03)
    writer.write(html("Notices"))


def test_a_worker_and_then_the_driver_are_killed(tmp_path: Path) -> None:
    paths = [f"/{site}/{number}" for site in SITES for number in range(20)]
    with serving(dict.fromkeys(paths, _slow)) as web:
        urls = [web.url(path, host=f"www.{path.split('/')[1]}") for path in paths]
        hosts = [(f"www.{site}", web.port) for site in SITES]
        given = {"urls": urls, "folder": str(tmp_path / "out"), "hosts": hosts}
        script = tmp_path / "run.py"
        script.write_text(_RUN)

        def wait_for(requests: int) -> None:
            while sum(web.asked.values()) < requests:
                assert process.poll() is None
                time.sleep(0.01)

        process = subprocess.Popen([sys.executable, str(script), json.dumps(given)])
        wait_for(len(urls) // 6)
        os.kill(_children(process.pid)[0], signal.SIGKILL)
        wait_for(len(urls) // 2)
        workers = _children(process.pid)
        process.kill()
        process.wait()
        _wait_until_gone(workers)  # they end by themselves when nobody waits for them
        policy = Policy(resolve=dict.fromkeys(hosts, ("127.0.0.1",)))
        result = check_tables(pa.table({"target": urls}), tmp_path / "out", policy=policy)
        assert (result.addresses, result.left) == (len(urls), 0)
        assert result.known > 0
        rows = pyarrow.parquet.read_table(tmp_path / "out" / "outcomes").to_pylist()
        assert sorted(row["url"] for row in rows) == sorted(urls)
        assert {row["verdict"] for row in rows} == {"alive"}
        # Whatever was under way, or in a part that was not written: both workers' two seconds.
        assert sum(web.asked.values()) < len(urls) * 2


def test_a_bucket_that_kills_three_is_given_up() -> None:
    results: list[int] = []
    pool = ProcessPool(kill_oneself, 1, results.append)
    pool.run([0, KILLS, 3])
    assert (results, pool.given_up) == ([0, 3], [KILLS])
    with pytest.raises(ValueError, match="of the work"):
        ProcessPool(kill_oneself, 1, results.append).run([RAISES, 3])
