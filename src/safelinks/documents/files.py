"""Files: read, and replaced without ever being half-written.

With the walk that finds them, the HTTP session and the history, one of the places that touch the
world.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safelinks.errors import DocumentError, NotWritableError

__all__ = ["blocks_of", "bytes_of", "replace"]

_NEW = 0o666
_BLOCK = 1 << 20


def bytes_of(path: Path) -> bytes:
    """The content of a file. Raises DocumentError, in one sentence, where there is none."""
    with _told(path, "read", "read"):
        return path.read_bytes()


def blocks_of(path: Path) -> Iterator[bytes]:
    """The same, block by block."""
    with _told(path, "read", "read"), path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


@contextmanager
def _told(path: Path, do: str, done: str) -> Iterator[None]:
    """Within this block, what the system refuses to `do` is told in one sentence."""
    kind = DocumentError if do == "read" else NotWritableError
    try:
        yield
    except IsADirectoryError:
        raise kind(f"{path}: this is a directory; name a file in it") from None
    except FileNotFoundError:
        missing = "file" if do == "read" else "directory"
        raise kind(f"{path}: there is no such {missing}") from None
    except PermissionError:
        raise kind(f"{path}: no permission to {do} this file") from None
    except (OSError, ValueError) as error:
        raise kind(f"{path}: this file cannot be {done} ({_reason(error)})") from None


def replace(path: Path, content: Iterable[bytes], *, backup: str | None = None) -> bool:
    """Put `content` in the place of the file at `path`, whole or not at all.

    Gives whether that changed the file; one that stays the same is not touched. Mode, times and,
    where that is allowed, owner are kept; a symbolic link goes on pointing to the file. With
    `backup`, a suffix, the file is first copied to its name with that behind it, where there must
    be none yet. A file that is not there is made; a device or a pipe is written to. Raises
    NotWritableError where that cannot be done.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not (path.is_file() or path.is_dir()):
        with _told(path, "write", "written"), path.open("wb") as device:
            device.writelines(content)
        return True
    temporary: Path | None = None
    try:
        with _told(path, "write", "written"):
            if path.is_dir():
                raise IsADirectoryError
            handle, name = tempfile.mkstemp(prefix=".safelinks-", dir=path.parent)
            temporary = Path(name)
            file = os.fdopen(handle, "wb")
        with file:
            for piece in content:  # which may raise what it likes: nothing is replaced then
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        with _told(path, "write", "written"):
            if path.is_file() and filecmp.cmp(temporary, path, shallow=False):
                return False
            if backup:
                _back_up(path, path.with_name(path.name + backup))
            _copy_attributes(path, temporary)
            temporary.replace(path)
            temporary = None
            return True
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def _back_up(path: Path, backup: Path) -> None:
    """Copy the file at `path`; what is at `backup` already is worth more than a copy."""
    with _told(backup, "write", "written"):
        if os.path.lexists(backup):
            raise NotWritableError(
                f"{path}: its backup {backup.name} is there already, so nothing was changed; "
                "move that away, or choose another suffix"
            )
        shutil.copy2(path, backup)


def _copy_attributes(path: Path, new: Path) -> None:
    """Give `new` the mode, times and owner of the file at `path`, if there is one."""
    if not path.exists():
        new.chmod(_NEW & ~_umask())
        return
    status = path.stat()
    with suppress(OSError, AttributeError):
        os.chown(new, status.st_uid, status.st_gid)
    shutil.copystat(path, new)


def _umask() -> int:
    """What the user takes away from the mode of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
