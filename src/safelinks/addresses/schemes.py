"""Which addresses may stand in a document without the wrapper that was around them.

A script, a file, a reference without a scheme: within a wrapper they lead nowhere. Without it they
run, or lead elsewhere.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of

__all__ = ["is_found", "is_live", "is_web_address"]

_LIVE = pattern_of(
    r"(?:https?|ftp)://[^\s/\\?#\x00-\x1f]|(?:mailto|tel):[^\s/\\\x00-\x1f]",
    re.IGNORECASE | re.ASCII,
)


def is_live(address: str) -> bool:
    """Whether `address` is one of a page, a person or a telephone, with its scheme.

    >>> [is_live(address) for address in ("https://a.example", "javascript:x", "//a.example")]
    [True, False, False]
    """
    return _LIVE.match(address) is not None


_WEB = pattern_of(r"https?://", re.IGNORECASE)


def is_web_address(text: str) -> bool:
    """Whether `text` is the address of a page where files may be named, too.

    >>> [is_web_address(text) for text in ("https://a.example", "a.example", "https/a.txt")]
    [True, False, False]
    """
    return _WEB.match(text) is not None


_FOUND = pattern_of(r"[a-z]+://", re.IGNORECASE)


def is_found(address: str) -> bool:
    """Whether `address` is one that documents are searched for: no person and no telephone is.

    >>> [is_found(address) for address in ("https://a.example", "mailto:me@a.example")]
    [True, False]
    """
    return _FOUND.match(address) is not None
