"""Functions for SQL: addresses unwrapped in queries of DuckDB; see docs/bulk.md.

>>> import duckdb
>>> connection = duckdb.connect()
>>> register(connection)
>>> link = "https://www.google.com/url?q=https%3A%2F%2Fa.example"
>>> connection.execute("select safelinks_target(?)", [link]).fetchone()
('https://a.example',)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from safelinks.bulk.extras import missing_package

try:
    import duckdb
    import numpy  # noqa: F401, ICN001  which DuckDB does not install, and needs for functions
    import pyarrow as pa
except ImportError as error:
    package = "numpy" if error.name == "numpy" else "duckdb"
    raise ImportError(missing_package(package, "safelinks.duckdb")) from error

from safelinks.bulk.columns import unwrap_column
from safelinks.bulk.fields import FIELD_TYPES, FieldType, fields_of

__all__ = ["register"]

_TYPES: Mapping[FieldType, str] = {
    FieldType.TEXT: "VARCHAR",
    FieldType.NUMBER: "TINYINT",
    FieldType.MOMENT: "TIMESTAMPTZ",
}
_FIELDS = tuple(name for name, field in FIELD_TYPES.items() if not field.named)


def register(connection: duckdb.DuckDBPyConnection, fields: Iterable[str] = _FIELDS) -> None:
    """Give `connection` two functions of an address.

    ``safelinks_target(url)`` is the target, null where it is lost; ``safelinks_unwrap(url)`` is a
    structure of `fields`. Null gives null. Raises SetupError.
    """
    chosen = fields_of(fields)
    columns = ", ".join(f"{name} {_TYPES[FIELD_TYPES[name].type]}" for name in chosen)

    def target(urls: pa.ChunkedArray) -> pa.Array:
        return _whole(unwrap_column(urls, ("target",))).field("target")

    def unwrap(urls: pa.ChunkedArray) -> pa.Array:
        return _whole(unwrap_column(urls, chosen))

    functions = (("safelinks_target", target, "VARCHAR"),
                 ("safelinks_unwrap", unwrap, f"STRUCT({columns})"))  # fmt: skip
    for name, function, kind in functions:
        connection.create_function(  # type: ignore[call-overload]  # its types know no names
            name, function, ["VARCHAR"], kind, type="arrow", null_handling="special"
        )


def _whole(rows: pa.Array | pa.ChunkedArray) -> pa.Array:
    return rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
