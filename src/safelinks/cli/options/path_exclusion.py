"""Which files `--exclude-path` leaves out, by patterns as in a `.gitignore`.

Patterns are relative to the configuration that they are from, else to the working directory. They
hold for files that are named as well: whoever hands over a list of files need not know them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import field
from click.core import ParameterSource

from safelinks.cli.options.configured_command import CONFIG_DIRECTORY
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.files.ignore_patterns import IgnorePatterns

__all__ = ["Excluded", "excluded_by_option"]


@frozen
class Excluded:
    """The files that `patterns` leave out, seen from the directory `base`."""

    patterns: Sequence[str] = ()
    base: str = "."
    _rules: IgnorePatterns | None = field(init=False, repr=False)

    @_rules.default
    def _parsed(self) -> IgnorePatterns | None:
        if not self.patterns:
            return None
        from safelinks.files.ignore_patterns import IgnorePatterns  # noqa: PLC0415  few have patterns

        lines = (pattern.replace("\n", "?") for pattern in self.patterns)
        return IgnorePatterns.parse(os.fsencode("\n".join(lines)), "")

    def pattern_for(self, path: str) -> str | None:
        """The pattern that leaves out the file at `path`, or a directory that it is in."""
        if self._rules is None:
            return None
        from safelinks.files.ignore_patterns import DIRECTORY_MARK as FOLDER  # noqa: PLC0415  as for `_rules`

        *folders, name = self._parts(path)
        below = b""
        for part, end in (*((folder, FOLDER) for folder in folders), (name, b"")):
            below += os.fsencode(part)
            rule = self._rules.match(below + end)
            if rule is not None and not rule.negated:
                return self.patterns[rule.line - 1]
            below += b"/"
        return None

    def _parts(self, path: str) -> list[str]:
        """The names on the way to `path` from the base; of one elsewhere, from where ways part."""
        try:
            below = Path(os.path.relpath(path, self.base))
        except ValueError:  # on another drive
            below = Path(path)
        parts = [part for part in below.parts if part not in (os.pardir, below.anchor)]
        return parts or [path]


def excluded_by_option(patterns: Sequence[str]) -> Excluded:
    """The files that the option of the current command leaves out."""
    context = click.get_current_context()
    from_file = context.get_parameter_source("exclude_path") is ParameterSource.DEFAULT_MAP
    base = context.meta.get(CONFIG_DIRECTORY) if from_file else None
    return Excluded(tuple(patterns), str(base or "."))
