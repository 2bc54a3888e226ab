"""How links are checked: limits, and what is asked for in spite of caution. Values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from safelinks.errors import SetupError
from safelinks.urls import host_name
from safelinks.version import __version__

__all__ = ["Method", "Policy"]


class Method(StrEnum):
    """What is asked with. A HEAD that does not say that all is well is confirmed by a GET."""

    GET = "get"
    HEAD = "head"


def _by_host(
    given: Mapping[str, Mapping[str, str]],
) -> Mapping[str, Mapping[str, str]]:
    """With every host as `urls.split` writes it, so that each of its spellings is heard."""
    found: dict[str, dict[str, str]] = {}
    for host, values in given.items():
        found.setdefault(host_name(host), {}).update(values)
    return found


def _by_host_and_port(
    given: Mapping[tuple[str, int], tuple[str, ...]],
) -> Mapping[tuple[str, int], tuple[str, ...]]:
    """The same for keys that have a port, too; what is no such key is refused later."""
    return {
        (host_name(key[0]), *key[1:]) if isinstance(key, tuple) else key: addresses
        for key, addresses in given.items()
    }


@frozen
class Policy:
    """How links are checked. Times are in seconds, sizes in bytes.

    `timeout` bounds each step of a request, `budget` all that is done for one link, `retries` how
    often a passing failure is tried again. `body_limit` is how much of an HTML page is looked at;
    with `fragments`, which looks for the place that a fragment names, `fragment_limit`.

    `concurrency` is how many requests are under way at once. A host gets `per_host` at first, up to
    `per_host_limit` while it answers fast, and fewer when it asks for that; `rate` is the most
    requests a second to a host, None for no such limit.

    `allow_private` lets private addresses be asked, but none of the link itself, where clouds keep
    secrets of their machines; that takes `resolve`, which has addresses for (host, port), in the
    place of a look-up. `allow_reserved` lets names be asked that are reserved for examples and
    tests, as `resolve` does for one of them. `excluded` are regular expressions: what they are
    found in is not asked. `headers` are sent to the hosts that they are for and to no other.
    `ca_file` is a PEM file of authorities that are trusted beside the system's; with `insecure`,
    certificates are not verified. `control_host` is a name that always exists: when not even that
    resolves, this machine has no network. Raises SetupError for settings that make no sense.
    """

    timeout: float = 10.0
    budget: float = 30.0
    retries: int = 2
    max_redirects: int = 10
    method: Method = Method.GET
    fragments: bool = False
    body_limit: int = 65_536
    fragment_limit: int = 2_097_152
    concurrency: int = 64
    per_host: int = 4
    per_host_limit: int = 8
    rate: float | None = None
    allow_private: bool = False
    allow_reserved: bool = False
    allow_one_time: bool = False
    allow_ports: frozenset[int] = frozenset()
    excluded: tuple[str, ...] = ()
    headers: Mapping[str, Mapping[str, str]] = field(factory=dict, repr=False, converter=_by_host)
    resolve: Mapping[tuple[str, int], tuple[str, ...]] = field(
        factory=dict, converter=_by_host_and_port
    )
    ca_file: str | None = None
    insecure: bool = False
    user_agent: str = f"safelinks/{__version__} (link checker)"
    control_host: str = "example.com"

    def __attrs_post_init__(self) -> None:
        """Raises SetupError for what makes no sense, before anybody is asked anything."""
        for name in ("timeout", "budget", "concurrency", "per_host", "body_limit"):
            if not getattr(self, name) > 0:
                raise SetupError(f"the {name} of a policy is above 0, not {getattr(self, name)}")
        for key, addresses in self.resolve.items():
            if not isinstance(key, tuple) or not isinstance(addresses, tuple):
                raise SetupError("resolve maps (host, port) to a tuple of addresses")
        for pattern in self.excluded:
            try:
                re.compile(pattern)
            except re.error as error:
                raise SetupError(f"{pattern!r} is no regular expression ({error})") from None
