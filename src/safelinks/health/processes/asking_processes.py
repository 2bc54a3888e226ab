"""The two processes of an asking that is shared: this one leads, and one that it forks follows.

The follower knows all that this process knows: policy, catalog, headers. It tells what it has
judged, writes no file, and ends when the line to this process does, whatever that ends of. If it is
lost, this process asks what it has not told.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from typing import NoReturn

from safelinks.errors import SetupError
from safelinks.health.model.outcome import Outcome
from safelinks.health.model.policy import Policy
from safelinks.health.network.open_files import most_open_files
from safelinks.health.network.session import Session
from safelinks.health.processes.process_line import (
    Farewell,
    Judged,
    Message,
    Stop,
    UnusableSettings,
)
from safelinks.health.processes.shared_asking import SharedAsking
from safelinks.health.processes.site_shares import Shares, divided, site_of_host
from safelinks.health.scheduled_probes import Asking, HintsFor, ProbeJob, TimedOutcome, host_of

__all__ = ["asking_for"]

_LEAST_AT_ONCE = 16  # requests: with fewer, one process has time enough
_LEAST_OPEN_FILES = 128  # with fewer, what two processes need beside connections is missed
_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # to which the two react in different ways
_FAREWELL = 1.0  # seconds to wait for what the follower knows, when a check is interrupted


def asking_for(  # noqa: PLR0913  those of `Asking`, and the processes
    session: Session,
    policy: Policy,
    hints_for: HintsFor,
    urls: Collection[str],
    or_http: Collection[str],
    *,
    jobs: int | None,
) -> Asking:
    """Who judges `urls`: this process, or with it another one.

    With `jobs` of None, there is another one where it pays; with 2, wherever it can be. It does not
    where fragments are looked for: that is the work of this process, which is handed all pages.
    """
    shares = divided(urls) if jobs != 1 and _can_share(policy) else None
    if shares is None or not shares.theirs or (jobs is None and not _pays(shares, policy)):
        return Asking(session, policy, hints_for, ((url, policy) for url in urls), or_http)
    return _LeadingAsking(session, policy, hints_for, shares, or_http)


class _LeadingAsking(SharedAsking):
    """Judges its share of the links, and hears of the others what the follower has judged."""

    def __init__(
        self,
        session: Session,
        policy: Policy,
        hints_for: HintsFor,
        shares: Shares,
        or_http: Collection[str],
    ) -> None:
        jobs = ((url, policy) for url in shares.ours)
        super().__init__(session, policy, hints_for, jobs, or_http)
        self._shares = shares
        self._or_http = or_http
        self._left = dict.fromkeys(shares.theirs)  # what is not told yet
        self._follower: int | None = None
        self._farewell = asyncio.Event()
        self._unfinished: tuple[Outcome, ...] = ()

    async def results(self) -> AsyncGenerator[TimedOutcome, None]:
        """As those of `Asking`; the follower ends with them."""
        results = super().results()
        try:
            await self._begin_follower()
            async for judged in results:
                yield judged
        finally:
            self._closed = True
            try:
                await results.aclose()
                await self._hear_farewell()
            finally:
                if self._line is not None:
                    self._line.close()
                if self._follower is not None:
                    _end(self._follower)

    async def _begin_follower(self) -> None:
        """Fork the process that asks the other share; where it cannot be, all is asked here."""
        try:
            ours, theirs = socket.socketpair()
        except OSError:
            self._lost()
            return
        # A handler of this process must not run in the other one, nor before its number is known.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            self._follower = os.fork()
            if self._follower == 0:
                ours.close()
                _follow(self._policy, self._hints_for, self._shares, self._or_http, theirs, mask)
        except OSError:
            ours.close()
            self._lost()
            return
        finally:
            theirs.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        await self.share_over(ours, lambda host: site_of_host(host) in self._shares.their_sites)

    async def _hear_farewell(self) -> None:
        """Ask the follower of a check that was interrupted for what it knows."""
        if self._line is None or not self._left:
            return
        self._line.listen(on=True)
        self._line.say(Stop())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._farewell.wait(), _FAREWELL)
        told = [self._judged.get_nowait() for _ in range(self._judged.qsize())]
        self.untaken += tuple(one for one in told if isinstance(one, TimedOutcome))

    def unfinished(self) -> list[Outcome]:
        """As that of `Asking`, for both processes."""
        return [*super().unfinished(), *self._unfinished]

    def _hear(self, message: Message) -> None:
        match message:
            case Judged():
                self.reached |= message.reached
                for judged in message.outcomes:
                    del self._left[judged.outcome.url]
                    self._judged.put_nowait(judged)
                if self._line is not None and self._is_full() and not self._closed:
                    self._line.listen(on=False)
                if not self._left:
                    self._go_on()
            case Farewell():
                self._unfinished = message.unfinished
                self._farewell.set()
            case UnusableSettings():
                self._judged.put_nowait(SetupError(message.sentence))
            case _:
                super()._hear(message)

    def _go_on(self) -> None:
        if self._line is not None and not super()._is_full():
            self._line.listen(on=True)
        super()._go_on()

    def _expects_more(self) -> bool:
        return bool(self._left) or super()._expects_more()

    def _lost(self) -> None:
        left, self._left = self._left, {}
        self._farewell.set()
        if not self._closed:
            for url in left:
                host = host_of(url)
                self._schedule.add_fresh(host, ProbeJob(url, host, self._policy))
        super()._lost()


class _FollowingAsking(SharedAsking):
    """Judges its share, and then waits for errands until it is told to stop."""

    def tell(self, judged: TimedOutcome) -> None:
        """Tell the leader an outcome."""
        if self._line is not None:
            self._line.say_judged(judged, reached=self.reached)

    async def bid_farewell(self) -> None:
        """Tell the leader what it had not been told."""
        if self._line is not None:
            for judged in self.untaken:
                self.tell(judged)
            self._line.say(Farewell(tuple(self.unfinished())))
            await self._line.finish()

    async def fail(self, error: SetupError) -> None:
        """Tell the leader that settings cannot be used."""
        if self._line is not None:
            self._line.say(UnusableSettings(str(error)))
            await self._line.finish()

    def _hear(self, message: Message) -> None:
        match message:
            case Stop():
                self._judged.put_nowait(None)
            case _:
                super()._hear(message)

    def _expects_more(self) -> bool:
        return True

    def _lost(self) -> None:
        if not self._closed:
            os._exit(1)


def _follow(  # noqa: PLR0913, PLR0917  what a fork is there for: nothing is sent
    policy: Policy,
    hints_for: HintsFor,
    shares: Shares,
    or_http: Collection[str],
    end: socket.socket,
    mask: Collection[int],
) -> NoReturn:
    """What the forked process does, until it ends: nothing of the leader's is run behind it."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the leader is interrupted, and says so
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        asyncio.run(_ask(policy, hints_for, shares, or_http, end))
        status = 0
    finally:
        os._exit(status)


async def _ask(
    policy: Policy,
    hints_for: HintsFor,
    shares: Shares,
    or_http: Collection[str],
    end: socket.socket,
) -> None:
    async with Session(policy) as session:
        jobs = ((url, policy) for url in shares.theirs)
        asking = _FollowingAsking(session, policy, hints_for, jobs, or_http)
        await asking.share_over(end, lambda host: site_of_host(host) not in shares.their_sites)
        try:
            async for judged in asking.results():
                asking.tell(judged)
        except SetupError as error:
            await asking.fail(error)
        else:
            await asking.bid_farewell()


def _can_share(policy: Policy) -> bool:
    """Whether a fork of this process is sound, and there are requests enough for two.

    It is where there are no other threads, whose locks would stay closed; on other systems than
    Linux, libraries of the system do not survive it.
    """
    few = policy.concurrency is not None and policy.concurrency < _LEAST_AT_ONCE
    if few or sys.platform != "linux" or most_open_files() < _LEAST_OPEN_FILES:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
    except OSError:  # as where /proc is not mounted
        return False


def _pays(shares: Shares, policy: Policy) -> bool:
    return shares.is_worth_a_process and not policy.fragments and _has_cores()


def _has_cores() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _end(pid: int) -> None:
    """End the follower, of which nothing more is wanted, and let the system forget it.

    Once somebody else has waited for it, its number may be that of a stranger.
    """
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
