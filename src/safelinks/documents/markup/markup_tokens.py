"""HTML and XML: tags, attributes, comments and character data, and how characters are escaped.

A tokenizer of offsets and no more: it builds no tree, so pages of any size and any malformation are
read in linear time, and entities that a document declares itself are never expanded. What elements
and attributes mean stands in `html_pages` and `xml_documents`.

Why our own: of the tokenizers tried, none tells where the value of an attribute begins and ends;
html.parser is quadratic, and takes ``&copy`` in an address for a character.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from safelinks.documents.passages.passage import Codec, Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.labels import tidy

__all__ = [
    "MARKUP",
    "MARKUP_REFERENCE",
    "OTHER",
    "RAW_TEXT_ENDS",
    "TAG",
    "Tag",
    "attributes",
    "attributes_at",
    "label_behind",
    "markup_text_of",
    "markup_tokens",
    "may_hold_address",
    "tags",
]

MARKUP_REFERENCE = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def _redo(written: str, _: str) -> str:
    return re.sub(r"[&<>\"']", lambda match: _SPECIAL[match[0]], written)


_HIDES = pattern_of(r"&(?:#|colon;|sol;)")
MARKUP = Codec(pattern_of(MARKUP_REFERENCE), html.unescape, _redo, hides=_HIDES)

# A tag ends at ">" outside of quotes; another "<" before that shows that it never was one.
TAG = pattern_of(r"<(/?)([a-z][^\s/>\"'<]*)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE)
# Comments as HTML ends them, section 13.2.5.41 and on: some end as soon as they have begun.
OTHER = pattern_of(
    r"<!--(?:-?>|(?P<comment>.*?)(?:--!?>|\Z))|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<[!?][^>]*+(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = pattern_of(
    r"""([^\s=/<>"']++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""", re.DOTALL
)
# Elements that hold no markup, and where each ends.
RAW_TEXT_ENDS = {name: pattern_of(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style")}
_ANY_TAG = pattern_of(r"<[^<>]*>")
_ALT = pattern_of(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_END_OF_LINK = pattern_of(r"</(?:[\w.-]+:)?a\b", re.IGNORECASE)
_LONGEST_LABEL = 4_000
# What no address is without, whole or escaped, wrapped without a scheme, or in a script.
_SIGN = pattern_of(r"//|[&%\\]|www\.", re.IGNORECASE)


def markup_tokens(text: str, *, raw_text: bool) -> Iterator[re.Match[str]]:
    """The tags, comments and the like of a document, in order; in a script of a page, none is one.

    Of a tag, the groups are whether it closes an element, its name, and what stands behind that.
    """
    position = 0
    while (at := text.find("<", position)) >= 0:
        tag = TAG.match(text, at)
        token = tag or OTHER.match(text, at)
        if token is None:
            position = at + 1
            continue
        yield token
        position = token.end()
        if raw_text and tag and not tag[1] and not tag[3].endswith("/"):
            closing = RAW_TEXT_ENDS.get(tag[2].lower())
            if closing is not None:
                end = closing.search(text, position)
                position = end.start() if end else len(text)


def may_hold_address(text: str, start: int, end: int) -> bool:
    """Whether an attribute may hold an address; of most, a look tells that it does not."""
    return _SIGN.search(text, start, end) is not None


def attributes_at(tag: re.Match[str]) -> Iterator[tuple[str, Span]]:
    """The names of the attributes of `tag`, in lower case, and where their values are."""
    return _attributes(tag.string, tag.span(3))


def _attributes(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """The names of attributes, in lower case, and where their values are."""
    for match in _ATTRIBUTE.finditer(text, *span):
        yield match[1].lower(), match.span(match.lastindex or 0)


@frozen
class Tag:
    """A tag of an XML document, its `name` without the prefix; it begins and ends at these offsets.

    `closing` is one that only closes an element, `empty` one that opens and closes it.
    """

    name: str
    start: int
    end: int
    closing: bool
    empty: bool
    inner: Span


def tags(text: str, start: int = 0, names: AbstractSet[str] | None = None) -> Iterator[Tag]:
    """The tags of an XML document from `start` on, in order; with `names`, those only."""
    for match in TAG.finditer(text, start):
        name = match[2].rpartition(":")[2]
        if names is not None and name not in names:
            continue
        empty = match[3].endswith("/")
        yield Tag(name, match.start(), match.end(), bool(match[1]), empty, match.span(3))


def attributes(text: str, tag: Tag) -> dict[str, Span]:
    """Where the values of the attributes of `tag` are, by name in lower case, without prefix."""
    return {name.rpartition(":")[2]: span for name, span in _attributes(text, tag.inner)}


def label_behind(text: str, tag: re.Match[str]) -> str | None:
    """What people read in the place of the link that `tag` begins."""
    start = tag.end()
    end = _END_OF_LINK.search(text, start, start + _LONGEST_LABEL)
    inner = text[start : end.start()] if end else ""
    label = markup_text_of(inner)
    if label is None and (alt := _ALT.search(inner)):
        return tidy(html.unescape(alt[1] or alt[2] or ""))
    return label


def markup_text_of(markup: str) -> str | None:
    """The text in a piece of markup, on one line."""
    return tidy(html.unescape(_ANY_TAG.sub("", markup)))
