"""What the answers of hosts have shown to be true for all their links, which is not asked again."""

from __future__ import annotations

from collections import Counter

from attrs import evolve

from safelinks.foundation.values import frozen
from safelinks.health.judgement.redirects import BUSY
from safelinks.health.model.exchange import Answer, Failure, Fault

__all__ = ["KnownHosts", "Lesson"]

# What is true of a host, whichever of its links is asked.
_CERTIFICATES = frozenset(
    fault for fault in Fault if fault.name.startswith("TLS_") and fault is not Fault.TLS_FAILURE
)
_CONNECTIONS = frozenset({Fault.NO_SUCH_HOST, Fault.DNS_FAILURE, Fault.REFUSED, Fault.UNREACHABLE})
# What may be true of one page only, unless several links in a row are like that.
_PAGES = frozenset({Fault.TIMEOUT, Fault.RESET, Fault.TLS_FAILURE})
_IN_A_ROW = 3


@frozen
class Lesson:
    """What the end of a link says of its host; `last` is what was seen of it, if that is new.

    `stay_away` is whether the host asked for more patience than there was, `mishandles_head`
    whether it was fine with a GET only.
    """

    host: str
    last: Answer | Failure | None
    stay_away: bool = False
    mishandles_head: bool = False


class KnownHosts:
    """Hosts by name and port, as `scheduled_probes.host_of` has them."""

    def __init__(self) -> None:
        self.mishandle_head: set[str] = set()
        self._down: dict[str, Answer | Failure] = {}
        self._failed: Counter[str] = Counter()  # requests in a row that reached no server
        self._silent: Counter[str] = Counter()  # links in a row that had no answer
        self._busy: Counter[str] = Counter()  # links in a row that were too many for it
        self._have_answered: set[str] = set()

    def down(self, host: str) -> Answer | Failure | None:
        """What every link to `host` is told without a request, if there is such a thing."""
        return self._down.get(host)

    def failed(self, host: str, failure: Failure, *, aside: bool) -> None:
        """A request has had no answer."""
        self._failed[host] += failure.fault in _CONNECTIONS and not aside

    def answered(self, host: str) -> None:
        """A request has had an answer, whatever it was."""
        self._have_answered.add(host)
        self._failed.pop(host, None)
        self._silent.pop(host, None)

    def learn(self, lesson: Lesson) -> None:
        """Note what the end of a link says."""
        host, last = lesson.host, lesson.last
        if lesson.mishandles_head:
            self.mishandle_head.add(host)
        if isinstance(last, Failure):
            self._learn_failure(host, last)
        elif last is not None:
            self._learn_answer(host, last, stay_away=lesson.stay_away)

    def _learn_failure(self, host: str, failure: Failure) -> None:
        self._silent[host] += failure.fault in _PAGES
        if failure.fault in _CERTIFICATES:
            is_down = host not in self._have_answered
        elif failure.fault in _CONNECTIONS:
            needed = 2 if failure.fault is Fault.NO_SUCH_HOST else _IN_A_ROW
            is_down = self._failed[host] >= needed
        else:
            is_down = self._silent[host] >= _IN_A_ROW
        if is_down:
            detail = f"{failure.detail}, as for another link to this host"
            self._down[host] = evolve(failure, detail=detail, elapsed=0.0, asked=False)

    def _learn_answer(self, host: str, answer: Answer, *, stay_away: bool) -> None:
        busy = answer.status == 429 or (answer.status in BUSY and "retry-after" in answer.headers)
        self._busy[host] = self._busy[host] + 1 if busy else 0
        if stay_away or self._busy[host] >= _IN_A_ROW:
            self._down[host] = evolve(answer, elapsed=0.0, asked=False)
