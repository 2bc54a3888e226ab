"""How the links of mail gateways carry their target (spec, section 6).

Proofpoint, Check Point, INKY, VIPRE and Exchange, whose links are more than a parameter.
"""

from __future__ import annotations

import json
import re
import zlib

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors.carriers import (
    HOST,
    TARGET,
    Carrier,
    base64,
    compiled,
    is_unicode,
    path_part,
    percent_encoded,
    target_in,
    target_of_bytes,
    to_base64,
)

__all__ = [
    "LARGEST_TOKEN",
    "check_point",
    "check_point_is_whole",
    "cisco",
    "inky",
    "inky_is_whole",
    "inky_recipient",
    "menlo",
    "outlook_web_access",
    "url_defense_v1",
    "url_defense_v2",
    "url_defense_v3",
    "url_defense_v3_host",
    "vipre",
]

LARGEST_TOKEN = 65_536  # bytes, once inflated
_ONE_SLASH = pattern_of(r"(https?):/(?!/)", re.IGNORECASE)

cisco = path_part(r"/1[\w-]*/(?P<target>.+)")


def _read_raw(match: re.Match[str]) -> str | None:
    target = _ONE_SLASH.sub(r"\1://", match["target"], count=1)
    return target if TARGET.match(target) else None


menlo = Carrier(r"\Ahttps?://[^/?\#]+/(?P<target>https?:/.+)", _read_raw, lambda _, target: target)


# Proofpoint URL Defense -------------------------------------------------------------------------

_V2_SIGNS = str.maketrans("-_", "%/")
# With the shortest text before `__;`, as in the vendor's own decoder.
_V3 = r"\Ahttps?://[^/?\#]+/v3/__(?P<target>(?P<text>.+?)__;(?P<removed>[A-Za-z0-9_-]*)=*)(?:!|%21)"
_V3_HOST = pattern_of(r"https?://[^/?#]+/v3/__https?:/{1,2}([a-z0-9.-]+)(?=[/?#:_])", re.IGNORECASE)
_V3_TOKEN = pattern_of(rb"\*(?:\*([A-Za-z0-9_-]))?")
_V3_RUNS = pattern_of(r"([A-Za-z0-9:/.?=&~-]*)([^A-Za-z0-9:/.?=&~-]*)", re.DOTALL)
_LONGEST_RUN = 65
_RUN_LENGTHS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _unescaped(text: str) -> str:
    from html import unescape  # noqa: PLC0415  a table of thousands of names, for these links alone

    return unescape(text)


def _read_v1(match: re.Match[str]) -> str | None:
    """The target is percent-encoded, and escaped for HTML within that."""
    target = _unescaped(percent.decode(match["target"]))
    return target if TARGET.match(target) else None


def _read_v2(match: re.Match[str]) -> str | None:
    """Version 1, with ``-`` for the percent sign and ``_`` for the slash."""
    target = _unescaped(percent.decode(match["target"].translate(_V2_SIGNS)))
    return target if TARGET.match(target) else None


def _write_v1(_: re.Match[str], target: str) -> str:
    return percent_encoded(target.replace("&", "&amp;"))


def _write_v2(_: re.Match[str], target: str) -> str:
    value = percent_encoded(target.replace("&", "&amp;")).replace("-", "%2D").replace("_", "%5F")
    return value.replace("%2F", "_").replace("%", "-")


def _read_v3(match: re.Match[str]) -> str | None:
    """Bytes that were replaced by ``*`` (one) or ``**X`` (a run) are spliced back in.

    Lengths count UTF-8 bytes and a run may be cut inside a character: so bytes are spliced, and
    decoded at the end.
    """
    removed = base64(match["removed"])
    if removed is None:
        return None
    text = match["text"].encode("utf-8", "surrogatepass")
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


def _write_v3(_: re.Match[str], target: str) -> str:
    removed = b""
    text = ""
    for kept, run in _V3_RUNS.findall(target):
        raw = run.encode("utf-8", "surrogatepass")
        removed += raw
        text += kept + "*" * (len(raw) == 1)
        text += "".join(f"**{chr(_RUN_LENGTHS[length - 2])}" for length in _run_lengths(len(raw)))
    return f"{text}__;{to_base64(removed)}"


def _run_lengths(size: int) -> list[int]:
    """Of how many bytes each is, the runs that `size` bytes are told in: of two to 65."""
    lengths = []
    while size > 1:
        # None of one byte is left over: its star and that of the next run would read as one.
        length = min(size, _LONGEST_RUN - (size == _LONGEST_RUN + 1))
        lengths.append(length)
        size -= length
    return lengths


url_defense_v1 = Carrier(rf"(?:\?|{AND})u=(?P<target>.*?)(?={AND}[kr]=|\Z)", _read_v1, _write_v1)
url_defense_v2 = Carrier(rf"(?:\?|{AND})u=(?P<target>[^&\#]*)", _read_v2, _write_v2)
url_defense_v3 = Carrier(_V3, _read_v3, _write_v3)


def url_defense_v3_host(url: str) -> str | None:
    """The host name of a target that is no longer there as a whole."""
    match = _V3_HOST.match(url)
    host = match[1].lower() if match else ""
    return host if HOST.fullmatch(host) else None


# Check Point --------------------------------------------------------------------------------------

_SCHEME = pattern_of(r"(https?)(?::|%3A)/{1,2}(?=[^/])", re.IGNORECASE)
_CHECK_POINT_FLAGS = pattern_of(rb":[a-z](?::[TFN]){2}\Z")


def _read_check_point(match: re.Match[str]) -> str | None:
    """v2 has the target between ``___`` and ``___.``; its scheme may be escaped or damaged."""
    target = _SCHEME.sub(r"\1://", match["target"], count=1)
    return target if TARGET.match(target) else None


# What follows the target may be cut off.
check_point = Carrier(
    r"\Ahttps?://[^/?\#]+/v2/(?:[^_/]*/)*___(?P<target>.+)___(?:\.|\Z)",
    _read_check_point,
    lambda _, target: target,
)


def check_point_is_whole(url: str) -> bool:
    """Whether what stands behind ``___.`` says, as its last word, how the link was made."""
    raw = base64(url.rpartition("___.")[2])
    return raw is not None and _CHECK_POINT_FLAGS.search(raw) is not None


# INKY ---------------------------------------------------------------------------------------------

_INKY = rf"(?:\?|{AND})t=(?P<kind>[a-z])\.(?P<target>[\w-]+)"
_DER_HEAD = 2


def _read_inky(match: re.Match[str]) -> str | None:
    """The target in the token, which is JSON, deflated."""
    target = _inky_token(match).get("url")
    return target if isinstance(target, str) and TARGET.match(target) else None


def _write_inky(_: re.Match[str], target: str) -> str:
    return to_base64(zlib.compress(json.dumps({"url": target}).encode()))


inky = Carrier(_INKY, _read_inky, _write_inky, tells_more=True)


def inky_recipient(url: str) -> str | None:
    """The address that the message was delivered to, from the same token. Personal data."""
    match = compiled(_INKY).search(url)
    key = _inky_token(match).get("k") if match else None  # organisation, recipient, hash, time
    parts = key.split("/") if isinstance(key, str) else ()
    return next((part for part in parts if "@" in part and is_unicode(part)), None)


def _inky_token(match: re.Match[str]) -> dict[str, object]:
    packed = base64(match["target"])
    if packed is None:
        return {}
    try:
        token = json.loads(zlib.decompressobj().decompress(packed, LARGEST_TOKEN))
    except (ValueError, zlib.error, RecursionError):
        return {}
    return token if isinstance(token, dict) else {}


def inky_is_whole(url: str) -> bool:
    """Whether the token inflates to its end, and its signature is as long as it says (X.690)."""
    token, _, signature = url.rpartition("t=")[2].partition(".")[2].rpartition(".")
    packed, signed = base64(token), base64(signature)
    if not packed or not signed or len(signed) < _DER_HEAD:
        return False
    inflate = zlib.decompressobj()
    try:
        inflate.decompress(packed, LARGEST_TOKEN)
    except zlib.error:
        return False
    return inflate.eof and len(signed) == signed[1] + _DER_HEAD


# VIPRE --------------------------------------------------------------------------------------------

# In every block of ten characters, which of the plain text's each one is; a last, shorter block is
# reversed.
_VIPRE_ORDER = (7, 3, 0, 1, 9, 5, 6, 8, 2, 4)
_VIPRE_PLACES = tuple(_VIPRE_ORDER.index(at) for at in range(len(_VIPRE_ORDER)))


def _reordered(text: str, order: tuple[int, ...]) -> str:
    width = len(order)
    blocks = (text[at : at + width] for at in range(0, len(text), width))
    return "".join(
        "".join(block[at] for at in order) if len(block) == width else block[::-1]
        for block in blocks
    )


def _read_vipre(match: re.Match[str]) -> str | None:
    target = _reordered(percent.decode(match["target"]), _VIPRE_PLACES)
    return target if TARGET.match(target) else None


def _write_vipre(_: re.Match[str], target: str) -> str:
    return percent_encoded(_reordered(target, _VIPRE_ORDER))


# Of a target that is cut off, other characters would be put in order.
vipre = Carrier(rf"(?:\?|{AND})o=(?P<target>[^&\#]*)(?={AND}[a-z]+=)", _read_vipre, _write_vipre)


# Exchange -----------------------------------------------------------------------------------------

_OWA_RAW = rf"[a-z][a-z0-9+.-]*:/[^?&]*(?:\?(?:(?!{AND}(?:C|REF|SURL|auth)=).)*)?"
_OWA_CODECS = {"ref": "utf-8", "surl": "utf-16-le"}
_OWA_HEAD = 41  # 32 bytes, 8 of ticks, and one that is 1


def _read_owa(match: re.Match[str]) -> str | None:
    """`URL` as it is; else `REF` or `SURL`, base64url with a dot for padding."""
    codec = _OWA_CODECS.get(match["name"].lower())
    if codec is None:
        return target_in(match["target"])
    blob = base64(percent.decode(match["target"]).rstrip("."))
    if blob is None or blob[_OWA_HEAD - 1 : _OWA_HEAD] != b"\x01":
        return None
    return target_of_bytes(blob[_OWA_HEAD:], codec)


def _write_owa(match: re.Match[str], target: str) -> str:
    """Without what stands before the target, which tells the mailbox and the time."""
    codec = _OWA_CODECS.get(match["name"].lower())
    if codec is None:
        return percent_encoded(target)
    return to_base64(bytes(_OWA_HEAD - 1) + b"\x01" + target.encode(codec, "surrogatepass"))


outlook_web_access = Carrier(
    rf"(?:\?|{AND})(?P<name>URL|REF|SURL)=(?P<target>{_OWA_RAW}|[^&\#]*)",
    _read_owa,
    _write_owa,
    tells_more=True,
)
