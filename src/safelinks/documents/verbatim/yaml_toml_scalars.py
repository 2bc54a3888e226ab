"""YAML and TOML: where their scalars and comments are, and how each scalar is written.

By YAML 1.2.2, chapters 6 to 8, and TOML 1.0. It reads line by line and builds no tree. What is no
YAML, such as a template of it, is read as far as it looks like some; block scalars are text.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from enum import Enum, auto

from attrs import field

from safelinks.documents.verbatim.code_ranges import Findings, Stretch
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["Scalar", "Style", "toml_scalars", "toml_stretches", "yaml_scalars", "yaml_stretches"]


class Style(Enum):
    """How a scalar is written; FLOW is a plain one in a flow collection, a COMMENT is none."""

    PLAIN = auto()
    FLOW = auto()
    BLOCK = auto()
    SINGLE = auto()
    DOUBLE = auto()
    LITERAL = auto()
    BASIC = auto()
    COMMENT = auto()


@frozen
class Scalar:
    """A scalar at ``text[start:end]``, without its quotes; `key` is that of the pair it ends.

    If it is on several lines, these are folded (YAML 1.2.2, section 6.5).
    """

    style: Style
    start: int
    end: int
    key: str = ""


_BLANKS = pattern_of(r"[ \t]*+")
_TO_END = pattern_of(r"[^\r\n]*+")
_LINE = pattern_of(r"[^\n]*+\n?")
_MARKER = pattern_of(r"(?:---|\.\.\.)(?=\s|\Z)|%[^\n]*+")
_INDICATOR = pattern_of(r"[-?](?=\s|\Z)")
_PROPERTY = pattern_of(r"[&!*][^\s,\[\]{}]*+(?=\s|\Z)")
_BLOCK = pattern_of(r"[|>][-+0-9]{0,2}[ \t]*+(?:(?<=[ \t])\#[^\n]*+)?\r?(?:\n|\Z)")
_DOUBLE = pattern_of(r'"((?:[^"\\]++|\\[\s\S])*+)"')
_SINGLE = pattern_of(r"'((?:[^']++|'')*+)'")
_PLAIN = pattern_of(r"(?:[^\s:#]++|:(?=\S)|(?<=\S)\#|[ \t]++(?=[^\s#]))++")
_IN_FLOW = pattern_of(
    r"(?:[^\s:#,\[\]{}]++|:(?=[^\s,\[\]{}])|(?<=\S)\#|[ \t]++(?=[^\s#,\[\]{}]))++"
)
# Where a plain scalar goes on in a flow collection: another line, which begins nothing else.
_FOLD_IN_FLOW = pattern_of(
    r"[ \t]*+\r?\n(?:[ \t]*+\r?\n)*+[ \t]*+(?=[^\s,:?\[\]{}#&*!|>%@`\"'-]|[-?:][^\s,\[\]{}])"
)
_COMMENT_BEHIND = pattern_of(r"(?<![ \t])[ \t]++\#")  # from where blanks begin, so in one pass
_COLON = pattern_of(r"[ \t]*+:(?=\s|\Z)")
_COLON_IN_FLOW = pattern_of(r"[ \t]*+:")
# A line that is no part of a scalar which began before it.
_BEGINS = pattern_of(r"[ \t]*+(?:\#|[-?](?=\s)|(?:[^\s:]++|:(?=\S)|[ \t]++)*+:(?=\s|\Z))")
_MAY_BEGIN = pattern_of(r"[\[\]{}\"'&!*%|>]|---|\.\.\.")
_TOP = pattern_of(r"[\w\"'-][^\s:,{}\[\]]*+:(?=\s|\Z)")
# What may stand behind quotes; else they are none, and the line is text.
_BEHIND_QUOTES = pattern_of(r"[\s,:\]}]|\Z")


def yaml_scalars(text: str, start: int = 0) -> Iterator[Scalar]:
    """The scalars of a YAML text, and its comments; no block scalars of which lines differ."""
    reader = _YamlReader(text)
    at = start
    while at < len(text):
        at = yield from reader.line(at)


def yaml_stretches(text: str) -> tuple[Stretch, ...]:
    """The comments of a YAML text.

    >>> [one.start for one in yaml_stretches("a: b#c # d")]
    [7]
    """
    return _comments(yaml_scalars(text))


def _comments(scalars: Iterator[Scalar]) -> tuple[Stretch, ...]:
    found = Findings()
    found.comments += [(one.start, one.end) for one in scalars if one.style is Style.COMMENT]
    return found.stretches()


@define
class _YamlReader:
    """How deep in flow collections the text is, and what the line says so far."""

    _text: str
    _depth: int = field(default=0, init=False)
    _start: int = field(default=0, init=False)  # of the line
    _parent: int = field(default=-1, init=False)  # the column of the node that a scalar is in
    _key: str = field(default="", init=False)
    _awaits: bool = field(default=False, init=False)  # whether nothing stands behind that key yet

    def line(self, at: int) -> Generator[Scalar, None, int]:
        """Read the line that begins at `at`; returns where the next one does."""
        text = self._text
        if self._depth and _TOP.match(text, at):  # a bracket that was none
            self._depth = 0
        self._start = at
        at = self._behind(_BLANKS, at)
        column = at - self._start
        if at < len(text) and text[at] not in "\r\n#":  # else the line says nothing
            awaited = self._awaits and (self._depth > 0 or column > self._parent)
            if not awaited:
                self._parent, self._key = column - 1, ""
            self._awaits = awaited
        if not self._depth and at == self._start:
            at = self._behind(_MARKER, at)
        while at < len(text) and text[at] not in "\r\n":
            if text[at] == "#" and (at == 0 or text[at - 1] in " \t\r\n"):
                end = self._behind(_TO_END, at)
                yield Scalar(Style.COMMENT, at, end)
                at = end
            else:
                at = yield from self._quoted(at) or self._plain(at)
            at = self._behind(_BLANKS, at)
        return max(at, self._behind(_LINE, at))

    def _behind(self, pattern: re.Pattern[str], at: int) -> int:
        """What is behind `pattern`, if that is there at all."""
        match = pattern.match(self._text, at)
        return match.end() if match else at

    def _quoted(self, at: int) -> Generator[Scalar, None, int] | None:
        """Read a scalar in quotes, if one is there."""
        style = _QUOTES.get(self._text[at])
        match = _QUOTED[style].match(self._text, at) if style else None
        if style is None or match is None:
            return None
        if not _BEHIND_QUOTES.match(self._text, match.end()):
            return self._text_line(at)
        return self._in_quotes(style, match)

    def _text_line(self, at: int) -> Generator[Scalar, None, int]:
        """Read the rest of a line, in which there are no scalars."""
        yield from ()
        return self._behind(_TO_END, at)

    def _in_quotes(self, style: Style, match: re.Match[str]) -> Generator[Scalar, None, int]:
        newline = self._text.rfind("\n", *match.span())
        is_key = (_COLON_IN_FLOW if self._depth else _COLON).match(self._text, match.end())
        yield Scalar(style, *match.span(1), "" if is_key else self._key)
        self._awaits = is_key is not None
        if newline >= 0:
            self._start = newline + 1
        if is_key is None:
            return match.end()
        self._key = match[1]
        if newline < 0:
            self._parent = match.start() - self._start
        return is_key.end()

    def _plain(self, at: int) -> Generator[Scalar, None, int]:
        """Read an indicator or a plain scalar."""
        text = self._text
        if not self._depth:
            indicator = _INDICATOR.match(text, at)
            if indicator is not None:
                self._parent, self._key, self._awaits = at - self._start, "", False
                return indicator.end()
            if _BLOCK.match(text, at):
                return (yield from self._block(at))
        if (other := _PROPERTY.match(text, at)) is not None:
            return other.end()
        self._awaits = False
        if text[at] in "[{":
            self._depth += 1
            return at + 1
        plain = (_IN_FLOW if self._depth else _PLAIN).match(text, at)
        if plain is None:
            if self._depth and text[at] in "]}":
                self._depth -= 1
            self._key = "" if text[at] == "," else self._key
            return at + 1
        return (yield from self._plain_scalar(plain))

    def _plain_scalar(self, plain: re.Match[str]) -> Generator[Scalar, None, int]:
        start, end = plain.span()
        while self._text[end - 1] in " \t\r":
            end -= 1
        style = Style.FLOW if self._depth else Style.PLAIN
        colon = _COLON.match(self._text, end)
        if colon is not None:
            yield Scalar(style, start, end)
            self._key, self._awaits = self._text[start:end], True
            self._parent = start - self._start
            return colon.end()
        goes_on = (self._continued_in_flow if self._depth else self._continued)(plain.end())
        if goes_on == plain.end():
            yield Scalar(style, start, end, self._key)
        elif self._depth:
            yield Scalar(style, start, goes_on, self._key)
        else:
            yield from self._on_lines(start, plain.end(), goes_on)
        return goes_on

    def _on_lines(self, start: int, first: int, end: int) -> Iterator[Scalar]:
        """A plain scalar whose `first` line is not the last one, unless that is no YAML."""
        line = self._behind(_LINE, first)
        while line < end:
            begins, behind = self._behind(_BLANKS, line), self._behind(_LINE, line)
            comment = _COMMENT_BEHIND.search(self._text, line, behind)
            if comment is not None and behind >= end:
                end = comment.start()
            empty = self._text[begins : begins + 1] in ("\r", "\n")
            if not empty and (begins - line <= self._parent or (comment and behind < end)):
                return
            line = behind
        while self._text[end - 1] in " \t\r\n":
            end -= 1
        yield Scalar(Style.PLAIN, start, end, self._key)

    def _continued_in_flow(self, at: int) -> int:
        """Where a plain scalar in a flow collection ends whose first line ends at `at`."""
        while (fold := _FOLD_IN_FLOW.match(self._text, at)) is not None:
            more = _IN_FLOW.match(self._text, fold.end())
            if more is None or _COLON.match(self._text, more.end()):
                break
            at = more.end()
        return at

    def _continued(self, at: int) -> int:
        """Where a plain scalar ends whose first line ends at `at`: with the lines it goes on.

        What is no YAML, as nothing could begin there, is taken for that, too.
        """
        end = at
        at = self._behind(_BLANKS, at)
        if self._text[at : at + 1] not in ("\r", "\n"):
            return end
        line = self._behind(_LINE, at)
        while line < len(self._text):
            first = self._behind(_BLANKS, line)
            behind = self._behind(_LINE, line)
            if self._text[first : first + 1] not in ("", "\r", "\n"):
                if _BEGINS.match(self._text, line):
                    break
                if first - line <= self._parent and _MAY_BEGIN.match(self._text, first):
                    break
                end = behind - self._text.endswith("\n", line, behind)
            line = behind
        return end

    def _block(self, at: int) -> Generator[Scalar, None, int]:
        """Read a block scalar, up to the last line that is indented by more than its node."""
        text = self._text
        folds = text[at] == ">"
        end = self._behind(_TO_END, at)
        line = self._behind(_LINE, at)
        starts: list[int] = []
        columns: set[int] = set()
        while line < len(text):
            first = self._behind(_BLANKS, line)
            behind = self._behind(_LINE, line)
            if text[first : first + 1] not in ("", "\r", "\n"):
                if first - line <= self._parent:
                    break
                starts.append(first)
                columns.add(first - line)
                end = behind - text.endswith("\n", line, behind)
            line = behind
        if starts and len(columns) == 1 and (folds or len(starts) == 1):
            content = text[starts[0] : end].rstrip()
            yield Scalar(Style.BLOCK, starts[0], starts[0] + len(content), self._key)
        self._awaits = False
        return end


_QUOTES = {'"': Style.DOUBLE, "'": Style.SINGLE}
_QUOTED = {Style.DOUBLE: _DOUBLE, Style.SINGLE: _SINGLE}

# TOML, "String": a comment, or strings on several lines and on one, each with and without escapes.
_TOML = pattern_of(
    r"(?P<comment>\#[^\r\n]*+)"
    r'|"""(?P<long_basic>(?:[^"\\]++|\\[\s\S]|"(?!""))*+)"""'
    r"|'''(?P<long_literal>(?:[^']++|'(?!''))*+)'''"
    r'|"(?P<basic>(?:[^"\\\r\n]++|\\.)*+)"'
    r"|'(?P<literal>[^'\r\n]*+)'"
)
_BEHIND_STRING = pattern_of(r"[\s,\]}=.\#]|\Z")
_TOML_KEY = pattern_of(r"([\w-]++)[ \t]*+=[ \t]*+\Z")
_STYLES = {
    "comment": Style.COMMENT,
    "basic": Style.BASIC,
    "long_basic": Style.BASIC,
    "literal": Style.LITERAL,
    "long_literal": Style.LITERAL,
}
_LONGEST_KEY = 80


def toml_scalars(text: str) -> Iterator[Scalar]:
    """The strings of a TOML text, and its comments."""
    for match in _TOML.finditer(text):
        name = match.lastgroup or ""
        if name != "comment" and not _BEHIND_STRING.match(text, match.end()):
            continue
        key = _TOML_KEY.search(text[max(0, match.start() - _LONGEST_KEY) : match.start()])
        yield Scalar(_STYLES[name], *match.span(name), key[1] if key else "")


def toml_stretches(text: str) -> tuple[Stretch, ...]:
    """The comments of a TOML text."""
    return _comments(toml_scalars(text))
