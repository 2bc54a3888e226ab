"""Where a wrapped link begins whose scheme is cut off, or was never there.

Each look goes back a bounded way from what betrays the link: its own ``://``, its target's, or that
in a target that is encoded.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.joined_link import Shape, joined_start
from safelinks.links.safelink_shapes import SAFELINK_CHARACTERS, piece_of
from safelinks.wrappers.microsoft.safelink_grammar import form_at
from safelinks.wrappers.vendors.wrapper_table import wrapper_of

__all__ = [
    "CUT_HEAD_LENGTH",
    "HEAD_SHAPE",
    "SCHEME",
    "Head",
    "cut_scheme",
    "head_at_host",
    "head_before",
    "is_wrapped",
]

CUT_HEAD_LENGTH = 160
SCHEME = "https://"  # that of a link which stands without
_FARTHEST = 600
_FARTHEST_SCHEME = 200
_MOST_TRIES = 12
_NEVER = pattern_of(r"(?!)")
HEAD_SHAPE = Shape(*piece_of(SAFELINK_CHARACTERS + "@,$"), _NEVER, _NEVER, _NEVER, lambda _: False)

_ADDRESS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%_.!~*'()&;#/:?=@$,+-"
_OPENING = "('*_~=:;,.!"
_BEGINNING = pattern_of(
    r"(?P<slashes>[a-z]{0,4}:?/{1,2})?(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::[0-9]{1,5})?(?=[/?])",
    re.IGNORECASE,
)
_SCHEME_ABOVE = pattern_of(
    r"(?:[htps:/]|//[\w.-]{1,40})[^\w:/]{0,20}(?:[\r\n]|<br)[^\w:/]*\Z", re.IGNORECASE
)
_FARTHEST_ABOVE = 80
_INSIDE = pattern_of(r"[\w.@/%&-]")
_WEB = pattern_of(r"https?://", re.IGNORECASE)


@frozen
class Head:
    """Where a link begins, and the scheme that is missing there."""

    start: int
    scheme: str = ""


def is_wrapped(url: str) -> bool:
    """Whether `url` begins as a wrapped link does that may carry its target."""
    wrapper = wrapper_of(url)
    return (wrapper is not None and not wrapper.end.as_it_stands) or form_at(url) is not None


def cut_scheme(text: str, at: int, floor: int) -> Head | None:
    """The wrapped link whose scheme begins before offset `at`, and is cut there or goes on."""
    low = max(floor, at - _FARTHEST_SCHEME)
    start = at
    for _ in range(_MOST_TRIES):
        start = max(text.rfind("h", low, start), text.rfind("H", low, start))
        if start < 0:
            return None
        if text[start - 1 : start].isalnum() and start > low:
            continue
        url = joined_start(text, start, HEAD_SHAPE, CUT_HEAD_LENGTH).url
        if _WEB.match(url) and is_wrapped(url):
            return Head(start)
    return None


def head_before(text: str, at: int, floor: int) -> Head | None:
    """The wrapped link that has no whole scheme, and whose target begins about offset `at`."""
    low = max(floor, at - _FARTHEST)
    before = text[low:at]
    token = before[len(before.rstrip(_ADDRESS)) :]
    start = at - len(token.lstrip(_OPENING))
    beginning = _BEGINNING.match(text, start, at)
    host = None
    if beginning is not None and not beginning["slashes"]:
        host = head_at_host(text, start, floor, at + CUT_HEAD_LENGTH)
    return host or cut_scheme(text, start, floor)


def head_at_host(text: str, start: int, floor: int, end: int) -> Head | None:
    """The wrapped link whose host begins at `start`, where no whole scheme stands before it."""
    url = SCHEME + text[start:end]
    if _INSIDE.match(text, max(0, start - 1), start) or not is_wrapped(url.split()[0]):
        return None
    above = _SCHEME_ABOVE.search(text[max(floor, start - _FARTHEST_ABOVE) : start])
    return (cut_scheme(text, start, floor) if above else None) or Head(start, SCHEME)
