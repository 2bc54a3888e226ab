"""The characters of an RTF document: as they stand, escaped, in octets, in UTF-16 code units.

It collects the pieces of one passage, and what each of them means. Each is as long as what has to
go when its character goes: the fallback for readers that do not know Unicode is part of it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

from safelinks.foundation.patterns import pattern_of

__all__ = ["Characters"]

_RUNS = pattern_of(r"[\x00-\x7f]+|[^\x00-\x7f]+")
_LOST = "\ufffd"


class Characters:
    """The characters of a passage of `text`; `hear` is told of each stretch of them.

    What it hears has surrogates where the document has them.
    """

    def __init__(self, text: str, hear: Callable[[str], None]) -> None:
        self.glued: tuple[int, int] | None = None  # a control word with no space behind it
        self._text = text
        self._hear = hear
        self._pieces: list[tuple[int, int]] = []
        self._meanings: dict[int, str] = {}
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}
        self._lead: int | None = None  # where a character of several octets begins
        self._high: tuple[int, int] | None = None  # where a high surrogate stands, and which
        self._to_skip = 0  # of what is written for readers that do not know Unicode

    @property
    def count(self) -> int:
        """How many pieces have been collected."""
        return len(self._pieces)

    def taken(self) -> tuple[tuple[tuple[int, int], ...], dict[int, str]]:
        """The pieces that have been collected, and what they mean; it begins anew."""
        self.end()
        self._high = None
        if not self._pieces:
            return (), {}
        taken = tuple(self._pieces), self._meanings
        self._pieces, self._meanings = [], {}
        return taken

    def end(self) -> None:
        """Whatever is half read does not go on: a control word or a brace stands there.

        By the specification such a word may itself be the fallback of a character. Then a writer
        that leaves the fallback out would lose a paragraph; so none is taken for one.
        """
        self._to_skip = 0
        self.glued = None
        if self._lead is not None:
            for decoder in self._decoders.values():
                decoder.reset()
            self._lead = None

    def plain(self, start: int, end: int, codec: str) -> None:
        """Text as it stands."""
        if self._to_skip:
            count = min(self._to_skip, end - start)
            self._fall_back(start + count, count)
            start += count
            if start == end:
                return
        text = self._text
        whole = text[start:end]
        if self._lead is None and self.glued is None and whole.isascii():
            self._piece(start, end, whole)
            return
        at = start
        if self._lead is not None or self.glued is not None:
            self.octet(ord(text[at]), at, at + 1, codec)
            at += 1
        for match in _RUNS.finditer(text, at, end):
            at = match.start()
            if self._lead is not None or not match[0].isascii():
                stop = match.end() if not match[0].isascii() else at + 1
                for one in range(at, stop):
                    self.octet(ord(text[one]), one, one + 1, codec)
                at = stop
            if at < match.end():
                self._piece(at, match.end(), text[at : match.end()])

    def special(self, start: int, end: int, char: str) -> None:
        """A control symbol or word that stands for a character."""
        if self._to_skip:
            self._fall_back(end)
        else:
            self._add(start, end, char)

    def octet(self, octet: int, start: int, end: int, codec: str) -> None:
        """One octet of text in a code page."""
        if self._to_skip:
            self._fall_back(end)
            return
        decoder = self._decoders.get(codec)
        if decoder is None:
            decoder = self._decoders[codec] = codecs.getincrementaldecoder(codec)("replace")
        meant = decoder.decode(bytes((octet,)))
        begin = start if self._lead is None else self._lead
        if meant:
            self._lead = None
            self._add(begin, end, meant)
        else:
            self._lead = begin

    def unit(self, unit: int, start: int, end: int, fallback: int) -> None:
        """A UTF-16 code unit: a character, or half of one; `fallback` more stand for it."""
        high = self._high
        meant = _LOST if 0xD800 <= unit < 0xE000 else chr(unit)
        if high is not None and 0xDC00 <= unit < 0xE000:
            self._meanings[high[0]] = chr(0x10000 + ((high[1] - 0xD800) << 10) + unit - 0xDC00)
            meant = ""
        self._add(start, end, meant, chr(unit))
        if 0xD800 <= unit < 0xDC00:
            self._high = self._pieces[-1][0], unit
        self._to_skip = fallback

    def _fall_back(self, end: int, count: int = 1) -> None:
        """What ends at `end` belongs to the character before it."""
        self._to_skip -= count
        self._pieces[-1] = self._pieces[-1][0], end

    def _add(self, start: int, end: int, meant: str, said: str | None = None) -> None:
        """One character that is written in another way."""
        self._to_skip = 0
        if self.glued is not None and self.glued[1] == start:
            start = self.glued[0]
        self._meanings[start] = meant
        self._piece(start, end, meant if said is None else said)

    def _piece(self, start: int, end: int, said: str) -> None:
        self.glued = self._high = None
        self._pieces.append((start, end))
        self._hear(said)
