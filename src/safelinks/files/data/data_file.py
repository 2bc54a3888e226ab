"""`Source`: the text of a data file, its data, the line of every value, and the text with changes.

It knows that a file is JSON or TOML, no more of either, and no files: text comes in, values go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from attrs import field

from safelinks.addresses.place import LineCounter
from safelinks.files.data.json_syntax import JSON_LANGUAGE
from safelinks.files.data.toml_syntax import TOML_LANGUAGE
from safelinks.files.data.value_edits import Add, Change, Insert, Replace, changed
from safelinks.files.data.value_tree import BOM, Language, Node, Path, find_node
from safelinks.foundation.values import frozen

__all__ = ["Add", "Change", "Insert", "Path", "Replace", "Source", "parse_json", "parse_toml"]


@frozen(eq=False)
class Source:
    """A data file: its `text`, and the `data` in it.

    Where values stand is found out when first asked for: a file without faults needs no lines.
    """

    text: str = field(repr=False)
    data: Mapping[str, object] = field(repr=False)
    name: str
    _language: Language = field(repr=False)

    def line(self, path: Path) -> int:
        """The line of the value at `path`, counted from 1, or of the nearest value around it.

        A table of TOML begins at its header.
        """
        node, _ = find_node(self._tree, path)
        return LineCounter(self.text).place(node.start)[0]

    def edited(self, changes: Iterable[Change]) -> str:
        """The text with `changes`, all else character for character as it was.

        All paths are those of `data`, before any change. Raises ValueError for changes that
        contradict each other or the data.
        """
        return changed(self.text, self._tree, self._language, changes)

    def with_text(self, text: str) -> Source:
        """This file with another `text`. Raises CatalogError if that cannot be parsed."""
        return _parsed(text, self.name, self._language)

    @cached_property
    def _tree(self) -> Node:
        return self._language.tree(self.text, len(self.text) - len(self.text.removeprefix(BOM)))


def _parsed(text: str, name: str, language: Language) -> Source:
    return Source(text, language.load(text.removeprefix(BOM), name), name, language)


def parse_json(text: str, name: str) -> Source:
    """The JSON `text` of the file `name`. Raises CatalogError, with the line of the fault."""
    return _parsed(text, name, JSON_LANGUAGE)


def parse_toml(text: str, name: str) -> Source:
    """The TOML `text` of the file `name`. Raises CatalogError, with the line of the fault."""
    return _parsed(text, name, TOML_LANGUAGE)
