"""Documents in, the same documents changed out: in place, as a diff, by name, or to an output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safelinks.addresses.printable import printable
from safelinks.cli.options.inputs import Input, Inputs
from safelinks.cli.options.messages import tell, warn
from safelinks.errors import NotWritableError
from safelinks.files.file_access import replace
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

if TYPE_CHECKING:
    from safelinks.checks.file_change import FileChange
    from safelinks.documents.document import Document
    from safelinks.documents.rewriting import Rewriting

__all__ = ["Changing", "print_diff", "refuse_backup", "say_what_stays"]

_ROW_ENDS = pattern_of(r"(\r?\n|\t)")


@define
class Changing:
    """Inputs whose documents are changed, each by `change`, and what there is to say of each.

    A diff names nobody unless it is to `show_recipients`. A change that is `redacting` tells of
    secrets that it leaves.
    """

    inputs: Inputs
    change: Callable[[Document], Rewriting]
    show_recipients: bool = False
    redacting: bool = False

    def replace(self, backup: str | None = None) -> int:
        """Change the files themselves; how many were changed."""
        changed = 0
        swept: set[Path] = set()
        for one in self.inputs:
            if one.folder is not None and backup and one.name.endswith(backup):
                self.inputs.tell_skipped(f"{one.name}: this is a backup of an earlier run")
                continue
            with self.inputs.told(one), self._changed(one) as change:
                if change.write(backup=backup, swept=swept):
                    changed += 1
                    tell(f"changed {one.name}")
        return changed

    @contextmanager
    def _changed(self, one: Input) -> Iterator[FileChange]:
        """What becomes of an input; behind this block, what stays in it is told."""
        from safelinks.checks.file_change import FileChange  # noqa: PLC0415  `--help` and completion do without

        change = FileChange(
            one.name,
            partial(self.inputs.documents_of, one),
            self.change,
            reading=one.reading,
            redacting=self.redacting,
        )
        yield change
        say_what_stays(change)

    def show(self, *, diff: bool) -> int:
        """Print what would change, as a diff or by name; how many files that are."""
        changed = 0
        for one in self.inputs:
            with self.inputs.told(one), self._changed(one) as change:
                if diff:
                    changed += print_diff(change, show_recipients=self.show_recipients)
                elif change.is_changed():
                    click.echo(f"would change {printable(one.name)}")
                    changed += 1
        return changed

    def copy(self, directory: Path) -> int:
        """Write what becomes of each input into `directory`; how many copies there are."""
        from safelinks.cli.commands.cleaned_copies import copies_in  # noqa: PLC0415  for few

        copies = copies_in(directory, list(self.inputs.files()))
        written = 0
        for one in self.inputs:
            copy = copies.get(one.name)
            if copy is None:
                self.inputs.tell_skipped(f"{one.name}: this is a copy of an earlier run")
                continue
            with self.inputs.told(one), self._changed(one) as change:
                _make_directory(copy.parent)
                replace(copy, (after for _, after in change.results()))
                written += 1
        return written

    def write(self, output: Path | None) -> None:
        """The result of the one input, to `output` or to standard output."""
        found = list(islice(self.inputs, 2))
        if len(found) > 1:
            raise click.UsageError("Several files need -o DIR/, --in-place, --diff or --check.")
        for one in found:
            with self.inputs.told(one), self._changed(one) as change:
                content = (after for _, after in change.results())
                if output is None:
                    shown = _for_terminal if sys.stdout.isatty() else bytes
                    sys.stdout.buffer.writelines(map(shown, content))
                else:
                    is_own = os.path.realpath(output) == os.path.realpath(one.name)
                    replace(output, content, since=one.reading if is_own else None)


def _make_directory(path: Path) -> None:
    """Make a directory. Raises NotWritableError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotWritableError(f"{path}: this directory cannot be made ({reason})") from None


def refuse_backup(suffix: str | None, option: str, *, wanted: bool) -> None:
    """Raises click.UsageError for a --backup without a suffix, or without the `option` for it."""
    if suffix is not None and (not wanted or not suffix or "/" in suffix):
        raise click.UsageError(f"--backup needs a suffix such as .bak, and {option}.")


def print_diff(change: FileChange, *, show_recipients: bool) -> bool:
    """Print how a file would change; whether it would."""
    printed = _for_terminal if sys.stdout.isatty() else bytes
    is_changed = False
    for line in change.diff(show_recipients=show_recipients):
        is_changed = True
        sys.stdout.buffer.write(printed(line))
    return is_changed


def say_what_stays(change: FileChange) -> None:
    """Warn of what stays as it is in a file."""
    for sentence in change.warnings():
        warn(sentence)


def _for_terminal(text: bytes) -> bytes:
    """`text` as a terminal may show it: what could drive the terminal is made visible."""
    if b"\0" in text:
        raise click.UsageError("The result is not text: use -o FILE or --in-place.")
    rows = _ROW_ENDS.split(text.decode("utf-8", "surrogateescape"))
    return "".join(row if at % 2 else printable(row) for at, row in enumerate(rows)).encode()
