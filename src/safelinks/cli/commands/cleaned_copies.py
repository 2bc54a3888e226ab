"""Where `clean -o DIR/` writes the copy of each file: below the directory, none over another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

__all__ = ["copies_in"]

_WILD = "*?["


def copies_in(directory: Path, files: Iterable[tuple[str, str | None]]) -> dict[str, Path]:
    """The copy of each file, each of which comes with the directory or pattern it was found by.

    What was found in a directory has the same path in the other one; a file that was named has its
    name. What lies in `directory` itself is left out. Raises click.UsageError where two copies
    would be one file, one would take the place of a file to clean, or a symbolic link leads to some
    other file.
    """
    top = os.path.realpath(directory)
    wanted: dict[str, tuple[str, str | None]] = {}
    for name, folder in files:
        real = os.path.realpath(name)
        if folder is None or not Path(real).is_relative_to(top):
            wanted.setdefault(real, (name, folder))
    copies: dict[str, Path] = {}
    taken: dict[str, str] = {}
    for name, folder in wanted.values():
        copy = directory / _path_below(name, folder)
        at = os.path.realpath(copy)
        if at in wanted:
            raise click.UsageError(f"{copy} is one of the files to clean. Use another directory.")
        if copy.is_symlink() or not Path(at).is_relative_to(top):
            raise click.UsageError(
                f"A symbolic link leads from {copy} to {at}. Remove the link, or use another "
                "directory."
            )
        if taken.setdefault(at, name) != name:
            raise click.UsageError(
                f"{taken[at]} and {name} would both be written to {copy}. Clean them one by one."
            )
        copies[name] = copy
    return copies


def _path_below(name: str, folder: str | None) -> str:
    """The path of a file from the directory that it was found in, or its name."""
    if folder is None:
        return Path(name).name
    parts = Path(folder).parts
    wild = next((at for at, part in enumerate(parts) if set(_WILD) & set(part)), len(parts))
    below = os.path.relpath(name, Path(*parts[:wild]) if wild else os.curdir)
    return Path(name).name if below.startswith(os.pardir) else below
