"""Links of other vendors' wrappers in running text, whole, in pieces or lost (spec, 6 and 7).

What a vendor's links end in stands in its row of the table. Where nothing proves the end, and what
comes behind a border could go on, a link is lost: its first piece would lead elsewhere.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from attrs import evolve

from safelinks.foundation.patterns import pattern_of
from safelinks.links.address_run import INVISIBLE, Escape
from safelinks.links.continuation import Target, goes_on
from safelinks.links.cut_schemes import CUT_HEAD_LENGTH, HEAD_SHAPE, SCHEME
from safelinks.links.joined_link import Joined, Shape, add_piece, begun, join, joined_start
from safelinks.links.line_breaks import Gaps, gaps_of, wrapper_may_follow
from safelinks.links.safelink_shapes import SAFELINK_CHARACTERS, piece_of
from safelinks.links.wrapped_links import LinkSpan, is_open
from safelinks.wrappers.microsoft.safelink_grammar import (
    AND,
    EQUALS,
    KEPT,
    form_at,
    is_safe_links_host,
)
from safelinks.wrappers.vendors.wrapper_row import ANYWHERE
from safelinks.wrappers.vendors.wrapper_table import STARTS, WRAPPERS, Wrapper, wrapper_of, wraps_on

__all__ = ["has_no_mark", "lacks_its_end", "read_cut_head", "read_vendor"]


def _begun(start: str) -> str:
    """A pattern of all that a path which begins with `start` may be cut to."""
    rest = "[^?#]*"
    for char in reversed(start):
        rest = f"(?:{re.escape(char)}{rest})?"
    return rest


_BORDER = pattern_of(rf"[.!*_~)?:;,&=]{{0,3}}[\s<=|\\\"'`{INVISIBLE}]")
_MOST_PIECES = 12
_SCHEME_ONLY = pattern_of(
    r"(?:h|ht|htt|https?(?:(?:%|%3|%3A|:)(?:/{0,2}|(?:%2F)?(?:%|%2|%2F)?))?)?", re.IGNORECASE
)
# A piece of a target with another address in it, which is no link.
_ADDRESS_WITHIN = pattern_of(
    r"(?:t?tps?|ps?|s)?://|[^\s<>\"]{0,400}?[=?&/_]https?://", re.IGNORECASE
)
_ADDRESS = pattern_of(r"https?://[^\s<>\"'`|]{1,2048}+", re.IGNORECASE)
_HOST = pattern_of(r"[a-z]+://([a-z0-9.-]*)(/[^?]*)?", re.IGNORECASE)
_OTHER_PORT = pattern_of(r":(?!(?:80|443)/)[0-9]{1,5}/")  # no wrapper's
# The beginning of a path that a link on any host has, or more of it.
_REDIRECTION = pattern_of(rf"(?:{'|'.join(map(_begun, STARTS))})\Z", re.IGNORECASE)

_QUOTED_PRINTABLE = pattern_of(r"[?&]\w{1,20}=3Dhttps?(?:%|:)", re.IGNORECASE)
_ENCODED = pattern_of(r"https?%", re.IGNORECASE)
_WEB = pattern_of(r"https?", re.IGNORECASE)
_ALL_ENCODED = pattern_of(r"https?%(?!3A//)", re.IGNORECASE)
_ENCODED_VALUE = pattern_of(rf"https?%3A//(?:{KEPT}|/)*|{KEPT}*", re.IGNORECASE)
_RAW = pattern_of(r"[a-z]+(?::|%3A)/", re.IGNORECASE)  # also one of which only the colon is encoded
_PUNCTUATION = ".,:;!?'*_~"
_LETTER = pattern_of(r"\w")  # of another script, which is not encoded there
_NEXT_WORD = pattern_of(r"[ \t]+\w|[()]")  # or a bracket that has its partner elsewhere
_WORD = pattern_of(r"[A-Za-z]+[,.!]?")


def read_vendor(text: str, span: LinkSpan) -> LinkSpan:
    """`span`, which was read as a plain address, as the link of a vendor that it may be."""
    wrapper = wrapper_of(span.url)
    if wrapper is None:
        return read_cut_head(text, span) if _may_be_cut(text, span) else span
    if wrapper.end.as_it_stands:
        return span
    if _QUOTED_PRINTABLE.search(span.url):
        escape = Escape.QUOTED_PRINTABLE
        span = evolve(span, url=escape.undo(span.url), escape=escape)
    if wrapper.end.is_proven(span.url) and wrapper.decode and wrapper.decode(span.url):
        return span
    joined = _joined(text, span, wrapper)
    if joined is not None:
        return joined
    reach = goes_on(text, span.start, span.end, _target(wrapper, span.url))
    if reach is None and not _is_broken_off(text, span, wrapper):
        return span
    reach = max(reach or 0, _reach(text, span, wrapper), span.end)
    return evolve(span, end=reach, cut=True, role=None)


def read_cut_head(text: str, span: LinkSpan) -> LinkSpan:
    """`span` as the link of a vendor that it begins, whose head goes on behind the end of it."""
    scheme = SCHEME if span.schemeless else ""
    wrapper = wrapper_of(joined_start(text, span.start, HEAD_SHAPE, CUT_HEAD_LENGTH, scheme).url)
    if wrapper is None:
        return span
    joined = None if wrapper.end.as_it_stands else _joined(text, span, wrapper)
    return joined or evolve(span, end=max(span.end, _reach(text, span, wrapper)), cut=True)


def _joined(text: str, span: LinkSpan, wrapper: Wrapper) -> LinkSpan | None:
    """The link of `wrapper` that begins `span`, if it is whole with what follows."""
    scheme = SCHEME if span.schemeless else ""
    shape = _shape_of(wrapper, span.escape is Escape.QUOTED_PRINTABLE)
    joined = join(text, span.start, shape, scheme)
    joined = joined or _join_by_width(text, span.start, wrapper, shape, scheme)
    return _as_span(text, span, joined) if joined else None


def _reach(text: str, span: LinkSpan, wrapper: Wrapper) -> int:
    """How far the link surely reaches: to where its target has begun, which is no link then.

    Nor is another address that stands further on in the target.
    """
    shape = _shape_of(wrapper, span.escape is Escape.QUOTED_PRINTABLE)
    *_, gaps = gaps_of(text, span.start)
    joined = begun(span.start, SCHEME if span.schemeless else "")
    end = span.start
    known = within = False
    while joined.pieces < _MOST_PIECES and add_piece(gaps, joined, shape):
        if not known or within:
            end = joined.end
        value = wrapper.end.value(joined.url)
        known = value is not None and not _SCHEME_ONLY.fullmatch(value)
        gap = gaps.at(joined.end, joined.url, joined.first)
        if gap is None:
            break
        if known and not gap.soft and text.startswith("=", gap.end):  # on a line of its own
            gap = gaps.at(gap.end, joined.url, "") or gap
        if known and gap.soft and (value_in_it := _ADDRESS.match(text, gap.end)):
            return value_in_it.end()  # behind an equals sign, which is no soft break then
        within = _ADDRESS_WITHIN.match(text, gap.end) is not None or joined.url.endswith("=")
        joined.end = gap.end
    return end


def lacks_its_end(url: str) -> bool:
    """Whether `url` is a wrapped link that may go on, for what marks its end is not there."""
    if form_at(url) is not None:
        return is_open(url)
    wrapper = wrapper_of(url)
    return (
        wrapper is not None
        and bool(wrapper.end.mark)
        and not wrapper.end.is_closed(url)
        and not wrapper.end.is_proven(url)
    )


def has_no_mark(url: str) -> bool:
    """Whether `url` is a wrapped link of a kind that nothing marks the end of."""
    wrapper = wrapper_of(url) if "://" in url and form_at(url) is None else None
    return wrapper is not None and not wrapper.end.mark and not wrapper.end.as_it_stands


def _is_broken_off(text: str, span: LinkSpan, wrapper: Wrapper) -> bool:
    """Whether `span` ends before its target does: at a border, or at a blank."""
    end = wrapper.end
    value = end.value(span.url)
    unread = wrapper.decode is not None and wrapper.decode(span.url) is None
    target = (end.target(span.url) or "") if value is not None else " "
    if unread and _ENCODED.match(target):
        return True  # an address is in it, and something that it needs is not
    if _BORDER.match(text, span.end):
        open_query = span.url.endswith("=") or (bool(wrapper.starts) and "?" in span.url)
        if value is None and (
            open_query or text.startswith(("?", "_"), span.end) or _opens_behind(text, span)
        ):
            return wrapper.decode is not None
        if _SCHEME_ONLY.fullmatch(target.removesuffix("=")):
            return True
        if _ENCODED.match(target) and not _ENCODED_VALUE.fullmatch(target):
            return True
        if unread and wrapper.starts and value is not None:
            return True
    opened = value is not None and not end.is_closed(span.url)
    return opened and unread and _NEXT_WORD.match(text, span.end) is not None


def _opens_behind(text: str, span: LinkSpan) -> bool:
    """Whether the target of the link that `span` begins is opened behind the end of it.

    So the next line is its own, even where it looks like another field (``___https:``), or a rule.
    """
    scheme = SCHEME if span.schemeless else ""
    url = joined_start(text, span.start, HEAD_SHAPE, CUT_HEAD_LENGTH, scheme).url
    wrapper = wrapper_of(url)
    value = wrapper.end.value(url) if wrapper is not None and wrapper.decode else None
    if value is None or _WEB.match(value) is None:
        return False
    return url.count("://", 0, len(url) - len(value)) == 1  # else it is another link's


def _may_be_cut(text: str, span: LinkSpan) -> bool:
    """Whether `span` may be the beginning of a wrapper's host or path, and no more."""
    if "?" in span.url or not _BORDER.match(text, span.end):
        return False
    match = _HOST.match(span.url)
    if match is None or (match[2] is None and _OTHER_PORT.match(span.url, match.end())):
        return False
    host = match[1].lower()
    path = (match[2] or "").rstrip("=")
    is_begun = _REDIRECTION.fullmatch(path) is not None
    if path and not (is_begun or _is_wrappers(host)):
        return False  # as nearly all, of which nothing else has to be looked for
    return (
        (is_begun and len(path) > 1) or wrapper_may_follow(text, span.start) or _is_begun_host(host)
    )


@lru_cache(maxsize=4096)  # a document has many addresses and few hosts
def _is_wrappers(host: str) -> bool:
    """Whether `host`, which is in lower case, has links of a wrapper."""
    return wraps_on(host) or is_safe_links_host(host)


@cache
def _begun_hosts() -> frozenset[str]:
    """All that a host may be cut to whose links have none of the signs that others have."""
    return frozenset(
        host.removeprefix("*.")[:length]
        for row in WRAPPERS
        for host in row.hosts
        if row.unmarked and host != ANYWHERE
        for length in range(len(host) + 1)
    )


def _is_begun_host(host: str) -> bool:
    begun = _begun_hosts()
    return host in begun or host.partition(".")[2] in begun


def _target(wrapper: Wrapper, url: str) -> Target:
    return Target.TOKEN if wrapper.end.is_closed(url) else _value(wrapper, url)


def _value(wrapper: Wrapper, url: str) -> Target:
    """How the target of `url` is written, which nothing closes."""
    value = wrapper.end.value(url)
    return Target.ENCODED if value is not None and _ALL_ENCODED.match(value) else Target.OPEN


@cache
def _shape_of(wrapper: Wrapper, quoted_printable: bool) -> Shape:  # noqa: FBT001  a key of the cache
    end = wrapper.end
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else Escape.NONE

    def is_whole(url: str) -> bool:
        url = (Escape.QUOTED_PRINTABLE if _QUOTED_PRINTABLE.search(url) else escape).undo(url)
        value = end.target(url)
        if value is None or not end.proves(url) or wrapper.decode is None:
            return False
        if _ENCODED.match(value) and not _ENCODED_VALUE.fullmatch(value):
            return False
        return wrapper_of(url) is wrapper and wrapper.decode(url) is not None

    def is_raw(url: str) -> bool:
        return _RAW.match(end.value(url) or "") is not None

    return Shape(
        *piece_of(SAFELINK_CHARACTERS + re.escape(end.signs)),
        name=pattern_of(rf"[?&;](?:{end.names})\Z|/[\w-]{{20,}}\Z", re.IGNORECASE),
        tail=pattern_of(
            rf"(?:{end.mark or '(?!)'})(?!{AND}(?:{end.names}){EQUALS})",
            re.VERBOSE | re.IGNORECASE | re.ASCII,
        ),
        follows=pattern_of(
            rf"(?:{AND})?(?:{end.names}){EQUALS}|/s/", re.VERBOSE | re.IGNORECASE | re.ASCII
        ),
        whole=is_whole,
        raw=is_raw,
    )


def _join_by_width(
    text: str, start: int, wrapper: Wrapper, shape: Shape, scheme: str
) -> Joined | None:
    """The link at `start`, whose end nothing marks, if how it was cut shows where that is.

    All its pieces but the last one end in a hyphen, or with a line as long as the longest.
    """
    for gaps in gaps_of(text, start):
        joined = _full_lines(gaps, begun(start, scheme), shape)
        if joined is None:
            continue
        doubtful = joined.doubtful  # of all that was read
        joined = _without_punctuation(joined)
        if _LETTER.match(text, joined.end):
            continue
        if shape.whole(joined.url):
            uncertain = goes_on(text, start, joined.end, _value(wrapper, joined.url))
            return None if uncertain or doubtful else joined
    return None


def _without_punctuation(joined: Joined) -> Joined:
    """`joined` without what closes the sentence, or a bracket that is opened before the link."""
    url = joined.url.rstrip(_PUNCTUATION)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_PUNCTUATION)
    return joined.upto(len(url))


def _full_lines(gaps: Gaps, joined: Joined, shape: Shape) -> Joined | None:
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
        joined.go_on(gap)
    return None


def _as_span(text: str, span: LinkSpan, joined: Joined) -> LinkSpan:
    start, end = span.start, joined.end
    quoted = span.escape is Escape.QUOTED_PRINTABLE or _QUOTED_PRINTABLE.search(joined.url)
    escape = Escape.QUOTED_PRINTABLE if quoted else Escape.around(text, start, end)
    return LinkSpan(start, end, escape.undo(joined.url), escape, schemeless=span.schemeless)
