"""A process for each request that reads a document, so that none can harm another.

The server hands what it is sent to children of the `Nursery`, and passes on what they answer. It
has none of it in its memory: what is sent, and what waits for a slow visitor, is in private files.
Where a system cannot fork safely, requests are answered in the server itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Collection, Hashable
from contextlib import asynccontextmanager, suppress

from attrs import field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safelinks.foundation.values import define
from safelinks.web.check_desk import CheckDesk, VisitorGoneError, while_there
from safelinks.web.nursery import (
    TOO_MUCH,
    ChildLimits,
    Nursery,
    next_message,
    nursery_gone,
)
from safelinks.web.private_files import FileSpace, PrivateFile
from safelinks.web.problems import ProblemError
from safelinks.web.waiting_line import WaitingLine, too_many_waiting
from safelinks.web.web_settings import WebSettings

__all__ = ["RequestProcesses"]

_HEALTH = "/healthz"  # which tells who watches that the server has to be started again
_LARGE = 1 << 20  # bytes: what is larger waits in a line of its own
_TAKE_SECONDS = 120.0  # to take an answer that is known
_SPARE_SECONDS = 5.0  # that a request waits for the spare memory
_SPARE_RETRY_AFTER = 60  # seconds


@define
class RequestProcesses:
    """An application that answers posts in processes of a nursery, and all else itself.

    `checking` are the paths of checks, of which `desk` lets a few run; all others wait in a line.
    """

    app: ASGIApp
    desk: CheckDesk
    nursery: Nursery
    checking: Collection[str]
    _line: WaitingLine = field(init=False)
    _space: FileSpace = field(init=False)
    _spare: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    @_line.default
    def _of_readers(self) -> WaitingLine:
        return WaitingLine(self._settings.readers, self._settings.most_waiting)

    @_space.default
    def _of_settings(self) -> FileSpace:
        return FileSpace(self._settings.most_spooled)

    @property
    def _settings(self) -> WebSettings:
        return self.desk.room.settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            if scope["path"] == _HEALTH and not self.nursery.is_there:
                raise nursery_gone()
            await self.app(scope, receive, send)
            return
        with self._space.file() as body, suppress(VisitorGoneError):
            await _fill(body, receive)
            if scope["path"] in self.checking:
                async with self.desk.seat():
                    await while_there(receive, self._answered(scope, body, send))
            else:
                await while_there(receive, self._in_turn(scope, body, send))

    async def _in_turn(self, scope: Scope, body: PrivateFile, send: Send) -> None:
        """Answer in the turn of the visitor, whose slowness keeps nobody from a place."""
        with self._space.file() as answer:
            starts: list[Message] = []

            async def keep(message: Message) -> None:
                if message["type"] == "http.response.start":
                    starts.append(message)
                else:
                    answer.write(message["body"])

            async with self._place(_visitor(scope, body)):
                try:
                    async with asyncio.timeout(self._settings.read_seconds):
                        await self._answered(scope, body, keep)
                except TimeoutError:
                    raise ProblemError("too-much", TOO_MUCH) from None
            with suppress(TimeoutError):
                async with asyncio.timeout(_TAKE_SECONDS):
                    await send(starts[0])
                    for block in answer.blocks():
                        await send({"type": "http.response.body", "body": block, "more_body": True})
                    await send({"type": "http.response.body", "body": b""})

    @asynccontextmanager
    async def _place(self, visitor: Hashable) -> AsyncIterator[None]:
        """A place in front of which visitors wait; how many do, is counted."""
        self.desk.metrics.requests_waiting += 1
        is_waiting = True
        try:
            async with self._line.place(visitor):
                self.desk.metrics.requests_waiting -= 1
                is_waiting = False
                yield
        finally:
            self.desk.metrics.requests_waiting -= is_waiting

    async def _answered(self, scope: Scope, body: PrivateFile, send: Send) -> None:
        """Let a child answer, and pass that on: with a share of the memory, else with the spare."""
        if await self._attempt(scope, body, send, self._settings.share):
            return
        async with self._with_spare():
            if await self._attempt(scope, body, send, self._settings.share + self._settings.spare):
                return
        raise ProblemError("too-much", TOO_MUCH)

    @asynccontextmanager
    async def _with_spare(self) -> AsyncIterator[None]:
        """The spare memory. A check may have it for minutes: nobody waits for that in a place."""
        try:
            async with asyncio.timeout(_SPARE_SECONDS):
                await self._spare.acquire()
        except TimeoutError:
            raise too_many_waiting(_SPARE_RETRY_AFTER) from None
        try:
            yield
        finally:
            self._spare.release()

    async def _attempt(self, scope: Scope, body: PrivateFile, send: Send, memory: int) -> bool:
        """Whether a child that may take so much memory has answered; if not, nothing was sent.

        Raises ProblemError where another attempt would be of no use, or would ask twice.
        """
        has_begun = False
        async with self._child(scope, body, memory) as reader:
            while (told := await next_message(reader)) is not None and "memory" not in told:
                if "problem" in told:
                    raise ProblemError(
                        told["problem"], told["detail"], told["headers"], most=told["most"]
                    )
                if "links" in told:
                    self.desk.metrics.links_checked += told["links"]
                    self.desk.metrics.cpu_seconds += told["seconds"]
                    return True
                has_begun = True
                await send(told)
        if has_begun or told is None or not told["again"]:
            raise ProblemError("too-much", TOO_MUCH)  # it may have been stopped for its time
        return False

    @asynccontextmanager
    async def _child(
        self, scope: Scope, body: PrivateFile, memory: int
    ) -> AsyncIterator[asyncio.StreamReader]:
        """What a child says, which has ended behind this block."""
        limits = ChildLimits(memory, self._settings.read_seconds)
        line = self.nursery.child(scope, body, limits)
        reader, writer = await asyncio.open_connection(sock=line)
        pid = 0
        try:
            first = await next_message(reader)
            if first is None:
                raise ProblemError("server", "The server has too much to do. Try again.")
            pid = first["pid"]
            yield reader
        finally:
            if pid and not reader.at_eof():  # it is still there, perhaps in the middle of a step
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            writer.close()


async def _fill(body: PrivateFile, receive: Receive) -> None:
    """Write the body of a request into a file."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise VisitorGoneError
        body.write(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _visitor(scope: Scope, body: PrivateFile) -> Hashable:
    """Who waits. What is large waits apart, since behind a proxy all visitors look the same."""
    client = scope.get("client")
    return (client[0] if client else "", body.size > _LARGE)
