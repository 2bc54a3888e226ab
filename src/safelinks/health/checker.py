"""Many addresses: each asked once, few at a time on any host, results as they come."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator

import httpx
from attrs import evolve

from safelinks.health.addresses import is_private_host
from safelinks.health.dialling import Dial, dial
from safelinks.health.exchange import Answer, Failure, Wait
from safelinks.health.lookup import Resolve, resolve
from safelinks.health.outcome import Outcome, Reason
from safelinks.health.policy import Policy
from safelinks.health.probe import probe
from safelinks.health.session import Session
from safelinks.urls import split

__all__ = ["Checker"]

# What a machine without a network sees. Some closed networks answer "no such name" to every name.
_SUSPECT = frozenset(
    {Reason.NO_SUCH_HOST, Reason.DNS_FAILURE, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.REFUSED,
     Reason.RESET}
)  # fmt: skip


def _is_suspect(outcome: Outcome) -> bool:
    """Whether a missing network would explain `outcome`; it does not for a private address."""
    return outcome.reason in _SUSPECT and not is_private_host(split(outcome.final_url).host)


def _in_turns(urls: Iterable[str]) -> Iterator[str]:
    """Every distinct address, a host after the other: none holds up the rest."""
    by_host: dict[str, deque[str]] = {}
    for url in dict.fromkeys(urls):
        by_host.setdefault(url.partition("://")[2].partition("/")[0].lower(), deque()).append(url)
    waiting = deque(by_host.values())
    while waiting:
        host = waiting.popleft()
        yield host.popleft()
        if host:
            waiting.append(host)


class Checker:
    """Judges addresses by `policy`.

    `transport` is any httpx transport to be used instead of safelinks' own, `look_up` resolves
    names, `dial` connects to addresses.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        look_up: Resolve = resolve,
        *,
        dial: Dial = dial,
    ) -> None:
        self.policy = policy or Policy()
        self._transport = transport
        self._look_up = look_up
        self._dial = dial

    async def check(
        self, urls: Iterable[str], on_outcome: Callable[[Outcome], object] | None = None
    ) -> dict[str, Outcome]:
        """The outcome of every distinct address in `urls`; `on_outcome` hears of each at once."""
        outcomes: dict[str, Outcome] = {}
        async for outcome in self.results(urls):
            outcomes[outcome.url] = outcome
            if on_outcome is not None:
                on_outcome(outcome)
        return outcomes

    async def results(self, urls: Iterable[str]) -> AsyncGenerator[Outcome, None]:
        """Outcomes as they come. Those that a missing network would explain come last."""
        suspects: list[Outcome] = []
        reached = False
        async with Session(self.policy, self._transport, self._look_up, self._dial) as session:
            gate = _Gate(session, self.policy)
            distinct = _in_turns(urls)
            running: set[asyncio.Task[tuple[Outcome, bool]]] = set()
            try:
                while True:
                    for url in distinct:
                        running.add(asyncio.create_task(gate.judge(url)))
                        if len(running) >= 4 * self.policy.concurrency:
                            break
                    if not running:
                        break
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        outcome, public = task.result()
                        reached |= public
                        if _is_suspect(outcome):
                            suspects.append(outcome)
                        else:
                            yield outcome
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
            if suspects and not reached and not await session.online():
                name = self.policy.control_host
                suspects = [
                    evolve(
                        outcome,
                        reason=Reason.NO_NETWORK,
                        evidence=f"{name} cannot be looked up either",
                    )
                    for outcome in suspects
                ]
            for outcome in suspects:
                yield outcome


class _Gate:
    """Lets requests through: so many in all, so many to a host. A probe that waits holds none."""

    def __init__(self, session: Session, policy: Policy) -> None:
        self._session = session
        self._policy = policy
        self._all = asyncio.Semaphore(policy.concurrency)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(policy.per_host)
        )

    async def judge(self, url: str) -> tuple[Outcome, bool]:
        """The outcome of `url`, and whether a host of the public internet answered."""
        steps = probe(url, self._policy)
        result: Answer | Failure | None = None
        public = False
        while True:
            try:
                step = steps.send(result)
            except StopIteration as end:
                return end.value, public
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
                result = None
                continue
            async with self._hosts[split(step.url).host], self._all:
                result = await self._session.perform(step)
            public |= isinstance(result, Answer) and result.public
