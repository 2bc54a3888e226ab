"""Remarks: what a text says against its links. A name that leads elsewhere, a name without a link.

It knows names, places and matches, and no network. What it cannot be sure of, it does not mention:
only a name that is the whole label of a link, or all but, is held against where that leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from attrs import define, field, frozen

from safelinks.catalog import Catalog, Match, Resource, Rule
from safelinks.catalog.names import Mention
from safelinks.documents import Document, Prose
from safelinks.place import Lines, Place
from safelinks.text import Link

__all__ = ["Kind", "Reader", "Remark"]


class Kind(StrEnum):
    """What a remark is about. The values are stable."""

    LEADS_ELSEWHERE = "leads-elsewhere"
    NOT_LINKED = "not-linked"


@frozen
class Remark:
    """Something about a `resource` that is named at `place` of `file`.

    `url` is where the link leads that goes by its name, and `leads_to` what that is; both are None
    where there is no link. `home` says in words where the resource lives, or what it is a part of,
    and `current_url` is the address in that, None where there is none.
    """

    kind: Kind
    file: str
    place: Place
    resource: Resource
    home: str
    current_url: str | None = None
    url: str | None = None
    leads_to: str | None = None

    @property
    def message(self) -> str:
        """The whole of it in one sentence, without the full stop."""
        name = self.resource.name
        if self.leads_to is not None:
            return f"a link named {name} leads to {self.leads_to}; {name} {self.home}"
        return f"{name} is named without a link; it {self.home}"


# Words around a name that do not make another name of it, and that may stand before an address.
_WORDS = """
a access an at by check click for from go here how in into is link log login my of on online open
our page please portal see sign site the this through to under use using via view visit web webpage
website with your
"""
_FILLERS = frozenset(_WORDS.split())
_MOST_WORDS = 3  # beside a name, in a label that is still about it
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CLAUSE = re.compile(r"[.,;:!?()\[\]|\t\n•·*–—]")
_UP_TO_ADDRESS = re.compile(
    r"[)\]\"'”’]{0,2}\s{0,2}(?:(?:web ?site|site|page|portal|is|at|here)\b\s?){0,3}"
    r"[:,–—-]?[ \t]{0,3}\n?[ \t]{0,3}[(<\[]{0,2}(?=[a-z][a-z0-9+.-]*://)",
    re.IGNORECASE,
)
_FARTHEST = 60  # characters before a name that are looked at


_LINE_BY_LINE = frozenset({"text", "markdown", "rst", "mail"})  # formats whose text is as it stands


@frozen
class _Claim:
    """A link that goes by the name of a resource; `alone` if by nothing but that."""

    resource: Resource
    alone: bool
    target: str
    place: Place


@define
class Reader:
    """Reads documents, and keeps what there is to remark; the documents are let go.

    >>> from safelinks.documents import read
    >>> reader = Reader(Catalog.nyc())
    >>> reader.read(read(b"[PASSPort Public](https://www.nyc.gov/pip)", "notice.md"))
    >>> [str(remark.kind) for remark in reader.remarks()]
    ['leads-elsewhere']
    """

    catalog: Catalog
    _linked: dict[str, dict[str, Match]] = field(factory=dict, init=False)
    _named: dict[str, dict[str, Place]] = field(factory=dict, init=False)
    _elsewhere: dict[str, dict[tuple[str, str], Remark]] = field(factory=dict, init=False)

    def read(self, document: Document) -> None:
        """Read one document; several may be of the same file, as the messages of a mailbox."""
        file = document.name
        linked = self._linked.setdefault(file, {})
        for link in document.links:
            if link.target is not None and link.target not in linked:
                linked[link.target] = self.catalog.identify(link.target)
        named = self._named.setdefault(file, {})
        claims = [claim for link in document.links for claim in self._claims_of(link)]
        at = {link.place: link for link in document.links}
        by_line = document.format in _LINE_BY_LINE
        for prose in document.prose():
            places = _Places(prose, by_line=by_line)
            for mention in self.catalog.names.found_in(prose.text):
                named.setdefault(mention.resource.id, places.place(mention.start))
                if by_line:
                    claims += _claim_beside(prose, mention, places, at)
        elsewhere = self._elsewhere.setdefault(file, {})
        for claim in claims:
            key = (claim.resource.id, claim.target)
            if key not in elsewhere and self._leads_elsewhere(claim, linked[claim.target]):
                elsewhere[key] = self._remark_on(claim, file, linked[claim.target])

    def remarks(self) -> list[Remark]:
        """All that there is to remark, file by file."""
        return [
            remark
            for file in self._linked
            for remark in (*self._elsewhere[file].values(), *self._not_linked(file))
        ]

    def _claims_of(self, link: Link) -> Iterator[_Claim]:
        """The one resource that the label of `link` names, if there is one."""
        if not link.label or link.target is None:
            return
        mentions = list(self.catalog.names.found_in(link.label))
        if len({mention.resource.id for mention in mentions}) == 1:
            first, last = mentions[0], mentions[-1]
            others = _words_of(link.label[: first.start]) + _words_of(link.label[last.end :])
            if len(others) <= _MOST_WORDS:
                yield _Claim(first.resource, not others, link.target, link.place)

    def _leads_elsewhere(self, claim: _Claim, match: Match) -> bool:
        """Whether a link with the name of one resource leads to another, or to a stranger."""
        named, found = claim.resource, match.resource
        if found is None:
            return claim.alone and match.rule > Rule.OWNER
        if self._is_kin(named, found) or self._covers(named, claim.target, match):
            return False
        return claim.alone or not any(
            mention.resource == named
            for name in found.names
            for mention in self.catalog.names.found_in(name)
        )

    def _is_kin(self, one: Resource, other: Resource) -> bool:
        """Whether one is the other, or a part or a successor of it."""
        return one.id in self._line_of(other) or other.id in self._line_of(one)

    def _line_of(self, entry: Resource) -> list[str]:
        """The ids of a resource, of what it is a part of, and of what has replaced that."""
        found: list[str] = []
        waiting = [entry.id]
        while waiting:
            name = waiting.pop()
            if name in self.catalog.resources and name not in found:
                found.append(name)
                above = self.catalog.resources[name]
                waiting += [one for one in (above.parent, above.successor) if one is not None]
        return found

    def _covers(self, entry: Resource, target: str, match: Match) -> bool:
        """Whether `target` is on the site of a resource, though a page of another one."""
        home = self.catalog.home_of(entry)
        return self.catalog.covers(entry, target) or (
            home is not None and match.current_url is not None and home == match.current_url
        )

    def _remark_on(self, claim: _Claim, file: str, match: Match) -> Remark:
        leads_to = match.resource.name if match.resource else match.site
        words, home = self._home_of(claim.resource)
        return Remark(
            Kind.LEADS_ELSEWHERE,
            file,
            claim.place,
            claim.resource,
            words,
            home,
            claim.target,
            leads_to,
        )

    def _not_linked(self, file: str) -> Iterator[Remark]:
        """What a file names without any link to it, and where that lives."""
        linked = self._linked[file]
        there = {match.resource.id: match.resource for match in linked.values() if match.resource}
        claimed = {name for name, _ in self._elsewhere[file]}
        for name, place in self._named[file].items():
            entry = self.catalog.resources[name]
            if (
                name in claimed
                or any(entry.id in self._line_of(other) for other in there.values())
                or entry.successor in there
                or any(self.catalog.covers(entry, target) for target in linked)
            ):
                continue
            yield Remark(Kind.NOT_LINKED, file, place, entry, *self._home_of(entry))

    def _home_of(self, entry: Resource) -> tuple[str, str | None]:
        """Where a resource lives, or what it is a part of, in words; and the address in that."""
        home = self.catalog.home_of(entry)
        if home is not None:
            return f"lives at {home}", home
        for name in self._line_of(entry)[1:]:
            above = self.catalog.resources[name]
            home = self.catalog.home_of(above)
            if home is not None:
                return f"is a part of {above.name}, {home}", home
        return "has no page of its own", None


def _words_of(text: str) -> list[str]:
    """The words of `text` that say more than that there is a link."""
    return [word for word in _WORD.findall(text.lower()) if word not in _FILLERS]


class _Places:
    """The places of offsets in a stretch of text, asked for in order.

    Where the text does not stand in the file as it is, that is the place of all of it.
    """

    def __init__(self, prose: Prose, *, by_line: bool) -> None:
        self._begin = prose.place
        line = prose.place.line
        self._lines = Lines(prose.text, line) if by_line and line is not None else None

    def place(self, offset: int) -> Place:
        """The place of `offset`, which is not before the one that was asked for last."""
        if self._lines is None:
            return self._begin
        line, column = self._lines.place(offset)
        ahead = (self._begin.column or 1) - 1 if line == self._begin.line else 0
        return self._begin.at(line, column + ahead)


def _claim_beside(
    prose: Prose, mention: Mention, places: _Places, links: Mapping[Place, Link]
) -> Iterator[_Claim]:
    """The claim of a name on the address that follows it: ``PIP: https://a.example/``."""
    gap = _UP_TO_ADDRESS.match(prose.text, mention.end)
    link = links.get(places.place(gap.end())) if gap else None
    if link is None or link.target is None or link.label is not None:
        return  # what has a label is judged by that
    before = prose.text[max(0, mention.start - _FARTHEST) : mention.start]
    others = _words_of(_CLAUSE.split(before)[-1])
    yield _Claim(mention.resource, not others, link.target, link.place)
