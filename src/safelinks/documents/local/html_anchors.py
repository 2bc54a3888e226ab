"""HTML: ids, and names of links. A script may make more of them."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator

from safelinks.documents.local.anchors import Anchors
from safelinks.documents.local.html_references import TEMPLATE
from safelinks.documents.local.slugs import AnchorFlavour
from safelinks.documents.markup.markup_tokens import attributes_at, markup_tokens
from safelinks.foundation.patterns import pattern_of

__all__ = ["html_anchors", "ids_in_markup"]

_NAMED = pattern_of(r"(?i)\b(?:id|name)\s*=")
_SCRIPT = pattern_of(r"<script\b([^<>]*+)>(.*?)(?:</script\b|\Z)", re.IGNORECASE | re.DOTALL)
_SCRIPT_BEGINS = pattern_of(r"<script\b", re.IGNORECASE)
_DATA = pattern_of(r"(?i)\btype\s*=\s*[\"']?(?:application/(?:ld\+)?json|text/(?:plain|template))")
_SOURCE = pattern_of(r"(?i)\bsrc\s*=")
_MAKES = pattern_of(
    r"(?i)innerHTML|outerHTML|createElement|insertAdjacent|document\.write|setAttribute|\.id\b"
    r"|\$\(|append|import\b|location"
)
_TAG_GROUPS = 3


def html_anchors(text: str, _: Collection[AnchorFlavour] = ()) -> Anchors:
    """The anchors of an HTML page."""
    whole = not (any(_scripts(text)) or TEMPLATE.search(text))
    return Anchors(frozenset(ids_in_markup(text)), whole=whole)


def _scripts(text: str) -> Iterator[bool]:
    """Of each script, whether it may make an element; of what may be one, that it does."""
    yield len(_SCRIPT_BEGINS.findall(text)) > sum(1 for _ in _SCRIPT.finditer(text))
    for match in _SCRIPT.finditer(text):
        if not _DATA.search(match[1]):
            yield bool(_SOURCE.search(match[1]) or _MAKES.search(match[2]))


def ids_in_markup(text: str) -> Iterator[str]:
    """The ids, and the names of links, in a text that may be HTML or hold some."""
    if not _NAMED.search(text):
        return
    for tag in markup_tokens(text, raw_text=True):
        if tag.re.groups != _TAG_GROUPS or tag[1] or "=" not in tag[3]:
            continue
        for name, (start, end) in attributes_at(tag):
            if name == "id" or (name == "name" and tag[2].lower() in ("a", "map")):
                yield html.unescape(text[start:end])
