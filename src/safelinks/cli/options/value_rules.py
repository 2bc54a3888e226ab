"""Rules for the values of options, held against them as soon as they are read.

What breaks one is told with the name of its option, or with its place in a configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from safelinks.errors import SafelinksError

__all__ = ["obeying"]

Callback = Callable[[click.Context, click.Parameter, Any], Any]


def obeying(rule: Callable[[Any], object]) -> Callback:
    """A callback of an option whose value is to be one that `rule` does not refuse.

    A rule raises ValueError or a SafelinksError, in one sentence.
    """

    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401
        if value not in (None, ()) and not context.resilient_parsing:
            try:
                rule(value)
            except (ValueError, SafelinksError) as error:
                raise click.BadParameter(str(error), context, parameter) from None
        return value

    return callback
