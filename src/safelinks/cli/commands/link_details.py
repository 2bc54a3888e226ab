"""What `unwrap` shows of a link on a terminal: when it was sent, in which tenant, what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from safelinks.addresses.printable import printable, printable_url
from safelinks.cli.options.pasted_links import PastedLink
from safelinks.wrappers.redaction import link_redaction

if TYPE_CHECKING:
    from safelinks.catalog import Catalog, Match

__all__ = ["details_of"]

_WIDTH = 10


def details_of(link: PastedLink, catalog: Catalog, *, show_recipients: bool) -> Iterator[str]:
    """Lines about a link whose target is known, each with a word that says what it is."""
    unwrapped = link.unwrapped
    if unwrapped is None:
        return
    known = unwrapped.recipients
    if unwrapped.layers:
        yield _line("wrapped by", ", ".join(layer.wrapper for layer in unwrapped.layers))
    if (moment := unwrapped.wrapped_at or unwrapped.sent_at) is not None:
        yield _line("sent", _moment(moment))
    if unwrapped.tenant is not None:
        yield _line("tenant", str(unwrapped.tenant))
    if show_recipients and unwrapped.recipient:
        yield _line("recipient", unwrapped.recipient)
    match = catalog.identify(unwrapped.target)
    if (name := _name_of(match)) is not None:
        yield _line("leads to", name)
    if match.renamed and match.current_url is not None:
        yield _line("now at", printable_url(match.current_url))
    doubts = [one.reason for one in catalog.suspicions(unwrapped.target)]
    if link.shows is not None:
        doubts.append(f"the text shows {link.shows}")
    for doubt in doubts or ["nothing suspicious found"]:
        yield _line("warning" if doubts else "looks", link_redaction.shown(doubt, known))


def _line(word: str, what: str) -> str:
    return f"  {word:{_WIDTH}}  {printable(what)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _name_of(match: Match) -> str | None:
    """What an address is; None of one that nobody knows."""
    if match.resource is not None:
        return f"{match.resource.name} ({match.resource.agency})"
    body = match.agency or match.owner
    return f"a page of {body.name}" if body is not None else match.site
