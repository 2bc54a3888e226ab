"""Tables in, tables out: every column kept, the new ones behind them, memory flat."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest
from building import HOST, wrap

from safelinks.arrow import unwrap
from safelinks.errors import DocumentError, SetupError

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a"
URLS = [wrap(TARGET), None, "https://b.example/", f"https://{HOST}/GetUrlReputation"]
TABLE = pa.table({"id": ["007", "08", "9", "10"], "Url": URLS, "n": [1, 2, 3, 4]})
TARGETS = [TARGET, None, "https://b.example/", None]
ERRORS = [None, None, None, "TargetLostError"]


def _write_json(table: pa.Table, path: Path) -> None:
    pl.DataFrame(table).write_ndjson(path)


_FILES: dict[str, Callable[[pa.Table, Path], object]] = {
    "links.parquet": pyarrow.parquet.write_table,
    "links.csv": pyarrow.csv.write_csv,
    "links.jsonl": _write_json,
    "links.feather": pyarrow.feather.write_feather,
}


@pytest.mark.parametrize("name", _FILES)
def test_files_are_tables(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    _FILES[name](TABLE, path)
    rows = unwrap(path).read_all()
    empty = "" if name == "links.csv" else None
    assert rows["target"].to_pylist() == [TARGET, empty, "https://b.example/", None]
    assert rows["error"].to_pylist() == ERRORS
    assert rows.column_names == ["id", "Url", "n", "target", "error"]
    assert rows["id"].to_pylist() == ["007", "08", "9", "10"]
    assert unwrap(f"file://{path}").read_all() == rows


def test_a_stream_of_batches_is_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "links.arrow"
    with pa.ipc.new_stream(path, TABLE.schema) as writer:
        writer.write_table(TABLE)
    assert unwrap(path).read_all()["target"].to_pylist() == TARGETS


CONNECTION = duckdb.connect()
_HOLDERS: dict[str, Callable[[], object]] = {
    "table of pyarrow": lambda: TABLE,
    "batch of pyarrow": lambda: TABLE.to_batches()[0],
    "reader of pyarrow": TABLE.to_reader,
    "Polars": lambda: pl.DataFrame(TABLE),
    "DuckDB": lambda: CONNECTION.from_arrow(TABLE),
}


@pytest.mark.parametrize("holder", _HOLDERS)
def test_whatever_streams_arrow_is_a_table(holder: str) -> None:
    rows = unwrap(_HOLDERS[holder]()).read_all()
    assert rows["target"].to_pylist() == TARGETS
    assert rows["error"].to_pylist() == ERRORS
    assert rows["n"].to_pylist() == [1, 2, 3, 4]


def test_columns_are_chosen_named_and_dropped() -> None:
    table = TABLE.rename_columns(["id", "link", "target"])
    rows = unwrap(table, "link", ("tenant", "target"), "safe", drop_column=True).read_all()
    assert rows.column_names == ["id", "target", "safe"]
    assert rows["safe"].to_pylist()[1:3] == [
        {"tenant": None, "target": None},
        {"tenant": None, "target": "https://b.example/"},
    ]
    assert rows["target"].to_pylist() == [1, 2, 3, 4]
    same = unwrap(
        TABLE.rename_columns(["id", "target", "n"]), "target", ("target",), drop_column=True
    )
    assert same.read_all()["target"].to_pylist() == TARGETS


def test_batches_of_any_size_and_none() -> None:
    many = pa.concat_tables([TABLE] * 40_000)
    rows = unwrap(pa.Table.from_batches(many.combine_chunks().to_batches())).read_all()
    assert rows["target"].to_pylist() == TARGETS * 40_000
    assert unwrap(TABLE.slice(0, 0)).read_all().num_rows == 0


@pytest.mark.parametrize(
    ("column", "fields", "sentence"),
    [
        ("url", ("target",), r"no column 'url'; the columns are id, Url, n"),
        ("n", ("target",), r"the column 'n' is of type int64, and does not hold addresses"),
        ("Url", ("sender",), r"there is no field 'sender'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(
    column: str, fields: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SetupError, match=sentence):
        unwrap(TABLE, column, fields)


def test_a_name_that_is_taken_is_said() -> None:
    with pytest.raises(SetupError, match="there is a column 'target' already"):
        unwrap(TABLE.append_column("target", TABLE["id"]))
    with pytest.raises(SetupError, match="more than one column 'Url'"):
        unwrap(TABLE.append_column("Url", TABLE["id"]))
    with pytest.raises(SetupError, match="int is neither a table in Arrow's format nor a path"):
        unwrap(7)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file"):
        unwrap(tmp_path / "none.parquet")
    with pytest.raises(DocumentError, match=r"a table is a file that ends in \.parquet, \.csv"):
        unwrap(tmp_path / "links.txt")
    for name in _FILES:
        path = tmp_path / name
        path.write_bytes(b"\0\1{]\n\xff")
        with pytest.raises((DocumentError, SetupError)):
            unwrap(path).read_all()


# The peak of the process itself: `getrusage` begins with that of whoever has started it.
_MILLION = """
import pyarrow as pa
from safelinks.arrow import unwrap
plain = [f"https://b.example/{n}" for n in range(50_000)]
links = [LINK.replace("SafeLink", str(n)) for n in range(2_000)]
batch = pa.record_batch({"Url": [*plain[2_000:], *links]})
reader = pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(ROUNDS)))
assert sum(out.num_rows for out in unwrap(reader)) == ROUNDS * 50_000
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/status")
def test_memory_does_not_grow_with_the_rows() -> None:
    """A million rows take no more than a tenth of them."""
    link = wrap("https://example.org/SafeLink")

    def peak(rounds: int) -> int:
        code = f"LINK = {link!r}\nROUNDS = {rounds}\n{_MILLION}"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout)

    few, many = peak(2), peak(20)
    assert many < few + 20_000  # kilobytes
    assert many < 300_000
