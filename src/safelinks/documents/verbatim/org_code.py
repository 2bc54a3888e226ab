"""Org: its links, and what is code or a comment (Org Syntax, of the Org manual's maintainers).

Blocks and lines first; then, in one pass, links, angle links and verbatim text, of which the one
that begins first counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from safelinks.documents.verbatim.code_ranges import Findings, Span, Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["OrgKind", "OrgToken", "org_stretches", "org_tokens"]


class OrgKind(Enum):
    """What a token is; VERBATIM has signs around its inner span."""

    LINK = auto()
    CODE = auto()
    VERBATIM = auto()
    COMMENT = auto()


@frozen
class OrgToken:
    """What stands at ``text[start:end]``; a link leads to what `inner` says, and shows `shown`."""

    kind: OrgKind
    start: int
    end: int
    inner: Span
    shown: Span | None = None


_NAMES = ("src", "example", "comment", "export")
_ENDS = {
    name: pattern_of(rf"^[ \t]*+\#\+end_{name}\b", re.IGNORECASE | re.MULTILINE) for name in _NAMES
}
_BLOCK = pattern_of(
    rf"^[ \t]*+\#\+begin_(?P<block>{'|'.join(_NAMES)})\b[^\n]*+"
    r"|^[ \t]*+\#(?P<comment>(?:[ \t][^\r\n]*+)?+)(?=\r?$)"
    r"|^[ \t]*+:(?P<fixed>[ \t][^\r\n]*+)(?=\r?$)",
    re.IGNORECASE | re.MULTILINE,
)
_INLINE = pattern_of(
    r"\[\[(?P<link>(?:[^\[\]\\\n]++|\\[^\n]|\n(?![ \t]*\r?\n)){1,4000}+)\]"
    r"(?:\[(?P<shown>(?:[^\]\n]++|\](?!\])|\n(?![ \t]*\r?\n)){1,300}+)\])?\]"
    r"|<(?P<angle>[a-z][a-z0-9+.-]{1,20}:[^<>\n]*+)>"
    r"|[a-z][a-z0-9+.-]{1,20}://(?:[^\s<>\[\]=~]|[=~](?=\w))*+"
    r"|(?:(?<=[\s\-({'\"])|(?<![\s\S]))(?P<sign>[=~])(?P<verbatim>(?=\S)[^\n]{1,500}?(?<=\S))"
    r"(?P=sign)(?=[\s\-.,;:!?'\")}\[\\]|\Z)",
    re.IGNORECASE,
)


def _blocks(text: str) -> Iterator[OrgToken]:
    """The blocks and lines of a text that are code or a comment."""
    never: set[str] = set()
    at = 0
    while (match := _BLOCK.search(text, at)) is not None:
        at = match.end()
        name = (match["block"] or "").lower()
        if not name:
            kind = OrgKind.COMMENT if match["comment"] is not None else OrgKind.CODE
            if match.start() < at:
                yield OrgToken(kind, *match.span(), match.span())
            at += not match[0]
            continue
        closing = None if name in never else _ENDS[name].search(text, at)
        if closing is None:
            never.add(name)
            continue
        kind = OrgKind.COMMENT if name == "comment" else OrgKind.CODE
        at = closing.end()
        yield OrgToken(kind, match.start(), at, (match.start(), at))


def org_tokens(text: str) -> Iterator[OrgToken]:
    """The links of an Org text, its code and its comments, block by block."""
    at = 0
    for block in _blocks(text):
        yield from _inlines(text, at, block.start)
        yield block
        at = block.end
    yield from _inlines(text, at, len(text))


def _inlines(text: str, start: int, end: int) -> Iterator[OrgToken]:
    for match in _INLINE.finditer(text, start, end):
        if match["link"]:
            shown = match.span("shown") if match["shown"] else None
            yield OrgToken(OrgKind.LINK, *match.span(), match.span("link"), shown)
        elif match["angle"]:
            yield OrgToken(OrgKind.LINK, *match.span(), match.span("angle"))
        elif match["verbatim"]:
            yield OrgToken(OrgKind.VERBATIM, *match.span(), match.span("verbatim"))


def org_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of an Org text.

    >>> text = "=a= b ~c~\\n# d"
    >>> [text[one.start : one.end] for one in org_stretches(text)]
    ['=a=', '~c~', '# d']
    """
    found = Findings()
    for token in org_tokens(text):
        if token.kind is OrgKind.COMMENT:
            found.comments.append((token.start, token.end))
        elif token.kind is not OrgKind.LINK:
            found.code.append((token.start, token.end))
    return found.stretches()
