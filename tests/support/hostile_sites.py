"""What the servers of the fault matrix answer over plain HTTP, by row; "/page" is the link.

No path speaks of what it is about: an address that says "404" or "login" itself is judged by other
rules.
"""

from __future__ import annotations

import asyncio
import gzip
import math
import time
import zlib
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from functools import cache
from itertools import repeat

from hostile import (
    ANY,
    ON_ACCEPT,
    Behaviour,
    Page,
    Site,
    Talk,
    drip,
    flood,
    hang,
    reset,
    then_listens,
)
from web import answer, html

__all__ = ["OK", "SITES", "moved"]

OK = html("A fine page")
_HTML = "Content-Type: text/html"
_HEAD_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"


def moved(status: int, location: str, *headers: str) -> bytes:
    return answer(f"{status} Elsewhere", "", f"Location: {location}", *headers)


def page(body: str, *headers: str, status: str = "200 OK") -> bytes:
    return answer(status, body, _HTML, *headers)


def to_head(misbehaviour: Page) -> Site:
    """A page that is fine to GET, and something else to HEAD."""

    async def behave(talk: Talk) -> None:
        if talk.asked.method != "HEAD":
            await talk.send(OK)
        elif isinstance(misbehaviour, bytes):
            await talk.send(misbehaviour.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        else:
            await misbehaviour(talk)

    return {ANY: behave}


async def _body_after_head(talk: Talk) -> None:
    """Answers HEAD with a body that looks like the answer to the next request."""
    body = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    fine = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
    await talk.send(fine + body)
    talk.keep = True


def first_then(first: bytes, then: bytes) -> Site:
    """One answer to the first request for a page, another to all that follow."""

    async def behave(talk: Talk) -> None:
        await talk.send(first if talk.web.count(talk.asked.path) == 1 else then)

    return {"/page": behave}


async def _until_a_date(talk: Talk) -> None:
    """429 with the date of the next whole second but one, then 200."""
    if talk.web.count("/page") > 1:
        await talk.send(OK)
        return
    date = formatdate(math.ceil(time.time()) + 1, usegmt=True)
    await talk.send(answer("429 Too Many Requests", "", f"Retry-After: {date}"))


async def _once_the_cookie_is_back(talk: Talk) -> None:
    if talk.asked.headers.get("cookie") == "seen=1":
        await talk.send(OK)
    else:
        await talk.send(moved(302, "/page", "Set-Cookie: seen=1; Path=/"))


async def _always_further(talk: Talk) -> None:
    await talk.send(moved(302, f"/page/{len(talk.web.asked)}"))


async def _close(talk: Talk) -> None:
    await talk.reader.readuntil(b"\r\n\r\n")


async def _closes_idle_connections(talk: Talk) -> None:
    """Answers the first request of a connection and keeps it; the second finds it closed."""
    before = [one for one in talk.web.asked if one.connection == talk.number]
    if len(before) == 1:
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        talk.keep = True


async def _not_more_than_two(talk: Talk) -> None:
    """429 whenever more than two requests are open at once."""
    if talk.web.open[talk.asked.host] > 2:
        await talk.send(answer("429 Too Many Requests"))
        return
    await asyncio.sleep(0.02)
    await talk.send(OK)


_BOMB_SIZE = 10_000_000_000
_BOMB_PIECE = 1_000_000


@cache
def _bomb_parts() -> tuple[bytes, bytes]:
    """The start of a gzip stream, and a piece of it that may follow again and again."""
    stream = zlib.compressobj(wbits=31)
    start = stream.compress(b"<title>A fine page</title>") + stream.flush(zlib.Z_FULL_FLUSH)
    piece = stream.compress(bytes(_BOMB_PIECE)) + stream.flush(zlib.Z_FULL_FLUSH)
    return start, piece


async def _bomb(talk: Talk) -> None:
    start, piece = _bomb_parts()
    head = _HEAD_OK + b"Content-Encoding: gzip\r\n\r\n" + start
    await flood(head, lambda: repeat(piece, _BOMB_SIZE // _BOMB_PIECE))(talk)


def _nested_gzip() -> bytes:
    body = b"<title>Page not found</title>"
    for _ in range(20):
        body = gzip.compress(body)
    encodings = b"gzip, " * 19 + b"gzip"
    return _HEAD_OK + b"Content-Encoding: " + encodings + b"\r\n\r\n" + body


def _huge_header() -> Iterator[bytes]:
    yield from repeat(b"x" * 10_000, 100)
    yield b"\r\nContent-Length: 0\r\n\r\n"


def _many_headers() -> Iterator[bytes]:
    yield from repeat(b"X-Again: 1\r\n" * 1_000, 100)
    yield b"\r\n"


def _early_hints() -> Iterator[bytes]:
    return repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 10)


# Title: commands to a terminal, marks that turn text around, and a command to a build service.
_ESCAPES = "A \x1b]0;owned\x07\x1b[2J\x1b[31m\u202egnp.exe\u2066 \u200fpage\x9b2J"
_COMMANDS = (
    "A page%0A::error::injected\n::error::injected\r::error::injected ](javascript:alert(1)) =cmd()"
)

_ARTICLE = "<p>" + "A good page says what is missing and where to go from here. " * 200
_AKAMAI = (
    "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n"
    'You don\'t have permission to access "http&#58;&#47;&#47;a&#46;example&#47;" on this server.'
    "<P>\nReference&#32;&#35;18&#46;2f0c1002&#46;1712345678&#46;1a2b3c4d\n</BODY>\n</HTML>\n"
)
_PARKED = (
    "<!DOCTYPE html><html><head><title>fine-pages.example - This website is for sale! - "
    "fine pages Resources and Information.</title>"
    '<script src="https://img.sedoparking.com/templates/bg/script.js"></script></head><body>'
    "<h1>fine-pages.example</h1><p>This domain is for sale! "
    '<a href="https://sedo.com/search/details/?domain=fine-pages.example">Buy this domain</a></p>'
    "<p>This webpage was generated by the domain owner using Sedo Domain Parking.</p></body></html>"
)
_CAPTCHA = (
    "<html><head><title>Verify you are human</title>"
    '<script src="https://www.google.com/recaptcha/api.js" async defer></script></head><body>'
    '<form method="post"><div class="g-recaptcha" data-sitekey="6Lc"></div></form></body></html>'
)
_SIGN_IN = (
    "<html><head><title>City portal</title></head><body><form method='post'>"
    "<input name='user'><input type='password' name='pass'><button>Sign in</button>"
    "</form></body></html>"
)
_MAINTENANCE = (
    "<html><head><title>Down for maintenance</title></head><body>"
    "<h1>We are down for maintenance</h1><p>Please come back later.</p></body></html>"
)


def _always(status: str, *headers: str) -> Site:
    return {ANY: answer(status, "", *headers)}


def _to(status: int, location: str) -> Site:
    """A redirect from the page to one that lives."""
    return {"/page": moved(status, location), "/new/place": OK}


def _titled(title: str) -> Site:
    """A page with that title, and one whose title is told in the report, as it says "not found"."""
    return {"/page": html(title), "/other": html(f"Page not found | {title}")}


def _on_accept(behaviour: Behaviour) -> Site:
    return {ON_ACCEPT: behaviour}


SITES: Mapping[str, Site] = {
    "ok": {"/page": OK},
    "ok-204": {"/page": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"},
    "head-405": to_head(answer("405 Method Not Allowed", "", "Allow: GET")),
    "head-501": to_head(answer("501 Not Implemented")),
    "head-404": to_head(answer("404 Not Found")),
    "head-403": to_head(answer("403 Forbidden")),
    "head-hang": to_head(hang),
    "head-reset": to_head(reset),
    "head-body": to_head(_body_after_head),
    "404": _always("404 Not Found"),
    "410": _always("410 Gone"),
    "301": _to(301, "/new/place"),
    "308": _to(308, "/new/place"),
    "302": _to(302, "/new/place"),
    "301-302": _to(301, "/between") | {"/between": moved(302, "/new/place")},
    "302-301": _to(302, "/between") | {"/between": moved(301, "/new/place")},
    "301-slash": {"/page": moved(301, "/page/"), "/page/": OK},
    "301-404": {"/page": moved(301, "/nowhere")},
    "loop": {"/page": moved(302, "/back"), "/back": moved(302, "/page")},
    "loop-self-cookie": {"/page": _once_the_cookie_is_back},
    "endless": {ANY: _always_further},
    "no-location": {"/page": answer("302 Found")},
    "location-relative": {"/section/page": moved(301, "../new/place"), "/new/place": OK},
    "location-junk": {
        "/page": moved(301, "/new place/\u00fc\x1bc"),
        "/new%20place/%C3%BC%1Bc": OK,
    },
    "location-mailto": _to(302, "mailto:a@b.example"),
    "location-private": _to(302, "http://169.254.169.254/latest/meta-data/"),
    "location-fragment": _to(301, "/new/place#part"),
    "location-file": _to(302, "file:///etc/passwd"),
    "500-then-200": first_then(answer("500 Internal Server Error"), OK),
    "500": _always("500 Internal Server Error"),
    "503-retry-after": first_then(answer("503 Unavailable", "", "Retry-After: 1"), OK),
    "429-retry-after": first_then(answer("429 Too Many", "", "Retry-After: 1"), OK),
    "429-date": {"/page": _until_a_date},
    "429-long": _always("429 Too Many Requests", "Retry-After: 86400"),
    "429": _always("429 Too Many Requests"),
    "401": _always("401 Unauthorized", 'WWW-Authenticate: Basic realm="a"'),
    "403": _always("403 Forbidden"),
    "403-akamai": {"/page": page(_AKAMAI, "Server: AkamaiGHost", status="403 Forbidden")},
    "403-cloudflare": _always("403 Forbidden", "cf-mitigated: challenge", "Server: cloudflare"),
    "202-waf": _always("202 Accepted", "x-amzn-waf-action: challenge"),
    "999": _always("999 Request Denied"),
    "451": _always("451 Unavailable For Legal Reasons"),
    "418": _always("418 I'm a teapot"),
    "ratelimit-403": _always("403 Forbidden", "x-ratelimit-remaining: 0"),
    "login": {"/page": moved(302, "/login?returnUrl=%2Fpage"), "/login": page(_SIGN_IN)},
    "login-200": {"/page": page(_SIGN_IN)},
    "captcha": {"/page": page(_CAPTCHA)},
    "maintenance": {"/page": page(_MAINTENANCE, "Retry-After: 3600")},
    "parked": {"/page": page(_PARKED)},
    "soft-404-title": {"/page": html("Page not found")},
    "soft-404-path": {
        "/page": moved(302, "/Error/Error404?aspxerrorpath=/page"),
        "/Error/Error404": html("City portal"),
    },
    "soft-404-home": {ANY: moved(301, "/"), "/": html("City portal")},
    "article-about-404": {"/page": page(f"<title>How to design a 404 page</title>{_ARTICLE}")},
    "reset": _on_accept(reset),
    "close": _on_accept(_close),
    "connect-hang": _on_accept(hang),
    "drip-headers": {"/page": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x", 0.1)},
    "drip-body": {"/page": drip(_HEAD_OK + b"\r\n<title>A fine page</title>", b"x", 0.1)},
    "endless-body": {"/page": flood(_HEAD_OK + b"\r\n", lambda: repeat(b"x" * 16_384))},
    "bomb": {"/page": _bomb},
    "huge-header": {"/page": flood(b"HTTP/1.1 200 OK\r\nX-Huge: ", _huge_header)},
    "many-headers": {"/page": flood(b"HTTP/1.1 200 OK\r\n", _many_headers)},
    "garbage": {"/page": b"\x00\x01\xfe\xff nonsense\r\n\x00\r\n\r\n"},
    "http09": {"/page": b"<html><title>A fine page</title></html>\n"},
    "ssh": _on_accept(then_listens(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "status-099": {
        "/page": b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "/other": b"HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    },
    "flood-103": {"/page": flood(b"", _early_hints)},
    "early-hints": {"/page": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + OK},
    "bad-length": {"/page": _HEAD_OK + b"Content-Length: 99999\r\n\r\n<title>A fine page</title>"},
    "bad-chunk": {"/page": _HEAD_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<title>\r\n"},
    "bad-charset": {
        "/page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=nonsense\r\n"
        b"Connection: close\r\n\r\n<title>\xff\xfe\x80 page</title>"
    },
    "nested-gzip": {"/page": _nested_gzip()},
    "title-escape": _titled(_ESCAPES),
    "annotation": _titled(_COMMANDS),
    "cold-keepalive": {ANY: _closes_idle_connections},
    "per-host-429": {ANY: _not_more_than_two},
}
