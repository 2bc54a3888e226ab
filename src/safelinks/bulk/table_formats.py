"""Formats of files that hold a table, known by the ends of their names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import PurePath

from safelinks.errors import DocumentError, SetupError

__all__ = ["TableFormat", "file_named", "table_format"]


class TableFormat(StrEnum):
    """A format, by the name that options have for it."""

    PARQUET = "parquet"
    CSV = "csv"
    JSON_LINES = "jsonl"
    ARROW = "arrow"

    @property
    def is_text(self) -> bool:
        """Whether it is read and written without pyarrow."""
        return self in (TableFormat.CSV, TableFormat.JSON_LINES)


_SUFFIXES: Mapping[str, TableFormat] = {
    ".parquet": TableFormat.PARQUET,
    ".csv": TableFormat.CSV,
    ".jsonl": TableFormat.JSON_LINES,
    ".ndjson": TableFormat.JSON_LINES,
    ".arrow": TableFormat.ARROW,
    ".feather": TableFormat.ARROW,
    ".ipc": TableFormat.ARROW,
}


def table_format(path: str) -> TableFormat:
    """The format of the file `path`. Raises DocumentError where its name does not tell.

    >>> table_format("s3://bucket/links.parquet")
    <TableFormat.PARQUET: 'parquet'>
    """
    found = _SUFFIXES.get(PurePath(path).suffix.lower())
    if found is None:
        raise DocumentError(f"{path}: a table is a file that ends in {', '.join(_SUFFIXES)}")
    return found


@contextmanager
def file_named(table: object) -> Iterator[None]:
    """Name the file in what is wrong with the columns of `table`, where that is a path."""
    try:
        yield
    except SetupError as error:
        if not isinstance(table, (str, os.PathLike)):
            raise
        raise SetupError(f"{os.fspath(table)}: {error}") from None
