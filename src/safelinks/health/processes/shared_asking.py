"""Asking that is shared with another process: each asks the hosts of its own sites, and no others.

A redirect may lead to a site of the other process. Then that process sends the request, in the turn
that its schedule gives, and what came is judged here. So all that a host feels is decided in one
place: how many requests at once, how many a second, and whether it asked to be left alone.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable
from itertools import count

from safelinks.foundation.values import define
from safelinks.health.judgement.redirects import BUSY
from safelinks.health.known_hosts import Lesson
from safelinks.health.model.exchange import Answer, Failure
from safelinks.health.model.policy import Policy
from safelinks.health.network.session import Session
from safelinks.health.processes.process_line import (
    Errand,
    ErrandDone,
    ErrandJudged,
    Hold,
    Message,
    ProcessLine,
)
from safelinks.health.scheduled_probes import Asking, HintsFor, ProbeJob

__all__ = ["SharedAsking"]


@define(eq=False)
class _ErrandJob(ProbeJob):
    """A request that is sent for the other process."""

    number: int = 0


class SharedAsking(Asking):
    """Judges the links of one of two processes."""

    _PROCESSES = 2

    def __init__(
        self,
        session: Session,
        policy: Policy,
        hints_for: HintsFor,
        jobs: Iterable[tuple[str, Policy]],
        or_http: Collection[str] = (),
    ) -> None:
        super().__init__(session, policy, hints_for, jobs, or_http)
        self._policy = policy
        self._is_theirs: Callable[[str], bool] = lambda _: False
        self._line: ProcessLine | None = None
        # Those whose request the other process sends, each with the moment that it waits for.
        self._away: dict[int, tuple[ProbeJob, float | None]] = {}
        self._numbers = count()
        self._unjudged_errands: dict[int, str] = {}  # hosts, left alone until it is judged
        self._in_doubt: set[str] = set()  # hosts of errands whose links have not ended

    async def share_over(self, end: socket.socket, is_theirs: Callable[[str], bool]) -> None:
        """Share with the other process over a connected socket; `is_theirs` knows its hosts."""
        self._is_theirs = is_theirs
        self._line = await ProcessLine.over(end, self._hear_safely, self._lost, self._go_on)

    def _hear_safely(self, message: Message) -> None:
        """Called by the loop itself, so nobody else would hear of an error."""
        try:
            self._hear(message)
        except Exception as error:  # noqa: BLE001
            self._judged.put_nowait(error)

    def _hear(self, message: Message) -> None:
        match message:
            case Errand():
                self._take(message)
            case ErrandDone():
                self._go_on_with(message)
            case ErrandJudged():
                self._schedule.resume(self._unjudged_errands.pop(message.number))
                self._go_on()
            case Hold():
                self._schedule.hold(message.host, message.moment)
            case Lesson():
                self._in_doubt.discard(message.host)
                super()._learn(message)
                self._go_on()
            case _:
                raise TypeError(f"a message that nobody expects: {message!r}")

    def _lost(self) -> None:
        """The other process is gone: from now on, all is asked here."""
        self._line = None
        self._is_theirs = lambda _: False
        for host in self._unjudged_errands.values():
            self._schedule.resume(host)
        for host in self._in_doubt:
            self._schedule.settled(host)
        self._unjudged_errands.clear()
        self._in_doubt.clear()
        away, self._away = self._away, {}
        for job, moment in away.values():
            self._queue(job, moment)
        self._go_on()

    def _expects_more(self) -> bool:
        return bool(self._away) or super()._expects_more()

    def _is_full(self) -> bool:
        return super()._is_full() or (self._line is not None and self._line.is_full)

    def _queue(self, job: ProbeJob, moment: float | None) -> None:
        if self._line is None or not self._is_theirs(job.host):
            super()._queue(job, moment)
            return
        assert job.request is not None  # noqa: S101
        number = next(self._numbers)
        self._away[number] = job, moment
        self._line.say(Errand(number, job.host, job.request, moment))

    def _hold(self, host: str, moment: float) -> None:
        """Both processes know it: if one is lost, the other keeps what a host has asked for."""
        super()._hold(host, moment)
        if self._line is not None:
            self._line.say(Hold(host, moment))

    def _learn(self, lesson: Lesson) -> None:
        super()._learn(lesson)
        if self._line is not None and (lesson.stay_away or self._is_theirs(lesson.host)):
            self._line.say(lesson)

    def _take(self, errand: Errand) -> None:
        """Send the request of an errand in its turn."""
        url, host = errand.request.url, errand.host
        job = _ErrandJob(url, host, self._policy, request=errand.request, number=errand.number)
        self._in_doubt.add(host)
        self._queue(job, errand.moment)
        self._go_on()

    def _advance(
        self, job: ProbeJob, result: Answer | Failure | None, *, again: bool = True
    ) -> bool:
        if not isinstance(job, _ErrandJob):
            return super()._advance(job, result, again=again)
        assert result is not None  # noqa: S101
        if self._line is None:
            self._schedule.settled(job.host)
            return False
        self._line.say(ErrandDone(job.number, result, asked=job.asked > 0))
        if _tells_of_host(result):
            self._unjudged_errands[job.number] = job.host
            self._schedule.pause(job.host)
        return False

    def _go_on_with(self, done: ErrandDone) -> None:
        """Judge what came of a request that the other process has sent."""
        job, _ = self._away.pop(done.number)
        if done.asked:
            self._count(job, done.result)
        else:
            job.last = done.result
        self._advance(job, done.result)
        if self._line is not None and _tells_of_host(done.result):
            self._line.say(ErrandJudged(done.number))
        self._go_on()


def _tells_of_host(result: Answer | Failure) -> bool:
    """Whether its judgement may decide whether and when its host is asked again."""
    return result.asked and (isinstance(result, Failure) or result.status in BUSY)
