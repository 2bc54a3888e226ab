"""`collect`: documents in, out of each what is needed of it: its links by where they lead.

It joins what `documents` found, what `names_in_text` has to say and what comments ignore. It asks
nobody and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from attrs import evolve, field

from safelinks.addresses.roles import Role
from safelinks.catalog import Catalog, Match, Suspicion
from safelinks.checks.link_groups import LinkGroup, LinkGroups
from safelinks.documents.document import Document
from safelinks.documents.formats import verbatim_in
from safelinks.documents.verbatim.verbatim_ranges import Verbatim, Within
from safelinks.errors import SetupError
from safelinks.files.file_access import FileReading
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.links.text_links import Link, addressees
from safelinks.rules import codes_of
from safelinks.rules.checked_link import Sighting, over_https
from safelinks.rules.names_in_text import Claim, Remark, RemarkReader
from safelinks.rules.suppressions import NOTHING_IGNORED, Ignored, ignored_in
from safelinks.wrappers.redaction.personal_data import tells_session
from safelinks.wrappers.unwrapping import Unwrapped

if TYPE_CHECKING:
    from safelinks.checks.link_marking import Mark, RawText
    from safelinks.documents.local.local_reference import LocalReference

__all__ = [
    "Collection",
    "appraise",
    "appraise_group",
    "collect",
    "is_harmless",
    "is_written_harmless",
]

_MOST_REMEMBERED = 32_768  # targets of which it is kept what the catalog says
_MOST_NO_RULES = 10  # that are noted of a file, for a text may hold any number
_NAME = pattern_of(r"[\w-]{1,40}")  # all else may be an address, also one of a person


class Keep(Protocol):
    """What is to be looked at, of all that is read."""

    def keep(self, document: Document, link: Link) -> bool:
        """Whether that is `link`, of `document`."""

    def keep_any(self, file: str) -> bool:
        """Whether that is anything in `file`."""

    def touches(self, path: str, first: int | None, last: int | None) -> bool:
        """Whether that is anything on these lines of the file at `path`."""


# How analysts write what nobody is to open: hxxps://evil[.]example
_HARMLESS = pattern_of(
    r"h(?:xx|\*\*|tt\[)ps?|[a-z]+://[^/?#]*(?:[\[({]\.[\])}]|[\[(]dot[\])])", re.IGNORECASE
)


_PLAIN = ("http://", "https://")


def is_harmless(link: Link) -> bool:
    """Whether `link` was made harmless on purpose: then it is not requested."""
    return link.defanged or is_written_harmless(link.target or link.url)


def is_written_harmless(url: str) -> bool:
    """Whether `url` cannot be opened as it is written."""
    if url.startswith(_PLAIN) and not ("[" in url or "(" in url or "{" in url):
        return False  # as nearly always
    return _HARMLESS.match(url) is not None


@define
class Collection:
    """What is needed of documents: no more of them is kept, unless it is asked for.

    `elsewhere` has where links lead that are not to be looked at, by file: they stay as they are.
    `about_owner` are the files that have something to do with the owner of the catalog.
    """

    files: dict[str, None] = field(factory=dict)
    notes: dict[str, None] = field(factory=dict)
    groups: LinkGroups = field(factory=LinkGroups)
    everybody: set[str] = field(factory=set)
    remarks: list[Remark] = field(factory=list)
    about_owner: frozenset[str] = frozenset()
    ignored: dict[str, Ignored] = field(factory=dict)
    fixed: set[str] = field(factory=set)  # files whose links cannot be replaced
    elsewhere: set[tuple[str, str]] = field(factory=set)
    texts: dict[str, RawText] = field(factory=dict)  # by file, where they are to be shown
    readings: dict[str, FileReading] = field(factory=dict)  # what each file held
    again: dict[str, Callable[[], Iterator[Document]]] = field(factory=dict)  # reads it once more
    dates: dict[str, datetime] = field(factory=dict)  # of the oldest document, by target
    sourceless: set[str] = field(factory=set)  # names of which not all is from one file
    keeps_redirectors: bool = False
    references: dict[str, list[LocalReference]] = field(factory=dict)  # by file, if it is one
    spared_references: set[tuple[str, str]] = field(factory=set)  # of which not all are looked at
    is_partial: bool = False  # whether some links were not looked at
    _matches: dict[str, Match] = field(factory=dict, init=False)
    _doubts: dict[str, tuple[Suspicion, ...]] = field(factory=dict, init=False)

    def note_source(self, document: Document) -> None:
        """Remember from which file a document is, and how it was read."""
        name, reading, again = document.name, document.reading, document.again
        known = self.readings.get(name)
        if reading is None or again is None or (known and known.path != reading.path):
            self.sourceless.add(name)
        else:
            self.readings[name], self.again[name] = reading, again

    def match(self, catalog: Catalog, target: str) -> Match:
        """What `catalog` says of a target, however often that is asked."""
        match = self._matches.get(target)
        if match is None:
            match = catalog.identify(self._bare(target))
            if len(self._matches) < _MOST_REMEMBERED:
                self._matches[target] = match
        return match

    def doubts(self, catalog: Catalog, target: str) -> tuple[Suspicion, ...]:
        """Why a target may not be what it seems, however often that is asked."""
        doubts = self._doubts.get(target)
        if doubts is None:
            doubts = catalog.suspicions(self._bare(target))
            if len(self._doubts) < _MOST_REMEMBERED:
                self._doubts[target] = doubts
        return doubts

    def _bare(self, target: str) -> str | Unwrapped:
        """All wrappers were taken off when a link was found, unless some were to be kept."""
        return target if self.keeps_redirectors else Unwrapped(target, target)

    @property
    def targets(self) -> list[str]:
        """Every distinct address that may be asked for, in order."""
        links = (group.first for group in self.groups.values() if group.role is None)
        asked = (link.target for link in links if link.target is not None and not is_harmless(link))
        return list(dict.fromkeys(asked))

    @property
    def or_http(self) -> frozenset[str]:
        """Those that are written without a scheme wherever they stand."""
        asked = [group for group in self.groups.values() if group.role is None]
        guessed = {group.first.target for group in asked if group.is_schemeless} - {None}
        if not guessed:
            return frozenset()
        plain = {group.first.target for group in asked if not group.is_schemeless}
        return frozenset(target for target in guessed - plain if target is not None)

    @property
    def over_https(self) -> list[str]:
        """The addresses that are linked as plain HTTP, with the scheme https."""
        secure = (over_https(target) for target in self.targets)
        return list(dict.fromkeys(one for one in secure if one is not None))


def collect(  # noqa: PLR0913
    documents: Iterable[Document],
    catalog: Catalog | None = None,
    *,
    keep: Keep | None = None,
    keep_texts: bool = False,
    keep_redirectors: bool = False,
    local_links: bool = True,
    dated: bool = False,
) -> Collection:
    """The links of `documents`, each of which is read once and then let go.

    What their texts name is held against where their links lead, by `catalog`. With `keep`, only
    links that are to be looked at are kept; the others still count as being there. Of what a text
    names, all is kept in a file of which anything is to be looked at, for a name has no exact
    line. `keep_texts` keeps what people see of the documents, too. `keep_redirectors` is that by
    which the documents were read. With `local_links`, references of files to files are kept, too;
    with `dated`, when the oldest document was written that has a link.
    """
    found = Collection(keeps_redirectors=keep_redirectors, is_partial=keep is not None)
    catalog = catalog or Catalog.nyc()
    reader = RemarkReader(catalog, partial(found.match, catalog))
    for document in documents:
        name = document.name
        found.files[name] = None
        found.note_source(document)
        found.notes |= dict.fromkeys(document.notes)
        if not document.writable:
            found.fixed.add(document.name)
        references = _references(found, document) if local_links else ()
        if references:
            _refer(found, name, references, keep)
        if document.text is not None:
            _heed(found, document, document.text, references)
        _date(found, document, dated=dated)
        verbatim: Verbatim | None = None
        marks: dict[int, Mark] = {}
        beside = reader.read_prose(document)
        claims: list[Claim] = []
        for number, link in enumerate(document.each_link()):
            claims += reader.read_link(document, link)
            # Everybody to whom a link was sent, whether its target is known or not.
            known = addressees(link)
            if known:
                found.everybody.update(known)
            if keep is not None and not keep.keep(document, link):
                found.elsewhere.add((name, link.target or link.url))
                continue
            verbatim = verbatim or _verbatim(document)
            sighting = _sighting(link, verbatim, tells_recipient=bool(known))
            key = found.groups.add(name, link, sighting, _addressees(link) if known else ())
            if keep_texts:
                from safelinks.checks.link_marking import Mark  # noqa: PLC0415  only who shows texts pays

                marks[number] = Mark(key, found.groups.places(key) - 1)
        reader.settle(document, claims, beside)
        if keep_texts:
            from safelinks.checks.link_marking import RawText  # noqa: PLC0415  as above

            found.texts.setdefault(document.name, RawText()).add(document, marks)
    found.about_owner = reader.about_owner()
    found.remarks = [
        one for one in reader.remarks() if keep is None or _is_kept(one, keep, found.groups)
    ]
    return found


def _date(found: Collection, document: Document, *, dated: bool) -> None:
    """If dates are wanted, note for each link when the oldest document was written that has it."""
    date = document.dated() if dated else None
    if date is not None:
        for link in document.links:
            target = link.target or link.url
            found.dates[target] = min(date, found.dates.get(target, date))


def _is_kept(remark: Remark, keep: Keep, groups: LinkGroups) -> bool:
    """Whether a remark is about what is to be looked at: about a link, if there is one."""
    if remark.url is None:
        return keep.keep_any(remark.file)
    return any((remark.file, remark.url, defanged) in groups for defanged in (False, True))


def _references(found: Collection, document: Document) -> Sequence[LocalReference]:
    """The references of a document that is all of a file: of others, nobody knows beside what."""
    is_file = document.name in found.readings and document.name not in found.sourceless
    return document.local_references if is_file else ()


def _refer(
    found: Collection, file: str, references: Iterable[LocalReference], keep: Keep | None
) -> None:
    """Keep the references of a file to files that are to be looked at."""
    for reference in references:
        line = reference.place.line
        if keep is None or keep.touches(file, line, line):
            found.references.setdefault(file, []).append(reference)
        else:
            found.spared_references.add((file, reference.written))


def _heed(
    found: Collection, document: Document, text: str, references: Iterable[LocalReference]
) -> None:
    """Keep what the comments in a document say to ignore, and note what in them is no rule."""
    ignored = ignored_in(text, chain(document.each_link(), references))
    if ignored is NOTHING_IGNORED:
        return
    verbatim = verbatim_in(text, document.format)
    told = (one for one in ignored.comments if verbatim.at(one.start) is not Within.CODE)
    found.ignored[document.name] = evolve(ignored, comments=tuple(told))  # code has examples
    said = {(None, one) for one in ignored.everywhere} | {
        (line, one) for line, selectors in ignored.lines.items() for one in selectors
    }
    where: dict[str, int | None] = {}
    for line, selector in sorted(said, key=lambda one: (one[0] or 0, one[1])):
        where.setdefault(selector, line)
    found.notes |= dict.fromkeys(islice(_no_rules(document.name, where), _MOST_NO_RULES))


def _no_rules(file: str, said: Mapping[str, int | None]) -> Iterator[str]:
    """What to note of each selector, with its line, that is none."""
    for selector, line in said.items():
        try:
            codes_of(selector)
        except SetupError as error:
            where = f", line {line}" if line else ""
            why = error if _NAME.fullmatch(selector) else "`safelinks rules` lists them"
            yield f"{file}{where}: a comment ignores an unknown rule: {why}"


_NO_VERBATIM = Verbatim()


def _verbatim(document: Document) -> Verbatim:
    """Where a document is code or a comment, if it is a text that has links."""
    if document.text is None:
        return _NO_VERBATIM
    return verbatim_in(document.text, document.format)


def _sighting(link: Link, verbatim: Verbatim, *, tells_recipient: bool) -> Sighting:
    layers = link.unwrapped.layers if link.unwrapped else ()
    wrapped = bool(layers) or link.error is not None
    return Sighting(
        link.place,
        tuple(layer.wrapper for layer in layers),
        tells_recipient and wrapped,
        wrapped and tells_session(link.url),
        link.label,
        link.shown if link.label else None,
        verbatim.at(link.start),
        link.role,
    )


def _addressees(link: Link) -> Iterator[str]:
    """The recipients of the message that `link` is from, in the original case."""
    for safe_link in link.unwrapped.safe_links if link.unwrapped else ():
        recipient = safe_link.recipient
        if recipient:
            yield recipient


def appraise(found: Collection, catalog: Catalog) -> Iterator[None]:
    """Find out what the catalog says of each target, one at a step.

    That is work for the time in which answers are waited for; a survey does what is left of it.
    """
    for key in found.groups:
        group = found.groups.keep(key)
        if group.first.target is not None and not group.is_appraised:
            appraise_group(found, group, catalog)
            yield


# Roles of what may be only a part of an address: its host may be another one's.
_NOT_WHOLE = frozenset({Role.SHORTENED, Role.TEMPLATE, Role.UNCLEAR_END})


def appraise_group(found: Collection, group: LinkGroup, catalog: Catalog) -> None:
    """Find out what the catalog says of the target of one group, each target once.

    An address that nobody can follow is no link to a resource; it may still be a deception.
    """
    target = group.first.target
    if target is None or group.is_appraised:
        return
    role = group.role
    group.match = found.match(catalog, target) if role is None else None
    doubts = () if role in _NOT_WHOLE else found.doubts(catalog, target)
    about = group.file in found.about_owner
    group.doubts = tuple(one for one in doubts if about or not one.faint)
    group.is_appraised = True
