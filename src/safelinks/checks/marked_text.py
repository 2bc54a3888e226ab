"""`FileText`: the text of a file as a report may show it, with the links in it. Values only."""

from __future__ import annotations

from attrs import field

from safelinks.foundation.values import frozen

__all__ = ["FileText", "Piece"]


@frozen
class Piece:
    """A piece of a text: what stands there, or a link, which then is that of a `row` of the report.

    `sighting` is which of the row's places this is, counted from 0. Wrapped links show as what may
    be shown of them, their target above all.
    """

    text: str = field(repr=False)
    row: int | None = None
    sighting: int = 0


@frozen
class FileText:
    """The text of `file` in pieces.

    `beside` are rows whose links stand in the file, and not in the text that people see. A text
    that `is_cut` goes on in the file.
    """

    file: str
    pieces: tuple[Piece, ...]
    beside: tuple[int, ...] = ()
    is_cut: bool = False
