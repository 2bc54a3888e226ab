"""`FileCleaning`: what `clean` does to a file, and what there is to say of that, as values.

Any process can do it to any file, and another one can print the result. It prints nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from functools import partial
from pathlib import Path

from attrs import field

from safelinks.checks.file_change import FileChange
from safelinks.documents.document import Document, read_each
from safelinks.errors import DocumentError, NotWritableError
from safelinks.files.file_access import FileReading, file_blocks, replace
from safelinks.files.unfinished_files import remove_leftovers
from safelinks.foundation.values import define, frozen

__all__ = ["FileAct", "FileCleaning", "FileResult", "FileToClean"]


class FileAct(Enum):
    """What is done with what becomes of a file."""

    REPLACE = auto()
    COPY = auto()
    DIFF = auto()
    COMPARE = auto()


@frozen
class FileToClean:
    """A file: its name for people, its path, and that of its copy if there is to be one."""

    name: str
    path: Path
    copy: Path | None = None

    def tidy_up(self) -> None:
        """Remove what a process has left that was killed while it wrote."""
        written = self.path if self.copy is None else self.copy
        remove_leftovers(Path(written).resolve().parent)


@frozen
class FileResult:
    """What came of a file: whether it has or would have `changed`, its diff, and what to warn of.

    With an `error`, nothing came of it.
    """

    changed: bool = False
    diff: tuple[bytes, ...] = ()
    warnings: tuple[str, ...] = ()
    error: DocumentError | None = None


@define
class FileCleaning:
    """What is done to each file: one `act`, with what becomes of its documents.

    They are cleaned; or, if it is `redacting`, what is secret in them is removed. All else is as
    `read`, `FileChange.diff` and `FileChange.write` have it.
    """

    act: FileAct
    keep_redirectors: bool = False
    redacting: bool = False
    show_recipients: bool = False
    backup: str | None = None
    swept: set[Path] = field(factory=set, init=False)  # where this process has tidied up

    def __call__(self, file: FileToClean) -> FileResult:
        """Do it to a file."""
        reading = file_blocks(file.path)
        documents = partial(read_each, reading, file.name, keep_redirectors=self.keep_redirectors)
        try:
            return self.of(file.name, documents, reading, file.copy)
        finally:
            reading.close()

    def of(
        self,
        name: str,
        documents: Callable[[], Iterable[Document]],
        reading: FileReading | None = None,
        copy: Path | None = None,
    ) -> FileResult:
        """Do it to `documents`, which are those of the file called `name`, if there is one."""
        change = self.change(name, documents, reading)
        try:
            changed, diff = _DONE[self.act](self, change, copy)
        except DocumentError as error:
            return FileResult(error=error)
        return FileResult(changed, diff, tuple(change.warnings()))

    def change(
        self,
        name: str,
        documents: Callable[[], Iterable[Document]],
        reading: FileReading | None = None,
    ) -> FileChange:
        """What becomes of `documents`, which are those of the file called `name`."""
        what = Document.redaction if self.redacting else Document.cleaning
        return FileChange(name, documents, what, reading=reading, redacting=self.redacting)


_Done = tuple[bool, tuple[bytes, ...]]  # whether something has or would have changed, and the diff


def _replaced(cleaning: FileCleaning, change: FileChange, _: Path | None) -> _Done:
    return bool(change.write(backup=cleaning.backup, swept=cleaning.swept)), ()


def _copied(_: FileCleaning, change: FileChange, copy: Path | None) -> _Done:
    assert copy is not None  # noqa: S101
    _make_directory(copy.parent)
    replace(copy, (after for _, after in change.results()))
    return True, ()


def _make_directory(path: Path) -> None:
    """Make a directory. Raises NotWritableError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotWritableError(f"{path}: this directory cannot be made ({reason})") from None


def _shown(cleaning: FileCleaning, change: FileChange, _: Path | None) -> _Done:
    lines = tuple(change.diff(show_recipients=cleaning.show_recipients))
    return bool(lines), lines


def _compared(_: FileCleaning, change: FileChange, __: Path | None) -> _Done:
    return change.is_changed(), ()


_DONE: Mapping[FileAct, Callable[[FileCleaning, FileChange, Path | None], _Done]] = {
    FileAct.REPLACE: _replaced,
    FileAct.COPY: _copied,
    FileAct.DIFF: _shown,
    FileAct.COMPARE: _compared,
}
