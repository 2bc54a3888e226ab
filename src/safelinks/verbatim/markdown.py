"""Markdown: its code blocks, code spans and comments, and the HTML in it."""

from __future__ import annotations

from safelinks.verbatim.blocks import Leaf, blocks
from safelinks.verbatim.inlines import read_inlines
from safelinks.verbatim.pages import read_html
from safelinks.verbatim.stretches import Findings, Stretch

__all__ = ["markdown_stretches"]


def markdown_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of a Markdown text.

    What may be indented for another reason than to be code is read as text is.

    >>> text = "A\\n```\\nb\\n```\\n<!-- c -->"
    >>> [text[one.start : one.end] for one in markdown_stretches(text)]
    ['```\\nb\\n```', '<!-- c -->']
    """
    found = Findings()
    for block in blocks(text):
        if block.leaf in (Leaf.FENCE, Leaf.INDENTED):
            found.code.append(block.span)
        elif block.leaf is Leaf.HTML:
            read_html(text, block.span, found)
        else:
            read_inlines(text, block.lines, found)
    return found.stretches()
