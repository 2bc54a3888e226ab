"""Functions of `documents` by name, as tables hold them: imported when first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["function_named", "registered_name"]

_DOCUMENTS = "safelinks.documents"


@cache
def function_named(name: str) -> Callable[..., Any]:
    """The function of that name below `documents`, such as "text.markdown.markdown_passages"."""
    room, _, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"{_DOCUMENTS}.{room}"), function)
    return found


def registered_name(function: Callable[..., object]) -> str:
    """The name by which `function_named` knows `function`, if it is of this room."""
    module, name = (getattr(function, it, "") for it in ("__module__", "__qualname__"))
    return f"{module.removeprefix(f'{_DOCUMENTS}.')}.{name}"
