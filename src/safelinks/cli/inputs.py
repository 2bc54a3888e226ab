"""What every command shares: its inputs, standard input among them, and what it says of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
    "open_document",
    "standard_input",
    "warn",
]

STANDARD_INPUT = "-"

keep_redirectors = click.option(
    "--keep-redirectors",
    is_flag=True,
    help="Take off security services only; leave Google, Facebook, trackers and the like.",
)


def open_document(name: str, *, keep_redirectors: bool = False) -> Document:
    """Read the file `name`, or standard input for ``-``. Raises DocumentError."""
    from safelinks.documents import read  # noqa: PLC0415  `unwrap` does without

    if name != STANDARD_INPUT:
        return read(name, keep_redirectors=keep_redirectors)
    raw = b"".join(standard_input("name a file"))
    return read(raw, "<stdin>", keep_redirectors=keep_redirectors)


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


def _say(kind: str, sentence: str) -> None:
    """One line to standard error: file names and addresses in it may hold anything."""
    with suppress(OSError):  # whoever cannot be told has the exit code
        click.echo(f"{kind}: {printable(sentence)}", err=True)
