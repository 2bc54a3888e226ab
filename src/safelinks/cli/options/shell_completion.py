"""What a shell may put in the place of an unfinished word, where a type does not tell click.

Each of these is a `shell_complete` of click's. It runs at a press of a key, so it loads only what
it offers; it must not complain, whatever has been typed so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

__all__ = ["among", "paths", "selectors"]

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def paths(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """The files and directories that begin so, which the shell itself looks for."""
    return [CompletionItem(incomplete, type="file")]


def among(names: Iterable[str]) -> Completer:
    """What completes to one of `names`, for options that take more than a name."""

    def complete(
        _: click.Context, __: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]

    return complete


def selectors(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """The codes and names of rules that begin so; of several between commas, the last."""
    from safelinks.rules import RULES  # noqa: PLC0415  with the catalog, too much for `--help`

    before, comma, begun = incomplete.rpartition(",")
    titles = {rule.code: rule.title for rule in RULES.values()}
    if begun:  # codes are in order; names are for who knows how one begins
        titles |= {rule.name: rule.title for rule in RULES.values()}
    return [
        CompletionItem(f"{before}{comma}{selector}", help=title)
        for selector, title in titles.items()
        if selector.lower().startswith(begun.lower())
    ]
