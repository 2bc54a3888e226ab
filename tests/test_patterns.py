"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import gc
import importlib
import pickle
import pkgutil
import re

import pytest

import safelinks
from safelinks.foundation.patterns import pattern_of

REFUSED = "("


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
    patterns = [it for it in gc.get_objects() if type(it) is kind and it.pattern != REFUSED]
    assert len(patterns) > 500
    for pattern in patterns:
        assert re.compile(pattern.pattern, pattern.flags)
