"""Compound files ([MS-CFB]): storages and streams, read with bounds whatever a file claims."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import olefile
from attrs import field

from safelinks.errors import DocumentError
from safelinks.foundation.values import define

__all__ = ["Storage", "opened_storage"]

_HEADER = 512
_SECTOR_SHIFTS = (9, 12)
_MOST_READ = 4  # times the size of the file: streams may share sectors where somebody is malicious
# What olefile raises on malformed files, beside its own errors, which are OSErrors.
_FAULTS = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
    MemoryError, struct.error,
)  # fmt: skip


@define
class _Budget:
    """How many bytes of a file may still be read, and whether some could not be."""

    left: int
    damaged: bool = False


@define
class Storage:
    """A storage: a folder of streams and of further storages."""

    _file: Any = field(repr=False)
    _entry: Any = field(repr=False)
    _budget: _Budget

    def stream(self, name: str) -> bytes | None:
        """The content of a stream; None where there is none, or it is damaged."""
        entry = self._entry.kids_dict.get(name.lower())
        if entry is None or entry.entry_type != olefile.STGTY_STREAM:
            return None
        content = self._read(entry.isectStart, entry.size)
        if len(content or b"") < entry.size:
            self._budget.damaged = True
        return content

    def _read(self, start: int, size: int) -> bytes | None:
        if size > self._budget.left:
            return None
        self._budget.left -= size
        try:
            return bytes(self._file._open(start, size).getvalue())  # noqa: SLF001
        except _FAULTS:
            self._budget.left //= 2  # it may have cost as much as all of the file
            return None

    @property
    def damaged(self) -> bool:
        """Whether something of the file could not be read whole."""
        return self._budget.damaged

    def storage(self, name: str) -> Storage | None:
        """The storage in this one that has this name."""
        entry = self._entry.kids_dict.get(name.lower())
        if entry is None or entry.entry_type != olefile.STGTY_STORAGE:
            return None
        return Storage(self._file, entry, self._budget)

    def names(self) -> Iterator[str]:
        """The names of all that is in it."""
        for entry in self._entry.kids:
            yield entry.name

    def has(self, name: str) -> bool:
        """Whether there is a stream or storage of this name."""
        return name.lower() in self._entry.kids_dict


def opened_storage(raw: bytes, name: str) -> Storage:
    """The root of the compound file `raw`. Raises DocumentError where that cannot be read."""
    try:
        _check(raw)
        file = olefile.OleFileIO(BytesIO(raw))
        if not 0 <= file.root.size <= len(raw):
            raise ValueError
        return Storage(file, file.root, _Budget(_MOST_READ * len(raw)))
    except _FAULTS:
        raise DocumentError(
            f"{name}: this file is damaged or cut off; save it again from Outlook and try again"
        ) from None


def _check(raw: bytes) -> None:
    """Raises ValueError where the header (section 2.2) claims more than the file can hold."""
    if len(raw) < _HEADER:
        raise ValueError
    (shift,) = struct.unpack_from("<H", raw, 0x1E)
    sectors = struct.unpack_from("<I", raw, 0x2C) + struct.unpack_from("<I", raw, 0x40)
    (further,) = struct.unpack_from("<I", raw, 0x48)
    if shift not in _SECTOR_SHIFTS or any(
        count << shift > len(raw) for count in (*sectors, further)
    ):
        raise ValueError
