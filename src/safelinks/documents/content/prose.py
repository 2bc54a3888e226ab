"""Prose: the text of a document that people see, in stretches, and where each of them stands.

It joins what formats tell of their passages. It knows no links, and nothing of what is looked for
in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.documents.content.named_functions import function_named, registered_name
from safelinks.documents.passages.passage import Meant, Passage, Passages, ProsePassage
from safelinks.documents.passages.passage_links import Locate, by_line
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Prose", "prose_in", "prose_of", "stretch"]


@frozen
class Prose:
    """A stretch of text that belongs together, such as a paragraph, a cell or a page.

    `text` is what people see, without white space around it; `place` is where it begins, told as
    links of that format are. In plain text, each newline in `text` is one more line.
    """

    text: str = field(repr=False)
    place: Place


_SURROGATE = pattern_of("[\ud800-\udfff]")  # what stands for bytes that are no text
_MARKUP_WITHIN = pattern_of(r"</[a-z]|<br", re.IGNORECASE)  # as feeds hold pages
_EMPTY_LINES = pattern_of(r"\n[ \t\r]*+\n\s*+")


def stretch(text: str, place: Place) -> Iterator[Prose]:
    """`text` as a stretch, if there is anything to see in it."""
    text = text.strip()
    if text:
        yield Prose(text if text.isascii() else _SURROGATE.sub("\ufffd", text), place)


def prose_in(text: str, passages: Passages, locate: Locate | None = None) -> Iterator[Prose]:
    """What people see of `text`, in which `passages` hold links, at the place that `locate` gives.

    By default, that is the place of the passage, with line and column in `text`.
    """
    locate = locate or by_line(text)
    seen, has_markup_within = _seen_where(passages)
    for passage in seen(text):
        meant = Meant(text, passage)
        begins = len(meant.text) - len(meant.text.lstrip())
        if begins == len(meant.text):
            continue
        place = locate(passage, meant.start_of(begins))
        if has_markup_within and _MARKUP_WITHIN.search(meant.text):
            for one in prose_in(meant.text, function_named(_PAGE)):
                yield evolve(one, place=place)
        else:
            yield from stretch(meant.text, place)


def prose_of(words: Iterable[tuple[str, ProsePassage]], between: str) -> Iterator[Prose]:
    """Words, each with the text that it is a passage of, as stretches: one for each block."""
    for (_, place, _), block in groupby(
        words, key=lambda one: (id(one[0]), one[1].place, one[1].block)
    ):
        yield from stretch(between.join(_read(text, passage) for text, passage in block), place)


def _read(text: str, words: ProsePassage) -> str:
    pieces = tuple(piece for piece in words.pieces if piece[0] not in words.unread)
    return Meant(text, Passage(pieces, words.codec, meanings=words.meanings)).text


def _paragraphs(text: str) -> Iterator[Passage]:
    """What empty lines part."""
    at = 0
    for gap in _EMPTY_LINES.finditer(text):
        yield Passage(((at, gap.start()),))
        at = gap.end()
    yield Passage(((at, len(text)),))


# The passages that people see, by those that may hold a link; of all others, all is plain text.
# Each is a function's name below `documents`, whose room a text of its kind has imported.
_PAGE = "markup.html_pages.html_passages"
_XML = "markup.xml_documents.xml_passages"
_SEEN = {
    _PAGE: "markup.visible_blocks.html_blocks",
    _XML: "markup.visible_blocks.xml_blocks",
    "markup.visible_blocks.opendocument_blocks": "markup.visible_blocks.opendocument_blocks",
    "structured.json_csv_icalendar.json_passages": "structured.json_csv_icalendar.json_values",
    "structured.json_csv_icalendar.calendar_passages": (
        "structured.json_csv_icalendar.calendar_texts"
    ),
    "structured.json_csv_icalendar.csv_passages": "structured.json_csv_icalendar.csv_passages",
    "text.notebooks.json_or_notebook_passages": "structured.json_csv_icalendar.json_values",
}


def _seen_where(passages: Passages) -> tuple[Passages, bool]:
    """What people see of a text with these passages, and whether pages may be within."""
    name = registered_name(passages)
    return (function_named(_SEEN[name]) if name in _SEEN else _paragraphs), name == _XML
