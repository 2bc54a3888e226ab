"""What earlier runs saw of an address: remembered, counted, reused, and kept from harm."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from building import RECIPIENT, encode, wrap
from hypothesis import given, settings
from hypothesis import strategies as st
from remembering import ANY_AGE, DAY, START, URL, altered, opened

from safelinks.health.memory.history import History
from safelinks.health.memory.reuse_ages import REMEMBERED
from safelinks.health.model.outcome import Certificate, Hop, Outcome, Past, Reason, Verdict

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TICK = timedelta(microseconds=1)
REASONS = {
    "a": Reason.OK,
    "m": Reason.MOVED_PERMANENTLY,
    "d": Reason.NOT_FOUND,
    "f": Reason.TIMEOUT,
    "u": Reason.FORBIDDEN,
    "s": Reason.EXCLUDED,
    "o": Reason.NO_NETWORK,
}


def outcome(reason: Reason = Reason.OK, url: str = URL) -> Outcome:
    return Outcome(url, reason, (Hop(url, 200),))


def run(path: Path, day: float, *outcomes: Outcome) -> Past | None:
    """Record `outcomes` in a run on `day`; the past of the last one."""
    with opened(path, day) as history:
        pasts = [history.record(outcome).past for outcome in outcomes]
        assert history.warning is None
    return pasts[-1]


def recalled(path: Path, day: float, url: str = URL) -> Outcome | None:
    with opened(path, day) as history:
        return history.recall(url, ANY_AGE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history"


# How long a link has not worked


@pytest.mark.parametrize(
    ("verdicts", "runs", "since", "last_alive"),
    [
        ("a", 0, None, 0),
        ("m", 0, None, 0),
        ("d", 1, 0, None),
        ("ad", 1, 1, 0),
        ("adf", 2, 1, 0),
        ("dfa", 0, None, 2),
        ("dfad", 1, 3, 2),
        ("u", 0, None, None),
        ("au", 0, None, 0),
        ("du", 1, 0, None),
        ("dud", 2, 0, None),
        ("dso", 1, 0, None),
        ("dsd", 2, 0, None),
        ("as", 0, None, 0),
    ],
)
def test_the_past_of_a_link(
    path: Path, verdicts: str, runs: int, since: int | None, last_alive: int | None
) -> None:
    """A letter a run, a run a day."""
    for day, letter in enumerate(verdicts):
        past = run(path, day, outcome(REASONS[letter]))
    times = [None if day is None else START + day * DAY for day in (since, last_alive)]
    assert past == Past(runs, *times)


@pytest.mark.parametrize("letter", "so")
def test_what_was_never_looked_at_has_no_past(path: Path, letter: str) -> None:
    assert run(path, 0, outcome(REASONS[letter])) is None
    assert recalled(path, 1) is None


def expected(runs: Iterable[str]) -> Past | None:
    """The past after `runs`, of which each has a letter for each look: counted by hand."""
    past = None
    for day, looks in enumerate(runs):
        told = [letter for letter in looks if letter not in "so"]
        if told:
            past = past or Past()
            if told[-1] in "am":
                past = Past(last_alive=START + day * DAY)
            elif told[-1] in "df":
                since = past.since or START + day * DAY
                past = Past(past.runs + 1, since, past.last_alive)
    return past


@settings(max_examples=40)
@given(st.lists(st.text("amdfuso", min_size=1, max_size=4), min_size=1, max_size=8))
def test_only_the_last_look_of_a_run_counts(runs: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for day, looks in enumerate(runs):
            past = run(Path(folder) / "h", day, *(outcome(REASONS[letter]) for letter in looks))
    assert past == expected(runs)


@settings(max_examples=40)
@given(st.text("amdfu", min_size=1, max_size=4), st.integers(0, 4))
def test_a_flush_between_two_looks_changes_nothing(looks: str, at: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h"
        run(path, 0, outcome(Reason.GONE))
        with opened(path, 1) as history:
            for number, letter in enumerate(looks):
                past = history.record(outcome(REASONS[letter])).past
                if number == at:
                    history.flush()
    assert past == expected(["d", looks])


def test_two_runs_at_once_count_as_two_however_often_they_look(path: Path) -> None:
    with opened(path) as one, opened(path) as other:
        for history in (one, other, one, other):
            past = history.record(outcome(Reason.TIMEOUT)).past
            history.flush()
    assert past == Past(2, START, None)


def test_the_fragment_does_not_count_unless_the_key_says_so(path: Path) -> None:
    run(path, 0, outcome(Reason.GONE, f"{URL}#b"))
    past = run(path, 1, outcome(Reason.GONE, f"{URL}#c"))
    assert past is not None
    assert past.runs == 2
    with History.open(path, lambda: START + 2 * DAY, str.lower) as history:
        past = history.record(outcome(Reason.GONE, f"{URL}#B")).past
        assert past is not None
        assert past.runs == 1
        assert history.record(outcome(Reason.GONE, f"{URL}#b")).past == past


# Reused outcomes


@pytest.mark.parametrize(
    ("age", "reused"),
    [
        (-DAY, False),
        (0 * DAY, False),
        (TICK, True),
        (DAY - TICK, True),
        (DAY, False),
        (DAY + TICK, False),
    ],
)
def test_an_outcome_is_reused_while_it_is_young(
    path: Path, age: timedelta, *, reused: bool
) -> None:
    run(path, 0, outcome())
    with History.open(path, lambda: START + age) as history:
        found = history.recall(URL, {Verdict.ALIVE: DAY})
        assert history.recall(URL, {Verdict.DEAD: DAY}) is None
    past = Past(last_alive=START, reused=START)
    assert found == (evolve(outcome(), past=past) if reused else None)


def test_an_outcome_is_reused_for_the_address_that_was_asked_for(path: Path) -> None:
    run(path, 0, outcome(url=f"{URL}#b"), Outcome(URL, Reason.OK, (Hop(URL, 200),)))
    found = recalled(path, 1, f"{URL}#c")
    assert found is not None
    assert (found.url, found.final_url) == (f"{URL}#c", URL)


def test_what_this_run_saw_is_not_reused(path: Path) -> None:
    run(path, 0, outcome())
    now = itertools.count()
    with History.open(path, lambda: START + next(now) * DAY) as history:
        assert history.recall(URL, ANY_AGE) is not None
        history.record(outcome())
        assert history.recall(URL, ANY_AGE) is None
        history.flush()
        assert history.recall(URL, ANY_AGE) is None


def test_a_reused_outcome_is_no_new_look(path: Path) -> None:
    run(path, 0, outcome(Reason.GONE))
    for day in (1, 2):
        with opened(path, day) as history:
            found = history.recall(URL, ANY_AGE)
            assert found is not None
            assert found.past == Past(1, START, None, START)
            assert history.record(found) == found


# No mail address in sight, but all else that may stand in an address or in a message.
texts = st.text(st.characters(blacklist_characters="@%")).map(lambda text: text.replace("-40", ""))
times = st.datetimes(timezones=st.just(UTC))
outcomes = st.builds(
    Outcome,
    st.just(URL),
    st.sampled_from([reason for reason in Reason if outcome(reason).verdict in REMEMBERED]),
    st.lists(
        st.builds(
            Hop,
            st.just(URL) | texts,
            st.none() | st.integers(100, 599),
            st.floats(0, 100),
            st.sampled_from(["GET", "HEAD"]),
        )
    ).map(tuple),
    st.none() | texts,
    texts,
    st.integers(0, 10),
    texts,
    st.none() | st.builds(Certificate, times, times, st.lists(texts).map(tuple)),
)


@settings(max_examples=40)
@given(outcomes)
def test_what_is_reused_is_what_was_found(found: Outcome) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder) / "h", 0, found)
        again = recalled(Path(folder) / "h", 1)
    if found.reason is Reason.RATE_LIMITED or not found.hops:
        assert again is None  # it is not that of this link
        return
    assert again is not None
    assert evolve(again, past=None) == found


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'of-a-later-version'",
        "outcome = x'7b7d'",
        "outcome = x'5b5d'",
        "outcome = x'ff'",
        """outcome = CAST('{"hops":[],"certificate":null,"of a later version":1}' AS BLOB)""",
        """outcome = CAST('{"hops":[[null,"404",0,"GET"]],"certificate":null,"replacement":null,
        "evidence":"","attempts":1,"error":""}' AS BLOB)""",
        """outcome = CAST('{"hops":[[null,404,0,"GET"]],"certificate":null,"replacement":null,
        "evidence":[],"attempts":1,"error":""}' AS BLOB)""",
        """outcome = CAST('{"hops":[[null,404,NaN,"GET"]],"certificate":null,"replacement":null,
        "evidence":"","attempts":1,"error":""}' AS BLOB)""",
        """outcome = CAST('{"hops":[[null,404,0,"GET"]],"certificate":["2026-01-01","2026-02-01",[]],
        "replacement":null,"evidence":"","attempts":1,"error":""}' AS BLOB)""",
        "outcome = NULL",
    ],
)
def test_what_cannot_be_understood_is_not_reused_but_counted(path: Path, change: str) -> None:
    run(path, 0, outcome(Reason.GONE))
    altered(path, f"UPDATE seen SET {change}", sealed=True)  # noqa: S608
    assert recalled(path, 1) is None
    assert run(path, 1, outcome(Reason.GONE)) == Past(2, START, None)


# Privacy

PROOFPOINT = (
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_unsubscribe-3Fm-3D"
    f"{RECIPIENT.replace('@', '-40')}&d=DwMF&c=abc&r={'r' * 12}&m=def&s=ghi&e="
)
PERSONAL = [
    wrap("https://example.org/"),
    PROOFPOINT,
    f"https://example.org/unsubscribe?email={RECIPIENT}",
    f"https://example.org/unsubscribe?email={encode(RECIPIENT)}",
    f"https://example.org/login?next={encode(encode('/unsubscribe?m=' + RECIPIENT))}",
    f"https://example.org/unsubscribe/{RECIPIENT}/ok",
    "https://first.last:secret@localhost/",
]
WORDS = ("first", "secret", "r" * 12, "unsubscribe")


@pytest.mark.parametrize("url", PERSONAL)
@pytest.mark.parametrize(
    "tell",
    [
        lambda url: Outcome(url, Reason.GONE, (Hop(url, 410),)),
        lambda url: Outcome(URL, Reason.GONE, (Hop(URL, 302), Hop(url, 410))),
        lambda url: Outcome(URL, Reason.GONE, (Hop(URL, 410),), url),
        lambda url: Outcome(URL, Reason.GONE, (Hop(URL, 410),), None, f"it leads to {url}"),
        lambda url: Outcome(URL, Reason.GONE, (Hop(URL, 410),), error=f"{url}: broken off"),
    ],
)
def test_no_person_is_in_the_file(path: Path, tell: Callable[[str], Outcome], url: str) -> None:
    found = tell(url)
    run(path, 0, found)
    kept = path.read_bytes().lower()
    assert [word for word in WORDS if word.encode() in kept] == []
    again = recalled(path, 1, found.url)
    assert again is None or found.url == url  # an address that was only asked is not kept at all
    assert run(path, 1, found) == Past(2, START, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example.org/npm/react@18.2.0/index.js",
        "https://medium.example.org/@writer/a-story",
        "https://maps.example.org/@40.71,-74.00,12z/x.html",
        "https://example.org/page-4012.html",
    ],
)
def test_an_at_sign_alone_is_not_personal(path: Path, url: str) -> None:
    run(path, 0, Outcome(URL, Reason.REDIRECTED, (Hop(URL, 302), Hop(url, 200))))
    found = recalled(path, 1)
    assert found is not None
    assert found.final_url == url


def test_the_address_itself_is_not_in_the_file(path: Path) -> None:
    run(path, 0, outcome())
    assert b"example.org" not in path.read_bytes()
