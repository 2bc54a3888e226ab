"""What is said of the services of a catalog: one sentence of all, and what a reader should know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from safelinks.checks.service_status import CatalogStatus, ServiceStatus
from safelinks.health.model.outcome import Verdict
from safelinks.reports.wording.phrases import count

__all__ = ["headline_of", "notes_of"]


def headline_of(services: Sequence[ServiceStatus]) -> str:
    """The one sentence that must be read, without its full stop."""
    return next(_sentences(services))


def _sentences(services: Sequence[ServiceStatus]) -> Iterator[str]:
    """What may be said of all services, the gravest first; the last is always true."""
    verdicts = Counter(one.verdict for one in services)
    everything = count(len(services), "service")
    broken = verdicts[Verdict.DEAD] + verdicts[Verdict.FAILING]
    unknown, uncertain = verdicts[Verdict.OFFLINE], verdicts[Verdict.UNCERTAIN]
    works = verdicts[Verdict.ALIVE] + verdicts[Verdict.MOVED]
    moved = sum(one.proposal is not None for one in services)
    if broken:
        yield f"{broken:,} of {everything} {'does' if broken == 1 else 'do'} not work"
    if unknown:
        yield f"{unknown:,} of {everything} could not be checked"
    if uncertain:
        yield (
            f"No service is broken; {uncertain:,} of {len(services):,} "
            f"{'needs' if uncertain == 1 else 'need'} a look"
        )
    if works:
        which = everything if works == len(services) else f"{works:,} of {everything}"
        does = "works" if works == 1 else "work"
        newer = f"; {moved:,} {'has' if moved == 1 else 'have'} moved" if moved else ""
        yield f"{f'All {which}' if works == len(services) > 1 else which} {does}{newer}"
    yield f"{everything}, none checked"


def notes_of(status: CatalogStatus) -> Iterator[str]:
    """How the status came about, in sentences."""
    if status.upkeep.offline:
        yield "This machine has no network, so some addresses could not be checked. Run this again."
    if not status.has_history:
        yield "Since when a service does not work is known with --history."
    if status.without_page:
        has = "entry has" if status.without_page == 1 else "entries have"
        yield f"{status.without_page:,} {has} no page to be asked."
