"""Values of tables as CSV and lines of JSON have them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from safelinks.errors import DocumentError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["in_csv", "in_json", "rows_of_batch"]


def in_csv(value: object) -> object:
    """`value` as a cell of CSV.

    >>> in_csv("a"), in_csv(b"a"), in_csv({"a": [b"a"]})
    ('a', 'YQ==', '{"a": ["YQ=="]}')
    """
    if isinstance(value, (datetime, bytes)):
        return _text_of(value)
    return in_json(value) if isinstance(value, (Mapping, list)) else value


def in_json(value: object) -> str:
    """`value` in JSON, which has no number that is none.

    >>> in_json({"a": 1.5, "b": [float("nan"), float("inf")], "c": b"a"})
    '{"a": 1.5, "b": [null, null], "c": "YQ=="}'
    """
    try:
        return json.dumps(value, default=_text_of, allow_nan=False)
    except ValueError:
        return json.dumps(_with_numbers(value), default=_text_of)


def _with_numbers(value: Any) -> Any:  # noqa: ANN401  whatever a cell has
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _with_numbers(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_numbers(one) for one in value]
    return value


def _text_of(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def rows_of_batch(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows of `batch`. Raises DocumentError for a value that Python does not have."""
    columns: dict[str, list[Any]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            columns[name] = _exact(column).to_pylist()
        except (ValueError, OverflowError, LookupError) as error:
            reason = str(error).partition("\n")[0]
            raise DocumentError(
                f"the column {name!r}, of type {column.type}, cannot be written as text ({reason})"
            ) from None
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _exact(column: pa.Array) -> pa.Array:
    """`column`; moments in nanoseconds, which Python does not have, as texts."""
    import pyarrow as pa  # noqa: PLC0415  CSV and JSON lines do without
    import pyarrow.compute as pc  # noqa: PLC0415  as above

    kind = column.type
    if not (pa.types.is_timestamp(kind) and kind.unit == "ns"):
        return column
    try:
        return column.cast(pa.timestamp("us", kind.tz))
    except pa.ArrowInvalid:
        texts = column.cast(pa.timestamp("ns", "UTC" if kind.tz else None)).cast(pa.string())
        return pc.replace_substring(texts, " ", "T")
