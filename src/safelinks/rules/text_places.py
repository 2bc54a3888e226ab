"""Places in a text and the links there: both are asked for in the order of the text."""

from __future__ import annotations

from safelinks.addresses.place import LineCounter, Place
from safelinks.documents.document import Document, Prose
from safelinks.links.text_links import Link

__all__ = ["LinksByPlace", "TextPlaces"]


class TextPlaces:
    """The places of offsets in a stretch of text, asked for in order.

    Where the text does not stand in the file as it is, that is the place of all of it.
    """

    def __init__(self, prose: Prose, *, by_line: bool) -> None:
        self._begin = prose.place
        line = prose.place.line
        self._lines = LineCounter(prose.text, line) if by_line and line is not None else None

    def place(self, offset: int) -> Place:
        """The place of `offset`, which is not before the one that was asked for last."""
        if self._lines is None:
            return self._begin
        line, column = self._lines.place(offset)
        ahead = (self._begin.column or 1) - 1 if line == self._begin.line else 0
        return self._begin.at(line, column + ahead)


class LinksByPlace:
    """The links of a document by their places; those of a large text are asked for in order."""

    def __init__(self, document: Document) -> None:
        is_streamed = document.is_streamed
        self._waiting = document.each_link() if is_streamed else iter(())
        self._links = {} if is_streamed else {link.place: link for link in document.links}
        self._last: Link | None = None

    def get(self, place: Place) -> Link | None:
        """The link that begins at `place`, if there is one."""
        while self._last is None or _position(self._last.place) < _position(place):
            self._last = next(self._waiting, None)
            if self._last is None:
                return self._links.get(place)
        return self._last if self._last.place == place else None


def _position(place: Place) -> tuple[int, int]:
    return place.line or 0, place.column or 0
