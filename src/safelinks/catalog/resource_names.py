"""Names of resources in running text: whole words, the longest name first.

It knows how names are written, not what a text is about. A name of one word, such as PIP, is one
only as it is: "zap" and "passport" are words. Of several words, those that begin with a capital do
so in the text, or are all in capitals, as in headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress, count, islice

from attrs import field

from safelinks.catalog.entries import Resource
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["Mention", "Names", "names_of"]

_WORD = pattern_of(r"\w+")
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


_Name = tuple[list[str], str, str]  # its words, as they are compared, and the id of the resource
_Candidate = tuple[int, list[tuple[str, str]]]  # a word of a text, and what begins with it


def names_of(resources: Iterable[Resource]) -> dict[str, dict[str, str]]:
    """All names of `resources`, each with the id, the longest first: by their first word."""
    entries = tuple(resources)
    named: dict[str, str] = {}
    for entry in entries:
        named.setdefault(entry.name, entry.id)
    for entry in entries:
        for name in entry.aliases:
            named.setdefault(name, entry.id)
    found: dict[str, dict[str, str]] = {}
    for name in sorted(named, key=len, reverse=True):
        first = _WORD.search(name)
        if first is not None:
            found.setdefault(first[0].casefold(), {})[name] = named[name]
    return found


@define
class Names:
    """Finds the names of `resources` in texts: all that are `named`, as `names_of` gives them.

    The words of those that begin alike are taken when a text has the first of them.
    """

    resources: Mapping[str, Resource]
    named: Mapping[str, Mapping[str, str]]
    _rows: dict[str, dict[str | None, list[_Name]]] = field(factory=dict, init=False)

    def may_be_in(self, text: str) -> bool:
        """Whether any stretch of `text` may name a resource, which is a look at all of it at once.

        It may only say yes too often.
        """
        return any(self._may_be_in(text[begin : stop + _OVERLAP]) for begin, stop in _pieces(text))

    def _may_be_in(self, text: str) -> bool:
        candidates, words = self._candidates_in(text)
        spans = _spans_of(words, candidates)
        return any(
            _end_of(name, words, spans, at) is not None
            for at, names in candidates
            for name, _ in names
        )

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
        spans = _spans_of(words, candidates)
        for at, names in candidates:
            start = spans[at][0]
            for name, ident in names if start >= end else ():
                stop = _end_of(name, words, spans, at)
                if stop is not None:
                    end = stop
                    yield Mention(self.resources[ident], start, end)
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
        for at in compress(count(), map(self.named.__contains__, folded)):
            names = [
                (name, ident)
                for wanted, name, ident in self._begun_by(folded, at)
                if folded[at : at + len(wanted)] == wanted
            ]
            if names:
                yield at, names

    def _begun_by(self, folded: list[str], at: int) -> Sequence[_Name]:
        """The names that a word of a text and the next one begin, the longest first."""
        rows = self._rows.get(folded[at])
        if rows is None:
            rows = self._rows[folded[at]] = _by_next_word(self.named[folded[at]])
        following = folded[at + 1] if at + 1 < len(folded) else None
        return rows.get(following) or rows.get(None) or ()


def _by_next_word(named: Mapping[str, str]) -> dict[str | None, list[_Name]]:
    """Names that begin alike by their next word; those of one word are among all, and alone."""
    split = [([word.casefold() for word in _WORD.findall(name)], name) for name in named]
    following = {words[1] if len(words) > 1 else None for words, _ in split}
    return {
        word: [
            (words, name, named[name])
            for words, name in split
            if len(words) < 2 or words[1] == word
        ]
        for word in following
    }


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


def _spans_of(text: str, candidates: Iterable[_Candidate]) -> list[tuple[int, int]]:
    """Where the words of `text` stand, up to the last one that is in a candidate."""
    ends = (at + len(_spelling(name)[0]) for at, names in candidates for name, _ in names)
    return [word.span() for word in islice(_WORD.finditer(text), max(ends, default=0))]


def _end_of(name: str, text: str, spans: Sequence[tuple[int, int]], at: int) -> int | None:
    """Where `name` ends whose first word is that at ``spans[at]``; None if it is spelt otherwise.

    That the words are the same but for their case is known.
    """
    words, gaps, closed = _spelling(name)
    end = -1
    for number, word in enumerate(words, at):
        start, stop = spans[number]
        if end >= 0 and not _is_gap(gaps[number - at - 1], text[end:start]):
            return None
        if text[start:stop] != word and not (gaps and _is_spelt(word, text[start:stop])):
            return None
        end = stop
    if closed:
        return end + 1 if text.startswith(")", end) and not _WORD.match(text, end + 1) else None
    return end


@lru_cache(maxsize=4096)
def _spelling(name: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The words of a name, what stands between and behind them, and whether a bracket ends it.

    The name of one word has nothing behind it. A closing bracket belongs to the name; whatever else
    it ends with is punctuation.
    """
    words = list(_WORD.finditer(name))
    ends = [*(word.start() for word in words[1:]), len(name.rstrip())]
    gaps = tuple(name[word.end() : end] for word, end in zip(words, ends, strict=True))
    return tuple(word[0] for word in words), tuple(filter(None, gaps)), gaps[-1] == ")"


def _is_spelt(word: str, written: str) -> bool:
    """Whether a word of a longer name is `written` in capitals, or if it is small, in any case."""
    if not word.islower():
        return written == word.upper()
    if written.isascii():
        return written.lower() == word
    return re.fullmatch(re.escape(word), written, re.IGNORECASE) is not None


def _is_gap(gap: str, written: str) -> bool:
    """Whether what is `written` between two words is a `gap`, which a line may end in."""
    if gap.isspace():
        return written.isspace() and written.count("\n") < 2
    return written == gap or _between(gap).fullmatch(written) is not None


@lru_cache(maxsize=1024)
def _between(gap: str) -> re.Pattern[str]:
    """What stands between two words: the same signs, with white space wherever there is some."""
    signs = "".join(_sign(char) for char in gap.strip())
    before = _SPACE if gap[0].isspace() else ""
    behind = _SPACE if gap[-1].isspace() else ""
    return pattern_of(f"{before}{signs}{behind}")


def _sign(char: str) -> str:
    if char.isspace():
        return _SPACE
    return f"[{_APOSTROPHES}]" if char in _APOSTROPHES else re.escape(char)
