"""Fields: what a value in a catalog file may be, and every way in which it is not.

It knows kinds of values and how their faults are told, not which fields there are. A reader takes a
value as JSON or TOML have it, and gives what the catalog holds; or raises WrongError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.files.data.value_tree import Path

__all__ = [
    "TEXTS",
    "FieldReader",
    "Violation",
    "WrongError",
    "any_text",
    "boolean",
    "complete",
    "day",
    "field_fault",
    "given_of",
    "list_of",
    "one_of",
    "or_null",
    "parameter_name",
    "reader_of",
    "record",
    "some_text",
    "status_code",
    "texts_by_name",
    "told",
]  # fmt: skip

_T = TypeVar("_T")
FieldReader = Callable[[object], Any]


@frozen
class Violation:
    """What is wrong in a catalog, and at which key of its data: ``("resources", 3, "url")``."""

    path: Path
    message: str

    def below(self, *path: str | int) -> Violation:
        """This violation, of a value that is part of another one."""
        return Violation((*path, *self.path), self.message)


def told(violation: Violation, data: Mapping[str, object]) -> str:
    """`violation` in one sentence: of which entry in `data` it is, and of what in that."""
    section, *rest = violation.path or ("the file",)
    entries = data.get(str(section))
    where = str(section)
    if rest and isinstance(entries, list) and isinstance(rest[0], int):
        entry = entries[rest[0]]
        names = entry if isinstance(entry, Mapping) else {}
        where = str(names.get("id") or names.get("acronym") or f"{section}[{rest[0]}]")
        del rest[0]
    inside = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
    shown = f"{where}: {inside.removeprefix('.')}" if inside else where
    return f"{shown}: {violation.message}"


class WrongError(Exception):
    """A value that is not what its field holds."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__(violations)
        self.violations = violations


def field_fault(message: str) -> WrongError:
    """What to raise for one value, with what it must be."""
    return WrongError(Violation((), message))


def some_text(value: object) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise field_fault("must be a non-empty string")
    return value


def any_text(value: object) -> str:
    """Text, which may be empty."""
    if not isinstance(value, str):
        raise field_fault("must be a string")
    return value


def boolean(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise field_fault("must be true or false")
    return value


def status_code(value: object) -> int:
    """A status code of HTTP."""
    if not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 599:
        raise field_fault("must be an HTTP status code, from 100 to 599")
    return value


def day(value: object) -> str:
    """A date, as ISO 8601 writes it."""
    if isinstance(value, date):  # TOML has dates of its own
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(some_text(value)).isoformat()
    except (ValueError, WrongError):
        raise field_fault('must be a date such as "2026-11-22"') from None


def parameter_name(value: object) -> str | bool:
    """The name of a query parameter; true if there is one with an unknown name."""
    if isinstance(value, bool) or (isinstance(value, str) and value.strip()):
        return value
    raise field_fault("must be the name of a query parameter, or true")


def one_of(kind: type[StrEnum]) -> FieldReader:
    """Reads the values of an enum."""
    known = {str(one): one for one in kind}

    def read_one(value: object) -> StrEnum:
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            raise field_fault(f"must be one of {', '.join(known)}")
        return found

    return read_one


def or_null(reader: FieldReader) -> FieldReader:
    """Reads null, too."""
    return lambda value: None if value is None else reader(value)


def list_of(reader: FieldReader) -> FieldReader:
    """Reads a list, and tells of all that is wrong in it."""

    def read_list(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise field_fault("must be a list in square brackets")
        try:
            return tuple(map(reader, value))
        except WrongError:
            raise WrongError(*_violations_of(enumerate(value), lambda _: reader)) from None

    return read_list


def texts_by_name(value: object) -> Mapping[str, str]:
    """An object whose members are all texts."""
    given = _object(value)
    wrong = list(_violations_of(given.items(), lambda key: some_text if key else _nameless))
    if wrong:
        raise WrongError(*wrong)
    return {str(key): str(text) for key, text in given.items()}


def _nameless(_: object) -> object:
    raise field_fault("its name is empty")


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise field_fault("must be an object with named fields")
    return value


def record(
    kind: Callable[..., _T], fields: Mapping[str, FieldReader], *required: str
) -> FieldReader:
    """Reads an object as a value of `kind`."""

    return lambda value: complete(kind, given_of(value, fields), required)


def complete(kind: Callable[..., _T], given: Mapping[str, Any], required: Sequence[str]) -> _T:
    """The value of `kind` that has what was `given`, if all that is required is."""
    missing = [name for name in required if name not in given]
    if missing:
        raise WrongError(*(Violation((), f"the field {name} is missing") for name in missing))
    return kind(**given)


def given_of(value: object, fields: Mapping[str, FieldReader]) -> dict[str, Any]:
    """What `value` has of `fields`, each read."""
    given = _object(value)
    try:
        return {name: fields[name](one) for name, one in given.items()}
    except (KeyError, WrongError):
        raise WrongError(
            *_violations_of(given.items(), lambda name: reader_of(fields, name))
        ) from None


def reader_of(fields: Mapping[str, Any], name: str) -> FieldReader:
    """The reader of the field `name`; for an unknown field, one that reports it."""
    if name in fields:
        reader: FieldReader = fields[name]
        return reader
    from difflib import get_close_matches  # noqa: PLC0415  rarely needed

    close = get_close_matches(name, fields, 1)
    meant = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(fields)}"

    def complain(_: object) -> object:
        raise field_fault(f"there is no such field{meant}")

    return complain


def _violations_of(
    values: Any,  # noqa: ANN401  pairs of any key and value
    of_key: Callable[[Any], FieldReader],
) -> Iterator[Violation]:
    """All that is wrong with `values`, which come with their keys."""
    for key, value in values:
        try:
            of_key(key)(value)
        except WrongError as wrong:
            yield from (one.below(key) for one in wrong.violations)


_one_by_one = list_of(some_text)


def _texts(value: object) -> tuple[str, ...]:
    """Reads a list of texts, of which a catalog has thousands."""
    if isinstance(value, list):
        try:
            if all(map(str.strip, value)):
                return tuple(value)
        except TypeError:
            pass  # which is told of each
    texts: tuple[str, ...] = _one_by_one(value)
    return texts


TEXTS = _texts
