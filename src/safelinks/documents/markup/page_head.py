"""The head of an HTML page: the address that it gives itself, its title, and its first headings.

It reads no further than these stand, and knows nothing of links or of whose page it is.
"""

from __future__ import annotations

import re
from html import unescape

from safelinks.documents.markup.markup_tokens import attributes_at, markup_text_of, markup_tokens
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["PageHead", "head_of"]

_MOST = 100_000  # characters that are looked at
_LONGEST = 500  # of a title
_ENDS = {name: pattern_of(rf"</{name}\b", re.IGNORECASE) for name in ("title", "h1")}
_SAY_WHERE = frozenset({"link", "base", "meta"})
# What browsers write into a page that they save (the "mark of the web").
_SAVED_FROM = pattern_of(r"\s*saved from url=\(\d+\)(\S+)", re.IGNORECASE)


@frozen
class PageHead:
    """The `addresses` that a page says are its own, and its `titles`, in order."""

    addresses: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


def head_of(page: str) -> PageHead:
    """What an HTML page says of itself. Total.

    >>> head_of('<title>PIP &amp; more</title><link rel=canonical href="https://a.example/">')
    PageHead(addresses=('https://a.example/',), titles=('PIP & more',))
    """
    text = page[:_MOST]
    addresses: list[str] = []
    titles: list[str] = []
    for token in markup_tokens(text, raw_text=True):
        if "comment" in token.re.groupindex:
            saved = _SAVED_FROM.match(token["comment"] or "")
            addresses += [saved[1]] if saved else []
        elif not token[1]:
            name = token[2].lower()
            if name in _ENDS:
                end = _ENDS[name].search(text, token.end(), token.end() + _LONGEST)
                titles += [markup_text_of(text[token.end() : end.start()]) or ""] if end else []
            elif name in _SAY_WHERE:
                values = {one: unescape(text[slice(*span)]) for one, span in attributes_at(token)}
                kind = values.get("property", "").lower()
                if name == "base" or "canonical" in values.get("rel", "").lower().split():
                    addresses.append(values.get("href", ""))
                elif kind == "og:url":
                    addresses.append(values.get("content", ""))
                elif kind == "og:site_name":
                    titles.append(values.get("content", ""))
    return PageHead(tuple(filter(None, addresses)), tuple(filter(None, titles)))
