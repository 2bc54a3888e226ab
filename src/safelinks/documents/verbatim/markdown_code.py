"""Markdown: its code blocks, code spans and comments, the links and the HTML in it."""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.documents.verbatim.code_ranges import Findings, Span, Stretch
from safelinks.documents.verbatim.html_code import read_html
from safelinks.documents.verbatim.markdown_blocks import Leaf, blocks
from safelinks.documents.verbatim.markdown_inlines import (
    MarkdownKind,
    MarkdownToken,
    defined,
    inlines,
    may_hold_inlines,
)
from safelinks.foundation.patterns import pattern_of

__all__ = ["front_matter", "markdown_stretches", "markdown_tokens", "mdx_stretches"]

_KINDS = {
    Leaf.FENCE: MarkdownKind.FENCE,
    Leaf.INDENTED: MarkdownKind.INDENTED,
    Leaf.HTML: MarkdownKind.HTML,
}
# YAML before the text, as Jekyll, Pandoc and GitHub read it.
_FRONT_MATTER = pattern_of(
    r"\ufeff?---[ \t]*+\r?\n(?=(?:\#[^\n]*+\n)*+[\w\"'-][^\n:]*+:(?:[ \t\r]|\n))"
    r"((?:(?!(?:---|\.\.\.)[ \t]*+\r?(?:\n|\Z))[^\n]*+\n)*+)(?:---|\.\.\.)[ \t]*+\r?(?:\n|\Z)"
)
_MDX_COMMENT = pattern_of(r"\{[ \t]*+/\*")


def front_matter(text: str) -> tuple[Span, int]:
    """Where the YAML before a Markdown text is, and where the text begins behind it."""
    match = _FRONT_MATTER.match(text)
    return (match.span(1), match.end()) if match else ((0, 0), 0)


# The text that was read last, and what is in it: who asks for its links asks for its code, too. A
# text is known by being the same object. Of a longer one, what is in it would be too much to keep.
_LONGEST_KEPT = 4_000_000
_last: list[tuple[str, tuple[MarkdownToken, ...]]] = [("", ())]


def markdown_tokens(text: str) -> tuple[MarkdownToken, ...]:
    """What there is in a Markdown text, each before what it is in."""
    read, tokens = _last[0]
    if read is not text:
        tokens = tuple(_tokens(text))
        if len(text) <= _LONGEST_KEPT:
            _last[0] = text, tokens
    return tokens


def _tokens(text: str) -> Iterator[MarkdownToken]:
    labels: set[str] = set()
    leaves: list[MarkdownToken | tuple[Span, ...]] = []
    for block in blocks(text, front_matter(text)[1]):
        kind = None if block.leaf is Leaf.TEXT else _KINDS.get(block.leaf)
        if kind is not None:
            leaves.append(MarkdownToken(kind, *block.span))
            continue
        if not may_hold_inlines(text, *block.span):
            continue
        found, lines = defined(text, block.lines)
        labels.update(found)
        leaves += found.values()
        leaves.append(tuple(lines))
    for leaf in leaves:
        if isinstance(leaf, MarkdownToken):
            yield leaf
        else:
            yield from inlines(text, leaf, labels)


def markdown_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of a Markdown text.

    What may be indented for another reason than to be code is read as text is.

    >>> text = "A\\n```\\nb\\n```\\n<!-- c -->"
    >>> [text[one.start : one.end] for one in markdown_stretches(text)]
    ['```\\nb\\n```', '<!-- c -->']
    """
    return _findings(text).stretches()


def mdx_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of an MDX text, which has comments of its own."""
    found = _findings(text)
    at = 0
    while (begins := _MDX_COMMENT.search(text, at)) is not None:
        at = text.find("*/", begins.end())
        if at < 0:
            break
        found.comments.append((begins.start(), at + 2))
    return found.stretches()


def _findings(text: str) -> Findings:
    found = Findings()
    for token in markdown_tokens(text):
        if token.kind in (MarkdownKind.FENCE, MarkdownKind.INDENTED, MarkdownKind.CODE):
            found.code.append(token.span)
        elif token.kind is MarkdownKind.COMMENT:
            found.comments.append(token.span)
        elif token.kind is MarkdownKind.HTML:
            read_html(text, token.span, found)
        elif token.kind is MarkdownKind.TAG and not token.empty:
            found.tag(token.span, token.name, closing=token.closing)
        elif token.address is not None and token.kind is not MarkdownKind.DEFINITION:
            found.link(token.address)
    return found
