"""The catalog: the notice's table, the rules that stand so far, and the data itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelinks import Catalog, CatalogError, InvalidURLError, find, identify
from safelinks.catalog import Agency, Confidence, MatchRule, Resource, Rule
from safelinks.urls import compare_key, registrable_domain, split

NOTICE = (Path(__file__).parent.parent / "examples" / "notice.txt").read_text("utf-8")
CATALOG = Catalog.nyc()

NYC = "https://www.nyc.gov/site/mocs"
TABLE = [
    ("pip", Rule.ADDRESS, None),
    ("passport", Rule.FORMER_ADDRESS, f"{NYC}/passport/about-passport.page"),
    ("passport", Rule.FORMER_ADDRESS, f"{NYC}/passport/about-passport.page"),
    ("mocs-getting-started", Rule.FORMER_ADDRESS, f"{NYC}/opportunities/getting-started.page"),
    ("passport-public-portal", Rule.ADDRESS, None),
    ("pip", Rule.ADDRESS, None),
    (
        "passport-learning",
        Rule.FORMER_ADDRESS,
        f"{NYC}/passport/getting-started-with-passport.page",
    ),
    ("mocs-service-desk", Rule.ADDRESS, None),
]


@pytest.mark.parametrize("number", range(8))
def test_the_help_desk_notice(number: int) -> None:
    link = find(NOTICE)[number]
    match = identify(link.url)
    resource, rule, current = TABLE[number]
    assert match.resource is not None
    assert (match.resource.id, match.rule) == (resource, rule)
    assert match.renamed == (current is not None)
    assert match.current_url == (current or link.target)
    assert link.target is not None
    again = identify(link.target)
    assert again.resource == match.resource


@pytest.mark.parametrize(
    ("url", "resource", "rule"),
    [
        ("http://NYC.gov:80//pip/?utm_source=x#top", "pip", Rule.ADDRESS),
        ("https://a127-pip.nyc.gov.:443/webapp/prdpcw/selfservice/", "pip", Rule.ADDRESS),
        ("https://a127-pip.nyc.gov/anything/else?x=1", "pip", Rule.HOST),
        ("https://home4.nyc.gov/site/mocs/systems/about-go-to-passport.page", "passport", Rule.FORMER_ADDRESS),
        ("https://www.nyc.gov/site/mocs/passport/articles/selection-status.page", "passport-articles", Rule.PREFIX),
        ("https://data.cityofnewyork.us/d/dg92-zbpx", "city-record-data", Rule.ADDRESS),
        ("https://data.cityofnewyork.us/d/dg92-zbpx/about_data", "city-record-data", Rule.IDENTIFIER),
        ("https://passport.cityofnewyork.us/page.aspx/en/usr/login", "passport", Rule.HOST),
        ("https://a0333-passportpublic.nyc.gov/rfx", "passport-public", Rule.HOST),
    ],
)  # fmt: skip
def test_rules(url: str, resource: str, rule: Rule) -> None:
    match = identify(url)
    assert match.resource is not None
    assert (match.resource.id, match.rule) == (resource, rule)
    assert match.agency is not None
    assert match.agency.acronym == match.resource.agency


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/page.aspx/en/rfp/request_browse_public",
        "https://other.atlassian.net/servicedesk/customer/portal/8",
        "https://a801-89-22-47-19.ngrok.io/",
        "https://a127-pip.nyc.gov.evil.example/webapp/PRDPCW/SelfService",
        "https://data.cityofnewyork.us/d/dg92-zbpxx",
        "https://www1.nyc.gov/account/pip",
        "mailto:somebody@nyc.gov",
        "not an address",
        "",
        "https://nam02.safelinks.protection.outlook.com/GetUrlReputation",
    ],
)
def test_traps(url: str) -> None:
    match = identify(url)
    if match.resource is not None:
        assert match.resource.id not in {"pip", "city-record-data", "mocs-service-desk"}
    assert match.reason


def test_a_retired_resource_gives_the_address_of_its_successor() -> None:
    retired = CATALOG.resources["sell-to-nyc"]
    successor = CATALOG.resources["mocs-getting-started"]
    assert (retired.status, retired.successor) == ("retired", successor.id)
    match = identify("https://www.nyc.gov/html/selltonyc/html/index.shtml")
    assert match.resource == retired
    assert (match.current_url, match.renamed) == (successor.url, True)


def test_an_agency_by_its_own_host_and_an_outsider_by_its_site() -> None:
    agency = identify("https://www.cityclerk.nyc.gov/somewhere")
    assert agency.resource is None
    assert agency.agency is not None
    assert (agency.agency.acronym, agency.rule) == ("OCC", Rule.AGENCY_HOST)
    outsider = identify("https://sub.example.co.uk/x")
    assert (outsider.rule, outsider.score, outsider.site) == (Rule.EXTERNAL, 0.0, "example.co.uk")


@pytest.mark.parametrize("resource", CATALOG.resources.values(), ids=lambda entry: entry.id)
def test_the_data_does_not_contradict_itself(resource: Resource) -> None:
    for url in (resource.url, *resource.short_urls, *resource.former_urls):
        if url is not None:
            found = CATALOG.identify(url).resource
            assert found is not None
            assert found.id == resource.id
    assert resource.url not in resource.former_urls
    assert resource.sources
    for other in (resource.successor, resource.parent):
        assert other is None or other in CATALOG.resources
    for rule in resource.match:
        if rule.kind == "host":
            assert split(f"https://{rule.value}/").host == rule.value
        else:
            split(rule.value)


def _resource(ident: str, **changes: object) -> Resource:
    values: dict[str, object] = {"id": ident, "name": ident, "agency": "X", "sources": ("a test",)}
    return Resource(**{**values, **changes})  # type: ignore[arg-type]


def test_a_catalog_of_ones_own() -> None:
    agency = Agency("X", "The X Office", domains=("x.example",))
    page = _resource("page", url="https://x.example/p", confidence=Confidence.LOW)
    catalog = Catalog([page], [agency])
    match = identify("http://x.example/P/", catalog)
    assert (match.resource, match.score) == (page, 0.8)
    assert catalog.identify("https://x.example/other").agency == agency
    exact = (MatchRule("exact", "https://x.example/p"),)
    with pytest.raises(CatalogError, match="already belongs to page"):
        Catalog([_resource("page", match=exact), _resource("other", match=exact)], [agency])
    with pytest.raises(CatalogError, match="there is no agency 'X'"):
        Catalog([page], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org", "https://EXAMPLE.org:443/"),
        ("https://example.org/a//b/", "http://example.org:80/A/b#c"),
        ("https://example.org/?utm_source=a&x=1&gclid=2", "https://example.org?x=1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://example。org/", "https://example.org/"),
    ],
)
def test_compare_key_of_equals(one: str, other: str) -> None:
    assert compare_key(split(one)) == compare_key(split(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/b"),
        ("https://example.org:8443/", "https://example.org/"),
        ("https://example.org/?x=1", "https://example.org/?x=2"),
        ("https://www.example.org/", "https://example.org/"),
    ],
)
def test_compare_key_of_others(one: str, other: str) -> None:
    assert compare_key(split(one)) != compare_key(split(other))


@pytest.mark.parametrize(
    "url",
    [
        "https://", "https:///x", "http://exa mple/", "http://[::1", "http://[::g]/", "https://a:99999/",
        "https://a:0/", "https://a:b/", "https://a..b/", "https://-a/", "https://a%2eb/", "//a/b", "a",
        "https://a\\b/", "https://a<b>/", f"https://{'a' * 300}.example/", "https://xn--\u0301.example/",
        f"https://{'é' * 80}.example/",
    ],
)  # fmt: skip
def test_invalid_addresses(url: str) -> None:
    with pytest.raises(InvalidURLError):
        split(url)
    assert identify(url).resource is None


def test_parts_of_an_address() -> None:
    address = split("HTTPS://user:pw@[2001:DB8::1]:8443/a/b?c=d#e")
    assert (address.scheme, address.host, address.port) == ("https", "[2001:db8::1]", 8443)
    assert (address.path, address.query, address.fragment) == ("/a/b", "c=d", "e")
    assert address.effective_port == 8443
    assert split("http://a.example").effective_port == 80
    assert "pw" not in repr(address)


def test_registrable_domains_without_network() -> None:
    assert registrable_domain("localhost") == "localhost"
    assert registrable_domain("a.b.example.com") == "example.com"


@pytest.mark.parametrize(
    "url", [f"https://www.nyc.gov{'/a' * 250_000}", f"https://{'é' * 100_000}/"]
)
def test_long_addresses_end(url: str) -> None:
    """Where the time is quadratic, this takes minutes."""
    assert identify(url).resource is None
