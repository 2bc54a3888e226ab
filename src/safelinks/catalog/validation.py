"""The rules that a catalog keeps, each violation with its place.

First every entry for itself: addresses parse, hosts are bare, patterns are patterns. Then what they
say of each other: nothing is claimed twice, everything referred to exists, and every address of a
resource is recognised as that resource.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from safelinks.addresses.urls import Address, split
from safelinks.catalog.address_index import DATA_SET, Hit, Index
from safelinks.catalog.entries import (
    Agency,
    Contents,
    Conventions,
    HostAlias,
    Identifier,
    MatchKind,
    Resource,
    Scheme,
)
from safelinks.catalog.field_readers import Violation
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of

if TYPE_CHECKING:
    from safelinks.files.data.value_tree import Path

__all__ = ["of_entries", "of_relations"]

_T = TypeVar("_T")
_WEB = ("http", "https")
_ENDS_WITHIN_A_NAME = pattern_of(r"[-_.=%&]\Z")


def of_entries(own: Contents) -> list[Violation]:
    """What is wrong with the entries of `own`, each by itself."""
    return [
        *_below("resources", own.resources, _of_resource),
        *_below("agencies", own.agencies, _of_agency),
        *_below("host_aliases", own.host_aliases, _of_alias),
        *(one.below("conventions") for one in _of_conventions(own.conventions)),
    ]


def _below(
    name: str, values: Iterable[_T], rule: Callable[[_T], Iterator[Violation]]
) -> Iterator[Violation]:
    """What `rule` finds in each of the `values` of the list `name`."""
    for number, value in enumerate(values):
        for one in rule(value):
            yield one.below(name, number)


def _of_resource(entry: Resource) -> Iterator[Violation]:
    if entry.url is not None:
        yield from (one.below("url") for one in _of_url(entry.url))
    for name in ("short_urls", "former_urls", "examples"):
        yield from _below(name, getattr(entry, name), _of_url)
    for number, rule in enumerate(entry.match):
        yield from (one.below("match", number, "value") for one in _MATCHES[rule.kind](rule.value))
    yield from _below("identifiers", entry.identifiers, _of_identifier)
    if not entry.sources:
        yield Violation(("sources",), "every entry needs a source")
    if entry.socrata_id is not None and not re.fullmatch(DATA_SET, entry.socrata_id):
        yield Violation(("socrata_id",), "not the ID of a data set, such as dg92-zbpx")


def _address(url: str) -> Address | None:
    try:
        return split(url)
    except InvalidURLError:
        return None


def _of_url(url: str) -> Iterator[Violation]:
    address = _address(url)
    if address is None or address.scheme not in _WEB:
        yield Violation((), "not a web address: it needs http:// or https:// and a host")
    elif address.userinfo is not None:
        yield Violation((), "must not contain a user name or password")


def _of_prefix(url: str) -> Iterator[Violation]:
    yield from _of_url(url)
    address = _address(url)
    if address is not None and (
        address.query is not None
        or address.fragment is not None
        or _ENDS_WITHIN_A_NAME.search(address.path)
    ):
        yield Violation((), "a prefix must end with a complete part of the path")


def _of_host(host: str) -> Iterator[Violation]:
    address = _address(f"https://{host}/")
    if address is None or address.host != host:
        yield Violation((), "must be a host in lower case, such as www.nyc.gov")


def _of_hosts(hosts: Iterable[str], *path: str) -> Iterator[Violation]:
    for number, host in enumerate(hosts):
        yield from (one.below(*path, number) for one in _of_host(host))


_MATCHES: Mapping[MatchKind, Callable[[str], Iterator[Violation]]] = {
    MatchKind.EXACT: _of_url,
    MatchKind.PREFIX: _of_prefix,
    MatchKind.HOST: _of_host,
}


def _of_identifier(one: Identifier) -> Iterator[Violation]:
    if one.scheme is Scheme.QUERY and not one.parameter:
        yield Violation((), "scheme query needs the field parameter")
    if one.scheme is Scheme.PATH:
        if not one.pattern:
            yield Violation((), "scheme path needs the field pattern")
        else:
            yield from (found.below("pattern") for found in _of_pattern(one.pattern, groups=1))


def _of_pattern(pattern: str, *, groups: int) -> Iterator[Violation]:
    try:
        with warnings.catch_warnings(action="error"):  # of what will have another meaning one day
            found = re.compile(pattern).groups
    except (re.error, ValueError, OverflowError, RecursionError, Warning) as error:
        yield Violation((), f"not a regular expression ({error})")
        return
    if found < groups:
        yield Violation((), "needs a group in round brackets")


def _of_agency(entry: Agency) -> Iterator[Violation]:
    if entry.url is not None:
        yield from (one.below("url") for one in _of_url(entry.url))
    for name in ("domains", "whole_domains", "email_domains", "owns"):
        yield from _of_hosts(getattr(entry, name), name)
    yield from _below("prefixes", entry.prefixes, _of_prefix)
    if entry.slug_pattern is not None:
        yield from (one.below("slug_pattern") for one in _of_pattern(entry.slug_pattern, groups=0))


def _of_alias(one: HostAlias) -> Iterator[Violation]:
    yield from _of_hosts(one.hosts, "hosts")
    yield from (found.below("same_as") for found in _of_host(one.same_as))
    for number, path in enumerate(one.except_below):
        if not path.startswith("/") or path.endswith("/") or path != path.lower():
            message = "must be a path in lower case without a final slash, such as /account"
            yield Violation(("except_below", number), message)


def _of_conventions(one: Conventions) -> Iterator[Violation]:
    yield from _of_hosts(one.subdomains_of, "subdomains_of")
    yield from _of_hosts(one.shared_hosts, "shared_hosts")
    if one.path_name is not None:
        yield from _of_hosts(one.path_name.hosts, "path_name", "hosts")
        for number, folder in enumerate(one.path_name.folders):
            if not folder or folder != folder.strip("/").lower() or "//" in folder:
                message = "must be parts of a path in lower case, such as site"
                yield Violation(("path_name", "folders", number), message)
        for number, word in enumerate(one.path_name.words):
            if not word or word != word.lower() or "/" in word:
                message = "must be one part of a path in lower case, such as law"
                yield Violation(("path_name", "words", number), message)
        if one.path_name.elsewhere is not None:
            wrong = _of_pattern(one.path_name.elsewhere, groups=0)
            yield from (found.below("path_name", "elsewhere") for found in wrong)
    for number, suffix in enumerate(one.open_suffixes):
        yield from (
            found.below("open_suffixes", number, "suffix") for found in _of_host(suffix.suffix)
        )
    if one.host_number is not None:
        yield from _of_hosts(one.host_number.below, "host_number", "below")
        wrong = _of_pattern(one.host_number.pattern, groups=1)
        yield from (found.below("host_number", "pattern") for found in wrong)


def of_relations(
    own: Contents, resources: Mapping[str, Resource], agencies: Mapping[str, Agency], index: Index
) -> list[Violation]:
    """What is wrong between entries: those of `own`, and all that there are, its own among them."""
    ids = {entry.id for entry in own.resources}
    others = (entry for entry in resources.values() if entry.id not in ids)
    holders = _holders((*others, *own.resources), index)
    return [
        *_below("agencies", own.agencies, lambda one: _owned_twice(one, agencies)),
        *_below("resources", own.resources, lambda one: _references(one, resources, agencies)),
        *_below("resources", own.resources, lambda one: _claimed_twice(one, holders, index)),
        *_below("resources", own.resources, lambda one: _former(one, holders, index)),
        *_below("resources", own.resources, lambda one: _not_recognised(one, index)),
    ]


def _owned_twice(entry: Agency, agencies: Mapping[str, Agency]) -> Iterator[Violation]:
    """Hosts and domains that a body shares with another one."""
    for name in ("domains", "whole_domains", "owns"):
        hosts = set(getattr(entry, name))
        for other in agencies.values() if hosts else ():
            shared = hosts.intersection(getattr(other, name))
            if shared and other.acronym != entry.acronym:
                yield Violation((name,), f"{min(shared)} already belongs to {other.acronym}")


def _references(
    entry: Resource, resources: Mapping[str, Resource], agencies: Mapping[str, Agency]
) -> Iterator[Violation]:
    if entry.agency not in agencies:
        message = f"there is no agency {entry.agency!r}; add it to the agencies, or use another one"
        yield Violation(("agency",), message)
    for name in ("parent", "successor"):
        other = getattr(entry, name)
        if other is not None and other not in resources:
            yield Violation((name,), f"there is no resource {other!r}")
        elif other is not None and entry.id in _chain(other, name, resources):
            yield Violation((name,), f"leads back to {entry.id} itself")


def _chain(name: str | None, field: str, resources: Mapping[str, Resource]) -> set[str]:
    """The resource `name`, what its `field` names, and so on."""
    found: set[str] = set()
    while name is not None and name in resources and name not in found:
        found.add(name)
        name = getattr(resources[name], field)
    return found


_Claim = tuple[MatchKind, str]


def _claims_of(entry: Resource, index: Index) -> Iterator[tuple[Path, _Claim]]:
    """What a resource has to itself: its addresses in force, prefixes and hosts."""
    if entry.url is not None:
        yield ("url",), (MatchKind.EXACT, index.key_of(entry.url))
    for number, url in enumerate(entry.short_urls):
        yield ("short_urls", number), (MatchKind.EXACT, index.key_of(url))
    for number, one in enumerate(entry.match):
        value = one.value if one.kind is MatchKind.HOST else index.key_of(one.value)
        yield ("match", number, "value"), (one.kind, value)


def _claimed_twice(
    entry: Resource, holders: Mapping[_Claim, str], index: Index
) -> Iterator[Violation]:
    """What a resource shares with another one; the same page is the same address."""
    for path, claim in _claims_of(entry, index):
        if holders[claim] != entry.id:
            yield Violation(path, f"already belongs to {holders[claim]}")


def _holders(resources: Iterable[Resource], index: Index) -> Mapping[_Claim, str]:
    """Whose each claim is: where several claim the same, the first one's."""
    found: dict[_Claim, str] = {}
    for entry in resources:
        for _, claim in _claims_of(entry, index):
            found.setdefault(claim, entry.id)
    return found


def _former(entry: Resource, holders: Mapping[_Claim, str], index: Index) -> Iterator[Violation]:
    """Former addresses that are still in use; `holders` says by which resource."""
    for number, url in enumerate(entry.former_urls):
        holder = holders.get((MatchKind.EXACT, index.key_of(url)), entry.successor)
        if holder == entry.id:
            message = "the same as a current address"
            yield Violation(("former_urls", number), message)
        elif holder != entry.successor:
            message = f"a current address of {holder}, which is not a successor"
            yield Violation(("former_urls", number), message)


def _not_recognised(entry: Resource, index: Index) -> Iterator[Violation]:
    """Addresses of a resource that the rules take for those of another."""
    named: list[tuple[Path, str]] = [(("url",), entry.url)] if entry.url else []
    for name in ("short_urls", "former_urls", "examples"):
        named += [((name, number), url) for number, url in enumerate(getattr(entry, name))]
    for path, url in named:
        found = index.look_up(split(url))
        other = found.resource if isinstance(found, Hit) else None
        if other is None or other.id != entry.id:
            whose = f"as one of {other.id}" if other else "as no resource"
            yield Violation(path, f"this is recognised {whose}; add a match for it")
