"""What is known of one unwrapped address, as an object of JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from safelinks.wrappers.redaction import link_redaction
from safelinks.wrappers.safelink import SafeLink
from safelinks.wrappers.unwrapping import Unwrapped

if TYPE_CHECKING:
    from safelinks.catalog import Match

__all__ = ["lost_target_object", "unwrapped_object"]


def lost_target_object(url: str, error: Exception, *, show: bool) -> dict[str, object]:
    """What there is to say of an address whose target cannot be read."""
    shown = url if show else link_redaction.shown(url)
    return {"url": shown, "target": None, "error": str(error)}


def unwrapped_object(unwrapped: Unwrapped, match: Match | None, *, show: bool) -> dict[str, object]:
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
