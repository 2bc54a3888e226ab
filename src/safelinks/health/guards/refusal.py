"""What is never requested: what would act, what is private, and what is no web address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from safelinks.addresses.urls import Address, split
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of
from safelinks.health.guards.one_time_links import act_of
from safelinks.health.guards.public_addresses import is_link_local_host, is_private_host
from safelinks.health.guards.reserved_names import is_local_name, reserved_by
from safelinks.health.model.outcome import Reason
from safelinks.health.model.policy import Policy
from safelinks.wrappers.microsoft.safelink_grammar import is_safe_links_host, target_of
from safelinks.wrappers.vendors.wrapper_table import is_personal

__all__ = ["refusal", "refusal_of_link"]

# Ports of other services, which could take a request for a command of theirs: the list that
# browsers block (Fetch standard, section 2.9, "port blocking").
_BLOCKED_PORTS = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
     102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
     465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
     993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666,
     6667, 6668, 6669, 6679, 6697, 10080, 11211}
)  # fmt: skip
_NOT_WEB = pattern_of(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def refusal(url: str, policy: Policy) -> Reason | None:
    """Why `url` is never requested; None when it may be."""
    try:
        address = split(url)
    except InvalidURLError:
        return Reason.INVALID_URL if _NOT_WEB.match(url) is None else Reason.UNSUPPORTED_SCHEME
    for reason, applies in _REFUSALS:
        if applies(address, policy):
            return reason
    is_excluded = _is_one_of(policy.excluded, url) and not _is_one_of(policy.included, url)
    return Reason.EXCLUDED if is_excluded else None


def refusal_of_link(url: str, policy: Policy) -> Reason | None:
    """Why the address of a link is never requested: it may also be none of those to check."""
    reason = refusal(url, policy)
    if reason is None and policy.included and not _is_one_of(policy.included, url):
        return Reason.EXCLUDED
    return reason


def _is_one_of(patterns: Iterable[str], url: str) -> bool:
    return any(re.search(pattern, url) for pattern in patterns)


def _is_unsupported(address: Address, _: Policy) -> bool:
    return address.scheme not in ("http", "https")


def _is_wrapper(address: Address, _: Policy) -> bool:
    """Whether asking would be a click of a reader: the name decides, not how it was written."""
    bare = f"{address.scheme}://{address.host}{address.path}?{address.query or ''}"
    return is_safe_links_host(address.host) or target_of(bare) is not None or is_personal(bare)


def _is_blocked(address: Address, policy: Policy) -> bool:
    port = address.effective_port
    return port in _BLOCKED_PORTS and port not in policy.allow_ports


def _is_private(address: Address, policy: Policy) -> bool:
    if (address.host, address.effective_port) in policy.resolve:
        return False
    is_refused = is_link_local_host if policy.allow_private else is_private_host
    return is_refused(address.host)


def _is_reserved(address: Address, policy: Policy) -> bool:
    """Whether the name has no public server; a network of one's own may have some of them."""
    if policy.allow_reserved or (address.host, address.effective_port) in policy.resolve:
        return False
    if policy.allow_private and is_local_name(address.host):
        return False
    return reserved_by(address.host) is not None


def _is_one_time(address: Address, policy: Policy) -> bool:
    return not policy.allow_one_time and act_of(address) is not None


_REFUSALS: tuple[tuple[Reason, Callable[[Address, Policy], bool]], ...] = (
    (Reason.UNSUPPORTED_SCHEME, _is_unsupported),
    (Reason.WRAPPER, _is_wrapper),
    (Reason.BLOCKED_PORT, _is_blocked),
    (Reason.RESERVED_NAME, _is_reserved),
    (Reason.PRIVATE_ADDRESS, _is_private),
    (Reason.ONE_TIME_LINK, _is_one_time),
)
