"""Reporting: what was found, to wherever it was asked for, some of it while it is found out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click
from attrs import define

from safelinks.cli.inputs import tell
from safelinks.cli.outputs import Output, columns, pieces_of, printed, written

if TYPE_CHECKING:
    from safelinks.health.outcome import Outcome
    from safelinks.report import Report
    from safelinks.reports.jsonl import Lines
    from safelinks.reports.text import Detail
    from safelinks.rules import Finding
    from safelinks.survey import Survey

__all__ = ["Reporting"]

_STREAM = Output("jsonl")
_PAGE = "html"


@define
class Reporting:
    """What goes where. `stream` is what has been told of a report line by line."""

    outputs: Sequence[Output]
    detail: Detail
    stream: Lines | None = None

    @classmethod
    def of(cls, outputs: Sequence[Output], *, quiet: bool, verbose: bool, diff: bool) -> Reporting:
        """Raises click.UsageError for what contradicts itself."""
        from safelinks.reports.text import Detail  # noqa: PLC0415

        if quiet and verbose:
            raise click.UsageError("--quiet and --verbose contradict each other.")
        if diff:  # that is what is printed
            outputs = [one for one in outputs if one.path is not None]
        detail = Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL
        return cls(outputs, detail)

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
        from safelinks.reports.headline import conclusion  # noqa: PLC0415
        from safelinks.reports.text import Detail  # noqa: PLC0415

        if self.detail is not Detail.QUIET or report.exit_code:
            tell(conclusion(report))


def _flushed(lines: Iterator[str]) -> None:
    """Print lines now: whoever reads them is waiting."""
    printed(lines)
    sys.stdout.flush()
