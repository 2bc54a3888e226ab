"""One unbroken run of an address in text, and the characters that are meant by it.

It knows characters, not links: what stops an address, which brackets belong to it, and how the
escapes of HTML, JSON, Markdown, quoted-printable and defanging are undone, keeping for every
character where it stood.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import Enum, auto
from itertools import product, starmap
from typing import NamedTuple

from attrs import Factory

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = [
    "HEAD_LENGTH",
    "INVISIBLE",
    "STOP",
    "Escape",
    "Run",
    "is_in_comment",
    "read_run",
    "trimmed",
    "would_go_on",
]


class Escape(Enum):
    """How the place around a link writes characters."""

    NONE = auto()
    HTML = auto()
    QUOTED_PRINTABLE = auto()

    @classmethod
    def around(cls, text: str, start: int, end: int) -> Escape:
        """HTML, where ``text[start:end]`` is an attribute's value or all the text of an element."""
        before = text[max(0, start - 2) : start]
        if before in ('="', "='") or (before[-1:] == ">" and text[end : end + 2] == "</"):
            return cls.HTML
        return cls.NONE

    def undo(self, raw: str) -> str:
        """The address that is meant by `raw` in such a place."""
        if self is Escape.HTML:
            from html import unescape  # noqa: PLC0415  a table of thousands of names, for markup alone

            return _CHARACTER_REFERENCE.sub(lambda match: unescape(match[0]), raw)
        if self is Escape.QUOTED_PRINTABLE:
            return _QP_ESCAPE.sub(lambda match: chr(int(match[1], 16)), raw)
        return raw


# With its semicolon, so that `&copy=1` stays what it is.
_CHARACTER_REFERENCE = pattern_of(r"&(?:amp|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_QP_ESCAPE = pattern_of(r"=([2-7][0-9A-F])")

# What no address contains in running text: white space, controls, angle brackets, the double
# quote, the backtick, and the punctuation of other scripts that follows without a space.
_HARD = (
    '\x00-\x20\x7f-\xa0<>"`\u1680\u2000-\u200a\u2018-\u201f\u2026\u2028-\u202f\u2039\u203a\u205f'
    "\u2065-\u206f\xab\xbb\u060c\u061b\u061f\u06d4\u0964\u3000-\u3002\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09"
    "\uff0c\uff1a\uff1b\uff1e\uff1f\uff3b\uff3d\uff5b\uff5d\uff61-\uff64\ud800-\udfff"
)
INVISIBLE = "\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
STOP = pattern_of(f"[{_HARD}{INVISIBLE}\\\\|]")

_TRAILING = ".,:;!?'|"  # punctuation of the sentence, when it stands at the end of an address
_EMPHASIS = "*_~"
_LOOK_AHEAD = 64
HEAD_LENGTH = 160  # scheme, host and path of a wrapper, damage included

# References to what no address contains, by name and by code point.
_END_NAMES = (
    "lt|gt|quot|apos|nbsp|ensp|emsp|thinsp|tab|newline|[lr][sd]quo|sbquo|bdquo|[lr]aquo|[lr]saquo"
    "|hellip|[nm]dash|bull|middot"
)
_END_NUMBERS = r"9|1[03]|3[249]|6[02]|160|171|187|819[2-9]|82[0-3][0-9]"
_END_HEX = r"[9ad]|2[027]|3[ce]|a[0b]|bb|20[0-2][0-9a-f]"
_AMPERSAND = rf"&(?!(?:{_END_NAMES}|\#0*(?:{_END_NUMBERS})|\#x0*(?:{_END_HEX}));)"
_INVISIBLE_NAMES = "(?:shy|zwj|zwnj|lrm|rlm)"
# Quoted-printable: a soft break, white space before the end of a line, a hard space, a dash or so.
_QP_END = r"[ \t]*\r?\n|(?:20|09)[ \t]*\r?\n|C2=A0|E2=80|E3=80"
_LIST = r"[,;](?!https?://)"  # "https://a.example,https://b.example" are two


class _Surroundings(NamedTuple):
    """What is special about the place of an address.

    `in_apostrophes`: one opened it, and one ends it. `soft_breaks`: it may be quoted-printable.
    `damaged`: what has happened to its characters on the way is undone.
    """

    in_apostrophes: bool = False
    soft_breaks: bool = False
    damaged: bool = False


def _chunk(around: _Surroundings) -> re.Pattern[str]:
    """The part of an address that is read at once; brackets and damage are looked at one by one."""
    ampersand = _AMPERSAND + (rf"(?!\#|{_INVISIBLE_NAMES};)" if around.damaged else "")
    equals = rf"=(?!{_QP_END})" if around.soft_breaks else "="
    bar = r"|\|(?!https?://)" if around.damaged else ""
    apostrophe = "" if around.in_apostrophes else r"|'(?![,;:)\]}])"
    plain = rf"[^{_HARD}{INVISIBLE}'|\\&=,;()\[\]{{}}]++"
    return pattern_of(
        rf"(?:{plain}|{ampersand}|{_LIST}|{equals}{bar}{apostrophe})++", re.IGNORECASE
    )


_CHUNKS = {
    around: _chunk(around) for around in starmap(_Surroundings, product((False, True), repeat=3))
}

# Damage inside a wrapped link, each with what it stands for.
_HIDDEN = pattern_of(f"[{INVISIBLE}]+")
_BACKSLASH = pattern_of(
    r"\\+(?:u00([0-7][0-9a-f])|x([0-7][0-9a-f])|([!#$%&()*+,./:;=?@\[\]^_{|}~-]))", re.IGNORECASE
)
_REFERENCE = pattern_of(
    rf"&(?:#(?:0*([0-9]{{2,5}})|x0*([0-9a-f]{{2,4}}))|{_INVISIBLE_NAMES});", re.IGNORECASE
)
_CUT_REFERENCE = pattern_of(r"&#(?:[0-9]{0,7}|x[0-9a-f]{0,6})(?=[ \t]*(?:=?\r?\n))", re.IGNORECASE)
_BRACKETED = pattern_of(r"\[(\.|:|/|://|dot)\]|\((\.|dot)\)|\{(\.)\}", re.IGNORECASE)
_SOFT_BREAK = pattern_of(r"=[ \t]*\r?\n(?:>[> ]*)?")
_OPENER = {")": "(", "]": "[", "}": "{"}


@define
class Run:
    """Pieces of an address and where they stood: `end` is the offset behind the last one.

    `quote` opened the address, if one did. `opened` counts the brackets that wait for a partner;
    up to offset `sure`, even one without a partner is part of the address.
    """

    end: int
    quote: str = ""
    sure: int = 0
    soft_broken: bool = False
    defanged: bool = False
    opened: dict[str, int] = Factory(lambda: dict.fromkeys("([{", 0))
    length: int = 0
    _pieces: list[str] = Factory(list)
    _ends: list[tuple[int, int, bool]] = Factory(list)  # length so far, offset behind, verbatim

    @property
    def defanging(self) -> bool:
        """Whether brackets may be there to make the address harmless: that begins in its head."""
        if self.defanged or self.length >= HEAD_LENGTH:
            return self.defanged
        head = self.text
        return "?" not in head or head[1:3].lower() == "xx"

    @property
    def text(self) -> str:
        """The address so far."""
        return "".join(self._pieces)

    def add(self, piece: str, end: int, *, verbatim: bool = False) -> None:
        """Append `piece`, which ends at offset `end` of the text."""
        self._pieces.append(piece)
        self.length += len(piece)
        self.end = end
        self._ends.append((self.length, end, verbatim))

    def extend(self, more: Run) -> None:
        """Append a run from further on in the same text."""
        self._ends += [(self.length + upto, end, verbatim) for upto, end, verbatim in more._ends]
        self._pieces += more._pieces
        self.length += more.length
        self.end = more.end
        self.sure = more.sure
        self.soft_broken |= more.soft_broken
        self.defanged |= more.defanged
        self.opened = more.opened

    def raw_end(self, length: int) -> int:
        """The offset in the text behind the first `length` characters of the address."""
        at = bisect_left(self._ends, length, key=lambda entry: entry[0])
        upto, end, verbatim = self._ends[at]
        return end - (upto - length) if verbatim else end


def read_run(
    text: str,
    run: Run,
    *,
    soft: bool,
    onward: re.Pattern[str] | None = None,
    limit: int | None = None,
) -> Run:
    """Read on from the end of `run` up to what must end the address, into `run`.

    `soft` expects soft line breaks of quoted-printable. With `onward`, which matches from inside an
    address when it certainly goes on, damage is undone, as is right in wrapped links only. `limit`
    is an offset behind which to stop.
    """
    limit = len(text) if limit is None else min(limit, len(text))
    chunk = _CHUNKS[_Surroundings(run.quote == "'", soft, onward is not None)]
    opened = run.opened
    while True:
        match = chunk.match(text, run.end, limit)
        if match is not None:
            run.add(match[0], match.end(), verbatim=True)
        if run.end >= limit:
            return run
        char = text[run.end]
        if onward and _undo_damage(text, char, run):
            continue
        if text.startswith("[/", run.end):
            return run  # a closing tag of BBCode
        if char in opened:
            opened[char] += 1
        elif char in _OPENER and opened[_OPENER[char]]:
            opened[_OPENER[char]] -= 1
        elif char == "=" and (soft_break := _SOFT_BREAK.match(text, run.end)):
            run.add("", soft_break.end())
            run.soft_broken = True
            continue
        elif char == "'" and not run.quote and any(opened.values()):
            pass  # around a value in brackets, as in OData
        elif not (onward and char in ")'" and _goes_on(text, run, onward)):
            return run
        run.add(char, run.end + 1, verbatim=True)


def _goes_on(text: str, run: Run, onward: re.Pattern[str]) -> bool:
    """Whether the address goes on behind a bracket or quote that should end it.

    How far that is sure is remembered: each character is looked at once, however many there are.
    """
    if run.end >= run.sure and (match := onward.match(text, run.end)):
        run.sure = match.end()
    return run.end < run.sure


def would_go_on(text: str, start: int, end: int, *, quoted_printable: bool) -> bool:
    """Whether an address in the place of ``text[start:end]`` would swallow what stands behind it.

    A comma or semicolon parts values: there, it is the reader of the values who has to know.
    """
    soft_break = _SOFT_BREAK.match(text, end)
    behind = soft_break.end() if soft_break else end
    if quoted_printable and (escapes := _QP_ESCAPES.match(text, behind)):
        return STOP.match(_decoded(escapes[0])) is None
    if _ENDS.match(text, behind) or text[start - 1 : start] == "'" == text[end : end + 1]:
        return False
    if text[behind : behind + 1] in ("(", "[", "{"):
        return True
    glued = _CHUNKS[_Surroundings(soft_breaks=True)].match(text, behind, behind + _LOOK_AHEAD)
    if glued is None or glued[0][0] in ",;":
        return False
    sign = _sign_before(text, start)
    rest = glued[0]
    if rest.startswith("*/") and is_in_comment(text, start):
        rest = rest[2:]
    return bool(rest.strip(_TRAILING + _EMPHASIS + sign))


def trimmed(text: str, start: int, end: int, url: str) -> int:
    """How much of `url`, ``text[start:end]``, is left without the punctuation around it."""
    trailing = _TRAILING + _sign_before(text, start)
    kept = url.rstrip(trailing)
    closes = kept.endswith("*/") and is_in_comment(text, start)
    if closes or (kept.endswith("--") and text[end : end + 1] == ">"):
        kept = kept[:-2].rstrip(trailing)
    return len(kept)


def is_in_comment(text: str, at: int) -> bool | None:
    """Whether a ``/*`` before the offset `at` opens a comment that is not closed before it.

    If not, ``*/`` behind an address is its own, as in ``https://example.org/v*/``. None where that
    is unclear: behind a word, as in ``docs/*``, it may be a wildcard.
    """
    closed = text.rfind("*/", 0, at)
    start = closed + 2 if closed >= 0 else 0
    opens = text.find("/*", start, at)
    if opens < 0:
        return False
    return True if (opens == start or _COMMENT.search(text, opens, at)) else None


def _sign_before(text: str, start: int) -> str:
    """The sign of markup before offset `start`, if there is one that also closes what it opens."""
    before = text[max(0, start - 2) : start]
    if before == "==":
        return before
    return before[-1:] if before[-1:] in _SIGNS else ""


def _decoded(escapes: str) -> str:
    """The characters that `escapes` of quoted-printable stand for."""
    octets = bytes.fromhex(_SOFT_BREAK.sub("", escapes).replace("=", ""))
    characters = octets.decode("utf-8", "replace")
    return octets.decode("cp1252", "replace") if characters[0] == "\ufffd" else characters


_QP_ESCAPES = pattern_of(r"(?:(?:=\r?\n)?=[0-9A-F]{2}){1,4}", re.IGNORECASE)  # of one character
_ENDS = pattern_of(r"-->|\[/")  # of a comment, of an element in BBCode
_SIGNS = frozenset(f"{_EMPHASIS}#")
_COMMENT = pattern_of(r"(?<![\w*/.-])/\*")


def _undo_damage(text: str, char: str, run: Run) -> bool:
    """Append to `run` what the damaged character at its end stands for; False if it is none."""
    if char == "\\" and (match := _BACKSLASH.match(text, run.end)):
        code = match[1] or match[2]
        run.add(chr(int(code, 16)) if code else match[3], match.end())
    elif char == "&" and (match := _REFERENCE.match(text, run.end)):
        code = match[1] or match[2]
        meant = chr(int(code, 10 if match[1] else 16)) if code else ""
        if not meant or _HIDDEN.match(meant):
            meant = ""
        elif not meant.isascii() or STOP.match(meant) or (meant == "'" and run.quote != '"'):
            return False
        run.add(meant, match.end())
    elif char == "&" and (match := _CUT_REFERENCE.match(text, run.end)):
        run.add(match[0], match.end(), verbatim=True)  # whole with the next line
    elif char in "[({" and run.defanging and (match := _BRACKETED.match(text, run.end)):
        inner = match[1] or match[2] or match[3]
        run.add("." if inner.lower() == "dot" else inner, match.end())
        run.defanged = True
    elif match := _HIDDEN.match(text, run.end):
        run.add("", match.end())
    else:
        return False
    return True
