"""Configuration files: their keys, each with its line, and values written as TOML.

It knows TOML, which file holds its keys where, and how to find the key that somebody meant. Which
keys there are, it is told; it must not know options, files or directories.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from attrs import field

from safelinks.addresses.printable import printable
from safelinks.errors import CatalogError, SetupError
from safelinks.files.data.data_file import parse_toml
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.files.data.data_file import Source

__all__ = [
    "TABULAR",
    "Configuration",
    "Tabular",
    "kind_of",
    "parse",
    "rows",
    "table_of",
    "verify_keys",
    "written_key",
    "written_toml",
]

# Where keys stand in a file of this name; in all others, they stand at the top.
_ROOTS: Mapping[str, tuple[str, ...]] = {"pyproject.toml": ("tool", "safelinks")}

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "a string"),
    (int, "a whole number"),
    (float, "a number"),
    (list, "a list"),
    (Mapping, "a table"),
)
_BARE = pattern_of(r"[A-Za-z0-9_-]+")
_OF_NO_TABLE = "check"  # the command whose settings are most of a file


@frozen
class Tabular:
    """How an option writes a row of a table: a name, `separator`, a value or `lists` of them."""

    separator: str
    lists: bool


# Keys that are tables of their own.
TABULAR: Mapping[str, Tabular] = {
    "per-file-ignores": Tabular(":", lists=True),
    "level": Tabular("=", lists=False),
}


@frozen(eq=False)
class Configuration:
    """What the file `name` says, by key; a key in a table is written with a dot.

    Where values stand is found out when first asked for.
    """

    name: str
    _values: Mapping[str, object] = field(repr=False)
    _text: str = field(repr=False)
    _root: tuple[str, ...]

    def get(self, key: str) -> object:
        """The value of `key`, None where there is none."""
        value: object = self._values
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def where(self, *path: str | int) -> str:
        """The place of what is at `path`, for people."""
        return f"{self.name}, line {self._source.line((*self._root, *path))}"

    @cached_property
    def _source(self) -> Source:
        return _source_of(self._text, self.name)

    def keys(self, tables: Collection[str]) -> Iterator[tuple[str, ...]]:
        """All keys, those in `tables` one by one. Raises SetupError where one of these is none."""
        for name, value in self._values.items():
            if name not in tables:
                yield (name,)
            elif isinstance(value, Mapping):
                yield from ((name, inner) for inner in value)
            else:
                where = self.where(name)
                raise SetupError(f"{where}: {name} must be a table, not {kind_of(value)}")


def parse(content: bytes, name: str) -> Configuration | None:
    """The configuration in a file; None where it holds none, as the pyproject.toml of others.

    Raises SetupError, with the line, where it is no TOML.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SetupError(f"{name}, line {line}: not UTF-8; save it as UTF-8") from None
    try:
        values: object = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        values = _source_of(text, name).data  # which knows how to say what is wrong
    root = _ROOTS.get(PurePath(name).name, ())
    if not root and isinstance(values, Mapping) and "tool" in values:
        root = _misplaced_root(values, name, text)
    elif root and isinstance(values, Mapping) and root[-1] in values:
        where = f"{name}, line {_source_of(text, name).line((root[-1],))}"
        raise SetupError(f"{where}: the table is [{'.'.join(root)}] here, not [{root[-1]}]")
    for at, part in enumerate(root):
        if not isinstance(values, Mapping):
            raise SetupError(f"{name}: {'.'.join(root[:at])} must be a table")
        if part not in values:
            return None
        values = values[part]
    if not isinstance(values, Mapping):
        raise SetupError(f"{name}: {'.'.join(root)} must be a table")
    return Configuration(name, values, text, root)


def _misplaced_root(values: Mapping[str, object], name: str, text: str) -> tuple[str, ...]:
    """Where the keys stand in a file of ours that is written as pyproject.toml is.

    Raises SetupError where keys stand beside that.
    """
    root = _ROOTS["pyproject.toml"]
    tools = values[root[0]]
    if len(values) == 1 and isinstance(tools, Mapping) and set(tools) == {root[1]}:
        return root
    where = f"{name}, line {_source_of(text, name).line((root[0],))}"
    raise SetupError(f"{where}: in this file, keys stand at the top, not in [{'.'.join(root)}]")


def _source_of(text: str, name: str) -> Source:
    """The places of all values. Raises SetupError, with the line, for what is no TOML."""
    try:
        return parse_toml(text, name)
    except CatalogError as error:
        raise SetupError(str(error)) from None


def verify_keys(
    configuration: Configuration,
    known: Collection[str],
    once: Collection[str],
    foreign: Callable[[str], str | None] = lambda _: None,
) -> None:
    """Raise SetupError for the first key that is not `known`, with the nearest that is.

    Those in `once` are no keys because they are for command lines alone; `foreign` knows what keys
    of other programs are called here.
    """
    paths = {tuple(key.split(".")) for key in known}
    for path in configuration.keys({path[0] for path in paths if len(path) > 1}):
        if path in paths:
            continue
        where, key = configuration.where(*path), ".".join(path)
        if path[0] in once:
            raise SetupError(f"{where}: {key} is for the command line only; remove it here")
        hint = foreign(path[-1]) or f"the nearest is {_nearest(path, known)}"
        if path[0] == _OF_NO_TABLE:
            hint = f"the settings of `{_OF_NO_TABLE}` stand at the top, in no table of their own"
        raise SetupError(f"{where}: unknown key {key}; {hint}")


def _nearest(path: tuple[str, ...], known: Collection[str]) -> str:
    """The known key that is most like `path`: of that name in any table, else the best spelled."""
    from difflib import get_close_matches  # noqa: PLC0415  rarely needed

    name = path[-1].replace("_", "-").lower()
    same = [key for key in sorted(known) if key.rpartition(".")[2] == name]
    return (same or get_close_matches(".".join(path), sorted(known), n=1, cutoff=0))[0]


def kind_of(value: object) -> str:
    """What kind of value that is, in words."""
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "a date or a time")


def rows(key: str, value: Mapping[str, object], configuration: Configuration) -> list[str]:
    """A table as an option has it: ``NAME:VALUE,VALUE``. Raises SetupError for other values."""
    found = []
    for name, inner in value.items():
        values = inner if isinstance(inner, list) else [inner]
        strings = [one for one in values if isinstance(one, str)]
        if len(strings) < len(values):
            where = configuration.where(key, name)
            raise SetupError(f"{where}: {key} of {name} must be a string or a list of strings")
        found.append(f"{name}{TABULAR[key].separator}{','.join(strings)}")
    return found


def table_of(key: str, given: Iterable[str]) -> Mapping[str, str | list[str]]:
    """The other way round: what stands in the table, by name."""
    form = TABULAR[key]
    found: dict[str, list[str]] = {}
    for row in given:
        name, _, values = row.rpartition(form.separator)
        found.setdefault(name, []).extend(values.split(","))
    return {name: values if form.lists else values[-1] for name, values in found.items()}


def written_toml(value: object) -> str:
    """`value` in TOML, on one line; what must not reach a terminal is escaped.

    >>> written_toml(["a", "b\\x1b"])
    '["a", "b\\\\u001b"]'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written_toml, value))}]"
    return "".join(map(_shown, json.dumps(str(value), ensure_ascii=False)))


def _shown(char: str) -> str:
    """A character within a string; TOML has no way to write half of a surrogate pair."""
    if printable(char) == char:
        return char
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def written_key(name: str) -> str:
    """A key in TOML."""
    return name if _BARE.fullmatch(name) else written_toml(name)
