"""`safelinks check`: files in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click
from attrs import frozen

from safelinks.cli.catalogs import Chosen, catalog_options
from safelinks.cli.inputs import STANDARD_INPUT, Inputs, keep_redirectors, warn
from safelinks.cli.mending import mend
from safelinks.cli.network import Asked, Network, network_options
from safelinks.cli.outputs import ORDER, InOrder, outputs_of, refuse_inputs
from safelinks.cli.reporting import Reporting
from safelinks.cli.selecting import selection_options

if TYPE_CHECKING:
    from datetime import timedelta

    from safelinks.catalog import Catalog
    from safelinks.health.outcome import Outcome, Verdict
    from safelinks.rules import Selection

__all__ = ["check"]


@click.command(cls=InOrder)
@click.argument("files", nargs=-1, metavar="[FILE|DIRECTORY|-]...")
@click.option("--offline", is_flag=True, help="Decode and name the links; ask nobody.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME[=FILE]",
    help="Report in this format: text (the default), json, jsonl, junit, sarif, github, gitlab, "
    "markdown, csv or html. May be given several times, each with an -o of its own.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FILE",
    help="Write the format before it to this file; - is standard output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what fails the check.")
@click.option("-v", "--verbose", is_flag=True, help="Say all that is known of every address.")
@click.option("--fix", is_flag=True, help="Write into the files what is certain to be better.")
@click.option("--diff", is_flag=True, help="Print what --fix would change; change nothing.")
@selection_options
@keep_redirectors
@click.option("--show-recipients", is_flag=True, help="Print whom the links were sent to.")
@click.option(
    "--history",
    type=click.Path(dir_okay=False),
    help="Remember in this file what was seen, and say since when a link does not work.",
)
@click.option(
    "--max-age",
    multiple=True,
    metavar="[VERDICT=]AGE",
    help="Do not ask again for what the history has seen to work within AGE, such as 12h or 7d; "
    "with VERDICT, for what had that.",
)
@click.option(
    "--dead-after",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    metavar="RUNS",
    help="Fail for a link only once it did not work in so many runs in a row.",
)
@network_options
@catalog_options
@click.pass_context
def check(
    context: click.Context,
    files: tuple[str, ...],
    *,
    keep_redirectors: bool,
    offline: bool,
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    fix: bool,
    diff: bool,
    show_recipients: bool,
    history: str | None,
    max_age: tuple[str, ...],
    dead_after: int,
    selection: Selection,
    network: Network,
    chosen: Chosen,
) -> None:
    """Check every link in FILE: where it leads, what that is, and whether it still works.

    Without FILE, or for "-", standard input is read. Each address is asked once, with a GET of
    which only the start is read. Exits with 1 when a link is dead or failing, and with 3 when this
    machine has no network: then nothing is said about the links. Ctrl-C ends it with a report on
    what is known by then.
    """
    reporting = Reporting.of(
        outputs_of(formats, outputs, context.meta[ORDER]), quiet=quiet, verbose=verbose, diff=diff
    )
    names = files or (STANDARD_INPUT,)
    if (fix or diff) and STANDARD_INPUT in names:
        raise click.UsageError("--fix and --diff need files: standard input cannot be changed.")
    if fix and diff:
        raise click.UsageError("--diff shows what --fix would change: give one of them.")
    inputs = Inputs(names, keep_redirectors)
    refuse_inputs(reporting.outputs, inputs.files())
    if not offline:
        network.prepare()
    from safelinks.collection import appraise, collect  # noqa: PLC0415  much, for this command
    from safelinks.survey import Survey  # noqa: PLC0415

    remembering = _Remembering.of(history, max_age, dead_after)
    catalog = chosen.load()
    found = collect(inputs.documents(), catalog)
    for note in found.notes:
        warn(note)
    if inputs.failed and not found.files:
        context.exit(2)
    survey = Survey(
        found, catalog, selection, show_recipients=show_recipients, dead_after=dead_after
    )
    heard = reporting.begin(survey)
    asked = (
        Asked({})
        if offline
        else remembering.ask(network, found.targets, catalog, appraise(found, catalog), heard)
    )
    report = survey.report(asked.outcomes, interrupted=asked.interrupted)
    if diff or (fix and not report.interrupted):  # who wants to stop wants nothing to be written
        report = mend(inputs, survey, report, asked.outcomes, write=fix)
    reporting.finish(report, unread=inputs.failed)
    context.exit(2 if inputs.failed and not report.interrupted else report.exit_code)


@frozen
class _Remembering:
    """What the options say about earlier runs."""

    path: str | None
    max_age: Mapping[Verdict, timedelta]

    @classmethod
    def of(cls, path: str | None, ages: tuple[str, ...], dead_after: int) -> _Remembering:
        """Raises click.UsageError."""
        from safelinks.health.ages import parse_max_age  # noqa: PLC0415

        if path is None and (ages or dead_after > 1):
            raise click.UsageError("--max-age and --dead-after need a --history to look into")
        try:
            return cls(path, parse_max_age(ages))
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="'--max-age'") from None

    def ask(
        self,
        network: Network,
        urls: Sequence[str],
        catalog: Catalog,
        meanwhile: Iterable[object],
        heard: Callable[[Outcome], object],
    ) -> Asked:
        """Ask, and remember what came of it."""
        if self.path is None:
            return network.ask(urls, catalog, meanwhile=meanwhile, heard=heard)
        from safelinks.health.history import History  # noqa: PLC0415

        with History(self.path, key=network.key) as history:
            asked = network.ask(
                urls,
                catalog,
                history=history,
                max_age=self.max_age,
                meanwhile=meanwhile,
                heard=heard,
            )
        if history.warning:
            warn(history.warning)
        return asked
