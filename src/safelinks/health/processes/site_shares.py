"""Which of two processes asks which sites: a site, and with it its limits, is never divided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from safelinks.addresses.urls import registrable_domain
from safelinks.foundation.values import frozen
from safelinks.health.scheduled_probes import host_of

__all__ = ["Shares", "divided", "site_of_host"]

_LEAST_SITES = 50
_LEAST_SHARE = 4  # one part in so many: what is less is not worth a process


@frozen
class Shares:
    """The addresses that this process asks, and those of the other one with all of their sites."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    their_sites: frozenset[str]

    @property
    def is_worth_a_process(self) -> bool:
        """Whether there are enough sites, and enough of the addresses are theirs."""
        count = len(self.ours) + len(self.theirs)
        return (
            len(self.their_sites) * 2 >= _LEAST_SITES and len(self.theirs) * _LEAST_SHARE >= count
        )


def divided(urls: Iterable[str]) -> Shares:
    """Two shares of `urls`, as equal as whole sites can be."""
    by_site: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_site[site_of_host(host_of(url))].append(url)
    ours: list[str] = []
    theirs: list[str] = []
    their_sites = set()
    for site, its_urls in sorted(by_site.items(), key=lambda item: len(item[1]), reverse=True):
        if len(theirs) < len(ours):
            theirs += its_urls
            their_sites.add(site)
        else:
            ours += its_urls
    return Shares(tuple(ours), tuple(theirs), frozenset(their_sites))


@cache
def site_of_host(host: str) -> str:
    """The registered name of a host with a port behind it, as `host_of` gives it."""
    return registrable_domain(host.rpartition(":")[0])
