"""Which addresses a web archive is asked about: those that are gone, once all else is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.addresses.urls import request_key
from safelinks.catalog import Catalog
from safelinks.checks.collecting import Collection
from safelinks.foundation.values import define
from safelinks.health.model.outcome import ArchivedCopy, Outcome, Reason

if TYPE_CHECKING:
    from safelinks.health.checker import Checker

__all__ = ["Suggestions"]

# Of these, the page itself is gone, not a place in it, and not for a while.
_OF_THE_ADDRESS = frozenset(
    {Reason.NOT_FOUND, Reason.GONE, Reason.NO_SUCH_HOST, Reason.SOFT_404, Reason.PARKED}
)


@define
class Suggestions:
    """Outcomes that wait for what the TimeGate `archive` has of their addresses.

    Only addresses that were `found` in documents are asked about, none that names somebody, which
    `nameless` takes out, and none that may not be what it seems to be to `catalog`.
    """

    archive: str
    found: Collection
    catalog: Catalog
    nameless: Callable[[str], str]
    _linked: frozenset[str] = field(init=False)
    _waiting: dict[str, list[Outcome]] = field(factory=dict, init=False)

    @_linked.default
    def _that_may_be_asked(self) -> frozenset[str]:
        return frozenset(self.found.targets)

    def hold(self, outcome: Outcome) -> bool:
        """Keep an outcome for later, and say whether it is kept."""
        url = outcome.url
        if outcome.reason not in _OF_THE_ADDRESS or url not in self._linked:
            return False
        if self.nameless(url) != url or self.found.doubts(self.catalog, url):
            return False
        self._waiting.setdefault(request_key(url), []).append(outcome)
        return True

    async def ask(self, checker: Checker, hear: Callable[[Outcome], object]) -> str | None:
        """Tell all that was kept, with the copies that the archive has.

        Gives a sentence where it was left alone before the end.
        """
        wanted = {min((one.url for one in held), key=len): held for held in self._waiting.values()}
        dates = {url: self._date(held) for url, held in wanted.items()}

        def tell(url: str, copy: ArchivedCopy) -> None:
            for outcome in wanted.pop(url):
                hear(evolve(outcome, archived=copy))

        note = await checker.find_copies(self.archive, dates, tell) if wanted else None
        for outcome in chain.from_iterable(wanted.values()):
            hear(outcome)
        return note

    def _date(self, held: Iterable[Outcome]) -> datetime | None:
        """When the oldest of the documents was made that hold an address, as far as is known."""
        found = (self.found.dates.get(one.url) for one in held)
        return min((date for date in found if date is not None), default=None)
