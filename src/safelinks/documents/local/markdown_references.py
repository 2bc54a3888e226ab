"""Markdown: destinations of links, images and definitions, and the HTML in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

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

_SIGN = pattern_of(r"\]\(|\]:|(?i:href|src|srcset|poster)\s*=")
_ESCAPE = pattern_of(rf"{CHARACTER_REFERENCE.pattern}|\\[!-/:-@\[-`{{-~]")
_DEFINES = pattern_of(r"[ \t]*+\[((?:[^\[\]\\]++|\\.|\\)*+)\]:", re.DOTALL)
_DESTINATIONS = frozenset({MarkdownKind.LINK, MarkdownKind.IMAGE, MarkdownKind.DEFINITION})
_MARKUP = frozenset({MarkdownKind.HTML, MarkdownKind.TAG})


def markdown_references(text: str) -> Iterator[LocalReference]:
    """The references of a Markdown text to files beside it."""
    return located_references(text, _in(text)) if _SIGN.search(text) else iter(())


def mdx_references(text: str) -> Iterator[LocalReference]:
    """Those of a Markdown text with components, whose attributes are not HTML's."""
    found = _in(text, markup=False)
    return located_references(text, found) if _SIGN.search(text) else iter(())


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
