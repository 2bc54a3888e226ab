"""The header fields of a mail: folded (RFC 5322, section 2.2.3) and encoded (RFC 2047)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import Header, decode_header
from itertools import groupby
from operator import itemgetter

from attrs import evolve

from safelinks.addresses.place import LineCounter, Place
from safelinks.documents.content.document_content import cleaned_text, plain_passages
from safelinks.documents.content.prose import Prose, stretch
from safelinks.documents.passages.passage import Codec, Passage, Reading
from safelinks.documents.passages.passage_links import links_in
from safelinks.foundation.patterns import pattern_of
from safelinks.links.labels import label_before
from safelinks.links.text_links import Link, Peel
from safelinks.links.text_links import links as links_of

__all__ = ["cleaned", "links_in_header", "prose"]

_FIELD = pattern_of(r"^([!-9;-~]+)[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.MULTILINE)
_SUBJECT = pattern_of(rb"^Subject[ \t]*:", re.IGNORECASE | re.MULTILINE)
_BROKEN = pattern_of(rb"[:/]\s*\n")  # where folding may have broken what a link is known by
_WORD = r"=\?[^?\s]+\?[bq]\?[^?\s]*\?="
_ENCODED = pattern_of(rf"{_WORD}(?:\s+{_WORD})*", re.IGNORECASE)  # white space between is none
_FOLD = pattern_of(r"\r?\n(?=[ \t])")
# An address in angle brackets, in which white space of folding is none of it (RFC 2369, section 2).
_ENCLOSED = pattern_of(r"<([^<>]*)>")
_FOLDS = Codec(pattern_of(r"\r?\n[ \t]+"), lambda _: "")


def links_in_header(
    raw: bytes, span: tuple[int, int], place: Place, lines: LineCounter, peel: Peel
) -> Iterator[Link]:
    """Every link in the header fields at ``raw[span]``."""
    fields = raw[slice(*span)]
    if not _may_hold(fields):
        return
    for match, here in _fields(fields, span[0], place, lines):
        for link in _links_in(match[2], peel):
            yield evolve(link, place=evolve(here, line=(here.line or 1) + (link.line or 1) - 1))


def prose(raw: bytes, span: tuple[int, int], place: Place, lines: LineCounter) -> Iterator[Prose]:
    """The subject, which is the one of the header fields at ``raw[span]`` that is written."""
    fields = raw[slice(*span)]
    if not _SUBJECT.search(fields):
        return
    for match, here in _fields(fields, span[0], place, lines):
        if match[1].lower() == "subject":
            value = match[2]
            meant = (
                _decoded(value[start:end]) if encoded else _FOLD.sub("", value[start:end])
                for start, end, encoded in _pieces(value)
            )
            yield from stretch("".join(meant), here)


def _fields(
    fields: bytes, start: int, place: Place, lines: LineCounter
) -> Iterator[tuple[re.Match[str], Place]]:
    """Each field, its name and its value, and the place where it is; the first is at `start`."""
    text = fields.decode("utf-8", "surrogateescape")
    widths = len(text) == len(fields)
    for match in _FIELD.finditer(text):
        begin = (
            match.start()
            if widths
            else len(text[: match.start()].encode("utf-8", "surrogateescape"))
        )
        line, _ = lines.place(start + begin)
        name = f"header {match[1]}"
        yield match, evolve(place, line=line, part=f"{place.part}, {name}" if place.part else name)


def _may_hold(fields: bytes) -> bool:
    """Whether there may be a link: `scan` needs one of two signs, if not in an encoded word."""
    return (
        b"//" in fields
        or b"=?" in fields
        or b"safelinks" in fields.lower()
        or _BROKEN.search(fields) is not None
    )


def _links_in(value: str, peel: Peel) -> Iterator[Link]:
    """The links in a value, each with its line there."""
    for start, end, encoded in _pieces(value):
        if encoded:
            below = value.count("\n", 0, start) + 1
            for link in links_of(_decoded(value[start:end]), peel):
                yield evolve(link, place=Place(line=below))
        else:
            yield from links_in(value, _passages(value, start, end), peel)


def _pieces(value: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of what is encoded in a value and what is not, in turn, and which it is."""
    done = 0
    for match in _ENCODED.finditer(value):
        yield done, match.start(), False
        yield *match.span(), True
        done = match.end()
    yield done, len(value), False


def _decoded(words: str) -> str:
    """What encoded words mean; what is wrong in them is replaced.

    They are decoded one by one, as the standard library takes quadratic time for many. A character
    may begin in one and end in the next.
    """
    try:
        chunks = [chunk for word in words.split() for chunk in decode_header(word)]
    except HeaderParseError:
        return words
    out = []
    for charset, same in groupby(chunks, key=itemgetter(1)):
        encoded = [
            chunk.encode("utf-8", "surrogateescape") if isinstance(chunk, str) else chunk
            for chunk, _ in same
        ]
        out.append(_in_charset(b"".join(encoded), charset or "utf-8"))
    return "".join(out)


def _in_charset(chunk: bytes, charset: str) -> str:
    try:
        return chunk.decode(charset, "replace")
    except (LookupError, UnicodeError, ValueError):
        return chunk.decode("latin-1")


def cleaned(raw: bytes, peel: Peel) -> bytes:
    """The header fields without wrappers; a field that holds none is as it was."""
    if not _may_hold(raw):
        return raw
    text = raw.decode("utf-8", "surrogateescape")
    return _FIELD.sub(lambda match: _cleaned_field(match, peel), text).encode(
        "utf-8", "surrogateescape"
    )


def _cleaned_field(match: re.Match[str], peel: Peel) -> str:
    """A field in which only links have changed, and encoded words with links in them."""
    name, value = match.groups()
    newline = "\r\n" if "\r\n" in value else "\n"
    out = []
    for start, end, encoded in _pieces(value):
        piece = value[start:end]
        if not encoded:
            out.append(cleaned_text(piece, _folded, peel))
            continue
        decoded = _decoded(piece)
        text = cleaned_text(decoded, plain_passages, peel)
        if text != decoded:
            piece = Header(text, "utf-8", header_name=name).encode(linesep=newline)
        out.append(piece)
    return match[0][: match.start(2) - match.start()] + "".join(out)


def _folded(value: str) -> Iterator[Passage]:
    return _passages(value, 0, len(value))


def _passages(value: str, start: int, end: int) -> Iterator[Passage]:
    """What stands in angle brackets, and what between them."""
    done = start
    for match in _ENCLOSED.finditer(value, start, end):
        yield Passage(((done, match.start()),))
        span = match.span(1)
        yield Passage((span,), _FOLDS, label_before(value, *span), reading=Reading.VALUE)
        done = match.end()
    yield Passage(((done, end),))
