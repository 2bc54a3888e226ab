"""Remarks: what a text says against its links. A name that leads elsewhere, a name without a link.

It knows names, places and matches, and no network. What it cannot be sure of, it does not mention:
only a name that is the whole label of a link, or all but, is held against where that leads.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from attrs import Factory, evolve, field

from safelinks.addresses.place import Place
from safelinks.catalog import Catalog, Match, MatchedRule, Resource
from safelinks.catalog.resource_names import Mention
from safelinks.documents.document import Document, Prose
from safelinks.documents.formats import DOCUMENT_FORMATS
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen, with_texts
from safelinks.links.text_links import Link
from safelinks.rules.page_owner import PageOwners
from safelinks.rules.text_places import LinksByPlace, TextPlaces
from safelinks.wrappers.vendors.wrapper_table import opaque

__all__ = ["Claim", "Remark", "RemarkKind", "RemarkReader"]


class RemarkKind(StrEnum):
    """What a remark is about. The values are stable."""

    LEADS_ELSEWHERE = "leads-elsewhere"
    NOT_LINKED = "not-linked"


@frozen
class Remark:
    """Something about a `resource` that is named at `place` of `file`.

    `url` is where the link leads that goes by its name, `name` as it is written there, and
    `leads_to` what that is; all are None where there is no link. `home` says in words where the
    resource lives, or what it is part of, and `current_url` is the address in that, None where
    there is none.
    """

    kind: RemarkKind
    file: str
    place: Place
    resource: Resource
    home: str
    current_url: str | None = None
    url: str | None = None
    leads_to: str | None = None
    name: str | None = None

    @property
    def message(self) -> str:
        """The whole of it in one sentence, without the full stop."""
        if self.leads_to is not None:
            link = f"a link named “{self.name}” leads to {self.leads_to}"
            return f"{link}; {self.resource.name} {self.home}"
        return f"{self.resource.name} is named but not linked; it {self.home}"

    def as_shown(self, show: Callable[[str], str]) -> Remark:
        """This remark, with `show` applied to its address and to the names of its place."""
        shown = with_texts(self, show, "url")
        place = self.place.as_shown(show)
        return shown if place is self.place else evolve(shown, place=place)


# Words around a name that do not make another name of it, and that may stand before an address.
_WORDS = """
a access an at by check click for from go here how in into is link log login my of on online open
our page please portal see sign site the this through to under use using via view visit web webpage
website with your
"""
_FILLERS = frozenset(_WORDS.split())
_MOST_WORDS = 3  # beside a name, in a label that is still about it
_WORD = pattern_of(r"[^\W_]+(?:['’][^\W_]+)?")
_CLAUSE = pattern_of(r"[.,;:!?()\[\]|\t\n•·*–—]")
_UP_TO_ADDRESS = pattern_of(
    r"[)\]\"'”’]{0,2}[ \t]{0,2}(?:(?:web ?site|site|page|portal|is|at|here)\b[ \t]?){0,3}"
    r"[:,–—-]?[ \t]{0,3}[(<\[]{0,2}(?=[a-z][a-z0-9+.-]*://)",
    re.IGNORECASE,
)
# What may stand between a name and an address that is its own: "the portal at nyc.gov/passport".
_BESIDE = pattern_of(
    r"[)\]\"'”’]{0,2}[ \t]{0,2}"
    r"(?:(?:account|web ?site|site|page|portal|is|at|here|on|via|see|visit)\b[ \t]?){0,3}"
    r"[:,–—-]?[ \t]{0,3}[(<\[]{0,2}",
    re.IGNORECASE,
)
_FARTHEST = 60  # characters before a name that are looked at

# Where many speak of what is others': a link there that goes by a name is about it, or stands in
# for it. So does a page of another government, an archive's copy, a proxy, a short link.
_SPEAKING = """
apple.com archive.org archive.ph bsky.app facebook.com github.com github.io gitlab.com google.com
instagram.com linkedin.com medium.com nytimes.com reddit.com substack.com tiktok.com translate.goog
twitter.com vimeo.com wikimedia.org wikipedia.org x.com youtu.be youtube.com
"""
_SPEAK_OF_OTHERS = frozenset(_SPEAKING.split())
_VERIFIED = (".gov", ".mil", ".edu")
_MOST_TARGETS = 32_768  # of a file that are remembered; of all others, the same is found out anew
_FEW_NAMES = 2  # of several words: so many make a text one that is about the owner
_LINE_BY_LINE = frozenset(one.name for one in DOCUMENT_FORMATS if one.by_line)


@frozen
class Claim:
    """A link that goes by the `name` of a resource; `alone` if by nothing but that."""

    resource: Resource
    name: str
    alone: bool
    target: str
    place: Place


@define
class _File:
    """What is known of a file: where its links lead, what it names, and what leads elsewhere.

    `linked` are the resources that its links lead to. Of the first `targets`, it is looked later on
    which host or below which prefix they are; `covered` are the ids for all others.
    """

    linked: dict[str, Resource] = field(factory=dict)
    covered: set[str] = field(factory=set)
    links_owner: bool = False
    targets: set[str] = field(factory=set)
    named: dict[str, Place] = field(factory=dict)
    long_names: set[str] = field(factory=set)  # of resources whose names are several words
    labels: set[str] = field(factory=set)  # resources that labels of links to the owner name
    claims: dict[tuple[str, str], Claim] = field(factory=dict)

    @property
    def is_about_the_owner(self) -> bool:
        """Whether names in it are likely to be meant: elsewhere, PIP is a plan, and ZAP a tool."""
        return len(self.long_names) >= _FEW_NAMES or self.links_owner


@define
class RemarkReader:
    """Reads documents, and keeps what there is to remark; the documents are let go.

    >>> from safelinks.documents.document import read
    >>> reader = RemarkReader(Catalog.nyc())
    >>> reader.read(read(b"[PASSPort Public](https://www.nyc.gov/pip)", "notice.md"))
    >>> [str(remark.kind) for remark in reader.remarks()]
    ['leads-elsewhere']
    """

    catalog: Catalog
    identify: Callable[[str], Match] = field(
        default=Factory(lambda self: self.catalog.identify, takes_self=True)
    )
    _files: defaultdict[str, _File] = field(factory=lambda: defaultdict(_File), init=False)
    _owners: PageOwners = field(
        default=Factory(lambda self: PageOwners(self.catalog, self.identify), takes_self=True),
        init=False,
    )

    def read(self, document: Document) -> None:
        """Read one document; several may be of the same file, as the messages of a mailbox."""
        beside = self.read_prose(document)
        links = document.each_link()
        claims = [claim for link in links for claim in self.read_link(document, link)]
        self.settle(document, claims, beside)

    def read_prose(self, document: Document) -> list[Claim]:
        """Read what people see of one document; what is claimed there of links."""
        file = self._files[document.name]
        claims: list[Claim] = []
        at: LinksByPlace | None = None
        by_line = document.format in _LINE_BY_LINE
        beginning, owners = None, None
        for prose in document.prose() if self._may_name(document, by_line=by_line) else ():
            beginning = prose.text if beginning is None else beginning
            places = TextPlaces(prose, by_line=by_line)
            has_address = "://" in prose.text
            for mention in self.catalog.names.found_in(prose.text):
                owners = self._owners.of(document, beginning) if owners is None else owners
                if mention.resource.agency not in owners:  # a body need not say where its own are
                    file.named.setdefault(mention.resource.id, places.place(mention.start))
                if " " in _written(prose.text, mention):
                    file.long_names.add(mention.resource.id)
                if by_line:
                    at = at or LinksByPlace(document)
                    claims += _claim_beside(prose, mention, places, at) if has_address else ()
                    if self._is_beside(prose, mention, places, at):
                        file.labels.add(mention.resource.id)
        return claims

    def settle(self, document: Document, claims: list[Claim], beside: list[Claim]) -> None:
        """Hold what the labels of links claim, and what stands beside them, against the links."""
        file = self._files[document.name]
        file.labels |= {
            one.resource.id for one in claims if one.alone and _is_own(self.identify(one.target))
        }
        for claim in (*claims, *beside):
            if self._leads_elsewhere(claim, self.identify(claim.target)):
                file.claims.setdefault((claim.resource.id, claim.target), claim)

    def read_link(self, document: Document, link: Link) -> Iterable[Claim]:
        """What the label of a link of `document` names; where it leads is noted."""
        target = link.target
        if target is None:
            return ()
        file = self._files[document.name]
        if target not in file.targets:
            self._note(target, file)
        return self._claims_of(link, link.label, target) if link.label else ()

    def _note(self, target: str, file: _File) -> None:
        """Note what a link of a file leads to."""
        match = self.identify(target)
        if match.resource is not None:
            file.linked.setdefault(match.resource.id, match.resource)
        file.links_owner = file.links_owner or _is_own(match)
        if len(file.targets) < _MOST_TARGETS:
            file.targets.add(target)
        else:
            file.covered |= self.catalog.covering(target)

    def _is_beside(
        self, prose: Prose, mention: Mention, places: TextPlaces, links: LinksByPlace
    ) -> bool:
        """Whether a known address of the owner follows a name, as in "… at nyc.gov/passport"."""
        gap = _BESIDE.match(prose.text, mention.end)
        link = links.get(places.place(gap.end())) if gap else None
        if link is None or link.target is None or link.label is not None:
            return False  # what has a label is judged by that
        match = self.identify(link.target)
        return match.resource is not None and _is_own(match)

    def _may_name(self, document: Document, *, by_line: bool) -> bool:
        """Whether the prose of a document may name something: the text that it is taken from."""
        text = document.text if by_line else None
        return text is None or self.catalog.names.may_be_in(text)

    def about_owner(self) -> frozenset[str]:
        """The files that have something to do with the owner."""
        return frozenset(name for name, file in self._files.items() if file.is_about_the_owner)

    def remarks(self) -> list[Remark]:
        """All that there is to remark, file by file."""
        return [
            remark
            for name, file in self._files.items()
            if file.is_about_the_owner
            for remark in (*self._elsewhere(name, file), *self._not_linked(name, file))
        ]

    def _claims_of(self, link: Link, label: str, target: str) -> Iterator[Claim]:
        """The one resource that the `label` of `link` names, if there is one."""
        mentions = list(self.catalog.names.found_in(label))
        if len({mention.resource.id for mention in mentions}) == 1:
            first, last = mentions[0], mentions[-1]
            others = _words_of(label[: first.start]) + _words_of(label[last.end :])
            if len(others) <= _MOST_WORDS:
                name = _written(label, first)
                yield Claim(first.resource, name, not others, target, link.place)

    def _leads_elsewhere(self, claim: Claim, match: Match) -> bool:
        """Whether a link with the name of one resource leads to another, or to a stranger."""
        named, found = claim.resource, match.resource
        if found is not None and (
            found.unwrap is not None
            or self._is_kin(named, found)
            or self._is_site_of(named.agency, found)
            or named.id in self.catalog.covering(claim.target)
            or _is_about_anything(found, match)
            or _is_short_for(claim.name, found)
            or self.catalog.home_of(named) == match.current_url is not None
        ):
            return False
        if found is None or not _is_own(match):
            return claim.alone and _is_a_strangers(match)
        return claim.alone or not any(
            mention.resource == named
            for name in found.names
            for mention in self.catalog.names.found_in(name)
        )

    def _is_site_of(self, acronym: str, entry: Resource) -> bool:
        """Whether a resource is the whole site of a body, of which any page may be meant."""
        return entry.agency == acronym and entry.name.startswith(
            self.catalog.agencies[acronym].name
        )

    def _is_kin(self, one: Resource, other: Resource) -> bool:
        """Whether one is the other, or a part or a successor of it."""
        return one.id in self._line_of(other) or other.id in self._line_of(one)

    def _line_of(self, entry: Resource) -> list[str]:
        """The ids of a resource, of what it is part of, and of what has replaced that."""
        found: list[str] = []
        waiting = [entry.id]
        while waiting:
            name = waiting.pop()
            if name in self.catalog.resources and name not in found:
                found.append(name)
                above = self.catalog.resources[name]
                waiting += [one for one in (above.parent, above.successor) if one is not None]
        return found

    def _elsewhere(self, name: str, file: _File) -> Iterator[Remark]:
        """What goes by the name of one resource and leads to another, or to a stranger."""
        for claim in file.claims.values():
            match = self.identify(claim.target)
            leads_to = match.resource.name if match.resource else match.site
            words, home = self._home_of(claim.resource)
            yield Remark(
                RemarkKind.LEADS_ELSEWHERE, name, claim.place, claim.resource, words, home,
                claim.target, leads_to, claim.name,
            )  # fmt: skip

    def _not_linked(self, name: str, file: _File) -> Iterator[Remark]:
        """What a file names without any link to it, and where that lives."""
        if not file.named:
            return
        linked = {above for entry in file.linked.values() for above in self._line_of(entry)}
        linked |= file.covered.union(*map(self.catalog.covering, file.targets))
        linked |= {ident for ident, _ in file.claims} | file.labels
        for ident, place in file.named.items():
            entry = self.catalog.resources[ident]
            if ident not in linked and entry.successor not in file.linked:
                yield Remark(RemarkKind.NOT_LINKED, name, place, entry, *self._home_of(entry))

    def _home_of(self, entry: Resource) -> tuple[str, str | None]:
        """Where a resource lives, or what it is part of, in words; and the address in that."""
        home = self.catalog.home_of(entry)
        if home is not None:
            return f"is at {home}", home
        for name in self._line_of(entry)[1:]:
            above = self.catalog.resources[name]
            home = self.catalog.home_of(above)
            if home is not None:
                return f"is part of {above.name}, {home}", home
        return "has no page of its own", None


def _is_own(match: Match) -> bool:
    """Whether an address is one of the owner of the catalog."""
    body = match.agency or match.owner
    return body is not None and not body.foreign


def _is_about_anything(found: Resource, match: Match) -> bool:
    """Whether an address is a page within the site of a body, which may be about whatever is named.

    Its front page is about the body.
    """
    return found.category == "agency-site" and match.rule > MatchedRule.FORMER_ADDRESS


def _is_short_for(name: str, entry: Resource) -> bool:
    """Whether `name` has the initials of one of the names of `entry`, as two portals are a PIP."""
    initials = ("".join(word[0] for word in _WORD.findall(one)) for one in entry.names)
    return name.isupper() and name in initials


def _is_a_strangers(match: Match) -> bool:
    """Whether an address is that of somebody who has no business with the name."""
    if match.rule <= MatchedRule.OWNER:
        return not _is_own(match)
    host = match.host or ""
    return (
        match.site not in _SPEAK_OF_OTHERS
        and ("xn--" in host or not host.endswith(_VERIFIED))
        and opaque(match.target or match.url) is None
    )


def _written(text: str, mention: Mention) -> str:
    """The name as it stands in the text, on one line."""
    return " ".join(text[mention.start : mention.end].split())


def _words_of(text: str) -> list[str]:
    """The words of `text` that say more than that there is a link."""
    return [word for word in _WORD.findall(text.lower()) if word not in _FILLERS]


def _claim_beside(
    prose: Prose, mention: Mention, places: TextPlaces, links: LinksByPlace
) -> Iterator[Claim]:
    """The claim of a name on the address that follows it: ``PIP: https://a.example/``."""
    gap = _UP_TO_ADDRESS.match(prose.text, mention.end)
    link = links.get(places.place(gap.end())) if gap else None
    if link is None or link.target is None or link.label is not None:
        return  # what has a label is judged by that
    before = prose.text[max(0, mention.start - _FARTHEST) : mention.start]
    others = _words_of(_CLAUSE.split(before)[-1])
    name = _written(prose.text, mention)
    yield Claim(mention.resource, name, not others, link.target, link.place)
