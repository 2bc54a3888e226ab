"""`FileChange`: a file, and what becomes of the documents in it: as a diff, or in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field

from safelinks.addresses.printable import printable
from safelinks.addresses.schemes import is_live
from safelinks.documents.document import Document
from safelinks.documents.redacted_lines import nameless_hunk
from safelinks.documents.unified_diff import unified
from safelinks.files.file_access import FileReading, replace
from safelinks.foundation.values import define
from safelinks.links.text_links import Link, addressees
from safelinks.wrappers.vendors.wrapper_table import wrapper_of

if TYPE_CHECKING:
    from safelinks.documents.rewriting import Rewriting

__all__ = ["FileChange"]

_MOST_PLACES = 5


@define
class FileChange:
    """A file whose documents are to be changed. Nothing is written before `write`.

    `documents` reads them, `change` gives what becomes of one. The file is replaced only if it
    still holds what its `reading` saw. A diff names nobody: neither whom the documents tell of, nor
    one of `people`. A change that is `redacting` warns of secrets that stay. With `only_left`, all
    else that there is to warn of was said when the file was first read.
    """

    name: str
    documents: Callable[[], Iterable[Document]] = field(repr=False)
    change: Callable[[Document], Rewriting] = field(repr=False)
    reading: FileReading | None = field(default=None, repr=False, kw_only=True)
    people: frozenset[str] = field(default=frozenset(), repr=False, kw_only=True)
    redacting: bool = field(default=False, kw_only=True)
    only_left: bool = field(default=False, kw_only=True)
    _notes: dict[str, None] = field(factory=dict, init=False, repr=False)
    _places: dict[str, list[str]] = field(factory=dict, init=False, repr=False)

    def results(self) -> Iterator[tuple[Document, bytes]]:
        """Each document, and its bytes after the change. Raises DocumentError."""
        self._notes.clear()
        self._places.clear()
        for document in self.documents():
            self._notes |= dict.fromkeys(document.notes)
            changed = self.change(document)
            if changed.has_lost:
                links = document.links
                self._note("lost", (link for link in links if link.error is not None))
                self._note("unsafe", filter(_is_unsafe, links))
                self._note("telling", filter(_keeps_secrets, links if self.redacting else ()))
            self._note("left", changed.left)
            yield document, changed.content

    def _note(self, why: str, links: Iterable[Link]) -> None:
        self._places.setdefault(why, []).extend(str(link.place) for link in links)

    def warnings(self) -> Iterator[str]:
        """Sentences on what stays as it is, once the results are known."""
        if not self.only_left:
            yield from self._notes
        for why, sentence in _STAYS.items():
            places = self._places.get(why)
            if places and (why == "left" or not self.only_left):
                yield f"{self.name}: {sentence.format(_few(places))}"

    def is_changed(self) -> bool:
        """Whether the file would change. Raises DocumentError."""
        return sum(document.original() != after for document, after in self.results()) > 0

    def diff(self, *, show_recipients: bool = False) -> Iterator[bytes]:
        """The lines of a unified diff; none where nothing would change. Raises DocumentError.

        It is for reading: recipients and passwords are blanked in it, so it cannot be applied. With
        `show_recipients` it is a patch.
        """
        results = []
        people = set(self.people)
        for document, after in self.results():
            results.append((document.original(), after))
            people.update(*map(addressees, document.links))
        before = b"".join(original for original, _ in results)
        after = b"".join(changed for _, changed in results)
        name = printable(self.name).encode()
        if before == after:
            return
        if b"\0" in before:
            yield b"Binary file %b would change\n" % name
        else:
            shown = partial(nameless_hunk, people=frozenset(people))
            yield from unified(before, after, name, list if show_recipients else shown)

    def is_backup(self, suffix: str) -> bool:
        """Whether the file is the backup with this suffix of another one."""
        return self.name.endswith(suffix) and Path(self.name.removesuffix(suffix)).is_file()

    def write(self, *, backup: str | None = None, swept: set[Path] | None = None) -> bool | None:
        """Change the file; whether that changed it, None where nothing had to be written.

        `backup` is a suffix: the file is first copied to its name with that behind it. `swept` has
        the directories in which nobody has to look for leftovers of killed runs. Raises
        DocumentError and NotWritableError; the file is as it was then.
        """
        results = iter(self.results())
        first = list(islice(results, 2))
        if len(first) == 1 and first[0][0].original() == first[0][1]:
            return None  # so that nothing has to be written where nothing may be
        content = (after for _, after in chain(first, results))
        path = Path(self.name) if self.reading is None else self.reading.path
        return replace(path, content, backup=backup, since=self.reading, swept=swept)


# Why links stay as they are, in order, and what to say of them.
_STAYS = {
    "lost": "wrapped links without a target were not changed ({})",
    "telling": (
        "these wrapped links are cut off, so their secrets were not removed ({}); remove them by "
        "hand"
    ),
    "unsafe": (
        "the targets of these wrapped links are not web or mail addresses, so they were not "
        "changed ({})"
    ),
    "left": (
        "these links were not changed, because the new address could not be read back "
        "correctly ({})"
    ),
}


def _keeps_secrets(link: Link) -> bool:
    """Whether `link` is cut off and of a service whose links have more secrets than a recipient."""
    row = wrapper_of(link.url) if link.error is not None else None
    return row is not None and not row.secrets.none


def _is_unsafe(link: Link) -> bool:
    return link.wrapped and not is_live(link.target or "")


def _few(places: list[str]) -> str:
    return "; ".join(places[:_MOST_PLACES]) + ("; …" if places[_MOST_PLACES:] else "")
