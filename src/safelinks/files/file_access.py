"""Files: read, and replaced whole or not at all.

With the walk that finds them, the HTTP session and the history, one of the places that touch the
world. All that this program writes goes through `replace`, but for the history and what it prints.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from attrs import field

from safelinks.errors import DocumentError, NotReadableError, NotWritableError
from safelinks.files.unfinished_files import PREFIX, SUFFIX, is_locked, remove_leftovers
from safelinks.foundation.values import define

if TYPE_CHECKING:
    from hashlib import blake2b

__all__ = ["FileReading", "bytes_of", "file_blocks", "held", "replace"]

_NEW = 0o666
_SPECIAL = 0o6000  # modes that give a program the rights of its file's owner
_BLOCK = 1 << 20
_ATTEMPTS = 100


@define
class FileReading:
    """The blocks of a file, in order; when they are read, it is known what the file held.

    Unless it is `watched`, that stays unknown, and nothing can be written in its place. Raises
    DocumentError, in one sentence, where there is none.
    """

    path: Path
    watched: bool = True
    _blocks: Generator[bytes] = field(init=False, repr=False)
    _hash: blake2b | None = field(init=False, repr=False)
    _is_whole: bool = field(default=False, init=False)
    _is_there: bool = field(default=True, init=False)

    def __attrs_post_init__(self) -> None:
        self._blocks, self._hash = self._read(), _new_hash() if self.watched else None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def _read(self) -> Generator[bytes]:
        with _told(self.path, "read", "read"), self.path.open("rb") as file:
            for block in _blocks_in(file):
                if self._hash is not None:
                    self._hash.update(block)
                yield block
            self._is_whole = True

    def close(self) -> None:
        """Let go of the file: what was not read of it is not known."""
        self._blocks.close()

    def digest(self) -> bytes | None:
        """The digest of all that was in the file; None if there was no file.

        Of what was not read to the end, it is that of nothing.
        """
        if not self._is_there:
            return None
        for _ in self:
            pass
        return self._hash.digest() if self._hash is not None and self._is_whole else b""


def held(path: Path, content: bytes | None) -> FileReading:
    """What is known of a file that was read elsewhere; None is of one that was not there."""
    reading = FileReading(path)
    reading._is_there = content is not None  # noqa: SLF001
    reading._blocks = (block for block in tuple[bytes]())  # noqa: SLF001
    reading._is_whole = True  # noqa: SLF001
    if content is not None:
        reading._hash.update(content)  # type: ignore[union-attr]  # noqa: SLF001
    return reading


def file_blocks(path: Path, *, watched: bool = True) -> FileReading:
    """The content of a file, block by block, to be gone through once."""
    return FileReading(path, watched)


def bytes_of(path: Path) -> bytes:
    """The content of a file. Raises DocumentError, in one sentence, where there is none."""
    with _told(path, "read", "read"):
        return path.read_bytes()


@contextmanager
def _told(path: Path, do: str, done: str) -> Iterator[None]:
    """Within this block, what the system refuses to `do` is told in one sentence."""
    is_read = do == "read"
    kind = DocumentError if is_read else NotWritableError
    refused = NotReadableError if is_read else NotWritableError
    try:
        yield
    except IsADirectoryError:
        raise kind(f"{path}: this is a directory; use a file in it") from None
    except FileNotFoundError:
        if is_read:
            raise kind(f"No such file: {path}") from None
        raise kind(f"{path}: its directory does not exist") from None
    except PermissionError:
        raise refused(f"{path}: no permission to {do} this file") from None
    except OSError as error:
        raise refused(f"{path}: this file cannot be {done} ({_reason(error)})") from None
    except ValueError as error:
        raise kind(f"{path}: this file cannot be {done} ({error})") from None


def replace(
    path: Path,
    content: Iterable[bytes],
    *,
    backup: str | None = None,
    since: FileReading | None = None,
    swept: set[Path] | None = None,
) -> bool:
    """Put `content` in the place of the file at `path`, whole or not at all.

    Gives whether that changed the file; one that stays the same is not touched. Mode, times,
    extended attributes and, where that is allowed, owner are kept; a symbolic link goes on pointing
    to the file. A file with several names is left alone, for it would part from the others. With
    `backup`, a suffix, the file is first copied to its name with that behind it, where there must
    be none yet, but for the same. With `since`, nothing is replaced if the file does not hold any
    more what was read then. A file that is not there is made; a device or a pipe is written to.

    What killed runs have left beside the file is removed, unless its directory is one of `swept`,
    to which it is added. Raises NotWritableError where the file cannot be replaced.
    """
    with _told(path, "write", "written"):
        path = Path(os.path.realpath(path))
        is_special = path.exists() and not (path.is_file() or path.is_dir())
    if is_special:
        _write_through(path, content)
        return True
    with _told(path, "write", "written"):
        if path.is_dir():
            raise IsADirectoryError
        if path.is_symlink():
            raise NotWritableError(
                f"{path}: this symbolic link leads to itself; remove it, or use another file"
            )
        if swept is None or path.parent not in swept:
            remove_leftovers(path.parent)
        if swept is not None:
            swept.add(path.parent)
    with _writing(path) as (new, file):
        for piece in content:  # which may raise what it likes: nothing is replaced then
            with _told(path, "write", "written"):
                file.write(piece)
        with _told(path, "write", "written"):
            _settle(file)
            return _put(path, new, file, backup, since)


@contextmanager
def _writing(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside `path`. What else is raised within this block is not about that one."""
    making = _temporary(path.parent)
    with _told(path, "write", "written"):
        made = making.__enter__()
    try:
        yield made
    finally:
        making.__exit__(None, None, None)


@contextmanager
def _temporary(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file in `folder`, with its name; it is removed at the end, if it still has that."""
    handle, path = _made(folder)
    try:
        file = os.fdopen(handle, "wb")
        try:
            yield path, file
        finally:
            with suppress(OSError):  # what was to be written was flushed before, or has failed
                file.close()
    finally:
        with suppress(OSError):
            path.unlink()


def _made(folder: Path) -> tuple[int, Path]:
    import tempfile  # noqa: PLC0415  with random numbers and archives; only who writes pays

    for _ in range(_ATTEMPTS):
        handle, name = tempfile.mkstemp(SUFFIX, PREFIX, folder)
        # Until it is locked, it looks like a leftover: somebody may have removed it.
        if not is_locked(handle, wait=True) or os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)
    raise OSError("no file can be created here")


def _write_through(path: Path, content: Iterable[bytes]) -> None:
    """Write to a device or a pipe."""
    with _told(path, "write", "written"):
        device = path.open("wb")
    try:
        for piece in content:
            with _told(path, "write", "written"):
                device.write(piece)
        with _told(path, "write", "written"):
            device.flush()
    finally:
        with suppress(OSError):
            device.close()


def _settle(file: BinaryIO) -> None:
    """Have what was written survive all that may become of this machine."""
    file.flush()
    os.fsync(file.fileno())


def _put(
    path: Path, new: Path, file: BinaryIO, backup: str | None, since: FileReading | None
) -> bool:
    """Give the file `new` the name `path`, if nothing speaks against that."""
    if os.path.lexists(path):
        with _still_there(path):
            if not _is_to_be_replaced(path, new, backup, since):
                return False
    elif since is not None and since.digest() is not None:
        raise _changed(path)
    else:
        new.chmod(_NEW & ~_umask())
    if os.name == "nt":  # which renames no file that is open
        file.close()
    new.replace(path)
    return True


def _is_to_be_replaced(
    path: Path, new: Path, backup: str | None, since: FileReading | None
) -> bool:
    """Whether `new` differs from the file at `path`; then it gets its attributes.

    Raises NotWritableError where something speaks against replacing it.
    """
    before = path.stat()
    is_same, digest = _compared(path, new)
    if since is not None and since.digest() != digest:
        raise _changed(path)
    if is_same:
        return False
    if before.st_nlink > 1:
        raise NotWritableError(
            f"{path}: this file has {before.st_nlink} names (hard links), so it "
            "was not changed; copy it first, or use another file"
        )
    if backup:
        _back_up(path, path.with_name(path.name + backup), digest)
    _copy_attributes(path, new)
    if _state(path.stat()) != _state(before):
        raise _changed(path)
    return True


@contextmanager
def _still_there(path: Path) -> Iterator[None]:
    """Within this block, a file that is gone is one that changed."""
    try:
        yield
    except FileNotFoundError:
        if os.path.lexists(path):
            raise
        raise _changed(path) from None


def _compared(path: Path, new: Path) -> tuple[bool, bytes]:
    """Whether two files hold the same, and the digest of the first."""
    is_same, told = True, _new_hash()
    with path.open("rb") as one, new.open("rb") as other:
        for block in _blocks_in(one):
            told.update(block)
            is_same = is_same and block == other.read(len(block))
        return is_same and not other.read(1), told.digest()


def _back_up(path: Path, backup: Path, digest: bytes) -> None:
    """Copy the file at `path`; what is at `backup` already is worth more than a copy."""
    taken = NotWritableError(
        f"{path}: its backup {backup.name} already exists, so nothing "
        "was changed; move it, or use another suffix"
    )
    with _told(backup, "write", "written"):
        if os.path.lexists(backup):
            if backup.is_symlink() or not backup.is_file() or _digest_of(backup) != digest:
                raise taken
            return  # a run was killed before it could replace the file
        import shutil  # noqa: PLC0415  with formats of archives; only who writes pays

        with (
            _still_there(path),
            _temporary(path.parent) as (copy, file),
            path.open("rb") as old,
        ):
            shutil.copyfileobj(old, file, _BLOCK)
            _settle(file)
            if _digest_of(copy) != digest:
                raise _changed(path)
            _copy_attributes(path, copy)
            if os.name == "nt":
                file.close()
            try:
                os.link(copy, backup)  # never in the place of what is there
            except FileExistsError:
                raise taken from None
            except OSError:  # not every file system has that
                copy.rename(backup)


def _changed(path: Path) -> NotWritableError:
    return NotWritableError(
        f"{path}: this file changed since it was read, so it was not changed; run this again"
    )


def _state(status: os.stat_result) -> tuple[int, ...]:
    """What of a file changes whenever somebody writes to it."""
    own = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_nlink)
    return own if os.name == "nt" else (*own, status.st_ctime_ns)


def _copy_attributes(path: Path, new: Path) -> None:
    """Give `new` the mode, times, extended attributes and owner of the file at `path`."""
    import shutil  # noqa: PLC0415  as above

    status = path.stat()
    if hasattr(os, "chown"):
        for owner in (status.st_uid, -1):  # the group alone may be allowed
            with suppress(OSError):
                os.chown(new, owner, status.st_gid)
                break
    shutil.copystat(path, new)
    if status.st_mode & _SPECIAL and new.stat().st_uid != status.st_uid:
        new.chmod(status.st_mode & 0o7777 & ~_SPECIAL)


def _umask() -> int:
    """What the user takes away from the mode of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _blocks_in(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _digest_of(path: Path) -> bytes:
    told = _new_hash()
    with path.open("rb") as file:
        for block in _blocks_in(file):
            told.update(block)
    return told.digest()


def _new_hash() -> blake2b:
    from hashlib import blake2b  # noqa: PLC0415  with OpenSSL; only who may write pays

    return blake2b(digest_size=32)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
