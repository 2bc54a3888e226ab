"""Rules for the values of options, which are checked as soon as they are read.

The message names the option, or the place in a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import click

from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of

__all__ = ["Decimal", "Duration", "Whole", "obeying"]

Callback = Callable[[click.Context, click.Parameter, Any], Any]


class Whole(click.IntRange):
    """A whole number of a range, which `--help` describes in words."""

    name = "whole number"

    def _describe_range(self) -> str:  # what click asks for the help and for messages
        return _range_in_words(self)


class Decimal(click.FloatRange):
    """A number of a range, which `--help` describes in words."""

    name = "number"

    def _describe_range(self) -> str:
        return _range_in_words(self)


class Duration(Decimal):
    """A time in seconds, or with its unit: ``10``, ``0.5``, ``500ms``, ``10s``, ``2m``, ``1h``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  click's own
        """The time in seconds. Raises click.BadParameter."""
        match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        seconds = float(match[1]) * _UNITS[match[2].lower()] if match else value
        try:
            return super().convert(seconds, param, ctx)
        except click.BadParameter:
            with suppress(ValueError):
                float(seconds)
                raise
        raise click.BadParameter(f"{value!r} is not a time, such as 10, 10s or 2m.", ctx, param)

    @staticmethod
    def has_unit(value: object) -> bool:
        """Whether `value` is a time with its unit, as a file may have it."""
        return isinstance(value, str) and _DURATION.fullmatch(value.strip()) is not None


_DURATION = pattern_of(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|m|h)", re.IGNORECASE)
_UNITS: Mapping[str, float] = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


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
