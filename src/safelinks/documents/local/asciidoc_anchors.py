"""AsciiDoc: ids of sections, by any prefix and separator, and those that a writer gives."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from safelinks.documents.local.anchors import Anchors
from safelinks.documents.local.html_anchors import ids_in_markup
from safelinks.documents.local.slugs import AnchorFlavour, slugs_of
from safelinks.foundation.patterns import pattern_of

__all__ = ["asciidoc_anchors"]

_HEADING = pattern_of(r"^(?:={1,6}|\#{1,6})[ \t]+([^\n]+?)[ \t\r]*$", re.MULTILINE)
_UNDERLINED = pattern_of(r"^([^\s.\n][^\n]*)\n[=~^+-]{3,}[ \t]*\r?$", re.MULTILINE)
_NAMED = pattern_of(
    r"\[\[\[?([^\],\[\n]++)[^\]\[\n]*+\]\]|^\[[^\]#\n]*+\#([^\]\[,.%\s]++)[^\]\n]*+\]"
    r"|\banchor:([^\[\s:]++)\[|\[(?:[^\]\[\n]*,[ \t]*)?id=[\"']?([^\"',\]\[\n]++)"
    r"|\[\#([^\]\[.,%\s]++)[^\]\[\n]*+\]\#",
    re.MULTILINE,
)
_FILLED = pattern_of(r"^include::", re.MULTILINE)
_LONGEST_TITLE = 1_000
_MARKUP = pattern_of(r"(?:link|xref|https?):\S*?\[([^\]]*)\]|[*_`#^~]|<[^<>]*>")
_NOT_WORD = pattern_of(r"[^\w\s.-]")
_BETWEEN = pattern_of(r"[\s._-]+")


def asciidoc_anchors(text: str, flavours: Collection[AnchorFlavour]) -> Anchors:
    """The anchors of an AsciiDoc text."""
    titles = [
        match[1][:_LONGEST_TITLE] for one in (_HEADING, _UNDERLINED) for match in one.finditer(text)
    ]
    names = set(ids_in_markup(text)) | set(titles) | slugs_of([(one,) for one in titles], flavours)
    counts: dict[str, int] = {}
    for title in titles:
        for slug in dict.fromkeys(_ids(title)):
            counts[slug] = counts.get(slug, 0) + 1
            names.add(slug)
            if counts[slug] > 1:
                names.update(f"{slug}{sign}{counts[slug]}" for sign in ("_", "-", ""))
    names.update(match[match.lastindex or 0].strip() for match in _NAMED.finditer(text))
    filled = _FILLED.search(text) or any("{" in title for title in titles)
    return Anchors(frozenset(names), whole=not filled, folds=True)


def _ids(title: str) -> Iterator[str]:
    """The ids of a section, by the usual prefixes and separators."""
    for plain in (_MARKUP.sub(r"\1", title), title):
        words = _NOT_WORD.sub("", plain).strip().lower()
        for separator in ("_", "-", ""):
            slug = _BETWEEN.sub(separator, words).strip(separator or None)
            yield from (slug, f"_{slug}")
