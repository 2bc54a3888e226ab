"""Whose turn it is: which of many jobs may go on now, so that no host is pressed or waited for.

It knows hosts, jobs and a clock that it is told; not what a job is, and no network. A host gets a
few jobs at a time: more while it answers fast, fewer once it says that it is too much, none while
it asks to be left alone. Hosts take turns, so a slow one holds up nobody else. All hosts of a site
may have a limit together, and so may each host that only redirects lead to.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import Generic, TypeGuard, TypeVar

from attrs import Factory

from safelinks.addresses.urls import registrable_domain
from safelinks.foundation.values import define
from safelinks.health.model.policy import Policy

__all__ = ["Schedule"]

Job = TypeVar("Job")

_FAST = 0.5  # seconds: a host that takes longer is not pressed
_BACK_TO = 2  # a host that is overrun gets one part in so many


@define
class _Site:
    """A registered name with all its hosts; `held` are those whose turn waits for another's end."""

    is_visited: bool  # only redirects lead there
    running: int = 0
    held: deque[str] = Factory(deque)


@define
class _HostQueue(Generic[Job]):
    """A host, the jobs that wait for it, and how many it may be given."""

    limit: int
    ceiling: int
    site: _Site | None = None
    fresh: list[Job] = Factory(list)  # the first of them at the end
    begun: list[Job] = Factory(list)  # those that have had a turn, the last that came at the end
    running: int = 0
    streak: int = 0  # fast answers since the limit was last changed
    lowered: float = float("-inf")  # when the limit was last lowered
    not_before: float = 0.0
    listed: bool = False  # among those whose turn it may be
    timed: bool = False  # among those that wait for a moment
    held: bool = False  # among those that wait for another host of the site
    paused: int = 0  # how many have asked for it
    doubted: bool = False  # it has not answered; whoever found out is to make sure of it

    @property
    def waiting(self) -> list[Job]:
        """The jobs of which the last is next: none begins while the host is in doubt."""
        return self.begun if self.begun or self.doubted else self.fresh


class Schedule(Generic[Job]):
    """Jobs by host. All times are in seconds, of any clock that only goes forward."""

    def __init__(self, policy: Policy, jobs: Iterable[tuple[str, Job]]) -> None:
        self._policy = policy
        self._hosts: dict[str, _HostQueue[Job]] = {}
        self._turns: deque[str] = deque()
        self._moments: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._left = 0  # jobs that wait, for their turn or for a moment
        self._sites: dict[str, _Site] = {}
        self._begun = False
        for host, job in jobs:
            self._host(host).fresh.append(job)
            self._left += 1
        for host, state in self._hosts.items():
            state.fresh.reverse()
            self._list(host, state)
        self._begun = True

    def __len__(self) -> int:
        """How many jobs wait."""
        return self._left

    def add(self, host: str, job: Job) -> None:
        """Let `job`, which has begun, go on at `host` before others begin."""
        state = self._host(host)
        state.begun.append(job)
        self._left += 1
        self._list(host, state)

    def add_fresh(self, host: str, job: Job) -> None:
        """Let `job`, which has not begun, begin behind those that have waited at `host` before."""
        state = self._host(host)
        state.fresh.insert(0, job)
        self._left += 1
        self._list(host, state)

    def add_at(self, moment: float, host: str, job: Job) -> None:
        """Schedule it not before `moment`; until then it holds up no other."""
        self._left += 1

        def due() -> None:
            self._left -= 1
            self.add(host, job)

        self._at(moment, due)

    def hold(self, host: str, moment: float) -> None:
        """Leave `host` alone until `moment`."""
        state = self._host(host)
        state.not_before = max(state.not_before, moment)

    def pause(self, host: str) -> None:
        """Leave `host` alone until `resume` has been called as often as this."""
        self._host(host).paused += 1

    def resume(self, host: str) -> None:
        """One who has asked for a pause knows what was to be known."""
        state = self._host(host)
        state.paused -= 1
        self._list(host, state)

    def take(self, now: float) -> Job | None:
        """The next job that may be done now; None when there is none."""
        while self._moments and self._moments[0][0] <= now:
            heapq.heappop(self._moments)[2]()
        left = len(self._turns)
        while left:
            left -= 1
            host = self._turns.popleft()
            state = self._hosts[host]
            state.listed = False
            if state.running >= state.limit or state.paused:
                left += self._pass_on(state)
                continue  # comes back with the next that is done, or with `resume`
            if state.not_before > now:
                left += self._pass_on(state)
                self._wait_for(host, state)
                continue
            if not state.waiting:
                left += self._pass_on(state)
                continue
            if self._is_full(state.site):
                state.held = True
                state.site.held.append(host)
                continue
            job = state.waiting.pop()
            self._left -= 1
            state.running += 1
            if state.site is not None:
                state.site.running += 1
            self._list(host, state)
            return job
        return None

    def _is_full(self, site: _Site | None) -> TypeGuard[_Site]:
        """Whether as many are asked of a site as may be."""
        most = self._policy.per_site
        return site is not None and most is not None and site.running >= most

    def _pass_on(self, state: _HostQueue[Job]) -> bool:
        """Let another host of the site have the turn that `state` does not take, if one waits."""
        if state.site is None or not state.site.held:
            return False
        host = state.site.held.popleft()
        held = self._hosts[host]
        held.held = False
        self._list(host, held)
        return held.listed

    def asked(self, host: str, now: float) -> None:
        """A job that was taken asks its host: by a rate, the next one may some time later."""
        if self._policy.rate:
            state = self._host(host)
            state.not_before = max(now, state.not_before) + 1 / self._policy.rate

    def next_moment(self) -> float | None:
        """When it is worth asking again, if nothing is done until then; None: only then."""
        return self._moments[0][0] if self._moments else None

    def answered(self, host: str, elapsed: float, begun: float) -> None:
        """What a job has asked `host` at `begun` was answered, after so many seconds."""
        state = self._done(host)
        self._trust(host, state)
        if begun < state.lowered:
            return  # that was before the host was given fewer
        state.streak = state.streak + 1 if elapsed < _FAST else 0
        if state.streak >= state.limit < state.ceiling:
            state.limit += 1
            state.streak = 0

    def failed(self, host: str) -> None:
        """A job has had no answer from `host`: until it is `settled`, no other begins there."""
        state = self._done(host)
        state.doubted = True
        state.streak = 0

    def settled(self, host: str) -> None:
        """A job that was about `host` has ended, so its state is known."""
        self._trust(host, self._host(host))

    def passed(self, host: str) -> None:
        """A job has asked nothing of `host` after all."""
        self._done(host)

    def overrun(self, host: str, now: float, begun: float) -> None:
        """`host` has answered that this is too much to what was asked at `begun`.

        Answers to what was under way together count once. As many as that are never tried again.
        """
        state = self._hosts[host]
        if begun >= state.lowered:
            state.ceiling = max(1, min(state.ceiling, state.running - 1))
            state.limit = max(1, min(state.limit // _BACK_TO, state.ceiling))
            state.lowered = now
        self._done(host).streak = 0
        self._trust(host, state)

    def _host(self, host: str) -> _HostQueue[Job]:
        state = self._hosts.get(host)
        if state is None:
            policy = self._policy
            site = self._site(host)
            ceiling = policy.per_host
            if site is not None and site.is_visited and policy.per_visited_host is not None:
                ceiling = min(ceiling, policy.per_visited_host)
            first = min(policy.first_per_host, ceiling)
            state = self._hosts[host] = _HostQueue(first, ceiling, site)
        return state

    def _site(self, host: str) -> _Site | None:
        """The site of `host`, which has a port behind it; None where sites have no limits."""
        if self._policy.per_site is None and self._policy.per_visited_host is None:
            return None
        name = registrable_domain(host.rpartition(":")[0])
        return self._sites.setdefault(name, _Site(is_visited=self._begun))

    def _done(self, host: str) -> _HostQueue[Job]:
        state = self._hosts[host]
        state.running -= 1
        if state.site is not None:
            state.site.running -= 1
            self._pass_on(state)
        self._list(host, state)
        return state

    def _trust(self, host: str, state: _HostQueue[Job]) -> None:
        if state.doubted:
            state.doubted = False
            self._list(host, state)

    def _list(self, host: str, state: _HostQueue[Job]) -> None:
        if state.waiting and not (state.listed or state.timed or state.held):
            state.listed = True
            self._turns.append(host)

    def _wait_for(self, host: str, state: _HostQueue[Job]) -> None:
        state.timed = True

        def due() -> None:
            state.timed = False
            self._list(host, state)

        self._at(state.not_before, due)

    def _at(self, moment: float, due: Callable[[], None]) -> None:
        heapq.heappush(self._moments, (moment, next(self._numbers), due))
