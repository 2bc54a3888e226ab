"""Files of tables in, one file with the columns of their links out; memory does not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from safelinks.bulk.csv_dialect import no_column
from safelinks.bulk.extras import require
from safelinks.bulk.fields import Row, fields_of, row_reader
from safelinks.bulk.table_formats import TableFormat, file_named, table_format
from safelinks.bulk.table_output import bytes_of_batches, write_whole
from safelinks.bulk.text_tables import (
    TextRow,
    in_chunks,
    read_text_table,
    text_of_rows,
    without_formula,
)
from safelinks.bulk.text_values import rows_of_batch
from safelinks.bulk.workers import alongside
from safelinks.errors import DocumentError, SetupError
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Unwrapping", "unwrap_files"]


@frozen
class Unwrapping:
    """What is done to every table: the `fields` of the addresses in `column` are put behind it."""

    column: str = "Url"
    fields: tuple[str, ...] = ("target", "error")
    into: str | None = None
    drop_column: bool = False
    jobs: int = 1

    @property
    def added(self) -> tuple[str, ...]:
        """The names of the new columns."""
        return (self.into,) if self.into is not None else self.fields


def unwrap_files(
    inputs: Sequence[str],
    output: str,
    unwrapping: Unwrapping,
    kind: TableFormat | None = None,
    on_rows: Callable[[int], object] = lambda _: None,
) -> int:
    """Unwrap the tables in `inputs` into the file `output`; gives the number of rows.

    Its format is `kind`, else what its name tells. CSV and lines of JSON do without pyarrow.
    `on_rows` is called with the number of rows that were done. Raises SetupError and DocumentError;
    nothing is written then.
    """
    kind = kind or table_format(output)
    fields_of(unwrapping.fields)
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        on_rows(rows)

    formats = {table_format(path) for path in inputs} | {kind}
    if all(one.is_text for one in formats) and not any("://" in path for path in inputs):
        content = _through_texts(inputs, unwrapping, kind, count)
    else:
        foreign = next((one for one in formats if not one.is_text), "such")
        require("pyarrow", f"a {foreign} file")
        content = _through_arrow(inputs, unwrapping, kind, count)
    write_whole(output, content)
    return done


# Without pyarrow ----------------------------------------------------------------------------------


def _through_texts(
    inputs: Sequence[str],
    unwrapping: Unwrapping,
    kind: TableFormat,
    count: Callable[[int], object],
) -> Iterator[bytes]:
    tables = [read_text_table(path) for path in inputs]
    columns = tables[0].columns
    for path, table in zip(inputs, tables, strict=True):
        with file_named(path):
            _check(table.columns, unwrapping)
        if kind is TableFormat.CSV and table.columns != columns:
            raise SetupError(f"{path} has other columns than {inputs[0]}")
    rows = chain.from_iterable(table.rows for table in tables)
    kept = [name for name in columns if not (unwrapping.drop_column and name == unwrapping.column)]
    plain = kind is not TableFormat.CSV
    new = _unwrapped(rows, unwrapping, count, (lambda value: value) if plain else without_formula)
    return text_of_rows(kind, (*kept, *unwrapping.added), new)


def _check(columns: Sequence[str], unwrapping: Unwrapping) -> None:
    if unwrapping.column not in columns:
        raise SetupError(no_column(unwrapping.column, columns))
    kept = set(columns) - ({unwrapping.column} if unwrapping.drop_column else set())
    for name in unwrapping.added:
        if name in kept:
            raise SetupError(_taken(name))


def _taken(name: str) -> str:
    return f"there is a column {name!r} already; rename it, or put the new ones --into another"


def _unwrapped(
    rows: Iterable[TextRow],
    unwrapping: Unwrapping,
    count: Callable[[int], object],
    told: Callable[[object], object],
) -> Iterator[TextRow]:
    column, fields, into = unwrapping.column, unwrapping.fields, unwrapping.into
    read = partial(_read, fields)
    chunks = alongside(read, in_chunks(rows), partial(_cells, column), unwrapping.jobs)
    for chunk, found in chunks:
        for row, values in zip(chunk, found, strict=True):
            if unwrapping.drop_column:
                row.pop(column, None)
            new = {name: told(value) for name, value in zip(fields, values, strict=True)}
            if into is not None:
                new = {into: new}
            if not new.keys().isdisjoint(row):
                raise DocumentError(_taken(next(name for name in new if name in row)))
            yield row | new
        count(len(chunk))


def _cells(column: str, rows: list[TextRow]) -> list[str | None]:
    cells = (row.get(column) for row in rows)
    return [cell if isinstance(cell, str) else None for cell in cells]


def _read(fields: tuple[str, ...], cells: list[str | None]) -> list[Row]:
    read, nothing = row_reader(fields), (None,) * len(fields)
    return [nothing if cell is None else read(cell) for cell in cells]


# With pyarrow -------------------------------------------------------------------------------------


def _through_arrow(
    inputs: Sequence[str],
    unwrapping: Unwrapping,
    kind: TableFormat,
    count: Callable[[int], object],
) -> Iterator[bytes]:
    from safelinks.bulk.streams import unwrap_stream  # noqa: PLC0415  needs pyarrow

    readers = [
        unwrap_stream(
            path,
            unwrapping.column,
            unwrapping.fields,
            unwrapping.into,
            drop_column=unwrapping.drop_column,
            jobs=unwrapping.jobs,
        )
        for path in inputs
    ]
    schema = readers[0].schema
    for path, reader in zip(inputs, readers, strict=True):
        if not reader.schema.equals(schema):
            raise SetupError(f"{path} has other columns than {inputs[0]}")

    def batches() -> Iterator[pa.RecordBatch]:
        for reader in readers:
            for batch in reader:
                yield batch
                count(batch.num_rows)

    if not kind.is_text:
        return bytes_of_batches(kind, schema, batches())
    rows: Iterable[TextRow] = chain.from_iterable(map(rows_of_batch, batches()))
    if kind is TableFormat.CSV:
        rows = (_harmless(row, unwrapping.added) for row in rows)
    return text_of_rows(kind, schema.names, rows)


def _harmless(row: TextRow, names: Iterable[str]) -> TextRow:
    return row | {name: without_formula(row[name]) for name in names}
