"""`check`: documents through the whole house, to a report.

It only joins the rooms: links are found and unwrapped by `documents`, named by `catalog`, judged by
`health` and `rules`. Each distinct target is asked once, however often and in however many files it
stands.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from safelinks.catalog import Catalog
from safelinks.checks.assessment import Survey
from safelinks.checks.collecting import collect
from safelinks.checks.report import Report
from safelinks.documents.document import Document, addresses_read, read_all
from safelinks.errors import SetupError
from safelinks.health.checker import Checker
from safelinks.health.model.outcome import Outcome
from safelinks.rules import Selection

__all__ = ["check", "check_documents"]

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def check(  # noqa: PLR0913
    *sources: str | Path | Document,
    offline: bool = False,
    catalog: Catalog | None = None,
    checker: Checker | None = None,
    selection: Selection | None = None,
    show_recipients: bool = False,
    keep_texts: bool = False,
) -> Report:
    """Check every link of files, directories, documents or addresses, and return a report.

    Addresses are strings that begin with ``http://`` or ``https://``. With `offline`, no request is
    made. `selection` says which rules count, and which findings fail. Starts its own event loop;
    within one, await `check_documents`. With `keep_texts`, the report contains the texts, for
    formats that show them. Raises DocumentError for a file that cannot be read.
    """
    catalog = catalog or Catalog.nyc()
    found = collect(_documents(sources, catalog.hosts), catalog, keep_texts=keep_texts)
    survey = Survey(found, catalog, selection or Selection(), show_recipients=show_recipients)
    if offline:
        return survey.report({})
    return _run(_ask(survey, checker, None))


def _run(report: Coroutine[Any, Any, Report]) -> Report:
    try:
        return asyncio.run(report)
    except RuntimeError:
        report.close()
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            raise SetupError(
                "`check` starts its own event loop, but one is already "
                "running: await `check_documents`"
            ) from None
        raise


def _documents(
    sources: Sequence[str | Path | Document], bare_hosts: frozenset[str]
) -> Iterator[Document]:
    addresses = [one for one in sources if isinstance(one, str) and _ADDRESS.match(one)]
    if addresses:
        yield addresses_read(addresses, "<addresses>")
    for source in sources:
        if isinstance(source, Document):
            yield source
        elif source not in addresses:
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
    """Check documents within an event loop; calls `on_outcome` with each outcome as it comes."""
    catalog = catalog or Catalog.nyc()
    found = collect(documents, catalog, keep_texts=keep_texts)
    survey = Survey(found, catalog, selection or Selection(), show_recipients=show_recipients)
    return await _ask(survey, checker, on_outcome)


async def _ask(
    survey: Survey, checker: Checker | None, on_outcome: Callable[[Outcome], object] | None
) -> Report:
    """Ask for every target that was found, and report."""
    checker, found = checker or Checker(catalog=survey.catalog), survey.found
    return survey.report(await checker.check(found.targets, on_outcome, or_http=found.or_http))
