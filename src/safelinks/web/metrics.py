"""What the server counts and logs: numbers, routes and statuses, never an address or a text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from attrs import field

from safelinks.foundation.values import define, frozen

__all__ = ["AnsweredRequest", "Metrics", "log_line"]


@frozen
class AnsweredRequest:
    """An answer: to which `method` and `route` of ours, with what `status`, of how many bytes.

    `error` is the class of an exception that nobody expected.
    """

    method: str
    route: str
    status: int
    size: int
    seconds: float
    error: str = ""


@define
class Metrics:
    """Counts since the server has started."""

    checks_running: int = 0
    requests_waiting: int = 0  # for their turn
    links_checked: int = 0
    has_asked: bool = False  # whether any address may have been requested
    checks_left: int = 0  # whose visitor has gone
    cpu_seconds: float = 0.0  # of the processes that have answered
    _answers: Counter[tuple[str, str, int]] = field(factory=Counter, init=False)
    _seconds: dict[str, float] = field(factory=dict, init=False)

    def count(self, answer: AnsweredRequest) -> None:
        """Count an answer."""
        method = answer.method if answer.method in _METHODS else "other"
        self._answers[method, answer.route, answer.status] += 1
        self._seconds[answer.route] = self._seconds.get(answer.route, 0.0) + answer.seconds

    def lines(self) -> Iterator[str]:
        """All counts, in Prometheus' text format 0.0.4."""
        yield from _family("safelinks_requests_total", "counter", "Requests answered.")
        for (method, route, status), number in sorted(self._answers.items()):
            labels = f'method="{method}",route="{route}",status="{status}"'
            yield f"safelinks_requests_total{{{labels}}} {number}\n"
        yield from _family("safelinks_request_seconds_total", "counter", "Time of all answers.")
        for route, seconds in sorted(self._seconds.items()):
            yield f'safelinks_request_seconds_total{{route="{route}"}} {seconds:.6f}\n'
        for name, kind, help_text, value in (
            ("safelinks_checks_running", "gauge", "Checks under way.", self.checks_running),
            ("safelinks_requests_waiting", "gauge", "Requests that wait.", self.requests_waiting),
            ("safelinks_links_checked_total", "counter", "Links checked.", self.links_checked),
            ("safelinks_checks_left_total", "counter", "Checks left early.", self.checks_left),
        ):
            yield from _family(name, kind, help_text)
            yield f"{name} {value}\n"
        yield from _family("safelinks_cpu_seconds_total", "counter", "CPU time of all answers.")
        yield f"safelinks_cpu_seconds_total {self.cpu_seconds:.6f}\n"


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})


def _family(name: str, kind: str, help_text: str) -> Iterator[str]:
    yield f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n"


def log_line(answer: AnsweredRequest, now: datetime | None = None) -> str:
    """An answer as one line of JSON, for the log."""
    told: dict[str, object] = {
        "time": (now or datetime.now(UTC))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        "method": answer.method if answer.method in _METHODS else "other",
        "route": answer.route,
        "status": answer.status,
        "bytes": answer.size,
        "ms": round(answer.seconds * 1000, 1),
    }
    return json.dumps(told | ({"error": answer.error} if answer.error else {}))
