"""Mutants of a module: its source with one thing changed, which some test should notice.

What a table or a pattern knows counts here as much as what a function does: rows are dropped, and
so are alternatives and members of character classes. Wording, annotations, decorators and what is
only for the type checker stay.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

__all__ = ["Mutant", "mutants_of"]


@frozen(order=True)
class Mutant:
    """A change: what takes the place of ``source[start:end]``."""

    start: int
    end: int
    new: str

    def source(self, source: str) -> str:
        """`source` with the change made."""
        return source[: self.start] + self.new + source[self.end :]

    def shown(self, source: str) -> str:
        """The line of the change before and after it, for a person."""
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        before, after = source[first : self.start], source[self.end : last]
        number = source.count("\n", 0, self.start) + 1
        old = source[self.start : self.end]
        return f"{number}: {before.lstrip()}⟦{old} → {self.new}⟧{after}"


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of `source`, in the order of the text.

    >>> [one.source("a = b < 1") for one in mutants_of("a = b < 1")]
    ['a = b <= 1', 'a = b < 2']
    """
    made = sorted({*_in_tree(source), *_in_patterns(source)})
    return [one for one in made if source[one.start : one.end] != one.new and _parses(source, one)]


def _parses(source: str, mutant: Mutant) -> bool:
    try:
        ast.parse(mutant.source(source))
    except SyntaxError:
        return False
    return True


# --- What the code does ---

_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
}  # fmt: skip
_OPERATORS: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*"),
    ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"), ast.Mod: ("%", "*"),
}  # fmt: skip
_LONGEST_CELL = 40  # characters of a string in a table: a longer one is a sentence


@frozen
class _Code:
    """A source, and its nodes that are worth a change, each with whether it is in a function."""

    source: str
    lines: list[int]

    @classmethod
    def of(cls, source: str) -> _Code:
        starts = [0]
        for line in source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return cls(source, starts)

    def at(self, line: int, column: int) -> int:
        """The offset of a position, whose column counts octets."""
        text = self.source[self.lines[line - 1] : self.lines[line]]
        return self.lines[line - 1] + len(text.encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def put(self, node: ast.expr | ast.stmt, new: str) -> Mutant:
        return Mutant(*self.span(node), new)

    def between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Mutant]:
        """`new` for the operator `old` between two operands."""
        low, high = self.span(left)[1], self.span(right)[0]
        at = re.compile(rf"{re.escape(old)}".replace(r"\ ", r"\s+")).search(self.source, low, high)
        if at is not None:
            yield Mutant(at.start(), at.end(), new)


def _in_tree(source: str) -> Iterator[Mutant]:
    code = _Code.of(source)
    for node, inside in _worth_it(ast.parse(source), inside=False):
        change = _CHANGES.get(type(node))
        if change is not None:
            yield from change(code, node, inside)


def _worth_it(node: ast.AST, *, inside: bool) -> Iterator[tuple[ast.AST, bool]]:
    """The nodes below `node` that run and are no wording, and whether each is in a function."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_kept(child):
                continue
            yield child, inside
            yield from _worth_it(child, inside=inside or isinstance(child, ast.FunctionDef))


def _is_kept(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert | ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign):
        return any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets)
    if isinstance(node, ast.FunctionDef):
        return node.name == "__repr__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _compare(code: _Code, node: ast.Compare, _: bool) -> Iterator[Mutant]:
    operands = [node.left, *node.comparators]
    for left, right, sign in zip(operands, operands[1:], node.ops, strict=False):
        yield from code.between(left, right, *_COMPARISONS[type(sign)])
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            yield code.put(right, '"XX"')


def _boolean(code: _Code, node: ast.BoolOp, _: bool) -> Iterator[Mutant]:
    """All of a condition with the other operator, or without one of its parts."""
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    texts = [f"({code.text(value)})" for value in node.values]
    yield code.put(node, f"({f' {new} '.join(texts)})")
    for at in range(len(texts)):
        yield code.put(node, f"({f' {old} '.join(texts[:at] + texts[at + 1 :])})")


def _not(code: _Code, node: ast.UnaryOp, _: bool) -> Iterator[Mutant]:
    if isinstance(node.op, ast.Not):
        yield code.put(node, f"bool({code.text(node.operand)})")


def _arithmetic(code: _Code, node: ast.BinOp, _: bool) -> Iterator[Mutant]:
    if type(node.op) in _OPERATORS:
        yield from code.between(node.left, node.right, *_OPERATORS[type(node.op)])
    elif isinstance(node.op, ast.BitOr):
        yield code.put(node, code.text(node.left))
        yield code.put(node, code.text(node.right))


def _condition(code: _Code, node: ast.If | ast.While | ast.IfExp, _: bool) -> Iterator[Mutant]:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # which have theirs
        yield code.put(node.test, f"(not ({code.text(node.test)}))")


def _constant(code: _Code, node: ast.Constant, inside: bool) -> Iterator[Mutant]:
    value = node.value
    if isinstance(value, bool):
        yield code.put(node, str(not value))
    elif isinstance(value, int | float):
        yield code.put(node, repr(value + 1))
    elif isinstance(value, str) and not inside and _is_cell(value, code.text(node)):
        yield code.put(node, repr(value.rpartition(" ")[0] or "XX"))


def _is_cell(value: str, written: str) -> bool:
    """Whether a string may be one of a table: no sentence, and no pattern."""
    return 0 < len(value) <= _LONGEST_CELL and not written.lower().startswith("r")


def _elements(code: _Code, node: ast.Tuple | ast.List | ast.Set, inside: bool) -> Iterator[Mutant]:
    yield from _rows(code, [code.span(one) for one in node.elts], inside)


def _dictionary(code: _Code, node: ast.Dict, inside: bool) -> Iterator[Mutant]:
    keys = [one for one in node.keys if one is not None]
    if len(keys) == len(node.values):
        pairs = zip(keys, node.values, strict=True)
        rows = [(code.span(key)[0], code.span(value)[1]) for key, value in pairs]
        yield from _rows(code, rows, inside)


def _rows(code: _Code, rows: list[tuple[int, int]], inside: bool) -> Iterator[Mutant]:
    """Without one of the rows of a table, its comma included."""
    if inside or len(rows) < 2:
        return
    for start, end in rows:
        comma = re.compile(r"\s*\)*\s*,").match(code.source, end)
        if comma is not None and ")" not in comma[0]:
            yield Mutant(start, comma.end(), "")


def _statement(code: _Code, node: ast.stmt, inside: bool) -> Iterator[Mutant]:
    if isinstance(node, ast.Assign) and all(isinstance(one, ast.Name) for one in node.targets):
        return  # without it, all that follows fails
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.Await):
        return
    if inside:
        yield code.put(node, "pass")


_FOLDS = frozenset({"lower", "casefold", "strip", "rstrip", "lstrip"})


def _call(code: _Code, node: ast.Call, _: bool) -> Iterator[Mutant]:
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in _FOLDS:
        yield code.put(node, code.text(called.value))
    for argument in node.args:
        if re.fullmatch(r"re\.[A-Z]+", code.text(argument)):
            yield code.put(argument, "re.NOFLAG")


_CHANGES: Mapping[type[ast.AST], Callable[..., Iterator[Mutant]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _not,
    ast.BinOp: _arithmetic,
    ast.If: _condition,
    ast.While: _condition,
    ast.IfExp: _condition,
    ast.Constant: _constant,
    ast.Tuple: _elements,
    ast.List: _elements,
    ast.Set: _elements,
    ast.Dict: _dictionary,
    ast.Call: _call,
    ast.Assign: _statement,
    ast.AugAssign: _statement,
    ast.Expr: _statement,
    ast.Continue: _statement,
}


# --- What patterns match ---

_OPENED = re.compile(r"(?i:f?rf?|b?rb?)(\"\"\"|'''|\"|')")
_PIECE = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\{[0-9,]*\}\}|\{[^{}]*\}|\(\?<?[=!]|\(\?P<\w+>|\(\?(?:[a-zA-Z-]*:|>)"
    r"|.",
    re.DOTALL,
)
_MEMBER = re.compile(r"(?:\\x..|\\u....|\\.|[^\\])(?:-(?:\\.|[^\]\\]))?", re.DOTALL)
_LOOKS: Mapping[str, str] = {"(?=": "(?!", "(?!": "(?=", "(?<=": "(?<!", "(?<!": "(?<="}
_ANCHORS = ("\\A", "\\Z", "\\b", "^", "$")


def _in_patterns(source: str) -> Iterator[Mutant]:
    for start, end in _raw_strings(source):
        pieces = [match.span() for match in _PIECE.finditer(source, start, end)]
        yield from _alternatives(source, pieces, start, end)
        for at, (low, high) in enumerate(pieces):
            piece = source[low:high]
            before = source[slice(*pieces[at - 1])] if at else "("
            yield from _of_piece(piece, before, low)


def _raw_strings(source: str) -> Iterator[tuple[int, int]]:
    """Where the patterns stand between their quotes: all raw strings are patterns here."""
    code = _Code.of(source)
    opened: list[tuple[int, bool]] = []  # f-strings, which have tokens of their own from 3.12 on
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start, end = (code.lines[row - 1] + column for row, column in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        raw = _OPENED.match(token.string)
        if kind == "STRING" and raw:
            yield start + raw.end(), end - len(raw[1])
        elif kind == "FSTRING_START":
            opened.append((end, raw is not None))
        elif kind == "FSTRING_END":
            begun, is_raw = opened.pop()
            if is_raw and not opened:
                yield begun, start


def _of_piece(piece: str, before: str, at: int) -> Iterator[Mutant]:
    whole = (at, at + len(piece))
    if piece in _LOOKS:
        yield Mutant(*whole, _LOOKS[piece])
    elif piece in _ANCHORS or (piece == "?" and before[-1] not in "(*+?}"):
        yield Mutant(*whole, "")
    elif piece == "*" and before[-1] != "(":
        yield Mutant(*whole, "+")
    elif re.fullmatch(r"\{+[0-9,]+\}+", piece):
        for number in re.finditer("[0-9]+", piece):
            yield Mutant(at + number.start(), at + number.end(), str(int(number[0]) + 1))
    elif piece[0] == "[" and len(piece) > 2 and "{" not in piece:
        members = list(_MEMBER.finditer(piece, 2 if piece[1] == "^" else 1, len(piece) - 1))
        for member in members if len(members) > 1 else ():
            yield Mutant(at + member.start(), at + member.end(), "")


def _alternatives(
    source: str, pieces: Iterable[tuple[int, int]], start: int, end: int
) -> Iterator[Mutant]:
    """Without one of several alternatives of a group."""
    groups = [[start]]
    for low, high in pieces:
        piece = source[low:high]
        if piece[0] == "(":
            groups.append([high])
        elif piece == "|":
            groups[-1].append(high)
        elif piece == ")" and len(groups) > 1:
            yield from _without(groups.pop(), low)
    yield from _without(groups[0], end)


def _without(starts: list[int], end: int) -> Iterator[Mutant]:
    if len(starts) < 2:
        return
    yield Mutant(starts[0], starts[1], "")
    for start, behind in zip(starts[1:], [*(one - 1 for one in starts[2:]), end], strict=True):
        yield Mutant(start - 1, behind, "")
