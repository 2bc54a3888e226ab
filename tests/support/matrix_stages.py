"""Rows of the fault matrix that take more than one server, or none: how each is played."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable, Mapping

from hostile import ANY, Hostile, Site, Talk, serving
from hostile_net import PUBLIC, PUBLIC_V6, Names, Wire, refusing_port
from hostile_sites import OK, SITES, moved
from hostile_tls import NAME
from matrix_stage import Stage

from safelinks import Outcome, Reason

__all__ = ["STAGES"]


def _never_asked(stage: Stage, *urls: str, allow_private: bool = True) -> None:
    """Nobody is connected to for `urls`, and no name server hears of them."""
    names = Names()
    checker = stage.checker(names, allow_private=allow_private)
    stage.expect_all(stage.check(urls, checker), urls)
    assert stage.guard.connected == []
    assert set(names.asked) <= {"example.com"}


def private_literal(stage: Stage) -> None:
    hosts = ("10.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1")
    _never_asked(stage, *(f"http://{host}/" for host in hosts), allow_private=False)


def private_name(stage: Stage) -> None:
    names = Names({"public.example": ["127.0.0.1"]})
    with serving({ANY: OK}) as web:
        url = web.url(host="public.example")
        stage.expect_all(stage.check([url], stage.checker(names, allow_private=False)), [url])
    assert "public.example" in names.asked
    assert stage.guard.connected == []
    assert web.connections == 0


def unsubscribe(stage: Stage) -> None:
    _never_asked(stage, "https://news.example/unsubscribe?token=a1b2c3")


def other_schemes(stage: Stage) -> None:
    _never_asked(
        stage,
        "mailto:a@b.example",
        "tel:+1-212-555-0100",
        "javascript:alert(1)",
        "ftp://files.example/a.txt",
    )


def invalid(stage: Stage) -> None:
    _never_asked(stage, "http://exa mple/", "http://[::1", "https:///x", "http://127.0.0.1:99999/")


def other_ports(stage: Stage) -> None:
    _never_asked(
        stage, "http://host.example:22/", "https://host.example:22/", "http://127.0.0.1:22/"
    )


def opaque_wrapper(stage: Stage) -> None:
    urls = (
        "https://url.uk.m.mimecastprotect.com/s/EP3bQkbfBy8wkIqQD0KOF_aGOcaWULvT4",
        "https://nam02.safelinks.protection.outlook.com/?data=05%7C02&reserved=0",
    )
    _never_asked(stage, *urls)
    names = Names()
    report = stage.report("\n".join(urls), stage.checker(names))
    assert len(report.rows) == len(urls)
    stage.expect(row.outcome for row in report.rows)
    assert stage.guard.connected == []
    assert set(names.asked) <= {"example.com"}


def refused(stage: Stage) -> None:
    with refusing_port() as port:
        url = f"http://127.0.0.1:{port}/"
        stage.expect_all(stage.check([url]), [url])
    assert ("127.0.0.1", port) in stage.guard.connected


def down_host(stage: Stage) -> None:
    with refusing_port() as port:
        urls = [f"http://127.0.0.1:{port}/{n}" for n in range(200)]
        stage.expect_all(stage.check(urls, stage.checker(retries=2)), urls)
    assert 1 <= len(stage.guard.connected) <= 20


def nxdomain(stage: Stage) -> None:
    names = Names()
    with serving({ANY: OK}) as web:
        missing, other = "http://missing.example/page", web.url()
        outcomes = stage.check([missing, other], stage.checker(names))
    stage.expect([outcomes[missing]])
    assert outcomes[other].reason is Reason.OK
    assert names.asked.count("missing.example") >= 2


def bomb(stage: Stage) -> None:
    """The compressed bytes that are taken are few, and so is what they are inflated to."""
    tracemalloc.start()
    try:
        web, _ = stage.site(SITES["bomb"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert web.sent < 2_000_000
    assert peak < 20_000_000


def same_1000(stage: Stage) -> None:
    with serving({"/page": OK}) as web:
        report = stage.report("".join(f"See {web.url()} for more.\n" for _ in range(1000)))
        assert [len(row.places) for row in report.rows] == [1000]
        stage.expect(row.outcome for row in report.rows)
        assert web.count("/page") == 1
        stage.expect(stage.check([web.url()] * 1000).values())
        assert web.count("/page") == 2


def slow_host(stage: Stage) -> None:
    """The slow host answers nothing before every fast one was asked: so it cannot hold them up."""
    fast = [f"fast{n}.example" for n in range(50)]
    waited_for = set(fast)
    all_fast = asyncio.Event()

    async def behave(talk: Talk) -> None:
        waited_for.discard(talk.asked.host)
        if not waited_for:
            all_fast.set()
        if talk.asked.host == "slow.example":
            async with asyncio.timeout(20):
                await all_fast.wait()
            await asyncio.sleep(0.03)
        await talk.send(OK)

    heard: list[Outcome] = []
    names = Names({host: ["127.0.0.1"] for host in ("slow.example", *fast)})
    with serving({ANY: behave}) as web:
        slow_urls = [web.url(f"/{n}", "slow.example") for n in range(200)]
        fast_urls = [web.url("/page", host) for host in fast]
        checker = stage.checker(names, timeout=20.0, budget=60.0)
        outcomes = stage.check([*slow_urls, *fast_urls], checker, heard.append)
    stage.expect_all(outcomes, [*slow_urls, *fast_urls])
    last_fast = max(at for at, outcome in enumerate(heard) if "//fast" in outcome.url)
    assert last_fast < 100
    assert web.most_open["slow.example"] <= stage.policy.per_host


def per_host_429(stage: Stage) -> None:
    with serving(SITES["per-host-429"]) as web:
        urls = [web.url(f"/{n}") for n in range(200)]
        checker = stage.checker(retries=2, timeout=5.0, budget=30.0)
        stage.expect_all(stage.check(urls, checker), urls)
    assert len(web.asked) < 2 * len(urls)


def cold_keepalive(stage: Stage) -> None:
    paths = [f"/{n}" for n in range(6)]
    web, outcomes = stage.site(SITES["cold-keepalive"], paths, retries=0, concurrency=1, per_host=1)
    assert [one.attempts for one in outcomes] == [1] * len(paths)
    assert web.connections >= len(paths)


def location_private(stage: Stage) -> None:
    names, site = Names({"page.example": [PUBLIC]}), SITES["location-private"]
    with serving(site) as web:
        wire = Wire({(PUBLIC, 80): web.port})
        url = "http://page.example/page"
        checker = stage.checker(names, wire, allow_private=False)
        stage.expect_all(stage.check([url], checker), [url])
    assert wire.dialled == [(PUBLIC, 80)]
    assert [one.path for one in web.asked] == ["/page"]


class _Rebinding(Names):
    """The first look-up of a name leads to the internet, all further ones to this machine."""

    def addresses(self, host: str) -> list[str]:
        first = host == "example.com" or self.asked.count(host) == 1
        return super().addresses(host) if first else ["127.0.0.1"]


def rebind(stage: Stage) -> None:
    wire, url = Wire(), "http://rebind.example/page"
    checker = stage.checker(_Rebinding({"rebind.example": [PUBLIC]}), wire, allow_private=False)
    stage.expect_all(stage.check([url], checker), [url])
    assert {address for address, _ in wire.dialled} <= {PUBLIC}
    assert stage.guard.connected == []


def mixed(stage: Stage) -> None:
    wire, url = Wire(), "http://mixed.example/page"
    names = Names({"mixed.example": [PUBLIC, "127.0.0.1"]})
    checker = stage.checker(names, wire, allow_private=False)
    stage.expect_all(stage.check([url], checker), [url])
    assert wire.dialled == []
    assert stage.guard.connected == []


def v6_refuses(stage: Stage) -> None:
    names = Names({"two.example": ["::1", "127.0.0.1"]})
    with serving({"/page": OK}) as web:
        url = web.url(host="two.example")
        stage.expect_all(stage.check([url], stage.checker(names, retries=0)), [url])
    assert web.count("/page") == 1


def v6_is_silent(stage: Stage) -> None:
    names = Names({"two.example": [PUBLIC_V6, PUBLIC]})
    with serving({"/page": OK}) as web:
        wire = Wire({(PUBLIC, 80): web.port}, silent=frozenset({PUBLIC_V6}))
        url = "http://two.example/page"
        checker = stage.checker(names, wire, allow_private=False, retries=0)
        stage.expect_all(stage.check([url], checker), [url])
    assert web.count("/page") == 1


def v6_dead(stage: Stage) -> None:
    v6_refuses(stage)
    v6_is_silent(stage)


def cross_host_secret(stage: Stage) -> None:
    async def behave(talk: Talk) -> None:
        elsewhere = moved(302, talk.web.url("/page", "b.example"))
        await talk.send(elsewhere if talk.asked.host == "a.example" else OK)

    names = Names({"a.example": ["127.0.0.1"], "b.example": ["127.0.0.1"]})
    with serving({"/page": behave}) as web:
        url = web.url(host="a.example")
        secret = {"a.example": {"Authorization": "Bearer s3cret"}}
        stage.expect_all(stage.check([url], stage.checker(names, headers=secret)), [url])
    at_a, at_b = web.asked
    assert at_a.headers["authorization"] == "Bearer s3cret"
    assert "s3cret" not in str(at_b.headers)


def downgrade(stage: Stage) -> None:
    """The same page of the same host, without TLS."""
    names = Names({NAME: [PUBLIC]})
    site: Site = {"/page": moved(301, f"http://{NAME}/page")}
    with serving(site, stage.authority.good()) as tls, serving({"/page": OK}) as plain:
        wire = Wire({(PUBLIC, 443): tls.port, (PUBLIC, 80): plain.port})
        url = f"https://{NAME}/page"
        checker = stage.checker(
            names, wire, allow_private=False, ca_file=str(stage.authority.bundle)
        )
        outcome = stage.check([url], checker)[url]
    stage.expect([outcome])
    assert plain.count("/page") >= 1
    assert "http:" in outcome.evidence or "plain http" in outcome.evidence.lower()


def crlf(stage: Stage) -> None:
    with serving({ANY: OK}) as web:
        escaped = web.url("/page/%0d%0aX:%20y")
        stage.expect_all(stage.check([escaped]), [escaped])
        report = stage.report(f"See {web.url()}\r\nX: y\r\n")
        stage.expect(row.outcome for row in report.rows)
        assert [row.target for row in report.rows] == [web.url()]
        raw = web.url("/raw\r\nX: y")
        stage.check([raw])
        stage.report(f'<a href="{web.url("/html")}&#13;&#10;X: y">page</a>', name="notice.html")
    _nothing_injected(web)


def _nothing_injected(web: Hostile) -> None:
    assert web.asked[0].target.lower() == "/page/%0d%0ax:%20y"
    for asked in web.asked:
        assert "x" not in asked.headers, asked
        assert set(asked.headers) == set(web.asked[0].headers)


STAGES: Mapping[str, Callable[[Stage], None]] = {
    "bomb": bomb,
    "cold-keepalive": cold_keepalive,
    "crlf": crlf,
    "cross-host-secret": cross_host_secret,
    "down-host": down_host,
    "downgrade": downgrade,
    "invalid": invalid,
    "location-private": location_private,
    "mailto": other_schemes,
    "mixed": mixed,
    "nxdomain": nxdomain,
    "opaque-wrapper": opaque_wrapper,
    "per-host-429": per_host_429,
    "port-22": other_ports,
    "private-literal": private_literal,
    "private-name": private_name,
    "rebind": rebind,
    "refused": refused,
    "same-1000": same_1000,
    "slow-host": slow_host,
    "unsubscribe": unsubscribe,
    "v6-dead": v6_dead,
}
