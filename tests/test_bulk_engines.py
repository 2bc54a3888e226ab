"""The faces for engines: the same rows as the kernel, whatever the engine does with its batches."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from building import HOST, TENANT, wrap

import safelinks.duckdb
import safelinks.polars
from safelinks.arrow import unwrap_array
from safelinks.bulk.extras import WANTED_WITH
from safelinks.documents.content.package_installation import installation_of
from safelinks.errors import SetupError

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

PROJECT = Path(__file__).parent.parent / "pyproject.toml"
TARGET = "https://example.org/a?b=c"
LINK = wrap(TARGET)
URLS = [
    LINK,
    None,
    "https://b.example/é",
    f"https://{HOST}/GetUrlReputation",
    "",
    "https://bit.ly/x",
]
FIELDS = ("target", "error", "layers", "tenant", "wrapped_at", "opaque")
ROWS = unwrap_array(pa.array(URLS), FIELDS).to_pylist()
TARGETS = [row["target"] for row in ROWS]


def _expression() -> safelinks.polars.SafelinksExpression:
    return safelinks.polars.SafelinksExpression(pl.col("Url"))


def test_polars_has_the_rows() -> None:
    frame = pl.DataFrame({"Url": URLS})
    column = frame.select(_expression().unwrap(*FIELDS))["Url"]
    assert column.to_list() == ROWS
    schema = frame.lazy().select(_expression().unwrap(*FIELDS)).collect_schema()
    assert schema["Url"] == column.dtype
    assert frame.select(pl.col("Url").safelinks.target()).to_series().to_list() == TARGETS  # type: ignore[attr-defined]
    assert list(frame.select(_expression().unwrap())["Url"].struct.fields) == ["target", "error"]


@pytest.mark.parametrize("engine", ["streaming", "in-memory"])
def test_polars_streams(engine: str) -> None:
    frame = pl.LazyFrame({"Url": URLS * 5_000}).with_columns(_expression().target().alias("to"))
    rows = frame.filter(pl.col("to") == TARGET).select(pl.len()).collect(engine=engine)  # type: ignore[call-overload]
    assert rows.item() == 5_000


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("Url", URLS, pl.Categorical),
        pl.Series("Url", [], pl.String),
        pl.Series("Url", [None, None], pl.Null),
        pl.Series("Url", [None, None], pl.String),
    ],
    ids=["categories", "no row", "no type", "nulls"],
)
def test_polars_has_columns_of_other_kinds(column: pl.Series) -> None:
    unwrapped = pl.DataFrame(column).select(_expression().target())["Url"]
    assert unwrapped.to_list() == (TARGETS if len(column) > 2 else column.to_list())
    assert unwrapped.dtype == pl.String


def test_polars_refuses_what_there_is_not() -> None:
    with pytest.raises(SetupError, match="there is no field 'sender'"):
        _expression().unwrap("sender")
    with pytest.raises((SetupError, pl.exceptions.ComputeError), match="does not hold addresses"):
        pl.DataFrame({"Url": [1]}).select(_expression().target())


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    safelinks.duckdb.register(connection)
    return connection


def test_duckdb_has_the_rows(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select safelinks_target(u), safelinks_unwrap(u).error, safelinks_unwrap(u).layers, "
        "safelinks_unwrap(u).tenant, epoch_us(safelinks_unwrap(u).wrapped_at), "
        "safelinks_unwrap(u).opaque from (select unnest(?) as u)",
        [URLS],
    ).fetchall()
    assert [dict(zip(FIELDS, row, strict=True)) for row in rows] == [
        row | {"wrapped_at": _microseconds(row["wrapped_at"])} for row in ROWS
    ]


def _microseconds(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_duckdb_works_on_many_rows_and_on_none(connection: duckdb.DuckDBPyConnection) -> None:
    many = pa.table({"u": URLS * 3_000})
    count = "select count(*) from many where safelinks_target(u) = ?"
    assert connection.execute(count, [TARGET]).fetchone() == (3_000,)
    none = "select safelinks_unwrap(u) from many where u = 'none'"
    assert connection.execute(none).fetchall() == []
    nothing = "select safelinks_target(null), safelinks_unwrap(null).error"
    assert connection.execute(nothing).fetchone() == (None, None)
    assert len(many) == 18_000


def test_duckdb_has_the_fields_that_are_named() -> None:
    connection = duckdb.connect()
    safelinks.duckdb.register(connection, ("recipient", "tenant"))
    row = connection.execute("select safelinks_unwrap(?)", [LINK]).fetchone()
    tenant = unwrap_array(pa.array([LINK]), ("tenant",)).to_pylist()[0]
    assert row == ({"recipient": "First.Last@example.org"} | tenant,)
    assert TENANT[:8] in str(row)
    with pytest.raises(SetupError, match="there is no field"):
        safelinks.duckdb.register(connection, ("sender",))


@pytest.mark.parametrize(
    ("module", "package", "wanted"),
    [
        ("arrow", "pyarrow", "pyarrow"),
        ("polars", "polars", "polars pyarrow"),
        ("duckdb", "duckdb", "duckdb numpy pyarrow"),
        ("duckdb", "numpy", "duckdb numpy pyarrow"),
    ],
)
def test_a_package_that_is_missing_is_a_sentence(module: str, package: str, wanted: str) -> None:
    code = f"import sys; sys.modules[{package!r}] = None\nimport safelinks.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    sentence = (
        f"ImportError: safelinks.{module} needs the package {package}; "
        f"to install it, run: {installation_of(wanted.split())}"
    )
    assert done.stderr.splitlines()[-1] == sentence


def test_what_is_to_be_installed_is_what_the_extras_bring() -> None:
    extras = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["optional-dependencies"]
    for package, wanted in WANTED_WITH.items():
        extra = {"pyarrow": "arrow", "numpy": "duckdb", "pyspark": "spark"}.get(package, package)
        named = {re.split("[>=]", one)[0] for one in extras[extra]}
        assert {one.replace("safelinks[arrow]", "pyarrow") for one in named} == set(wanted)
