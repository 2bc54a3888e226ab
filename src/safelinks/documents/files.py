"""Files: found, read, and replaced without ever being half-written.

With the HTTP session and the history, one of the three places that touch the world.
"""

from __future__ import annotations

import filecmp
import glob
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safelinks.errors import DocumentError

__all__ = ["blocks_of", "bytes_of", "files_in", "replace"]

_NEW = 0o666
_BLOCK = 1 << 20
_WILD = frozenset("*?[")


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
    try:
        yield
    except IsADirectoryError:
        raise DocumentError(f"{path}: this is a directory; name a file in it") from None
    except FileNotFoundError:
        raise DocumentError(f"{path}: there is no such file") from None
    except PermissionError:
        raise DocumentError(f"{path}: no permission to {do} this file") from None
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: this file cannot be {done} ({_reason(error)})") from None


def files_in(source: str | Path) -> list[Path] | None:
    """The files that `source` stands for: those of a directory, or that match a pattern, in order.

    None where it is itself the name of one file. Names that begin with a dot are left out, as are
    links to directories. Raises DocumentError where there is no such file at all.
    """
    path = Path(source)
    try:
        if path.is_dir():
            return sorted(_walk(path))
        if path.exists() or not _WILD & set(str(source)):
            return None
        found = [Path(name) for name in glob.glob(str(source), recursive=True)]  # noqa: PTH207
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: this cannot be searched ({_reason(error)})") from None
    files = sorted(one for one in found if one.is_file())
    if not files:
        raise DocumentError(
            f"{path}: there is no such file, nor one that this matches as a pattern"
        )
    return files


def _walk(directory: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(directory):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield path


def replace(path: Path, content: Iterable[bytes], *, backup: str | None = None) -> bool:
    """Put `content` in the place of the file at `path`, whole or not at all.

    Gives whether that changed the file; one that stays the same is not touched. Mode,
    times and, where that is allowed, owner are kept; a symbolic link goes on pointing to the file.
    With `backup`, a suffix, the file is first copied to its name with that behind it. Raises
    DocumentError where it cannot be written. A file that is not there yet is made.
    """
    path = Path(os.path.realpath(path))
    temporary: Path | None = None
    try:
        with _told(path, "write", "written"):
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
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
                shutil.copy2(path, path.with_name(path.name + backup))
            _copy_attributes(path, temporary)
            temporary.replace(path)
            temporary = None
            return True
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


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
