"""Many probes at once: each step of theirs is done when the schedule says that it may be.

It joins three rooms: the probes, which judge; the schedule, which knows whose turn it is; and the
session, which asks. What a host has just shown to be true for all its links is not asked again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypeAlias

from attrs import define, evolve, frozen

from safelinks.catalog.model import HealthHints
from safelinks.errors import InvalidURLError
from safelinks.health.exchange import Answer, Failure, Fault, Request, Wait
from safelinks.health.outcome import Outcome, Verdict
from safelinks.health.policy import Method, Policy
from safelinks.health.probe import Probe, probe
from safelinks.health.schedule import Schedule
from safelinks.health.session import Session
from safelinks.urls import split

__all__ = ["Asking", "HintsFor", "Judged", "host_of"]

HintsFor: TypeAlias = Callable[[str], HealthHints | None]

# What is true of a host, whichever of its links is asked.
_OF_HOST = frozenset(
    {fault for fault in Fault if fault.name.startswith("TLS_")}
    | {Fault.NO_SUCH_HOST, Fault.DNS_FAILURE, Fault.REFUSED, Fault.UNREACHABLE}
)
# What may be true of one page only, unless several in a row are like that.
_OF_PAGE = frozenset({Fault.TIMEOUT, Fault.RESET})
_IN_A_ROW = 3
_BUSY = frozenset({429, 503})
_MOST_UNREAD = 1_000  # outcomes that nobody has taken yet
_AT_ONCE = 200  # jobs that are begun before anything else gets a turn


@frozen
class Judged:
    """An outcome, with the last answer on the way to it and the seconds that it took."""

    outcome: Outcome
    answer: Answer | None
    spent: float


@define(eq=False)
class _Job:
    """An address on its way through its probe, or not begun yet."""

    url: str
    host: str
    policy: Policy
    steps: Probe | None = None
    request: Request | None = None
    answer: Answer | None = None
    last: Answer | Failure | None = None
    spent: float = 0.0


def host_of(url: str) -> str:
    """With whom to be polite: host and port; for what is no address, nobody in particular."""
    try:
        address = split(url)
    except InvalidURLError:
        return ""
    return f"{address.host}:{address.effective_port}"


class Asking:
    """Judges each of `jobs`, which are addresses with the policy for each.

    `reached` is whether anything on the public internet has answered.
    """

    def __init__(
        self,
        session: Session,
        policy: Policy,
        hints_for: HintsFor,
        jobs: Iterable[tuple[str, Policy]],
    ) -> None:
        self.reached = False
        self._session = session
        self._concurrency = policy.concurrency
        self._hints_for = hints_for
        made = (_Job(url, host_of(url), own) for url, own in jobs)
        self._schedule = Schedule(policy, ((job.host, job) for job in made))
        self._running: set[asyncio.Task[None]] = set()
        self._judged: asyncio.Queue[Judged | BaseException | None] = asyncio.Queue()
        self._down: dict[str, Failure] = {}
        self._silent: Counter[str] = Counter()
        self._mishandles_head: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    async def results(self) -> AsyncGenerator[Judged, None]:
        """Whatever is judged, as it comes. Who stops early ends the requests under way."""
        try:
            self._go_on()
            while True:
                judged = await self._judged.get()
                if judged is None:
                    return
                if isinstance(judged, BaseException):
                    raise judged
                yield judged
                if self._judged.qsize() == _MOST_UNREAD // 2:
                    self._go_on()
        finally:
            if self._timer is not None:
                self._timer.cancel()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _go_on(self) -> None:
        """Begin as much as may be done now, and come back when there may be more."""
        now = self._loop.time()
        for _ in range(_AT_ONCE):
            if len(self._running) >= self._concurrency or self._judged.qsize() >= _MOST_UNREAD:
                return
            job = self._schedule.take(now)
            if job is None:
                break
            self._begin(job)
        else:
            self._loop.call_soon(self._go_on)
            return
        moment = self._schedule.next_moment()
        if self._timer is not None:
            self._timer.cancel()
        if moment is not None:
            self._timer = self._loop.call_at(moment, self._go_on)
        elif not self._running and not self._schedule:
            self._judged.put_nowait(None)

    def _begin(self, job: _Job) -> None:
        """Give `job` its turn: it asks its next request."""
        host = job.host
        if job.steps is None:
            hints = self._hints_for(job.url) or HealthHints()
            if host in self._mishandles_head:
                hints = evolve(hints, head_unreliable=True)
            job.steps = probe(job.url, job.policy, hints)
            if not self._advance(job, None, again=False):
                self._schedule.passed(host)
                return
        down = self._down.get(host)
        if down is not None:
            self._schedule.passed(host)
            job.last = down
            self._advance(job, down)
            return
        task = asyncio.create_task(self._ask(job, self._loop.time()))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._judged.put_nowait(error)
            self._go_on()

    async def _ask(self, job: _Job, begun: float) -> None:
        request, host = job.request, job.host
        assert request is not None  # noqa: S101
        result = await self._session.perform(request)
        job.last = result
        job.spent += result.elapsed
        if isinstance(result, Failure):
            self._schedule.failed(host)
        else:
            self.reached |= result.public
            self._silent.pop(host, None)
            if not request.aside:
                job.answer = result
            if result.status in _BUSY:
                self._schedule.overrun(host, self._loop.time(), begun)
            else:
                self._schedule.answered(host, result.elapsed, begun)
        self._advance(job, result)

    def _advance(self, job: _Job, result: Answer | Failure | None, *, again: bool = True) -> bool:
        """Tell the probe what came; whether it goes on, which it does `again` in its turn."""
        assert job.steps is not None  # noqa: S101
        try:
            step = job.steps.send(result)
            moment = None
            if isinstance(step, Wait):
                moment = self._loop.time() + step.seconds
                job.spent += step.seconds
                if step.for_host:
                    self._schedule.hold(job.host, moment)
                step = next(job.steps)
        except StopIteration as end:
            self._end(job, end.value)
            return False
        assert isinstance(step, Request)  # noqa: S101
        if job.request is not None and job.request.url != step.url:
            job.host = host_of(step.url)
        job.request = step
        if moment is not None:
            self._schedule.add_at(moment, job.host, job)
        elif again:
            self._schedule.add(job.host, job)
        return True

    def _end(self, job: _Job, outcome: Outcome) -> None:
        """Hand on an outcome, and learn from it what need not be asked again."""
        if isinstance(job.last, Failure) and job.last.asked:
            self._learn(job.host, job.last)
        worked = outcome.verdict in (Verdict.ALIVE, Verdict.MOVED)
        if worked and job.policy.method is Method.HEAD and outcome.hops[-1].method == "GET":
            self._mishandles_head.add(job.host)
        job.steps = None
        self._schedule.settled(job.host)
        self._judged.put_nowait(Judged(outcome, job.answer, job.spent))

    def _learn(self, host: str, failure: Failure) -> None:
        if failure.fault in _OF_PAGE:
            self._silent[host] += 1
        if failure.fault in _OF_HOST or self._silent[host] >= _IN_A_ROW:
            detail = f"{failure.detail}, as for another link of this host"
            self._down[host] = evolve(failure, detail=detail, elapsed=0.0, asked=False)
