"""Many links at once: what is learnt of a host, what is not, and how a run ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from safelinks import Checker, Outcome, Policy, Reason
from safelinks.health.model.policy import Method

QUICK = Policy(retries=2, per_host=1)
PAGE = httpx.Response(200, html="<title>Fine</title>")
REFUSED = ConnectionRefusedError(111, "Connection refused")


class Server:
    """Answers by the path of a request, or by how many have come to the host."""

    def __init__(self, answer: Callable[[httpx.Request, int], httpx.Response]) -> None:
        self.asked: Counter[str] = Counter()
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked[request.url.host] += 1
        return self._answer(request, self.asked[request.url.host])


async def _exists(_host: str, _port: int) -> list[str]:
    await asyncio.sleep(0)
    return ["192.0.2.1"]


def _links(many: int, host: str = "x.example") -> list[str]:
    return [f"https://{host}/{number}" for number in range(many)]


def _check(
    server: Callable[[httpx.Request], httpx.Response],
    urls: list[str],
    policy: Policy = QUICK,
) -> dict[str, Outcome]:
    checker = Checker(policy, httpx.MockTransport(server), _exists)
    return asyncio.run(checker.check(urls))


def _reasons(outcomes: dict[str, Outcome]) -> Counter[Reason]:
    return Counter(outcome.reason for outcome in outcomes.values())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short here."""
    monkeypatch.setattr("safelinks.health.judgement.redirects._BACKOFF", 0.001)


class TestWhatIsLearnt:
    """A host is not asked again for what it has shown, and not condemned for what it has not."""

    def test_refused(self) -> None:
        def answer(_: httpx.Request, __: int) -> httpx.Response:
            raise REFUSED

        server = Server(answer)
        outcomes = _check(server, _links(200))
        assert _reasons(outcomes) == {Reason.REFUSED: 200}
        assert server.asked["x.example"] <= 6
        assert sum("as for another link" in one.evidence for one in outcomes.values()) > 190

    def test_refused_and_back_by_the_last_look(self) -> None:
        def answer(_: httpx.Request, count: int) -> httpx.Response:
            if count <= 3:
                raise REFUSED
            return PAGE

        assert _reasons(_check(Server(answer), _links(50))) == {Reason.OK: 50}

    def test_one_refusal_among_answers(self) -> None:
        def answer(_: httpx.Request, count: int) -> httpx.Response:
            if count == 2:
                raise REFUSED
            return PAGE

        policy = Policy(retries=0, per_host=1)
        assert _reasons(_check(Server(answer), _links(50), policy))[Reason.OK] == 49

    def test_one_page_that_breaks_off(self) -> None:
        def answer(request: httpx.Request, _: int) -> httpx.Response:
            if request.url.path == "/0":
                raise httpx.ReadError("broken")
            return PAGE

        outcomes = _check(Server(answer), _links(20))
        assert _reasons(outcomes) == {Reason.RESET: 1, Reason.OK: 19}

    def test_three_silent_pages_first(self) -> None:
        def answer(request: httpx.Request, _: int) -> httpx.Response:
            if request.url.path in ("/0", "/1", "/2"):
                raise httpx.ReadTimeout("slow")
            return PAGE

        outcomes = _check(Server(answer), _links(20))
        assert _reasons(outcomes) == {Reason.TIMEOUT: 3, Reason.OK: 17}

    def test_nothing_is_learnt_from_a_question_beside_the_way(self) -> None:
        def answer(request: httpx.Request, _: int) -> httpx.Response:
            if "no-such-page" in request.url.path:
                raise httpx.ReadError("broken")
            return httpx.Response(200, html="<title>Cats</title>Our cat cannot be found.")

        assert _reasons(_check(Server(answer), _links(20))) == {Reason.OK: 20}

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_host_that_asks_to_be_left_alone(self, status: int) -> None:
        server = Server(lambda *_: httpx.Response(status, headers={"retry-after": "3600"}))
        outcomes = _check(server, _links(100)).values()
        asked = Reason.RATE_LIMITED if status == 429 else Reason.SERVER_ERROR
        assert [one.reason for one in outcomes if one.attempts] == [asked]
        # The others may work: nobody has looked.
        unasked = [one.reason for one in outcomes if not one.attempts]
        assert unasked == [Reason.RATE_LIMITED] * 99
        assert server.asked["x.example"] == 1

    def test_a_host_that_asks_to_come_back_again_and_again(self) -> None:
        server = Server(lambda *_: httpx.Response(503, headers={"retry-after": "0"}))
        outcomes = _check(server, _links(100)).values()
        assert {one.reason for one in outcomes if one.attempts} == {Reason.SERVER_ERROR}
        assert {one.reason for one in outcomes if not one.attempts} == {Reason.RATE_LIMITED}
        assert server.asked["x.example"] < 40

    def test_what_was_not_asked_is_said_to_be(self) -> None:
        server = Server(lambda *_: httpx.Response(429))
        unasked = [one for one in _check(server, _links(100)).values() if not one.attempts]
        assert len(unasked) > 80
        assert {one.evidence for one in unasked} == {
            "429 Too Many Requests, as for another link to this host"
        }
        assert not any(one.hops or one.error for one in unasked)

    def test_a_host_that_never_lets_anybody_in(self) -> None:
        server = Server(lambda *_: httpx.Response(429))
        assert _reasons(_check(server, _links(100))) == {Reason.RATE_LIMITED: 100}
        assert server.asked["x.example"] < 40

    def test_a_host_that_mishandled_a_head(self) -> None:
        methods: list[str] = []

        def answer(request: httpx.Request, _: int) -> httpx.Response:
            methods.append(request.method)
            return httpx.Response(405 if request.method == "HEAD" else 200)

        policy = Policy(method=Method.HEAD, per_host=1)
        _check(Server(answer), _links(10), policy)
        assert Counter(methods) == {"HEAD": 1, "GET": 10}


class TestTheEnd:
    """How a run ends, and that it does."""

    def test_who_stops_early_stops_everything(self) -> None:
        server = Server(lambda *_: PAGE)

        async def run() -> tuple[int, int]:
            checker = Checker(Policy(concurrency=8), httpx.MockTransport(server), _exists)
            results = checker.results(f"https://h{number}.example/" for number in range(1_000))
            async for _ in results:
                break
            await results.aclose()
            asked = server.asked.total()
            for _ in range(50):
                await asyncio.sleep(0)
            assert len(asyncio.all_tasks()) == 1
            return asked, server.asked.total()

        before, after = asyncio.run(run())
        assert before == after < 1_000

    def test_a_transport_that_cancels_itself_loses_no_link(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/3":
                raise asyncio.CancelledError
            return PAGE

        outcomes = _check(answer, _links(10))
        assert len(outcomes) == 10
        assert _reasons(outcomes)[Reason.OK] == 9

    def test_bodies_are_not_kept(self) -> None:
        import tracemalloc

        page = "<title>Broken</title>" + "x" * 60_000

        def answer(_: httpx.Request) -> httpx.Response:
            return httpx.Response(500, html=page)

        tracemalloc.start()
        policy = Policy(retries=0)
        outcomes = _check(answer, [f"https://h{number}.example/" for number in range(500)], policy)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(outcomes) == 500
        assert peak < 20_000_000

    def test_what_is_refused_costs_no_time_of_a_rate(self) -> None:
        urls = [f"https://x.example/unsubscribe?u={number}" for number in range(1_000)]
        outcomes = _check(lambda _: PAGE, urls, Policy(rate=0.01))
        assert _reasons(outcomes) == {Reason.ONE_TIME_LINK: 1_000}


class TestInterrupted:
    """What is known when somebody loses patience."""

    @staticmethod
    async def _until(
        server: Server, asked: int, checker: Checker, urls: list[str]
    ) -> list[Outcome]:
        said: list[Outcome] = []
        task = asyncio.create_task(checker.check(urls, said.append))
        while server.asked.total() < asked and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return [*said, *checker.provisional()]

    def test_what_has_failed_so_far_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("safelinks.health.judgement.redirects._BACKOFF", 60.0)

        def answer(request: httpx.Request, _: int) -> httpx.Response:
            if request.url.path == "/0":
                return httpx.Response(500)
            return PAGE

        server = Server(answer)
        checker = Checker(Policy(budget=600), httpx.MockTransport(server), _exists)
        known = asyncio.run(self._until(server, 2, checker, _links(2)))
        told = {one.url: one for one in known}
        assert told["https://x.example/0"].reason is Reason.NOT_ASKED
        assert told["https://x.example/0"].attempts == 1
        assert told["https://x.example/0"].evidence == "interrupted after status 500"

    def test_what_has_been_answered_is_told(self) -> None:
        """Also where its turn to be judged, or to be taken, has not come."""
        server = Server(lambda _, __: PAGE)
        checker = Checker(Policy(), httpx.MockTransport(server), _exists)
        known = asyncio.run(self._until(server, 5, checker, [f"{url}#a" for url in _links(5)]))
        assert [one.reason for one in known] == [Reason.OK] * 5
        assert sorted(one.url for one in known) == [f"{url}#a" for url in sorted(_links(5))]
        assert checker.provisional() == checker.provisional()

    def test_places_in_pages_are_looked_for_all_the_same(self) -> None:
        server = Server(lambda _, __: httpx.Response(200, html="<h1 id=there>Here</h1>" * 20))
        checker = Checker(Policy(fragments=True), httpx.MockTransport(server), _exists)
        urls = [f"{_links(1)[0]}#{place}" for place in ("there", "elsewhere")]
        known = asyncio.run(self._until(server, 1, checker, urls))
        reasons = {one.url: one.reason for one in known}
        assert reasons == {urls[0]: Reason.OK, urls[1]: Reason.NO_SUCH_FRAGMENT}

    def test_what_was_said_is_not_taken_back(self) -> None:
        def answer(_: httpx.Request, count: int) -> httpx.Response:
            if count <= 3:
                raise REFUSED
            return PAGE

        server = Server(answer)
        policy = Policy(retries=2, concurrency=1, per_host=1)
        checker = Checker(policy, httpx.MockTransport(server), _exists)
        urls = [*_links(1), *_links(1, "y.example"), *_links(1, "z.example")]
        known = asyncio.run(self._until(server, 11, checker, urls))
        assert len({one.url for one in known}) == len(known)
        assert Reason.OK in {one.reason for one in known}


class TestSpellings:
    """One request for all spellings of an address, and an outcome for each."""

    def test_fragments_and_trackers(self) -> None:
        asked: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            if request.url.path == "/old":
                return httpx.Response(301, headers={"location": "/new"})
            return PAGE

        base = "https://x.example/old"
        urls = [f"{base}?utm_source=mail#one", f"{base}#two", f"{base}?mc_eid=secret", base.upper()]
        outcomes = _check(answer, urls)
        assert asked == [f"{base}", "https://x.example/new", *asked[2:]]
        assert outcomes[urls[0]].replacement == "https://x.example/new#one"
        assert outcomes[urls[1]].replacement == "https://x.example/new#two"
        assert outcomes[urls[1]].hops[-1].url == "https://x.example/new#two"
        assert outcomes[urls[1]].evidence == "ends at https://x.example/new#two"
        assert outcomes[urls[2]].replacement == "https://x.example/new"
        assert all(one.url == url for url, one in outcomes.items())

    def test_what_a_server_may_tell_apart_is_asked_apart(self) -> None:
        server = Server(lambda *_: PAGE)
        urls = [
            "https://x.example/a",
            "http://x.example/a",
            "https://x.example/a/",
            "https://x.example/A",
            "https://x.example//a",
            "https://x.example/a?b",
        ]
        assert len(_check(server, urls)) == len(urls)
        assert server.asked["x.example"] == len(urls)
