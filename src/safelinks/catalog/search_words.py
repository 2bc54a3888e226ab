"""The words of a search: what is one, which are as good as the same, and how near two are.

It knows how people write words, in any language, not what a catalog is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Words", "nearness"]

_WORD = pattern_of(r"[^\W_]+")
_JOINED = pattern_of(r"(?<=\w)[’'](?=\w)|(?<=\b\w)[/.&+](?=\w)")  # fire's, M/WBE, H+H
_SHORTEST_START, _SHORTEST_PART, _SHORTEST_TYPO = 2, 3, 4  # letters
_SHORTEST_PLURAL = 5  # of shorter ones, an "s" is a part: DCAS, MOCS
_LONG = 8  # letters; such a word may have two slips
# How near words are that are not the same.
_PLURAL, _START, _WITHIN, _SLIP, _SLIPS, _PART = 0.97, 0.8, 0.9, 0.75, 0.65, 0.5
_PLURALS = (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("s", ""))
_NO_PLURALS = ("ss", "us", "is")


@frozen
class Words:
    """How texts become words: the `small` ones say nothing, those that are the `same` are one.

    >>> Words().of("Fire's M/WBE Café")
    ['fires', 'mwbe', 'cafe']
    """

    small: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(factory=dict)

    def of(self, text: str) -> list[str]:
        """The words of `text`, folded, in order."""
        text = _JOINED.sub("", text)
        if not text.isascii():  # marks are parts of letters: accents, vowel signs
            marked = unicodedata.normalize("NFKD", text)
            text = "".join(char for char in marked if unicodedata.category(char)[0] != "M")
        return [self.same.get(word, word) for word in _WORD.findall(text.casefold())]

    def that_matter(self, text: str) -> list[str]:
        """The words of `text` once each, without small ones, unless there are no others."""
        every = dict.fromkeys(self.of(text))
        return [word for word in every if word not in self.small] or list(every)


def nearness(asked: str, word: str) -> float:
    """How near a `word` is to what was `asked`: 1 for the same, 0 for none."""
    if asked == word:
        return 1.0
    if _singular(asked) == _singular(word):
        return _PLURAL
    if len(asked) >= _SHORTEST_START and word.startswith(asked):
        return _START
    if not asked.isascii() and len(asked) >= _SHORTEST_START:  # scripts without blanks
        if asked in word or (len(word) >= _SHORTEST_START and word in asked):
            return _WITHIN
    elif len(asked) >= _SHORTEST_PART and asked in word:
        return _PART
    return _slips(asked, word)


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or word.endswith(_NO_PLURALS):
        return word
    for ending, instead in _PLURALS:
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
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
