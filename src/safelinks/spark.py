"""Columns of addresses in Apache Spark, unwrapped and checked; see docs/bulk.md.

Only data frames are used, nothing of the JVM, so Spark Connect will do. The executors need
safelinks and pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safelinks.bulk.extras import missing_package

try:
    import pyarrow as pa
    import pyspark
except ImportError as error:
    raise ImportError(missing_package("pyspark", "safelinks.spark")) from error

from safelinks.bulk.bucket_check import careful, check_bucket
from safelinks.bulk.checking import texts_of
from safelinks.bulk.csv_dialect import no_column
from safelinks.bulk.fields import DEFAULT_FIELDS, FIELD_TYPES, FieldType, fields_of
from safelinks.bulk.journal import Journal
from safelinks.bulk.sites import bucket_of, site_of
from safelinks.bulk.streams import unwrap_stream
from safelinks.errors import SetupError
from safelinks.health.model.policy import Policy

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["check", "unwrap"]

_TYPES = {
    FieldType.TEXT: "string",
    FieldType.NUMBER: "tinyint",
    FieldType.MOMENT: "timestamp",
}
_BUCKETS = 64


def unwrap(
    frame: DataFrame, column: str = "Url", fields: Iterable[str] = DEFAULT_FIELDS
) -> DataFrame:
    """`frame` with the columns `fields` of the addresses in its `column`. Raises SetupError."""
    chosen = fields_of(fields)
    empty = pa.table({name: pa.array([], pa.string()) for name in frame.columns})
    unwrap_stream(empty, column, chosen)  # says at once what cannot be
    types = frame.sparkSession.createDataFrame([], _ddl(chosen)).schema
    schema = pyspark.sql.types.StructType([*frame.schema.fields, *types.fields])
    return frame.mapInArrow(partial(_unwrapped, column, chosen), schema)


def _ddl(fields: Iterable[str]) -> str:
    return ", ".join(f"{name} {_TYPES[FIELD_TYPES[name].type]}" for name in fields)


def _unwrapped(
    column: str, fields: tuple[str, ...], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield from unwrap_stream(batch, column, fields)


def check(
    frame: DataFrame,
    column: str,
    folder: str,
    policy: Policy | None = None,
    *,
    buckets: int = _BUCKETS,
) -> DataFrame:
    """Check the addresses in `column` of `frame` into `folder`, which every executor can write to.

    The result is lazy: a row a bucket, with how many outcomes were known, came and are left; its
    action does the work. Run again, it goes on; the folder is that of `safelinks.bulk.check`.
    Raises SetupError where Spark would run the same task twice at a time.
    """
    session = frame.sparkSession
    if session.conf.get("spark.speculation", "false") == "true":
        raise SetupError(
            "spark.speculation lets two executors ask the same addresses; set it to false"
        )
    journal = Journal.of(Path(folder), buckets)
    if column not in frame.columns:
        raise SetupError(no_column(column, frame.columns))
    addresses = frame.select(column).distinct()
    scattered = addresses.mapInArrow(
        partial(_in_buckets, column, journal.buckets), "bucket int, url string"
    )
    # All of a bucket is in one partition, and so in one task.
    return scattered.repartition(journal.buckets, "bucket").mapInArrow(
        partial(_checked, journal, careful(policy)),
        "bucket int, known long, checked long, left long",
    )


def _in_buckets(
    column: str, buckets: int, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        urls = texts_of(batch, column)
        numbers = pa.array([bucket_of(site_of(url), buckets) for url in urls], pa.int32())
        yield pa.RecordBatch.from_arrays([numbers, pa.array(urls, pa.string())], ["bucket", "url"])


def _checked(
    journal: Journal, policy: Policy, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    addresses: dict[int, list[str]] = {}
    for batch in batches:
        for bucket, url in zip(*(part.to_pylist() for part in batch.columns), strict=True):
            addresses.setdefault(bucket, []).append(url)
    for bucket, urls in addresses.items():
        result = check_bucket(journal, bucket, urls, policy)
        row: dict[str, list[Any]] = {
            name: [getattr(result, name)] for name in ("bucket", "known", "checked", "left")
        }
        kinds = [pa.int32(), pa.int64(), pa.int64(), pa.int64()]
        yield pa.RecordBatch.from_pydict(row, pa.schema(list(zip(row, kinds, strict=True))))
