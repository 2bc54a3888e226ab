"""Addresses that imitate the host of a link wrapper: what must be seen, and what must be left."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks import Catalog
from safelinks.addresses.printable import printable
from safelinks.addresses.urls import Address, registrable_domain, split
from safelinks.catalog import Agency, Resource, Sign
from safelinks.catalog.lookalikes.protected_names import ProtectedNames
from safelinks.catalog.lookalikes.wrapper_imitations import imitated_wrapper, with_wrappers
from safelinks.errors import InvalidURLError
from safelinks.wrappers.microsoft.safelink_grammar import MAIL_HOSTS, TEAMS_HOSTS
from safelinks.wrappers.vendors.wrapper_table import WRAPPERS, Kind

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

DATA = Path(__file__).parent / "data"
MAIL = "safelinks.protection.outlook.com"

IMITATIONS = [
    # The whole name, and another domain behind it.
    ("below-another", f"https://nam02.{MAIL}.evil.example/?url=https%3A%2F%2Fa.example", MAIL),
    ("below-two-labels", f"https://{MAIL}.co/", MAIL),
    ("below-a-platform", f"https://eur05.{MAIL}.pages.dev/", MAIL),
    ("before-a-hyphen", f"https://{MAIL}-login.info/", MAIL),
    ("glued-in-front", f"https://mail-{MAIL}.evil.example/", MAIL),
    ("china", "https://safelinks.protection.partner.outlook.cn.evil.example/", "safelinks.protection.partner.outlook.cn"),
    ("government", "https://usg01.safelinks.protection.office365.us.com/", "safelinks.protection.office365.us"),
    ("teams", "https://statics.teams.cdn.office.net.evil.example/evergreen-assets/safelinks/1/atp-safelinks.html", "statics.teams.cdn.office.net"),
    ("proofpoint", "https://urldefense.com.evil.example/v3/__https://a.example__;!!x", "urldefense.com"),
    ("proofpoint-older", "https://urldefense.proofpoint.com.evil.example/v2/url?u=x", "urldefense.proofpoint.com"),
    ("barracuda", "https://linkprotect.cudasvc.com.evil.example/url?a=x", "linkprotect.cudasvc.com"),
    ("cisco", "https://secure-web.cisco.com.co/1abc/https%3A%2F%2Fa.example", "secure-web.cisco.com"),
    ("trend-micro", "https://imsva91-ctp.trendmicro.com.evil.example/", "ctp.trendmicro.com"),
    ("mimecast", "https://protect-us.mimecast.com.evil.example/s/abc", "mimecast.com"),
    ("mimecast-newer", "https://url.us.m.mimecastprotect.com.evil.example/s/abc", "m.mimecastprotect.com"),
    ("sophos", "https://eu-west-1.protection.sophos.com.evil.example/?d=x", "protection.sophos.com"),
    ("short-labels", "https://url.avanan.click.evil.example/v2/", "url.avanan.click"),
    ("relayed", f"https://{MAIL}.evil.example.mcas.ms/", MAIL),
    # Another ending.
    ("other-ending", "https://nam02.safelinks.protection.outlook.example/", MAIL),
    ("other-ending-below", "https://safelinks.protection.outlook.evil.example/", MAIL),
    ("co-for-com", "https://linkprotect.cudasvc.co/", "linkprotect.cudasvc.com"),
    ("brand", "https://urldefense.example/v3/", "urldefense.com"),
    # Letters that look like others.
    ("zero", "https://nam02.safelinks.protection.0utlook.com/", MAIL),
    ("zero-below-another", "https://nam02.safelinks.protecti0n.outlook.com.co/", MAIL),
    ("one-for-l", "https://safelinks.protection.out1ook.com/", MAIL),
    ("cyrillic", "https://safelinks.protection.оutlook.com/", MAIL),
    ("punycode", "https://safelinks.protection.xn--utlook-vqf.com/", MAIL),
    ("cyrillic-brand", "https://urldеfense.com/", "urldefense.com"),
    ("rn-for-m", "https://protect-us.rnimecast.com/s/abc", "mimecast.com"),
    ("one-in-a-brand", "https://ur1defense.org/", "urldefense.com"),
    # Slips of the hand.
    ("missing", "https://safelinks.protection.outlok.com/", MAIL),
    ("swapped", "https://urldefense.proofpiont.com/v2/url?u=x", "urldefense.proofpoint.com"),
    ("too-many", "https://nam02.safelinks.protection.outloook.com/", MAIL),
    ("mistyped-teams", "https://statics.teams.cdn.offce.net/", "statics.teams.cdn.office.net"),
    ("other-spelling", "https://urldefence.example/", "urldefense.com"),
    # The name in one label that somebody has registered.
    ("hyphens", "https://safelinks-protection-outlook.com/", MAIL),
    ("joined", "https://safelinksprotectionoutlook.com/", MAIL),
    ("hyphens-and-more", "https://my-safelinks-protection-outlook-com.info/", MAIL),
    ("hyphens-below", "https://login.safelinks-protection-outlook.co.uk/", MAIL),
    ("hyphens-zero", "https://safelinks-protection-0utlook.com/", MAIL),
    ("hyphens-cisco", "https://secure-web-cisco.com/", "secure-web.cisco.com"),
    ("hyphens-teams", "https://statics-teams-cdn-office.info/", "statics.teams.cdn.office.net"),
    ("brand-and-more", "https://urldefense-v3.com/", "urldefense.com"),
    ("region", "https://emea01safelinks-protection-documents-esign.example/", MAIL),
    ("region-hyphen", "https://www.nam02-safelinks.info/", MAIL),
    # Before the "@".
    ("at", f"https://{MAIL}@evil.example/", MAIL),
    ("at-region", f"https://nam02.{MAIL}:443@evil.example/?url=x", MAIL),
    ("at-zero", "https://safelinks.protection.0utlook.com@evil.example/", MAIL),
    ("at-behind-a-hyphen", "https://imsva91-ctp.trendmicro.com@evil.example/", "ctp.trendmicro.com"),
    ("at-encoded", f"https://{MAIL.upper()}%2F%3Furl=x@evil.example/", MAIL),
    ("at-verified", "https://urldefense.com@tool.example.gov/", "urldefense.com"),
    ("at-mimecast", "https://PROTECT-us.mimecast.com@evil.example/", "mimecast.com"),
]  # fmt: skip

HARMLESS = [
    # What is a service's own.
    ("no-region", f"https://{MAIL}/?url=lost"),
    ("region", f"https://nam02.{MAIL}/GetUrlReputation"),
    ("http", f"http://dev.{MAIL}/login"),
    ("no-such-region", f"https://example{MAIL}/"),
    ("mailbox-host", "https://contoso-com.mail.protection.outlook.com/"),
    ("at-their-own", f"https://{MAIL}@outlook.com/"),
    ("outlook.com", "https://outlook.com/"),
    ("outlook-live", "https://outlook.live.com/mail/"),
    ("outlook-office", "https://outlook.office.com/mail/"),
    ("outlook-office365", "https://outlook.office365.com/owa/"),
    ("outlook-brazil", "https://safelinks.protection.outlook.com.br/"),
    ("outlook-germany", "https://deu01.safelinks.protection.outlook.de/"),
    ("another-of-microsoft", "https://safelinks.protection.outlook.cloud.microsoft/"),
    ("security.microsoft", "https://security.microsoft.com/safelinksv2"),
    ("proofpoint.com", "https://www.proofpoint.com/us/products/url-defense"),
    ("proofpoint-mistyped", "https://www.profpoint.com/"),
    ("sophos", "https://www.sophos.com/"),
    ("sophos-abroad", "https://www.sophos.de/"),
    ("trend-micro-docs", "https://docs.trendmicro.com/"),
    ("trend-micro-abroad", "https://www.trendmicro.co.jp/"),
    ("cisco-abroad", "https://www.cisco.com.cn/"),
    ("checkpoint-elsewhere", "https://protect.checkpoint.example/"),
    ("mimecast-abroad", "https://www.mimecast.com.au/"),
    ("mimecast-mistyped", "https://mimecst.com/"),
    ("clicktime", "https://www.clicktime.com/"),
    # Words of their names.
    ("safelinks", "https://safelinks.example/"),
    ("safelinks-protection", "https://safelinks-protection.example/"),
    ("safelinks-tool", "https://outlook-safelinks-decoder.example/"),
    ("safelinks-of-others", "https://web01.safelinks.example.com/"),
    ("safelinks-repository", f"https://github.com/someone/{MAIL}"),
    ("safelinks-pages", "https://safelinks-protection-outlook.github.io/"),
    ("question", f"https://a.example/q/is-a-{MAIL}-link-phishing?u=https://{MAIL}"),
    ("link-protection", "https://linkprotect.example/"),
    ("safelinks-in-a-word", "https://nam02-safelinksware.info/"),
    ("ordinary-words", "https://protect-checkpoint.info/"),
    ("no-click", "https://no-click.example/"),
    ("protection", "https://protection-sophos.example/"),
    ("secure-web", "https://secure-web.example/"),
    ("own-service", "https://urldefense-stg.cloud.example.com/"),
    ("mail-of-a-company", "https://outlook.officer.example/"),
    ("a-persons-mail", "https://jo%40outlook.com@example.com/"),
    ("shared-mailboxes", "https://shared.outlook.inky.co/"),
    # Gateways that pass pages on.
    ("defender", f"https://nam02.{MAIL}.mcas.ms/"),
    ("defender-older", f"https://nam02.{MAIL}.us2.cas.ms/"),
    ("netskope", f"https://nam02.{MAIL}.rproxy.goskope.com/"),
    ("translated", "https://nam02-safelinks-protection-outlook-com.translate.goog/"),
    ("content-network", "https://statics.teams.cdn.office.net.edgekey.net/"),
    ("library", "https://nam02-safelinks-protection-outlook-com.proxy.example.edu/"),
    ("library-dots", f"https://nam02.{MAIL}.proxy.example.edu/"),
    ("library-abroad", "https://nam02-safelinks-protection-outlook-com.proxy.example.ac.uk/"),
    ("library-hosted", "https://urldefense-com.example.idm.oclc.org/"),
    ("gateway-of-outlook", "https://outlook.office365.com.gateway.example/"),
    # Hosts of every kind.
    ("ipv4", "http://10.0.0.1/"),
    ("ipv6", "http://[::1]:8080/"),
    ("one-label", "http://safelinks/"),
    ("idn", "https://bücher.example/"),
    ("idn-broken", "https://xn--zzzzzzzzzz99999.example/"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "imitates"), [pytest.param(*row[1:], id=row[0]) for row in IMITATIONS]
)
@pytest.mark.parametrize("catalog", [Catalog(), Catalog.nyc()], ids=["empty", "nyc"])
def test_what_must_be_seen(catalog: Catalog, url: str, imitates: str) -> None:
    (found,) = catalog.suspicions(url)
    assert (found.sign, found.imitates) == (Sign.WRAPPER_LOOKALIKE, imitates)
    assert imitates in found.reason
    assert printable(found.reason) == found.reason


@pytest.mark.parametrize("url", [pytest.param(url, id=name) for name, url in HARMLESS])
def test_what_must_be_left(url: str) -> None:
    assert imitated_wrapper(split(url)) is None


def test_the_reason_is_a_sentence() -> None:
    (found,) = Catalog().suspicions(f"https://nam02.{MAIL}.evil.example/?url=https%3A%2F%2Fa.org")
    assert found.reason == f"nam02.{MAIL}.evil.example contains {MAIL}, but is a different site"


def test_a_wrapped_imitation_is_seen_behind_the_wrapper() -> None:
    (found,) = Catalog().suspicions(
        f"https://{MAIL}/?url=https%3A%2F%2Furldefense.com.evil.example"
    )
    assert found.imitates == "urldefense.com"


def test_what_imitates_an_owner_and_a_service_has_both_signs() -> None:
    found = Catalog.nyc().suspicions(f"https://www.nyc.gov@{MAIL}.evil.example/")
    assert [one.sign for one in found] == [Sign.USERINFO, Sign.WRAPPER_LOOKALIKE]


def test_the_users_part_of_an_address_is_never_shown() -> None:
    (found,) = Catalog().suspicions(f"https://{MAIL}:s3cret@evil.example/")
    assert "s3cret" not in found.reason


# --- Catalogs of those who have to do with such hosts ---


def _catalog_of(url: str, *domains: str) -> Catalog:
    office = Agency("IT", "The IT Office", domains=domains)
    return Catalog(
        [Resource("page", "Our page", agency="IT", url=url, sources=("here",))], [office]
    )


def test_a_wrapper_that_is_the_owners_is_told_of_once() -> None:
    catalog = _catalog_of("https://urldefense.com/")
    found = catalog.suspicions("https://urldefense.com.evil.example/")
    assert [one.sign for one in found] == [Sign.NAME_ELSEWHERE]


def test_an_owners_host_imitates_nobody() -> None:
    catalog = _catalog_of("https://urldefense.example/", "urldefense.example")
    assert catalog.suspicions("https://urldefense.example/v3/") == ()
    assert catalog.suspicions("https://urldefense.example.com/") != ()


# --- What is in the files of the tests, and in the catalog ---

_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
# What samples of refused links hold.
_REFUSED = re.compile(r"\.(?:evil|attacker)\.example$")


def _hosts_in(text: str) -> set[str]:
    texts = (text, unquote(text), unquote(unquote(text)))
    return {host.lower() for one in texts for host in _HOST.findall(one)}


def test_no_host_in_any_sample_imitates_unless_it_was_made_to() -> None:
    files = [path for path in DATA.rglob("*") if path.is_file()]
    texts = [path.read_bytes().decode("utf-8", "replace") for path in files]
    hosts = {host for text in texts for host in _hosts_in(text)}
    found = {
        host
        for host in hosts
        if imitated_wrapper(Address("https", None, host, None, "", None, None))
    }
    assert len(hosts) > 500
    assert found
    assert {host for host in found if not _REFUSED.search(host)} == set()


def test_no_address_of_the_catalog_imitates() -> None:
    urls = [
        url
        for entry in Catalog.nyc().resources.values()
        for url in (entry.url, *entry.short_urls, *entry.former_urls)
        if url
    ]
    assert [url for url in urls if imitated_wrapper(split(url))] == []


# --- Whatever the host ---

_word = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
_regions = st.builds(
    "{}{:02}".format,
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=5),
    st.integers(0, 99),
)
_patterns = st.sampled_from(
    [host for row in WRAPPERS if row.kind is Kind.SECURITY for host in row.hosts if host != "*"]
)
_vendors = st.builds(lambda host, word: host.replace("*", word), _patterns, _word)
_mail = st.builds(lambda region, host: f"{region}.{host}", _regions, st.sampled_from(MAIL_HOSTS))
genuine = st.one_of(st.sampled_from([*MAIL_HOSTS, *TEAMS_HOSTS]), _mail, _vendors)
strangers = st.builds(
    "{}{}.{}".format, st.sampled_from(["", "x.", "login-"]), _word,
    st.sampled_from(["com", "org", "example", "co.uk", "info", "com.br", "nyc", "xn--p1ai"]),
)  # fmt: skip


@given(genuine, strangers, st.sampled_from("./"))
def test_any_domain_behind_a_genuine_host_is_always_found(
    host: str, behind: str, mark: str
) -> None:
    url = f"https://{host}{'.' if mark == '.' else '@'}{behind}/"
    found = imitated_wrapper(split(url))
    assert found is not None
    assert found.imitates is not None
    assert found.imitates in host


@given(genuine, st.lists(_word, max_size=2), st.sampled_from(["http", "https"]))
def test_genuine_hosts_never_imitate(host: str, below: list[str], scheme: str) -> None:
    assert imitated_wrapper(split(f"{scheme}://{'.'.join([*below, host])}/login")) is None
    assert imitated_wrapper(split(f"{scheme}://www.{registrable_domain(host)}/")) is None


KNOWN = ProtectedNames(frozenset({"nyc.gov"}), frozenset({"www.nyc.gov"}))
_pieces = st.one_of(
    _word,
    genuine,
    st.sampled_from(
        ["xn--", ".", "-", "@", "%", "/", "nyc.gov", ".mcas.ms", "nam02safelinks", "é"]
    ),
)
urls = st.lists(_pieces, min_size=1, max_size=6).map(lambda parts: "https://" + "".join(parts))


@given(urls)
def test_total(url: str) -> None:
    try:
        address = split(url)
    except InvalidURLError:
        return
    found = with_wrappers(address, KNOWN)
    assert len({one.sign for one in found}) == len(found)


@given(st.text("abcxn-.0189", max_size=300), st.text())
def test_total_whatever_is_in_the_parts(host: str, rest: str) -> None:
    with_wrappers(Address("http", rest, host, None, rest, rest, rest), KNOWN)
