"""Where links begin and end in running text, whole or damaged (spec, sections 3 and 7).

It knows the grammar of text around links: what stops an address, and what mail programs do to a
wrapped one. It does not know what a link means. Every step consumes what it has looked at or looks
a bounded way ahead, so the time is linear in the text, whatever is in it.

A Safe Link is known by its head, so much is forgiven inside it that would be guessing in a plain
address: cut into lines, quoted, escaped for HTML, quoted-printable, JSON or Markdown, defanged. A
continuation on a further line is believed only when it leads to the wrapper's own parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from safelinks.grammar import CANONICAL, PARAMETER, TAIL, has_query
from safelinks.run import INVISIBLE, TRAILING, Escape, Run, read_run

__all__ = ["Span", "scan"]


@frozen
class Span:
    """A link at ``text[start:end]``; `url` is the address that is meant there."""

    start: int
    end: int
    url: str
    escape: Escape = Escape.NONE
    defanged: bool = False


_MAX_LINES = 64  # a Safe Link of 4,000 characters, cut at column 62
_HEAD_LENGTH = 160  # scheme, host and path, damage included
_MAX_HEAD_LINES = 3
_OVERLAP = 32  # the longest parameter name with its escaped separator
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
_GAP = r"(?:=?[ \t]*\r?\n[> \t]*)?"
_DAMAGED_SCHEME = re.compile(
    _GAP.join(("h", "(?:tt|t[\r\n=> \t]+t|xx)", "p", "s?", r"\[?(?:\\?:|&\#(?:58|x3a);)\]?"))
    + rf"\]?{_GAP}(?:\\?/|&\#(?:47|x2f);|\[/\]){_GAP}(?:\\?/|&\#(?:47|x2f);|\[/\])\]?{_GAP}"
    + r"(?:[a-z]{2,5}[0-9]{2}(?:\.|\[\.\]|\[dot\]|\(dot\)|\(\.\)))?\Z",
    re.IGNORECASE | re.ASCII,
)
_LOOK_BACK = 60

_ANCHOR = "safelinks"
_LINE_BREAK = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r)|\xa0+)(?![\r\n])")
_QUOTE_PREFIX = re.compile(r"(?:[ \t]*>)*[ \t\xa0]*")
_COMMENT_PREFIX = re.compile(r"[ \t]*(\#+|//+|\*|\+|--?|;+|%+|!|\|)(?=[ \t]|http)")

_REFANG = re.compile(r"\b(h)xx(ps?(?=:|%(?:25)*3A))", re.IGNORECASE)
_QP_URL = re.compile(r"url=3Dh", re.IGNORECASE)


def scan(text: str) -> Iterator[Span]:
    """Every link in `text`, in order; none overlaps another."""
    find = text.find
    soft = "=3D" in text and ("=\n" in text or "=\r\n" in text)
    end = len(text)
    position = 0
    # Two things betray a link: `://`, and the name that stays whole when `://` does not.
    scheme_at, name_at = find("://"), find(_ANCHOR)
    while scheme_at >= 0 or name_at >= 0:
        if scheme_at >= 0 and (name_at < 0 or scheme_at < name_at):
            match = CANONICAL.match(text, scheme_at - 5) if scheme_at >= position + 5 else None
            span: Span | None
            if match is not None:
                span = _canonical(text, match)
            else:
                span = _at_scheme(text, scheme_at, position, soft=soft)
            position = span.end if span else scheme_at + 3
        else:
            span = _at_name(text, name_at, position, soft=soft)
            position = span.end if span else name_at + len(_ANCHOR)
        if span is not None:
            yield span
        if 0 <= scheme_at < position:
            scheme_at = find("://", position) if position < end else -1
        if 0 <= name_at < position:
            name_at = find(_ANCHOR, position) if position < end else -1


def _canonical(text: str, match: re.Match[str]) -> Span:
    """A wrapped link in the rewriter's own spelling, which nothing has touched."""
    start, end = match.span()
    return Span(start, end, match[0], _escape(text, start, end))


def _at_scheme(text: str, scheme_at: int, floor: int, *, soft: bool) -> Span | None:
    """The link whose ``://`` is at `scheme_at`."""
    before = text[max(floor, scheme_at - _LONGEST_SCHEME) : scheme_at]
    web = _WEB_SCHEME.search(before)
    if _LIKELY.match(text, scheme_at) or _may_be_cut(text, scheme_at):
        span = _wrapped(text, scheme_at - len(web[0]), soft=soft) if web else None
        span = span or _at_name(text, scheme_at + 3, floor, soft=soft)
        if span is not None:
            return span
    scheme = web or _SCHEME.search(before)
    return _plain(text, scheme_at - len(scheme[0]), scheme_at, soft=soft) if scheme else None


def _at_name(text: str, name_at: int, floor: int, *, soft: bool) -> Span | None:
    """The link whose host is whole at `name_at` and whose scheme is damaged."""
    low = max(floor, name_at - _LOOK_BACK)
    scheme = _DAMAGED_SCHEME.search(text[low:name_at])
    return _wrapped(text, low + scheme.start(), soft=soft) if scheme else None


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
    run = read_run(text, Run(start, _quote(text, start)), soft=soft, forgiving=False)
    url = run.text[: _trimmed(text, start, run.text)]
    if len(url) <= scheme_at + 3 - start:
        return None
    end = run.raw_end(len(url))
    quoted_printable = soft and (run.soft_broken or "=3D" in url)
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else _escape(text, start, end)
    return Span(start, end, escape.undo(url), escape)


def _wrapped(text: str, start: int, *, soft: bool) -> Span | None:
    """The wrapped link that begins at `start`, put together over its lines; None if it is none."""
    # First a look at its head, which is short: what is read in full is then always used.
    if not _has_head(text, start, soft=soft):
        return None
    best = searched = 0
    for run in _grow(text, start, soft=soft):
        logical = run.text
        tail = TAIL.search(logical, max(0, searched - _OVERLAP))
        if tail is not None:
            return _as_span(text, start, run, tail.end(), whole=True)
        found = PARAMETER.finditer(logical, max(0, searched - _OVERLAP))
        if not has_query(_address(run, best)) or any(one.end() > searched for one in found):
            best = len(logical)
        searched = len(logical)
    return _as_span(text, start, run, best, whole=False)


def _has_head(text: str, start: int, *, soft: bool) -> bool:
    """Whether a Safe Link with a query begins at `start`, damaged or not."""
    return has_query(text, start) or any(
        has_query(_address(run)) for run in _grow(text, start, soft=soft, limit=_HEAD_LENGTH)
    )


def _grow(text: str, start: int, *, soft: bool, limit: int | None = None) -> Iterator[Run]:
    """The run at `start`, then the same with each further line that can be the rest of it."""
    run = Run(start, _quote(text, start))
    end = None if limit is None else start + limit
    yield read_run(text, run, soft=soft, forgiving=True, limit=end)
    comment = _comment(text, start) if _LINE_BREAK.match(text, run.end) else None
    for _ in range(_MAX_LINES if limit is None else _MAX_HEAD_LINES):
        more = _continuation(text, run, comment, soft=soft, limit=limit)
        if more is None:
            return
        run.extend(more)
        yield run


def _as_span(text: str, start: int, run: Run, length: int, *, whole: bool) -> Span | None:
    """The first `length` characters of `run` as a link; `whole` if it has its tail."""
    if not whole:
        length = _trimmed(text, start, run.text[:length])
    url = _address(run, length)
    end = run.raw_end(length)
    quoted_printable = _QP_URL.search(url) is not None
    escape = Escape.QUOTED_PRINTABLE if quoted_printable else _escape(text, start, end)
    url = escape.undo(url)
    if not has_query(url):
        return None
    return Span(start, end, url, escape, _is_defanged(run, run.text))


def _is_defanged(run: Run, url: str) -> bool:
    return run.defanged or url[1:3].lower() == "xx"


def _address(run: Run, length: int | None = None) -> str:
    """The first `length` characters of `run`, with schemes that were made harmless restored."""
    url = run.text[:length]
    return _REFANG.sub(r"\1tt\2", url) if _is_defanged(run, url) else url


def _continuation(
    text: str, run: Run, comment: str | None, *, soft: bool, limit: int | None
) -> Run | None:
    """What stands on the next line, if it can be the rest of the link.

    Not if another link begins there: that also keeps the time linear.
    """
    line_break = _LINE_BREAK.match(text, run.end)
    if line_break is None:
        return None
    prefix = _QUOTE_PREFIX.match(text, line_break.end())
    start = prefix.end() if prefix else line_break.end()
    if comment and text.startswith(comment, start):
        start += len(comment)
        start += len(text[start : start + 8]) - len(text[start : start + 8].lstrip(" \t"))
    more = Run(start, run.quote, opened=dict(run.opened))
    read_run(text, more, soft=soft, forgiving=True, limit=None if limit is None else start + limit)
    tail = TAIL.search(more.text)
    piece = more.text[: tail.end()] if tail else more.text
    return None if not piece or ("://" in piece and "://" in run.text) else more


def _comment(text: str, start: int) -> str | None:
    """The sign that makes the line of `start` a comment or a diff line, such as ``#``."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    quote = _QUOTE_PREFIX.match(line)
    sign = _COMMENT_PREFIX.match(line + "http", quote.end() if quote else 0)
    return sign[1] if sign else None


def _quote(text: str, start: int) -> str:
    """The quote that opened the link, if one did."""
    before = text[start - 1] if start else ""
    return before if before in "'\"" else ""


def _trimmed(text: str, start: int, url: str) -> int:
    """How much of `url` is left without the punctuation of the sentence around it."""
    before = text[start - 1] if start else ""
    trailing = TRAILING + (before if before in "*_~" else "")
    kept = url.rstrip(trailing)
    if kept.endswith("*/"):
        kept = kept[:-2].rstrip(trailing)
    return len(kept)


def _escape(text: str, start: int, end: int) -> Escape:
    """HTML, where the link is an attribute's value or all the text of an element."""
    before = text[max(0, start - 2) : start]
    if before in ('="', "='") or (before[-1:] == ">" and text[end : end + 2] == "</"):
        return Escape.HTML
    return Escape.NONE
