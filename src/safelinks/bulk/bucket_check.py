"""One bucket of a check: its addresses asked, and their outcomes kept as they come."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from attrs import evolve, field

from safelinks.bulk.journal import Journal, Kept, OutcomeRow, outcome_row
from safelinks.foundation.values import frozen
from safelinks.health.checker import Checker
from safelinks.health.guards.refusal import refusal_of_link
from safelinks.health.model.outcome import Outcome, Reason, Verdict
from safelinks.health.model.policy import Policy

__all__ = ["BucketResult", "careful", "check_bucket", "may_differ"]

_PER_SITE = 16  # requests at once at all hosts of a site
_PER_VISITED_HOST = 2  # of each process, at a host that only redirects lead to
_ROWS = 200  # in a part, at most
_SECONDS = 2.0  # that an outcome waits for others


@frozen
class BucketResult:
    """What became of a bucket: outcomes that were known, outcomes that came, addresses left.

    `again` is how many were judged anew, for other options had skipped them; `unasked` why those
    that are left were not asked, with how many they are.
    """

    bucket: int
    known: int
    checked: int
    left: int
    again: int = 0
    unasked: Mapping[str, int] = field(factory=dict)


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
    """Ask for the `addresses` of `bucket` whose outcome is not known, or depends on the options.

    Ends when `is_over`, with what came until then. Addresses of which nothing can be said for want
    of a network are left for another run.
    """
    wanted = dict.fromkeys(addresses)
    kept = journal.kept(bucket)
    anew = {url for url in wanted if url in kept and may_differ(url, kept[url], policy)}
    left = [url for url in wanted if url not in kept or url in anew]
    asking = _Bucket(journal, bucket, policy, is_over)
    if left:
        asyncio.run(asking.check(left))
    checked = asking.checked
    if checked == len(left):
        journal.finish(bucket)
    return BucketResult(
        bucket,
        len(wanted) - len(left),
        checked,
        len(left) - checked,
        len(anew),
        dict(asking.unasked),
    )


# Reasons that options decide on: whether these options could lead to another outcome, which a
# redirect may have led to. What the address itself says is asked of `refusal_of_link`.
_BY_OPTION: Mapping[str, Callable[[Policy], bool]] = {
    Reason.PRIVATE_ADDRESS: lambda policy: policy.allow_private or bool(policy.resolve),
    Reason.RESERVED_NAME: lambda policy: (
        policy.allow_reserved or policy.allow_private or bool(policy.resolve)
    ),
    Reason.BLOCKED_PORT: lambda policy: bool(policy.allow_ports),
    Reason.ONE_TIME_LINK: lambda policy: policy.allow_one_time,
    Reason.EXCLUDED: lambda policy: not policy.excluded,
}


def may_differ(url: str, kept: Kept, policy: Policy) -> bool:
    """Whether `url` was skipped because of an option, and may not be by this `policy`."""
    is_lifted = _BY_OPTION.get(kept.reason)
    if is_lifted is None or refusal_of_link(url, policy) == kept.reason:
        return False
    # The patterns tell all of an address that was not asked, but nothing of where one led to.
    by_pattern = kept.reason == Reason.EXCLUDED and not kept.was_answered
    return by_pattern or is_lifted(policy)


class _Bucket:
    """A bucket while it is asked."""

    def __init__(
        self, journal: Journal, bucket: int, policy: Policy, is_over: Callable[[], bool]
    ) -> None:
        self._journal, self._bucket = journal, bucket
        self._policy, self._is_over = policy, is_over
        self._rows: list[OutcomeRow] = []
        self.checked = 0
        self.unasked: Counter[str] = Counter()

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
                if not _says_something(outcome):
                    self.unasked[str(outcome.reason)] += 1
                else:
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
