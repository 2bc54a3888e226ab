"""Bodies of mail: their transfer encoding (RFC 2045) and charset, undone and done again."""

from __future__ import annotations

import binascii
import codecs
import re

from safelinks.documents.passages.passage import Codec, Meant, Passage
from safelinks.foundation.patterns import pattern_of

__all__ = ["encoded_as", "is_sliced", "octets_of", "text_in"]

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTED_PRINTABLE = Codec(
    pattern_of(r"=[ \t]*\r?\n|=[0-9A-Fa-f]{2}"),
    lambda escape: chr(int(escape[1:], 16)) if escape[1:].strip() else "",
)


def octets_of(body: bytes, encoding: str) -> tuple[bytes, Meant | None]:
    """The decoded body; for quoted-printable, also where each octet stands."""
    if encoding == "quoted-printable":
        escaped = body.decode("latin-1")
        meant = Meant(escaped, Passage(((0, len(escaped)),), _QUOTED_PRINTABLE))
        return meant.text.encode("latin-1"), meant
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body), None
        except binascii.Error:  # cut off: what is whole of it
            digits = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
            return binascii.a2b_base64(digits[: len(digits) // 4 * 4]), None
    return body, None


def text_in(octets: bytes, charset: str) -> tuple[str, str]:
    """The text, and the charset in which it can be written back byte for byte."""
    if octets[:2] in _MARKS and charset == "utf-8":  # as it is by default
        charset = "utf-16"
    try:
        text = octets.decode(charset, "surrogateescape")
        # With NULs in it, it is no UTF-8 either: better a mark less than no link found at all.
        if text.encode(charset, "surrogateescape") == octets or b"\0" in octets:
            return text, charset
    except (LookupError, UnicodeError, ValueError):
        pass
    return octets.decode("utf-8", "surrogateescape"), "utf-8"


def is_sliced(charset: str) -> bool:
    """Whether a text in `charset` may be encoded slice by slice: it has no mark and no states."""
    return not codecs.lookup(charset).name.startswith(
        ("utf-16", "utf-32", "utf-7", "iso2022", "hz")
    )


def encoded_as(octets: bytes, like: bytes, encoding: str) -> bytes:
    """`octets` as a body in lines as those of `like`."""
    if encoding != "base64":
        return octets
    newline = b"\r\n" if b"\r\n" in like else b"\n"
    width = max(4, len(like.lstrip().split(b"\n", 1)[0].rstrip()) // 4 * 4)
    digits = binascii.b2a_base64(octets, newline=False)
    rows = [digits[at : at + width] for at in range(0, len(digits), width)]
    end = like[len(like.rstrip()) :]
    return newline.join(rows) + end
