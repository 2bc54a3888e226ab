"""`safelinks wrappers`: what is known of those who rewrite links."""

from __future__ import annotations

import json

import click

from safelinks.wrappers.safelink import SafeLink
from safelinks.wrappers.vendors.carriers import Carrier
from safelinks.wrappers.vendors.link_ends import AS_IT_STANDS
from safelinks.wrappers.vendors.wrapper_row import secret
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS, Kind, Wrapper

__all__ = ["wrappers_command"]

_MOST_HOSTS = 3
_MICROSOFT = Wrapper(
    "safe-links",
    SafeLink.wrapper,
    Kind.SECURITY,
    (
        "*.safelinks.protection.outlook.com",
        "*.safelinks.protection.office365.us",
        "*.safelinks.protection.partner.outlook.cn",
        "statics.teams.cdn.office.net",
        "outlook.office.com",
    ),
    AS_IT_STANDS,
    secret("data pc si sd"),
    Carrier("(?P<target>.*)", lambda match: SafeLink.parse(match["target"]).target),
)


@click.command("wrappers")
@click.option(
    "--json", "as_json", is_flag=True, help="Print all hosts as JSON, one object per line."
)
def wrappers_command(*, as_json: bool) -> None:
    """List the known services that wrap links.

    "decoded" links contain their target, which is read on this machine. The target of "opaque"
    links is known to the service only. Links of the kinds "security" and "tracker" are never
    requested, because that would count as a click of the recipient.
    """
    rows = (_MICROSOFT, *WRAPPERS)
    if as_json:
        for row in rows:
            click.echo(json.dumps(_as_dict(row)))
        return
    width = max(len(row.name) for row in rows)
    for row in rows:
        done = "opaque" if row.opaque else "decoded"
        more = len(row.hosts) - _MOST_HOSTS
        hosts = ", ".join(row.hosts[:_MOST_HOSTS]) + (f" and {more} more" if more > 0 else "")
        click.echo(f"{row.name:{width}}  {row.kind:10}  {done:7}  {hosts}")


def _as_dict(row: Wrapper) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": str(row.kind),
        "opaque": row.opaque,
        "hosts": list(row.hosts),
    }
