"""Markdown: destinations of links, images and definitions, and the HTML in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from safelinks.documents.local.html_references import references_in_markup
from safelinks.documents.local.local_reference import (
    LocalReference,
    WrittenReference,
    located_references,
)
from safelinks.documents.passages.character_references import CHARACTER_REFERENCE, decoded
from safelinks.documents.verbatim.markdown_brackets import normalized
from safelinks.documents.verbatim.markdown_code import markdown_tokens
from safelinks.documents.verbatim.markdown_inlines import MarkdownKind, MarkdownToken
from safelinks.foundation.patterns import pattern_of

__all__ = ["markdown_references", "mdx_references"]

_SIGNS = ("](", "]:")
_SIGN = pattern_of(r"(?i:href|src|srcset|poster)\s*=")
# Snippets of Python-Markdown (a part of a file is named behind a colon), and MyST.
_INCLUDES = ("-8<-", "{include}")
_INCLUSION = pattern_of(
    r"-8<-{1,3}[ \t]+[\"'](?P<snippet>[^\"':\n]+)"
    r"|^[ \t>]*(?:`{3,}|~{3,}|:{3,})\{include\}[ \t]+(?P<myst>[^\s`]+)",
    re.MULTILINE,
)
_INCLUSIONS = pattern_of(
    r"^[ \t]*-{1,3}8<-{1,3}[ \t]*\n((?:(?![ \t]*-{1,3}8<-)[^\n]*\n)*+)", re.MULTILINE
)
_INCLUDED_LINE = pattern_of(r"^[ \t]*([^\s:;][^:\n]*?)[ \t\r]*(?::[^\n]*)?$", re.MULTILINE)
_ESCAPE = pattern_of(rf"{CHARACTER_REFERENCE.pattern}|\\[!-/:-@\[-`{{-~]")
_DEFINES = pattern_of(r"[ \t]*+\[((?:[^\[\]\\]++|\\.|\\)*+)\]:", re.DOTALL)
# Tuples, of which a search compares what is the same object; a set would ask each for its hash.
_DESTINATIONS = (MarkdownKind.LINK, MarkdownKind.IMAGE, MarkdownKind.DEFINITION)
_MARKUP = (MarkdownKind.HTML, MarkdownKind.TAG)


def markdown_references(text: str) -> Iterator[LocalReference]:
    """The references of a Markdown text to files beside it."""
    if _may_refer(text):
        yield from located_references(text, _in(text))
    if any(sign in text for sign in _INCLUDES):
        for one in located_references(text, _included(text)):
            yield evolve(one, includes=True, certain=False)


def mdx_references(text: str) -> Iterator[LocalReference]:
    """Those of a Markdown text with components, whose attributes are not HTML's."""
    found = _in(text, markup=False)
    return located_references(text, found) if _may_refer(text) else iter(())


def _may_refer(text: str) -> bool:
    return any(sign in text for sign in _SIGNS) or _SIGN.search(text) is not None


def _included(text: str) -> Iterator[WrittenReference]:
    """What becomes a part of the text, also where it is code; programs look for it in their way."""
    for match in _INCLUSION.finditer(text):
        yield match.span(match.lastgroup or 0), match[match.lastgroup or 0]
    for block in _INCLUSIONS.finditer(text):
        for match in _INCLUDED_LINE.finditer(text, *block.span(1)):
            yield match.span(1), match[1]


def _in(text: str, *, markup: bool = True) -> Iterator[WrittenReference]:
    tokens = markdown_tokens(text)
    labels: set[str] | None = None
    for token in tokens:
        if token.kind is MarkdownKind.DEFINITION:
            if labels is None:
                labels = {_label(text, one) for one in tokens if one.kind is MarkdownKind.REFERENCE}
            defines = _DEFINES.match(text, token.start)
            if defines is not None:
                label = normalized(defines[1])
                if label not in labels:
                    continue  # nobody can follow what nothing refers to
                labels.discard(label)  # the first of a label counts
        if token.kind in _DESTINATIONS:
            if token.address is not None:
                written = text[slice(*token.address)]
                yield token.address, _meant(written)
        elif markup and token.kind in _MARKUP and not token.closing:
            at, end = token.span
            for (start, stop), meant in references_in_markup(text[at:end]):
                yield (start + at, stop + at), meant


def _label(text: str, token: MarkdownToken) -> str:
    """The label that a reference is defined by."""
    start, end = token.text or (token.start, token.start)
    label = text[end + 2 : token.end - 1]  # behind the brackets of its text
    return normalized(label or text[start:end])


def _meant(written: str) -> str:
    """CommonMark, 2.4 and 2.5."""
    if "\\" not in written and "&" not in written:
        return written
    return _ESCAPE.sub(
        lambda match: match[0][1:] if match[0][0] == "\\" else decoded(match[0]), written
    )
