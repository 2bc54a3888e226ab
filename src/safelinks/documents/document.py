"""Documents: bytes of a file in, links with their places out, and the same bytes cleaned."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.documents.content.document_content import (
    Content,
    Dated,
    TextContent,
    line_values,
    plain_passages,
)
from safelinks.documents.content.prose import Prose
from safelinks.documents.formats import PLAIN, opened, opened_each, references_in
from safelinks.documents.passages.encodings import UTF_8
from safelinks.errors import DocumentError
from safelinks.files.file_access import FileReading, file_blocks
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel
from safelinks.wrappers.redaction.link_redaction import redact
from safelinks.wrappers.unwrapping import Unwrapped, instead, unwrap

if TYPE_CHECKING:
    from safelinks.documents.local.local_reference import LocalReference
    from safelinks.documents.rewriting import Rewriting, Write

__all__ = ["Document", "Prose", "addresses_read", "read", "read_all", "read_each"]

_LARGE = 3_000_000  # characters


@frozen
class Document:
    """A document with its links.

    `name` is that of the file, `format` that of the row in `safelinks.documents.formats`, `notes`
    what a reader should know of it. `reading` tells what its file held when it was read; None for a
    document that is from no file.
    """

    name: str
    format: str
    notes: tuple[str, ...] = ()
    reading: FileReading | None = field(default=None, kw_only=True, repr=False, eq=False)
    _content: Content = field(kw_only=True, repr=False)
    _peel: Peel = field(kw_only=True, repr=False)

    @property
    def again(self) -> Callable[[], Iterator[Document]] | None:
        """Reads all documents of the same file once more, in the same way; None without a file."""
        if self.reading is None:
            return None
        return partial(_read_file, self.reading.path, self.name, self._peel)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link, in order. They are looked for on first use."""
        return tuple(self._content.links(self._peel))

    @property
    def is_streamed(self) -> bool:
        """Whether it is so large a text that its links are better not all kept at once."""
        content = self._content
        return (
            isinstance(content, TextContent)
            and content.passages is plain_passages
            and len(content.text) >= _LARGE
        )

    def each_link(self) -> Iterator[Link]:
        """Every link, in order. Those of a large plain text are looked for, and not kept."""
        return self._content.links(self._peel) if self.is_streamed else iter(self.links)

    def prose(self) -> Iterator[Prose]:
        """The text that people see, in stretches that belong together, each with its place.

        >>> [(one.text, str(one.place)) for one in read(b"<p>a <b>b</b><p>c", "x.html").prose()]
        [('a b', 'line 1'), ('c', 'line 1')]
        """
        return self._content.prose()

    @property
    def text(self) -> str | None:
        """All of a document that is text, as it stands there, markup included; else None."""
        return self._content.text if isinstance(self._content, TextContent) else None

    def lines_of(self, link: Link) -> tuple[int, int] | None:
        """The first and the last line of the file on which the address of `link` stands.

        None where a format has no lines, or may count those of a part, as mail does.

        >>> document = read(
        ...     b"See <https://nam06.safelinks.protection.outlook.com/"
        ...     b"?url=https%3A%2F%2Fa.example\\n%2F&reserved=0>",
        ...     "notice.txt",
        ... )
        >>> document.lines_of(document.links[0])
        (1, 2)
        """
        if link.line is None or not isinstance(self._content, TextContent):
            return None
        text = self._content.text
        if "\r" in text and "\n" not in text:  # which only we take for lines
            return None
        return link.line, link.line + text.count("\n", link.start, link.end)

    @property
    def local_references(self) -> tuple[LocalReference, ...]:
        """The links to files beside it, and to places in them or in itself.

        >>> [one.written for one in read(b"[a](b.md#c) [d](//e)", "x.md").local_references]
        ['b.md#c']
        """
        content = self._content
        if isinstance(content, TextContent):
            return tuple(references_in(content.text, self.format))
        from safelinks.documents.local.local_reference import Referring  # noqa: PLC0415  not for texts

        return tuple(content.references()) if isinstance(content, Referring) else ()

    @property
    def writable(self) -> bool:
        """Whether links of such a document can be replaced."""
        return self._content.writable

    def dated(self) -> datetime | None:
        """When it was written or sent, as far as its format says that; else None."""
        return self._content.dated() if isinstance(self._content, Dated) else None

    def original(self) -> bytes:
        """The document as it was read, byte for byte."""
        return self._content.original()

    def cleaned(self) -> bytes:
        """The document with targets in the place of wrappers; all other bytes stay.

        A place stays as it is where what was written would not be read back as what was meant;
        `cleaning` says where. Raises NotWritableError where a format cannot be written, as PDF.
        """
        return self.cleaning().content

    def cleaning(self) -> Rewriting:
        """What `cleaned` gives, and the links that stay all the same. Raises NotWritableError."""
        return self._rewriting(lambda url, peel: peel(url))

    def redacted(self) -> bytes:
        """The document with its wrappers, but without recipients and session values.

        Raises NotWritableError as `cleaned` does.
        """
        return self.redaction().content

    def redaction(self) -> Rewriting:
        """What `redacted` gives, and the links that stay all the same. Raises NotWritableError."""
        return self._rewriting(lambda url, _: instead(url, redact(url)), blanks=True)

    def rewritten(self, instead_of: Callable[[Unwrapped], Unwrapped]) -> bytes:
        """The document with another address for every link for which `instead_of` returns one.

        Raises NotWritableError as `cleaned` does.
        """
        return self.rewriting(instead_of).content

    def rewriting(self, instead_of: Callable[[Unwrapped], Unwrapped]) -> Rewriting:
        """What `rewritten` gives, and the links that stay. Raises NotWritableError."""
        return self._rewriting(lambda url, peel: instead_of(peel(url)))

    def with_references(self, written: Mapping[str, str]) -> bytes:
        """The document with other references to files, where they are `written` by what they are.

        It stays as it is where something else would change with them.

        >>> read(b"[a](B.md) [c](d.md)", "x.md").with_references({"B.md": "b.md"})
        b'[a](b.md) [c](d.md)'
        """
        content = self._content
        if not isinstance(content, TextContent):
            return self.original()
        out, at = [], 0
        for one in self.local_references:
            if one.written in written and content.text[one.start : one.end] == one.written:
                out += [content.text[at : one.start], written[one.written]]
                at = one.end
        changed = evolve(self, content=evolve(content, text="".join([*out, content.text[at:]])))
        expected = [written.get(one.written, one.written) for one in self.local_references]
        found = [one.written for one in changed.local_references]
        is_same = [link.url for link in changed.links] == [link.url for link in self.links]
        return changed.original() if is_same and found == expected else self.original()

    def _rewriting(self, write: Write, *, blanks: bool = False) -> Rewriting:
        from safelinks.documents.rewriting import AddressWriter, rewritten  # noqa: PLC0415  only who writes pays

        pen = AddressWriter(evolve(self._peel, blanks=blanks), write)
        return rewritten(
            self._content, lambda: self.links, pen, lambda raw: opened(raw, self.name)[0]
        )


def read(
    source: str | Path | bytes,
    name: str | None = None,
    *,
    keep_redirectors: bool = False,
    bare_hosts: frozenset[str] = frozenset(),
) -> Document:
    """Read a file, or the bytes of one, and find its links.

    `name` is what the document is called in messages; by default that of the file. It also tells
    the format, where the content does not. `keep_redirectors` is that of `safelinks.unwrap`. On one
    of `bare_hosts`, in lower case, or below one, an address in running text needs no scheme
    (``nyc.gov/mocs``); one that begins with ``www.`` never does. Raises DocumentError, in one
    sentence with the remedy, for what cannot be read.

    >>> [link.target for link in read(b"see https://example.org/", "notice.txt").links]
    ['https://example.org/']
    """
    reading = None
    if isinstance(source, bytes):
        raw = source
        name = name or "<bytes>"
    else:
        reading = file_blocks(Path(source))
        raw = b"".join(reading)
        name = name or str(source)
    opening = opened(raw, name)
    del raw  # as large as the text, which is all that is needed from here on
    peel = _peel(bare_hosts, keep_redirectors=keep_redirectors)
    content, found, notes = opening
    return Document(name, found.name, notes, reading=reading, content=content, peel=peel)


def _peel(bare_hosts: frozenset[str], *, keep_redirectors: bool) -> Peel:
    return Peel(partial(unwrap, keep_redirectors=keep_redirectors), bare_hosts)


def addresses_read(
    addresses: Iterable[str], name: str, *, keep_redirectors: bool = False
) -> Document:
    """A document called `name` that holds these `addresses`, each on a line and from end to end.

    >>> [link.target for link in addresses_read(["https://a.example/Yahoo!"], "x").links]
    ['https://a.example/Yahoo!']
    """
    text = "\n".join(address.replace("\n", "") for address in addresses)
    content = TextContent(text, UTF_8, line_values)
    peel = _peel(frozenset(), keep_redirectors=keep_redirectors)
    return Document(name, PLAIN.name, content=content, peel=peel)


def read_each(
    blocks: Iterable[bytes],
    name: str,
    *,
    keep_redirectors: bool = False,
    bare_hosts: frozenset[str] = frozenset(),
) -> Iterator[Document]:
    """Read a file that comes in `blocks`: a mailbox message by message, all else as one document.

    A mailbox of any size takes no more memory than its largest message. `bare_hosts` are those of
    `read`. Raises DocumentError.
    """
    yield from _read_blocks(blocks, name, _peel(bare_hosts, keep_redirectors=keep_redirectors))


def _read_file(path: Path, name: str, peel: Peel) -> Iterator[Document]:
    return _read_blocks(file_blocks(path), name, peel)


def _read_blocks(blocks: Iterable[bytes], name: str, peel: Peel) -> Iterator[Document]:
    reading = blocks if isinstance(blocks, FileReading) else None
    for content, found, notes in opened_each(blocks, name):
        yield Document(name, found.name, notes, reading=reading, content=content, peel=peel)


def read_all(
    *sources: str | Path,
    keep_redirectors: bool = False,
    bare_hosts: frozenset[str] = frozenset(),
    gitignore: bool = True,
    vendored: bool = False,
    on_error: Callable[[DocumentError], object] | None = None,
) -> Iterator[Document]:
    """Read files, all files of directories, and all that match patterns (``docs/**/*.md``).

    Each file once, in order; of a mailbox, each message is a document. In directories, files that
    `.gitignore` excludes are skipped, unless `gitignore` is False, and so are trees of package
    managers, such as node_modules, unless they are to be read, `vendored` as they are. A file that
    cannot be read raises DocumentError; with `on_error`, that is called instead, also for a
    `.gitignore` that is not used, and the rest is read.
    """

    def fail(error: DocumentError) -> None:
        if on_error is None:
            raise error
        on_error(error)

    from safelinks.files.file_walk import files_in  # noqa: PLC0415  a command looks into directories itself

    seen: set[Path] = set()
    for source in sources:
        try:
            found = files_in(source, gitignore=gitignore, vendored=vendored)
        except DocumentError as error:
            fail(error)
            continue
        if found is not None:
            for unread in found.unread:
                fail(unread)
            for note in found.notes if on_error else ():
                fail(DocumentError(note))
        for path in [Path(source)] if found is None else found.files:
            real = Path(os.path.realpath(path))
            if real in seen:
                continue
            seen.add(real)
            try:
                yield from read_each(
                    file_blocks(path),
                    str(path),
                    keep_redirectors=keep_redirectors,
                    bare_hosts=bare_hosts,
                )
            except DocumentError as error:
                fail(error)
