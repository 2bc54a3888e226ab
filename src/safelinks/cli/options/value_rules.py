"""Rules for the values of options, which are checked as soon as they are read.

The message names the option, or the place in a configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from safelinks.errors import SafelinksError

__all__ = ["Decimal", "Whole", "obeying"]

Callback = Callable[[click.Context, click.Parameter, Any], Any]


class Whole(click.IntRange):
    """A whole number of a range, which `--help` describes in words."""

    def _describe_range(self) -> str:  # what click asks for the help and for messages
        return _range_in_words(self)


class Decimal(click.FloatRange):
    """A number of a range, which `--help` describes in words."""

    def _describe_range(self) -> str:
        return _range_in_words(self)


def _range_in_words(kind: click.IntRange | click.FloatRange) -> str:
    if kind.max is not None:
        return f"{kind.min} to {kind.max}"
    return f"above {kind.min}" if kind.min_open else f"{kind.min} or more"


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
