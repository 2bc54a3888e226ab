"""What a page looks like that is not the page: sign-in pages, and "not found" with a 200.

Tables of signs, each narrow enough not to cry wolf: an article about 404 pages is no 404 page. A
sign that many a good page has counts only on a page with little else to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from safelinks.addresses.urls import Address, split
from safelinks.foundation.patterns import pattern_of
from safelinks.health.judgement.missing_page_phrases import APOLOGIES, ENGLISH, says_missing, words
from safelinks.health.judgement.visible_page import Page

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
]

_SHORT = 1_500  # characters that are seen: more is a page of its own
_BARE = 400
_WORDS = 80
_FEW = 2_000
_SMALL = 20_000  # characters of source in which it is worth while to look for what is seen

_TITLE_PARTS = pattern_of(r"\s+[–—-]\s+|\s*[|｜•·»]\s*|(?<=404):\s+")
_MISSING_PATH = pattern_of(
    r"/(?:[^/?]*error[^/?]*/)[^?]*404|/error-?_?404|^[^/]+/404(?:\.[a-z]{2,5})?/?(?:$|\?)"
    r"|[?&]aspxerrorpath=|/page-?not-?found|^[^/]+/not-?found(?:\.[a-z]{2,5})?/?(?:$|\?)"
    r"|/cgi-sys/suspendedpage\.cgi",
    re.IGNORECASE,
)
_LOOKED_AT = 2_000  # characters of an address
# An address that speaks of these things itself may well lead to a page about them.
_SPEAKS_OF_IT = pattern_of(r"(?<![a-z0-9])404(?![a-z0-9])|not[-_ +%20]*found", re.IGNORECASE)
# What a page may say that is not there; many others say it as well.
_MAY_BE_MISSING = pattern_of(
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
_FRONT = pattern_of(r"/?(?:(?:index|default|home)(?:\.[a-z]{2,5})?/?)?", re.IGNORECASE)
_HOME = pattern_of(
    r"/?(?:site/?)?(?:[a-z]{2}(?:[-_][a-z]{2})?/){0,2}(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?"
    r"(?:(?:index|default|home|main|welcome)(?:\.[a-z]{2,5})?/?)?",
    re.IGNORECASE,
)
_WWW = pattern_of(r"www\d?\.")

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
_PARKING_MARKS = pattern_of(
    r"(?:sedoparking|parkingcrew|bodis|parklogic|hugedomains|afternic|uniregistry|skenzo)\."
    r"(?:com|net)|domain[-_]?park|parking-?lander|data-adblockkey|location\.href\s*=\s*\"/lander\""
)
_FOR_SALE = pattern_of(
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
_MAINTENANCE = pattern_of(
    r"\b(?:down|closed|offline|unavailable|undergoing|under|performing)\b[\w ]{0,30}"
    r"\bmaintenance\b"
    r"|\bmaintenance mode\b|\b(?:we.ll|we will) be (?:right )?back (?:soon|shortly)\b",
    re.IGNORECASE,
)

_BROKEN = pattern_of(
    r"(?:error establishing a database connection|database error|runtime error|server error in )",
    re.IGNORECASE,
)

_LOGIN = pattern_of(
    r"https?://(?:login\.microsoftonline\.(?:com|us)|login\.live\.com|login\.windows\.net"
    r"|accounts\.google\.com|login\.gov|secure\.login\.gov|id\.atlassian\.com"
    r"|[a-z0-9.-]+\.(?:okta|okta-gov|oktapreview|auth0|onelogin|b2clogin|pingone)\.com"
    r"|[^/]+/adfs/ls|[^?#]+\?(?:[^#]*&)?SAMLRequest=|[^?#]+/_forms/default\.aspx"
    r"|(?>[^?#]+?/_layouts/)[^?#]*(?:authenticate|accessdenied|signin)\.aspx"
    r"|[^/?#]+/(?:[^?#]*/)?(?:login|log-in|logon|signin|sign-in|sign_in|sso|saml2?|idp|oauth2?"
    r"|openid-connect)(?:\.[a-z]{2,5})?(?:[/?#]|$))",
    re.IGNORECASE,
)
_RETURN = pattern_of(
    r"[?&](?:return|redirect|next|continue|goto|back)[a-z_]*=|[?&][a-z_]*returnurl=", re.IGNORECASE
)
_PASSWORD = pattern_of(r"type\s*=\s*[\"']?password\b")


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
    if _is_missing(page.title) and _says(ENGLISH, page.title):
        return f"title “{page.title}”"
    brief = None
    for kind, text in (("title", page.title), ("heading", page.heading)):
        if _is_missing(text):
            brief = page.is_brief(_SHORT) if brief is None else brief
            if brief or (kind == "title" and _is_missing(page.heading)):
                return f"{kind} “{text}”"
    # What people see takes long to find out, so it is only looked at where it may say something.
    size = len(page.source)
    small = size <= _FEW or (size <= _SMALL and page.holds_any(_MISSING_MARKS))
    if small and page.is_brief(_WORDS) and _is_missing(page.words):
        return f"says “{page.words}” and nothing else"
    return None


@lru_cache(maxsize=256)  # of the titles and headings of one page, and of one site
def _is_missing(text: str, most: int = 1) -> bool:
    """Whether `text` says that a page is missing, in any language, beside the name of a site."""
    return _says(ENGLISH, text, most) or _has(says_missing, text, most)


def _says(titles: frozenset[str], text: str, most: int = 1) -> bool:
    """Whether one of `titles` is all that `text` says, beside `most` names as those of sites."""
    return _has(partial(_is_one, titles), text, most)


def _has(is_one: Callable[[str], bool], text: str, most: int) -> bool:
    if not text:
        return False
    parts = _TITLE_PARTS.split(text)
    others = sum(not is_one(part) for part in parts)
    return is_one(text) or (others < len(parts) and others <= most)


def _is_one(titles: frozenset[str], text: str) -> bool:
    said = words(text)
    return said in titles or APOLOGIES.sub("", said, count=1) in titles


def may_be_missing(url: str, page: Page) -> bool:
    """Whether a page speaks of something missing: no proof, but worth a question.

    What a script makes says nothing before it has run.
    """
    if _SPEAKS_OF_IT.search(url[:_LOOKED_AT]):
        return False
    if any(_is_missing(one, most=3) for one in (page.title, page.heading)):
        return not page.is_shell
    said = _MAY_BE_MISSING.search(f"{page.title}\n{page.heading}") is not None
    if not said and (len(page.source) > _SMALL or not page.holds_any(_MISSING_MARKS)):
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


def parked(url: str, final: str, page: Page) -> str | None:
    """What says that the domain is for sale, or parked until it is; None when nothing does."""
    host = split(final).host
    if _is_parking(host) and not _is_parking(split(url).host):
        return f"leads to {host}"
    if len(page.source) > _SMALL or not page.holds_any(("domain", "sale", "parking", "/lander")):
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
    if not page.holds_any(("maintenance", "be back", "right back", "temporarily unavailable")):
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
    """Whether `url` must be told where to go back to after a password was given."""
    return _RETURN.search(url) is not None and has_sign_in_form(page)


def has_sign_in_form(page: Page) -> bool:
    """Whether somebody is asked for a password."""
    return "password" in page.lower and _PASSWORD.search(page.lower) is not None
