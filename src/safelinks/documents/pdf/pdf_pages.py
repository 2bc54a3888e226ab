"""The pages of a PDF, and of each its text, layer by layer, and where each word of it stands.

A page draws forms, and forms draw forms, any of them any number of times. Here each is read once a
page, so that no nesting costs more than the forms are long; a `Budget` bounds what all cost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from attrs import field
from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    PdfObject,
    StreamObject,
)

from safelinks.documents.pdf.pdf_objects import (
    EndlessError,
    entry,
    items,
    matrix_of,
    weight_of,
    widths_of,
)
from safelinks.documents.pdf.word_positions import IDENTITY, GlyphPen, Matrix, Widths, times
from safelinks.foundation.values import define

__all__ = ["Budget", "page_texts", "pages"]

_UPRIGHT = (0, 90, 180, 270)  # whichever way a line of text goes
_SPACE = 200.0  # the width of a space where a font does not tell: pypdf's default

_MOST_PAGES = 100_000
_LARGE = 200_000  # bytes of content from which on it is worth counting
_MOST_WORK = 10_000_000_000  # bytes that are copied for one layer
_COPIES = 5_000  # bytes that are copied while one is read
_SHOWS = {b"Tj", b"TJ", b"'", b'"'}
_TEXT = {*_SHOWS, b"Td", b"TD", b"Tm", b"T*"}


@define
class Budget:
    """How much of a document is read, in bytes of content; what is more raises EndlessError."""

    left: int

    def spend(self, amount: int) -> None:
        """Use up `amount`."""
        if amount > self.left:
            raise EndlessError
        self.left -= amount


@define
class _Work:
    """How much pypdf copies: at each operator of text, all the text that is there so far."""

    text: int = 0
    done: int = 0

    def operator(self, name: bytes, operands: Sequence[object], *_: object) -> None:
        """An operator is about to be carried out."""
        if name not in _TEXT:
            return
        shown = operands[-1] if operands and name in _SHOWS else b""
        pieces = shown if isinstance(shown, list) else [shown]
        self.text += sum(len(piece) for piece in pieces if isinstance(piece, (str, bytes)))
        self.done += self.text * len(pieces)
        if self.done > _MOST_WORK:
            raise EndlessError


@define
class _Layer:
    """The content of a page, or of a form that is drawn on it, and how it is placed there."""

    content: DictionaryObject
    place: Matrix
    drawn: list[tuple[object, Matrix]] = field(factory=list)  # the names of forms, and where

    def size(self) -> int:
        """How many bytes of content there are to read."""
        own = self.content
        streams = [own] if isinstance(own, StreamObject) else [entry(own, "/Contents")]
        if isinstance(streams[0], ArrayObject):
            streams = list(items(streams[0]))
        return sum(len(one.get_data()) for one in streams if isinstance(one, StreamObject))

    def weight(self) -> int:
        """How many bytes there are to read of its fonts."""
        fonts = entry(entry(self.content, "/Resources"), "/Font")
        names = list(fonts) if isinstance(fonts, DictionaryObject) else []
        return sum(weight_of(entry(fonts, name)) for name in names)

    def forms(self) -> Iterator[tuple[EncodedStreamObject, Matrix]]:
        """The forms that were drawn, each with its place on the page."""
        known = entry(entry(self.content, "/Resources"), "/XObject")
        for name, matrix in self.drawn:
            form = entry(known, str(name))
            # What is not compressed is another class, but read in the same way.
            if isinstance(form, StreamObject) and entry(form, "/Subtype") == "/Form":
                yield form, times(times(matrix_of(form), matrix), self.place)  # type: ignore[misc]

    def fonts(self) -> Callable[[object], Widths]:
        """Tells the widths of the fonts that the content names."""
        known = entry(entry(self.content, "/Resources"), "/Font")
        widths: dict[object, Widths] = {}

        def of(name: object) -> Widths:
            if name not in widths:
                widths[name] = widths_of(entry(known, str(name)))
            return widths[name]

        return of


def pages(reader: PdfReader) -> Iterator[PageObject | None]:
    """The pages, in order (section 7.7.3); None in the place of one that cannot be read.

    They are one tree, of which each node is entered once.
    """
    root = entry(reader.root_object, "/Pages")
    if not isinstance(root, DictionaryObject):
        raise TypeError
    pending: list[tuple[object, object]] = [(root, None)]  # nodes, and the resources they inherit
    seen: dict[int, object] = {}
    found = 0
    while pending:
        kid, inherited = pending.pop()
        found += 1
        if found > _MOST_PAGES:
            raise EndlessError
        try:
            node = kid.get_object() if isinstance(kid, PdfObject) else kid
            page = None if id(node) in seen else _page(reader, kid, node)
            kids = entry(node, "/Kids")
            resources = entry(node, "/Resources") or inherited
        except DependencyError:
            raise
        except Exception:  # noqa: BLE001 - a damaged file makes pypdf raise anything at all
            yield None
            continue
        if isinstance(kids, ArrayObject):
            if id(node) not in seen:
                seen[id(node)] = node
                pending += [(one, resources) for one in reversed(kids)]
        else:
            if page is not None and isinstance(resources, DictionaryObject):
                page[NameObject("/Resources")] = resources
            yield page


def _page(reader: PdfReader, kid: object, node: object) -> PageObject | None:
    if not isinstance(node, DictionaryObject) or not node:
        return None
    page = PageObject(reader, kid if isinstance(kid, IndirectObject) else None)
    page.update(node)
    return page


def page_texts(page: PageObject, budget: Budget, pen: GlyphPen | None) -> Iterator[str]:
    """The text of `page`, then that of each form on it; with a `pen`, where its words stand."""
    layers = deque([_Layer(page, IDENTITY)])
    seen: dict[int, object] = {}
    while layers:
        layer = layers.popleft()
        size = layer.size()
        budget.spend(size + layer.weight())
        work = _Work() if size > _LARGE else None
        yield _text(page, layer, pen, work)
        budget.spend(work.done // _COPIES if work else 0)
        for form, place in layer.forms():
            if id(form) not in seen:
                seen[id(form)] = form
                layers.append(_Layer(form, place))


def _text(page: PageObject, layer: _Layer, pen: GlyphPen | None, work: _Work | None) -> str:
    """The text of one layer, without that of the forms that it draws, which it notes."""
    may_draw = entry(entry(layer.content, "/Resources"), "/XObject") is not None

    def carried_out(name: bytes, operands: Sequence[object], cm: Matrix, tm: Matrix) -> None:
        if name == b"Do" and operands:
            layer.drawn.append((operands[0], tuple(cm)))
        elif pen is not None:
            pen.operator(name, operands, cm, tm)

    def shown(text: str, *_: object) -> None:
        if pen is not None:
            pen.text(text)

    if pen is not None:
        pen.begin(layer.fonts(), layer.place)
    before = work.operator if work is not None else None
    after = carried_out if may_draw or pen is not None else None
    hear = None if pen is None else shown
    if layer.content is page:
        return page.extract_text(
            visitor_operand_before=before, visitor_operand_after=after, visitor_text=hear
        )
    form: EncodedStreamObject = layer.content  # type: ignore[assignment]
    return page.extract_xform_text(form, _UPRIGHT, _SPACE, before, after, hear)
