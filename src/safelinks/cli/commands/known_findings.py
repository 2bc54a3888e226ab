"""The baseline of `check`: read, held against findings and reports, and written.

To be imported only once a check has begun: the rooms behind it take their time.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path, PurePath

import click
from attrs import define, evolve, field

from safelinks.checks.baseline import Baseline, FileNaming, Matcher, Nameless, is_kept
from safelinks.checks.baseline_comparison import Comparison
from safelinks.checks.report import Report
from safelinks.cli.options.messages import tell, warn
from safelinks.errors import DocumentError, NotWritableError
from safelinks.files.file_access import FileReading, bytes_of, held, replace
from safelinks.reports.wording.phrases import count
from safelinks.rules import Finding, Selection
from safelinks.rules.finding import portable
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["KnownFindings", "located_from"]

_NAMELESS = "<stdin>"
_OUTSIDE = ("../", "/")


@define
class KnownFindings:
    """What a check knows from the baseline at `path`; with None, nothing.

    With `update`, what is found becomes known. `partial` is a check that leaves out links of the
    files that it reads.
    """

    path: Path | None
    selection: Selection
    update: bool = False
    partial: bool = False

    _baseline: Baseline = field(factory=Baseline)
    _reading: FileReading | None = None
    _located: FileNaming = portable
    _nameless: Nameless = shown
    _matcher: Matcher = field(init=False)

    @_matcher.default
    def _of_those_one_by_one(self) -> Matcher:
        return Matcher(self._baseline, self._located, self._nameless)

    @classmethod
    def open(
        cls,
        path: str | None,
        selection: Selection,
        *,
        update: bool = False,
        partial: bool = False,
        show_recipients: bool = False,
    ) -> KnownFindings:
        """What the options say. Raises DocumentError, and click.UsageError where they disagree."""
        if update and path is None:
            raise click.UsageError("--update-baseline needs a --baseline FILE to write to")
        if update and show_recipients:
            raise click.UsageError(
                "--update-baseline cannot be used with --show-recipients: "
                "a baseline contains no recipients"
            )
        if path is None:
            return cls(None, selection)
        file = Path(path)
        baseline, reading = _read(file, make=update)
        return cls(file, selection, update, partial, baseline, reading, located_from(file.parent))

    def name_by(self, nameless: Nameless) -> None:
        """From now on, what is found goes by what `nameless` makes of it, even if it is shown."""
        self._nameless = nameless
        self._matcher = self._of_those_one_by_one()

    def each(self, finding: Finding) -> Finding:
        """One of the findings that come one by one, with whether it is known."""
        marked = self._matcher.marked(finding)
        if self.update and not marked.known and is_kept(marked, self.selection):
            return evolve(marked, known=True)
        return marked

    def mark(self, report: Report) -> Report:
        """All of a report, with what is known marked, and what is gone from the baseline."""
        if self.path is None:
            return report
        found = self._held(report, self._baseline)
        if self.update and not report.interrupted:
            found = self._held(report, found.updated())
        return found.marked()

    def save(self, report: Report) -> None:
        """Write what is known now, if that is wanted, and say so. Raises NotWritableError."""
        if self.path is None or not self.update:
            return
        if report.interrupted:
            warn(f"{self.path}: the check was interrupted, so the baseline was not changed")
            return
        found = self._held(report, self._baseline)
        updated = found.updated()
        replace(self.path, [updated.dump().encode("ascii")], since=self._reading)
        gone = sum(entry.count for entry in found.gone)
        new = updated.total + gone - self._baseline.total
        findings = count(updated.total, "finding")
        tell(f"{self.path}: {findings} in the baseline, {new} of them new; {gone} removed")

    def _held(self, report: Report, baseline: Baseline) -> Comparison:
        return Comparison(
            report,
            baseline,
            self._located,
            self._exists,
            nameless=self._nameless,
            partial=self.partial,
        )

    def _exists(self, name: str) -> bool:
        """Whether what has this name in the baseline is there, as is what nobody may look at."""
        if name == _NAMELESS or self.path is None:
            return True
        try:
            self.path.parent.joinpath(name).lstat()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return False
        except OSError:
            return True
        return True


def _read(path: Path, *, make: bool) -> tuple[Baseline, FileReading]:
    """The baseline at `path`, and how to tell later that it is the same.

    It is an empty one where there is none, if it is to be made. Raises DocumentError, also where it
    could not be made: better now than after a long check.
    """
    if not os.path.lexists(path):
        if not make:
            raise DocumentError(f"{path}: no such baseline; create it with --update-baseline")
        if not path.parent.is_dir():
            raise NotWritableError(
                f"{path}: the directory of this baseline does not exist; create it first"
            )
        return Baseline(), held(path, None)
    raw = bytes_of(path)
    try:
        return Baseline.parse(raw.decode("utf-8"), str(path)), held(path, raw)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"{path}, line {line}: not UTF-8, so not a baseline; use another file"
        ) from None


def located_from(directory: Path) -> FileNaming:
    """Names of files as seen from `directory`, whatever the working directory is."""

    @cache
    def located(file: str) -> str:
        if file == _NAMELESS:
            return file
        name = _seen_from(directory, Path(file))
        if not name.startswith(_OUTSIDE):
            return name
        # A directory may go by two names, and the working directory only ever has one of them.
        path = Path(file)
        real = _seen_from(_real(directory), _real(path.parent) / path.name)
        return name if real.startswith(_OUTSIDE) else real

    return located


def _real(directory: Path) -> Path:
    return Path(os.path.realpath(directory))


def _seen_from(directory: Path, file: Path) -> str:
    try:
        return PurePath(os.path.relpath(file, directory)).as_posix()
    except ValueError:  # Windows: on another drive
        return file.absolute().as_posix()
