"""JSON as a language of data files (RFC 8259): strict loading, places, strings.

It knows how JSON is written and what the standard library lets pass. It must not know catalogs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from safelinks.errors import CatalogError
from safelinks.files.data.value_tree import (
    DoubledKeyError,
    Grammar,
    Language,
    Node,
    Slot,
    fault_at,
    read_value,
)
from safelinks.foundation.patterns import pattern_of

__all__ = ["JSON_LANGUAGE"]

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_CONSTANT = pattern_of(rf"{_STRING}|(-?Infinity|NaN)")
_REMEDY = "correct the JSON"


def _name(written: str) -> str:
    return str(json.loads(written)) if "\\" in written else written[1:-1]


_GRAMMAR = Grammar(
    gap=pattern_of(r"[ \t\r\n]*+"),
    scalar=pattern_of(rf"{_STRING}|[^ \t\r\n,\]}}]++"),
    part=pattern_of(_STRING),
    dot=pattern_of(r"(?!)"),
    assign=pattern_of(r"[ \t\r\n]*+:"),
    name=_name,
)


class _ConstantError(ValueError):
    pass


def _refuse(constant: str) -> object:
    raise _ConstantError(constant)


def _load(text: str, name: str) -> Mapping[str, object]:
    doubled = False

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal doubled
        data = dict(pairs)
        doubled = doubled or len(data) < len(pairs)
        return data

    try:
        data = json.loads(text, object_pairs_hook=members, parse_constant=_refuse)
    except RecursionError:
        raise CatalogError(f"{name}: values are nested too deeply") from None
    except _ConstantError as error:
        offset = next(match.start(1) for match in _CONSTANT.finditer(text) if match[1])
        sentence = f"{error} is not a JSON number; write null"
        raise fault_at(name, text, offset, sentence) from None
    except json.JSONDecodeError as error:
        raise fault_at(name, text, error.pos, f"{_complaint(error.msg)}; {_REMEDY}") from None
    except ValueError:  # the interpreter's limit
        raise CatalogError(f"{name}: a number has too many digits; write it as a string") from None
    if doubled:
        _find_doubled(text, name)
    if not isinstance(data, dict):
        offset = len(text) - len(text.lstrip())
        raise fault_at(
            name, text, offset, "the file is not an object; put all of it between { and }"
        )
    return data


def _complaint(message: str) -> str:
    """The parser's message without what introduces an offset."""
    message = message.strip(": ").removesuffix(" at").removesuffix(" starting")
    return message[:1].lower() + message[1:]


def _find_doubled(text: str, name: str) -> None:
    try:
        _tree(text)
    except DoubledKeyError as error:
        sentence = f"the key {json.dumps(error.name)} appears twice in one object; remove one"
        raise fault_at(name, text, error.offset, sentence) from None


def _tree(text: str, at: int = 0) -> Node:
    outside = Node(at, len(text))
    read_value(text, at, _GRAMMAR, Slot(outside, 0))
    return outside.children[0]


def _quote(value: str, text: str, _like: str = "") -> str:
    """Escaped as far as the file escapes: other scripts, and slashes."""
    lone = any("\ud800" <= char <= "\udfff" for char in value)  # no UTF-8 can hold those
    out = json.dumps(value, ensure_ascii=lone or text.isascii())
    return out.replace("/", "\\/") if "\\/" in text else out


JSON_LANGUAGE = Language(load=_load, tree=_tree, quote=_quote, key=_quote, unit="  ", spread=True)
