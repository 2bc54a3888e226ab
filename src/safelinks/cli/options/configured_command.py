"""Commands whose options may be set elsewhere, too: command line, environment, file, default.

Values go through click's own types, and click is told where they are from. Who has the last word
is decided in `precedence`, which is loaded for such commands only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from safelinks.addresses.schemes import is_web_address
from safelinks.cli.configuration.option_settings import ONCE, VARIABLE_PREFIX, Setting, settings_of
from safelinks.cli.options import shell_completion
from safelinks.cli.options.messages import tell

if TYPE_CHECKING:
    from safelinks.cli.configuration.config_file import LocatedConfiguration
    from safelinks.cli.configuration.precedence import Settled

__all__ = [
    "CONFIG_DIRECTORY",
    "STRANGE",
    "Configured",
    "configuration_options",
    "known_settings",
    "settled",
]

# Where in `context.meta` the directory is that the configuration was found in; None without one.
CONFIG_DIRECTORY = "safelinks.config_dir"
# Where in `context.meta` it stands whether nobody has named that file.
STRANGE = "safelinks.config_strange"
_SETTLED = "safelinks.settled"


def configuration_options() -> list[click.Parameter]:
    """The two options that say which file to go by."""
    return [
        click.Option(
            ("--config", "config_file"),
            metavar="FILE",
            shell_complete=shell_completion.paths,
            help="Use this safelinks.toml or pyproject.toml. Unlike a file that is found "
            "automatically, it may set options that weaken a protection.",
        ),
        click.Option(("--no-config",), is_flag=True, help="Do not use a configuration file."),
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
        found = self._configuration(given)
        ctx.meta[CONFIG_DIRECTORY] = found.directory if found else None
        ctx.meta[STRANGE] = found is not None and not found.named
        known = known_settings(ctx) if found else {}
        if found:
            from safelinks.files.data.configuration import verify_keys  # noqa: PLC0415  tomllib, for few

            verify_keys(found.content, known.keys(), ONCE, _foreign)
        self._verify_variables(ctx, known, given, found)
        from safelinks.cli.configuration.precedence import in_effect, settle  # noqa: PLC0415  not for `unwrap`

        ctx.meta[_SETTLED] = settled = settle(self, ctx, given, found)
        if found:
            from safelinks.cli.configuration.untrusted_configuration import refuse  # noqa: PLC0415  for few

            refuse(found, known.values())
        elsewhere = in_effect(settled, given)
        ctx.default_map = {
            **(ctx.default_map or {}),
            **{name: one.value for name, one in elsewhere.items()},
        }
        rest = super().parse_args(ctx, args)
        for name, one in elsewhere.items():
            ctx.set_parameter_source(name, one.source)
        if found and ctx.params.get("verbose"):
            _tell(found, elsewhere.values())
        return rest

    def _verify_variables(
        self,
        ctx: click.Context,
        known: Mapping[str, Setting],
        given: Mapping[str, Any],
        found: LocatedConfiguration | None,
    ) -> None:
        """Raise SetupError for a misspelt variable of the environment."""
        own = {setting.variable for setting in settings_of(self)}
        strange = [
            name for name in os.environ if name.startswith(VARIABLE_PREFIX) and name not in own
        ]
        if not strange:
            return
        from safelinks.cli.configuration.strange_variables import refuse_misspelt  # noqa: PLC0415  for few
        from safelinks.health.model.policy_settings import variables  # noqa: PLC0415  for few

        settings = (known or known_settings(ctx)).values()
        listed = found.content.get("header") if found else None
        headers = [
            os.environ.get(f"{VARIABLE_PREFIX}HEADER", ""),
            *(given.get("headers") or ()),
            *(map(str, listed) if isinstance(listed, list) else ()),
        ]
        used = {name for header in headers for name in variables(header)}
        refuse_misspelt(strange, {setting.variable for setting in settings}, used)

    def _configuration(self, given: Mapping[str, Any]) -> LocatedConfiguration | None:
        """The file to go by. Raises SetupError and DocumentError, in one sentence."""
        from safelinks.cli.configuration.config_file import named, nearest  # noqa: PLC0415  not for `unwrap`

        file = given.get("config_file")
        if given.get("no_config"):
            if file is not None:
                raise click.UsageError("--config cannot be used with --no-config.")
            return None
        return nearest(self._inputs(given)) if file is None else named(file)

    def _inputs(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The files and directories that are named."""
        for param in self.params:
            if isinstance(param, click.Argument) and isinstance(given.get(param.name or ""), tuple):
                names: tuple[str, ...] = given[param.name or ""]
                return tuple(name for name in names if not is_web_address(name))
        return ()


def _foreign(key: str) -> str | None:
    """What a key of another program is called here."""
    from safelinks.cli.options.foreign_options import foreign_option  # noqa: PLC0415  rarely needed

    return foreign_option(key)


def _opposite(name: str) -> str:
    return f"--{name[3:]}" if name.startswith("no-") else f"--no-{name}"


def settled(context: click.Context) -> Mapping[str, Settled]:
    """What the command parsed last in `context` has from elsewhere, by click's names."""
    found: Mapping[str, Settled] = context.meta.get(_SETTLED, {})
    return found


def _tell(found: LocatedConfiguration, elsewhere: Iterable[Settled]) -> None:
    """Say which file is obeyed, and in what."""
    keys = sorted(one.setting.key for one in elsewhere if one.file is not None)
    how = "named" if found.named else "found"
    tell(f"{found.content.name}: {how}, used for {', '.join(keys) or 'nothing'}")


def known_settings(context: click.Context) -> dict[str, Setting]:
    """The settings of all commands: a file that is right for one is right for all."""
    commands = [context.find_root().command]
    known: dict[str, Setting] = {}
    for command in commands:
        if isinstance(command, click.Group):
            commands += command.commands.values()
        elif isinstance(command, Configured):
            known |= {setting.key: setting for setting in settings_of(command)}
    return known
