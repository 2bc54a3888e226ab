"""TeX: where commands take an address, and what of a text is code or a comment.

By LaTeX, the packages url and hyperref, and those for listings. One pass over what begins with a
backslash or a percent sign; arguments are looked for a bounded way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from safelinks.documents.verbatim.code_ranges import Findings, Span, Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["TexKind", "TexToken", "argument", "bibtex_tokens", "tex_stretches", "tex_tokens"]


class TexKind(Enum):
    """What a token is: a command with an address, code or a comment."""

    COMMAND = auto()
    CODE = auto()
    COMMENT = auto()


@frozen
class TexToken:
    """What stands at ``text[start:end]``; a command's `name`, its `address`, and what is shown."""

    kind: TexKind
    start: int
    end: int
    name: str = ""
    address: Span | None = None
    shown: Span | None = None


_CODE = "verbatim|Verbatim|BVerbatim|LVerbatim|alltt|lstlisting|minted|filecontents|tcblisting"
_ENVIRONMENTS = rf"(?:{_CODE}|comment)\*?"
_COMMANDS = (
    rf"\\begin\{{(?P<environment>{_ENVIRONMENTS})\}}"
    r"|\\(?:verb\*?|lstinline(?:\[[^\]\n]{0,200}\])?|mintinline\{\w*\})"
    r"(?P<delimiter>[^\sA-Za-z*\\{])"
    r"|\\(?P<command>url|nolinkurl|burl|path|href)\*?(?![a-zA-Z])"
    r"[ \t]*+(?:\[[^\]\n]{0,200}\])?[ \t]*+\n?[ \t]*+(?=\{)"
    r"|\\[\s\S]"
)
_TOKEN = pattern_of(rf"{_COMMANDS}|(?P<comment>%[^\r\n]*+)")
_BIBTEX = pattern_of(rf"{_COMMANDS}|(?P<comment>(?!))")  # a percent sign begins none
_BRACE = pattern_of(r"[{}]|\\[\s\S]|\n[ \t]*\r?\n")
_LONGEST = 8_000
_DEEPEST = 20
_BLANKS = pattern_of(r"[ \t]*+(?:%?\r?\n[ \t]*+)?")


def argument(text: str, at: int) -> Span | None:
    """Where the argument is that begins with a brace at `at`, without its braces."""
    if not text.startswith("{", at):
        return None
    depth = 0
    for brace in _BRACE.finditer(text, at, at + _LONGEST):
        if brace[0] == "{":
            depth += 1
            if depth > _DEEPEST:
                return None
        elif brace[0] == "}":
            depth -= 1
            if not depth:
                return at + 1, brace.start()
        elif brace[0][0] == "\n":
            return None
    return None


def tex_tokens(text: str) -> Iterator[TexToken]:
    """The commands with an address in a TeX text, its code and its comments, in order."""
    return _tokens(text, _TOKEN)


def bibtex_tokens(text: str) -> Iterator[TexToken]:
    """The commands with an address in a BibTeX database, which knows no comments."""
    return _tokens(text, _BIBTEX)


def _tokens(text: str, pattern: re.Pattern[str]) -> Iterator[TexToken]:
    never: set[str] = set()
    at = 0
    while (match := pattern.search(text, at)) is not None:
        at = match.end()
        if match["comment"]:
            yield TexToken(TexKind.COMMENT, *match.span())
        elif match["environment"]:
            closing = f"\\end{{{match['environment']}}}"
            end = -1 if closing in never else text.find(closing, at)
            if end < 0:
                never.add(closing)
                continue
            at = end + len(closing)
            comment = match["environment"].startswith("comment")
            yield TexToken(TexKind.COMMENT if comment else TexKind.CODE, match.start(), at)
        elif match["delimiter"]:
            line = text.find("\n", at, at + _LONGEST)
            end = text.find(match["delimiter"], at, line if line >= 0 else at + _LONGEST)
            if end >= 0:
                at = end + 1
                yield TexToken(TexKind.CODE, match.start(), at)
        elif match["command"]:
            address = argument(text, at)
            if address is not None:
                at = address[1] + 1
                shown = _shown(text, at) if match["command"] == "href" else None
                yield TexToken(TexKind.COMMAND, match.start(), at, match["command"], address, shown)


def _shown(text: str, at: int) -> Span | None:
    """The argument that follows there."""
    blanks = _BLANKS.match(text, at)
    return argument(text, blanks.end() if blanks else at)


def tex_stretches(text: str) -> tuple[Stretch, ...]:
    """The code and the comments of a TeX text.

    >>> text = "a\\\\%b \\\\url{https://a.example/%20} % c"
    >>> [text[one.start : one.end] for one in tex_stretches(text)]
    ['% c']
    """
    found = Findings()
    for token in tex_tokens(text):
        if token.kind is TexKind.CODE:
            found.code.append((token.start, token.end))
        elif token.kind is TexKind.COMMENT:
            found.comments.append((token.start, token.end))
    return found.stretches()
