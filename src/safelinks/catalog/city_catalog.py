"""The catalog of the City of New York as it comes: tables, and entries that are read when met.

The tables stand in a file beside the entries, with where in their files these begin and end; both
are as the entries would give them, which a test holds. Where an entry was changed since, the file
says so, and everything is read and made anew.
"""

from __future__ import annotations

import json
from binascii import crc32
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

from attrs import field

from safelinks.catalog import catalog_files
from safelinks.catalog.catalog_files import FEDERAL_LIST, NYC, packaged
from safelinks.catalog.catalog_layers import Layers
from safelinks.catalog.catalog_tables import AddressTables, BodyTables
from safelinks.catalog.entries import Agency, Contents, Resource
from safelinks.catalog.entry_readers import read_agency, read_contents, read_resource
from safelinks.catalog.lookalikes.protected_names import ProtectedNames
from safelinks.errors import CatalogError
from safelinks.foundation.values import define

__all__ = ["TABLES_FILE", "EntriesOnDemand", "checksum", "city_layers"]

TABLES_FILE = "nyc-tables.json"
_Entry = TypeVar("_Entry", Resource, Agency)


@define(eq=False)
class EntriesOnDemand(Mapping[str, _Entry], Generic[_Entry]):
    """Entries by their ids, each read from its place in a file when it is first asked for."""

    file: bytes = field(repr=False)
    places: Mapping[str, tuple[int, int]]
    read: Callable[[object], _Entry]
    _known: dict[str, _Entry] = field(factory=dict, init=False, repr=False)

    def __getitem__(self, name: str) -> _Entry:
        entry = self._known.get(name)
        if entry is None:
            begin, end = self.places[name]
            entry = self._known[name] = self.read(json.loads(self.file[begin:end]))
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, name: object) -> bool:
        return name in self.places


def checksum(*files: bytes) -> int:
    """What tells that nothing in `files` has changed."""
    return crc32(b"\0".join(files))


def city_layers() -> Layers:
    """The catalog of the City of New York; of its entries, nothing is read yet.

    Raises CatalogError where a file of it is missing or damaged.
    """
    try:
        return _read_layers()
    except (OSError, ValueError, LookupError, TypeError) as error:  # whatever is in the tables
        why = f"{type(error).__name__}: {error}"
        raise CatalogError(f"the built-in catalog is damaged ({why}): reinstall it") from error


def _read_layers() -> Layers:
    files = [packaged(name).read_bytes() for name in (*NYC, FEDERAL_LIST)]
    data = json.loads(packaged(TABLES_FILE).read_bytes())
    if data["checksum"] != checksum(*files):
        from safelinks.catalog.layering import layers_of  # noqa: PLC0415  as it comes, it is not needed

        return layers_of(catalog_files.nyc())
    resources, agencies, conventions, _ = files
    entries = EntriesOnDemand(resources, data["resources"], read_resource)
    bodies = EntriesOnDemand(agencies, data["agencies"], _read_body)
    rest, _ = read_contents(json.loads(conventions))
    return Layers(
        entries,
        bodies,
        rest.host_aliases,
        rest.conventions,
        BodyTables(**data["bodies"]),
        AddressTables(**_with_sets(data["addresses"])),
        partial(data.__getitem__, "names"),
        partial(ProtectedNames, **_with_sets(data["protected"])),
        partial(_contents, entries, bodies, rest),
    )


def _with_sets(tables: Mapping[str, Any]) -> dict[str, Any]:
    """`tables` with sets for lists, which is how JSON has them."""
    return {name: frozenset(one) if isinstance(one, list) else one for name, one in tables.items()}


def _read_body(value: object) -> Agency:
    return catalog_files.with_listed_domains(read_agency(value))


def _contents(
    resources: Mapping[str, Resource], agencies: Mapping[str, Agency], rest: Contents
) -> tuple[Contents]:
    """All contents, with every entry."""
    return (
        Contents(
            tuple(resources.values()),
            tuple(agencies.values()),
            rest.host_aliases,
            rest.conventions,
            catalog_files.KEYWORDS,
        ),
    )
