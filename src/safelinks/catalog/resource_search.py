"""`Search`: resources by the words that people use for them, a typo allowed.

It knows what the words of an entry are worth and how many of them were asked for, not how near two
words are, and not how a catalog is matched against addresses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain
from math import log

from attrs import evolve, field

from safelinks.catalog.entries import Agency, Resource, Status
from safelinks.catalog.search_words import FAMILY, Words, family_of, nearness, singular_of
from safelinks.foundation.values import define, frozen

__all__ = ["Found", "Search", "search"]

_ENOUGH = 0.6  # of the best score: the rest is noise
_CLOSE = 0.85  # the same, where something is called exactly so
_STRONG = 0.6  # score; what is below may be chance
# What a phrase is worth, by what it is.
_NAME, _KEYWORD, _ID, _AGENCY, _DESCRIPTION = 1.0, 1.0, 0.9, 0.5, 0.3
_OF_ITS_BODY = 1.0  # what the names of a body are worth for its site
_ASKED, _SAID = 0.95, 0.05  # how much the words count that were asked for, and those of the phrase
_APART = 0.85  # words in several phrases, beside those in one
_LEAST_IN_ONE = 0.5  # score of the best phrase by itself, or the entry is a weak one
_RETIRED = 0.9
_UNKNOWN = 0.5  # weight of a word that no entry has
_LEFT_OUT = 0.6  # least weight of a word that was asked for and is not there, however common it is
_LIGHT = 0.25  # how much of its weight a light word has
_SAME = 0.96  # nearness: the same word, or its plural
_SITE = "agency-site"


@frozen
class Found:
    """A resource that was found, and how well: `score` is from 0 to 1.

    `whole` is 1 where nothing was left out of one of its names but small words, 2 where nothing at
    all; a `weak` one may be meant by chance, as is any for `others_words`.
    """

    resource: Resource
    score: float
    whole: int
    others_words: bool = False

    @property
    def weak(self) -> bool:
        """Whether so little was found that it may be chance."""
        return self.score < _STRONG or (self.others_words and not self.whole)


@frozen
class _Phrase:
    every: list[str]
    words: list[str]  # that matter
    worth: float
    full: bool  # whether it is what somebody calls the resource
    joined: str


@frozen
class _Query:
    """What was asked: `every` word, and of those that matter, which are near and what they say."""

    every: list[str]
    joined: str
    near: Mapping[str, Mapping[str, float]]
    weights: Mapping[str, float]
    missing: Mapping[str, float]  # the weights of words that are not there

    def share(self, values: Mapping[str, float]) -> float:
        """How much of it there is where each word has its value."""
        there = sum(values[word] * weight for word, weight in self.weights.items())
        total = sum(
            weight if values[word] else self.missing[word] for word, weight in self.weights.items()
        )
        return there / total


@define(slots=False)
class Search:
    """Searches in `resources`, whose bodies are among the `agencies`.

    `keywords` are more than those of the resources themselves, by their ids.
    """

    resources: Sequence[Resource]
    agencies: Mapping[str, Agency]
    words: Words = field(factory=Words)
    keywords: Mapping[str, Sequence[str]] = field(factory=dict)

    @cached_property
    def _entries(self) -> Sequence[tuple[Resource, Sequence[_Phrase]]]:
        return [(entry, list(self._phrases_of(entry))) for entry in self.resources]

    @cached_property
    def _having(self) -> Mapping[str, Sequence[tuple[int, _Phrase]]]:
        """The phrases by each of their words, and by all of them without blanks."""
        found: dict[str, dict[int, tuple[int, _Phrase]]] = {}
        for number, (_, phrases) in enumerate(self._entries):
            for phrase in phrases:
                for word in (*phrase.words, phrase.joined):
                    found.setdefault(word, {})[id(phrase)] = number, phrase
        return {word: tuple(phrases.values()) for word, phrases in found.items()}

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        """What each word says: less, the more entries have it."""
        having = Counter(
            word
            for _, phrases in self._entries
            for word in {word for phrase in phrases for word in phrase.words}
        )
        return {word: 1 / (1 + log(1 + times / 3)) for word, times in having.items()}

    def answers(self, text: str) -> list[Found]:
        """What `text` may mean, the best first; nothing that is far behind that."""
        asked = self.words.that_matter(text)
        near = {word: self._near(word, is_last=word == asked[-1]) for word in asked}
        heard = {word: _LIGHT if word in self.words.light else 1.0 for word in asked}
        weights = {word: self._weight(near[word]) for word in asked}
        every = self.words.of(text)
        query = _Query(
            every,
            "".join(every),
            near,
            {word: weight * heard[word] for word, weight in weights.items()},
            {
                word: (max(weight, _LEFT_OUT) if near[word] else weight) * heard[word]
                for word, weight in weights.items()
            },
        )
        found = [
            self._rated(query, self._entries[number][0], phrases)
            for number, phrases in self._touched_by(query).items()
        ]
        best = max((one.score for one in found), default=0.0)
        enough = _CLOSE if any(one.whole > 1 for one in found) else _ENOUGH
        chosen = [one for one in found if one.score > 0 and one.score >= enough * best]
        chosen.sort(key=_rank)
        others = self.words.are_others(text)
        return [evolve(one, others_words=True) for one in chosen] if others else chosen

    def _touched_by(self, query: _Query) -> Mapping[int, Sequence[_Phrase]]:
        """The phrases with a word that is near to one that was asked for, by their entries."""
        found: dict[int, dict[int, _Phrase]] = {}
        for word in chain(*query.near.values(), [query.joined]):
            for number, phrase in self._having.get(word, ()):
                found.setdefault(number, {})[id(phrase)] = phrase
        return {number: tuple(phrases.values()) for number, phrases in found.items()}

    def _near(self, asked: str, *, is_last: bool) -> Mapping[str, float]:
        """The words of all entries that are near to one that was asked for, and how near.

        Only one that nobody has may be mistyped, and only the last may be begun.
        """
        is_known = asked in self._weights
        near = {
            word: nearness(asked, word, may_slip=not is_known, begun=is_last and not is_known)
            for word in self._like(asked, may_slip=not is_known)
        }
        if not is_known:  # its family may be, or it is mistyped for one that is as good as another
            for word in self._families.get(family_of(asked), ()):
                near[word] = max(near.get(word, 0.0), FAMILY)
            for word, known in self.words.same.items():
                if known in self._weights:
                    near[known] = max(near.get(known, 0.0), nearness(asked, word))
        return {word: value for word, value in near.items() if value > 0}

    def _like(self, asked: str, *, may_slip: bool) -> AbstractSet[str]:
        """The words of all entries that can be near to `asked`: not many of them."""
        found = {*self._singulars.get(singular_of(asked), ())}
        if asked.isascii():
            found.update(word for word in self._weights if asked in word)
        else:
            found.update(word for word in self._weights if not word.isascii())
        if may_slip:
            found.update(self._by_letter.get(asked[:1], ()))
        return found

    @cached_property
    def _singulars(self) -> Mapping[str, Sequence[str]]:
        return _grouped(self._weights, singular_of)

    @cached_property
    def _by_letter(self) -> Mapping[str, Sequence[str]]:
        return _grouped(self._weights, lambda word: word[:1])

    @cached_property
    def _families(self) -> Mapping[str, Sequence[str]]:
        return _grouped(self._weights, family_of)

    def _weight(self, near: Mapping[str, float]) -> float:
        """What a word that was asked for says: as much as the nearest known one."""
        if not near:
            return _UNKNOWN
        best = max(near.values())
        return max(self._weights[word] for word, value in near.items() if value == best)

    def _rated(self, query: _Query, entry: Resource, phrases: Sequence[_Phrase]) -> Found:
        best, whole = 0.0, 0
        apart = dict.fromkeys(query.near, 0.0)
        for phrase in phrases:
            values = {
                word: max((near.get(one, 0.0) for one in phrase.words), default=0.0)
                for word, near in query.near.items()
            }
            for word, value in values.items():
                apart[word] = max(apart[word], value * phrase.worth)
            said = self._said(phrase, query)
            score = phrase.worth * (_ASKED * query.share(values) + _SAID * said)
            same = int(phrase.full and min(values.values()) >= _SAME and said >= _SAME)
            same += phrase.full and phrase.every == query.every
            if phrase.full and phrase.joined == query.joined:  # "DOBNOW", "e-vital"
                same, score = 2, 1.0
            if (same, score) > (whole, best):
                best, whole = score, same
        gathered = _APART * query.share(apart)
        if best < _LEAST_IN_ONE:  # what only many phrases have together may be chance
            gathered = min(gathered, _STRONG - 0.01)
        score = max(best, gathered)
        return Found(entry, score * (_RETIRED if entry.status is Status.RETIRED else 1), whole)

    def _said(self, phrase: _Phrase, query: _Query) -> float:
        """How much of a phrase was asked for."""
        weights = {word: self._weights[word] for word in phrase.words}
        got = (
            max(near.get(word, 0.0) for near in query.near.values()) * weight
            for word, weight in weights.items()
        )
        return sum(got) / sum(weights.values())

    def _phrases_of(self, entry: Resource) -> Iterator[_Phrase]:
        agency = self.agencies.get(entry.agency)
        own = entry.category == _SITE
        for name in entry.names:
            yield from self._phrase(name, _NAME, full=True)
        for name in (*entry.keywords, *self.keywords.get(entry.id, ())):
            yield from self._phrase(name, _KEYWORD, full=True)
        yield from self._phrase(entry.id, _ID)
        if agency is not None and own:
            for name in (agency.name, *agency.former_names):
                yield from self._phrase(name, _OF_ITS_BODY, full=True)
            for name in (agency.acronym, *agency.former_acronyms):
                yield from self._phrase(name, _OF_ITS_BODY, full=True)
        elif agency is not None:
            yield from self._phrase(f"{agency.acronym} {agency.name}", _AGENCY)
        yield from self._phrase(f"{entry.category} {entry.description}", _DESCRIPTION)

    def _phrase(self, text: str, worth: float, *, full: bool = False) -> Iterator[_Phrase]:
        words = self.words.that_matter(text)
        if words:
            every = self.words.of(text)
            yield _Phrase(every, words, worth, full, "".join(every))


def _grouped(words: Iterable[str], by: Callable[[str], str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(by(word), []).append(word)
    return found


def _rank(one: Found) -> tuple[object, ...]:
    return (-one.whole, -round(one.score, 2), len(one.resource.name), one.resource.id)


def search(
    text: str, resources: Iterable[Resource], agencies: Mapping[str, Agency]
) -> list[Resource]:
    """The resources that `text` may mean, the best first; weak ones where there are no others."""
    found = Search(tuple(resources), agencies).answers(text)
    strong = [one.resource for one in found if not one.weak]
    return strong or [one.resource for one in found]
