"""JSON, CSV and iCalendar: texts in which values are escaped, and where those values stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial

from attrs import evolve

from safelinks.documents.passages import Codec, Passage, Reading
from safelinks.place import Place

__all__ = [
    "calendar_passages",
    "calendar_texts",
    "csv_passages",
    "json_passages",
    "json_strings",
    "json_values",
]

# JSON (RFC 8259, section 7): any string anywhere, names of members among them.
_JSON_STRING = re.compile(r'"((?:[^"\\\r\n]++|\\.)*+)"?')
_JSON_ESCAPE = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')


def _undo_json(escape: str) -> str:
    return str(json.loads(f'"{escape}"', strict=False))


def _redo_json(written: str, before: str) -> str:
    """As it stood there: ampersands, slashes and other scripts escaped, or not."""
    out = json.dumps(written, ensure_ascii=before.isascii())[1:-1]
    if "\\u0026" in before.lower():
        out = out.replace("&", "\\u0026")
    return out.replace("/", "\\/") if "\\/" in before else out


_JSON = Codec(_JSON_ESCAPE, _undo_json, _redo_json)


def json_passages(text: str) -> Iterator[Passage]:
    """The strings of a JSON document, or of one on each line; and what is no string, as it is."""
    end = 0
    for match in _JSON_STRING.finditer(text):
        if end < match.start():
            yield Passage(((end, match.start()),))
        yield Passage((match.span(1),), _JSON)
        end = match.end()
    if end < len(text):
        yield Passage(((end, len(text)),))


def json_strings(text: str, span: tuple[int, int]) -> Iterator[tuple[str | None, Passage]]:
    """The values among the strings of the JSON at ``text[span]``, and of which member each is.

    A value in a list has the name that stands before the list.
    """
    name: str | None = None
    for match in _JSON_STRING.finditer(text, *span):
        if _NAMES_A_MEMBER.match(text, match.end(1)):
            name = match[1]
        elif match[1]:
            yield name, Passage((match.span(1),), _JSON, reading=Reading.STRING)


_NAMES_A_MEMBER = re.compile(r'"\s*+:')


def json_values(text: str) -> Iterator[Passage]:
    """Those strings of a JSON document that are values, and no names of members."""
    for passage in json_passages(text):
        if passage.codec is _JSON and not _NAMES_A_MEMBER.match(text, passage.pieces[0][1]):
            yield passage


# CSV (RFC 4180): cells in quotes, in which a quote is doubled, or bare.
_DELIMITERS = ",;\t|"
_QUOTED_CELL = re.compile(r'"((?:[^"]++|"")*+)"?')


def _delimiter(text: str) -> str:
    """The delimiter of most cells in the first lines."""
    start = re.sub(r'"[^"]*"|[a-z]+://[^\s,;|]*', "", text[:10_000])
    return max(_DELIMITERS, key=start.count)


def csv_passages(text: str) -> Iterator[Passage]:
    """The cells of a table, each with its row and column as ``R2C3``."""
    delimiter = _delimiter(text)
    bare = Codec(whole=lambda cell: _as_cell(cell, delimiter))
    quoted = Codec(re.compile('""'), lambda _: '"', lambda written, _: written.replace('"', '""'))
    bare_cell = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
    row = column = 1
    at = 0
    while at < len(text):
        match = _QUOTED_CELL.match(text, at)
        span = match.span(1) if match else bare_cell.match(text, at).span()  # type: ignore[union-attr]
        end = match.end() if match else span[1]
        rest = bare_cell.match(text, end)  # behind a closing quote there should be nothing
        if span[0] < span[1]:
            cell = Place(cell=f"R{row}C{column}")
            yield Passage((span,), quoted if match else bare, place=cell)
        at = rest.end() if rest else end
        if text.startswith(delimiter, at):
            at, column = at + 1, column + 1
        elif at < len(text):
            at += 2 if text.startswith("\r\n", at) else 1
            row, column = row + 1, 1


def _as_cell(cell: str, delimiter: str) -> str:
    """`cell`, quoted where its new content needs that."""
    if delimiter in cell or cell.startswith('"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


# iCalendar (RFC 5545): lines are folded at 75 octets, and texts (section 3.3.11) are escaped.
_FOLD = r"\r?\n[ \t]"
_CONTENT_LINE = re.compile(rf"(?:[^\r\n]|{_FOLD})+")
_TEXT_NAMES = re.compile(
    r"(?:DESCRIPTION|SUMMARY|LOCATION|COMMENT|CONTACT|CATEGORIES|RESOURCES|X-[A-Z0-9-]+)[;:]",
    re.IGNORECASE,
)
# Those that calendars show, with their parameters; a colon in quotes does not end these.
_SHOWN = re.compile(
    r"(?:DESCRIPTION|SUMMARY|LOCATION|COMMENT|CONTACT|CATEGORIES|RESOURCES|NAME|X-WR-CALNAME|"
    r"X-WR-CALDESC)(?=[;:])(?:[^:\"]|\"[^\"]*+\")*+:",
    re.IGNORECASE,
)
_LONGEST_LINE = 75


def _undo_calendar(escape: str) -> str:
    return {"\\n": "\n", "\\N": "\n"}.get(escape, escape[1:] if escape[0] == "\\" else "")


def _redo_text(written: str, _: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", written)


def _refold(line: str, newline: str) -> str:
    """A content line with folds where they are due: none within a character."""
    line = re.sub(_FOLD, "", line)
    out, length = [], 0
    for char in line:
        width = len(char.encode("utf-8", "surrogateescape"))
        if length + width > _LONGEST_LINE:
            out.append(f"{newline} ")
            length = 1
        out.append(char)
        length += width
    return "".join(out)


def calendar_passages(text: str) -> Iterator[Passage]:
    """The content lines of a calendar."""
    refold = partial(_refold, newline="\r\n" if "\r\n" in text else "\n")
    values = Codec(re.compile(_FOLD), lambda _: "", whole=refold)
    texts = Codec(re.compile(rf"{_FOLD}|\\[\\,;nN]"), _undo_calendar, _redo_text, whole=refold)
    for match in _CONTENT_LINE.finditer(text):
        codec = texts if _TEXT_NAMES.match(match[0]) else values
        yield Passage((match.span(),), codec)


def calendar_texts(text: str) -> Iterator[Passage]:
    """The values of those properties of a calendar that people read."""
    for passage in calendar_passages(text):
        ((start, end),) = passage.pieces
        shown = _SHOWN.match(text, start, end)
        if shown is not None and shown.end() < end:
            yield evolve(passage, pieces=((shown.end(), end),))
