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

_HEAD_SECONDS = 10.0  # to send the head of a request
_TAKE_SECONDS = 30.0  # to take the next part of an answer, and its last part
_KEEP_ALIVE = 5
_LARGEST_HEAD = 16_384
_MOST_CONNECTIONS = 2_000
_GRACE = 3  # seconds for answers under way when the server is stopped


class _ImpatientProtocol(H11Protocol):
    """HTTP/1.1 on connections that end when no request comes, or nobody takes the answer.

    uvicorn waits for both for ever, and keeps what nobody takes in memory.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _taking_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > _MOST_CONNECTIONS:
            transport.abort()
        else:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._head_timer, self._taking_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait_for_head()
        if self.transport.is_closing():
            self._wait_for_taking()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._wait_for_taking()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_taking()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._taking_timer is not None and not self.transport.is_closing():
            self._taking_timer.cancel()

    def _wait_for_head(self) -> None:
        """Close the connection unless another request has begun in time."""
        before = getattr(self, "cycle", None)

        def close() -> None:
            if getattr(self, "cycle", None) is before and not self.transport.is_closing():
                self.transport.close()
                self._wait_for_taking()

        if self._head_timer is not None:
            self._head_timer.cancel()
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, close)

    def _wait_for_taking(self) -> None:
        """End the connection unless what is written is taken in time."""
        if self._taking_timer is not None:
            self._taking_timer.cancel()
        self._taking_timer = self.loop.call_later(_TAKE_SECONDS, self.transport.abort)


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
