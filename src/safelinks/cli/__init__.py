"""The command line: parse options, call the library, print, exit. No logic of its own.

Exit codes: 0 all is well, 1 something fails, 2 wrong usage or unreadable input, 3 this machine has
no network, 130 interrupted, 141 whoever read the output has stopped reading.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

import safelinks
from safelinks.cli.check import check
from safelinks.cli.clean import clean
from safelinks.cli.unwrap import unwrap
from safelinks.errors import SafelinksError

__all__ = ["main"]

_INTERRUPTED = 130
_BROKEN_PIPE = 141


class _ReaderGoneError(Exception):
    """Whoever read the output has stopped. Not an OSError: click would exit with 1 for that."""


class _Program(click.Group):
    """A group whose failures end in one sentence and an exit code that means one thing."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        """Run a command, its output to the end."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise _ReaderGoneError from None
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
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except SafelinksError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)
        except click.Abort:
            sys.exit(_INTERRUPTED)
        except _ReaderGoneError:
            # Nobody reads any more, and the interpreter would complain about it on its way out.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(_BROKEN_PIPE)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    cls=_Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all is well, 1 something fails, 2 wrong usage or unreadable input, "
    "3 this machine has no network.",
)
@click.version_option(safelinks.__version__, prog_name="safelinks")
@click.pass_context
def main(context: click.Context) -> None:
    """Unwrap Microsoft Safe Links, name what is behind them, check that it still works.

    Wrapped links are decoded on this machine; their hosts are never asked.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False


for _command in (unwrap, clean, check):
    main.add_command(_command)
