"""Changes to the text of a data file: what is written where, in the manner of the file itself.

It knows places and how values are laid out around them: on one line, or one a line, with commas and
comments. Strings are written by the language. It must not know what is changed, or why.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby

from safelinks.files.data.value_tree import BOM, Language, Node, Path, WrittenKey, find_node
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Add", "Change", "Insert", "Replace", "changed"]


@frozen
class Replace:
    """Another value at `path`."""

    path: Path
    value: str | Sequence[str]


@frozen
class Insert:
    """`value` in the list at `path`: last, or first. Several of a list keep their order."""

    path: Path
    value: str
    front: bool = False


@frozen
class Add:
    """A new member at `path`, written behind its sibling `behind`."""

    path: Path
    value: str | Sequence[str]
    behind: str


Change = Replace | Insert | Add
_Edit = tuple[int, int, str]

_BLANKS = pattern_of(r"[ \t]*+")
_BLANKS_BEFORE_VALUE = pattern_of(r"[ \t]*+(?=[^\r\n#\]}])")
_REST_OF_LINE = pattern_of(r"[ \t]*+(#[^\r\n]*+)?(?=[\r\n]|\Z)")
_NEWLINE = pattern_of(r"\r\n?|\n")


def changed(text: str, root: Node, language: Language, changes: Iterable[Change]) -> str:
    """`text` with `changes`."""
    page = _EditedText(text, root, language)
    wanted = list(changes)
    edits = [
        *_replace(page, (change for change in wanted if isinstance(change, Replace))),
        *_insert(page, (change for change in wanted if isinstance(change, Insert))),
        *_add(page, (change for change in wanted if isinstance(change, Add))),
    ]
    out, done = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):  # stable: at one place in turn
        if start < done:
            raise ValueError(f"two changes concern the same value, at offset {start}")
        out += [text[done:start], new]
        done = end
    return "".join([*out, text[done:]])


@frozen
class _Habits:
    """How a file lays out lists: one value a line or not, by the key of the list; and with what."""

    spread: dict[str | int, bool]
    usually: bool
    unit: str
    gap: str
    trailing: str


@frozen(eq=False)
class _EditedText:
    """A text, and what stands where in it."""

    text: str
    root: Node
    language: Language

    def node(self, path: Path) -> Node:
        """What is written at `path`."""
        node, there = find_node(self.root, path)
        if not there or not node.whole:
            raise ValueError(f"nothing that can be changed stands at {_shown(path)}")
        return node

    @cached_property
    def lines(self) -> list[int]:
        """Where lines begin."""
        first = len(BOM) if self.text.startswith(BOM) else 0
        return [first, *(match.end() for match in _NEWLINE.finditer(self.text))]

    def indent(self, at: int) -> str:
        """The blanks at the start of the line of `at`."""
        blanks = _BLANKS.match(self.text, self.lines[bisect_right(self.lines, at) - 1])
        return blanks[0] if blanks else ""

    def first_in_line(self, at: int) -> bool:
        """Whether nothing but blanks stands before `at`."""
        return self.lines[bisect_right(self.lines, at) - 1] + len(self.indent(at)) == at

    def line_at(self, at: int) -> str:
        """The end of a line and the blanks that begin the line of `at`."""
        return self.newline + self.indent(at)

    @cached_property
    def newline(self) -> str:
        match = _NEWLINE.search(self.text)
        return match[0] if match else "\n"

    def gap(self, node: Node) -> str | None:
        """The blanks behind the last comma in `node`, if a value follows in its line."""
        blanks = _BLANKS_BEFORE_VALUE.match(self.text, node.comma + 1) if node.comma >= 0 else None
        return blanks[0] if blanks else None

    @cached_property
    def habits(self) -> _Habits:
        """Of each, the first that is met."""
        spread: dict[str | int, bool] = {}
        units, gaps, trailing = [], [], []
        for name, node in _written(self.root):
            first = next(iter(node.children.values()))
            gaps += [gap] if (gap := self.gap(node)) is not None else []
            alone = self.first_in_line(first.entry)
            if alone:
                outer, inner = self.indent(node.start), self.indent(first.entry)
                units += [inner.removeprefix(outer)] if inner.startswith(outer) else []
            if node.opening == "[" and not any(child.children for child in node.children.values()):
                spread.setdefault(name, alone)
                trailing += [_trails(node)] if alone else []
        return _Habits(
            spread,
            next(iter(spread.values()), self.language.spread),
            next(filter(None, units), self.language.unit),
            next(iter(gaps), " "),
            "," if trailing and trailing[0] else "",
        )

    def quote(self, value: str, like: Node | None = None) -> str:
        """`value`, quoted like the string `like`."""
        written = self.text[like.start : like.end] if like and like.opening in "\"'" else ""
        return self.language.quote(value, self.text, written)

    def value(self, value: str | Sequence[str], path: Path, at: int, like: Node) -> str:
        """`value` as it is written at `path`, in an entry that begins at `at`."""
        if isinstance(value, str):
            return self.quote(value, like)
        inner = self.items([self.quote(item, like) for item in value], path, at) if value else ""
        return f"[{inner}]"

    def items(self, values: list[str], path: Path, at: int, *, spread: bool = False) -> str:
        """What stands between the brackets of the list at `path`, whose entry begins at `at`."""
        habits = self.habits
        habit = habits.spread.get(path[-1], habits.usually)
        if not spread and not (habit and self.first_in_line(at)):
            return f",{habits.gap}".join(values)
        line = self.line_at(at)
        lines = ",".join(f"{line}{habits.unit}{value}" for value in values)
        return f"{lines}{habits.trailing}{line}"


def _written(root: Node) -> Iterator[tuple[str | int, Node]]:
    """All brackets that hold something, each with its name, in the order of the text."""
    waiting: list[tuple[str | int, Node]] = [("", root)]
    while waiting:
        name, node = waiting.pop()
        waiting += reversed(node.children.items())
        if node.whole and node.children:
            yield name, node


def _trails(node: Node) -> bool:
    """Whether a comma stands behind the last value of a list."""
    return node.comma > node.children[len(node.children) - 1].start


def _shown(path: Path) -> str:
    return ".".join(map(str, path)) or "the top"


def _replace(page: _EditedText, changes: Iterable[Replace]) -> Iterator[_Edit]:
    for change in changes:
        node = page.node(change.path)
        yield node.start, node.end, page.value(change.value, change.path, node.entry, node)


def _insert(page: _EditedText, changes: Iterable[Insert]) -> Iterator[_Edit]:
    lists: dict[Path, list[Insert]] = {}
    for change in changes:
        lists.setdefault(change.path, []).append(change)
    for path, inserts in lists.items():
        node = page.node(path)
        if node.opening != "[":
            raise ValueError(f"what stands at {_shown(path)} is no list")
        inserts.sort(key=lambda insert: not insert.front)
        like = node.children.get(0)
        values = {
            front: [page.quote(insert.value, like) for insert in group]
            for front, group in groupby(inserts, lambda insert: insert.front)
        }
        if not node.children:
            yield _fill(page, node, path, [value for group in values.values() for value in group])
            continue
        if True in values:
            yield _put_first(page, node, values[True])
        if False in values:
            yield from _put_last(page, node, values[False])


def _fill(page: _EditedText, node: Node, path: Path, values: list[str]) -> _Edit:
    """Into an empty list: instead of blanks, but behind comments."""
    start, end = node.start + 1, node.end - 1
    within = page.text[start:end]
    if not within.strip():
        several = bool(_NEWLINE.search(within))
        return start, end, page.items(values, path, node.entry, spread=several)
    at = _end_of_line(page, start + len(within.rstrip()))
    line = page.line_at(node.start) + page.habits.unit
    return at, at, ",".join(line + value for value in values)


def _put_first(page: _EditedText, node: Node, values: list[str]) -> _Edit:
    """Before the first value; where that begins a line, before the comments about it, too."""
    first = node.children[0].start
    if page.first_in_line(first):
        at, line = _end_of_line(page, node.start + 1), page.line_at(first)
        return at, at, "".join(f"{line}{value}," for value in values)
    gap = _gap(page, node)
    return first, first, "".join(f"{value},{gap}" for value in values)


def _put_last(page: _EditedText, node: Node, values: list[str]) -> Iterator[_Edit]:
    """Behind the last value, and behind the comment in its line."""
    last, trails = node.children[len(node.children) - 1], _trails(node)
    at = node.comma + 1 if trails else last.end
    rest = _REST_OF_LINE.match(page.text, at)
    if page.first_in_line(last.start) or (rest and rest[1]):
        gap, to = page.line_at(last.start), _end_of_line(page, at)
    else:
        gap, to = _gap(page, node), at
    if not trails:
        yield at, at, ","
    yield to, to, gap + f",{gap}".join(values) + ("," if trails else "")


def _gap(page: _EditedText, node: Node) -> str:
    gap = page.gap(node)
    return page.habits.gap if gap is None else gap


def _end_of_line(page: _EditedText, at: int) -> int:
    """The end of the line of `at`, if nothing but a comment stands there."""
    rest = _REST_OF_LINE.match(page.text, at)
    return rest.end() if rest else at


def _add(page: _EditedText, changes: Iterable[Add]) -> Iterator[_Edit]:
    added: set[Path] = set()
    for change in changes:
        *outer, name = change.path
        if find_node(page.root, change.path)[1] or change.path in added:
            raise ValueError(f"there already is a value at {_shown(change.path)}")
        added.add(change.path)
        sibling = page.node((*outer, change.behind))
        if sibling.key is None:
            raise ValueError(f"{_shown(change.path)} is no member of an object")
        yield _behind(page, sibling, sibling.key, change, str(name))


def _behind(page: _EditedText, sibling: Node, key: WrittenKey, change: Add, name: str) -> _Edit:
    before, between = page.text[key.start : key.name], page.text[key.end : sibling.start]
    value = page.value(change.value, change.path, key.start, sibling)
    new = f"{before}{page.language.key(name, page.text)}{between}{value}"
    if key.inside is None:
        at = _end_of_line(page, sibling.end)
        return at, at, page.line_at(key.start) + new
    alone = page.first_in_line(key.start)
    gap = page.line_at(key.start) if alone else _gap(page, key.inside)
    return sibling.end, sibling.end, f",{gap}{new}"
