"""The one sanitiser between untrusted text and anything that is shown.

Control characters could drive a terminal, bidi controls could show an address other than the one
that is there, and invisible ones could hide a part of it. All of them are made visible.
"""

from __future__ import annotations

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of

__all__ = ["printable", "printable_url"]

# C0, DEL, C1, soft hyphen, Arabic letter mark, zero width and bidi controls, line and paragraph
# separators, isolates, surrogates, byte order mark, the tag characters, and what is drawn as
# nothing: fillers of Hangul, the combining grapheme joiner, Khmer's vowels, the blank of Braille.
_HIDDEN = pattern_of(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """`text` on one line, with what must not reach a terminal shown as a backslash escape.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    if text.isascii() and text.isprintable():  # as nearly all
        return text
    return _HIDDEN.sub(lambda match: ascii(match[0])[1:-1], text)


def printable_url(url: str) -> str:
    """An address with control characters percent-encoded, so that it stays an address.

    >>> printable_url("https://example.org/a\\nb")
    'https://example.org/a%0Ab'
    """
    return percent.encode(url, _HIDDEN)
