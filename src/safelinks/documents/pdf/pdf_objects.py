"""The objects of a PDF (ISO 32000-2): which of them hold addresses, titles, files and widths.

Nothing here trusts a file: what has another type than it should have is not there, walks are
iterative and bounded, and what goes on without end raises `EndlessError`. Whatever pypdf raises
goes through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from safelinks.documents.pdf.word_positions import Box, Matrix, Widths, core_widths
from safelinks.foundation.patterns import pattern_of

__all__ = [
    "EndlessError",
    "attached_file",
    "bookmarks",
    "boxes_of",
    "embedded_files",
    "entry",
    "items",
    "matrix_of",
    "pdf_text_of",
    "uris_of",
    "weight_of",
    "widths_of",
]

_MOST_ACTIONS = 100  # of one object
_MOST_NODES = 50_000  # of a tree
_FONT = 1_000  # what a font is taken for at least, in bytes
_ELEMENT = 10  # and an element of an array in it
_MOST_WIDTHS = 65_536  # of a font


class EndlessError(Exception):
    """There is more of something than any honest document has."""


def entry(owner: object, key: str) -> object:
    """What `owner` has at `key`, if it is a dictionary."""
    value = owner.get(key) if isinstance(owner, DictionaryObject) else None
    return value.get_object() if isinstance(value, PdfObject) else value


def items(array: object) -> Iterator[object]:
    """The objects in `array`, if it is one."""
    for item in array if isinstance(array, ArrayObject) else ():
        yield item.get_object() if isinstance(item, PdfObject) else item


def _numbers(array: object) -> list[float]:
    """The numbers in `array`; none if anything else is in it."""
    found = list(items(array))
    numbers = [float(one) for one in found if isinstance(one, (int, float))]
    return numbers if len(numbers) == len(found) else []


_NOT_SEEN = pattern_of(r"[\x00-\x1f\x7f]")


def pdf_text_of(value: object) -> str:
    """The text of a string, in whichever encoding it was written."""
    if not isinstance(value, (TextStringObject, ByteStringObject)):
        return ""
    octets = value.original_bytes
    if octets.startswith((b"\xfe\xff", b"\xff\xfe")):
        return octets.decode("utf-16", "replace")
    with suppress(UnicodeDecodeError):
        return octets.decode("utf-8-sig")
    return str(value) if isinstance(value, TextStringObject) else octets.decode("latin-1")


def uris_of(owner: object) -> Iterator[str]:
    """The addresses of all actions of `owner`: a catalog, a page, an annotation or a bookmark.

    Section 12.6: an action may be followed by others, and they may follow each other in a circle.
    """
    pending = [entry(owner, key) for key in ("/A", "/PA", "/OpenAction")]
    more = entry(owner, "/AA")
    if isinstance(more, DictionaryObject):
        pending += [entry(more, key) for key in list(more)[:_MOST_ACTIONS]]
    pending.reverse()
    seen: dict[int, object] = {}
    while pending:
        action = pending.pop()
        if not isinstance(action, DictionaryObject) or id(action) in seen:
            continue
        if len(seen) >= _MOST_ACTIONS:
            raise EndlessError
        seen[id(action)] = action
        # UTF-16 without its mark leaves every other byte empty, and long ones are broken over lines
        uri = _NOT_SEEN.sub("", pdf_text_of(entry(action, "/URI"))).strip()
        if uri:
            yield uri.replace(" ", "%20")
        following = entry(action, "/Next")
        if isinstance(following, ArrayObject):
            pending += reversed([*items(ArrayObject(following[:_MOST_ACTIONS]))])
        else:
            pending.append(following)


def bookmarks(catalog: object) -> Iterator[DictionaryObject]:
    """The items of the outline (section 12.3.3), as people read it."""
    pending = [entry(entry(catalog, "/Outlines"), "/First")]
    seen: dict[int, object] = {}
    while pending:
        item = pending.pop()
        if not isinstance(item, DictionaryObject) or id(item) in seen:
            continue
        if len(seen) >= _MOST_NODES:
            raise EndlessError
        seen[id(item)] = item
        yield item
        pending += [entry(item, "/Next"), entry(item, "/First")]


def embedded_files(catalog: object) -> Iterator[object]:
    """The file specifications in the name tree of embedded files (sections 7.9.6 and 7.11.4)."""
    yield from items(entry(catalog, "/AF"))
    pending = [entry(entry(catalog, "/Names"), "/EmbeddedFiles")]
    seen: dict[int, object] = {}
    while pending:
        node = pending.pop()
        if not isinstance(node, DictionaryObject) or id(node) in seen:
            continue
        if len(seen) >= _MOST_NODES:
            raise EndlessError
        seen[id(node)] = node
        yield from items(entry(node, "/Names"))  # names, and what they name
        pending += reversed([*items(entry(node, "/Kids"))])


def attached_file(specification: object) -> tuple[str, StreamObject] | None:
    """The name of an embedded file, and the stream that holds it; None if it is none."""
    versions = entry(specification, "/EF")
    names = ("/UF", "/F", "/Unix", "/Mac", "/DOS")
    streams = (entry(versions, name) for name in names)
    stream = next((one for one in streams if isinstance(one, StreamObject)), None)
    if stream is None:
        return None
    title = next(filter(None, (pdf_text_of(entry(specification, name)) for name in names)), "")
    return title, stream


def boxes_of(annotation: object) -> list[Box]:
    """Where an annotation stands: a rectangle, or one for each line of it."""
    corners = _numbers(entry(annotation, "/QuadPoints"))
    if len(corners) >= 8 and len(corners) % 8 == 0:
        starts = range(0, min(len(corners), 8 * _MOST_ACTIONS), 8)
        return [Box.around(corners[at : at + 8 : 2], corners[at + 1 : at + 8 : 2]) for at in starts]
    corners = _numbers(entry(annotation, "/Rect"))
    return [Box.around(corners[::2], corners[1::2])] if len(corners) == 4 else []


def matrix_of(form: object) -> Matrix:
    """How a form is placed on its page; nowhere else than it is drawn, if it does not say."""
    matrix = _numbers(entry(form, "/Matrix"))
    return matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def widths_of(font: object) -> Widths:
    """How wide the glyphs of `font` are (sections 9.6.2 and 9.7.4.3)."""
    if entry(font, "/Subtype") == "/Type0":
        below = next(items(entry(font, "/DescendantFonts")), None)
        other = entry(below, "/DW")
        of = dict(_composite(entry(below, "/W")))
        return Widths(2, of, float(other) if isinstance(other, (int, float)) else 1000.0)
    widths = _numbers(entry(font, "/Widths"))[:_MOST_WIDTHS]
    first = entry(font, "/FirstChar")
    if not widths or not isinstance(first, int):
        return core_widths(str(entry(font, "/BaseFont")))
    scale = _numbers(entry(font, "/FontMatrix"))  # of a font whose glyphs are drawings
    factor = scale[0] * 1000 if scale else 1.0
    return Widths(1, {first + at: width * factor for at, width in enumerate(widths)}, 0.0)


def weight_of(font: object) -> int:
    """How many bytes there are to read before a text in `font` can be."""
    below = next(items(entry(font, "/DescendantFonts")), None)
    weight = _FONT
    for owner in (font, below, entry(font, "/Encoding"), entry(font, "/ToUnicode")):
        weight += len(owner.get_data()) if isinstance(owner, StreamObject) else 0
        for key in ("/W", "/Widths", "/Differences"):
            array = entry(owner, key)
            weight += _ELEMENT * len(array) if isinstance(array, ArrayObject) else 0
    return weight


def _composite(array: object) -> Iterator[tuple[int, float]]:
    """Codes and widths: ``c [w1 w2 …]`` or ``first last w``, in any mixture."""
    parts = items(array)
    left = _MOST_WIDTHS
    for first in parts:
        then = next(parts, None)
        if not isinstance(first, int):
            return
        if isinstance(then, ArrayObject):
            widths = _numbers(then)[:left]
        else:
            width = next(parts, None)
            if not isinstance(then, int) or not isinstance(width, (int, float)):
                return
            widths = [float(width)] * max(0, min(then - first + 1, left))
        left -= len(widths)
        yield from enumerate(widths, start=first)
