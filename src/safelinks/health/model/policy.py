"""How links are checked: limits, and what is asked for in spite of caution. Values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from attrs import field
from attrs.validators import optional

from safelinks.addresses.urls import host_name
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.health.model import policy_settings
from safelinks.setting_validators import as_choice, as_tuple, flag, number, path, texts, whole
from safelinks.version import __version__

__all__ = ["Method", "Policy"]


class Method(StrEnum):
    """The HTTP method to use first. A HEAD that does not succeed is followed by a GET."""

    GET = "get"
    HEAD = "head"


_PORTS = range(1, 65_536)


def _headers(given: Any) -> Mapping[str, Mapping[str, str]]:  # noqa: ANN401  what the caller gave
    """Headers by host, with every host as `urls.split` writes it: each of its spellings counts."""
    if not isinstance(given, Mapping):
        raise SetupError("headers has to map each host to its headers")
    headers: dict[str, dict[str, str]] = {}
    for host, values in given.items():
        if not isinstance(host, str) or not isinstance(values, Mapping):
            raise SetupError("headers has to map each host to its headers")
        for name, value in values.items():
            _checked(policy_settings.header, name, value)
        headers.setdefault(host_name(host), {}).update(values)
    return headers


def _resolve(given: Any) -> Mapping[tuple[str, int], tuple[str, ...]]:  # noqa: ANN401  as above
    """Addresses by host and port, with every host as `urls.split` writes it."""
    wrong = SetupError("resolve has to map (host, port) to a tuple of IP addresses")
    if not isinstance(given, Mapping):
        raise wrong
    resolve = {}
    for key, addresses in given.items():
        if not isinstance(key, tuple) or len(key) != 2 or isinstance(addresses, str):
            raise wrong
        host, port = key
        if not isinstance(host, str) or port not in _PORTS or not isinstance(addresses, Iterable):
            raise wrong
        found = tuple(addresses)
        for address in found:
            _checked(policy_settings.ip, address)
        resolve[host_name(host), port] = found
    return resolve


def _ports(given: Any) -> frozenset[int]:  # noqa: ANN401  as above
    ports = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else None
    if ports is None or not all(isinstance(port, int) and port in _PORTS for port in ports):
        raise SetupError(f"allow_ports must be a set of ports from 1 to 65535, not {given!r}")
    return frozenset(ports)


def _method(given: Method | str) -> Method:
    return as_choice("method", Method, given)


def _agent(given: str) -> str:
    return _checked(policy_settings.agent, given)


def _are_patterns(_: object, __: object, value: tuple[str, ...]) -> None:
    for pattern in value:
        _checked(policy_settings.pattern, pattern)


def _is_host(_: object, __: object, value: object) -> None:
    if not isinstance(value, str) or not value or set(value) & set("/?#@ "):
        raise SetupError(f"control_host must be the name of a host, not {value!r}")


T = TypeVar("T")


def _checked(check: Callable[..., T], *given: object) -> T:
    """What `check` makes of it, its ValueError as a SetupError."""
    try:
        return check(*given)
    except ValueError as error:
        raise SetupError(str(error)) from None


@frozen
class Policy:
    """How links are checked. Times are in seconds, sizes in bytes.

    `timeout` limits each step of a request, `budget` one link with its retries; `retries` is the
    number of retries after a temporary failure. `body_limit` is how much of an HTML page is looked
    at; with `fragments`, which looks for the place that a fragment names, `fragment_limit`.

    `concurrency` is the maximum number of requests at once; None for as many as this machine keeps
    up with, at most 512. `per_host` is the maximum at one host. A host
    gets `per_host_at_first`, but never more than `per_host`; then more while it answers fast, and
    fewer when it asks for that. `per_site` is the maximum at all hosts of one registered domain
    together, `per_visited_host` that at a host that only redirects lead to, whose domain no address
    is on; None for no limit of their own. `rate` is the maximum number of requests per second to
    one host; None for no limit.

    `allow_private` lets private addresses be asked, but none of the link itself, where clouds keep
    secrets of their machines; that takes `resolve`, which has addresses for (host, port), in the
    place of a look-up. `allow_reserved` lets names be asked that are reserved for examples and
    tests, as `resolve` does for one of them. `excluded` are regular expressions: addresses that
    match are skipped. So are links that match none of `included`, where there are any; those that
    match one are not excluded. `headers` are sent to their own hosts only. `ca_file` is a PEM file
    of authorities that are trusted beside the system's; with `insecure`, certificates are not
    verified. `control_host` is a name that always exists: when not even that resolves, this machine
    has no network. Raises SetupError for invalid settings.
    """

    timeout: float = field(default=10.0, validator=number)
    budget: float = field(default=30.0, validator=number)
    retries: int = field(default=2, validator=whole(0))
    max_redirects: int = field(default=10, validator=whole(0))
    method: Method = field(default=Method.GET, converter=_method)
    fragments: bool = field(default=False, validator=flag)
    body_limit: int = field(default=65_536, validator=whole(1))
    fragment_limit: int = field(default=2_097_152, validator=whole(1))
    concurrency: int | None = field(default=None, validator=optional(whole(1)))
    per_host: int = field(default=8, validator=whole(1))
    per_host_at_first: int = field(default=4, validator=whole(1))
    per_site: int | None = field(default=None, validator=optional(whole(1)))
    per_visited_host: int | None = field(default=None, validator=optional(whole(1)))
    rate: float | None = field(default=None, validator=optional(number))
    allow_private: bool = field(default=False, validator=flag)
    allow_reserved: bool = field(default=False, validator=flag)
    allow_one_time: bool = field(default=False, validator=flag)
    allow_ports: frozenset[int] = field(default=frozenset(), converter=_ports)
    excluded: tuple[str, ...] = field(
        default=(), converter=as_tuple, validator=[texts, _are_patterns]
    )
    included: tuple[str, ...] = field(
        default=(), converter=as_tuple, validator=[texts, _are_patterns]
    )
    headers: Mapping[str, Mapping[str, str]] = field(factory=dict, repr=False, converter=_headers)
    resolve: Mapping[tuple[str, int], tuple[str, ...]] = field(factory=dict, converter=_resolve)
    ca_file: str | Path | None = field(default=None, validator=optional(path))
    insecure: bool = field(default=False, validator=flag)
    user_agent: str = field(default=f"safelinks/{__version__} (link checker)", converter=_agent)
    control_host: str = field(default="example.com", validator=_is_host)

    @property
    def first_per_host(self) -> int:
        """How many requests a host gets at first."""
        return min(self.per_host_at_first, self.per_host)
