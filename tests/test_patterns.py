"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import ast
import gc
import importlib
import itertools
import pickle
import pkgutil
import re
from pathlib import Path

import pytest

import safelinks
from safelinks.foundation import patterns
from safelinks.foundation.patterns import pattern_of

REFUSED = "("
# Each with its plain spelling, that all versions of Python read right.
POSSESSIVE = {
    "(?:ab?c)?+": "(?>(?:ab?c)?)",
    "(?:ab?c)*+d?": "(?>(?:ab?c)*)d?",
    "(?:(?!b|c).)*+": "(?>(?:(?!b|c).)*)",
    "(?:a|ab){0,2}+c": "(?>(?:a|ab){0,2})c",
    "((?:a|b)c?)++d": "(?>((?:a|b)c?)+)d",
    "(?P<one>a)(?:b(?:cd?)*+|(?P=one)){1,3}+": "(?P<one>a)(?>(?:b(?>(?:cd?)*)|(?P=one)){1,3})",
    "(a)?(?:(?(1)b|c)d?)*+c": "(a)?(?>(?:(?(1)b|c)d?)*)c",
}

MISREADS = patterns._MISREADS_POSSESSIVE


def test_it_does_what_a_compiled_pattern_does() -> None:
    deferred, compiled = (
        pattern_of(r"(?P<a>a)|b", re.IGNORECASE),
        re.compile("(?P<a>a)|b", re.IGNORECASE),
    )
    assert deferred.sub("x", "AbC") == compiled.sub("x", "AbC") == "xxC"
    assert [match.span() for match in deferred.finditer("cab")] == [(1, 2), (2, 3)]
    assert (deferred.pattern, deferred.flags) == (compiled.pattern, compiled.flags)
    assert deferred.groupindex == compiled.groupindex
    assert pattern_of(rb"\d+").fullmatch(b"12")


def test_it_is_compiled_at_its_first_use() -> None:
    refused = pattern_of(REFUSED)
    assert refused.pattern == REFUSED
    for _ in range(2):
        with pytest.raises(re.error):
            refused.match("")
    with pytest.raises(AttributeError):
        pattern_of("a").nothing  # type: ignore[attr-defined] # noqa: B018


def test_it_can_be_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(pattern_of("a+", re.MULTILINE)))  # noqa: S301
    assert sent.match("aa")
    assert sent.flags == re.compile("a+", re.MULTILINE).flags


def test_every_pattern_of_every_room_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(safelinks.__path__, "safelinks."):
        if module.name not in ("safelinks.__main__", "safelinks.spark"):  # which needs pyspark
            importlib.import_module(module.name)
    kind = type(pattern_of(""))
    gc.unfreeze()  # those that were there when tests were collected are among them
    every = [it for it in gc.get_objects() if type(it) is kind and it.pattern != REFUSED]
    assert len(every) > 500
    for pattern in every:
        assert re.compile(pattern.pattern, pattern.flags)


@pytest.mark.parametrize("misreads", [False, True])
@pytest.mark.parametrize("possessive", POSSESSIVE)
def test_a_possessive_group_matches_the_same_in_every_version(
    possessive: str, misreads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "_MISREADS_POSSESSIVE", misreads or MISREADS)
    plain, ours = re.compile(POSSESSIVE[possessive]), pattern_of(possessive)
    for length in range(6):
        for text in map("".join, itertools.product("abcd", repeat=length)):
            expected, match = plain.search(text), ours.search(text)
            assert (match and match.regs) == (expected and expected.regs), text
    assert ours.pattern == possessive
    assert ours.groupindex == plain.groupindex


def test_where_python_misreads_them_no_possessive_group_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compile_tree = re._compiler.compile  # type: ignore[attr-defined]
    trees: list[str] = []

    def noted(tree: object, flags: int) -> re.Pattern[str]:
        trees.append(repr(tree))
        return compile_tree(tree, flags)  # type: ignore[no-any-return]

    monkeypatch.setattr(patterns, "_MISREADS_POSSESSIVE", True)
    monkeypatch.setattr(re._compiler, "compile", noted)  # type: ignore[attr-defined]
    for possessive in POSSESSIVE:
        assert pattern_of(possessive, re.ASCII | re.IGNORECASE).flags == re.ASCII | re.IGNORECASE
    assert len(trees) == len(POSSESSIVE)
    assert not any("POSSESSIVE_REPEAT" in tree for tree in trees)


def test_no_possessive_group_is_given_to_re_itself() -> None:
    given = [
        f"{path.name}:{call.lineno}"
        for path in Path(safelinks.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.")
        and any(
            isinstance(part, ast.Constant) and re.search(r"\)[*+?][+]|\}[+]", str(part.value))
            for part in ast.walk(call)
        )
    ]  # fmt: skip
    assert given == []
