"""Columns of addresses, unwrapped by Apache Arrow; see docs/bulk.md.

>>> import pyarrow
>>> table = pyarrow.table({"Url": ["https://www.google.com/url?q=https%3A%2F%2Fa.example", None]})
>>> unwrap(table).read_all()["target"].to_pylist()
['https://a.example', None]
"""

from __future__ import annotations

try:
    import pyarrow as pa
except ImportError as error:
    from safelinks.bulk.extras import missing_package

    raise ImportError(missing_package("pyarrow", "safelinks.arrow")) from error

from safelinks.bulk.columns import schema_of
from safelinks.bulk.columns import unwrap_column as unwrap_array
from safelinks.bulk.fields import FIELD_TYPES
from safelinks.bulk.streams import unwrap_stream as unwrap

__all__ = ["FIELDS", "unwrap", "unwrap_array"]

FIELDS: pa.Schema = schema_of(tuple(FIELD_TYPES))
"""Every field that a row can get, with its type."""
