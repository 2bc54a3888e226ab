"""What every command shares: files named on the command line, standard input among them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from safelinks.errors import DocumentError

if TYPE_CHECKING:
    from safelinks.documents import Document

__all__ = ["open_document", "warn"]

STANDARD_INPUT = "-"


def open_document(name: str) -> Document:
    """Read the file `name`, or standard input for ``-``. Raises DocumentError."""
    from safelinks.documents import read  # noqa: PLC0415  `unwrap` does without

    if name != STANDARD_INPUT:
        return read(name)
    if sys.stdin is None or sys.stdin.closed:
        raise DocumentError("<stdin>: standard input is closed; name a file")
    return read(sys.stdin.buffer.read(), "<stdin>")


def warn(sentence: str) -> None:
    """Tell the user something beside the output."""
    click.echo(f"Warning: {sentence}", err=True)
