"""Options as settings: the key, the variable and the values that say the same as an option.

All of it is read off the options themselves; what they do not tell about themselves stands in the
tables at the top. It must not know where values come from, nor which of them wins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from safelinks.cli.configuration.setting_permissions import ABOUT, UNKNOWN, SettingPermissions
from safelinks.cli.options.value_rules import Duration
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.files.data.configuration import Configuration

__all__ = ["META", "ONCE", "RIVALS", "VARIABLE_PREFIX", "ForOneRun", "Setting", "settings_of"]

VARIABLE_PREFIX = "SAFELINKS_"  # of the variables of the environment

# Options that say where settings come from.
META = frozenset({"config", "no-config"})

# Options that are for one run: they have neither key nor variable.
ONCE = frozenset({"fix", "diff", "files-from", "update-baseline"})

# Commands whose keys stand in a table of their own, and what they have in common with all others.
_TABLES: Mapping[str, frozenset[str]] = {
    "clean": frozenset(
        {"exclude-path", "keep-redirectors", "no-gitignore", "skip-unreadable", "vendored"}
    )
}

# Settings that are tables in a file; `configuration.TABULAR` says how.
TABLES = frozenset({"level", "per-file-ignores"})

_STANDARD_OUTPUT = "-"

# Settings of which one rules out the others of its group, wherever these are from.
RIVALS = (
    frozenset({"clean.in-place", "clean.diff", "clean.check", "clean.output"}),
    frozenset({"quiet", "verbose"}),
)

# Types that say in one word what they take.
_TYPED = (click.Choice, click.types.IntParamType, click.types.FloatParamType)


class ForOneRun(click.Option):
    """An option that has neither key nor variable, for all commands or for its own."""


@frozen
class Setting:
    """An option that may be set elsewhere, too: under `key` in a file, or in `variable`."""

    key: str
    option: click.Option

    @property
    def variable(self) -> str:
        """The variable of the environment."""
        return VARIABLE_PREFIX + self.key.upper().replace("-", "_").replace(".", "_")

    @property
    def about(self) -> SettingPermissions:
        """What a configuration may do with it."""
        return ABOUT.get(self.key, UNKNOWN)

    @property
    def path(self) -> list[str]:
        """Where it stands in a file, table by table."""
        return self.key.split(".")

    @property
    def name(self) -> str:
        """The name that click has for it."""
        return self.option.name or ""

    @property
    def flag(self) -> bool:
        """Whether it is on or off."""
        return bool(self.option.is_flag)

    @property
    def expected(self) -> str:
        """What its value, or each of a list, must be, in words."""
        if self.key in TABLES:
            return "a table"
        return "true or false" if self.flag else _expected(self.option.type)

    def from_environment(self) -> str | list[str] | None:
        """What the variable says: of an option that may be repeated, one value a line."""
        text = os.environ.get(self.variable, "")
        if self.option.multiple:
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        return text.strip() or None

    def from_file(self, configuration: Configuration, directory: Path) -> object:
        """What a file in `directory` says, None for nothing. Raises SetupError for a wrong type."""
        from safelinks.files.data.configuration import TABULAR, kind_of, rows  # noqa: PLC0415  tomllib, for few

        value = configuration.get(self.key)
        if value is None:
            return None
        if self.key in TABULAR:
            if isinstance(value, Mapping):
                return rows(self.key, value, configuration)
            where = configuration.where(*self.path)
            raise SetupError(f"{where}: {self.key} must be a table, not {kind_of(value)}")
        values = value if isinstance(value, list) and self.option.multiple else [value]
        for at, one in enumerate(values):
            if not _is_typed(self.option, one):
                inner = (at,) if values is value else ()
                where = configuration.where(*self.path, *inner)
                kind = kind_of(one)
                raise SetupError(f"{where}: {self.key} must be {self.expected}, not {kind}")
        found = [self.located(one, directory) for one in values]
        return found if self.option.multiple else found[0]

    def located(self, value: object, directory: Path) -> object:
        """`value`; if it is a path, one that does not depend on the working directory."""
        path = self.path_in(value)
        if path is None or not isinstance(value, str):
            return value
        slash = "/" if path.endswith("/") else ""  # which says that it is a directory
        return f"{value.removesuffix(path)}{os.path.normpath(directory / path)}{slash}"

    def path_in(self, value: object) -> str | None:
        """The path that is in `value`; None where it names no file."""
        if self.about.path is None or not isinstance(value, str):
            return None
        after = self.about.path_after
        _, separator, path = value.partition(after) if after else ("", "", value)
        return path if path and path != _STANDARD_OUTPUT and separator == after else None

    def judged(self, value: object, context: click.Context, subject: Callable[[], str]) -> object:
        """`value` in the option's type. Raises SetupError about `subject` if it is refused."""
        try:
            self._obey(value)
            cast: object = self.option.type_cast_value(context, value)
        except (click.BadParameter, SetupError, ValueError) as error:
            if self.flag or isinstance(self.option.type, _TYPED):
                shown = ", ".join(map(str, value)) if isinstance(value, list) else value
                sentence = f"must be {self.expected}, not {shown}"
            else:
                sentence = _refusal(error)
            raise SetupError(f"{subject()} {sentence}") from None
        try:
            self.option.process_value(context, value)
        except click.BadParameter as error:
            raise SetupError(f"{subject()} {_refusal(error)}") from None
        return cast if _is_plain(cast) else value

    def _obey(self, value: object) -> None:
        """Raise ValueError for a path that none can be; callbacks of options rule on the rest."""
        values = list(map(str, value)) if isinstance(value, list | tuple) else [str(value)]
        if self.about.path is not None and any("\0" in text for text in values):
            raise ValueError("a path cannot contain a null character")


def _refusal(error: Exception) -> str:
    reason = error.message if isinstance(error, click.ClickException) else str(error)
    return f"cannot be used: {reason.rstrip('.')}"


def settings_of(command: click.Command) -> Iterator[Setting]:
    """The settings of a command."""
    shared = _TABLES.get(command.name or "")
    for option in command.params:
        names = [name[2:] for name in option.opts if name.startswith("--")]
        if not isinstance(option, click.Option) or not names or names[0] in META:
            continue
        if isinstance(option, ForOneRun):
            continue
        if shared is not None and names[0] not in shared:
            yield Setting(f"{command.name}.{names[0]}", option)
        elif names[0] not in ONCE:
            yield Setting(names[0], option)


def _is_plain(value: object) -> bool:
    """Whether that is a value as files have it, so that the type takes it again."""
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float)


def _expected(kind: click.ParamType[Any]) -> str:
    if isinstance(kind, click.Choice):
        return f"one of {', '.join(str(choice) for choice in kind.choices)}"
    if isinstance(kind, click.types.IntParamType):
        return f"a whole number{_range(kind)}"
    if isinstance(kind, click.types.FloatParamType):
        unit = ", or a time such as 10s" if isinstance(kind, Duration) else ""
        return f"a number{_range(kind)}{unit}"
    return "a string"


def _range(kind: click.ParamType[Any]) -> str:
    if not isinstance(kind, click.IntRange | click.FloatRange):
        return ""
    least, most = kind.min, kind.max
    if least is None:
        return "" if most is None else f" of at most {most}"
    if most is None:
        return f" above {least}" if kind.min_open else f" of at least {least}"
    return f" from {least} to {most}"


def _is_typed(option: click.Option, value: object) -> bool:
    """Whether a value of TOML has the type of the option; strings may still say nonsense."""
    if option.is_flag or isinstance(value, bool):
        return bool(option.is_flag) and isinstance(value, bool)
    if isinstance(option.type, click.types.IntParamType):
        return isinstance(value, int)
    if isinstance(option.type, click.types.FloatParamType):
        is_time = isinstance(option.type, Duration) and option.type.has_unit(value)
        return is_time or isinstance(value, int | float)
    return isinstance(value, str)
