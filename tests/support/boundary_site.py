"""The two hosts of the boundary cases, on the loopback interface, as their table says.

`h.example` and `pre.example` are one server: what a path answers does not depend on the host, but
for the root. The table stands in `tests/data/boundaries/README.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from web import answer

__all__ = ["page_of"]

_WORDS = (
    "<title>A page</title><h1>A page</h1>" + "<p>Words that say what this page is about.</p>" * 30
)
_LIVING = {"a b.pdf", "foo_bar", "x(y)", "R|S", "line/two"}
_LANGUAGES = {
    "es": "Página no encontrada", "zh": "找不到页面", "ru": "Страница не найдена",
    "ko": "페이지를 찾을 수 없습니다", "ar": "الصفحة غير موجودة", "bn": "পৃষ্ঠাটি পাওয়া যায়নি",
    "ht": "Paj la pa jwenn", "pl": "Nie znaleziono strony", "ja": "ページが見つかりません",
    "nl": "Pagina niet gevonden",
}  # fmt: skip
_WALLS = {
    "imunify": "<title>One moment, please...</title><h1>Please wait while your request is being verified...</h1>",
    "sgcaptcha": '<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F&y=ipc:1"></meta>',
    "radware": "<title>Radware Bot Manager Captcha</title><p>We apologize for the inconvenience...</p>",
    "goaway": '<title>Checking you are not a bot</title><link href="/.well-known/.git.gammaspectra.live/x.css"><p>Protected by go-away</p>',
    "amazon": '<title>Robot Check</title><form method="get" action="/errors/validateCaptcha"></form>',
}
_ANUBIS = (
    '<title>Making sure you&#39;re not a bot!</title><script id="anubis_challenge" type="application/json">{}'
    '</script><link rel="stylesheet" href="/.within.website/x/xess/xess.css"><script src="/.within.website/x/cmd/anubis/static/js/main.mjs"></script>'
)


def _moved(to: str) -> bytes:
    return answer("301 Moved Permanently", "", f"Location: {to}")


def _found(body: str = _WORDS, status: str = "200 OK", *headers: str) -> bytes:
    return answer(status, body, "Content-Type: text/html; charset=utf-8", *headers)


_MISSING = answer("404 Not Found", "<title>404</title>", "Content-Type: text/html")


def _in_words(language: str) -> bytes:
    words = _LANGUAGES[language]
    return _found(f'<html lang="{language}"><title>{words}</title><h1>{words}</h1></html>')


def _at_once(end: str) -> bytes:
    to = "/nothere" if end == "404" else "/ok"
    return _found(f'<meta http-equiv="refresh" content="0; url={to}">')


Page = Callable[[str, str], bytes]  # given what follows in the path, and the query


def _always(page: bytes) -> Page:
    return lambda _, __: page


def _only(page: bytes) -> Page:
    """The page, for a path without anything behind."""
    return lambda rest, _: _MISSING if rest else page


# By the beginning of the path, first come first served.
_PAGES: tuple[tuple[str, Page], ...] = (
    ("/s404", _always(_MISSING)),
    ("/docs", _always(_MISSING)),
    ("/sp/", lambda rest, _: _found() if unquote(rest) in _LIVING else _MISSING),
    ("/w/a_b", _only(_found())),
    ("/w/a%20b", _only(_found())),
    ("/w/a", _only(_moved("/ok"))),
    ("/old/", lambda rest, _: _moved(f"/new/{rest}")),
    ("/notq/", lambda _, query: _found() if query == "a=1&b=2" else _MISSING),
    ("/rate", _always(answer("429 Too Many Requests", "", "Retry-After: 3600"))),
    ("/metarefresh", lambda rest, _: _at_once(rest)),
    ("/l404/", lambda rest, _: _in_words(rest)),
    ("/wall/sgcaptcha", _always(_found(_WALLS["sgcaptcha"], "202 Accepted"))),
    ("/wall/", lambda rest, _: _found(_WALLS[rest])),
    ("/anubis", _always(_found(_ANUBIS))),
    ("/ok", _always(_found())),
    ("/new", _always(_found())),
)


def page_of(host: str, target: str) -> bytes:
    """What `host` answers to a request for `target`, a path with its query."""
    parts = urlsplit(target)
    if host.startswith("pre."):
        return _MISSING
    for begins, page in _PAGES:
        if parts.path.startswith(begins):
            return page(parts.path.removeprefix(begins), parts.query)
    return _found() if parts.path == "/" else _MISSING
