"""What is said of documents that are changed: as a diff, and in warnings; for several commands."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from safelinks.addresses.printable import printable
from safelinks.cli.options.messages import warn
from safelinks.foundation.patterns import pattern_of

if TYPE_CHECKING:
    from safelinks.checks.file_change import FileChange

__all__ = [
    "for_terminal",
    "print_diff",
    "print_lines",
    "refuse_backup",
    "say_all",
    "say_what_stays",
]

_ROW_ENDS = pattern_of(r"(\r?\n|\t)")


def refuse_backup(suffix: str | None, option: str, *, wanted: bool) -> None:
    """Raises click.UsageError for a --backup without a suffix, or without the `option` for it."""
    if suffix is not None and (not wanted or not suffix or "/" in suffix):
        raise click.UsageError(f"--backup needs a suffix such as .bak, and {option}.")


def print_diff(change: FileChange, *, show_recipients: bool) -> None:
    """Print how a file would change."""
    print_lines(change.diff(show_recipients=show_recipients))


def print_lines(lines: Iterable[bytes]) -> None:
    """Print the lines of a diff."""
    printed = for_terminal if sys.stdout.isatty() else bytes
    for line in lines:
        sys.stdout.buffer.write(printed(line))


def say_what_stays(change: FileChange) -> None:
    """Warn of what stays as it is in a file."""
    say_all(change.warnings())


def say_all(sentences: Iterable[str]) -> None:
    """Warn of each."""
    for sentence in sentences:
        warn(sentence)


def for_terminal(text: bytes) -> bytes:
    """`text` as a terminal may show it: what could drive the terminal is made visible."""
    if b"\0" in text:
        raise click.UsageError("The result is not text: use -o FILE or --in-place.")
    rows = _ROW_ENDS.split(text.decode("utf-8", "surrogateescape"))
    return "".join(row if at % 2 else printable(row) for at, row in enumerate(rows)).encode()
