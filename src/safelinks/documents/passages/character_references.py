"""Character references in text formats: Markdown, AsciiDoc and others have those of HTML.

They end in a semicolon; so ``&copy=1`` stays what it is.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

from safelinks.foundation.patterns import pattern_of

__all__ = ["CHARACTER_REFERENCE", "decoded", "with_references"]

CHARACTER_REFERENCE = pattern_of(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_AMPERSAND = pattern_of("&")


def decoded(reference: str) -> str:
    """What a reference stands for; itself for what only looks like one."""
    return unescape(reference) if reference[1] == "#" else html5.get(reference[1:], reference)


def with_references(written: str, before: str) -> str:
    """`written` with ampersands escaped: all, if some were `before`, else those that need it."""
    if "&amp;" in before:
        return _AMPERSAND.sub("&amp;", written)
    return CHARACTER_REFERENCE.sub(_kept, written)


def _kept(match: re.Match[str]) -> str:
    return match[0] if decoded(match[0]) == match[0] else f"&amp;{match[0][1:]}"
