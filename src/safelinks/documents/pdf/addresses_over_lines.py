"""Addresses over lines of a page: where one goes on, and where nobody can tell.

A page has lines, and no sign of whether one ends a paragraph or cuts an address. So what stands at
the end of a line is whole only if nothing on the next could belong to it. Wrapped links are put
together elsewhere: they have an end of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cached_property

from attrs import evolve

from safelinks.addresses.roles import Role
from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.links.address_run import Escape
from safelinks.links.scanning import scan
from safelinks.links.text_links import Link
from safelinks.wrappers.unwrapping import unwrap

__all__ = ["over_lines"]

_MOST_LINES = 20  # of one address
_LINES_AT_MARGIN = 3  # lines as long as the longest show that there is a margin
_FULL = 0.92  # of the longest line, in characters, which differ in width

# What stands behind an address on its line, and what the next line begins with.
_NEXT = pattern_of(r"([^\s\w/]{0,20})[^\S\n]*\n[^\S\n]*(\S{1,2000})([^\S\n]*[^\n]?)")
_GOES_ON = pattern_of(r"(?:[/_?&=#.](?=[A-Za-z0-9/_%?&=#~+-])|%[0-9A-Fa-f]{2})")
_WANTS_MORE = pattern_of(r"(?:[-_=&?#]|%[0-9A-Fa-f]?)\Z")
_SIGN_WITHIN = pattern_of(r"[A-Za-z0-9][/_%?&=#.][A-Za-z0-9]")
# Another address, an item of a list, a label, or a sign that stands in no address.
_OTHER = pattern_of(
    r"[^\x21-\x7e]|[\"'(<\[{*>|]|https?:|www\.|-\Z|[0-9]{1,3}[.)]\Z|[A-Za-z]+:\Z", re.IGNORECASE
)
_SENTENCE = pattern_of(r"[A-Z][a-z]*\Z")
# Words that begin a line of a sentence, and end no address that the line before began.
_PROSE = pattern_of(
    r"(?:a|an|and|are|as|at|be|but|by|can|did|do|for|from|had|has|have|he|how|if|in|into|is|it|its|"
    r"may|must|no|not|of|on|or|our|she|should|so|than|that|the|their|then|there|these|they|this|"
    r"those|to|was|we|were|what|when|where|which|who|will|with|would|you|your|"
    r"al|con|de|del|el|en|la|las|los|o|para|por|que|se|su|un|una|y)\Z",
    re.IGNORECASE,
)


class _End(Enum):
    """Whether an address ends with its line."""

    WHOLE = auto()
    WHOLE_UNLESS_FULL = auto()
    GOES_ON = auto()
    UNCLEAR = auto()


def over_lines(text: str, links: Iterable[Link]) -> Iterator[Link]:
    """`links` of the `text` of a page, those that lines cut put together, or their role told.

    >>> from safelinks.links.text_links import find
    >>> text = "See https://a.example/b\\n_c.html, or https://a.example/d\\ne"
    >>> [(link.url, str(link.role)) for link in over_lines(text, find(text))]
    [('https://a.example/b_c.html', 'None'), ('https://a.example/d', 'unclear-end')]
    """
    page = _PageText(text)
    for link in links:
        broken = "\n" in text[link.start : link.end]
        yield link if broken or not _is_plain(link) else page.whole(link)


class _PageText:
    """The text of a page, which is measured when that is needed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def whole(self, link: Link) -> Link:
        """`link` with all that belongs to it, or with the role of one of which nobody can tell."""
        for _ in range(_MOST_LINES):
            end, token, at = _end(self._text, link.end)
            if end is _End.UNCLEAR and _SIGN_WITHIN.search(token) and self._is_full(link.end):
                end = _End.GOES_ON
            if end is _End.WHOLE_UNLESS_FULL and not self._is_full(link.end):
                end = _End.WHOLE
            if end is _End.WHOLE:
                return link
            longer = _joined(link, token, at) if end is _End.GOES_ON else None
            if longer is None:
                break
            link = longer
        return evolve(link, role=Role.UNCLEAR_END)

    @cached_property
    def _margin(self) -> int | None:
        """How many characters fill a line; None where nothing shows that."""
        lengths = [len(line) for line in self._text.split("\n")]
        longest = max(lengths)
        wide = sum(length >= _FULL * longest for length in lengths)
        return longest if wide >= _LINES_AT_MARGIN else None

    def _is_full(self, end: int) -> bool:
        length = end - self._text.rfind("\n", 0, end) - 1
        return self._margin is not None and length >= _FULL * self._margin


def _is_plain(link: Link) -> bool:
    """Whether `link` is an address that is written as it is, and no wrapper."""
    if link.error is not None or link.defanged or link.escape is not Escape.NONE:
        return False
    try:
        return not unwrap(link.url).layers
    except SafelinksError:
        return False


def _end(text: str, end: int) -> tuple[_End, str, int]:
    """Whether an address goes on behind `end`, with what, and where that stands."""
    behind = _NEXT.match(text, end)
    if behind is None:
        return _End.WHOLE, "", end
    mark, token, more = behind.groups()
    if mark:  # of the sentence, unless it is part of the address
        cut = mark == "-" or (mark in (".", ":") and (token[0].islower() or token[0].isdigit()))
        return (_End.UNCLEAR if cut else _End.WHOLE), "", end
    wants_more = _WANTS_MORE.search(text, end - 2, end) is not None
    return _before(token, more.strip(), wants_more=wants_more), token, behind.start(2)


def _before(token: str, more: str, *, wants_more: bool) -> _End:
    """What a line that begins with `token` tells of an address that ends the line before it."""
    if _GOES_ON.match(token):
        return _End.GOES_ON
    if wants_more:
        return _End.UNCLEAR
    if _OTHER.match(token) or (more and _PROSE.match(token)):
        return _End.WHOLE
    return _End.WHOLE_UNLESS_FULL if more and _SENTENCE.match(token) else _End.UNCLEAR


def _joined(link: Link, token: str, at: int) -> Link | None:
    """`link` that goes on with `token`; None where that makes up no address."""
    whole = next(scan(link.url + token), None)
    if whole is None or whole.start or not whole.url.startswith(link.url):
        return None
    return evolve(link, url=whole.url, end=at + whole.end - len(link.url))
