"""Files: found, read, and replaced without ever being half-written.

With the HTTP session and the history, one of the three places that touch the world.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from safelinks.errors import DocumentError

__all__ = ["bytes_of", "files_in", "replace"]

_NEW = 0o666
_WILD = frozenset("*?[")


def bytes_of(path: Path) -> bytes:
    """The content of a file. Raises DocumentError, in one sentence, where there is none."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise DocumentError(f"{path}: this is a directory; name the files in it") from None
    except FileNotFoundError:
        raise DocumentError(f"{path}: there is no such file") from None
    except PermissionError:
        raise DocumentError(f"{path}: no permission to read this file") from None
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: this file cannot be read ({_reason(error)})") from None


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


def replace(path: Path, content: bytes, *, backup: str | None = None) -> None:
    """Put `content` in the place of the file at `path`, whole or not at all.

    Mode, times and, where that is allowed, owner are kept; a symbolic link goes on pointing to the
    file. With `backup`, a suffix, the file is first copied to its name with that behind it. Raises
    DocumentError where it cannot be written. A file that is not there yet is made.
    """
    path = Path(os.path.realpath(path))
    temporary: str | None = None
    try:
        if backup:
            shutil.copy2(path, path.with_name(path.name + backup))
        status = path.stat() if path.exists() else None
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if status is None:
            Path(temporary).chmod(_NEW & ~_umask())
        else:
            with suppress(OSError, AttributeError):
                os.chown(temporary, status.st_uid, status.st_gid)
            shutil.copystat(path, temporary)
        Path(temporary).replace(path)
        temporary = None
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: this file cannot be written ({_reason(error)})") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()


def _umask() -> int:
    """What the user takes away from the mode of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
