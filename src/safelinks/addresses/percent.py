"""Percent-decoding (RFC 3986, section 2.1), exactly once, losing nothing.

`urllib.parse.unquote` is close and wrong here: it turns bytes that are not UTF-8 into U+FFFD. Spec
section 3, step 4: such bytes stay as ``%XX``, a broken escape stays, ``+`` stays a plus.
"""

from __future__ import annotations

import re
from binascii import a2b_qp

from safelinks.foundation.patterns import pattern_of

__all__ = ["decode", "encode"]

_RUN = pattern_of(r"(?:%[0-9A-Fa-f]{2})+")


def decode(text: str) -> str:
    """Decode every ``%XX`` in `text` once, as UTF-8. Total: no input raises.

    >>> decode("https%3A%2F%2Fexample.org%2Fa%2Bb%2520c")
    'https://example.org/a+b%20c'
    >>> decode("100%25 %E9 %zz")
    '100% %E9 %zz'
    """
    escapes = text.count("%")
    if not escapes:
        return text
    if text.isascii() and "\n" not in text and "\r" not in text:
        # Quoted-printable is percent-encoding with another sign, and the standard library decodes
        # it in C: ten times the speed of a loop. Each whole escape shortens the text by two; a
        # broken one does not, so the length says whether all were whole.
        raw = a2b_qp(text.replace("=", "=3D").replace("%", "="))
        if len(raw) == len(text) - 2 * escapes:
            try:
                return raw.decode()
            except UnicodeDecodeError:
                pass
    return _RUN.sub(_decode_run, text)


def _decode_run(match: re.Match[str]) -> str:
    run = match[0]
    raw = bytes.fromhex(run.replace("%", ""))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        out = []
        at = 0
        for char in raw.decode("utf-8", "surrogateescape"):
            if "\udc80" <= char <= "\udcff":
                out.append(run[3 * at : 3 * at + 3])
                at += 1
            else:
                out.append(char)
                at += len(char.encode())
        return "".join(out)


def encode(text: str, unsafe: re.Pattern[str]) -> str:
    """Percent-encode, as UTF-8, every match of `unsafe` in `text`; the rest stays as it is.

    >>> encode("https://example.org/a b", re.compile(r"\\s"))
    'https://example.org/a%20b'
    """
    return unsafe.sub(_encode_match, text)


def _encode_match(match: re.Match[str]) -> str:
    try:
        raw = match[0].encode("utf-8", "surrogateescape")  # bytes that were no UTF-8 in a file
    except UnicodeEncodeError:
        raw = match[0].encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in raw)
