"""Warming up: what answers need is loaded and compiled once, for all processes that answer."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pkgutil import walk_packages

from starlette.types import ASGIApp, Message

from safelinks import documents, reports

__all__ = ["warm_up"]

_BOUNDARY = b"boundary"
_SAMPLE = """From: a@example.org
MIME-Version: 1.0
Content-Type: text/html

<p>See <a href="https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.nyc.gov%2Fpip">this</a>
and https://www.nyc.gov/site/mocs/ or nyc.gov/finance, http://www.nyc.gov.example/
and the Payee Information Portal.</p>
"""
_NAMES = ("notice.eml", "notice.txt", "notice.md")
_ASKED = (
    ("/", None),
    ("/download/clean", None),
    ("/download/fixed", None),
    *(("/download/report", format_name) for format_name in ("html", "json", "csv")),
)


def warm_up(app: ASGIApp) -> None:
    """Load what reads documents and writes reports, and let `app` answer a few requests.

    They ask nobody. No thread is left behind, so that the process may be forked.
    """
    for package in (documents, reports):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(found.name)
    for path, format_name in _ASKED:
        asyncio.run(_post(app, path, format_name))


async def _post(app: ASGIApp, path: str, format_name: str | None) -> None:
    body = _form(format_name)
    kind = b"multipart/form-data; boundary=" + _BOUNDARY
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"offline=1",
        "root_path": "", "headers": [(b"content-type", kind), (b"host", b"localhost")],
        "client": None, "server": None,
    }  # fmt: skip
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(_: Message) -> None:
        pass

    await app(scope, receive, send)


def _form(format_name: str | None) -> bytes:
    """A form with a text and files."""
    parts = [(b'name="text"', _SAMPLE)]
    parts += [(f'name="files"; filename="{name}"'.encode(), _SAMPLE) for name in _NAMES]
    if format_name is not None:
        parts.append((b'name="format"', format_name))
    disposition = b"Content-Disposition: form-data; "
    made = [
        b"--%b\r\n%b%b\r\n\r\n%b\r\n" % (_BOUNDARY, disposition, head, content.encode())
        for head, content in parts
    ]
    return b"".join(made) + b"--%b--\r\n" % _BOUNDARY
