"""The catalog: the notice's table, all twelve rules, what keys have in common, the data itself."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from building import RECIPIENT, encode, wrap
from hypothesis import given
from hypothesis import strategies as st
from rows import all_rows

from safelinks import Catalog, CatalogError, InvalidURLError, find, identify
from safelinks.addresses.urls import compare_key, registrable_domain, split
from safelinks.catalog import Agency, Confidence, MatchedRule, MatchRule, Resource
from safelinks.catalog.validation import of_entries, of_relations

NOTICE = (Path(__file__).parent.parent / "examples" / "notice.txt").read_text("utf-8")
CATALOG = Catalog.nyc()

NYC = "https://www.nyc.gov/site/mocs"
TABLE = [
    ("pip", MatchedRule.ADDRESS, None),
    ("passport", MatchedRule.FORMER_ADDRESS, f"{NYC}/passport/about-passport.page"),
    ("passport", MatchedRule.FORMER_ADDRESS, f"{NYC}/passport/about-passport.page"),
    (
        "mocs-getting-started",
        MatchedRule.FORMER_ADDRESS,
        f"{NYC}/opportunities/getting-started.page",
    ),
    ("passport-public-portal", MatchedRule.ADDRESS, None),
    ("pip", MatchedRule.ADDRESS, None),
    (
        "passport-learning",
        MatchedRule.FORMER_ADDRESS,
        f"{NYC}/passport/getting-started-with-passport.page",
    ),
    ("mocs-service-desk", MatchedRule.ADDRESS, None),
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


TABLE_OF_ADDRESSES = Path(__file__).parent / "data" / "catalog" / "addresses.csv"
ROWS = list(csv.DictReader(TABLE_OF_ADDRESSES.read_text("utf-8").splitlines()))


@all_rows(ROWS, lambda row: f"{row['rank']} {row['why']}")
def test_table_of_addresses(row: dict[str, str]) -> None:
    match = identify(row["url"])
    found = (
        str(int(match.rule)),
        match.resource.id if match.resource else "",
        match.agency.acronym if match.agency else "",
    )
    assert found == (row["rank"], row["resource"], row["agency"])
    low = match.resource is not None and match.resource.confidence == "low"
    concluded = match.inference in ("short-name", "other-host")
    assert match.score == SCORES[int(match.rule)] * (0.8 if low else 1) * (0.8 if concluded else 1)
    assert match.reason


SCORES = dict(enumerate((1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.55, 0.5, 0.45, 0.3, 0.1, 0.0), start=1))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://www.nyc.gov/pip", "this is the address of Payee Information Portal"),
        (
            "https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page",
            "this is a former address of Learning to Use PASSPort; current: "
            "https://www.nyc.gov/site/mocs/passport/getting-started-with-passport.page",
        ),
        (
            "https://data.cityofnewyork.us/resource/dg92-zbpx.json",
            "Open Data set dg92-zbpx is of City Record Online data set",
        ),
        (
            "https://www.nyc.gov/site/mocs/passport/articles/x.page",
            "this is below www.nyc.gov/site/mocs/passport/articles, which is PASSPort help articles",
        ),
        (
            "https://a856-cityrecord.nyc.gov/x",
            "the host a856-cityrecord.nyc.gov is City Record Online",
        ),
        (
            "https://geoservice.planning.nyc.gov/x",
            "the host geoservice.planning.nyc.gov belongs to Department of City Planning",
        ),
        (
            "https://a850-x.nyc.gov/",
            "the host number 850 is that of Department of Design and Construction",
        ),
        (
            "https://www.nyc.gov/assets/dca/x.pdf",
            "the path name dca is that of Department of Consumer and Worker Protection",
        ),
        ("https://x.planning.nyc.gov/", "the subdomain planning is that of Department of City Planning"),
        (
            "https://www.nyc.gov/site/nobody/",
            "nyc.gov is a domain of City of New York (no single agency), "
            "but it is not known whose page this is",
        ),
        (
            "https://pizza.nyc/",
            "pizza.nyc is not in the catalog, and anyone with a link to the City may register a name "
            "in .nyc",
        ),
        ("https://example.org/", "example.org is not in the catalog"),
        ("ftp://www.nyc.gov/pip", "ftp: not a web address"),
        ("nothing", "not an address with a host"),
    ],
)  # fmt: skip
def test_a_match_says_why(url: str, reason: str) -> None:
    assert identify(url).reason == reason


def test_a_match_has_its_evidence() -> None:
    match = identify("https://www.nyc.gov/mocshelp")
    assert (match.confidence, match.as_of) == ("high", CATALOG.resources["mocs-service-desk"].as_of)
    assert match.evidence == CATALOG.resources["mocs-service-desk"].sources
    owner = identify("https://www.irs.gov/forms")
    assert (owner.rule, owner.agency, owner.confidence) == (MatchedRule.OWNER, None, None)
    assert owner.owner == CATALOG.agencies["USGOV"]
    assert owner.evidence == CATALOG.agencies["USGOV"].sources
    assert identify("https://example.org/").evidence == ()


@pytest.mark.parametrize(
    ("recipient", "agency"),
    [
        ("somebody@mocs.nyc.gov", "MOCS"),
        ("somebody@culture.NYC.gov", "DCLA"),
        ("somebody@cityhall.nyc.gov", "OM"),
        ("somebody@example.org", None),
    ],
)
def test_the_mail_domain_of_the_recipient_is_that_of_a_reader(
    recipient: str, agency: str | None
) -> None:
    link = wrap("https://www.nyc.gov/pip").replace(encode(RECIPIENT), encode(recipient))
    match = identify(link)
    assert match.resource == CATALOG.resources["pip"]
    assert (match.reader.acronym if match.reader else None) == agency
    assert "somebody" not in repr(match)
    assert identify("https://www.nyc.gov/pip").reader is None


def test_an_exit_page_is_its_target() -> None:
    exit_page = _resource(
        "exit", url="https://x.example/out", match=(MatchRule("prefix", "https://x.example/out"),), unwrap="to"
    )  # fmt: skip
    page = _resource("page", url="https://x.example/p")
    catalog = Catalog([exit_page, page], [Agency("X", "The X Office")])
    assert catalog.identify("https://x.example/out?to=https%3A%2F%2Fx.example%2Fp").resource == page
    assert catalog.identify("https://x.example/out?to=nothing").resource is None
    assert catalog.identify("https://x.example/out?a=b").resource == exit_page
    circle = "https://x.example/out?to=" * 20 + "https://x.example/p"
    assert catalog.identify(circle).resource in (page, exit_page)


HOSTS = st.sampled_from(
    ["www.nyc.gov", "nyc.gov", "www1.nyc.gov", "a127-pip.nyc.gov", "data.cityofnewyork.us",
     "a850-x.nyc.gov", "planning.nyc.gov", "pizza.nyc", "irs.gov", "example.org"]
)  # fmt: skip
PATHS = st.lists(
    st.sampled_from(
        ["site", "mocs", "passport", "articles", "pip", "d", "dg92-zbpx", "content", "dca", "A", "%C3%A9"]
    ),
    max_size=5,
).map(lambda parts: "".join(f"/{part}" for part in parts))  # fmt: skip


@given(host=HOSTS, path=PATHS)
def test_spelling_does_not_change_a_match(host: str, path: str) -> None:
    match = identify(f"https://{host}{path}")
    for url in (
        f"http://{host}{path}",
        f"https://{host.upper()}{path}",
        f"https://{host}:443{path}",
        f"http://{host}:80{path}",
        f"https://{host}.{path}",
        f"https://{host}{path}/",
        f"https://{host}/{path}",
        f"https://{host}{path.swapcase()}" if "%" not in path else f"https://{host}{path}",
        f"https://{host}{path}#part",
        f"https://{host}{path}?utm_source=x&gclid=y",
    ):
        other = identify(url)
        assert (other.rule, other.resource, other.agency, other.owner) == (
            match.rule, match.resource, match.agency, match.owner
        ), url  # fmt: skip


@given(path=PATHS)
def test_hosts_that_serve_the_same_pages_are_one(path: str) -> None:
    match = identify(f"https://www.nyc.gov{path}")
    for host in ("nyc.gov", "www1.nyc.gov", "home.nyc.gov", "home4.nyc.gov"):
        other = identify(f"https://{host}{path}")
        assert (other.rule, other.resource, other.agency) == (
            match.rule,
            match.resource,
            match.agency,
        )


@given(host=HOSTS, path=PATHS, query=st.text("ab=&_utm", max_size=12))
def test_the_compare_key_is_idempotent(host: str, path: str, query: str) -> None:
    key, rest = compare_key(split(f"https://{host}{path}?{query}"))
    again = compare_key(split(f"https://{key}?{rest}" if rest else f"https://{key}"))
    assert again == (key, rest)


@given(st.one_of(st.text(), st.text().map(lambda text: f"https://{text}"), st.text().map(lambda text: f"https://www.nyc.gov/{text}")))  # fmt: skip
def test_no_string_raises(text: str) -> None:
    match = identify(text)
    assert match.reason
    assert 0 <= match.score <= 1
    assert repr(match)
    CATALOG.suspicions(text)


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
    assert (agency.agency.acronym, agency.rule) == ("OCC", MatchedRule.AGENCY_HOST)
    outsider = identify("https://sub.example.co.uk/x")
    assert (outsider.rule, outsider.score, outsider.site) == (
        MatchedRule.EXTERNAL,
        0.0,
        "example.co.uk",
    )


def test_the_data_does_not_contradict_itself() -> None:
    layers = CATALOG.layers
    assert of_entries(layers.contents) == []
    assert of_relations(layers.contents, layers.resources, layers.agencies, layers.index) == []


def _resource(ident: str, **changes: object) -> Resource:
    values: dict[str, object] = {"id": ident, "name": ident, "agency": "X", "sources": ("a test",)}
    return Resource(**{**values, **changes})  # type: ignore[arg-type]


def test_of_bodies_with_one_mail_domain_the_one_that_leads_is_meant() -> None:
    def meant(**second: object) -> str:
        first = Agency("A", "The A", email_domains=("x.example",), status="Dissolved")
        other = Agency("B", "The B", email_domains=("x.example",), **second)  # type: ignore[arg-type]
        found = Catalog([], [first, other]).layers.bodies.of_mail_domain("x.EXAMPLE")
        assert found is not None
        return found.acronym

    assert meant() == "B"
    assert meant(status="Dissolved") == "A"
    assert meant(status="Dissolved", code_lead=True) == "B"


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


@pytest.mark.parametrize(
    ("url", "resource", "agency"),
    [
        # Folders that any application has are no folders of bodies on another host.
        ("https://portal.311.nyc.gov/content/parks", "nyc311", None),
        ("https://council.nyc.gov/assets/parks/logo.png", "site-nycc", None),
        ("https://a836-acris.nyc.gov/html/api/x", "acris", None),
        ("https://www.schools.nyc.gov/content/health", "site-doe", None),
        ("https://a810-dobnow.nyc.gov/assets/fund/x", "dob-now", None),
        ("https://on.nyc.gov/site/finance", "on-nyc-gov", None),
        # The number of a host says whose it is, not what looks like an acronym behind it.
        ("https://a836-x.nyc.gov/star/apply", None, "DOF"),
        ("https://a850-x.nyc.gov/core/main.js", None, "DDC"),
        ("https://a850-x.nyc.gov/doc/manual.pdf", None, "DDC"),
        ("https://a841-x.nyc.gov/crc/error.aspx", None, "DOT"),
        # Words that are acronyms, too, say nothing on a shared host.
        ("https://webapps.nyc.gov/core/x", None, None),
        ("https://apps.nyc.gov/doc-viewer", None, None),
        ("https://apps.nyc.gov/star/login", None, None),
        # What a host is called is no short name.
        ("https://www.nyc.gov/media", None, None),
        ("https://www.nyc.gov/api", None, None),
    ],
)
def test_nothing_is_named_by_what_any_application_has(
    url: str, resource: str | None, agency: str | None
) -> None:
    match = CATALOG.identify(url)
    assert (match.resource and match.resource.id) == resource
    if resource is None:
        assert (match.agency and match.agency.acronym) == agency
