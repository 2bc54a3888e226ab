"""Org: where links delimit addresses, and all other text (Org Syntax, "Links")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import RAW, Codec, Passage, Reading, Span
from safelinks.documents.text.running_text import Hole, RoleRange, text_around
from safelinks.documents.verbatim.org_code import OrgKind, org_tokens
from safelinks.foundation.patterns import pattern_of
from safelinks.links.labels import tidy

__all__ = ["org_passages"]

# A backslash is one only before a bracket.
_ESCAPE = pattern_of(r"\\+[\[\]]")
_BRACKET = pattern_of(r"(\\*)([\[\]])")
_PROPERTY = pattern_of(r"^[ \t]*+:[\w-]++:[ \t]++(?P<value>[^\r\n]++)", re.MULTILINE)


def _undo(escape: str) -> str:
    slashes = len(escape) - 1
    return "\\" * (slashes // 2) + escape[-1]


def _redo(written: str, _: str) -> str:
    if written.endswith("\\"):
        written = f"{written[:-1]}%5C"
    return _BRACKET.sub(lambda match: f"{match[1] * 2}\\{match[2]}", written)


_ADDRESS = Codec(_ESCAPE, _undo, _redo)
_MEANT = {OrgKind.VERBATIM: " ", OrgKind.LINK: " ", OrgKind.CODE: "\n"}


def org_passages(text: str) -> Iterator[Passage]:
    """The passages of an Org text."""
    holes: list[Hole] = []
    ranges: list[RoleRange] = []
    for token in org_tokens(text):
        if token.kind is OrgKind.COMMENT:  # which may go on in the next line
            continue
        if token.kind is not OrgKind.LINK:
            holes.append(Hole(*token.inner, _MEANT[token.kind], (Passage((token.inner,)),)))
            continue
        bracket = text.startswith("[", token.start)
        label = None
        if token.shown is not None:
            label = tidy(text[slice(*token.shown)])
            ranges.append((*token.shown, Role.LINK_TEXT))
        holes.append(_value(token.inner, label, _ADDRESS if bracket else RAW, Reading.VALUE))
    holes.extend(
        _value(match.span("value"), None, RAW, Reading.STRING) for match in _PROPERTY.finditer(text)
    )
    return text_around((0, len(text)), holes, ranges, reading=Reading.ORG)


def _value(span: Span, label: str | None, codec: Codec, reading: Reading) -> Hole:
    return Hole(*span, " ", (Passage((span,), codec, label, reading=reading),))
