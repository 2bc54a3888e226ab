"""YAML and TOML: which scalars are addresses from end to end, and how each style writes them.

A scalar on several lines is an address if it is one with its lines folded, and no wrapper, which
programs cut; else it is text, as comments are, and block scalars that are no address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from safelinks.documents.passages.delimited_addresses import address_in
from safelinks.documents.passages.passage import RAW, Codec, Meant, Passage, Reading
from safelinks.documents.text.running_text import Hole, text_around
from safelinks.documents.verbatim.yaml_toml_scalars import Scalar, Style, toml_scalars, yaml_scalars
from safelinks.foundation.patterns import pattern_of
from safelinks.links.text_links import Peel, found

__all__ = ["toml_passages", "yaml_passages"]

# YAML 1.2.2, section 5.7, and TOML, "String"; a backslash before a line break takes that away.
_ESCAPE = pattern_of(
    r"\\(?:\r?\n[ \t]*+|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abt\tnvfre \"/\\N_LP])"
)
_NAMED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_LAST = 0x10FFFF


def _undo(escape: str) -> str:
    sign = escape[1]
    if sign in "\r\n":
        return ""
    if sign in "xuU":
        code = int(f"0{escape[2:]}", 16)
        return chr(code) if code <= _LAST else escape
    return _NAMED.get(sign, sign)


def _redo_escaped(written: str, _: str) -> str:
    return json.dumps(written, ensure_ascii=False)[1:-1]


def _redo_single(written: str, _: str) -> str:
    return written.replace("'", "''")


# Section 7.3.3: what ends a plain scalar, is more than one, or begins something else.
_NOT_PLAIN = pattern_of(r":(?:\s|\Z)|\s\#|\A[-?:,\[\]{}\#&*!|>'\"%@`\s]|[\r\n]|\s\Z")
_NOT_IN_FLOW = pattern_of(rf"{_NOT_PLAIN.pattern}|[,\[\]{{}}]")


def _quoted(scalar: str, not_plain: re.Pattern[str]) -> str:
    """A plain scalar, in quotes if its new content needs them."""
    return f"'{_redo_single(scalar, '')}'" if not_plain.search(scalar) else scalar


_CODECS: Mapping[Style, Codec] = {
    Style.PLAIN: Codec(whole=lambda scalar: _quoted(scalar, _NOT_PLAIN)),
    Style.FLOW: Codec(whole=lambda scalar: _quoted(scalar, _NOT_IN_FLOW)),
    Style.SINGLE: Codec(pattern_of("''"), lambda _: "'", _redo_single),
    Style.DOUBLE: Codec(_ESCAPE, _undo, _redo_escaped),
    Style.BASIC: Codec(_ESCAPE, _undo, _redo_escaped),
    Style.BLOCK: RAW,
    Style.LITERAL: Codec(redo=lambda written, _: written.replace("'", "%27")),
}
# YAML, section 6.5: a line break is a blank, an empty line a line break.
_FOLD = r"(?<![ \t])[ \t]*+\r?\n\s*+"


def _unfold(escape: str) -> str:
    if escape.startswith("\\"):
        return _undo(escape)
    return "'" if escape == "''" else "\n" * (escape.count("\n") - 1) or " "


def _folded(style: Style) -> Codec:
    """The codec of a scalar on several lines."""
    codec = _CODECS[style]
    own = f"{codec.pattern.pattern}|" if codec.pattern else ""
    return Codec(pattern_of(own + _FOLD), _unfold, codec.redo, codec.whole)


_FOLDING: Mapping[Style, Codec] = {
    style: _folded(style)
    for style in (Style.PLAIN, Style.FLOW, Style.SINGLE, Style.DOUBLE, Style.BLOCK)
}
# What of these is a text of its own, even if it is no address.
_QUOTED = frozenset({Style.SINGLE, Style.DOUBLE, Style.BASIC, Style.LITERAL})
_OF_ADDRESSES = pattern_of(r"(?:.*[_.-])?(?:ur[il]|href|home-?page)", re.IGNORECASE | re.DOTALL)
_SEVERAL = pattern_of(r"\s\S*://|[\r\n]")
_LONGEST_KEY = 80
_CUT_SCHEME = pattern_of(r"[/?=&_]https?\Z", re.IGNORECASE)


def yaml_passages(text: str) -> Iterator[Passage]:
    """The passages of a YAML text."""
    return _passages(text, yaml_scalars(text))


def toml_passages(text: str) -> Iterator[Passage]:
    """The passages of a TOML text."""
    return _passages(text, toml_scalars(text))


def _passages(text: str, scalars: Iterable[Scalar]) -> Iterator[Passage]:
    holes = []
    for scalar in scalars:
        if scalar.style is Style.COMMENT or scalar.start == scalar.end:
            continue
        passage = _passage(text, scalar)
        if passage is not None:
            holes.append(Hole(scalar.start, scalar.end, " ", (passage,)))
    return text_around((0, len(text)), holes, codec=RAW)


def _passage(text: str, scalar: Scalar) -> Passage | None:
    """What a scalar holds; None for text that is one with what stands around it."""
    span, style = (scalar.start, scalar.end), scalar.style
    if (
        style not in _QUOTED
        and text.startswith(":", scalar.end)
        and _CUT_SCHEME.search(text, *span)
    ):
        return None  # no key: a link is cut there
    folded = style in _FOLDING and text.find("\n", *span) >= 0
    if folded or style is Style.BLOCK:
        passage = Passage((span,), (_FOLDING if folded else _CODECS)[style])
        meant = Meant(text, passage).text if "://" in text[slice(*span)] else ""
        reading = _reading(scalar, meant)
        if address_in(meant, reading) is not None and not (folded and _is_wrapped(text, span)):
            return evolve(passage, reading=reading)
        if style not in _QUOTED:
            return None
    return Passage((span,), _CODECS[style], reading=_reading(scalar, text[slice(*span)]))


def _reading(scalar: Scalar, content: str) -> Reading:
    """How to read the `content` of a scalar, of which the key may say that it is an address."""
    named = len(scalar.key) < _LONGEST_KEY and _OF_ADDRESSES.fullmatch(scalar.key)
    one = named and not _SEVERAL.search(content)
    return Reading.VALUE if one else Reading.STRING


def _is_wrapped(text: str, span: tuple[int, int]) -> bool:
    """Whether a wrapped link is in ``text[span]``, whole, in pieces or lost."""
    return any(
        error is not None or (unwrapped is not None and unwrapped.layers)
        for _, unwrapped, error in found(text[slice(*span)], Peel())
    )
