"""Verbatim: where a text is code or a comment; links there are mostly examples.

A text in, stretches of offsets out: one module a format. Links are not known here, nor what is made
of it.
"""

from __future__ import annotations

from bisect import bisect_right

from attrs import field

from safelinks.documents.verbatim.code_ranges import Stretch, Within
from safelinks.foundation.values import frozen

__all__ = ["Stretch", "Verbatim", "Within"]


@frozen
class Verbatim:
    """The code and the comments of a text: `stretches` in order, none of which overlaps another."""

    stretches: tuple[Stretch, ...] = ()
    _starts: list[int] = field(init=False, repr=False, eq=False)

    @_starts.default
    def _of_each(self) -> list[int]:
        return [one.start for one in self.stretches]

    def at(self, offset: int) -> Within | None:
        """What stands at `offset` is in; None where that is neither code nor a comment."""
        before = bisect_right(self._starts, offset) - 1
        if before < 0 or self.stretches[before].end <= offset:
            return None
        return self.stretches[before].within
