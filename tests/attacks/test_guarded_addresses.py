"""Nobody's private address is asked: in no spelling, by no way, on no version of Python."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_network
from random import Random

import pytest
from attacking import Count, amount
from hostile_net import Names, Wire

from safelinks.health.checker import Checker
from safelinks.health.guards.public_addresses import is_link_local, is_public
from safelinks.health.guards.refusal import refusal
from safelinks.health.guards.special_ip_ranges import V4, V6, Reach
from safelinks.health.judgement.probe import probe
from safelinks.health.model.exchange import Answer, Request
from safelinks.health.model.outcome import Outcome, Reason
from safelinks.health.model.policy import Policy
from safelinks.health.model.policy_settings import resolutions

# What the tables must know, whoever changes them: an address, and whether it is of the link.
GUARDED: Mapping[str, bool] = {
    "0.0.0.0": False, "0.1.2.3": False, "10.0.0.1": False, "10.255.255.255": False,
    "100.64.0.0": False, "100.127.255.255": False, "127.0.0.1": False, "127.255.255.254": False,
    "172.16.0.0": False, "172.31.255.255": False, "192.0.0.0": False, "192.0.0.8": False,
    "192.0.0.9": False, "192.0.0.170": False, "192.0.0.255": False, "192.0.2.1": False,
    "192.88.99.0": False, "192.88.99.255": False, "192.168.0.1": False, "198.18.0.1": False,
    "198.19.255.255": False, "198.51.100.1": False, "203.0.113.1": False, "224.0.0.1": False,
    "239.255.255.255": False, "240.0.0.1": False, "255.255.255.255": False,
    "169.254.0.0": True, "169.254.169.254": True, "169.254.170.2": True, "169.254.255.255": True,
    "168.63.129.16": True, "192.0.0.192": True, "100.100.100.200": True,
    "::": False, "::1": False, "64:ff9b:1::808:808": False, "100::1": False, "100:0:0:1::1": False,
    "2001::1": False, "2001:1::1": False, "2001:2::1": False, "2001:10::1": False, "2001:20::1": False,
    "2001:30::1": False, "2001:1ff:ffff::1": False, "2001:db8::1": False, "3fff::1": False,
    "3fff:fff:ffff::1": False, "4000::1": False, "5f00::1": False, "fc00::1": False, "fdff::1": False,
    "fec0::1": False, "feff::1": False, "ff02::1": False, "::8.8.8.8": False, "::ffff:0:8.8.8.8": False,
    "fe80::1": True, "febf::1": True, "fd00:ec2::254": True, "fd00:ec2::23": True,
    "fd20:ce::254": True, "fd00:c1::a9fe:a9fe": True, "fd00:42::42": True,
}  # fmt: skip
PUBLIC = (
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
    "126.255.255.255", "128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0",
    "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.31.196.1",
    "192.52.193.1", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "192.175.48.1",
    "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
    "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2620:4f:8000::1", "2a00::1",
    "3ffe:ffff::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00::5efe:808:808",
)  # fmt: skip


def _written(number: int, parts: int, base: str) -> str:
    """An address of IPv4 in so many parts, each in a base, as the C library reads it."""
    texts = [number >> 24 - 8 * at & 0xFF for at in range(parts - 1)]
    texts.append(number & (1 << 32 - 8 * (parts - 1)) - 1)
    form = {"dec": "{}", "hex": "0x{:x}", "HEX": "0X{:08X}", "oct": "0{:o}", "long": "00000{:o}"}
    return ".".join(form[base].format(one) for one in texts)


def _carrying(number: int) -> Iterator[IPv6Address]:
    """Addresses of IPv6 that lead to one of IPv4."""
    high, low = number >> 16, number & 0xFFFF
    yield IPv6Address(number)
    yield IPv6Address(0xFFFF << 32 | number)
    yield IPv6Address(0xFFFF << 48 | number)
    yield IPv6Address((0x64FF9B << 96) | number)
    yield IPv6Address((0x64FF9B0001 << 80) | number)
    yield IPv6Address((0x64FF9B0001 << 80) | high << 64 | low << 40)
    yield IPv6Address(
        (0x64FF9B0001 << 80) | 7 << 72 | number >> 24 << 64 | (number & 0xFFFFFF) << 32
    )
    yield IPv6Address((0x64FF9B0001 << 80) | number << 24)
    yield IPv6Address(0x2002 << 112 | number << 80 | 1)
    yield IPv6Address(0x20010000 << 96 | number << 64 | 0xF7F7F7F7)
    yield IPv6Address(0x20010000 << 96 | 0x08080808 << 64 | (~number & 0xFFFF_FFFF))
    yield IPv6Address(0x2A00 << 112 | 0x5EFE << 32 | number)
    yield IPv6Address(0x2A00 << 112 | 0x02005EFE << 32 | number)


def _spelled(address: IPv6Address) -> Iterator[str]:
    number = int(address)
    yield str(address)
    yield address.exploded
    yield address.exploded.upper()
    dotted = str(IPv4Address(number & 0xFFFF_FFFF))
    groups = address.exploded.split(":")[:6]
    yield ":".join([*groups, dotted])
    yield ":".join([*(group.lstrip("0") or "0" for group in groups), dotted])


def _hosts(text: str) -> Iterator[str]:
    """Every way to write an address as a host."""
    address = ipaddress.ip_address(text)
    if isinstance(address, IPv6Address):
        yield from (f"[{one}]" for one in _spelled(address))
        return
    number = int(address)
    for parts in (1, 2, 3, 4):
        for base in ("dec", "hex", "HEX", "oct", "long"):
            yield _written(number, parts, base)
    yield f"{text}."
    yield text.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})  # full-width
    yield text.replace(".", "。")
    for carrier in _carrying(number):
        yield from (f"[{one}]" for one in _spelled(carrier))


HOSTS = {host: text for text in GUARDED for host in _hosts(text)}
ANSWERS = {host.strip("[]"): text for host, text in HOSTS.items() if host.startswith("[")} | {
    text: text for text in GUARDED
}


@pytest.mark.parametrize("text", GUARDED)
def test_what_is_guarded(text: str) -> None:
    assert not is_public(text)
    assert is_link_local(text) is GUARDED[text]


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public(text: str) -> None:
    assert is_public(text)
    assert not is_link_local(text)
    host = f"[{text}]" if ":" in text else text
    assert refusal(f"http://{host}/", Policy()) is None


def test_in_a_url(count: Count) -> None:
    loose = Policy(allow_private=True)
    for host, text in HOSTS.items():
        for url in (f"http://{host}/", f"https://u:p@{host}:8443/x?y"):
            assert refusal(url, Policy()) is Reason.PRIVATE_ADDRESS, url
            assert (refusal(url, loose) is None) is not GUARDED[text], url
    count("spellings of guarded addresses", len(HOSTS))


@pytest.mark.slow
def test_behind_a_redirect(count: Count) -> None:
    for host in HOSTS:
        for policy in (Policy(), Policy(allow_private=True))[: 1 + GUARDED[HOSTS[host]]]:
            steps = probe("http://8.8.8.8/", policy)
            assert isinstance(next(steps), Request)
            with pytest.raises(StopIteration) as end:
                steps.send(Answer(302, {"location": f"http://{host}/"}, b"", 0.1))
            assert end.value.value.reason is Reason.PRIVATE_ADDRESS
    count("redirects to guarded addresses", len(HOSTS))


def _outcomes(urls: list[str], policy: Policy, names: Names, wire: Wire) -> Mapping[str, Outcome]:
    checker = Checker(policy, look_up=names, dial=wire)
    return asyncio.run(checker.check(urls))


@pytest.mark.slow
@pytest.mark.parametrize("beside", [[], ["93.184.216.34"]], ids=["alone", "beside-a-public-one"])
def test_as_the_answer_of_a_look_up(beside: list[str], count: Count) -> None:
    hosts = {f"n{at}.example": answer for at, answer in enumerate(ANSWERS)}
    names = Names({host: [*beside, answer] for host, answer in hosts.items()})
    wire = Wire()
    urls = {f"http://{host}/": ANSWERS[answer] for host, answer in hosts.items()}
    outcomes = _outcomes([*urls], Policy(retries=0), names, wire)
    assert {one.reason for one in outcomes.values()} == {Reason.PRIVATE_ADDRESS}
    link = [url for url, text in urls.items() if GUARDED[text]]
    outcomes = _outcomes(link, Policy(retries=0, allow_private=True), names, wire)
    assert {one.reason for one in outcomes.values()} == {Reason.PRIVATE_ADDRESS}
    assert wire.dialled == []
    count("look-ups of guarded addresses", len(urls) + len(link))


@pytest.mark.slow
def test_through_a_proxy(monkeypatch: pytest.MonkeyPatch, count: Count) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    names, wire = Names(), Wire()
    urls = [f"http://{host}/" for host in HOSTS]
    outcomes = _outcomes(urls, Policy(retries=0), names, wire)
    assert {one.reason for one in outcomes.values()} == {Reason.PRIVATE_ADDRESS}
    assert (wire.dialled, names.asked) == ([], [])
    count("requests past a proxy", len(urls))


@pytest.mark.parametrize("text", ["169.254.169.254", "127.0.0.1"])
def test_given_by_resolve_in_any_spelling(text: str) -> None:
    """What is said in so many words is heard in each spelling of the same address of IPv6."""
    for carrier in _carrying(int(IPv4Address(text))):
        for said in _spelled(carrier):
            policy = Policy(resolve=resolutions([f"[{said}]:80:127.0.0.1"]))
            assert Policy(resolve={(f"[{said}]", 80): ("127.0.0.1",)}).resolve == policy.resolve
            for asked in _spelled(carrier):
                assert refusal(f"http://[{asked}]/", policy) is None
                assert refusal(f"http://[{asked}]:81/", policy) is Reason.PRIVATE_ADDRESS


def test_the_borders_of_every_range(count: Count) -> None:
    random = Random(5)  # noqa: S311  the same in every run
    for row in (*V4, *V6):
        network = ip_network(row.name)
        first, last = int(network.network_address), int(network.broadcast_address)
        inside = [first, last, *(random.randint(first, last) for _ in range(amount(20, 2_000)))]
        for number in inside:
            address = type(network.network_address)(number)
            if row.reach is not Reach.PUBLIC:
                assert not is_public(str(address))
            assert row.reach is not Reach.LINK or is_link_local(str(address))
        count("addresses of ranges", len(inside))


def test_every_range_says_where_it_is_from() -> None:
    for row in (*V4, *V6):
        document, _, what = row.source.partition(": ")
        assert document
        assert what
        assert row.value & ~row.mask == 0
        assert row.holds(row.value)


def test_no_version_of_python_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever `ipaddress` holds of an address, which changed within 3.11, 3.12 and 3.13."""
    from safelinks.health.guards import public_addresses

    def consulted(_: object) -> bool:
        raise AssertionError

    for name in ("is_private", "is_global", "is_link_local", "is_reserved", "is_multicast",
                 "is_loopback", "is_unspecified", "is_site_local", "ipv4_mapped", "sixtofour", "teredo"):  # fmt: skip
        for kind in (IPv4Address, IPv6Address):
            if hasattr(kind, name):
                monkeypatch.setattr(kind, name, property(consulted))
    public_addresses._reach.cache_clear()
    for text in GUARDED:
        test_what_is_guarded(text)
    for text in PUBLIC:
        assert is_public(text)
