"""`safelinks check`: files in, a report out."""

from __future__ import annotations

from itertools import islice

import click

from safelinks.cli.catalogs import Chosen, catalog_options
from safelinks.cli.inputs import STANDARD_INPUT, Inputs, keep_redirectors, warn
from safelinks.cli.network import Network, network_options

__all__ = ["check"]

_PIECES = 1_000  # of a report that are written at once


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
@network_options
@catalog_options
@click.pass_context
def check(
    context: click.Context,
    files: tuple[str, ...],
    *,
    keep_redirectors: bool,
    offline: bool,
    output_format: str,
    show_recipients: bool,
    network: Network,
    chosen: Chosen,
) -> None:
    """Check every link in FILE: where it leads, what that is, and whether it still works.

    Without FILE, or for "-", standard input is read. Each address is asked once, with a GET of
    which only the start is read. Exits with 1 when a link is dead or failing, and with 3 when this
    machine has no network: then nothing is said about the links.
    """
    from safelinks import audit  # noqa: PLC0415  the whole house, for this command only

    catalog = chosen.load()
    inputs = Inputs(files or (STANDARD_INPUT,), keep_redirectors)
    found = audit.collect(inputs.documents(), catalog)
    for note in found.notes:
        warn(note)
    if inputs.failed and not found.files:
        context.exit(2)
    outcomes = {} if offline else network.ask(found.targets)
    report = audit.survey(found, outcomes, catalog, show_recipients=show_recipients)
    from safelinks.reports import FORMATS  # noqa: PLC0415

    pieces = FORMATS[output_format](report)
    while part := "".join(islice(pieces, _PIECES)):
        click.echo(part, nl=False)
    context.exit(2 if inputs.failed else report.exit_code)
