"""Many probes at once: each step of theirs is done when the schedule says that it may be.

It joins three rooms: the probes, which judge; the schedule, which knows whose turn it is; and the
session, which asks. What a host has just shown to be true for all its links is not asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from typing import TypeAlias

from attrs import evolve

from safelinks.addresses.urls import split
from safelinks.catalog.entries import HealthHints
from safelinks.errors import InvalidURLError
from safelinks.foundation.values import define, frozen
from safelinks.health.judgement.probe import Probe, probe
from safelinks.health.judgement.redirects import BUSY, REDIRECTS, retry_after
from safelinks.health.judgement.visible_page import Page, page_of
from safelinks.health.known_hosts import KnownHosts, Lesson
from safelinks.health.model.exchange import Answer, Failure, Request, Wait
from safelinks.health.model.outcome import Outcome, Reason, Verdict
from safelinks.health.model.policy import Method, Policy
from safelinks.health.network.open_files import most_open_files
from safelinks.health.network.session import Session
from safelinks.health.request_limit import BEAT, RequestLimit
from safelinks.health.schedule import Schedule

__all__ = ["Asking", "HintsFor", "ProbeJob", "TimedOutcome", "host_of"]

HintsFor: TypeAlias = Callable[[str], HealthHints | None]

_NO_HINTS = HealthHints()
_WORKS = (Verdict.ALIVE, Verdict.MOVED)
_MOST_UNREAD = 1_000  # outcomes that nobody has taken yet
_MOST_UNREAD_PAGES = 16  # the same, when each holds a page
_AT_ONCE = 200  # jobs that are begun before anything else gets a turn


@frozen
class TimedOutcome:
    """An outcome, and the seconds that it took.

    `page` is what it is about, if fragments are to be looked for in it. `stay_away` is whether the
    server asked for more patience than there was.
    """

    outcome: Outcome
    page: Page | None
    spent: float
    stay_away: bool = False


@define(eq=False)
class ProbeJob:
    """An address on its way through its probe, or not begun yet."""

    url: str
    host: str
    policy: Policy
    steps: Probe | None = None
    request: Request | None = None
    last: Answer | Failure | None = None
    spent: float = 0.0
    asked: int = 0


def host_of(url: str) -> str:
    """The host and port whose limits apply; an empty host for what is no address."""
    try:
        address = split(url)
    except InvalidURLError:
        return ""
    return f"{address.host}:{address.effective_port}"


class Asking:
    """Judges each of `jobs`, which are addresses with the policy for each.

    Those in `or_http` are asked over plain HTTP where nothing answers over HTTPS. `reached` is
    whether anything on the public internet has answered.
    """

    _PROCESSES = 1  # that ask: each has its part of the requests at once

    def __init__(
        self,
        session: Session,
        policy: Policy,
        hints_for: HintsFor,
        jobs: Iterable[tuple[str, Policy]],
        or_http: Collection[str] = (),
    ) -> None:
        self.reached = False
        self._session = session
        self._limit = RequestLimit(policy.concurrency, most_open_files(), self._PROCESSES)
        self._most_unread = _MOST_UNREAD_PAGES if policy.fragments else _MOST_UNREAD
        self._closed = False
        self._hints_for = hints_for
        self._or_http = or_http
        made = (ProbeJob(url, host_of(url), own) for url, own in jobs)
        self._schedule = Schedule(policy, ((job.host, job) for job in made))
        self._begun: set[ProbeJob] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._judged: asyncio.Queue[TimedOutcome | BaseException | None] = asyncio.Queue()
        self._unjudged: list[tuple[ProbeJob, Answer]] = []
        self.untaken: tuple[TimedOutcome, ...] = ()  # what was judged when somebody stopped early
        self._hosts = KnownHosts()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._heart: asyncio.TimerHandle | None = None

    async def results(self) -> AsyncGenerator[TimedOutcome, None]:
        """Whatever is judged, as it comes. Who stops early ends the requests under way."""
        try:
            self._beat(self._loop.time())
            self._go_on()
            while True:
                judged = await self._judged.get()
                if judged is None:
                    return
                if isinstance(judged, BaseException):
                    raise judged
                yield judged
                if self._judged.qsize() == self._most_unread // 2:
                    self._go_on()
        finally:
            self._closed = True
            for timer in (self._timer, self._heart):
                if timer is not None:
                    timer.cancel()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            self._judge_all()
            left = [self._judged.get_nowait() for _ in range(self._judged.qsize())]
            self.untaken = tuple(one for one in left if isinstance(one, TimedOutcome))

    def unfinished(self) -> list[Outcome]:
        """What was begun and has not come to a verdict, with what was seen until now."""
        return [
            Outcome(job.url, Reason.NOT_ASKED, attempts=job.asked, evidence=_seen_so_far(job))
            for job in self._begun
            if job.asked
        ]

    def _beat(self, due: float) -> None:
        """Look whether the loop comes to its work in time, again and again."""
        now = self._loop.time()
        self._limit.beat(now - due)
        if self._limit.adapts:
            self._heart = self._loop.call_at(now + BEAT, self._beat, now + BEAT)

    def _go_on(self) -> None:
        """Begin as much as may be done now, and come back when there may be more.

        Called by the loop itself, so nobody else would hear of an error.
        """
        if self._closed:
            return
        try:
            self._begin_some()
        except Exception as error:  # noqa: BLE001
            self._judged.put_nowait(error)

    def _begin_some(self) -> None:
        now = self._loop.time()
        for _ in range(_AT_ONCE):
            if len(self._running) >= self._limit.now or self._is_full():
                return
            job = self._schedule.take(now)
            if job is None:
                break
            if self._asks(job, now):
                task = self._loop.create_task(self._work(job, now))
                self._running.add(task)
                task.add_done_callback(self._ended)
        else:
            self._loop.call_soon(self._go_on)
            return
        moment = self._schedule.next_moment()
        if self._timer is not None:
            self._timer.cancel()
        if moment is not None:
            self._timer = self._loop.call_at(moment, self._go_on)
        elif not self._expects_more():
            self._judged.put_nowait(None)

    def _expects_more(self) -> bool:
        return bool(self._running or self._unjudged or self._schedule)

    def _is_full(self) -> bool:
        return self._judged.qsize() >= self._most_unread

    def _asks(self, job: ProbeJob, now: float) -> bool:
        """Give `job` its turn, and say whether it has to ask its host for its next step."""
        host = job.host
        if job.request is None:
            hints = self._hints_for(job.url) or _NO_HINTS
            if host in self._hosts.mishandle_head:
                hints = evolve(hints, head_unreliable=True)
            job.steps = probe(job.url, job.policy, hints, or_http=job.url in self._or_http)
            self._begun.add(job)
            if not self._advance(job, None, again=False):
                self._schedule.passed(host)
                return False
        down = self._hosts.down(host)
        if down is not None:
            self._schedule.passed(host)
            job.last = down
            self._advance(job, down)
            return False
        self._schedule.asked(host, now)
        return True

    def _another(self, now: float) -> ProbeJob | None:
        """The next job that has to ask its host, for who has done with one."""
        for _ in range(_AT_ONCE):
            if self._closed or len(self._running) > self._limit.now or self._is_full():
                return None
            job = self._schedule.take(now)
            if job is None or self._asks(job, now):
                return job
        return None

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._judged.put_nowait(error)
            self._go_on()

    async def _work(self, job: ProbeJob | None, begun: float) -> None:
        """Ask for `job`, and for one after the other, as long as there are any.

        An answer that says nothing of others is judged when the next requests are on their way.
        """
        beside: list[tuple[ProbeJob, Answer]] | None = None  # what is judged with the last answer
        while job is not None:
            assert job.request is not None  # noqa: S101
            result = await self._session.perform(job.request)
            if beside is None or beside is self._unjudged:
                await asyncio.sleep(0)  # who never had to wait lets others have a turn, too
            self._note(job, result, begun)
            begun = self._loop.time()
            if isinstance(result, Failure) or _tells_of_others(result, job.policy):
                beside = None
                self._advance(job, result)
            else:
                beside = self._judge_soon(job, result)
            job = self._another(begun)
            if len(self._running) < self._limit.now:
                self._go_on()  # an answer may have made way for more than one

    def _judge_soon(self, job: ProbeJob, answer: Answer) -> list[tuple[ProbeJob, Answer]]:
        """Judge it with all that come in the same turn of the loop, which it gives.

        To do one kind of work after the other takes less than to change between them.
        """
        if not self._unjudged:
            self._loop.call_soon(self._judge_all)
        self._unjudged.append((job, answer))
        return self._unjudged

    def _judge_all(self) -> None:
        """Called by the loop itself, as `_go_on`."""
        unjudged, self._unjudged = self._unjudged, []
        try:
            for job, answer in unjudged:
                self._advance(job, answer)
        except Exception as error:  # noqa: BLE001
            self._judged.put_nowait(error)
        self._go_on()

    def _note(self, job: ProbeJob, result: Answer | Failure, begun: float) -> None:
        """What an answer, or none, says of its host, whatever it means for `job`."""
        host, aside = job.host, job.request is not None and job.request.aside
        self._count(job, result)
        if isinstance(result, Failure):
            self._schedule.failed(host)
            self._hosts.failed(host, result, aside=aside)
            return
        self._hosts.answered(host)
        if result.status in BUSY:
            self._schedule.overrun(host, self._loop.time(), begun)
        else:
            self._schedule.answered(host, result.elapsed, begun)
            self._limit.answered()

    def _count(self, job: ProbeJob, result: Answer | Failure) -> None:
        """Note for `job` that its request was sent, and what came."""
        job.spent += result.elapsed
        job.asked += 1
        if job.request is None or not job.request.aside:
            job.last = result
        self.reached |= isinstance(result, Answer) and result.public

    def _advance(
        self, job: ProbeJob, result: Answer | Failure | None, *, again: bool = True
    ) -> bool:
        """Tell the probe what came; whether it goes on, which it does `again` in its turn."""
        assert job.steps is not None  # noqa: S101
        try:
            step = job.steps.send(result)
            moment = None
            if isinstance(step, Wait):
                moment = self._loop.time() + step.seconds
                job.spent += step.seconds
                if step.for_host:
                    self._hold(job.host, moment)
                step = next(job.steps)
        except StopIteration as end:
            self._end(job, end.value)
            return False
        assert isinstance(step, Request)  # noqa: S101
        host = job.host if step.url == job.url and not job.asked else host_of(step.url)
        if job.request is not None and job.request.url != step.url and job.host != host:
            if isinstance(result, Failure) and not step.aside:  # for another scheme is tried
                self._learn(Lesson(job.host, result if result.asked else None))
            job.host = host
        job.request = step
        if again or moment is not None:
            self._queue(job, moment)
        return True

    def _queue(self, job: ProbeJob, moment: float | None) -> None:
        """Let `job` go on in its turn, and not before `moment`."""
        if moment is None:
            self._schedule.add(job.host, job)
        else:
            self._schedule.add_at(moment, job.host, job)

    def _hold(self, host: str, moment: float) -> None:
        self._schedule.hold(host, moment)

    def _learn(self, lesson: Lesson) -> None:
        self._hosts.learn(lesson)
        self._schedule.settled(lesson.host)

    def _end(self, job: ProbeJob, outcome: Outcome) -> None:
        """Hand on an outcome, and learn from it what need not be asked again."""
        last = job.last
        away = isinstance(last, Answer) and _asks_for(last) >= job.policy.budget - job.spent
        worked = outcome.verdict in _WORKS
        by_get = worked and job.policy.method is Method.HEAD and outcome.hops[-1].method == "GET"
        job.steps = None
        self._begun.discard(job)
        news = last if last is not None and last.asked else None
        self._learn(Lesson(job.host, news, stay_away=away, mishandles_head=by_get))
        page = None
        if worked and job.policy.fragments and isinstance(last, Answer) and last.body:
            page = page_of(last.body, last.headers, whole=last.whole)
        self._judged.put_nowait(TimedOutcome(outcome, page, job.spent, away))


def _tells_of_others(answer: Answer, policy: Policy) -> bool:
    """Whether its judgement may decide who is asked next, or how."""
    status = answer.status
    return policy.method is not Method.GET or status in REDIRECTS or status in BUSY


def _seen_so_far(job: ProbeJob) -> str:
    """What came of the last request of a probe that has not ended."""
    if isinstance(job.last, Failure):
        return f"interrupted after: {job.last.detail}"
    return f"interrupted after status {job.last.status}" if job.last else "interrupted"


def _asks_for(answer: Answer) -> float:
    """For how many seconds a host that is too busy asks to be left alone."""
    return (retry_after(answer.headers) or 0.0) if answer.status in BUSY else 0.0
