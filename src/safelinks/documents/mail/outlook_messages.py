"""Outlook messages ([MS-OXMSG]): bodies, headers, and all that is attached.

Such a file is a little database: each property of the message is a stream that is named by its
number. It is read and never written: the body stands in it up to three times, and its parts refer
to each other.

Why our own: extract-msg is under the GPL. The container and the RTF are read by libraries.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import ClassVar

import compressed_rtf
from attrs import evolve, field

from safelinks.addresses.place import LineCounter, Place
from safelinks.documents.content.document_content import (
    Content,
    EnclosedOpener,
    Passages,
    plain_passages,
    unchanged,
)
from safelinks.documents.content.prose import Prose, prose_in
from safelinks.documents.content.unpack_allowance import Allowance
from safelinks.documents.mail import header_fields
from safelinks.documents.mail.compound_files import Storage, opened_storage
from safelinks.documents.markup.html_pages import html_passages
from safelinks.documents.passages.passage_links import links_in
from safelinks.documents.rtf.code_pages import DEFAULT, codec_of_page
from safelinks.documents.rtf.encapsulated_html import html_in, is_of_text
from safelinks.documents.rtf.rtf_documents import open_content as open_rtf
from safelinks.errors import DocumentError
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel

__all__ = ["MsgContent", "open_content"]

# Properties ([MS-OXPROPS]), as the hexadecimal digits that are in the names of their streams.
_CLASS, _SUBJECT, _HEADERS = "001A", "0037", "007D"
_TEXT, _HTML, _RTF = "1000", "1013", "1009"
_DATA, _LONG_NAME, _SHORT_NAME, _MIME_TYPE = "3701", "3707", "3704", "370E"
_MESSAGE_PAGE, _INTERNET_PAGE = 0x3FFD, 0x3FDE
_INTEGER = 0x0003

_PROPERTIES = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_#"
_MAX_DEPTH = 5  # of messages within messages
_LONGEST_RTF = 1 << 23  # compressed: it grows to nine times that, at two or three MB a second
_NO_LINKS = ("image/", "audio/", "video/", "font/")
_PICTURES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".ico", ".emf", ".wmf", ".webp",
    ".p7s",
)  # fmt: skip


@frozen
class _OutlookBody:
    """A part of the message: text in which `passages` hold links, or a document; or headers."""

    part: str
    text: str = field(default="", repr=False)
    passages: Passages | None = None
    content: Content | None = None
    has_lines: bool = False

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link; line and column only where they are those that people see."""
        if self.content is not None:
            for link in self.content.links(peel):
                yield evolve(link, place=_within(self.part, link.place))
        elif self.passages is not None:
            for link in links_in(self.text, self.passages(self.text), peel):
                inner = link.place if self.has_lines else Place()
                yield evolve(link, place=_within(self.part, inner))
        else:
            raw = self.text.encode("utf-8", "surrogateescape")
            lines = LineCounter(raw.decode("latin-1"))
            outer = Place(part=self.part or None)
            for link in header_fields.links_in_header(raw, (0, len(raw)), outer, lines, peel):
                yield evolve(link, place=Place(part=link.place.part))

    def prose(self) -> Iterator[Prose]:
        """The text that people see, told where links in it are; headers are not shown."""
        if self.content is not None:
            found = self.content.prose()
        elif self.passages is not None:
            found = prose_in(self.text, self.passages)
        else:
            return
        for one in found:
            inner = one.place if self.content is not None or self.has_lines else Place()
            yield evolve(one, place=_within(self.part, inner))


@frozen
class MsgContent:
    """An Outlook message, taken apart."""

    writable: ClassVar[bool] = False
    raw: bytes = field(repr=False)
    name: str
    bodies: tuple[_OutlookBody, ...] = field(repr=False)

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link: those of the subject, the headers, the bodies, and of what is attached."""
        for body in self.bodies:
            yield from body.links(peel)

    def prose(self) -> Iterator[Prose]:
        """The subject, the bodies, and the text of what is attached."""
        for body in self.bodies:
            yield from body.prose()

    def original(self) -> bytes:
        """The message as it was read."""
        return self.raw

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes as they are. Raises NotWritableError if a link would have to change."""
        return unchanged(
            self,
            peel,
            f"{self.name}: links in an Outlook message cannot be replaced, because its text "
            "is stored in up to three forms; save it as .eml or .html and clean that",
        )


def open_content(raw: bytes, name: str, opened: EnclosedOpener) -> tuple[Content, tuple[str, ...]]:
    """The Outlook message `raw`, and what a reader should know of it. Raises DocumentError."""
    root = opened_storage(raw, name)
    if not root.has(_PROPERTIES):
        raise DocumentError(
            f"{name}: not an Outlook message, or a damaged one; save it as plain text and try again"
        )
    reader = _OutlookReader(opened)
    reader.message(root, (), head=32)
    if root.damaged:
        reader.notes.append("parts of it are damaged or cut off; the rest was read")
    return MsgContent(raw, name, tuple(reader.bodies)), tuple(
        dict.fromkeys(f"{name}: {note}" for note in reader.notes)
    )


def _within(part: str, inner: Place) -> Place:
    return evolve(inner, part=", ".join(filter(None, (part, inner.part))) or None)


def _pages(storage: Storage, head: int) -> dict[int, int]:
    """The integers among the properties (section 2.4), which are behind `head` octets."""
    stream = storage.stream(_PROPERTIES) or b""
    whole = stream[head : head + (len(stream) - head) // 16 * 16]
    return {
        number: value
        for kind, number, _, value, _ in struct.iter_unpack("<HHIiI", whole)
        if kind == _INTEGER
    }


class _OutlookReader:
    """Takes messages apart, each with those that are attached to it."""

    def __init__(self, opened: EnclosedOpener) -> None:
        self.bodies: list[_OutlookBody] = []
        self.notes: list[str] = []
        self._opened = opened

    def message(self, storage: Storage, outer: tuple[str, ...], *, head: int) -> None:
        """Read one message; `outer` says to which others it is attached."""
        pages = _pages(storage, head)
        internet = codec_of_page(pages.get(_INTERNET_PAGE, -1))
        strings = codec_of_page(pages.get(_MESSAGE_PAGE, -1)) or internet or DEFAULT
        where = ", ".join(outer) or "the message"

        def string(number: str) -> str:
            return _string(storage, number, strings)

        def add(part: str, text: str, passages: Passages, *, has_lines: bool = False) -> None:
            if text:
                name = ", ".join((*outer, part))
                self.bodies.append(_OutlookBody(name, text, passages, has_lines=has_lines))

        add("subject", string(_SUBJECT), plain_passages)
        if transport := string(_HEADERS):
            self.bodies.append(_OutlookBody(", ".join(outer), transport))
        plain = string(_TEXT)
        add("text body", plain, plain_passages, has_lines=True)
        html = _html(storage, internet) or string(_HTML)
        if not html:
            html = self._rtf(storage, outer, where, has_text=bool(plain))
        add("HTML body", html, html_passages)
        sealed = string(_CLASS).upper() == "IPM.NOTE.SMIME"
        if sealed:
            self.notes.append(f"{where} is encrypted or sealed, so its links cannot be read")
        self._attachments(storage, outer, strings, sealed=sealed)

    def _rtf(self, storage: Storage, outer: tuple[str, ...], where: str, *, has_text: bool) -> str:
        """The HTML that the RTF body encapsulates; one that does not is read as it is."""
        packed = storage.stream(f"__substg1.0_{_RTF}0102")
        if not packed:
            return ""
        raw = _decompressed(packed, self._opened.allowance)
        if raw is None:
            self.notes.append(f"the RTF body of {where} is damaged or too large and was not read")
            return ""
        text = raw.decode("latin-1")
        html = html_in(text)
        if html is None and not (has_text and is_of_text(text)):
            content, _ = open_rtf(raw, where, self._opened)
            self.bodies.append(_OutlookBody(", ".join((*outer, "RTF body")), content=content))
        return html or ""

    def _attachments(
        self, storage: Storage, outer: tuple[str, ...], codec: str, *, sealed: bool
    ) -> None:
        messages = 0
        for name in storage.names():
            attachment = storage.storage(name) if name.startswith(_ATTACHMENT) else None
            if attachment is None:
                continue
            embedded = attachment.storage(f"__substg1.0_{_DATA}000D")
            if embedded is None:
                if not sealed:
                    self._file(attachment, outer, codec)
            elif embedded.has(_PROPERTIES):  # else it is an object that is drawn in the text
                messages += 1
                inner = (*outer, f"attached message {messages}")
                if len(inner) > _MAX_DEPTH:
                    self.notes.append(
                        "attached messages are nested too deeply; the rest was not read"
                    )
                else:
                    self.message(embedded, inner, head=24)

    def _file(self, attachment: Storage, outer: tuple[str, ...], codec: str) -> None:
        """Read an attached file, if that may hold links."""
        data = attachment.stream(f"__substg1.0_{_DATA}0102")
        name = _string(attachment, _LONG_NAME, codec) or _string(attachment, _SHORT_NAME, codec)
        mime_type = _string(attachment, _MIME_TYPE, codec).lower()
        if not data or mime_type.startswith(_NO_LINKS) or name.lower().endswith(_PICTURES):
            return
        name = name or mime_type or "attachment"
        try:
            content, notes = self._opened(data, name)
        except DocumentError as error:
            self.notes.append(str(error))
            return
        self.notes += notes
        self.bodies.append(_OutlookBody(", ".join((*outer, f"attachment {name}")), content=content))


def _string(storage: Storage, number: str, codec: str) -> str:
    """A property that is a string, in Unicode or in a code page."""
    raw = storage.stream(f"__substg1.0_{number}001F")
    if raw is not None:
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    raw = storage.stream(f"__substg1.0_{number}001E")
    return "" if raw is None else _decoded(raw, codec).rstrip("\0")


def _html(storage: Storage, codec: str | None) -> str:
    """The HTML body, which is in the code page of the internet message."""
    raw = storage.stream(f"__substg1.0_{_HTML}0102") or b""
    if codec is None:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            codec = DEFAULT
    return _decoded(raw, codec).rstrip("\0")


def _decoded(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return raw.decode(DEFAULT, "replace")


def _decompressed(packed: bytes, allowance: Allowance) -> bytes | None:
    """The RTF in `packed` ([MS-OXRTFCP]); None where that is damaged or too large."""
    if len(packed) > _LONGEST_RTF:
        return None
    try:
        raw = bytes(compressed_rtf.decompress(packed))
        allowance.take_octets(len(raw))
    except Exception:  # noqa: BLE001  that is what it raises
        return None
    return raw
