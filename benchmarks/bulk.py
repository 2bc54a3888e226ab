"""Columns of links: the kernel, the engines and whole files, beside a loop over `unwrap`.

Of the rows, 60 % are plain addresses, 30 % Safe Links and 10 % links of other services; 26 % are
distinct, or all of them are. Figures are microseconds of the processor a row.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import duckdb
import polars as pl
import pyarrow as pa
from pyarrow import parquet

import safelinks
import safelinks.duckdb
import safelinks.polars
from benchmarks.measure import compare, heading
from benchmarks.server import HOSTS, serving
from safelinks.bulk.checking import check_tables
from safelinks.bulk.columns import unwrap_column
from safelinks.bulk.fields import row_reader
from safelinks.bulk.streams import unwrap_stream
from safelinks.wrappers.unwrapping import READ

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["bulk"]

_ROOT = Path(__file__).parent.parent
_WRAPPERS = _ROOT / "tests" / "data" / "wrappers.jsonl"
_DISTINCT = 0.26
_METADATA = (
    "target", "error", "message_id", "tenant", "sent_at", "wrapped_at", "verdict", "source",
    "region",
)  # fmt: skip
_CONTEXT = "TWFpbGZsb3d8eyJWIjoiMC4wLjAwMDAiLCJQIjoiV2luMzIiLCJBTiI6Ik1haWwiLCJXVCI6Mn0="


def _links(number: int, seed: int = 1) -> list[str]:
    """So many different links."""
    source = random.Random(seed)  # noqa: S311  nothing secret
    others = [json.loads(line)["input"] for line in _WRAPPERS.read_text("utf-8").splitlines()]
    ids = [uuid.UUID(int=source.getrandbits(128), version=4).hex for _ in range(number // 10 + 1)]
    ids = [f"{digits[:20]}08da166{digits[:5]}" for digits in ids]
    links = []
    for at in range(number):
        target = f"https://www.example{at % 3_000}.org/news/item-{at}?id={source.getrandbits(20)}"
        kind = source.random()
        if kind < 0.6:
            links.append(target)
        elif kind < 0.9:
            fields = (
                "05", "02", f"some.body{at % 5_000}@agency.example", source.choice(ids),
                ids[at % 20], "0", "0", str(637846945357002581 + at * 10_000_000), "Unknown",
                _CONTEXT, "3000", "", "", "",
            )  # fmt: skip
            data = quote("|".join(fields), safe="")
            host = f"nam0{at % 9}.safelinks.protection.outlook.com"
            tail = f"&data={data}&sdata={'AbCd%2B' * 7}%3D&reserved=0"
            links.append(f"https://{host}/?url={quote(target, safe='')}{tail}")
        else:
            links.append(f"{source.choice(others)}&at={at}")
    return links


def _column(rows: int, distinct: float) -> pa.Array:
    links = _links(max(1, int(rows * distinct)))
    source = random.Random(2)  # noqa: S311  as above
    return pa.array(source.choices(links, k=rows) if distinct < 1 else links, pa.string())


def _cost(function: Callable[[], object], rows: int) -> float:
    start = time.process_time()
    function()
    return (time.process_time() - start) / rows * 1e6


def _nothing(_: safelinks.Unwrapped) -> None:
    return None


def _loop(column: pa.Array, fields: tuple[str, ...]) -> list[tuple[object, ...]]:
    reads = [READ.get(name, _nothing) for name in fields]
    rows: list[tuple[object, ...]] = []
    for url in column.to_pylist():
        try:
            unwrapped = safelinks.unwrap(url)
        except safelinks.SafelinksError as error:
            rows.append(tuple(type(error).__name__ if name == "error" else None for name in fields))
            continue
        rows.append(tuple(read(unwrapped) for read in reads))
    return rows


def _kernel(column: pa.Array, fields: tuple[str, ...]) -> None:
    """Once through the column, with nothing remembered."""
    row_reader.cache_clear()
    unwrap_column(column, fields)


def bulk(*, quick: bool) -> None:
    """All figures of columns."""
    pa.set_cpu_count(1)
    rows = 100_000 if quick else 1_000_000
    heading(f"Columns of {rows:,} links (CPU a row; the peer is a loop over unwrap)")
    columns = {"26 % distinct": _column(rows, _DISTINCT), "all distinct": _column(rows, 1)}
    for fields, name, limits in (
        (("target", "error"), "target", (0.35, 0.5)),
        (_METADATA, "metadata", (0.35, 0.35)),
    ):
        for (kind, column), limit in zip(columns.items(), limits, strict=True):
            ours = [_cost(lambda: _kernel(column, fields), rows) for _ in range(3)]  # noqa: B023
            peer = [_cost(lambda: _loop(column, fields), rows) for _ in range(2)]  # noqa: B023
            compare(f"kernel, {name}, {kind}", ours, peer, "us", limit)
            same = [tuple(row.values()) for row in unwrap_column(column, fields).to_pylist()]
            assert same == _loop(column, fields), "the kernel says something else"
    with tempfile.TemporaryDirectory() as folder:
        _files(Path(folder), columns["26 % distinct"])
    _engines(columns["26 % distinct"])
    _memory(quick=quick)
    with tempfile.TemporaryDirectory() as folder:
        _checks(Path(folder), quick=quick)
    if importlib.util.find_spec("pyspark"):
        _spark(columns["26 % distinct"].slice(0, 200_000))


def _files(folder: Path, column: pa.Array) -> None:
    source, output = folder / "in.parquet", folder / "out.parquet"
    rows = len(column)
    parquet.write_table(pa.table({"id": pa.array(range(rows)), "Url": column}), source)

    def scan() -> None:
        for _ in parquet.ParquetFile(source).iter_batches(65_536, columns=["Url"]):
            pass

    def written(reader: pa.RecordBatchReader) -> None:
        with parquet.ParquetWriter(output, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)

    def copy() -> None:
        file = parquet.ParquetFile(source)
        written(pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(65_536)))

    def unwrapped() -> None:
        row_reader.cache_clear()
        written(unwrap_stream(source))

    target = [_cost(lambda: _kernel(column, ("target", "error")), rows) for _ in range(3)]
    compare("kernel, beside a scan of the column", target, _times(scan, rows), "us", 5)
    compare(
        "Parquet to Parquet, beside a copy", _times(unwrapped, rows), _times(copy, rows), "us", 3
    )


def _times(function: Callable[[], object], rows: int) -> list[float]:
    return [_cost(function, rows) for _ in range(3)]


def _engines(column: pa.Array) -> None:
    """The faces beside the same engine with a loop."""
    rows = len(column)
    frame = pl.DataFrame({"Url": column}).lazy()

    def of_loop(urls: pa.Array) -> pa.Array:
        return pa.array([row[0] for row in _loop(urls, ("target", "error"))], pa.string())

    def polars(expression: pl.Expr) -> Callable[[], object]:
        return lambda: frame.select(expression).collect(engine="streaming")

    ours = safelinks.polars.SafelinksExpression(pl.col("Url")).target()
    peer = pl.col("Url").map_batches(
        lambda urls: pl.Series(urls.name, of_loop(urls.to_arrow())), pl.String, is_elementwise=True
    )
    compare("Polars, streaming", _times(polars(ours), rows), [_cost(polars(peer), rows)], "us")
    connection = duckdb.connect(config={"threads": 1})
    safelinks.duckdb.register(connection)
    connection.create_function(  # type: ignore[call-overload]  # its types know no names
        "loop_target", of_loop, ["VARCHAR"], "VARCHAR", type="arrow", null_handling="special"
    )
    connection.register("links", pa.table({"u": column}))

    def query(name: str) -> Callable[[], object]:
        return lambda: connection.execute(f"select max({name}(u)) from links").fetchall()  # noqa: S608

    loop = [_cost(query("loop_target"), rows)]
    compare("DuckDB, a function of SQL", _times(query("safelinks_target"), rows), loop, "us")


# The peak of the process itself: `getrusage` begins with that of whoever has started it.
_PEAK = """
import sys
import pyarrow as pa
from benchmarks.bulk import _links
from safelinks.arrow import unwrap
batch = pa.record_batch({"Url": _links(100_000)})
reader = pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(int(sys.argv[1]))))
for _ in unwrap(reader):
    pass
print(int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024)
"""


def _memory(*, quick: bool) -> None:
    def peak(batches: int) -> float:
        command = [sys.executable, "-c", _PEAK, str(batches)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT)
        return float(done.stdout)

    few, many = (1, 5) if quick else (10, 100)
    compare(
        f"memory of {many * 100_000:,} rows, beside {few * 100_000:,}",
        [peak(many)],
        [peak(few)],
        "MB",
        1.2,
    )


def _checks(folder: Path, *, quick: bool) -> None:
    """Addresses of loopback by one process and by two, in seconds; needs a local nginx."""
    try:
        with serving(folder) as server:
            pages = range(20 if quick else 100)
            urls = [f"http://{host}:{server.immediate}/{page}" for host in HOSTS for page in pages]
            table, policy = pa.table({"target": urls}), safelinks.Policy(allow_private=True)

            def seconds(jobs: int) -> float:
                start = time.perf_counter()
                check_tables(table, folder / f"outcomes-{jobs}", policy=policy, jobs=jobs)
                return time.perf_counter() - start

            one, two = seconds(1), seconds(2)
    except OSError as error:
        print(f"bulk check: not measured ({error})")
        return
    compare(f"bulk check of {len(urls):,} links, 2 jobs beside 1", [two], [one], "s", 1 / 1.6)


def _spark(column: pa.Array) -> None:
    """mapInArrow with the kernel and with a loop, in seconds that pass: its workers are its own."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  not everybody has it

    import safelinks.spark  # noqa: PLC0415  needs that

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        parquet.write_table(pa.table({"Url": column}), f"{folder}/links.parquet")
        frame = session.read.parquet(folder).repartition(2).cache()
        frame.count()

        def seconds(mapped: DataFrame) -> float:
            start = time.perf_counter()
            mapped.write.format("noop").mode("overwrite").save()
            return time.perf_counter() - start

        ours = [seconds(safelinks.spark.unwrap(frame)) for _ in range(3)]
        kind = "Url string, target string, error string"
        peer = [seconds(frame.mapInArrow(_spark_loop, kind)) for _ in range(3)]
    compare("Spark, mapInArrow", ours[1:], peer[1:], "s", 0.6)
    session.stop()


def _spark_loop(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        rows = _loop(batch.column(0), ("target", "error"))
        columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
        yield pa.RecordBatch.from_arrays([batch.column(0), *columns], ["Url", "target", "error"])
