"""AsciiDoc: where macros and brackets delimit addresses, and all other text.

By the AsciiDoc language documentation: "URL Macro", "Link Macro", "Image Macros", "Includes",
"Attribute Entries". The target of a macro ends where its list of attributes begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses import percent
from safelinks.addresses.roles import Role
from safelinks.documents.passages.character_references import (
    CHARACTER_REFERENCE,
    decoded,
    with_references,
)
from safelinks.documents.passages.passage import Codec, Passage, Reading, Span
from safelinks.documents.text.running_text import Hole, RoleRange, code_blocks_of, text_around
from safelinks.documents.verbatim.asciidoc_code import asciidoc_blocks, passed_through
from safelinks.foundation.patterns import pattern_of
from safelinks.links.labels import tidy

__all__ = ["asciidoc_passages"]

_SCHEME = r"[a-z][a-z0-9+.-]{1,20}://"
_MACRO = pattern_of(
    # An image or an include may have blanks in its target, and a link, between signs that say so.
    rf"(?<![\w-])(?P<media>image|video|audio|include)::?(?P<target>[^\s:\[\]][^\r\n\[\]]{{0,1000}}+)(?=\[)"
    r"|(?<![\w-])link:(?:\+\+(?P<plus>[^\r\n+]++)\+\+|pass:\[(?P<passed>[^\r\n\[\]]++)\]|\$\$(?P<dollar>[^\r\n$]++)\$\$)(?=\[)"
    rf"|<(?P<angle>{_SCHEME}[^\s<>]*+)>"
    rf"|(?P<address>{_SCHEME}[^\s\[\]<>]*+)"
    # An attribute of the document
    r"|^:!?\w[\w-]*+!?:[ \t]++(?P<entry>[^\r\n\[]++)$",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_TEXT = 1_000
_ATTRIBUTES = pattern_of(r"\[((?:[^\]\\\r\n]++|\\.|\\?\r?\n(?![ \t]*\r?\n))*+)\]")
_LINK = pattern_of(r"(?<![\w-])link=(?:\"([^\"]++)\"|'([^']++)'|([^,\"'\s]++))")
_QUOTED = pattern_of(r"\s*\"([^\"]*+)\"")
_NAMED = pattern_of(r",\s*[\w-]++\s*=.*", re.DOTALL)
_REFERS = pattern_of(r"\{[\w:][\w:-]*+\}")  # to an attribute of the document
_UNSAFE = pattern_of(r"[\[\]{}]")


def _redo(written: str, before: str) -> str:
    """A bracket would end a target, a brace refers to an attribute."""
    return with_references(percent.encode(written, _UNSAFE), before)


def _quoted(value: str) -> str:
    """The value of an attribute, in quotes where a comma would end it."""
    return f'"{value}"' if "," in value or "'" in value else value


_TARGET = Codec(CHARACTER_REFERENCE, decoded, _redo)
_ATTRIBUTE = Codec(CHARACTER_REFERENCE, decoded, _redo, _quoted)
_TEXT = Codec(CHARACTER_REFERENCE, decoded, _redo)


def asciidoc_passages(text: str) -> Iterator[Passage]:
    """The passages of an AsciiDoc text."""
    holes = [
        _verbatim(span, "\n") for span in code_blocks_of(text, asciidoc_blocks(text).stretches())
    ]
    ranges: list[RoleRange] = []
    for match in _MACRO.finditer(text):
        group = match.lastgroup or ""
        if group == "entry":
            holes.append(_value(text, match.span(group), None, Reading.STRING))
        elif group == "angle" or text.startswith("[", match.end()):
            _macro(text, match, holes, ranges)
    holes.extend(_verbatim(span, " ") for span in passed_through(text))
    return text_around((0, len(text)), holes, ranges, codec=_TEXT)


def _macro(text: str, match: re.Match[str], holes: list[Hole], ranges: list[RoleRange]) -> None:
    """A macro, whose attributes are to follow, and what of these is its text or another link."""
    span = match.span(match.lastgroup or 0)
    attributes = _ATTRIBUTES.match(text, match.end(), match.end() + _LONGEST_TEXT)
    if attributes is None or match["angle"]:
        holes.append(_value(text, span, None))
        return
    if match["media"]:
        ranges.append((*attributes.span(1), Role.ATTRIBUTE_TEXT))
        links = _LINK.finditer(text, *attributes.span(1))
        for link in links:
            codec = _ATTRIBUTE if link[3] else _TARGET
            holes.append(_value(text, link.span(link.lastindex or 0), None, codec=codec))
    else:
        ranges.append((*attributes.span(1), Role.LINK_TEXT))
    holes.append(_value(text, span, _label(attributes[1])))


def _label(attributes: str) -> str | None:
    """What people see of a macro with these attributes."""
    quoted = _QUOTED.match(attributes)
    shown = quoted[1] if quoted else _NAMED.sub("", attributes)
    return tidy(shown.rstrip().removesuffix("^"))


def _value(
    text: str,
    span: Span,
    label: str | None,
    reading: Reading = Reading.VALUE,
    codec: Codec = _TARGET,
) -> Hole:
    role = Role.TEMPLATE if _REFERS.search(text, *span) else None
    return Hole(*span, " ", (Passage((span,), codec, label, reading=reading, role=role),))


def _verbatim(span: Span, meant: str) -> Hole:
    return Hole(*span, meant, (Passage((span,)),))
