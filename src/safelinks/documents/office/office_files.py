"""Word, PowerPoint and Excel files (Office Open XML, ECMA-376): every part, read and cleaned.

What people see is told with its paragraph, slide or cell. Cleaning goes over every part that holds
markup, so that no wrapper stays where only a program looks: in properties, in what tracked changes
took out, in the form of a text box for older programs.
"""

from __future__ import annotations

import html
import posixpath
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.documents.content.document_content import (
    Content,
    EnclosedOpener,
    cleaned_within,
    fixed,
)
from safelinks.documents.content.document_dates import office_date
from safelinks.documents.content.prose import Prose, prose_of
from safelinks.documents.local.local_reference import LocalReference
from safelinks.documents.markup.markup_tokens import attributes, tags
from safelinks.documents.markup.xml_documents import xml_passages
from safelinks.documents.office.package_references import (
    may_refer_to_files,
    relationship_references,
)
from safelinks.documents.office.paragraph_flow import LocatedPassage, links_of_each
from safelinks.documents.office.paragraph_runs import of_relationship, passages_of_runs
from safelinks.documents.office.relationships import Relationships, relationships_of
from safelinks.documents.office.worksheets import (
    SharedStrings,
    passages_of_comments,
    passages_of_sheet,
    shared_strings,
)
from safelinks.documents.office.zip_packages import Package, open_package
from safelinks.documents.passages.passage import ProsePassage, Span
from safelinks.documents.passages.passage_links import Edit, applied, edits_of, longer_in
from safelinks.errors import DocumentError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link, Peel
from safelinks.links.vendor_links import has_no_mark

__all__ = ["open_content"]

_TITLE = "an Office document"
_LONG = 1_000  # characters of a string that are told once, however many cells share it
_SIGNATURES = "_xmlsignatures/"
_PROPERTIES = "docProps/app.xml"
_HYPERLINK_BASE = "HyperlinkBase>"


@frozen
class OfficeContent:
    """A file of Office, unpacked; `embedded` are the documents in it, by the part that each is."""

    writable: ClassVar[bool] = True
    package: Package
    embedded: Mapping[str, Content] = field(repr=False)

    def links(self, peel: Peel) -> Iterator[Link]:
        """Every link that people see, in order, then those of the parts behind."""
        shown = (one for one in _shown(self.package) if not one.hidden)
        yield from links_of_each(shown, peel, _longer(self.package))
        for part, content in self.embedded.items():
            for link in content.links(peel):
                yield evolve(link, place=link.place.inside(Place(part=posixpath.basename(part))))

    def prose(self) -> Iterator[Prose]:
        """Every paragraph or cell, in order, then those of the documents in this one."""
        yield from prose_of(_words(self.package), between="\n")
        for part, content in self.embedded.items():
            for one in content.prose():
                yield evolve(one, place=one.place.inside(Place(part=posixpath.basename(part))))

    def references(self) -> Iterator[LocalReference]:
        """The links to files beside this one; none where its properties say what they start from.

        Nearly no file has one.
        """
        package = self.package
        relationships = (part for name, part in package.parts.items() if name.endswith(".rels"))
        referring = any(may_refer_to_files(part.text) for part in relationships)
        if referring and _HYPERLINK_BASE not in package.text(_PROPERTIES):
            yield from relationship_references(_shown(package))

    def dated(self) -> datetime | None:
        """The date of its last change."""
        return office_date(self.package.text("docProps/core.xml"))

    def original(self) -> bytes:
        """The file as it was read."""
        return self.package.raw

    def cleaned(self, peel: Peel) -> bytes:
        """The bytes of the package; only parts with wrapped links are changed."""
        package = self.package
        if _signed(package):
            return package.raw
        inner = {part: cleaned_within(content, peel) for part, content in self.embedded.items()}
        changed = {
            part: raw for part, raw in inner.items() if raw != self.embedded[part].original()
        }
        changed |= _changed(package, peel)
        return package.rewritten(changed) if changed else package.raw


def open_content(raw: bytes, name: str, opened: EnclosedOpener) -> tuple[Content, tuple[str, ...]]:
    """The Office file `raw`, and what a reader should know of it. Raises DocumentError."""
    package = open_package(raw, name, _TITLE, opened.allowance)
    notes = package.notes
    if _signed(package):
        note = "this file is signed: its links are read, but it is not changed"
        notes = (*notes, f"{name}: {note}")
    embedded: dict[str, Content] = {}
    closed = []
    for part, inner in package.embedded.items():
        title = posixpath.basename(part)
        try:
            embedded[part], more = opened(inner, title)
        except DocumentError:
            closed.append(title)
            continue
        more = (*more, *fixed(embedded[part], title))
        notes += tuple(f"{name}: {note}" for note in more)
    if closed:
        count = "an object" if len(closed) == 1 else f"{len(closed)} objects"
        notes = (*notes, f"{name}: {count} in this file could not be searched, such as {closed[0]}")
    return OfficeContent(package, embedded), notes


def _signed(package: Package) -> bool:
    return any(name.startswith(_SIGNATURES) for name in package.names)


def _changed(package: Package, peel: Peel) -> dict[str, bytes]:
    """The parts that hold wrapped links, without them."""
    edits: dict[str, dict[Span, Edit]] = {}
    seen = set()
    longer = _longer(package)
    for one in _located(package):
        passage = one.whole
        key = (one.part, passage.pieces[0], len(passage.pieces))
        if key not in seen:  # such as a string that many cells share
            seen.add(key)
            of_part = edits.setdefault(one.part, {})
            for edit in edits_of(one.text, passage, peel, longer):
                of_part[edit.start, edit.end] = edit
    return {
        part: package.encoded(
            part, applied(package.text(part), [edit for _, edit in sorted(of_part.items())])
        )
        for part, of_part in edits.items()
        if of_part
    }


def _longer(package: Package) -> frozenset[str]:
    """What `longer_in` says of all parts together: a relationship is not where its text is.

    Nearly no file has a link of which that is to be asked.
    """
    addresses = (
        html.unescape(match[0])
        for content in package.parts.values()
        for match in _ADDRESS.finditer(content.text)
    )
    if not any(map(has_no_mark, addresses)):
        return frozenset()
    return longer_in([(one.text, one.whole) for one in _located(package)])


def _located(package: Package) -> Iterator[LocatedPassage]:
    """Every passage of every part: first what people see, then all else, which is `hidden`."""
    seen: dict[str, set[Span]] = {}
    for one in _shown(package):
        seen.setdefault(one.part, set()).update(one.passage.pieces)
        yield one
    for part, content in package.parts.items():
        if _LINK.search(content.text) is None:
            continue
        known = sorted(seen.get(part, ()))
        for passage in xml_passages(content.text):
            unseen = tuple(piece for piece in passage.pieces if not _is_in(known, piece))
            if any(start not in passage.kept for start, _ in unseen):
                yield LocatedPassage(
                    part, content.text, evolve(passage, pieces=unseen), hidden=True
                )


def _is_in(known: Sequence[Span], piece: Span) -> bool:
    """Whether a piece of markup is one of those that are `known`, or a part of it."""
    at = bisect_right(known, (piece[0], sys.maxsize)) - 1
    return at >= 0 and piece[0] < known[at][1]


def _words(package: Package) -> Iterator[tuple[str, ProsePassage]]:
    """What people see that is text, with the text of its part."""
    told = set()
    for one in _shown(package, _READERS_OF_WORDS):
        if one.hidden or not isinstance(one.passage, ProsePassage):
            continue
        start, end = one.passage.pieces[0][0], one.passage.pieces[-1][1]
        if end - start > _LONG:
            if (one.part, start) in told:
                continue
            told.add((one.part, start))
        yield one.text, one.passage


def _shown(package: Package, readers: _Readers | None = None) -> Iterator[LocatedPassage]:
    """What people see, and then the links outward of whatever part has any left."""
    main, usual = _main(package)
    read = (readers or _READERS).get(usual)
    seen = set()
    for one in read(package, main, relationships_of(package, main)) if read else ():
        seen.add((one.part, one.passage.pieces[0]))
        yield one
    for name in package.parts:
        folder, file = posixpath.split(name)
        if posixpath.basename(folder) != "_rels":
            continue
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        relationships = relationships_of(package, owner)
        for relationship in relationships.by_id.values():
            if relationship.external and (name, relationship.span) not in seen:
                yield of_relationship(relationships, relationship, Place(part=owner))


def _document(
    package: Package, main: str, relationships: Relationships
) -> Iterator[LocatedPassage]:
    """Word: the text, then what stands above, below and beside it."""
    yield from _runs(package, main, Place(), counted=True)
    for kind in ("header", "footer", "footnotes", "endnotes", "comments"):
        for part in sorted(relationships.parts(kind), key=_by_number):
            yield from _runs(package, part, Place(part=kind), counted=True)


def _presentation(
    package: Package, main: str, relationships: Relationships
) -> Iterator[LocatedPassage]:
    """PowerPoint: slide by slide, each with its notes and comments."""
    for at, part in enumerate(_listed(package, main, relationships, "sldId"), start=1):
        place = Place(slide=at)
        yield from _runs(package, part, place)
        below = relationships_of(package, part)
        for kind, name in (("notesSlide", "notes"), ("comments", "comments"), ("diagramData", "")):
            for inner in below.parts(kind):
                yield from _runs(package, inner, evolve(place, part=name or None))
    for part in relationships.parts("slideMaster"):
        yield from _runs(package, part, Place(part="slide master"))
        for inner in relationships_of(package, part).parts("slideLayout"):
            yield from _runs(package, inner, Place(part="slide layout"))


def _workbook(
    package: Package, main: str, relationships: Relationships, *, words: bool = False
) -> Iterator[LocatedPassage]:
    """Excel: sheet by sheet, each with its comments and drawings.

    With `words`, cells are among it that hold no link.
    """
    strings = SharedStrings()
    for part in relationships.parts("sharedStrings"):
        strings = shared_strings(part, package.text(part), words=words)
    names = _names_of_sheets(package, main)
    for at, part in enumerate(_listed(package, main, relationships, "sheet")):
        place = Place(sheet=names[at])
        below = relationships_of(package, part)
        yield from passages_of_sheet(part, package.text(part), below, strings, place)
        for kind in ("comments", "threadedComment"):
            for inner in below.parts(kind):
                beside = evolve(place, part="comment")
                yield from passages_of_comments(inner, package.text(inner), beside)
        for inner in below.parts("drawing"):
            yield from _runs(package, inner, evolve(place, part="drawing"))
    yield from strings.passages()


# By the name that a main part has, as good as always.
_Readers = Mapping[str, Callable[[Package, str, Relationships], Iterator[LocatedPassage]]]
_READERS: _Readers = {
    "word/document.xml": _document,
    "ppt/presentation.xml": _presentation,
    "xl/workbook.xml": _workbook,
}
_READERS_OF_WORDS: _Readers = {**_READERS, "xl/workbook.xml": partial(_workbook, words=True)}


def _main(package: Package) -> tuple[str, str]:
    """The main part, and the usual name of such a one; both are empty where it is missing."""
    parts = [*relationships_of(package).parts("officeDocument"), *_READERS]
    for part in parts:
        for usual in _READERS:
            if part in package.parts and part.split("/")[0] == usual.split("/")[0]:
                return part, usual
    return "", ""


def _runs(
    package: Package, part: str, place: Place, *, counted: bool = False
) -> Iterator[LocatedPassage]:
    text = package.text(part)
    return passages_of_runs(part, text, relationships_of(package, part), place, counted=counted)


def _listed(
    package: Package, main: str, relationships: Relationships, element: str
) -> Iterator[str]:
    """The parts that the main part lists, in their order there."""
    text = package.text(main)
    for tag in tags(text):
        if tag.name == element and not tag.closing:
            # Its plain id is a number of its own; that of the relationship has a prefix.
            match = _RELATIONSHIP_ID.search(text, *tag.inner)
            yield relationships.internal(html.unescape(match[1])) if match else ""


def _names_of_sheets(package: Package, main: str) -> list[str]:
    text = package.text(main)
    spans = (
        attributes(text, tag).get("name", (0, 0))
        for tag in tags(text)
        if tag.name == "sheet" and not tag.closing
    )
    return [html.unescape(text[slice(*span)]) for span in spans]


def _by_number(part: str) -> tuple[int, str]:
    """A key that puts header2 before header10."""
    return len(part), part


# A link, as against the name of a namespace, which every part begins with.
_LINK = pattern_of(r"://(?!schemas\.|www\.w3\.org/|purl\.)|&#|safelinks", re.IGNORECASE)
_ADDRESS = pattern_of(r"https?://(?!schemas\.|www\.w3\.org/|purl\.)[^\s<>\"']{12,}", re.IGNORECASE)
_RELATIONSHIP_ID = pattern_of(r"""\s\w+:id\s*=\s*["']([^"']*)["']""")
