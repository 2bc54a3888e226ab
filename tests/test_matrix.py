"""Every row of the fault matrix: a hostile server on the loopback interface, and a check of it.

`STAGES` plays the rows that take several servers or none; all others serve the site of their id.
`NOTES` says what the row's note asks for beside the verdict and the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hostile import Hostile, serving
from hostile_net import Guard, guarding
from hostile_sites import SITES
from hostile_tls import NAME, TLS_SITES, Authority
from matrix_stage import Case, Stage, harmless
from matrix_stages import STAGES

from safelinks import Outcome, Reason, Verdict
from safelinks.health.judgement import redirects
from safelinks.health.model.policy import Method

ROWS: list[dict[str, str]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/fault-matrix.jsonl").read_text("utf-8").splitlines()
]
# Rows that are asked with HEAD as well: those about HEAD, and those that HEAD alone cannot decide.
BY_HEAD = ("head-", "ok", "404", "410")
CASES = [
    Case(row["id"], Verdict(row["verdict"]), Reason(row["reason"]), method)
    for row in ROWS
    for method in (Method if row["id"].startswith(BY_HEAD) else (Method.GET,))
]

# Other links of a site than "/page" alone.
PATHS: Mapping[str, Sequence[str]] = {
    "head-405": [f"/page/{n}" for n in range(12)],
    "head-body": ("/page", "/other"),
    "location-relative": ("/section/page",),
    "loop-self-cookie": ("/page", "/page?again"),
    "soft-404-home": ("/deep/section/page",),
    "status-099": ("/page", "/other"),
}
ONE_BY_ONE: Mapping[str, Any] = {"concurrency": 1, "per_host": 1}
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "429": {"retries": 2},
    "500": {"retries": 2},
    "500-then-200": {"retries": 2},
    "connect-hang": {"timeout": 0.25},
    "drip-body": {"timeout": 0.25},
    "drip-headers": {"timeout": 0.5, "budget": 2.0},
    "flood-103": {"timeout": 0.5, "budget": 2.0},
    "head-405": ONE_BY_ONE,
    "head-body": ONE_BY_ONE,
    "head-hang": {"timeout": 1.0, "budget": 4.0},
    "tls-hang": {"timeout": 0.25},
}

Note = Callable[[Outcome, Hostile, Stage], None]


def replaced_by(path: str) -> Note:
    def note(outcome: Outcome, web: Hostile, _: Stage) -> None:
        assert outcome.replacement == web.url(path)
        assert web.count(path.partition("#")[0]) >= 1

    return note


def says(*words: str) -> Note:
    """One of `words` is in the evidence."""

    def note(outcome: Outcome, _: Hostile, __: Stage) -> None:
        assert any(word in outcome.evidence.lower() for word in words), outcome.evidence

    return note


def asked(least: int, most: int | None = None) -> Note:
    """The server saw at least and at most so many requests."""

    def note(_: Outcome, web: Hostile, __: Stage) -> None:
        assert least <= len(web.asked) <= (most or least), web.methods

    return note


def stays_where_it_is(outcome: Outcome, _: Hostile, __: Stage) -> None:
    assert outcome.replacement is None


def is_asked_with_get_as_well(_: Outcome, web: Hostile, stage: Stage) -> None:
    """The GET decides; where GET is the method, no other is used."""
    head = stage.case.method is Method.HEAD
    assert web.methods[0] == ("HEAD" if head else "GET")
    assert web.methods[-1] == "GET"
    assert head or set(web.methods) == {"GET"}


def head_is_given_up_for_the_host(outcome: Outcome, web: Hostile, stage: Stage) -> None:
    """Known from the first link, asked one by one: a few others may be on their way already."""
    is_asked_with_get_as_well(outcome, web, stage)
    assert web.methods.count("HEAD") <= 6
    assert web.methods.count("GET") == 12


def goes_on_with_the_next_link(_: Outcome, web: Hostile, __: Stage) -> None:
    """Were the body taken for its answer, it would must be asked again."""
    assert web.count("/other") == 1


def cookies_live_within_a_probe(_: Outcome, web: Hostile, __: Stage) -> None:
    cookies = sorted(one.headers.get("cookie", "") for one in web.asked)
    assert cookies == ["", "", "seen=1", "seen=1"]


def waits_as_told(outcome: Outcome, web: Hostile, _: Stage) -> None:
    first, second = web.asked
    assert second.at - first.at >= 0.9
    assert outcome.attempts == 2


def asks_one_made_up_path(_: Outcome, web: Hostile, __: Stage) -> None:
    made_up = {one.path for one in web.asked} - {"/", "/deep/section/page"}
    assert len(made_up) == 1


def fragment_is_kept(outcome: Outcome, web: Hostile, stage: Stage) -> None:
    replaced_by("/new/place#part")(outcome, web, stage)
    assert not any("#" in one.target for one in web.asked)


def escaped_as_browsers_do(outcome: Outcome, web: Hostile, stage: Stage) -> None:
    replaced_by("/new%20place/%C3%BC%1Bc")(outcome, web, stage)
    assert outcome.replacement is not None
    assert outcome.replacement.isascii()
    assert outcome.replacement.isprintable()
    told_without_harm(outcome, web, stage)


def told_without_harm(outcome: Outcome, _: Hostile, stage: Stage) -> None:
    """Of the page itself, and of one that the report has to quote."""
    with serving(SITES[stage.case.id]) as web:
        report = stage.report(f"{web.url('/page')} and {web.url('/other')}")
    assert report.rows[0].outcome.reason is outcome.reason
    assert report.rows[1].outcome.verdict is Verdict.DEAD
    harmless(report)


def ends_within_the_budget(_: Outcome, web: Hostile, stage: Stage) -> None:
    assert web.connections >= 1
    assert stage.took < 8.0


def reads_little(outcome: Outcome, web: Hostile, _: Stage) -> None:
    """64 KiB were wanted; what the two systems hold between them comes on top."""
    assert outcome.attempts == 1
    assert web.sent < 2_000_000


def certificate_ends_soon(outcome: Outcome, _: Hostile, __: Stage) -> None:
    assert outcome.certificate is not None
    assert outcome.certificate.days_left(datetime.now(UTC)) in (4, 5)
    assert NAME in outcome.certificate.names


NOTES: Mapping[str, Note] = {
    "ok": asked(1),
    "404": is_asked_with_get_as_well,
    "410": is_asked_with_get_as_well,
    "head-405": head_is_given_up_for_the_host,
    "head-501": is_asked_with_get_as_well,
    "head-404": is_asked_with_get_as_well,
    "head-403": is_asked_with_get_as_well,
    "head-hang": is_asked_with_get_as_well,
    "head-reset": is_asked_with_get_as_well,
    "head-body": goes_on_with_the_next_link,
    "301": replaced_by("/new/place"),
    "308": replaced_by("/new/place"),
    "302": stays_where_it_is,
    "301-302": replaced_by("/between"),
    "302-301": stays_where_it_is,
    "301-slash": stays_where_it_is,
    "loop": asked(2, 3),
    "loop-self-cookie": cookies_live_within_a_probe,
    "endless": asked(10, 11),
    "location-relative": replaced_by("/new/place"),
    "location-junk": escaped_as_browsers_do,
    "location-mailto": asked(1),
    "location-file": asked(1),
    "location-fragment": fragment_is_kept,
    "500-then-200": asked(2),
    "500": asked(3, 4),
    "503-retry-after": waits_as_told,
    "429-retry-after": waits_as_told,
    "429-date": waits_as_told,
    "429-long": asked(1, 2),
    "429": asked(3, 4),
    "soft-404-home": asks_one_made_up_path,
    "login-200": says("sign-in", "sign in", "signing in", "password", "log-in", "login"),
    "connect-hang": says("answer", "header"),
    "drip-headers": ends_within_the_budget,
    "drip-body": reads_little,
    "endless-body": reads_little,
    "flood-103": ends_within_the_budget,
    "bad-length": asked(1),
    "bad-chunk": asked(1),
    "early-hints": asked(1),
    "nested-gzip": asked(1),
    "title-escape": told_without_harm,
    "annotation": told_without_harm,
    "tls-soon": certificate_ends_soon,
    "tls-hang": says("tls", "secure"),
}


def over_http(stage: Stage) -> None:
    row = stage.case.id
    web, outcomes = stage.site(SITES[row], PATHS.get(row, ("/page",)), **POLICIES.get(row, {}))
    if row in NOTES:
        NOTES[row](outcomes[0], web, stage)


def over_tls(stage: Stage) -> None:
    row = stage.case.id
    site, certificate = TLS_SITES[row]
    context = None if certificate is None else certificate(stage.authority)
    with serving(site, context) as web:
        url = web.url("/page", NAME, "https")
        checker = stage.checker(
            ca_file=str(stage.authority.bundle),
            resolve={(NAME, web.port): ("127.0.0.1",)},
            **POLICIES.get(row, {}),
        )
        outcome = stage.check([url], checker)[url]
    stage.expect([outcome])
    if row in NOTES:
        NOTES[row](outcome, web, stage)


PLAYED: Mapping[str, Callable[[Stage], None]] = {
    **dict.fromkeys(SITES, over_http),
    **dict.fromkeys(TLS_SITES, over_tls),
    **STAGES,
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def guard() -> Iterator[Guard]:
    with guarding() as guard:
        yield guard


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a pause before a further attempt is, tests/test_probe.py says."""
    monkeypatch.setattr(redirects, "_BACKOFF", 0.1)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_row(case: Case, guard: Guard, authority: Authority) -> None:
    assert case.id in PLAYED, f"nothing behaves as the row {case.id!r} says"
    PLAYED[case.id](Stage(case, guard, authority))


def test_nothing_is_played_that_no_row_asks_for() -> None:
    rows = {row["id"] for row in ROWS}
    assert (set(PLAYED) | set(NOTES) | set(PATHS) | set(POLICIES)) - rows == set()
    assert len(rows) == len(ROWS)
