"""How many requests are under way at once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from safelinks import Checker, Policy
from safelinks.health.judgement.visible_page import Page, page_of
from safelinks.health.request_limit import RequestLimit


def test_each_answer_lets_one_more_begin() -> None:
    limit = RequestLimit(None, 4_096)
    assert limit.now == 64
    for _ in range(100):
        limit.answered()
    assert limit.now == 164
    for _ in range(1_000):
        limit.answered()
    assert limit.now == 512


@pytest.mark.parametrize(
    ("open_files", "first", "most"), [(1_024, 64, 341), (256, 64, 85), (64, 21, 21), (1, 1, 1)]
)
def test_files_that_may_be_open_are_a_limit(open_files: int, first: int, most: int) -> None:
    limit = RequestLimit(None, open_files)
    assert limit.now == first
    for _ in range(1_000):
        limit.answered()
    assert limit.now == most


def test_a_machine_that_does_not_keep_up_asks_fewer() -> None:
    limit = RequestLimit(None, 4_096)
    for _ in range(1_000):
        limit.answered()
    limit.beat(0.5)
    assert limit.now == 384
    limit.answered()
    assert limit.now == 384, "no more, until it keeps up again"
    for _ in range(20):
        limit.beat(0.5)
    assert limit.now == 64
    limit.beat(0.0)
    limit.answered()
    assert limit.now == 65


def test_of_two_processes_each_has_half() -> None:
    limit = RequestLimit(None, 1_024, processes=2)
    assert limit.now == 32
    for _ in range(1_000):
        limit.answered()
    assert limit.now == 256
    for _ in range(20):
        limit.beat(0.5)
    assert limit.now == 32
    assert RequestLimit(17, 1_024, processes=2).now == 8


def test_what_the_user_says_holds() -> None:
    limit = RequestLimit(3, 4_096)
    limit.answered()
    limit.beat(9.0)
    assert (limit.now, limit.adapts) == (3, False)


@pytest.mark.parametrize(("concurrency", "most"), [(None, 512), (100, 100), (1, 1)])
def test_so_many_are_under_way_at_once(concurrency: int | None, most: int) -> None:
    under_way = highest = 0

    async def server(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, highest
        assert request.method == "GET"
        under_way += 1
        highest = max(highest, under_way)
        for _ in range(20):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200)

    async def exists(_: str, __: int) -> list[str]:
        return ["192.0.2.1"]

    urls = [f"https://h{at}.example/" for at in range(900)]
    policy = Policy(concurrency=concurrency)
    checker = Checker(policy, httpx.MockTransport(server), exists)
    outcomes = asyncio.run(checker.check(urls))
    assert len(outcomes) == 900
    assert min(64, most) <= highest <= most


def test_others_are_asked_before_an_answer_is_judged() -> None:
    """Also where one request is under way at a time: to judge is not to ask."""
    seen: list[str] = []

    async def server(request: httpx.Request) -> httpx.Response:
        seen.append(f"asked {request.url.host}")
        return httpx.Response(200, headers={"Content-Type": "text/html"}, text="<p>fine")

    async def exists(_: str, __: int) -> list[str]:
        return ["192.0.2.1"]

    checker = Checker(Policy(concurrency=1), httpx.MockTransport(server), exists)

    def judged(*given: Any, **named: Any) -> Page:  # noqa: ANN401
        seen.append("judged")
        return page_of(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("safelinks.health.judgement.probe.page_of", judged)
        asyncio.run(checker.check(["https://a.example/", "https://b.example/"]))
    assert seen == ["asked a.example", "asked b.example", "judged", "judged"]
