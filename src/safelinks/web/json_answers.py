"""The answers of the API that need no network: unwrap, identify and clean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from safelinks.catalog import Catalog
from safelinks.errors import SafelinksError
from safelinks.reports.catalog_report import match_data
from safelinks.reports.json_objects import dumped
from safelinks.reports.unwrap_objects import lost_target_object, unwrapped_object
from safelinks.web.cleaned_files import CleanedFile, attachment
from safelinks.web.problems import ProblemError
from safelinks.web.reading import ReadingRoom
from safelinks.web.submissions import Submission, submission_of
from safelinks.web.web_settings import WebSettings
from safelinks.wrappers.unwrapping import unwrap

__all__ = [
    "JSON_LINES",
    "answer_clean",
    "answer_identify",
    "answer_unwrap",
    "documents_answer",
    "wants",
]

JSON_LINES = "application/x-ndjson"
_JSON_LINES_NAMES = (JSON_LINES, "application/jsonl", "application/json-lines")


def wants(request: Request) -> str:
    """`jsonl`, `sse`, or `json`: what the Accept header asks for."""
    accepted = request.headers.get("accept", "")
    if "text/event-stream" in accepted:
        return "sse"
    return "jsonl" if any(name in accepted for name in _JSON_LINES_NAMES) else "json"


async def answer_unwrap(request: Request, room: ReadingRoom) -> Response:
    """What each address leads to."""
    async with submission_of(request, room.settings) as sent:
        urls = _addresses(sent, room.settings)
        made = await room.run(partial(_unwrapped, urls, sent, room.catalog))
    return _objects(request, made)


async def answer_identify(request: Request, room: ReadingRoom) -> Response:
    """What each address is."""
    async with submission_of(request, room.settings) as sent:
        urls = _addresses(sent, room.settings)
        made = await room.run(partial(_identified, urls, room.catalog))
    return _objects(request, made)


async def answer_clean(request: Request, room: ReadingRoom) -> Response:
    """A text or one file, with targets in the place of wrappers."""
    async with submission_of(request, room.settings) as sent:
        if sent.urls:
            raise ProblemError("bad-request", "Send a text or a file; /api/unwrap takes addresses.")
        cleaned = await room.cleaned(sent)
        return documents_answer(request, sent, cleaned)


def documents_answer(request: Request, sent: Submission, files: Sequence[CleanedFile]) -> Response:
    """The one text or file of a submission, with other addresses in it. Raises ProblemError."""
    if len(files) != 1:
        raise ProblemError("bad-request", "Send one text or one file.")
    if sent.files:
        kind = "application/octet-stream"
        return attachment(files[0].content, kind, files[0].saved_as)
    text = files[0].content.decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith("text/plain"):
        return Response(text, media_type="text/plain")
    return JSONResponse({"text": text, "left": list(files[0].left)})


def _addresses(sent: Submission, settings: WebSettings) -> Sequence[str]:
    """The addresses of a submission: those of `urls`, and one a line of the text."""
    if sent.files:
        raise ProblemError("content-type", "Send addresses as JSON, or as text, one on each line.")
    lines = (line.strip() for line in sent.text.splitlines())
    urls = [*sent.urls, *filter(None, lines)]
    if len(urls) > settings.most_links:
        raise ProblemError(
            "too-many-links",
            f"At most {settings.most_links:,} addresses can be sent at once.",
            most=str(settings.most_links),
        )
    return urls


def _unwrapped(urls: Iterable[str], sent: Submission, catalog: Catalog) -> list[dict[str, object]]:
    made = []
    for url in urls:
        try:
            unwrapped = unwrap(url, keep_redirectors=sent.keep_redirectors)
        except SafelinksError as error:
            made.append(lost_target_object(url, error, show=sent.show_recipients))
        else:
            match = catalog.identify(unwrapped.target)
            made.append(unwrapped_object(unwrapped, match, show=sent.show_recipients))
    return made


def _identified(urls: Iterable[str], catalog: Catalog) -> list[dict[str, object]]:
    return [match_data(catalog.identify(url), catalog.suspicions(url)) for url in urls]


def _objects(request: Request, objects: list[dict[str, object]]) -> Response:
    """Objects as one JSON value, or one a line."""
    if wants(request) == "jsonl":
        return Response("".join(dumped(one) + "\n" for one in objects), media_type=JSON_LINES)
    return Response(json.dumps({"results": objects}), media_type="application/json")
