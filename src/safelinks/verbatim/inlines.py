"""Markdown within its blocks: code spans, comments, tags and what is a link among them.

CommonMark 0.31.2, chapter 6. Of what could begin at a place, the one that begins first counts; the
text of a paragraph is read once, however many things in it are never closed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from attrs import define, field

from safelinks.verbatim.stretches import Findings, Span

__all__ = ["read_inlines"]

_TABLE = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+(?::?-++:?[ \t]*+)?)*+\Z")
# Section 4.7, as far as it is on one line; a footnote looks like one, and is none.
_DEFINITION = re.compile(
    r"[ \t]*+\[(?!\^)(?:[^\[\]\\]|\\.)++\]:[ \t]*+\S++"
    r"(?:[ \t]++(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?+[ \t]*+\Z"
)
# What may begin something: an escape (2.4), backticks, a link's address (6.3), a bracket.
_BEGINS = re.compile(
    r"\\[!-/:-@\[-`{-~]|(?P<ticks>`++)|(?P<address>\]\([ \t]*+(?:\\[!-~]|[^\s`<])*+)|(?P<angle><)"
)
_TICKS = re.compile("`++")
_AUTOLINK = re.compile(r"<[a-z][a-z0-9+.-]{1,31}:[^\x00-\x20\x7f<>]*+>", re.IGNORECASE)  # 6.5
_TAG = re.compile(  # 6.6
    r"<(?:(?P<closing>/)(?P<closed>[a-z][a-z0-9-]*+)[ \t\n]*+|(?P<opened>[a-z][a-z0-9-]*+)"
    r"(?:[ \t\n]++[a-z_:][a-z0-9_.:-]*+"
    r"(?:[ \t\n]*+=[ \t\n]*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+)*+[ \t\n]*+(?P<empty>/)?)>",
    re.IGNORECASE,
)
_EMPTY_COMMENT = re.compile("<!---?>")
_COMMENT = "<!--"
_OTHER = re.compile(r"<!--|<!\[CDATA\[|<\?|<![A-Za-z]")
_CLOSED_BY = {_COMMENT: "-->", "<![CDATA[": "]]>", "<?": "?>"}
_SIGNS = ("`", "<", "](")


def read_inlines(text: str, lines: Sequence[Span], found: Findings) -> None:
    """Tell `found` what is in a paragraph or heading, which stands on these `lines` of `text`.

    In a table of GitHub's, nothing goes on from one row to the next; nor does anything begin in a
    definition of where a link leads.
    """
    if not any(sign in text[start:end] for start, end in lines for sign in _SIGNS):
        return
    first = 0
    while first < len(lines) and _DEFINITION.match(text[slice(*lines[first])]):
        first += 1
    table = next((at for at in range(first + 1, len(lines)) if _is_table(text, lines[at])), None)
    if table is not None:
        for line in lines[table - 1 :]:
            _Inlines(text, [line], found).read()
    lines = lines[first : None if table is None else table - 1]
    if lines:
        _Inlines(text, lines, found).read()


def _is_table(text: str, line: Span) -> bool:
    """Whether a line is that below the head of a table."""
    return "|" in text[slice(*line)] and _TABLE.match(text[slice(*line)]) is not None


@define
class _Inlines:
    """The one pass over a paragraph."""

    _text: str
    _lines: Sequence[Span]
    _found: Findings
    _joined: str = field(init=False)
    _starts: list[int] = field(init=False)  # of the lines, in what was joined
    _ticks: dict[int, list[int]] = field(init=False)  # where so many backticks stand
    _never: set[str] = field(factory=set, init=False)  # what no longer closes anything

    @_joined.default
    def _without_what_is_before_lines(self) -> str:
        return "\n".join(self._text[start:end] for start, end in self._lines)

    @_starts.default
    def _line_by_line(self) -> list[int]:
        lengths = (end - start + 1 for start, end in self._lines)
        return list(accumulate(lengths, initial=0))[:-1]

    @_ticks.default
    def _by_number(self) -> dict[int, list[int]]:
        ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self._joined):
            ticks.setdefault(len(run[0]), []).append(run.start())
        return ticks

    def read(self) -> None:
        """Tell what there is, from the first line to the last."""
        at = 0
        while (begins := _BEGINS.search(self._joined, at)) is not None:
            at = begins.end()
            if begins["ticks"]:
                at = self._code_span(begins) or at
            elif begins["address"]:
                self._found.link(self._span(*begins.span()))
            elif begins["angle"]:
                at = self._in_angles(begins.start()) or at

    def _span(self, start: int, end: int) -> Span:
        """Where in the text something stands that is not empty."""
        return self._offset(start), self._offset(end - 1) + 1

    def _offset(self, at: int) -> int:
        line = bisect_right(self._starts, at) - 1
        return self._lines[line][0] + at - self._starts[line]

    def _code_span(self, opens: re.Match[str]) -> int | None:
        """Where the code span ends that begins there (6.1): at as many backticks."""
        length = len(opens[0])
        runs = self._ticks.get(length, ())
        closing = bisect_left(runs, opens.end())
        if closing == len(runs):
            return None
        end = runs[closing] + length
        self._found.code.append(self._span(opens.start(), end))
        return end

    def _in_angles(self, start: int) -> int | None:
        """Where the link, tag or comment ends that begins there."""
        link = _AUTOLINK.match(self._joined, start)
        tag = None if link else _TAG.match(self._joined, start)
        if link is not None:
            self._found.link(self._span(*link.span()))
        elif tag is not None and not tag["empty"]:
            name = tag["closed"] or tag["opened"]
            self._found.tag(self._span(*tag.span()), name, closing=bool(tag["closing"]))
        token = link or tag
        return token.end() if token else self._other(start)

    def _other(self, start: int) -> int | None:
        """Where a comment, a declaration or the like ends that begins there."""
        empty = _EMPTY_COMMENT.match(self._joined, start)
        if empty:
            return empty.end()
        opens = _OTHER.match(self._joined, start)
        if opens is None:
            return None
        opener, closer = opens[0], _CLOSED_BY.get(opens[0], ">")
        if closer in self._never:
            return None
        at = self._joined.find(closer, start + len(opener))
        if at < 0:
            self._never.add(closer)
            return None
        end = at + len(closer)
        if opener == _COMMENT:
            self._found.comments.append(self._span(start, end))
        return end
