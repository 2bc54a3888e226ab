"""`check`: documents through the whole house, to a report.

It only joins the rooms: links are found and unwrapped by `documents`, named by `catalog`, judged by
`health`. Each distinct target is asked once, however often and in however many files it stands.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, evolve, field

from safelinks.catalog import Catalog, Match, Suspicion
from safelinks.documents import Document, read, read_all
from safelinks.errors import SetupError
from safelinks.health.checker import Checker
from safelinks.health.outcome import Hop, Outcome, Reason, Verdict
from safelinks.place import Place
from safelinks.redact import recipients, redact
from safelinks.remarks import Reader, Remark
from safelinks.report import FAILING, Report, Row
from safelinks.text import Link

__all__ = [
    "Collection",
    "appraise",
    "check",
    "check_collected",
    "check_documents",
    "collect",
    "survey",
]

_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*@")  # RFC 3986, 7.5: it may be a secret
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)

T = TypeVar("T", Match, Outcome, Hop, Remark, Suspicion)


def check(
    *sources: str | Path | Document,
    offline: bool = False,
    catalog: Catalog | None = None,
    checker: Checker | None = None,
    show_recipients: bool = False,
) -> Report:
    """Check every link of files, directories, documents or addresses, and say what each one is.

    Addresses are strings that begin with ``http://`` or ``https://``. `offline` leaves out the
    network. Runs an event loop of its own; who has one awaits `check_documents`. Raises
    DocumentError for a file that cannot be read.
    """
    catalog = catalog or Catalog.nyc()
    found = collect(_documents(sources), catalog)
    if offline:
        return survey(found, {}, catalog, show_recipients=show_recipients)
    return _run(check_collected(found, checker, catalog, show_recipients=show_recipients))


def _run(report: Coroutine[Any, Any, Report]) -> Report:
    try:
        return asyncio.run(report)
    except RuntimeError:
        report.close()
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            raise SetupError(
                "`check` runs an event loop of its own, and there is one: await `check_documents`"
            ) from None
        raise


def _documents(sources: Sequence[str | Path | Document]) -> Iterator[Document]:
    addresses = [one for one in sources if isinstance(one, str) and _ADDRESS.match(one)]
    if addresses:
        yield read("\n".join(addresses).encode("utf-8", "surrogatepass"), "<addresses>")
    for source in sources:
        if isinstance(source, Document):
            yield source
        elif source not in addresses:
            yield from read_all(source)


async def check_documents(
    documents: Iterable[Document],
    checker: Checker | None = None,
    catalog: Catalog | None = None,
    *,
    show_recipients: bool = False,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> Report:
    """The same within an event loop; `on_outcome` hears of every address as it is judged."""
    catalog = catalog or Catalog.nyc()
    return await check_collected(
        collect(documents, catalog),
        checker,
        catalog,
        show_recipients=show_recipients,
        on_outcome=on_outcome,
    )


@define
class _Group:
    """Links of one file that lead to the same target: the first, and where all of them stand.

    What the catalog says of the target is known once it `is_appraised`.
    """

    first: Link
    places: list[Place] = field(factory=list)
    recipients: dict[str, None] = field(factory=dict)  # of their Safe Links, in the original case
    match: Match | None = None
    doubts: tuple[Suspicion, ...] = ()
    is_appraised: bool = False


@define
class Collection:
    """What is needed of documents: no more of them is kept, whatever they hold beside."""

    files: dict[str, None] = field(factory=dict)
    notes: dict[str, None] = field(factory=dict)
    groups: dict[tuple[str, str, bool], _Group] = field(factory=dict)
    everybody: set[str] = field(factory=set)
    remarks: list[Remark] = field(factory=list)

    @property
    def targets(self) -> list[str]:
        """Every distinct address that may be asked for, in order."""
        links = (group.first for group in self.groups.values())
        asked = (link.target for link in links if link.target is not None and not link.defanged)
        return list(dict.fromkeys(asked))


def collect(documents: Iterable[Document], catalog: Catalog | None = None) -> Collection:
    """The links of `documents`, each of which is read once and then let go.

    What their texts name is held against where their links lead, by `catalog`.
    """
    found = Collection()
    reader = Reader(catalog or Catalog.nyc())
    for document in documents:
        reader.read(document)
        found.files[document.name] = None
        found.notes |= dict.fromkeys(document.notes)
        for link in document.links:
            key = (document.name, link.target or link.url, link.defanged)
            group = found.groups.get(key)
            if group is None:
                group = found.groups[key] = _Group(link)
            group.places.append(link.place)
            group.recipients |= dict.fromkeys(_addressees(link))
            # Everybody to whom a link was sent, whether its target is known or not.
            known = link.unwrapped.recipients if link.unwrapped else recipients(link.url)
            found.everybody.update(known)
    found.remarks = reader.remarks()
    return found


def appraise(found: Collection, catalog: Catalog) -> Iterator[None]:
    """Find out what the catalog says of each target, one at a step.

    That is work for the time in which answers are waited for; `survey` does what is left of it.
    """
    for group in found.groups.values():
        target = group.first.target
        if target is not None and not group.is_appraised:
            group.match = catalog.identify(target)
            group.doubts = catalog.suspicions(target)
            group.is_appraised = True
            yield


async def check_collected(
    found: Collection,
    checker: Checker | None = None,
    catalog: Catalog | None = None,
    *,
    show_recipients: bool = False,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> Report:
    """Ask for every target that was `found`, and report."""
    outcomes = await (checker or Checker(catalog=catalog)).check(found.targets, on_outcome)
    return survey(found, outcomes, catalog, show_recipients=show_recipients)


def survey(  # noqa: PLR0913
    found: Collection,
    outcomes: Mapping[str, Outcome],
    catalog: Catalog | None = None,
    *,
    show_recipients: bool = False,
    dead_after: int = 1,
    interrupted: bool = False,
) -> Report:
    """The report on what was `found`, with what is known of each target in `outcomes`.

    A link that does not work fails the check once it did not in `dead_after` runs in a row, which
    takes a history.
    """
    catalog = catalog or Catalog.nyc()
    rows = []
    everybody = frozenset(found.everybody)

    @lru_cache(maxsize=16)  # a row names its target several times
    def shown(url: str) -> str:
        """`url` without any recipient: the link of one may name that of another."""
        return url if show_recipients else _USERINFO.sub("[user]@", redact(url, everybody))

    for _ in appraise(found, catalog):
        pass
    for (file, _, _), group in found.groups.items():
        outcome = _outcome(group.first, outcomes, group.match)
        row = _row(file, group, outcome, shown)
        row = evolve(
            row,
            suspicions=tuple(_with(one, reason=shown(one.reason)) for one in group.doubts),
            excused=outcome.verdict in FAILING
            and outcome.past is not None
            and outcome.past.runs < dead_after,
        )
        rows.append(evolve(row, recipients=tuple(group.recipients)) if show_recipients else row)
    remarks = tuple(_with(one, url=one.url and shown(one.url)) for one in found.remarks)
    files, notes = tuple(found.files), tuple(found.notes)
    return Report(tuple(rows), files, notes, remarks, interrupted)


def _outcome(link: Link, outcomes: Mapping[str, Outcome], match: Match | None) -> Outcome:
    """What is known of a link; a page that works under a former address is a renamed one."""
    if link.error is not None:
        return Outcome(link.url, Reason.WRAPPER, evidence=str(link.error))
    target = link.target or link.url
    if link.defanged:
        return Outcome(target, Reason.DEFANGED)
    opaque = link.unwrapped.opaque if link.unwrapped else None
    if opaque is not None and opaque.kind.personal:
        return Outcome(target, Reason.WRAPPER, evidence=str(opaque))
    outcome = outcomes.get(target, Outcome(target, Reason.NOT_ASKED))
    works = outcome.verdict in (Verdict.ALIVE, Verdict.MOVED)
    if works and match is not None and match.renamed:
        return evolve(outcome, reason=Reason.RENAMED, replacement=match.current_url)
    return outcome


def _row(
    file: str,
    group: _Group,
    outcome: Outcome,
    shown: Callable[[str], str],
) -> Row:
    """One row, every address in it as it may be `shown`."""
    first = group.first
    return Row(
        file,
        shown(first.url),
        None if first.target is None else shown(first.target),
        None if group.match is None else _match(group.match, shown),
        _with(
            outcome,
            url=shown(outcome.url),
            hops=tuple(_with(hop, url=shown(hop.url)) for hop in outcome.hops),
            replacement=None if outcome.replacement is None else shown(outcome.replacement),
            evidence=shown(outcome.evidence),
            error=shown(outcome.error),
        ),
        tuple(group.places),
    )


def _match(match: Match, shown: Callable[[str], str]) -> Match:
    fields = {name: getattr(match, name) for name in ("url", "target", "identifier")}
    return _with(match, **{name: value and shown(value) for name, value in fields.items()})


def _with(value: T, **fields: Any) -> T:  # noqa: ANN401  of whatever type the field is
    """`value` with other `fields`: itself where they are the same, as most are."""
    same = all(getattr(value, name) == other for name, other in fields.items())
    return value if same else evolve(value, **fields)


def _addressees(link: Link) -> Iterator[str]:
    """To whom the message was sent that `link` is from, in the original case."""
    for safe_link in link.unwrapped.safe_links if link.unwrapped else ():
        if safe_link.recipient:
            yield safe_link.recipient
