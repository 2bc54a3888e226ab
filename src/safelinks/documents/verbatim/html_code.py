"""HTML: its comments, and the text in its elements for code, as tags and offsets tell of them."""

from __future__ import annotations

from safelinks.documents.markup.markup_tokens import markup_tokens
from safelinks.documents.verbatim.code_ranges import Findings, Span, Stretch

__all__ = ["html_stretches", "read_html"]


def html_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of an HTML page.

    >>> [str(one.within) for one in html_stretches("<pre>a</pre><!-- b -->")]
    ['code', 'comment']
    """
    found = Findings()
    read_html(text, (0, len(text)), found)
    return found.stretches()


def read_html(text: str, span: Span, found: Findings) -> None:
    """Tell `found` of the tags and comments in a stretch of `text` that is HTML."""
    start, end = span
    for token in markup_tokens(text[start:end], raw_text=True):
        at = (start + token.start(), start + token.end())
        if token.lastgroup == "comment":
            found.comments.append(at)
        elif token[0][1] not in "!?" and not token[3].endswith("/"):
            found.tag(at, token[2], closing=bool(token[1]))
        else:
            found.link(at)
