"""HTML and XML: where links can stand in tags, attributes, text, comments and scripts.

A tokenizer of offsets and no more: it builds no tree, so pages of any size and any malformation are
read in linear time, and entities that a document declares itself are never expanded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from attrs import frozen

from safelinks.documents.passages import RAW, Codec, Passage, Span
from safelinks.labels import tidy

__all__ = [
    "MARKUP",
    "Tag",
    "attributes",
    "attributes_at",
    "html_passages",
    "tags",
    "text_of",
    "tokens",
    "xml_passages",
]

_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def _redo(written: str, _: str) -> str:
    return re.sub(r"[&<>\"']", lambda match: _SPECIAL[match[0]], written)


_HIDES = re.compile(r"&(?:#|colon;|sol;)")
MARKUP = Codec(_REFERENCE, html.unescape, _redo, hides=_HIDES)

# A tag ends at ">" outside of quotes; another "<" before that shows that it never was one.
_TAG = re.compile(
    r"<(/?)([a-z][^\s/>\"'<]*)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE
)
# Comments as HTML ends them, section 13.2.5.41 and on: some end as soon as they have begun.
_OTHER = re.compile(
    r"<!--(?:-?>|(?P<comment>.*?)(?:--!?>|\Z))|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<[!?][^>]*+(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""([^\s=/<>"']++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""", re.DOTALL
)
_VALUES = (2, 3, 4)
_RAW_TEXT = {"script", "style"}
_CLOSING = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _RAW_TEXT}
_JOINED = {"wbr"}  # the text on both sides of it is one word
_ANY_TAG = re.compile(r"<[^<>]*>")
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_END_OF_LINK = re.compile(r"</(?:[\w.-]+:)?a\b", re.IGNORECASE)
_TIP = re.compile(r"Original URL:\s*(\S+?)\.?\s+Click")  # as Outlook writes it, in English
_LONGEST_LABEL = 4_000


def html_passages(text: str) -> Iterator[Passage]:
    """The passages of an HTML page, in order."""
    return _passages(text, raw_text=True)


def xml_passages(text: str) -> Iterator[Passage]:
    """The passages of an XML document, in order."""
    return _passages(text, raw_text=False)


def _passages(text: str, *, raw_text: bool) -> Iterator[Passage]:
    find = text.find
    pieces: list[tuple[int, int]] = []  # of the running text
    begun = position = 0  # where its last piece begins, and where to look on
    while (at := find("<", position)) >= 0:
        tag = _TAG.match(text, at)
        other = None if tag else _OTHER.match(text, at)
        token = tag or other
        if token is None:
            position = at + 1
            continue
        if begun < at:
            pieces.append((begun, at))
        begun = position = token.end()
        if tag is not None and tag[2].lower() in _JOINED:
            continue
        if pieces:
            yield Passage(tuple(pieces), MARKUP)
            pieces = []
        if other is not None:
            yield from _of_other(other)
        elif tag is not None and not tag[1]:
            yield from _of_tag(text, tag)
            name = tag[2].lower()
            if raw_text and name in _RAW_TEXT:
                closing = _CLOSING[name].search(text, position)
                end = closing.start() if closing else len(text)
                yield Passage(((position, end),), RAW)
                begun = position = end
    if begun < len(text):
        pieces.append((begun, len(text)))
    if pieces:
        yield Passage(tuple(pieces), MARKUP)


def tokens(text: str, *, raw_text: bool) -> Iterator[re.Match[str]]:
    """The tags, comments and the like of a document, in order; in a script of a page, none is one.

    Of a tag, the groups are whether it closes an element, its name, and what stands behind that.
    """
    position = 0
    while (at := text.find("<", position)) >= 0:
        tag = _TAG.match(text, at)
        token = tag or _OTHER.match(text, at)
        if token is None:
            position = at + 1
            continue
        yield token
        position = token.end()
        if raw_text and tag and not tag[1] and not tag[3].endswith("/"):
            closing = _CLOSING.get(tag[2].lower())
            if closing is not None:
                end = closing.search(text, position)
                position = end.start() if end else len(text)


def attributes_at(tag: re.Match[str]) -> Iterator[tuple[str, Span]]:
    """The names of the attributes of `tag`, in lower case, and where their values are."""
    return _attributes(tag.string, tag.span(3))


def _of_other(match: re.Match[str]) -> Iterator[Passage]:
    """Comments may hold markup that some programs read; character data is what it is."""
    if match["comment"]:
        yield Passage((match.span("comment"),), MARKUP)
    elif match["cdata"]:
        yield Passage((match.span("cdata"),), RAW)


def _of_tag(text: str, tag: re.Match[str]) -> Iterator[Passage]:
    """The attributes of a tag that may hold a link, with the label of what it links."""
    if "=" not in tag[3] or not (":" in tag[3] or "&" in tag[3]):
        return
    values = list(_attributes(text, tag.span(3)))
    label = original = tip = None
    if tag[2].rpartition(":")[2].lower() == "a":
        label = _label(text, tag.end())
    for name, span in values:
        if name == "originalsrc":
            original = html.unescape(text[slice(*span)])
        elif name == "title":
            tip = _TIP.search(html.unescape(text[slice(*span)]))
    original = original or (tip[1] if tip else None)
    for name, span in values:
        if name.startswith("xmlns"):  # the name of a namespace leads nowhere
            continue
        own = name.rpartition(":")[2] in ("href", "src")
        yield Passage((span,), MARKUP, label if own else None, original if own else None)


def _attributes(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """The names of attributes, in lower case, and where their values are."""
    for match in _ATTRIBUTE.finditer(text, *span):
        group = next(group for group in _VALUES if match[group] is not None)
        yield match[1].lower(), match.span(group)


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
    for match in _TAG.finditer(text, start):
        name = match[2].rpartition(":")[2]
        if names is not None and name not in names:
            continue
        empty = match[3].endswith("/")
        yield Tag(name, match.start(), match.end(), bool(match[1]), empty, match.span(3))


def attributes(text: str, tag: Tag) -> dict[str, Span]:
    """Where the values of the attributes of `tag` are, by name in lower case, without prefix."""
    return {name.rpartition(":")[2]: span for name, span in _attributes(text, tag.inner)}


def _label(text: str, start: int) -> str | None:
    """What people read in the place of the link that begins at `start`."""
    end = _END_OF_LINK.search(text, start, start + _LONGEST_LABEL)
    inner = text[start : end.start()] if end else ""
    label = text_of(inner)
    if label is None and (alt := _ALT.search(inner)):
        return tidy(html.unescape(alt[1] or alt[2] or ""))
    return label


def text_of(markup: str) -> str | None:
    """The text in a piece of markup, on one line."""
    return tidy(html.unescape(_ANY_TAG.sub("", markup)))
