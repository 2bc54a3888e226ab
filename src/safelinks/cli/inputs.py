"""What every command shares: its inputs, standard input among them, and what it says of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from safelinks.errors import DocumentError
from safelinks.printable import printable

if TYPE_CHECKING:
    from safelinks.documents import Document

__all__ = [
    "STANDARD_INPUT",
    "complain",
    "keep_redirectors",
    "standard_input",
    "warn",
]

STANDARD_INPUT = "-"

keep_redirectors = click.option(
    "--keep-redirectors",
    is_flag=True,
    help="Take off security services only; leave Google, Facebook, trackers and the like.",
)


def documents_of(
    names: Sequence[str],
    on_error: Callable[[DocumentError], object],
    *,
    keep_redirectors: bool = False,
) -> Iterator[Document]:
    """Every document that `names` stand for: files, directories, patterns, ``-`` for stdin.

    What cannot be read is complained of, and `on_error` hears of it. Files of a directory that hold
    no text are counted in a warning: nobody named them.
    """
    from safelinks.documents import read, read_all  # noqa: PLC0415  `unwrap` does without
    from safelinks.documents.files import files_in  # noqa: PLC0415

    def fail(error: DocumentError) -> None:
        complain(str(error))
        on_error(error)

    for name in dict.fromkeys(names):
        try:
            if name == STANDARD_INPUT:
                raw = b"".join(standard_input("name a file"))
                yield read(raw, "<stdin>", keep_redirectors=keep_redirectors)
                continue
            several = files_in(name)
        except DocumentError as error:
            fail(error)
            continue
        skipped: list[DocumentError] = []
        unread = fail if several is None else skipped.append
        yield from read_all(name, keep_redirectors=keep_redirectors, on_error=unread)
        if skipped:
            files = "file" if len(skipped) == 1 else "files"
            warn(f"{name}: {len(skipped)} {files} could not be read, such as {skipped[0]}")


def standard_input(remedy: str) -> Iterator[bytes]:
    """The lines of standard input. Raises DocumentError with `remedy` where it cannot be read."""
    if sys.stdin is None or sys.stdin.closed:
        raise DocumentError(f"<stdin>: standard input is closed; {remedy}")
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


def warn(sentence: str) -> None:
    """Tell the user something beside the output."""
    _say("Warning", sentence)


def complain(sentence: str) -> None:
    """Tell the user what is wrong."""
    _say("Error", sentence)


def tell(sentence: str) -> None:
    """Tell the user what was done."""
    with suppress(OSError):
        click.echo(printable(sentence), err=True)


def _say(kind: str, sentence: str) -> None:
    """One line to standard error: file names and addresses in it may hold anything."""
    with suppress(OSError):  # whoever cannot be told has the exit code
        click.echo(f"{kind}: {printable(sentence)}", err=True)
