"""What the catalog is made of, and how it is read from its data files.

It knows the fields and their rules, not how an address is matched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from safelinks.errors import CatalogError

__all__ = ["Agency", "HostAlias", "MatchRule", "Resource"]

_KINDS = ("exact", "prefix", "host")
_CONFIDENCES = ("high", "medium", "low")


@frozen
class MatchRule:
    """One way to recognise a resource: `kind` is ``exact``, ``prefix`` or ``host``."""

    kind: str
    value: str


@frozen
class HostAlias:
    """Hosts that serve the same pages as `same_as`, except below some paths."""

    hosts: tuple[str, ...]
    same_as: str
    except_below: tuple[str, ...] = ()


@frozen
class Agency:
    """A City body: `acronym` is its key, `domains` the hosts that are all its own."""

    acronym: str
    name: str
    url: str | None
    domains: tuple[str, ...]
    email_domains: tuple[str, ...]


@frozen
class Resource:
    """A service or page. `url` is its current address, None for what has no page."""

    id: str
    name: str
    aliases: tuple[str, ...]
    agency: str
    category: str
    url: str | None
    short_urls: tuple[str, ...]
    former_urls: tuple[str, ...]
    match: tuple[MatchRule, ...]
    description: str
    sources: tuple[str, ...]
    as_of: str | None
    confidence: str
    status: str | None = None
    successor: str | None = None
    parent: str | None = None
    note: str | None = None


def host_alias(data: Mapping[str, Any]) -> HostAlias:
    """A host alias from its data."""
    return HostAlias(tuple(data["hosts"]), data["same_as"], tuple(data.get("except_below", ())))


def agency(data: Mapping[str, Any]) -> Agency:
    """An agency from its data."""
    return Agency(
        data["acronym"],
        data["name"],
        data["url"],
        tuple(data["domains"]),
        tuple(data["email_domains"]),
    )


def resource(data: Mapping[str, Any]) -> Resource:
    """A resource from its data. Raises CatalogError, naming the entry and the rule it breaks."""
    name = data.get("id", "an entry without id")
    rules = tuple(MatchRule(rule["kind"], rule["value"]) for rule in data["match"])
    for rule in rules:
        if rule.kind not in _KINDS:
            raise CatalogError(f"{name}: match kind {rule.kind!r} is none of {', '.join(_KINDS)}")
    if data["confidence"] not in _CONFIDENCES:
        raise CatalogError(f"{name}: confidence is none of {', '.join(_CONFIDENCES)}")
    return Resource(
        id=data["id"],
        name=data["name"],
        aliases=tuple(data["aliases"]),
        agency=data["agency"],
        category=data["category"],
        url=data["url"],
        short_urls=tuple(data["short_urls"]),
        former_urls=tuple(data["former_urls"]),
        match=rules,
        description=data["description"],
        sources=tuple(data["sources"]),
        as_of=data["as_of"],
        confidence=data["confidence"],
        status=data.get("status"),
        successor=data.get("successor"),
        parent=data.get("parent"),
        note=data.get("note"),
    )
