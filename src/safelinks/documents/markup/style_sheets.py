"""Style sheets: the addresses that they name, and how CSS escapes characters (CSS Syntax, level 3).

A sheet stands in an element, as it is, or in an attribute, where references of HTML stand around
its own escapes. What is no ``url(…)`` and no ``@import "…"`` is read as text, which comments are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses.roles import Role
from safelinks.documents.markup.markup_tokens import MARKUP, MARKUP_REFERENCE
from safelinks.documents.passages.passage import Codec, Meant, Passage, Reading, Span
from safelinks.foundation.patterns import pattern_of

__all__ = ["css_passages", "declarations"]

# Sections 4.3.4 to 4.3.7: a string, an address without quotes, an escape.
_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\r\n\f])?|\r\n|[^0-9a-fA-F])"
_QUOTED = (
    r"\"(?P<double{0}>(?:[^\"\\\r\n\f]++|\\(?:\r\n|.))*+)\""
    r"|'(?P<single{0}>(?:[^'\\\r\n\f]++|\\(?:\r\n|.))*+)'"
)
_ADDRESS = pattern_of(
    rf"(?P<namespace>@namespace\b[^;\"'()]{{0,80}}?)?(?:\burl\(\s*+(?:{_QUOTED.format(1)}"
    r"|(?P<bare>(?:[^\s\"'()\\]++|\\.)*+))\s*+\)"
    rf"|@import\s++(?:{_QUOTED.format(2)}))",
    re.IGNORECASE | re.DOTALL,
)
_GROUPS = ("double1", "single1", "bare", "double2", "single2")
_SIGN = pattern_of(r"url\(|@import|@namespace", re.IGNORECASE)
_HEX = pattern_of(r"\\([0-9a-fA-F]{1,6})")
_ENDS = pattern_of(r"['()\\]")
_DATA = pattern_of(r"\s*data:", re.IGNORECASE)


def _undo(escape: str) -> str:
    number = _HEX.match(escape)
    if number is not None:
        code = int(number[1], 16)
        return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
    return "" if escape[1] in "\r\n\f" else escape[1:]


def _undo_in_attribute(escape: str) -> str:
    return MARKUP.undo(escape) if escape.startswith("&") else _undo(escape)


def _redo(written: str, _: str) -> str:
    return _ENDS.sub(lambda match: f"\\{match[0]}", written)


def _redo_in_attribute(written: str, before: str) -> str:
    return MARKUP.redo(_redo(written, before), before)


_SHEET = Codec(pattern_of(_ESCAPE, re.DOTALL), _undo, _redo)
_IN_ATTRIBUTE = Codec(
    pattern_of(rf"{MARKUP_REFERENCE}|{_ESCAPE}", re.DOTALL), _undo_in_attribute, _redo_in_attribute
)


def css_passages(text: str, span: Span, around: Codec, within: Codec = _SHEET) -> Iterator[Passage]:
    """The addresses of the sheet at ``text[span]``, and what stands between them.

    `around` is how the sheet itself is written, `within` how an address in it is.
    """
    start, end = span
    if _SIGN.search(text, start, end) is None:
        yield Passage((span,), around)
        return
    meant = None if around.pattern is None else Meant(text, Passage((span,), around))
    at = 0 if meant else start
    sheet, last = (meant.text, len(meant.text)) if meant else (text, end)
    done = start
    for match in _ADDRESS.finditer(sheet, at, last):
        group = next((name for name in _GROUPS if match[name]), None)
        if group is None:
            continue
        low, high = match.span(group)
        if meant is not None:
            low, high = meant.start_of(low), meant.end_of(high)
        if done < low:
            yield Passage(((done, low),), around)
        role = Role.NAMESPACE if match["namespace"] else None
        if _DATA.match(text, low, high):
            role = Role.DATA
        yield Passage(((low, high),), within, reading=Reading.REFERENCE, role=role)
        done = high
    if done < end:
        yield Passage(((done, end),), around)


def declarations(text: str, span: Span) -> Iterator[Passage]:
    """The addresses of a ``style`` attribute."""
    return css_passages(text, span, MARKUP, _IN_ATTRIBUTE)
