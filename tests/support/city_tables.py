"""The tables of the City's catalog as a file: what its entries give.

Run as a program, this writes the file; a test holds it against what comes out now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from safelinks.catalog.catalog_files import FEDERAL_LIST, NYC, nyc, packaged
from safelinks.catalog.city_catalog import TABLES_FILE, checksum
from safelinks.catalog.layering import layers_of


def city_tables() -> str:
    """The text of the whole file, a table a line, so that a change can be seen."""
    files = [packaged(name).read_bytes() for name in (*NYC, FEDERAL_LIST)]
    layers = layers_of(nyc())
    data = {
        "checksum": checksum(*files),
        "resources": dict(_places(files[0].decode(), "id")),
        "agencies": dict(_places(files[1].decode(), "acronym")),
        "bodies": _given(layers.body_tables),
        "addresses": _given(layers.address_tables),
        "names": layers.names,
        "protected": _given(layers.protected),
    }
    return f"{{\n{_members(data)}\n}}\n"


def _given(value: attrs.AttrsInstance) -> dict[str, Any]:
    """What `value` was made with."""
    given = {one.name: getattr(value, one.name) for one in attrs.fields(type(value)) if one.init}
    return {name: sorted(one) if isinstance(one, frozenset) else one for name, one in given.items()}


def _members(data: Mapping[str, object], level: int = 0) -> str:
    rows = (f"{json.dumps(name)}:{_value(one, name, level)}" for name, one in data.items())
    return ",\n".join(rows)


def _value(value: object, name: str, level: int) -> str:
    if not level and name in ("bodies", "addresses", "protected") and isinstance(value, dict):
        return f"{{\n{_members(value, 1)}\n}}"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _places(text: str, key: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where in the bytes of a file each entry of its only list of objects begins and ends."""
    read = json.JSONDecoder().raw_decode
    at = text.index("[\n  {")
    byte = len(text[:at].encode())
    while (begin := text.find("{", at)) >= 0:
        entry, end = read(text, begin)
        first = byte + len(text[at:begin].encode())
        byte = first + len(text[begin:end].encode())
        yield entry[key], (first, byte)
        at = end


if __name__ == "__main__":
    packaged(TABLES_FILE).write_text(city_tables(), "utf-8", newline="\n")
