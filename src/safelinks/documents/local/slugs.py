"""Slugs: the anchors that programs make of headings, each in its own way.

GitHub and GitLab keep every letter, Python-Markdown (MkDocs) by default those of ASCII, docutils
(Sphinx) only those and digits. What a second heading of the same words gets, differs, too.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum

from safelinks.foundation.patterns import pattern_of

__all__ = ["AnchorFlavour", "docutils_id", "slugs_of"]


class AnchorFlavour(StrEnum):
    """Who publishes a text. The values are stable."""

    GITHUB = "github"
    GITLAB = "gitlab"
    MKDOCS = "mkdocs"
    SPHINX = "sphinx"


_WORD_OF_RUBY = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
_NOT_ASCII_WORD = pattern_of(r"[^a-z0-9_ -]+")
_NOT_WORD = pattern_of(r"[^\w\s-]")
_NOT_DOTTED_WORD = pattern_of(r"[^\w\s.-]")
_BEFORE_LETTERS = pattern_of(r"\A[^a-z]+")
_BETWEEN_WORDS = pattern_of(r"[\W_]+")
_BLANKS_AND_DASHES = pattern_of(r"[-\s]+")
_BLANKS = pattern_of(r"\s+")
_DASHES = pattern_of(r"-{2,}")
_NOT_OF_ID = pattern_of(r"[^a-z0-9]+")
_ENDS_OF_ID = pattern_of(r"^[-0-9]+|-+$")


def _github(heading: str) -> Iterator[str]:
    lower = heading.lower()
    if lower.isascii():  # as most are
        yield _NOT_ASCII_WORD.sub("", lower).replace(" ", "-")
        return
    kept = "".join(
        char for char in lower if char in "- " or unicodedata.category(char) in _WORD_OF_RUBY
    )
    yield kept.replace(" ", "-")
    yield _NOT_WORD.sub("", lower).replace(" ", "-")


def _gitlab(heading: str) -> Iterator[str]:
    for slug in _github(heading):
        dashed = _DASHES.sub("-", slug) if "--" in slug else slug
        yield from (dashed, dashed.strip("-"))
    if heading.isascii():
        return
    words = _NOT_WORD.sub("", heading.strip().lower())
    yield _DASHES.sub("-", _BLANKS.sub("-", words))


def _mkdocs(heading: str) -> Iterator[str]:
    for text in (heading,) if heading.isascii() else _normalized(heading):
        words = _NOT_WORD.sub("", text).strip().lower()
        yield _BLANKS_AND_DASHES.sub("-", words)
        yield _BLANKS.sub("-", words)


def _normalized(heading: str) -> tuple[str, ...]:
    ascii_only = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode("ascii")
    return ascii_only, unicodedata.normalize("NFKC", heading), heading


def docutils_id(name: str) -> str:
    """The id that docutils makes of a name (``docutils.nodes.make_id``).

    >>> docutils_id("2. Über uns: A_b")
    'uber-uns-a-b'
    """
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode("ascii")
    return _ENDS_OF_ID.sub("", _NOT_OF_ID.sub("-", " ".join(plain.split())))


def _sphinx(heading: str) -> Iterator[str]:
    yield docutils_id(heading)
    yield from _github(heading)  # as MyST has it


def _others(heading: str) -> Iterator[str]:
    """As kramdown and Pandoc have it, Azure DevOps, VuePress and VitePress."""
    words = heading.strip().lower()
    yield _BLANKS.sub("-", words)
    plain = _NOT_ASCII_WORD.sub("", _BEFORE_LETTERS.sub("", words)).replace(" ", "-")
    dotted = _BLANKS.sub("-", _NOT_DOTTED_WORD.sub("", _BEFORE_LETTERS.sub("", words)))
    parted = _BETWEEN_WORDS.sub("-", words).strip("-")
    yield from (plain, dotted, parted, f"_{parted}")
    yield from (f"_{slug}" for slug in _github(heading))


_SLUGS: Mapping[AnchorFlavour, Callable[[str], Iterator[str]]] = {
    AnchorFlavour.GITHUB: _github,
    AnchorFlavour.GITLAB: _gitlab,
    AnchorFlavour.MKDOCS: _mkdocs,
    AnchorFlavour.SPHINX: _sphinx,
}
_AGAIN: Mapping[AnchorFlavour, str] = {AnchorFlavour.MKDOCS: "_"}


def slugs_of(headings: Iterable[Iterable[str]], flavours: Collection[AnchorFlavour]) -> set[str]:
    """The anchors of `headings`, each in the ways it may be read, as any of the `flavours` has it.

    Where all of these count, so does what is known of others.

    >>> sorted(slugs_of([["A & b"], ["A & b"]], [AnchorFlavour.GITHUB]))
    ['a--b', 'a--b-1']
    """
    slugs: set[str] = set()
    times: Counter[str] = Counter()
    signs = {_AGAIN.get(flavour, "-") for flavour in flavours}
    ways = [_SLUGS[flavour] for flavour in flavours]
    if len(ways) == len(AnchorFlavour):
        ways.append(_others)
    for readings in headings:
        of_heading = {slug for text in readings for way in ways for slug in way(text)}
        slugs |= of_heading
        for slug in of_heading:
            number = times[slug]
            times[slug] += 1
            if number:
                slugs.update(f"{slug}{sign}{number}" for sign in signs)
    return slugs
