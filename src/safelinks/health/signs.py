"""What a page looks like that is not the page: walls, sign-in pages, and "not found" with a 200.

Tables of signs, each narrow enough not to cry wolf: an article about 404 pages is no 404 page. A
sign that many a good page has counts only on a page with little else to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from safelinks.health.page import Page
from safelinks.urls import Address, split

__all__ = [
    "asks_to_return",
    "broken",
    "has_sign_in_form",
    "is_front",
    "is_home",
    "is_login",
    "is_site",
    "maintenance",
    "may_be_missing",
    "missing",
    "parked",
    "wall",
]

_SHORT = 1_500  # characters that are seen: more is a page of its own
_BARE = 400
_WORDS = 80
_TINY = 5_000  # characters of source
_SMALL = 20_000  # characters of source in which it is worth while to look for what is seen

# Titles of pages that are not there, without punctuation and without the apologies before them: the
# whole title, or the whole part of it before or behind the name of the site. Nothing shorter, or an
# article about them would be one.
_MISSING_TITLES = frozenset(
    {
        "404", "404 error", "404 error page not found", "404 file not found",
        "404 file or directory not found", "404 not found", "404 page not found",
        "account suspended", "apache2 debian default page it works",
        "apache2 ubuntu default page it works", "content not found", "error 404",
        "error 404 not found", "error 404 page not found", "file not found", "http 404",
        "http 404 not found", "http error 404", "iis windows server", "invalid parameters",
        "not found",
        "object not found", "page can not be found", "page cannot be found", "page does not exist",
        "page doesnt exist", "page introuvable", "page no longer available", "page non trouvée",
        "page not available", "page not found", "page not found 404", "pagina no encontrada",
        "pagina non trovata", "página no encontrada", "página não encontrada",
        "requested page not found", "seite nicht gefunden", "site suspended",
        "strona nie została znaleziona", "the page cannot be found",
        "the page you requested was not found", "the page you were looking for doesnt exist",
        "the resource cannot be found", "this account has been suspended",
        "this page cannot be found", "this page could not be found", "this page does not exist",
        "this page isnt available", "we cant find that page", "we couldnt find that page",
        "website expired", "website suspended", "welcome to nginx",
        "страница не найдена", "页面不存在", "页面未找到", "找不到页面", "頁面不存在", "找不到網頁",
    }
)  # fmt: skip
_APOLOGIES = re.compile(
    r"(?:(?:oops|whoops|uh oh|sorry|were sorry|we are sorry|error|http|404)\s+)+"
)
_PUNCTUATION = re.compile(r"[^\w\s]+")
_TITLE_PARTS = re.compile(r"\s+[–—-]\s+|\s*[|•·»]\s*|(?<=404):\s+")
_MISSING_PATH = re.compile(
    r"/(?:[^/?]*error[^/?]*/)[^?]*404|/error-?_?404|^[^/]+/404(?:\.[a-z]{2,5})?/?(?:$|\?)"
    r"|[?&]aspxerrorpath=|/page-?not-?found|^[^/]+/not-?found(?:\.[a-z]{2,5})?/?(?:$|\?)"
    r"|/cgi-sys/suspendedpage\.cgi",
    re.IGNORECASE,
)
_LOOKED_AT = 2_000  # characters of an address
# An address that speaks of these things itself may well lead to a page about them.
_SPEAKS_OF_IT = re.compile(r"(?<![a-z0-9])404(?![a-z0-9])|not[-_ +%20]*found", re.IGNORECASE)
# What a page may say that is not there; many others say it as well.
_MAY_BE_MISSING = re.compile(
    r"\b(?:404|not (?:be )?found|oops|no longer (?:available|exists?)|(?:does not|doesn.t) exist"
    r"|(?:can.?t|cannot|could ?n.t|could not|unable to) (?:be )?(?:find|found|locate)"
    r"|(?:is|was) (?:not available|unavailable|removed|deleted)|has been (?:removed|deleted)"
    r"|broken link|invalid (?:link|url|address))\b",
    re.IGNORECASE,
)
_MISSING_MARKS = (
    "404", "found", "oops", "no longer", "exist", "find", "locate", "available", "removed",
    "deleted", "broken link", "invalid",
)  # fmt: skip
_FRONT = re.compile(r"/?(?:(?:index|default|home)(?:\.[a-z]{2,5})?/?)?", re.IGNORECASE)
_HOME = re.compile(
    r"/?(?:site/?)?(?:[a-z]{2}(?:[-_][a-z]{2})?/){0,2}(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?"
    r"(?:(?:index|default|home|main|welcome)(?:\.[a-z]{2,5})?/?)?",
    re.IGNORECASE,
)
_WWW = re.compile(r"www\d?\.")

# Headers that only a challenge has.
_WALL_HEADERS: Mapping[str, tuple[str, ...]] = {
    "cf-mitigated": ("challenge",),
    "x-amzn-waf-action": ("challenge", "captcha", "block"),
}
_WALL_STATUSES = frozenset({200, 202, 401, 403, 405, 429, 503})
_AKAMAI = re.compile(r"<title>\s*access denied\s*</title>.{0,2000}reference\s*&?#", re.DOTALL)
_JUST_A_MOMENT = re.compile(r"<title>\s*just a moment\.\.\.\s*</title>")
_CAPTCHA_MARKS = ("captcha", "turnstile", "px-block", "geetest")
# As something on the page, not a script that watches its visitors.
_CAPTCHA = re.compile(
    r"<(?:div|iframe|img|form|section|span|input)\b[^<>]{0,500}"
    r"(?:captcha|turnstile|px-block|geetest)"
)
_HUMAN_MARKS = ("human", "robot", "unusual traffic", "checking your browser")
_HUMAN = re.compile(
    r"\b(?:verify|confirm|prove|check)(?:ing)?\b.{0,20}\b(?:human|not a (?:ro)?bot)\b"
    r"|\bare you a (?:human|robot)\b|\bunusual traffic\b|\bhuman verification\b"
    r"|\bchecking your browser\b",
    re.IGNORECASE,
)

# Services that hold a domain until somebody buys it, by their registrable domains.
_PARKING = frozenset(
    {
        "above.com", "afternic.com", "atom.com", "bodis.com", "brandbucket.com", "buydomains.com",
        "cashparking.com", "dan.com", "domainmarket.com", "domainnamesales.com", "efty.com",
        "hugedomains.com", "parkingcrew.net", "parklogic.com", "sav.com", "sedo.com",
        "sedoparking.com", "skenzo.com", "smartname.com", "squadhelp.com", "undeveloped.com",
        "uniregistry.com", "voodoo.com",
    }
)  # fmt: skip
_PARKING_HOSTS = frozenset({"parkingpage.namecheap.com", "parked.porkbun.com"})
_PARKING_MARKS = re.compile(
    r"(?:sedoparking|parkingcrew|bodis|parklogic|hugedomains|afternic|uniregistry|skenzo)\."
    r"(?:com|net)|domain[-_]?park|parking-?lander|data-adblockkey|location\.href\s*=\s*\"/lander\""
)
_FOR_SALE = re.compile(
    r"\b(?:this|the) domain(?: name)? (?:is|may be|could be)"
    r"(?: now| currently)? (?:for sale|parked)\b"
    r"|\b(?:this|the) domain(?: name)? is (?:now |currently )?available for purchase\b"
    r"|\b(?:buy|purchase|acquire) this domain\b"
    r"|\bthis domain(?: name)? (?:has )?expired\b|\bparked free, courtesy of\b"
    r"|\bisn.t connected to a website yet\b",
    re.IGNORECASE,
)

# The whole title, or the whole part of it beside the name of the site, as with what is missing.
_MAINTENANCE_TITLES = frozenset(
    {
        "closed for maintenance", "down for maintenance", "down for scheduled maintenance",
        "maintenance mode", "site down for maintenance", "site is under maintenance",
        "site under maintenance", "temporarily down for maintenance", "temporarily unavailable",
        "under maintenance", "undergoing maintenance", "we are under maintenance",
        "website under maintenance", "well be back soon",
        "were down for maintenance",
    }
)  # fmt: skip
_MAINTENANCE = re.compile(
    r"\b(?:down|closed|offline|unavailable|undergoing|under|performing)\b[\w ]{0,30}"
    r"\bmaintenance\b"
    r"|\bmaintenance mode\b|\b(?:we.ll|we will) be (?:right )?back (?:soon|shortly)\b",
    re.IGNORECASE,
)

_BROKEN = re.compile(
    r"(?:error establishing a database connection|database error|runtime error|server error in )",
    re.IGNORECASE,
)

_LOGIN = re.compile(
    r"https?://(?:login\.microsoftonline\.(?:com|us)|login\.live\.com|login\.windows\.net"
    r"|accounts\.google\.com|login\.gov|secure\.login\.gov|id\.atlassian\.com"
    r"|[a-z0-9.-]+\.(?:okta|okta-gov|oktapreview|auth0|onelogin|b2clogin|pingone)\.com"
    r"|[^/]+/adfs/ls|[^?#]+\?(?:[^#]*&)?SAMLRequest=|[^?#]+/_forms/default\.aspx"
    r"|[^?#]+/_layouts/[^?#]*(?:authenticate|accessdenied|signin)\.aspx"
    r"|[^/?#]+/(?:[^?#]*/)?(?:login|log-in|logon|signin|sign-in|sign_in|sso|saml2?|idp|oauth2?"
    r"|openid-connect)(?:\.[a-z]{2,5})?(?:[/?#]|$))",
    re.IGNORECASE,
)
_RETURN = re.compile(
    r"[?&](?:return|redirect|next|continue|goto|back)[a-z_]*=|[?&][a-z_]*returnurl=", re.IGNORECASE
)
_PASSWORD = re.compile(r"type\s*=\s*[\"']?password\b")


def missing(url: str, final: str, page: Page, known: tuple[str, ...] = ()) -> str | None:
    """What says that the page is not there, though the status does not; None when nothing does.

    `url` is the address that was asked, `final` where its redirects ended, `known` are paths that
    its site has for this.
    """
    path = split(final).path.lower()
    if any(path.startswith(one.lower()) for one in known):
        return final
    if _SPEAKS_OF_IT.search(url[:_LOOKED_AT]):
        return None
    if final != url and _MISSING_PATH.search(final[:_LOOKED_AT].partition("://")[2]):
        return final
    return _missing_on(page)


def _missing_on(page: Page) -> str | None:
    """What a page itself says of being that of what is missing."""
    if page.refresh and _MISSING_PATH.search(f"host/{page.refresh.lstrip('/')}"[:_LOOKED_AT]):
        return f"leads on to {page.refresh}"
    if _says(_MISSING_TITLES, page.title):
        return f"title “{page.title}”"
    if _says(_MISSING_TITLES, page.heading) and page.is_brief(_SHORT):
        return f"heading “{page.heading}”"
    # What people see takes long to find out, so it is only looked at where it may say something.
    small = len(page.source) <= _SMALL and _holds(page, _MISSING_MARKS)
    if small and page.is_brief(_WORDS) and _says(_MISSING_TITLES, page.words):
        return f"says “{page.words}” and nothing else"
    return None


def _says(titles: frozenset[str], text: str, most: int = 1) -> bool:
    """Whether one of `titles` is all that `text` says, beside `most` names as those of sites."""
    if not text:
        return False
    parts = [_words(part) for part in _TITLE_PARTS.split(text)]
    others = [part for part in parts if not _is_one(titles, part)]
    return _is_one(titles, _words(text)) or (len(others) < len(parts) and len(others) <= most)


def _is_one(titles: frozenset[str], words: str) -> bool:
    return words in titles or _APOLOGIES.sub("", words, count=1) in titles


def _words(text: str) -> str:
    return " ".join(_PUNCTUATION.sub("", text).lower().split())


def may_be_missing(url: str, page: Page) -> bool:
    """Whether a page speaks of something missing: no proof, but worth a question.

    What a script makes says nothing before it has run.
    """
    if _SPEAKS_OF_IT.search(url[:_LOOKED_AT]):
        return False
    if any(_says(_MISSING_TITLES, one, most=3) for one in (page.title, page.heading)):
        return not page.is_shell
    said = _MAY_BE_MISSING.search(f"{page.title}\n{page.heading}") is not None
    if not said and (len(page.source) > _SMALL or not _holds(page, _MISSING_MARKS)):
        return False
    if page.is_shell or not page.is_brief(_SHORT):
        return False
    return said or _MAY_BE_MISSING.search(page.words) is not None


def is_front(path: str) -> bool:
    """Whether `path` is that of a site's front page, and of nothing else."""
    return _FRONT.fullmatch(path) is not None


def is_home(path: str) -> bool:
    """Whether `path` may be that of a front page, such as the one in a language."""
    return _HOME.fullmatch(path) is not None


def is_site(one: Address, other: Address) -> bool:
    """Whether two addresses are of one site, with ``www.`` or without."""
    return _WWW.sub("", one.host, count=1) == _WWW.sub("", other.host, count=1)


def wall(status: int, headers: Mapping[str, str], page: Page) -> str | None:
    """Which wall against robots answered; None when none did."""
    if status == 999:
        return "status 999"
    for name, values in _WALL_HEADERS.items():
        if headers.get(name, "").lower().startswith(values):
            return f"header {name}"
    if "x-datadome" in headers and (status >= 400 or "captcha-delivery.com" in page.lower):
        return "header x-datadome"
    if status in _WALL_STATUSES and page.source:
        for name, applies in _WALLS:
            if applies(page):
                return name
    return None


def _is_captcha(page: Page) -> bool:
    """Whether there is nothing else than a riddle for humans on the page."""
    riddle = _holds(page, _CAPTCHA_MARKS) and _CAPTCHA.search(page.lower) is not None
    if not riddle and not _holds(page, _HUMAN_MARKS):
        return False
    if not page.is_brief(_BARE) or page.fields:
        return False
    return riddle or _HUMAN.search(page.words) is not None


def _is_challenge(page: Page, mark: str) -> bool:
    """Whether `mark`, which protected pages have as well, is nearly all there is."""
    return mark in page.lower and len(page.source) <= _TINY and page.is_brief(_BARE)


def _holds(page: Page, marks: tuple[str, ...]) -> bool:
    lower = page.lower
    for mark in marks:  # noqa: SIM110  each page passes here often, and this takes half the time
        if mark in lower:
            return True
    return False


# Each mark is looked for as plain text first, which costs next to nothing on the many good pages.
_WALLS: tuple[tuple[str, Callable[[Page], bool]], ...] = (
    (
        "page of Akamai",
        lambda page: "access denied" in page.lower and _AKAMAI.search(page.lower) is not None,
    ),
    ("page of Incapsula", lambda page: _is_challenge(page, "_incapsula_resource")),
    ("page of DataDome", lambda page: _is_challenge(page, "captcha-delivery.com")),
    (
        "page of Cloudflare",
        lambda page: "just a mom" in page.lower and _JUST_A_MOMENT.search(page.lower) is not None,
    ),
    (
        "page of F5",
        lambda page: page.title.lower() == "request rejected" and "support id" in page.lower,
    ),
    ("page of Imperva", lambda page: page.title.lower() == "pardon our interruption"),
    ("a captcha and nothing else", _is_captcha),
)


def parked(url: str, final: str, page: Page) -> str | None:
    """What says that the domain is for sale, or parked until it is; None when nothing does."""
    host = split(final).host
    if _is_parking(host) and not _is_parking(split(url).host):
        return f"leads to {host}"
    if len(page.source) > _SMALL or not _holds(page, ("domain", "sale", "parking", "/lander")):
        return None
    if not page.is_brief(_SHORT):
        return None
    said = _FOR_SALE.search(page.title) or _FOR_SALE.search(page.words)
    if said is not None:
        return f"says “{said[0]}”"
    if f"{_WWW.sub('', host, count=1)} is for sale" in f"{page.title} {page.words}".lower():
        return f"says that {host} is for sale"
    marked = _PARKING_MARKS.search(page.lower) is not None
    return "page of a parking service" if marked and page.is_brief(_BARE) else None


def _is_parking(host: str) -> bool:
    return host in _PARKING_HOSTS or ".".join(host.split(".")[-2:]) in _PARKING


def maintenance(status: int, headers: Mapping[str, str], page: Page) -> str | None:
    """What says that the site is down for maintenance; None when nothing does.

    With a 200, the title has to say it and nothing else, or the server has to ask to come back.
    """
    if not _holds(page, ("maintenance", "be back", "temporarily unavailable")):
        return None
    if not page.is_brief(_SHORT):
        return None
    if _says(_MAINTENANCE_TITLES, page.title):
        return f"title “{page.title}”"
    if status != 503 and "retry-after" not in headers:
        return None
    said = _MAINTENANCE.search(f"{page.title} {page.words}")
    return f"says “{said[0]}”" if said else None


def broken(page: Page) -> str | None:
    """What says that the server has failed, though the status does not; None when nothing does."""
    for text in (page.title, page.heading):
        if _BROKEN.match(text) and page.is_brief(_SHORT):
            return f"says “{text}”"
    return None


def is_login(url: str) -> bool:
    """Whether `url` is a sign-in page."""
    return _LOGIN.match(url) is not None


def asks_to_return(url: str, page: Page) -> bool:
    """Whether `url` has to be told where to go back to after a password was given."""
    return _RETURN.search(url) is not None and has_sign_in_form(page)


def has_sign_in_form(page: Page) -> bool:
    """Whether somebody is asked for a password."""
    return "password" in page.lower and _PASSWORD.search(page.lower) is not None
