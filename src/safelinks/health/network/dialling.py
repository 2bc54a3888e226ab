"""A connection to whichever address of a host answers first (RFC 8305, "Happy Eyeballs")."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest
from typing import TypeAlias

__all__ = ["Dial", "connect", "dial"]

Dial: TypeAlias = Callable[[str, int], Awaitable[socket.socket]]

_STAGGER = 0.25  # seconds: section 8, "Connection Attempt Delay"


async def dial(address: str, port: int) -> socket.socket:
    """A socket that is connected to `address`. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connected = socket.socket(family, socket.SOCK_STREAM)
    try:
        connected.settimeout(0)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connected, (address, port))
    except BaseException:
        connected.close()
        raise
    return connected


async def connect(
    addresses: Sequence[str], port: int, dial: Dial = dial
) -> tuple[socket.socket, str]:
    """A socket to one of `addresses`, and to which. Raises the most telling OSError of all.

    The next address is tried when one has failed, or has not answered for a quarter of a second.
    """
    if len(addresses) == 1:
        return await dial(addresses[0], port), addresses[0]
    waiting = iter(_interlaced(addresses))
    running: dict[asyncio.Task[socket.socket], str] = {}
    errors: list[OSError] = []
    winner: socket.socket | None = None
    try:
        while True:
            address = next(waiting, None)
            if address is not None:
                running[asyncio.create_task(_dialled(dial, address, port))] = address
            elif not running:
                raise min(errors, key=_is_no_route)
            patience = None if address is None else _STAGGER
            done, _ = await asyncio.wait(
                running, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                address = running.pop(task)
                error = task.exception()
                if error is None:
                    winner = task.result()
                    return winner, address
                if not isinstance(error, OSError):
                    raise error
                errors.append(error)
    finally:
        try:
            await _given_up(running)
        except BaseException:
            if winner is not None:
                winner.close()
            raise


def _is_no_route(error: OSError) -> bool:
    """Whether it only says that this machine does not speak the address's family."""
    return error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


async def _dialled(dial: Dial, address: str, port: int) -> socket.socket:
    return await dial(address, port)


async def _given_up(running: dict[asyncio.Task[socket.socket], str]) -> None:
    """End the attempts that lost: those that just succeeded, too, are closed."""
    for task in running:
        task.cancel()
    for late in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(late, socket.socket):
            late.close()


def _interlaced(addresses: Sequence[str]) -> list[str]:
    """Section 4: both families by turns, that of the first address first."""
    first = [one for one in addresses if (":" in one) == (":" in addresses[0])]
    second = [one for one in addresses if (":" in one) != (":" in addresses[0])]
    turns = chain.from_iterable(zip_longest(first, second))
    return [address for address in turns if address is not None]
