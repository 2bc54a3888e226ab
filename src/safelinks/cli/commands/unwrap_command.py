"""`safelinks unwrap`: addresses in, targets out."""

from __future__ import annotations

import json
import os

import click

from safelinks.addresses.printable import printable_url
from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.inputs import addresses, keep_redirectors
from safelinks.cli.options.messages import complain, warn
from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.redaction import link_redaction
from safelinks.wrappers.unwrapping import unwrap as unwrap_url

__all__ = ["unwrap_command"]

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

    Reads addresses from standard input without URL, one per line. Prints an address that is not
    wrapped as it is; one that has lost its target too, with a warning. Quote addresses in a
    shell, because they contain "&".
    """
    code = 0
    known = chosen.load() if as_json or chosen.files else None
    for url in urls or addresses():
        try:
            unwrapped = unwrap_url(url, keep_redirectors=keep_redirectors)
        except SafelinksError as error:
            code = 1
            complain(str(error))
            shown = url if show_recipients else link_redaction.shown(url)
            failed = {"url": shown, "target": None, "error": str(error)}
            click.echo(json.dumps(failed) if as_json else printable_url(shown))
            continue
        opaque = unwrapped.opaque
        if opaque is not None:
            code = 1 if opaque.kind.personal else code
            warn(str(opaque))
        if urls and not unwrapped.layers:
            _say_what_is_a_file(url)
        if as_json:
            from safelinks.reports.unwrap_objects import unwrapped_object  # noqa: PLC0415  for --json only

            match = known.identify(unwrapped.target) if known else None
            click.echo(json.dumps(unwrapped_object(unwrapped, match, show=show_recipients)))
        else:
            click.echo(printable_url(unwrapped.target))
    context.exit(code)


def _say_what_is_a_file(name: str) -> None:
    """Whoever names a file here means what is in it.

    What begins with two slashes is a host to Windows, which would be asked.
    """
    if _NETWORK_PATH.match(name) is None and os.path.exists(name):  # noqa: PTH110  whatever is in the name
        what = "directory" if os.path.isdir(name) else "file"  # noqa: PTH112
        warn(
            f"{name} is a {what}, not an address; did you mean "
            f"`safelinks check {name}` or `safelinks clean {name}`?"
        )
