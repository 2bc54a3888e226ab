"""What counts as a mutant of a module, so that the score of mutation testing means something."""

from __future__ import annotations

import pytest
from mutants import mutants_of

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
