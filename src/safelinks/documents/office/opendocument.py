"""OpenDocument files (ODF 1.3, part 2) and EPUB: packages of XML, read and cleaned by part."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from attrs import evolve

from safelinks.addresses.place import Place
from safelinks.documents.content.document_content import (
    Content,
    EnclosedOpener,
    Passages,
    cleaned_text,
)
from safelinks.documents.content.document_dates import opendocument_date
from safelinks.documents.content.prose import Prose, prose_in
from safelinks.documents.local.local_reference import LocalReference
from safelinks.documents.markup.html_pages import html_passages
from safelinks.documents.markup.visible_blocks import opendocument_blocks
from safelinks.documents.markup.xml_documents import xml_passages
from safelinks.documents.office.opendocument_passages import opendocument_passages
from safelinks.documents.office.package_references import opendocument_references
from safelinks.documents.office.zip_packages import Package, open_package
from safelinks.documents.passages.passage_links import Locate, links_in
from safelinks.errors import DocumentError
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel

__all__ = ["open_content"]

_TITLE = "an OpenDocument file or an EPUB"
_MANIFEST = "META-INF/manifest.xml"
_SIGNATURES = ("META-INF/documentsignatures.xml", "META-INF/signatures.xml")
_ENCRYPTED = "encryption-data"  # an element of the manifest (ODF 1.3, part 2, section 4.4)
# What describes the package names no links of the document.
_ABOUT = ("META-INF/", "settings.xml", "meta.xml", "manifest.rdf")
_HTML = (".html", ".htm", ".xhtml")
_OPENDOCUMENT = ("content.xml", "styles.xml")  # also those of objects within (part 2, section 3.1)


@frozen
class PartsContent:
    """A package in which every part of markup is read by itself."""

    writable: ClassVar[bool] = True
    package: Package
    signed: bool

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link, with the part that it is in."""
        for name, part in self.package.parts.items():
            if not name.startswith(_ABOUT):
                place = Place(part=name)
                for link in links_in(part.text, _passages(name)(part.text), peel):
                    yield evolve(link, place=place)

    def prose(self) -> Iterator[Prose]:
        """Every paragraph, with the part that it is in."""
        for name, part in self.package.parts.items():
            if not name.startswith(_ABOUT):
                yield from prose_in(part.text, _seen(name), _in_part(name))

    def references(self) -> Iterator[LocalReference]:
        """The links to files beside this one."""
        for name, part in self.package.parts.items():
            if posixpath.basename(name) in _OPENDOCUMENT:
                yield from opendocument_references(name, part.text)

    def dated(self) -> datetime | None:
        """The date of its last change."""
        return opendocument_date(self.package.text("meta.xml"))

    def original(self) -> bytes:
        """The file as it was read."""
        return self.package.raw

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes of the package; only parts with wrapped links are changed."""
        changed = {}
        for name, part in self.package.parts.items():
            text = part.text if self.signed else cleaned_text(part.text, _passages(name), peel)
            if text != part.text:
                changed[name] = self.package.encoded(name, text)
        return self.package.rewritten(changed) if changed else self.package.raw


def open_content(raw: bytes, name: str, opened: EnclosedOpener) -> tuple[Content, tuple[str, ...]]:
    """The file `raw`, and what a reader should know of it. Raises DocumentError."""
    package = open_package(raw, name, _TITLE, opened.allowance)
    if _ENCRYPTED in package.text(_MANIFEST):
        raise DocumentError(
            f"{name}: this is {_TITLE}, encrypted with a password; "
            "save a copy without it and try again"
        )
    signed = not package.names.isdisjoint(_SIGNATURES)
    note = f"{name}: this file is signed: its links are read, but it is not changed"
    return PartsContent(package, signed), (*package.notes, *([note] if signed else ()))


def _passages(part: str) -> Passages:
    if posixpath.splitext(part)[1].lower() in _HTML:
        return html_passages
    return opendocument_passages if posixpath.basename(part) in _OPENDOCUMENT else xml_passages


def _seen(part: str) -> Passages:
    """Of parts that are no page, such as a table of contents, paragraphs are all that is shown."""
    return html_passages if posixpath.splitext(part)[1].lower() in _HTML else opendocument_blocks


def _in_part(part: str) -> Locate:
    place = Place(part=part)
    return lambda *_: place
