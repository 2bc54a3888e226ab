"""Where the values of a data file stand: a tree for JSON and TOML, and how to read it.

It knows brackets, commas, keys and offsets; a `Language` says how these are written. The text must
be valid, as a parser has found before. It must not know what a value means, or change any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from attrs import Factory

from safelinks.addresses.place import LineCounter
from safelinks.errors import CatalogError
from safelinks.foundation.values import define, frozen

__all__ = [
    "BOM",
    "DoubledKeyError",
    "Grammar",
    "Language",
    "Node",
    "Path",
    "Slot",
    "WrittenKey",
    "fault_at",
    "find_node",
    "read_key",
    "read_value",
]

Path = tuple[str | int, ...]
BOM = "\ufeff"


@frozen(eq=False)
class WrittenKey:
    """A key as written from `start`, its last part ``text[name:end]``: keys may have several.

    `inside` are the brackets that it stands in, None where it begins a line of its own in TOML.
    """

    start: int
    name: int
    end: int
    inside: Node | None


@define(eq=False)
class Node:
    """A value at ``text[start:end]``; `comma` is the last one directly within it, or -1.

    `opening` is its first character. It is empty for TOML's tables and for what dotted keys imply,
    ``[[`` for arrays of tables: they have a place, but are not written in one piece.
    """

    start: int
    end: int
    opening: str = ""
    key: WrittenKey | None = None
    children: dict[str | int, Node] = Factory(dict)
    comma: int = -1

    @property
    def whole(self) -> bool:
        """Whether ``text[start:end]`` is all of it."""
        return self.opening not in ("", "[[")

    @property
    def entry(self) -> int:
        """Where it begins together with its key."""
        return self.key.start if self.key else self.start


@frozen(eq=False)
class Slot:
    """Where a value that is to be read belongs."""

    holder: Node
    name: str | int
    key: WrittenKey | None = None


@frozen
class Grammar:
    """How a language writes what stands between values, scalars, and keys."""

    gap: re.Pattern[str]
    scalar: re.Pattern[str]
    part: re.Pattern[str]
    dot: re.Pattern[str]
    assign: re.Pattern[str]
    name: Callable[[str], str]


@frozen
class Language:
    """How a language is read and written.

    `load` takes a text without byte order mark and the file's name; `tree` a text, and where in it
    to begin. `quote` writes a string as one of the file's text, and like another one as written.
    `unit` and `spread` are how lists are written where a file shows no habit of its own.
    """

    load: Callable[[str, str], Mapping[str, object]]
    tree: Callable[[str, int], Node]
    quote: Callable[[str, str, str], str]
    key: Callable[[str, str], str]
    unit: str
    spread: bool


class DoubledKeyError(ValueError):
    """A key that its object has already, at `offset`."""

    def __init__(self, name: str, offset: int) -> None:
        super().__init__(name)
        self.name, self.offset = name, offset


def fault_at(name: str, text: str, offset: int, sentence: str) -> CatalogError:
    """The error that `sentence` tells about `offset` of the file `name`."""
    line, column = LineCounter(text).place(offset)
    return CatalogError(f"{name}, line {line}, column {column}: {sentence}")


def find_node(root: Node, path: Path) -> tuple[Node, bool]:
    """The node at `path`, or of the nearest value around it; and whether it is at `path`."""
    node = root
    for step in path:
        child = node.children.get(step)
        if child is None:
            return node, False
        node = child
    return node, True


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    if match is None:
        raise AssertionError(f"offset {at} of the text is not what its parser took it for")
    return match.end()


def read_key(text: str, at: int, grammar: Grammar) -> tuple[list[tuple[str, int, int]], int]:
    """The parts of the key at `at`, each with its span, and where the key ends."""
    parts: list[tuple[str, int, int]] = []
    while True:
        end = _behind(grammar.part, text, at)
        parts.append((grammar.name(text[at:end]), at, end))
        dot = grammar.dot.match(text, end)
        if dot is None:
            return parts, end
        at = dot.end()


def read_value(text: str, at: int, grammar: Grammar, first: Slot) -> int:
    """Read the value behind `at` into its slot, and all within it; returns where it ends.

    It keeps its own stack, for values may be nested as deep as their parser allows.
    """
    opened: list[Node] = []
    slot: Slot | None = first
    while True:
        at = _behind(grammar.gap, text, at)
        char = text[at]
        if char == ",":
            opened[-1].comma = at
            at += 1
        elif char in "]}":
            at += 1
            opened.pop().end = at
        elif slot is None and opened[-1].opening == "{":
            slot, at = _member(text, at, grammar, opened[-1])
        else:
            slot = slot or Slot(opened[-1], len(opened[-1].children))
            node = slot.holder.children[slot.name] = Node(at, at + 1, char, slot.key)
            slot = None
            if char in "[{":
                opened.append(node)
                at += 1
            else:
                node.end = at = _behind(grammar.scalar, text, at)
        if not opened:
            return at


def _member(text: str, at: int, grammar: Grammar, inside: Node) -> tuple[Slot, int]:
    """The slot of the member whose key is at `at`, and the offset behind the key."""
    (*outer, (name, start, end)), behind = read_key(text, at, grammar)
    holder = inside
    for part, part_start, part_end in outer:
        holder = holder.children.setdefault(part, Node(part_start, part_end))
    if name in holder.children:
        raise DoubledKeyError(name, start)
    slot = Slot(holder, name, WrittenKey(at, start, end, inside))
    return slot, _behind(grammar.assign, text, behind)
