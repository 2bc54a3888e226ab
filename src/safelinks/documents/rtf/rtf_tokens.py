"""The tokens of RTF ([RTF 1.9.1], "RTF Syntax"): what a control is, a group, and a character.

It knows how characters are written, and what holds none; not what a document means by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.documents.rtf.code_pages import DEFAULT, codec_of_charset, codec_of_page
from safelinks.foundation.patterns import pattern_of

__all__ = [
    "RTF_CHARACTERS",
    "RTF_HEAD",
    "SYMBOLS",
    "Fonts",
    "rtf_escaped",
    "rtf_tokens",
    "skipped",
    "unsigned",
]

# A space behind a control word ends it and is no text; line breaks are never any.
_TOKEN = pattern_of(
    r"\\(?:(?P<word>[A-Za-z]+)(?P<number>-?[0-9]{1,10})?(?P<space> )?"
    r"|'(?P<hex>[0-9A-Fa-f]{2})|(?P<symbol>.?))"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
# All up to the next brace, but for the digits of binary data.
_WITHIN = pattern_of(
    r"[^\\{}]*+(?:\\(?!bin[0-9])[^A-Za-z]?[^\\{}]*+|\\(?!bin[0-9])[A-Za-z][^\\{}]*+)*+"
    r"(?:(?P<brace>[{}])|\\bin(?P<bin>[0-9]{1,10})[0-9]*+ ?)?",
    re.DOTALL,
)
# Control words and symbols that stand for a character ("Special Characters").
RTF_CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": "\u2003",
    "enspace": "\u2002", "qmspace": "\u2005", "zwj": "\u200d", "zwnj": "\u200c", "zwbo": "\u200b",
}  # fmt: skip
SYMBOLS = {"\\": "\\", "{": "{", "}": "}", "~": "\xa0", "-": "\xad", "_": "-"}
_ESCAPE = pattern_of(r"([\\{}])|([^\x00-\x7f]+)")


def rtf_tokens(text: str, position: int = 0) -> Iterator[re.Match[str]]:
    """The tokens of `text`; the data behind ``\\binN`` is passed over."""
    match = _TOKEN.match
    end = len(text)
    while position < end:
        token = match(text, position)
        if token is None:  # never, but a loop must end
            return
        yield token
        position = token.end()
        if token["word"] == "bin":
            position += max(0, int(token["number"] or 0))


def skipped(text: str, position: int) -> int:
    """Where the group ends whose content goes on at `position`: at its closing brace."""
    depth = 0
    end = len(text)
    while position < end:
        match = _WITHIN.match(text, position)
        if match is None:
            break
        position = match.end()
        if match["bin"] is not None:
            position += int(match["bin"])
        elif match["brace"] == "{":
            depth += 1
        elif depth or match["brace"] is None:
            depth -= match["brace"] is not None
        else:
            return position - 1
    return end


def unsigned(number: str | None) -> int:
    """The UTF-16 code unit that ``\\uN`` means: N is signed, and some write it so that it is not.

    >>> unsigned("-10179") == unsigned("55357") == 0xD83D
    True
    """
    return int(number or 0) & 0xFFFF


def rtf_escaped(written: str) -> str:
    """`written` as text of an RTF document, whatever stands around it.

    What is not ASCII is in a group of its own, for which alone `\\uc1` holds.

    >>> print(rtf_escaped("{é"))
    \\{{\\uc1\\u233?}
    """
    return _ESCAPE.sub(lambda match: _escape(match[1], match[2]), written)


def _escape(syntax: str | None, others: str) -> str:
    if syntax:
        return f"\\{syntax}"
    octets = others.encode("utf-16-le", "surrogatepass")
    units = (octets[at] + 256 * octets[at + 1] for at in range(0, len(octets), 2))
    numbers = "".join(f"\\u{unit - 65536 if unit > 32767 else unit}?" for unit in units)
    return f"{{\\uc1{numbers}}}"


# Which control words of the head name the character set of the document.
_SETS = {"ansi": DEFAULT, "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
RTF_HEAD = frozenset({*_SETS, "ansicpg", "deff"})


class Fonts:
    """The character sets of a document and of its fonts, as its head tells them."""

    def __init__(self) -> None:
        self.own = DEFAULT
        self.default: str | None = None
        self._of: dict[str, str] = {}
        self._defined: str | None = None

    def head(self, word: str, number: str | None) -> bool:
        """Whether this word of the head is about character sets; it is noted then."""
        if word in _SETS:
            self.own = _SETS[word]
        elif word == "ansicpg" and number:
            self.own = codec_of_page(int(number)) or self.own
        elif word == "deff":
            self.default = number
        else:
            return False
        return True

    def table(self, text: str, start: int, end: int) -> None:
        """Read the font table at ``text[start:end]``."""
        for token in rtf_tokens(text[start:end]):
            word, number = token["word"], token["number"]
            if word == "f":
                self._defined = number
            elif word in ("fcharset", "cpg") and number and self._defined:
                find = codec_of_page if word == "cpg" else codec_of_charset
                codec = find(int(number))
                if codec is not None:
                    self._of[self._defined] = codec

    def codec(self, number: str | None) -> str:
        """The character set of a font."""
        return self._of.get(number or "", self.own)
