"""Commands whose options may be set elsewhere, too: command line, environment, file, default.

It finds the file, and decides who has the last word. Values go through click's own types, and
click is told where they are from. What a key means is the business of the option.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve, frozen
from click.core import ParameterSource

from safelinks.cli.settings import ONCE, RIVALS, Setting, settings_of
from safelinks.errors import SetupError

if TYPE_CHECKING:
    from safelinks.configuration import Configuration

__all__ = ["DIRECTORY", "Configured", "Settled", "configuration_options", "given_before", "settled"]

# Where in `context.meta` the directory is that the configuration was found in; None without one.
DIRECTORY = "safelinks.config_dir"
_SETTLED = "safelinks.settled"

_OWN, _TOOLS = "safelinks.toml", "pyproject.toml"
_STANDARD_INPUT = "-"
_READ_BY_COMMAND = frozenset({"header"})  # under, not instead of, those of the command line

# Settings that wait for another one: its key, and click's name for it.
_ONLY_WITH: Mapping[str, tuple[str, str]] = {"clean.backup": ("clean.in-place", "in_place")}


@frozen
class _Found:
    """A configuration, and the directory that its paths begin at."""

    directory: Path
    content: Configuration


@frozen
class Settled:
    """What is settled of an option elsewhere: in a `file`, or else in the environment."""

    setting: Setting
    value: object
    file: Configuration | None

    @property
    def source(self) -> ParameterSource:
        """The same, as click calls it."""
        return ParameterSource.DEFAULT_MAP if self.file else ParameterSource.ENVIRONMENT

    @property
    def origin(self) -> str:
        """The same, for people."""
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
        """The same, in the option's type. Raises SetupError for a value that is refused."""
        if self.read_by_command:
            return self
        if self.file is None:
            subject = self.setting.variable
        else:
            subject = f"{self.origin}: {self.setting.key}"
            self._judge_each(context, self.file)
        return evolve(self, value=self.setting.judged(self.value, context, subject))

    def _judge_each(self, context: click.Context, file: Configuration) -> None:
        """Raise SetupError with the line of the value within a list that is refused."""
        path = self.setting.path
        if isinstance(file.get(self.setting.key), list) and isinstance(self.value, list):
            for at, one in enumerate(self.value):
                subject = f"{file.where(*path, at)}: {self.setting.key}"
                self.setting.judged([one], context, subject)


def configuration_options() -> list[click.Parameter]:
    """The two options that say which file to go by."""
    return [
        click.Option(
            ("--config", "config_file"),
            metavar="FILE",
            help="Go by this safelinks.toml or pyproject.toml, and look for no other.",
        ),
        click.Option(("--no-config",), is_flag=True, help="Go by no configuration file."),
    ]


class Configured(click.Command):
    """A command that goes by a configuration; its options say all there is to know of it.

    Whatever flag it has, ``--no-FLAG`` takes back what is set elsewhere.
    """

    def __init__(self, *args: Any, **extra: Any) -> None:  # noqa: ANN401  click's own
        super().__init__(*args, **extra)
        for option in configuration_options():
            option.expose_value = False
            self.params.append(option)

    def make_parser(self, ctx: click.Context) -> Any:  # noqa: ANN401  click keeps its type private
        """The parser, with the opposite of every flag."""
        parser = super().make_parser(ctx)
        taken = {name for param in self.params for name in (*param.opts, *param.secondary_opts)}
        for setting in settings_of(self):
            opposite = _opposite(setting.path[-1])
            if setting.flag and not setting.option.secondary_opts and opposite not in taken:
                parser.add_option(
                    setting.option, [opposite], setting.name, action="store_const", const=False
                )
        return parser

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, with what is set elsewhere in the place of defaults."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        if any(param.is_eager and param.name in given for param in self.get_params(ctx)):
            return super().parse_args(ctx, args)  # which shows the help
        found = _find(given, self._inputs(given))
        ctx.meta[DIRECTORY] = found.directory if found else None
        if found:
            from safelinks.configuration import verify  # noqa: PLC0415  tomllib, for few

            verify(found.content, _known(ctx), ONCE)
        ctx.meta[_SETTLED] = settled = _settle(self, ctx, given, found)
        elsewhere = _in_effect(settled, given)
        ctx.default_map = {
            **(ctx.default_map or {}),
            **{name: one.value for name, one in elsewhere.items()},
        }
        rest = super().parse_args(ctx, args)
        for name, one in elsewhere.items():
            ctx.set_parameter_source(name, one.source)
        return rest

    def _inputs(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The files and directories that are named."""
        for param in self.params:
            if isinstance(param, click.Argument) and isinstance(given.get(param.name or ""), tuple):
                names: tuple[str, ...] = given[param.name or ""]
                return names
        return ()


def settled(context: click.Context) -> Mapping[str, Settled]:
    """What the command parsed last in `context` has from elsewhere, by click's names."""
    found: Mapping[str, Settled] = context.meta.get(_SETTLED, {})
    return found


def _opposite(name: str) -> str:
    return f"--{name[3:]}" if name.startswith("no-") else f"--no-{name}"


def _known(context: click.Context) -> set[str]:
    """The keys of all commands: a file that is right for one is right for all."""
    commands = [context.find_root().command]
    known = set()
    for command in commands:
        if isinstance(command, click.Group):
            commands += command.commands.values()
        elif isinstance(command, Configured):
            known |= {setting.key for setting in settings_of(command)}
    return known


# Which file


def _find(given: Mapping[str, Any], inputs: tuple[str, ...]) -> _Found | None:
    """The configuration that is named, or that is nearest to the inputs. Raises SetupError."""
    file = given.get("config_file")
    if given.get("no_config"):
        if file is not None:
            raise click.UsageError("--config does not go with --no-config.")
        return None
    if file is not None:
        found = _read(Path(file))
        if found is None:
            raise SetupError(f"{file}: there is no table [tool.safelinks] in this file")
        return found
    for path in _candidates(inputs):
        if found := _read(path):
            return found
    return None


def _candidates(inputs: Iterable[str]) -> Iterator[Path]:
    """The files there are, from the inputs upwards."""
    try:
        start = _common([_directory(name) for name in inputs] or [Path.cwd()])
    except OSError:  # the working directory is gone, so nothing is found from there
        return
    for directory in (start, *start.parents):
        for name in (_OWN, _TOOLS):
            path = directory / name
            if os.path.isfile(path):  # noqa: PTH113  never raises
                yield path
        if os.path.lexists(directory / ".git"):
            return


def _directory(name: str) -> Path:
    """The directory that an input is in; that it may be missing is found out later."""
    path = Path.cwd() if name == _STANDARD_INPUT else Path(os.path.abspath(name))  # noqa: PTH100
    return next((one for one in (path, *path.parents) if os.path.isdir(one)), path)  # noqa: PTH112


def _common(directories: list[Path]) -> Path:
    try:
        return Path(os.path.commonpath(directories))
    except ValueError:  # on several drives
        return Path.cwd()


def _read(path: Path) -> _Found | None:
    """The configuration in a file; None where it is of other tools only."""
    from safelinks.documents.files import bytes_of  # noqa: PLC0415  `unwrap` does without

    content = bytes_of(path)
    if path.name == _TOOLS and b"safelinks" not in content:
        return None  # without a parser having to be loaded
    from safelinks.configuration import parse  # noqa: PLC0415

    path = Path(os.path.abspath(path))  # noqa: PTH100  symbolic links stay
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    parsed = parse(content, str(shown))
    return None if parsed is None else _Found(path.parent, parsed)


# Who has the last word


def _settle(
    command: Configured, context: click.Context, given: Mapping[str, Any], found: _Found | None
) -> dict[str, Settled]:
    """What the environment and the file say about options that the command line is silent on."""
    settings = [one for one in settings_of(command) if given_before(context, one.name) is None]
    there = {name for name in given if given[name] is not False}
    ruled = any(one.key in RIVALS and one.name in there for one in settings)
    settled: dict[str, Settled] = {}
    for level in (_from_environment, _from_file):
        news = [one for one in level(settings, found) if one.setting.name not in {*given, *settled}]
        taken = [one.judged(context) for one in news]
        rivals = {one.setting.name for one in taken if one.setting.key in RIVALS and one.on}
        settled |= {
            one.setting.name: one for one in taken if not (ruled and one.setting.name in rivals)
        }
        ruled = ruled or bool(rivals)
    return settled


def _in_effect(settled: Mapping[str, Settled], given: Mapping[str, Any]) -> dict[str, Settled]:
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


def _from_environment(settings: Iterable[Setting], _: _Found | None) -> Iterator[Settled]:
    for setting in settings:
        value = setting.from_environment()
        if value is not None:
            yield Settled(setting, value, None)


def _from_file(settings: Iterable[Setting], found: _Found | None) -> Iterator[Settled]:
    if found is None:
        return
    for setting in settings:
        value = setting.from_file(found.content, found.directory)
        if value is not None:
            yield Settled(setting, value, found.content)
