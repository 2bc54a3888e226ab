"""`safelinks config`: what is in force for some inputs, and where that is from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from glob import glob
from pathlib import Path

import click

from safelinks.addresses.printable import printable
from safelinks.cli.commands.check_command import check_command
from safelinks.cli.commands.clean_command import clean_command
from safelinks.cli.configuration.option_settings import Setting, settings_of
from safelinks.cli.configuration.precedence import given_before
from safelinks.cli.options import shell_completion
from safelinks.cli.options.configured_command import configuration_options, settled
from safelinks.cli.options.inputs import STANDARD_INPUT
from safelinks.cli.options.messages import warn
from safelinks.files.data.configuration import TABULAR, table_of, written_key, written_toml
from safelinks.foundation.values import frozen

__all__ = ["config_command"]

_COMMANDS = (check_command, clean_command)  # which have all keys between them


@frozen
class _InForce:
    """A setting, what holds for it, and where that is from."""

    setting: Setting
    value: object
    origin: str


@click.command("config", params=configuration_options())
@click.argument(
    "files", nargs=-1, metavar="[FILE|DIRECTORY]...", shell_complete=shell_completion.paths
)
@click.pass_context
def config_command(
    context: click.Context, files: tuple[str, ...], *, config_file: str | None, no_config: bool
) -> None:
    """Print the settings in effect, and where each comes from.

    FILE decides which configuration file is found. The output can be used as safelinks.toml. Order:
    command line, environment, configuration file, default. Values of headers are not shown.
    """
    for name in files:
        _say_what_is_missing(name)
    meta = [f"--config={config_file}"] if config_file is not None else []
    meta += ["--no-config"] if no_config else []
    found: dict[str, _InForce] = {}
    for command in _COMMANDS:
        with command.make_context(command.name, [*meta, "--", *files], parent=context) as inner:
            for one in _in_force(command, inner):
                found.setdefault(one.setting.key, one)
    for line in _lines(found.values()):
        click.echo(line)


def _say_what_is_missing(name: str) -> None:
    """What is not there can decide nothing but the directory to look in."""
    is_there = os.path.exists(name) or glob(name, recursive=True)  # noqa: PTH110, PTH207
    if name != STANDARD_INPUT and not is_there:
        warn(f"No such file or pattern: {name}")


def _in_force(command: click.Command, context: click.Context) -> Iterator[_InForce]:
    elsewhere = settled(context)
    for setting in settings_of(command):
        outer = given_before(context, setting.name)
        if outer is not None:
            yield _InForce(setting, _shown(setting, outer.params[setting.name]), "command line")
        elif setting.name in elsewhere:
            one = elsewhere[setting.name]
            yield _InForce(setting, _shown(setting, one.value), one.origin)
        else:
            yield _InForce(setting, _shown(setting, context.params.get(setting.name)), "default")


def _shown(setting: Setting, value: object) -> object:
    """`value` as it may stand in any file: paths from the root, nothing that is secret."""
    if isinstance(value, list | tuple):
        return [_shown(setting, one) for one in value]
    separator = setting.about.value_after
    if separator is not None and isinstance(value, str):
        before, found, _ = value.partition(separator)
        return f"{before}{found}…" if found else "…"
    return setting.located(value, Path.cwd())


def _lines(found: Iterable[_InForce]) -> Iterator[str]:
    """All of it as TOML: keys, then tables, as these hold whatever comes behind them."""
    plain: list[str] = []
    tabular: list[str] = []
    inner: dict[str, list[str]] = {}
    for one in found:
        *outer, _ = one.setting.path
        rows = inner.setdefault(outer[0], []) if outer else plain
        if one.setting.key in TABULAR and one.value:
            tabular += _table(one)
        else:
            rows.append(_line(one))
    yield from (*plain, *tabular)
    for name, rows in inner.items():
        yield from ("", f"[{name}]", *rows)


def _line(one: _InForce) -> str:
    name = one.setting.path[-1]
    values = one.value if isinstance(one.value, list) else [one.value]
    if one.setting.key in TABULAR or not all(isinstance(v, str | int | float) for v in values):
        return f"# {name} is not set"
    line = f"{name} = {written_toml(one.value)}  # {printable(one.origin)}"
    # Without its secrets, it must not be taken for the whole of it.
    secret = one.setting.about.value_after is not None
    return f"# {line}, without values" if secret and values else line


def _table(one: _InForce) -> Iterator[str]:
    yield from ("", f"[{one.setting.key}]")
    given = one.value if isinstance(one.value, list) else [one.value]
    for name, value in table_of(one.setting.key, map(str, given)).items():
        yield f"{written_key(name)} = {written_toml(value)}  # {printable(one.origin)}"
