"""Tables written: a file is there whole, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from safelinks.bulk.extras import require
from safelinks.bulk.table_formats import TableFormat
from safelinks.errors import NotWritableError
from safelinks.files.file_access import replace

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.fs

__all__ = ["bytes_of_batches", "write_whole"]


def write_whole(output: str, content: Iterable[bytes]) -> None:
    """Write `content` to the file `output`, or to an address that pyarrow or fsspec knows.

    Raises SetupError, NotWritableError, and whatever `content` raises; nothing is replaced then.
    """
    path = _local_path(output)
    if path is not None:
        replace(path, content)
        return
    system, name = _file_system(output)
    beside = f"{name}.{uuid.uuid4().hex}.tmp"
    try:
        _write(output, system, beside, content)
        with _told(output):
            system.move(beside, name)
    except BaseException:
        with suppress(Exception):  # what has failed is told already
            system.delete_file(beside)
        raise


def _local_path(output: str) -> Path | None:
    """The path that `output` is, or that an address of a file leads to; None for other systems."""
    if "://" not in output:
        return Path(output)
    if not output.lower().startswith("file:"):
        return None
    return Path(_file_system(output)[1])


def _file_system(output: str) -> tuple[pyarrow.fs.FileSystem, str]:
    require("pyarrow", output)
    from safelinks.bulk.streams import file_system  # noqa: PLC0415  needs pyarrow

    with _told(output):
        return file_system(output)


def _write(output: str, system: pyarrow.fs.FileSystem, name: str, content: Iterable[bytes]) -> None:
    """Write `content` to the file `name`, which is half there where this raises."""
    with _told(output):
        stream = system.open_output_stream(name)
    try:
        for piece in content:  # which may raise what it likes
            with _told(output):
                stream.write(piece)
    except BaseException:
        with suppress(Exception):  # it is deleted next
            stream.close()
        raise
    with _told(output):
        stream.close()


@contextmanager
def _told(output: str) -> Iterator[None]:
    """Turn what the file systems raise into a sentence about `output`."""
    try:
        yield
    except Exception as error:  # each system has its own
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise NotWritableError(f"{output} cannot be written ({reason})") from error


class _Sink:
    """What was written to it since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """It can be asked still."""

    def writable(self) -> bool:
        return True

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def bytes_of_batches(
    kind: TableFormat, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> Iterator[bytes]:
    """`batches` as a file of Parquet or Arrow, piece by piece."""
    import pyarrow as pa  # noqa: PLC0415  CSV and JSON lines do without
    from pyarrow import parquet  # noqa: PLC0415  as above

    sink = _Sink()
    file = pa.PythonFile(sink, mode="w")
    opening = parquet.ParquetWriter if kind is TableFormat.PARQUET else pa.ipc.new_file
    with opening(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()
