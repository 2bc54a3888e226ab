"""`Report`: the rows and findings that every format renders. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.catalog import Resource
from safelinks.foundation.values import frozen
from safelinks.health.model.outcome import Reason, Verdict
from safelinks.rules import Finding, Level, Selection
from safelinks.rules.checked_link import CheckedLink
from safelinks.rules.names_in_text import Remark

if TYPE_CHECKING:
    from safelinks.checks.baseline import Entry
    from safelinks.checks.marked_text import FileText

__all__ = ["Report", "Usage"]


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
    asked for all of them. `findings` is what the rules of `selection` have to say, by file and
    place; `silenced` is how many more the texts themselves say to ignore, and `mends` are those
    that were fixed in the files. `gone` is what a baseline holds and the files no longer do, each
    with how often, and `at` is the moment that it tells of. `texts` are those of the files, where
    they were asked for. Where `unread`, some files could not be read, or not be changed, and the
    report is only about the others. Where `unwritten`, the report is all of it, but a file that
    was to hold it could not be written. `unopened` says which files were left out because a
    package is not installed. With `offline_ok`, it is no failure that there was no network.
    `local_links` is how many links to files there are, and `unjudged` those of them, by file, of
    which nobody knows whether they have a problem.
    """

    rows: tuple[CheckedLink, ...]
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    interrupted: bool = False
    findings: tuple[Finding, ...] = ()
    selection: Selection = field(factory=Selection)
    silenced: int = 0
    mends: tuple[Finding, ...] = ()
    gone: tuple[Entry, ...] = ()
    at: datetime = field(factory=lambda: datetime.now(UTC), eq=False)
    texts: tuple[FileText, ...] = ()
    unread: bool = False
    unwritten: bool = False
    local_links: int = 0
    unjudged: frozenset[tuple[str, str]] = frozenset()
    unopened: tuple[str, ...] = ()
    offline_ok: bool = False

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many rows there are of each verdict."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def addresses(self) -> tuple[CheckedLink, ...]:
        """One row for each address, in the order of the text, however many files it stands in.

        That is the first that was not skipped: in one file, there may be a reason to.
        """
        first: dict[str, CheckedLink] = {}
        for row in self.rows:
            url = row.target or row.url
            if url not in first or first[url].verdict is Verdict.SKIPPED is not row.verdict:
                first[url] = row
        return tuple(first.values())

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
                entry, links = match.resource, len(row.link_places)
                before = used.get(entry.id, Usage(entry, 0, 0, match.current_url))
                former = before.former + (links if match.renamed else 0)
                used[entry.id] = evolve(before, links=before.links + links, former=former)
        return tuple(used.values())

    @property
    def levels(self) -> Mapping[Level, int]:
        """How many findings there are of each level, without those that were known before."""
        counted = Counter(finding.level for finding in self.findings if not finding.known)
        return {level: counted[level] for level in Level}

    @property
    def mended(self) -> int:
        """How many findings were fixed."""
        return len(self.mends)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that make the check fail."""
        return tuple(filter(self.selection.fails, self.findings))

    @property
    def failing(self) -> bool:
        """Whether any finding makes the check fail."""
        return any(map(self.selection.fails, self.findings))

    @property
    def offline(self) -> bool:
        """Whether this machine had no network for any of the rows."""
        return any(row.outcome.reason is Reason.NO_NETWORK for row in self.rows)

    @property
    def exit_code(self) -> int:
        """130 when interrupted, 2 for a file that failed, 1 to fail, 3 without network, else 0.

        With `offline_ok`, it is 0 without network, too.
        """
        if self.interrupted:
            return 130
        if self.unread or self.unwritten:
            return 2
        return 1 if self.failing else 3 if self.offline and not self.offline_ok else 0
