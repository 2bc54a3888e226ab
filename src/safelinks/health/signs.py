"""What a page looks like that is not the page: walls, sign-in pages, and "not found" with a 200.

Tables of signs, each narrow enough not to cry wolf: an article about 404 pages is no 404 page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

__all__ = ["is_login", "missing", "title", "wall", "without_session"]

_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)

# Titles of pages that are not there, without punctuation: the whole title, or the whole part of it
# before or behind the name of the site. Nothing shorter, or an article about them would be one.
_MISSING_TITLES = frozenset(
    {
        "404",
        "404 error",
        "404 error page not found",
        "404 file not found",
        "404 file or directory not found",
        "404 not found",
        "404 page not found",
        "error 404",
        "error 404 not found",
        "error 404 page not found",
        "file not found",
        "http 404",
        "http 404 not found",
        "http error 404",
        "not found",
        "object not found",
        "page can not be found",
        "page cannot be found",
        "page does not exist",
        "page doesnt exist",
        "page no longer available",
        "page not available",
        "page not found",
        "page not found 404",
        "sorry page not found",
        "the page cannot be found",
        "the page you requested was not found",
        "this page cannot be found",
        "this page does not exist",
    }
)
_PUNCTUATION = re.compile(r"[^\w\s]+")
_TITLE_PARTS = re.compile(r"\s+[–—-]\s+|\s*[|•·»]\s*")
_MISSING_PATH = re.compile(
    r"/(?:[^/?]*error[^/?]*/)[^?]*404|/error-?_?404|^[^/]+/404(?:\.[a-z]{2,5})?/?(?:$|\?)"
    r"|[?&]aspxerrorpath=|/page-?not-?found|^[^/]+/not-?found(?:\.[a-z]{2,5})?/?(?:$|\?)",
    re.IGNORECASE,
)
# An address that speaks of these things itself may well lead to a page about them.
_SPEAKS_OF_IT = re.compile(r"404|not[-_ +%20]*found", re.IGNORECASE)

# Headers that only a challenge has; bodies that come with a status of refusal.
_WALL_HEADERS: Mapping[str, str | None] = {
    "cf-mitigated": "challenge",
    "x-amzn-waf-action": None,
    "x-datadome": None,
}
_WALL_BODIES = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for name, pattern in (
        ("Akamai", rb"<title>\s*Access Denied\s*</title>.{0,2000}Reference\s*&?#"),
        ("Incapsula", rb"_Incapsula_Resource"),
        ("DataDome", rb"captcha-delivery\.com"),
        ("Cloudflare", rb"<title>\s*Just a moment\.\.\.\s*</title>"),
    )
)
_WALL_STATUSES = frozenset({200, 202, 403, 405, 429, 503})

_LOGIN = re.compile(
    r"https?://(?:login\.microsoftonline\.(?:com|us)|login\.live\.com|accounts\.google\.com"
    r"|[a-z0-9-]+\.okta(?:-gov)?\.com|[^/]+/adfs/ls|[^/?#]+/(?:[^?#]*/)?(?:login|log-in|signin"
    r"|sign-in|sso|saml2?|idp)(?:\.[a-z]{2,5})?(?:[/?#]|$))",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"(?:;|(?<=[?&])|^)(?:jsessionid|phpsessid|sessionid|session_id|sid|cfid|cftoken)=[^;&?#]*&?",
    re.IGNORECASE,
)


def title(body: bytes) -> str:
    """The title of an HTML page, white space folded; empty when it has none."""
    match = _TITLE.search(body)
    text = match[1].decode("utf-8", "replace") if match else ""
    return " ".join(html.unescape(text).split())


def missing(url: str, final: str, body: bytes) -> str | None:
    """What says that the page is not there, though the status does not; None when nothing does.

    `url` is the address that was asked, `final` where its redirects ended.
    """
    if _SPEAKS_OF_IT.search(url):
        return None
    if _MISSING_PATH.search(final.partition("://")[2]) and final != url:
        return final
    shown = title(body)
    parts = [_words(part) for part in _TITLE_PARTS.split(shown)]
    # The site's name may stand beside it; a title that says more than that is of a real page.
    others = [part for part in parts if part not in _MISSING_TITLES]
    found = _words(shown) in _MISSING_TITLES or (len(others) < len(parts) and len(others) <= 1)
    return f"title “{shown}”" if found else None


def _words(text: str) -> str:
    return " ".join(_PUNCTUATION.sub("", text).lower().split())


def wall(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """Which wall against robots answered; None when none did."""
    if status == 999:
        return "status 999"
    for name, value in _WALL_HEADERS.items():
        if name in headers and (value is None or value in headers[name].lower()):
            return f"header {name}"
    if status in _WALL_STATUSES:
        for name, pattern in _WALL_BODIES:
            if pattern.search(body):
                return f"page of {name}"
    return None


def is_login(url: str) -> bool:
    """Whether `url` is a sign-in page."""
    return _LOGIN.match(url) is not None


def without_session(text: str) -> str:
    """`text`, part of an address, without session ids."""
    return _SESSION.sub("", text)
