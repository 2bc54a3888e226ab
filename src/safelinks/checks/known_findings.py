"""Known findings: those of a baseline file, which is read, compared with a report, and written."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.checks.baseline import Baseline, FileNaming, Matcher, Nameless, is_kept
from safelinks.checks.report import Report
from safelinks.errors import DocumentError, NotWritableError, SetupError
from safelinks.files.file_access import FileReading, bytes_of, held, replace
from safelinks.foundation.values import define, frozen
from safelinks.rules import Finding, Selection
from safelinks.rules.finding import portable
from safelinks.wrappers.redaction.link_redaction import shown

if TYPE_CHECKING:
    from safelinks.checks.baseline_comparison import Comparison

__all__ = ["BaselineChange", "KnownFindings", "located_from"]

_NAMELESS = "<stdin>"
_OUTSIDE = ("../", "/")


@frozen
class BaselineChange:
    """What an update has changed in the baseline at `path`, in findings."""

    path: Path
    total: int
    new: int
    gone: int

    def __str__(self) -> str:
        findings = f"{self.total} finding" + ("" if self.total == 1 else "s")
        return f"{self.path}: {findings} in the baseline, {self.new} new, {self.gone} removed"


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
        path: str | os.PathLike[str] | None,
        selection: Selection | None = None,
        *,
        update: bool = False,
        partial: bool = False,
    ) -> KnownFindings:
        """Those of the file at `path`, which may be missing for an `update`. Raises DocumentError.

        Raises SetupError for an update of no file.
        """
        selection = selection or Selection()
        if path is None:
            if update:
                raise SetupError("to update a baseline, name its file")
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

    def save(self, report: Report) -> BaselineChange | None:
        """Write what is known now, if that is wanted. Raises NotWritableError.

        None where nothing is to be written, also after a check that was interrupted.
        """
        if self.path is None or not self.update or report.interrupted:
            return None
        found = self._held(report, self._baseline)
        updated = found.updated()
        written = updated.dump().encode("ascii")
        replace(self.path, [written], since=self._reading)
        self._reading = held(self.path, written)
        gone = sum(entry.count for entry in found.gone)
        return BaselineChange(
            self.path, updated.total, updated.total + gone - self._baseline.total, gone
        )

    def _held(self, report: Report, baseline: Baseline) -> Comparison:
        from safelinks.checks.baseline_comparison import Comparison  # noqa: PLC0415  for who has a baseline

        return Comparison(
            report,
            baseline,
            self._located,
            self._exists,
            nameless=self._nameless,
            partial=self.partial,
        )

    def _exists(self, name: str) -> bool:
        """Whether the file with this name in the baseline exists, or may exist unseen."""
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
