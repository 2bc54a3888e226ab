"""`safelinks clean`: documents in, the same documents with targets in the place of wrappers out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, field

from safelinks.cli.inputs import (
    STANDARD_INPUT,
    Input,
    Inputs,
    keep_redirectors,
    no_gitignore,
    tell,
    verbose,
    warn,
)
from safelinks.printable import printable

if TYPE_CHECKING:
    from safelinks.documents import Document

__all__ = ["clean"]

STANDARD_OUTPUT = "-"
_MOST_PLACES = 5
_ROW_ENDS = re.compile(r"(\r?\n|\t)")


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|DIRECTORY|-]...")
@click.option("-i", "--in-place", is_flag=True, help="Change the files themselves.")
@click.option(
    "--backup", metavar="SUFFIX", help="With --in-place, keep each changed file under this suffix."
)
@click.option("--diff", is_flag=True, help="Print what would change, as a unified diff.")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would.")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the result to this file; - is standard output."
)
@click.option("--redact", is_flag=True, help="Keep wrappers; blank recipients and session values.")
@keep_redirectors
@no_gitignore
@verbose
@click.pass_context
def clean(
    context: click.Context,
    files: tuple[str, ...],
    *,
    in_place: bool,
    backup: str | None,
    diff: bool,
    check: bool,
    output: str | None,
    redact: bool,
    keep_redirectors: bool,
    no_gitignore: bool,
    verbose: bool,
) -> None:
    """Replace every wrapped link in FILE by its target.

    All else stays byte for byte as it is. Links are escaped as the place demands: in HTML, JSON,
    CSV, calendars, RTF, quoted-printable mail. Of Word, PowerPoint and Excel files, only the parts
    with links change. A wrapped link that has lost its target stays, with a warning; so does all
    that is signed. Without FILE, or for "-", standard input is read.

    The result is printed, unless --in-place, --output, --diff or --check say otherwise. Exits with
    1 when --check finds something to change.
    """
    names = files or (STANDARD_INPUT,)
    if in_place and STANDARD_INPUT in names:
        raise click.UsageError("--in-place needs files: standard input cannot be changed.")
    if output == "":
        raise click.UsageError("The name behind --output is empty: name a file.")
    if in_place and (diff or check or output):
        raise click.UsageError("--in-place does not go with --diff, --check or --output.")
    if output and (diff or check):
        raise click.UsageError("--output does not go with --diff or --check.")
    if backup is not None and (not in_place or not backup or "/" in backup):
        raise click.UsageError("--backup is a suffix, such as .bak, and goes with --in-place.")
    inputs = Inputs(names, keep_redirectors, gitignore=not no_gitignore, verbose=verbose)
    cleaning = _Cleaning(inputs, redact=redact)
    if in_place:
        _sum_up(cleaning.replace(backup), "changed")
    elif diff or check:
        changed = cleaning.show(diff=diff)
        _sum_up(changed, "would change")
        context.exit(2 if inputs.failed else int(check and changed > 0))
    else:
        cleaning.write(None if output in (None, STANDARD_OUTPUT) else Path(str(output)))
    context.exit(2 if inputs.failed else 0)


@define
class _Cleaning:
    """Inputs that are cleaned or redacted, and what there is to say of each."""

    inputs: Inputs
    redact: bool = field(kw_only=True)

    def replace(self, backup: str | None) -> int:
        """Change the files themselves; how many were changed."""
        from safelinks.documents.files import replace  # noqa: PLC0415  `unwrap` does without

        changed = 0
        for one in self.inputs:
            if one.folder is not None and backup and one.name.endswith(backup):
                self.inputs.tell_skipped(f"{one.name}: it is the backup of an earlier run")
                continue
            with self.inputs.told(one):
                results = self._results(one)
                first = list(islice(results, 2))
                if len(first) == 1 and first[0][0].original() == first[0][1]:
                    continue  # so that nothing has to be written where nothing may be
                content = (after for _, after in chain(first, results))
                changed += replace(Path(one.name), content, backup=backup)
        return changed

    def show(self, *, diff: bool) -> int:
        """Print what would change, as a diff or by name; how many files that are."""
        changed = 0
        for one in self.inputs:
            with self.inputs.told(one):
                changed += self._show_diff(one) if diff else self._show_name(one)
        return changed

    def _show_name(self, one: Input) -> bool:
        results = self._results(one)
        changed = sum(document.original() != after for document, after in results) > 0
        if changed:
            click.echo(f"would change {printable(one.name)}")
        return changed

    def _show_diff(self, one: Input) -> bool:
        from safelinks.documents.diff import unified  # noqa: PLC0415

        results = [(document.original(), after) for document, after in self._results(one)]
        before, after = (b"".join(each) for each in zip(*results, strict=True))
        name = printable(one.name).encode()
        if before == after:
            return False
        if b"\0" in before:
            sys.stdout.buffer.write(b"Binary file %b would change\n" % name)
        else:
            shown = _for_terminal if sys.stdout.isatty() else bytes
            sys.stdout.buffer.writelines(map(shown, unified(before, after, name)))
        return True

    def write(self, output: Path | None) -> None:
        """The result of the one input, to `output` or to standard output."""
        from safelinks.documents.files import replace  # noqa: PLC0415

        found = list(islice(self.inputs, 2))
        if len(found) > 1:
            raise click.UsageError("Several files need --in-place, --diff or --check.")
        for one in found:
            with self.inputs.told(one):
                if output is None:
                    shown = _for_terminal if sys.stdout.isatty() else bytes
                    sys.stdout.buffer.writelines(map(shown, self._cleaned(one)))
                else:
                    replace(output, self._cleaned(one))

    def _cleaned(self, one: Input) -> Iterator[bytes]:
        return (after for _, after in self._results(one))

    def _results(self, one: Input) -> Iterator[tuple[Document, bytes]]:
        """Each document of `one`, and what it becomes; at the end, say what stays as it is."""
        notes: dict[str, None] = {}
        lost: list[str] = []
        for document in self.inputs.documents_of(one):
            notes |= dict.fromkeys(document.notes)
            lost += (str(link.place) for link in document.links if link.error is not None)
            yield document, document.redacted() if self.redact else document.cleaned()
        for note in notes:
            warn(note)
        if lost:
            shown = "; ".join(lost[:_MOST_PLACES]) + ("; …" if lost[_MOST_PLACES:] else "")
            warn(f"{one.name}: wrapped links without a target stay as they are ({shown})")


def _for_terminal(text: bytes) -> bytes:
    """`text` as a terminal may show it: what could drive the terminal is made visible."""
    if b"\0" in text:
        raise click.UsageError("This is no text to show: name a file with -o, or use --in-place.")
    rows = _ROW_ENDS.split(text.decode("utf-8", "surrogateescape"))
    return "".join(row if at % 2 else printable(row) for at, row in enumerate(rows)).encode()


def _sum_up(changed: int, what: str) -> None:
    files = "file" if changed == 1 else "files"
    tell(f"{changed} {files} {what}" if changed else f"no file {what}")
