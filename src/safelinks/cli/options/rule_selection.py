"""The options that say which findings count, and which of them fail a check."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from safelinks.cli.options import shell_completion
from safelinks.cli.options.configured_command import CONFIG_DIRECTORY
from safelinks.cli.options.option_groups import Decorator, gathered
from safelinks.cli.options.value_rules import obeying

if TYPE_CHECKING:
    from safelinks.rules import Selection

__all__ = ["selection_options"]

_NEVER = "never"
_LEVELS = ("error", "warning", "note")


def _parted(values: Sequence[str]) -> tuple[str, ...]:
    """The selectors in options that may have several each, between commas."""
    return tuple(one.strip() for value in values for one in value.split(",") if one.strip())


def _known(values: Sequence[str]) -> None:
    """Raise SetupError for a selector without a rule."""
    from safelinks.rules import codes_of  # noqa: PLC0415  `--help` and completion do without

    for selector in _parted(values):
        codes_of(selector)


def _per_file(value: str) -> tuple[str, tuple[str, ...]]:
    """A pattern, and what is ignored there. Raises ValueError and SetupError."""
    pattern, colon, selectors = value.rpartition(":")
    if not colon or not pattern or not _parted([selectors]):
        raise ValueError(f"{value!r} is not PATTERN:CODES, such as 'docs/**:SL1,SL402'")
    _known([selectors])
    return pattern, _parted([selectors])


def _level(value: str) -> tuple[str, Any]:
    """A selector and its level. Raises ValueError and SetupError."""
    from safelinks.rules import Level  # noqa: PLC0415  `--help` and completion do without

    selector, equals, level = value.partition("=")
    if not equals or level.strip().lower() not in _LEVELS:
        raise ValueError(
            f"{value!r} is not CODES=LEVEL, such as SL303=error; levels are {', '.join(_LEVELS)}"
        )
    _known([selector])
    return selector.strip(), Level(level.strip().lower())


_OPTIONS: Sequence[Decorator] = (
    click.option(
        "--select",
        multiple=True,
        metavar="CODES",
        shell_complete=shell_completion.selectors,
        callback=obeying(_known),
        help="Use only these rules: codes, starts of codes such as SL3, or names.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="CODES",
        shell_complete=shell_completion.selectors,
        callback=obeying(_known),
        help="Ignore these rules.",
    ),
    click.option(
        "--per-file-ignores",
        multiple=True,
        metavar="PATTERN:CODES",
        callback=obeying(lambda values: [*map(_per_file, values)]),
        help="Ignore these rules in files that match the pattern.",
    ),
    click.option(
        "--level",
        "levels",
        multiple=True,
        metavar="CODES=LEVEL",
        callback=obeying(lambda values: [*map(_level, values)]),
        help="Set the level of these rules: error, warning or note.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice([*_LEVELS, _NEVER]),
        default=_LEVELS[0],
        show_default=True,
        help="Fail the check for findings of this level or higher. By default, only links that "
        "do not work fail it.",
    ),
    click.option(
        "--no-inline-ignores",
        is_flag=True,
        help="Disregard “safelinks: ignore” comments, for files that you do not trust.",
    ),
    click.option(
        "--verbatim",
        is_flag=True,
        help="Treat links in code and comments like all others.",
    ),
)
_NAMES = (
    "select", "ignore", "per_file_ignores", "levels", "fail_on", "no_inline_ignores", "verbatim"
)  # fmt: skip


def _selection(given: Mapping[str, Any]) -> Selection:
    """The selection that the options make. Raises SetupError for an unknown rule.

    Patterns of files are relative to the configuration that they are from, or to the working
    directory.
    """
    context = click.get_current_context()
    from_file = context.get_parameter_source("per_file_ignores") is ParameterSource.DEFAULT_MAP
    base = context.meta.get(CONFIG_DIRECTORY) if from_file else None
    from safelinks.rules import Level, Selection  # noqa: PLC0415  `--help` and completion do without

    fail_on = given["fail_on"]
    return Selection(
        select=_parted(given["select"]),
        ignore=_parted(given["ignore"]),
        per_file=tuple(map(_per_file, given["per_file_ignores"])),
        levels=dict(map(_level, given["levels"])),
        fail_on=None if fail_on == _NEVER else Level(fail_on),
        inline=not given["no_inline_ignores"],
        verbatim=given["verbatim"],
        located=partial(_located, str(base or ".")),
    )


def _located(base: str, file: str) -> str:
    """The path of `file` from the directory `base`; as it is, where there is none."""
    from safelinks.rules import portable  # noqa: PLC0415  `--help` and completion do without

    try:
        return portable(os.path.relpath(file, base))
    except ValueError:  # on another drive
        return portable(file)


# A command gets a `selection` made of these.
selection_options = gathered("selection", _OPTIONS, _NAMES, _selection)
