"""The answers that need a check: the report in several formats, or its lines as they come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from safelinks.checks.pipeline import Check
from safelinks.checks.report import Report
from safelinks.reports.json_objects import dumped
from safelinks.reports.jsonl_report import JsonLines
from safelinks.reports.rendering import render
from safelinks.web.check_desk import CheckDesk, VisitorGoneError, while_there
from safelinks.web.cleaned_files import CleanedFile, attachment
from safelinks.web.json_answers import JSON_LINES, documents_answer, wants
from safelinks.web.problems import ProblemError
from safelinks.web.submissions import Submission, submission_of

__all__ = [
    "EVENTS",
    "GONE",
    "CheckStream",
    "Emit",
    "answer_check",
    "answer_fix",
    "checked_and_fixed",
    "report_file",
    "reports_as_text",
    "sse",
    "whole_report",
]

Emit = Callable[[str], Awaitable[None]]
EVENTS = "text/event-stream"
GONE = 499  # nobody sees it but the log
# Formats in which a report can be had, with content type and file name.
_FORMATS: Mapping[str, tuple[str, str]] = {
    "json": ("application/json", "links.json"),
    "jsonl": (JSON_LINES, "links.jsonl"),
    "csv": ("text/csv; charset=utf-8", "links.csv"),
    "html": ("text/html; charset=utf-8", "links.html"),
}
_OF_PAGE = ("html", "csv", "json")


def sse(event: str, data: object) -> str:
    """One server-sent event, whose data is JSON on one line."""
    return f"event: {event}\ndata: {data if isinstance(data, str) else dumped(data)}\n\n"


class CheckStream(Response):
    """An answer that is written while a check runs, and ends where its visitor has gone.

    `tell` writes it, piece by piece. Until its first piece, a problem can still be the answer.
    """

    def __init__(
        self,
        desk: CheckDesk,
        kind: str,
        tell: Callable[[Submission, Emit], Coroutine[Any, Any, None]],
    ) -> None:
        self.desk, self.kind, self.tell = desk, kind, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, and answer it."""
        has_begun = False

        async def emit(text: str) -> None:
            nonlocal has_begun
            if not has_begun:
                has_begun = True
                raw = [(b"content-type", self.kind.encode()), (b"x-accel-buffering", b"no")]
                await send({"type": "http.response.start", "status": 200, "headers": raw})
            body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
            await send(body)

        request = Request(scope, receive)
        async with submission_of(request, self.desk.room.settings) as sent:
            try:
                async with self.desk.seat():
                    await while_there(receive, self.tell(sent, emit))
            except VisitorGoneError:
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def answer_check(request: Request, desk: CheckDesk) -> Response:
    """The report of a check, or what becomes of it as it comes."""
    kind = wants(request)
    chosen = request.query_params.get("format")
    if chosen is None and kind == "jsonl":
        return CheckStream(desk, JSON_LINES, partial(_lines, desk))
    if chosen is None and kind == "sse":
        return CheckStream(desk, EVENTS, partial(_events, desk))
    async with submission_of(request, desk.room.settings) as sent:
        name = sent.words.get("format", "json")
        _require_format(name)
        try:
            async with desk.seat():
                return await while_there(request.receive, whole_report(desk, sent, name))
        except VisitorGoneError:
            return Response(status_code=GONE)


def _require_format(name: str) -> None:
    if name not in _FORMATS:
        raise ProblemError("bad-request", f"format must be one of {', '.join(_FORMATS)}.")


async def whole_report(
    desk: CheckDesk, sent: Submission, name: str, *, saved: bool = False
) -> Response:
    """The report of a check of what was sent. Raises ProblemError."""
    _require_format(name)
    check = await desk.room.check(sent, keep_texts=name == "html")
    if not sent.offline:
        await desk.ask_all(check)
    return await report_file(desk, await desk.report(check, sent), name, saved=saved)


async def answer_fix(request: Request, desk: CheckDesk) -> Response:
    """A text or one file, checked, with addresses in force, as `check --fix` writes it."""
    async with submission_of(request, desk.room.settings) as sent:
        if sent.urls:
            raise ProblemError("bad-request", "Send a text or a file; /api/unwrap takes addresses.")
        try:
            async with desk.seat():
                files = await while_there(request.receive, checked_and_fixed(desk, sent))
        except VisitorGoneError:
            return Response(status_code=GONE)
        return documents_answer(request, sent, files)


async def checked_and_fixed(desk: CheckDesk, sent: Submission) -> list[CleanedFile]:
    """The files of a submission, fixed by what a check says of them. Raises ProblemError."""
    check = await desk.room.check(sent)
    if not sent.offline:
        await desk.ask_all(check)
    if (await desk.report(check, sent)).interrupted:
        raise ProblemError(
            "too-much", "The check has reached its time limit, so nothing is known to be fixed."
        )
    return await desk.room.fixed(sent, check)


async def report_file(
    desk: CheckDesk, report: Report, name: str, *, saved: bool = False
) -> Response:
    """A report in a format; one for people is saved and not shown, `saved` says so of any."""
    _require_format(name)
    kind, file = _FORMATS[name]
    content = await desk.room.run(lambda: "".join(render(report, name)).encode())
    if saved or name in ("html", "csv"):
        return attachment(content, kind, file)
    return Response(content, headers={"Content-Type": kind})


async def reports_as_text(desk: CheckDesk, report: Report) -> dict[str, tuple[str, str]]:
    """A report in the formats that the page offers: content type and text, by name."""
    return await desk.room.run(
        lambda: {name: (_FORMATS[name][0], "".join(render(report, name))) for name in _OF_PAGE}
    )


async def _lines(desk: CheckDesk, sent: Submission, emit: Emit) -> None:
    """The lines of `--format jsonl`, as they come."""
    check = await desk.room.check(sent)
    await _told(desk, check, sent, emit)


async def _events(desk: CheckDesk, sent: Submission, emit: Emit) -> None:
    """The same lines as events; with the option `reports`, the last event has whole reports."""
    check = await desk.room.check(sent, keep_texts=sent.reports)

    async def tell(line: str) -> None:
        # Every line of ours begins so: {"type": "link", …
        await emit(sse(line.split('"', 4)[3], line.rstrip("\n")) if line.strip() else ": \n\n")

    report = await _told(desk, check, sent, tell)
    if sent.reports:
        await emit(sse("reports", await reports_as_text(desk, report)))


async def _told(desk: CheckDesk, check: Check, sent: Submission, tell: Emit) -> Report:
    lines = JsonLines(check.assessment, check.mark)
    for line in lines.begin():
        await tell(line)
    if not sent.offline:
        async with aclosing(desk.outcomes(check)) as outcomes:
            async for outcome in outcomes:
                for line in ("\n",) if outcome is None else lines.of(outcome):
                    await tell(line)
    report = await desk.report(check, sent)
    for line in lines.end(report):
        await tell(line)
    return report
