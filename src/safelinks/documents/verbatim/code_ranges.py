"""Stretches of a text that are code or a comment, put together from what readers of formats find.

Offsets only: it knows elements of HTML that hold code by their names, and of a text nothing at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

from attrs import field

from safelinks.documents.passages.passage import Span
from safelinks.foundation.values import define, frozen

__all__ = ["Findings", "Span", "Stretch", "Within"]

_CODE_ELEMENTS = frozenset({"code", "kbd", "pre", "samp"})  # HTML, sections 4.4.3 and 4.5


class Within(StrEnum):
    """What an address may stand in, where it is no link for readers."""

    CODE = "code"
    COMMENT = "comment"


@frozen
class Stretch:
    """``text[start:end]`` is what `within` says."""

    start: int
    end: int
    within: Within


@define
class Findings:
    """What a reader has found in a text, in order: `comments`, `code`, and tags.

    What stands between the tags of an element for code is code, but not what is in tags or `links`
    there. An element that is never closed holds nothing: it may be no more than named.
    """

    comments: list[Span] = field(factory=list)
    code: list[Span] = field(factory=list)
    _links: list[Span] = field(factory=list, init=False)
    _open: list[tuple[str, int]] = field(factory=list, init=False)
    _count: Counter[str] = field(factory=Counter, init=False)  # of those that are open, by name
    _elements: list[Span] = field(factory=list, init=False)  # none of which is within another

    def link(self, span: Span) -> None:
        """There is a link for readers at `span`, also if that is in an element for code."""
        if self._open:
            self._links.append(span)

    def tag(self, span: Span, name: str, *, closing: bool) -> None:
        """There is a tag at `span`, which opens or closes an element."""
        self.link(span)
        name = name.lower()
        if name not in _CODE_ELEMENTS:
            return
        if not closing:
            self._open.append((name, span[1]))
            self._count[name] += 1
        elif self._count[name]:
            self._close(name, span[0])

    def _close(self, name: str, end: int) -> None:
        """Close the last element that has this `name`, and all that was opened within it."""
        closed, start = "", 0
        while closed != name:
            closed, start = self._open.pop()
            self._count[closed] -= 1
        while self._elements and self._elements[-1][0] >= start:
            self._elements.pop()
        self._elements.append((start, end))

    def stretches(self) -> tuple[Stretch, ...]:
        """All of it, in order; none overlaps another, and what is in a comment is no code."""
        comments = _union(self.comments)
        code = _union([*self.code, *_without(self._elements, _union(self._links))])
        found = [Stretch(*span, Within.COMMENT) for span in comments]
        found += [Stretch(*span, Within.CODE) for span in _without(code, comments)]
        return tuple(sorted(found, key=lambda one: one.start))


def _union(spans: Iterable[Span]) -> list[Span]:
    """`spans` in order, those that meet as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def _without(spans: Iterable[Span], holes: list[Span]) -> Iterator[Span]:
    """What is left of `spans`, both in order and none within another, without `holes`."""
    at = 0
    for start, end in spans:
        while at < len(holes) and holes[at][1] <= start:
            at += 1
        left = start
        while at < len(holes) and holes[at][0] < end:
            if left < holes[at][0]:
                yield left, holes[at][0]
            left = max(left, holes[at][1])
            if left > end:  # the hole may reach into the next span
                break
            at += 1
        if left < end:
            yield left, end
