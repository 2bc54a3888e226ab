"""Tables as texts, CSV and lines of JSON: read and written row by row, without pyarrow.

A row is a dict. Bytes that are no UTF-8 come out of CSV as they went in.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from safelinks.bulk.csv_dialect import BYTES_OF_HEAD, dialect_of
from safelinks.bulk.table_formats import TableFormat, table_format
from safelinks.errors import DocumentError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["TextTable", "in_chunks", "read_text_table", "text_of_rows", "without_formula"]

TextRow = dict[str, Any]
_ROWS = 4_096

# What a spreadsheet takes for a formula (OWASP, “CSV injection”).
_FORMULA = pattern_of(r"[\"'\s]*[=+@＝＋－＠-]")


@frozen
class TextTable:
    """Columns and rows; of lines of JSON, the columns are those of the first row."""

    columns: tuple[str, ...]
    rows: Iterator[TextRow]


def read_text_table(path: str) -> TextTable:
    """The table in the file `path`. Raises DocumentError, with the line, also on reading rows."""
    reading = _csv_rows if table_format(path) is TableFormat.CSV else _json_rows
    rows = reading(path)
    columns = next(rows)
    return TextTable(tuple(columns), rows)


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file") from None
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{path} cannot be read ({reason})") from None


def _csv_rows(path: str) -> Iterator[TextRow]:
    csv.field_size_limit(sys.maxsize if sys.maxsize < 1 << 31 else (1 << 31) - 1)
    with _told(path), io.BufferedReader(io.FileIO(path), BYTES_OF_HEAD) as raw:
        dialect = dialect_of(raw.peek(BYTES_OF_HEAD))  # opened once, for it may be a pipe
        errors = "strict" if dialect.is_wide else "surrogateescape"  # half a character is no byte
        file = io.TextIOWrapper(raw, dialect.encoding, errors, newline="")
        reader = csv.reader(file, delimiter=dialect.delimiter)
        header = next(reader, [])
        if len(set(header)) < len(header):
            raise ValueError("two columns have one name")
        yield dict.fromkeys(header)
        for cells in reader:
            if len(cells) > len(header):
                raise ValueError(f"line {reader.line_num}: more cells than columns")
            if cells:
                yield dict(zip(header, cells, strict=False))


def _json_rows(path: str) -> Iterator[TextRow]:
    with _told(path), Path(path).open(encoding="utf-8-sig", errors="surrogateescape") as file:
        rows = (_json_row(number, line) for number, line in enumerate(file, 1) if line.strip())
        first = next(rows, {})
        yield dict.fromkeys(first)
        yield from chain([first] if first else [], rows)


def _json_row(number: int, line: str) -> TextRow:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if isinstance(row, dict):
        return row
    raise ValueError(f"line {number} is not a JSON object")


def in_chunks(rows: Iterable[TextRow]) -> Iterator[list[TextRow]]:
    """`rows`, some thousands at a time."""
    rows = iter(rows)
    while chunk := list(islice(rows, _ROWS)):
        yield chunk


def text_of_rows(
    kind: TableFormat, columns: Iterable[str], rows: Iterable[TextRow]
) -> Iterator[bytes]:
    """`rows` as a file. Raises DocumentError for a row with a key that is none of the `columns`."""
    writing = _as_csv if kind is TableFormat.CSV else _as_json_lines
    return writing(tuple(columns), rows)


def _as_csv(columns: tuple[str, ...], rows: Iterable[TextRow]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    for chunk in in_chunks(rows):
        try:
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in chunk)
        except ValueError as error:
            raise DocumentError(f"the rows have different columns ({error})") from None
        yield text.getvalue().encode("utf-8", "surrogateescape")
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode("utf-8", "surrogateescape")


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return _moment(value)
    return json.dumps(value, default=str) if isinstance(value, (Mapping, list)) else value


def _as_json_lines(_: tuple[str, ...], rows: Iterable[TextRow]) -> Iterator[bytes]:
    for chunk in in_chunks(rows):
        lines = [json.dumps(row, default=_of_json) for row in chunk]
        yield ("\n".join(lines) + "\n").encode()


def _of_json(value: object) -> str:
    return _moment(value) if isinstance(value, datetime) else str(value)


def _moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def without_formula(value: object) -> object:
    """`value` of a link, with an apostrophe where a spreadsheet would take it for a formula."""
    is_formula = isinstance(value, str) and _FORMULA.match(value)
    return f"'{value}" if is_formula else value
