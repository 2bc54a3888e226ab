"""The configuration file that holds for some inputs: named, or found from there upwards.

It reads files, and knows their names. What is in them is the business of
`safelinks.files.data.configuration`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from safelinks.errors import SetupError
from safelinks.files.file_access import bytes_of
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.files.data.configuration import Configuration

__all__ = ["LocatedConfiguration", "named", "nearest"]

_OWN, _TOOLS = "safelinks.toml", "pyproject.toml"
_STANDARD_INPUT = "-"


@frozen
class LocatedConfiguration:
    """A configuration, and the directory that its paths begin at.

    One that was not `named` by the user may be anybody's, wherever it stands.
    """

    directory: Path
    content: Configuration
    named: bool = False


def named(file: str) -> LocatedConfiguration:
    """The configuration in that file. Raises SetupError and DocumentError, in one sentence."""
    found = _read(Path(file))
    if found is None:
        raise SetupError(f"{file}: no table [tool.safelinks] in this file")
    return evolve(found, named=True)


def nearest(inputs: Iterable[str]) -> LocatedConfiguration | None:
    """The configuration next above all of the inputs; of none, above the working directory."""
    return next(filter(None, map(_read, _candidates(inputs))), None)


def _candidates(inputs: Iterable[str]) -> Iterator[Path]:
    """The files there are, from the inputs upwards."""
    try:
        start = _common([_directory(name) for name in inputs] or [Path.cwd()])
    except OSError:  # the working directory is gone, so nothing is found from there
        return
    for directory in (start, *start.parents):
        for name in (_OWN, _TOOLS):
            path = directory / name
            if os.path.isfile(path):  # noqa: PTH113  never raises
                yield path
        if os.path.lexists(directory / ".git"):
            return


def _directory(name: str) -> Path:
    """The directory that an input is in; that it may be missing is found out later."""
    path = Path.cwd() if name == _STANDARD_INPUT else Path(os.path.abspath(name))  # noqa: PTH100
    return next((one for one in (path, *path.parents) if os.path.isdir(one)), path)  # noqa: PTH112


def _common(directories: list[Path]) -> Path:
    try:
        return Path(os.path.commonpath(directories))
    except ValueError:  # on several drives
        return Path.cwd()


def _read(path: Path) -> LocatedConfiguration | None:
    """The configuration in a file; None where it is of other tools only."""
    content = bytes_of(path)
    if path.name == _TOOLS and b"safelinks" not in content:
        return None  # without a parser having to be loaded
    from safelinks.files.data.configuration import parse  # noqa: PLC0415  tomllib, for those who have a file

    path = Path(os.path.abspath(path))  # noqa: PTH100  symbolic links stay
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    parsed = parse(content, str(shown))
    if parsed is None:
        return None
    return LocatedConfiguration(path.parent, parsed)
