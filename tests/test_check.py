"""`safelinks.check` from Python, as docs/python.md shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from building import RECIPIENT, encode, wrap

import safelinks
from safelinks import Checker, Outcome, Policy, Reason, Report, Verdict
from safelinks.addresses.place import Place

NOTICE = Path(__file__).parent.parent / "examples" / "notice.txt"


def _checker(answer: Callable[[httpx.Request], httpx.Response]) -> Checker:
    return Checker(Policy(retries=0), httpx.MockTransport(answer))


def test_offline() -> None:
    report = safelinks.check(NOTICE, offline=True)
    assert {row.outcome.reason for row in report.rows} == {Reason.NOT_ASKED}
    assert (report.links, len(report.rows), report.exit_code) == (8, 6, 0)
    assert report.rows[0].places == (Place(38, 1), Place(43, 1))


def test_with_a_transport_of_ones_own() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(404 if "mocssupport" in request.url.host else 200)

    report = safelinks.check(NOTICE, checker=_checker(answer))
    assert len(asked) == 6
    assert not any("safelinks" in url for url in asked)
    reasons = [row.outcome.reason for row in report.rows]
    assert reasons == [
        Reason.OK, Reason.RENAMED, Reason.RENAMED, Reason.OK, Reason.RENAMED, Reason.NOT_FOUND
    ]  # fmt: skip
    assert (report.failing, report.exit_code) == (True, 1)
    assert report.verdicts[Verdict.MOVED] == 3


def test_documents_in_an_event_loop_share_their_targets() -> None:
    asked: list[str] = []
    heard: list[Outcome] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200)

    documents = [
        safelinks.read(f"{wrap('https://example.org/a')} https://example.org/b".encode(), "one"),
        safelinks.read(b"https://example.org/a", "two"),
    ]

    async def run() -> Report:
        return await safelinks.check_documents(documents, _checker(answer), on_outcome=heard.append)

    report = asyncio.run(run())
    assert sorted(asked) == ["https://example.org/a", "https://example.org/b"]
    assert [(row.file, row.target) for row in report.rows] == [
        ("one", "https://example.org/a"), ("one", "https://example.org/b"), ("two", "https://example.org/a")
    ]  # fmt: skip
    assert len(heard) == 2
    assert report.files == ("one", "two")


def test_nothing_personal_is_in_a_report_unasked() -> None:
    inner = wrap(f"https://example.org/u?m={encode(RECIPIENT)}").replace("First", "Inner")
    document = safelinks.read(wrap(inner).encode())

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": f"/next?to={encode(encode(RECIPIENT))}"})

    report = safelinks.check(document, checker=_checker(answer))
    assert "Last" not in repr(report)
    assert "Inner" not in repr(report)
    assert "[recipient]" in repr(report)
    shown = safelinks.check(document, checker=_checker(answer), show_recipients=True)
    assert shown.rows[0].recipients == (RECIPIENT, RECIPIENT.replace("First", "Inner"))


def test_a_file_that_cannot_be_read() -> None:
    with pytest.raises(safelinks.DocumentError):
        safelinks.check("missing.txt")


def test_results_can_be_left_early() -> None:
    async def run() -> list[Outcome]:
        seen = []
        results = _checker(lambda _: httpx.Response(200)).results(
            f"https://example.org/{number}" for number in range(1000)
        )
        async for outcome in results:
            seen.append(outcome)
            break
        await results.aclose()
        assert len(asyncio.all_tasks()) == 1
        return seen

    (outcome,) = asyncio.run(run())
    assert outcome.reason is Reason.OK
