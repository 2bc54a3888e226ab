"""The options that say which of the files at hand are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from attrs import field

from safelinks.cli.configuration.option_settings import ForOneRun
from safelinks.cli.options import shell_completion
from safelinks.cli.options.option_groups import Decorator, gathered
from safelinks.cli.options.path_exclusion import Excluded, excluded_by_option
from safelinks.foundation.values import frozen

__all__ = ["STANDARD_INPUT", "InputSelection", "selecting_options"]

STANDARD_INPUT = "-"

_OPTIONS: Sequence[Decorator] = (
    click.option(
        "--files-from",
        cls=ForOneRun,
        metavar="FILE",
        shell_complete=shell_completion.paths,
        help="Also read the files that this file lists, one per line or separated by NUL (- for "
        "standard input).",
    ),
    click.option(
        "--exclude-path",
        multiple=True,
        metavar="PATTERN",
        help="Skip files and directories that match this pattern (as in .gitignore).",
    ),
    click.option(
        "--no-gitignore",
        is_flag=True,
        help="In directories, also read files that .gitignore excludes.",
    ),
    click.option(
        "--vendored",
        is_flag=True,
        help="In directories, also read what package managers put there, such as node_modules and "
        "virtual environments.",
    ),
    click.option(
        "--skip-unreadable",
        is_flag=True,
        help="In directories, only warn about files without read permission.",
    ),
)


@frozen
class InputSelection:
    """Which files are read. What is `excluded` is left out everywhere, all else in directories.

    Without `gitignore`, directories are read with what git ignores, and with `vendored`, with what
    package managers put there. With `skip_unreadable`, what may not be read is left out. The file
    `files_from` lists more files. Without `reports`, those of earlier runs are left out.
    """

    excluded: Excluded = field(factory=Excluded)
    gitignore: bool = True
    vendored: bool = False
    skip_unreadable: bool = False
    files_from: str | None = None
    reports: bool = False

    def names(self, named: tuple[str, ...], *, beside: bool = False) -> tuple[str, ...]:
        """The names of inputs: standard input, where there are neither others nor some `beside`."""
        if self.files_from == STANDARD_INPUT in named:
            raise click.UsageError("- cannot be both a document and --files-from.")
        there = named or beside or self.files_from is not None
        return named if there else (STANDARD_INPUT,)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> InputSelection:
        """What the options say."""
        return cls(
            excluded_by_option(given["exclude_path"]),
            gitignore=not given["no_gitignore"],
            vendored=given["vendored"],
            skip_unreadable=given["skip_unreadable"],
            files_from=given["files_from"],
        )


# A command gets what is `reading`, made of these.
selecting_options = gathered(
    "reading",
    _OPTIONS,
    ("files_from", "exclude_path", "no_gitignore", "vendored", "skip_unreadable"),
    InputSelection.of,
)
