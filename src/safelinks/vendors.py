"""Links of other vendors' wrappers in running text, whole, in pieces or lost (spec, 6 and 7).

What a vendor's links end in stands in its row of the table. Where nothing proves the end, and what
comes behind a border could go on, a link is lost: its first piece would lead elsewhere.
"""

from __future__ import annotations

import re
from functools import cache

from attrs import evolve

from safelinks.borders import Target, goes_on
from safelinks.gaps import Gaps, lead_of, prefixes_of
from safelinks.grammar import AND, EQUALS, KEPT, is_safe_links_host
from safelinks.pieces import Joined, Shape, add_piece, join, joined_start
from safelinks.run import Escape
from safelinks.shapes import CHARACTERS, piece_of
from safelinks.wrapped import Span
from safelinks.wrappers import Wrapper, wrapper_of, wraps_on

__all__ = ["read_vendor"]

_HEAD_LENGTH = 160
_HOST = re.compile(r"[a-z]+://([a-z0-9.-]*)(/[^?]*)?(\?)?", re.IGNORECASE)
_HEAD = Shape(
    *piece_of(CHARACTERS + "@,$"),
    name=re.compile(r"(?!)"),
    tail=re.compile(r"(?!)"),
    follows=re.compile(r"(?!)"),
    whole=lambda _: False,
)
_REDIRECTION = "redir.asp"  # of Outlook Web Access, on whatever host
_FARTHEST_PATH = 200

_QUOTED_PRINTABLE = re.compile(r"[?&]\w{1,20}=3Dhttps?(?:%|:)", re.IGNORECASE)
_ENCODED = re.compile(r"https?%", re.IGNORECASE)
_ENCODED_VALUE = re.compile(rf"{KEPT}*")
_RAW = re.compile(r"[a-z]+:/", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[ \t]+\w")
_WORD = re.compile(r"[A-Za-z]+[,.!]?")


def read_vendor(text: str, span: Span) -> Span:
    """`span`, which was read as a plain address, as the link of a vendor that it may be."""
    wrapper = wrapper_of(span.url)
    whole_head = wrapper is not None
    if wrapper is None and _may_be_cut(text, span):
        head = joined_start(text, span.start, _HEAD, _HEAD_LENGTH).url
        wrapper = wrapper_of(head)
    if wrapper is None or (whole_head and wrapper.end.as_it_stands):
        return span
    if _QUOTED_PRINTABLE.search(span.url):
        escape = Escape.QUOTED_PRINTABLE
        span = evolve(span, url=escape.undo(span.url), escape=escape)
    if whole_head and wrapper.end.is_proven(span.url):
        return span
    shape = _shape_of(wrapper, span.escape is Escape.QUOTED_PRINTABLE)
    joined = join(text, span.start, shape) or _join_by_width(text, span.start, shape)
    if joined is not None:
        return _as_span(text, span, joined)
    if not whole_head:
        return evolve(span, cut=True)
    reach = goes_on(text, span.start, span.end, _target(wrapper, span.url))
    if reach is None and not _is_broken_off(text, span, wrapper):
        return span
    return evolve(span, end=reach or span.end, cut=True)


def _is_broken_off(text: str, span: Span, wrapper: Wrapper) -> bool:
    """Whether a blank stands within the target, which has not come to its end before that."""
    end = wrapper.end
    opened = end.value(span.url) is not None and not end.is_closed(span.url)
    unread = wrapper.decode is not None and wrapper.decode(span.url) is None
    return opened and unread and _NEXT_WORD.match(text, span.end) is not None


def _may_be_cut(text: str, span: Span) -> bool:
    """Whether `span` may be the beginning of a wrapper's host or path, and no more."""
    match = _HOST.match(span.url)
    if match is None or match[3]:
        return False
    if not match[2] or wraps_on(match[1].lower()) or is_safe_links_host(match[1].lower()):
        return True
    return _REDIRECTION in text[span.end : span.end + _FARTHEST_PATH].lower()


def _target(wrapper: Wrapper, url: str) -> Target:
    if wrapper.end.is_closed(url):
        return Target.CLOSED
    value = wrapper.end.value(url)
    return Target.ENCODED if value is not None and _ENCODED.match(value) else Target.OPEN


@cache
def _shape_of(wrapper: Wrapper, quoted_printable: bool) -> Shape:  # noqa: FBT001  a key of the cache
    end = wrapper.end
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else Escape.NONE

    def is_whole(url: str) -> bool:
        url = (Escape.QUOTED_PRINTABLE if _QUOTED_PRINTABLE.search(url) else escape).undo(url)
        value = end.value(url)
        if value is None or not end.proves(url) or wrapper.decode is None:
            return False
        if _ENCODED.match(value) and not _ENCODED_VALUE.fullmatch(value.partition("&")[0]):
            return False
        return wrapper_of(url) is wrapper and wrapper.decode(url) is not None

    def is_raw(url: str) -> bool:
        return "+" in end.signs and _RAW.match(end.value(url) or "") is not None

    return Shape(
        *piece_of(CHARACTERS + re.escape(end.signs)),
        name=re.compile(rf"[?&;](?:{end.names})\Z|/[\w-]{{20,}}\Z", re.IGNORECASE),
        tail=re.compile(end.mark or "(?!)", re.VERBOSE | re.IGNORECASE | re.ASCII),
        follows=re.compile(
            rf"(?:{AND})?(?:{end.names}){EQUALS}|/s/", re.VERBOSE | re.IGNORECASE | re.ASCII
        ),
        whole=is_whole,
        raw=is_raw,
    )


def _join_by_width(text: str, start: int, shape: Shape) -> Joined | None:
    """The link at `start`, whose end nothing marks, if how it was cut shows where it ends.

    All its pieces but the last one end in a hyphen, or with a line as long as the longest.
    """
    lead = lead_of(text, start)
    for prefix in prefixes_of(lead):
        joined = _full_lines(Gaps(text, lead, prefix), start, shape)
        if joined is not None and shape.whole(joined.url):
            value = Target.OPEN if shape.raw(joined.url) else Target.ENCODED
            uncertain = goes_on(text, start, joined.end, value)
            return None if uncertain or joined.doubtful else joined
    return None


def _full_lines(gaps: Gaps, start: int, shape: Shape) -> Joined | None:
    joined = Joined(end=start)
    widths: list[int] = []
    while add_piece(gaps, joined, shape):
        text, end = gaps.text, joined.end
        if joined.pieces > 1 and _WORD.fullmatch(joined.last):
            return None
        gap = gaps.at(end, joined.url, joined.first)
        width = end - max(text.rfind("\n", 0, end), text.rfind("\r", 0, end))
        full = joined.last.endswith("-") or (bool(widths) and width == max(widths))
        if gap is None or not full:
            return joined if widths and not full and width < max(widths) else None
        widths.append(width)
        joined.doubtful |= gap.signs
        joined.end = gap.end
    return None


def _as_span(text: str, span: Span, joined: Joined) -> Span:
    start, end = span.start, joined.end
    quoted = span.escape is Escape.QUOTED_PRINTABLE or _QUOTED_PRINTABLE.search(joined.url)
    escape = Escape.QUOTED_PRINTABLE if quoted else Escape.around(text, start, end)
    return Span(start, end, escape.undo(joined.url), escape)
