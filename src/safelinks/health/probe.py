"""The judgement on one address, without I/O.

`probe` is a generator. It yields what to do next, a `Request` to be sent or a `Wait` to be waited,
and is sent what came of it: an `Answer` or a `Failure`. It returns the `Outcome`. Whoever drives it
does the work and judges nothing; so every rule stands here, once, and is tested without a socket.

The way of a probe: each redirect is a hop of its own; what may pass (a timeout, a broken
connection, 5xx, 429) is tried again after a pause, within the budget; then the last answer and the
way to it are looked up in tables, from the most telling sign to the least.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import urljoin

from attrs import Factory, define

from safelinks.errors import InvalidURLError
from safelinks.health import signs
from safelinks.health.exchange import Answer, Failure, Fault, Request, Step, Wait
from safelinks.health.outcome import Hop, Outcome, Reason
from safelinks.health.policy import Policy
from safelinks.health.refusal import refusal
from safelinks.percent import encode
from safelinks.urls import Address, compare_key, split

__all__ = ["Probe", "probe"]


Probe: TypeAlias = Generator[Step, Answer | Failure | None, Outcome]

# A proxy that is not there is this machine's network, not the link.
_FAULTS: Mapping[Fault, Reason] = {
    fault: Reason.NO_NETWORK if fault is Fault.PROXY_UNREACHABLE else Reason[fault.name]
    for fault in Fault
}
_MAY_PASS = frozenset(
    {Fault.DNS_FAILURE, Fault.NO_SUCH_HOST, Fault.REFUSED, Fault.RESET, Fault.TIMEOUT,
     Fault.UNREACHABLE}
)  # fmt: skip
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_STATUSES: Mapping[int, Reason] = {
    401: Reason.AUTH_REQUIRED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    407: Reason.AUTH_REQUIRED,
    410: Reason.GONE,
    429: Reason.RATE_LIMITED,
    451: Reason.LEGAL,
}
_BACKOFF = 1.0  # seconds before the first further attempt; doubled each time
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE | re.ASCII)
_UNSAFE = re.compile(r"[^!-~]")
_MAX_LOCATION = 8_192  # characters
_SHOWN = 200  # characters of a header in the evidence
_COOKIES = 20  # of one probe


@define
class _Way:
    """What a probe remembers of its way so far."""

    url: str
    hops: list[Hop] = Factory(list)
    attempts: int = 0
    spent: float = 0.0
    tries: int = 0
    cookies: dict[str, dict[str, str]] = Factory(dict)
    seen: set[tuple[str, str]] = Factory(set)

    def cookie_header(self) -> str:
        """The cookies that the host of `url` has set, as they are sent back."""
        kept = self.cookies.get(split(self.url).host, {})
        return "; ".join(f"{name}={value}" for name, value in kept.items())

    def state(self) -> tuple[str, str]:
        """What is about to be asked: the same twice is a loop."""
        return self.url.partition("#")[0], self.cookie_header()

    def outcome(self, start: str, reason: Reason, evidence: str = "") -> Outcome:
        return Outcome(start, reason, tuple(self.hops), None, evidence, self.attempts)


def probe(url: str, policy: Policy, jitter: Callable[[], float] = random.random) -> Probe:
    """Judge `url`. `jitter` gives numbers from 0 to 1 that spread further attempts in time."""
    way = _Way(url)
    while True:
        refused = refusal(way.url, policy)
        if refused is not None:
            return way.outcome(url, _refused(refused, way), way.url if way.hops else "")
        left = policy.budget - way.spent
        if left <= 0:
            return way.outcome(url, Reason.TIMEOUT, f"not done within {policy.budget:g} s")
        result = yield Request(_fetched(way.url), _headers(way, policy), policy.body_limit, left)
        way.attempts += 1
        if not isinstance(result, Answer | Failure):
            raise TypeError("a request has to be followed by an Answer or a Failure")
        way.spent += result.elapsed
        pause = _pause(result, way, policy, jitter)
        if pause is not None:
            way.tries += 1
            way.spent += pause
            yield Wait(pause)
            continue
        if isinstance(result, Failure):
            return way.outcome(url, _FAULTS[result.fault], result.detail)
        way.hops.append(Hop(way.url, result.status))
        if result.status not in _REDIRECTS:
            return _judged(url, result, way)
        fault = _follow(result, way, policy)
        if fault is not None:
            location = result.headers.get("location", "no Location header")
            return way.outcome(url, fault, location[:_SHOWN])


def _refused(reason: Reason, way: _Way) -> Reason:
    """A redirect that leads to no web address is a fault of the server that sent it."""
    broken = reason in (Reason.INVALID_URL, Reason.UNSUPPORTED_SCHEME)
    return Reason.BAD_REDIRECT if broken and way.hops else reason


def _fetched(url: str) -> str:
    """`url` as it goes over the wire: no fragment, nothing but printable ASCII (RFC 3986)."""
    address = split(url)
    port = f":{address.port}" if address.port else ""
    query = f"?{address.query}" if address.query is not None else ""
    return f"{address.scheme}://{address.host}{port}{encode(address.path + query, _UNSAFE)}"


def _headers(way: _Way, policy: Policy) -> dict[str, str]:
    headers = {
        "User-Agent": policy.user_agent,
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "en",
        "Accept-Encoding": "gzip",
    }
    cookies = way.cookie_header()
    return {**headers, "Cookie": cookies} if cookies else headers


def _pause(
    result: Answer | Failure, way: _Way, policy: Policy, jitter: Callable[[], float]
) -> float | None:
    """Seconds until the request is worth another attempt; None when it is not."""
    tries = policy.retries
    if isinstance(result, Failure):
        may_pass = result.fault in _MAY_PASS
        asked = None
        if result.fault is Fault.NO_SUCH_HOST:
            tries = min(tries, 1)
    else:
        may_pass = result.status == 429 or 500 <= result.status < 600
        may_pass = may_pass and signs.wall(result.status, result.headers, result.body) is None
        asked = _retry_after(result.headers)
    if not may_pass or way.tries >= tries:
        return None
    backoff = _BACKOFF * 2**way.tries * jitter()
    pause = backoff if asked is None else max(asked, 0.0)
    return pause if way.spent + pause < policy.budget else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _follow(answer: Answer, way: _Way, policy: Policy) -> Reason | None:
    """Go on to where a redirect points; a reason when that leads nowhere."""
    location = answer.headers.get("location", "").strip()
    if not location:
        return Reason.BAD_REDIRECT
    if len(location) > _MAX_LOCATION:
        return Reason.BAD_REDIRECT
    if len(way.hops) > policy.max_redirects:
        return Reason.TOO_MANY_REDIRECTS
    way.seen.add(way.state())
    _remember_cookies(answer, way)
    fragment = way.url.partition("#")[2]
    location = encode(location, _UNSAFE)
    try:
        target = location if _ABSOLUTE.match(location) else urljoin(way.url, location)
        if fragment and "#" not in target:
            target = f"{target}#{fragment}"  # RFC 9110, 10.2.2: the fragment is inherited
        split(target)
    except ValueError:  # InvalidURLError is one
        return Reason.BAD_REDIRECT
    way.url = target
    way.tries = 0
    return Reason.REDIRECT_LOOP if way.state() in way.seen else None


def _remember_cookies(answer: Answer, way: _Way) -> None:
    """Keep cookies for this host, within this probe."""
    kept = way.cookies.setdefault(split(way.url).host, {})
    kept.update(answer.cookies)
    while len(kept) > _COOKIES:
        kept.pop(next(iter(kept)))


def _judged(url: str, answer: Answer, way: _Way) -> Outcome:
    """What the last answer means, from the most telling sign to the least."""
    status = answer.status
    for reason, sign in _SIGNS:
        evidence = sign(answer, way)
        if evidence is not None:
            return way.outcome(url, reason, evidence)
    if status in _STATUSES:
        return way.outcome(url, _STATUSES[status], _phrase(status))
    if not 200 <= status < 300:
        reason = Reason.SERVER_ERROR if 500 <= status < 600 else Reason.ODD_STATUS
        return way.outcome(url, reason, _phrase(status))
    if len(way.hops) == 1:
        return way.outcome(url, Reason.OK, _phrase(status))
    return _redirected(url, way)


def _wall(answer: Answer, _: _Way) -> str | None:
    return signs.wall(answer.status, answer.headers, answer.body)


def _used_up(answer: Answer, _: _Way) -> str | None:
    used_up = answer.status == 403 and answer.headers.get("x-ratelimit-remaining") == "0"
    return "x-ratelimit-remaining: 0" if used_up else None


def _missing(answer: Answer, way: _Way) -> str | None:
    if not 200 <= answer.status < 300:
        return None
    return signs.missing(way.hops[0].url, way.hops[-1].url, answer.body)


def _login(answer: Answer, way: _Way) -> str | None:
    final = way.hops[-1].url
    asked = 200 <= answer.status < 300 and len(way.hops) > 1 and signs.is_login(final)
    return final if asked and not signs.is_login(way.hops[0].url) else None


_SIGNS: tuple[tuple[Reason, Callable[[Answer, _Way], str | None]], ...] = (
    (Reason.BOT_WALL, _wall),
    (Reason.RATE_LIMITED, _used_up),
    (Reason.SOFT_404, _missing),
    (Reason.LOGIN_WALL, _login),
)


def _redirected(url: str, way: _Way) -> Outcome:
    """Alive after redirects: moved for good only if permanent ones lead to another page."""
    replacement = url
    for hop, after in zip(way.hops, way.hops[1:], strict=False):
        if hop.status not in _PERMANENT:
            break
        replacement = after.url
    reason = Reason.REDIRECTED if _same_page(url, replacement) else Reason.MOVED_PERMANENTLY
    return Outcome(
        url,
        reason,
        tuple(way.hops),
        replacement if reason is Reason.MOVED_PERMANENTLY else None,
        f"ends at {way.hops[-1].url}",
        way.attempts,
    )


def _same_page(one: str, other: str) -> bool:
    """Whether two addresses differ only in scheme, ``www.``, a slash, case or a session id."""
    try:
        return _page(split(one)) == _page(split(other))
    except InvalidURLError:
        return False


def _page(address: Address) -> tuple[str, str]:
    key, query = compare_key(address)
    return signs.without_session(key.removeprefix("www.")), signs.without_session(query)


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
