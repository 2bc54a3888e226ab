"""How a CSV file is written: its encoding and what stands between its cells, by how it begins."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable

from safelinks.foundation.values import frozen

__all__ = ["BYTES_OF_HEAD", "Dialect", "dialect_of", "no_column"]

BYTES_OF_HEAD = 65_536  # bytes that are looked at
_DELIMITERS = (",", ";", "\t", "|")  # where they make as many columns, the first
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_NAMES = 30


@frozen
class Dialect:
    """The encoding of a CSV file, and its delimiter."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","

    @property
    def is_wide(self) -> bool:
        """Whether it is UTF-16."""
        return self.encoding == "utf-16"


def dialect_of(head: bytes) -> Dialect:
    r"""The dialect of a file that begins with `head`: spreadsheets write several.

    It is UTF-16 only with its mark, as Excel writes it. The delimiter is what makes the most
    columns of the first row.

    >>> dialect_of(b"id;Url\n7;https://a.example/?b,c,d\n")
    Dialect(encoding='utf-8-sig', delimiter=';')
    """
    encoding = "utf-16" if head.startswith(_WIDE) else "utf-8-sig"
    text = head.decode(encoding, "replace")
    return Dialect(encoding, max(_DELIMITERS, key=lambda delimiter: _columns(text, delimiter)))


def _columns(text: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ()))
    except csv.Error:
        return 0


def no_column(column: str, columns: Iterable[str]) -> str:
    """What to say where a table has other `columns`."""
    names = [name if _is_plain(name) else repr(name) for name in columns]
    more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    there = ", ".join(names[:_MOST_NAMES]) + more
    hint = "--column names the one with the addresses"
    return f"there is no column {column!r}; the columns are {there or 'none'} ({hint})"


def _is_plain(name: str) -> bool:
    return bool(name) and name.isprintable() and name == name.strip() and "," not in name
