"""Signs that an address imitates one of the owner's: what must be seen, and what must be left."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import all_rows

from safelinks import Catalog
from safelinks.addresses.printable import printable
from safelinks.addresses.urls import Address, split
from safelinks.catalog.lookalikes.confusables import skeleton
from safelinks.catalog.lookalikes.protected_names import ProtectedNames
from safelinks.catalog.lookalikes.suspicions import Sign, suspicions
from safelinks.errors import InvalidURLError

CATALOG = Catalog.nyc()
OF_OWN = {Sign.STAGING, Sign.INSECURE_SIGN_IN}


def _hosts() -> frozenset[str]:
    urls = [
        url
        for entry in CATALOG.resources.values()
        for url in (entry.url, *entry.short_urls, *entry.former_urls)
    ]
    listed = {urlsplit(url).hostname for url in urls if url}
    ruled = {
        rule.value
        for entry in CATALOG.resources.values()
        for rule in entry.match
        if rule.kind == "host"
    }
    agencies = {host for entry in CATALOG.agencies.values() for host in entry.domains}
    return frozenset(host for host in listed | ruled | agencies if host)


KNOWN = ProtectedNames(
    domains=frozenset(
        {"nyc.gov", "cityofnewyork.us", "checkbooknyc.com", "nycgovparks.org", "archives.nyc"}
    ),
    hosts=_hosts(),
    paths={"/page.aspx/en/rfp/request_browse_public": "passport.cityofnewyork.us"},
    numbers=frozenset({"002", "030", "127", "156", "801", "816", "850", "856", "0333"}),
    sign_in_hosts=frozenset({"a127-pip.nyc.gov", "a858-nycnotify.nyc.gov"}),
)
RFX = "page.aspx/en/rfp/request_browse_public"

SUSPICIOUS = [
    # A name of the owner's as a part of another host.
    ("domain-below-another", "https://nyc.gov.example.com/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("host-below-another", "https://www.nyc.gov.evil.example/", Sign.NAME_ELSEWHERE, "www.nyc.gov"),
    ("two-labels", "https://nyc.gov.us/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    (
        "before-a-hyphen",
        "https://www.nyc.gov-payments.info/",
        Sign.NAME_ELSEWHERE,
        "www.nyc.gov",
    ),
    ("behind-a-hyphen", "https://a127-plp-nyc.gov.co/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("login-nyc.gov", "https://login-nyc.gov.evil.example/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("deep", "https://a.b.passport.cityofnewyork.us.x.y.example/", Sign.NAME_ELSEWHERE, "passport.cityofnewyork.us"),
    ("under-us.com", "https://cityofnewyork.us.com/", Sign.NAME_ELSEWHERE, "cityofnewyork.us"),
    ("tenant-below-another", "https://mocssupport.atlassian.net.evil.example/", Sign.NAME_ELSEWHERE, "mocssupport.atlassian.net"),
    ("short-name-below-another", "https://vote.nyc.evil.example/", Sign.NAME_ELSEWHERE, "vote.nyc"),
    ("odd-port", "http://nyc.gov.203-0-113-7.example:8080/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    # A name of the owner's as the registered one.
    ("nyc-gov", "https://nyc-gov.org/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("nycgov.com", "https://nycgov.com/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("nycgov.net", "https://www.nycgov.net/pay", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("nyc-gov-more", "https://nyc-gov-payments.info/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("more-nyc-gov", "https://secure-nyc-gov.co.uk/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("www-nyc-gov", "https://wwwnycgov.com/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("other-ending", "https://cityofnewyork.com/", Sign.NAME_ELSEWHERE, "cityofnewyork.us"),
    ("hyphenated", "https://city-of-new-york.org/", Sign.NAME_ELSEWHERE, "cityofnewyork.us"),
    ("with-more", "https://cityofnewyork-permits.com/", Sign.NAME_ELSEWHERE, "cityofnewyork.us"),
    ("ending-and-all", "https://cityofnewyorkus.com/", Sign.NAME_ELSEWHERE, "cityofnewyork.us"),
    ("shorter-ending", "https://checkbooknyc.co/", Sign.NAME_ELSEWHERE, "checkbooknyc.com"),
    ("below-registered", "https://www.data.nyc-gov.com.au/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    # Look-alikes.
    ("zero", "https://nyc.g0v.us/", Sign.LOOKALIKE, "nyc.gov"),
    ("zero-in-one-label", "https://nycg0v.com/", Sign.LOOKALIKE, "nyc.gov"),
    ("passp0rt", "https://passp0rt.cityofnewyork.us.com/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("passp0rt-alone", "https://passp0rt.example/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("passp0rt-and-more", "https://passp0rt-nyc.example/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("pa55port-and-more", "https://my-pa55port.example/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("cyrillic-alone", "https://pаssport.example/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("number-in-a-word", "https://cityrec0rd.example/", Sign.LOOKALIKE, "a856-cityrecord.nyc.gov"),
    ("cyrillic-gov", "https://www.nyс.gov/", Sign.LOOKALIKE, "www.nyc.gov"),
    ("cyrillic-below", "https://pаssport.cityofnewyork.us.com/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("cyrillic-o", "https://cityоfnewyork.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("cyrillic-nyc", "https://www.nус.gov.example/", Sign.LOOKALIKE, "www.nyc.gov"),
    ("greek-omicron", "https://cityοfnewyork.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("armenian-oh", "https://cityօfnewyork.com/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("accent", "https://cityofnewyörk.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("full-width", "https://ｎｙｃ.gov.example/", Sign.NAME_ELSEWHERE, "nyc.gov"),
    ("vv", "https://cityofnevvyork.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("vv-below", "https://passport.cityofnevvyork.us/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("rn", "https://cwconline.org.evil.example/", Sign.NAME_ELSEWHERE, "cwconline.org"),
    ("rn-for-m", "https://rnocssupport.atlassian.net/", Sign.LOOKALIKE, "mocssupport.atlassian.net"),
    ("cl-for-d", "https://manhattancla.org/", Sign.LOOKALIKE, "manhattanda.org"),
    ("listed", "https://nyccfb.info.evil.example/", Sign.NAME_ELSEWHERE, "nyccfb.info"),
    ("swapped", "https://cityofnewyrok.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("swapped-below", "https://passport.cityofnewyrok.us/", Sign.LOOKALIKE, "passport.cityofnewyork.us"),
    ("swapped-elsewhere", "https://data.cityofnewyrok.com/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("missing", "https://cityofnewyok.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("too-many", "https://cityofnewyorrk.us/", Sign.LOOKALIKE, "cityofnewyork.us"),
    ("another", "https://checkbooknyk.com/", Sign.LOOKALIKE, "checkbooknyc.com"),
    ("another-tenant", "https://mocsupport.atlassian.net/servicedesk", Sign.LOOKALIKE, "mocssupport.atlassian.net"),
    ("another-platform", "https://mocssupport.atlasian.net/", Sign.LOOKALIKE, "mocssupport.atlassian.net"),
    ("listed-mistyped", "https://www.nyctuorism.com/", Sign.LOOKALIKE, "www.nyctourism.com"),
    ("listed-cut-short", "https://www.nyctourism.co/", Sign.LOOKALIKE, "www.nyctourism.com"),
    # Numbers of application hosts.
    ("number", "https://a856-cityrecord.ngrok.io/", Sign.NUMBERED_ELSEWHERE, "a856-cityrecord.nyc.gov"),
    ("number-unknown-name", "https://a127-portal.example.com/", Sign.NUMBERED_ELSEWHERE, None),
    ("number-ngrok", "https://a801-89-22-47-19.ngrok.io/", Sign.NUMBERED_ELSEWHERE, None),
    ("number-of-four", "https://a0333-passportpublic.example.net/", Sign.NUMBERED_ELSEWHERE, "a0333-passportpublic.nyc.gov"),
    ("number-www", "https://www.a127-pip.com/", Sign.NUMBERED_ELSEWHERE, "a127-pip.nyc.gov"),
    ("number-and-name", "https://a127-plp-nyc.gov.co/", Sign.NUMBERED_ELSEWHERE, None),
    # Paths.
    ("path", f"https://passport-nyc.example/{RFX}", Sign.PATH_ELSEWHERE, "passport.cityofnewyork.us"),
    ("path-any-case", "https://x.example//Page.aspx/en/RFP/request_browse_public/", Sign.PATH_ELSEWHERE, "passport.cityofnewyork.us"),
    ("path-below", f"https://x.example/{RFX}/1?a=b", Sign.PATH_ELSEWHERE, "passport.cityofnewyork.us"),
    # Before the "@".
    ("at", "https://www.nyc.gov@evil.example/", Sign.USERINFO, "www.nyc.gov"),
    ("at-password", "https://a127-pip.nyc.gov:443@evil.example/", Sign.USERINFO, "a127-pip.nyc.gov"),
    ("at-encoded", "https://nyc.gov%2Fsite%2Fmocs@evil.example/", Sign.USERINFO, "nyc.gov"),
    ("at-unlisted", "https://new.app.nyc.gov@evil.example/", Sign.USERINFO, "nyc.gov"),
    ("at-more", "https://www.nyc.gov-login@evil.example/", Sign.USERINFO, "www.nyc.gov"),
    ("at-behind-a-hyphen", "https://login-nyc.gov@evil.example/", Sign.USERINFO, "nyc.gov"),
    ("at-zero", "https://nyc.g0v@evil.example/", Sign.USERINFO, "nyc.gov"),
    ("at-verified", "https://www.nyc.gov@tool.example.gov/", Sign.USERINFO, "www.nyc.gov"),
    # Hosts for tests.
    ("stg", "https://a856-cityrecord-stg.nyc.gov/", Sign.STAGING, "a856-cityrecord.nyc.gov"),
    ("stg-unlisted", "https://a999-thing-stg2.nyc.gov/", Sign.STAGING, None),
    ("stg-first", "https://stg-thing.nyc.gov/", Sign.STAGING, None),
    ("stg-behind-number", "https://a856-stg-cityrecord.nyc.gov/", Sign.STAGING, "a856-cityrecord.nyc.gov"),
    ("dev", "https://dev.passport.cityofnewyork.us/", Sign.STAGING, "passport.cityofnewyork.us"),
    ("sit", "https://nyc-business-sit.nyc.gov/", Sign.STAGING, "nyc-business.nyc.gov"),
    ("sit2-listed", "https://portal-sit2.311.nyc.gov/article/?kanumber=KA-02637", Sign.STAGING, "portal.311.nyc.gov"),
    ("sit-alone", "https://sit.zola.planning.nyc.gov/", Sign.STAGING, "zola.planning.nyc.gov"),
    ("uat", "https://uat.thing.nyc.gov/", Sign.STAGING, None),
    ("staging-number", "https://zola-staging-2.planning.nyc.gov/", Sign.STAGING, "zola.planning.nyc.gov"),
    ("pre-prod", "https://thing-pre-prod.nyc.gov/", Sign.STAGING, None),
    ("test-of-listed", "https://council-test.nyc.gov/", Sign.STAGING, "council.nyc.gov"),
    ("qa-of-listed", "https://qa-council.nyc.gov/", Sign.STAGING, "council.nyc.gov"),
    ("staging-relayed", "https://a856-cityrecord-stg.nyc.gov.mcas.ms/", Sign.STAGING, "a856-cityrecord.nyc.gov"),
    # Signing in.
    ("http-sign-in", "http://a127-pip.nyc.gov/PIP", Sign.INSECURE_SIGN_IN, None),
    ("http-login", "http://a836-thing.nyc.gov/app/login.aspx?x", Sign.INSECURE_SIGN_IN, None),
    ("http-sign-in-slash", "http://passport.cityofnewyork.us/Sign-In/", Sign.INSECURE_SIGN_IN, None),
    # Relays to an imitation.
    ("translated-imitation", "https://www-nyc-gov-evil-example.translate.goog/", Sign.NAME_ELSEWHERE, "www.nyc.gov"),
]  # fmt: skip

IN_ORDER = [
    # The owner's.
    ("own", "https://www.nyc.gov/site/mocs/index.page"),
    ("own-bare", "https://nyc.gov/pip"),
    ("own-http", "http://www.nyc.gov/site/mocs"),
    ("own-below", "https://never-heard-of.nyc.gov/"),
    ("own-application", "https://a856-never-heard-of.nyc.gov/"),
    ("own-path", f"https://passport.cityofnewyork.us/{RFX}"),
    ("own-listed", "https://www.nycgovparks.org/"),
    ("own-listed-bare", "https://nycgovparks.org/"),
    ("own-listed-other", "https://vanparks.nycgovparks.org/"),
    ("own-tenant", "https://mocssupport.atlassian.net/servicedesk/customer/portal/8"),
    ("own-checkbook", "https://www.checkbooknyc.com/"),
    ("own-nycha", "https://my.nycha.info/"),
    ("own-ibo", "https://www.ibo.nyc.ny.us/"),
    ("own-https-sign-in", "https://a127-pip.nyc.gov/PIP"),
    ("own-http-signing", "http://www.nyc.gov/signing.html"),
    ("own-http-login-help", "http://www.nyc.gov/login/help"),
    ("own-userinfo", "https://someone@www.nyc.gov/"),
    # Words that only look like stages.
    ("device", "https://device.nyc.gov/"),
    ("devices", "https://mobile-devices.nyc.gov/"),
    ("latest", "https://latest.nyc.gov/"),
    ("contest", "https://contest.nyc.gov/"),
    ("siteassets", "https://siteassets.nyc.gov/"),
    ("protest", "https://right-to-protest.nyc.gov/"),
    ("test-and-trace", "https://test-and-trace.nyc.gov/"),
    ("covid-test", "https://covid-test.nyc.gov/"),
    ("test-locator", "https://a816-test-locator.nyc.gov/"),
    ("econ-dev", "https://econ-dev.nyc.gov/"),
    ("developer", "https://developer.nyc.gov/"),
    ("stage-door", "https://stage-door.nyc.gov/"),
    ("babysit", "https://babysit.nyc.gov/"),
    ("sit-in", "https://sit-in.nyc.gov/"),
    ("opposite", "https://opposite.cityofnewyork.us/"),
    ("strangers-staging", "https://stg.example.com/"),
    ("strangers-login", "http://example.com/login"),
    # Names that are somebody else's own.
    ("passport.gov", "https://passport.gov/"),
    ("state-dept", "https://travel.state.gov/passport"),
    ("nyc.org", "https://www.nyc.org/"),
    ("nycgo", "https://www.nycgo.com/"),
    ("nyctourism", "https://www.nyctourism.com/"),
    ("mynycha", "https://mynycha.info/"),
    ("ny.gov", "https://www.ny.gov/"),
    ("data.ny.gov", "https://data.ny.gov/d/abcd-1234"),
    ("federal", "https://www.sam.gov/"),
    ("newark", "https://www.cityofnewark.us/"),
    ("newark-nj", "https://www.newarknj.gov/"),
    ("newport", "https://cityofnewport.com/"),
    ("york", "https://www.cityofyork.org/"),
    ("newyork.com", "https://www.newyork.com/"),
    ("new-york-mills", "https://www.cityofnewyorkmills.org/"),
    ("new-york-mills-hyphens", "https://city-of-new-york-mills.com/"),
    ("museum-hyphens", "https://museum-of-the-city-of-new-york.org/"),
    ("museum", "https://www.museumofthecityofnewyork.org/"),
    ("gov-in-a-word", "https://nycgovernance.org/"),
    ("govparks", "https://govparks.example.com/"),
    ("plural", "https://www.nycgovpark.org/"),
    ("archive.nyc", "https://archive.nyc/"),
    ("archives.org", "https://www.archives.org/"),
    ("vote.org", "https://www.vote.org/"),
    ("atlassian", "https://www.atlassian.com/"),
    ("atlassian.net", "https://another.atlassian.net/"),
    ("atlassian-digit", "https://mocssupport2.atlassian.net/"),
    ("legistar", "https://chicago.legistar.com/"),
    ("pcac-abroad", "https://pcac.org.uk/"),
    ("queens-pcdc", "https://queens-pcdc.org/"),
    ("tenant-nycgov", "https://nycgov.sharepoint.com/"),
    ("tenant-city", "https://cityofnewyork.github.io/"),
    ("nyc-shop", "https://nyc-governors-ball.com/"),
    # Numbers.
    ("a1", "https://a1-foo.example.com/"),
    ("a2z", "https://a2z-shop.com/"),
    ("a380", "https://a380-fans.example/"),
    ("a856-without-more", "https://a856.example.com/"),
    ("a127-machine", "https://a127-25-56-1.deploy.static.akamaitechnologies.com/"),
    ("a184-machine", "https://a184-25-56-1.deploy.static.akamaitechnologies.com/"),
    ("number-inside", "https://cdn.a856-x.example.com/"),
    # A name in the path or query is no host.
    ("github", "https://github.com/CityOfNewYork/nyc.gov"),
    ("archive", "https://web.archive.org/web/2020/https://www.nyc.gov/site/mocs"),
    ("query", "https://example.com/?next=https://www.nyc.gov/"),
    ("fragment", "https://example.com/#nyc.gov.example"),
    # Relays of the owner's pages.
    ("translated", "https://www-nyc-gov.translate.goog/site/mocs?_x_tr_sl=en"),
    ("translated-hyphen", "https://a856--cityrecord-nyc-gov.translate.goog/"),
    ("amp", "https://www-nyc-gov.cdn.ampproject.org/c/s/www.nyc.gov/"),
    ("defender", "https://www.nyc.gov.mcas.ms/"),
    ("defender-older", "https://www.nyc.gov.eu2.cas.ms/"),
    ("netskope", "https://www.nyc.gov.rproxy.goskope.com/"),
    ("akamai", "https://www.nyc.gov.edgekey.net/"),
    ("cloudflare", "https://www.nyc.gov.cdn.cloudflare.net/"),
    ("library", "https://www.nyc.gov.ezproxy.library.example.edu/"),
    ("library-hosted", "https://www-nyc-gov.example.idm.oclc.org/"),
    # The same product elsewhere, on hosts that only a state can have.
    ("arkansas", f"https://arbuy.arkansas.gov/{RFX}"),
    ("arizona", f"https://app.az.gov/{RFX}"),
    ("longer-path", f"https://example.com/{RFX}_archive"),
    ("in-the-path", f"https://example.com/x/{RFX}"),
    # Before the "@".
    ("user", "https://jo:secret@example.com/"),
    ("user-mail", "https://jo%40mocs.nyc.gov@example.com/"),
    ("user-empty", "https://@example.com/"),
    # Hosts of every kind.
    ("ipv4", "http://10.0.0.1/"),
    ("ipv6", "http://[::1]:8080/"),
    ("one-label", "http://intranet/"),
    ("idn", "https://bücher.example/"),
    ("idn-cyrillic", "https://сосо.example/"),
    ("idn-broken", "https://xn--zzzzzzzzzz99999.example/"),
    ("co", "https://example.co/"),
    ("short-co", "https://www.nychdc.co/"),
    ("ftp", "ftp://ftp.example.com/nyc.gov"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "sign", "imitates"), [pytest.param(*row[1:], id=row[0]) for row in SUSPICIOUS]
)
def test_what_must_be_seen(url: str, sign: Sign, imitates: str | None) -> None:
    found = {suspicion.sign: suspicion for suspicion in suspicions(split(url), KNOWN)}
    assert sign in found
    assert found[sign].imitates == imitates
    assert printable(found[sign].reason) == found[sign].reason
    assert (imitates or "") in found[sign].reason


@pytest.mark.parametrize("url", [pytest.param(url, id=name) for name, url in IN_ORDER])
def test_what_must_be_left(url: str) -> None:
    assert suspicions(split(url), KNOWN) == ()


def test_one_sign_is_named_once_and_several_are_named_together() -> None:
    address = split(f"https://www.nyc.gov@a856-cityrecord.nyc.gov.evil.example/{RFX}")
    assert [found.sign for found in suspicions(address, KNOWN)] == [
        Sign.USERINFO,
        Sign.NAME_ELSEWHERE,
        Sign.NUMBERED_ELSEWHERE,
        Sign.PATH_ELSEWHERE,
    ]


def test_a_path_elsewhere_may_be_another_portal_of_the_product() -> None:
    (found,) = suspicions(split(f"https://bids.example.com/{RFX}"), KNOWN)
    assert "it is another portal of the same product or an imitation" in found.reason


def test_the_users_part_of_an_address_is_never_shown() -> None:
    address = split("https://www.nyc.gov:s3cret@nyc.gov.evil.example/")
    assert not any("s3cret" in found.reason for found in suspicions(address, KNOWN))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("cityofnevvyork", "cityofnewyork"),
        ("passp0rt", "passport"),
        ("cornptroller", "comptroller"),
        ("citycierk1", "citycierkl"),
        ("xn--pssport-2fg", "passport"),
        ("xn--cityfnewyork-7fk", "cityofnewyork"),
    ],
)
def test_skeletons_are_alike(left: str, right: str) -> None:
    assert skeleton(left) == skeleton(right)


@pytest.mark.parametrize(
    ("left", "right"), [("nyc", "nyo"), ("passport", "pasport"), ("xn--bcher-kva", "bacher")]
)
def test_skeletons_differ(left: str, right: str) -> None:
    assert skeleton(left) != skeleton(right)


# A name is imitated one way at a time, so that the owner's own names cannot come out by chance.
NOBODY = ProtectedNames(frozenset(), frozenset())
own_hosts = st.sampled_from(sorted(KNOWN.own))
labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
pieces = st.one_of(
    labels,
    own_hosts,
    st.sampled_from(
        ["xn--", "xn--n-7tbf", ".", "-", "nyc", "gov", "a856-", "@", "/login", "stg", "é"]
    ),
)
urls = st.lists(pieces, min_size=1, max_size=8).map(lambda parts: "https://" + "".join(parts))


@given(urls, st.sampled_from([KNOWN, NOBODY]))
def test_total(url: str, known: ProtectedNames) -> None:
    try:
        address = split(url)
    except InvalidURLError:
        return
    found = suspicions(address, known)
    assert len({suspicion.sign for suspicion in found}) == len(found)
    assert all(suspicion.imitates is None or suspicion.imitates in known.own for suspicion in found)
    assert known is not NOBODY or not any(suspicion.imitates for suspicion in found)


@given(st.text("abcxn-.0189", max_size=300), st.text())
def test_total_whatever_is_in_the_parts(host: str, rest: str) -> None:
    suspicions(Address("http", rest, host, None, rest, rest, rest), KNOWN)


@given(st.lists(labels, max_size=3), own_hosts, st.sampled_from(["http", "https"]))
def test_own_hosts_never_imitate(below: list[str], host: str, scheme: str) -> None:
    url = f"{scheme}://{'.'.join([*below, host])}/{RFX}"
    try:
        address = split(url)
    except InvalidURLError:
        return
    assert {found.sign for found in suspicions(address, KNOWN)} <= OF_OWN


@all_rows(sorted(KNOWN.own))
def test_no_own_host_over_https_gives_a_sign_but_that_for_tests(host: str) -> None:
    found = suspicions(split(f"https://{host}/"), KNOWN)
    assert [suspicion.sign for suspicion in found] == (["staging-host"] if "-sit" in host else [])


@given(own_hosts, st.sampled_from(["", "x.", "login-"]))
def test_own_hosts_below_another_always_imitate(host: str, before: str) -> None:
    found = suspicions(split(f"https://{before}{host}.evil.example/"), KNOWN)
    assert found[0].sign is Sign.NAME_ELSEWHERE


def test_every_address_of_the_catalog_is_in_order() -> None:
    urls = [
        url
        for entry in CATALOG.resources.values()
        for url in (entry.url, *entry.short_urls, *entry.former_urls)
        if url
    ]
    found = {url: suspicions(split(url), KNOWN) for url in urls}
    signs = {suspicion.sign for signs in found.values() for suspicion in signs}
    assert signs <= {Sign.INSECURE_SIGN_IN}


PATHS = ProtectedNames(
    frozenset(), frozenset(), {"/a": "one.example", "/a/b": "two.example", "/d/e": "three.example"}
)


@all_rows(
    [
        ("/a", "/a"),
        ("/A/B", "/a/b"),
        ("/a/c", "/a"),
        ("/a/b/c/d", "/a/b"),  # longer than the longest
        ("/a/b/", "/a/b"),
        ("//a///b//c", "/a/b"),
        ("/a/bc", "/a"),
        ("/ab", None),
        ("/d", None),
        ("/d/eeeeeeee", None),
        ("/x/a/b", None),
        ("", None),
    ]
)
def test_a_path_counts_with_whole_segments(path: str, found: str | None) -> None:
    assert (PATHS.path(path) or (None,))[0] == found


PARTS = st.tuples(
    st.sampled_from(["", "nyc.gov@", "jo@"]),
    st.sampled_from(
        ["www.nyc.gov", "nyc.gov.evil.example", "a856-x.evil.example", "a.example", "x-stg.nyc.gov"]
    ),
    st.sampled_from(["/", f"/{RFX}", "/login"]),
)


@given(st.lists(PARTS, max_size=6))
def test_what_an_address_says_is_the_same_whatever_was_asked_before(
    asked: list[tuple[str, str, str]],
) -> None:
    KNOWN.judged.clear()
    for user, host, path in asked:
        address = split(f"http://{user}{host}{path}")
        among_others = suspicions(address, KNOWN)
        before = dict(KNOWN.judged)
        KNOWN.judged.clear()
        assert suspicions(address, KNOWN) == among_others
        KNOWN.judged.update(before)
