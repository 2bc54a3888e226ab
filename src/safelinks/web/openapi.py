"""The API as OpenAPI 3.1 describes it, made of the tables that the server goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safelinks.foundation.values import frozen
from safelinks.version import __version__
from safelinks.web.problems import PROBLEMS
from safelinks.web.web_settings import WebSettings

__all__ = ["openapi"]

_Schema = dict[str, object]
_JSON, _LINES = "application/json", "application/x-ndjson"
_TEXT: _Schema = {"type": "string"}
_FLAG: _Schema = {"type": "boolean", "default": False}
_URLS: Mapping[str, _Schema] = {
    "url": {"type": "string", "description": "One address."},
    "urls": {"type": "array", "items": _TEXT, "description": "Several addresses."},
}
_PASTED: Mapping[str, _Schema] = {"text": {"type": "string", "description": "A text with links."}}
_PEOPLE = {"show_recipients": {**_FLAG, "description": "Show whom links were sent to."}}
_KEEP = {
    "keep_redirectors": {**_FLAG, "description": "Unwrap only links of security services."},
}
_CHECK = {
    "offline": {**_FLAG, "description": "Ask nobody."},
    "reports": {**_FLAG, "description": "Add whole reports to the last event."},
}
_RESULTS: _Schema = {
    "type": "object",
    "required": ["results"],
    "properties": {"results": {"type": "array", "items": {"type": "object"}}},
}
_CLEANED: _Schema = {
    "type": "object",
    "required": ["text", "left"],
    "properties": {"text": _TEXT, "left": {"type": "array", "items": _TEXT}},
}
_REPORT: _Schema = {"$ref": "report.schema.json"}
_FILE: _Schema = {"type": "string", "format": "binary"}


@frozen
class _Operation:
    """A path of the API: what it does, what JSON it takes, what it answers by content type."""

    path: str
    summary: str
    takes: Mapping[str, _Schema]
    answers: Mapping[str, _Schema]
    problems: Sequence[str]
    takes_files: bool = False


_ALWAYS = ("bad-request", "unknown-option", "nothing-sent", "token", "cross-site", "slow-body",
           "too-large", "too-many-files", "too-much", "busy", "wrong-host", "server")  # fmt: skip
_OPERATIONS = (
    _Operation(
        "/api/unwrap",
        "The target of each address, and what is known of its wrappers.",
        {**_URLS, **_PEOPLE, **_KEEP},
        {_JSON: _RESULTS, _LINES: _TEXT},
        ("content-type", "too-many-links"),
    ),
    _Operation(
        "/api/identify",
        "Which resource each address is, and by which rule.",
        _URLS,
        {_JSON: _RESULTS, _LINES: _TEXT},
        ("content-type", "too-many-links"),
    ),
    _Operation(
        "/api/clean",
        "A text or a file with targets in the place of wrapped links.",
        {**_PASTED, **_KEEP},
        {_JSON: _CLEANED, "text/plain": _TEXT, "application/octet-stream": _FILE},
        ("unreadable", "not-writable"),
        takes_files=True,
    ),
    _Operation(
        "/api/fix",
        "A text or a file, checked, with targets and addresses in force in the place of others.",
        {**_PASTED, **_KEEP, "offline": _CHECK["offline"]},
        {_JSON: _CLEANED, "text/plain": _TEXT, "application/octet-stream": _FILE},
        ("unreadable", "not-writable", "too-many-links"),
        takes_files=True,
    ),
    _Operation(
        "/api/check",
        "Whether links work: the report, or its lines as they come.",
        {**_URLS, **_PASTED, **_PEOPLE, **_KEEP, **_CHECK},
        {_JSON: _REPORT, _LINES: _TEXT, "text/event-stream": _TEXT, "text/csv": _TEXT,
         "text/html": _TEXT},
        ("unreadable", "too-many-links"),
        takes_files=True,
    ),
)  # fmt: skip


def openapi(settings: WebSettings) -> dict[str, object]:
    """The description of the API of a server with these settings."""
    components: dict[str, object] = {"schemas": {"Problem": _problem_schema()}}
    described: dict[str, object] = {
        "openapi": "3.1.0",
        "info": {"title": "safelinks", "version": __version__},
        "servers": [{"url": settings.root_path or "/"}],
        "paths": {one.path: {"post": _operation(one)} for one in _OPERATIONS},
        "components": components,
    }
    if settings.token is not None:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"token": []}]
    return described


def _operation(one: _Operation) -> dict[str, object]:
    properties = dict(one.takes)
    content: dict[str, object] = {
        _JSON: {"schema": {"type": "object", "properties": properties}},
        "text/plain": {"schema": _TEXT},
    }
    if one.takes_files:
        files = {"files": {"type": "array", "items": _FILE}}
        content["multipart/form-data"] = {
            "schema": {"type": "object", "properties": {**properties, **files}}
        }
        content["application/octet-stream"] = {"schema": _FILE}
    answers = {kind: {"schema": schema} for kind, schema in one.answers.items()}
    return {
        "operationId": one.path.rpartition("/")[2],
        "summary": one.summary,
        "parameters": [*_parameters(one)],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "The answer.", "content": answers}, **_refusals(one)},
    }


def _parameters(one: _Operation) -> Sequence[dict[str, object]]:
    """Options in the address: for bodies that are a text or a file, which have no other place."""
    words: dict[str, _Schema] = {}
    if one.takes_files:
        words["name"] = {"type": "string", "description": "The name of the text or file."}
    if "text/csv" in one.answers:
        words["format"] = {"enum": ["json", "jsonl", "csv", "html"]}
    flags = {name: schema for name, schema in one.takes.items() if schema.get("type") == "boolean"}
    options = {**flags, **words}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in options.items()]


def _refusals(one: _Operation) -> dict[str, object]:
    """The problems of an operation, by their status."""
    titles: dict[str, list[str]] = {}
    for name in (*_ALWAYS, *one.problems):
        kind = PROBLEMS[name]
        titles.setdefault(str(kind.status), []).append(f"`{name}`: {kind.title}.")
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": " ".join(told), "content": problem}
        for status, told in sorted(titles.items())
    }


def _problem_schema() -> _Schema:
    """RFC 9457, 3.1."""
    types = [f"urn:safelinks:problem:{name}" for name in PROBLEMS]
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"enum": types},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
        },
    }
