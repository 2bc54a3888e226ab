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
    from safelinks.survey import Survey

__all__ = ["Reporting"]

_STREAM = Output("jsonl")


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

    def begin(self, survey: Survey) -> Callable[[Outcome], object]:
        """Print what is known before anybody is asked; gives whom to tell of outcomes."""
        if _STREAM not in self.outputs:
            return lambda _: None
        from safelinks.reports.jsonl import Lines  # noqa: PLC0415

        self.stream = lines = Lines(survey)
        _flushed(lines.begin())
        return lambda outcome: _flushed(lines.of(outcome))

    def finish(self, report: Report, *, unread: bool) -> None:
        """Print and write the rest; some files may have stayed `unread`, or as they were."""
        from safelinks.reports.text import View  # noqa: PLC0415

        view = View(self.detail, columns(), unread)
        for output in self.outputs:
            if output == _STREAM and self.stream is not None:
                printed(self.stream.end(report))
            elif output.path is None:
                printed(pieces_of(output, report, view))
            else:
                written(output.path, pieces_of(output, report, view))
        if all(one.path is not None for one in self.outputs):
            self._conclude(report, unread=unread)

    def _conclude(self, report: Report, *, unread: bool) -> None:
        """Say in a line what came of it, where nothing else is to be seen."""
        from safelinks.reports.headline import conclusion  # noqa: PLC0415
        from safelinks.reports.text import Detail  # noqa: PLC0415

        if self.detail is not Detail.QUIET or report.exit_code or unread:
            tell(conclusion(report, unread=unread))


def _flushed(lines: Iterator[str]) -> None:
    """Print lines now: whoever reads them is waiting."""
    printed(lines)
    sys.stdout.flush()
