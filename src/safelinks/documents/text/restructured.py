"""reStructuredText: where hyperlink targets and directives delimit addresses, and all other text.

By docutils' specification: "Hyperlink Targets", "Embedded URIs and Aliases", and the directives for
images. In such an address white space is nothing, and what a backslash is before is itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Codec, Passage, Reading, Span
from safelinks.documents.text.running_text import Hole, RoleRange, code_blocks_of, text_around
from safelinks.documents.verbatim.restructured_code import restructured_stretches
from safelinks.foundation.patterns import pattern_of
from safelinks.links.labels import tidy

__all__ = ["restructured_passages"]

_IN_ADDRESS = pattern_of(r"\\[\s\S]|\s+")
_IN_TEXT = pattern_of(r"\\[!-/:-@\[-`{-~]")
# What begins or ends other markup in an address that stands in a text.
_MARKUP = pattern_of(r"\*|_(?![0-9A-Za-z])")


def _undo(escape: str) -> str:
    if escape.startswith("\\"):
        return " " if escape[1].isspace() else escape[1]
    return ""


def _redo_address(written: str, _: str) -> str:
    return written.replace("\\", "\\\\")


def _redo_text(written: str, before: str) -> str:
    """What was escaped is so again, and so is what a reader would take for markup."""
    written = _MARKUP.sub(r"\\\g<0>", written)
    signs = {match[0][1] for match in _IN_TEXT.finditer(before)} - set("*_")
    return "".join(f"\\{char}" if char in signs else char for char in written)


_ADDRESS = Codec(_IN_ADDRESS, _undo, _redo_address)
_TEXT = Codec(_IN_TEXT, _undo, _redo_text)

_EMBEDDED = pattern_of(r"<((?:[^<>`\\]++|\\[\s\S])++)>`__?(?!\w)")
_LONGEST_TEXT = 1_000
_EMPTY_LINE = pattern_of(r"\n[ \t]*\r?\n")
_NAME = r"(?:_|(?![_ ])(?:`(?:[^`\\\n]++|\\.)++`|(?:[^:\\\n]++|\\.|:(?![ \t\r\n]|\Z))++))"
_DIRECTIVES = "image|figure|include|literalinclude|raw|thumbnail|video|button-link"
_EXPLICIT = pattern_of(
    r"^(?P<indent>[ \t]*+)(?:(?:[-*+\u2022]|(?:\d{1,9}|\#)[.)])[ \t]++)?+"
    rf"(?:\.\.[ \t]++_{_NAME}[ ]?:|__(?=[ \t])"
    rf"|\.\.[ \t]++(?:\|[^|\n]++\|[ \t]++)?+(?:{_DIRECTIVES})::)"
    r"(?:[ \t]++|(?=\r?\n))"
    r"(?P<address>[^\n]*+(?:\n(?=(?P=indent)[ \t]++[^\s:])[^\n]*+)*+)"
    # An option of a directive.
    r"|^[ \t]++:(?:target|url|uri):[ \t]++(?P<option>[^\n]++)",
    re.MULTILINE,
)


def restructured_passages(text: str) -> Iterator[Passage]:
    """The passages of a reStructuredText."""
    holes: list[Hole] = []
    ranges: list[RoleRange] = []
    for span in code_blocks_of(text, restructured_stretches(text)):
        # A literal keeps what ends an address before it, a block begins a line of its own.
        meant = "`" if text.startswith("``", span[0]) else "\n"
        holes.append(Hole(*span, meant, (Passage((span,)),)))
    for match in _EXPLICIT.finditer(text):
        span = match.span(match.lastgroup or 0)
        if span[0] < span[1]:
            holes.append(_value(span, None))
    for match in _EMBEDDED.finditer(text):
        begins = _begins(text, match.start())
        label = tidy(text[begins : match.start()]) if begins is not None else None
        holes.append(_value(match.span(1), label))
        if begins is not None:
            ranges.append((begins, match.start(), Role.LINK_TEXT))
    return text_around((0, len(text)), holes, ranges, codec=_TEXT)


def _begins(text: str, end: int) -> int | None:
    """Where the text of the link begins whose address begins at `end`."""
    at = text.rfind("`", max(0, end - _LONGEST_TEXT), end)
    return at + 1 if at >= 0 and not _EMPTY_LINE.search(text, at, end) else None


def _value(span: Span, label: str | None) -> Hole:
    return Hole(*span, " ", (Passage((span,), _ADDRESS, label, reading=Reading.VALUE),))
