"""`safelinks clean`: documents in, the same documents with targets in the place of wrappers out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safelinks.addresses.schemes import is_web_address
from safelinks.cli.commands.document_changes import Changing, refuse_backup
from safelinks.cli.options import shell_completion
from safelinks.cli.options.configured_command import Configured
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.input_selection import InputSelection, selecting_options
from safelinks.cli.options.inputs import (
    STANDARD_INPUT,
    Inputs,
    keep_redirectors,
    verbose,
)
from safelinks.cli.options.messages import tell

if TYPE_CHECKING:
    from safelinks.documents.document import Document
    from safelinks.documents.rewriting import Rewriting

__all__ = ["clean_command"]

CLEAN_TO_STANDARD_OUTPUT = "-"


@click.command("clean", cls=Configured, epilog=help_ending("clean"))
@click.argument(
    "files", nargs=-1, metavar="[FILE|DIRECTORY|-]...", shell_complete=shell_completion.paths
)
@click.option("-i", "--in-place", is_flag=True, help="Change the files.")
@click.option(
    "--backup",
    metavar="SUFFIX",
    help="With --in-place, keep a copy of each changed file with this suffix.",
)
@click.option(
    "--diff", is_flag=True, help="Show what would change, without recipients and secrets."
)
@click.option(
    "--check", is_flag=True, help="Change nothing; exit with 1 if something would change."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR/",
    shell_complete=shell_completion.paths,
    help="Write the result to this file (- for standard output), or a copy of each file to this "
    "directory.",
)
@click.option(
    "--redact",
    is_flag=True,
    help="Keep wrapped links, but remove recipients, tokens and session values.",
)
@click.option(
    "--show-recipients",
    is_flag=True,
    help="Show recipients in the diff, so that `patch` can apply it.",
)
@keep_redirectors
@selecting_options
@verbose
@click.pass_context
def clean_command(
    context: click.Context,
    files: tuple[str, ...],
    *,
    in_place: bool,
    backup: str | None,
    diff: bool,
    check: bool,
    output: str | None,
    redact: bool,
    show_recipients: bool,
    keep_redirectors: bool,
    verbose: bool,
    reading: InputSelection,
) -> None:
    """Replace every wrapped link in FILE with its target.

    Everything else stays byte for byte as it is. Prints the result of one file, unless --in-place,
    --output, --diff or --check is given. Reads standard input without FILE or for "-".

    A wrapped link stays, with a warning, if it has lost its target or if the target is not a web
    or mail address (such as javascript:). Signed messages and documents stay as they are.
    """
    if (address := next(filter(is_web_address, files), None)) is not None:
        raise click.UsageError(
            f"{address} is an address, not a file; did you mean `safelinks unwrap URL`?"
        )
    names = reading.names(files)
    if in_place and STANDARD_INPUT in names:
        raise click.UsageError("--in-place needs files: standard input cannot be changed.")
    if output == "":
        raise click.UsageError("--output needs the name of a file.")
    if in_place and (diff or check or output):
        raise click.UsageError("--in-place cannot be used with --diff, --check or --output.")
    if output and (diff or check):
        raise click.UsageError("--output cannot be used with --diff or --check.")
    refuse_backup(backup, "--in-place", wanted=in_place)
    inputs = Inputs(
        names,
        keep_redirectors,
        selection=reading,
        verbose=verbose,
    )
    changing = Changing(
        inputs,
        _redacted if redact else _cleaned,
        show_recipients=show_recipients,
        redacting=redact,
    )
    if in_place:
        _sum_up(changing.replace(backup), "changed")
    elif diff or check:
        changed = changing.show(diff=diff)
        _sum_up(changed, "would change")
        context.exit(2 if inputs.failed else int(check and changed > 0))
    elif output is not None and _is_directory(output):
        if STANDARD_INPUT in names:
            raise click.UsageError("--output DIR/ needs files: standard input has no name.")
        copies = changing.copy(Path(output))
        tell(f"{copies} {'file' if copies == 1 else 'files'} written to {output}")
    else:
        changing.write(None if output in (None, CLEAN_TO_STANDARD_OUTPUT) else Path(str(output)))
    context.exit(2 if inputs.failed else 0)


def _is_directory(output: str) -> bool:
    """Whether the value of --output is a directory: it ends with a slash, or there is one."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _cleaned(document: Document) -> Rewriting:
    return document.cleaning()


def _redacted(document: Document) -> Rewriting:
    return document.redaction()


def _sum_up(changed: int, what: str) -> None:
    files = "file" if changed == 1 else "files"
    tell(f"{changed} {files} {what}" if changed else f"no file {what}")
