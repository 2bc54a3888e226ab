"""Options that belong together: a command gets one value that was made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

__all__ = ["Decorator", "gathered"]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def gathered(
    into: str,
    options: Sequence[Decorator],
    names: Sequence[str],
    make: Callable[[Mapping[str, Any]], object],
) -> Decorator:
    """A decorator that gives a command these `options`, and instead of their values one `into`.

    `names` are those of the parameters, by which `make` gets the values.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(*args: Any, **given: Any) -> Any:  # noqa: ANN401  whatever the command takes
            made = make({name: given.pop(name) for name in names})
            return function(*args, **{into: made}, **given)

        decorated: Callable[..., Any] = command
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
