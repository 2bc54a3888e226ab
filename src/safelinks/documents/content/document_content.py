"""What every format gives: links to read, and bytes to write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from attrs import field

from safelinks.documents.content.prose import Prose, prose_in
from safelinks.documents.content.unpack_allowance import Allowance
from safelinks.documents.passages.encodings import Encoding
from safelinks.documents.passages.passage import Passage, Passages, Reading
from safelinks.documents.passages.passage_links import applied, edits_in, links_in
from safelinks.errors import NotWritableError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel

__all__ = [
    "Content",
    "Dated",
    "EnclosedOpener",
    "Passages",
    "TextContent",
    "cleaned_text",
    "cleaned_within",
    "fixed",
    "line_values",
    "plain_passages",
    "unchanged",
]

_LINE = pattern_of(r"[^\n]+")


class Content(Protocol):
    """A document, opened; `writable` if such a one can be cleaned."""

    writable: ClassVar[bool]

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link, in order, unwrapped by `peel`."""

    def prose(self) -> Iterator[Prose]:
        """Every stretch of text that people see, in order."""

    def original(self) -> bytes:
        """The document as it was read, byte for byte."""

    def cleaned(self, peel: Peel) -> bytes:
        """The document without the wrappers that `peel` takes off, all else as it was.

        Raises NotWritableError where there are some, but such a document cannot be written.
        """


@runtime_checkable
class Dated(Protocol):
    """A document that may know when it was written or sent."""

    def dated(self) -> datetime | None:
        """When that was, None where it does not know."""


def unchanged(content: Content, peel: Peel, why_not: str) -> bytes:
    """What `cleaned` gives of a document that cannot be written: the same, if that will do.

    Raises NotWritableError, with `why_not`, where there is a link to replace.
    """
    if any(link.wrapped for link in content.links(peel)):
        raise NotWritableError(why_not)
    return content.original()


def cleaned_within(content: Content, peel: Peel) -> bytes:
    """What `cleaned` gives of a document within another; one that cannot be written stays."""
    try:
        return content.cleaned(peel)
    except NotWritableError:
        return content.original()


def fixed(content: Content, title: str) -> tuple[str, ...]:
    """A sentence for the user of a document that has such a one in it."""
    if content.writable or not any(link.wrapped for link in content.links(Peel())):
        return ()
    return (f"links in {title} in this file are read, but cannot be replaced",)


class EnclosedOpener(Protocol):
    """Opens a document within another; all within one document share its `allowance`."""

    @property
    def allowance(self) -> Allowance:
        """What may still be unpacked."""

    def __call__(self, raw: bytes, name: str, /) -> tuple[Content, tuple[str, ...]]:
        """The document in `raw`, and notes for the user. Raises DocumentError."""


def plain_passages(text: str) -> Iterator[Passage]:
    """All of a plain text, in which nothing is escaped."""
    yield Passage(((0, len(text)),))


def line_values(text: str) -> Iterator[Passage]:
    """The lines of a text of which each is an address."""
    for match in _LINE.finditer(text):
        yield Passage((match.span(),), reading=Reading.VALUE)


def cleaned_text(text: str, passages: Passages, peel: Peel) -> str:
    """`text` with targets in the place of wrappers."""
    edits = edits_in(text, passages(text), peel)
    return applied(text, edits) if edits else text


@frozen
class TextContent:
    """A document that is text, in which `passages` hold the links."""

    writable: ClassVar[bool] = True
    text: str = field(repr=False)
    encoding: Encoding
    passages: Passages = plain_passages

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link, with line and column."""
        return links_in(self.text, self.passages(self.text), peel)

    def prose(self) -> Iterator[Prose]:
        """Every stretch of text that people see, with line and column."""
        return prose_in(self.text, self.passages)

    def original(self) -> bytes:
        """The text as it was read."""
        return self.encoding.encode(self.text)

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes of the text with only the links changed."""
        return self.encoding.encode(cleaned_text(self.text, self.passages, peel))
