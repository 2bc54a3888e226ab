"""Comments that say what is to be ignored: ``safelinks: ignore[SL103]``.

Text in, values out. It knows lines and selectors as they are written, not which rules there are. A
comment may have any form, as long as a line holds it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["ALL", "NOTHING_IGNORED", "IgnoreComment", "Ignored", "Linked", "ignored_in"]

ALL = "ALL"
# What stands before it may not be part of an address or a word.
_COMMENT = pattern_of(
    r"(?<![\w/.?=&%-])safelinks:[ \t]{0,8}ignore(?P<file>-file)?(?![\w-])"
    r"(?:[ \t]{0,8}\[(?P<what>[^\[\]\r\n]{0,400})\]"
    r"|[ \t:=(]{1,8}(?P<bare>SL[0-9]\w{0,40}(?:[, \t]{1,3}SL[0-9]\w{0,40}){0,20}))?",
    re.IGNORECASE,
)
_BEGINS = "safelinks:"
_PARTS = pattern_of(r"[,\s]+")


@frozen
class IgnoreComment:
    """One comment: where it stands, what it says to ignore, and for what begins on which `lines`.

    None of these is for all of the file. One that names nothing has the selector ``ALL``.
    """

    start: int
    line: int
    column: int
    selectors: tuple[str, ...]
    lines: frozenset[int] | None

    def concerns(self, line: int | None) -> bool:
        """Whether it is about what begins on a line."""
        return self.lines is None or line in self.lines


@frozen
class Ignored:
    """What is ignored in a file: `everywhere`, and where what begins on a line is concerned.

    `comments` are those that say so.
    """

    everywhere: tuple[str, ...] = ()
    lines: Mapping[int, tuple[str, ...]] = field(factory=dict)
    comments: tuple[IgnoreComment, ...] = ()

    def at(self, line: int | None) -> tuple[str, ...]:
        """The selectors of what is ignored there."""
        return self.everywhere + (self.lines.get(line, ()) if line is not None else ())

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.lines)


NOTHING_IGNORED = Ignored()


class Linked(Protocol):
    """What stands somewhere in a text."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


def ignored_in(text: str, links: Iterable[Linked]) -> Ignored:
    """What the comments in `text` say to ignore, of its `links` and of all else.

    A comment is about the links on its line, be it their first or their last, and where there are
    none, about those of the next line. What stands within a link is none.

    >>> ignored_in("<!-- safelinks: ignore[SL103, dead] -->\\nhttps://a.example/", []).at(2)
    ('SL103', 'dead')
    """
    if _BEGINS not in text.lower():
        return NOTHING_IGNORED
    links = list(links)
    comments = list(_beside(links, text))
    if not comments:
        return NOTHING_IGNORED
    everywhere: dict[str, None] = {}
    about: dict[
        int, dict[str, None]
    ] = {}  # as sets in order: a text may say it any number of times
    newline = "\n" if "\n" in text or "\r" not in text else "\r"  # as `Lines` has it
    ends = [at for at, char in enumerate(text) if char == newline]
    spans = [
        (_line(ends, link.start), _line(ends, max(link.start, link.end - 1))) for link in links
    ]
    linked = {line for first, last in spans for line in range(first, last + 1)}
    begins: dict[int, set[int]] = {}  # by a later line of a link, where it begins
    for first, last in spans:
        for line in range(first + 1, last + 1):
            begins.setdefault(line, set()).add(first)
    told = []
    for comment in comments:
        selectors = tuple(filter(None, _PARTS.split(comment["what"] or comment["bare"] or ""))) or (
            ALL,
        )
        start = comment.start()
        line = _line(ends, start)
        column = start - (ends[line - 2] if line > 1 else -1)
        if comment["file"]:
            everywhere |= dict.fromkeys(selectors)
            told.append(IgnoreComment(start, line, column, selectors, None))
            continue
        lines = {line} if line in linked else {line, _next_line(text, ends, line)}
        for concerned in lines:
            about.setdefault(concerned, {}).update(dict.fromkeys(selectors))
        lines = lines.union(*(begins.get(concerned, ()) for concerned in lines))
        told.append(IgnoreComment(start, line, column, selectors, frozenset(lines)))
    for first, last in spans:
        if first < last:  # what is said beside its later lines is said of where it begins
            said = [about.get(line, {}) for line in range(first, last + 1)]
            about[first] = {one: None for selectors in said for one in selectors}
    lined = {line: tuple(what) for line, what in about.items() if what}
    return Ignored(tuple(everywhere), lined, tuple(told))


def _beside(links: Iterable[Linked], text: str) -> Iterator[re.Match[str]]:
    """The comments in `text` that are not part of a link."""
    within = sorted((link.start, link.end) for link in links)
    for comment in _COMMENT.finditer(text):
        before = bisect_left(within, (comment.start() + 1,)) - 1
        if before < 0 or within[before][1] <= comment.start():
            yield comment


# Comments that are paragraphs of their own, behind which the format wants a blank line.
_PARAGRAPHS = ("..", "<!--")


def _next_line(text: str, ends: list[int], line: int) -> int:
    """The next line; behind a comment that is a paragraph, the next one that is not blank."""

    def content(number: int) -> str:
        begin = ends[number - 2] + 1 if number > 1 else 0
        return text[begin : ends[number - 1] if number <= len(ends) else len(text)].strip()

    following = line + 1
    if content(line).startswith(_PARAGRAPHS):
        while following <= len(ends) and not content(following):
            following += 1
    return following


def _line(ends: list[int], offset: int) -> int:
    """The line of `offset`, counted from 1."""
    return bisect_left(ends, offset) + 1
