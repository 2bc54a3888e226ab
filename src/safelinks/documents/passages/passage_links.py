"""Links in passages: every link of a document read, and what to write in its place.

The same for all formats: decode a passage, find the links by the reading that the format asks for,
and map what was found, or what must be written, back to the document. So what is read is also
what is written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter

from attrs import evolve

from safelinks.addresses.place import LineCounter, Place
from safelinks.documents.passages import delimited_addresses
from safelinks.documents.passages.passage import Meant, Passage, Reading, Span
from safelinks.errors import SafelinksError
from safelinks.foundation.values import define, frozen
from safelinks.links.labels import label_before
from safelinks.links.scanning import LinkSpan as Address
from safelinks.links.scanning import TextRules, scan, signs_of
from safelinks.links.text_links import Link, Peel, found, peeled, replacements
from safelinks.links.vendor_links import has_no_mark, lacks_its_end
from safelinks.wrappers.unwrapping import Unwrapped

__all__ = [
    "Edit",
    "Locate",
    "applied",
    "by_line",
    "edits_in",
    "edits_of",
    "links_in",
    "links_of",
    "longer_in",
    "may_hold",
]

Locate = Callable[[Passage, int], Place]  # where an offset in a passage is
_RULES = {Reading.MARKDOWN: TextRules.MARKDOWN, Reading.ORG: TextRules.ORG}
_SHORTEST_WRAPPED = 30  # characters


@frozen
class Edit:
    """``text[start:end]`` is to become `written`."""

    start: int
    end: int
    written: str


@define  # which is made in half the time, for each link
class _Sighting:
    """An address at ``text[start:end]`` of a document, and where it leads."""

    start: int
    end: int
    passage: Passage
    address: Address
    unwrapped: Unwrapped | None
    error: SafelinksError | None
    label: str | None

    def link(self, place: Place) -> Link:
        return Link(
            self.address.url,
            self.start,
            self.end,
            place,
            self.unwrapped,
            self.error,
            self.address.escape,
            self.address.defanged,
            self.label,
            self.passage.original,
            self.passage.role_at(self.start) or self.address.role,
            self.address.schemeless,
        )


def links_in(
    text: str, passages: Iterable[Passage], peel: Peel, locate: Locate | None = None
) -> Iterator[Link]:
    """Every link in `passages` of `text`, in order, at the place that `locate` gives.

    By default, that is the place of the passage, with line and column in `text`.
    """
    locate = locate or by_line(text)
    likely = _likely(text, passages, peel)
    longer = longer_in([(text, passage) for passage in likely])
    every = (sighting for passage in likely for sighting in _sightings(text, passage, peel, longer))
    # Those of one passage are in order, and need not be all there at once.
    sightings = sorted(every, key=attrgetter("start")) if len(likely) > 1 else every
    for sighting in sightings:
        yield sighting.link(locate(sighting.passage, sighting.start))


def _likely(text: str, passages: Iterable[Passage], peel: Peel) -> list[Passage]:
    """Those of the `passages` of `text` that may hold a link."""
    signs = _Signs(text, peel)
    return [passage for passage in passages if signs.may_be_in(passage)]


def longer_in(passages: Sequence[tuple[str, Passage]]) -> frozenset[str]:
    """Addresses of which more stands in the running text of `passages` than their links have.

    Each passage comes with its text. A program that makes links of addresses takes the first piece
    of one that is cut for the whole. Nothing marks the end of some wrapped links: so only the text
    tells that they go on.
    """
    linked = {
        value.url
        for text, passage in passages
        if passage.label is not None and has_no_mark(passage.label)
        if (value := delimited_addresses.address_in(Meant(text, passage).text, passage.reading))
        is not None
        if _is_shown(passage.label, value.url)
    }
    if not linked:
        return frozenset()
    longer = set()
    for text, passage in passages:
        meant = Meant(text, passage).text
        if delimited_addresses.address_in(meant, passage.reading) is None:
            for span in scan(meant, rules=_RULES.get(passage.reading, TextRules.PLAIN)):
                begun = {url for url in linked if span.url.startswith(url)}
                longer |= begun if span.cut else begun - {span.url}
    return frozenset(longer)


def by_line(text: str) -> Locate:
    """Tells the place of a passage, with line and column in `text`."""
    lines = LineCounter(text)
    return lambda passage, offset: passage.place_at(offset).at(*lines.place(offset))


def links_of(
    text: str, passage: Passage, peel: Peel, longer: AbstractSet[str] = frozenset()
) -> Iterator[Link]:
    """Every link in one `passage` of `text`, with the place that the passage has.

    `longer` are those of `longer_in`, for all passages that a reader sees together.
    """
    if may_hold(text, passage, peel):
        for sighting in _sightings(text, passage, peel, longer):
            yield sighting.link(passage.place_at(sighting.start))


def _sightings(
    text: str, passage: Passage, peel: Peel, longer: AbstractSet[str]
) -> Iterator[_Sighting]:
    meant = Meant(text, passage)
    value = _value(passage, meant.text, longer)
    spans = (
        found(meant.text, peel, rules=_RULES.get(passage.reading, TextRules.PLAIN))
        if value is None
        else [(value, *peeled(value, peel))]
    )
    for address, unwrapped, error in spans:
        yield _Sighting(
            meant.start_of(address.start),
            meant.end_of(address.end),
            passage,
            address,
            unwrapped,
            error,
            passage.label or _label(passage, meant.text, address),
        )


def _value(passage: Passage, meant: str, longer: AbstractSet[str]) -> Address | None:
    """The address that all of a passage is, if its format says so; else it is running text.

    A program that makes links of addresses in a text takes the first piece of one that is cut for
    the whole: then the label is that piece, and the end of a wrapper is missing, or the text says
    that it is `longer`.
    """
    value = delimited_addresses.address_in(meant, passage.reading)
    if value is None:
        return None
    shown = passage.label is not None and _is_shown(passage.label, value.url)
    if shown and (value.url in longer or lacks_its_end(value.url)):
        return evolve(value, cut=True)
    return value


def _is_shown(label: str, url: str) -> bool:
    """Whether `label`, which may be cut, is the address that it stands for."""
    return len(label) > _SHORTEST_WRAPPED and url.startswith(label)


def _label(passage: Passage, text: str, address: Address) -> str | None:
    """The label of an address that stands in `text`.

    In Markdown, what stands before an angle bracket is the sentence that it is in (6.5).
    """
    before = text[max(0, address.start - 3) : address.start]
    if passage.reading is Reading.MARKDOWN and before.endswith("<") and before != "](<":
        return None
    return label_before(text, address.start, address.end)


def edits_in(text: str, passages: Iterable[Passage], peel: Peel) -> list[Edit]:
    """What to change in `text`, in order, so that no wrapper is left that `peel` takes off."""
    likely = _likely(text, passages, peel)
    longer = longer_in([(text, passage) for passage in likely])
    edits = [edit for passage in likely for edit in _edits(text, passage, peel, longer)]
    return sorted(edits, key=attrgetter("start"))


def edits_of(
    text: str, passage: Passage, peel: Peel, longer: AbstractSet[str] = frozenset()
) -> Iterator[Edit]:
    """What to change in one `passage` of `text`; `longer` is that of `links_of`."""
    if may_hold(text, passage, peel):
        yield from _edits(text, passage, peel, longer)


def _edits(text: str, passage: Passage, peel: Peel, longer: AbstractSet[str]) -> Iterator[Edit]:
    meant = Meant(text, passage)
    changes = (
        edit
        for start, end, written in _written(passage, meant.text, peel, longer)
        if _may_change(passage, meant, start, end)
        for edit in _in_pieces(text, passage, meant, (start, end), written)
    )
    if passage.codec.whole is None:
        yield from changes
    elif edits := list(changes):
        start, end = passage.pieces[0][0], passage.pieces[-1][1]
        yield Edit(start, end, passage.codec.whole(applied(text, edits, start, end)))


def _written(
    passage: Passage, meant: str, peel: Peel, longer: AbstractSet[str]
) -> Iterator[tuple[int, int, str]]:
    """Start and end of every address in `meant` that `peel` replaces, and what to write there."""
    value = _value(passage, meant, longer)
    if value is None:
        yield from replacements(meant, peel, rules=_RULES.get(passage.reading, TextRules.PLAIN))
        return
    if value.cut:
        peel.lost(value.url)
    if value.role is not None:
        return
    unwrapped, _ = peeled(value, peel)
    if unwrapped is not None and unwrapped.layers:
        yield value.start, value.end, delimited_addresses.written_value(unwrapped.target)


def _may_change(passage: Passage, meant: Meant, start: int, end: int) -> bool:
    """Whether an address is a link, or wrapped: others are not cleaned."""
    if passage.role_at(meant.start_of(start)) is None:
        return True
    spans = found(meant.text[start:end], Peel())
    return any(unwrapped is not None and unwrapped.layers for _, unwrapped, _ in spans)


def _in_pieces(
    text: str, passage: Passage, meant: Meant, span: Span, written: str
) -> Iterator[Edit]:
    """The edits for one link: all of it goes into its first piece, the others lose theirs.

    Markup between the pieces stays.
    """
    start, end = meant.start_of(span[0]), meant.end_of(span[1])
    at = max(0, bisect_right(passage.pieces, (start, len(text))) - 1)
    for index in range(at, len(passage.pieces)):  # a slice would be a walk from the first piece
        first, last = passage.pieces[index]
        if first >= end:
            break
        low, high = max(first, start), min(last, end)
        if low < high and first not in passage.kept:
            yield Edit(low, high, passage.codec.redo(written, text[low:high]))
            written = ""


def applied(text: str, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """``text[start:end]`` with `edits`, which are in order and lie within it."""
    out = []
    at = start
    for edit in edits:
        out += [text[at : edit.start], edit.written]
        at = edit.end
    out.append(text[at:end])
    return "".join(out)


_PATH = "/"
_SHORT = 400  # characters of a passage in which a look is cheaper than what is known of the text
_SIGNS_OF_REFERENCES = ("//", "safelinks")


def _signs_of(text: str, peel: Peel) -> tuple[str, ...]:
    """What a link is known by in `text`; on a host that is known, a path is enough."""
    return (*signs_of(text), _PATH) if peel.bare_hosts else signs_of(text)


def may_hold(text: str, passage: Passage, peel: Peel) -> bool:
    """Whether a look at `passage` may be worth its while: it may hold a sign."""
    pattern = passage.codec.hides
    if meanings := passage.meanings:
        joined = "".join(
            [
                meanings[start] if start in meanings else text[start:end]
                for start, end in passage.pieces
            ]
        )
    else:
        joined = "".join([text[start:end] for start, end in passage.pieces])
    reference = passage.reading is Reading.REFERENCE
    signs = _SIGNS_OF_REFERENCES if reference else _signs_of(joined, peel)
    return any(sign in joined for sign in signs) or (
        pattern is not None and pattern.search(joined) is not None
    )


class _Signs:
    """Tells `may_hold` of passages that come in order, at the price of comparing three numbers.

    Nearly none of a page's passages holds a link: so it is kept where the next sign of one is.
    """

    def __init__(self, text: str, peel: Peel) -> None:
        self._text, self._peel = text, peel
        self._signs = _signs_of(text, peel)
        # By sign: where the search for it began, and where it was found, which is the end if not.
        self._next: dict[str | re.Pattern[str], Span] = {}

    def may_be_in(self, passage: Passage) -> bool:
        if len(passage.pieces) > 1 or passage.meanings:
            return may_hold(self._text, passage, self._peel)
        start, end = passage.pieces[0]
        signs = _SIGNS_OF_REFERENCES if passage.reading is Reading.REFERENCE else self._signs
        pattern = passage.codec.hides
        if end - start < _SHORT:
            piece = self._text[start:end]
            for sign in signs:
                if sign in piece:
                    return True
            return pattern is not None and pattern.search(piece) is not None
        for sign in signs:
            begun, at = self._next.get(sign, (0, -1))
            if not begun <= start <= at:
                at = self._text.find(sign, start)
                at = len(self._text) if at < 0 else at
                self._next[sign] = (start, at)
            if at < end:
                return True
        if pattern is None:
            return False
        begun, at = self._next.get(pattern, (0, -1))
        if not begun <= start <= at:
            match = pattern.search(self._text, start)
            at = match.start() if match else len(self._text)
            self._next[pattern] = (start, at)
        return at < end
