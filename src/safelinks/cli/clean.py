"""`safelinks clean`: documents in, the same documents with targets in the place of wrappers out."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from safelinks.cli.inputs import (
    STANDARD_INPUT,
    complain,
    documents_of,
    keep_redirectors,
    tell,
    warn,
)
from safelinks.errors import DocumentError
from safelinks.printable import printable

if TYPE_CHECKING:
    from safelinks.documents import Document

__all__ = ["clean"]

_MOST_PLACES = 5


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|DIRECTORY|-]...")
@click.option("-i", "--in-place", is_flag=True, help="Change the files themselves.")
@click.option(
    "--backup", metavar="SUFFIX", help="With --in-place, keep each changed file under this suffix."
)
@click.option("--diff", is_flag=True, help="Print what would change, as a unified diff.")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the result to this file."
)
@click.option("--redact", is_flag=True, help="Keep wrappers; blank recipients and session values.")
@keep_redirectors
@click.pass_context
def clean(
    context: click.Context,
    files: tuple[str, ...],
    *,
    in_place: bool,
    backup: str | None,
    diff: bool,
    check: bool,
    output: Path | None,
    redact: bool,
    keep_redirectors: bool,
) -> None:
    """Replace every wrapped link in FILE by its target.

    All else stays byte for byte as it is. Links are escaped as the place demands: in HTML, JSON,
    CSV, calendars, quoted-printable mail. Without FILE, or for "-", standard input is read. A
    wrapped link that has lost its target stays, with a warning; so does signed mail.

    The result is printed, unless --in-place, --output, --diff or --check say otherwise. Exits with
    1 when --check finds something to change.
    """
    names = files or (STANDARD_INPUT,)
    if in_place and STANDARD_INPUT in names:
        raise click.UsageError("--in-place needs files: standard input cannot be changed.")
    if in_place and (diff or check or output):
        raise click.UsageError("--in-place does not go with --diff, --check or --output.")
    if backup is not None and (not in_place or not backup or "/" in backup):
        raise click.UsageError("--backup is a suffix, such as .bak, and goes with --in-place.")
    failed: list[DocumentError] = []
    documents = documents_of(names, failed.append, keep_redirectors=keep_redirectors)
    results = _results(documents, failed.append, redact=redact)
    changed = 0
    if in_place:
        changed = sum(_replaced(result, backup, failed.append) for result in results)
        _sum_up(changed, "changed")
    elif diff or check:
        for result in results:
            changed += result.changed
            if diff:
                sys.stdout.buffer.writelines(_diff(result))
            elif result.changed:
                click.echo(f"would change {printable(result.document.name)}")
        _sum_up(changed, "would change")
    else:
        _write(list(islice(results, 2)), output)
    sys.stdout.flush()
    context.exit(2 if failed else int(check and changed > 0))


@frozen
class _Result:
    """A document, as it was and as it would be."""

    document: Document
    before: bytes
    after: bytes

    @property
    def changed(self) -> bool:
        return self.before != self.after


def _results(
    documents: Iterator[Document], failed: Callable[[DocumentError], object], *, redact: bool
) -> Iterator[_Result]:
    """Each of `documents` cleaned or redacted; of one that cannot be written, `failed` hears."""
    for document in documents:
        _tell(document)
        try:
            after = document.redacted() if redact else document.cleaned()
        except DocumentError as error:
            complain(str(error))
            failed(error)
            continue
        yield _Result(document, document.original(), after)


def _tell(document: Document) -> None:
    """Say what a reader should know, and which links stay."""
    for note in document.notes:
        warn(note)
    places = [str(link.place) for link in document.links if link.error is not None]
    if places:
        shown = "; ".join(places[:_MOST_PLACES]) + ("; …" if places[_MOST_PLACES:] else "")
        warn(f"{document.name}: wrapped links without a target stay as they are ({shown})")


def _replaced(
    result: _Result, backup: str | None, failed: Callable[[DocumentError], object]
) -> bool:
    from safelinks.documents.files import replace  # noqa: PLC0415  `unwrap` does without

    if not result.changed:
        return False
    try:
        replace(Path(result.document.name), result.after, backup=backup)
    except DocumentError as error:
        complain(str(error))
        failed(error)
        return False
    return True


def _write(results: list[_Result], output: Path | None) -> None:
    """The one result, to `output` or to standard output."""
    from safelinks.documents.files import replace  # noqa: PLC0415

    if len(results) > 1:
        raise click.UsageError("Several files need --in-place, --diff or --check.")
    for result in results:
        if output is None:
            sys.stdout.buffer.write(result.after)
            sys.stdout.buffer.flush()
        else:
            replace(output, result.after)


def _diff(result: _Result) -> Iterator[bytes]:
    """A unified diff in the bytes of the file, which `patch` takes; escaped for a terminal."""
    if not result.changed:
        return
    name = printable(result.document.name).encode()
    if b"\0" in result.before:
        yield b"Binary file %b would change\n" % name
        return
    before, after = (text.splitlines(keepends=True) for text in (result.before, result.after))
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, name, name):
        whole = line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"
        if sys.stdout.isatty():
            yield from (
                f"{printable(row)}\n".encode()
                for row in whole.decode("utf-8", "replace").splitlines()
            )
        else:
            yield whole


def _sum_up(changed: int, what: str) -> None:
    files = "file" if changed == 1 else "files"
    tell(f"{changed} {files} {what}" if changed else f"no file {what}")
