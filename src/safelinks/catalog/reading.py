"""From the data of a catalog file to values: which fields there are, and what each may hold.

It knows one entry at a time, not whether entries fit together, and no files. One table a value; the
JSON Schema in `data/catalog.schema.json` says the same for other programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from attrs import evolve, frozen

from safelinks.catalog.model import (
    Agency,
    Confidence,
    Contact,
    Contents,
    HealthHints,
    HostAlias,
    HostNumber,
    Identifier,
    MatchKind,
    MatchRule,
    OpenSuffix,
    PathName,
    Resource,
    Scheme,
    SlugPath,
    Status,
)

__all__ = ["Path", "Violation", "read", "told"]

T = TypeVar("T")
Path = tuple[str | int, ...]
Reader = Callable[[object], Any]
_ABOUT_THE_FILE = ("$schema", "schema", "generated", "note")


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


class _WrongError(Exception):
    """A value that is not what its field holds."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__(violations)
        self.violations = violations


def _wrong(message: str) -> _WrongError:
    return _WrongError(Violation((), message))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong("this must be text in quotes, and not empty")
    return value


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise _wrong("this must be text in quotes")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong("this must be true or false")
    return value


def _status_code(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 599:
        raise _wrong("this must be a status code of HTTP, a number from 100 to 599")
    return value


def _date(value: object) -> str:
    if isinstance(value, date):  # TOML has dates of its own
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(_text(value)).isoformat()
    except (ValueError, _WrongError):
        raise _wrong('this must be a date such as "2026-11-22"') from None


def _unwrap(value: object) -> str | bool:
    return value if isinstance(value, bool) else _text(value)


def _one_of(kind: type[StrEnum]) -> Reader:
    known = {str(one): one for one in kind}

    def read_one(value: object) -> StrEnum:
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            raise _wrong(f"this must be one of {', '.join(known)}")
        return found

    return read_one


def _or_null(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _list(reader: Reader) -> Reader:
    def read_list(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong("this must be a list in square brackets")
        try:
            return tuple(map(reader, value))
        except _WrongError:
            raise _WrongError(*_violations_of(enumerate(value), lambda _: reader)) from None

    return read_list


def _map(value: object) -> Mapping[str, str]:
    given = _object(value)
    wrong = list(_violations_of(given.items(), lambda _: _text))
    if wrong:
        raise _WrongError(*wrong)
    return {str(key): str(text) for key, text in given.items()}


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _wrong("this must be an object with named fields")
    return value


def _record(kind: Callable[..., T], fields: Mapping[str, Reader], *required: str) -> Reader:
    """Reads an object as a value of `kind`."""

    def read_record(value: object) -> T:
        given = _given(value, fields)
        missing = [name for name in required if name not in given]
        if missing:
            raise _WrongError(*(Violation((), f"the field {name} is missing") for name in missing))
        return kind(**given)

    return read_record


def _given(value: object, fields: Mapping[str, Reader]) -> dict[str, Any]:
    """What `value` has of `fields`, each read."""
    given = _object(value)
    try:
        return {name: fields[name](one) for name, one in given.items()}
    except (KeyError, _WrongError):
        raise _WrongError(
            *_violations_of(given.items(), lambda name: _field(fields, name))
        ) from None


def _field(fields: Mapping[str, Any], name: str) -> Reader:
    """Who reads the field `name`; of one that there is not, who complains."""
    if name in fields:
        reader: Reader = fields[name]
        return reader
    close = get_close_matches(name, fields, 1)
    meant = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(fields)}"

    def complain(_: object) -> object:
        raise _wrong(f"there is no such field{meant}")

    return complain


def _violations_of(
    values: Any,  # noqa: ANN401  pairs of any key and value
    reader_of: Callable[[Any], Reader],
) -> Iterator[Violation]:
    """All that is wrong with `values`, which come with their keys."""
    for key, value in values:
        try:
            reader_of(key)(value)
        except _WrongError as wrong:
            yield from (one.below(key) for one in wrong.violations)


_TEXTS = _list(_text)
_MATCH = _record(MatchRule, {"kind": _one_of(MatchKind), "value": _text}, "kind", "value")
_IDENTIFIER = _record(
    Identifier,
    {"label": _text, "scheme": _one_of(Scheme), "parameter": _text, "pattern": _text},
    "label",
    "scheme",
)
_CONTACT = _record(
    Contact,
    {
        "type": _text,
        "value": _text,
        "label": _or_null(_text),
        "source": _or_null(_text),
        "confidence": _or_null(_one_of(Confidence)),
    },
    "type",
    "value",
)
_HEALTH = _record(
    HealthHints,
    {
        "head_unreliable": _flag,
        "blocks_bots": _flag,
        "expect_status": _list(_status_code),
        "soft_404": _TEXTS,
        "trailing_slash": _or_null(_text),
    },
)
_RESOURCE: Mapping[str, Reader] = {
    "id": _text,
    "name": _text,
    "aliases": _TEXTS,
    "agency": _text,
    "category": _text,
    "audience": _TEXTS,
    "url": _or_null(_text),
    "short_urls": _TEXTS,
    "former_urls": _TEXTS,
    "match": _list(_MATCH),
    "identifiers": _list(_IDENTIFIER),
    "contacts": _list(_CONTACT),
    "description": _words,
    "sources": _TEXTS,
    "as_of": _or_null(_date),
    "confidence": _one_of(Confidence),
    "status": _or_null(_one_of(Status)),
    "successor": _or_null(_text),
    "parent": _or_null(_text),
    "socrata_id": _or_null(_text),
    "examples": _TEXTS,
    "health": _or_null(_HEALTH),
    "unwrap": _or_null(_unwrap),
    "sign_in": _flag,
    "note": _or_null(_text),
}
_AGENCY: Mapping[str, Reader] = {
    "code": _or_null(_text),
    "code_lead": _flag,
    "acronym": _text,
    "name": _text,
    "former_names": _TEXTS,
    "former_acronyms": _TEXTS,
    "kind": _words,
    "status": _text,
    "url": _or_null(_text),
    "slugs": _TEXTS,
    "slug_paths": _list(_record(SlugPath, {"slug": _text, "under": _text}, "slug", "under")),
    "slug_pattern": _or_null(_text),
    "domains": _TEXTS,
    "owns": _TEXTS,
    "host_prefixes": _TEXTS,
    "email_domains": _TEXTS,
    "other_codes": _map,
    "goid": _or_null(_text),
    "acronym_from": _or_null(_text),
    "sources": _TEXTS,
    "as_of": _or_null(_date),
    "note": _or_null(_text),
}
_CONVENTIONS: Mapping[str, Reader] = {
    "host_number": _or_null(
        _record(HostNumber, {"pattern": _text, "below": _TEXTS}, "pattern", "below")
    ),
    "path_name": _or_null(
        _record(PathName, {"hosts": _TEXTS, "folders": _TEXTS}, "hosts", "folders")
    ),
    "subdomains_of": _TEXTS,
    "open_suffixes": _list(_record(OpenSuffix, {"suffix": _text, "note": _text}, "suffix", "note")),
}
_HOST_ALIAS = _record(
    HostAlias, {"hosts": _TEXTS, "same_as": _text, "except_below": _TEXTS}, "hosts", "same_as"
)


def read(
    data: Mapping[str, object], base: Contents | None = None
) -> tuple[Contents, list[Violation]]:
    """What is in `data`, the top of a catalog file, and what of it cannot be read.

    Of an entry that `base` has, too (by its id or acronym), only the fields that differ need to be
    given.
    """
    base = base or Contents()
    contents, wrong = Contents(conventions=base.conventions), []
    for name, value in data.items():
        section = _SECTIONS.get(name)
        try:
            if section is not None:
                contents = evolve(contents, **{name: section(value, base)})
            elif name not in _ABOUT_THE_FILE:
                _field(_SECTIONS, name)(value)
        except _WrongError as error:
            wrong += [one.below(name) for one in error.violations]
    return contents, wrong


_Section = Callable[[object, Contents], Any]


def _entries(
    kind: Callable[..., Any],
    fields: Mapping[str, Reader],
    required: tuple[str, ...],
    known: Callable[[Contents], Mapping[str, Any]],
) -> _Section:
    """Reads a list of entries, whose first `required` field is their key."""
    key = required[0]

    def read_entries(value: object, base: Contents) -> tuple[Any, ...]:
        of_base = known(base)
        seen: set[str] = set()

        def read_entry(value: object) -> Any:  # noqa: ANN401  of `kind`
            given = _given(value, fields)
            name = str(given.get(key))
            if name in seen:
                raise _WrongError(Violation((key,), f"there is another entry of the {key} {name}"))
            seen.add(name)
            if name in of_base:
                return evolve(of_base[name], **given)
            missing = [name for name in required if name not in given]
            if missing:
                raise _WrongError(
                    *(Violation((), f"the field {one} is missing") for one in missing)
                )
            return kind(**given)

        if not isinstance(value, list):
            raise _wrong("this must be a list of objects")
        entries, wrong = [], []
        for number, one in enumerate(value):
            try:
                entries.append(read_entry(one))
            except _WrongError as error:
                wrong += [violation.below(number) for violation in error.violations]
        if wrong:
            raise _WrongError(*wrong)
        return tuple(entries)

    return read_entries


_SECTIONS: Mapping[str, _Section] = {
    "resources": _entries(
        Resource,
        _RESOURCE,
        ("id", "name", "agency", "sources"),
        lambda base: {entry.id: entry for entry in base.resources},
    ),
    "agencies": _entries(
        Agency,
        _AGENCY,
        ("acronym", "name"),
        lambda base: {entry.acronym: entry for entry in base.agencies},
    ),
    "host_aliases": lambda value, _: _list(_HOST_ALIAS)(value),
    "conventions": lambda value, base: evolve(base.conventions, **_given(value, _CONVENTIONS)),
}
