"""How a problem is told: as a page to people, as problem details (RFC 9457) to programs."""

from __future__ import annotations

import json

from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

from safelinks.web.page import language_of, problem_page
from safelinks.web.page_texts import PageTexts
from safelinks.web.problems import ProblemError

__all__ = ["problem_answer", "texts_for"]

_PAGE = "text/html; charset=utf-8"
_PROBLEM = "application/problem+json"
_OF_PAGE = frozenset({"/", "/check"})
_OF_PROGRAMS = ("/api/", "/healthz", "/metrics")


def texts_for(scope: Scope) -> PageTexts:
    """The texts in the language of a visitor."""
    query = QueryParams(scope.get("query_string", b""))
    return language_of(query.get("lang"), Headers(scope=scope).get("accept-language", ""))


def problem_answer(error: ProblemError, scope: Scope, root: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of the answer to a request that is refused."""
    told = {"Vary": "Accept, Accept-Language", **error.headers}
    if _is_for_people(scope):
        page = problem_page(error, texts_for(scope), root)
        return {"Content-Type": _PAGE, **told}, page.encode()
    return {"Content-Type": _PROBLEM, **told}, json.dumps(error.as_object()).encode()


def _is_for_people(scope: Scope) -> bool:
    """Whether a browser shows the answer: what is posted by the form, or asked for as HTML."""
    path = scope["path"]
    if path.startswith(_OF_PROGRAMS):
        return False
    accepted = Headers(scope=scope).get("accept", "")
    return "text/html" in accepted or (path in _OF_PAGE and "json" not in accepted)
