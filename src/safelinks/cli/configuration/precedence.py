"""The precedence of options: command line, environment, configuration file, default.

It reads the environment, and is told what a file says. What a key means is the option's business.

Why our own: by click's default_map and auto_envvar_prefix, an error names neither the file nor the
line, a variable has the name of the parameter and not of the option, and lists part at blanks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve
from click.core import ParameterSource

from safelinks.cli.configuration.config_file import LocatedConfiguration
from safelinks.cli.configuration.option_settings import RIVALS, Setting, settings_of
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.files.data.configuration import Configuration

__all__ = ["Settled", "given_before", "in_effect", "settle"]

_READ_BY_COMMAND = frozenset({"header"})  # under, not instead of, those of the command line

# Settings that wait for another one: its key, and click's name for it.
_ONLY_WITH: Mapping[str, tuple[str, str]] = {"clean.backup": ("clean.in-place", "in_place")}


@frozen
class Settled:
    """What is settled of an option elsewhere: in a `file`, or else in the environment."""

    setting: Setting
    value: object
    file: Configuration | None

    @property
    def source(self) -> ParameterSource:
        """The source of the value, in click's terms."""
        return ParameterSource.DEFAULT_MAP if self.file else ParameterSource.ENVIRONMENT

    @property
    def origin(self) -> str:
        """The source of the value, for people."""
        if self.file is None:
            return f"environment {self.setting.variable}"
        return self.file.where(*self.setting.path)

    @property
    def on(self) -> bool:
        """Whether it asks for anything."""
        return self.value not in (False, (), [])

    @property
    def read_by_command(self) -> bool:
        """Whether the command looks there itself."""
        return self.file is None and self.setting.key in _READ_BY_COMMAND

    def judged(self, context: click.Context) -> Settled:
        """The value in the option's type. Raises SetupError for an invalid value."""
        if self.read_by_command:
            return self
        if self.file is not None:
            self._judge_each(context, self.file)
        return evolve(self, value=self.setting.judged(self.value, context, self._subject))

    def _judge_each(self, context: click.Context, file: Configuration) -> None:
        """Raise SetupError with the line of the value within a list or a table that is refused."""
        written = file.get(self.setting.key)
        if not isinstance(self.value, list) or not isinstance(written, list | Mapping):
            return
        inner = written if isinstance(written, Mapping) else range(len(written))
        for at, one in zip(inner, self.value, strict=True):
            self.setting.judged([one], context, partial(self._subject, at))

    def _subject(self, *inner: str | int) -> str:
        """What an error is about."""
        if self.file is None:
            return self.setting.variable
        return f"{self.file.where(*self.setting.path, *inner)}: {self.setting.key}"


def settle(
    command: click.Command,
    context: click.Context,
    given: Mapping[str, Any],
    found: LocatedConfiguration | None,
) -> dict[str, Settled]:
    """What the environment and the file say about options that the command line is silent on."""
    settings = [one for one in settings_of(command) if given_before(context, one.name) is None]
    there = {name for name in given if given[name] is not False}
    ruled = {
        group for one in settings for group in RIVALS if one.key in group and one.name in there
    }
    settled: dict[str, Settled] = {}
    for level in (_from_environment, _from_file):
        news = [one for one in level(settings, found) if one.setting.name not in {*given, *settled}]
        taken = [one.judged(context) for one in news]
        rivals = {
            one.setting.name: group
            for one in taken
            for group in RIVALS
            if one.setting.key in group and one.on
        }
        settled |= {
            one.setting.name: one for one in taken if rivals.get(one.setting.name) not in ruled
        }
        ruled |= set(rivals.values())
    return settled


def in_effect(settled: Mapping[str, Settled], given: Mapping[str, Any]) -> dict[str, Settled]:
    """What click is to know: not what commands read themselves, nor what waits for another."""
    on = {one.setting.key for one in settled.values() if one.on}
    return {
        name: one
        for name, one in settled.items()
        if not one.read_by_command and _needs_met(one.setting.key, on, given)
    }


def _needs_met(key: str, on: Collection[str], given: Mapping[str, Any]) -> bool:
    needed, name = _ONLY_WITH.get(key, ("", ""))
    return not needed or bool(given.get(name, needed in on))


def given_before(context: click.Context, name: str) -> click.Context | None:
    """Where the option was given before the name of the command, if it was."""
    outer = context.parent
    while outer is not None:
        if outer.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            return outer
        outer = outer.parent
    return None


def _from_environment(
    settings: Iterable[Setting], _: LocatedConfiguration | None
) -> Iterator[Settled]:
    for setting in settings:
        value = setting.from_environment()
        if value is not None:
            yield Settled(setting, value, None)


def _from_file(
    settings: Iterable[Setting], found: LocatedConfiguration | None
) -> Iterator[Settled]:
    if found is None:
        return
    for setting in settings:
        value = setting.from_file(found.content, found.directory)
        if value is not None:
            yield Settled(setting, value, found.content)
