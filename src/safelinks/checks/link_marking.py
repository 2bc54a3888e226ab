"""The texts of documents, cut where their links stand, and what of them may be shown.

Plain formats are cut at the offsets of their links. Of all others, the text that people see is
taken, and links are looked for in it: their addresses first, then their labels, near their places.
It knows neither verdicts nor how anything looks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

from attrs import field

from safelinks.addresses.place import Place
from safelinks.checks.marked_text import FileText, Piece
from safelinks.documents.document import Document, Prose
from safelinks.documents.formats import DOCUMENT_FORMATS
from safelinks.foundation.values import define, frozen
from safelinks.links.scanning import scan
from safelinks.links.text_links import Link
from safelinks.rules.checked_link import CheckedLink
from safelinks.wrappers.redaction.personal_data import mask
from safelinks.wrappers.redaction.running_text_redaction import end_of_rest

__all__ = ["Mark", "RawText", "shown_text"]

ShownLines = Callable[[str], str]  # the lines that may be shown of a text, joined by newlines

MOST = 2_000_000  # characters of a file that are kept
_AS_IT_STANDS = frozenset(one.name for one in DOCUMENT_FORMATS if one.as_it_stands)
_NEXT = 2  # stretches in which a label is looked for behind those of the link's place
_FAR = 100  # and in all


@frozen
class Mark:
    """Which link stands at a place: one of the group with this `key`, the how-manieth of it."""

    key: tuple[str, str, bool]
    sighting: int


@frozen
class _Cut:
    """A piece of a text, and the link that it is, if it is one.

    An empty `text` of a link is to be replaced by its address.
    """

    text: str = field(repr=False)
    mark: Mark | None = None


@define
class RawText:
    """The text of a file as it was read, all documents in it one after the other."""

    cuts: list[_Cut] = field(factory=list, repr=False)
    beside: dict[tuple[str, str, bool], None] = field(factory=dict)
    is_cut: bool = False
    _size: int = 0

    def add(self, document: Document, marks: Mapping[int, Mark]) -> None:
        """Take the text of `document`, of whose links those with a number in `marks` matter."""
        if self.is_cut:
            return
        cuts = (
            _as_it_stands(document.text, document.links, marks)
            if document.format in _AS_IT_STANDS and document.text is not None
            else _as_people_see_it(document, marks)
        )
        if self.cuts:
            self.cuts.append(_Cut("\n\n"))
        placed = set()
        for cut in cuts:
            text = cut.text
            if self._size + len(text) > MOST:
                text = _whole_words(text[: MOST - self._size])
                self.is_cut = True
            self._size += len(text)
            self.cuts.append(_Cut(text, cut.mark))
            placed.add(cut.mark)
            if self.is_cut:
                break
        self.beside |= {one.key: None for one in marks.values() if one not in placed}


def _whole_words(text: str) -> str:
    """`text` up to its last white space: half of an address would not be known as one."""
    return text[: max(text.rfind(" "), text.rfind("\n")) + 1]


def _as_it_stands(text: str, links: Sequence[Link], marks: Mapping[int, Mark]) -> Iterator[_Cut]:
    done = 0
    for number, link in enumerate(links):
        if link.start < done:
            continue
        yield _Cut(text[done : link.start])
        as_written = link.defanged and not link.wrapped
        written = text[link.start : link.end] if as_written else ""
        yield _address(link, marks.get(number), written)
        done = end_of_rest(link.url, text, link.end)
    yield _Cut(text[done:].rstrip())


def _address(link: Link, mark: Mark | None, written: str = "") -> _Cut:
    """The text of a link that was not requested, which also shows what it is."""
    return _Cut(written or ("" if mark else link.target or link.url), mark)


def _as_people_see_it(document: Document, marks: Mapping[int, Mark]) -> Iterator[_Cut]:
    stretches = list(document.prose())
    page = _TextStretches(stretches, document.links, marks)
    page.find_addresses()
    page.find_labels()
    for number, stretch in enumerate(stretches):
        if number:
            yield _Cut("\n" if stretch.place.cell else "\n\n")
        done = 0
        for start, end, cut in page.found[number]:
            yield _Cut(stretch.text[done:start])
            yield cut
            done = end
        yield _Cut(stretch.text[done:])


@define
class _TextStretches:
    """Stretches of text with what was found in each, in order: start, end, what stands there."""

    stretches: Sequence[Prose]
    links: Sequence[Link]
    marks: Mapping[int, Mark]
    found: list[list[tuple[int, int, _Cut]]] = field(init=False)
    _placed: set[int] = field(factory=set, init=False)

    @found.default
    def _none_yet(self) -> list[list[tuple[int, int, _Cut]]]:
        return [[] for _ in self.stretches]

    def find_addresses(self) -> None:
        """Addresses that people see: of each, the links to it in their order."""
        by_url: dict[str, list[int]] = {}
        # Those that are read by a label stand elsewhere, if there is a choice.
        for number in sorted(range(len(self.links)), key=lambda at: bool(self.links[at].label)):
            by_url.setdefault(self.links[number].url, []).append(number)
        for stretch, found in zip(self.stretches, self.found, strict=True):
            for span in scan(stretch.text):
                end = end_of_rest(span.url, stretch.text, span.end)
                numbers = by_url.get(span.url)
                if numbers is None:
                    found.append((span.start, end, _Cut(span.url)))
                    continue
                number = numbers.pop(0) if len(numbers) > 1 else numbers[0]
                cut = _address(self.links[number], self.marks.get(number))
                found.append((span.start, end, cut))
                self._placed.add(number)

    def find_labels(self) -> None:
        """Of what is left, the labels, in the stretch of the link's place or soon after it."""
        near = _Near(self.stretches)
        last: dict[int, int] = {}  # where in a stretch the last label ended
        for number, link in enumerate(self.links):
            mark = self.marks.get(number)
            words = (link.label or "").split()
            if mark is None or number in self._placed or not words:
                continue
            label = re.compile(r"\s+".join(map(re.escape, words)))
            for at in near.to(link.place):
                start, end = self._free(at, label, last.get(at, 0))
                if end:
                    text = self.stretches[at].text[start:end]
                    insort(self.found[at], (start, end, _Cut(text, mark)), key=itemgetter(0))
                    last[at] = end
                    near.found(at)
                    break

    def _free(self, at: int, label: re.Pattern[str], begin: int) -> tuple[int, int]:
        """Where `label` stands in a stretch outside of all that is found; 0, 0 for nowhere."""
        taken = self.found[at]
        for start in dict.fromkeys((begin, 0)):
            for match in label.finditer(self.stretches[at].text, start):
                before = bisect_left(taken, match.end(), key=itemgetter(0)) - 1
                if before < 0 or taken[before][1] <= match.start():
                    return match.span()
        return 0, 0


class _Near:
    """Finds the stretches near a place.

    Some formats say of all in a part that it stands there, and no more: then the order helps.
    """

    def __init__(self, stretches: Sequence[Prose]) -> None:
        parts: dict[str, list[tuple[tuple[int, int], int]]] = {}
        for number, one in enumerate(stretches):
            parts.setdefault(one.place.within, []).append((_position(one.place), number))
        self._parts = {within: sorted(there) for within, there in parts.items()}
        self._reached = 0  # the stretch in which the last link was found

    def to(self, place: Place) -> Iterator[int]:
        """Numbers of stretches: those that `place` is in, and some that come next."""
        there = self._parts.get(place.within, [])
        end = bisect_right(there, _position(place), key=itemgetter(0))
        begin = bisect_left(there, there[end - 1][0], key=itemgetter(0)) if end else 0
        alike = end - begin
        if alike > 1:
            begin = max(begin, bisect_left(there, self._reached, begin, end, key=itemgetter(1)))
        for _, number in there[begin : min(begin + _FAR, max(end, begin + 1) + _NEXT)]:
            yield number

    def found(self, number: int) -> None:
        """What comes next is not before this stretch."""
        self._reached = number


def _position(place: Place) -> tuple[int, int]:
    return place.line or 0, place.column or 0


def shown_text(
    file: str,
    raw: RawText,
    rows: Mapping[tuple[str, str, bool], tuple[int, CheckedLink]],
    shown: ShownLines,
    everybody: frozenset[str],
) -> FileText:
    """What may be shown of a text, given the `rows` of its links with their numbers.

    All text goes through `shown`. Should the address of any of `everybody` come about where two
    pieces meet, no links are told apart.
    """
    pieces = []
    for cut in raw.cuts:
        number, row = rows[cut.mark.key] if cut.mark else (None, None)
        text = shown(cut.text)
        if cut.text.endswith(("\n", "\r")):
            text += "\n"
        if row is not None:
            text = text or row.target or row.url
        if text:
            pieces.append(Piece(text, number, cut.mark.sighting if cut.mark else 0))
    marked = {cut.mark.key for cut in raw.cuts if cut.mark}
    beside = tuple(rows[key][0] for key in raw.beside if key not in marked)
    whole = "".join(piece.text for piece in pieces)
    masked = mask(whole, everybody)
    if masked != whole:
        beside = (*sorted(rows[key][0] for key in marked), *beside)
        pieces = [Piece(masked)]
    return FileText(file, tuple(pieces), beside, raw.is_cut)
