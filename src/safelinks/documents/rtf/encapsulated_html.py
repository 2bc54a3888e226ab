"""HTML that stands encapsulated in RTF, as Outlook keeps it ([MS-OXRTFEX], section 2.1.3).

What is in groups of ``htmltag`` and what is text outside of them make up the HTML, in order; what
is between ``htmlrtf`` and ``htmlrtf0`` is for readers of RTF only.
"""

from __future__ import annotations

import re

from attrs import evolve

from safelinks.documents.rtf.rtf_characters import Characters
from safelinks.documents.rtf.rtf_tokens import (
    RTF_CHARACTERS,
    SYMBOLS,
    Fonts,
    rtf_tokens,
    skipped,
    unsigned,
)
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["html_in", "is_of_text"]

_HEAD_LENGTH = 2_000  # the word is among the first ten tokens (section 2.1.3.1), rarely later
_FROM_HTML = pattern_of(r"\\fromhtml1(?![0-9])")
_FROM_TEXT = pattern_of(r"\\fromtext(?![a-z])")
_HTML_TAG = pattern_of(r"[\r\n]*\\htmltag(?![a-z])")
_HIDDEN = {"colortbl", "stylesheet", "info", "pict", "pntext", "mhtmltag"}
_LINES = {"par": "\r\n", "line": "\r\n"}


def html_in(text: str) -> str | None:
    """The HTML in an RTF document; None where it encapsulates none."""
    if not _FROM_HTML.search(text, 0, _HEAD_LENGTH):
        return None
    return _Unpacker(text).html()


def is_of_text(text: str) -> bool:
    """Whether an RTF document is nothing but plain text in disguise."""
    return _FROM_TEXT.search(text, 0, _HEAD_LENGTH) is not None


@define
class _HtmlGroup:
    """What holds within a group, and ends with it."""

    suppressed: bool = False
    fallback: int = 1
    codec: str = ""


class _Unpacker:
    """The state of the one pass over a document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[str] = []
        self._characters = Characters(text, self._out.append)
        self._fonts = Fonts()
        self._group = _HtmlGroup()
        self._outer: list[_HtmlGroup] = []

    def html(self) -> str:
        """All of the HTML."""
        position = 0
        while position < len(self._text):
            for token in rtf_tokens(self._text, position):
                if self._token(token):
                    position = skipped(self._text, token.end())
                    break
            else:
                break
        joined = "".join(self._out)
        return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _token(self, token: re.Match[str]) -> bool:
        """Whether the group is to be skipped."""
        kind = token.lastgroup
        if kind == "brace":
            self._brace(token[0])
        elif token["word"] is not None:
            return self._word(token["word"], token)
        elif kind == "symbol" and token["symbol"] == "*":
            return _HTML_TAG.match(self._text, token.end()) is None
        elif not self._group.suppressed:
            self._character(kind, token)
        return False

    def _brace(self, brace: str) -> None:
        self._characters.taken()  # of no use here
        if brace == "{":
            self._outer.append(self._group)
            self._group = evolve(self._group)
        elif self._outer:
            self._group = self._outer.pop()

    def _word(self, word: str, token: re.Match[str]) -> bool:
        group, number = self._group, token["number"]
        if word == "u":
            if not group.suppressed:
                self._characters.unit(unsigned(number), *token.span(), group.fallback)
            return False
        if word in _LINES or word in RTF_CHARACTERS:
            if not group.suppressed:
                char = _LINES.get(word) or RTF_CHARACTERS[word]
                self._characters.special(*token.span(), char)
            return False
        self._characters.end()
        if word == "htmlrtf":
            group.suppressed = number != "0"
        elif word == "uc":
            group.fallback = min(max(0, int(number or 1)), 100)
        elif word in ("f", "plain"):
            group.codec = self._fonts.codec(number if word == "f" else self._fonts.default)
        elif word == "fonttbl":
            self._fonts.table(self._text, token.end(), skipped(self._text, token.end()))
            group.codec = self._fonts.codec(self._fonts.default)
            return True
        elif word in _HIDDEN:
            return True
        else:
            self._fonts.head(word, number)
        return False

    def _character(self, kind: str | None, token: re.Match[str]) -> None:
        codec = self._group.codec or self._fonts.own
        if kind == "text":
            self._characters.plain(*token.span(), codec)
        elif kind == "hex":
            self._characters.octet(int(token["hex"], 16), *token.span(), codec)
        elif kind == "symbol" and token["symbol"] in SYMBOLS:
            self._characters.special(*token.span(), SYMBOLS[token["symbol"]])
