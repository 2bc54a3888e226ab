"""`safelinks check`: files in, a report out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click
from attrs import evolve

from safelinks.addresses.schemes import is_web_address
from safelinks.cli.commands.applied_fixes import show_fixes, write_fixes
from safelinks.cli.configuration.option_settings import ForOneRun
from safelinks.cli.options import shell_completion
from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.file_link_options import file_link_options
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.history_options import Remembering, remembering_options
from safelinks.cli.options.input_selection import InputSelection, selecting_options
from safelinks.cli.options.inputs import STANDARD_INPUT, Inputs, keep_redirectors
from safelinks.cli.options.messages import tell, warn
from safelinks.cli.options.network_options import Network, network_options, run_asking
from safelinks.cli.options.report_options import Reporting, reporting_options
from safelinks.cli.options.report_outputs import (
    InOrder,
    refuse_inputs,
    refuse_shared,
    refuse_strange,
)
from safelinks.cli.options.rule_selection import selection_options
from safelinks.cli.options.value_rules import Whole, obeying
from safelinks.health.model import policy_settings

if TYPE_CHECKING:
    from safelinks.checks.changed_lines import Changes
    from safelinks.checks.local_link_options import LocalLinkOptions
    from safelinks.checks.pipeline import Check
    from safelinks.checks.report import Report
    from safelinks.health.model.outcome import Outcome
    from safelinks.rules import Selection

__all__ = ["check_command"]

_MOST_JOBS = 2


@click.command(
    "check",
    cls=InOrder,
    short_help="Check links, and report problems.",
    epilog=help_ending("check"),
)
@click.argument(
    "files", nargs=-1, metavar="[FILE|DIRECTORY|URL|-]...", shell_complete=shell_completion.paths
)
@click.option("--offline", is_flag=True, help="Decode and identify links; do not use the network.")
@click.option(
    "--offline-ok", is_flag=True, help="Exit with 0 instead of 3 if this machine has no network."
)
@reporting_options
@click.option("--fix", is_flag=True, help="Fix the files, where the fix is certain.")
@click.option(
    "--backup",
    cls=ForOneRun,
    metavar="SUFFIX",
    help="With --fix, keep a copy of each changed file with this suffix.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="Show what --fix would change. With --show-recipients, the diff is a patch.",
)
@selection_options
@click.option(
    "--https",
    is_flag=True,
    help="Also request http:// addresses over https, and report where that works.",
)
@click.option(
    "--suggest",
    is_flag=True,
    help="Ask a web archive for a copy of each page that is gone, and report it.",
)
@click.option(
    "--archive",
    default=policy_settings.WEB_ARCHIVE,
    show_default=True,
    metavar="URL",
    callback=obeying(policy_settings.archive),
    help="With --suggest, ask this web archive: the address of its Memento TimeGate.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    shell_complete=shell_completion.paths,
    help="Findings in this file do not fail the check; only new ones do.",
)
@click.option("--update-baseline", is_flag=True, help="Write the current findings to the baseline.")
@click.option(
    "--changed-since",
    metavar="REV",
    help="Check only links on lines that changed since this git revision.",
)
@keep_redirectors
@selecting_options
@file_link_options
@click.option("--show-recipients", is_flag=True, help="Print the recipients of the links.")
@remembering_options
@network_options
@click.option(
    "--jobs",
    type=Whole(1, _MOST_JOBS),
    metavar="NUMBER",
    help="Number of processes that send requests. By default, 2 for many addresses, else 1.",
)
@catalog_options
@click.pass_context
def check_command(
    context: click.Context,
    files: tuple[str, ...],
    *,
    keep_redirectors: bool,
    offline: bool,
    offline_ok: bool,
    fix: bool,
    backup: str | None,
    diff: bool,
    https: bool,
    suggest: bool,
    archive: str,
    baseline: str | None,
    update_baseline: bool,
    changed_since: str | None,
    show_recipients: bool,
    reading: InputSelection,
    local_links: LocalLinkOptions | None,
    remembering: Remembering,
    reporting: Reporting,
    selection: Selection,
    network: Network,
    jobs: int | None,
    chosen: Chosen,
) -> None:
    """Check every link in FILE, or URL itself: its target, what that is, and whether it works.

    Reads standard input without FILE or for "-". Each address is requested once. Every finding
    has a code that `safelinks rule CODE` explains. Ctrl-C stops the check and reports the results
    so far.
    """
    addresses = tuple(filter(is_web_address, files))
    named = tuple(file for file in files if not is_web_address(file))
    names = reading.names(named, beside=bool(addresses))
    _refuse_backup(backup, wanted=fix)
    if fix or diff:
        _refuse_fixing(names, addresses if reading.files_from is None else (), twice=fix and diff)
    if update_baseline and baseline is None:
        raise click.UsageError("--update-baseline needs a --baseline FILE to write to")
    if update_baseline and show_recipients:
        raise click.UsageError(
            "--update-baseline cannot be used with --show-recipients: "
            "a baseline contains no recipients"
        )
    if diff:  # which is what is printed
        reporting = reporting.to_files()
    refuse_shared(reporting.outputs, baseline, remembering.path)
    own = filter(None, (baseline, remembering.path, *(one.path for one in reporting.outputs)))
    inputs = Inputs(
        names,
        addresses=addresses,
        keep_redirectors=keep_redirectors,
        selection=evolve(reading, reports=not selection.inline),
        verbose=reporting.is_verbose,
        aside=frozenset(own),
        watched=fix or diff,
    )
    refuse_inputs(reporting.outputs, inputs)
    refuse_strange(reporting.outputs, context)
    from safelinks.checks.pipeline import Check, CheckOptions  # noqa: PLC0415  `--help` and completion do without

    catalog = chosen.load()
    inputs.bare_hosts = catalog.hosts
    options = CheckOptions(
        selection=selection,
        show_recipients=show_recipients,
        keep_texts=reporting.shows_texts,
        https=https,
        dead_after=remembering.dead_after,
        baseline=baseline,
        update_baseline=update_baseline,
        keep_redirectors=keep_redirectors,
        suggest=suggest,
        archive=archive,
        local_links=local_links
        and evolve(
            local_links,
            exclude=network.policy.excluded,
            include=network.policy.included,
            renames=fix or diff,
        ),
        now=_now(),
    )
    checking = Check(
        inputs.documents(), catalog, options, keep=_kept((*names, *inputs.listed), changed_since)
    )
    if inputs.failed and not checking.collection.files:
        context.exit(2)
    notes = checking.assessment.notes
    for note in notes:
        warn(note)
    heard = reporting.begin(checking)
    is_whole = offline or _asked(checking, network, remembering, heard, jobs)
    for note in checking.assessment.notes[len(notes) :]:
        warn(note)
    reporting.pass_by(checking, is_all=offline and not (fix or diff or baseline))
    report = checking.report(interrupted=not is_whole, unread=inputs.failed)
    if diff:
        show_fixes(checking, inputs)
    elif fix and is_whole:  # who wants to stop wants nothing to be written
        report = write_fixes(checking, inputs, backup)
    elif fix:
        warn("the check was interrupted, so no file was changed")
    report = evolve(report, unread=inputs.failed, unopened=inputs.notes(), offline_ok=offline_ok)
    with inputs.complaining():
        _save_baseline(checking, report)  # before its exit code is told
    report = reporting.finish(evolve(report, unwritten=inputs.failed and not report.unread))
    context.exit(report.exit_code)


def _refuse_backup(suffix: str | None, *, wanted: bool) -> None:
    if suffix is not None:
        from safelinks.cli.commands.document_changes import refuse_backup  # noqa: PLC0415  only who fixes pays

        refuse_backup(suffix, "--fix", wanted=wanted)


def _refuse_fixing(names: Sequence[str], addresses: Sequence[str], *, twice: bool) -> None:
    """Raises click.UsageError where there is nothing that --fix or --diff could change."""
    if STANDARD_INPUT in names:
        raise click.UsageError("--fix and --diff need files: standard input cannot be changed.")
    if addresses and not names:
        raise click.UsageError("--fix and --diff need files: an address cannot be changed.")
    if twice:
        raise click.UsageError("--diff shows what --fix would change. Use one of them.")


def _asked(
    checking: Check,
    network: Network,
    remembering: Remembering,
    heard: Callable[[Outcome], object],
    jobs: int | None,
) -> bool:
    """Ask for every address; False if Ctrl-C ended it, with what is known by then."""
    with remembering.checker(network, checking, jobs) as checker:
        is_whole = run_asking(partial(checking.ask, checker), len(checking.addresses), heard)
        if not is_whole:
            checking.outcomes |= {one.url: one for one in checker.provisional()}
    return is_whole


def _save_baseline(checking: Check, report: Report) -> None:
    path = checking.options.baseline
    if report.interrupted and checking.options.update_baseline:
        warn(f"{path}: the check was interrupted, so the baseline was not changed")
    elif (change := checking.save_baseline(report)) is not None:
        tell(str(change))


def _now() -> datetime:
    """The moment that reports tell of; SOURCE_DATE_EPOCH makes them reproducible.

    That is in seconds (reproducible-builds.org). Raises click.UsageError where it is none.
    """
    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(moment), UTC) if moment else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError("SOURCE_DATE_EPOCH must be a time in whole seconds") from None


def _kept(names: Sequence[str], revision: str | None) -> Changes | None:
    """Which links count: with a `revision`, those on lines that changed since then."""
    if revision is None:
        return None
    from safelinks.checks.changed_lines import changed_lines  # noqa: PLC0415  runs git

    return changed_lines(names, revision)
