"""Every link of documents as rows of a table, with all that a Safe Link tells.

A mailbox is read message by message, so that memory does not grow with it. What a column means
stands in the table below, which is also the published schema.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from safelinks.addresses import percent
from safelinks.bulk.extras import require
from safelinks.bulk.fields import FIELD_TYPES, FieldType
from safelinks.bulk.table_formats import TableFormat
from safelinks.bulk.table_output import bytes_of_batches, write_whole
from safelinks.bulk.text_tables import TextRow, in_chunks, text_of_rows, without_formula
from safelinks.bulk.workers import dealt_out
from safelinks.documents.document import read_each
from safelinks.errors import DocumentError, SetupError
from safelinks.files.file_access import file_blocks
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.text_links import Link
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.unwrapping import READ

__all__ = ["LINK_COLUMNS", "File", "links_schema", "write_links"]

_NUMBER, _TEXT = FieldType.NUMBER, FieldType.TEXT
# What a column is called, of which type it is, and what it says.
_PLACES: Mapping[str, tuple[FieldType, str]] = {
    "file": (_TEXT, "Name of the file."),
    "message": (_NUMBER, "Number of the message in a mailbox."),
    "part": (_TEXT, "Part of a message or member of a package."),
    "page": (_NUMBER, "Page of a PDF."),
    "slide": (_NUMBER, "Slide of a presentation."),
    "sheet": (_TEXT, "Sheet of a workbook."),
    "cell": (_TEXT, "Cell of a sheet."),
    "paragraph": (_NUMBER, "Paragraph of a document."),
    "line": (_NUMBER, "Line on which the link begins, from 1."),
    "column": (_NUMBER, "Column in which the link begins, from 1, in code points."),
    "label": (_TEXT, "Text that people see in the place of the address."),
    "role": (_TEXT, "Why nobody can follow the address; null for a link."),
    "url": (
        _TEXT,
        "The address there, without recipients, users, passwords, and secrets of wrappers.",
    ),
}
_MEANINGS: Mapping[str, str] = {
    "target": "Where the link leads; null if its target is lost.",
    "error": "Name of the error if the target is lost.",
    "wrapper": "Service of the outermost wrapper; null without one.",
    "layers": "Number of wrappers that were taken off.",
    "opaque": "Service whose wrapper the target still is.",
    "message_id": "Network Message ID of the message that carried the link (NetworkMessageId).",
    "tenant": "Entra tenant id of the recipient.",
    "sent_at": "When the message was accepted, in UTC.",
    "wrapped_at": "When the link was rewritten, in UTC.",
    "verdict": "Microsoft's verdict when the link was rewritten.",
    "source": "Where the link was rewritten, such as Mailflow.",
    "region": "Region of the tenant, such as nam02.",
    "recipient": "Address that the message was delivered to; only if recipients are shown.",
}
LINK_COLUMNS: Mapping[str, tuple[FieldType, str]] = dict(_PLACES) | {
    name: (FIELD_TYPES[name].type, meaning) for name, meaning in _MEANINGS.items()
}
_OF_PLACES = tuple(_PLACES)[1:10]
_HALF = pattern_of("[\ud800-\udfff]")  # an octet that was no text, or half a character


def links_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a row."""
    types = {_NUMBER: {"type": ["integer", "null"]}, _TEXT: {"type": ["string", "null"]}}
    types[FieldType.MOMENT] = {"type": ["string", "null"], "format": "date-time"}  # type: ignore[dict-item]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A link, as a row of `safelinks bulk links`",
        "type": "object",
        "properties": {
            name: types[kind] | {"description": meaning}
            for name, (kind, meaning) in LINK_COLUMNS.items()
        },
        "required": [name for name in LINK_COLUMNS if name != "recipient"],
        "additionalProperties": False,
    }


@frozen
class File:
    """A file to read: `named` by the user, or found in a directory, where it may be anything."""

    path: str
    named: bool = True


@frozen
class _Part:
    """What a process has read of a file: the rows are in a file of their own."""

    file: File
    rows: Path
    error: DocumentError | None = None


def write_links(  # noqa: PLR0913  an option each
    files: Iterable[File],
    output: str,
    kind: TableFormat,
    *,
    show_recipients: bool = False,
    jobs: int = 1,
    on_file: Callable[[File, DocumentError | None], object] = lambda *_: None,
) -> int:
    """Write every link of `files` to the file `output`; gives their number.

    `on_file` is called with each file when it was read, and with what is wrong with it. Raises
    SetupError, also where no file could be read, and NotWritableError; nothing is written then.
    """
    columns = [name for name in LINK_COLUMNS if show_recipients or name != "recipient"]
    number = files_read = 0

    def note(file: File, error: DocumentError | None) -> None:
        nonlocal files_read
        files_read += error is None
        on_file(file, error)

    def counted(rows: Iterable[TextRow]) -> Iterator[TextRow]:
        nonlocal number
        for row in rows:
            number += 1
            yield row
        if not number and not files_read:  # an empty table would say that there are no links
            raise SetupError(f"no file could be read; {output} was not written")

    if not kind.is_text:
        require("pyarrow", f"a {kind} file")
    with tempfile.TemporaryDirectory(prefix="safelinks-") as folder:
        if jobs == 1:
            rows = chain.from_iterable(_told(file, show_recipients, note) for file in files)
        else:
            numbered = ((at, file) for at, file in enumerate(files))
            reading = partial(_read_part, Path(folder), show_recipients)
            rows = chain.from_iterable(
                _of_part(part, note) for part in dealt_out(reading, numbered, jobs)
            )
        write_whole(output, _content(kind, columns, counted(rows)))
    return number


def _told(
    file: File,
    show_recipients: bool,  # noqa: FBT001
    on_file: Callable[[File, DocumentError | None], object],
) -> Iterator[TextRow]:
    failure = None
    try:
        yield from _rows_of(file.path, show_recipients=show_recipients)
    except DocumentError as error:
        failure = error
    on_file(file, failure)


def _read_part(folder: Path, show_recipients: bool, numbered: tuple[int, File]) -> _Part:  # noqa: FBT001
    at, file = numbered
    path = folder / str(at)
    with path.open("wb") as part:
        try:
            for chunk in in_chunks(_rows_of(file.path, show_recipients=show_recipients)):
                pickle.dump(chunk, part)
        except DocumentError as error:
            return _Part(file, path, error)
    return _Part(file, path)


def _of_part(
    part: _Part, on_file: Callable[[File, DocumentError | None], object]
) -> Iterator[TextRow]:
    with part.rows.open("rb") as rows:
        yield from chain.from_iterable(_pickled(rows))
    part.rows.unlink()
    on_file(part.file, part.error)


def _pickled(file: BinaryIO) -> Iterator[list[TextRow]]:
    while True:
        try:
            yield pickle.load(file)  # noqa: S301  our own, in a directory that nobody else may enter
        except EOFError:
            return


def _rows_of(path: str, *, show_recipients: bool) -> Iterator[TextRow]:
    for document in read_each(file_blocks(Path(path)), path):
        for link in document.links:
            yield _row(path, link, show_recipients=show_recipients)


def _row(path: str, link: Link, *, show_recipients: bool) -> TextRow:
    unwrapped = link.unwrapped
    known = unwrapped.recipients if unwrapped is not None and unwrapped.layers else frozenset()

    def told(text: str | None) -> str | None:
        if text is None:
            return None
        return _unicode(text if show_recipients else shown(text, known))

    row: TextRow = {"file": told(path)}
    for name in _OF_PLACES:
        value = getattr(link.place, name)
        row[name] = told(value) if isinstance(value, str) else value
    row["label"] = told(link.label)
    row["role"] = str(link.role) if link.role else None
    row["url"] = _address(link.url if show_recipients else shown(link.url, known))
    for name in _MEANINGS:
        row[name] = READ[name](unwrapped) if unwrapped is not None and name in READ else None
    row["target"] = None if unwrapped is None else _address(unwrapped.target)
    row["error"] = type(link.error).__name__ if link.error else None
    if not show_recipients:
        del row["recipient"]
    return row


def _address(url: str) -> str:
    """`url` as it is asked for where octets in it were no text."""
    return url if url.isascii() else percent.encode(url, _HALF)


def _unicode(text: str) -> str:
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def _content(kind: TableFormat, columns: list[str], rows: Iterator[TextRow]) -> Iterator[bytes]:
    if kind is TableFormat.CSV:
        rows = ({name: without_formula(cell) for name, cell in row.items()} for row in rows)
    if kind.is_text:
        return text_of_rows(kind, columns, rows)
    import pyarrow as pa  # noqa: PLC0415  CSV and JSON lines do without

    from safelinks.bulk.columns import TYPES  # noqa: PLC0415  needs pyarrow

    types = dict(TYPES) | {FieldType.NUMBER: pa.int32()}
    schema = pa.schema([(name, types[LINK_COLUMNS[name][0]]) for name in columns])
    batches = (pa.RecordBatch.from_pylist(chunk, schema) for chunk in in_chunks(rows))
    return bytes_of_batches(kind, schema, batches)
