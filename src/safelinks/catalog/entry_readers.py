"""From the data of a catalog file to values: which fields there are, and what each may hold.

It knows one entry at a time, not whether entries fit together, and no files. One table a value; the
JSON Schema in `data/catalog.schema.json` says the same for other programs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from safelinks.catalog.entries import (
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
    Observation,
    OpenSuffix,
    PathName,
    Resource,
    Scheme,
    SlugPath,
    Status,
)
from safelinks.catalog.field_readers import (
    TEXTS,
    FieldReader,
    Violation,
    WrongError,
    any_text,
    boolean,
    complete,
    day,
    field_fault,
    given_of,
    list_of,
    one_of,
    or_null,
    parameter_name,
    reader_of,
    record,
    some_text,
    status_code,
    texts_by_name,
)

__all__ = ["read_agency", "read_contents", "read_resource"]

_ABOUT_THE_FILE = ("$schema", "schema", "generated", "note")
_MATCH = record(
    MatchRule,
    {"kind": one_of(MatchKind), "value": some_text, "former": boolean},
    "kind",
    "value",
)
_IDENTIFIER = record(
    Identifier,
    {"label": some_text, "scheme": one_of(Scheme), "parameter": some_text, "pattern": some_text},
    "label",
    "scheme",
)
_OBSERVATION = record(Observation, {"by": some_text, "on": or_null(day), "own": boolean}, "by")
_CONTACT = record(
    Contact,
    {
        "type": some_text,
        "value": some_text,
        "label": or_null(some_text),
        "source": or_null(some_text),
        "confidence": or_null(one_of(Confidence)),
    },
    "type",
    "value",
)
_HEALTH = record(
    HealthHints,
    {
        "head_unreliable": boolean,
        "blocks_bots": boolean,
        "expect_status": list_of(status_code),
        "soft_404": TEXTS,
        "trailing_slash": or_null(some_text),
    },
)
_RESOURCE: Mapping[str, FieldReader] = {
    "id": some_text,
    "name": some_text,
    "aliases": TEXTS,
    "keywords": TEXTS,
    "agency": some_text,
    "category": some_text,
    "audience": TEXTS,
    "url": or_null(some_text),
    "short_urls": TEXTS,
    "former_urls": TEXTS,
    "match": list_of(_MATCH),
    "identifiers": list_of(_IDENTIFIER),
    "contacts": list_of(_CONTACT),
    "description": any_text,
    "sources": TEXTS,
    "seen": list_of(_OBSERVATION),
    "as_of": or_null(day),
    "confidence": one_of(Confidence),
    "status": or_null(one_of(Status)),
    "successor": or_null(some_text),
    "parent": or_null(some_text),
    "socrata_id": or_null(some_text),
    "examples": TEXTS,
    "health": or_null(_HEALTH),
    "unwrap": or_null(parameter_name),
    "sign_in": boolean,
    "note": or_null(some_text),
}
_AGENCY: Mapping[str, FieldReader] = {
    "code": or_null(some_text),
    "code_lead": boolean,
    "acronym": some_text,
    "name": some_text,
    "former_names": TEXTS,
    "former_acronyms": TEXTS,
    "kind": any_text,
    "status": some_text,
    "url": or_null(some_text),
    "slugs": TEXTS,
    "slug_paths": list_of(
        record(SlugPath, {"slug": some_text, "under": some_text}, "slug", "under")
    ),
    "slug_pattern": or_null(some_text),
    "domains": TEXTS,
    "whole_domains": TEXTS,
    "owns": TEXTS,
    "prefixes": TEXTS,
    "host_prefixes": TEXTS,
    "email_domains": TEXTS,
    "other_codes": texts_by_name,
    "goid": or_null(some_text),
    "acronym_from": or_null(some_text),
    "sources": TEXTS,
    "as_of": or_null(day),
    "note": or_null(some_text),
}
_NEEDED_OF_RESOURCES = ("id", "name", "agency", "sources")
_NEEDED_OF_AGENCIES = ("acronym", "name")


def read_resource(value: object) -> Resource:
    """One resource, all of it. Raises WrongError."""
    return complete(Resource, given_of(value, _RESOURCE), _NEEDED_OF_RESOURCES)


def read_agency(value: object) -> Agency:
    """One body, all of it. Raises WrongError."""
    return complete(Agency, given_of(value, _AGENCY), _NEEDED_OF_AGENCIES)


_CONVENTIONS: Mapping[str, FieldReader] = {
    "host_number": or_null(
        record(
            HostNumber,
            {"pattern": some_text, "below": TEXTS, "shared": TEXTS},
            "pattern",
            "below",
        )
    ),
    "path_name": or_null(
        record(
            PathName,
            {"hosts": TEXTS, "folders": TEXTS, "elsewhere": or_null(some_text), "words": TEXTS},
            "hosts",
            "folders",
        )
    ),
    "subdomains_of": TEXTS,
    "shared_hosts": TEXTS,
    "open_suffixes": list_of(
        record(OpenSuffix, {"suffix": some_text, "note": some_text}, "suffix", "note")
    ),
}
_HOST_ALIAS = record(
    HostAlias, {"hosts": TEXTS, "same_as": some_text, "except_below": TEXTS}, "hosts", "same_as"
)


def read_contents(
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
                reader_of(_SECTIONS, name)(value)
        except WrongError as error:
            wrong += [one.below(name) for one in error.violations]
    return contents, wrong


_Section = Callable[[object, Contents], Any]


def _entries(
    kind: Callable[..., Any],
    fields: Mapping[str, FieldReader],
    required: tuple[str, ...],
    known: Callable[[Contents], Mapping[str, Any]],
) -> _Section:
    """Reads a list of entries, whose first `required` field is their key."""
    key = required[0]

    def read_entries(value: object, base: Contents) -> tuple[Any, ...]:
        of_base = known(base)
        seen: set[str] = set()

        def read_entry(value: object) -> Any:  # noqa: ANN401  of `kind`
            given = given_of(value, fields)
            name = str(given.get(key))
            if name in seen:
                raise WrongError(Violation((key,), f"there is another entry with the {key} {name}"))
            seen.add(name)
            if name in of_base:
                return evolve(of_base[name], **given)
            return complete(kind, given, required)

        if not isinstance(value, list):
            raise field_fault(
                "must be a list of objects; in TOML, each begins with [[two brackets]]"
            )
        entries, wrong = [], []
        for number, one in enumerate(value):
            try:
                entries.append(read_entry(one))
            except WrongError as error:
                wrong += [violation.below(number) for violation in error.violations]
        if wrong:
            raise WrongError(*wrong)
        return tuple(entries)

    return read_entries


_SECTIONS: Mapping[str, _Section] = {
    "resources": _entries(
        Resource,
        _RESOURCE,
        _NEEDED_OF_RESOURCES,
        lambda base: {entry.id: entry for entry in base.resources},
    ),
    "agencies": _entries(
        Agency,
        _AGENCY,
        _NEEDED_OF_AGENCIES,
        lambda base: {entry.acronym: entry for entry in base.agencies},
    ),
    "host_aliases": lambda value, _: list_of(_HOST_ALIAS)(value),
    "conventions": lambda value, base: evolve(base.conventions, **given_of(value, _CONVENTIONS)),
}
