"""Notebooks: the cells of one that are Markdown, which stands there in the strings of JSON.

The lines of a cell are one text. It is read as Markdown, and each of its passages is moved to where
the strings have it; what is written is escaped twice, once for either format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from attrs import Factory, evolve

from safelinks.documents.passages.character_references import CHARACTER_REFERENCE
from safelinks.documents.passages.passage import Codec, Passage, Reading, Span
from safelinks.documents.structured.json_csv_icalendar import NOTEBOOK, json_passages
from safelinks.documents.text.markdown import markdown_passages
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["NotebookCell", "json_or_notebook_passages", "notebook_cells"]

# One character: a pair of surrogates is one.
_ESCAPE = pattern_of(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[\"\\/bfnrt]"
)
# A backslash of Markdown and what it escapes, both escaped for JSON where they must be.
_ESCAPED = r"\\\\(?:\\[\"\\]|[!#-/:-@\[\]-`{-~])"


def json_or_notebook_passages(text: str) -> Iterator[Passage]:
    """The passages of a JSON document; in a notebook, those of its cells are of Markdown."""
    lines: list[Passage] = []
    for passage in json_passages(text):
        if passage.reading is Reading.MARKDOWN:
            lines.append(passage)
            continue
        if lines and passage.reading is not Reading.TEXT:  # else it stands between two lines
            yield from _of_cell(text, lines)
            lines = []
        yield passage
    if lines:
        yield from _of_cell(text, lines)


def notebook_cells(text: str) -> Iterator[NotebookCell]:
    """The Markdown cells of a notebook; none of other documents of JSON."""
    if NOTEBOOK not in text:
        return
    lines: list[Passage] = []
    for passage in json_passages(text):
        if passage.reading is Reading.MARKDOWN:
            lines.append(passage)
        elif lines and passage.reading is not Reading.TEXT:
            yield _cell(text, lines)
            lines = []
    if lines:
        yield _cell(text, lines)


def _of_cell(text: str, lines: Iterable[Passage]) -> Iterator[Passage]:
    """The passages of the Markdown in `lines`."""
    cell = _cell(text, lines)
    for passage in markdown_passages("".join(cell.characters)):
        yield cell.moved(passage)


def _cell(text: str, lines: Iterable[Passage]) -> NotebookCell:
    cell = NotebookCell()
    for line in lines:
        cell.add(text, line.pieces[0], line.codec)
    return cell


@define
class NotebookCell:
    """The text of a cell by its characters, and where in the document each stands."""

    characters: list[str] = Factory(list)
    pieces: list[Span] = Factory(list)  # the lines, as they stand in the document
    _spans: list[Span] = Factory(list)
    _lines: list[int] = Factory(list)  # which line each is in
    _count: int = 0

    def add(self, text: str, span: Span, codec: Codec) -> None:
        """Append a line."""
        self.pieces.append(span)
        at, end = span
        while at < end:
            escape = _ESCAPE.match(text, at, end) if text[at] == "\\" else None
            behind = escape.end() if escape else at + 1
            self.characters.append(codec.undo(escape[0]) if escape else text[at])
            self._spans.append((at, behind))
            self._lines.append(self._count)
            at = behind
        self._count += 1

    def span(self, start: int, end: int) -> Span:
        """Where ``characters[start:end]``, which are not empty, stand in the document."""
        return self._spans[start][0], self._spans[end - 1][1]

    def moved(self, passage: Passage) -> Passage:
        """`passage` of the cell as one of the document."""
        pieces: list[Span] = []
        meanings: dict[int, str] = {}
        kept: set[int] = set()
        for piece in passage.pieces:
            if piece[0] == piece[1]:
                continue
            start = self._spans[piece[0]][0]
            if piece[0] in passage.meanings:
                meanings[start] = passage.meanings[piece[0]]
                pieces.append((start, self._spans[piece[1] - 1][1]))
            else:
                for part in self._parts(*piece):
                    if pieces and pieces[-1][1] < part[0] and part[0] != start:
                        border = (pieces[-1][1], part[0])  # of two lines
                        meanings[border[0]] = ""
                        kept.add(border[0])
                        pieces.append(border)
                    pieces.append(part)
            if piece[0] in passage.kept:
                kept.add(start)
        return evolve(
            passage,
            pieces=tuple(pieces),
            codec=_in_json(passage.codec),
            meanings=meanings,
            kept=frozenset(kept),
            roles={self._spans[at][0]: role for at, role in passage.roles.items()},
            places={self._spans[at][0]: place for at, place in passage.places.items()},
        )

    def _parts(self, start: int, end: int) -> Iterator[Span]:
        """What stands at ``characters[start:end]`` in the document, line by line."""
        first = start
        for at in range(start + 1, end + 1):
            if at == end or self._lines[at] != self._lines[first]:
                yield self._spans[first][0], self._spans[at - 1][1]
                first = at


def _unescaped(text: str, undo: Callable[[str], str]) -> str:
    return _ESCAPE.sub(lambda match: undo(match[0]), text)


@lru_cache(maxsize=64)
def _in_json(inner: Codec) -> Codec:
    """How `inner` is written in a string of JSON."""
    json = _json_codec()

    def undo(escape: str) -> str:
        meant = _unescaped(escape, json.undo)
        return inner.undo(meant) if inner.pattern and inner.pattern.fullmatch(meant) else meant

    def redo(written: str, before: str) -> str:
        return json.redo(inner.redo(written, _unescaped(before, json.undo)), before)

    return Codec(
        pattern_of(rf"{_ESCAPED}|{CHARACTER_REFERENCE.pattern}|{_ESCAPE.pattern}"),
        undo,
        redo,
        inner.whole,
    )


@lru_cache(maxsize=1)
def _json_codec() -> Codec:
    """How strings of JSON are written."""
    return next(iter(json_passages('"a"'))).codec
