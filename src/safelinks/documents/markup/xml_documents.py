"""XML documents of any kind: where addresses can stand, and which of them only are names.

Feeds, manifests, DocBook, JATS, flat OpenDocument and the parts of packages are read alike: by the
names that their vocabularies have in common. Elements that are not known part the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.documents.markup.elements import Vocabulary, passages_of_elements
from safelinks.documents.markup.formulas import passages_of_attribute
from safelinks.documents.markup.html_pages import INLINE, INLINE_BEGINNINGS, html_passages
from safelinks.documents.markup.markup_tokens import (
    MARKUP,
    attributes_at,
    label_behind,
    may_hold_address,
)
from safelinks.documents.passages.passage import RAW, Passage, Reading, Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["xml_passages"]


def xml_passages(text: str) -> Iterator[Passage]:
    """The passages of an XML document: those of its markup, in order, then its text as one."""
    return passages_of_elements(text, _XML)


@frozen
class _XmlAttribute:
    """How to read an attribute, and why its address is no link."""

    reading: Reading = Reading.STRING
    role: Role | None = None


_STRING = _XmlAttribute()
_FORM = _XmlAttribute(Reading.VALUE, Role.FORM_ACTION)  # of OpenDocument
# By name, in lower case and without its prefix.
_ATTRIBUTES: Mapping[str, _XmlAttribute] = {
    **dict.fromkeys(("href", "src"), _XmlAttribute(Reading.REFERENCE)),
    **dict.fromkeys(
        ("url", "uri", "link", "location", "cite", "poster", "originalsrc",
         "xmlurl", "htmlurl"),
        _XmlAttribute(Reading.VALUE),
    ),
    # Names of namespaces, and places of schemas that stand beside them (XML Schema, section 2.7).
    **dict.fromkeys(
        ("schemalocation", "nonamespaceschemalocation"), _XmlAttribute(Reading.TEXT, Role.NAMESPACE)
    ),
    **dict.fromkeys(
        ("targetnamespace", "namespace", "namespaceuri", "scheme", "domain", "vocab", "profile",
         "encodingstyle", "systemid"),
        _XmlAttribute(Reading.VALUE, Role.NAMESPACE),
    ),
    **dict.fromkeys(
        ("type", "rel", "typeof", "property", "datatype", "role", "arcrole", "algorithm",
         "transport", "soapaction", "about", "resource", "publicid"),
        _XmlAttribute(Reading.VALUE, Role.IDENTIFIER),
    ),
    "base": _XmlAttribute(Reading.VALUE, Role.BASE),
    "itemtype": _XmlAttribute(Reading.TEXT, Role.VOCABULARY),
    "prefix": _XmlAttribute(Reading.TEXT, Role.VOCABULARY),
    **dict.fromkeys(("placeholder", "alt"), _XmlAttribute(role=Role.ATTRIBUTE_TEXT)),
}  # fmt: skip
# Attributes that have another meaning on other elements.
_ONLY_ON: Mapping[str, frozenset[str]] = {"domain": frozenset({"category", "cloud"})}
_NAMESPACE = "xmlns"

# Elements, by their name without prefix, of which the whole text is an address if it is one.
_ADDRESSES = pattern_of(
    r"(?:.*:)?(?:[^:]*(?:ur[il]|iri|link|href)|loc|guid|id|identifier|icon|logo|homepage|website)\Z"
)
# Atom, section 4.2.6, and Dublin Core: such a name need not lead anywhere.
_IDENTIFIERS = frozenset({"id", "guid", "identifier"})
_IS_PERMALINK = pattern_of(r"\bisPermaLink\s*=\s*[\"']\s*false\b", re.IGNORECASE)
_WHOLE = pattern_of(r"\s*+(?:<!\[CDATA\[(?P<cdata>[^<>]*)\]\]>|(?P<text>[^<]+))\s*+(?=</)")
_SEVERAL = pattern_of(r"\s\S*://|[\r\n]|\A(?![a-z][a-z0-9+.-]{0,30}://)", re.IGNORECASE)

_INLINE = INLINE | {
    # DocBook, JATS, TEI
    "emphasis", "literal", "phrase", "link", "ulink", "uri", "ext-link", "italic", "bold", "hi",
    "monospace", "underline", "styled-content", "named-content", "ref",
    # OpenDocument 1.3, part 3, section 6
    "text:a", "text:span", "text:s", "text:tab", "text:soft-page-break", "text:bookmark",
    "text:bookmark-start", "text:bookmark-end", "text:reference-mark-start",
    "text:reference-mark-end", "text:change", "text:change-start", "text:change-end", "text:meta",
    # Office Open XML: runs and what they hold
    "w:r", "w:t", "w:rpr", "w:prooferr", "w:bookmarkstart", "w:bookmarkend", "w:hyperlink",
    "w:lastrenderedpagebreak", "a:r", "a:t", "a:rpr", "r", "t",
}  # fmt: skip
_LINKS = frozenset({"a", "link", "ulink", "uri", "ext-link", "ref", "text:a", "draw:a"})
_MARKUP_WITHIN = pattern_of(r"</[a-z]|<br|<img|<a\s", re.IGNORECASE)


def _attributes(text: str, tag: re.Match[str]) -> Iterator[Passage]:
    """The attributes of a tag that may hold an address, with the label of what it links."""
    element = tag[2].rpartition(":")[2].lower()
    label = label_behind(text, tag) if element == "a" else None
    for name, (start, end) in attributes_at(tag):
        if name.startswith(_NAMESPACE) or not may_hold_address(text, start, end):
            continue
        local = name.rpartition(":")[2]
        attribute = _ATTRIBUTES.get(local, _STRING)
        if element not in _ONLY_ON.get(local, (element,)):
            attribute = _STRING
        if local == "formula":
            yield from passages_of_attribute(text, (start, end))
            continue
        if local == "href" and element == "form":
            attribute = _FORM
        own = label if local in ("href", "src") else None
        yield Passage(((start, end),), MARKUP, own, reading=attribute.reading, role=attribute.role)


def _whole(text: str, tag: re.Match[str]) -> tuple[Passage, int] | None:
    """An element that holds nothing but an address, as by its name it should."""
    name = tag[2].rpartition(":")[2].lower()
    match = _WHOLE.match(text, tag.end())
    if match is None:
        return None
    role = None
    if name in _IDENTIFIERS and (name != "guid" or _IS_PERMALINK.search(tag[3])):
        role = Role.IDENTIFIER
    kind = match.lastgroup or "text"
    codec = RAW if kind == "cdata" else MARKUP
    text_of_link = "href" in tag[3].lower() or "linkend" in tag[3].lower()
    several = text_of_link or _SEVERAL.search(match[kind].strip()) is not None
    reading = Reading.STRING if several else Reading.VALUE
    return Passage((match.span(kind),), codec, reading=reading, role=role), match.end()


def _cdata(text: str, span: Span) -> Iterator[Passage]:
    """Character data: a page or a piece of one, as feeds have it, or a text."""
    start, end = span
    if _MARKUP_WITHIN.search(text, start, end) is None:
        yield Passage((span,), RAW)
        return
    for passage in html_passages(text[start:end]):
        yield _moved(passage, start)


def _moved(passage: Passage, by: int) -> Passage:
    """`passage` of a stretch of a text as one of the text, in which the stretch begins at `by`."""
    return evolve(
        passage,
        pieces=tuple((start + by, end + by) for start, end in passage.pieces),
        meanings={start + by: meaning for start, meaning in passage.meanings.items()},
        kept=frozenset(start + by for start in passage.kept),
        roles={start + by: role for start, role in passage.roles.items()},
    )


_XML = Vocabulary(
    _INLINE,
    INLINE_BEGINNINGS,
    _LINKS,
    _attributes,
    _cdata,
    blanks=frozenset({"text:s", "text:tab"}),
    addresses=_ADDRESSES,
    whole=_whole,
)
