"""Documents: bytes of a file in, links with their places out.

One reader a format; so far there is one, for plain text. Other formats are recognised by what
their bytes begin with, and refused by name.
"""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from safelinks.documents import plain
from safelinks.errors import DocumentError
from safelinks.text import Link, find

__all__ = ["Document", "read"]

# The first bytes of formats that are often handed in for text.
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Outlook message or an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_REMEDY = "save it as plain text and try again"


@frozen
class Document:
    """A text with its links. `name` is that of the file, `notes` what a reader should know of it.

    `text` keeps bytes that were no text as lone surrogates, so that `encoded` gives them back.
    """

    name: str
    text: str = field(repr=False)
    links: tuple[Link, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    encoding: plain.Encoding = plain.UTF_8

    def encoded(self, text: str) -> bytes:
        """`text` in the encoding in which this document was read."""
        return self.encoding.encode(text)


def read(
    source: str | Path | bytes, name: str | None = None, *, keep_redirectors: bool = False
) -> Document:
    """Read a file, or the bytes of one, and find its links.

    `name` is what the document is called in messages; by default that of the file.
    `keep_redirectors` is that of `safelinks.unwrap`. Raises
    DocumentError, in one sentence with the remedy, for what cannot be read as text.

    >>> [link.target for link in read(b"see https://example.org/", "notice.txt").links]
    ['https://example.org/']
    """
    if isinstance(source, bytes):
        raw = source
        name = name or "<bytes>"
    else:
        raw = _bytes_of(Path(source))
        name = name or str(source)
    for signature, what in _SIGNATURES:
        if raw.startswith(signature):
            raise DocumentError(f"{name}: this is {what}, not text; {_REMEDY}")
    text, encoding, note = plain.decode(raw, name)
    del raw  # as large as the text, which is all that is needed from here on
    return Document(
        name,
        text,
        tuple(find(text, keep_redirectors=keep_redirectors)),
        (note,) if note else (),
        encoding,
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise DocumentError(f"{path}: this is a directory; name the files in it") from None
    except FileNotFoundError:
        raise DocumentError(f"{path}: there is no such file") from None
    except PermissionError:
        raise DocumentError(f"{path}: no permission to read this file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{path}: this file cannot be read ({reason})") from None
