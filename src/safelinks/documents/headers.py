"""The header fields of a mail: folded (RFC 5322, section 2.2.3) and encoded (RFC 2047)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header

from attrs import evolve

from safelinks.documents.content import cleaned_text, plain_passages
from safelinks.documents.passages import Codec, Passage, links_in
from safelinks.place import Lines, Place
from safelinks.text import Link, Peel
from safelinks.text import links as links_of

__all__ = ["cleaned", "links"]

_FIELD = re.compile(r"^([!-9;-~]+):((?:[^\r\n]|\r?\n[ \t])*)", re.MULTILINE)
# Without one of these there is no link: `scan` needs the first or the last, if not in an encoded
# word, and folding may break the first.
_LINK = re.compile(rb"//|=\?|safelinks|:\s*\n|/\s*\n", re.IGNORECASE)
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bq]\?[^?\s]*\?=", re.IGNORECASE)
# White space that folding has put within an address in angle brackets is none of it.
_FOLDS = Codec(re.compile(r"\r?\n[ \t]+(?=[^<>\r\n]*>)"), lambda _: "")


def links(
    raw: bytes, span: tuple[int, int], place: Place, lines: Lines, peel: Peel
) -> Iterator[Link]:
    """Every link in the header fields at ``raw[span]``."""
    if _LINK.search(raw, *span) is None:
        return
    text = raw[slice(*span)].decode("utf-8", "surrogateescape")
    widths = len(text) == span[1] - span[0]
    for match in _FIELD.finditer(text):
        begin = (
            match.start()
            if widths
            else len(text[: match.start()].encode("utf-8", "surrogateescape"))
        )
        line, _ = lines.place(span[0] + begin)
        name = f"header {match[1]}"
        here = evolve(place, line=line, part=f"{place.part}, {name}" if place.part else name)
        if _ENCODED_WORD.search(match[2]):
            found = links_of(_decoded(match[2]), peel)
        else:
            found = links_in(match[2], _folded(match[2]), peel)
        for link in found:
            below = (link.line or 1) - 1 if not _ENCODED_WORD.search(match[2]) else 0
            yield evolve(link, place=evolve(here, line=line + below))


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return value


def cleaned(raw: bytes, peel: Peel) -> bytes:
    """The header fields without wrappers; a field that holds none is as it was."""
    if _LINK.search(raw) is None:
        return raw
    text = raw.decode("utf-8", "surrogateescape")
    return _FIELD.sub(lambda match: _cleaned_field(match, peel), text).encode(
        "utf-8", "surrogateescape"
    )


def _cleaned_field(match: re.Match[str], peel: Peel) -> str:
    name, value = match.groups()
    if _ENCODED_WORD.search(value) is None:
        return f"{name}:{cleaned_text(value, _folded, peel)}"
    decoded = _decoded(value)
    text = cleaned_text(decoded, plain_passages, peel)
    if text == decoded:
        return match[0]
    newline = "\r\n" if "\r\n" in value else "\n"
    return f"{name}: {Header(text.strip(), 'utf-8', header_name=name).encode(linesep=newline)}"


def _folded(value: str) -> Iterator[Passage]:
    yield Passage(((0, len(value)),), _FOLDS)
