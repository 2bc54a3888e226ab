"""The judgement on one address, without I/O.

`probe` is a generator. It yields what to do next, a `Request` to be sent or a `Wait` to be waited,
and is sent what came of it: an `Answer` or a `Failure`. It returns the `Outcome`. Whoever drives it
does the work and judges nothing; so every rule stands here and in the tables of `page_signs`, once,
and is tested without a socket.

The way of a probe: each redirect is a hop of its own; what may pass (a timeout, a broken
connection, 5xx, 429) is tried again after a pause, within the budget; then the last answer and the
way to it are looked up in tables, from the most telling sign to the least. Where a sign is no
proof, the server is asked for a page that nobody has made: if that looks the same, it was one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping
from functools import cache
from http import HTTPStatus
from typing import TypeAlias

from attrs import evolve

from safelinks.addresses.urls import split
from safelinks.catalog.entries import HealthHints
from safelinks.foundation.values import frozen
from safelinks.health.guards.refusal import refusal, refusal_of_link
from safelinks.health.judgement import bot_walls, page_signs
from safelinks.health.judgement.persistent_identifiers import is_persistent
from safelinks.health.judgement.redirects import (
    BUSY,
    PERMANENT,
    REDIRECTS,
    Way,
    pause,
    resolved,
    same_page,
)
from safelinks.health.judgement.soft_404 import same_for_any
from safelinks.health.judgement.visible_page import Page, page_of
from safelinks.health.model.exchange import Answer, Failure, Fault, Step
from safelinks.health.model.outcome import Certificate, Outcome, Reason, Verdict
from safelinks.health.model.policy import Method, Policy

__all__ = ["Probe", "probe"]

Probe: TypeAlias = Generator[Step, Answer | Failure | None, Outcome]

_NO_HINTS = HealthHints()
# A proxy that is not there is this machine's network, not the link.
_FAULTS: Mapping[Fault, Reason] = {
    fault: Reason.NO_NETWORK if fault is Fault.PROXY_UNREACHABLE else Reason[fault.name]
    for fault in Fault
}
_STATUSES: Mapping[int, Reason] = {
    401: Reason.AUTH_REQUIRED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    407: Reason.AUTH_REQUIRED,
    410: Reason.GONE,
    429: Reason.RATE_LIMITED,
    451: Reason.LEGAL,
}
# How a site that lets only browsers in keeps programs out.
_CLOSED_STATUSES = frozenset({401, 403, 405, 406, 429, 503})
_CLOSED_FAULTS = frozenset({Fault.RESET, Fault.TIMEOUT})
_SHOWN = 200  # characters of a header in the evidence
_AT_ONCE = 5  # seconds: a page that is left so soon is not for reading


def probe(
    url: str,
    policy: Policy,
    hints: HealthHints | None = None,
    jitter: Callable[[], float] = random.random,
    *,
    or_http: bool = False,
) -> Probe:
    """Judge `url`, of whose resource the catalog knows `hints`.

    `jitter` gives numbers from 0 to 1, which spread further attempts in time. With `or_http`, where
    nothing answers over HTTPS, plain HTTP is asked: the scheme is a guess.
    """
    hints = hints or _NO_HINTS
    way = Way(url, policy, Method.GET if hints.head_unreliable else policy.method, url)
    if or_http and url.startswith("https:"):
        way.fallback = f"http{url.removeprefix('https')}"
    while True:
        ended = _ended(way)
        if ended is not None:
            return ended
        result = yield way.request()
        if not isinstance(result, Answer | Failure):
            raise TypeError("a request must be followed by an Answer or a Failure")
        method = way.method
        way.note(result, method)
        if _asks_anew(result, way):
            continue
        seen = _seen(result, way, hints)
        again = pause(result, way, jitter) if seen is None or not seen.is_walled else None
        if again is not None:
            way.tries += 1
            way.spent += again.seconds
            yield again
            continue
        way.hop(result, method)
        if seen is None:
            assert isinstance(result, Failure)  # noqa: S101
            return _failed(way.unanswered or result, way, hints)
        if _follows_page(seen):
            continue
        if seen.answer.status not in REDIRECTS:
            outcome = yield from _judged(seen, jitter)
            return outcome if seen.answer.asked else _not_asked(outcome)
        fault = way.follow(seen.answer)
        if fault is not None:
            location = seen.answer.headers.get("location")
            shown = f"leads to {location[:_SHOWN]}" if location else "no Location header"
            return way.outcome(fault, shown)


def _not_asked(outcome: Outcome) -> Outcome:
    """What a host that wants to be left alone means for a page that was left out for that.

    It may have a day off or a bad minute, and the page itself may work: nobody knows.
    """
    known = outcome.verdict is Verdict.UNCERTAIN
    reason = outcome.reason if known else Reason.RATE_LIMITED
    evidence = f"{outcome.evidence}, as for another link to this host"
    return evolve(outcome, reason=reason, evidence=evidence)


def _follows_page(seen: _Seen) -> bool:
    """Go on to where a page sends its readers at once, and say whether it does.

    One that is not what it says is judged itself, and so is one that leads where nobody may ask.
    """
    if not seen.works or not seen.page.refreshes_within(_AT_ONCE):
        return False
    if "<base" in seen.page.lower or any(sign(seen) is not None for _, sign in _SIGNS):
        return False
    target = resolved(seen.page.refresh, seen.way.url)
    if target is None or refusal(target, seen.way.policy) is not None:
        return False
    return seen.way.follow_page(seen.answer, target)


def _asks_anew(result: Answer | Failure, way: Way) -> bool:
    """Whether to ask at once in another way: a HEAD alone proves nothing, nor does a guess."""
    if way.method is Method.HEAD and not _is_clean(result):
        way.method = Method.GET
        return not isinstance(result, Answer) or result.status not in BUSY
    return way.falls_back(result)


def _ended(way: Way) -> Outcome | None:
    """The outcome where nothing more may be asked, or there is no time for it; None elsewhere."""
    elsewhere = refusal(way.url, way.policy) if way.url != way.start else None
    refused = elsewhere or refusal_of_link(way.start, way.policy)
    if refused is not None:
        return way.outcome(_refused(refused, way), f"leads to {way.url}" if way.hops else "")
    if way.left <= 0:
        return way.outcome(Reason.TIMEOUT, f"timed out after {way.policy.budget:g} s")
    return None


def _refused(reason: Reason, way: Way) -> Reason:
    """A redirect that leads to no web address is a fault of the server that sent it."""
    broken = reason in (Reason.INVALID_URL, Reason.UNSUPPORTED_SCHEME)
    return Reason.BAD_REDIRECT if broken and way.hops else reason


def _is_clean(result: Answer | Failure) -> bool:
    """Whether a HEAD says that all is well, which is all that it can say."""
    if isinstance(result, Failure):
        return False
    return 200 <= result.status < 300 or (
        result.status in REDIRECTS and bool(result.headers.get("location"))
    )


@frozen
class _Seen:
    """An answer as the judgement sees it."""

    answer: Answer
    page: Page
    way: Way
    hints: HealthHints
    wall: str | None

    @property
    def is_walled(self) -> bool:
        return self.wall is not None

    @property
    def works(self) -> bool:
        return 200 <= self.answer.status < 300


def _seen(result: Answer | Failure, way: Way, hints: HealthHints) -> _Seen | None:
    if isinstance(result, Failure):
        return None
    page = page_of(result.body, result.headers, whole=result.whole) if result.body else Page("")
    return _Seen(result, page, way, hints, bot_walls.wall(result.status, result.headers, page))


def _failed(failure: Failure, way: Way, hints: HealthHints) -> Outcome:
    """What it means that nothing came back."""
    if hints.blocks_bots and failure.fault in _CLOSED_FAULTS:
        return way.outcome(Reason.BOT_WALL, f"{failure.detail}: known to block automated requests")
    words = _CERTIFICATES.get(failure.fault)
    if words is not None and failure.certificate is not None:
        return way.outcome(_FAULTS[failure.fault], words(failure.certificate))
    return way.outcome(_FAULTS[failure.fault], failure.detail)


def _dates(certificate: Certificate) -> str:
    return f"valid from {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"


def _names(certificate: Certificate) -> str:
    names = ", ".join(certificate.names[:3]) or "no name"
    return f"for {names}{', …' if len(certificate.names) > 3 else ''}"


def _alone(_: Certificate) -> str:
    return "the certificate of its issuer was not sent"


# What a rejected certificate says of itself, as far as it explains the rejection.
_CERTIFICATES: Mapping[Fault, Callable[[Certificate], str]] = {
    Fault.TLS_EXPIRED: _dates,
    Fault.TLS_NOT_YET_VALID: _dates,
    Fault.TLS_HOSTNAME: _names,
    Fault.TLS_INCOMPLETE_CHAIN: _alone,
}


def _judged(seen: _Seen, jitter: Callable[[], float]) -> Probe:
    """What the last answer means, from the most telling sign to the least."""
    way, status = seen.way, seen.answer.status
    for reason, sign in _SIGNS:
        evidence = sign(seen)
        if evidence is not None:
            return way.outcome(reason, evidence)
    if status in _STATUSES:
        return way.outcome(_STATUSES[status], _phrase(status))
    if not seen.works:
        reason = Reason.SERVER_ERROR if 500 <= status < 600 else Reason.ODD_STATUS
        return way.outcome(reason, _phrase(status))
    if _is_doubtful(seen):
        same = yield from same_for_any(way, seen.answer.status, seen.page, jitter)
        if same is not None:
            return way.outcome(Reason.SOFT_404, same)
    if len(way.hops) == 1:
        return way.outcome(Reason.OK, _said(seen))
    return _redirected(way)


def _wall(seen: _Seen) -> str | None:
    return seen.wall or (bot_walls.wall_at(seen.way.final) if len(seen.way.hops) > 1 else None)


def _closed(seen: _Seen) -> str | None:
    closed = seen.hints.blocks_bots and seen.answer.status in _CLOSED_STATUSES
    return f"{_phrase(seen.answer.status)}: known to block automated requests" if closed else None


def _used_up(seen: _Seen) -> str | None:
    used_up = seen.answer.status == 403 and seen.answer.headers.get("x-ratelimit-remaining") == "0"
    return "x-ratelimit-remaining: 0" if used_up else None


def _expected(seen: _Seen) -> str | None:
    status = seen.answer.status
    return f"{_phrase(status)}, as expected" if status in seen.hints.expect_status else None


def _broken(seen: _Seen) -> str | None:
    return page_signs.broken(seen.page) if seen.works else None


def _maintenance(seen: _Seen) -> str | None:
    if seen.answer.status not in (200, 503):
        return None
    return page_signs.maintenance(seen.answer.status, seen.answer.headers, seen.page)


def _missing(seen: _Seen) -> str | None:
    if not seen.works:
        return None
    return page_signs.missing(seen.way.origin, seen.way.final, seen.page, seen.hints.soft_404)


def _parked(seen: _Seen) -> str | None:
    return page_signs.parked(seen.way.origin, seen.way.final, seen.page) if seen.works else None


def _login(seen: _Seen) -> str | None:
    way = seen.way
    if not seen.works or len(way.hops) < 2 or page_signs.is_login(way.origin):
        return None
    wall = page_signs.is_login(way.final) or page_signs.asks_to_return(way.final, seen.page)
    return f"leads to {way.final}" if wall else None


_SIGNS: tuple[tuple[Reason, Callable[[_Seen], str | None]], ...] = (
    (Reason.BOT_WALL, _wall),
    (Reason.BOT_WALL, _closed),
    (Reason.RATE_LIMITED, _used_up),
    (Reason.OK, _expected),
    (Reason.MAINTENANCE, _maintenance),
    (Reason.SERVER_ERROR, _broken),
    (Reason.SOFT_404, _missing),
    (Reason.PARKED, _parked),
    (Reason.LOGIN_WALL, _login),
)


def _is_doubtful(seen: _Seen) -> bool:
    """Whether a page that says 200 may yet be the one for all that is not there."""
    way = seen.way
    asked, final = split(way.origin), split(way.final)
    if asked.query is None and page_signs.is_front(asked.path):
        return False
    # Another site's front page may be a gate that every visitor has to pass.
    home = len(way.hops) > 1 and page_signs.is_home(final.path) and page_signs.is_site(asked, final)
    return home or page_signs.may_be_missing(way.origin, seen.page)


def _redirected(way: Way) -> Outcome:
    """Alive after redirects: moved permanently only if permanent ones lead to another page.

    An identifier that is there to redirect has not moved, and is not replaced.
    """
    replacement = way.origin
    for hop, after in zip(way.hops, way.hops[1:], strict=False):
        if hop.status not in PERMANENT or is_persistent(hop.url):
            break
        replacement = after.url
    evidence = f"ends at {way.final}"
    if same_page(way.origin, replacement):
        return way.outcome(Reason.REDIRECTED, evidence)
    return way.outcome(Reason.MOVED_PERMANENTLY, evidence, replacement)


def _said(seen: _Seen) -> str:
    """The evidence for a page that works, with what a reader of the report may want to know."""
    said = _phrase(seen.answer.status)
    if seen.way.method is Method.HEAD:
        return f"{said} to HEAD: the page was not read"
    if page_signs.has_sign_in_form(seen.page):
        return f"{said}, a page to sign in"
    return said


@cache
def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
