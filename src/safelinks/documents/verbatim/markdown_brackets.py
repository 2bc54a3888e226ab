"""Markdown's links, by their grammar: where one leads, its title, and reference definitions.

CommonMark 0.31.2, sections 4.7 and 6.3. It reads from an offset of a text on and looks a bounded
way ahead, or at each character once; which brackets belong to a link,
`markdown_inlines` knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.documents.verbatim.code_ranges import Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Definition", "definitions", "inline_link", "label_at", "normalized"]

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_IN_ANGLES = pattern_of(r"<((?:[^<>\n\\]++|\\(?!\n).)*+)>")
_BARE = pattern_of(rf"(?:[^\x00-\x20\x7f()\\]++|\\{_PUNCTUATION}|\\)*+")
_DEEPEST = 32  # as other implementations have it
# What most links are: an address without a title, blanks, or parentheses.
_SIMPLE = pattern_of(r"\(([^\x00-\x20\x7f()\\<][^\x00-\x20\x7f()\\]*+)\)")
_OPENS = pattern_of(r"\([ \t\n]*+")
_TITLES = r"(?:\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|\((?:[^()\\]++|\\.)*+\))"
_CLOSES = pattern_of(rf"(?:[ \t\n]++{_TITLES})?+[ \t\n]*+\)", re.DOTALL)
_LONGEST_LABEL = 999
_LABEL = pattern_of(r"\[((?:[^\[\]\\]++|\\.|\\)*+)\]", re.DOTALL)
# A footnote looks like a definition, and is none.
_DEFINES = pattern_of(
    r"[ \t]*+\[(?!\^)((?:[^\[\]\\]++|\\.|\\)*+)\]:[ \t]*+(?:\n[ \t]*+)?+", re.DOTALL
)
_TITLE_BEHIND = pattern_of(rf"(?:[ \t]*+\n[ \t]*+|[ \t]++){_TITLES}[ \t]*+(?:\n|\Z)", re.DOTALL)
_LINE_ENDS = pattern_of(r"[ \t]*+(?:\n|\Z)")


def _destination(text: str, at: int) -> tuple[Span, int] | None:
    """Where the destination is that begins at `at`, without angle brackets, and what is behind."""
    if text.startswith("<", at):
        match = _IN_ANGLES.match(text, at)
        return (match.span(1), match.end()) if match else None
    start, depth = at, 0
    while (bare := _BARE.match(text, at)) is not None:
        at = bare.end()
        sign = text[at : at + 1]
        if sign == "(" and depth < _DEEPEST:
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        else:
            break
        at += 1
    return None if depth else ((start, at), at)


def inline_link(text: str, at: int) -> tuple[Span, int] | None:
    """Where an inline link leads whose parentheses begin at `at`, and where those end (6.3)."""
    simple = _SIMPLE.match(text, at)
    if simple is not None:
        return simple.span(1), simple.end()
    opens = _OPENS.match(text, at)
    destination = _destination(text, opens.end()) if opens else None
    closes = _CLOSES.match(text, destination[1]) if destination else None
    return (destination[0], closes.end()) if destination and closes else None


def label_at(text: str, at: int) -> tuple[str, int] | None:
    """The label of a reference that begins at `at`, and what is behind it."""
    match = _LABEL.match(text, at, at + _LONGEST_LABEL + 2)
    return (match[1], match.end()) if match else None


def normalized(label: str) -> str:
    """`label` as it is compared with others."""
    return " ".join(label.split()).casefold()


@frozen
class Definition:
    """A reference definition: its `label`, normalized, where it leads, and where it ends."""

    label: str
    address: Span
    end: int


def definitions(text: str) -> Iterator[Definition]:
    """The reference definitions at the beginning of a paragraph (4.7), in order."""
    at = 0
    while (defines := _DEFINES.match(text, at)) is not None:
        label = defines[1]
        destination = _destination(text, defines.end())
        if not label.strip() or len(label) > _LONGEST_LABEL or destination is None:
            return
        address, behind = destination
        if behind == defines.end():
            return
        ends = _TITLE_BEHIND.match(text, behind) or _LINE_ENDS.match(text, behind)
        if ends is None:
            return
        at = ends.end()
        yield Definition(normalized(label), address, at)
