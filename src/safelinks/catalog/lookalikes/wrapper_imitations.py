"""Addresses that imitate the host of a link wrapper, because people trust what such a link shows.

It knows to which hosts the security services rewrite links (spec, sections 2 and 6), and which
domains are theirs. How names are imitated is known to `suspicions`; of a catalog it is told only
what is `ProtectedNames`.

Left out are the hosts of Outlook on the web: what people see there is their mail, and the gateways
of many companies put themselves behind just these names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import evolve

from safelinks.addresses.urls import Address, registrable_domain
from safelinks.catalog.lookalikes.confusables import skeleton
from safelinks.catalog.lookalikes.protected_names import LONG, ProtectedNames
from safelinks.catalog.lookalikes.suspicions import (
    Sign,
    Suspicion,
    behind_relay,
    imitation,
    is_verified,
    name_before_at,
    suspicions,
)
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.microsoft.safelink_grammar import MAIL_HOSTS, TEAMS_HOSTS
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS, Kind

__all__ = ["imitated_wrapper", "with_wrappers"]

_PATTERNS = tuple(
    host for row in WRAPPERS if row.kind is Kind.SECURITY for host in row.hosts if host != "*"
)
# From the least to the best known: where two could be meant, it is the last.
_EXACT = (*(host for host in _PATTERNS if "*" not in host), *TEAMS_HOSTS, *reversed(MAIL_HOSTS))
# What a pattern leaves of its hosts' names, to what stands before the part that is free.
_BEHIND_FREE = {
    host.rpartition("*")[2].lstrip(".-"): host.partition("*")[0]
    for host in _PATTERNS
    if "*" in host
}

# The label is the name of the service, whatever follows.
_BRAND = "urldefense.com"

# Names without their endings, to the names: those of three labels nobody has by chance.
_STEMS = {stem: host for host in _EXACT if "." in (stem := host.rpartition(".")[0])}
_DEEP = {stem: host for stem, host in _STEMS.items() if stem.count(".") > 1}


def _labels() -> Iterator[tuple[str, str]]:
    """What a name becomes where it is written in one label, and the name."""
    telling = [stem for stem in _STEMS if stem in _DEEP or len(stem.partition(".")[0]) >= LONG]
    for name in (*_EXACT, *telling):
        for label in (name.replace(".", "-"), name.replace(".", "").replace("-", "")):
            yield label, _STEMS.get(name, name)


_KNOWN = ProtectedNames(
    frozenset({_BRAND}),
    frozenset({*_EXACT, *_BEHIND_FREE}),
    spellings=dict(_labels()),
    long=len("office"),
)
_WITHOUT_ENDING = ProtectedNames(frozenset(), frozenset(_DEEP))

# Domains of the services themselves: there nobody else has a host. To those of the hosts come
# Microsoft's others that have the same beginnings, where people also have addresses of Outlook.com.
_OUTLOOK = """
com.ar com.au at be com.br cl cz dk fr de com.gr co.il in co.id ie it jp hu kr lv my ph pt sa sg sk
es co.th com.tr com.vn
"""
_SERVICES = {".".join(host.split(".")[-2:]) for host in (*_EXACT, *_BEHIND_FREE)}
_MICROSOFT = (
    *("microsoft", "microsoft.com", "office.com", "office.de", "office365.com", "live.com"),
    *(f"outlook.{ending}" for ending in _OUTLOOK.split()),
)
_OWN_ENDINGS = tuple(f".{domain}" for domain in (*sorted(_SERVICES), *_MICROSOFT))

# The label of a region, by its known beginnings, and the name.
_REGIONS = "nam|na|eur|emea|apac|apc|gcc|usg|gbr|can|aus|jpn|ind|lam|kor|che|fra|deu|are|zaf|chn"
_REGION = pattern_of(rf"(?:{_REGIONS})[0-9]{{2}}-?safelinks(?![a-z])")


def with_wrappers(address: Address, known: ProtectedNames) -> tuple[Suspicion, ...]:
    """What is suspicious about `address`, be it the owner's or a service's that it imitates. Total.

    A wrapper that is an owner's itself is told of once, and its owner's hosts imitate nobody.
    """
    found = suspicions(address, known)
    wrapper = imitated_wrapper(address)
    if (
        wrapper is None
        or known.owner(behind_relay(address.host))
        or any(one.imitates and _is_services(one.imitates) for one in found)
    ):
        return found
    return (*found, wrapper)


def imitated_wrapper(address: Address) -> Suspicion | None:
    """The link wrapper that `address` imitates, if it does. Total.

    >>> from safelinks.addresses.urls import split
    >>> url = "https://nam02.safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fa.example"
    >>> found = imitated_wrapper(split(url))
    >>> found.reason.partition(" contains ")[2]
    'safelinks.protection.outlook.com, but is a different site'
    >>> imitated_wrapper(split("https://nam02.safelinks.protection.outlook.com/"))
    """
    if address.userinfo and not _is_services(behind_relay(address.host)):
        named = name_before_at(address, address.host, _KNOWN)
        found = _of_wrapper(named, address.userinfo.lower())
        if found is not None:
            return found
    return _imitated(address.host)


@lru_cache(maxsize=4096)  # a document has many addresses and few hosts
def _imitated(host: str) -> Suspicion | None:
    host = behind_relay(host)
    if _is_services(host) or is_verified(host):
        return None
    look = skeleton(host)
    found = _of_wrapper(imitation(host, look, _KNOWN), look)
    return found or _other_ending(host, look) or _of_region(host)


def _of_wrapper(found: Suspicion | None, seen: str) -> Suspicion | None:
    """`found` as a sign of this kind, if the name in what was `seen` is that of a wrapper."""
    if found is None or found.imitates is None:
        return None
    if _BEHIND_FREE.get(found.imitates, "") not in seen:
        return None  # mimecast.com itself has a site, too
    return evolve(found, sign=Sign.WRAPPER_LOOKALIKE)


def _other_ending(host: str, look: str) -> Suspicion | None:
    """``safelinks.protection.outlook.example``: the name up to its ending, which is another."""
    stem = _WITHOUT_ENDING.within(look)
    if stem is None:
        return None
    true = _DEEP[stem]
    reason = f"{host} has the same name as {true} except for the ending, but is a different site"
    return Suspicion(Sign.WRAPPER_LOOKALIKE, reason, true)


def _of_region(host: str) -> Suspicion | None:
    """``emea01safelinks-documents.example``: as if it were the service in one of its regions."""
    if "safelinks" not in host:  # as in nearly all
        return None
    if not _REGION.search(host) or not _REGION.match(registrable_domain(host)):
        return None
    true = MAIL_HOSTS[0]
    reason = f"{host} uses the name of {true}, but is a different domain"
    return Suspicion(Sign.WRAPPER_LOOKALIKE, reason, true)


def _is_services(host: str) -> bool:
    return f".{host}".endswith(_OWN_ENDINGS)
