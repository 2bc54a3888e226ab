"""A program that checks what it is told on standard input, with one process or two, and tells it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from safelinks import Checker, Outcome, Policy


async def _checked(given: dict[str, Any]) -> dict[str, Any]:
    ports = {(host, given["port"]): ("127.0.0.1",) for host in given["hosts"]}
    policy = Policy(allow_private=True, allow_reserved=True, resolve=ports, **given["policy"])
    checker = Checker(policy, jobs=given["jobs"])
    told: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        told.append(outcome)
        time.sleep(given["slowness"])  # seconds in which who leads does nothing else
        if outcome.url == given.get("stop_at"):
            checking.cancel()

    checking = asyncio.ensure_future(checker.check(given["urls"], tell))
    provisional: list[Outcome] = []
    try:
        await checking
    except asyncio.CancelledError:
        provisional = checker.provisional()
    return {
        "forks": len(forks),
        "outcomes": [_row(outcome) for outcome in told],
        "provisional": [_row(outcome) for outcome in provisional],
    }


def _row(outcome: Outcome) -> list[Any]:
    hops = [[hop.url, hop.status] for hop in outcome.hops]
    return [outcome.url, outcome.reason.value, outcome.evidence, outcome.attempts, hops]


forks: list[int] = []


def _forked(fork: Any = os.fork) -> int:  # noqa: ANN401
    pid: int = fork()
    if pid:
        forks.append(pid)
    return pid


if __name__ == "__main__":
    os.fork = _forked
    json.dump(asyncio.run(_checked(json.load(sys.stdin))), sys.stdout)
