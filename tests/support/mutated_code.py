"""What of a loaded module a mutant changes: a function, a table that only functions read, or more.

Where it is one of the first two, the change can be made in a process that has loaded everything:
the code of the function is replaced, or the table is made anew. All else needs a new import, for
other modules may have taken what they need.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType

from attrs import frozen
from mutants import Mutant

__all__ = ["Change", "Code"]


@frozen
class Change:
    """A mutant of a function, or of a table that nothing but these functions reads."""

    source: str
    functions: frozenset[str]
    table: ast.stmt | None = None

    def make(self, module: ModuleType, loaded: dict[str, list[FunctionType]]) -> None:
        """Make the change in a loaded module, whose functions are `loaded` by their names."""
        path = str(module.__file__)
        if self.table is not None:
            code = compile(ast.Module([self.table], []), path, "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102
            return
        (name,) = self.functions
        whole = compile(self.source, path, "exec", dont_inherit=True)
        (new,) = (code for code in _codes(whole) if code.co_qualname == name)
        for function in loaded[name]:
            function.__code__ = new


@frozen
class Code:
    """A module as it is written."""

    source: str
    tree: ast.Module
    functions: dict[str, ast.FunctionDef]

    @classmethod
    def of(cls, source: str) -> Code:
        tree = ast.parse(source)
        return cls(source, tree, dict(_functions(tree)))

    def function_at(self, mutant: Mutant) -> str | None:
        """The function or method whose body it changes; `None` for all that runs on import."""
        line = self._line(mutant)
        for name, function in self.functions.items():
            assert function.end_lineno is not None
            if function.body[0].lineno <= line <= function.end_lineno:
                return name
        return None

    def change(self, mutant: Mutant, on_import: set[str]) -> Change | None:
        """What can be changed without a new import; `on_import`, those functions were called."""
        source = mutant.source(self.source)
        function = self.function_at(mutant)
        if function is not None:
            return None if function in on_import else Change(source, frozenset({function}))
        name = self._table_at(mutant)
        if name is None or name in self._read_on_import():
            return None
        readers = {key for key, node in self.functions.items() if name in _names(node.body)}
        if not readers or readers & on_import:
            return None
        (table,) = (node for node in ast.parse(source).body if _table_name(node) == name)
        return Change(source, frozenset(readers), table)

    def _line(self, mutant: Mutant) -> int:
        return self.source.count("\n", 0, mutant.start) + 1

    def _table_at(self, mutant: Mutant) -> str | None:
        line = self._line(mutant)
        for node in self.tree.body:
            if node.lineno <= line <= (node.end_lineno or 0):
                name = _table_name(node)
                return name if name is not None and name.startswith("_") else None
        return None

    def _read_on_import(self) -> set[str]:
        bodies = {id(node) for function in self.functions.values() for node in function.body}
        return _names([self.tree], bodies)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods, by their full names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            methods = (one for one in node.body if isinstance(one, ast.FunctionDef))
            yield from ((f"{node.name}.{one.name}", one) for one in methods)


def _table_name(node: ast.stmt) -> str | None:
    targets = node.targets if isinstance(node, ast.Assign) else []
    target = node.target if isinstance(node, ast.AnnAssign) else targets[0] if targets else None
    return target.id if isinstance(target, ast.Name) and len(targets) < 2 else None


def _names(nodes: list[ast.stmt] | list[ast.Module], without: set[int] | None = None) -> set[str]:
    """The names that are read in `nodes`."""
    names = set()
    waiting: list[ast.AST] = list(nodes)
    while waiting:
        node = waiting.pop()
        if without and id(node) in without:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return names


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
