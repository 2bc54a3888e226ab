"""Requests to the web page without a server: the application is called as a server calls it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from safelinks.catalog import Catalog
from safelinks.checks.pipeline import Check
from safelinks.health.checker import Checker
from safelinks.health.model.policy import Policy
from safelinks.web.app import web_app
from safelinks.web.web_settings import WebSettings

HOST = "127.0.0.1:8765"
_BASE = f"http://{HOST}"


def on_loopback(check: Check) -> Checker:
    """Who asks addresses of this machine, too."""
    return Checker(Policy(allow_private=True, retries=0), catalog=check)


def app_of(*, loopback: bool = False, **settings: Any) -> ASGIApp:  # noqa: ANN401  what WebSettings takes
    """The application, with these settings."""
    made = WebSettings(**settings)
    if loopback:
        return web_app(made, Catalog.nyc(), on_loopback)
    return web_app(made, Catalog.nyc())


def ask(app: ASGIApp, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
    """The whole answer to one request."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=_BASE) as client:
            return await client.request(method, path, **request)

    return asyncio.run(asked())


def post(app: ASGIApp, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
    return ask(app, "POST", path, **request)


def scope_of(path: str, **headers: str) -> dict[str, Any]:
    """A POST as a server hands it over."""
    raw = {"host": HOST, "content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in raw.items()],
        "client": None, "server": ("127.0.0.1", 8765),
    }  # fmt: skip


async def post_and_leave(
    app: ASGIApp, path: str, body: bytes, when: Callable[[str], Awaitable[bool]], **headers: str
) -> str:
    """What is sent of an answer to somebody who goes as soon as `when` is true of it."""
    gone = asyncio.Event()
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    told: list[str] = []

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message.get("body", b"").decode())

    async def leave() -> None:
        while not await when("".join(told)):  # noqa: ASYNC110  another thread makes it true
            await asyncio.sleep(0.005)
        gone.set()

    leaving = asyncio.create_task(leave())
    await app(scope_of(path, **headers), receive, send)
    leaving.cancel()
    return "".join(told)
