"""What a session needs of a network: a request out, a head in, and its body on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from safelinks.health.model.exchange import Fault, Request
from safelinks.health.model.outcome import Certificate

__all__ = ["Reply", "Wire", "WireError"]


class WireError(Exception):
    """A request failed, and what that means is known already; the message says what was seen."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Reply(Protocol):
    """An answer of which only the head has been read.

    `peer` is the address it came from, `certificate` that of the server, each None if not known.
    """

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Names in lower case, and values."""

    @property
    def peer(self) -> str | None:
        """The address it came from."""

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the server."""

    def at_hand(self) -> bytes | None:
        """What has come of the body, without waiting; None behind its end. May raise anything."""

    async def chunk(self) -> bytes | None:
        """Some more of the body, None behind its end. May raise anything."""

    async def close(self) -> None:
        """No more of it is wanted."""


class Wire(Protocol):
    """Whatever carries requests. `network_faults` explains any error but those of this module."""

    async def ask(self, request: Request, patience: float) -> Reply:
        """Send `request`, each step of which may take `patience` seconds.

        All steps together may take the time limit of the request.
        """

    async def close(self) -> None:
        """End all connections."""
