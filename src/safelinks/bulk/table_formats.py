"""Formats of files that hold a table, known by the ends of their names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath

from safelinks.errors import DocumentError

__all__ = ["TableFormat", "table_format"]


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
