"""A connection without a network, and what it sends."""

from __future__ import annotations

from safelinks.health.network.http_connection import Connection


class Transport:
    """As other event loops have them: not one of asyncio's classes."""

    def __init__(self) -> None:
        self.sent = b""
        self.aborted = False
        self.reading = True

    def write(self, data: bytes) -> None:
        self.sent += data

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def connected() -> tuple[Connection, Transport]:
    """A connection, and what it writes to."""
    connection, transport = Connection(), Transport()
    connection.connection_made(transport)  # type: ignore[arg-type]
    return connection, transport
