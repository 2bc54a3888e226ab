"""One bucket of a check: its addresses asked, and their outcomes kept as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from attrs import evolve

from safelinks.bulk.journal import Journal, OutcomeRow, outcome_row
from safelinks.foundation.values import frozen
from safelinks.health.checker import Checker
from safelinks.health.model.outcome import Outcome, Reason, Verdict
from safelinks.health.model.policy import Policy

__all__ = ["BucketResult", "careful", "check_bucket"]

_PER_SITE = 16  # requests at once at all hosts of a site
_PER_VISITED_HOST = 2  # of each process, at a host that only redirects lead to
_ROWS = 200  # in a part, at most
_SECONDS = 2.0  # that an outcome waits for others


@frozen
class BucketResult:
    """What became of a bucket: outcomes that were known, outcomes that came, addresses left."""

    bucket: int
    known: int
    checked: int
    left: int


def careful(policy: Policy | None) -> Policy:
    """`policy`, with limits for sites, and for hosts that several processes may be led to."""
    policy = policy or Policy()
    return evolve(
        policy,
        per_site=policy.per_site or max(policy.per_host, _PER_SITE),
        per_visited_host=policy.per_visited_host or _PER_VISITED_HOST,
    )


def check_bucket(
    journal: Journal,
    bucket: int,
    addresses: Iterable[str],
    policy: Policy,
    is_over: Callable[[], bool] = lambda: False,
) -> BucketResult:
    """Ask for the `addresses` of `bucket` whose outcome is not known yet.

    Ends when `is_over`, with what came until then. Addresses of which nothing can be said for want
    of a network are left for another run.
    """
    wanted = dict.fromkeys(addresses)
    known = journal.known(bucket)
    left = [url for url in wanted if url not in known]
    checked = 0
    if left:
        asking = _Bucket(journal, bucket, policy, is_over)
        asyncio.run(asking.check(left))
        checked = asking.checked
    if checked == len(left):
        journal.finish(bucket)
    return BucketResult(bucket, len(wanted) - len(left), checked, len(left) - checked)


class _Bucket:
    """A bucket while it is asked."""

    def __init__(
        self, journal: Journal, bucket: int, policy: Policy, is_over: Callable[[], bool]
    ) -> None:
        self._journal, self._bucket = journal, bucket
        self._policy, self._is_over = policy, is_over
        self._rows: list[OutcomeRow] = []
        self.checked = 0

    async def check(self, urls: list[str]) -> None:
        """Ask for `urls`; `checked` is how many outcomes were kept."""
        asking = asyncio.create_task(self._ask(urls))
        keeping = asyncio.create_task(self._keep_often(asking))
        try:
            await asking
        except asyncio.CancelledError:
            if not self._is_over():
                raise
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _ask(self, urls: list[str]) -> None:
        results = Checker(self._policy).results(urls)
        try:
            async for outcome in results:
                if _says_something(outcome):
                    self.checked += 1
                    self._rows.append(outcome_row(outcome))
                    if len(self._rows) >= _ROWS:
                        self._keep()
        finally:
            await results.aclose()
            self._keep()

    async def _keep_often(self, asking: asyncio.Task[None]) -> None:
        while True:
            await asyncio.sleep(_SECONDS / 2)
            self._keep()
            if self._is_over():
                asking.cancel()

    def _keep(self) -> None:
        if self._rows:
            rows, self._rows = self._rows, []
            self._journal.write(self._bucket, rows)


def _says_something(outcome: Outcome) -> bool:
    return outcome.verdict is not Verdict.OFFLINE and outcome.reason is not Reason.NOT_ASKED
