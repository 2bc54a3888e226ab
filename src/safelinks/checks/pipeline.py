"""The pipeline: documents are collected, their addresses asked, and all of it is judged.

`safelinks.check`, `check_documents` and the command line run a `Check` and nothing else. It only
joins the rooms: links are found and unwrapped by `documents`, named by `catalog`, judged by
`health` and `rules`. Each distinct target is asked once, however often and in however many files it
stands.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from safelinks.addresses.schemes import is_web_address
from safelinks.catalog import Catalog, Match
from safelinks.checks.assessment import Survey
from safelinks.checks.check_options import CheckOptions
from safelinks.checks.collecting import Keep, appraise, collect
from safelinks.checks.known_findings import BaselineChange, KnownFindings
from safelinks.checks.local_link_options import LocalLinkOptions
from safelinks.checks.report import Report
from safelinks.documents.document import Document, addresses_read, read_all
from safelinks.errors import DocumentError, SetupError
from safelinks.rules import Finding, Selection

if TYPE_CHECKING:
    from safelinks.checks.file_change import FileChange
    from safelinks.checks.file_plan import FilePlan
    from safelinks.checks.fixed_places import FixedPlaces
    from safelinks.checks.suggestions import Suggestions
    from safelinks.health.checker import Checker
    from safelinks.health.model.outcome import Outcome

__all__ = ["Check", "CheckOptions", "check", "check_documents"]


_USUAL = CheckOptions()
_AT_ONCE = 8  # addresses that the catalog is asked about before anything else gets a turn


class Check:
    """One check of `documents`, step by step: they are read when it is made.

    ``ask`` asks for their addresses, ``report`` says what came of it, ``fixes`` what may be changed
    in the files without asking a person; ``fix`` changes them. Where nobody was asked, the report
    tells what can be known without the network. Raises DocumentError and SetupError.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        catalog: Catalog | None = None,
        options: CheckOptions = _USUAL,
        *,
        keep: Keep | None = None,
    ) -> None:
        """`keep` says which links count; the others are read, and nothing is said of them."""
        self.catalog = catalog or Catalog.nyc()
        self.options = options
        self.outcomes: dict[str, Outcome] = {}
        self._known = KnownFindings.open(
            options.baseline,
            options.selection,
            update=options.update_baseline,
            partial=keep is not None,
        )
        self.collection = collect(
            documents,
            self.catalog,
            keep=keep,
            keep_texts=options.keep_texts,
            keep_redirectors=options.keep_redirectors,
            local_links=options.local_links is not None,
            dated=options.suggest,
        )
        self.assessment = Survey(
            self.collection,
            self.catalog,
            options.counting,
            show_recipients=options.show_recipients,
            dead_after=options.dead_after,
            now=options.now or datetime.now(UTC),
            local_links=options.local_links,
        )
        self._known.name_by(self.assessment.nameless)
        self._report: Report | None = None
        self._is_judged = False
        self._fixed: Report | None = None

    @cached_property
    def addresses(self) -> list[str]:
        """Every distinct address to ask for, in order."""
        more = self.collection.over_https if self.options.https else ()
        return [*dict.fromkeys([*self.collection.targets, *more])]

    def identify(self, url: str) -> Match:
        """What the catalog says of an address of the check, which it is asked once."""
        return self.collection.match(self.catalog, url)

    async def ask(
        self, checker: Checker | None = None, on_outcome: Callable[[Outcome], object] | None = None
    ) -> None:
        """Ask for every address; `on_outcome` hears of each as it is judged.

        What the catalog says of them is found out while answers are waited for. What is known when
        this is cancelled stays in `outcomes`.
        """
        import asyncio  # noqa: PLC0415  a check that asks nobody does without, as without this:

        from safelinks.health.checker import Checker  # noqa: PLC0415  with the network, a third of the start

        checker = checker or Checker(catalog=self)
        if self._is_judged:
            self.assessment.judge_anew()
        if checker.forgot:
            self.assessment.excuse_nothing()

        suggestions = self._suggestions() if self.options.suggest else None

        def tell(outcome: Outcome) -> None:
            self.outcomes[outcome.url] = outcome
            if on_outcome is not None:
                on_outcome(outcome)

        def hear(outcome: Outcome) -> None:
            self.outcomes[outcome.url] = outcome
            if suggestions is None or not suggestions.hold(outcome):
                tell(outcome)

        async def appraise_meanwhile() -> None:
            for number, _ in enumerate(appraise(self.collection, self.catalog)):
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)

        appraising = asyncio.create_task(appraise_meanwhile())
        try:
            await checker.check(self.addresses, hear, or_http=self.collection.or_http)
            await appraising
            note = await suggestions.ask(checker, tell) if suggestions is not None else None
            if note is not None:
                self.collection.notes[note] = None
        finally:
            appraising.cancel()

    def _suggestions(self) -> Suggestions:
        from safelinks.checks.suggestions import Suggestions  # noqa: PLC0415  only who wants them pays

        return Suggestions(
            self.options.archive, self.collection, self.catalog, self.assessment.nameless
        )

    def mark(self, finding: Finding) -> Finding:
        """A finding that comes before the report, with whether the baseline knows it."""
        return self._known.each(finding)

    def report(self, *, interrupted: bool = False, unread: bool = False) -> Report:
        """The report on what is known by now.

        An `interrupted` check says so, and so does one that left out files that were `unread`.
        After `fix`, it is what that gave.
        """
        if self._fixed is not None:
            return self._fixed
        self._is_judged = True
        self._report = self.assessment.report(self.outcomes, interrupted=interrupted)
        self._report = evolve(self._report, unread=unread)
        return self._known.mark(self._report)

    def save_baseline(self, report: Report) -> BaselineChange | None:
        """Update the baseline if the options say so; what has changed in it.

        None where nothing was written. Raises NotWritableError.
        """
        return self._known.save(report)

    def fixes(self) -> tuple[FileChange, ...]:
        """The files in which something is certain to be better, and how they would change."""
        return tuple(self._fix(file, plan) for file, plan in self._plans().items())

    def _plans(self) -> dict[str, FilePlan]:
        """What to do in each file; what was read from no file cannot be written."""
        from safelinks.checks.file_plan import FilePlan  # noqa: PLC0415  only who fixes pays

        self._is_judged = True
        links, references = self.assessment.mending(self.outcomes), self.assessment.rereferencing()
        plans = {file: FilePlan(plan) for file, plan in links.items()}
        for file, planned in references.items():
            plans.setdefault(file, FilePlan()).references = planned
        files: dict[str, str] = {}
        for file in plans:
            if file in self.collection.again and file not in self.collection.sourceless:
                path = os.path.realpath(self.collection.readings[file].path)
                files.setdefault(path, file)  # of two names of one file, the first
        return {file: plans[file] for file in files.values()}

    def _fix(self, file: str, plan: FilePlan) -> FileChange:
        from safelinks.checks.file_change import FileChange  # noqa: PLC0415  as above

        return FileChange(
            file,
            self.collection.again[file],
            plan.change,
            reading=self.collection.readings.get(file),
            people=frozenset(self.collection.everybody),
            only_left=True,
        )

    def fix(
        self,
        *,
        backup: str | None = None,
        on_error: Callable[[DocumentError], object] | None = None,
        on_change: Callable[[FileChange, bool], object] | None = None,
    ) -> Report:
        """Write all `fixes`; the report on what is left, with what was fixed in `mends`.

        `backup` is a suffix: the file is first copied to its name with that behind it. A file that
        cannot be written is as it was, and raises DocumentError; with `on_error`, that hears of it
        instead, and the others are written. `on_change` hears of each file, and whether it changed.
        Places are those in the files of now. Once fixed, the same report is given again. Raises
        SetupError for a check that was interrupted: not all is known then.
        """
        if self._fixed is not None:
            return self._fixed
        if (self._report or self.report()).interrupted:
            raise SetupError("the check was interrupted, so no file is changed; run it again")
        written = set()
        from safelinks.checks.fixed_places import FixedPlaces  # noqa: PLC0415  only for who fixes

        places = FixedPlaces(self.collection.again, self.catalog, self.identify)
        swept: set[Path] = set()
        for change in self.fixes():
            if backup and change.is_backup(backup):
                continue
            places.note(change.name)
            try:
                is_changed = change.write(backup=backup, swept=swept)
            except DocumentError as error:
                if on_error is None:
                    raise
                on_error(error)
                continue
            if is_changed is not None:
                written.add(change.name)
            if on_change is not None:
                on_change(change, bool(is_changed))
        return self._after(written, places)

    def _after(self, written: set[str], places: FixedPlaces) -> Report:
        """The report when the files in `written` were changed: what they hold now is looked at."""
        plans, report = self._plans(), self._report or self.report()
        fixed: set[str] = set()
        for file in written:
            with suppress(DocumentError):  # gone since: then nothing is known to be fixed
                fixed |= plans[file].done(self.collection.again[file]())
            places.look_again(file, plans[file].links.end)
        report = evolve(
            report,
            findings=tuple(one for one in report.findings if one.fingerprint not in fixed),
            mends=tuple(one for one in report.findings if one.fingerprint in fixed),
        )
        self._report = report = places.placed(report)
        self._fixed = self._known.mark(report)
        return self._fixed


def check(  # noqa: PLR0913
    *sources: str | Path | Document,
    offline: bool = False,
    catalog: Catalog | None = None,
    checker: Checker | None = None,
    selection: Selection | None = None,
    show_recipients: bool = False,
    keep_texts: bool = False,
    https: bool = False,
    dead_after: int = 1,
    baseline: str | PathLike[str] | None = None,
    update_baseline: bool = False,
    changed_since: str | None = None,
    local_links: LocalLinkOptions | None = _USUAL.local_links,
) -> Report:
    """Check every link of files, directories, documents or addresses, and return a report.

    Addresses are strings that begin with ``http://`` or ``https://``. `offline` leaves out the
    network. With `changed_since`, a revision of git, only links on lines that changed since then
    count. All else is explained at `CheckOptions`. Runs an event loop of its own: where there is
    one, await `check_documents`. To fix files, use a `Check`. Raises DocumentError for a file that
    cannot be read, and SetupError for options that make no sense.
    """
    options = CheckOptions(
        selection=selection or Selection(),
        show_recipients=show_recipients,
        keep_texts=keep_texts,
        https=https,
        dead_after=dead_after,
        baseline=baseline,
        update_baseline=update_baseline,
        local_links=local_links,
    )
    catalog = catalog or Catalog.nyc()
    keep = None
    if changed_since is not None:
        if not isinstance(changed_since, str):
            raise SetupError(f"changed_since must be a revision of git, not {changed_since!r}")
        from safelinks.checks.changed_lines import changed_lines  # noqa: PLC0415  starts git

        keep = changed_lines(_files(sources), changed_since)
    checking = Check(_documents(sources, catalog.hosts), catalog, options, keep=keep)
    if not offline:
        _run(checking.ask(checker))
    report = checking.report()
    checking.save_baseline(report)
    return report


def _run(asking: Coroutine[Any, Any, None]) -> None:
    import asyncio  # noqa: PLC0415  as in `Check.ask`

    try:
        asyncio.run(asking)
    except RuntimeError:
        asking.close()
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            raise SetupError(
                "`check` starts its own event loop, but one is already "
                "running: await `check_documents`"
            ) from None
        raise


def _is_address(source: object) -> bool:
    return isinstance(source, str) and is_web_address(source)


def _files(sources: Iterable[str | Path | Document]) -> list[str | Path]:
    """Those of `sources` that are in files, directories or patterns."""
    named = [one.name if isinstance(one, Document) else one for one in sources]
    return [one for one in named if not _is_address(one)]


def _documents(
    sources: Sequence[str | Path | Document], bare_hosts: frozenset[str]
) -> Iterator[Document]:
    addresses = [str(one) for one in sources if _is_address(one)]
    if addresses:
        yield addresses_read(addresses, "<addresses>")
    for source in sources:
        if isinstance(source, Document):
            yield source
        elif not _is_address(source):
            yield from read_all(source, bare_hosts=bare_hosts)


async def check_documents(  # noqa: PLR0913
    documents: Iterable[Document],
    checker: Checker | None = None,
    catalog: Catalog | None = None,
    *,
    selection: Selection | None = None,
    show_recipients: bool = False,
    keep_texts: bool = False,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> Report:
    """Check every link of `documents` within an event loop.

    `on_outcome` is called with each outcome as it comes. `CheckOptions` explains the other
    arguments; to use all of its settings, use a `Check`.
    """
    options = CheckOptions(
        selection=selection or Selection(),
        show_recipients=show_recipients,
        keep_texts=keep_texts,
    )
    checking = Check(documents, catalog, options)
    await checking.ask(checker, on_outcome)
    return checking.report()
