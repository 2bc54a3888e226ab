"""Reading: submissions to what can be said of them without asking anybody.

Documents are read in threads, few at once, so that a large one does not keep others from being
answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from attrs import field

from safelinks.catalog import Catalog
from safelinks.checks.file_plan import FilePlan
from safelinks.checks.pipeline import Check, CheckOptions
from safelinks.documents.document import Document
from safelinks.documents.rewriting import Rewriting
from safelinks.errors import NotWritableError
from safelinks.foundation.values import define
from safelinks.web.cleaned_files import CleanedFile
from safelinks.web.problems import ProblemError
from safelinks.web.submissions import Submission
from safelinks.web.web_settings import WebSettings

__all__ = ["ReadingRoom"]

_T = TypeVar("_T")
_Changing = Callable[[Document], Rewriting]


@define
class ReadingRoom:
    """Reads submissions by `catalog`, within `settings`: in threads, or in this one."""

    settings: WebSettings
    catalog: Catalog
    in_threads: bool = True
    _limiter: CapacityLimiter = field(init=False)

    @_limiter.default
    def _of_settings(self) -> CapacityLimiter:
        return CapacityLimiter(self.settings.readers)

    async def run(self, work: Callable[[], _T]) -> _T:
        """What `work` gives."""
        if not self.in_threads:
            return work()
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def check(self, submission: Submission, *, keep_texts: bool = False) -> Check:
        """A check of a submission, before anybody is asked. Raises ProblemError."""
        return await self.run(partial(self._check, submission, keep_texts=keep_texts))

    def _check(self, submission: Submission, *, keep_texts: bool) -> Check:
        options = CheckOptions(
            show_recipients=submission.show_recipients,
            keep_texts=keep_texts,
            keep_redirectors=submission.keep_redirectors,
            local_links=None,  # which would tell what files this machine has
        )
        documents = submission.documents(self.catalog.hosts)
        check = Check(documents, self.catalog, options)
        if submission.unreadable and not check.collection.files:
            raise ProblemError("unreadable", " ".join(submission.unreadable))
        most = self.settings.most_links
        if len(check.collection.groups) > most:
            raise ProblemError(
                "too-many-links",
                f"There are {len(check.collection.groups):,} addresses, and {most:,} are allowed. "
                "Use the command line for more.",
                most=str(most),
            )
        return check

    async def cleaned(self, submission: Submission) -> list[CleanedFile]:
        """The files of a submission, cleaned. Raises ProblemError."""
        return await self.run(partial(self._changed, submission, lambda _: Document.cleaning))

    async def fixed(self, submission: Submission, check: Check) -> list[CleanedFile]:
        """The files of a submission, as `check` says that they are better. Raises ProblemError."""
        plans = check.assessment.mending(check.outcomes)

        def change(name: str) -> _Changing:
            return FilePlan(plans[name]).change if name in plans else _unchanged

        return await self.run(partial(self._changed, submission, change))

    def _changed(
        self, submission: Submission, change: Callable[[str], _Changing]
    ) -> list[CleanedFile]:
        files: dict[str, list[Document]] = {}
        for document in submission.documents(self.catalog.hosts):
            files.setdefault(document.name, []).append(document)
        if submission.unreadable:
            raise ProblemError("unreadable", " ".join(submission.unreadable))
        try:
            return [_file(name, documents, change(name)) for name, documents in files.items()]
        except NotWritableError as error:
            raise ProblemError("not-writable", str(error)) from None


def _unchanged(document: Document) -> Rewriting:
    return document.rewriting(lambda link: link)


def _file(name: str, documents: Iterable[Document], change: _Changing) -> CleanedFile:
    content, left = [], []
    for document in documents:
        changed = change(document)
        content.append(changed.content)
        left += [str(link.place) for link in changed.left]
        left += [str(link.place) for link in document.links if link.error is not None]
    return CleanedFile(name, b"".join(content), tuple(left))
