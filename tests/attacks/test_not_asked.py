"""What nobody has asked is not called failing, is remembered by no history, and a machine without a
network says so, whatever proxies it has."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from attacking import Count, amount
from hostile_net import Names
from hypothesis import given, settings
from hypothesis import strategies as st
from web import answer, serving

from safelinks import Checker, Outcome, Policy, Reason, Verdict
from safelinks.health.memory.history import History
from safelinks.health.model.outcome import Past

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = START + timedelta(days=1)
HOST = "https://x.example"
BUSY = st.tuples(
    st.sampled_from([429, 503]),
    st.sampled_from(["0", "1", "3600", "99999999", "", "Fri, 31 Dec 2100 23:59:59 GMT"]),
    st.sampled_from(["", "<title>Down for maintenance</title>", "<title>Page not found</title>"]),
)
OTHERS = st.sampled_from([200, 404, 500])


async def _exists(_host: str, _port: int) -> list[str]:
    await asyncio.sleep(0)
    return ["192.0.2.1"]


def _check(
    transport: httpx.AsyncBaseTransport, many: int, history: History | None = None
) -> list[Outcome]:
    policy = Policy(retries=0, per_host=1)
    checker = Checker(policy, transport, _exists, history=history)
    return [*asyncio.run(checker.check([f"{HOST}/{at}" for at in range(many)])).values()]


def test_pages_that_were_left_out(count: Count) -> None:
    tried = amount(60, 3_000)

    @settings(max_examples=tried, deadline=None)
    @given(BUSY, st.lists(OTHERS, max_size=5))
    def attack(busy: tuple[int, str, str], first: list[int]) -> None:
        status, after, title = busy
        left = iter(first)
        asked: set[str] = set()

        def answer_to(request: httpx.Request) -> httpx.Response:
            asked.add(str(request.url))
            ordinary = next(left, None)
            if ordinary is not None:
                return httpx.Response(ordinary, html="<title>Cats</title>")
            headers = {"retry-after": after} if after else {}
            return httpx.Response(status, headers=headers, html=title)

        for outcome in _check(httpx.MockTransport(answer_to), 20):
            if outcome.url not in asked:
                assert (outcome.attempts, outcome.hops) == (0, ())
                assert outcome.verdict is Verdict.UNCERTAIN
            else:
                assert outcome.attempts == len(outcome.hops) > 0

    attack()
    count("answers of busy hosts", tried)


@pytest.mark.parametrize("status", [429, 503])
def test_a_history_remembers_only_what_was_asked(tmp_path: Path, status: int) -> None:
    path = tmp_path / "history"
    with History(path, now=lambda: START) as history:
        fine = httpx.MockTransport(lambda _: httpx.Response(200, html="<title>Cats</title>"))
        assert {one.reason for one in _check(fine, 20, history)} == {Reason.OK}
    busy = httpx.MockTransport(lambda _: httpx.Response(status, headers={"retry-after": "3600"}))
    with History(path, now=lambda: LATER) as history:
        outcomes = _check(busy, 20, history)
    unasked = {one.url for one in outcomes if not one.attempts}
    assert len(unasked) == 19
    assert all(one.past == Past(last_alive=START) for one in outcomes if one.url in unasked)
    day = dict.fromkeys(Verdict, timedelta(days=7))
    with History(path, now=lambda: LATER + timedelta(days=1)) as history:
        for outcome in outcomes:
            known = history.recall(outcome.url, day)
            assert known is not None
            # Even what was asked, and not let in, leaves what was known before.
            passing = outcome.reason is Reason.RATE_LIMITED
            assert known.reason is (Reason.OK if passing else Reason.SERVER_ERROR)


def test_a_host_that_is_down_counts_for_those_that_were_asked(tmp_path: Path) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise ConnectionRefusedError(111, "Connection refused")

    for run in range(3):
        now = partial(datetime.__add__, START, timedelta(days=run))
        with History(tmp_path / "history", now=now) as history:
            outcomes = _check(httpx.MockTransport(refuse), 20, history)
        for outcome in outcomes:
            assert outcome.past is not None
            assert outcome.past.runs == (run + 1 if outcome.attempts else 1)
    assert 0 < sum(one.attempts > 0 for one in outcomes) < 20


async def _no_name(_host: str, _port: int) -> list[str]:
    await asyncio.sleep(0)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(("variable", "direct"), [("http_proxy", "https"), ("https_proxy", "http")])
@pytest.mark.parametrize("answers", [True, False], ids=["proxy-answers", "proxy-is-not-asked"])
def test_without_a_network_behind_a_proxy_for_one_scheme(
    variable: str, direct: str, answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving({"http://there.test/": answer("200 OK", "fine")}) as web:
        monkeypatch.setenv(variable, web.url("/"))
        policy = Policy(retries=0, allow_reserved=True)
        urls = [f"{direct}://missing.test/"]
        urls += ["http://there.test/"] if answers and variable == "http_proxy" else []
        closed = asyncio.run(Checker(policy, look_up=_no_name).check(urls))
        names = Names({"there.test": ["192.0.2.1"]})
        open_to_all = asyncio.run(Checker(policy, look_up=names).check(urls))
    assert closed[urls[0]].reason is Reason.NO_NETWORK
    assert open_to_all[urls[0]].reason is Reason.NO_SUCH_HOST
    for outcomes in (closed, open_to_all):
        assert {outcomes[url].verdict for url in urls[1:]} <= {Verdict.ALIVE}
