"""Where links begin in running text, whole or damaged, and where plain ones end (spec, section 7).

It knows what betrays a link and what stops an address; `wrapped_links` puts the damaged ones
together. Every step consumes what it has looked at or looks a bounded way ahead, so the time is
linear in the text, whatever is in it.

Why our own: urlextract and linkify-it are up to a hundred times slower, and wrong on Safe Links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from attrs import evolve, field

from safelinks.addresses.roles import Role
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.address_run import INVISIBLE, Escape, is_in_comment
from safelinks.links.cut_schemes import (
    CUT_HEAD_LENGTH,
    SCHEME,
    Head,
    cut_scheme,
    head_at_host,
    head_before,
)
from safelinks.links.headless_links import read_rest
from safelinks.links.line_breaks import wrapper_may_follow
from safelinks.links.link_markers import (
    BARE,
    BEFORE_PIECE,
    ESCAPE,
    NAME,
    URL_DEFENSE,
    WWW,
    finders_in,
    next_of,
    next_slashes,
    signs_of,
)
from safelinks.links.plain_addresses import (
    TextRules,
    is_cut_off,
    may_be_no_link,
    read_plain,
    read_schemeless,
    run_at,
    simple,
    with_role,
)
from safelinks.links.vendor_links import read_cut_head, read_vendor
from safelinks.links.wrapped_links import LinkSpan, read_wrapped
from safelinks.wrappers.microsoft.safelink_grammar import CANONICAL, MAIL_HOSTS
from safelinks.wrappers.vendors.wrapper_table import wrapper_of

__all__ = ["LinkSpan", "TextRules", "scan", "signs_of"]

_SCHEME = pattern_of(r"[a-z][a-z0-9+.-]*\Z", re.IGNORECASE | re.ASCII)
_WEB_SCHEME = pattern_of(r"h(?:tt|xx)ps?\Z", re.IGNORECASE)
_LONGEST_SCHEME = 30
# A scheme that is cut behind its first slash, or in front of both.
_CUT_SLASH = pattern_of(r":/[ \t]*(?:[\r\n=|\\\"'`<\xa0])")
_COLON_ABOVE = pattern_of(
    r"[tps][^\w:]*:[^\w:]*(?:[\r\n]|<br)[^\w:]*(?:[fbru]{1,2}[\"'])?\Z", re.IGNORECASE
)
_MARGIN = " \t\r\n>|+#\"'\\"
_LINE_ENDS = frozenset("\r\n")
# What may be left of a scheme.
_REST_OF_SCHEME = pattern_of(r"(?<![a-z0-9])(?:t?tps?|ps?|s)\Z", re.IGNORECASE)

# A host that is, or may be the damaged beginning of, one that carries Safe Links.
_LIKELY = pattern_of(
    r"://(?:[a-z]{2,5}[0-9]{2}\.)?(?:safelinks\.|statics(?:int)?\.teams\.|teams\.public\.|outlook\.)",
    re.IGNORECASE | re.ASCII,
)
_CUT_HOST = pattern_of(
    r"://([a-z0-9.-]{0,60}+)"
    rf"(?=[ \t]*[=|\\]?[ \t]*[\r\n]|[ \t]*<|&\#|[\"'`\\\[({{\xa0\u2007\u202f{INVISIBLE}])",
    re.IGNORECASE | re.ASCII,
)
_LABEL = pattern_of(r"[a-z]{2,5}[0-9]{2}\.")
_CUT_LABEL = pattern_of(r"[a-z]{0,5}[0-9]{0,2}\Z")
_STUMP = pattern_of(r"https?://(?:[a-z]{2,5}[0-9]{2}\.)?(safelinks[a-z0-9.]*)/?\Z", re.IGNORECASE)
_HOSTS = (
    "safelinks.protection.outlook.com",
    "safelinks.protection.office365.us",
    "safelinks.protection.partner.outlook.cn",
    "safelinks.protection.outlook.cn",
    "statics.teams.cdn.office.net",
    "staticsint.teams.cdn.office.net",
    "teams.public.onecdn.static.microsoft",
    "outlook.office.com",
    "outlook.cloud.microsoft",
    "outlook.office365.com",
    "outlook.live.com",
)

# The scheme before a host that is whole, where `://` itself was cut, escaped or defanged.
_PREFIX = r"[ \t]*(?:\w{1,8}(?=[ \t>]))?[^\w\s]{0,4}[ \t>]*"
_GAP = rf"[{INVISIBLE}]*(?:=?[ \t]*\r?\n{_PREFIX})?"
_COLON = r"\[?(?:\\*:|&\#(?:58|x3a);|\\+u003a)\]?"
_SLASH = r"(?:\\*/|&\#(?:47|x2f);|\\+u002f|\[/\])"
_DAMAGED_SCHEME = pattern_of(
    _GAP.join(("h", rf"(?:t{_GAP}t|xx)", "p", "s?", _COLON, _SLASH, rf"{_SLASH}\]?", ""))
    + r"(?:[a-z]{2,5}[0-9]{2}(?:\.|\[\.\]|\[dot\]|\(dot\)|\(\.\)|&\#(?:46|x2e);))?\Z",
    re.IGNORECASE | re.ASCII,
)
_LOOK_BACK = 60

_SOFT_BREAKS = (("=3D", "=3d"), ("=\n", "=\r\n"))  # one of each shows it
_SOFT = pattern_of(r"=(?:[0-9A-F]{2}|[ \t]*[\r\n])", re.IGNORECASE)
_LONGEST_SOFT = 8  # a sign, blanks and the end of the line, behind a link

_GAP_ONLY = pattern_of(r"[^\w%&]{0,80}")
_SHORTEST = 10  # characters between two links that hold no third one


@frozen
class _Look:
    """How `text` is looked at."""

    text: str = field(repr=False)
    rules: TextRules

    @cached_property
    def soft(self) -> bool:
        """Whether the text has soft breaks of quoted-printable."""
        text = self.text
        return "=3" in text and all(any(map(text.__contains__, signs)) for signs in _SOFT_BREAKS)


def scan(
    text: str,
    *,
    rules: TextRules = TextRules.PLAIN,
    schemeless: bool = True,
    bare_hosts: frozenset[str] = frozenset(),
) -> Iterator[LinkSpan]:
    """Every link in `text`, in order; none overlaps another.

    `rules` are those of the text's language. If `schemeless`, addresses that begin with ``www.``
    count; so do those on one of `bare_hosts`, or below one, with a path behind it.
    """
    end = len(text)
    position = floor = 0  # where to look on, and where the last link ended
    lost = False  # whether that could have gone on
    finders = finders_in(text, bare_hosts, schemeless=schemeless)
    others = {sign: at for sign, finder in finders.items() if (at := finder(0, end)) >= 0}
    scheme_at = next_slashes(text, 0)
    look = _Look(text, rules)
    # The next of the others: looked for anew only where it has been passed.
    other, other_at = next_of(others, finders, 0, end if scheme_at < 0 else scheme_at)
    while scheme_at >= 0 or other:
        span: LinkSpan | None
        if not other or 0 <= scheme_at < other_at:
            match = CANONICAL.match(text, scheme_at - 5) if scheme_at >= position + 5 else None
            read = _at_slashes if text[scheme_at] == "/" else _at_scheme
            span = None if match else read(text, scheme_at, floor, look)
            position = span.end if span else scheme_at + 2
            while match is not None:  # one after the other, with hardly anything between them
                yield _canonical(text, match)
                floor = position = match.end()
                lost = False
                near = text.find("://", position + 5, position + _SHORTEST + 3)
                match = CANONICAL.match(text, near - 5) if near >= 0 else None
        else:
            rest = other == WWW and lost and _GAP_ONLY.fullmatch(text, floor, other_at)
            span = None if rest else _READERS[other](text, other_at, floor, look)
            position = span.end if span else other_at + 2
        if span is not None:
            floor, lost = position, span.cut
            yield span
        if 0 <= scheme_at < position:
            scheme_at = next_slashes(text, position)
        limit = end if scheme_at < 0 else scheme_at
        if others and limit - position > _SHORTEST:
            other, other_at = next_of(others, finders, position, limit)
        else:
            other = ""


def _canonical(text: str, match: re.Match[str]) -> LinkSpan:
    """A wrapped link in the rewriter's own spelling, which nothing has touched."""
    start, end = match.span()
    return LinkSpan(start, end, match[0], Escape.around(text, start, end))


def _at_scheme(text: str, scheme_at: int, floor: int, look: _Look) -> LinkSpan | None:
    """The link whose ``://`` is at `scheme_at`, or the first half of that."""
    before = text[max(floor, scheme_at - _LONGEST_SCHEME) : scheme_at]
    web = _WEB_SCHEME.search(before)
    if not text.startswith("//", scheme_at + 1):
        could = _CUT_SLASH.match(text, scheme_at) and (web or _ends_in_scheme(before))
        head = cut_scheme(text, scheme_at, floor) if could else None
        return _at_head(text, head, look) if head else None
    if _LIKELY.match(text, scheme_at) or _may_be_cut(text, scheme_at):
        span = read_wrapped(text, scheme_at - len(web[0]), soft=look.soft) if web else None
        span = span or _at_name(text, scheme_at + 3, floor, look)
        if span is not None:
            return span
    begun = (
        _begun_before(text, before[: web.start()], scheme_at, floor)
        if web
        else _rest_of_scheme(text, before, scheme_at, floor)
    )
    if begun is not None:
        return _at_head(text, begun, look)
    scheme = web or _SCHEME.search(before)
    if scheme is None:
        return None
    start = scheme_at - len(scheme[0])
    span = _plain(text, start, scheme_at, look)
    return span or (_without_host(text, start, scheme_at) if web else None)


def _ends_in_scheme(before: str) -> bool:
    """Whether `before` ends in a scheme or what is left of one, perhaps on the line above."""
    above = before.rstrip(_MARGIN)
    return _REST_OF_SCHEME.search(above) is not None or _WEB_SCHEME.search(above) is not None


def _of_whom(text: str, span: LinkSpan) -> LinkSpan:
    """`span` as the link of a vendor, if it is one, else with what its spelling says of it."""
    span = read_vendor(text, span)
    if span.cut or not may_be_no_link(text, span) or wrapper_of(span.url) is not None:
        return span
    return with_role(text, span)


def _is_stump(url: str) -> bool:
    """Whether `url` is what is left of a Safe Link that was cut off within its host."""
    stump = _STUMP.match(url)
    host = stump[1].lower().rstrip(".") if stump else ""
    return bool(host) and any(name.startswith(host) and name != host for name in MAIL_HOSTS)


def _rest_of_scheme(text: str, before: str, scheme_at: int, floor: int) -> Head | None:
    """The wrapped link of whose scheme only a rest stands before ``://``."""
    cut = before[-1:] in BEFORE_PIECE or _REST_OF_SCHEME.search(before)
    return cut_scheme(text, scheme_at, floor) if cut else None


def _begun_before(text: str, letters: str, scheme_at: int, floor: int) -> Head | None:
    """The wrapped link whose target the scheme behind `letters` begins."""
    sign = letters[-1:]
    if sign in _MARGIN:  # then the line before tells
        above = letters.rstrip(_MARGIN)
        sign = above[-1:] if "\n" in letters[len(above) :] or "\r" in letters[len(above) :] else ""
        if not sign or sign not in "=_?":
            return None
    elif sign not in "=_?/":
        return None
    return head_before(text, scheme_at, floor)


def _without_host(text: str, start: int, scheme_at: int) -> LinkSpan | None:
    """The wrapped link of which the line has no more than the scheme."""
    stump = LinkSpan(start, scheme_at + 3, text[start : scheme_at + 3])
    span = read_vendor(text, stump)
    return None if span is stump else span


def _at_head(text: str, head: Head, look: _Look) -> LinkSpan | None:
    """The wrapped link that begins at `head`."""
    start, scheme = head.start, head.scheme
    span = read_wrapped(text, start, soft=look.soft, scheme=scheme)
    if span is not None:
        return span
    run = run_at(text, start, soft=look.soft, scheme=scheme)
    plain = read_plain(text, run, start, soft=look.soft, rules=look.rules)
    span = read_vendor(text, evolve(plain, schemeless=bool(scheme)))
    return span if span.cut or wrapper_of(span.url) else read_cut_head(text, span)


def _at_target(text: str, at: int, floor: int, look: _Look) -> LinkSpan | None:
    """The link in whose target, which is encoded, ``://`` is at offset `at`."""
    head = head_before(text, at, floor)
    return _at_head(text, head, look) if head else None


def _at_name(text: str, name_at: int, floor: int, look: _Look) -> LinkSpan | None:
    """The link whose host is whole at `name_at` and whose scheme is damaged."""
    low = max(floor, name_at - _LOOK_BACK)
    scheme = _DAMAGED_SCHEME.search(text[low:name_at])
    return read_wrapped(text, low + scheme.start(), soft=look.soft) if scheme else None


def _at_slashes(text: str, at: int, floor: int, look: _Look) -> LinkSpan | None:
    """The link whose scheme is cut in front of ``//`` at offset `at`."""
    before = text[max(floor, at - _LOOK_BACK) : at]
    head = cut_scheme(text, at, floor) if _COLON_ABOVE.search(before) else None
    return _at_head(text, head, look) if head else None


def _at_www(text: str, at: int, floor: int, look: _Look) -> LinkSpan | None:  # noqa: ARG001
    """The address without a scheme at offset `at`."""
    span = read_schemeless(text, at, soft=look.soft, rules=look.rules)
    return _of_whom(text, span) if span else None


def _at_bare_host(text: str, at: int, floor: int, look: _Look) -> LinkSpan:  # noqa: ARG001
    """The address on a host that is known, at offset `at`."""
    run = run_at(text, at, soft=look.soft, scheme=SCHEME)
    return evolve(read_plain(text, run, at, soft=look.soft, rules=look.rules), schemeless=True)


def _at_host(text: str, at: int, floor: int, look: _Look) -> LinkSpan | None:
    """The link without a scheme whose host is at offset `at`."""
    head = head_at_host(text, at, floor, at + CUT_HEAD_LENGTH)
    return _at_head(text, head, look) if head else None


def _at_escape(text: str, at: int, floor: int, look: _Look) -> LinkSpan | None:
    """The link in whose target, or in the rest of whose `data`, an escape is at offset `at`."""
    if text.startswith("%7", at):
        return read_rest(text, at, floor)
    return _at_target(text, at, floor, look)


_READERS: Mapping[str, Callable[[str, int, int, _Look], LinkSpan | None]] = {
    WWW: _at_www,
    BARE: _at_bare_host,
    NAME: _at_name,
    ESCAPE: _at_escape,
    URL_DEFENSE: _at_host,
}


def _may_be_cut(text: str, scheme_at: int) -> bool:
    """Whether the host stops in the middle of a name that carries Safe Links."""
    match = _CUT_HOST.match(text, scheme_at)
    if match is None or match.end() == len(text) or not wrapper_may_follow(text, scheme_at):
        return False
    host = match[1].lower()
    if _CUT_LABEL.match(host):
        return True
    label = _LABEL.match(host)
    rest = host[label.end() :] if label else host
    return any(name.startswith(rest) for name in _HOSTS)


def _may_be_soft(text: str, span: LinkSpan) -> bool:
    """Whether `span` could end elsewhere, or mean another address, with soft breaks."""
    return _SOFT.search(text, span.start, span.end + _LONGEST_SOFT) is not None


def _plain(text: str, start: int, scheme_at: int, look: _Look) -> LinkSpan | None:
    """An address that is taken as it stands, or a vendor's that it begins."""
    span = simple(text, start)
    read = read_vendor
    if span is None or (_may_be_soft(text, span) and look.soft):
        run = run_at(text, start, soft=look.soft)
        span = read_plain(text, run, start, soft=look.soft, rules=look.rules)
        read = _of_whom
    if span.end <= scheme_at + 3:
        return None
    if _is_stump(span.url):
        return evolve(span, cut=True)
    span = read(text, span)
    if text[span.end : span.end + 1] in _LINE_ENDS and _is_left_open(text, span):
        return evolve(span, role=Role.UNCLEAR_END)
    if span.role is None and span.url.endswith("*/") and is_in_comment(text, span.start) is None:
        return evolve(span, role=Role.UNCLEAR_END)
    return span


def _is_left_open(text: str, span: LinkSpan) -> bool:
    """Whether the plain address at `span` goes on with the next line, nobody knows how."""
    is_plain = not span.cut and span.role is None and wrapper_of(span.url) is None
    return is_plain and is_cut_off(text, span)
