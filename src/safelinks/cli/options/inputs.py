"""What every command shares: its inputs, standard input among them, and what it says of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import field

from safelinks.cli.options.messages import complain, tell, warn
from safelinks.cli.options.path_exclusion import NOTHING, Excluded
from safelinks.errors import DocumentError, NotReadableError, NotWritableError
from safelinks.foundation.interrupts import INTERRUPTED
from safelinks.foundation.values import define, frozen

if TYPE_CHECKING:
    from safelinks.documents.document import Document
    from safelinks.files.file_access import FileReading
    from safelinks.files.file_walk import FileListing

__all__ = [
    "INTERRUPTED",
    "STANDARD_INPUT",
    "Input",
    "Inputs",
    "addresses",
    "keep_redirectors",
    "no_gitignore",
    "skip_unreadable",
    "standard_input",
    "verbose",
]

STANDARD_INPUT = "-"
_LINES = 10_000

keep_redirectors = click.option(
    "--keep-redirectors",
    is_flag=True,
    help="Unwrap only links of security services, not those of Google, Facebook or trackers.",
)
no_gitignore = click.option(
    "--no-gitignore", is_flag=True, help="In directories, also read files that .gitignore excludes."
)
skip_unreadable = click.option(
    "--skip-unreadable",
    is_flag=True,
    help="In directories, only warn about files without read permission.",
)
verbose = click.option("-v", "--verbose", is_flag=True, help="List each skipped file, and why.")


@frozen
class Input:
    """A file or standard input; `folder` is the directory or pattern that it was found by.

    `reading` tells what the file held when it was read.
    """

    name: str
    folder: str | None
    blocks: Iterator[bytes] = field(repr=False)
    reading: FileReading | None = field(default=None, repr=False)


@define
class Inputs:
    """The inputs that `names` stand for, and what became of them.

    `failed` is whether there was one that was named, and could not be read or written. Without
    `gitignore`, directories are read with what git ignores; `verbose` tells of each file that was
    left out, and why. With `skip_unreadable`, what may not be read in directories is left out, too.
    In directories, what the command writes itself is left `aside`. What is
    `excluded` is left out everywhere.
    """

    names: Sequence[str]
    keep_redirectors: bool = False
    failed: bool = False
    gitignore: bool = True
    verbose: bool = False
    aside: frozenset[str] = frozenset()
    bare_hosts: frozenset[str] = frozenset()
    excluded: Excluded = NOTHING
    skip_unreadable: bool = False
    _skipped: list[DocumentError] = field(factory=list)
    _failures: set[str] = field(factory=set)

    def __iter__(self) -> Iterator[Input]:
        from safelinks.files.file_access import file_blocks  # noqa: PLC0415  `unwrap` does without
        from safelinks.files.file_walk import files_in  # noqa: PLC0415  `unwrap` does without

        seen: set[Path] = set()
        left_out = 0
        own = {Path(os.path.realpath(name)) for name in self.aside}
        for name in dict.fromkeys(self.names):
            if name == STANDARD_INPUT:
                yield Input("<stdin>", None, _in_blocks(standard_input("name a file")))
                continue
            try:
                found = files_in(name, gitignore=self.gitignore)
            except DocumentError as error:
                self.fail(error)
                continue
            if found is not None:
                self._tell_what_was_found(name, found)
            for path in [Path(name)] if found is None else found.files:
                real = Path(os.path.realpath(path))
                if real in seen or (found is not None and real in own):
                    continue
                seen.add(real)
                if self._is_excluded(path):
                    left_out += 1
                else:
                    reading = file_blocks(path)
                    folder = None if found is None else name
                    yield Input(_named(path), folder, reading, reading)
            self._tell_what_was_skipped(name)
        if left_out and left_out == len(seen) and STANDARD_INPUT not in self.names:
            warn("no files to read: --exclude-path excludes all of them")

    def files(self) -> Iterator[tuple[str, str | None]]:
        """Every file, read or not, and by which directory or pattern it was found.

        What is wrong with some is told on reading.
        """
        from safelinks.files.file_walk import files_in  # noqa: PLC0415  `unwrap` does without

        for name in self.names:
            with suppress(DocumentError):
                if name != STANDARD_INPUT:
                    found = files_in(name, gitignore=self.gitignore)
                    named = (
                        [(name, None)]
                        if found is None
                        else [(str(one), name) for one in found.files]
                    )
                    yield from (one for one in named if self.excluded.pattern_for(one[0]) is None)

    def _is_excluded(self, path: Path) -> bool:
        """Whether a file is left out, which is told if that is to be told."""
        pattern = self.excluded.pattern_for(str(path))
        if pattern is None:
            return False
        self.tell_skipped(f"{path}: excluded by --exclude-path {pattern}")
        return True

    def documents(self) -> Iterator[Document]:
        """Every document of every input."""
        for one in self:
            with self.told(one):
                yield from self.documents_of(one)

    def documents_of(self, one: Input) -> Iterator[Document]:
        """The documents of one input: several if it is a mailbox."""
        from safelinks.documents.document import read_each  # noqa: PLC0415  `unwrap` does without

        return read_each(
            one.blocks,
            one.name,
            keep_redirectors=self.keep_redirectors,
            bare_hosts=self.bare_hosts,
        )

    @contextmanager
    def told(self, one: Input) -> Iterator[None]:
        """Within this block, an error of `one` is told.

        Files that nobody named, and that are in no format to be read, are only counted.
        """
        try:
            yield
        except DocumentError as error:
            self.tell_failure(error, named=one.folder is None)
        finally:
            if one.reading is not None:
                one.reading.close()

    def tell_failure(self, error: DocumentError, *, named: bool) -> None:
        """Tell what is wrong with a file, `named` or found in a directory."""
        if named or isinstance(error, NotWritableError):
            self.fail(error)
        else:
            self._skip(error)

    @contextmanager
    def complaining(self) -> Iterator[None]:
        """Within this block, an error is told, and the command fails in the end."""
        try:
            yield
        except DocumentError as error:
            self.fail(error)

    def _skip(self, error: DocumentError) -> None:
        """Skip a file that was not named; one without permission could hold any link, and fails."""
        if isinstance(error, NotReadableError) and not self.skip_unreadable:
            self.fail(error)
        elif self.verbose:
            self.tell_skipped(str(error))
        else:
            self._skipped.append(error)

    def tell_skipped(self, sentence: str) -> None:
        """Tell of a file that was left out, if that is to be told."""
        if self.verbose:
            tell(f"skipped {sentence}")

    def fail(self, error: DocumentError) -> None:
        """Complain, once however often the inputs are gone through, and remember that."""
        if str(error) not in self._failures:
            complain(str(error))
        self._failures.add(str(error))
        self.failed = True

    def _tell_what_was_found(self, folder: str, found: FileListing) -> None:
        """What is to be said of a directory before its files are read."""
        for note in found.notes:
            warn(note)
        for one in found.skipped if self.verbose else ():
            self.tell_skipped(str(one))
        for error in found.unread:
            self._skip(error)
        ignored = next((one for one in found.skipped if one.ignored), None)
        if ignored is not None and not found.files:
            warn(f"{folder}: all files here are skipped ({ignored}); --no-gitignore reads them")

    def _tell_what_was_skipped(self, folder: str) -> None:
        if self._skipped:
            files = "file was" if len(self._skipped) == 1 else "files were"
            warn(f"{folder}: {len(self._skipped)} {files} skipped, such as {self._skipped[0]}")
            self._skipped.clear()


def _named(path: Path) -> str:
    """How a file is called: one whose name is a dash is not to be taken for standard input."""
    return os.path.join(os.curdir, path) if str(path) == STANDARD_INPUT else str(path)  # noqa: PTH118


def standard_input(remedy: str) -> Iterator[bytes]:
    """The lines of standard input. Raises DocumentError with `remedy` where it cannot be read."""
    if sys.stdin is None or sys.stdin.closed:
        raise DocumentError(f"<stdin>: standard input is closed; {remedy}")
    if sys.stdin.isatty():
        tell("reading from the terminal; end with Ctrl-D (Ctrl-Z and Enter on Windows)")
    lines = iter(sys.stdin.buffer)
    while True:
        try:
            line = next(lines, None)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DocumentError(f"<stdin>: this cannot be read ({reason}); {remedy}") from None
        if line is None:
            return
        yield line


def addresses() -> Iterator[str]:
    """Addresses on standard input, one a line; bytes that are no UTF-8 come out as they went in."""
    for line in standard_input("name an address"):
        address = line.decode("utf-8", "surrogateescape").strip()
        if address:
            yield address


def _in_blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines joined to blocks of many lines."""
    while block := b"".join(islice(lines, _LINES)):
        yield block
