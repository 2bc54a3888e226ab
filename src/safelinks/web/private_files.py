"""Private files for what is sent and answered, so that none of it is in the memory of the server.

They have no name, so not even a crash leaves one. Together, they have a limit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

from attrs import field

from safelinks.foundation.values import define
from safelinks.web.problems import ProblemError

__all__ = ["FileSpace", "PrivateFile", "blocks_of"]

_BLOCK = 1 << 16
_RETRY_AFTER = 10  # seconds


@define
class FileSpace:
    """What all private files of a server may take together, in bytes."""

    most: int
    taken: int = field(default=0, init=False)

    def file(self) -> PrivateFile:
        """A new file, for a `with` statement."""
        return PrivateFile(self, _without_name())


def _without_name() -> IO[bytes]:
    try:
        return TemporaryFile(buffering=0)
    except OSError:  # nothing can be written here: then it is in memory
        return open(os.memfd_create("safelinks"), "w+b", buffering=0)  # noqa: PTH123  it has no path


@define
class PrivateFile:
    """A file of a `space`, which ends with its `with` statement."""

    space: FileSpace
    _file: IO[bytes]
    size: int = field(default=0, init=False)

    @property
    def descriptor(self) -> int:
        """What another process can read it by."""
        return self._file.fileno()

    def write(self, content: bytes) -> None:
        """Write more. Raises ProblemError where there is no space left for it."""
        if self.space.taken + len(content) > self.space.most:
            raise _full()
        self.space.taken += len(content)
        self.size += len(content)
        try:
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            raise _full() from None

    def blocks(self) -> Iterator[bytes]:
        """All of it, from the beginning."""
        return blocks_of(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._file.close()
        self.space.taken -= self.size


def blocks_of(descriptor: int) -> Iterator[bytes]:
    """All of a file, wherever another process reads it just now."""
    at = 0
    while block := os.pread(descriptor, _BLOCK, at):
        at += len(block)
        yield block


def _full() -> ProblemError:
    return ProblemError(
        "busy",
        "The server has no space for more requests. Try again in a few seconds.",
        {"Retry-After": str(_RETRY_AFTER)},
    )
