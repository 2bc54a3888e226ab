"""TOML as a language of data files (toml.io, 1.0): loading, places, strings.

It knows statements, headers, dotted keys and the four kinds of strings. It must not know catalogs.

Why our own: tomllib gives no lines, and tomlkit none for values; both are needed to say where a
fault is, and to change one value and leave the rest.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping

from safelinks.errors import CatalogError
from safelinks.files.data.value_tree import (
    Grammar,
    Language,
    Node,
    Slot,
    WrittenKey,
    fault_at,
    read_key,
    read_value,
)
from safelinks.foundation.patterns import pattern_of

__all__ = ["TOML_LANGUAGE"]

_BASIC, _LITERAL = r'"(?:[^"\\\n]++|\\.)*+"', r"'[^'\n]*+'"
# Up to two quotes may stand right before the three that close.
_LONG_BASIC = r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'
_LONG_LITERAL = r"'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
_DATE_AND_TIME = r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]++"
_BARE_KEY = r"[A-Za-z0-9_-]++"


def _name(written: str) -> str:
    if written[0] == '"' and "\\" in written:
        return str(tomllib.loads(f"name = {written}")["name"])
    return written[1:-1] if written[0] in "\"'" else written


_GRAMMAR = Grammar(
    gap=pattern_of(r"(?:[ \t\r\n]++|#[^\n]*+)*+"),
    scalar=pattern_of(
        rf"{_LONG_BASIC}|{_LONG_LITERAL}|{_BASIC}|{_LITERAL}|{_DATE_AND_TIME}|[^\s,\]}}#]++",
        re.DOTALL,
    ),
    part=pattern_of(rf"{_BARE_KEY}|{_BASIC}|{_LITERAL}"),
    dot=pattern_of(r"[ \t]*+\.[ \t]*+"),
    assign=pattern_of(r"[ \t]*+="),
    name=_name,
)
_HEADER = pattern_of(r"(\[\[?)[ \t]*+")
_BEHIND_KEY = pattern_of(r"[ \t]*+(?:=|\]\]?)")

_PLACE = pattern_of(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def _load(text: str, name: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise CatalogError(f"{name}: values are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise _fault(name, text, str(error)) from None
    except ValueError:  # the interpreter's limit
        raise CatalogError(f"{name}: a number has too many digits; write it as a string") from None


def _fault(name: str, text: str, message: str) -> CatalogError:
    place = _PLACE.search(message)
    sentence = message[: place.start()] if place else message
    sentence = f"{sentence[:1].lower()}{sentence[1:]}; correct the TOML"
    if place and place[1]:
        return CatalogError(f"{name}, line {place[1]}, column {place[2]}: {sentence}")
    return fault_at(name, text, len(text), sentence)


def _tree(text: str, at: int) -> Node:
    root = table = Node(at, len(text))
    while (at := _end(_GRAMMAR.gap, text, at)) < len(text):
        start = at
        header = _HEADER.match(text, at)
        parts, end = read_key(text, header.end() if header else at, _GRAMMAR)
        at = _end(_BEHIND_KEY, text, end)
        if header:
            table = _table(root, parts, start, header[1])
        else:
            *outer, (name, name_start, name_end) = parts
            holder = _descend(table, outer)
            slot = Slot(holder, name, WrittenKey(start, name_start, name_end, None))
            at = read_value(text, at, _GRAMMAR, slot)
    return root


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else len(text)


def _table(root: Node, parts: list[tuple[str, int, int]], start: int, brackets: str) -> Node:
    """The table that a header opens: the next of its array, or one that may be implied already."""
    *outer, (name, _, end) = parts
    holder = _descend(root, outer)
    node = holder.children.setdefault(name, Node(start, end, "[[" if brackets == "[[" else ""))
    if brackets == "[[":
        array, node = node, Node(start, end)
        array.children[len(array.children)] = node
    node.start, node.end = start, end
    return node


def _descend(node: Node, parts: Iterable[tuple[str, int, int]]) -> Node:
    """The table that `parts` lead to: of arrays of tables, always in the last."""
    for name, start, end in parts:
        node = node.children.setdefault(name, Node(start, end))
        if node.opening == "[[":
            node = node.children[len(node.children) - 1]
    return node


def _quote(value: str, _text: str, like: str = "") -> str:
    """A basic string, or a literal one where the other is and the value can be."""
    if re.match(r"'(?!'')", like) and re.fullmatch(r"[^'\x00-\x08\x0a-\x1f\x7f]*", value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str, text: str) -> str:
    return name if re.fullmatch(_BARE_KEY, name) else _quote(name, text)


TOML_LANGUAGE = Language(load=_load, tree=_tree, quote=_quote, key=_key, unit="    ", spread=False)
