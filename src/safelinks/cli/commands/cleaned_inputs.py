"""Documents in, the same documents cleaned out: in place, as a diff, by name, or to an output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

import click
from attrs import evolve

from safelinks.addresses.printable import printable
from safelinks.checks.file_cleaning import FileAct, FileCleaning, FileResult, FileToClean
from safelinks.cli.commands.document_changes import (
    for_terminal,
    print_lines,
    say_all,
    say_what_stays,
)
from safelinks.cli.commands.files_in_turn import FilesInTurn, FileTask, InputStep
from safelinks.cli.options.inputs import Input, Inputs
from safelinks.cli.options.messages import tell
from safelinks.files.file_access import replace
from safelinks.foundation.values import define

__all__ = ["Changing"]


@define
class Changing:
    """Inputs whose documents are cleaned or, if it is `redacting`, lose what is secret in them.

    A diff names nobody unless it is to `show_recipients`. By default, `jobs` are several processes
    where it pays.
    """

    inputs: Inputs
    show_recipients: bool = False
    redacting: bool = False
    jobs: int | None = None

    def replace(self, backup: str | None = None) -> int:
        """Change the files themselves; how many were changed."""

        def of(one: Input, file: FileToClean) -> InputStep:
            if one.folder is not None and backup and one.name.endswith(backup):
                sentence = f"{one.name}: this is a backup of an earlier run"
                return partial(self.inputs.tell_skipped, sentence)
            return FileTask(one, file)

        changed = 0
        with closing(self._results(FileAct.REPLACE, of, backup)) as results:
            for name, result in results:
                if result.changed:
                    changed += 1
                    tell(f"changed {name}")
                say_all(result.warnings)
        return changed

    def show(self, *, diff: bool) -> int:
        """Print what would change, as a diff or by name; how many files that are."""
        changed = 0
        with closing(self._results(FileAct.DIFF if diff else FileAct.COMPARE, FileTask)) as results:
            for name, result in results:
                print_lines(result.diff)
                if result.changed and not diff:
                    click.echo(f"would change {printable(name)}")
                changed += result.changed
                say_all(result.warnings)
        return changed

    def copy(self, directory: Path) -> int:
        """Write what becomes of each input into `directory`; how many copies there are."""
        from safelinks.cli.commands.cleaned_copies import copies_in  # noqa: PLC0415  for few

        copies = copies_in(directory, list(self.inputs.files()))

        def of(one: Input, file: FileToClean) -> InputStep:
            if one.name not in copies:
                sentence = f"{one.name}: this is a copy of an earlier run"
                return partial(self.inputs.tell_skipped, sentence)
            return FileTask(one, evolve(file, copy=copies[one.name]))

        written = 0
        with closing(self._results(FileAct.COPY, of)) as results:
            for _, result in results:
                written += 1
                say_all(result.warnings)
        return written

    def _results(
        self,
        act: FileAct,
        of: Callable[[Input, FileToClean], InputStep],
        backup: str | None = None,
    ) -> Generator[tuple[str, FileResult]]:
        """What came of each input but those of which something is wrong, which is told."""
        cleaning = self._cleaning(act, backup)

        def of_input(one: Input) -> FileResult:
            return cleaning.of(one.name, partial(self.inputs.documents_of, one))

        def step_of(step: Input | Callable[[], object] | None) -> InputStep:
            if not isinstance(step, Input) or step.reading is None:
                return step
            return of(step, FileToClean(step.name, step.reading.path))

        in_turn = FilesInTurn(cleaning, of_input, self.jobs)
        with closing(in_turn.results(map(step_of, self.inputs.steps()))) as results:
            for one, result in results:
                if result.error is not None:
                    self.inputs.tell_failure(result.error, named=one.folder is None)
                else:
                    yield one.name, result

    def _cleaning(self, act: FileAct, backup: str | None = None) -> FileCleaning:
        return FileCleaning(
            act, self.inputs.keep_redirectors, self.redacting, self.show_recipients, backup
        )

    def write(self, output: Path | None) -> None:
        """The result of the one input, to `output` or to standard output."""
        found = list(islice(self.inputs, 2))
        if len(found) > 1:
            raise click.UsageError("Several files need -o DIR/, --in-place, --diff or --check.")
        for one in found:
            with self.inputs.told(one):
                documents = partial(self.inputs.documents_of, one)
                change = self._cleaning(FileAct.COPY).change(one.name, documents, one.reading)
                content = (after for _, after in change.results())
                if output is None:
                    shown = for_terminal if sys.stdout.isatty() else bytes
                    sys.stdout.buffer.writelines(map(shown, content))
                else:
                    is_own = os.path.realpath(output) == os.path.realpath(one.name)
                    replace(output, content, since=one.reading if is_own else None)
                say_what_stays(change)
