"""`--files-from`: the names in a list of files, as people and other programs write one."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["names_in_list"]


def names_in_list(content: bytes) -> Iterator[str]:
    """The names of files in a list, separated by NUL or one on a line.

    On lines, blank ones and those that begin with ``#`` are left out, and names may be quoted as
    git quotes them.

    >>> list(names_in_list(b"# changed\\na.md\\r\\n\\nb c.md\\n"))
    ['a.md', 'b c.md']
    """
    if b"\0" in content:
        yield from map(_path, filter(None, content.split(b"\0")))
        return
    for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        name = line.removesuffix(b"\r")
        if name.startswith(b'"'):
            from safelinks.files.git_output import unquoted  # noqa: PLC0415  few lists have such

            name = unquoted(name)
        if name.strip() and not line.startswith(b"#"):
            yield _path(name)


def _path(name: bytes) -> str:
    """The name of a file, which is never taken for standard input."""
    return os.fsdecode(b"./-" if name == b"-" else name)
