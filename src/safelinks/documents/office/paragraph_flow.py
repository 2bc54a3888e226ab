"""Flows: the paragraphs of a part as one text, and its links with the paragraph of each.

A link may go on from one paragraph to the next, so it is looked for in all of them as one; it is
told where it begins, in the order of the passages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property

from attrs import field

from safelinks.documents.passages.passage import Passage, joined
from safelinks.documents.passages.passage_links import links_of
from safelinks.foundation.values import define, frozen
from safelinks.links.text_links import Link, Peel

__all__ = ["Flow", "LocatedPassage", "links_of_each"]


@define(slots=False, eq=False)
class Flow:
    """Passages of one text, which are collected while it is read."""

    text: str = field(repr=False)
    passages: list[Passage] = field(factory=list, repr=False)

    @cached_property
    def whole(self) -> Passage | None:
        """All of them as one, once all are known."""
        return joined(self.text, sorted(self.passages, key=_begin))


@frozen
class LocatedPassage:
    """A passage of the part `part`, whose content is `text`; one that is `hidden` nobody reads.

    It may be a piece of a `flow`.
    """

    part: str
    text: str = field(repr=False)
    passage: Passage
    hidden: bool = False
    flow: Flow | None = field(default=None, repr=False)

    @property
    def whole(self) -> Passage:
        """All of the text that the passage is of."""
        return (self.flow.whole if self.flow else None) or self.passage


def links_of_each(
    passages: Iterable[LocatedPassage], peel: Peel, longer: AbstractSet[str] = frozenset()
) -> Iterator[Link]:
    """Every link in `passages`, those of a flow where they begin.

    `longer` is that of `links_of`.
    """
    links: dict[Flow, _Links] = {}
    for one in passages:
        if one.flow is None:
            yield from links_of(one.text, one.passage, peel, longer)
            continue
        known = links.get(one.flow)
        if known is None:
            if any(flow.text is not one.text for flow in links):
                links.clear()  # those of another part
            known = links[one.flow] = _Links(tuple(links_of(one.text, one.whole, peel, longer)))
        yield from known.within(one.passage)


@frozen
class _Links:
    """The links of a flow, in order."""

    links: tuple[Link, ...]

    def within(self, passage: Passage) -> Iterator[Link]:
        """Those that begin in `passage`."""
        if not self.links:
            return
        for start, end in passage.pieces:
            at = bisect_right(self.links, start - 1, key=lambda link: link.start)
            while at < len(self.links) and self.links[at].start < end:
                yield self.links[at]
                at += 1


def _begin(passage: Passage) -> int:
    return passage.pieces[0][0]
