"""The user and the password that an address begins with (RFC 3986, section 3.2.1), taken out.

They stand behind the scheme, also of an address that is encoded, however often, within another.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import lru_cache

from safelinks.foundation.patterns import pattern_of

__all__ = ["without_users", "without_users_anywhere"]

_MOST = 512  # characters of a user and a password
_DEEPEST = 8
# Of a path, two slashes are made one.
_BEGINS = pattern_of(
    r"(?<=[a-z0-9])(?::|%(?P<times>(?:25)*+)(?P<encoded>3A))(?:(?:\\?/|%(?:25)*+2F){2}|(?<=http:)/|(?<=https:)/)",
    re.IGNORECASE,
)
_ESCAPED_AT = r"&(?:amp;)*+(?:\#0*+64|\#x0*+40|commat);|\\++(?:u00|x)40|%u0040|\uff20|\ufe6b"
# A part of every spelling of the sign that ends it.
_MAY_BE_AT = pattern_of(r"[@\uff20\ufe6b]|(?:%(?:25)*+|x0*+|u00|-)40|\#0*+64|commat", re.IGNORECASE)
# In a link whose target cannot be read, a segment or value may be an address without its scheme.
_SEGMENT = pattern_of(
    rf"(?<=[/=])(?:(?!(?!{_ESCAPED_AT})[/?#&=])[^\s<>\"]){{1,{_MOST}}}"
    rf"(?:@|%(?:25)*+40|%(?:25)*+26%(?:25)*+23(?:64|x40)(?:;|%(?:25)*+3B)|{_ESCAPED_AT})",
    re.IGNORECASE,
)
_TOKEN = pattern_of(r"[\w-]{16,}", re.ASCII)
# Proofpoint's second format, where nothing tells it from its shape: "-3A__" is "://".
_IN_PROOFPOINT = pattern_of(rf"(?<=-3A__)[^\s_/?&#]{{1,{_MOST}}}-40", re.IGNORECASE)


def without_users(text: str) -> str:
    """`text` in which every address, encoded or not, has no user and no password.

    >>> without_users("https://me:secret@a.example/?url=https%3A%2F%2Fme%3Asecret%40b.example")
    'https://[user]@a.example/?url=https%3A%2F%2F[user]@b.example'
    """
    if _MAY_BE_AT.search(text) is None:
        return text
    pieces = []
    done = 0
    for match in _BEGINS.finditer(text):
        start = match.end()
        if start < done:
            continue
        depth = len(match["times"]) // 2 + 1 if match["encoded"] else 0
        user = _user(depth).match(text, start) or _user(depth + 1).match(text, start)
        if user is not None:
            pieces += [text[done:start], "[user]@"]
            done = user.end()
    return _IN_PROOFPOINT.sub("[user]-40", "".join((*pieces, text[done:])))


def without_users_anywhere(url: str) -> str:
    """Redact a link whose target cannot be read: everything that may name a person.

    >>> without_users_anywhere("https://www.google.com/amp/s/me:secret@a.example/x")
    'https://www.google.com/amp/s/[user]@a.example/x'
    """
    return _TOKEN.sub(_blank_token, _SEGMENT.sub("[user]@", without_users(url)))


def _blank_token(match: re.Match[str]) -> str:
    digits = match[0].replace("-", "+").replace("_", "/")
    return "0" * len(digits) if b"@" in b64decode(digits + "A" * (-len(digits) % 4)) else match[0]


@lru_cache(maxsize=_DEEPEST + 2)
def _user(depth: int) -> re.Pattern[str]:
    """What stands before the host, and its "@", in an address that is encoded so often."""
    depth = min(depth, _DEEPEST)
    stop = "|".join(_sign(char, depth) for char in r"/?#\\")
    if depth:  # the value ends that the address is
        stop += f"|{_sign('&', depth - 1)}"
    return pattern_of(
        rf"(?:(?!(?!{_ESCAPED_AT})(?:{stop}))[^\s<>\"]){{0,{_MOST}}}"
        rf"(?:{_sign('@', depth)}|{_ESCAPED_AT})",
        re.IGNORECASE,
    )


def _sign(char: str, depth: int) -> str:
    """A pattern for `char`, percent-encoded at most `depth` times."""
    encoded = rf"|%(?:25){{0,{depth - 1}}}{ord(char):02X}" if depth else ""
    return f"(?:{re.escape(char)}{encoded})"
