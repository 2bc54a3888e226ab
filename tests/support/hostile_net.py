"""The network as far as tests have one: names, wires and a guard, all on the loopback interface."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest
from attrs import define, field

__all__ = ["PUBLIC", "PUBLIC_V6", "Guard", "Names", "Wire", "guarding", "refusing_port"]

# Addresses of the public internet. Nothing ever connects to them: a `Wire` leads elsewhere.
PUBLIC = "93.184.216.34"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
# A name that always exists, so that this machine does not seem to be without a network.
_CONTROL = {"example.com": ["192.0.2.1"]}


class Names:
    """A look-up that knows `names` and, as every look-up does, addresses; it counts."""

    def __init__(self, names: Mapping[str, Sequence[str]] | None = None) -> None:
        self.names = {**_CONTROL, **(names or {})}
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[str]:
        await asyncio.sleep(0)
        self.asked.append(host)
        if host in self.names:
            return self.addresses(host)
        if _is_address(host):
            return [host]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def addresses(self, host: str) -> list[str]:
        return list(self.names[host])


@define
class Wire:
    """Connects an address and port of anywhere to the local port that stands for it.

    Those that have none refuse, those in `silent` never answer.
    """

    ports: Mapping[tuple[str, int], int] = field(factory=dict)
    silent: frozenset[str] = frozenset()
    dialled: list[tuple[str, int]] = field(factory=list)

    async def __call__(self, address: str, port: int) -> socket.socket:
        self.dialled.append((address, port))
        if address in self.silent:
            await asyncio.sleep(3600)
        if (address, port) not in self.ports:
            raise ConnectionRefusedError(111, "Connection refused")
        connection = socket.socket()
        connection.setblocking(False)
        local = ("127.0.0.1", self.ports[address, port])
        try:
            await asyncio.get_running_loop().sock_connect(connection, local)
        except BaseException:
            connection.close()
            raise
        return connection


@define
class Guard:
    """Where this process connected to. What is not on the loopback interface is not let out."""

    connected: list[tuple[str, int]] = field(factory=list)
    escaped: list[str] = field(factory=list)

    def judge(self, address: Any) -> None:  # noqa: ANN401  whatever a socket connects to
        if not isinstance(address, tuple):
            return  # a socket of this machine's file system
        host, port = str(address[0]), int(address[1])
        self.connected.append((host, port))
        if not (_is_address(host) and ip_address(host).is_loopback):
            self.escaped.append(f"connection to {host}:{port}")
            raise ConnectionRefusedError(111, "Connection refused by the test")


@contextmanager
def guarding() -> Iterator[Guard]:
    """Keep every connection of this process on the loopback interface, and fail if one was not."""
    guard = Guard()
    connect, connect_ex, look_up = (
        socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo
    )  # fmt: skip

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401
        guard.judge(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:  # noqa: ANN401
        guard.judge(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if host is not None and not _is_address(str(host)):
            guard.escaped.append(f"look-up of {host}")
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield guard
    assert guard.escaped == []


@contextmanager
def refusing_port() -> Iterator[int]:
    """A port of 127.0.0.1 that nobody listens on, and nobody else gets."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
