"""Links to files in the report for a terminal: file by file, each with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from safelinks.reports.wording.address_names import where
from safelinks.reports.wording.phrases import address_on_one_line, count, on_one_line
from safelinks.rules import Finding, Level

__all__ = ["files_lines"]

_OF_LEVEL = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}
_MARGIN = " " * 13


def files_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The lines about links to files, with ANSI colours; none where nothing was found."""
    for file, found in groupby(findings, key=lambda one: one.file):
        ones = list(found)
        heading = f"In {on_one_line(file)}: {count(len(ones), 'problem')} with links to files"
        yield click.style(heading, bold=True)
        for one in ones:
            known = " (known)" if one.known else ""
            coded = click.style(f"{one.level} {one.code}", fg=_OF_LEVEL[one.level])
            column = f", column {one.place.column}" if one.place.column is not None else ""
            shown = f"“{address_on_one_line(one.url)}”, {where([one.place])}{column}"
            yield f"  {'file':9}  {shown}"
            yield f"{_MARGIN}{coded} {on_one_line(one.message)}{known}"
            if one.replacement is not None:
                does = " (--fix does this)" if one.fixable else ""
                yield f"{_MARGIN}replace with {address_on_one_line(one.replacement)}{does}"
        yield ""
