"""What of a catalog others may imitate, as `ProtectedNames` must be told.

It knows whose entries are the owner's own. Hosts on platforms that others use, too, are known one
by one; only a domain that is all the owner's stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelinks.addresses.urls import split
from safelinks.catalog.agency_lookup import suffixes_of
from safelinks.catalog.entries import Contents, MatchKind, Resource
from safelinks.catalog.lookalikes.protected_names import ProtectedNames

__all__ = ["protected_of"]

_SEGMENTS = 3  # of a path that nobody else has by chance


def protected_of(contents: Contents, numbers: frozenset[str]) -> ProtectedNames:
    """What is to be protected of `contents`, hosts with `numbers` of bodies among it."""
    own = {one.acronym: one for one in contents.agencies if not one.foreign}
    entries = [entry for entry in contents.resources if entry.agency in own]
    hosts = {host for one in own.values() for host in one.domains}
    hosts |= {host for entry in entries for host in _hosts_of(entry)}
    domains = {domain for one in own.values() for domain in (*one.owns, *one.whole_domains)}
    domains |= {domain for host in hosts if (domain := _whole_domain(host))}
    named = contents.conventions.path_name
    shared = {*(named.hosts if named else ())}
    shared |= {host for alias in contents.host_aliases for host in alias.hosts}
    return ProtectedNames(
        frozenset(domains),
        frozenset(hosts),
        {
            path: host
            for entry in entries
            for host, path in _paths_of(entry)
            if any(above in domains for above in suffixes_of(host))
        },
        numbers,
        frozenset(
            host
            for entry in entries
            if entry.sign_in
            for host in _hosts_of(entry)
            if host not in shared
        ),
    )


def _hosts_of(entry: Resource) -> Iterator[str]:
    """The hosts that are all a resource's, and that of its address."""
    yield from (one.value for one in entry.match if one.kind is MatchKind.HOST)
    if entry.url is not None:
        yield split(entry.url).host


def _whole_domain(host: str) -> str | None:
    """The domain that `host` is the site of; None for one of several on it."""
    domain = host.removeprefix("www.")
    return domain if domain.count(".") == 1 else None


def _paths_of(entry: Resource) -> Iterator[tuple[str, str]]:
    """The addresses of a resource whose paths tell which product or page is there."""
    values = (one.value for one in entry.match if one.kind is not MatchKind.HOST)
    for url in (*((entry.url,) if entry.url else ()), *values):
        address = split(url)
        path = address.path.rstrip("/").lower()
        if path.count("/") >= _SEGMENTS:
            yield address.host, path
