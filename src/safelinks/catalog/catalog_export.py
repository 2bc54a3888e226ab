"""A catalog as text for others: as JSON that can be loaded again, or as a table in CSV.

It knows how values are written down, not how they were read.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from safelinks.catalog.entries import Contents

__all__ = ["EXPORT_FORMATS", "as_data"]

_SCHEMA = "safelinks-catalog/1"
_BETWEEN = " | "
_COLUMNS = (
    "id", "name", "aliases", "agency", "agency_name", "category", "audience", "url", "short_urls",
    "former_urls", "status", "successor", "parent", "confidence", "as_of", "description", "sources",
)  # fmt: skip


def as_data(entry: attrs.AttrsInstance) -> dict[str, Any]:
    """An entry as JSON has it. What has no value is left out; an empty list is written."""
    return attrs.asdict(entry, filter=_is_given, value_serializer=_plain)


def _is_given(_: attrs.Attribute[Any], value: object) -> bool:
    return value is not None and value is not False


def _plain(_: object, __: object, value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


def as_json(contents: Contents) -> str:
    """All of a catalog, in the form that `Catalog.load` reads."""
    data = {
        "schema": _SCHEMA,
        "host_aliases": [as_data(one) for one in contents.host_aliases],
        "conventions": as_data(contents.conventions),
        "agencies": [as_data(one) for one in contents.agencies],
        "resources": [as_data(one) for one in contents.resources],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_csv(contents: Contents) -> str:
    """The resources as a table, one a row, for a spreadsheet (RFC 4180)."""
    names = {one.acronym: one.name for one in contents.agencies}
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(_COLUMNS)
    for entry in contents.resources:
        values = {name: getattr(entry, name, None) for name in _COLUMNS}
        values["agency_name"] = names.get(entry.agency)
        rows.writerow([_cell(value) for value in values.values()])
    return table.getvalue()


def _cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    text = _BETWEEN.join(value) if isinstance(value, tuple) else str(value or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


EXPORT_FORMATS: Mapping[str, Callable[[Contents], str]] = {"json": as_json, "csv": as_csv}
