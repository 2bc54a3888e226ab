"""`LocalProblem`: what is wrong with a link to a file beside its document. Values only."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import evolve

from safelinks.addresses.place import Place
from safelinks.foundation.values import frozen, with_texts

__all__ = ["LocalProblem", "LocalProblemKind"]


class LocalProblemKind(StrEnum):
    """What a problem is about. The values are stable."""

    MISSING_FILE = "missing-file"
    MISSING_ANCHOR = "missing-anchor"
    WRONG_CASE = "wrong-case"
    LEADS_OUTSIDE = "leads-outside"


@frozen
class LocalProblem:
    """Something about the `reference` that is written at `place` of `file`.

    `message` is a sentence without its full stop. `replacement` is what to write instead, where
    that is certain; it is `fixable` where it can be written as it is.
    """

    kind: LocalProblemKind
    file: str
    place: Place
    reference: str
    message: str
    replacement: str | None = None
    fixable: bool = False

    def as_shown(self, show: Callable[[str], str]) -> LocalProblem:
        """This problem, with `show` applied to what the document says."""
        shown = with_texts(self, show, "reference", "message", "replacement")
        place = self.place.as_shown(show)
        return shown if place is self.place else evolve(shown, place=place)
