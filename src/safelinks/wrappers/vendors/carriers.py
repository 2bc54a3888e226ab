"""How a wrapped link carries its target: where in it, how that is read, how another is written.

Strings in, strings out. A carrier takes a whole address, whose host is the service's, and gives the
target in it, None where there is none. Which carrier serves which host stands in the rows.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.safelink_grammar import AND

__all__ = [
    "HOST",
    "TARGET",
    "Carrier",
    "Decoder",
    "bare_query",
    "base64",
    "base64_parameter",
    "compiled",
    "host_parameter",
    "is_unicode",
    "parameter",
    "path_part",
    "percent_encoded",
    "target_in",
    "target_of_bytes",
    "to_base64",
]

Decoder = Callable[[str], str | None]

# What a wrapper may hold. Web addresses in the first place; mail addresses occur in OWA.
TARGET = pattern_of(r"(?:[a-z][a-z0-9+.-]{0,30}://|mailto:)[^\s/]", re.IGNORECASE)
HOST = pattern_of(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ENCODED_AGAIN = pattern_of(r"https?%(?:25)*+3A", re.IGNORECASE)
_HALF = pattern_of("[\ud800-\udfff]")  # of a character of UTF-16, which is none of its own


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """`pattern`, compiled when it is first needed: few are in any one process."""
    return pattern_of(pattern, re.VERBOSE | re.IGNORECASE | re.DOTALL)


def percent_encoded(target: str) -> str:
    """`target` as encodeURIComponent writes it."""
    return quote(target, safe="!~*'()", errors="surrogatepass")


@frozen(eq=False)
class Carrier:
    """Where links of one form carry their target.

    `pattern` matches the place, which is its group ``target``. `read` gives the target in a match,
    `write` what to put in the place of that group for another one; where there is no `write`, no
    other can be written. What carries the target `tells_more` where it holds other things, too.
    """

    pattern: str
    read: Callable[[re.Match[str]], str | None]
    write: Callable[[re.Match[str], str], str] | None = None
    tells_more: bool = False

    def __call__(self, url: str) -> str | None:
        """The target in `url`."""
        hit = self.find(url)
        return hit[1] if hit else None

    def find(self, url: str) -> tuple[re.Match[str], str] | None:
        """The first place that holds a target, and that target, which is Unicode if `url` is."""
        for match in compiled(self.pattern).finditer(url):
            target = self.read(match)
            if target and (is_unicode(target) or not is_unicode(url)):
                return match, target
        return None


def is_unicode(text: str) -> bool:
    """Whether `text` can be encoded as UTF-8: the escapes of JSON can spell what cannot be.

    >>> is_unicode("https://a.example/\\U0001f600"), is_unicode("https://a.example/\\ud83d")
    (True, False)
    """
    return text.isascii() or _HALF.search(text) is None


def target_in(value: str) -> str | None:
    """The address in `value`, which is percent-encoded once, or more than once as a whole."""
    value = percent.decode(value)
    while _ENCODED_AGAIN.match(value):
        value = percent.decode(value)
    return value if TARGET.match(value) else None


def _read_encoded(match: re.Match[str]) -> str | None:
    return target_in(match["target"])


def _write_encoded(_: re.Match[str], target: str) -> str:
    return percent_encoded(target)


def parameter(*names: str, others: str = "") -> Carrier:
    """For links that carry their target in the first of the parameters `names` that holds one.

    `others` are more names that the service writes. They end a target that was not encoded and has
    a query of its own; all else behind its question mark belongs to it.
    """
    wanted = "|".join(names)
    own = "|".join((*names, *others.split()))
    raw = rf"[a-z][a-z0-9+.-]*:/[^?&]*(?:\?(?:(?!{AND}(?:{own})=).)*)?"
    return Carrier(
        rf"(?:\?|{AND})(?:{wanted})=(?P<target>{raw}|[^&\#]*)", _read_encoded, _write_encoded
    )


def base64_parameter(name: str) -> Carrier:
    """For links whose parameter `name` is the target in base64 (RFC 4648)."""

    def read(match: re.Match[str]) -> str | None:
        raw = base64(percent.decode(match["target"]))
        return target_of_bytes(raw) if raw else None

    return Carrier(rf"(?:\?|{AND}){name}=(?P<target>[^&\#]+)", read, _write_base64)


def path_part(pattern: str) -> Carrier:
    """For links whose path holds the encoded target where `pattern` has its group ``target``."""
    return Carrier(rf"\Ahttps?://[^/?\#]+{pattern}", _read_encoded, _write_encoded)


def _read_bare(match: re.Match[str]) -> str | None:
    value = match["target"]
    # Encoded as a whole, or not at all: then its own escapes are meant.
    return value if TARGET.match(value) else target_in(value)


bare_query = Carrier(r"\A[^?]*\?(?P<target>.*)", _read_bare, lambda _, target: target)


def host_parameter(name: str) -> Decoder:
    """For links whose parameter `name` tells the target's host name and no more."""

    def decode(url: str) -> str | None:
        match = compiled(rf"(?:\?|{AND}){name}=([a-z0-9.%-]+)(?=[&\#]|\Z)").search(url)
        host = percent.decode(match[1]).lower() if match else ""
        return host if HOST.fullmatch(host) else None

    return decode


def base64(text: str) -> bytes | None:
    """The bytes of base64 or base64url, padded or not; None where it is neither."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def to_base64(raw: bytes) -> str:
    """`raw` as base64url without padding."""
    text = binascii.b2a_base64(raw, newline=False).decode()
    return text.rstrip("=").replace("+", "-").replace("/", "_")


def _write_base64(_: re.Match[str], target: str) -> str:
    return to_base64(target.encode("utf-8", "surrogatepass"))


def target_of_bytes(raw: bytes, encoding: str = "utf-8") -> str | None:
    """The address that `raw` spells."""
    try:
        target = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return target if TARGET.match(target) else None
