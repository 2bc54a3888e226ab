"""`safelinks catalog new`: a catalog file from a table of names and addresses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from safelinks.addresses.printable import printable
from safelinks.cli.options import shell_completion
from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.messages import complain, tell
from safelinks.errors import CatalogError
from safelinks.files.file_access import bytes_of, replace

__all__ = ["new_catalog"]

_UNUSABLE = 2


@click.command("new", short_help="Make a catalog file from a table of names and addresses.")
@click.argument("table", metavar="FROM.csv", shell_complete=shell_completion.paths)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    shell_complete=shell_completion.paths,
    help="Write the catalog to FILE, which ends in .toml or .json. Otherwise, print TOML.",
)
@click.option(
    "--name", "owner", metavar="NAME", help="Name of the owner, such as 'City of Riverbend'."
)
@click.option("--agency", metavar="ACRONYM", help="Acronym of the owner.")
@click.option(
    "--domain",
    "domains",
    multiple=True,
    metavar="DOMAIN",
    help="A domain of which every host is the owner's.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@catalog_options
@click.pass_context
def new_catalog(
    context: click.Context,
    *,
    table: str,
    output: str | None,
    owner: str | None,
    agency: str | None,
    domains: tuple[str, ...],
    force: bool,
    chosen: Chosen,
) -> None:
    """Make a catalog file from a table of names and addresses in CSV.

    The first row names the columns: name and url, and where there are any agency, acronym, aliases,
    category, description and former_urls. Several values in a cell are separated by |. Exits with 2
    if a row has a mistake; nothing is written then.
    """
    from safelinks.catalog import service_table  # noqa: PLC0415  no other command makes catalogs

    kind = _kind_of(output, table, force=force)
    name = (owner or "").strip() or Path(table).stem.replace("_", " ").strip() or "Owner"
    who = service_table.Owner(name, (agency or "").strip() or None, domains)
    base = chosen.load()
    read = service_table.read_services(_text_of(table), table, who, base)
    faults = read.faults
    if not faults:
        text = service_table.catalog_text(read.contents, kind)
        faults = read.checked(service_table.WRITTEN_AS[kind](text, table), base)
    if faults:
        for fault in faults:
            complain(fault)
        context.exit(_UNUSABLE)
    if output is not None:
        replace(Path(output), [text.encode()])
    elif sys.stdout.isatty():
        click.echo("\n".join(map(printable, text.split("\n"))), nl=False)
    else:
        click.echo(text, nl=False)
    for column in read.left_out:
        tell(f"{table}: the column {column} is not used")
    domain = service_table.likely_domain(read.contents)
    if domain is not None:
        tell(f"if every host of {domain} is the owner's, say so with --domain {domain}")
    if output is not None:
        tell(f"{output}: {len(read.contents.resources)} resources")


def _kind_of(output: str | None, table: str, *, force: bool) -> str:
    """What to write, by the name of the `output`. Raises click.BadParameter for no such name."""
    if output is None:
        return "toml"
    kind = Path(output).suffix.lower().removeprefix(".")
    if kind not in ("toml", "json"):
        raise click.BadParameter(f"{output} must end in .toml or .json", param_hint="--output")
    if os.path.realpath(output) == os.path.realpath(table):
        raise click.BadParameter(f"{output} is the table itself", param_hint="--output")
    if os.path.lexists(output) and not force:
        message = f"{output} exists already; use another name, or --force to replace it"
        raise click.BadParameter(message, param_hint="--output")
    return kind


def _text_of(table: str) -> str:
    """The text of the table. Raises DocumentError or CatalogError, in one sentence."""
    raw = bytes_of(Path(table))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "not UTF-8; save it as CSV in UTF-8"
        raise CatalogError(f"{table}, line {line}: {message}") from None
