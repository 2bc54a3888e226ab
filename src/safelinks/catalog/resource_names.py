"""Names of resources in running text: whole words, the longest name first.

It knows how names are written, not what a text is about. A name of one word, such as PIP, is one
only as it is: "zap" and "passport" are words. Of several words, those that begin with a capital do
so in the text, or are all in capitals, as in headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import compress, count, islice

from attrs import field

from safelinks.catalog.entries import Resource
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["Mention", "Names"]

_WORD = pattern_of(r"\w+")
_APART = pattern_of(r"\W+")
# Begins where no scheme could begin earlier, or long runs of letters and dots took quadratic time.
_ADDRESS = pattern_of(
    r"(?:(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}://|\bwww\.|\bmailto:)[^\s<>\"]+", re.IGNORECASE
)
_PIECE = 1_000_000  # characters: the words of a text take ten times its memory
_OVERLAP = 10_000  # characters that a name may reach into the next piece: many times the longest
# What is in every address, at most so many characters behind its beginning.
_SIGNS = ("://", "www.", "mailto:")
_SIGN = pattern_of(r"://|www\.|mailto:", re.IGNORECASE)
_FARTHEST_SIGN = 31
# What stands for each byte, of which only the first half is used: its small letter, or a blank.
_ASCII = map(chr, range(128))
_WORDS_OF_ASCII = bytes(
    ord(char.lower() if char.isalnum() or char == "_" else " ") for char in _ASCII
).ljust(256)
_SPACE = r"[^\S\n]*(?:\n[^\S\n]*)?"  # of a line, or to the next one: a paragraph ends a name
_APOSTROPHES = "'’‘ʼ"


@frozen
class Mention:
    """A resource that is named at ``text[start:end]``."""

    resource: Resource
    start: int
    end: int


_Name = tuple[list[str], str, Resource]  # its words, as they are compared
_Candidate = tuple[int, list[tuple[str, Resource]]]  # a word of a text, and what begins with it


@define
class Names:
    """All names of `resources`, the longest first: by their first word, and by the next one too.

    Those of one word are also among those that begin with it and another.
    """

    resources: Iterable[Resource]
    _rows: dict[tuple[str, ...], list[_Name]] = field(init=False)
    _first: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        named: dict[str, Resource] = {}
        for entry in self.resources:
            named.setdefault(entry.name, entry)
        for entry in self.resources:
            for name in entry.aliases:
                named.setdefault(name, entry)
        rows: dict[tuple[str, ...], dict[str, _Name]] = {}
        longest_first = sorted(named, key=len, reverse=True)
        for name in longest_first:
            words = [word.casefold() for word in _WORD.findall(name)]
            rows.setdefault(tuple(words[:2]), {})[name] = (words, name, named[name])
        self._first = frozenset(pair[0] for pair in rows if pair)
        self._rows = {}
        order = {name: number for number, name in enumerate(longest_first)}
        for pair, those in rows.items():
            both = those | rows.get(pair[:1], {})
            self._rows[pair] = [both[name] for name in sorted(both, key=order.__getitem__)]

    def may_be_in(self, text: str) -> bool:
        """Whether any stretch of `text` may name a resource, which is a look at all of it at once.

        It may only say yes too often.
        """
        return any(self._may_be_in(text[begin : stop + _OVERLAP]) for begin, stop in _pieces(text))

    def _may_be_in(self, text: str) -> bool:
        candidates, words = self._candidates_in(text)
        return any(_pattern(name).search(words) for _, names in candidates for name, _ in names)

    def found_in(self, text: str) -> Iterator[Mention]:
        """The resources that `text` names, in order; addresses in it name none."""
        end = 0
        for begin, stop in _pieces(text):
            piece = text[begin : stop + _OVERLAP] if stop < len(text) else text[begin:]
            for mention in self._found_in(piece, end - begin):
                start = begin + mention.start
                if start < stop:
                    end = begin + mention.end
                    yield Mention(mention.resource, start, end)

    def _found_in(self, text: str, end: int) -> Iterator[Mention]:
        """The resources that `text` names, the first not before `end`."""
        candidates, words = self._candidates_in(text)
        if not candidates:
            return
        upto = islice(_WORD.finditer(words), candidates[-1][0] + 1)  # the last one that is needed
        starts = [word.start() for word in upto]
        for at, names in candidates:
            start = starts[at]
            for name, entry in names if start >= end else ():
                match = _pattern(name).match(words, start)
                if match is not None:
                    end = match.end()
                    yield Mention(entry, start, end)
                    break

    def _candidates_in(self, text: str) -> tuple[list[_Candidate], str]:
        """The names whose words `text` has, and `text` without the addresses in it."""
        candidates = self._candidates(_folded(text))
        first = next(candidates, None)
        if first is None:  # which spares most texts a look for addresses
            return [], text
        words = _without_addresses(text)
        if words is text:
            return [first, *candidates], text
        return list(self._candidates(_folded(words))), words

    def _candidates(self, folded: list[str]) -> Iterator[_Candidate]:
        for at in compress(count(), map(self._first.__contains__, folded)):
            pair = tuple(folded[at : at + 2])
            begun = self._rows.get(pair) or self._rows.get(pair[:1]) or ()
            names = [
                (name, entry)
                for wanted, name, entry in begun
                if folded[at : at + len(wanted)] == wanted
            ]
            if names:
                yield at, names


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of `text` begin and end that are looked at together: not too many."""
    begin = 0
    while begin + _PIECE < len(text):
        stop = text.rfind("\n", begin, begin + _PIECE) + 1
        if not stop:
            stop = text.find("\n", begin) + 1 or len(text)
        yield begin, stop
        begin = stop
    if begin < len(text):
        yield begin, len(text)


def _folded(text: str) -> list[str]:
    """The words of `text`, as they are compared."""
    if text.isascii():  # as most are: a table of bytes is faster than a pattern
        return text.encode("ascii").translate(_WORDS_OF_ASCII).decode("ascii").split()
    return [word.casefold() for word in _WORD.findall(text)]


def _without_addresses(text: str) -> str:
    """`text` with blanks in the place of addresses, which are looked for where they may be."""
    pieces = []
    at = 0
    for sign in _signs_in(text):
        if sign >= at:
            address = _ADDRESS.search(text, max(at, sign - _FARTHEST_SIGN))
            if address is None:
                break
            pieces += [text[at : address.start()], " " * len(address[0])]
            at = address.end()
    return "".join([*pieces, text[at:]]) if pieces else text


def _signs_in(text: str) -> list[int]:
    """Where in `text` something stands that every address has."""
    if not text.isascii():
        return [match.start() for match in _SIGN.finditer(text)]
    lower = text.lower()
    found = []
    for sign in _SIGNS:
        at = lower.find(sign)
        while at >= 0:
            found.append(at)
            at = lower.find(sign, at + 1)
    return sorted(found)


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
