"""Signs that a page is not the page, one by one: what each table knows, and what is no such sign."""

from __future__ import annotations

import pytest

from safelinks.addresses.urls import split
from safelinks.health.judgement import page_signs
from safelinks.health.judgement.missing_page_phrases import says_missing
from safelinks.health.judgement.visible_page import Page

A = "https://a.example/deep/page"
LONG = f"<p>{'seen ' * 400}"
SCRIPT = "<script></script>"


def _title(text: str) -> Page:
    return Page(f"<title>{text}</title>{LONG}")


ENGLISH = [
    "404", "404 Error", "404 Error: Page not found", "404 File not found", "404 File or directory not found.",
    "404 Not Found", "404 Page not found", "Account Suspended", "Apache2 Debian Default Page: It works",
    "Apache2 Ubuntu Default Page: It works", "Content not found", "Error 404", "Error 404 Not Found",
    "Error 404, page not found", "File not found", "HTTP 404", "HTTP 404 Not Found", "HTTP Error 404",
    "IIS Windows Server", "Invalid Parameters", "Not Found", "Object not found!", "Page can not be found",
    "Page cannot be found", "Page does not exist", "Page doesn't exist", "Page no longer available", "Page not available",
    "Page not found", "Page not found 404", "Requested page not found", "Site suspended", "The page cannot be found",
    "The page you requested was not found", "The page you were looking for doesn't exist",
    "The resource cannot be found.", "This Account has been suspended.", "This page cannot be found",
    "This page could not be found.", "This page does not exist", "This page isn't available", "We can't find that page",
    "We couldn't find that page", "Website Expired", "Website Suspended", "Welcome to nginx!",
]  # fmt: skip
APOLOGIES = ["Oops!", "Whoops,", "Uh oh,", "Sorry,", "We're sorry,", "We are sorry:", "Error:", "HTTP:", "404:", "Oops! Sorry,"]  # fmt: skip
OTHER_TITLES = [
    "Found", "Page", "404 parks", "Error", "HTTP", "Windows Server", "The page you requested", "Website", "Suspended", "Page not found: a novel",
    "Account", "Welcome", "We can", "Errors page not found", "", "404 Page", "The resource", "Sorry", "Invalid",
]  # fmt: skip


@pytest.mark.parametrize("title", ENGLISH)
def test_an_english_title(title: str) -> None:
    assert page_signs.missing(A, A, _title(title)) == f"title “{title}”"
    for mark in " | ", " - ", " – ", " — ", "｜", " • ", " · ", " » ":
        assert page_signs.missing(A, A, _title(f"{title}{mark}A Site")) is not None
    assert page_signs.missing(A, A, _title(f"{title} | A Site | A City")) is None
    assert page_signs.missing(A, A, _title(f"More {title}")) is None


@pytest.mark.parametrize("apology", APOLOGIES)
def test_an_apology_before_it(apology: str) -> None:
    assert page_signs.missing(A, A, _title(f"{apology} page not found")) is not None


@pytest.mark.parametrize("title", OTHER_TITLES)
def test_another_title(title: str) -> None:
    assert page_signs.missing(A, A, _title(title)) is None


@pytest.mark.parametrize("text", ["Fehler 404", "404 Fehler", "Désolé, page introuvable", "Désolé 404", "404", "Erreur 404 Page introuvable"])  # fmt: skip
def test_a_number_or_an_apology_in_another_language(text: str) -> None:
    assert says_missing(text)


@pytest.mark.parametrize(
    "text", ["", "!", "Fehler", "Désolé", "# Titles", f"{'404 ' * 41}", "Page"]
)
def test_nothing_is_said(text: str) -> None:
    assert not says_missing(text)


MISSING_PATHS = [
    "/errors/404", "/x/my-error/page404.html", "/error404", "/error-404", "/error_404", "/404", "/404.html", "/404/", "/404?x",
    "/x?aspxerrorpath=/y", "/x?a=1&aspxerrorpath=/y", "/x/pagenotfound", "/page-not-found", "/not-found", "/notfound",
    "/notfound.aspx", "/not-found/", "/NotFound?x=1", "/cgi-sys/suspendedpage.cgi",
]  # fmt: skip
OTHER_PATHS = [
    "/x", "/error", "/x/404", "/404s", "/notfounds", "/x/notfound", "/aspxerrorpath=", "/cgi-sys/x.cgi", "/404.example.org",
    "/cgi-sys/suspendedpage-cgi", "/not-found.example",
]  # fmt: skip


def test_where_what_is_missing_leads() -> None:
    def leads(path: str) -> bool:
        final = f"https://a.example{path}"
        return page_signs.missing(A, final, Page("<p>Here")) == final

    assert [path for path in MISSING_PATHS if not leads(path)] == []
    assert [path for path in OTHER_PATHS if leads(path)] == []


SPEAKING = [
    "/404",
    "/a-404-b",
    "/not-found",
    "/notfound",
    "/not_found",
    "/Not%20Found",
    "/not+found",
    "/not--found",
    "/x?q=not found",
]
NOT_SPEAKING = ["/1404", "/4040", "/a404", "/404b", "/not-so-found"]


def test_an_address_may_speak_of_it_itself() -> None:
    page = _title("Not found")

    def speaks(path: str) -> bool:
        url = f"https://a.example{path}"
        told = page_signs.missing(url, url, page) is None
        assert page_signs.may_be_missing(url, page) is not told
        return told

    assert [path for path in SPEAKING if not speaks(path)] == []
    assert [path for path in NOT_SPEAKING if speaks(path)] == []


DOUBTS = [
    "Code 404", "It was not found", "It may not be found", "Oops", "No longer available", "It no longer exists", "It no longer exist",
    "It does not exist", "It doesn't exist", "We can't find it", "We cannot find it", "It cannot be found", "We couldn't locate it",
    "We could not find it", "Unable to find it", "Unable to locate it", "It is not available", "It was unavailable", "It is unavailable",
    "It was removed", "It is deleted", "It has been removed", "It has been deleted", "A broken link", "An invalid link", "An invalid url",
    "An invalid address",
]  # fmt: skip
NO_DOUBTS = ["All is well", "4040", "Lost and found", "Whoops", "It exists", "It is available", "They removed it", "Links", "Invalid", "A removed link"]  # fmt: skip


@pytest.mark.parametrize("text", DOUBTS)
def test_a_page_that_may_be_missing(text: str) -> None:
    assert page_signs.may_be_missing(A, Page(f"<p>{text}"))
    assert page_signs.may_be_missing(A, Page(f"<title>{text}</title>"))
    assert not page_signs.may_be_missing(A, Page(f"<p>{text}{LONG}"))
    assert not page_signs.may_be_missing(A, Page(f"<p>{text}{SCRIPT}"))


@pytest.mark.parametrize("text", NO_DOUBTS)
def test_a_page_that_is_there(text: str) -> None:
    assert not page_signs.may_be_missing(A, Page(f"<p>{text}"))


FRONTS = [
    "",
    "/",
    "/index.html",
    "/index",
    "/INDEX.php",
    "/default.aspx",
    "/default",
    "/home",
    "/home/",
    "/home.jsp",
]
HOMES = [*FRONTS, "/en/", "/en", "/en-us/", "/us/en/", "/us/en_GB", "/site/", "/site/index.html", "/site/en/home", "/main", "/welcome.html", "/en/welcome"]  # fmt: skip
NEITHER = [
    "/x",
    "/about",
    "/index/x",
    "/homes",
    "/index.example",
    "/default.a",
    "/eng/",
    "/a/b/c",
    "/en/us/fr/de",
    "/sites/",
]


def test_front_pages() -> None:
    assert [path for path in FRONTS if not page_signs.is_front(path)] == []
    assert [path for path in HOMES if not page_signs.is_home(path)] == []
    assert [path for path in HOMES if page_signs.is_front(path)] == FRONTS
    assert [path for path in NEITHER if page_signs.is_home(path)] == []


@pytest.mark.parametrize(("host", "same"), [("www.a.example", True), ("www2.a.example", True), ("a.example", True), ("b.example", False), ("x.a.example", False), ("wwwa.example", False)])  # fmt: skip
def test_hosts_of_a_site(host: str, *, same: bool) -> None:
    assert page_signs.is_site(split(A), split(f"https://{host}/")) is same
    assert page_signs.is_site(split(f"https://{host}/"), split(A)) is same


PARKING = [
    "above.com", "afternic.com", "atom.com", "bodis.com", "brandbucket.com", "buydomains.com", "cashparking.com", "dan.com",
    "domainmarket.com", "domainnamesales.com", "efty.com", "hugedomains.com", "parkingcrew.net", "parklogic.com", "sav.com",
    "sedo.com", "sedoparking.com", "skenzo.com", "smartname.com", "squadhelp.com", "undeveloped.com", "uniregistry.com", "voodoo.com",
    "www.sedo.com", "parkingpage.namecheap.com", "parked.porkbun.com",
]  # fmt: skip


@pytest.mark.parametrize("host", PARKING)
def test_a_parking_service(host: str) -> None:
    there = f"https://{host}/x"
    assert page_signs.parked(A, there, Page("")) == f"leads to {host}"
    assert page_signs.parked(there, there, Page("")) is None


FOR_SALE = [
    "This domain is for sale", "The domain is now for sale", "This domain name may be for sale", "This domain could be for sale",
    "The domain name is currently parked", "This domain is parked", "This domain is available for purchase",
    "The domain name is now available for purchase", "The domain is currently available for purchase",
    "Buy this domain", "Purchase this domain", "Acquire this domain", "This domain has expired", "This domain name expired",
    "Parked free, courtesy of", "Your domain isn't connected to a website yet", "Your domain isn’t connected to a website yet",
]  # fmt: skip
MARKED = [
    *(f"<script src=https://{name}.{top}/domain></script>" for name in ("sedoparking", "parkingcrew", "bodis", "parklogic", "hugedomains", "afternic", "uniregistry", "skenzo") for top in ("com", "net")),
    "<div id=domainpark>", "<div id=domain-park>", "<div id=domain_park>", "<div id=parking-lander>", "<div id=parkinglander>",
    "<html data-adblockkey=x domain>", '<script>window.location.href = "/lander"</script>',
]  # fmt: skip


@pytest.mark.parametrize("text", FOR_SALE)
def test_a_page_that_sells_a_domain(text: str) -> None:
    assert page_signs.parked(A, A, Page(f"<p>domain sale {text} ")) == f"says “{_part(text)}”"
    assert page_signs.parked(A, A, Page(f"<title>{text}</title><p>domain sale")) is not None
    assert page_signs.parked(A, A, Page(f"<p>{text}{LONG}")) is None


def _part(text: str) -> str:
    return text.removeprefix("Your domain ")


@pytest.mark.parametrize("source", MARKED)
def test_a_page_of_a_parking_service(source: str) -> None:
    assert page_signs.parked(A, A, Page(source)) == "page of a parking service"
    assert page_signs.parked(A, A, Page(f"<p>{'seen ' * 90}{source}")) is None


def test_how_much_is_seen_on_it() -> None:
    assert page_signs.parked(A, A, Page(f"<div id=domainpark><p>{'a' * 400}")) is not None
    assert page_signs.parked(A, A, Page(f"<div id=domainpark><p>{'a' * 401}")) is None


def test_a_host_that_is_for_sale() -> None:
    assert page_signs.parked(A, "https://www.a.example/", Page("<p>A.example is for sale")) == "says that www.a.example is for sale"  # fmt: skip
    assert page_signs.parked(A, A, Page("<p>B.example is for sale")) is None
    assert page_signs.parked(A, A, Page("<p>A house is for sale in this domain of art")) is None


MAINTENANCE_TITLES = [
    "Closed for maintenance", "Down for maintenance", "Down for scheduled maintenance", "Maintenance mode", "Site down for maintenance",
    "Site is under maintenance", "Site under maintenance", "Temporarily down for maintenance", "Temporarily unavailable",
    "Under maintenance", "Undergoing maintenance", "We are under maintenance", "Website under maintenance", "We'll be back soon!",
    "We're down for maintenance",
]  # fmt: skip
MAINTENANCE = [
    "The site is down for maintenance", "closed during maintenance", "offline for some maintenance", "unavailable for maintenance", "undergoing maintenance",
    "under planned maintenance", "performing maintenance", "maintenance mode", "We'll be back soon", "We will be right back shortly", "We will be back shortly",
]  # fmt: skip


@pytest.mark.parametrize("title", MAINTENANCE_TITLES)
def test_a_title_of_maintenance(title: str) -> None:
    page = Page(f"<title>{title}</title><p>maintenance")
    assert page_signs.maintenance(200, {}, page) == f"title “{title}”"
    assert (
        page_signs.maintenance(200, {}, Page(f"<title>Parks {title}</title><p>maintenance")) is None
    )
    assert (
        page_signs.maintenance(200, {}, Page(f"<title>{title}</title><p>maintenance{LONG}")) is None
    )


@pytest.mark.parametrize("text", MAINTENANCE)
def test_maintenance_in_words(text: str) -> None:
    page = Page(f"<p>{text}")
    assert page_signs.maintenance(503, {}, page) is not None
    assert page_signs.maintenance(200, {"retry-after": "60"}, page) is not None
    assert page_signs.maintenance(200, {}, page) is None


def test_no_maintenance() -> None:
    for text in (
        "The maintenance of parks",
        "be back by noon",
        "A maintenance model",
        "download the maintenance plan",
        "a countdown to maintenance",
    ):
        assert page_signs.maintenance(503, {}, Page(f"<p>{text}")) is None


BROKEN = [
    "Error establishing a database connection",
    "Database Error",
    "Runtime Error",
    "Server Error in '/' Application.",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_server_that_failed(text: str) -> None:
    for source in (f"<title>{text}</title>", f"<h1>{text}</h1>"):
        assert page_signs.broken(Page(source)) == f"says “{text}”"
        assert page_signs.broken(Page(source + LONG)) is None
    assert page_signs.broken(Page(f"<title>On “{text}”</title>")) is None


LOGINS = [
    "https://login.microsoftonline.com/x", "https://login.microsoftonline.us/x", "https://login.live.com/", "https://login.windows.net/",
    "https://accounts.google.com/", "https://login.gov/", "https://secure.login.gov/", "https://id.atlassian.com/",
    *(f"https://a-1.b.{name}.com/" for name in ("okta", "okta-gov", "oktapreview", "auth0", "onelogin", "b2clogin", "pingone")),
    "https://a.example/adfs/ls/", "https://a.example/x?SAMLRequest=x", "https://a.example/x?a=1&SAMLRequest=x",
    "https://a.example/x/_forms/default.aspx", "https://a.example/_layouts/15/Authenticate.aspx",
    "https://a.example/x/_layouts/accessdenied.aspx", "https://a.example/_layouts/x/signin.aspx", "HTTP://A.EXAMPLE/LOGIN",
    *(f"https://a.example/{name}" for name in ("login", "log-in", "logon", "signin", "sign-in", "sign_in", "sso", "saml", "saml2", "idp", "oauth", "oauth2", "openid-connect")),
    "https://a.example/x/y/login", "https://a.example/login.aspx", "https://a.example/login/x", "https://a.example/login?x", "https://a.example/login#x",
]  # fmt: skip
NO_LOGINS = [
    "https://a.example/", "https://a.example/?next=/login", "https://a.example/#/login", "https://a.example/logins", "https://okta.com.example/",
    "https://xokta.com/", "https://a.example/x?XSAMLRequest=x", "https://a.example/x#?SAMLRequest=x", "https://a.example/authenticate.aspx",
    "https://a.example/_layouts/?signin.aspx", "https://a.example/login.example", "ftp://login.live.com/", "https://a.example/blogin",
    "https://login-microsoftonline.com/",
]  # fmt: skip


def test_addresses_of_pages_to_sign_in() -> None:
    assert [url for url in LOGINS if not page_signs.is_login(url)] == []
    assert [url for url in NO_LOGINS if page_signs.is_login(url)] == []


RETURNS = ["?return=x", "?returnTo=x", "?a=1&redirect=x", "?redirect_uri=x", "?next=x", "?continue=x", "?goto=x", "?back=x", "?returnurl=x", "?my_returnUrl=x"]  # fmt: skip
NO_RETURNS = ["", "?a=return", "?xnext=1", "?next1=x", "?url=x", "#next=x"]
PASSWORDS = ["<input type=password>", "<input TYPE = 'password'>", '<input type="Password">']


def test_pages_that_ask_to_return() -> None:
    for source in PASSWORDS:
        page = Page(source)
        assert page_signs.has_sign_in_form(page)
        assert [query for query in RETURNS if not page_signs.asks_to_return(A + query, page)] == []
        assert [query for query in NO_RETURNS if page_signs.asks_to_return(A + query, page)] == []
    for source in ("<input type=passwords>", "<input name=password>", "<p>password", ""):
        assert not page_signs.has_sign_in_form(Page(source))
        assert not page_signs.asks_to_return(f"{A}?next=x", Page(source))
