"""Types of settings: validators for `attrs.field` that raise a SetupError of one sentence.

So a setting that makes no sense fails where it is made, before anything is read or asked.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from attrs import Attribute

from safelinks.errors import SetupError

__all__ = ["as_choice", "as_tuple", "flag", "number", "path", "texts", "whole"]

E = TypeVar("E", bound=StrEnum)
Validator = Callable[[Any, "Attribute[Any]", Any], None]


def _validator(expected: str, holds: Callable[[Any], bool]) -> Validator:
    def validate(_: object, attribute: Attribute[Any], value: object) -> None:
        if not holds(value):
            raise SetupError(f"{attribute.name} must be {expected}, not {value!r}")

    return validate


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return is_number and math.isfinite(value) and value > 0  # type: ignore[arg-type,operator]
    except OverflowError:  # a whole number beyond all that is counted in
        return False


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def whole(least: int) -> Validator:
    """A whole number from `least`."""
    return _validator(f"a whole number from {least}", lambda value: _is_whole(value, least))


flag = _validator("True or False", lambda value: isinstance(value, bool))
number = _validator("a number above 0", _is_number)
path = _validator("a path", lambda value: isinstance(value, str | os.PathLike) and value != "")
texts = _validator(
    "a list or tuple of strings",
    lambda value: isinstance(value, tuple) and all(isinstance(text, str) for text in value),
)


def as_tuple(value: Any) -> Any:  # noqa: ANN401  what it is, a validator tells
    """A list, set or the like as a tuple; a string, which is one thing, as it is."""
    is_text = isinstance(value, str | bytes) or not hasattr(value, "__iter__")
    return value if is_text else tuple(value)


def as_choice(name: str, kind: type[E], value: str) -> E:
    """One of the values of the enum `kind`, also given as a string. Raises SetupError."""
    try:
        return kind(value)
    except ValueError:
        raise SetupError(f"{name} must be one of {', '.join(kind)}, not {value!r}") from None
