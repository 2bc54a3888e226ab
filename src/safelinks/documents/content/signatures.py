"""First bytes of files: of packages that several formats share, of mail, of what holds no text."""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["OLE", "UNREADABLE", "ZIP", "looks_like_mail", "stream_name"]

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def stream_name(name: str) -> bytes:
    """The name of a stream as the directory of a compound file holds it ([MS-CFB], 2.6.1)."""
    return name.encode("utf-16-le")


@frozen
class Unreadable:
    """What is not read as text: its first bytes, what a person calls it, and what helps.

    Where several share their first bytes, a name `inside` tells them apart. In what is `no_text`,
    nobody would look for links.
    """

    signature: bytes
    what: str
    remedy: str = "save it as plain text and try again"
    inside: bytes = b""
    no_text: bool = False


UNREADABLE = (
    Unreadable(
        OLE,
        "is encrypted with a password",
        "save a copy without it and try again",
        stream_name("EncryptedPackage"),
    ),
    *(
        Unreadable(OLE, f"is {what}", f"save it as {new} and try again", stream_name(inside))
        for inside, what, new in (
            ("WordDocument", "an old Word document (.doc)", ".docx"),
            ("PowerPoint Document", "an old PowerPoint presentation (.ppt)", ".pptx"),
            ("Workbook", "an old Excel workbook (.xls)", ".xlsx"),
        )
    ),
    Unreadable(OLE, "is an old Office document or a damaged Outlook message, not text"),
    *(
        Unreadable(signature, f"is {what}, not text", no_text=True)
        for signature, what in (
            (ZIP, "a zip archive"),
            (b"\x1f\x8b", "a gzip archive"),
            (b"\x89PNG", "a picture"),
            (b"\xff\xd8\xff", "a picture"),
            (b"GIF8", "a picture"),
            (b"\x7fELF", "a program"),
            (b"MZ\x90", "a program"),
        )
    ),
)


# A mailbox, or header fields of which one is such as only mails have.
_LOOKS_LIKE_MAIL = pattern_of(
    rb"From \S+[^\r\n]*\r?\n[!-9;-~]+:|(?:[!-9;-~]+:(?:[^\r\n]|\r?\n[ \t])*+\r?\n){0,60}?(?:"
    rb"MIME-Version:[ \t]*1|Message-ID:[ \t]*<|Received:[ \t]*(?:from|by)\b|Return-Path:[ \t]*<"
    rb"|Content-Type:[ \t]*(?:text|multipart)/|Content-Transfer-Encoding:)",
    re.IGNORECASE,
)


def looks_like_mail(raw: bytes) -> bool:
    """Whether `raw` begins as only mails do, which the first line of most texts does not."""
    end = raw.find(b"\n")
    line = raw if end < 0 else raw[:end]
    may_begin = b":" in line or line[:5].lower() == b"from "
    return may_begin and _LOOKS_LIKE_MAIL.match(raw) is not None
