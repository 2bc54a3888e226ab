"""Whose page a document is: the bodies that its own address, its title or its heading names.

It knows how pages tell that, not what is looked for in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from attrs import field

from safelinks.addresses.urls import split
from safelinks.catalog import Catalog, Match, MatchedRule
from safelinks.documents.content.named_functions import function_named
from safelinks.documents.document import Document
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["PageOwners"]

# How a heading is marked in Markdown and AsciiDoc, and a title in front of them.
_MARKED = pattern_of(r"^(?:#{1,2}|={1,2}|title:)[ \t]+(\S.*)", re.MULTILINE)
_FARTHEST = 2_000  # characters, behind which no heading is that of the page
_MOST_WORDS = 14  # of a heading; more are a sentence
_FEWEST_WORDS = 3  # of a name that may stand within a title; shorter ones are parts of others
_APART = pattern_of(r"\s+[-|–—·»:]+\s+|[|»]|:\s")
_BRACKETS = pattern_of(r"\(([^()]*)\)")
_CITY = pattern_of(r"^(?:the )?(?:nyc|new york city|city of new york)[ ,]+", re.IGNORECASE)
_HOST = pattern_of(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@define
class PageOwners:
    """Finds the bodies of `catalog` whose page a document says that it is."""

    catalog: Catalog
    identify: Callable[[str], Match]
    _long_names: dict[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._long_names = {
            _plain(name).lower(): acronym
            for name, acronym in self.catalog.layers.body_tables.full_names
            if len(name.split()) >= _FEWEST_WORDS
        }

    def of(self, document: Document, beginning: str) -> frozenset[str]:
        """The acronyms of the bodies; `beginning` is the first stretch of its text."""
        addresses, titles = list(_mirrored(document.name)), list(_headings(document, beginning))
        if document.format == "html":
            head = function_named("markup.page_head.head_of")(document.text or "")
            addresses += head.addresses
            titles += head.titles
        owners = {acronym for title in titles for acronym in self._named_in(title)}
        return frozenset(owners | set(self._of_addresses(addresses)))

    def _of_addresses(self, addresses: Iterable[str]) -> Iterator[str]:
        for url in addresses:
            match = self.identify(url)
            if match.agency is not None and match.rule < MatchedRule.OWNER:
                yield match.agency.acronym

    def _named_in(self, title: str) -> Iterator[str]:
        """The bodies that a title names: by a part of it that is a name, or a long name in it."""
        title = _plain(title)
        within = _BRACKETS.findall(title)
        for part in (*within, *_APART.split(_BRACKETS.sub("", title))):
            name = part.strip()
            for one in (name, _CITY.sub("", name)):
                body = self.catalog.agency(one)
                # Of one word, only an acronym as it is written is a name.
                if body is not None and (" " in one or one == body.acronym):
                    yield body.acronym
        lower = title.lower()
        yield from (acronym for name, acronym in self._long_names.items() if name in lower)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def _headings(document: Document, beginning: str) -> Iterator[str]:
    """The first line of a document, and its first marked heading."""
    lines = [beginning.partition("\n")[0]]
    marked = _MARKED.search((document.text or "")[:_FARTHEST])
    if marked is not None:
        lines.append(marked[1])
    for line in lines:
        heading = line.strip(" \t#=*_\"'")
        if len(heading.split()) <= _MOST_WORDS and not heading.endswith((".", ",", ";")):
            yield heading


def _mirrored(name: str) -> Iterator[str]:
    """The address of a page that is kept below its host, as programs do that copy sites."""
    parts = name.replace("\\", "/").split("/")
    for number, part in enumerate(parts[:-1]):
        if _HOST.fullmatch(part):
            url = f"https://{'/'.join(parts[number:])}"
            try:
                split(url)
            except InvalidURLError:
                continue
            yield url
