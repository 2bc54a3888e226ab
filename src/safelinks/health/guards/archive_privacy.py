"""Which addresses a web archive may be told of: none that holds a secret or names a place inside.

What is sent to an archive is seen by its operator, and perhaps by everybody. So this is stricter
than `refusal`, whatever the policy allows: a doubt is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from safelinks.addresses import percent
from safelinks.addresses.urls import Address, registrable_domain, split
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of
from safelinks.health.guards.public_addresses import is_public
from safelinks.health.guards.refusal import refusal
from safelinks.health.model.policy import Policy
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.redaction.mail_address_spellings import tells_of_anybody
from safelinks.wrappers.vendors.wrapper_table import wrapper_of

__all__ = ["may_be_archived"]

_STRICT = Policy()
_LONGEST = 2_000  # characters: a longer one holds more than where a page is
# Parameters whose value opens something, or says who somebody is.
_SECRET = pattern_of(
    r"(?:[a-z0-9]+[-_.])*(?:access|api|auth|authorization|bearer|code|credentials?|csrf|e?mail|hash"
    r"|hmac|invitation|invite|jwt|key|nonce|oauth|otp|pass|passcode|passwd|password|passwort|pin|pw"
    r"|pwd|recipient|saml|secret|session|sessionid|phpsessid|jsessionid|sid|sig|sign|signature|ssn"
    r"|sso|state|ticket|token|uid|user|userid|username|uuid)"
    r"|(?:[a-z0-9]+[-_.])*[a-z0-9]*(?:token|secret|password|signature|session|apikey|accesskey)"
    r"|(?:user|account|customer|client|session|access|auth|api|private|security)[-_.]?(?:id|key)",
    re.IGNORECASE,
)
_PARTS = pattern_of(r"[/?&=;:,.+~!$'()*@|_-]")
# What a program makes up, and nobody writes by hand: hexadecimal digits, or a mix of cases and
# digits in which a letter follows a digit.
_HEX = pattern_of(r"(?=[a-f]*[0-9])[0-9a-f]{24,}", re.IGNORECASE)
_UUID = pattern_of(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_MIX = pattern_of(
    r"(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])(?=[A-Za-z]*[0-9]+[A-Za-z])[A-Za-z0-9]{14,}"
)


def may_be_archived(url: str, policy: Policy) -> bool:
    """Whether the address `url` may be sent to a web archive, to ask for a copy of its page."""
    if len(url) > _LONGEST:
        return False
    try:
        address = split(url)
    except InvalidURLError:
        return False
    return not any(applies(url, address, policy) for applies in _KEPT_BACK)


def _is_refused(url: str, _: Address, __: Policy) -> bool:
    """What is never asked by default: private, reserved, one-time, wrapped, of another service."""
    return refusal(url, _STRICT) is not None


def _is_wrapped(url: str, _: Address, __: Policy) -> bool:
    return wrapper_of(url) is not None


def _has_a_user(_: str, address: Address, __: Policy) -> bool:
    return address.userinfo is not None


def _names_somebody(url: str, _: Address, __: Policy) -> bool:
    return shown(url) != url or tells_of_anybody(url)


def _has_a_secret(_: str, address: Address, __: Policy) -> bool:
    """Whether the name of a parameter says so, percent-encoded or not."""
    query = percent.decode(address.query or "")
    parameters = re.split("[?&;]", f"{query};{percent.decode(address.path).partition(';')[2]}")
    return any(_SECRET.fullmatch(one.partition("=")[0].strip()) for one in parameters)


def _has_a_key(_: str, address: Address, __: Policy) -> bool:
    """Whether a part of it looks like a key, with which everybody gets in who knows it."""
    rest = percent.decode(f"{address.path}?{address.query or ''}")
    if _UUID.search(rest):
        return True
    return any(_HEX.fullmatch(part) or _MIX.fullmatch(part) for part in _PARTS.split(rest))


def _is_inside(_: str, address: Address, __: Policy) -> bool:
    """Whether nobody can have registered the name, so that only a network of one's own has it."""
    host = address.host
    if host.startswith("[") or host.replace(".", "").isdigit():
        return False  # an address, of which the guard of private ones knows
    below = f"x.{host}"
    return "." not in host or registrable_domain(below) == below


def _is_resolved_inside(_: str, address: Address, policy: Policy) -> bool:
    """Whether the user has given the host an address in a private network, on any port."""
    given = (ips for (host, _), ips in policy.resolve.items() if host == address.host)
    return any(not is_public(ip) for ips in given for ip in ips)


def _has_own_headers(_: str, address: Address, policy: Policy) -> bool:
    """Whether the host is asked with headers of the user's: its pages may not be for everybody."""
    return address.host in policy.headers


_KEPT_BACK: tuple[Callable[[str, Address, Policy], bool], ...] = (
    _is_refused,
    _has_a_user,
    _is_wrapped,
    _names_somebody,
    _has_a_secret,
    _has_a_key,
    _is_resolved_inside,
    _has_own_headers,
    _is_inside,
)
