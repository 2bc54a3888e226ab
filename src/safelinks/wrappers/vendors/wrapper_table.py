"""Other services' link wrappers (spec, section 6): one row each in one table, found by host.

The table stands in three parts: who checks links, who counts clicks, who leads out of a site. A row
holds everything that is known of its service: hosts, how a link ends, how its target is read, what
in it is secret.

Some rows are about links that are made for one reader. To request such a link is a click of that
reader, so it is never done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from attrs import field

from safelinks.foundation.patterns import compile_pattern, pattern_of
from safelinks.foundation.values import frozen
from safelinks.wrappers.microsoft.safelink_grammar import MAIL_HOSTS, without_json_escapes
from safelinks.wrappers.vendors.newsletter_services import NEWSLETTER_SERVICES
from safelinks.wrappers.vendors.security_services import SECURITY_SERVICES
from safelinks.wrappers.vendors.site_redirectors import SITE_REDIRECTORS
from safelinks.wrappers.vendors.wrapper_row import Kind, Wrapper

__all__ = [
    "AFTER_HOST",
    "HOST_ONLY",
    "STARTS",
    "WRAPPERS",
    "Kind",
    "Opaque",
    "Wrapper",
    "host_pattern",
    "is_cut_host",
    "is_personal",
    "opaque",
    "wrapper_of",
    "wraps_on",
]

WRAPPERS: tuple[Wrapper, ...] = (*SECURITY_SERVICES, *NEWSLETTER_SERVICES, *SITE_REDIRECTORS)
STARTS: tuple[str, ...] = tuple(start for row in WRAPPERS for start in row.starts)
"""What the paths begin with of links that may be on any host."""


@frozen
class Opaque:
    """A wrapper that could not be taken off: only its vendor's server knows the target.

    `domain` is the host name of the target, where the link tells at least that.
    """

    wrapper: str
    kind: Kind
    url: str = field(repr=False)
    domain: str | None = None

    def __str__(self) -> str:
        hint = f", only its domain {self.domain}" if self.domain else ""
        return f"a link of {self.wrapper} that does not contain its target{hint}"


@frozen
class _Row:
    """A row under one of its hosts, whose pattern is None where the name alone decides."""

    wrapper: Wrapper
    host: re.Pattern[str] | None = None


def host_pattern(host: str) -> str:
    """A host of the table as a pattern, for the lower-case name of a host."""
    return re.escape(host).replace(r"\*", "[a-z0-9.-]+")


def _suffix(pattern: str) -> str:
    """What stands behind the last free label of a host's pattern."""
    return pattern.rpartition("*")[2].partition(".")[2]


def _index() -> Mapping[str, tuple[_Row, ...]]:
    """The rows by host, or, where that is a pattern, by its suffix."""
    rows: dict[str, tuple[_Row, ...]] = {}
    for wrapper in WRAPPERS:
        exact = _Row(wrapper)
        for host in wrapper.hosts:
            free = "*" in host
            row = _Row(wrapper, pattern_of(rf"{host_pattern(host)}\Z")) if free else exact
            key = _suffix(host) if free else host
            rows[key] = (*rows.get(key, ()), row)
    return rows


_ROWS = _index()
AFTER_HOST = r"\.?(?::(?:80|443)?)?"
# The first letters are tried before the rest, which hardly any path has.
_FIRST = "".join(sorted({start[1] for start in STARTS}))
_AUTHORITY = compile_pattern(  # at once: every address asks it
    r"https?://([a-z0-9-]++(?:\.[a-z0-9-]++){1,127}+)"
    rf"{AFTER_HOST}"
    rf"(?=(/(?=[{_FIRST}])(?:{'|'.join(re.escape(start[1:]) for start in STARTS)}))|[/?#]|\Z)",
    re.IGNORECASE | re.ASCII,
)


_LONGEST_KEPT = 8_192  # characters of an address that may stay at hand


def wrapper_of(url: str) -> Wrapper | None:
    """The row for `url`, by its host's name and the suffixes above it; else None."""
    return _kept_of(url) if len(url) <= _LONGEST_KEPT else _found_for(url)


def _found_for(url: str) -> Wrapper | None:
    match = _AUTHORITY.match(url)
    if match is None:
        return None
    named = () if len(match[1]) > _LONGEST_HOST else _rows_of(match[1].lower())
    rows = (*named, *_ROWS[""]) if match[2] and len(match[1]) <= _LONGEST_HOST else named
    if not rows:
        return None
    for row in rows:
        if _path_of(row.wrapper).match(url, match.end()):
            return row.wrapper
    # Whatever else there is on the host of a security service is its own affair, too.
    return next((row.wrapper for row in named if row.wrapper.kind is Kind.SECURITY), None)


# Whoever finds an address asks for it several times, one after the other.
_kept_of = lru_cache(maxsize=64)(_found_for)


def wraps_on(host: str) -> bool:
    """Whether any wrapper has links on `host`, which is in lower case."""
    return len(host) <= _LONGEST_HOST and bool(_rows_of(host))


HOST_ONLY = r"https?:/{1,2}([a-z0-9.-]+)"
_HOST_ONLY = pattern_of(rf"{HOST_ONLY}\Z", re.IGNORECASE)
_SCHEME_LENGTH = len("https://")
_REGION = pattern_of(r"\A[a-z]{2,5}[0-9]{2}\.", re.IGNORECASE)


@cache
def _cut_hosts() -> frozenset[str]:
    """All that the names of services which check links can be cut to, within a label."""
    return frozenset(
        name[:length]
        for host in (*MAIL_HOSTS, *(host for row in SECURITY_SERVICES for host in row.hosts))
        if "*" not in (name := host.removeprefix("*."))
        for length in range(1, len(name))
        if name[length] != "." and name[length - 1] != "."
    )


def is_cut_host(url: str) -> bool:
    """Whether `url` is no more than the beginning of the host of a service that checks links.

    >>> is_cut_host("https://urldef"), is_cut_host("https://urldefense.com")
    (True, False)
    """
    if url.rfind("/") >= _SCHEME_LENGTH:  # nearly every address has a path
        return False
    match = _HOST_ONLY.match(url)
    if match is None:
        return False
    host = match[1].lower()
    return not _cut_hosts().isdisjoint((host, _REGION.sub("", host)))


_LONGEST_HOST = 253  # RFC 1035, section 2.3.4, as text: what is longer is no host
# Of the longest name in the table: a host may have as many as somebody likes.
_MOST_LABELS = max(name.count(".") + 1 for name in _ROWS)


@lru_cache(maxsize=4096)
def _rows_of(host: str) -> tuple[_Row, ...]:
    """The rows that name `host`, which is in lower case."""
    labels = host.rsplit(".", _MOST_LABELS)[-_MOST_LABELS:]
    for at in range(len(labels)):
        name = ".".join(labels[at:])
        rows = tuple(
            row
            for row in _ROWS.get(name, ())
            if (row.host.match(host) if row.host else name == host)
        )
        if rows:
            return rows
    return ()


@lru_cache(maxsize=len(WRAPPERS))
def _path_of(row: Wrapper) -> re.Pattern[str]:
    return pattern_of(row.path, re.IGNORECASE)


def is_personal(url: str) -> bool:
    """Whether a request for `url` would count as a click by the reader that it was made for."""
    row = wrapper_of(url)
    if row is None or not row.kind.personal:
        return False
    return not row.by_shape or (row.decode is not None and row.decode(url) is not None)


def opaque(url: str) -> Opaque | None:
    """What is known of `url` where it is a wrapped link that does not carry its target.

    A link that is known by its shape, on whatever host, is none where it lacks a part of that.
    """
    row = wrapper_of(url)
    if row is None or (row.decode is not None and row.decode(without_json_escapes(url))):
        return None
    if row.by_shape:
        return None
    return Opaque(row.name, row.kind, url, row.hint(url) if row.hint else None)
