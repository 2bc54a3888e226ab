"""Tables as streams of record batches: from whatever holds one, with the columns of its links.

A file is read in pieces, so that memory does not grow with it: Parquet, Arrow (its file and its
stream format), CSV, and lines of JSON; from local paths and from addresses that pyarrow or fsspec
knows, such as ``s3://bucket/links.parquet``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.fs
from pyarrow import csv, json, parquet

from safelinks.bulk.columns import is_text, schema_of, unwrap_column
from safelinks.bulk.csv_dialect import BYTES_OF_HEAD, dialect_of, no_column
from safelinks.bulk.fields import DEFAULT_FIELDS, fields_of
from safelinks.bulk.table_formats import TableFormat, file_named, table_format
from safelinks.bulk.workers import alongside
from safelinks.errors import DocumentError, SetupError

__all__ = ["file_system", "opened_table", "unwrap_stream"]

_ROWS = 131_072
_COLUMN = "Url"
_BLOCK = 1 << 20  # bytes of lines of JSON, at once


def unwrap_stream(  # noqa: PLR0913  an option each
    data: Any,  # noqa: ANN401  whatever has a table
    column: str = _COLUMN,
    fields: Iterable[str] = DEFAULT_FIELDS,
    into: str | None = None,
    *,
    drop_column: bool = False,
    jobs: int = 1,
) -> pa.RecordBatchReader:
    """The table `data` with the columns `fields` of the addresses in its `column`.

    `data` is anything with ``__arrow_c_stream__``, such as a table of pyarrow, Polars, pandas or
    DuckDB, or the path of a file. All its columns are kept, but `column` if that is to be dropped.
    The new ones stand behind them; or, as a structure, in one column that is called `into`. So many
    processes as there are `jobs` do the work. Raises SetupError where there is no such column, two
    have one name, or one of the new names is taken.
    """
    chosen = fields_of(fields)
    reader = opened_table(data)
    schema = reader.schema
    with file_named(data):
        at = _index(schema, column)
        kept = [name for name in schema.names if not (drop_column and name == column)]
        whole = _with_added(schema, kept, schema_of(chosen), into)

    def links(batch: pa.RecordBatch) -> pa.Array:
        return batch.column(at)

    def batches() -> Iterator[pa.RecordBatch]:
        pieces = alongside(partial(unwrap_column, fields=chosen), _pieces(reader), links, jobs)
        for batch, found in pieces:
            new = [found] if into is not None else found.flatten()
            yield pa.RecordBatch.from_arrays(
                [*(batch.column(name) for name in kept), *new], schema=whole
            )

    return pa.RecordBatchReader.from_batches(whole, batches())


def _with_added(
    schema: pa.Schema, kept: list[str], added: pa.Schema, into: str | None
) -> pa.Schema:
    """What of `schema` is `kept`, and what is `added`. Raises SetupError for a name of two."""
    twice = next((name for name, times in Counter(schema.names).items() if times > 1), None)
    if twice is not None:
        raise SetupError(f"two columns have one name, {twice!r}; rename one")
    if into is not None:
        added = pa.schema([(into, pa.struct(list(added)))])
    taken = [name for name in added.names if name in kept]
    if taken:
        hint = "rename it, or name a column for the new ones (into)"
        raise SetupError(f"there is a column {taken[0]!r} already; {hint}")
    return pa.schema([*(schema.field(name) for name in kept), *added], schema.metadata)


def _index(schema: pa.Schema, column: str) -> int:
    places: list[int] = schema.get_all_field_indices(column)
    if not places:
        raise SetupError(no_column(column, schema.names))
    if len(places) > 1:
        raise SetupError(f"there is more than one column {column!r}")
    if not is_text(schema.field(places[0]).type):
        kind = schema.field(places[0]).type
        raise SetupError(f"the column {column!r} is of type {kind}, and does not hold addresses")
    return places[0]


def _pieces(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        for start in range(0, batch.num_rows, _ROWS):
            yield batch.slice(start, _ROWS)


def opened_table(data: Any) -> pa.RecordBatchReader:  # noqa: ANN401  whatever has a table
    """The record batches of `data`, which is a table of any kind or the path of a file."""
    if isinstance(data, (str, os.PathLike)):
        return _of_file(os.fspath(data))
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    if hasattr(data, "__arrow_c_array__"):
        batch = pa.record_batch(data)
        return pa.RecordBatchReader.from_batches(batch.schema, [batch])
    raise SetupError(f"{type(data).__name__} is neither a table in Arrow's format nor a path")


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Turn what the libraries raise into a sentence about the file."""
    try:
        yield
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file") from None
    except (OSError, pa.ArrowException, ValueError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        if reason.endswith("unexpected field"):
            reason += ", that no row of the first mebibyte has; give the first row all fields"
        raise DocumentError(f"{path} cannot be read ({reason})") from error


def _of_file(path: str) -> pa.RecordBatchReader:
    kind = table_format(path)
    with _readable(path):
        system, name = file_system(path)
        schema, batches = _READERS[kind](system, name)

    def guarded() -> Iterator[pa.RecordBatch]:
        with _readable(path):
            yield from batches

    return pa.RecordBatchReader.from_batches(schema, guarded())


def file_system(path: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """The file system of `path`, and the name of the file in it."""
    if "://" not in path:
        return pyarrow.fs.LocalFileSystem(), path
    try:
        system, name = pyarrow.fs.FileSystem.from_uri(path)
    except pa.ArrowInvalid:
        import fsspec  # noqa: PLC0415  only for systems that pyarrow does not know

        known, name = fsspec.core.url_to_fs(path)
        system = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(known))
    return system, name


_Opened = tuple[pa.Schema, Iterator[pa.RecordBatch]]


def _parquet(system: pyarrow.fs.FileSystem, name: str) -> _Opened:
    file = parquet.ParquetFile(system.open_input_file(name))
    return file.schema_arrow, file.iter_batches(batch_size=_ROWS)


def _arrow(system: pyarrow.fs.FileSystem, name: str) -> _Opened:
    try:
        file = pa.ipc.open_file(system.open_input_file(name))
    except pa.ArrowInvalid:
        stream = pa.ipc.open_stream(system.open_input_stream(name))
        return stream.schema, iter(stream)
    return file.schema, (file.get_batch(at) for at in range(file.num_record_batches))


def _csv(system: pyarrow.fs.FileSystem, name: str) -> _Opened:
    """All cells are texts: what looks like a number may be a name with zeros before it."""
    with system.open_input_stream(name) as file:
        dialect = dialect_of(file.read(BYTES_OF_HEAD))
    parse = csv.ParseOptions(newlines_in_values=True, delimiter=dialect.delimiter)
    read = csv.ReadOptions(encoding="utf-16" if dialect.is_wide else "utf8")
    with system.open_input_stream(name) as file:
        names = csv.open_csv(file, parse_options=parse, read_options=read).schema.names
    types = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    reader = csv.open_csv(
        system.open_input_stream(name),
        parse_options=parse,
        read_options=read,
        convert_options=types,
    )
    return reader.schema, iter(reader)


def _json_lines(system: pyarrow.fs.FileSystem, name: str) -> _Opened:
    """The columns are those of the first mebibyte."""
    options = json.ReadOptions(block_size=_BLOCK)
    reader = json.open_json(system.open_input_stream(name), options)
    return reader.schema, iter(reader)


_READERS: Mapping[TableFormat, Callable[[pyarrow.fs.FileSystem, str], _Opened]] = {
    TableFormat.PARQUET: _parquet,
    TableFormat.ARROW: _arrow,
    TableFormat.CSV: _csv,
    TableFormat.JSON_LINES: _json_lines,
}
