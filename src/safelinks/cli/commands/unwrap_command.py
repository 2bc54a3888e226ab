"""`safelinks unwrap`: addresses in, targets out."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

import click

from safelinks.addresses.printable import printable_url
from safelinks.cli.options.catalog_options import Chosen, catalog_options
from safelinks.cli.options.help_endings import help_ending
from safelinks.cli.options.inputs import addresses, keep_redirectors
from safelinks.cli.options.messages import complain, warn
from safelinks.errors import SafelinksError
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.redaction import link_redaction
from safelinks.wrappers.safelink import SafeLink
from safelinks.wrappers.unwrapping import Unwrapped
from safelinks.wrappers.unwrapping import unwrap as unwrap_url

if TYPE_CHECKING:
    from safelinks.catalog import Match

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
            match = known.identify(unwrapped.target) if known else None
            click.echo(json.dumps(_metadata(unwrapped, match, show=show_recipients)))
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


def _metadata(unwrapped: Unwrapped, match: Match | None, *, show: bool) -> dict[str, object]:
    """All metadata. The target is exact; the wrapped link is shown without recipients."""
    link = unwrapped.safe_link
    opaque = unwrapped.opaque
    known = unwrapped.recipients

    def shown(url: str) -> str:
        return url if show else link_redaction.shown(url, known)

    return {
        "url": shown(unwrapped.url),
        "target": unwrapped.target,
        "layers": [
            {
                "wrapper": layer.wrapper,
                "url": shown(layer.url),
                "target": shown(layer.target),
            }
            for layer in unwrapped.layers
        ],
        "opaque": None
        if opaque is None
        else {"wrapper": opaque.wrapper, "kind": str(opaque.kind), "domain": opaque.domain},
        "match": _match(match) if match else None,
        "safe_link": None if link is None else _safe_link(link, show=show),
    }


def _match(match: Match) -> dict[str, object] | None:
    """What the catalog says of the target; None where it does not know it."""
    resource, body = match.resource, match.agency or match.owner
    if body is None:
        return None
    return {
        "rule": int(match.rule),
        "score": round(match.score, 2),
        "resource": resource.id if resource else None,
        "name": resource.name if resource else body.name,
        "agency": body.acronym,
        "current_url": match.current_url,
    }


def _safe_link(link: SafeLink, *, show: bool) -> dict[str, object]:
    """The metadata of a layer; the recipient and the ids of a chat only if `show`."""
    teams = link.teams
    return {
        "form": str(link.form),
        "region": link.region,
        "app": link.app,
        "version": link.version,
        "type": link.type,
        "recipient": link.recipient if show else None,
        "message_id": str(link.message_id) if link.message_id else None,
        "tenant": str(link.tenant) if link.tenant else None,
        "flags": list(link.flags),
        "ticks": link.ticks,
        "sent_at": _time(link.sent_at),
        "wrapped_at": _time(link.wrapped_at),
        "verdict": link.verdict,
        "source": link.source,
        "client": dict(link.client) if link.client else None,
        "code": link.code,
        "sdata": link.sdata,
        "reserved": link.reserved,
        "locale": teams.locale if teams else None,
        "conversation_id": teams.conversation_id if teams and show else None,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
