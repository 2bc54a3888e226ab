"""The values that a row of a table can get: their names, their types, and how each is read.

`unwrap` is the definition: what stands here is read from what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cache, lru_cache

from safelinks.errors import SafelinksError, SetupError
from safelinks.foundation.values import frozen
from safelinks.wrappers.unwrapping import READ, Unwrapped, unwrap

__all__ = [
    "DEFAULT_FIELDS",
    "FIELD_TYPES",
    "IDENTIFIED",
    "Field",
    "FieldType",
    "Row",
    "fields_of",
    "identified",
    "row_reader",
]

Row = tuple[object, ...]


class FieldType(StrEnum):
    """The type of a column."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"


@frozen
class Field:
    """A column of the result. Those that tell of people, or cost a look-up, have to be `named`."""

    name: str
    type: FieldType = FieldType.TEXT
    named: bool = False


FIELD_TYPES: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("target"),
        Field("error"),
        Field("wrapper"),
        Field("layers", FieldType.NUMBER),
        Field("opaque"),
        Field("message_id"),
        Field("tenant"),
        Field("sent_at", FieldType.MOMENT),
        Field("wrapped_at", FieldType.MOMENT),
        Field("verdict"),
        Field("source"),
        Field("region"),
        Field("recipient", named=True),
        Field("resource", named=True),
        Field("agency", named=True),
    )
}
DEFAULT_FIELDS = ("target", "error")
# What the catalog says of the target.
IDENTIFIED = frozenset({"resource", "agency"})

# Where a target's resource and agency stand in what `identified` gives.
_READ_BESIDE: Mapping[str, Callable[[Unwrapped], str | None]] = {
    "resource": lambda unwrapped: identified(unwrapped.target)[0],
    "agency": lambda unwrapped: identified(unwrapped.target)[1],
}

_LONGEST_REMEMBERED = 1_000  # characters
_REMEMBERED = 32_768  # rows: engines hand over a few thousand at a time, with the same links again
_NOT_UNICODE = "InvalidURLError"


def fields_of(names: Iterable[str]) -> tuple[str, ...]:
    """`names`, each once. Raises SetupError for one that there is not."""
    fields = tuple(dict.fromkeys([names] if isinstance(names, str) else names))
    unknown = [name for name in fields if name not in FIELD_TYPES]
    if unknown or not fields:
        what = f"there is no field {unknown[0]!r}" if unknown else "no field is named"
        raise SetupError(f"{what}; the fields are {', '.join(FIELD_TYPES)}")
    return fields


def identified(target: str) -> tuple[str | None, str | None]:
    """The resource and the agency that the catalog knows `target` for."""
    return _identify()(target)


@cache
def _identify() -> Callable[[str], tuple[str | None, str | None]]:
    from safelinks.catalog import identify  # noqa: PLC0415  only who asks for its names needs it

    @lru_cache(1)
    def names(target: str) -> tuple[str | None, str | None]:
        match = identify(target)
        return (
            match.resource.id if match.resource else None,
            match.agency.acronym if match.agency else None,
        )

    return names


@cache
def row_reader(fields: tuple[str, ...]) -> Callable[[str | bytes], Row]:
    """What gives the values `fields` of a text, None each where there is none. It never raises.

    Bytes are a text that is no Unicode. The last few thousand rows are remembered.
    """
    reads = [READ.get(name) or _READ_BESIDE.get(name, lambda _: None) for name in fields]
    remembered = lru_cache(_REMEMBERED)(lambda url: _read(url, fields, reads))

    def read(url: str | bytes) -> Row:
        if isinstance(url, bytes):
            return _failed(_NOT_UNICODE, fields)
        return remembered(url) if len(url) <= _LONGEST_REMEMBERED else _read(url, fields, reads)

    return read


def _read(url: str, fields: tuple[str, ...], reads: list[Callable[..., object]]) -> Row:
    try:
        unwrapped = unwrap(url)
    except SafelinksError as error:
        return _failed(type(error).__name__, fields)
    return tuple([read(unwrapped) for read in reads])


def _failed(error: str, fields: tuple[str, ...]) -> Row:
    return tuple(error if name == "error" else None for name in fields)
