"""Plain text of mail that says itself how its lines and characters are meant (RFC 3676, RFC 2152).

With ``delsp=yes``, a space at the end of a line and the line break are no part of the text. In
UTF-7, what is not plain ASCII stands between ``+`` and ``-``.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.documents.passages.passage import Codec, Passage, Span
from safelinks.foundation.patterns import pattern_of

__all__ = ["deleting_passages", "utf_7_passages"]

_LINE = pattern_of(r"(?P<quote>>*)(?P<stuffed> ?)(?P<said>[^\r\n]*)(?P<end>\r\n|\n|\r|\Z)")
_SIGNATURE = "-- "


def deleting_passages(text: str) -> Iterator[Passage]:
    """All of a text that is flowed, with spaces to delete; soft breaks in a link go with it.

    A line is flowed if it ends in a space, is no mark of a signature, and as deep in quotes as the
    next one (sections 4.2 to 4.5).
    """
    pieces: list[Span] = []
    meanings: dict[int, str] = {}
    begun = at = 0
    soft: tuple[int, str] | None = None  # where the space is that ends the last line, and its quote
    while at < len(text) and (line := _LINE.match(text, at)):
        if soft is not None and line["quote"] == soft[1]:
            space, said = soft[0], line.start("said")
            if begun < space:
                pieces.append((begun, space))
            pieces.append((space, said))
            meanings[space] = ""
            begun = said
        flowed = line["said"].endswith(" ") and line["said"] != _SIGNATURE and line["end"]
        soft = (line.end("said") - 1, line["quote"]) if flowed else None
        at = line.end()
    if begun < len(text):
        pieces.append((begun, len(text)))
    if pieces:
        yield Passage(tuple(pieces), meanings=meanings)


_SHIFTED = pattern_of(r"\+[A-Za-z0-9+/]*-?")


def _undo(escape: str) -> str:
    try:
        return escape.encode("ascii").decode("utf-7")
    except UnicodeError:
        return escape


_UTF_7 = Codec(_SHIFTED, _undo, lambda written, _: written.encode("utf-7").decode("ascii"))


def utf_7_passages(text: str) -> Iterator[Passage]:
    """All of a text in UTF-7, as it is in octets."""
    yield Passage(((0, len(text)),), _UTF_7)
