"""The answers that are for a browser: the page, its stream of results, and files to be saved."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from tempfile import SpooledTemporaryFile

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from safelinks.checks.pipeline import Check
from safelinks.checks.report import Report
from safelinks.web.check_answers import EVENTS, CheckStream, Emit, report_file, reports_as_text, sse
from safelinks.web.check_desk import CheckDesk, VisitorGoneError, while_there
from safelinks.web.json_answers import attachment, file_answer
from safelinks.web.page import PageView, language_of, row_html, whole_page
from safelinks.web.page_rows import numbers_by_target, page_row, page_rows
from safelinks.web.page_texts import PageTexts
from safelinks.web.problems import ProblemError
from safelinks.web.reading import CleanedFile
from safelinks.web.submissions import PASTED, Submission, submission_of

__all__ = [
    "answer_checked",
    "answer_page",
    "answer_results",
    "answer_stream",
    "clean_download",
    "report_download",
]

_ARCHIVE = "clean-documents.zip"
_IN_MEMORY = 1 << 20


def _texts_of(request: Request) -> PageTexts:
    """The texts in the language of a visitor."""
    accepted = request.headers.get("accept-language", "")
    return language_of(request.query_params.get("lang"), accepted)


async def answer_page(request: Request, desk: CheckDesk) -> Response:
    """The page with its form."""
    texts = _texts_of(request)
    return HTMLResponse(whole_page(PageView(), texts, desk.room.settings.root_path))


async def answer_results(request: Request, desk: CheckDesk, *, asks: bool = False) -> Response:
    """The page with what is known of a submission; where it `asks`, with verdicts.

    Problems are told on the page, too.
    """
    root = desk.room.settings.root_path
    texts = _texts_of(request)
    try:
        async with submission_of(request, desk.room.settings) as sent:
            if asks:
                async with desk.seat():
                    view = await while_there(request.receive, _checked_view(desk, sent, texts))
            else:
                check = await desk.room.check(sent)
                view = await _view(desk, sent, check, await desk.report(check, sent))
            html = await desk.room.run(partial(whole_page, view, texts, root))
        return HTMLResponse(html)
    except VisitorGoneError:
        return Response(status_code=499)
    except ProblemError as error:
        if error.kind.status == 413 or error.kind.name == "slow-body":
            raise  # not all of it was read, so the connection has to end
        view = PageView(problem=f"{error.kind.title}. {error.detail}")
        html = whole_page(view, texts, root)
        return HTMLResponse(html, error.kind.status, dict(error.headers))


async def _checked_view(desk: CheckDesk, sent: Submission, texts: PageTexts) -> PageView:
    check = await desk.room.check(sent)
    async with aclosing(desk.outcomes(check)) as outcomes:
        async for _ in outcomes:
            pass
    view = await _view(desk, sent, check, await desk.report(check, sent))
    view.status = texts.checked
    return view


async def _view(desk: CheckDesk, sent: Submission, check: Check, report: Report) -> PageView:
    """What the page shows of a report, and the text that was pasted with its real links."""
    clean = None
    if sent.text.strip():
        pasted = Submission(sent.text, keep_redirectors=sent.keep_redirectors, words=sent.words)
        clean = (await desk.room.cleaned(pasted))[0].content.decode("utf-8", "replace")
    rows = await desk.room.run(lambda: tuple(page_rows(check, report)))
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
    view = await _view(desk, sent, check, await desk.report(check, sent))
    root = desk.room.settings.root_path
    await emit(sse("page", [await desk.room.run(partial(whole_page, view, texts, root))]))
    numbers, everything = numbers_by_target(check), len(check.addresses)
    groups = list(check.collection.groups.values())
    done = 0
    await emit(sse("progress", {"done": done, "all": everything}))
    async with aclosing(desk.outcomes(check)) as outcomes:
        async for outcome in outcomes:
            if outcome is None:
                await emit(": \n\n")
                continue
            done += 1
            judged = check.assessment.of(outcome)
            for number, (row, _) in zip(numbers.get(outcome.url, ()), judged, strict=False):
                shown = page_row(number, row, groups[number])
                html = row_html(shown, texts, several_files=view.several_files)
                await emit(sse("row", {"number": number, "html": html}))
            await emit(sse("progress", {"done": done, "all": everything}))
    report = await desk.report(check, sent)
    await emit(sse("end", {"reports": await reports_as_text(desk, report)}))


# --- Files to be saved ---


async def clean_download(request: Request, desk: CheckDesk) -> Response:
    """The files of a submission, cleaned: one as it is, several as an archive."""
    async with submission_of(request, desk.room.settings) as sent:
        cleaned = await desk.room.cleaned(sent)
    if len(cleaned) == 1:
        return file_answer(cleaned[0])
    archive = await desk.room.run(partial(_archive, cleaned))
    return attachment(archive, "application/zip", _ARCHIVE)


def _archive(files: Sequence[CleanedFile]) -> bytes:
    """The files in a ZIP archive; a large one is in a private file while it is made."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as made:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                name = "pasted-text.txt" if file.name == PASTED else file.name
                archive.writestr(name, file.content)
        made.seek(0)
        return made.read()


async def report_download(request: Request, desk: CheckDesk) -> Response:
    """The report on a submission, without asking anybody, as a file."""
    async with submission_of(request, desk.room.settings) as sent:
        name = sent.words.get("format", "html")
        check = await desk.room.check(sent, keep_texts=name == "html")
        report = await desk.report(check, sent)
    return await report_file(desk, report, name, saved=True)
