"""`safelinks unwrap`: addresses in, targets out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from safelinks.addresses.printable import printable_url
from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.inputs import keep_redirectors, pasted_texts
from safelinks.cli.options.messages import complain, warn
from safelinks.cli.options.pasted_links import PastedLink, pasted_in
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.wrappers.redaction import link_redaction

if TYPE_CHECKING:
    from safelinks.catalog import Catalog

__all__ = ["unwrap_command"]

_FAILED = 1
_WHITE = pattern_of(r"\s")
_NETWORK_PATH = pattern_of(r"[/\\]{2}")


@click.command("unwrap", epilog=help_ending("unwrap"))
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option(
    "--json", "as_json", is_flag=True, help="Print all metadata as JSON, one object per line."
)
@keep_redirectors
@click.option("--show-recipients", is_flag=True, help="Print the recipients of the links.")
@catalog_options
@click.pass_context
def unwrap_command(
    context: click.Context,
    urls: tuple[str, ...],
    *,
    as_json: bool,
    keep_redirectors: bool,
    show_recipients: bool,
    chosen: Chosen,
) -> None:
    """Print the target of every URL, one per line.

    URL may be what was pasted: an address in brackets, quotes, Markdown or a sentence, one that was
    made harmless or has no scheme. Reads standard input without URL. Prints an address that is not
    wrapped as it is; one that has lost its target too, with a warning. On a terminal, also shows
    what is known of the link. Quote addresses in a shell, because they contain "&".
    """
    detailed = not as_json and _is_terminal()
    known = chosen.load() if as_json or detailed or chosen.files else None
    printing = _Printing(known, as_json=as_json, detailed=detailed, show=show_recipients)
    for text in urls or pasted_texts():
        links = pasted_in(text, keep_redirectors=keep_redirectors)
        if urls and not _is_wrapped(links) and (sentence := _what_is_a_file(text)) is not None:
            warn(sentence)
            click.echo(printable_url(text))
            printing.code = _FAILED
            continue
        for link in links:
            printing.link(link)
        if not links and (urls or not _WHITE.search(text)):
            printing.nothing(text)
    if not (urls or printing.printed):
        complain("<stdin>: no link found")
        printing.code = _FAILED
    context.exit(printing.code)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _is_wrapped(links: Sequence[PastedLink]) -> bool:
    return any(link.unwrapped is None or link.unwrapped.layers for link in links)


@define
class _Printing:
    """What is printed of links, and the exit code that comes of it."""

    catalog: Catalog | None
    as_json: bool
    detailed: bool
    show: bool
    code: int = 0
    printed: bool = False

    def nothing(self, text: str) -> None:
        """Say that there is no link in a text, which is printed as it may be shown."""
        shown = text if self.show else link_redaction.shown(text)
        self._failed(shown, f"no link in “{text}”")

    def link(self, link: PastedLink) -> None:
        """Print where a link leads, or why nobody knows."""
        unwrapped = link.unwrapped
        if unwrapped is None:
            shown = link.url if self.show else link_redaction.shown(link.url)
            self._failed(shown, str(link.error))
            return
        self.printed = True
        opaque = unwrapped.opaque
        if opaque is not None:
            self.code = _FAILED
            warn(str(opaque))
        if self.as_json:
            from safelinks.reports.unwrap_objects import unwrapped_object  # noqa: PLC0415  for --json only

            match = self.catalog.identify(unwrapped.target) if self.catalog else None
            click.echo(json.dumps(unwrapped_object(unwrapped, match, show=self.show)))
            return
        click.echo(printable_url(unwrapped.target if unwrapped.layers else link.url))
        if self.detailed and self.catalog is not None:
            from safelinks.cli.commands.link_details import details_of  # noqa: PLC0415  for terminals

            for line in details_of(link, self.catalog, show_recipients=self.show):
                click.echo(line)

    def _failed(self, shown: str, why: str) -> None:
        self.code, self.printed = _FAILED, True
        complain(why)
        failed = {"url": shown, "target": None, "error": why}
        click.echo(json.dumps(failed) if self.as_json else printable_url(shown))


def _what_is_a_file(name: str) -> str | None:
    """What to say of the name of a file here: whoever gives one means what is in it.

    What begins with two slashes is a host to Windows, which would be asked.
    """
    if _NETWORK_PATH.match(name) is not None or not os.path.exists(name):  # noqa: PTH110  whatever is in the name
        return None
    what = "directory" if os.path.isdir(name) else "file"  # noqa: PTH112
    return (
        f"{name} is a {what}, not an address; did you mean "
        f"`safelinks check {name}` or `safelinks clean {name}`?"
    )
