"""The way of one probe: what it has asked so far, where a redirect leads, when to try again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin

from attrs import Factory

from safelinks.addresses.percent import encode
from safelinks.addresses.urls import Address, compare_key, split, without_dot_segments
from safelinks.errors import InvalidURLError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.health.guards.refusal import refusal
from safelinks.health.judgement.cookies import Jar
from safelinks.health.model.exchange import Answer, Failure, Fault, Request, Wait
from safelinks.health.model.outcome import Certificate, Hop, Outcome, Reason
from safelinks.health.model.policy import Method, Policy

__all__ = [
    "BUSY",
    "PERMANENT",
    "REDIRECTS",
    "Way",
    "location_of",
    "pause",
    "resolved",
    "retry_after",
    "same_page",
]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
_MAY_PASS = frozenset(
    {Fault.DNS_FAILURE, Fault.NO_SUCH_HOST, Fault.REFUSED, Fault.RESET, Fault.TIMEOUT,
     Fault.UNREACHABLE}
)  # fmt: skip
# What may be otherwise over plain HTTP: the name and its addresses are the same.
_NO_ANSWER = frozenset(Fault) - {
    Fault.NO_SUCH_HOST, Fault.DNS_FAILURE, Fault.PRIVATE_ADDRESS, Fault.INVALID_URL,
    Fault.PROXY_UNREACHABLE,
}  # fmt: skip
BUSY = frozenset({429, 503})  # the whole host is, not only this page
_BACKOFF = 1.0  # seconds before the first further attempt; doubled each time
_ABSOLUTE = pattern_of(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE | re.ASCII)
_WEB = pattern_of(r"(https?):[/\\]{1,2}(?![/\\])", re.IGNORECASE)
_NETWORK_PATH = pattern_of(r"[/\\]{2}")
_AUTHORITY_END = pattern_of(r"[/\\?#]")
_UNSAFE = pattern_of(r"[^!-~]")
_MAX_LOCATION = 8_192  # characters
_SHARE_OF_HEAD = 4  # a HEAD gets one part in so many of the budget


@define
class Way:
    """What a probe remembers; `url` is what it is about to ask, `spent` is in seconds.

    `fallback` is asked where `url` has no answer, of which `unanswered` then says why.
    """

    start: str
    policy: Policy
    method: Method
    url: str
    hops: list[Hop] = Factory(list)
    attempts: int = 0
    spent: float = 0.0
    tries: int = 0
    error: str = ""
    certificate: Certificate | None = None
    fallback: str | None = None
    unanswered: Failure | None = None
    cookies: Jar = Factory(Jar)
    seen: set[tuple[str, str]] = Factory(set)

    @property
    def left(self) -> float:
        """Seconds left of the budget."""
        return self.policy.budget - self.spent

    @property
    def origin(self) -> str:
        """The address that the probe was asked about, before any redirect."""
        return self.hops[0].url if self.hops else self.start

    @property
    def final(self) -> str:
        """The last address that was requested."""
        return self.hops[-1].url if self.hops else self.start

    def request(self) -> Request:
        """The next request: to `url`, by `method`."""
        limit = self.left / _SHARE_OF_HEAD if self.method is Method.HEAD else self.left
        return self.request_to(self.url, limit, self.method)

    def request_to(self, url: str, limit: float, method: Method, *, aside: bool = False) -> Request:
        """A request to any address, with the headers and cookies of its host and no other."""
        policy = self.policy
        wanted = policy.fragment_limit if policy.fragments else policy.body_limit
        headers = {
            "User-Agent": policy.user_agent,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "en",
            "Accept-Encoding": "gzip",
        }
        address = split(url)
        cookies = self.cookies.header(address)
        if cookies:
            headers["Cookie"] = cookies
        if policy.headers:
            own = self._configured(address)
            names = {name.lower() for name in own}
            headers = {name: headers[name] for name in headers if name.lower() not in names}
            headers |= own
        return Request(_fetched(address), headers, wanted, limit, method.upper(), aside)

    def _configured(self, address: Address) -> Mapping[str, str]:
        """Headers that the user has set for this host.

        Another port is another service, and nothing goes in the clear, unless the link itself says
        so.
        """
        link = split(self.start)
        if address.host != link.host and address.scheme == "http":
            return {}
        if address.scheme == "http" and link.scheme == "https":
            return {}
        ports = {443, 80, link.effective_port if link.host == address.host else None}
        if address.effective_port not in ports:
            return {}
        return self.policy.headers.get(address.host, {})

    def note(self, result: Answer | Failure, method: Method) -> None:
        """Remember what came of a request."""
        if not result.asked:
            return
        self.attempts += 1
        self.spent += result.elapsed
        self.certificate = result.certificate or self.certificate
        if isinstance(result, Failure):
            self.error = result.detail or result.fault.name.lower().replace("_", " ")
        elif result.status == 429 or result.status >= 500:
            self.error = f"status {result.status} to {method.upper()}"

    def hop(self, result: Answer | Failure, method: Method) -> None:
        """The request to `url` has decided, if there was one."""
        if not result.asked:
            return
        status = result.status if isinstance(result, Answer) else None
        self.hops.append(Hop(self.url, status, round(result.elapsed, 3), method.upper()))

    def falls_back(self, result: Answer | Failure) -> bool:
        """Whether there was no answer, and another address is to be asked instead of this one."""
        if isinstance(result, Answer):
            self.fallback = self.unanswered = None
        if self.fallback is None or not isinstance(result, Failure):
            return False
        if result.fault not in _NO_ANSWER or refusal(self.fallback, self.policy) is not None:
            return False
        self.url, self.fallback, self.unanswered, self.tries = self.fallback, None, result, 0
        return True

    def follow(self, answer: Answer) -> Reason | None:
        """Go on to where a redirect points; a reason when that leads nowhere."""
        target = location_of(answer, self.url)
        if target is None:
            return Reason.BAD_REDIRECT
        if len(self.hops) > self.policy.max_redirects:
            return Reason.TOO_MANY_REDIRECTS
        self._go_to(target, answer)
        return Reason.REDIRECT_LOOP if self._state() in self.seen else None

    def follow_page(self, answer: Answer, target: str) -> bool:
        """Go on to where a page sends its readers, if that is anywhere that was not asked yet."""
        bare = target.partition("#")[0]
        if len(self.hops) > self.policy.max_redirects:
            return False
        if bare == self.url.partition("#")[0] or any(bare == url for url, _ in self.seen):
            return False
        self._go_to(target, answer)
        return True

    def _go_to(self, target: str, answer: Answer) -> None:
        self.seen.add(self._state())
        self.cookies.keep(split(self.url), answer.cookies)
        self.url = target
        self.tries = 0

    def _state(self) -> tuple[str, str]:
        """What is about to be asked: the same twice is a loop."""
        return self.url.partition("#")[0], self.cookies.header(split(self.url))

    def outcome(self, reason: Reason, evidence: str, replacement: str | None = None) -> Outcome:
        """The end of the way."""
        return Outcome(
            self.start,
            reason,
            tuple(self.hops),
            replacement,
            evidence,
            self.attempts,
            self.error,
            self.certificate,
        )


def _fetched(address: Address) -> str:
    """The address as it goes over the wire: no fragment, only printable ASCII (RFC 3986)."""
    port = f":{address.port}" if address.port else ""
    query = f"?{address.query}" if address.query is not None else ""
    path = without_dot_segments(address.path)
    return f"{address.scheme}://{address.host}{port}{encode(path + query, _UNSAFE)}"


def location_of(answer: Answer, url: str) -> str | None:
    """Where the redirect `answer` of `url` points; None when that is no address.

    It inherits the fragment of `url` if it has none of its own (RFC 9110, 10.2.2).
    """
    target = resolved(answer.headers.get("location", "").strip(" \t"), url)
    fragment = url.partition("#")[2]
    return f"{target}#{fragment}" if target and fragment and "#" not in target else target


def resolved(location: str, url: str) -> str | None:
    """The address that `location` means on the page at `url`; None when it is no address."""
    if not location or len(location) > _MAX_LOCATION:
        return None
    try:
        target = _as_browsers_read(location, url)
        split(target)
    except ValueError:  # InvalidURLError is one
        return None
    return target


def _as_browsers_read(location: str, url: str) -> str:
    """`location` as an address, as forgiving as the URL standard is (4.4)."""
    web = _WEB.match(location)
    if web is not None:
        authority = _AUTHORITY_END.split(location[web.end() :], maxsplit=1)[0]
        rest = location[web.end() + len(authority) :]
        return f"{web[1].lower()}://{authority}{_escaped(rest)}"
    if _ABSOLUTE.match(location):
        return _escaped(location)
    if _NETWORK_PATH.match(location):
        return _as_browsers_read(f"{split(url).scheme}:{location}", url)
    return urljoin(url, _escaped(location))


def _escaped(text: str) -> str:
    """A path, query and fragment in printable ASCII; backslashes are slashes in a path."""
    path, mark, rest = text.partition("?")
    return encode(path.replace("\\", "/") + mark + rest, _UNSAFE)


def pause(result: Answer | Failure, way: Way, jitter: Callable[[], float]) -> Wait | None:
    """How long to wait before the request is worth another attempt; None when it is not."""
    tries = way.policy.retries
    asked = None
    if isinstance(result, Failure):
        may_pass = result.fault in _MAY_PASS
        if result.fault is Fault.NO_SUCH_HOST:
            tries = min(tries, 1)
    else:
        may_pass = result.status == 429 or 500 <= result.status < 600
        asked = retry_after(result.headers) if may_pass else None
    if not may_pass or not result.asked or way.tries >= tries:
        return None
    seconds = max(_BACKOFF * 2**way.tries * jitter(), asked or 0.0)
    if way.spent + seconds >= way.policy.budget:
        return None
    return Wait(seconds, isinstance(result, Answer) and result.status in BUSY)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  few answers have a date here

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def same_page(one: str, other: str) -> bool:
    """Whether `other` is `one` with TLS, ``www.``, a slash, other case or a session id at most."""
    try:
        before, after = split(one), split(other)
    except InvalidURLError:
        return False
    if before.scheme == "https" and after.scheme == "http":
        return False  # the same words, but anybody may read and change them on the way
    return _page(before) == _page(after)


def _page(address: Address) -> tuple[str, str]:
    key, query = compare_key(address)
    return _without_session(key.removeprefix("www.")), _without_session(query)


_SESSION = pattern_of(
    r"(?:;|(?<=[?&])|^)(?:jsessionid|phpsessid|sessionid|session_id|sid|cfid|cftoken)=[^;&?#]*&?",
    re.IGNORECASE,
)


def _without_session(text: str) -> str:
    return _SESSION.sub("", text)
