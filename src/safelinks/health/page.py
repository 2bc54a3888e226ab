"""What a person sees of an HTML page, or of the start of one: its title, its text, its places.

It decodes and takes apart; what that means is for `signs`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import unquote

from attrs import frozen

from safelinks.documents.markup import attributes_at, html_passages, tokens
from safelinks.documents.prose import prose_in

__all__ = ["Page", "page_of"]

_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_HEADING = re.compile(r"<h1[^>]{0,500}>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,500}>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_META_WITHIN = 1024  # bytes: HTML standard, 13.2.3.2
_TEXT_FIELDS = frozenset({"", "text", "email", "password", "tel", "search", "url", "number"})


@frozen(slots=False)
class Page:
    """A page as text. `whole` is whether this is all of it."""

    source: str
    whole: bool = True

    @cached_property
    def lower(self) -> str:
        """The source in lower case, to look for signs in."""
        return self.source.lower()

    @cached_property
    def title(self) -> str:
        """Its title on one line; empty when it has none."""
        return _first(_TITLE, self.source) if "<title" in self.lower else ""

    @cached_property
    def heading(self) -> str:
        """Its first heading on one line; empty when it has none."""
        return _first(_HEADING, self.source) if "<h1" in self.lower else ""

    @cached_property
    def words(self) -> str:
        """The text that people see, on one line."""
        seen = " ".join(one.text for one in prose_in(self.source, html_passages))
        return " ".join(seen.split())

    @cached_property
    def places(self) -> frozenset[str]:
        """What a fragment can name: ids, and names of links (HTML standard, 7.4.6.4)."""
        found = set()
        for tag in tokens(self.source, raw_text=True):
            if tag.re.groups != 3 or tag[1] or "=" not in tag[3]:
                continue
            for name, (start, end) in attributes_at(tag):
                if name == "id" or (name == "name" and tag[2].lower() == "a"):
                    found.add(html.unescape(self.source[start:end]))
        return frozenset(found)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The kinds of fields in its forms that a person writes into."""
        found = set()
        for tag in tokens(self.source, raw_text=True):
            if tag.re.groups != 3 or tag[1]:
                continue
            name = tag[2].lower()
            if name == "textarea":
                found.add(name)
            elif name == "input":
                given = {key: self.source[slice(*span)] for key, span in attributes_at(tag)}
                kind = given.get("type", "").lower()
                if kind in _TEXT_FIELDS and "captcha" not in given.get("name", "").lower():
                    found.add(kind or "text")
        return frozenset(found)

    def has_place(self, fragment: str) -> bool:
        """Whether `fragment`, as it stands in an address, names a place in the page."""
        return fragment in self.places or unquote(fragment) in self.places


def page_of(body: bytes, headers: Mapping[str, str], *, whole: bool = True) -> Page:
    """The page that was sent as `body`; an odd or missing charset does no harm."""
    named = _CHARSET.search(headers.get("content-type", ""))
    if named is None:
        named = _CHARSET.search(body[:_META_WITHIN].decode("latin-1"))
    for charset in (named[1] if named else "utf-8", "utf-8"):
        try:
            return Page(body.decode(charset, "replace"), whole)
        except (LookupError, ValueError):
            continue
    return Page(body.decode("latin-1"), whole)


def _first(pattern: re.Pattern[str], source: str) -> str:
    match = pattern.search(source)
    text = _TAG.sub(" ", match[1]) if match else ""
    return " ".join(html.unescape(text).split())
