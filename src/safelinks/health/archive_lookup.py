"""Asks a web archive for copies of pages that are gone, and leaves it alone when it has enough."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import field

from safelinks.addresses.urls import split
from safelinks.foundation.values import define
from safelinks.health.guards.archive_privacy import may_be_archived
from safelinks.health.guards.public_addresses import is_public
from safelinks.health.guards.refusal import refusal
from safelinks.health.judgement.web_archives import copy_in, copy_request
from safelinks.health.model.exchange import Answer, Failure
from safelinks.health.model.outcome import MEANING, ArchivedCopy
from safelinks.health.model.policy import Policy
from safelinks.health.network.name_lookup import Resolve
from safelinks.health.network.session import Session

__all__ = ["ArchiveLookup"]

_AT_ONCE = 2
_MOST_FAILURES = 3


@define
class ArchiveLookup:
    """One question an address to the TimeGate `archive`, two at a time.

    It ends after an answer that asks for fewer, and after three failures.
    """

    session: Session
    policy: Policy
    archive: str
    look_up: Resolve
    _trouble: str | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _left: int = field(default=0, init=False)
    _turn: float = field(default=0.0, init=False)

    async def ask(
        self,
        wanted: Mapping[str, datetime | None],
        on_copy: Callable[[str, ArchivedCopy], object],
    ) -> str | None:
        """Tell `on_copy` of the copy of each address in `wanted` that has one, as it comes.

        The copy is the one nearest to the time given, or the newest. Of an address that may not be
        sent, nothing is asked. Gives a sentence where the archive was left alone before the end.
        Raises SetupError.
        """
        sendable = {url: at for url, at in wanted.items() if may_be_archived(url, self.policy)}
        refused = refusal(self.archive, self.policy)
        if refused is not None and sendable:
            return f"{self._name} was not asked: {MEANING[refused]}"
        waiting, self._left = iter(sendable.items()), len(sendable)

        async def work() -> None:
            for url, near in waiting:
                copy = await self._copy(url, near)
                if copy is not None:
                    on_copy(url, copy)

        workers = [asyncio.create_task(work()) for _ in range(_AT_ONCE)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        if self._trouble is None or not self._left:
            return self._trouble
        which = "1 address was" if self._left == 1 else f"{self._left:,} addresses were"
        return f"{self._trouble}; {which} not looked up there"

    async def _copy(self, url: str, near: datetime | None) -> ArchivedCopy | None:
        if not self._goes_on():
            return None
        if not await self._is_outside(url):
            self._left -= 1
            return None
        await self._in_turn()
        if not self._goes_on():
            return None
        self._left -= 1
        answer = await self.session.perform(copy_request(self.archive, url, near, self.policy))
        self._heed(answer)
        return copy_in(answer, self.archive, url) if isinstance(answer, Answer) else None

    def _goes_on(self) -> bool:
        return self._trouble is None

    async def _is_outside(self, url: str) -> bool:
        """Whether the host is one of the public internet, as far as can be known.

        Past the guard of private addresses, only a look-up tells.
        """
        if not self.policy.allow_private and self.session.is_direct(url):
            return True
        address = split(url)
        try:
            async with asyncio.timeout(self.policy.timeout):
                found = await self.look_up(address.host, address.effective_port or 443)
        except (OSError, UnicodeError):
            return False
        return bool(found) and all(map(is_public, found))

    async def _in_turn(self) -> None:
        """Wait until the rate of the policy allows for one more."""
        if self.policy.rate is not None:
            now = asyncio.get_running_loop().time()
            turn = max(now, self._turn)
            self._turn = turn + 1 / self.policy.rate
            await asyncio.sleep(turn - now)

    def _heed(self, answer: Answer | Failure) -> None:
        """Note what says that the archive is to be left alone."""
        if isinstance(answer, Answer) and answer.status == 429:
            self._trouble = self._trouble or f"{self._name} asks for fewer requests"
        elif isinstance(answer, Failure) or answer.status >= 500:
            self._failures += 1
            if self._failures == _MOST_FAILURES:
                self._trouble = self._trouble or f"{self._name} failed {_MOST_FAILURES} times"

    @property
    def _name(self) -> str:
        return f"the web archive at {split(self.archive).host}"
