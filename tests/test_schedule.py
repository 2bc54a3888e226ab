"""Whose turn it is: a schedule is told the time, so nothing here waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from safelinks.health.model.policy import Policy
from safelinks.health.schedule import Schedule


def _schedule(policy: Policy, **hosts: int) -> Schedule[str]:
    jobs = [(host, f"{host}{number}") for host, many in hosts.items() for number in range(many)]
    return Schedule(policy, jobs)


def _taken(schedule: Schedule[str], now: float) -> list[str]:
    taken = []
    while (job := schedule.take(now)) is not None:
        taken.append(job)
    return taken


def test_hosts_take_turns_and_get_a_few_at_a_time() -> None:
    schedule = _schedule(Policy(per_host=2), a=5, b=1, c=2)
    assert _taken(schedule, 0) == ["a0", "b0", "c0", "a1", "c1"]
    assert len(schedule) == 3


def test_what_is_added_fresh_begins_last_and_not_while_its_host_is_in_doubt() -> None:
    schedule = _schedule(Policy(per_host=2), a=2)
    schedule.add_fresh("a", "a2")
    schedule.add_fresh("a", "a3")
    assert _taken(schedule, 0) == ["a0", "a1"]
    schedule.failed("a")
    assert _taken(schedule, 1) == []
    schedule.settled("a")
    assert _taken(schedule, 2) == ["a2"]
    schedule.passed("a")
    assert _taken(schedule, 3) == ["a3"]
    assert not schedule


def test_one_is_done_the_next_may_come() -> None:
    schedule = _schedule(Policy(per_host=1), a=3)
    assert _taken(schedule, 0) == ["a0"]
    schedule.answered("a", 0.1, begun=0)
    assert _taken(schedule, 1) == ["a1"]
    schedule.failed("a")
    schedule.settled("a")
    assert _taken(schedule, 2) == ["a2"]
    schedule.passed("a")
    assert not schedule


def test_what_has_begun_goes_on_before_others_begin() -> None:
    schedule = _schedule(Policy(per_host=1), a=3)
    (job,) = _taken(schedule, 0)
    schedule.add("a", job)
    schedule.answered("a", 0.1, begun=0)
    assert _taken(schedule, 0) == ["a0"]


def _most(policy: Policy, elapsed: float, *, rounds: int = 50) -> int:
    """How many jobs a host is given at once in the end."""
    schedule = _schedule(policy, a=1_000)
    taken = _taken(schedule, 0)
    for _ in range(rounds):
        for _ in taken:
            schedule.answered("a", elapsed, begun=0)
        taken = _taken(schedule, 0)
    return len(taken)


def test_a_fast_host_gets_more_a_slow_one_does_not() -> None:
    assert _most(Policy(per_host_at_first=4, per_host=8), 0.05) == 8
    assert _most(Policy(per_host_at_first=4, per_host=8), 1.0) == 4
    assert _most(Policy(per_host=4), 0.05) == 4
    assert _most(Policy(per_host=2), 0.05) == 2
    assert len(_taken(_schedule(Policy(per_host=2), a=9), 0)) == 2


def test_a_host_that_is_overrun_gets_fewer_and_never_as_many_again() -> None:
    schedule = _schedule(Policy(per_host_at_first=4, per_host=8), a=1_000)
    assert len(_taken(schedule, 0)) == 4
    for _ in range(2):  # of one moment: they count once
        schedule.overrun("a", 1, begun=0)
    for _ in range(2):
        schedule.answered("a", 0.1, begun=0)
    taken = _taken(schedule, 1)
    assert len(taken) == 2
    for _ in range(50):
        for _ in taken:
            schedule.answered("a", 0.1, begun=1)
        taken = _taken(schedule, 2)
    assert len(taken) == 3


def test_a_host_that_asks_for_peace_gets_it() -> None:
    schedule = _schedule(Policy(), a=2, b=1)
    schedule.hold("a", 5)
    assert _taken(schedule, 0) == ["b0"]
    assert schedule.next_moment() == 5
    assert _taken(schedule, 4.9) == []
    assert _taken(schedule, 5) == ["a0", "a1"]


def test_a_host_that_is_paused_waits_for_all_who_asked_for_it() -> None:
    schedule = _schedule(Policy(), a=1, b=1)
    schedule.pause("a")
    schedule.pause("a")
    assert _taken(schedule, 0) == ["b0"]
    schedule.resume("a")
    assert _taken(schedule, 1) == []
    schedule.resume("a")
    assert _taken(schedule, 2) == ["a0"]


def test_a_job_that_waits_gives_its_place_to_others() -> None:
    schedule = _schedule(Policy(per_host=1), a=2)
    (job,) = _taken(schedule, 0)
    schedule.add_at(3, "a", job)
    schedule.answered("a", 0.1, begun=0)
    assert _taken(schedule, 0) == ["a1"]
    schedule.answered("a", 0.1, begun=0)
    assert _taken(schedule, 2.9) == []
    assert len(schedule) == 1
    assert _taken(schedule, 3) == ["a0"]


def test_nobody_begins_at_a_host_in_doubt() -> None:
    schedule = _schedule(Policy(per_host=2), a=9, b=1)
    first, _, _ = _taken(schedule, 0)
    schedule.failed("a")
    schedule.add_at(1, "a", first)
    assert _taken(schedule, 0) == []
    assert _taken(schedule, 1) == ["a0"]
    schedule.answered("a", 0.1, begun=1)
    assert len(_taken(schedule, 1)) == 1


def test_a_rate_spreads_requests_in_time() -> None:
    schedule = _schedule(Policy(rate=2), a=3)
    moments = []
    now = 0.0
    while schedule:
        while schedule.take(now) is not None:
            schedule.asked("a", now)
            moments.append(now)
        now = schedule.next_moment() or now
    assert moments == [0.0, 0.5, 1.0]


@given(
    st.lists(st.sampled_from("abc"), max_size=40),
    st.lists(st.sampled_from(["answered", "failed", "passed", "overrun", "hold", "later"])),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_every_job_has_its_turn_once(
    hosts: list[str], events: list[str], few: int, most: int
) -> None:
    policy = Policy(per_host_at_first=few, per_host=most)
    schedule: Schedule[int] = Schedule(policy, [(host, at) for at, host in enumerate(hosts)])
    script = iter(events)
    now = 0.0
    done: list[int] = []
    while schedule:
        job = schedule.take(now)
        if job is None:
            moment = schedule.next_moment()
            assert moment is not None, "jobs are left, and no moment to wait for"
            now = moment
            continue
        host = hosts[job]
        event = next(script, "answered")
        if event == "hold":
            schedule.hold(host, now + 1)
        elif event == "later":
            schedule.add_at(now + 1, host, job)
        if event == "overrun":
            schedule.overrun(host, now, now)
        elif event == "failed":
            schedule.failed(host)
            schedule.settled(host)
        elif event == "passed":
            schedule.passed(host)
        else:
            schedule.answered(host, 0.1, now)
        if event != "later":
            done.append(job)
    assert sorted(done) == list(range(len(hosts)))


def test_all_hosts_of_a_site_have_a_limit_together() -> None:
    jobs = [
        (f"{host}:443", f"{host}{number}")
        for host in ("a.x.org", "b.x.org", "y.org")
        for number in range(3)
    ]
    schedule = Schedule(Policy(per_host=2, per_site=3), jobs)
    assert sorted(_taken(schedule, 0)) == ["a.x.org0", "a.x.org1", "b.x.org0", "y.org0", "y.org1"]
    schedule.answered("b.x.org:443", 0.1, begun=0)
    assert len(_taken(schedule, 1)) == 1
    schedule.hold("b.x.org:443", 10)
    schedule.answered("a.x.org:443", 0.1, begun=0)
    schedule.answered("a.x.org:443", 0.1, begun=0)
    assert _taken(schedule, 2) == ["a.x.org2"]


def test_a_host_that_only_redirects_lead_to_has_a_limit_of_its_own() -> None:
    policy = Policy(per_host=4, per_visited_host=2)
    schedule = Schedule(policy, [("a.x.org:80", f"a{number}") for number in range(9)])
    taken = _taken(schedule, 0)
    assert len(taken) == 4
    for job in taken:
        schedule.add("b.y.org:80", job)
        schedule.add("c.x.org:80", job)
        schedule.answered("a.x.org:80", 0.1, begun=0)
    assert len(_taken(schedule, 1)) == 2 + 4 + 4  # at b, c and a
    for _ in range(2):
        schedule.answered("b.y.org:80", 0.1, begun=0)
    assert len(_taken(schedule, 2)) == 2


@given(st.integers(1, 4), st.integers(1, 3), st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_every_job_of_a_site_has_its_turn(most: int, of_host: int, hosts: list[int]) -> None:
    jobs = [(f"{at}.x.org:80", f"{at}-{n}") for at, many in enumerate(hosts) for n in range(many)]
    schedule = Schedule(Policy(per_site=most, per_host=of_host), jobs)
    done: list[str] = []
    running: list[str] = []
    for now in range(len(jobs) * 3 + 1):
        running += _taken(schedule, now)
        assert len(running) <= most
        if running:
            job = running.pop(0)
            done.append(job)
            schedule.answered(f"{job.partition('-')[0]}.x.org:80", 0.1, begun=now)
    assert sorted(done) == sorted(job for _, job in jobs)
    assert not schedule
