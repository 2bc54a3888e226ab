"""The server: uvicorn around the application, until it is stopped.

It says where it listens once it does, and closes connections that say nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from safelinks.errors import SetupError
from safelinks.web.web_settings import WebSettings

__all__ = ["serve"]

_HEAD_SECONDS = 10  # to send the head of a request
_KEEP_ALIVE = 5
_LARGEST_HEAD = 16_384
_GRACE = 3  # seconds for answers under way when the server is stopped


class _ImpatientProtocol(H11Protocol):
    """HTTP/1.1 on connections that are closed when no request comes: uvicorn waits for ever."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._close_if_silent)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
        super().connection_lost(exc)

    def _close_if_silent(self) -> None:
        has_begun = getattr(self, "cycle", None) is not None
        if not has_begun and not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_start: Callable[[int], object]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._on_start(self.servers[0].sockets[0].getsockname()[1])


class MakesApp(Protocol):
    """Makes the application, which forks: it is called before there are threads."""

    def __call__(self, *, forks: bool) -> ASGIApp:
        """The application."""


def serve(make: MakesApp, settings: WebSettings, on_start: Callable[[int], object]) -> None:
    """Serve until SIGINT or SIGTERM; `on_start` hears the port. Raises SetupError."""
    _allow_many_connections()
    app = make(forks=True)
    config = uvicorn.Config(
        app,
        settings.host,
        settings.port,
        http=_ImpatientProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    server = _Server(config, on_start)
    try:
        server.run()
    except SystemExit:
        if server.started:  # it was ended by SIGTERM
            raise
        raise SetupError(
            f"{settings.host}:{settings.port} cannot be listened on; another program may use it: "
            "choose another --port"
        ) from None


def _allow_many_connections() -> None:
    """Let this process have as many connections as the system allows it at all."""
    if os.name != "posix":
        return
    import resource  # noqa: PLC0415  Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
