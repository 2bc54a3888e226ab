"""Reporting: what was found, to wherever it was asked for, some of it while it is found out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from safelinks.cli.options import shell_completion
from safelinks.cli.options.messages import complain, tell
from safelinks.cli.options.option_groups import Decorator, gathered
from safelinks.cli.options.report_outputs import (
    CONCISE,
    ORDER,
    TEXT,
    Output,
    columns,
    outputs_of,
    pieces_of,
    printed,
    report_format_of,
    write_report,
)
from safelinks.cli.options.value_rules import obeying
from safelinks.errors import NotWritableError
from safelinks.foundation.values import define
from safelinks.reports.report_formats import REPORT_FORMATS

if TYPE_CHECKING:
    from safelinks.checks.pipeline import Check
    from safelinks.checks.report import Report
    from safelinks.health.model.outcome import Outcome
    from safelinks.reports.jsonl_report import JsonLines
    from safelinks.reports.text_report import Detail, View

__all__ = ["Reporting", "reporting_options"]

_STREAM = Output("jsonl")
_PAGE = "html"


_OPTIONS: Sequence[Decorator] = (
    click.option(
        "--format",
        "formats",
        multiple=True,
        metavar="NAME[=FILE]",
        callback=obeying(lambda values: [*map(report_format_of, values)]),
        shell_complete=shell_completion.among(REPORT_FORMATS),
        help="Output format: text (the default), concise (the default with -q), json, jsonl, "
        "junit, sarif, github, gitlab, markdown, csv or html. Can be repeated, each with its own "
        "file.",
    ),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FILE",
        shell_complete=shell_completion.paths,
        help="Write the preceding format to this file (- for standard output).",
    ),
    click.option(
        "--statistics",
        is_flag=True,
        help="Show how often each rule found something, instead of the findings.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Show only what fails the check."),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Show everything about every address, and the configuration in use.",
    ),
)


@define
class Reporting:
    """What goes where, and how: findings may be `counted` for people, and not be listed.

    `stream` is what has been told of a report line by line.
    """

    outputs: Sequence[Output]
    detail: Detail
    counted: bool = False
    stream: JsonLines | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Reporting:
        """What the options of an `InOrder` command say.

        Raises click.UsageError for what contradicts itself.
        """
        from safelinks.reports.text_report import Detail  # noqa: PLC0415  `--help` and completion do without

        order = click.get_current_context().meta[ORDER]
        quiet, verbose, counted = given["quiet"], given["verbose"], given["statistics"]
        outputs = outputs_of(given["formats"], given["outputs"], order)
        if quiet and outputs == [Output(TEXT)] and not given["formats"]:
            outputs = [Output(CONCISE)]
        if counted and not any(one.format in (TEXT, CONCISE) for one in outputs):
            raise click.UsageError("--statistics is for the formats text and concise.")
        if quiet and verbose:
            raise click.UsageError("--quiet cannot be used with --verbose.")
        detail = Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL
        return cls(outputs, detail, counted=counted)

    def to_files(self) -> Reporting:
        """This reporting without what would be printed."""
        return evolve(self, outputs=[one for one in self.outputs if one.path is not None])

    @property
    def is_verbose(self) -> bool:
        """Whether all is to be said that is known."""
        from safelinks.reports.text_report import Detail  # noqa: PLC0415  `--help` and completion do without

        return self.detail is Detail.VERBOSE

    @property
    def shows_texts(self) -> bool:
        """Whether any of it shows what people read in the files."""
        return any(one.format == _PAGE for one in self.outputs)

    def begin(self, checking: Check) -> Callable[[Outcome], object]:
        """Print what is known before anybody is asked; gives whom to tell of outcomes.

        There is no stream where an outcome does not yet tell all of an address.
        """
        if checking.options.https or _STREAM not in self.outputs:
            return lambda _: None
        from safelinks.reports.jsonl_report import JsonLines  # noqa: PLC0415  `--help` and completion do without

        self.stream = lines = JsonLines(checking.assessment, checking.mark)
        _flushed(lines.begin())
        return lambda outcome: _flushed(lines.of(outcome))

    def pass_by(self, checking: Check, *, is_all: bool) -> None:
        """Print the rows of many links, and keep none of them, where a report `is_all` there is.

        That is possible where nobody is asked, and nothing is written but JSON lines.
        """
        stream = self.stream
        if (
            is_all
            and stream is not None
            and self.outputs == [_STREAM]
            and checking.assessment.may_pass_by
        ):
            printed(stream.pass_by())

    def finish(self, report: Report) -> Report:
        """Write and print the rest; the report as it is then, where a file could not be written.

        Files come first: whoever reads what is printed may have read enough, and what is printed
        tells the exit code.
        """
        from safelinks.reports.text_report import View  # noqa: PLC0415  `--help` and completion do without

        view = View(self.detail, columns(), counted=self.counted)
        files = [one for one in self.outputs if one.path is not None]
        written = [one for one in files if _is_written(one, report, view)]
        if len(written) < len(files):
            report = evolve(report, unwritten=True)
            for output in written:
                if os.path.isfile(output.path or ""):  # noqa: PTH113  nothing can be read twice
                    _is_written(output, report, view)
        for output in self.outputs:
            if output == _STREAM and self.stream is not None:
                printed(self.stream.end(report))
            elif output.path is None:
                printed(pieces_of(output, report, view))
        if all(one.path is not None for one in self.outputs):
            self._conclude(report)
        return report

    def _conclude(self, report: Report) -> None:
        """Say in a line what came of it, where nothing else is to be seen."""
        from safelinks.reports.text_report import Detail  # noqa: PLC0415  `--help` and completion do without
        from safelinks.reports.wording.conclusion import conclusion  # noqa: PLC0415  `--help` and completion do without

        if self.detail is not Detail.QUIET or report.exit_code:
            tell(conclusion(report))


def _is_written(output: Output, report: Report, view: View) -> bool:
    """Write the report into a file; False where that cannot be written, which is told."""
    assert output.path is not None  # noqa: S101
    try:
        write_report(output.path, pieces_of(output, report, view))
    except NotWritableError as error:
        complain(str(error))
        return False
    return True


def _flushed(lines: Iterator[str]) -> None:
    """Print lines at once: their reader is waiting."""
    printed(lines)
    sys.stdout.flush()


# An `InOrder` command gets where reports go, made of these.
reporting_options = gathered(
    "reporting", _OPTIONS, ("formats", "outputs", "statistics", "quiet", "verbose"), Reporting.of
)
