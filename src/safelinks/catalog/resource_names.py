"""Names of resources in running text: whole words, the longest name first.

It knows how names are written, not what a text is about. A name of one word, such as PIP, is one
only as it is: "zap" and "passport" are words. Of several words, those that begin with a capital do
so in the text, or are all in capitals, as in headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from attrs import field

from safelinks.catalog.entries import Resource
from safelinks.patterns import pattern_of
from safelinks.values import define, frozen

__all__ = ["Mention", "Names"]

_WORD = pattern_of(r"\w+")
_APART = pattern_of(r"\W+")
# Begins where no scheme could begin earlier, or long runs of letters and dots took quadratic time.
_ADDRESS = pattern_of(
    r"(?:(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}://|\bwww\.|\bmailto:)[^\s<>\"]+", re.IGNORECASE
)
_SPACE = r"[^\S\n]*(?:\n[^\S\n]*)?"  # of a line, or to the next one: a paragraph ends a name
_APOSTROPHES = "'’‘ʼ"


@frozen
class Mention:
    """A resource that is named at ``text[start:end]``."""

    resource: Resource
    start: int
    end: int


@define
class Names:
    """All names of `resources`, by their first words."""

    resources: Iterable[Resource]
    _by_first: Mapping[str, list[tuple[list[str], str, Resource]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        named: dict[str, Resource] = {}
        for entry in self.resources:
            named.setdefault(entry.name, entry)
        for entry in self.resources:
            for name in entry.aliases:
                named.setdefault(name, entry)
        self._by_first = {}
        for name in sorted(named, key=len, reverse=True):
            folded = [word.casefold() for word in _WORD.findall(name)]
            if folded:
                self._by_first.setdefault(folded[0], []).append((folded, name, named[name]))

    def found_in(self, text: str) -> Iterator[Mention]:
        """The resources that `text` names, in order; addresses in it name none."""
        words = _ADDRESS.sub(lambda match: " " * len(match[0]), text)
        end = 0
        for word in _WORD.finditer(words):
            if word.start() < end:
                continue
            for wanted, name, entry in self._by_first.get(word[0].casefold(), ()):
                following = islice(_WORD.finditer(words, word.start()), len(wanted))
                if [one[0].casefold() for one in following] != wanted:
                    continue  # which spares a pattern, and making it
                match = _pattern(name).match(words, word.start())
                if match is not None:
                    end = match.end()
                    yield Mention(entry, word.start(), end)
                    break


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern for `name`, from its first word on."""
    first = _WORD.search(name)
    name = name[first.start() if first else 0 :].strip()
    alone = _APART.search(name) is None
    pieces = []
    end = 0
    for word in _WORD.finditer(name):
        pieces.append(_between(name[end : word.start()]) if end else "")
        pieces.append(re.escape(word[0]) if alone else _spelt(word[0]))
        end = word.end()
    # A closing bracket belongs to the name; whatever else it ends with is punctuation.
    closing = "[)]" if name[end:] == ")" else ""
    return pattern_of(rf"(?<!\w){''.join(pieces)}{closing}(?!\w)")


def _between(gap: str) -> str:
    """What stands between two words: the same signs, with white space wherever there is some."""
    signs = "".join(_sign(char) for char in gap.strip())
    if not signs:
        return rf"(?=\s){_SPACE}"
    before = _SPACE if gap[0].isspace() else ""
    behind = _SPACE if gap[-1].isspace() else ""
    return f"{before}{signs}{behind}"


def _sign(char: str) -> str:
    if char.isspace():
        return _SPACE
    return f"[{_APOSTROPHES}]" if char in _APOSTROPHES else re.escape(char)


def _spelt(word: str) -> str:
    """How a word of a longer name may be spelt: as it is, or all in capitals."""
    if word.islower():
        return f"(?i:{re.escape(word)})"
    return f"(?:{re.escape(word)}|{re.escape(word.upper())})"
