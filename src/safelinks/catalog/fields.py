"""Fields: what a value in a catalog file may be, and every way in which it is not.

It knows kinds of values and how their faults are told, not which fields there are. A reader takes a
value as JSON or TOML have it, and gives what the catalog holds; or raises WrongError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from attrs import frozen

__all__ = [
    "TEXTS",
    "Path",
    "Reader",
    "Violation",
    "WrongError",
    "complete",
    "day",
    "fault",
    "flag",
    "given_of",
    "list_of",
    "one_of",
    "or_null",
    "parameter",
    "reader_of",
    "record",
    "status_code",
    "text",
    "texts_by_name",
    "told",
    "words",
]  # fmt: skip

T = TypeVar("T")
Path = tuple[str | int, ...]
Reader = Callable[[object], Any]


@frozen
class Violation:
    """What is wrong in a catalog, and at which key of its data: ``("resources", 3, "url")``."""

    path: Path
    message: str

    def below(self, *path: str | int) -> Violation:
        """The same, of a value that is a part of another."""
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


def fault(message: str) -> WrongError:
    """What to raise for one value, with what it must be."""
    return WrongError(Violation((), message))


def text(value: object) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise fault("this must be text in quotes, and not empty")
    return value


def words(value: object) -> str:
    """Text, which may be empty."""
    if not isinstance(value, str):
        raise fault("this must be text in quotes")
    return value


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise fault("this must be true or false")
    return value


def status_code(value: object) -> int:
    """A status code of HTTP."""
    if not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 599:
        raise fault("this must be a status code of HTTP, a number from 100 to 599")
    return value


def day(value: object) -> str:
    """A date, as ISO 8601 writes it."""
    if isinstance(value, date):  # TOML has dates of its own
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(text(value)).isoformat()
    except (ValueError, WrongError):
        raise fault('this must be a date such as "2026-11-22"') from None


def parameter(value: object) -> str | bool:
    """The name of a query parameter, or whether there is one that nobody knows."""
    if isinstance(value, bool) or (isinstance(value, str) and value.strip()):
        return value
    raise fault("this must be the name of a query parameter in quotes, or true")


def one_of(kind: type[StrEnum]) -> Reader:
    """Reads the values of an enum."""
    known = {str(one): one for one in kind}

    def read_one(value: object) -> StrEnum:
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            raise fault(f"this must be one of {', '.join(known)}")
        return found

    return read_one


def or_null(reader: Reader) -> Reader:
    """Reads null, too."""
    return lambda value: None if value is None else reader(value)


def list_of(reader: Reader) -> Reader:
    """Reads a list, and tells of all that is wrong in it."""

    def read_list(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise fault("this must be a list in square brackets")
        try:
            return tuple(map(reader, value))
        except WrongError:
            raise WrongError(*_violations_of(enumerate(value), lambda _: reader)) from None

    return read_list


def texts_by_name(value: object) -> Mapping[str, str]:
    """An object whose members are all texts."""
    given = _object(value)
    wrong = list(_violations_of(given.items(), lambda key: text if key else _nameless))
    if wrong:
        raise WrongError(*wrong)
    return {str(key): str(text) for key, text in given.items()}


def _nameless(_: object) -> object:
    raise fault("the name of this is empty")


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise fault("this must be an object with named fields")
    return value


def record(kind: Callable[..., T], fields: Mapping[str, Reader], *required: str) -> Reader:
    """Reads an object as a value of `kind`."""

    return lambda value: complete(kind, given_of(value, fields), required)


def complete(kind: Callable[..., T], given: Mapping[str, Any], required: Sequence[str]) -> T:
    """The value of `kind` that has what was `given`, if all that is required is."""
    missing = [name for name in required if name not in given]
    if missing:
        raise WrongError(*(Violation((), f"the field {name} is missing") for name in missing))
    return kind(**given)


def given_of(value: object, fields: Mapping[str, Reader]) -> dict[str, Any]:
    """What `value` has of `fields`, each read."""
    given = _object(value)
    try:
        return {name: fields[name](one) for name, one in given.items()}
    except (KeyError, WrongError):
        raise WrongError(
            *_violations_of(given.items(), lambda name: reader_of(fields, name))
        ) from None


def reader_of(fields: Mapping[str, Any], name: str) -> Reader:
    """Who reads the field `name`; of one that there is not, who complains."""
    if name in fields:
        reader: Reader = fields[name]
        return reader
    close = get_close_matches(name, fields, 1)
    meant = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(fields)}"

    def complain(_: object) -> object:
        raise fault(f"there is no such field{meant}")

    return complain


def _violations_of(
    values: Any,  # noqa: ANN401  pairs of any key and value
    of_key: Callable[[Any], Reader],
) -> Iterator[Violation]:
    """All that is wrong with `values`, which come with their keys."""
    for key, value in values:
        try:
            of_key(key)(value)
        except WrongError as wrong:
            yield from (one.below(key) for one in wrong.violations)


TEXTS = list_of(text)
