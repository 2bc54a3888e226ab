"""What a configuration file must not say: all of one that was found, some of one that was named.

A file that nobody named may be a stranger's. It may decide what is looked for and how that is said;
it must not take a guard away, show people, send secrets, or reach for files that are not below it.
Which settings these are stands in `setting_permissions`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PureWindowsPath

from safelinks.cli.configuration.config_file import LocatedConfiguration
from safelinks.cli.configuration.option_settings import VARIABLE_PREFIX, Setting
from safelinks.cli.configuration.setting_permissions import Power
from safelinks.errors import SetupError
from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.policy_settings import variables

__all__ = ["refuse"]

_HEADERS = f"{VARIABLE_PREFIX}HEADER"
# What no path below a directory begins with, elsewhere: a home, a drive of Windows, a share.
_ELSEWHERE = pattern_of(r"~|[A-Za-z]:|\\")


def refuse(found: LocatedConfiguration, settings: Iterable[Setting]) -> None:
    """Raise SetupError for the first thing in `found` that it must not say, with the way out."""
    for setting in settings:
        value = found.content.get(setting.key)
        if value is None:
            continue
        if not found.named:
            _refuse_power(setting, value, found)
        _refuse_variables(setting, value, found)


def _refuse_power(setting: Setting, value: object, found: LocatedConfiguration) -> None:
    if setting.about.power is Power.BY_HAND:
        if value not in (False, []):  # which takes nothing away: it is the default
            where = found.content.where(*setting.path)
            raise SetupError(
                f"{where}: {setting.key} cannot be set in a file that was found automatically; "
                f"{_way_out(setting, found)}"
            )
        return
    for inner, text in _texts(value):
        path = setting.path_in(text)
        wrong = None if path is None else _objection(path, found.directory)
        if wrong is not None:
            where = found.content.where(*setting.path, *inner)
            raise SetupError(
                f"{where}: {setting.key} names a file {wrong} of this "
                "file, which was found automatically; "
                f"{_way_out(setting, found)}"
            )


def _refuse_variables(setting: Setting, value: object, found: LocatedConfiguration) -> None:
    """Refuse variables of the environment that it has not set apart for safelinks."""
    if setting.about.value_after is None:
        return
    named = variables(os.environ.get(_HEADERS, ""))
    for inner, text in _texts(value):
        for name in variables(text):
            if not name.startswith(VARIABLE_PREFIX) and name not in named:
                where = found.content.where(*setting.path, *inner)
                renamed = f"{VARIABLE_PREFIX}{name}"
                raise SetupError(
                    f"{where}: {setting.key} takes {name}, and a file gets variables of the "
                    f"environment only if they begin with {VARIABLE_PREFIX}; call it {renamed}, or "
                    f"set {_HEADERS}"
                )


def _way_out(setting: Setting, found: LocatedConfiguration) -> str:
    return (
        f"give --{setting.path[-1]}, set {setting.variable}, or use the file with --config"
        f" {found.content.name}"
    )


def _texts(value: object) -> Iterator[tuple[tuple[int, ...], str]]:
    """The strings in a value, each with where in it that is."""
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, list):
        yield from (((at,), text) for at, text in enumerate(value) if isinstance(text, str))


def _objection(path: str, directory: Path) -> str | None:
    """What is wrong with a file that a configuration in `directory` names, None for nothing."""
    if _is_outside(path, directory):
        return "outside the directory"
    real = os.path.realpath(directory / path.replace("\0", ""))
    inner = Path(real).relative_to(os.path.realpath(directory)).parts
    return "of git in the directory" if ".git" in map(str.lower, inner) else None


def _is_outside(path: str, directory: Path) -> bool:
    """Whether a file is not below `directory`, in whichever way its path is read.

    That is with its dots and without, through symbolic links, and as Windows has it.
    """
    if "\0" in path:
        return False  # no file at all, which is told elsewhere
    if os.name != "nt" and (_ELSEWHERE.match(path) or _climbs_on_windows(path)):
        return True
    top = os.path.realpath(directory)
    spellings = (directory / path, os.path.normpath(directory / path))
    return not all(Path(os.path.realpath(one)).is_relative_to(top) for one in spellings)


def _climbs_on_windows(path: str) -> bool:
    return "\\" in path and ".." in PureWindowsPath(path).parts
