"""`attrs.frozen` and `attrs.define`, whose classes are made in half the time.

attrs writes, and compiles, a comparison, a hash and a `repr` for every class when it is imported:
half a millisecond for each of some two hundred classes, most of which a run never compares or
prints. Here all classes share one of each, which look at the fields when they are called.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import define, frozen

__all__ = ["define", "frozen", "with_texts"]

_T = TypeVar("_T", bound=attrs.AttrsInstance)


def _equal(self: object, other: object) -> object:
    kind = type(self)
    if other.__class__ is not kind:
        return NotImplemented
    fields = _compared(kind)  # type: ignore[arg-type]
    return fields(self) == fields(other)


def _hash(self: object) -> int:
    kind = type(self)
    return hash((kind, _hashed(kind)(self)))  # type: ignore[arg-type]


@recursive_repr()
def _representation(self: object) -> str:
    kind = type(self)
    fields = ", ".join(f"{name}={show(getattr(self, name))}" for name, show in _shown(kind))  # type: ignore[arg-type]
    return f"{type(self).__qualname__.rpartition('>.')[2]}({fields})"


@cache
def _compared(kind: type) -> Callable[[object], object]:
    return _getter([field.name for field in attrs.fields(kind) if field.eq])


@cache
def _hashed(kind: type) -> Callable[[object], object]:
    return _getter(
        [
            field.name
            for field in attrs.fields(kind)
            if field.hash or (field.hash is None and field.eq)
        ]
    )


def _getter(names: list[str]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


@cache
def _shown(kind: type) -> tuple[tuple[str, Callable[[object], str]], ...]:
    return tuple(
        (field.name, repr if field.repr is True else field.repr)
        for field in attrs.fields(kind)
        if field.repr
    )


if not TYPE_CHECKING:

    def frozen(kind: type | None = None, /, **options: object) -> object:
        """As `attrs.frozen`."""
        return _made(attrs.frozen, kind, _hash, options)

    def define(kind: type | None = None, /, **options: object) -> object:
        """As `attrs.define`."""
        return _made(attrs.define, kind, None, options)


def _made(
    decorator: Callable[..., Callable[[type], type]],
    kind: type | None,
    hashes: Callable[[object], int] | None,
    options: dict[str, object],
) -> object:
    if kind is None:
        return lambda kind: _made(decorator, kind, hashes, options)
    shared: dict[str, object] = {}
    if options.get("eq", True) and "__eq__" not in vars(kind):
        shared |= {"__eq__": _equal, "__hash__": vars(kind).get("__hash__") or hashes}
    if options.get("repr", True) and "__repr__" not in vars(kind):
        shared["__repr__"] = _representation
    made = decorator(**options | {"eq": False, "repr": False})(kind)
    for name, function in shared.items():
        setattr(made, name, function)
    return made


def with_texts(value: _T, show: Callable[[str], str], *names: str) -> _T:
    """`value`, with `show` applied to its texts `names`; itself if no text changes, as most do not.

    A text that is None or empty stays as it is.
    """
    changed = {}
    for name in names:
        text = getattr(value, name)
        if text and (new := show(text)) != text:
            changed[name] = new
    # mypy knows the fields of a class, and here is none that it could look at.
    return attrs.evolve(value, **changed) if changed else value  # type: ignore[misc]
