"""How other vendors' wrappers carry their target (spec, section 6).

Strings in, strings out: each decoder takes a whole address, whose host is the vendor's, and gives
the target in it, None where there is none. Which decoder serves which host stands in `wrappers`.
"""

from __future__ import annotations

import binascii
import html
import json
import re
import zlib
from collections.abc import Callable
from functools import cache

from safelinks import percent
from safelinks.grammar import AND

__all__ = [
    "Decoder",
    "bare_query",
    "base64_parameter",
    "bing",
    "check_point",
    "check_point_is_whole",
    "cisco",
    "host_parameter",
    "inky",
    "inky_is_whole",
    "inky_recipient",
    "outlook_web_access",
    "parameter",
    "path_part",
    "url_defense_v1",
    "url_defense_v2",
    "url_defense_v3",
    "url_defense_v3_host",
]

Decoder = Callable[[str], str | None]

# What a wrapper may hold. Web addresses in the first place; mail addresses occur in OWA.
_TARGET = re.compile(r"(?:[a-z][a-z0-9+.-]{0,30}://|mailto:)[^\s/]", re.IGNORECASE)
_ENCODED_AGAIN = re.compile(r"https?%(?:25)*+3A", re.IGNORECASE)
_ONE_SLASH = re.compile(r"(https?):/(?!/)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """`pattern`, compiled when it is first needed: few are in any one process."""
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.DOTALL)


def _target(value: str) -> str | None:
    """The address in `value`, which is percent-encoded once, or more than once as a whole."""
    value = percent.decode(value)
    while _ENCODED_AGAIN.match(value):
        value = percent.decode(value)
    return value if _TARGET.match(value) else None


def parameter(*names: str, others: str = "") -> Decoder:
    """A decoder for addresses that carry their target in the first of `names` that holds one.

    `others` are more names that the vendor writes. They end a target that was not encoded and has
    a query of its own; all else behind its question mark belongs to it.
    """
    wanted = "|".join(names)
    own = "|".join((*names, *others.split()))
    raw = rf"(?P<raw>[a-z][a-z0-9+.-]*:/[^?&]*(?:\?(?:(?!{AND}(?:{own})=).)*)?)"

    def decode(url: str) -> str | None:
        value_of = _compiled(rf"(?:\?|{AND})(?:{wanted})=(?:{raw}|(?P<encoded>[^&\#]*))")
        found = (_target(match["raw"] or match["encoded"]) for match in value_of.finditer(url))
        return next((target for target in found if target), None)

    return decode


def base64_parameter(name: str) -> Decoder:
    """A decoder for addresses whose parameter `name` is the target in base64 (RFC 4648)."""

    def decode(url: str) -> str | None:
        match = _compiled(rf"(?:\?|{AND}){name}=([^&\#]+)").search(url)
        raw = _base64(percent.decode(match[1])) if match else None
        return _target_of_bytes(raw) if raw else None

    return decode


def bing(url: str) -> str | None:
    """The target in base64 (RFC 4648), behind a letter and a digit; it may lead to Bing itself."""
    match = _compiled(rf"(?:\?|{AND})u=a1([\w-]+)").search(url)
    raw = _base64(match[1]) if match else None
    if raw and raw.startswith(b"/"):
        raw = b"https://www.bing.com" + raw
    return _target_of_bytes(raw) if raw else None


def host_parameter(name: str) -> Decoder:
    """A decoder for addresses whose parameter `name` tells the target's host name and no more."""

    def decode(url: str) -> str | None:
        match = _compiled(rf"(?:\?|{AND}){name}=([a-z0-9.%-]+)(?=[&\#]|\Z)").search(url)
        host = percent.decode(match[1]).lower() if match else ""
        return host if _HOST.fullmatch(host) else None

    return decode


def path_part(pattern: str) -> Decoder:
    """A decoder for addresses whose path holds the encoded target where `pattern` has its group."""

    def decode(url: str) -> str | None:
        match = _compiled(rf"https?://[^/?\#]+{pattern}").match(url)
        return _target(match[1]) if match else None

    return decode


def bare_query(url: str) -> str | None:
    """The target is all that stands behind the question mark."""
    value = url.partition("?")[2]
    # Encoded as a whole, or not at all: then its own escapes are meant.
    return value if _TARGET.match(value) else _target(value)


cisco = path_part(r"/1[\w-]*/(.+)")


# Proofpoint URL Defense -------------------------------------------------------------------------

_V1_VALUE = rf"(?:\?|{AND})u=(.*?)(?={AND}[kr]=|\Z)"
_V2_VALUE = rf"(?:\?|{AND})u=([^&\#]*)"
_V2_SIGNS = str.maketrans("-_", "%/")
# With the shortest text before `__;`, as in the vendor's own decoder.
_V3 = re.compile(
    r"https?://[^/?#]+/v3/__(.+?)__;([A-Za-z0-9_-]*)=*(?:!|%21)", re.DOTALL | re.IGNORECASE
)
_V3_HOST = re.compile(r"https?://[^/?#]+/v3/__https?:/{1,2}([a-z0-9.-]+)(?=[/?#:_])", re.IGNORECASE)
_V3_TOKEN = re.compile(rb"\*(?:\*([A-Za-z0-9_-]))?")
_RUN_LENGTHS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def url_defense_v1(url: str) -> str | None:
    """The target is percent-encoded, and escaped for HTML within that."""
    match = _compiled(_V1_VALUE).search(url)
    target = html.unescape(percent.decode(match[1])) if match else ""
    return target if _TARGET.match(target) else None


def url_defense_v2(url: str) -> str | None:
    """As v1, with ``-`` for the percent sign and ``_`` for the slash."""
    match = _compiled(_V2_VALUE).search(url)
    target = html.unescape(percent.decode(match[1].translate(_V2_SIGNS))) if match else ""
    return target if _TARGET.match(target) else None


def url_defense_v3(url: str) -> str | None:
    """Bytes that were replaced by ``*`` (one) or ``**X`` (a run) are spliced back in.

    Lengths count UTF-8 bytes and a run may be cut inside a character: so bytes are spliced, and
    decoded at the end.
    """
    match = _V3.match(url)
    removed = _base64(match[2]) if match else None
    if match is None or removed is None:
        return None
    text = match[1].encode("utf-8", "surrogatepass")
    out = []
    at = taken = 0
    for token in _V3_TOKEN.finditer(text):
        length = 1 if token[1] is None else _RUN_LENGTHS.index(token[1]) + 2
        out += [text[at : token.start()], removed[taken : taken + length]]
        at, taken = token.end(), taken + length
    out.append(text[at:])
    if taken > len(removed):
        return None
    target = b"".join(out).decode("utf-8", "replace")
    return _ONE_SLASH.sub(r"\1://", target, count=1)


def url_defense_v3_host(url: str) -> str | None:
    """The host name of a target that is no longer there as a whole."""
    match = _V3_HOST.match(url)
    host = match[1].lower() if match else ""
    return host if _HOST.fullmatch(host) else None


# Check Point, INKY, Exchange --------------------------------------------------------------------

_CHECK_POINT = r"https?://[^/?\#]+/v2/(?:[^_/]*/)*___(.+)___\."

_SCHEME = re.compile(r"(https?)(?::|%3A)/{1,2}(?=[^/])", re.IGNORECASE)
_check_point_v1 = parameter("o", others="g c r s typo h")


def check_point(url: str) -> str | None:
    """v2 has the target between ``___`` and ``___.``; its scheme may be escaped or damaged."""
    match = _compiled(_CHECK_POINT).match(url)
    if match is None:
        return _check_point_v1(url)
    target = _SCHEME.sub(r"\1://", match[1], count=1)
    return target if _TARGET.match(target) else None


def check_point_is_whole(url: str) -> bool:
    """Whether what stands behind ``___.`` says, as its last word, how the link was made."""
    raw = _base64(url.rpartition("___.")[2])
    return raw is not None and _CHECK_POINT_FLAGS.search(raw) is not None


_CHECK_POINT_FLAGS = re.compile(rb":[a-z](?::[TFN]){2}\Z")


_INKY = rf"(?:\?|{AND})t=[a-z]\.([\w-]+)"
_LARGEST_TOKEN = 65_536  # bytes, once inflated


def inky(url: str) -> str | None:
    """The target in the token, which is JSON, deflated."""
    target = _inky_token(url).get("url")
    return target if isinstance(target, str) and _TARGET.match(target) else None


def inky_recipient(url: str) -> str | None:
    """The address that the message was delivered to, from the same token. Personal data."""
    key = _inky_token(url).get("k")  # organisation, recipient, a hash, a time
    parts = key.split("/") if isinstance(key, str) else ()
    return next((part for part in parts if "@" in part), None)


def _inky_token(url: str) -> dict[str, object]:
    match = _compiled(_INKY).search(url)
    packed = _base64(match[1]) if match else None
    if packed is None:
        return {}
    try:
        token = json.loads(zlib.decompressobj().decompress(packed, _LARGEST_TOKEN))
    except (ValueError, zlib.error, RecursionError):
        return {}
    return token if isinstance(token, dict) else {}


def inky_is_whole(url: str) -> bool:
    """Whether the token inflates to its end, and its signature is as long as it says (X.690)."""
    token, _, signature = url.rpartition("t=")[2].partition(".")[2].rpartition(".")
    packed, signed = _base64(token), _base64(signature)
    if not packed or not signed or len(signed) < _DER_HEAD:
        return False
    inflate = zlib.decompressobj()
    try:
        inflate.decompress(packed, _LARGEST_TOKEN)
    except zlib.error:
        return False
    return inflate.eof and len(signed) == signed[1] + _DER_HEAD


_DER_HEAD = 2


# The claims of a JSON Web Token (RFC 7519), between two dots.
_CLAIMS = r"/l/[\w-]+\.([\w-]+)\."


def govdelivery(url: str) -> str | None:
    """The target in the token in the path, which says who signed it and hides nothing."""
    match = _compiled(_CLAIMS).search(url)
    packed = _base64(match[1]) if match else None
    try:
        claims = json.loads(packed[:_LARGEST_TOKEN]) if packed else None
    except (ValueError, RecursionError):
        return None
    target = claims.get("url") if isinstance(claims, dict) else None
    return target if isinstance(target, str) and _TARGET.match(target) else None


_owa_url = parameter("URL", others="C REF SURL auth")
_OWA_BLOB = rf"(?:\?|{AND})(REF|SURL)=([^&\#]+)"
_OWA_CODECS = {"ref": "utf-8", "surl": "utf-16-le"}
_OWA_HEAD = 41  # 32 bytes, 8 of ticks, and one that is 1


def outlook_web_access(url: str) -> str | None:
    """`URL` as it is; else `REF` or `SURL`, base64url with a dot for padding."""
    target = _owa_url(url)
    if target is not None:
        return target
    match = _compiled(_OWA_BLOB).search(url)
    blob = _base64(percent.decode(match[2]).rstrip(".")) if match else None
    if match is None or blob is None or blob[_OWA_HEAD - 1 : _OWA_HEAD] != b"\x01":
        return None
    return _target_of_bytes(blob[_OWA_HEAD:], _OWA_CODECS[match[1].lower()])


def _base64(text: str) -> bytes | None:
    """The bytes of base64 or base64url, padded or not; None where it is neither."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def _target_of_bytes(raw: bytes, encoding: str = "utf-8") -> str | None:
    try:
        target = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return target if _TARGET.match(target) else None
