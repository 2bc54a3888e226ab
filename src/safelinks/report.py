"""`Report`: the rows that every format renders. Values only; privacy is decided here.

Rows leave this room without the recipient's address and without session credentials, unless they
are asked for: no renderer has to remember it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from attrs import evolve, field, frozen

from safelinks.catalog import Match, Resource, Suspicion
from safelinks.health.outcome import Outcome, Reason, Verdict
from safelinks.place import Place
from safelinks.remarks import Remark

__all__ = ["FAILING", "Report", "Row", "Usage"]

FAILING = frozenset({Verdict.DEAD, Verdict.FAILING})


@frozen
class Row:
    """One address in one file, with every place where it stands.

    `url` is the link as it stands there, `target` where it leads (None when that is lost), `match`
    what the catalog says, `outcome` what the network said, `recipients` to whom the message was
    delivered (empty unless asked for). `suspicions` say why the address may not be what it seems.
    `excused` is a link that does not work, but has not done so often enough to fail a check.
    """

    file: str
    url: str
    target: str | None
    match: Match | None
    outcome: Outcome
    places: tuple[Place, ...]
    recipients: tuple[str, ...] = field(default=(), repr=False)
    suspicions: tuple[Suspicion, ...] = ()
    excused: bool = False

    @property
    def verdict(self) -> Verdict:
        """The judgement."""
        return self.outcome.verdict

    @property
    def failing(self) -> bool:
        """Whether this row makes a check fail."""
        return self.verdict in FAILING and not self.excused

    @property
    def replacement(self) -> str | None:
        """The address to write instead, where one is known: the catalog's, else the server's."""
        if self.match is not None and self.match.renamed:
            return self.match.current_url
        return self.outcome.replacement


@frozen
class Usage:
    """How often a resource is linked, over all files: `former` of the links go by old addresses.

    `current_url` is where it lives now, None where it has no page.
    """

    resource: Resource
    links: int
    former: int
    current_url: str | None


@frozen
class Report:
    """All rows of a check, in the order of the text, and what a reader should know of the files.

    `remarks` are what the texts say against their links. A check that was `interrupted` has not
    asked for all of them.
    """

    rows: tuple[Row, ...]
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    interrupted: bool = False

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many rows there are of each verdict."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def links(self) -> int:
        """How many places there are in all rows."""
        return sum(len(row.places) for row in self.rows)

    @property
    def resources(self) -> tuple[Usage, ...]:
        """Every resource that is linked, in the order of the text."""
        used: dict[str, Usage] = {}
        for row in self.rows:
            match = row.match
            if match is not None and match.resource is not None:
                entry, links = match.resource, len(row.places)
                before = used.get(entry.id, Usage(entry, 0, 0, match.current_url))
                former = before.former + (links if match.renamed else 0)
                used[entry.id] = evolve(before, links=before.links + links, former=former)
        return tuple(used.values())

    @property
    def failing(self) -> bool:
        """Whether any row fails."""
        return any(row.failing for row in self.rows)

    @property
    def offline(self) -> bool:
        """Whether this machine had no network for any of the rows."""
        return any(row.outcome.reason is Reason.NO_NETWORK for row in self.rows)

    @property
    def exit_code(self) -> int:
        """130 when interrupted, 1 when something fails, 3 when there was no network, else 0."""
        if self.interrupted:
            return 130
        return 1 if self.failing else 3 if self.offline else 0
