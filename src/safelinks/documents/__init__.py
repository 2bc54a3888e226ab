"""Documents: bytes of a file in, links with their places out, and the same bytes cleaned."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from attrs import field, frozen

from safelinks.documents.content import Content
from safelinks.documents.formats import opened
from safelinks.errors import DocumentError
from safelinks.text import Link, Peel
from safelinks.unwrap import unwrap

__all__ = ["Document", "read"]


@frozen
class Document:
    """A document with its links.

    `name` is that of the file, `format` that of the row in `safelinks.documents.formats`, `notes`
    what a reader should know of it.
    """

    name: str
    format: str
    links: tuple[Link, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    _content: Content = field(kw_only=True, repr=False)
    _peel: Peel = field(kw_only=True, repr=False)

    def cleaned(self) -> bytes:
        """The same document with targets in the place of wrappers, all else byte for byte.

        Raises DocumentError for a format that cannot be written, such as PDF.
        """
        return self._content.cleaned(self._peel)


def read(
    source: str | Path | bytes, name: str | None = None, *, keep_redirectors: bool = False
) -> Document:
    """Read a file, or the bytes of one, and find its links.

    `name` is what the document is called in messages; by default that of the file. It also tells
    the format, where the content does not. `keep_redirectors` is that of `safelinks.unwrap`. Raises
    DocumentError, in one sentence with the remedy, for what cannot be read.

    >>> [link.target for link in read(b"see https://example.org/", "notice.txt").links]
    ['https://example.org/']
    """
    if isinstance(source, bytes):
        raw = source
        name = name or "<bytes>"
    else:
        raw = _bytes_of(Path(source))
        name = name or str(source)
    peel = partial(unwrap, keep_redirectors=keep_redirectors)
    content, found, notes = opened(raw, name)
    del raw  # as large as the text, which is all that is needed from here on
    links = tuple(content.links(peel))
    return Document(name, found.name, links, notes, content=content, peel=peel)


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
