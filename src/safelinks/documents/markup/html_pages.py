"""HTML pages: where addresses can stand in them, and how their text hangs together.

Which elements part the text, what scripts and style sheets hold, and what of a page is no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.documents.markup.elements import Vocabulary, passages_of_elements
from safelinks.documents.markup.html_attributes import attribute_passages
from safelinks.documents.markup.style_sheets import css_passages
from safelinks.documents.passages.passage import RAW, Passage, Span
from safelinks.documents.structured.json_csv_icalendar import json_strings
from safelinks.foundation.patterns import pattern_of

__all__ = ["INLINE", "INLINE_BEGINNINGS", "html_passages"]

# Phrasing elements that only say how their text looks (HTML, sections 4.5 and 16.2), and Word's. Of
# those, `sub` and `sup` are none: "https://a.example/x" with the number of a note is not "…/x1".
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "ins", "kbd", "mark", "nobr", "o:p", "q", "s", "samp", "small", "span",
    "strike", "strong", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
INLINE_BEGINNINGS = tuple(f"st{number}:" for number in range(1, 10))  # "smart tags" of Word
_ENDS_LINKS = frozenset({"td", "th", "caption", "table", "body", "html"})
_JSON_LD = pattern_of(r"\btype\s*=\s*[\"']?application/ld\+json\b", re.IGNORECASE)
_TERM = frozenset({"@context", "@type", "@vocab"})


def html_passages(text: str) -> Iterator[Passage]:
    """The passages of an HTML page: those of its markup, in order, then its text as one."""
    return passages_of_elements(text, _HTML)


def _script(text: str, tag: re.Match[str], span: Span) -> Iterator[Passage]:
    """A script: nobody can follow the addresses in it. The same holds for JSON-LD."""
    if span[0] == span[1]:
        return
    if _JSON_LD.search(tag[3]) is None:
        yield Passage((span,), RAW, role=Role.SCRIPT)
        return
    for name, passage in json_strings(text, span):
        role = Role.VOCABULARY if name in _TERM else Role.SCRIPT
        yield evolve(passage, role=role)


def _style(text: str, _: re.Match[str], span: Span) -> Iterator[Passage]:
    return css_passages(text, span, RAW)


def _cdata(_: str, span: Span) -> Iterator[Passage]:
    """Character data is what it is."""
    yield Passage((span,), RAW)


_HTML = Vocabulary(
    INLINE,
    INLINE_BEGINNINGS,
    frozenset({"a"}),
    attribute_passages,
    _cdata,
    ends_links=_ENDS_LINKS,
    raw_text={"script": _script, "style": _style},
)
