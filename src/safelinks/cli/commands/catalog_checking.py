"""`safelinks catalog check`: what a catalog's addresses answer, and what to change for that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safelinks.addresses.printable import printable
from safelinks.catalog.catalog import open_catalog
from safelinks.catalog.catalog_files import NYC, packaged
from safelinks.cli.configuration.option_settings import ForOneRun
from safelinks.cli.options import shell_completion
from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.configured_command import Configured
from safelinks.cli.options.history_options import Remembering
from safelinks.cli.options.inputs import INTERRUPTED
from safelinks.cli.options.messages import complain
from safelinks.cli.options.network_options import Network, network_options, run_asking
from safelinks.cli.options.report_outputs import printed, write_report
from safelinks.cli.options.value_rules import Whole, obeying

if TYPE_CHECKING:
    from safelinks.catalog.catalog import OpenedCatalog
    from safelinks.checks.service_status import CatalogStatus
    from safelinks.health.model.outcome import Outcome

__all__ = ["check_catalog"]


def _as_text(found: Sequence[CatalogStatus]) -> Iterator[str]:
    from safelinks.reports.catalog_report import upkeep_lines  # noqa: PLC0415  with difflib, for few

    for status in found:
        yield from (f"{line}\n" for line in upkeep_lines(status.upkeep, status.asked))
        yield from _as_diff([status])


def _as_diff(found: Sequence[CatalogStatus]) -> Iterator[str]:
    from safelinks.reports.catalog_report import diff_lines  # noqa: PLC0415  with difflib, for few

    for status in found:
        yield from (
            f"{one}\n" for one in diff_lines(status.before, status.upkeep.text, status.name)
        )


def _as_html(found: Sequence[CatalogStatus]) -> Iterator[str]:
    from safelinks.reports.status_page import status_page  # noqa: PLC0415  for who wants it

    return status_page(found)


def _as_json(found: Sequence[CatalogStatus]) -> Iterator[str]:
    from safelinks.reports.status_json import status_json  # noqa: PLC0415  for who wants it

    return status_json(found)


def _as_markdown(found: Sequence[CatalogStatus]) -> Iterator[str]:
    from safelinks.reports.status_markdown import status_markdown  # noqa: PLC0415  for who wants it

    return status_markdown(found)


_FORMATS: Mapping[str, Callable[[Sequence[CatalogStatus]], Iterator[str]]] = {
    "text": _as_text,
    "diff": _as_diff,
    "json": _as_json,
    "markdown": _as_markdown,
    "html": _as_html,
}


def _format_of(value: str) -> tuple[str, str | None]:
    """The format and the file that NAME or NAME=FILE says. Raises ValueError for no format."""
    name, equals, path = value.partition("=")
    if name not in _FORMATS:
        raise ValueError(f"there is no format {name!r}; there are {', '.join(_FORMATS)}")
    if equals and not path:
        raise ValueError(f"{value} needs the name of a file")
    return name, path or None


@click.command(
    "check", cls=Configured, short_help="Check a catalog's addresses, and propose changes."
)
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=shell_completion.paths)
@click.option(
    "--format",
    "formats",
    cls=ForOneRun,
    multiple=True,
    metavar="NAME[=FILE]",
    callback=obeying(lambda values: [*map(_format_of, values)]),
    shell_complete=shell_completion.among(_FORMATS),
    help="Output format: text (the default), diff, json, markdown or html. Can be repeated, each "
    "with its own file.",
)
@click.option(
    "--history",
    cls=ForOneRun,
    type=click.Path(dir_okay=False),
    help="Keep results in this file, and report since when a service has failed.",
)
@click.option(
    "--dead-after",
    cls=ForOneRun,
    type=Whole(1, 1000),
    default=1,
    show_default=True,
    metavar="RUNS",
    help="Exit with 1 only for addresses that failed in this many runs in a row.",
)
@network_options
@catalog_options
@click.pass_context
def check_catalog(
    context: click.Context,
    files: tuple[str, ...],
    *,
    formats: tuple[str, ...],
    history: str | None,
    dead_after: int,
    network: Network,
    chosen: Chosen,
) -> None:
    """Check the addresses in catalog files, and propose changes.

    Without FILE, checks the files of --catalog, or else the catalog of New York City. Lists the
    addresses to review by hand, and prints a diff for those that have moved permanently. Exits
    with 1 if there is something to change or review, and with 3 without a network.

    The format html is a page with the status of all services.
    """
    outputs = [*map(_format_of, formats)] or [("text", None)]
    _refuse_shared(outputs, history)
    if history is None and dead_after > 1:
        raise click.UsageError("--dead-after needs --history")
    check = _Checking(network, Remembering(history, {}, dead_after))
    if not files and not chosen.files:
        path = packaged(NYC[0])
        check.file(str(path), open_catalog(path, chosen.load()))
    base = chosen.load() if files else chosen.base()
    for file in files or chosen.files:
        opened = open_catalog(file, base)
        check.file(file, opened)
        base = opened.catalog or base
    if check.found:
        for name, output in sorted(outputs, key=lambda one: one[1] is None):
            pieces = _FORMATS[name](check.found)
            if output is not None:
                write_report(output, pieces)
            elif sys.stdout.isatty() and name in ("text", "diff"):
                printed(f"{printable(line)}\n" for line in _lines(pieces))
            else:
                printed(pieces)
    context.exit(check.code)


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    for piece in pieces:
        yield from piece.removesuffix("\n").split("\n")


def _refuse_shared(outputs: Sequence[tuple[str, str | None]], history: str | None) -> None:
    """Raise click.UsageError where two formats would go to one place."""
    taken = [path for _, path in outputs] + ([history] if history is not None else [])
    if len(set(taken)) < len(taken):
        raise click.UsageError("Two formats go to one place: use NAME=FILE for one of them.")


class _Checking:
    """Checks files one after the other; `found` has the status of each, `code` is the exit code."""

    def __init__(self, network: Network, remembering: Remembering) -> None:
        self._network = network
        self._remembering = remembering
        self.found: list[CatalogStatus] = []
        self.code = 0

    def file(self, name: str, opened: OpenedCatalog) -> None:
        """Ask for all addresses of a file."""
        self.code = max(self.code, self._code_of(name, opened))

    def _code_of(self, name: str, opened: OpenedCatalog) -> int:
        from safelinks.checks import catalog_upkeep, service_status  # noqa: PLC0415  much that no other command needs

        if opened.catalog is None:
            complain(f"{opened.faults[0]}; `safelinks catalog validate` lists all")
            return 2
        addresses = catalog_upkeep.addresses_to_ask(opened.source, opened.catalog)
        outcomes: dict[str, Outcome] = {}

        def hear(outcome: Outcome) -> None:
            outcomes[outcome.url] = outcome

        with self._remembering.checker(self._network, opened.catalog) as checker:
            if not run_asking(partial(checker.check, addresses), len(addresses), hear):
                complain("interrupted: not all addresses were checked, so no change is proposed")
                return INTERRUPTED
        now = datetime.now(UTC)
        # What earlier runs saw is lost: fail for every address that does not work.
        dead_after = 1 if checker.forgot else self._remembering.dead_after
        upkeep = catalog_upkeep.upkeep(
            opened.source, opened.catalog, outcomes, now.date(), dead_after
        )
        status = service_status.CatalogStatus(
            name=_for_patch(name),
            before=opened.source.text,
            upkeep=upkeep,
            services=service_status.services_of(opened.source, opened.catalog, outcomes, upkeep),
            asked=len(addresses),
            without_page=service_status.without_page(opened.source, opened.catalog),
            at=now,
            has_history=self._remembering.path is not None,
        )
        self.found.append(status)
        return upkeep.exit_code


def _for_patch(file: str) -> str:
    """The name of a file as `git apply` takes it: relative, where it is below this directory."""
    path = Path(file).resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
