"""The gate in front of the application: what every request must pass, and every answer carries.

It knows HTTP, not links. What it refuses, it refuses before a body is read; a body is counted, and
timed, while it comes.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from attrs import field
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safelinks.foundation.values import define
from safelinks.web.metrics import AnsweredRequest
from safelinks.web.problems import ProblemError, server_mistake, size_in_units
from safelinks.web.web_settings import WebSettings, is_loopback_name

__all__ = ["SECURITY_HEADERS", "Gate"]

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_OPEN = frozenset({"/healthz"})  # without a token: a probe has none
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1
_SAME_SITE = frozenset({"same-origin", "none"})
_MOST_DRAINED = 20  # times as large as a request may be
_CHALLENGE = 'Basic realm="safelinks", charset="UTF-8"'


@define
class Gate:
    """An application behind `settings`; `on_answer` hears of every answer: to which of `paths`.

    `problem_answer` gives headers and body for a problem with a request.
    """

    app: ASGIApp
    settings: WebSettings
    paths: Collection[str]
    problem_answer: Callable[[ProblemError, Scope], tuple[Mapping[str, str], bytes]]
    on_answer: Callable[[AnsweredRequest], object]
    _names: frozenset[str] = field(init=False)

    @_names.default
    def _known_names(self) -> frozenset[str]:
        return frozenset(name.strip("[]").lower() for name in self.settings.names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return  # no WebSockets, and nothing to do at start and end
        scope = {**scope, "path": self._path(scope["path"]), "root_path": ""}
        begun = time.perf_counter()
        sent = _Sent(send)
        body = _Body(receive, self.settings, scope)
        kind = ""
        try:
            self._refuse(scope)
            await self.app(scope, body.receive, sent.send)
        except ProblemError as error:
            if error.kind.status == 413:
                await body.drain()
            await self._tell(error, scope, sent)
        except Exception as error:  # noqa: BLE001  whatever it is, its text may quote a document
            kind = type(error).__name__
            await self._tell(server_mistake(), scope, sent)
        finally:
            route = scope["path"] if scope["path"] in self.paths else "other"
            took = time.perf_counter() - begun
            self.on_answer(
                AnsweredRequest(scope["method"], route, sent.status, sent.size, took, kind)
            )

    async def _tell(self, error: ProblemError, scope: Scope, sent: _Sent) -> None:
        """Answer with a problem, unless an answer has begun: then it ends there."""
        if sent.status:
            await sent.end()
            return
        headers, body = self.problem_answer(error, scope)
        headers = {**headers, "Content-Length": str(len(body))}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await sent.send(
            {"type": "http.response.start", "status": error.kind.status, "headers": raw}
        )
        shown = b"" if scope["method"] == "HEAD" else body
        await sent.send({"type": "http.response.body", "body": shown})

    def _path(self, path: str) -> str:
        """The path below the root, whether a proxy has taken the root off or not."""
        root = self.settings.root_path
        return path[len(root) :] or "/" if root and f"{path}/".startswith(f"{root}/") else path

    def _refuse(self, scope: Scope) -> None:
        """Raise ProblemError for a request that must not come further."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host):
            raise ProblemError(
                "wrong-host", "This server answers only to its own name. --name adds one."
            )
        if self.settings.token is not None and scope["path"] not in _OPEN:
            _require(self.settings.token, headers)
        if scope["method"] not in _SAFE:
            self._refuse_other_sites(headers, host)
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self.settings.most_bytes:
            raise _too_large(self.settings)

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this server: other names are DNS rebinding."""
        name = _host_name(host)
        if name in self._names:
            return True
        return name == self.settings.host.strip("[]").lower() or is_loopback_name(name)

    def _refuse_other_sites(self, headers: Headers, host: str) -> None:
        """Raise ProblemError for a post that a page of another site has made.

        With `no-referrer`, browsers say "null" as the origin of a plain form; then Fetch Metadata
        tells. A program that is no browser sends neither.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if site is not None and site not in _SAME_SITE:
            raise _cross_site()
        if origin is None or (origin == "null" and site == "same-origin"):
            return
        authority = _authority(origin)
        if authority is None or not (authority == host.lower() or self._is_known(authority, host)):
            raise _cross_site()

    def _is_known(self, authority: str, host: str) -> bool:
        """Whether an origin has a name of this server, and is none of another port of it.

        A proxy may pass another Host on, or one without its port.
        """
        name = _host_name(authority)
        is_port = name != _host_name(host) or ":" not in host.rpartition("]")[2]
        return name in self._names and is_port


def _authority(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in ("http", "https") else None


def _host_name(host: str) -> str:
    """The name in a Host header, without its port (RFC 9110, 7.2)."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def _cross_site() -> ProblemError:
    return ProblemError("cross-site", "Only the page of this server itself may send this.")


def _require(token: str, headers: Headers) -> None:
    """Raise ProblemError unless the token is there, as Bearer or as the password of Basic."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    elif scheme.lower() != "bearer":
        given = ""
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise ProblemError(
            "token",
            "Send the token of this server as a Bearer token, or as the password in a browser.",
            {"WWW-Authenticate": _CHALLENGE},
        )


def _too_large(settings: WebSettings) -> ProblemError:
    most = size_in_units(settings.most_bytes)
    return ProblemError(
        "too-large", f"A request may have at most {most}.", {"Connection": "close"}, most=most
    )


@define
class _Body:
    """The body of a request as it comes, which is neither too long nor too slow."""

    _receive: Receive
    settings: WebSettings
    scope: Scope
    _size: int = 0
    _is_whole: bool = False
    _until: float = field(init=False)

    @_until.default
    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self.settings.body_seconds

    async def receive(self) -> Message:
        """The next message."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise ProblemError(
                "slow-body",
                f"A request must arrive within {self.settings.body_seconds:g} seconds.",
                {"Connection": "close"},
            ) from None
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._size > self.settings.most_bytes:
                raise _too_large(self.settings)
        return message

    async def drain(self) -> None:
        """Take the rest and drop it: browsers look at no answer before all of it is sent.

        Not more than a person may have chosen by mistake, and not of who waits to be told to send.
        """
        headers = Headers(scope=self.scope)
        length = headers.get("content-length", "0")
        most = _MOST_DRAINED * self.settings.most_bytes
        if "expect" in headers or not length.isdecimal() or int(length) > most:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                while not self._is_whole and self._size <= most:
                    message = await self._receive()
                    self._size += len(message.get("body", b""))
                    self._is_whole = not message.get("more_body", False)


@define
class _Sent:
    """What is sent, with the headers that every answer has."""

    _send: Send
    status: int = 0
    size: int = 0
    _is_whole: bool = False

    async def send(self, message: Message) -> None:
        """Pass on a message of an answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        else:
            self.size += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
        await self._send(message)

    async def end(self) -> None:
        """End an answer that has begun."""
        if not self._is_whole:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
