"""What counts as a mutant of a module, so that the score of mutation testing means something."""

from __future__ import annotations

from types import ModuleType

import pytest
from mutants import Mutant, mutants_of
from mutated_code import Code

pytestmark = pytest.mark.slow

MADE = {
    "a comparison": ("x = a <= b", {"x = a < b"}),
    "membership": ("x = a not in b", {"x = a in b"}),
    "a condition": ("x = a and b", {"x = ((a) or (b))", "x = ((b))", "x = ((a))"}),
    "a number": ("x = 3", {"x = 4"}),
    "a truth": ("x = True", {"x = False"}),
    "arithmetic": ("x = a + b", {"x = a - b"}),
    "a fold": ("x = a.lower()", {"x = a"}),
    "a branch": ("x = 1 if a else 2", {"x = 1 if (not (a)) else 2", "x = 2 if a else 2", "x = 1 if a else 3"}),
    "a row": ("X = (\n    'a',\n    'b',\n)", {"X = (\n    'XX',\n    'b',\n)", "X = (\n    'a',\n    'XX',\n)", "X = (\n    \n    'b',\n)", "X = (\n    'a',\n    \n)"}),
    "a cell of words": ("x = row('e h')", {"x = row('e')"}),
    "a statement": ("def f(a):\n    a.b = c\n", {"def f(a):\n    pass\n"}),
    "a class of characters": ("x = r'[eh]'", {"x = r'[h]'", "x = r'[e]'"}),
    "alternatives": ("x = r'(?:a|b)'", {"x = r'(?:b)'", "x = r'(?:a)'"}),
    "alternatives of a whole": ("x = r'a|b'", {"x = r'b'", "x = r'a'"}),
    "what is optional": ("x = r'ab?c*'", {"x = r'abc*'", "x = r'ab?c+'"}),
    "a look": (r"x = r'(?!a)(?<=b)\Z'", {r"x = r'(?=a)(?<=b)\Z'", r"x = r'(?!a)(?<!b)\Z'", "x = r'(?!a)(?<=b)'"}),
    "a count": ("x = r'a{2}'", {"x = r'a{3}'"}),
    "a count between braces": ("x = rf'{y}{{2}}'", {"x = rf'{y}{{3}}'"}),
    "a flag": ("x = f(re.ASCII)", {"x = f(re.NOFLAG)"}),
    "flags": ("x = re.A | re.I", {"x = re.A", "x = re.I"}),
}  # fmt: skip
NONE = {
    "a docstring": '"""Says 1 < 2."""',
    "an annotation": "x: int | None",
    "an assertion": "assert a < 1",
    "what is exported": "__all__ = ['a', 'b']",
    "words": "def f():\n    return 'not found'",
    "an import": "from a import b",
    "a decorator": "@f(1)\ndef g(a): ...",
    "an error": "def f():\n    raise E('x', 1)",
}


@pytest.mark.parametrize("case", MADE)
def test_mutants(case: str) -> None:
    source, expected = MADE[case]
    mutants = mutants_of(source)
    assert {one.source(source) for one in mutants} == expected
    assert len(mutants) == len(expected)


@pytest.mark.parametrize("case", NONE)
def test_what_is_left_alone(case: str) -> None:
    assert mutants_of(NONE[case]) == []


def test_offsets_are_of_characters() -> None:
    source = "é = 'ü'; x = a < b\n"
    assert "é = 'ü'; x = a <= b\n" in {one.source(source) for one in mutants_of(source)}


def test_a_mutant_shows_its_line() -> None:
    source = "# first\nx = a < b\n"
    (mutant,) = mutants_of(source)
    assert mutant.shown(source) == "2: x = a ⟦< → <=⟧ b"


MODULE = """
_PLAIN = (1, 2)
_BASE = 'a'
_MADE = f'{_BASE}b'
PUBLIC = 3

def uses(x=4):
    return _PLAIN[0] + _MADE + x

class C:
    def m(self):
        return uses() < 5
"""
# By what is changed: the functions whose tests run, or None where all is to be imported anew.
CHANGES = {
    "a function": ("return _PLAIN[⟦0⟧]", {"uses"}),
    "a method": ("uses() ⟦<⟧ 5", {"C.m"}),
    "a table": ("_PLAIN = (⟦1⟧, 2)", {"uses"}),
    "a table of a table": ("_BASE = ⟦'a'⟧", None),
    "a table for others": ("PUBLIC = ⟦3⟧", None),
    "a default value": ("x=⟦4⟧", None),
}


def _mutant(case: str, new: str) -> Mutant:
    around, _ = CHANGES[case]
    before, old, after = around.replace("⟧", "⟦").split("⟦")
    start = MODULE.index(f"{before}{old}{after}") + len(before)
    return Mutant(start, start + len(old), new)


@pytest.mark.parametrize("case", CHANGES)
def test_what_of_a_module_is_changed(case: str) -> None:
    change = Code.of(MODULE).change(_mutant(case, "9"), set())
    assert (None if change is None else set(change.functions)) == CHANGES[case][1]
    assert Code.of(MODULE).change(_mutant(case, "9"), {"uses", "C.m"}) is None


def test_a_change_in_what_is_loaded() -> None:
    module = ModuleType("changed")
    module.__file__ = "changed.py"
    exec(compile(MODULE, "changed.py", "exec"), module.__dict__)  # noqa: S102
    module._MADE = 0  # type: ignore[attr-defined]
    loaded = {"uses": [module.uses]}
    taken = module.uses  # as another module may have
    for case, new, result in (("a table", "7", 11), ("a function", "1", 6)):
        change = Code.of(MODULE).change(_mutant(case, new), set())
        assert change is not None
        change.make(module, loaded)
        assert taken() == result
