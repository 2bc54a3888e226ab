"""TeX and BibTeX: where commands and fields delimit addresses, and all other text.

What a backslash is before is itself; spaces and line breaks in an address are nothing (package
url). A parameter or a macro in it stands for what nobody knows here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safelinks.addresses import percent
from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Codec, Passage, Reading, Span
from safelinks.documents.text.running_text import Hole, RoleRange, text_around
from safelinks.documents.verbatim.tex_code import (
    TexKind,
    TexToken,
    argument,
    bibtex_tokens,
    tex_tokens,
)
from safelinks.foundation.patterns import pattern_of
from safelinks.links.labels import tidy

__all__ = ["bibtex_passages", "tex_passages"]

_SIGNS = r"[_%#&~^{}$]"
_NAMED = {"textasciitilde": "~", "string~": "~", "textunderscore": "_", "textasciicircum": "^"}
_WORDS = "|".join(_NAMED)
_ESCAPES = (
    rf"\{{\\{_SIGNS}\}}|\\{_SIGNS}(?:\{{\}})?"
    rf"|\{{?\\(?:{_WORDS})(?![a-zA-Z])(?:\{{\}}|[ ](?=\S))?\}}?"
)
_IN_TEXT = pattern_of(_ESCAPES)
_IN_ADDRESS = pattern_of(rf"{_ESCAPES}|%?[ \t]*\r?\n[ \t]*")
_IN_URL = pattern_of(rf"{_IN_ADDRESS.pattern}|[ \t]+")
_SIGN = pattern_of(rf"\\({_SIGNS})")
_WORD = pattern_of(r"\\([a-z]+~?)")
_UNSAFE = pattern_of(r"[{}\\^]")


def _undo(escape: str) -> str:
    if escape.lstrip("%")[:1].isspace():
        return ""
    word = _WORD.search(escape)
    return _NAMED[word[1]] if word else escape[escape.index("\\") + 1]


def _redo(written: str, before: str) -> str:
    """What was escaped is so again; what would end an argument is percent-encoded."""
    signs = {match[1] for match in _SIGN.finditer(before)}
    if "%" in signs:  # it stands in another argument, where these have a meaning
        signs.add("#")
    out = percent.encode(written, _UNSAFE)
    return "".join(f"\\{char}" if char in signs else char for char in out)


_TEXT = Codec(_IN_TEXT, _undo, _redo)
_ADDRESS = Codec(_IN_ADDRESS, _undo, _redo)
_URL = Codec(_IN_URL, _undo, _redo)
# A parameter of a macro, or a macro, of which it is not known what it stands for.
_PARAMETER = pattern_of(rf"(?<!\\)#[1-9#]|\\(?!(?:{_WORDS})(?![a-zA-Z]))[a-zA-Z]+")


def tex_passages(text: str) -> Iterator[Passage]:
    """The passages of a TeX text."""
    holes: list[Hole] = []
    ranges: list[RoleRange] = []
    for token in tex_tokens(text):
        if token.kind is TexKind.COMMAND:
            _command(text, token, holes, ranges)
        elif token.kind is TexKind.CODE:  # a comment is text, and may go on in the next line
            span = (token.start, token.end)
            holes.append(Hole(*span, "\n", (Passage((span,)),)))
    return text_around((0, len(text)), holes, ranges, codec=_TEXT)


def _command(text: str, token: TexToken, holes: list[Hole], ranges: list[RoleRange]) -> None:
    if token.address is None or token.address[0] == token.address[1]:
        return
    label = None
    if token.shown is not None:
        label = tidy(text[slice(*token.shown)])
        ranges.append((*token.shown, Role.LINK_TEXT))
    holes.append(_value(text, token.address, label, _ADDRESS if token.name == "href" else _URL))


def _value(text: str, span: Span, label: str | None, codec: Codec) -> Hole:
    role = Role.TEMPLATE if _PARAMETER.search(text, *span) else None
    return Hole(*span, " ", (Passage((span,), codec, label, reading=Reading.VALUE, role=role),))


_FIELD = pattern_of(
    r"(?<![\w?&-])(?:(?:bib|archive|pdf)?url|bdsk-url-\d{1,3}|link|ee|pdf)[ \t]*+=\s*+"
    r"(?=(?P<brace>\{)|\"(?P<quoted>[^\"{}]*+)\")",
    re.IGNORECASE,
)


def bibtex_passages(text: str) -> Iterator[Passage]:
    """The passages of a BibTeX database, in which a percent sign begins no comment."""
    holes: list[Hole] = []
    ranges: list[RoleRange] = []
    for token in bibtex_tokens(text):
        if token.kind is TexKind.COMMAND:
            _command(text, token, holes, ranges)
    for field in _FIELD.finditer(text):
        span = argument(text, field.end()) if field["brace"] else field.span("quoted")
        if span is not None:
            start, end = span
            if argument(text, start) == (start + 1, end - 1):
                start, end = start + 1, end - 1
            if start < end and text[start] != "\\":
                holes.append(_value(text, (start, end), None, _URL))
    return text_around((0, len(text)), holes, ranges, codec=_TEXT)
