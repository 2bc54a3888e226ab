"""`FilePlan`: all that is to change in a file: its links to addresses, and those to files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import evolve, field

from safelinks.checks.fix_plan import Mending
from safelinks.documents.document import Document, read
from safelinks.foundation.values import define

if TYPE_CHECKING:
    from safelinks.documents.rewriting import Rewriting

__all__ = ["FilePlan", "ReferencePlan"]


@define
class ReferencePlan:
    """What is `written` for references of a file, and the fingerprints of what is then fixed."""

    written: dict[str, str] = field(factory=dict)
    marks: dict[str, set[str]] = field(factory=dict)

    def add(self, reference: str, written: str, fingerprint: str) -> None:
        """Plan to write that for a reference, wherever it stands."""
        self.written[reference] = written
        self.marks.setdefault(reference, set()).add(fingerprint)


@define
class FilePlan:
    """What to change in a file."""

    links: Mending = field(factory=Mending)
    references: ReferencePlan = field(factory=ReferencePlan)

    def change(self, document: Document) -> Rewriting:
        """What becomes of a document in the file."""
        rewriting = document.rewriting(self.links.of)
        if not self.references.written:
            return rewriting
        changed = read(rewriting.content, document.name)
        return evolve(rewriting, content=changed.with_references(self.references.written))

    def done(self, documents: Iterable[Document]) -> set[str]:
        """The fingerprints of what is fixed, by the `documents` that the changed file has."""
        changed = list(documents)
        fixed = self.links.done(link for document in changed for link in document.links)
        left = {one.written for document in changed for one in document.local_references}
        gone = (
            marks for reference, marks in self.references.marks.items() if reference not in left
        )
        return fixed.union(*gone)
