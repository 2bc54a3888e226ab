"""E-mail: every part of a message or a mailbox, attached messages and documents among them.

A body is decoded, read as what its type says, and encoded again only where a link has changed. What
is signed is read and never changed.
"""

from __future__ import annotations

import binascii
import quopri
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import ClassVar

from attrs import evolve, field

from safelinks.addresses.place import NOWHERE, LineCounter, Place, column_behind
from safelinks.documents.content.document_content import (
    Content,
    EnclosedOpener,
    Passages,
    cleaned_text,
    cleaned_within,
    fixed,
    plain_passages,
)
from safelinks.documents.content.document_dates import mail_date
from safelinks.documents.content.prose import Prose, prose_in
from safelinks.documents.mail import header_fields
from safelinks.documents.mail.body_encodings import encoded_as, is_sliced, octets_of, text_in
from safelinks.documents.mail.mime_structure import MailPart, is_mailbox, mail_parts_of, messages_in
from safelinks.documents.mail.plain_text_bodies import deleting_passages, utf_7_passages
from safelinks.documents.markup.html_pages import html_passages
from safelinks.documents.markup.xml_documents import xml_passages
from safelinks.documents.passages.encodings import in_charset
from safelinks.documents.passages.passage import Passage
from safelinks.documents.passages.passage_links import Locate, applied, edits_in, links_in
from safelinks.documents.structured.json_csv_icalendar import (
    calendar_passages,
    csv_passages,
    json_passages,
)
from safelinks.errors import DocumentError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.quoted_printable import write as write_quoted_printable
from safelinks.links.text_links import Link, Peel

__all__ = ["MailContent", "MailboxContent", "open_content", "open_mailbox"]

_PASSAGES: dict[str, Passages] = {
    "text/html": html_passages,
    "application/xhtml+xml": html_passages,
    "text/xml": xml_passages,
    "application/xml": xml_passages,
    "text/calendar": calendar_passages,
    "application/ics": calendar_passages,
    "text/csv": csv_passages,
    "application/json": json_passages,
    "application/ld+json": json_passages,
}
_UTF_7 = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7"})
_COUNTED = ".emlx"
_COUNT = pattern_of(rb"([0-9]{1,10})[ \t]*\r?\n")
_AT_THE_TOP = Place(line=1)
_NO_LINKS = (
    "image/", "audio/", "video/", "font/", "application/pgp-", "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)  # fmt: skip
_UNSEEN = {"text/css", "text/javascript", "text/x-amp-html"}  # the latter is HTML once more
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
_PGP_SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----"


@frozen
class _MailBody:
    """The body of a part: text, in which `passages` hold links, or an attached document."""

    part: MailPart
    place: Place
    passages: Passages | None
    attached: Content | None = None


@frozen
class MailContent:
    """A mail, taken apart; in its file it begins at `line`."""

    writable: ClassVar[bool] = True
    raw: bytes = field(repr=False)
    bodies: tuple[_MailBody, ...] = field(repr=False)
    line: int = 1

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link, headers before their body, with its part and its line in the file."""
        lines = LineCounter(self.raw.decode("latin-1"), self.line)
        for body in self.bodies:
            yield from header_fields.links_in_header(
                self.raw, body.part.headers, body.place, lines, peel
            )
            if body.attached is not None:
                for link in body.attached.links(peel):
                    yield evolve(link, place=link.place.inside(body.place))
            elif body.passages is not None and body.part.body[0] < body.part.body[1]:
                text, passages, locate = _text_of(self.raw, body, body.passages, lines)
                yield from links_in(text, passages(text), peel, locate)

    def prose(self) -> Iterator[Prose]:
        """The subject and every body, attached ones among them, where the links are told to be."""
        lines = LineCounter(self.raw.decode("latin-1"), self.line)
        for body in self.bodies:
            yield from header_fields.prose(self.raw, body.part.headers, body.place, lines)
            if body.attached is not None:
                for one in body.attached.prose():
                    yield evolve(one, place=one.place.inside(body.place))
            elif body.passages is not None and body.part.content_type not in _UNSEEN:
                text, passages, locate = _text_of(self.raw, body, body.passages, lines)
                yield from prose_in(text, passages, locate)

    def dated(self) -> datetime | None:
        """The date of the mail."""
        return mail_date(self.raw[slice(*self.bodies[0].part.headers)]) if self.bodies else None

    def original(self) -> bytes:
        """The mail as it was read."""
        return self.raw

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes of the mail with only the links changed, and signed parts unchanged."""
        out = []
        at = 0
        for body in self.bodies:
            if body.part.signed:
                continue
            start, end = body.part.headers
            out += [self.raw[at:start], header_fields.cleaned(self.raw[start:end], peel)]
            at = end
            start, end = body.part.body
            if start < end:
                out += [self.raw[at:start], _cleaned_body(self.raw[start:end], body, peel)]
                at = end
        out.append(self.raw[at:])
        return b"".join(out)


@frozen
class MailboxContent:
    """A mailbox: message after message."""

    writable: ClassVar[bool] = True
    messages: tuple[MailContent, ...] = field(repr=False)

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link, message by message."""
        return chain.from_iterable(message.links(peel) for message in self.messages)

    def prose(self) -> Iterator[Prose]:
        """The text of every message."""
        return chain.from_iterable(message.prose() for message in self.messages)

    def original(self) -> bytes:
        """The mailbox as it was read."""
        return b"".join(message.raw for message in self.messages)

    def cleaned(self, peel: Peel) -> bytes:
        """The mailbox with each of its messages cleaned."""
        return b"".join(message.cleaned(peel) for message in self.messages)


@frozen
class CountedContent:
    """A file of Apple Mail: in its first line the size of the mail, behind that what it notes."""

    writable: ClassVar[bool] = True
    count: bytes = field(repr=False)
    message: MailContent = field(repr=False)
    notes: bytes = field(repr=False)

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link of the mail."""
        return self.message.links(peel)

    def prose(self) -> Iterator[Prose]:
        """The text of the mail."""
        return self.message.prose()

    def dated(self) -> datetime | None:
        """The date of the mail."""
        return self.message.dated()

    def original(self) -> bytes:
        """The file as it was read."""
        return self.count + self.message.raw + self.notes

    def cleaned(self, peel: Peel) -> bytes:
        """The mailbox entry with the mail cleaned, and its size corrected in the same width."""
        mail = self.message.cleaned(peel)
        digits = len(self.count.rstrip())
        size = b"%d" % len(mail)
        room = self.count[digits:]
        return size + b" " * (digits - len(size)) + room + mail + self.notes


def open_content(raw: bytes, name: str, opened: EnclosedOpener) -> tuple[Content, tuple[str, ...]]:
    """The mail or mailbox `raw`, and what a reader should know of it.

    `opened` opens what is attached, given its bytes and name; it raises DocumentError.
    """
    counted = _COUNT.match(raw) if name.lower().endswith(_COUNTED) else None
    if counted is not None:
        end = counted.end() + int(counted[1])
        message, noted = open_message(raw[counted.end() : end], name, opened, Place(2))
        return CountedContent(counted[0], message, raw[end:]), noted
    if not is_mailbox(raw):
        return open_message(raw, name, opened)
    messages = []
    notes: dict[str, None] = {}
    for message, more in open_mailbox([raw], name, lambda _: opened):
        messages.append(message)
        notes |= dict.fromkeys(more)
    return MailboxContent(tuple(messages)), tuple(notes)


def open_mailbox(
    blocks: Iterable[bytes], name: str, opened_in: Callable[[int], EnclosedOpener]
) -> Iterator[tuple[MailContent, tuple[str, ...]]]:
    """Each message of a mailbox that comes in `blocks`; together they are all of its bytes.

    `opened_in` gives what opens the attachments of a message of so many bytes.
    """
    line = 1
    for number, raw in enumerate(messages_in(blocks), start=1):
        yield open_message(raw, name, opened_in(len(raw)), Place(line, message=number))
        line += raw.count(b"\n")


def open_message(
    raw: bytes, name: str, opened: EnclosedOpener, begins: Place = _AT_THE_TOP
) -> tuple[MailContent, tuple[str, ...]]:
    """One mail, which in its file `begins` at that line, and has that number."""
    bodies = []
    notes: dict[str, None] = {}
    for part in mail_parts_of(raw):
        numbered = f"{part.number} ({part.content_type})" if part.number else None
        place = Place(message=begins.message, part=numbered)
        passages = _passages_of(part)
        attached = None
        if part.body[0] < part.body[1] and passages is None:
            try:
                attached, more = _attached(raw[slice(*part.body)], part, opened)
                if attached is not None:
                    more = (*more, *fixed(attached, part.name or part.content_type))
                notes |= dict.fromkeys(f"{name}: {note}" for note in more)
            except DocumentError as error:
                notes[f"{name}: {error}"] = None
        signed = _says_signed(raw[slice(*part.body)], part)
        for note in _notes_on(part, signed=signed):
            notes[f"{name}: {str(place) or 'the message'} {note}"] = None
        kept = part.signed or signed or part.content_type in _SEALED
        body = part if kept == part.signed else evolve(part, signed=True)
        bodies.append(_MailBody(body, place, passages, attached))
    return MailContent(raw, tuple(bodies), begins.line or 1), tuple(notes)


def _passages_of(part: MailPart) -> Passages | None:
    kind = part.content_type
    is_text = kind.startswith(("text/", "multipart/"))  # the latter without any parts
    other = kind in _SEALED or kind == "text/rtf"
    if kind == "text/plain" and part.deletes_spaces:
        return deleting_passages
    return _PASSAGES.get(kind, plain_passages if is_text and not other else None)


def _says_signed(body: bytes, part: MailPart) -> bool:
    """Whether the text of a part says itself that it is signed."""
    if not part.content_type.startswith("text/"):
        return False
    if part.encoding == "quoted-printable":
        return (b"--" in body or b"=2" in body) and _PGP_SIGNED in binascii.a2b_qp(body)
    return _PGP_SIGNED in (octets_of(body, "base64")[0] if part.encoding == "base64" else body)


def _notes_on(part: MailPart, *, signed: bool) -> Iterator[str]:
    if part.content_type in _SEALED:
        yield "is encrypted or sealed, so its links cannot be read"
    elif part.content_type == "multipart/signed" or signed:
        yield "is signed: its links are read, but it is not changed"
    if part.too_deep:
        yield "has parts nested too deeply; the rest was not read"


def _attached(
    body: bytes, part: MailPart, opened: EnclosedOpener
) -> tuple[Content | None, tuple[str, ...]]:
    if part.content_type.startswith(_NO_LINKS) or part.content_type in _SEALED:
        return None, ()
    octets, _ = octets_of(body, part.encoding)
    if part.content_type == "message/rfc822":  # that it is a mail need not be guessed
        return opened(octets, f"{part.name or 'message'}.eml")
    return opened(octets, part.name or part.content_type)


def _decoded(octets: bytes, charset: str, passages: Passages) -> tuple[str, str, Passages]:
    """The text, the charset in which it is written back, and its passages.

    UTF-7 has several spellings of a text: where another than Python's stands, octets are read.
    """
    text, known = text_in(octets, charset)
    if known != charset and passages is plain_passages and charset.lower() in _UTF_7:
        return text, known, utf_7_passages
    return text, known, passages


def _text_of(
    raw: bytes, body: _MailBody, passages: Passages, lines: LineCounter
) -> tuple[str, Passages, Locate]:
    """The text of a body, its passages, and what tells where in the mail something in it stands."""
    start, end = body.part.body
    octets, meant = octets_of(raw[start:end], body.part.encoding)
    text, charset, passages = _decoded(octets, body.part.charset, passages)
    at = octet = 0

    within = LineCounter(text)
    in_file = body.part.encoding != "base64" and is_sliced(charset)

    def locate(passage: Passage, offset: int) -> Place:
        """The place in the file, where the text stands there; else in the text."""
        nonlocal at, octet
        place = body.place if passage.place is NOWHERE else passage.place.inside(body.place)
        if not in_file:
            return place.at(*within.place(offset))
        octet += len(text[at:offset].encode(charset, "surrogateescape"))
        at = offset
        return place.at(*lines.place(start + (meant.start_of(octet) if meant else octet)))

    return text, passages, locate


def _cleaned_body(raw: bytes, body: _MailBody, peel: Peel) -> bytes:
    encoding = body.part.encoding
    if body.attached is not None:
        octets = cleaned_within(body.attached, peel)
        before, _ = octets_of(raw, encoding)
        return raw if octets == before else encoded_as(octets, raw, encoding)
    if body.passages is None:
        return raw
    if encoding == "quoted-printable":
        return _cleaned_quoted_printable(raw, body.part.charset, body.passages, peel)
    octets, _ = octets_of(raw, encoding)
    text, charset, passages = _decoded(octets, body.part.charset, body.passages)
    cleaned = cleaned_text(text, passages, peel)
    return raw if cleaned == text else encoded_as(in_charset(cleaned, charset), raw, encoding)


def _cleaned_quoted_printable(raw: bytes, charset: str, passages: Passages, peel: Peel) -> bytes:
    """Only the links are encoded anew, and lines broken where they would be too long."""
    octets, meant = octets_of(raw, "quoted-printable")
    text, known, passages = _decoded(octets, charset, passages)
    edits = edits_in(text, passages(text), peel)
    if not edits or meant is None:
        return raw
    if not is_sliced(known):
        return quopri.encodestring(in_charset(applied(text, edits), known))
    escaped = raw.decode("latin-1")
    pieces = []
    at = octet = done = column = 0
    for edit in edits:
        octet += len(text[at : edit.start].encode(known, "surrogateescape"))
        start = meant.start_of(octet)
        octet += len(text[edit.start : edit.end].encode(known, "surrogateescape"))
        end = meant.end_of(octet)
        column = column_behind(escaped, done, start, column)
        written = in_charset(edit.written, known).decode("latin-1")
        written = write_quoted_printable(written, escaped, (start, end), column, encoding="latin-1")
        pieces += [escaped[done:start], written]
        column = column_behind(written, 0, len(written), column)
        at, done = edit.end, end
    pieces.append(escaped[done:])
    return "".join(pieces).encode("latin-1")
