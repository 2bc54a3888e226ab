"""Plain text: which encoding it is in.

UTF-8 is assumed unless a byte order mark, or the markup itself, says otherwise. Bytes that are no
UTF-8 are kept as they are (PEP 383): links are ASCII, so they are found all the same, and nothing
is lost in writing.
"""

from __future__ import annotations

import codecs
import re

from safelinks.errors import DocumentError, NoTextError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["UTF_8", "Encoding", "as_declared", "decode_text", "in_charset"]


@frozen
class Encoding:
    """An encoding and the mark it begins with."""

    name: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """The bytes of `text`, byte for byte as they were where nothing was changed."""
        return self.mark + in_charset(text, self.name)


def in_charset(text: str, charset: str) -> bytes:
    """`text` in `charset`; what that lacks is percent-encoded, for it is part of an address."""
    try:
        return text.encode(charset, "surrogateescape")
    except UnicodeEncodeError as error:
        lacking = "".join(f"%{byte:02X}" for byte in text[error.start].encode())
        return in_charset(text.replace(text[error.start], lacking), charset)


UTF_8 = Encoding("utf-8")
# HTML, section 4.2.5.4, and XML, section 2.8: near the beginning, in ASCII.
_DECLARED = pattern_of(
    r"""(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9._:-]{1,40})""", re.IGNORECASE
)
_BEGINNING = 2_048
# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKED = (
    Encoding("utf-32-le", codecs.BOM_UTF32_LE),
    Encoding("utf-32-be", codecs.BOM_UTF32_BE),
    Encoding("utf-8", codecs.BOM_UTF8),
    Encoding("utf-16-le", codecs.BOM_UTF16_LE),
    Encoding("utf-16-be", codecs.BOM_UTF16_BE),
)


def decode_text(
    raw: bytes, name: str, title: str | None = None
) -> tuple[str, Encoding, str | None]:
    """The text in `raw`, its encoding, and a note for the user where something is odd.

    Raises DocumentError, which names the document by `name`, for what is no text. `title` is what
    the name promises, where that is no text, either.
    """
    encoding = next((one for one in _MARKED if raw.startswith(one.mark)), UTF_8)
    content = raw[len(encoding.mark) :]
    if encoding.name == "utf-8":
        at = content.find(b"\0")
        if at >= 0 and title is not None:
            raise NoTextError(
                f"{name}: not {title}, although its name says so, and not a text file; if it is "
                "damaged, open it in its program, save it again and try again"
            )
        if at >= 0:
            line = content.count(b"\n", 0, at) + 1
            raise NoTextError(
                f"{name}: not a text file (line {line} holds a NUL byte); "
                "save it as plain text and try again"
            )
    try:
        return content.decode(encoding.name), encoding, None
    except UnicodeDecodeError as error:
        if encoding.name != "utf-8":
            raise DocumentError(
                f"{name}: its byte order mark says {encoding.name.upper()}, but it is not; save"
                " it as UTF-8 and try again"
            ) from None
        line = content.count(b"\n", 0, error.start) + 1
        note = (
            f"{name}: line {line} is not valid UTF-8 (byte "
            f"0x{content[error.start]:02x}); these bytes stay as they are"
        )
        return content.decode("utf-8", "surrogateescape"), encoding, note


def as_declared(text: str, encoding: Encoding) -> tuple[str, Encoding]:
    """`text`, whose bytes do not tell of UTF-8, in the encoding that its markup declares.

    The same again where none is declared, or the bytes are not in that, either.
    """
    declared = _DECLARED.search(text, 0, _BEGINNING)
    if declared is None:
        return text, encoding
    raw = text.encode("utf-8", "surrogateescape")
    try:
        other = raw.decode(declared[1])
        same = other.encode(declared[1]) == raw and not encoding.mark
    except (LookupError, UnicodeError, ValueError):
        return text, encoding
    return (other, Encoding(declared[1])) if same else (text, encoding)
