"""`pl.col("Url").safelinks`: addresses unwrapped in expressions of Polars; see docs/bulk.md.

>>> import polars as pl
>>> import safelinks.polars
>>> frame = pl.DataFrame({"Url": ["https://www.google.com/url?q=https%3A%2F%2Fa.example", None]})
>>> frame.select(pl.col("Url").safelinks.target())["Url"].to_list()
['https://a.example', None]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from safelinks.bulk.extras import missing_package

try:
    import polars as pl
    import pyarrow as pa
except ImportError as error:
    raise ImportError(missing_package("polars", "safelinks.polars")) from error

from safelinks.bulk.columns import unwrap_column
from safelinks.bulk.fields import DEFAULT_FIELDS, FIELD_TYPES, FieldType, fields_of

__all__ = ["SafelinksExpression"]

_TYPES: Mapping[FieldType, pl.DataType | type[pl.DataType]] = {
    FieldType.TEXT: pl.String,
    FieldType.NUMBER: pl.Int8,
    FieldType.MOMENT: pl.Datetime("us", "UTC"),
}


@pl.api.register_expr_namespace("safelinks")
class SafelinksExpression:
    """What can be asked of a column of addresses, of lazy frames too; a stream stays one."""

    def __init__(self, column: pl.Expr) -> None:
        self._column = column

    def unwrap(self, *fields: str) -> pl.Expr:
        """A structure of `fields`, by default target and error. Raises SetupError."""
        chosen = fields_of(fields or DEFAULT_FIELDS)
        kind = pl.Struct({name: _TYPES[FIELD_TYPES[name].type] for name in chosen})

        return self._mapped(chosen, kind, lambda rows: rows)

    def target(self) -> pl.Expr:
        """The target, null where it is lost."""
        return self._mapped(("target",), pl.String(), lambda rows: rows.flatten()[0])

    def _mapped(
        self, fields: tuple[str, ...], kind: pl.DataType, part: Callable[[pa.Array], pa.Array]
    ) -> pl.Expr:
        def unwrapped(column: pl.Series) -> pl.Series:
            return pl.Series(column.name, part(unwrap_column(column.to_arrow(), fields)), kind)

        # Without being told that rows are independent, Polars would collect all of them first.
        return self._column.map_batches(unwrapped, return_dtype=kind, is_elementwise=True)
