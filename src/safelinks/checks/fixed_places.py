"""Where things stand in a file that was fixed: what is reported of it is found there.

Documents in, places out. What a fix leaves stands in the same order as before; where that cannot be
seen, a place stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.catalog import Catalog, Match
from safelinks.checks.report import Report
from safelinks.documents.document import Document
from safelinks.errors import DocumentError
from safelinks.foundation.values import define, frozen
from safelinks.rules import Finding
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.names_in_text import RemarkReader
from safelinks.rules.suppressions import ignored_in

__all__ = ["FixedPlaces"]

_Named = tuple[str, str, str | None]  # what a remark is about, wherever it stands


@define
class FixedPlaces:
    """The places in files that are fixed, of which `again` reads the documents, by file."""

    again: Mapping[str, Callable[[], Iterator[Document]]]
    catalog: Catalog
    match: Callable[[str], Match]
    _before: dict[str, _FilePlaces | None] = field(factory=dict, init=False)
    _moved: dict[str, Mapping[Place, Place]] = field(factory=dict, init=False)

    def note(self, file: str) -> None:
        """Remember what stands where in a file that is to be fixed."""
        self._before[file] = self._places(file)

    def look_again(self, file: str, written: Callable[[str], str | None]) -> None:
        """Find out what stands where now; `written` is what stands in the place of a target."""
        before, after = self._before.get(file), self._places(file)
        if before is not None and after is not None:
            self._moved[file] = _moved(before, after, written)

    def _places(self, file: str) -> _FilePlaces | None:
        """What stands where in a file; None of one that cannot be read any more."""
        try:
            return _places_in(self.again[file](), self.catalog, self.match)
        except DocumentError:
            return None

    def placed(self, report: Report) -> Report:
        """The report with the places of now."""
        if not any(self._moved.values()):
            return report
        remarks = (
            evolve(one, place=self._moved.get(one.file, {}).get(one.place, one.place))
            for one in report.remarks
        )
        return evolve(
            report,
            rows=tuple(_row(row, self._moved.get(row.file, {})) for row in report.rows),
            findings=tuple(_findings(report.findings, self._moved)),
            mends=tuple(_findings(report.mends, self._moved)),
            remarks=tuple(remarks),
        )


@frozen
class _FilePlaces:
    """The places in one file: of `links` with their targets, of `remarks`, and of all else."""

    links: Sequence[tuple[Place, str]]
    remarks: Sequence[tuple[Place, _Named]]
    comments: Sequence[Place]
    references: Sequence[Place]


def _places_in(
    documents: Iterable[Document], catalog: Catalog, match: Callable[[str], Match]
) -> _FilePlaces:
    """What stands where in the `documents` of one file."""
    links: list[tuple[Place, str]] = []
    comments: list[Place] = []
    references: list[Place] = []
    reader = RemarkReader(catalog, match)
    for document in documents:
        reader.read(document)
        links += ((link.place, link.target or link.url) for link in document.links)
        references += (one.place for one in document.local_references)
        if document.text is not None:
            told = ignored_in(document.text, document.links).comments
            comments += (Place(one.line, one.column) for one in told)
    remarks = [(one.place, (str(one.kind), one.resource.id, one.name)) for one in reader.remarks()]
    return _FilePlaces(links, remarks, comments, references)


def _moved(
    before: _FilePlaces, after: _FilePlaces, written: Callable[[str], str | None]
) -> dict[Place, Place]:
    """Where things stand `after` a file was fixed that stood elsewhere `before`."""
    moved: dict[Place, Place] = {}
    if len(before.links) == len(after.links) and all(
        now in (target, written(target))
        for (_, target), (_, now) in zip(before.links, after.links, strict=True)
    ):
        moved |= zip((at for at, _ in before.links), (at for at, _ in after.links), strict=True)
    then, now = _by_name(before.remarks), _by_name(after.remarks)
    for name, places in then.items():
        if len(places) == len(now.get(name, ())):
            moved |= zip(places, now[name], strict=True)
    for one, other in ((before.comments, after.comments), (before.references, after.references)):
        if len(one) == len(other):
            moved |= zip(one, other, strict=True)
    return {old: new for old, new in moved.items() if old != new}


def _by_name(remarks: Iterable[tuple[Place, _Named]]) -> Mapping[_Named, list[Place]]:
    found: dict[_Named, list[Place]] = {}
    for place, name in remarks:
        found.setdefault(name, []).append(place)
    return found


def _row(row: CheckedLink, moved: Mapping[Place, Place]) -> CheckedLink:
    if not moved:
        return row
    sightings = (evolve(one, place=moved.get(one.place, one.place)) for one in row.sightings)
    return evolve(row, sightings=tuple(sightings))


def _findings(
    findings: Iterable[Finding], moved: Mapping[str, Mapping[Place, Place]]
) -> Iterator[Finding]:
    for finding in findings:
        place = moved.get(finding.file, {}).get(finding.place)
        yield finding if place is None else evolve(finding, place=place)
