"""PDF: annotations, bookmarks, actions, the text of every page, and files that are attached.

All is read once, page by page, and of a page only its links are kept. pypdf raises nearly anything
for a damaged file: none of it leaves this module. One thing that cannot be read does not keep the
others from being read; the notes say what it was.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import ClassVar

from attrs import evolve, field
from pypdf import Configuration, PageObject, PasswordType, PdfReader, apply_configuration
from pypdf.errors import DependencyError
from pypdf.generic import ArrayObject

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.addresses.urls import request_key
from safelinks.documents.content.document_content import Content, EnclosedOpener, unchanged
from safelinks.documents.content.document_dates import pdf_date
from safelinks.documents.content.package_installation import installation_of
from safelinks.documents.content.prose import Prose, stretch
from safelinks.documents.pdf.addresses_over_lines import over_lines
from safelinks.documents.pdf.pdf_objects import (
    attached_file,
    bookmarks,
    boxes_of,
    embedded_files,
    entry,
    items,
    pdf_text_of,
    uris_of,
)
from safelinks.documents.pdf.pdf_pages import Budget, page_texts, pages
from safelinks.documents.pdf.unread_pages import unread_pages
from safelinks.documents.pdf.word_positions import Box, GlyphPen, PageWords, ShownText
from safelinks.errors import DocumentError, SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.labels import tidy
from safelinks.links.text_links import Link, Peel, links
from safelinks.wrappers.unwrapping import Unwrapped

__all__ = ["PdfContent", "open_content"]

# What pypdf says of damage is for its developers; a program that wants it configures logging.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_BUDGET = 128_000_000  # bytes of content, and of what is attached, in all
_OBJECT = 200  # what an annotation or a bookmark is taken for, in bytes
_KEPT = 16_000_000  # bytes read before objects that were parsed are dropped
_LIMITS = Configuration(
    xform_maximum_invocations_per_extraction=0,  # `texts` reads forms itself
    stream_parsing_work_maximum_count=1_000_000,
    disable_legacy_handling=True,
    jbig2dec_binary=None,  # no other program is started
)
_FARTHEST = 4_000  # bytes between the beginning of a catalog and what tells that it is one
_OBJECT_BEGINS = pattern_of(rb"([0-9]{1,10})\s+([0-9]{1,5})\s+obj\b")
_WRITTEN = {"/FreeText", "/Text"}  # annotations whose contents people read
_ABSOLUTE = pattern_of(r"https?://", re.IGNORECASE)
_SCRIPT = pattern_of(r"javascript:", re.IGNORECASE)
_ANEW = "open it in a PDF viewer, save it again and try again"


@frozen
class PdfContent:
    """A PDF with what was found in it."""

    writable: ClassVar[bool] = False
    name: str
    raw: bytes = field(repr=False)
    found: tuple[Link, ...] = field(repr=False)
    attached: tuple[tuple[str, Content], ...] = field(default=(), repr=False)

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link: of the document, of its pages in order, and of the files in it."""
        for link in self.found:
            yield link if link.error is not None else _peeled(link, peel)
        for part, content in self.attached:
            for link in content.links(peel):
                yield evolve(link, place=link.place.inside(Place(part=part)))

    def prose(self) -> Iterator[Prose]:
        """The text of every page, which is read once more, and of the files in it."""
        yield from _prose_of_pages(self.raw, self.name)
        for part, content in self.attached:
            for one in content.prose():
                yield evolve(one, place=one.place.inside(Place(part=part)))

    def dated(self) -> datetime | None:
        """The date of its last change."""
        return pdf_date(self.raw)

    def original(self) -> bytes:
        """The PDF as it was read."""
        return self.raw

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes as they are. Raises NotWritableError if a link would have to change."""
        return unchanged(
            self,
            peel,
            f"{self.name}: links in a PDF cannot be replaced, because its layout is "
            "fixed; clean the source document and export it again",
        )


def open_content(raw: bytes, name: str, opened: EnclosedOpener) -> tuple[Content, tuple[str, ...]]:
    """The PDF `raw`, and what a reader should know of it. Raises DocumentError.

    `opened` opens what is attached, given its bytes and name; it raises DocumentError.
    """
    with apply_configuration(_LIMITS):
        reading = _PdfReader(raw, name, opened)
        reading.read()
    return PdfContent(name, raw, tuple(reading.found), tuple(reading.attached)), reading.notes()


def _prose_of_pages(raw: bytes, name: str) -> Iterator[Prose]:
    """Page by page, what is drawn there, and the notes on it."""
    with apply_configuration(_LIMITS):
        reading = _PdfReader(raw, name)
    found = reading.prose()
    while True:
        with apply_configuration(_LIMITS):  # for as long as this module is at work, no longer
            page = next(found, None)
        if page is None:
            return
        yield from page


class _PdfReader:
    """Reads a PDF once, and collects its links and what could not be read."""

    def __init__(self, raw: bytes, name: str, opened: EnclosedOpener | None = None) -> None:
        self._name, self._opened = name, opened
        self._budget = Budget(_BUDGET)
        self._reader, whole = _decrypted(raw, name)
        self.found: list[Link] = []
        self.attached: list[tuple[str, Content]] = []
        self._seen: dict[int, object] = {}  # files that are attached
        self._notes: dict[str, None] = {}
        if not whole:
            self._notes[f"{name}: its end is missing or damaged; the rest is read"] = None
        self._unread: dict[str, list[int]] = {}  # what of which pages

    def read(self) -> None:
        """Read it all."""
        catalog: object = None
        with self._whole("this PDF has no cross-reference table"):
            catalog = self._reader.root_object
            for uri in uris_of(catalog):
                self._add(uri, Place(part="action"))
        with self._tried("the bookmarks"):
            for item in bookmarks(catalog):
                self._budget.spend(_OBJECT)
                for uri in uris_of(item):
                    self._add(uri, Place(part="bookmark"), tidy(pdf_text_of(entry(item, "/Title"))))
        self._pages()
        with self._tried("the list of attached files"):
            for one in embedded_files(catalog):
                self._attach(one)

    def prose(self) -> Iterator[list[Prose]]:
        """The text of each page, instead of its links; nothing is kept of it."""
        kept = self._budget.left
        with self._tried("the list of its pages"):
            for number, page in enumerate(pages(self._reader), start=1):
                found: list[Prose] = []
                with self._tried("the text", number):
                    for text in page_texts(page, self._budget, None) if page is not None else ():
                        found += stretch(text, Place(page=number))
                with self._tried("the annotations", number):
                    for one in items(entry(page, "/Annots")):
                        self._budget.spend(_OBJECT)
                        if entry(one, "/Subtype") in _WRITTEN:
                            text = pdf_text_of(entry(one, "/Contents"))
                            found += stretch(text, Place(page=number))
                yield found
                if kept - self._budget.left > _KEPT:
                    self._reader.resolved_objects.clear()
                    kept = self._budget.left

    def notes(self) -> tuple[str, ...]:
        """Sentences on what could not be read."""
        unread = (unread_pages(self._name, what, where) for what, where in self._unread.items())
        return (*unread, *self._notes)

    def _pages(self) -> None:
        number = 0
        kept = self._budget.left
        with self._tried("the list of its pages"):
            for number, page in enumerate(pages(self._reader), start=1):
                if page is None:
                    self._unread.setdefault("", []).append(number)
                    continue
                self._page(page, number)
                if kept - self._budget.left > _KEPT:
                    self._reader.resolved_objects.clear()
                    kept = self._budget.left
        if not number:
            self._notes[f"{self._name}: no pages found; it may be damaged"] = None

    def _page(self, page: PageObject, number: int) -> None:
        place = Place(page=number)
        linked: list[tuple[str, list[Box]]] = []
        with self._tried("the annotations", number):
            linked += [(uri, []) for uri in uris_of(page)]
            annotations = entry(page, "/Annots")
            for one in annotations if isinstance(annotations, ArrayObject) else ():
                with self._tried("the annotations", number):
                    linked += self._annotated(one.get_object(), place)
        linked.sort(key=_in_reading_order)
        areas = [box for _, boxes in linked for box in boxes]
        pen = GlyphPen(areas) if areas else None
        layers: list[list[Link]] = []
        with self._tried("the text", number):
            layers.extend(_in_layer(text, place) for text in page_texts(page, self._budget, pen))
        words = PageWords(pen.words if pen else ())
        for (uri, _), label in zip(linked, words.labels(linked), strict=True):
            self._add(uri, place, label)
        shown, targets = ShownText(words.spans(areas)), {uri for uri, boxes in linked if boxes}
        pages_of_targets = set(map(request_key, targets))
        for layer, links_of_text in enumerate(layers, start=1):
            for link in links_of_text:
                if not shown.has(layer, link.start):
                    self.found.append(link)
                elif link.url in targets or request_key(link.url) not in pages_of_targets:
                    self.found.append(evolve(link, role=Role.LINK_TEXT))
                # Else it spells the target of its own link in another way: no second address.

    def _annotated(self, annotation: object, place: Place) -> Iterator[tuple[str, list[Box]]]:
        """The addresses that an annotation leads to, and where it stands."""
        self._budget.spend(_OBJECT)
        if entry(annotation, "/Subtype") in _WRITTEN:
            self.found += _in_text(pdf_text_of(entry(annotation, "/Contents")), place)
        self._attach(entry(annotation, "/FS"))
        boxes = boxes_of(annotation)
        for uri in uris_of(annotation):
            yield uri, boxes

    def _add(self, uri: str, place: Place, label: str | None = None) -> None:
        """Keep an address, which need not be one of the web."""
        if _ABSOLUTE.match(uri):
            self.found.append(Link(uri, 0, len(uri), place, _as_it_is(uri), label=label))
        else:
            role = Role.SCRIPT if _SCRIPT.match(uri) else None
            self.found += (evolve(link, label=label, role=role) for link in _in_text(uri, place))

    def _attach(self, specification: object) -> None:
        """Open a file that is attached, each once."""
        file = attached_file(specification)
        if file is None or self._opened is None or id(file[1]) in self._seen:
            return
        title, stream = tidy(file[0]) or "without a name", file[1]
        self._seen[id(stream)] = stream
        with self._tried(f"the attachment {title}"):
            octets = stream.get_data()
            self._budget.spend(len(octets))
            self._opened.allowance.take_octets(len(octets))
            try:
                content, notes = self._opened(octets, title)
            except DocumentError as error:
                notes = (str(error),)
            else:
                self.attached.append((f"attachment {title}", content))
            self._notes |= dict.fromkeys(f"{self._name}: {note}" for note in notes)

    @contextmanager
    def _whole(self, fault: str) -> Iterator[None]:
        """Something without which there is no document."""
        with _faults_as(DocumentError(f"{self._name}: {fault}; {_ANEW}"), self._name):
            yield

    @contextmanager
    def _tried(self, what: str, page: int | None = None) -> Iterator[None]:
        """Something that may fail alone, and is noted then."""
        fault = DocumentError(unread_pages(self._name, what, []))
        try:
            with _faults_as(fault, self._name):
                yield
        except DocumentError as error:
            if error is not fault:
                raise
            if page is None:
                self._notes[str(fault)] = None
            elif page not in (known := self._unread.setdefault(what, []))[-1:]:
                known.append(page)


@contextmanager
def _faults_as(fault: DocumentError, name: str) -> Iterator[None]:
    """Whatever pypdf raises becomes `fault`, except for what another sentence says better."""
    try:
        yield
    except DocumentError:
        raise
    except DependencyError:
        raise DocumentError(
            f"{name}: this PDF is encrypted with AES; to read it, run: "
            f"{installation_of(['cryptography'])}"
        ) from None
    except Exception as error:  # a damaged file makes pypdf raise anything at all
        raise fault from error


def _decrypted(raw: bytes, name: str) -> tuple[PdfReader, bool]:
    """The PDF, opened without a password, and whether all of it is there."""
    with _faults_as(
        DocumentError(f"{name}: this PDF is damaged and cannot be read; {_ANEW}"), name
    ):
        whole = True
        try:
            try:
                reader = _reader(raw)
            except (DependencyError, NotImplementedError):
                raise
            except Exception:  # noqa: BLE001 - as above
                reader, whole = _reader(raw + _end_for(raw)), False
            locked = reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED
        except NotImplementedError:
            locked = True
    if locked:
        raise DocumentError(
            f"{name}: this PDF is encrypted with a password; save a copy without it and try again"
        )
    return reader, whole


def _end_for(raw: bytes) -> bytes:
    """An end for a file that has lost its own: it makes pypdf look for the objects by itself."""
    sign = raw.rfind(b"/Catalog")
    begun = list(_OBJECT_BEGINS.finditer(raw, max(0, sign - _FARTHEST), max(0, sign)))
    root = b"/Root %b %b R" % begun[-1].groups() if begun else b""
    return b"\ntrailer\n<<%b>>\nstartxref\n0\n%%%%EOF\n" % root


def _reader(raw: bytes) -> PdfReader:
    """A reader that has found what it needs to find all else."""
    reader = PdfReader(BytesIO(raw))
    if not reader.is_encrypted:
        _ = reader.root_object
    return reader


def _in_reading_order(linked: tuple[str, list[Box]]) -> tuple[float, float]:
    """A key by which links stand as people read them: from the top down, from left to right.

    Those without a rectangle, which are the page's own, come first.
    """
    _, boxes = linked
    return min(((-round(box.top), box.left) for box in boxes), default=(-math.inf, 0.0))


def _in_layer(text: str, place: Place) -> list[Link]:
    """The links in the text of a page, or of a form on it, each as one over all of its lines."""
    return list(over_lines(text, _in_text(text, place)))


def _as_it_is(url: str) -> Unwrapped:
    return Unwrapped(url, url)


def _in_text(text: str, place: Place) -> Iterator[Link]:
    """The links in some text that people read in `place`."""
    # What a label shows without a scheme is told by its annotation.
    for link in links(text, Peel(_as_it_is), schemeless=False):
        yield evolve(link, place=place)


def _peeled(link: Link, peel: Peel) -> Link:
    if link.error is not None:
        return link  # lost in the text
    try:
        return evolve(link, unwrapped=peel(link.url))
    except SafelinksError as error:
        return evolve(link, unwrapped=None, error=error)
