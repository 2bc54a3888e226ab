"""Where reports go: each format to a file of its own, whole or not at all, or to the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve
from click.core import ParameterSource

from safelinks.cli.options.configured_command import STRANGE, Configured
from safelinks.cli.options.report_recognition import is_report
from safelinks.files.file_access import replace
from safelinks.foundation.values import frozen
from safelinks.reports.report_formats import FOREIGN_SUFFIXES, REPORT_FORMATS

if TYPE_CHECKING:
    from safelinks.checks.report import Report
    from safelinks.cli.options.inputs import Inputs
    from safelinks.reports.text_report import View

__all__ = [
    "CONCISE",
    "ORDER",
    "TEXT",
    "InOrder",
    "Output",
    "outputs_of",
    "printed",
    "refuse_inputs",
    "refuse_shared",
    "refuse_strange",
    "report_format_of",
    "write_report",
]

ORDER = "safelinks.order"
STANDARD_OUTPUT = "-"
_PIECES = 1_000  # of a report that are written at once
TEXT, CONCISE = "text", "concise"
_SUFFIXES: Mapping[str, str] = {
    suffix: row.name for row in REPORT_FORMATS.values() for suffix in row.suffixes
}
_PAIR = ("formats", "outputs")


# The options of a command that has many, by what they are about; an empty section has the rest.
_SECTIONS: Mapping[str, str] = {
    "Report": "formats outputs statistics quiet verbose show_recipients fix backup diff",
    "Rules": "select ignore per_file_ignores levels fail_on no_inline_ignores verbatim "
    "baseline update_baseline changed_since history max_age dead_after",
    "Inputs": "files_from exclude_path no_gitignore vendored skip_unreadable keep_redirectors "
    "catalog_files no_default_catalog config_file no_config",
    "Network": "",
}


class InOrder(Configured):
    """A command that remembers in which order its formats and outputs were named.

    It has so many options that its help shows them in sections.
    """

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options into the help, section by section."""
        section = {name: title for title, names in _SECTIONS.items() for name in names.split()}
        rest = next(title for title, names in _SECTIONS.items() if not names)
        options = [one for one in self.params if isinstance(one, click.Option)]
        for title in _SECTIONS:
            wanted = (one for one in options if section.get(one.name or "", rest) == title)
            rows = [row for one in wanted if (row := one.get_help_record(ctx)) is not None]
            with formatter.section(title):
                formatter.write_dl(rows)
        asks = self.get_help_option(ctx)  # which is none of the params, and has a name of click's
        told = asks.get_help_record(ctx) if asks is not None else None
        if told is not None:
            with formatter.section("Help"):
                formatter.write_dl([told])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line, with the order in the context's `meta`."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[ORDER] = [one.name for one in order if one.name in _PAIR]
        return super().parse_args(ctx, args)


@frozen
class Output:
    """A format, and the file that it goes to; None is standard output."""

    format: str
    path: str | None = None


def outputs_of(
    formats: Sequence[str], outputs: Sequence[str], order: Iterable[str]
) -> list[Output]:
    """Which format goes where: an output belongs to the format before it, else to the next one.

    A format may also be NAME=FILE. Without any format, it is the one that the file's name ends in,
    or text. Outputs of a configuration are those of the formats there, and not for others that a
    command line names. Raises click.UsageError, which says what does not fit.
    """
    order = list(order)
    if order and "outputs" not in order:
        outputs = ()
    found: list[Output] = []
    waiting: list[str] = []
    for one in _walk(formats, outputs, order):
        if isinstance(one, Output):
            path = waiting.pop(0) if waiting and one.path is None else one.path
            found.append(Output(one.format, path))
        elif found and found[-1].path is None:
            found[-1] = Output(found[-1].format, one)
        else:
            waiting.append(one)
    if waiting and not found:
        found = [Output(_SUFFIXES.get(Path(name).suffix.lower(), TEXT), name) for name in waiting]
        waiting = []
    if waiting:
        raise click.UsageError(f"-o {waiting[0]} has no --format: put one before it.")
    found = [Output(one.format, _path(one.path)) for one in found or [Output(TEXT)]]
    _fit(found)
    return found


def _walk(
    formats: Sequence[str], outputs: Sequence[str], order: Sequence[str]
) -> Iterator[Output | str]:
    """Formats and outputs in the order in which they were named, one by one where there is none.

    There is none between the command line and the environment or a configuration, nor within these.
    """
    left: Mapping[str, Iterator[Output | str]] = {
        "formats": map(report_format_of, formats),
        "outputs": iter(outputs),
    }
    for kind in order if set(order) == set(_PAIR) else ():
        yield from islice(left[kind], 1)
    for one in left["formats"]:
        yield one
        if isinstance(one, Output) and one.path is None:
            yield from islice(left["outputs"], 1)
    yield from left["outputs"]


def report_format_of(text: str) -> Output:
    """What NAME or NAME=FILE says. Raises ValueError for what is no format."""
    name, equals, path = text.partition("=")
    if name not in REPORT_FORMATS:
        from difflib import get_close_matches  # noqa: PLC0415  rarely needed

        close = get_close_matches(name, REPORT_FORMATS, n=1)
        meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(REPORT_FORMATS)}"
        raise ValueError(f"there is no format {name!r}; {meant}")
    return Output(name, path if equals else None)


def _path(path: str | None) -> str | None:
    if path == "":
        raise click.UsageError("--output needs the name of a file.")
    return None if path == STANDARD_OUTPUT else path


def _fit(found: Sequence[Output]) -> None:
    """Raises click.UsageError where two formats would go to one place, or one to none."""
    taken: dict[str | None, str] = {}
    for one in found:
        path = None if one.path is None else os.path.realpath(one.path)
        suffix = Path(one.path or "").suffix.lower()
        if suffix in FOREIGN_SUFFIXES:
            raise click.UsageError(
                f"{one.path} would not be a {suffix} file: safelinks writes {one.format}. Use a "
                "name with another suffix, such as .html, which a browser can print."
            )
        if path in taken:
            where = "standard output" if path is None else str(one.path)
            raise click.UsageError(
                f"{taken[path]} and {one.format} both go to {where}: use -o for one of them."
            )
        taken[path] = one.format
        if path is not None and not Path(path).parent.is_dir():
            raise click.UsageError(
                f"There is no directory for {one.path}: create it, or use another file."
            )


def refuse_inputs(outputs: Iterable[Output], inputs: Inputs) -> None:
    """Raises click.UsageError if a report would overwrite a file that is checked.

    A report of an earlier run, in a directory that is checked, may be overwritten.
    """
    paths = {os.path.realpath(one.path): one.path for one in outputs if one.path is not None}
    for name, folder in inputs.files() if paths else ():
        path = paths.get(os.path.realpath(name))
        if path is not None and (folder is None or not is_report(Path(path))):
            raise click.UsageError(
                f"{path} is one of the files to check. Use another file for --output."
            )


def refuse_strange(outputs: Iterable[Output], context: click.Context) -> None:
    """Raises click.UsageError if a configuration that was found would overwrite another file."""
    sources = {context.get_parameter_source(name) for name in _PAIR}
    if not context.meta.get(STRANGE) or ParameterSource.DEFAULT_MAP not in sources:
        return
    for one in outputs:
        if one.path is not None and os.path.lexists(one.path) and not is_report(Path(one.path)):
            raise click.UsageError(
                f"{one.path} is not a report, so the configuration file that was found may not "
                "overwrite it. Remove it, or name the configuration file with --config."
            )


def refuse_shared(outputs: Iterable[Output], baseline: str | None, history: str | None) -> None:
    """Raises click.UsageError if two things would be written to one file."""
    wanted = [("the baseline", baseline), ("the history", history)]
    wanted += [(f"the report ({one.format})", one.path) for one in outputs]
    taken: dict[str, str] = {}
    for what, path in wanted:
        if path is None:
            continue
        other = taken.setdefault(os.path.realpath(path), what)
        if other != what:
            raise click.UsageError(
                f"{path} cannot be both {other} and {what}. Use another file for one of them."
            )


def printed(pieces: Iterable[str]) -> None:
    """Print a report, piece by piece."""
    pieces = iter(pieces)
    while part := "".join(islice(pieces, _PIECES)):
        click.echo(part, nl=False)


def write_report(path: str, pieces: Iterable[str]) -> None:
    """Write a report to a file, whole or not at all. Raises NotWritableError."""
    replace(Path(path), (piece.encode("utf-8", "backslashreplace") for piece in pieces))


def pieces_of(output: Output, report: Report, view: View) -> Iterator[str]:
    """A report in the format of an `output`; a `view` is only for people."""
    from safelinks.reports.rendering import RENDERERS  # noqa: PLC0415  `--help` and completion do without
    from safelinks.reports.text_report import Detail, render  # noqa: PLC0415  `--help` and completion do without

    is_quiet = view.detail is Detail.QUIET and output.path is None  # quiet is for terminals
    if view.counted and output.format in (TEXT, CONCISE):
        return _counts(report, is_quiet=is_quiet)
    if output.format == CONCISE and is_quiet:
        from safelinks.reports.concise_report import render_failures  # noqa: PLC0415  as above

        return render_failures(report)
    if output.format != TEXT:
        return RENDERERS[output.format](report)
    if output.path is None:
        return render(report, view)
    detail = max(view.detail, Detail.NORMAL)
    return map(click.unstyle, render(report, evolve(view, detail=detail, columns=None)))


def _counts(report: Report, *, is_quiet: bool) -> Iterator[str]:
    """How often each rule found something, in the place of the findings."""
    from safelinks.reports.rule_statistics import statistics_of  # noqa: PLC0415  few ask for it
    from safelinks.reports.wording.conclusion import conclusion  # noqa: PLC0415  as above

    if is_quiet and not report.exit_code:
        return
    new = (finding for finding in report.findings if not finding.known)
    yield from statistics_of(report.failures if is_quiet else new)
    yield f"{conclusion(report)}\n"


def columns() -> int | None:
    """How wide the terminal is; None where there is none, and lines may be of any length."""
    if not sys.stdout.isatty():
        return None
    import shutil  # noqa: PLC0415  with formats of archives; only a terminal pays

    return shutil.get_terminal_size().columns
