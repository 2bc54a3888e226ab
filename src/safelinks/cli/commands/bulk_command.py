"""`safelinks bulk`: tables of links, and the links of many documents as a table."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from safelinks.bulk.extras import require
from safelinks.bulk.fields import DEFAULT_FIELDS, FIELD_TYPES
from safelinks.bulk.table_formats import TableFormat, table_format
from safelinks.cli.options import shell_completion
from safelinks.cli.options.input_selection import InputSelection, selecting_options
from safelinks.cli.options.inputs import INTERRUPTED, STANDARD_INPUT, Inputs, verbose
from safelinks.cli.options.messages import complain, tell
from safelinks.cli.options.network_options import Network, network_options
from safelinks.cli.options.value_rules import Whole

if TYPE_CHECKING:
    from safelinks.bulk.checking import CheckResult
    from safelinks.bulk.link_rows import File
    from safelinks.errors import DocumentError

__all__ = ["bulk_command"]

_MOST_JOBS = 256
_NO_NETWORK = 3
_output = click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    shell_complete=shell_completion.paths,
    help="Write the table to this file. It is written whole, or not at all.",
)
_format = click.option(
    "--format",
    "kind",
    type=click.Choice([str(kind) for kind in TableFormat]),
    help="Format of the output. By default, the name of the file tells it.",
)
_jobs = click.option(
    "--jobs",
    type=Whole(1, _MOST_JOBS),
    default=1,
    show_default=True,
    metavar="NUMBER",
    help="Number of processes.",
)


@click.group("bulk")
def bulk_command() -> None:
    """Unwrap and check tables of links, and list the links of documents.

    Parquet and Arrow files need the package pyarrow.
    """


@bulk_command.command("unwrap")
@click.argument(
    "inputs", nargs=-1, required=True, metavar="FILE...", shell_complete=shell_completion.paths
)
@_output
@click.option(
    "--column", default="Url", show_default=True, metavar="NAME", help="Column with the addresses."
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    type=click.Choice(list(FIELD_TYPES)),
    default=DEFAULT_FIELDS,
    show_default=True,
    help="Column to add. Can be repeated.",
)
@click.option("--into", metavar="NAME", help="Put the new columns into one column of this name.")
@click.option("--drop-column", is_flag=True, help="Leave the column with the addresses out.")
@_jobs
@_format
def unwrap_tables(
    inputs: tuple[str, ...],
    *,
    output: str,
    column: str,
    fields: tuple[str, ...],
    into: str | None,
    drop_column: bool,
    jobs: int,
    kind: str | None,
) -> None:
    """Unwrap the addresses in a column of tables.

    Adds columns with what the addresses tell. Reads CSV, JSON lines (.jsonl), Parquet and Arrow
    files, also from addresses such as s3://bucket/links.parquet. A row never fails: the column
    "error" says why a target is lost.
    """
    from safelinks.bulk.table_files import Unwrapping, unwrap_files  # noqa: PLC0415  only if asked

    unwrapping = Unwrapping(column, tuple(dict.fromkeys(fields)), into, drop_column, jobs)
    with _counting("rows") as count:
        rows = unwrap_files(inputs, output, unwrapping, TableFormat(kind) if kind else None, count)
    tell(f"{_counted(rows, 'row', 'rows')} written to {output}")


@bulk_command.command("links")
@click.argument(
    "names",
    nargs=-1,
    metavar="[FILE|DIRECTORY]...",
    shell_complete=shell_completion.paths,
)
@_output
@click.option(
    "--show-recipients", is_flag=True, help="Add the recipients, and keep the links as they are."
)
@_jobs
@_format
@selecting_options
@verbose
@click.pass_context
def list_links(
    context: click.Context,
    names: tuple[str, ...],
    *,
    output: str,
    show_recipients: bool,
    jobs: int,
    kind: str | None,
    reading: InputSelection,
    verbose: bool,
) -> None:
    """List every link of documents and mailboxes.

    A row has place, label, target, and all metadata of a Safe Link. `safelinks bulk schema` prints
    what each column means. A mailbox takes no more memory than its largest message.
    """
    from safelinks.bulk.link_rows import File, write_links  # noqa: PLC0415  only if asked

    if not names and reading.files_from is None:
        raise click.UsageError("Name a file or a directory.")
    if STANDARD_INPUT in names:
        raise click.UsageError("`bulk links` needs files: it does not read standard input.")
    inputs = Inputs(names, selection=reading, verbose=verbose, aside=frozenset({output}))
    files = (File(one.name, named=one.folder is None) for one in inputs)
    with _counting("files") as count:

        def note(file: File, error: DocumentError | None) -> None:
            count(1)
            if error is not None:
                inputs.tell_failure(error, named=file.named)

        links = write_links(
            files,
            output,
            TableFormat(kind) if kind else table_format(output),
            show_recipients=show_recipients,
            jobs=jobs,
            on_file=note,
        )
    tell(f"{_counted(links, 'link', 'links')} written to {output}")
    context.exit(2 if inputs.failed else 0)


@bulk_command.command("check")
@click.argument(
    "inputs", nargs=-1, required=True, metavar="FILE...", shell_complete=shell_completion.paths
)
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    metavar="FOLDER",
    shell_complete=shell_completion.paths,
    help="Write the outcomes to this folder. If it has some, the check goes on from there.",
)
@click.option(
    "--column",
    default="target",
    show_default=True,
    metavar="NAME",
    help="Column with the addresses.",
)
@_jobs
@click.option(
    "--buckets",
    type=Whole(1, 65_536),
    default=64,
    show_default=True,
    metavar="NUMBER",
    help="Number of parts that the addresses of a new folder are put into, by their sites.",
)
@network_options
@click.pass_context
def check_addresses(
    context: click.Context,
    inputs: tuple[str, ...],
    *,
    folder: str,
    column: str,
    jobs: int,
    buckets: int,
    network: Network,
) -> None:
    """Check every address in a column of tables.

    Outcomes are Parquet files in FOLDER/outcomes. Run the same command again to go on with a check
    that was interrupted: what has an outcome is not asked again, unless other options had skipped
    it. Exits with 0 when every address
    has an outcome, whatever it is.
    """
    require("pyarrow", "`bulk check`")
    from safelinks.bulk.checking import check_tables  # noqa: PLC0415  needs pyarrow

    try:
        with _counting("addresses checked") as count:
            result = check_tables(
                list(inputs),
                folder,
                column,
                policy=network.policy,
                jobs=jobs,
                buckets=buckets,
                on_result=lambda result: count(result.known + result.checked),
            )
    except KeyboardInterrupt:
        tell(f"interrupted; what is known is in {folder}. Run this again to go on.")
        context.exit(INTERRUPTED)
    _tell_result(result)
    context.exit(2 if result.given_up else _NO_NETWORK if result.left else 0)


def _tell_result(result: CheckResult) -> None:
    """What came of a check: outcomes, why addresses were skipped, and why some have none."""
    told = ", ".join(f"{number:,} {verdict}" for verdict, number in result.verdicts.items())
    addresses = _counted(result.addresses, "address", "addresses")
    tell(f"{addresses}, outcomes in {result.folder}: {told or 'none'}")
    if result.skipped:
        tell(f"skipped: {_reasons(result.skipped)}")
    if result.again:
        again = _counted(result.again, "address", "addresses")
        tell(f"options have changed: asked again, for earlier ones skipped them: {again}")
    for bucket in result.given_up:
        complain(f"bucket {bucket} was given up: it killed three processes that worked on it")
    if result.left:
        have = "address has" if result.left == 1 else "addresses have"
        why = f": {_reasons(result.unasked)}" if result.unasked else ""
        complain(f"{result.left:,} {have} no outcome{why}; run this again to go on")


def _reasons(numbers: Mapping[str, int]) -> str:
    """Reasons in words, with how many addresses have each."""
    from safelinks.health.model.outcome import MEANING  # noqa: PLC0415  only for a check

    words: Mapping[str, str] = {str(reason): meaning for reason, meaning in MEANING.items()}
    told = ((words.get(reason, reason), number) for reason, number in numbers.items())
    return ", ".join(f"{what.removeprefix('unknown: ')} ({number:,})" for what, number in told)


def _counted(number: int, singular: str, plural: str) -> str:
    """So many things.

    >>> _counted(1, "row", "rows"), _counted(2_000, "row", "rows")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {singular if number == 1 else plural}"


@bulk_command.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the rows of `safelinks bulk links`."""
    from safelinks.bulk.link_rows import links_schema  # noqa: PLC0415  only if asked

    click.echo(json.dumps(links_schema(), indent=2))


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int], object]]:
    """On a terminal, tell how much is done; how much there is is not known before the end."""
    shown = sys.stderr is not None and sys.stderr.isatty()
    done = 0

    def count(number: int) -> None:
        nonlocal done
        done += number
        if shown:
            click.echo(f"\r{done:,} {what}", nl=False, err=True)

    try:
        yield count
    finally:
        if shown:
            click.echo(err=True)
