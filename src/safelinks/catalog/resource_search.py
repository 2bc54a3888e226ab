"""`search`: resources by words of their names, a typo allowed.

It knows how near words are to each other, not how a catalog is matched against addresses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from safelinks.catalog.entries import Agency, Resource
from safelinks.patterns import pattern_of
from safelinks.values import frozen

__all__ = ["search"]

_WORD = pattern_of(r"[^\W_]+")
_JOINED = pattern_of(r"(?<=\w)[’'](?=\w)")
_SHORTEST_START, _SHORTEST_PART, _SHORTEST_TYPO = 2, 3, 4  # letters
_NEAR = 0.74  # ratio of difflib: "pasport" is 0.93 of "passport", "zoing" 0.91 of "zoning"
_ENOUGH = 0.6  # of the best score: the rest is noise
# What a word is worth where it stands.
_NAME, _ID, _AGENCY, _DESCRIPTION = 1.0, 0.9, 0.5, 0.3


@frozen
class _Found:
    """A resource that has `matched` of the words that were asked for, and how well."""

    resource: Resource
    matched: int
    whole: bool  # whether that is all of one of its names
    score: float  # 0 to 1


def search(
    text: str, resources: Iterable[Resource], agencies: Mapping[str, Agency]
) -> list[Resource]:
    """The resources that have every word of `text` in their name, aliases, body or description.

    The best come first. Where none has them all, those that have most.
    """
    asked = list(dict.fromkeys(_words(text)))
    found = [_rated(asked, entry, agencies.get(entry.agency)) for entry in resources]
    most = max((one.matched for one in found), default=0)
    best = max((one.score for one in found if one.matched == most), default=0.0)
    chosen = [one for one in found if most and one.matched == most and one.score >= _ENOUGH * best]
    chosen.sort(key=lambda one: (-one.whole, -one.score, len(one.resource.name), one.resource.id))
    return [one.resource for one in chosen]


def _rated(asked: list[str], entry: Resource, agency: Agency | None) -> _Found:
    places = list(_places(entry, agency))
    scores = [max(_nearness(word, words) * worth for worth, words in places) for word in asked]
    matched = sum(score > 0 for score in scores)
    whole = matched == len(asked) and any(_words(name) == asked for name in entry.names)
    return _Found(entry, matched, whole, sum(scores) / len(asked) if asked else 0.0)


def _places(entry: Resource, agency: Agency | None) -> Iterator[tuple[float, list[str]]]:
    """The words of an entry, and what each is worth."""
    for name in entry.names:
        yield _NAME, _words(name)
    yield _ID, _words(entry.id)
    if agency is not None:
        yield _AGENCY, _words(f"{agency.acronym} {agency.name}")
    yield _DESCRIPTION, _words(f"{entry.category} {entry.description}")


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _JOINED.sub("", text)).casefold()
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def _nearness(asked: str, words: list[str]) -> float:
    """How near the nearest of `words` is to what was asked: 1 for the same, 0 for none."""
    return max((_of_two(asked, word) for word in words), default=0.0)


def _of_two(asked: str, word: str) -> float:
    if asked == word:
        return 1.0
    if len(asked) >= _SHORTEST_START and word.startswith(asked):
        return 0.8
    if len(asked) >= _SHORTEST_PART and asked in word:
        return 0.5
    if len(asked) < _SHORTEST_TYPO or len(word) < _SHORTEST_TYPO or asked[0] != word[0]:
        return 0.0
    from difflib import SequenceMatcher  # noqa: PLC0415  only for who searches

    matcher = SequenceMatcher(None, asked, word, autojunk=False)
    if matcher.real_quick_ratio() < _NEAR or matcher.quick_ratio() < _NEAR:
        return 0.0
    ratio = matcher.ratio()
    return ratio * 0.7 if ratio >= _NEAR else 0.0
