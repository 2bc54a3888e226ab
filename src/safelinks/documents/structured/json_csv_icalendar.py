"""JSON, CSV and iCalendar: texts in which values are escaped, and where those values stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial

from attrs import field

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Codec, Passage, Reading
from safelinks.documents.structured.member_names import ROLES, reading_of
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = [
    "calendar_passages",
    "calendar_texts",
    "csv_passages",
    "json_passages",
    "json_strings",
    "json_values",
]

# JSON (RFC 8259, section 7): any string anywhere; a colon behind it shows that it names a member.
_JSON_STRING = pattern_of(r'"((?:[^"\\\r\n]++|\\.)*+)"?(\s*+:)?')
_JSON_ESCAPE = pattern_of(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')
_BRACKET = pattern_of(r"[][{}]")
_CLOSES = frozenset("]}")
# More than one address may be in such a string, whatever its member is called.
_SEVERAL = pattern_of(r":(?:\\?/){2}.*:(?:\\?/){2}|\\[nr]|[\r\n]", re.DOTALL)


def _undo_json(escape: str) -> str:
    return str(json.loads(f'"{escape}"', strict=False))


def _redo_json(written: str, before: str) -> str:
    """Escape as the string there does: ampersands, slashes and other scripts, or not."""
    out = json.dumps(written, ensure_ascii=before.isascii())[1:-1]
    if "\\u0026" in before.lower():
        out = out.replace("&", "\\u0026")
    return out.replace("/", "\\/") if "\\/" in before else out


_JSON = Codec(_JSON_ESCAPE, _undo_json, _redo_json)


def json_passages(text: str) -> Iterator[Passage]:
    """The strings of a JSON document, or of one on each line; and what is no string, as it is.

    A string may be an address from end to end, and is one where its member is called so.
    """
    end = 0
    name = ""  # of the member whose value comes next
    scopes = _Scopes(notebook=NOTEBOOK in text) if any(map(text.__contains__, _OPENERS)) else None
    for match in _JSON_STRING.finditer(text):
        start = match.start()
        between = text[end:start]
        if between:
            yield Passage(((end, start),))
        own = bool(name) and not between.strip()  # as a whole, no item of a list
        scope = scopes.of(between, name, match[1]) if scopes is not None else None
        reading = Reading.STRING
        if own and reading_of(name) is Reading.VALUE and not _SEVERAL.search(match[1]):
            reading = Reading.VALUE
        if scope is None:
            yield Passage((match.span(1),), _JSON, reading=reading)
        else:
            yield Passage(
                (match.span(1),), _JSON, reading=scope.reading or reading, role=scope.role
            )
        name = match[1] if match[2] else ""
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


@frozen
class _Scope:
    """What the strings in the value of a member are, however deep they are in it."""

    reading: Reading | None = None
    role: Role | None = None


# Cells of a notebook (nbformat 4): their source and output stand there line by line.
NOTEBOOK = '"nbformat"'
_LINES = frozenset({"source", "text", "text/plain", "text/markdown", "text/html"})
_TEXT_LINES, _MARKDOWN_LINES = _Scope(Reading.TEXT), _Scope(Reading.MARKDOWN)
_NAMED = {name: _Scope(role=role) for name, role in ROLES.items()}
_OPENERS = (NOTEBOOK, *(f'"{name}"' for name in ROLES))


@define
class _Scopes:
    """Which member with such a value is open, as the brackets tell."""

    notebook: bool
    _depth: int = 0
    _open: _Scope | None = None
    _floor: int = 0  # the depth at which that member stands
    _cell: str = ""

    def of(self, between: str, name: str, string: str) -> _Scope | None:
        """What `string` is in, which stands behind `between` and perhaps behind `name`."""
        opened = self._named(name, string) if name and self._open is None else None
        depth = lowest = self._depth
        for bracket in _BRACKET.findall(between):
            depth += -1 if bracket in _CLOSES else 1
            lowest = min(lowest, depth)
        if opened is not None:
            self._floor = self._depth
            if depth > self._depth:
                self._open = opened
            elif between.strip():  # the value was no string
                opened = None
        elif self._open is not None and lowest <= self._floor:
            self._open = None
        self._depth = depth
        return self._open or opened

    def _named(self, name: str, value: str) -> _Scope | None:
        if not self.notebook:
            return _NAMED.get(name)
        if name == "cell_type":
            self._cell = value
        if name not in _LINES:
            return None
        return _MARKDOWN_LINES if name == "source" and self._cell == "markdown" else _TEXT_LINES


_NAMES_A_MEMBER = pattern_of(r'"\s*+:')


def json_values(text: str) -> Iterator[Passage]:
    """Those strings of a JSON document that are values, and no names of members."""
    for passage in json_passages(text):
        if passage.codec is _JSON and not _NAMES_A_MEMBER.match(text, passage.pieces[0][1]):
            yield passage


# CSV (RFC 4180): cells in quotes, in which a quote is doubled, or bare.
_DELIMITERS = ",;\t|"
_NO_DELIMITERS = pattern_of(r'"[^"]*"|[a-z]+://(?:&(?:amp;)++|[^\s,;|])*')
_QUOTED_CELL = pattern_of(r'"((?:[^"]++|"")*+)"?')


def _delimiter(text: str) -> str:
    """The delimiter of most cells in the first lines."""
    start = _NO_DELIMITERS.sub("", text[:10_000])
    return max(_DELIMITERS, key=start.count)


def csv_passages(text: str) -> Iterator[Passage]:
    """The cells of a table, each with its row and column as ``R2C3``.

    A cell may be an address from end to end, and is one where its column is called so.
    """
    delimiter = _delimiter(text)
    bare = Codec(whole=lambda cell: _as_cell(cell, delimiter))
    quoted = Codec(pattern_of('""'), lambda _: '"', lambda written, _: written.replace('"', '""'))
    bare_cell = pattern_of(rf"[^{re.escape(delimiter)}\r\n]*+")
    readings: list[Reading] = []  # of columns, by the names in the first row
    row = column = 1
    at = 0
    while at < len(text):
        match = _QUOTED_CELL.match(text, at)
        span = match.span(1) if match else bare_cell.match(text, at).span()  # type: ignore[union-attr]
        end = match.end() if match else span[1]
        rest = bare_cell.match(text, end)  # behind a closing quote there should be nothing
        if row == 1:
            readings.append(reading_of(text[slice(*span)]))
        if span[0] < span[1]:
            reading = readings[column - 1] if column <= len(readings) else Reading.STRING
            if reading is Reading.VALUE and _SEVERAL.search(text, *span):
                reading = Reading.STRING
            cell = Place(cell=f"R{row}C{column}")
            yield Passage((span,), quoted if match else bare, place=cell, reading=reading)
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
_CONTENT_LINE = pattern_of(rf"(?:[^\r\n]|{_FOLD})+")
# The name of a property, its parameters, and the colon before its value; one in quotes is none.
_PROPERTY = pattern_of(
    rf"((?:[A-Z0-9-]|{_FOLD})++)((?:;(?:[^:\"]|\"[^\"]*+\")*+)?+):(?!//)", re.IGNORECASE
)
_QUOTED = pattern_of(r'"(?:([^":]*+:[^"]*+)|[^"]*+)"')
_HOLDS_ADDRESS = pattern_of(rf";(?:{_FOLD})?VALUE=\"?URI\b", re.IGNORECASE)
_LONGEST_LINE = 75
# How values are read: addresses (section 3.3.13; RFC 7986, 9073 and 9253), texts that often are
# nothing but an address, and texts. Others may be an address, too.
_READINGS = {
    **dict.fromkeys(
        ("ATTACH", "CONFERENCE", "IMAGE", "LINK", "SOURCE", "STRUCTURED-DATA", "TZURL", "URL"),
        Reading.VALUE,
    ),
    **dict.fromkeys(("CATEGORIES", "CONTACT", "LOCATION", "NAME", "RESOURCES"), Reading.STRING),
    **dict.fromkeys(
        ("COMMENT", "DESCRIPTION", "STYLED-DESCRIPTION", "SUMMARY", "X-ALT-DESC", "X-WR-CALDESC"),
        Reading.TEXT,
    ),
}
_SHOWN = frozenset({
    "CATEGORIES", "COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "NAME", "RESOURCES", "SUMMARY",
    "X-WR-CALDESC", "X-WR-CALNAME",
})  # fmt: skip


@frozen
class _Syntax:
    """How one kind of value is escaped; any may be folded. `signs` has escapes that are special."""

    escape: re.Pattern[str]
    redo: Callable[[str, str], str]
    signs: Mapping[str, str] = field(factory=dict, eq=False)

    def undo(self, escape: str) -> str:
        """What an escape, or a fold, stands for."""
        if escape[0] in "\r\n":
            return ""
        escape = re.sub(_FOLD, "", escape)  # a line may be folded within one, too
        return self.signs.get(escape, escape[1:])


_TEXT = _Syntax(
    pattern_of(rf"{_FOLD}|\\(?:{_FOLD})?[\\,;nN]"),
    lambda written, _: re.sub(r"([\\,;])", r"\\\1", written),
    {"\\n": "\n", "\\N": "\n"},
)
# Nothing is escaped in an address, but some programs do: a backslash in one is none of its own.
_ADDRESS = _Syntax(
    pattern_of(rf"{_FOLD}|\\(?:{_FOLD})?[,;]"),
    lambda written, _: re.sub(r"\\(?=[,;])", "%5C", written),
)
# RFC 6868: what cannot stand within the quotes of a parameter.
_PARAMETER = _Syntax(
    pattern_of(rf"{_FOLD}|\^(?:{_FOLD})?[n^']"),
    lambda written, _: written.replace("^", "^^").replace('"', "^'"),
    {"^n": "\n", "^'": '"'},
)


def calendar_passages(text: str) -> Iterator[Passage]:
    """The values of the properties of a calendar, and addresses in quotes before them."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for line in _CONTENT_LINE.finditer(text):
        start, end = line.span()
        prop = _PROPERTY.match(text, start, end)
        if prop is None:
            yield Passage(((start, end),), _folded(_ADDRESS, newline, 0))
            continue
        name, parameters = prop.groups()
        if '"' in parameters:
            for quoted in _QUOTED.finditer(text, *prop.span(2)):
                if quoted[1]:
                    codec = _folded(_PARAMETER, newline, _column(text[start : quoted.start(1)]))
                    yield Passage((quoted.span(1),), codec, reading=Reading.VALUE)
        if prop.end() < end:
            syntax, reading = _kind(name, parameters)
            codec = _folded(syntax, newline, _column(prop[0]))
            yield Passage(((prop.end(), end),), codec, reading=reading)


def calendar_texts(text: str) -> Iterator[Passage]:
    """The values of those properties of a calendar that people read."""
    codec = _folded(_TEXT, "\n", 0)
    for line in _CONTENT_LINE.finditer(text):
        prop = _PROPERTY.match(text, *line.span())
        if prop is not None and prop.end() < line.end() and _unfolded(prop[1]) in _SHOWN:
            yield Passage(((prop.end(), line.end()),), codec)


@lru_cache(maxsize=1_024)
def _kind(name: str, parameters: str) -> tuple[_Syntax, Reading]:
    """How the value of a property is escaped, and how it is read."""
    if _HOLDS_ADDRESS.search(parameters):
        return _ADDRESS, Reading.VALUE
    name = _unfolded(name)
    reading = _READINGS.get(name, Reading.STRING)
    is_text = reading is not Reading.VALUE and (name in _READINGS or name.startswith("X-"))
    return _TEXT if is_text else _ADDRESS, reading


def _unfolded(name: str) -> str:
    return re.sub(_FOLD, "", name).upper()


def _column(before: str) -> int:
    """How many octets of its line stand before what `before` ends at."""
    last = before[before.rfind("\n") + 1 :]
    return min(len(last if last.isascii() else last.encode(errors="replace")), _LONGEST_LINE)


@lru_cache(maxsize=1_024)
def _folded(syntax: _Syntax, newline: str, column: int) -> Codec:
    """The codec of what begins at `column` of a line, and is folded anew when it has changed."""
    refold = partial(_refold, newline=newline, column=column)
    return Codec(syntax.escape, syntax.undo, syntax.redo, refold)


def _refold(value: str, newline: str, column: int) -> str:
    """`value` with folds where they are due (section 3.1): none within a character."""
    value = re.sub(_FOLD, "", value)
    out, length = [], column
    for char in value:
        width = len(char.encode("utf-8", "surrogateescape"))
        if length + width > _LONGEST_LINE:
            out.append(f"{newline} ")
            length = 1
        out.append(char)
        length += width
    return "".join(out)
