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


def files_lines(findings: Iterable[Finding], *, with_known: bool) -> Iterator[str]:
    """The lines about links to files, with ANSI colours; none where nothing was found.

    What is in a baseline is only counted, unless it is listed, too.
    """
    found = list(findings)
    told = [one for one in found if with_known or not one.known]
    yield from _by_file(told)
    known = len(found) - len(told)
    if known:
        are, them = ("is", "it") if known == 1 else ("are", "them")
        yield (
            f"{count(known, 'problem')} with links to files {are} in the baseline; -v lists {them}."
        )
        yield ""


def _by_file(findings: Iterable[Finding]) -> Iterator[str]:
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
