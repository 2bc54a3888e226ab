"""The status of the services of a catalog: what each answers, since when not, what moved where.

It knows outcomes and what upkeep makes of them, not the network and no way to show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from safelinks.catalog import Catalog, Resource
from safelinks.catalog.entries import Agency
from safelinks.checks.catalog_upkeep import Proposal, Review, Upkeep
from safelinks.files.data.data_file import Source
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Outcome, Verdict
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = ["CatalogStatus", "ServiceStatus", "services_of", "without_page"]

_GRAVEST_FIRST = (
    Verdict.DEAD,
    Verdict.FAILING,
    Verdict.OFFLINE,
    Verdict.UNCERTAIN,
    Verdict.MOVED,
    Verdict.SKIPPED,
    Verdict.ALIVE,
)


@frozen
class ServiceStatus:
    """A service: what its address in force answers, where it has moved, what is to be reviewed."""

    resource: Resource
    agency: Agency
    outcome: Outcome
    proposal: Proposal | None = None
    reviews: tuple[Review, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The judgement on its address in force."""
        return self.outcome.verdict

    @property
    def excused(self) -> bool:
        """Whether it has not worked in too few runs to count."""
        return any(one.excused for one in self.reviews)

    @property
    def gravity(self) -> int:
        """Its place among the verdicts, the gravest first; first of those, what is to be done."""
        to_do = self.proposal is not None or bool(self.reviews)
        return 2 * _GRAVEST_FIRST.index(self.verdict) + (not to_do)


@frozen
class CatalogStatus:
    """What came of checking the catalog file `name`, which holds `before`, at the moment `at`.

    `asked` is how many addresses were asked, former ones included, `without_page` how many entries
    have no address in force. Without a history, nothing is known of earlier runs.
    """

    name: str
    before: str
    upkeep: Upkeep
    services: tuple[ServiceStatus, ...]
    asked: int
    without_page: int
    at: datetime
    has_history: bool = False

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many services there are of each verdict."""
        return Counter(one.verdict for one in self.services)


def services_of(
    source: Source, catalog: Catalog, outcomes: Mapping[str, Outcome], upkeep: Upkeep
) -> tuple[ServiceStatus, ...]:
    """The services in the file `source`, the gravest first; as they may be shown."""
    moved = {one.resource.id: one for one in upkeep.proposals}
    services = [
        ServiceStatus(
            entry,
            catalog.agencies[entry.agency],
            outcomes[entry.url].as_shown(shown),
            moved.get(entry.id),
            tuple(one for one in upkeep.reviews if one.resource.id == entry.id),
        )
        for entry in _entries_of(source, catalog)
        if entry.url is not None and entry.url in outcomes
    ]
    return tuple(sorted(services, key=lambda one: (one.gravity, one.resource.name.casefold())))


def without_page(source: Source, catalog: Catalog) -> int:
    """How many entries of the file `source` have no address in force."""
    return sum(entry.url is None for entry in _entries_of(source, catalog))


def _entries_of(source: Source, catalog: Catalog) -> list[Resource]:
    given = source.data.get("resources", ())
    return [catalog.resources[str(one["id"])] for one in given] if isinstance(given, list) else []
