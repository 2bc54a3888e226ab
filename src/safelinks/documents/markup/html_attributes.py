"""Attributes of HTML: which of them hold addresses, in what form, and which nobody can follow.

Tables, by the names that the HTML standard, RDFa and Outlook give to attributes. An attribute that
is in none of them is a string: an address from end to end, or a text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from safelinks.addresses.roles import Role
from safelinks.documents.markup.markup_tokens import (
    MARKUP,
    attributes_at,
    label_behind,
    may_hold_address,
)
from safelinks.documents.markup.style_sheets import declarations
from safelinks.documents.passages.passage import Codec, Passage, Reading, Span
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["attribute_passages"]

AttributePassages = Callable[[str, Span], Iterator[Passage]]


@frozen
class _HtmlAttribute:
    """What an attribute holds: an address, or what `split` finds in it; and why it is no link."""

    reading: Reading = Reading.STRING
    role: Role | None = None
    split: AttributePassages | None = None


_OUTER_COMMAS = pattern_of(r"\A,+|,+\Z")


def _encoded_commas(match: re.Match[str]) -> str:
    return "%2C" * len(match[0])


_NO_TRAILING_COMMA = Codec(
    MARKUP.pattern,
    MARKUP.undo,
    lambda written, before: MARKUP.redo(_OUTER_COMMAS.sub(_encoded_commas, written), before),
    hides=MARKUP.hides,
)
# A candidate: an address, then descriptors up to a comma (HTML, section 4.8.4.2.1).
_CANDIDATE = pattern_of(r"[\s,]*+([^\s,]\S*+)((?:[^(),]++|\([^()]*+\))*+)")
_WORD = pattern_of(r"\S+")
# ``5; url='…'`` (HTML, section 4.2.5.3): what is behind a quote ends at the next one.
_REFRESH = pattern_of(
    r"\s*[0-9.]*\s*[;,]?\s*(?:url\s*=\s*)?(?:\"(?P<double>[^\"]*)|'(?P<single>[^']*)|(?P<bare>.*))",
    re.IGNORECASE | re.DOTALL,
)


def _candidates(text: str, span: Span) -> Iterator[Passage]:
    """The addresses of ``srcset``."""
    at, end = span
    while match := _CANDIDATE.match(text, at, end):
        first, last = match.span(1)
        kept = first + len(match[1].rstrip(","))
        yield Passage(((first, kept),), _NO_TRAILING_COMMA, reading=Reading.REFERENCE)
        at = last if kept < last else match.end()


def _words(text: str, span: Span) -> Iterator[Passage]:
    """Addresses with blanks between them."""
    for match in _WORD.finditer(text, *span):
        yield Passage((match.span(),), MARKUP, reading=Reading.REFERENCE)


def _refresh(text: str, span: Span) -> Iterator[Passage]:
    """The address behind the seconds of ``meta http-equiv=refresh``."""
    match = _REFRESH.match(text, *span)
    if match is not None and match.lastgroup:
        yield Passage((match.span(match.lastgroup),), MARKUP, reading=Reading.REFERENCE)


_LINK = _HtmlAttribute(Reading.REFERENCE)
_STRING = _HtmlAttribute()
_DATA = _HtmlAttribute(role=Role.DATA)
_TEXT = _HtmlAttribute(role=Role.ATTRIBUTE_TEXT)
_HANDLER = _HtmlAttribute(Reading.TEXT, Role.SCRIPT)
_FORM = _HtmlAttribute(Reading.REFERENCE, Role.FORM_ACTION)
_NAMES = _HtmlAttribute(Reading.TEXT, Role.VOCABULARY)
_TERMS = _HtmlAttribute(Reading.REFERENCE, Role.VOCABULARY, _words)
_IDENTIFIER = _HtmlAttribute(Reading.REFERENCE, Role.IDENTIFIER)
_POLICY = _HtmlAttribute(Reading.TEXT, Role.SECURITY_POLICY)
_HINT = _HtmlAttribute(Reading.REFERENCE, Role.CONNECTION_HINT)
_SCHEMA = _HtmlAttribute(Reading.REFERENCE, Role.VOCABULARY)
_BASE = _HtmlAttribute(Reading.REFERENCE, Role.BASE)

# By name, in lower case and without its prefix (``xlink:href``).
_ATTRIBUTES: Mapping[str, _HtmlAttribute] = {
    **dict.fromkeys(
        ("href", "src", "cite", "poster", "data", "longdesc", "background", "codebase", "manifest",
         "icon", "lowsrc", "dynsrc", "classid", "usemap", "originalsrc"), _LINK,
    ),
    "srcset": _HtmlAttribute(split=_candidates),
    "imagesrcset": _HtmlAttribute(split=_candidates),
    "ping": _HtmlAttribute(split=_words),
    "archive": _HtmlAttribute(split=_words),
    "style": _HtmlAttribute(split=declarations),
    "action": _FORM,
    "formaction": _FORM,
    **dict.fromkeys(("itemtype", "itemprop", "vocab", "profile", "typeof", "property", "datatype",
                     "rel", "rev"), _TERMS),
    "prefix": _NAMES,
    **dict.fromkeys(("itemid", "about", "resource"), _IDENTIFIER),
    **dict.fromkeys(("placeholder", "value", "alt", "label", "summary"), _TEXT),
    "csp": _POLICY,
}  # fmt: skip
# By how a name begins; what its first letters are tells whether to look.
_BEGINNINGS: Mapping[str, _HtmlAttribute] = {"data-": _DATA, "aria-": _TEXT, "on": _HANDLER}
_FIRST_LETTERS = tuple(_BEGINNINGS)
# What the address of ``link`` is for, by the kinds of relation of which it has no other.
_RELATIONS: tuple[tuple[AbstractSet[str], _HtmlAttribute], ...] = (
    (frozenset({"preconnect", "dns-prefetch"}), _HINT),
    (frozenset({"profile"}), _SCHEMA),
)
_SCHEMA_OF_NAMES = "schema."  # as in ``rel="schema.DC"``, of Dublin Core in HTML
_CONTENTS: Mapping[str, _HtmlAttribute] = {
    "refresh": _HtmlAttribute(split=_refresh),
    "content-security-policy": _POLICY,
    "content-security-policy-report-only": _POLICY,
}
# Metadata whose content is an address (Open Graph, Twitter, schema.org), by the end of its name.
_NAMES_OF_META = ("property", "name", "itemprop")
_NAMES_ADDRESS = pattern_of(r"(?:^|[:._-])(?:secure_)?(?:ur[il]|image|video|audio|player|src)\Z")
# Addresses that are none of the web, by their scheme.
_SCHEMES: Mapping[str, Role] = {"data:": Role.DATA, "javascript:": Role.SCRIPT}
_OF_WEB = pattern_of(r"\s*https?://", re.IGNORECASE)
_OTHER_SCHEME = pattern_of(r"\s*(data:|javascript:)", re.IGNORECASE)
# A reference within the site, such as ``/login?next=https://a.example``: its first colon is not one
# of a scheme (RFC 3986, section 4.2). What is in its query is data for that page.
_RELATIVE = pattern_of(r"\s*+(?!//)[^:]*[/?#]")
_TIP = pattern_of(r"Original URL:\s*(\S+?)\.?\s+Click")  # as Outlook writes it, in English


def attribute_passages(text: str, tag: re.Match[str]) -> Iterator[Passage]:
    """The attributes of an HTML tag that may hold an address, with the label of what it links."""
    element = tag[2].lower()
    values = list(attributes_at(tag))
    special = _SPECIAL.get(element)
    kind = special(text, dict(values)) if special else None
    label = label_behind(text, tag) if element == "a" or element.endswith(":a") else None
    original = _original(text, values) if "riginal" in tag[3] else None
    for name, (start, end) in values:
        if not may_hold_address(text, start, end) or name.startswith("xmlns"):
            continue  # the name of a namespace leads nowhere
        local = name.rpartition(":")[2]
        if kind is not None and local in ("href", "content"):
            attribute = kind
        elif name.startswith(_FIRST_LETTERS):
            attribute = next(_BEGINNINGS[one] for one in _FIRST_LETTERS if name.startswith(one))
        else:
            attribute = _ATTRIBUTES.get(local, _STRING)
        if attribute.split is not None:
            for passage in attribute.split(text, (start, end)):
                yield passage if attribute.role is None else _with_role(passage, attribute.role)
            continue
        role = attribute.role
        if attribute is _LINK and not _OF_WEB.match(text, start, end):
            role = _role_of_other(html.unescape(text[start:end]))
        own = local in ("href", "src")
        yield Passage(
            ((start, end),),
            MARKUP,
            label if own else None,
            original if own else None,
            reading=attribute.reading,
            role=role,
        )


def _role_of_other(reference: str) -> Role | None:
    """What an address is within a reference that is none of the web itself."""
    scheme = _OTHER_SCHEME.match(reference)
    if scheme is not None:
        return _SCHEMES[scheme[1].lower()]
    return Role.DATA if _RELATIVE.match(reference) else None


def _with_role(passage: Passage, role: Role) -> Passage:
    return Passage(passage.pieces, passage.codec, reading=passage.reading, role=role)


def _original(text: str, values: list[tuple[str, Span]]) -> str | None:
    """The target that Outlook noted beside the link."""
    tip = None
    for name, span in values:
        if name == "originalsrc":
            return html.unescape(text[slice(*span)])
        if name == "title":
            tip = _TIP.search(html.unescape(text[slice(*span)]))
    return tip[1] if tip else None


def _of_link(text: str, values: Mapping[str, Span]) -> _HtmlAttribute | None:
    relations = text[slice(*values.get("rel", (0, 0)))].lower().split()
    if relations and all(one.startswith(_SCHEMA_OF_NAMES) for one in relations):
        return _SCHEMA
    kinds = set(relations)
    return next((one for names, one in _RELATIONS if kinds and kinds <= names), None)


def _of_meta(text: str, values: Mapping[str, Span]) -> _HtmlAttribute | None:
    known = _CONTENTS.get(text[slice(*values.get("http-equiv", (0, 0)))].strip().lower())
    if known is not None:
        return known
    names = (text[slice(*values[key])].strip().lower() for key in _NAMES_OF_META if key in values)
    return _LINK if any(map(_NAMES_ADDRESS.search, names)) else None


_SPECIAL: Mapping[str, Callable[[str, Mapping[str, Span]], _HtmlAttribute | None]] = {
    "link": _of_link,
    "meta": _of_meta,
    "base": lambda *_: _BASE,
}
