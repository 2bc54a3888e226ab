"""The application: routes to answers, behind the gate."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from safelinks.catalog import Catalog
from safelinks.checks.pipeline import Check
from safelinks.health.checker import Checker
from safelinks.reports.json_report import schema
from safelinks.web import json_answers, page_answers
from safelinks.web.check_answers import answer_check, answer_fix
from safelinks.web.check_desk import CheckDesk
from safelinks.web.gate import Gate
from safelinks.web.metrics import AnsweredRequest, Metrics
from safelinks.web.nursery import CAN_FORK, OUT_OF_MEMORY, TOO_MUCH, Nursery
from safelinks.web.openapi import openapi
from safelinks.web.page import ASSETS, asset
from safelinks.web.problem_answers import problem_answer
from safelinks.web.problems import ProblemError, problem_of_status, server_mistake
from safelinks.web.reading import ReadingRoom
from safelinks.web.request_processes import RequestProcesses
from safelinks.web.warm_up import warm_up
from safelinks.web.web_settings import WebSettings

__all__ = ["web_app"]

_CHECKING = frozenset(
    {"/api/check", "/api/fix", "/check", "/stream", "/download/checked", "/download/fixed"}
)


def web_app(
    settings: WebSettings,
    catalog: Catalog,
    checker: Callable[[Check], Checker] = lambda check: Checker(catalog=check),
    *,
    on_answer: Callable[[AnsweredRequest], object] = lambda _: None,
    forks: bool = False,
) -> ASGIApp:
    """The page and its API. `checker` makes whoever asks; `on_answer` hears of each answer.

    Where it `forks`, each post is answered in a process of its own. That has to be asked for while
    this process has one thread.
    """
    counts = Metrics()
    forks = forks and CAN_FORK
    room = ReadingRoom(settings, catalog, in_threads=not forks)
    desk = CheckDesk(room, counts, checker)
    routes = _routes(room, desk, counts)

    def heard(answer: AnsweredRequest) -> None:
        counts.count(answer)
        on_answer(answer)

    async def problem(request: Request, error: Exception) -> Response:
        """The answer to a request that is refused, or that went wrong."""
        told = _problem_of(error)
        request.scope[OUT_OF_MEMORY] = _is_short_of_memory(error)
        headers, body = problem_answer(told, request.scope, settings.root_path)
        return Response(body, told.kind.status, headers)

    refused = (ProblemError, HTTPException, MemoryError, Exception)
    application: ASGIApp = Starlette(
        routes=routes, exception_handlers=dict.fromkeys(refused, problem)
    )
    if forks:
        warm_up(application)
        nursery = Nursery(application, lambda: counts.links_checked, lambda: counts.has_asked)
        application = RequestProcesses(application, desk, nursery, _CHECKING)
    answer = partial(problem_answer, root=settings.root_path)
    return Gate(application, settings, frozenset(route.path for route in routes), answer, heard)


def _is_short_of_memory(error: Exception) -> bool:
    """Whether there was not enough memory: also for the stack of a thread, or for the system."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    no_thread = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return isinstance(error, MemoryError) or no_thread


def _problem_of(error: Exception) -> ProblemError:
    """What to tell of an error."""
    if isinstance(error, ProblemError):
        return error
    if _is_short_of_memory(error):
        return ProblemError("too-much", TOO_MUCH)
    if isinstance(error, HTTPException):
        return problem_of_status(error.status_code, error.detail, error.headers)
    return server_mistake()


def _routes(room: ReadingRoom, desk: CheckDesk, counts: Metrics) -> list[Route]:
    async def metrics(_: Request) -> Response:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return Response("".join(counts.lines()), headers={"Content-Type": kind})

    async def description(_: Request) -> Response:
        return JSONResponse(openapi(room.settings))

    at_desk = {
        "/": page_answers.answer_results,
        "/check": page_answers.answer_checked,
        "/stream": page_answers.answer_stream,
        "/download/clean": page_answers.clean_download,
        "/download/report": page_answers.report_download,
        "/download/checked": page_answers.checked_download,
        "/download/fixed": page_answers.fixed_download,
        "/api/check": answer_check,
        "/api/fix": answer_fix,
    }
    in_room = {
        "/api/unwrap": json_answers.answer_unwrap,
        "/api/identify": json_answers.answer_identify,
        "/api/clean": json_answers.answer_clean,
    }
    return [
        Route("/", partial(page_answers.answer_page, desk=desk), methods=["GET"]),
        *(Route(path, partial(one, desk=desk), methods=["POST"]) for path, one in at_desk.items()),
        *(Route(path, partial(one, room=room), methods=["POST"]) for path, one in in_room.items()),
        Route("/healthz", _health, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/openapi.json", description, methods=["GET"]),
        Route("/report.schema.json", _schema, methods=["GET"]),
        *(Route(f"/assets/{name}", _asset, methods=["GET"]) for name in ASSETS),
    ]


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _schema(_: Request) -> Response:
    return Response(schema(), media_type="application/schema+json")


async def _asset(request: Request) -> Response:
    found = asset(request.url.path.rpartition("/")[2])
    if found is None:
        raise ProblemError("not-found", "There is no such file.")
    kind, content = found
    return Response(content, headers={"Content-Type": kind, "Cache-Control": "max-age=300"})
