"""Files that are being written: under names that nobody else makes, and gone with their writer.

A writer keeps its file locked. What a killed one leaves behind is locked by nobody, and is removed
by whoever writes to that directory next.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from safelinks.foundation.patterns import pattern_of

__all__ = ["PREFIX", "SUFFIX", "is_locked", "remove_leftovers"]

PREFIX, SUFFIX = ".safelinks-", ".partial"
_NAME = pattern_of(r"\.safelinks-[a-z0-9_]{8}\.partial")  # what `tempfile` puts between them


def remove_leftovers(folder: Path) -> None:
    """Remove what killed runs have left in `folder`; nothing that is anybody else's."""
    with suppress(OSError):
        with os.scandir(folder) as entries:
            names = [entry.path for entry in entries if _NAME.fullmatch(entry.name)]
        for name in names:
            with suppress(OSError):
                _remove(name)


def _remove(name: str) -> None:
    if sys.platform == "win32":
        os.unlink(name)  # noqa: PTH108  which fails for a file that somebody has open
        return
    handle = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if (
            stat.S_ISREG(status.st_mode)
            and status.st_uid == os.geteuid()
            and is_locked(handle, wait=False)
            and os.path.samestat(status, os.lstat(name))
        ):
            os.unlink(name)  # noqa: PTH108
    finally:
        os.close(handle)


def is_locked(handle: int, *, wait: bool) -> bool:
    """Lock a file until it is closed; False where that is not possible, or somebody else has."""
    if sys.platform == "win32":
        return False
    import fcntl  # noqa: PLC0415  Windows has none

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
