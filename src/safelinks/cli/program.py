"""The command line: parse options, call the library, print, exit. No logic of its own.

Exit codes: 0 success, 1 problems found, 2 wrong usage or unreadable input, 3 no network, 130
interrupted, 141 the reader of the output has closed it, 143 ended by SIGTERM.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

import safelinks
from safelinks.addresses.schemes import is_web_address
from safelinks.cli.options.catalog_options import Chosen, choose
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.inputs import INTERRUPTED
from safelinks.cli.options.messages import complain
from safelinks.errors import SafelinksError

__all__ = ["main"]

_UNUSABLE = 2
_BROKEN_PIPE = 141


# What is raised where the output is at fault; all else that a command may meet is something else.
_OF_OUTPUT = frozenset(
    {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO, errno.ENXIO}
)


class _SystemError(Exception):
    """The system refuses something. Not an OSError: click would exit with 1 for a broken pipe."""

    def __init__(self, error: OSError) -> None:
        self.of_output = error.errno in _OF_OUTPUT
        what = (
            "the output cannot be written" if self.of_output else "the system does not allow this"
        )
        super().__init__(f"{what} ({error.strerror or error})")
        self.exit_code = _BROKEN_PIPE if isinstance(error, BrokenPipeError) else _UNUSABLE


# Each command with the module that it is in, and what it does, for a list of all.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "bulk": ("bulk", "Unwrap and check tables of links, and list the links of documents."),
    "catalog": ("catalog", "Search, validate and update the catalog of City resources."),
    "check": ("check", "Check links, and report problems."),
    "clean": ("clean", "Replace every wrapped link in FILE with its target."),
    "config": ("config", "Print the settings in effect, and where each comes from."),
    "rule": ("rules", "Explain a rule."),
    "rules": ("rules", "List the rules."),
    "schema": ("rules", "Print the JSON Schema of reports."),
    "serve": ("serve", "Serve a web page and an API that check links."),
    "unwrap": ("unwrap", "Print the target of every URL, one per line."),
    "wrappers": ("wrappers", "List the known services that wrap links."),
}


class _Commands(MutableMapping[str, click.Command]):
    """The commands by name, each imported when it is asked for: none waits for another's rooms."""

    def __init__(self) -> None:
        self._there: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._there:
            module = import_module(f"safelinks.cli.commands.{_COMMANDS[name][0]}_command")
            self._there[name] = getattr(module, f"{name}_command")
        return self._there[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._there[name] = command

    def __delitem__(self, name: str) -> None:
        del self._there[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**_COMMANDS, **self._there})

    def __len__(self) -> int:
        return len({**_COMMANDS, **self._there})


class _Program(click.Group):
    """A group whose failures end in one sentence and an exit code that means one thing."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:  # noqa: ANN401  click's own
        """Parse the command line; that is also where help and version are printed."""
        with _guarded():
            return super().make_context(*args, **extra)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002  click's own signature
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands, none of which is imported for that."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, and its arguments; for an address or a file, what to type."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = _hint_for(args[0])
            if hint is None:
                raise
            raise click.UsageError(f"{error.message} {hint}", ctx) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The commands that begin so, none of which is imported for that; and options."""
        commands = [
            CompletionItem(name, help=summary)
            for name, (_, summary) in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        """Run a command, its output to the end."""
        with _guarded():
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  click's own signature
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        if sys.stdout is None:
            complain("standard output is closed")
            sys.exit(_UNUSABLE)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            _explain(error)
            sys.exit(error.exit_code)
        except SafelinksError as error:
            complain(str(error))
            sys.exit(_UNUSABLE)
        except click.Abort:
            sys.exit(INTERRUPTED)
        except _SystemError as error:
            if error.exit_code != _BROKEN_PIPE:
                complain(str(error))
            if error.of_output:
                # What is still in the buffer would make the interpreter complain on its way out.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(error.exit_code)
        sys.exit(code if isinstance(code, int) else 0)


def _hint_for(name: str) -> str | None:
    """What to type for an address or a file that stands where a command should."""
    if is_web_address(name) or name.lower().startswith("www."):
        return "Did you mean `safelinks check URL` or `safelinks unwrap URL`?"
    with suppress(ValueError):
        if os.path.exists(name):  # noqa: PTH110  whatever is in the name
            import shlex  # noqa: PLC0415  rarely needed

            return f"Did you mean `safelinks check {shlex.quote(name)}`?"
    return None


def _explain(error: click.ClickException) -> None:
    """Say what is wrong with the command line, as click does, but escaped."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()  # the help, all of which is ours
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        help_command = f"{context.command_path} {context.help_option_names[-1]}"
        with suppress(OSError):  # whoever cannot be told has the exit code
            click.echo(f"{context.get_usage()}\nTry '{help_command}' for help.\n", err=True)
    complain(_with_hint(error))


def _with_hint(error: click.ClickException) -> str:
    """What is wrong; for an option of another program, what it is called here."""
    if isinstance(error, click.NoSuchOption):
        from safelinks.cli.options.foreign_options import foreign_option  # noqa: PLC0415  rarely needed

        hint = foreign_option(error.option_name)
        if hint is not None:
            return f"No such option '{error.option_name}': {hint}."
    return error.format_message()


@contextmanager
def _guarded() -> Iterator[None]:
    """Within this block, what the system refuses is a _SystemError."""
    try:
        yield
    except OSError as error:
        raise _SystemError(error) from None


@click.group(
    cls=_Program,
    commands=_Commands(),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=help_ending("safelinks"),
)
@click.version_option(safelinks.__version__, prog_name="safelinks")
@choose
@click.pass_context
def main(
    context: click.Context, *, catalog_files: tuple[str, ...], no_default_catalog: bool
) -> None:
    """Unwrap Microsoft Safe Links, identify their targets, and check that they work.

    Wrapped links are decoded on this machine. Their hosts are never contacted.
    """
    context.obj = Chosen(catalog_files, no_default_catalog)
    if os.environ.get("NO_COLOR"):
        context.color = False
    elif os.environ.get("FORCE_COLOR"):
        context.color = True
