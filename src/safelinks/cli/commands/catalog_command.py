"""`safelinks catalog`: what is in a catalog, what it says of an address, whether it is in order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from safelinks.addresses.printable import printable
from safelinks.catalog.catalog import open_catalog
from safelinks.catalog.catalog_export import EXPORT_FORMATS
from safelinks.cli.commands.catalog_checking import check_catalog
from safelinks.cli.commands.new_catalog import new_catalog
from safelinks.cli.options import shell_completion
from safelinks.cli.options.catalog_options import Chosen, catalog_options, choose, chosen_here
from safelinks.cli.options.inputs import addresses
from safelinks.cli.options.messages import complain, tell
from safelinks.cli.options.value_rules import Whole
from safelinks.errors import CatalogError
from safelinks.reports.catalog_report import (
    aged_lines,
    agency_lines,
    agency_table,
    match_data,
    match_lines,
    resource_lines,
    table_lines,
)

if TYPE_CHECKING:
    from safelinks.catalog import Catalog, Resource

__all__ = ["catalog_command"]

_MOST_FOUND = 10


@click.group("catalog")
@choose
@click.pass_context
def catalog_command(
    context: click.Context, *, catalog_files: tuple[str, ...], no_default_catalog: bool
) -> None:
    """Search, validate and update the catalog of City resources.

    With --catalog FILE, all of these also use that file.
    """
    context.obj = chosen_here(catalog_files, without_default=no_default_catalog)


catalog_command.add_command(check_catalog)
catalog_command.add_command(new_catalog)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@catalog_command.command("find")
@click.argument("words", nargs=-1, required=True, metavar="TEXT...")
@click.option(
    "--limit",
    type=Whole(min=1),
    default=_MOST_FOUND,
    show_default=True,
    metavar="N",
    help="Maximum number of results.",
)
@catalog_options
@click.pass_context
def find_resources(
    context: click.Context, words: tuple[str, ...], *, limit: int, chosen: Chosen
) -> None:
    """Find resources by the words that people use for them, in many languages and with typos.

    If only a part of the words fits, prints what may be meant as such, and exits with 1.
    """
    known = chosen.load()
    answers = known.answers(" ".join(words))
    found = [one.resource for one in answers if not one.weak]
    perhaps = [] if found else [one.resource for one in answers]
    _print(table_lines((found or perhaps)[:limit], known, perhaps=bool(perhaps)))
    if len(found) > limit:
        tell(f"{len(found) - limit} more: use more words, or --limit {len(found)}.")
    if not found:
        why = "only a part of these words fits" if perhaps else "no resource has these words"
        complain(f"{why}; try fewer words, or others")
        context.exit(1)


@catalog_command.command("show")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@catalog_options
@click.pass_context
def show_entries(context: click.Context, ids: tuple[str, ...], *, chosen: Chosen) -> None:
    """Print everything about the resource ID, or the agency of that acronym or name.

    Exits with 1 if there is neither.
    """
    known = chosen.load()
    code = 0
    for name in ids:
        entry = known.resources.get(name)
        if entry is not None:
            _print(resource_lines(entry, known))
            continue
        agency = known.agency(name)
        if agency is not None:
            _print(agency_lines(agency, known))
            continue
        complain(f"there is no resource {name}{_meant(name, known.resources)}")
        code = 1
    context.exit(code)


@catalog_command.command("match", short_help="Show which resource a URL is, and by which rule.")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
@catalog_options
def match_addresses(urls: tuple[str, ...], *, as_json: bool, chosen: Chosen) -> None:
    """Show which resource every URL is, wrapped or not, and by which rule.

    Reads addresses from standard input without URL, one per line.
    """
    known = chosen.load()
    for url in urls or addresses():
        found, doubts = known.identify(url), known.suspicions(url)
        if as_json:
            click.echo(json.dumps(match_data(found, doubts)))
        else:
            _print(match_lines(found, doubts))


def _meant(name: str, there: Iterable[str]) -> str:
    """What may be meant by a `name` that is not `there`; the end of a sentence."""
    spelt = {one.lower(): one for one in there}
    close = [spelt[one] for one in get_close_matches(name.lower(), spelt, cutoff=0.5)]
    return (
        f"; did you mean {' or '.join(close)}?"
        if close
        else "; `safelinks catalog list` lists them"
    )


def _filters(function: Callable[..., Any]) -> Callable[..., Any]:
    agency = click.option("--agency", metavar="NAME", help="Only resources of this agency.")
    category = click.option("--category", metavar="NAME", help="Only resources of this category.")
    return agency(category(function))


def _chosen_entries(
    chosen: Chosen, agency: str | None, category: str | None
) -> tuple[Catalog, list[Resource]]:
    """The catalog, and its resources of that agency and category, in any case."""
    known = chosen.load()
    named = known.agency(agency) if agency is not None else None
    agency = named.acronym if named is not None else agency
    for what, given, there in (
        ("agency", agency, list(known.agencies)),
        ("category", category, sorted({one.category for one in known.resources.values()})),
    ):
        if given is not None and given.lower() not in map(str.lower, there):
            meant = _meant(given, there)
            raise click.BadParameter(f"there is no {what} {given}{meant}", param_hint=f"--{what}")
    return known, [
        entry
        for entry in known.resources.values()
        if (agency is None or entry.agency.lower() == agency.lower())
        and (category is None or entry.category.lower() == category.lower())
    ]


@catalog_command.command("list")
@click.option("--agencies", "of_agencies", is_flag=True, help="List the agencies instead.")
@_filters
@catalog_options
@click.pass_context
def list_entries(
    context: click.Context,
    *,
    of_agencies: bool,
    agency: str | None,
    category: str | None,
    chosen: Chosen,
) -> None:
    """List resources: all, or those of an agency or a category.

    Exits with 1 if none is found.
    """
    if of_agencies:
        if agency or category:
            raise click.UsageError(
                "--agencies lists all of them: leave out --agency and --category."
            )
        _print(agency_table(chosen.load()))
        return
    known, entries = _chosen_entries(chosen, agency, category)
    _print(table_lines(entries, known))
    if not entries:
        complain("no resource found; try without --agency or --category")
        context.exit(1)


@catalog_command.command("export")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["json", "csv"]),
    default="json",
    show_default=True,
    help="A catalog file, or a table for a spreadsheet.",
)
@_filters
@catalog_options
def export_catalog(
    *, output_format: str, agency: str | None, category: str | None, chosen: Chosen
) -> None:
    """Print the catalog. --catalog reads it again as JSON."""
    known, entries = _chosen_entries(chosen, agency, category)
    contents = evolve(known.contents, resources=tuple(entries))
    text = EXPORT_FORMATS[output_format](contents)
    if sys.stdout.isatty():
        _print(map(printable, text.split("\n")[:-1]))
    else:
        click.echo(text, nl=False)


@catalog_command.command("validate", short_help="Check catalog files for mistakes.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", shell_complete=shell_completion.paths
)
@catalog_options
@click.pass_context
def validate_files(context: click.Context, files: tuple[str, ...], *, chosen: Chosen) -> None:
    """Check catalog files for mistakes, and print each with its place.

    A file may refer to the catalog of New York City and to files before it. Exits with 1 if there
    are mistakes, and with 2 if a file cannot be read. Says which entries of high confidence nobody
    has seen for a year; that is no mistake.
    """
    base = chosen.load()
    code = 0
    for file in files:
        try:
            opened = open_catalog(file, base)
        except CatalogError as error:
            complain(str(error))
            code = 2
            continue
        _print(printable(str(fault)) for fault in opened.faults)
        if opened.catalog is None:
            code = max(code, 1)
        else:
            base = opened.catalog
            _print(aged_lines(opened.own_resources(), datetime.now(UTC).date()))
            tell(f"{file}: no problems found")
    context.exit(code)
