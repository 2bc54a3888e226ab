"""What may be shown of the lines of a document: nobody is named, and no password is there.

Links in them are read as in any text, torn and escaped ones, too. Lines of base64, and those that
would still tell of somebody to who puts them together or decodes them, are left out.
"""

from __future__ import annotations

import html
import quopri
from collections.abc import Iterator, Sequence
from functools import partial

from safelinks.documents.unified_diff import LineGroup, lines_of
from safelinks.foundation.patterns import pattern_of
from safelinks.links.text_links import replacements
from safelinks.links.unwrap_options import Peel
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.redaction.running_text_redaction import redact_rest
from safelinks.wrappers.unwrapping import Unwrapped, instead

__all__ = ["nameless", "nameless_hunk"]

_LEFT_OUT = b"[a line that is not shown]"
_BASE64 = pattern_of(rb"[ \t>]*[A-Za-z0-9+/]{40,}={0,2}\s*\Z")
_END_OF_BASE64 = pattern_of(rb"[ \t>]*[A-Za-z0-9+/]{2,}={0,2}\s*\Z")
_FOLD = pattern_of(r"=?[ \t]*+\r?\n[ \t>|+]*+")
_NEWLINE = pattern_of(rb"\r?\n?\Z")


def nameless(lines: Sequence[bytes], people: frozenset[str]) -> list[bytes]:
    """`lines`, one after the other in a document, as they may be shown.

    >>> nameless([b"see https://me:secret@a.example/ and m@a.org"], frozenset({"m@a.org"}))
    [b'see https://[user]@a.example/ and [recipient]']
    """
    lines = list(_without_base64(lines))
    text = _text(lines)
    told = _with_links_shown(text, people)
    told = redact_rest(told)
    told = "".join(shown(_text([line]), people) for line in lines_of(_raw(told)))
    result = lines_of(_raw(told))
    return [_left_out(line) for line in lines] if _tells_of_somebody(result, people) else result


def nameless_hunk(groups: Sequence[LineGroup], people: frozenset[str]) -> list[LineGroup]:
    """The lines of a hunk as they may be shown: none if one side of it tells too much."""
    told = [(sign, nameless(lines, people)) for sign, lines in groups]
    for side in (b"-", b"+"):
        lines = [line for sign, group in told if sign in (b" ", side) for line in group]
        if _tells_of_somebody(lines, people):
            return [(sign, [_left_out(line) for line in group]) for sign, group in groups]
    return told


def _tells_of_somebody(lines: Sequence[bytes], people: frozenset[str]) -> bool:
    """Whether `lines` tell of somebody to who puts them together, or decodes them."""
    return any(shown(text, people) != text for text in _readings(_text(lines)))


def _readings(text: str) -> Iterator[str]:
    yield text
    whole = _FOLD.sub("", text)
    yield whole
    yield html.unescape(whole)
    if "=" in text:
        yield quopri.decodestring(_raw(text)).decode("utf-8", "surrogateescape")


def _with_links_shown(text: str, people: frozenset[str]) -> str:
    peel = Peel(partial(_shown_link, people=people), blanks=True)
    pieces = []
    done = 0
    for start, end, written in replacements(text, peel):
        pieces += [text[done:start], written]
        done = end
    return "".join((*pieces, text[done:]))


def _shown_link(url: str, people: frozenset[str]) -> Unwrapped:
    return instead(url, shown(url, people))


def _without_base64(lines: Sequence[bytes]) -> Iterator[bytes]:
    within = False
    for line in lines:
        within = bool((_END_OF_BASE64 if within else _BASE64).match(line))
        yield _left_out(line) if within else line


def _left_out(line: bytes) -> bytes:
    end = _NEWLINE.search(line)
    return _LEFT_OUT + (end[0] if end else b"")


def _text(lines: Sequence[bytes]) -> str:
    return b"".join(lines).decode("utf-8", "surrogateescape")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
