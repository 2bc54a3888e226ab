"""Values: addresses that their format delimits, such as an attribute or a cell.

All that stands between the delimiters is the address, so nothing is trimmed from its end. Blanks
around it are no part of it, tabs and line breaks in it are dropped, and other white space in it is
percent-encoded, as browsers do (URL Standard, sections 4.4 and 1.3).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from attrs import evolve

from safelinks.addresses import percent
from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Reading
from safelinks.foundation.patterns import pattern_of
from safelinks.links.address_run import INVISIBLE
from safelinks.links.plain_addresses import may_be_no_link, with_role
from safelinks.links.scanning import LinkSpan, scan
from safelinks.links.text_links import Peel, peeled
from safelinks.wrappers.microsoft.safelink_grammar import MARKS, form_at

__all__ = ["address_in", "written_value"]

_BLANKS = "\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_AROUND = "".join(map(chr, (*range(0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200C))))
_AROUND += "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_DROPPED = pattern_of(r"[\t\r\n]+")
_BLANK = pattern_of(rf"[\x00-\x20\x7f-\x9f{_BLANKS}]")
_UNSAFE = pattern_of(rf"[\x00-\x20\x7f-\x9f{_BLANKS}{INVISIBLE}\ud800-\udfff<>\"`]")

# What nearly all addresses are: one that needs no second look, if no `_ODD` is in it.
_EVERYDAY = pattern_of(r"https?://(?!/)[A-Za-z0-9._~:/?\#@!&'()+=%-]*[A-Za-z0-9_~/?\#&=+-]")
_ODD = pattern_of(r"%(?:[sd(G-Z]|[0-9]\$)")

_GLUED = pattern_of(r"[^&#]*?[A-Za-z0-9]")  # no parameter, no fragment, nor mere punctuation

_SCHEME = pattern_of(r"[a-z][a-z0-9+.-]{0,30}+://[^\s/]", re.IGNORECASE | re.ASCII)
_NO_SCHEME = pattern_of(
    r"//[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?(?::[0-9]*)?(?:[/?#]|\Z)", re.IGNORECASE
)
# What somebody made harmless, and what may be a wrapper with characters put into it.
_DAMAGED = pattern_of(rf"h(?:xx|\*\*)|[{INVISIBLE}{_BLANKS}]|\[\.\]|\\|<br", re.IGNORECASE)
_PUT_IN = pattern_of(rf"[{_BLANKS}]|<br\b", re.IGNORECASE)
_HIDDEN = pattern_of(rf"[{INVISIBLE}]")
_ELLIPSIS = ("…", "...")
# A string that lists several addresses, or has markup behind one, is a text.
_TEXT = pattern_of(
    r"[<>\",;|\u3001\u3002\uff0c\uff1b\\][nrt]?[a-z][a-z0-9+.-]{0,30}+://|\s\S*://|[\r\n]"
    r"|</[a-z]|<!|<(?:a|br|div|hr|img|li|p|span|t[dr]|wbr)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
# What ends an address in running text, and none that its format delimits.
_ODD_SIGN = pattern_of(rf"[<>\"{_BLANKS}]")
_SPACE = pattern_of(rf"[ \t{_BLANKS}]")
_WORDS = pattern_of(r"[ \t]")
_OPEN_QUOTE = pattern_of(r"[^ \t\"]*\"[^ \t\"]*[ \t]")
# A string of several words is an address only if it ends as the name of a file does.
_FILE = pattern_of(
    rf"/[^/?#\s]+(?:[ {_BLANKS}][^/?#\s]+){{0,8}}\.[a-z0-9]{{2,5}}(?:[?#]\S*)?\Z", re.IGNORECASE
)
# What a text leaves of itself where it was taken apart badly: a quote without a partner, or between
# values, and a bracket at the end.
_LEFT_OVER = pattern_of(
    r"\A[^\"]*+(?:\"[^\"]*+\"[^\"]*+)*+\"[^\"]*+\Z|\"[,:}\])]|[,:{\[(]\"|[<>]\Z"
)
_PLACEHOLDER = pattern_of(r"[/=:?&._#-]<[A-Za-z][\w. -]{0,30}>|<%[^<>]*%>|<\?[^<>]*\?>")


class _Extent(Enum):
    """How much of a string that begins with an address is that address."""

    ALL = auto()
    UNCLEAR = auto()
    FIRST = auto()  # as running text says


def address_in(meant: str, reading: Reading) -> LinkSpan | None:
    """The address that all of `meant` is, at its offsets there; None where it is none.

    What is no address from end to end is to be read as running text, and so is a wrapper with
    damage in it, which running text forgives.
    """
    if reading not in _DELIMITED:
        return None
    if _is_everyday(meant):
        return _unless_glued(LinkSpan(0, len(meant), meant))
    bare = meant.strip(_AROUND)
    start = meant.find(bare)
    scheme = ""
    if _SCHEME.match(bare) is None:
        if reading is not Reading.REFERENCE or _NO_SCHEME.match(bare) is None:
            return None
        scheme = "https:"
    extent = _extent(bare) if reading is Reading.STRING else _Extent.ALL
    if extent is _Extent.FIRST:
        return None
    url = percent.encode(scheme + _DROPPED.sub("", bare), _BLANK)
    span = _unless_glued(LinkSpan(start, start + len(bare), url, schemeless=bool(scheme)))
    if extent is _Extent.UNCLEAR:
        return evolve(span, role=Role.UNCLEAR_END)
    return None if _is_damaged(bare, span) else _with_role(span)


def _unless_glued(span: LinkSpan) -> LinkSpan:
    """`span`, which is lost if it is a Safe Link with something glued to its end.

    What the rewriter read ended with the line, and the format joins the next one to it: that may
    belong to the target, or to nothing.
    """
    form = form_at(span.url) if "reserved=" in span.url else None
    tail = MARKS[form].tail.search(span.url) if form is not None else None
    is_glued = tail is not None and _GLUED.match(span.url, tail.end()) is not None
    return evolve(span, cut=True) if is_glued else span


def _is_everyday(meant: str) -> bool:
    """Whether all of `meant` is an address, and nothing in it can say more of it."""
    return (
        _EVERYDAY.fullmatch(meant) is not None
        and ("%" not in meant or _ODD.search(meant) is None)
        and "hxx" not in meant.lower()
    )


def _with_role(span: LinkSpan) -> LinkSpan:
    """`span`, which is no whole address if its spelling says so; what wrappers hold is theirs."""
    url = span.url
    own = evolve(span, start=0, end=len(url))
    shortened = url.endswith(_ELLIPSIS)
    placeholder = "<" in url and _PLACEHOLDER.search(url) is not None
    if not shortened and not placeholder and not may_be_no_link(url, own):
        return span
    unwrapped, error = peeled(span, _UNWRAP)
    if error is not None or (unwrapped is not None and unwrapped.layers):
        return span
    role = with_role(url, own).role or (Role.TEMPLATE if placeholder else None)
    return evolve(span, role=Role.SHORTENED if shortened else role)


def _extent(string: str) -> _Extent:
    """How much of `string` is the address that it begins with.

    Where it has a sign that ends an address in a text only, it may be either: so the whole is taken
    if nothing else in it looks like a text. A wrapper has no such sign in it.
    """
    if _TEXT.search(string) is not None:
        return _Extent.FIRST
    file = _FILE.search(string)
    words = _WORDS.search(string) is not None
    if words and file is None:
        return _Extent.UNCLEAR if _OPEN_QUOTE.match(string) else _Extent.FIRST
    odd = _ODD_SIGN.search(string) is not None
    if odd and any(_is_wrapped(span) for span in scan(string)):
        return _Extent.FIRST
    blank = _SPACE.search(string)
    if blank is not None and (file is None or blank.start() < file.start()):
        return _Extent.UNCLEAR
    if odd and _PLACEHOLDER.search(string) is not None:
        return _Extent.ALL  # a template, which nobody asks
    return _Extent.UNCLEAR if odd and _LEFT_OVER.search(string) else _Extent.ALL


def _is_wrapped(span: LinkSpan) -> bool:
    unwrapped, error = peeled(span, _UNWRAP)
    return error is not None or (unwrapped is not None and bool(unwrapped.layers))


def _is_damaged(bare: str, span: LinkSpan) -> bool:
    """Whether running text sees a wrapper where the value as it stands is none, or another target.

    A wrapper has its target encoded: a character in it that nobody sees was put there.
    """
    if _DAMAGED.search(bare) is None:
        return False
    unwrapped, error = peeled(span, _UNWRAP)
    if error is not None or unwrapped is None:
        return False
    if unwrapped.layers:
        return _PUT_IN.search(bare) is not None or (
            _HIDDEN.search(bare) is not None and _HIDDEN.search(unwrapped.target) is not None
        )
    for other in scan(bare):
        meant, error = peeled(other, _UNWRAP)
        return error is not None or other.defanged or (meant is not None and bool(meant.layers))
    return False


def written_value(target: str) -> str:
    """`target` as it stands in a value: what would end it anywhere is percent-encoded."""
    return percent.encode(target, _UNSAFE)


_UNWRAP = Peel()
_DELIMITED = frozenset({Reading.STRING, Reading.VALUE, Reading.REFERENCE})
