"""Names and the addresses they stand for: each looked up once in a run, none held up by another."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TypeAlias

from safelinks.health.guards.public_addresses import is_link_local, is_public
from safelinks.health.model.policy import Policy

__all__ = ["Lookup", "PrivateAddressError", "Resolve", "resolve"]

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


class PrivateAddressError(OSError):
    """A name stands for an address that is not part of the public internet."""


async def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, in the system's order (RFC 6724). Raises socket.gaierror.

    Each look-up has a thread of its own, which nobody waits for at the end: a few names that hang
    would fill the loop's own few threads, and hold up all other names and the end of the program.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str], error: Exception | None) -> None:
        if answer.done():  # given up in the meantime
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    def look_up() -> None:
        addresses: list[str] = []
        failed: Exception | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, addresses, failed)

    threading.Thread(target=look_up, daemon=True).start()
    return await answer


class Lookup:
    """The addresses that may be connected to, as `policy` has it.

    What was found is kept for as long as it can be connected to; what failed is looked up again.
    """

    def __init__(self, policy: Policy, look_up: Resolve = resolve) -> None:
        self._policy = policy
        self._look_up = look_up
        self._found: dict[tuple[str, int], list[str]] = {}

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where to connect to for `host`. Raises socket.gaierror, PrivateAddressError.

        A name that stands for a private address beside public ones is not used at all: whoever
        has set that up is after the private one.
        """
        given = self._policy.resolve.get((host, port))
        if given is not None:  # asked for in so many words
            return list(given)
        found = self._found.get((host, port))
        if found is None:
            bare = host.strip("[]")
            found = [bare] if _is_literal(bare) else await self._look_up(host, port)
            self._found[host, port] = found
        if not found or not all(map(self._is_allowed, found)):
            raise PrivateAddressError(f"{host} is {', '.join(found) or 'nothing'}")
        return found

    def _is_allowed(self, address: str) -> bool:
        """A redirect must not lead to a cloud's secrets, whoever else may be asked."""
        return not is_link_local(address) if self._policy.allow_private else is_public(address)

    def forget(self, host: str, port: int) -> None:
        """What was found for `host` did not help: it may stand for something else by now."""
        self._found.pop((host, port), None)


def _is_literal(host: str) -> bool:
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
