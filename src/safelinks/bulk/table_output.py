"""Tables written: a file is there whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from safelinks.bulk.table_formats import TableFormat
from safelinks.errors import NotWritableError
from safelinks.files.file_access import replace

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["bytes_of_batches", "write_whole"]


def write_whole(output: str, content: Iterable[bytes]) -> None:
    """Write `content` to the file `output`, or to an address that pyarrow or fsspec knows.

    Raises NotWritableError, and whatever `content` raises; nothing is written then.
    """
    if "://" not in output:
        replace(Path(output), content)
        return
    from safelinks.bulk.streams import file_system  # noqa: PLC0415  needs pyarrow

    pieces = iter(content)
    first = next(pieces, b"")  # what cannot be read at all replaces nothing
    try:
        system, name = file_system(output)
        with system.open_output_stream(name) as stream:
            for piece in chain([first], pieces):
                stream.write(piece)
    except OSError as error:
        raise NotWritableError(f"{output} cannot be written ({error})") from error
    except BaseException:
        with suppress(OSError):
            system.delete_file(name)
        raise


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
