"""Markdown by its blocks: which lines are code, which are HTML, and which are text.

CommonMark 0.31.2, chapters 4 and 5, without a tree: what counts of the block quotes and list items
that a line is in, is how they go on, and of all leaves only the last one is open.

Why our own: markdown-it-py, which the tests hold this to, takes quadratic time on nested quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from functools import partial

from attrs import field

from safelinks.documents.verbatim.code_ranges import Span
from safelinks.documents.verbatim.markdown_line import MarkdownLine
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["Block", "Leaf", "blocks"]


class Leaf(Enum):
    """What the lines of a block are; DOUBTFUL ones are indented, be it as code or in a dialect."""

    FENCE = auto()
    INDENTED = auto()
    DOUBTFUL = auto()
    HTML = auto()
    TEXT = auto()


@frozen
class Block:
    """A block and its lines, without what stands before it on them where it is text.

    Lines with nothing before them may be as one, with the line ends between them.
    """

    leaf: Leaf
    lines: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """From where its first line begins to where its last one ends."""
        return self.lines[0][0], self.lines[-1][1]


_LINE = pattern_of(r"([^\r\n]*+)(?:\r\n|\n|\r|\Z)")
# Lines with which no block begins, not indented: by their first characters.
_PLAIN = pattern_of(
    r"(?:(?:[^\W\d_]|[|(\"'$%&\\/,.;“‘]|!?\[(?!\^)|[*_]{1,3}[^\W_]|`{1,2}[^`\n]).*+(?:\n|\Z))++"
)
_HEADING_LINE = pattern_of(r"#{1,6}(?:[ \t].*+)?(?=\n|\Z)")
_TEXT_OR_NONE = (None, Leaf.TEXT)
_HEADING = pattern_of(r"#{1,6}(?=[ \t]|\Z)")  # 4.2
_UNDERLINE = pattern_of(r"(?:=++|-++)[ \t]*+\Z")  # 4.3
_FENCE = pattern_of(r"(`{3,}+)[^`]*+\Z|(~{3,}+)")  # 4.5
_FENCE_ENDS = pattern_of(r"(`{3,}+|~{3,}+)[ \t]*+\Z")
_LEAVES = frozenset("#`~<=-*_")  # with which any of these begins, or HTML
_ITEMS = frozenset("*+-0123456789")
_ITEM = pattern_of(r"(?:[*+-]|(?P<number>[0-9]{1,9})[.)])(?=[ \t]|\Z)")  # 5.2
# What in dialects makes text of what is indented below it: admonitions, tabs, definitions, notes.
_TAKES_INDENTED = pattern_of(r"(?:!!!|\?\?\?\+?)[ \t]|===[!+]?[ \t]++[\"']|[:~][ \t]|\[\^")
_DIALECTS = frozenset("!?=:~[")  # with which that begins

# 4.6: how an HTML block begins, and what its last line holds; where that is None, it ends at a
# blank line.
_NAMES = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|"
    "dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|"
    "hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|"
    "search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_ATTRIBUTES = (
    r"(?:[ \t]++[a-z_:][a-z0-9_.:-]*+"
    r"(?:[ \t]*+=[ \t]*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+)*+[ \t]*+"
)
_HTML: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...] = tuple(
    (pattern_of(begins, re.IGNORECASE), pattern_of(ends, re.IGNORECASE) if ends else None)
    for begins, ends in (
        (r"<(?:pre|script|style|textarea)(?=[ \t>]|\Z)", r"</(?:pre|script|style|textarea)>"),
        (r"<!--", r"-->"),
        (r"<\?", r"\?>"),
        (r"<![a-z]", r">"),
        (r"<!\[CDATA\[", r"\]\]>"),
        (rf"</?(?:{_NAMES})(?=[ \t]|/?>|\Z)", None),
    )
)
# The same of any other element, alone on its line; it does not interrupt a paragraph.
_ALONE = pattern_of(
    rf"(?:<[a-z][a-z0-9-]*+{_ATTRIBUTES}/?>|</[a-z][a-z0-9-]*+[ \t]*+>)[ \t]*+\Z", re.IGNORECASE
)
_QUOTE = -1  # instead of the columns that lines of a list item are indented by


def blocks(text: str, start: int = 0) -> Iterator[Block]:
    """The leaf blocks of a Markdown text from `start` on that hold anything, in order."""
    reader = _MarkdownBlockReader()
    at = start
    quick = "\r" not in text  # as most texts are
    while at < len(text):
        if quick and reader.is_in_text:
            plain = _PLAIN.match(text, at)
            if plain is not None:
                at = plain.end()
                reader.plain(plain.start(), at - text.endswith("\n", 0, at))
            while text.startswith("\n", at):
                at += 1
                reader.empty()
            heading = _HEADING_LINE.match(text, at)
            if heading is not None:
                reader.heading(*heading.span())
                at = heading.end() + 1
                continue
        elif quick and reader.is_in_fence:
            at = reader.skip(text, at)
        line = _LINE.match(text, at)
        if line is not None and at < len(text):
            at = line.end()
            reader.line(MarkdownLine(text, *line.span(1)))
        if reader.ended:
            yield from reader.ended
            reader.ended.clear()
    reader.close()
    yield from reader.ended


@define
class _MarkdownBlockReader:
    """What is open: block quotes and list items, from the outside, and the last leaf in them."""

    ended: list[Block] = field(factory=list, init=False)  # what nobody has taken yet
    _containers: list[int] = field(factory=list, init=False)
    _bare: bool = field(default=False, init=False)  # the last of them is an item without content
    _leaf: Leaf | None = field(default=None, init=False)
    _lines: list[Span] = field(factory=list, init=False)
    _fence: str = field(default="", init=False)
    _ends: re.Pattern[str] | None = field(default=None, init=False)  # an HTML block
    _was_blank: bool = field(default=False, init=False)
    _takes_indented: bool = field(default=False, init=False)

    def close(self) -> None:
        """End the leaf that is open, if any is."""
        if self._leaf is not None:
            self.ended.append(Block(self._leaf, tuple(self._lines)))
            self._leaf = None

    @property
    def is_in_text(self) -> bool:
        """Whether nothing is open but text, if even that."""
        return not self._containers and self._leaf in _TEXT_OR_NONE

    @property
    def is_in_fence(self) -> bool:
        """Whether nothing is open but a fence."""
        return not self._containers and self._leaf is Leaf.FENCE

    def skip(self, text: str, at: int) -> int:
        """Read the lines from `at` on that have nothing of which the end of a fence is made."""
        fence = text.find(self._fence, at)
        end = text.rfind("\n", at, fence) + 1 if fence >= 0 else len(text)
        if end <= at:
            return at
        last = text.rfind("\n", at, end - 1) + 1 or at
        self._lines[1:] = [(last, end - text.endswith("\n", 0, end))]
        self._was_blank = False
        return end

    def plain(self, start: int, end: int) -> None:
        """Read lines that cannot but be text."""
        self._was_blank = self._bare = False
        if self._leaf is None:
            self._leaf, self._lines, self._takes_indented = Leaf.TEXT, [], False
        self._lines.append((start, end))

    def heading(self, start: int, end: int) -> None:
        """Read a line that is a heading."""
        self.close()
        self.plain(start, end)
        self.close()

    def empty(self) -> None:
        """Read a line with nothing on it, which ends a text."""
        self._was_blank, self._bare = True, False
        self.close()

    def line(self, line: MarkdownLine) -> None:
        """Read a line."""
        was_blank, self._was_blank = self._was_blank, line.blank
        if line.blank and was_blank:  # all that could end has ended
            self._extend(line)
            return
        matched = self._matched(line)
        goes_on = matched == len(self._containers)
        if goes_on and self._leaf not in (None, Leaf.TEXT):
            if self._continues(line):
                self._extend(line)
                if self._is_last(line):
                    self.close()
                return
            self.close()
        self._begins(line, matched)

    def _matched(self, line: MarkdownLine) -> int:
        """How many of the containers go on; what shows that is read."""
        for number, columns in enumerate(self._containers):
            if columns == _QUOTE:
                if line.indent > 3 or not line.begins_with(">"):
                    return number
                self._quoted(line)
            elif line.blank:
                if self._bare and number == len(self._containers) - 1:
                    return number
            elif line.indent >= columns:
                line.indented(columns)
            else:
                return number
        return len(self._containers)

    @staticmethod
    def _quoted(line: MarkdownLine) -> None:
        line.marker(1)
        line.indented(1)

    def _extend(self, line: MarkdownLine) -> None:
        if self._leaf is Leaf.DOUBTFUL:
            self._lines.append((line.first, line.end))
        elif self._leaf is not None:  # what is between the first line and the last one, is clear
            self._lines[1:] = [(line.start, line.end)]

    def _continues(self, line: MarkdownLine) -> bool:
        """Whether the leaf that is open, which is no text, goes on, or ends with this line."""
        if self._leaf is Leaf.HTML:
            return self._ends is not None or not line.blank
        return self._leaf is Leaf.FENCE or line.blank or line.indent > 3

    def _is_last(self, line: MarkdownLine) -> bool:
        """Whether the leaf ends with this line."""
        if self._leaf is Leaf.HTML:
            return self._ends is not None and (
                self._ends.search(line.text, line.first, line.end) is not None
            )
        if self._leaf is not Leaf.FENCE or line.indent > 3 or not line.begins_with(self._fence):
            return False
        return line.match(_FENCE_ENDS) is not None

    def _begins(self, line: MarkdownLine, matched: int) -> None:
        """What begins on a line, within the containers that were matched; else text goes on."""
        text = self._leaf is Leaf.TEXT
        interrupts = text and matched == len(self._containers)
        while not line.blank and line.indent <= 3:
            item = None
            sign = line.text[line.first]
            if sign != ">":
                leaf = None
                if sign in _LEAVES:
                    leaf = self._leaf_at(line, interrupts=interrupts, text=text)
                if leaf is not None:
                    self._close_to(matched)
                    leaf()
                    return
                item = line.match(_ITEM) if sign in _ITEMS else None
                if item is None or (interrupts and not self._may_interrupt(line, item)):
                    break
            self._close_to(matched)
            self._open(line, item)
            matched += 1
            text = interrupts = False
        if text and not line.blank:  # it goes on, be it as a lazy line (5.1)
            self._add_text(line)
            return
        if matched < len(self._containers) or line.blank:
            self._close_to(matched)
        if not line.blank:
            self._start(Leaf.TEXT if line.indent <= 3 else self._indented(), line)

    def _close_to(self, matched: int) -> None:
        """End the leaf, and all containers but the first ones."""
        self.close()
        if matched < len(self._containers):
            del self._containers[matched:]
            self._bare = False

    def _open(self, line: MarkdownLine, item: re.Match[str] | None) -> None:
        """Open a list item, or else a block quote, and read its marker."""
        self._bare = item is not None
        self._takes_indented = False
        if item is None:
            self._containers.append(_QUOTE)
            self._quoted(line)
            return
        length = item.end() - item.start()
        before = line.indent
        line.marker(length)
        spaces = 1 if line.blank or line.indent > 4 else line.indent
        line.indented(spaces)
        self._containers.append(before + length + spaces)

    @staticmethod
    def _may_interrupt(line: MarkdownLine, item: re.Match[str]) -> bool:
        """Whether a list item ends a paragraph: if it has text, and is the first."""
        empty = not line.text[item.end() : line.end].strip(" \t")
        return not empty and int(item["number"] or 1) == 1

    def _leaf_at(
        self, line: MarkdownLine, *, interrupts: bool, text: bool
    ) -> Callable[[], None] | None:
        """Begins the leaf that a line begins, if it does; what is no text is never a lazy line."""
        sign = line.text[line.first]
        if sign == "<":
            return self._html_at(line, text=text)
        if sign == "#":
            if line.match(_HEADING):
                return partial(self._single, line)
        elif sign in "`~":
            fence = line.match(_FENCE)
            if fence is not None:
                self._fence = fence[1] or fence[2]
                return partial(self._start, Leaf.FENCE, line)
        elif (interrupts and sign in "=-" and line.match(_UNDERLINE)) or line.is_break:
            return self._nothing
        return None

    def _html_at(self, line: MarkdownLine, *, text: bool) -> Callable[[], None] | None:
        for begins, ends in _HTML:
            if line.match(begins):
                return partial(self._start_html, line, ends)
        is_alone = not text and line.match(_ALONE)
        return partial(self._start_html, line, None) if is_alone else None

    def _nothing(self) -> None:
        """What a line is that has neither code nor links, but is there."""
        self._bare = False
        self.close()

    def _single(self, line: MarkdownLine) -> None:
        self._start(Leaf.TEXT, line)
        self.close()

    def _start_html(self, line: MarkdownLine, ends: re.Pattern[str] | None) -> None:
        self._ends = ends
        self._start(Leaf.HTML, line)
        if self._is_last(line):
            self.close()

    def _start(self, leaf: Leaf, line: MarkdownLine) -> None:
        """Begin a leaf in the place of the one that is open."""
        self.close()
        self._leaf, self._bare = leaf, False
        if leaf is Leaf.TEXT:
            self._lines, self._takes_indented = [], False
            self._add_text(line)
        else:
            self._lines = [(line.first if leaf is Leaf.DOUBTFUL else line.start, line.end)]

    def _add_text(self, line: MarkdownLine) -> None:
        self._lines.append((line.first, line.end))
        if line.text[line.first] in _DIALECTS and line.match(_TAKES_INDENTED):
            self._takes_indented = True

    def _indented(self) -> Leaf:
        """What an indented line begins: code (4.4), unless a dialect may see something else."""
        sure = not self._takes_indented and all(one == _QUOTE for one in self._containers)
        return Leaf.INDENTED if sure else Leaf.DOUBTFUL
