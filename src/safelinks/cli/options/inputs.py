"""What every command shares: its inputs, standard input among them, and what it says of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import field

from safelinks.cli.options.input_selection import STANDARD_INPUT, InputSelection
from safelinks.cli.options.messages import complain, tell, warn
from safelinks.errors import (
    DocumentError,
    MissingPackageError,
    NoTextError,
    NotReadableError,
    NotWritableError,
)
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
    "pasted_texts",
    "standard_input",
    "verbose",
]

_LINES = 10_000

keep_redirectors = click.option(
    "--keep-redirectors",
    is_flag=True,
    help="Unwrap only links of security services, not those of Google, Facebook or trackers.",
)
verbose = click.option("-v", "--verbose", is_flag=True, help="List each skipped file, and why.")


@frozen
class Input:
    """A file or standard input; `folder` is the directory, pattern or list that it was found by.

    `reading` tells what the file held when it was read.
    """

    name: str
    folder: str | None
    blocks: Iterator[bytes] = field(repr=False)
    reading: FileReading | None = field(default=None, repr=False)


@define
class Inputs:
    """The inputs that `names` stand for, those in a list, and what became of them.

    `addresses` are a document of their own, which is in no file.

    `failed` is whether there was one that was named, and could not be read or written. The
    `selection` says what is left out; `verbose` tells of each file that was, and why. In
    directories, what the command writes itself is left `aside`. `unopened` are the files there that
    take a package that is not installed. Only a file that is `watched` while it is read can be
    written later.
    """

    names: Sequence[str]
    addresses: Sequence[str] = field(default=(), kw_only=True)
    keep_redirectors: bool = False
    failed: bool = False
    selection: InputSelection = field(factory=InputSelection)
    verbose: bool = False
    aside: frozenset[str] = frozenset()
    bare_hosts: frozenset[str] = frozenset()
    watched: bool = True
    _listed: tuple[str, ...] | None = None
    unopened: dict[str, MissingPackageError] = field(factory=dict)
    _skipped: list[DocumentError] = field(factory=list)
    _failures: set[str] = field(factory=set)
    _told_unopened: int = 0

    def __iter__(self) -> Iterator[Input]:
        for step in self.steps():
            if isinstance(step, Input):
                yield step
            elif step is not None:
                step()

    def steps(self) -> Iterator[Input | Callable[[], object] | None]:
        """The inputs, and between them what is to be said there, each to be called in its turn.

        None stands where a directory is looked into next: what comes before it is to be done by
        then, for that may change what is there.
        """
        from safelinks.files.file_access import file_blocks  # noqa: PLC0415  `unwrap` does without

        seen: set[Path] = set()
        left_out = 0
        own = {Path(os.path.realpath(name)) for name in self.aside}
        named = set(self.names)
        for name in dict.fromkeys((*self.names, *self.listed)):
            if name == STANDARD_INPUT:
                yield Input("<stdin>", None, _in_blocks(standard_input("name a file")))
                continue
            if not os.path.isfile(name):  # noqa: PTH113  whatever is in the name
                yield None
            try:
                found = self._files_in(name)
            except DocumentError as error:
                yield partial(self.fail, error)
                continue
            if found is not None:
                yield partial(self._tell_what_was_found, name, found)
            is_listed = found is None and name not in named
            looks_like_address = name.lower().startswith("www.")
            if found is None and (is_listed or looks_like_address) and not os.path.lexists(name):
                hint = "; an address begins with https://" if looks_like_address else ""
                yield partial(self.fail, DocumentError(f"No such file: {name}{hint}"))
                continue
            for path in [Path(name)] if found is None else found.files:
                real = Path(os.path.realpath(path))
                if real in seen or (found is not None and real in own):
                    continue
                seen.add(real)
                told = self._why_excluded(path)
                left_out += told is not None
                told = told or self._why_own(path, named=found is None and not is_listed)
                if told is not None:
                    yield told
                else:
                    reading = file_blocks(path, watched=self.watched)
                    folder = self._list_name if is_listed else None if found is None else name
                    yield Input(_named(path), folder, reading, reading)
            if not is_listed:
                yield partial(self._tell_what_was_skipped, name)
        yield partial(self._tell_what_was_skipped, self._list_name)
        if left_out and left_out == len(seen) and STANDARD_INPUT not in self.names:
            yield partial(warn, "no files to read: --exclude-path excludes all of them")

    def files(self) -> Iterator[tuple[str, str | None]]:
        """Every file, read or not, and by which directory or pattern it was found.

        What is wrong with some is told on reading.
        """
        excluded = self.selection.excluded
        for name in (*self.names, *self.listed):
            with suppress(DocumentError):
                if name != STANDARD_INPUT:
                    found = self._files_in(name)
                    named = (
                        [(name, None)]
                        if found is None
                        else [(str(one), name) for one in found.files]
                    )
                    yield from (one for one in named if excluded.pattern_for(one[0]) is None)

    @property
    def listed(self) -> tuple[str, ...]:
        """The names in the list, if there is one, which is read once."""
        if self._listed is None:
            self._listed = tuple(self._read_list())
        return self._listed

    @property
    def _list_name(self) -> str:
        name = self.selection.files_from or ""
        return "<stdin>" if name == STANDARD_INPUT else name

    def _read_list(self) -> Iterator[str]:
        name = self.selection.files_from
        if name is None:
            return
        from safelinks.cli.options.file_lists import names_in_list  # noqa: PLC0415  few have a list

        if name == STANDARD_INPUT:
            content = b"".join(standard_input("name a file"))
        else:
            from safelinks.files.file_access import bytes_of  # noqa: PLC0415  `unwrap` does without

            content = bytes_of(Path(name))
        yield from names_in_list(content)

    def _files_in(self, name: str) -> FileListing | None:
        if os.path.isfile(name):  # noqa: PTH113  which raises nothing
            return None
        from safelinks.files.file_walk import files_in  # noqa: PLC0415  a file needs no walk

        wanted = self.selection
        return files_in(name, gitignore=wanted.gitignore, vendored=wanted.vendored)

    def _why_excluded(self, path: Path) -> Callable[[], object] | None:
        """What is to be said of a file that is left out; None for one that is read."""
        pattern = self.selection.excluded.pattern_for(str(path))
        if pattern is None:
            return None
        return partial(self.tell_skipped, f"{path}: excluded by --exclude-path {pattern}")

    def _why_own(self, path: Path, *, named: bool) -> Callable[[], object] | None:
        """What is to be said of a file that is a report of an earlier run; None for another."""
        if self.selection.reports:
            return None
        from safelinks.cli.options.report_recognition import is_surely_report  # noqa: PLC0415  `unwrap` does without

        if not is_surely_report(path):
            return None
        sentence = f"{path}: this is a report of safelinks"
        return (
            partial(warn, f"skipped {sentence}") if named else partial(self.tell_skipped, sentence)
        )

    def documents(self) -> Iterator[Document]:
        """Every document of every input."""
        if self.addresses:
            from safelinks.documents.document import addresses_read  # noqa: PLC0415  `unwrap` does without

            keep = self.keep_redirectors
            yield addresses_read(self.addresses, "<addresses>", keep_redirectors=keep)
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
        if isinstance(error, NotReadableError) and not self.selection.skip_unreadable:
            self.fail(error)
            return
        self.tell_skipped(str(error))
        if isinstance(error, MissingPackageError):
            self.unopened.setdefault(error.name, error)
        elif not self.verbose and not isinstance(error, NoTextError):
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
        left_out = next((one for one in found.skipped if one.option), None)
        if left_out is not None and not found.files:
            warn(f"{folder}: all files here are skipped ({left_out}); {left_out.option} reads them")

    def _tell_what_was_skipped(self, folder: str) -> None:
        for command, files in self._unopened_by_command(self._told_unopened).items():
            what = f"{_counted(files)} skipped, such as {files[0].name}"
            warn(f"{folder}: {what}; to read {_them(files)}, run: {command}")
        self._told_unopened = len(self.unopened)
        if self._skipped:
            were = "file was" if len(self._skipped) == 1 else "files were"
            warn(f"{folder}: {len(self._skipped)} {were} skipped, such as {self._skipped[0]}")
            self._skipped.clear()

    def _unopened_by_command(self, start: int = 0) -> dict[str, list[MissingPackageError]]:
        """The files that take a package, from the one numbered `start`, by what installs it."""
        found: dict[str, list[MissingPackageError]] = {}
        for one in islice(self.unopened.values(), start, None):
            found.setdefault(one.command, []).append(one)
        return found

    def notes(self) -> tuple[str, ...]:
        """What a report should say of files that were left out."""
        return tuple(
            f"{_counted(files)} not read. To check {_them(files)}, run `{command}`."
            for command, files in self._unopened_by_command().items()
        )


def _them(files: Sequence[object]) -> str:
    return "it" if len(files) == 1 else "them"


def _counted(files: Sequence[MissingPackageError]) -> str:
    """How many files of one kind there are: ``2 PDF documents were``."""
    what = files[0].title.partition(" ")[2]
    return f"1 {what} was" if len(files) == 1 else f"{len(files):,} {what}s were"


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
    yield from filter(None, _stripped_lines())


def pasted_texts() -> Iterator[str]:
    """What is on standard input, address by address: one may go on in the next line.

    On a terminal, each line is for itself.
    """
    from safelinks.cli.options.pasted_links import parted  # noqa: PLC0415  for `unwrap` only

    is_terminal = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
    yield from addresses() if is_terminal else parted(_stripped_lines())


def _stripped_lines() -> Iterator[str]:
    for line in standard_input("name an address"):
        yield line.decode("utf-8", "surrogateescape").strip()


def _in_blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines joined to blocks of many lines."""
    while block := b"".join(islice(lines, _LINES)):
        yield block
