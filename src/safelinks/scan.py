"""Where links begin in running text, whole or damaged, and where plain ones end (spec, section 7).

It knows what betrays a link and what stops an address; `wrapped` puts the damaged ones together.
Every step consumes what it has looked at or looks a bounded way ahead, so the time is linear in the
text, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.grammar import CANONICAL
from safelinks.run import INVISIBLE, Escape, Run, read_run, trimmed
from safelinks.vendors import read_vendor
from safelinks.wrapped import Span, quote_before, read_wrapped

__all__ = ["Span", "scan"]

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z", re.IGNORECASE | re.ASCII)
_WEB_SCHEME = re.compile(r"h(?:tt|xx)ps?\Z", re.IGNORECASE)
_LONGEST_SCHEME = 30

# A host that is, or may be the damaged beginning of, one that carries Safe Links.
_LIKELY = re.compile(
    r"://(?:[a-z]{2,5}[0-9]{2}\.)?(?:safelinks\.|statics(?:int)?\.teams\.|teams\.public\.|outlook\.)",
    re.IGNORECASE | re.ASCII,
)
_CUT_HOST = re.compile(
    rf"://([a-z0-9.-]{{0,60}})(?=[ \t]*[\r\n]|=\r?\n|&\#|[\\\[({{\xa0{INVISIBLE}])",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"[a-z]{2,5}[0-9]{2}\.")
_CUT_LABEL = re.compile(r"[a-z]{0,5}[0-9]{0,2}\Z")
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
_DAMAGED_SCHEME = re.compile(
    _GAP.join(("h", rf"(?:t{_GAP}t|xx)", "p", "s?", _COLON, _SLASH, rf"{_SLASH}\]?", ""))
    + r"(?:[a-z]{2,5}[0-9]{2}(?:\.|\[\.\]|\[dot\]|\(dot\)|\(\.\)|&\#(?:46|x2e);))?\Z",
    re.IGNORECASE | re.ASCII,
)
_LOOK_BACK = 60

_ANCHOR = "safelinks"
_QUOTED_PRINTABLE = (("=3D", "=3d"), ("=\n", "=\r\n"))  # one of each shows it


def scan(text: str) -> Iterator[Span]:
    """Every link in `text`, in order; none overlaps another."""
    find = text.find
    soft = "=3" in text and all(any(map(text.__contains__, signs)) for signs in _QUOTED_PRINTABLE)
    end = len(text)
    position = floor = 0  # where to look on, and where the last link ended
    # Two things betray a link: `://`, and the name that stays whole when `://` does not.
    scheme_at, name_at = find("://"), find(_ANCHOR)
    while scheme_at >= 0 or name_at >= 0:
        if scheme_at >= 0 and (name_at < 0 or scheme_at < name_at):
            match = CANONICAL.match(text, scheme_at - 5) if scheme_at >= position + 5 else None
            span: Span | None
            if match is not None:
                span = _canonical(text, match)
            else:
                span = _at_scheme(text, scheme_at, floor, soft=soft)
            position = span.end if span else scheme_at + 3
        else:
            span = _at_name(text, name_at, floor, soft=soft)
            position = span.end if span else name_at + len(_ANCHOR)
        if span is not None:
            floor = position
            yield span
        if 0 <= scheme_at < position:
            scheme_at = find("://", position) if position < end else -1
        if 0 <= name_at < position:
            name_at = find(_ANCHOR, position) if position < end else -1


def _canonical(text: str, match: re.Match[str]) -> Span:
    """A wrapped link in the rewriter's own spelling, which nothing has touched."""
    start, end = match.span()
    return Span(start, end, match[0], Escape.around(text, start, end))


def _at_scheme(text: str, scheme_at: int, floor: int, *, soft: bool) -> Span | None:
    """The link whose ``://`` is at `scheme_at`."""
    before = text[max(floor, scheme_at - _LONGEST_SCHEME) : scheme_at]
    web = _WEB_SCHEME.search(before)
    if _LIKELY.match(text, scheme_at) or _may_be_cut(text, scheme_at):
        span = read_wrapped(text, scheme_at - len(web[0]), soft=soft) if web else None
        span = span or _at_name(text, scheme_at + 3, floor, soft=soft)
        if span is not None:
            return span
    scheme = web or _SCHEME.search(before)
    span = _plain(text, scheme_at - len(scheme[0]), scheme_at, soft=soft) if scheme else None
    return read_vendor(text, span) if span else None


def _at_name(text: str, name_at: int, floor: int, *, soft: bool) -> Span | None:
    """The link whose host is whole at `name_at` and whose scheme is damaged."""
    low = max(floor, name_at - _LOOK_BACK)
    scheme = _DAMAGED_SCHEME.search(text[low:name_at])
    return read_wrapped(text, low + scheme.start(), soft=soft) if scheme else None


def _may_be_cut(text: str, scheme_at: int) -> bool:
    """Whether the host stops in the middle of a name that carries Safe Links."""
    match = _CUT_HOST.match(text, scheme_at)
    if match is None or match.end() == len(text):
        return False
    host = match[1].lower()
    if _CUT_LABEL.match(host):
        return True
    label = _LABEL.match(host)
    rest = host[label.end() :] if label else host
    return any(name.startswith(rest) for name in _HOSTS)


def _plain(text: str, start: int, scheme_at: int, *, soft: bool) -> Span | None:
    """An address that is taken as it stands."""
    run = read_run(text, Run(start, quote_before(text, start)), soft=soft)
    url = run.text[: trimmed(text, start, run.end, run.text)]
    if len(url) <= scheme_at + 3 - start:
        return None
    end = run.raw_end(len(url))
    quoted_printable = soft and (run.soft_broken or "=3D" in url)
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else Escape.around(text, start, end)
    return Span(start, end, escape.undo(url), escape)
