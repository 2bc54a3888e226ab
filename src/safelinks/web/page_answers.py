"""The answers that are for a browser: the page, its stream of results, and files to be saved."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from safelinks.checks.pipeline import Check
from safelinks.checks.report import Report
from safelinks.web.check_answers import (
    EVENTS,
    GONE,
    CheckStream,
    Emit,
    checked_and_fixed,
    report_file,
    reports_as_text,
    sse,
    whole_report,
)
from safelinks.web.check_desk import CheckDesk, VisitorGoneError, while_there
from safelinks.web.cleaned_files import CleanedFile, attachment, one_file
from safelinks.web.page import PageView, counts_html, row_html, whole_page
from safelinks.web.page_counts import page_counts
from safelinks.web.page_rows import numbers_by_key, page_row, page_rows
from safelinks.web.page_texts import PageTexts
from safelinks.web.problem_answers import texts_for
from safelinks.web.problems import ProblemError
from safelinks.web.submissions import Submission, submission_of

__all__ = [
    "answer_checked",
    "answer_page",
    "answer_results",
    "answer_stream",
    "checked_download",
    "clean_download",
    "fixed_download",
    "report_download",
]


def _texts_of(request: Request) -> PageTexts:
    return texts_for(request.scope)


async def answer_page(request: Request, desk: CheckDesk) -> Response:
    """The page with its form."""
    texts = _texts_of(request)
    return HTMLResponse(whole_page(PageView(), texts, desk.room.settings.root_path))


async def answer_results(request: Request, desk: CheckDesk, *, asks: bool = False) -> Response:
    """The page with what is known of a submission; where it `asks`, with verdicts."""
    root = desk.room.settings.root_path
    texts = _texts_of(request)
    try:
        async with submission_of(request, desk.room.settings) as sent:
            if asks:
                async with desk.seat():
                    view = await while_there(request.receive, _checked_view(desk, sent, texts))
            else:
                check = await desk.room.check(sent)
                view = await _view(desk, sent, check, await desk.report(check, sent), texts)
            html = await desk.room.run(partial(whole_page, view, texts, root))
        return HTMLResponse(html)
    except VisitorGoneError:
        return Response(status_code=GONE)


async def _checked_view(desk: CheckDesk, sent: Submission, texts: PageTexts) -> PageView:
    check = await desk.room.check(sent)
    await desk.ask_all(check)
    report = await desk.report(check, sent)
    view = await _view(desk, sent, check, report, texts)
    view.status = texts.interrupted if report.interrupted else texts.checked
    view.counts = page_counts(report)
    return view


async def _view(
    desk: CheckDesk, sent: Submission, check: Check, report: Report, texts: PageTexts
) -> PageView:
    """What the page shows of a report, and the text that was pasted with its real links."""
    clean = None
    if sent.text.strip():
        pasted = Submission(sent.text, keep_redirectors=sent.keep_redirectors, words=sent.words)
        clean = (await desk.room.cleaned(pasted))[0].content.decode("utf-8", "replace")
    rows = await desk.room.run(lambda: tuple(page_rows(check, report, texts)))
    return PageView(
        text=sent.text,
        rows=rows,
        clean_text=clean,
        notes=report.notes,
        show_recipients=sent.show_recipients,
        keep_redirectors=sent.keep_redirectors,
        several_files=len(report.files) > 1,
    )


async def answer_checked(request: Request, desk: CheckDesk) -> Response:
    """The page with verdicts, for whoever has no script."""
    return await answer_results(request, desk, asks=True)


async def answer_stream(request: Request, desk: CheckDesk) -> Response:
    """What the page shows while a check runs, as events."""
    return CheckStream(desk, EVENTS, partial(_page_events, desk, _texts_of(request)))


async def _page_events(desk: CheckDesk, texts: PageTexts, sent: Submission, emit: Emit) -> None:
    check = await desk.room.check(sent, keep_texts=True)
    view = await _view(desk, sent, check, await desk.report(check, sent), texts)
    root = desk.room.settings.root_path
    await emit(sse("page", [await desk.room.run(partial(whole_page, view, texts, root))]))
    numbers, everything = numbers_by_key(check), len(check.addresses)
    groups = list(check.collection.groups.values())
    done = 0
    await emit(sse("progress", {"done": done, "all": everything}))
    async with aclosing(desk.outcomes(check)) as outcomes:
        async for outcome in outcomes:
            if outcome is None:
                await emit(": \n\n")
                continue
            done += 1
            for key, (row, _) in check.assessment.of_each(outcome):
                if key not in numbers:
                    continue
                number = numbers[key]
                shown = page_row(number, row, groups[number], texts)
                html = row_html(shown, texts, several_files=view.several_files)
                await emit(sse("row", {"number": number, "html": html}))
            await emit(sse("progress", {"done": done, "all": everything}))
    report = await desk.report(check, sent)
    told = {
        "status": texts.interrupted if report.interrupted else texts.checked,
        "counts": counts_html(page_counts(report), texts),
        "reports": await reports_as_text(desk, report),
        "fixed": await _fixed_file(desk, sent, check, report),
    }
    await emit(sse("end", told))


async def _fixed_file(
    desk: CheckDesk, sent: Submission, check: Check, report: Report
) -> tuple[str, str] | None:
    """The name of the fixed document and its bytes in Base64; None where it cannot be written."""
    if report.interrupted:
        return None
    try:
        files = await desk.room.fixed(sent, check)
    except ProblemError:
        return None
    name, content = await desk.room.run(partial(one_file, files))
    return name, b64encode(content).decode()


# --- Files to be saved ---


async def clean_download(request: Request, desk: CheckDesk) -> Response:
    """The files of a submission, cleaned: one as it is, several as an archive."""
    async with submission_of(request, desk.room.settings) as sent:
        cleaned = await desk.room.cleaned(sent)
    return await _download(desk, cleaned)


async def fixed_download(request: Request, desk: CheckDesk) -> Response:
    """The files of a submission, checked and fixed."""
    async with submission_of(request, desk.room.settings) as sent:
        try:
            async with desk.seat():
                return await while_there(request.receive, _fixed_download(desk, sent))
        except VisitorGoneError:
            return Response(status_code=GONE)


async def _fixed_download(desk: CheckDesk, sent: Submission) -> Response:
    return await _download(desk, await checked_and_fixed(desk, sent))


async def _download(desk: CheckDesk, files: Sequence[CleanedFile]) -> Response:
    name, content = await desk.room.run(partial(one_file, files))
    kind = "application/zip" if len(files) > 1 else "application/octet-stream"
    return attachment(content, kind, name)


async def report_download(request: Request, desk: CheckDesk, *, asks: bool = False) -> Response:
    """The report on a submission as a file; without asking anybody, unless it `asks`."""
    async with submission_of(request, desk.room.settings) as sent:
        name = sent.words.get("format", "html")
        if not asks:
            check = await desk.room.check(sent, keep_texts=name == "html")
            return await report_file(desk, await desk.report(check, sent), name, saved=True)
        try:
            async with desk.seat():
                return await while_there(
                    request.receive, whole_report(desk, sent, name, saved=True)
                )
        except VisitorGoneError:
            return Response(status_code=GONE)


async def checked_download(request: Request, desk: CheckDesk) -> Response:
    """The report of a check as a file, for whoever has no script."""
    return await report_download(request, desk, asks=True)
