"""Spark for real, on this machine: columns unwrapped, addresses checked, whoever is killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from attrs import frozen
from building import HOST, wrap
from pyspark.sql import SparkSession
from web import html, serving

import safelinks.spark
from safelinks import Policy
from safelinks.arrow import unwrap_array
from safelinks.bulk.checking import check_tables
from safelinks.errors import SetupError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings("ignore"),  # of Spark itself
]
TARGET = "https://example.org/a?b=c"
URLS = [wrap(TARGET), None, "https://b.example/é", f"https://{HOST}/GetUrlReputation", ""]
FIELDS = ("target", "error", "layers", "tenant", "wrapped_at")
SITES = [f"s{number}.org" for number in range(8)]


def _session(folder: Path) -> SparkSession:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.local.dir", str(folder))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.driver.memory", "1g")
        .getOrCreate()
    )


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = _session(tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()


def test_a_frame_has_the_rows(spark: SparkSession) -> None:
    rows = [(at, url) for at, url in enumerate(URLS * 20)]
    frame = spark.createDataFrame(rows, "id int, Url string")
    found = safelinks.spark.unwrap(frame, "Url", FIELDS).orderBy("id").collect()
    expected = unwrap_array(pa.array(URLS * 20), FIELDS).to_pylist()
    assert [{name: _with_zone(row[name]) for name in FIELDS} for row in found] == expected
    assert [(row["id"], row["Url"]) for row in found] == rows


def _with_zone(value: object) -> object:
    """A time of a row, which Spark gives as that of this machine."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def test_what_cannot_be_is_said_before_a_task_runs(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.createDataFrame([("x", "y")], "Url string, target string")
    with pytest.raises(SetupError, match="no column 'link'"):
        safelinks.spark.unwrap(frame, "link")
    with pytest.raises(SetupError, match="a column 'target' already"):
        safelinks.spark.unwrap(frame)
    with pytest.raises(SetupError, match="no column 'link'"):
        safelinks.spark.check(frame, "link", str(tmp_path / "out"))


def _policy(port: int) -> Policy:
    resolve = {(f"www.{site}", port): ("127.0.0.1",) for site in SITES}
    return Policy(resolve=resolve, retries=0, per_host=1)


async def _slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.03)
    writer.write(html("Notices"))


def _workers() -> list[int]:
    """The processes in which Spark runs Python, each of which a daemon has forked."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command, stat = path.read_bytes(), (path.parent / "stat").read_text()
            parent = Path(f"/proc/{stat.rpartition(')')[2].split()[1]}/cmdline").read_bytes()
        except OSError:
            continue
        if b"pyspark.daemon" in command and b"pyspark.daemon" in parent:
            found.append(int(path.parent.name))
    return found


def test_a_worker_is_killed_and_nothing_is_lost(spark: SparkSession, tmp_path: Path) -> None:
    paths = [f"/{site}/{number}" for site in SITES for number in range(30)]
    with serving(dict.fromkeys(paths, _slow)) as web:
        urls = [web.url(path, host=f"www.{path.split('/')[1]}") for path in paths]
        table = pa.table({"target": urls})
        # Begun by the pool, and ended by Spark.
        check_tables(table.slice(0, 30), tmp_path / "out", policy=_policy(web.port), buckets=4)
        frame = spark.createDataFrame([(url,) for url in urls], "target string")
        rows: list[Any] = []

        def run() -> None:
            checked = safelinks.spark.check(
                frame, "target", str(tmp_path / "out"), _policy(web.port)
            )
            rows.extend(checked.collect())

        thread = threading.Thread(target=run)
        thread.start()
        while sum(web.asked.values()) < len(urls) // 3:
            assert thread.is_alive()
            time.sleep(0.01)
        os.kill(_workers()[0], signal.SIGKILL)
        thread.join()
        assert sum(row["left"] for row in rows) == 0
        found = pyarrow.parquet.read_table(tmp_path / "out" / "outcomes").to_pylist()
        assert sorted(row["url"] for row in found) == sorted(urls)
        assert {row["verdict"] for row in found} == {"alive"}
        assert sum(web.asked.values()) < len(urls) * 2


_DRIVER = """
import json, sys
from pathlib import Path
given = json.loads(sys.argv[1])
sys.path[:0] = given["path"]
from test_bulk_spark import _policy, _session
import safelinks.spark
session = _session(Path(given["folder"]))
frame = session.createDataFrame([(url,) for url in given["urls"]], "target string")
safelinks.spark.check(frame, "target", given["out"], _policy(given["port"]), buckets=4).collect()
"""


def test_the_driver_is_killed_and_the_pool_goes_on(tmp_path: Path) -> None:
    paths = [f"/{site}/{number}" for site in SITES for number in range(40)]
    with serving(dict.fromkeys(paths, _slow)) as web:
        urls = [web.url(path, host=f"www.{path.split('/')[1]}") for path in paths]
        given = {
            "urls": urls,
            "out": str(tmp_path / "out"),
            "folder": str(tmp_path / "spark"),
            "port": web.port,
            "path": [str(Path(__file__).parent), str(Path(__file__).parent / "support")],
        }
        before = set(_workers())
        driver = subprocess.Popen([sys.executable, "-c", _DRIVER, json.dumps(given)])
        while not _is_kept(tmp_path / "out"):  # which an outcome is after a second, at most
            assert driver.poll() is None
            time.sleep(0.01)
        driver.kill()
        driver.wait()
        end = time.monotonic() + 60
        while set(_workers()) - before:  # which end with the JVM, and that with its driver
            assert time.monotonic() < end, "a worker has outlived its driver"
            time.sleep(0.05)
        result = check_tables(
            pa.table({"target": urls}), tmp_path / "out", policy=_policy(web.port)
        )
        assert (result.addresses, result.left) == (len(urls), 0)
        assert result.known > 0
        assert result.verdicts == {"alive": len(urls)}
        assert sum(web.asked.values()) < len(urls) * 2


def _is_kept(folder: Path) -> bool:
    """Whether the outcome of an address is in `folder`."""
    return any(folder.glob("journal/*.parquet")) or any(folder.glob("outcomes/*.parquet"))


@frozen
class _Speculating:
    """A frame, as far as it is looked at, of a session that speculates."""

    columns = ("target",)

    @property
    def sparkSession(self) -> _Speculating:  # noqa: N802  Spark's name
        return self

    @property
    def conf(self) -> dict[str, str]:
        return {"spark.speculation": "true"}


def test_tasks_that_run_twice_are_refused(tmp_path: Path) -> None:
    frame: Any = _Speculating()
    with pytest.raises(SetupError, match="lets two executors ask the same addresses"):
        safelinks.spark.check(frame, "target", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
