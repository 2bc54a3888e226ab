"""The question beside the way to a verdict: what is at an address that nobody has made?

Where a page is no proof that it is the one that was meant, its server is asked for another one
beside it. Steps out, answers in, as with a probe; it does no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from safelinks.addresses.urls import split
from safelinks.health.guards.refusal import refusal
from safelinks.health.judgement.redirects import REDIRECTS, Way, location_of, same_page
from safelinks.health.judgement.visible_page import Page, page_of
from safelinks.health.model.exchange import Answer, Failure, Step
from safelinks.health.model.policy import Method

__all__ = ["same_for_any"]

_MADE_UP = "no-such-page-"


def same_for_any(
    way: Way, status: int, page: Page, jitter: Callable[[], float]
) -> Generator[Step, Answer | Failure | None, str | None]:
    """What shows that the server answers the same for an address that cannot exist.

    `status` and `page` are what it had for the link. None where it has something else, and where
    nobody can tell.
    """
    made_up = f"{_MADE_UP}{int(jitter() * 1e12):x}"
    asked = split(way.origin)
    port = f":{asked.port}" if asked.port else ""
    beside = f"{asked.scheme}://{asked.host}{port}{asked.path.rpartition('/')[0]}"
    url, answer = yield from _aside(f"{beside}/{made_up}", way)
    if answer is None or answer.status != status:
        return None
    if len(way.hops) > 1 and same_page(url, way.final):
        return f"leads to {way.final}, like any other address there"
    if made_up not in url or page.is_shell or page.shows_at_most(0):
        return None
    name = asked.path.rpartition("/")[2] or made_up
    if not _alike(page_of(answer.body, answer.headers), page, name, made_up):
        return None
    return "the same page as for a made-up address"


def _aside(
    url: str, way: Way
) -> Generator[Step, Answer | Failure | None, tuple[str, Answer | None]]:
    """Where the redirects of `url` end, and the answer there; None when that cannot be said."""
    for _ in range(way.policy.max_redirects):
        if refusal(url, way.policy) is not None or way.left <= 0:
            break
        result = yield way.request_to(url, way.left, Method.GET, aside=True)
        if not isinstance(result, Answer):
            break
        way.attempts += 1
        way.spent += result.elapsed
        if result.status not in REDIRECTS:
            return url, result
        target = location_of(result, url)
        if target is None:
            break
        url = target
    return url, None


def _alike(other: Page, page: Page, name: str, made_up: str) -> bool:
    """Whether two pages say the same, apart from the `name` of what was asked for."""
    title, words = (text.replace(name, made_up) for text in (page.title, page.words))
    return (other.title, other.words) == (title, words)
