"""The words of a search: what is one, which are as good as the same, and how near two are.

It knows how people write words, in any language, not what a catalog is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["FAMILY", "Words", "family_of", "folded", "nearness", "singular_of"]

_WORD = pattern_of(r"[^\W_]+")
_JOINED = pattern_of(r"(?<=\w)[’'](?=\w)|(?<=\b\w)[/.&+](?=\w)")  # fire's, M/WBE, H+H
_SHORTEST_START, _SHORTEST_PART, _SHORTEST_TYPO = 2, 3, 4  # letters
_SHORTEST_PLURAL = 5  # of shorter ones, an "s" is a part: DCAS, MOCS
_LONG = 8  # letters; such a word may have two slips
# How near words are that are not the same.
_PLURAL, _START, _WITHIN, _SLIP, _SLIPS, _PART = 0.97, 0.8, 0.9, 0.75, 0.65, 0.5
FAMILY = 0.6  # of words of one family
_SHORTEST_STEM = 4  # letters
# What makes one word of another in English: "visitor" and "visit", "composting" and "compost".
_ENDINGS = (
    "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "er", "ors", "or",
    "ed", "es", "s", "e",
)  # fmt: skip
# Chinese, whose words are not parted; two have much in common with so many of their characters.
_HAN = pattern_of(r"[\u3400-\u9fff]{3,}")
_MUCH = 0.7
_PLURALS = (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("s", ""))
_NO_PLURALS = ("ss", "us", "is")


@frozen
class Words:
    """How texts become words: the `small` ones say nothing, those that are the `same` are one.

    What is `light` says little of what is looked for: "find", "old", "today". Each of `others` is
    what somebody else has: words that together mean it, such as "driver" and "license".

    >>> Words().of("Fire's M/WBE Café")
    ['fires', 'mwbe', 'cafe']
    """

    small: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(factory=dict)
    light: frozenset[str] = frozenset()
    others: tuple[frozenset[str], ...] = ()

    def of(self, text: str) -> list[str]:
        """The words of `text`, folded, in order."""
        return [self.same.get(word, word) for word in _WORD.findall(folded(text))]

    def that_matter(self, text: str) -> list[str]:
        """The words of `text` once each, without small ones, unless there are no others."""
        every = dict.fromkeys(self.of(text))
        return [word for word in every if word not in self.small] or list(every)

    def are_others(self, text: str) -> bool:
        """Whether `text` is about what somebody else has."""
        words = {singular_of(word) for word in self.of(text)}
        return any(theirs <= words for theirs in self.others)


def folded(text: str) -> str:
    """`text` in lower case, without accents and without what joins letters to one word."""
    text = _JOINED.sub("", text)
    if not text.isascii():  # marks are parts of letters: accents, vowel signs
        marked = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in marked if unicodedata.category(char)[0] != "M")
    return text.casefold()


def nearness(asked: str, word: str, *, may_slip: bool = True, begun: bool = True) -> float:
    """How near a `word` is to what was `asked`: 1 for the same, 0 for none.

    With `may_slip`, it may be mistyped; only with `begun` is its beginning more than a part of it.
    """
    if asked == word:
        return 1.0
    if singular_of(asked) == singular_of(word):
        return _PLURAL
    if len(asked) >= _SHORTEST_START and word.startswith(asked):
        return _START if begun or not asked.isascii() else _PART
    near = _within(asked, word)
    return _slips(asked, word) if may_slip and not near else near


def _within(asked: str, word: str) -> float:
    """How near two words are of which one is in the other, or of the same characters."""
    if asked.isascii():
        return _PART if len(asked) >= _SHORTEST_PART and asked in word else 0.0
    if len(asked) < _SHORTEST_START:
        return 0.0
    if asked in word or (len(word) >= _SHORTEST_START and word in asked):  # there may be no blanks
        return _WITHIN
    return _in_common(asked, word) if _HAN.fullmatch(asked) and _HAN.fullmatch(word) else 0.0


@lru_cache(maxsize=16_384)
def singular_of(word: str) -> str:
    """An English word without the ending of its plural; itself, if it has none."""
    if len(word) < _SHORTEST_PLURAL or word.endswith(_NO_PLURALS):
        return word
    for ending, instead in _PLURALS:
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word


def _in_common(one: str, other: str) -> float:
    """How near two Chinese words are by their characters; 0 where they have not much in common."""
    share = 2 * len({*one} & {*other}) / (len({*one}) + len({*other}))
    return _PLURAL * share if share >= _MUCH else 0.0


def family_of(word: str) -> str:
    """What all words of a family begin with: ``compost`` of ``composting``; itself, if unsure.

    >>> family_of("visitors"), family_of("planning"), family_of("tow")
    ('visit', 'plan', 'tow')
    """
    for ending in _ENDINGS if word.isascii() else ():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            doubled = stem[-1] == stem[-2] and len(stem) > _SHORTEST_STEM
            return stem[:-1] if doubled else stem
    return word


def _slips(asked: str, word: str) -> float:
    """How near two words are of which one is mistyped, but for its first letter."""
    shorter, longer = sorted((len(asked), len(word)))
    most = 2 if shorter >= _LONG else 1
    if shorter < _SHORTEST_TYPO or longer - shorter > most or asked[0] != word[0]:
        return 0.0
    distance = _distance(asked, word, most)
    return (0.0, _SLIP, _SLIPS)[distance] if 0 < distance <= most else 0.0


def _distance(one: str, other: str, most: int) -> int:
    """How many letters are missing, too many, others or have changed places; at most, one more."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, char in enumerate(one, start=1):
        line = [row]
        for column, letter in enumerate(other, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (char != letter))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == letter:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return last[-1]
