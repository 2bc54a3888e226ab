"""How the links of mail senders carry their target: in tokens, which hide nothing.

Base64 of JSON, of a query, deflated or not. They tell the reader, too: what is written in their
place holds the target alone.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from urllib.parse import parse_qsl

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors.carriers import (
    TARGET,
    Carrier,
    base64,
    compiled,
    path_part,
    percent_encoded,
    target_of_bytes,
    to_base64,
)
from safelinks.wrappers.vendors.gateways import LARGEST_TOKEN

__all__ = [
    "SES_TAIL",
    "bing",
    "convertkit",
    "customer_io",
    "google_news",
    "govdelivery",
    "govdelivery_recipient",
    "govdelivery_track",
    "mailgun",
    "mailgun_recipient",
    "mandrill",
    "postmark",
    "ses",
    "substack",
]


def _json(raw: bytes | str | None) -> Mapping[str, object]:
    try:
        value = json.loads(raw[:LARGEST_TOKEN]) if raw else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _json_token(pattern: str, name: str, *needed: str) -> Carrier:
    """For links with a token of JSON, whose member `name` is the target; `needed` are there too."""

    def read(match: re.Match[str]) -> str | None:
        claims = _json(base64(match["target"]))
        target = claims.get(name)
        known = isinstance(target, str) and all(other in claims for other in needed)
        return target if known and isinstance(target, str) and TARGET.match(target) else None

    def write(_: re.Match[str], target: str) -> str:
        return to_base64(json.dumps(dict.fromkeys(needed, "") | {name: target}).encode())

    return Carrier(pattern, read, write, tells_more=True)


# The claims of a JSON Web Token (RFC 7519), between two dots.
govdelivery = _json_token(r"/l/[\w-]+\.(?P<target>[\w-]+)\.", "url")
substack = _json_token(r"/redirect/2/(?P<target>[\w-]+=*)\.", "e")
# On any host: so more of the token must be there.
customer_io = _json_token(
    r"\Ahttps?://[^/?\#]+/e/c/(?P<target>eyJ[\w-]+=*)/[0-9a-f]{64}(?=[/?\#]|\Z)", "href", "email_id"
)


def _read_mandrill(match: re.Match[str]) -> str | None:
    inner = _json(base64(match["target"])).get("p")
    target = _json(inner if isinstance(inner, str) else None).get("url")
    return target if isinstance(target, str) and TARGET.match(target) else None


def _write_mandrill(_: re.Match[str], target: str) -> str:
    return to_base64(json.dumps({"p": json.dumps({"url": target})}).encode())


mandrill = Carrier(
    rf"(?:\?|{AND})p=(?P<target>[\w-]+=*)", _read_mandrill, _write_mandrill, tells_more=True
)


# Mailgun ------------------------------------------------------------------------------------------

# The token is a query, deflated: "l" is the target, "r" the recipient, "h" a signature.
_MAILGUN = r"\Ahttps?://[^/?\#]+/c/(?P<target>e[JN][\w-]{20,}=*)(?=[/?\#]|\Z)"
_A_HOST = pattern_of(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?=[/?#]|\Z)", re.IGNORECASE)


def _mailgun_query(match: re.Match[str]) -> Mapping[str, str]:
    packed = base64(match["target"])
    if packed is None:
        return {}
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(packed, LARGEST_TOKEN)
    except zlib.error:
        return {}
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    except (UnicodeDecodeError, ValueError):
        return {}


def _read_mailgun(match: re.Match[str]) -> str | None:
    values = _mailgun_query(match)
    target = values.get("l", "")
    if not {"h", "i", "r"} <= set(values):
        return None
    if _A_HOST.match(target):
        return f"http://{target}"  # as it stood in the message
    return target if TARGET.match(target) else None


def _write_mailgun(_: re.Match[str], target: str) -> str:
    return to_base64(zlib.compress(f"h=&i=&l={percent_encoded(target)}&r=".encode()))


mailgun = Carrier(_MAILGUN, _read_mailgun, _write_mailgun, tells_more=True)


def mailgun_recipient(url: str) -> str | None:
    """The address that the message was delivered to, from the token. Personal data."""
    match = compiled(_MAILGUN).match(url)
    return _mailgun_query(match).get("r") if match else None


# GovDelivery --------------------------------------------------------------------------------------

govdelivery_track = Carrier(
    rf"{AND}{AND}{AND}[0-9]*{AND}{AND}{AND}(?P<target>.+)",
    lambda match: match["target"] if TARGET.match(match["target"]) else None,
    lambda _, target: target,
)
_ENID = rf"(?:\?|{AND})enid=([\w+/%-]+=*)"


def govdelivery_recipient(url: str) -> str | None:
    """The subscriber's address, which is a value in a query in base64. Personal data."""
    match = compiled(_ENID).search(url)
    raw = base64(match[1].replace("%3D", "").replace("%3d", "")) if match else None
    values = dict(parse_qsl(raw.decode("utf-8", "replace"))) if raw else {}
    return next((value for value in values.values() if "@" in value), None)


# Others -------------------------------------------------------------------------------------------

_SES_MESSAGE = r"[0-9a-f]{16}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9]{6}"
SES_TAIL = rf"/[0-9]+/{_SES_MESSAGE}/[\w-]{{20,}}=[0-9]{{1,6}}"
ses = path_part(rf"/C?L0/(?P<target>https?(?::|%3A)%2F%2F[^/?\#]+){SES_TAIL}(?=[/?\#]|\Z)")


def _read_bytes(match: re.Match[str]) -> str | None:
    raw = base64(match["target"])
    return target_of_bytes(raw) if raw else None


def _write_bytes(_: re.Match[str], target: str) -> str:
    return to_base64(target.encode("utf-8", "surrogatepass"))


convertkit = Carrier(
    r"\Ahttps?://[^/?\#]+/[\w-]*/[\w-]*/(?P<target>aHR0c[\w+/-]+=*)", _read_bytes, _write_bytes
)


def _read_bing(match: re.Match[str]) -> str | None:
    """The target in base64 (RFC 4648), behind a letter and a digit; it may lead to Bing itself."""
    raw = base64(match["target"])
    if raw and raw.startswith(b"/"):
        raw = b"https://www.bing.com" + raw
    return target_of_bytes(raw) if raw else None


bing = Carrier(rf"(?:\?|{AND})u=a1(?P<target>[\w-]+)", _read_bing, _write_bytes)


def _read_postmark(match: re.Match[str]) -> str | None:
    target = percent.decode(match["target"])
    return f"https://{target}" if _A_HOST.match(target) else None


# Without its scheme, which the first part tells: "s" is https.
postmark = Carrier(
    r"\Ahttps?://[^/?\#]+/[23][a-z]?s[a-z]?/(?P<target>[^/?\#]+)(?=/)",
    _read_postmark,
    lambda _, target: percent_encoded(target.partition("://")[2]),
)


# Protocol buffers: two fields of a number and the kind, then a text with its length before it.
_NEWS_HEAD = pattern_of(rb'\x08\x13"(?:([\x01-\x7f])|([\x80-\xff])([\x01-\x7f]))', re.DOTALL)


def _read_news(match: re.Match[str]) -> str | None:
    raw = base64(match["target"])
    head = _NEWS_HEAD.match(raw) if raw else None
    if raw is None or head is None:
        return None
    size = head[1][0] if head[1] else (head[2][0] & 0x7F) + (head[3][0] << 7)
    value = raw[head.end() : head.end() + size]
    return target_of_bytes(value) if len(value) == size else None


def _write_news(_: re.Match[str], target: str) -> str:
    raw = target.encode("utf-8", "surrogatepass")
    size = bytes([len(raw)]) if len(raw) < 0x80 else bytes([len(raw) & 0x7F | 0x80, len(raw) >> 7])
    return to_base64(b'\x08\x13"' + size + raw + b"\xd2\x01\x00")


google_news = Carrier(
    r"\Ahttps?://[^/?\#]+/(?:rss/)?articles/(?P<target>CBMi[\w-]+=*)", _read_news, _write_news
)
