"""Many addresses: each asked once, however it is spelled, and what may pass looked at twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from safelinks.addresses.urls import request_key, split
from safelinks.catalog import Catalog, Match
from safelinks.catalog.entries import HealthHints
from safelinks.errors import SetupError
from safelinks.foundation.values import frozen
from safelinks.health.guards.public_addresses import is_private_host
from safelinks.health.guards.refusal import refusal_of_link
from safelinks.health.model.outcome import ArchivedCopy, Outcome, Reason, Verdict
from safelinks.health.model.policy import Policy
from safelinks.health.network.dialling import Dial, dial
from safelinks.health.network.name_lookup import Resolve, resolve
from safelinks.health.network.session import Session
from safelinks.health.scheduled_probes import Asking, TimedOutcome
from safelinks.health.spelled_outcomes import spelled

if TYPE_CHECKING:
    import httpx

    from safelinks.health.memory.history import History

__all__ = ["Checker"]

# What a machine without a network sees. Some closed networks answer "no such name" to every name.
_SUSPECT = frozenset(
    {Reason.NO_SUCH_HOST, Reason.DNS_FAILURE, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.REFUSED,
     Reason.RESET}
)  # fmt: skip
# What may have passed by the end of the run.
_MAY_PASS = frozenset(
    {Reason.DNS_FAILURE, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.REFUSED, Reason.RESET,
     Reason.SERVER_ERROR, Reason.RATE_LIMITED}
)  # fmt: skip
_DIAL = dial
_WORTH_A_PROCESS = 1_000  # addresses: fewer are asked before another process has begun
_LEAST_LEFT = 1.0  # seconds of its budget that a link needs for a last look


class Identifies(Protocol):
    """Knows the resource of an address, such as a `Catalog` and a `Check`."""

    def identify(self, url: str) -> Match:
        """What `url` is."""


class Checker:
    """Judges addresses by `policy`.

    `transport` is any httpx transport to be used instead of safelinks' own, `look_up` resolves
    names, `dial` connects to addresses; `catalog` knows what is odd about some sites, by default
    that of the City. A `history` saves the outcomes; its outcomes are reused if they are younger
    than `max_age` of their verdict.

    With `jobs` of 2, a second process asks for some of the sites, with None where that is faster:
    for 1,000 addresses or more. It is forked from this one, and only where there is no other thread
    and no `transport`, `look_up` or `dial` of the caller's; elsewhere, this process asks alone.

    Names that are reserved for examples and tests are asked where the caller says what they stand
    for: by a `transport`, `look_up` or `dial` of their own.
    """

    def __init__(  # noqa: PLR0913  each is a seam of its own
        self,
        policy: Policy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        look_up: Resolve = resolve,
        *,
        dial: Dial = dial,
        catalog: Identifies | None = None,
        history: History | None = None,
        max_age: Mapping[Verdict, timedelta] | None = None,
        jobs: int | None = 1,
    ) -> None:
        self.policy = policy or Policy()
        if transport is not None or look_up is not resolve or dial is not _DIAL:
            self.policy = evolve(self.policy, allow_reserved=True)
        self._transport = transport
        self._look_up = look_up
        self._dial = dial
        self._catalog = catalog
        self._history = history
        self._max_age = max_age or {}
        if jobs not in (None, 1, 2):
            raise SetupError(f"jobs must be 1, 2 or None, not {jobs!r}")
        self._jobs = jobs
        self._held: dict[str, _Held] = {}  # by the address that was asked
        self._spellings: dict[str, tuple[str, ...]] = {}  # as above, of what has no outcome yet
        self._asking: Asking | None = None
        self._guessed: frozenset[str] = frozenset()

    @property
    def forgot(self) -> bool:
        """Whether its history was damaged, so that nothing is known of earlier runs."""
        return self._history is not None and self._history.begun_anew

    async def check(
        self,
        urls: Iterable[str],
        on_outcome: Callable[[Outcome], object] | None = None,
        *,
        or_http: Collection[str] = (),
    ) -> dict[str, Outcome]:
        """The outcome of every distinct address in `urls`; `on_outcome` is called with each.

        Of addresses in `or_http`, the scheme is a guess: where nothing answers over HTTPS, they are
        judged by what plain HTTP says.
        """
        outcomes: dict[str, Outcome] = {}
        async for outcome in self.results(urls, or_http=or_http):
            outcomes[outcome.url] = outcome
            if on_outcome is not None:
                on_outcome(outcome)
        return outcomes

    async def results(
        self, urls: Iterable[str], *, or_http: Collection[str] = ()
    ) -> AsyncGenerator[Outcome, None]:
        """Outcomes as they come; those that need a retry or a look at the network come last.

        An address is asked once, whatever its fragment, its tracking parameters and the case of
        its host: each spelling has an outcome. `or_http` is that of `check`. Raises SetupError.
        """
        self._guessed = frozenset(or_http)
        spellings = _spellings([urls] if isinstance(urls, str) else urls)
        for outcome in self._recalled(spellings):
            yield outcome
        if not spellings:
            return
        # The shortest is asked: it has the least in it of whoever it was sent to.
        spellings = {min(urls_of, key=len): urls_of for urls_of in spellings.values()}
        self._spellings = spellings
        async with Session(self.policy, self._transport, self._look_up, self._dial) as session:
            held = self._held = {}
            asking = self._asking = self._begin(session, spellings)
            results = asking.results()
            try:
                async for judged in results:
                    urls_of = spellings.pop(judged.outcome.url)
                    if judged.outcome.reason in _MAY_PASS or self._is_suspect(judged.outcome):
                        held[judged.outcome.url] = _Held(judged, urls_of)
                        continue
                    for outcome in self._spelled(judged, urls_of):
                        yield outcome
            finally:
                await results.aclose()
            if not asking.reached:
                await self._without_network(session, held)
            async for one in self._last_look(session, list(held.values())):
                del held[one.judged.outcome.url]
                for outcome in self._spelled(one.judged, one.urls):
                    yield outcome

    def _begin(self, session: Session, spellings: Mapping[str, tuple[str, ...]]) -> Asking:
        """Who asks: what the caller has brought is used in this process only."""
        guesses = self._guesses(spellings)
        is_alone = self._transport is not None or self._look_up is not resolve
        is_alone |= self._jobs == 1 or self._dial is not _DIAL
        if is_alone or (self._jobs is None and len(spellings) < _WORTH_A_PROCESS):
            jobs = ((url, self.policy) for url in spellings)
            return Asking(session, self.policy, self._hints, jobs, guesses)
        from safelinks.health.processes.asking_processes import asking_for  # noqa: PLC0415  few need it

        return asking_for(session, self.policy, self._hints, spellings, guesses, jobs=self._jobs)

    async def find_copies(
        self,
        archive: str,
        wanted: Mapping[str, datetime | None],
        on_copy: Callable[[str, ArchivedCopy], object],
    ) -> str | None:
        """Ask the TimeGate `archive` for copies of addresses that are gone (RFC 7089).

        `wanted` has for each the time that the copy is to be nearest to; the newest is for None.
        `on_copy` is called with each address that has a copy. Addresses that may hold a secret are
        not sent. Gives a sentence where the archive was left alone before the end.
        """
        from safelinks.health.archive_lookup import ArchiveLookup  # noqa: PLC0415  only who wants copies pays

        async with Session(self.policy, self._transport, self._look_up, self._dial) as session:
            lookup = ArchiveLookup(session, self.policy, archive, self._look_up)
            return await lookup.ask(wanted, on_copy)

    def provisional(self) -> list[Outcome]:
        """Results that are known but not final, when a check is interrupted.

        Nothing of it is remembered, and of what a missing network may explain, only that.
        """
        unfinished = self._asking.unfinished() if self._asking else []
        reached = self._asking is not None and self._asking.reached
        found = {outcome.url: outcome for outcome in unfinished}
        held = self._held | self._untaken()
        for url, one in held.items():
            outcome = one.judged.outcome
            if not reached and self._is_suspect(outcome):
                evidence = f"interrupted after: {outcome.evidence}"
                outcome = evolve(outcome, reason=Reason.NOT_ASKED, evidence=evidence)
            found[url] = outcome
        spellings = self._spellings | {url: one.urls for url, one in held.items()}
        pages = {url: one.judged.page for url, one in held.items()}
        return [
            spelled(outcome, spelling, pages.get(url))
            for url, outcome in found.items()
            for spelling in spellings.get(url, (url,))
        ]

    def _untaken(self) -> dict[str, _Held]:
        """What was judged when somebody stopped, by the address that was asked."""
        found = {}
        for judged in self._asking.untaken if self._asking else ():
            url = judged.outcome.url
            first = self._held.get(url)
            found[url] = first.seen_again(judged) if first else _Held(judged, self._spellings[url])
        return found

    def _is_suspect(self, outcome: Outcome) -> bool:
        """Whether a missing network would explain `outcome`.

        It does not for a private address, nor for one that the user has given.
        """
        if outcome.reason not in _SUSPECT:
            return False
        address = split(outcome.final_url)
        given = (address.host, address.effective_port) in self.policy.resolve
        return not given and not is_private_host(address.host)

    def _hints(self, url: str) -> HealthHints | None:
        if self._catalog is None:
            self._catalog = Catalog.nyc()
        resource = self._catalog.identify(url).resource
        return resource.health if resource else None

    def _recalled(self, spellings: dict[str, tuple[str, ...]]) -> Iterator[Outcome]:
        """What the history knows well enough, which is then taken out of `spellings`."""
        if self._history is None or not self._max_age:
            return
        for key, urls in list(spellings.items()):
            if refusal_of_link(urls[0], self.policy) is not None:
                continue
            known = [self._history.recall(self._remembered(url), self._max_age) for url in urls]
            found = [outcome for outcome in known if outcome is not None]
            if len(found) == len(urls):
                del spellings[key]
                for url, outcome in zip(urls, found, strict=True):
                    yield spelled(outcome, url)

    def _spelled(self, judged: TimedOutcome, urls: tuple[str, ...]) -> Iterator[Outcome]:
        """What is to be said of each spelling, and remembered."""
        for url in urls:
            outcome = spelled(judged.outcome, url, judged.page)
            if self._history is not None:
                kept = spelled(judged.outcome, self._remembered(url), judged.page)
                note = self._history.record if kept.attempts else self._history.with_past
                outcome = evolve(outcome, past=note(kept).past)
            yield outcome

    def _remembered(self, url: str) -> str:
        """The spelling of `url` that a history knows: its fragment matters if it is looked for.

        Where the scheme is a guess, none is remembered: what came over HTTP says nothing of HTTPS.
        """
        known = url if self.policy.fragments else url.partition("#")[0]
        return known.partition(":")[2] if url in self._guessed else known

    def _guesses(self, spellings: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        """Those of the addresses to be asked whose scheme is a guess in all spellings."""
        return frozenset(
            min(urls, key=len)
            for urls in spellings.values()
            if all(url in self._guessed for url in urls)
        )

    async def _without_network(self, session: Session, held: dict[str, _Held]) -> None:
        """Say nothing about the suspects if this machine has no network.

        What went through a proxy is none of them: that the proxy was there is known.
        """
        suspects = {
            url: one.judged.outcome
            for url, one in held.items()
            if self._is_suspect(one.judged.outcome)
            and session.is_direct(one.judged.outcome.final_url)
        }
        if not suspects or await session.online():
            return
        evidence = f"{self.policy.control_host} cannot be looked up either"
        for url, outcome in suspects.items():
            told = evolve(outcome, reason=Reason.NO_NETWORK, evidence=evidence)
            held[url] = held[url].told(told)

    async def _last_look(self, session: Session, held: list[_Held]) -> AsyncGenerator[_Held, None]:
        """What was held back, once more where it may have passed meanwhile."""
        again: dict[str, _Held] = {}
        # Those that nobody has asked yet come first: they show whether their host is back.
        for one in sorted(held, key=lambda one: one.judged.outcome.attempts > 0):
            if one.deserves_another_look(self.policy):
                again[one.judged.outcome.url] = one
            else:
                yield one
        jobs = (
            (url, evolve(self.policy, retries=0, budget=self.policy.budget - one.judged.spent))
            for url, one in again.items()
        )
        guesses = self._guesses({url: one.urls for url, one in again.items()})
        self._asking = Asking(session, self.policy, self._hints, jobs, guesses)
        results = self._asking.results()
        try:
            async for judged in results:
                yield again[judged.outcome.url].seen_again(judged)
        finally:
            await results.aclose()


@frozen
class _Held:
    """What is not said yet, and of which spellings of an address."""

    judged: TimedOutcome
    urls: tuple[str, ...]

    def told(self, outcome: Outcome) -> _Held:
        return evolve(self, judged=evolve(self.judged, outcome=outcome))

    def deserves_another_look(self, policy: Policy) -> bool:
        """Whether a further attempt is wanted, has time left, and was not asked to stay away."""
        outcome = self.judged.outcome
        if outcome.reason not in _MAY_PASS or not policy.retries:
            return False
        if self.judged.stay_away:
            return False
        return policy.budget - self.judged.spent >= _LEAST_LEFT

    def seen_again(self, judged: TimedOutcome) -> _Held:
        """What the last look says, unless it is no more than the first."""
        first, last = self.judged.outcome, judged.outcome
        attempts = first.attempts + last.attempts
        if last.reason in (*_MAY_PASS, Reason.NO_SUCH_HOST) and first.attempts:
            return self.told(evolve(first, attempts=attempts))
        last = evolve(last, attempts=attempts, error=last.error or first.error)
        return evolve(self, judged=evolve(judged, outcome=last))


def _spellings(urls: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The spellings of each address, by what they have in common."""
    found: dict[str, tuple[str, ...]] = {}
    for url in urls:
        key = request_key(url)
        known = found.get(key, ())
        if url not in known:
            found[key] = (*known, url)
    return found
