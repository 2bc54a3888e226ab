"""`safelinks check`: files in, a report out."""

from __future__ import annotations

import math
import sys
from itertools import islice
from typing import TYPE_CHECKING

import click

from safelinks.cli.inputs import STANDARD_INPUT, Inputs, keep_redirectors, warn

if TYPE_CHECKING:
    from safelinks.audit import Collection
    from safelinks.report import Report

__all__ = ["check"]

_PIECES = 1_000  # of a report that are written at once


def _finite(context: click.Context, parameter: click.Parameter, seconds: float) -> float:
    """`seconds`, if that is a time at all."""
    if not math.isfinite(seconds):
        raise click.BadParameter(f"{seconds} is no number of seconds", context, parameter)
    return seconds


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|DIRECTORY|-]...")
@click.option("--offline", is_flag=True, help="Decode and name the links; ask nobody.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Print a table for people, or one JSON object for programs.",
)
@keep_redirectors
@click.option("--show-recipients", is_flag=True, help="Print whom the links were sent to.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up on each step of a request after this long.",
)
@click.option("--allow-private", is_flag=True, help="Ask addresses of private networks too.")
@click.pass_context
def check(
    context: click.Context,
    files: tuple[str, ...],
    *,
    keep_redirectors: bool,
    offline: bool,
    output_format: str,
    show_recipients: bool,
    timeout: float,
    allow_private: bool,
) -> None:
    """Check every link in FILE: where it leads, what that is, and whether it still works.

    Without FILE, or for "-", standard input is read. Each address is asked once, with a GET of
    which only the start is read. Exits with 1 when a link is dead or failing, and with 3 when this
    machine has no network: then nothing is said about the links.
    """
    from safelinks import audit  # noqa: PLC0415  the whole house, for this command only

    inputs = Inputs(files or (STANDARD_INPUT,), keep_redirectors)
    found = audit.collect(inputs.documents())
    for note in found.notes:
        warn(note)
    if inputs.failed and not found.files:
        context.exit(2)
    report = _report(
        found,
        offline=offline,
        show_recipients=show_recipients,
        timeout=timeout,
        allow_private=allow_private,
    )
    from safelinks.reports import FORMATS  # noqa: PLC0415

    pieces = FORMATS[output_format](report)
    while part := "".join(islice(pieces, _PIECES)):
        click.echo(part, nl=False)
    context.exit(2 if inputs.failed else report.exit_code)


def _report(
    found: Collection,
    *,
    offline: bool,
    show_recipients: bool,
    timeout: float,
    allow_private: bool,
) -> Report:
    import asyncio  # noqa: PLC0415  slow to import

    from safelinks import audit  # noqa: PLC0415

    if offline:
        return audit.survey(found, {}, show_recipients=show_recipients)
    from safelinks.health.checker import Checker  # noqa: PLC0415  loads httpx
    from safelinks.health.policy import Policy  # noqa: PLC0415

    checker = Checker(Policy(timeout=timeout, allow_private=allow_private))
    with click.progressbar(
        length=len(found.targets),
        label="Checking",
        file=sys.stderr,
        hidden=sys.stderr is None or not sys.stderr.isatty(),
    ) as progress:
        return asyncio.run(
            audit.check_collected(
                found,
                checker,
                show_recipients=show_recipients,
                on_outcome=lambda _: progress.update(1),
            )
        )
