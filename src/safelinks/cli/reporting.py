"""Reporting: what was found, to wherever it was asked for, some of it while it is found out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from attrs import define

from safelinks.cli import completion
from safelinks.cli.gathering import Decorator, gathered
from safelinks.cli.inputs import tell
from safelinks.cli.outputs import (
    ORDER,
    Output,
    columns,
    format_of,
    outputs_of,
    pieces_of,
    printed,
    written,
)
from safelinks.cli.rulings import obeying
from safelinks.report_formats import FORMATS

if TYPE_CHECKING:
    from safelinks.health.outcome import Outcome
    from safelinks.report import Report
    from safelinks.reports.jsonl import Lines
    from safelinks.reports.text import Detail
    from safelinks.rules import Finding
    from safelinks.survey import Survey

__all__ = ["Reporting", "reporting_options"]

_STREAM = Output("jsonl")
_PAGE = "html"


_OPTIONS: Sequence[Decorator] = (
    click.option(
        "--format",
        "formats",
        multiple=True,
        metavar="NAME[=FILE]",
        callback=obeying(lambda values: [*map(format_of, values)]),
        shell_complete=completion.among(FORMATS),
        help="Report in this format: text (the default), json, jsonl, junit, sarif, github, "
        "gitlab, markdown, csv or html. May be given several times, each with an -o of its own.",
    ),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FILE",
        shell_complete=completion.paths,
        help="Write the format before it to this file; - is standard output.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Say only what fails the check."),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Say all that is known of every address, and which configuration is obeyed.",
    ),
)


@define
class Reporting:
    """What goes where. `stream` is what has been told of a report line by line."""

    outputs: Sequence[Output]
    detail: Detail
    stream: Lines | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Reporting:
        """What the options of an `InOrder` command say.

        Raises click.UsageError for what contradicts itself.
        """
        from safelinks.reports.text import Detail  # noqa: PLC0415

        order = click.get_current_context().meta[ORDER]
        outputs = outputs_of(given["formats"], given["outputs"], order)
        quiet, verbose = given["quiet"], given["verbose"]
        if quiet and verbose:
            raise click.UsageError("--quiet and --verbose contradict each other.")
        detail = Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL
        return cls(outputs, detail)

    def to_files(self) -> Reporting:
        """The same without what would be printed."""
        return Reporting([one for one in self.outputs if one.path is not None], self.detail)

    @property
    def is_verbose(self) -> bool:
        """Whether all is to be said that is known."""
        from safelinks.reports.text import Detail  # noqa: PLC0415

        return self.detail is Detail.VERBOSE

    @property
    def shows_texts(self) -> bool:
        """Whether any of it shows what people read in the files."""
        return any(one.format == _PAGE for one in self.outputs)

    def begin(
        self, survey: Survey, mark: Callable[[Finding], Finding], *, stream: bool
    ) -> Callable[[Outcome], object]:
        """Print what is known before anybody is asked; gives whom to tell of outcomes.

        `mark` says of a finding whether it was known before. There is no `stream` where an outcome
        does not yet tell all of an address.
        """
        if not stream or _STREAM not in self.outputs:
            return lambda _: None
        from safelinks.reports.jsonl import Lines  # noqa: PLC0415

        self.stream = lines = Lines(survey, mark)
        _flushed(lines.begin())
        return lambda outcome: _flushed(lines.of(outcome))

    def finish(self, report: Report) -> None:
        """Print and write the rest."""
        from safelinks.reports.text import View  # noqa: PLC0415

        view = View(self.detail, columns())
        for output in self.outputs:
            if output == _STREAM and self.stream is not None:
                printed(self.stream.end(report))
            elif output.path is None:
                printed(pieces_of(output, report, view))
            else:
                written(output.path, pieces_of(output, report, view))
        if all(one.path is not None for one in self.outputs):
            self._conclude(report)

    def _conclude(self, report: Report) -> None:
        """Say in a line what came of it, where nothing else is to be seen."""
        from safelinks.reports.ending import conclusion  # noqa: PLC0415
        from safelinks.reports.text import Detail  # noqa: PLC0415

        if self.detail is not Detail.QUIET or report.exit_code:
            tell(conclusion(report))


def _flushed(lines: Iterator[str]) -> None:
    """Print lines now: whoever reads them is waiting."""
    printed(lines)
    sys.stdout.flush()


# An `InOrder` command gets where reports go, made of these.
reporting_options = gathered(
    "reporting", _OPTIONS, ("formats", "outputs", "quiet", "verbose"), Reporting.of
)
