"""Which documents are parts of others: their references are not relative to them, nor all theirs.

In AsciiDoc and reStructuredText, whatever is in the same repository may include a document, whether
it is read or not. In Markdown, only what is read is known.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from attrs import field

from safelinks.documents.local.local_reference import LocalReference
from safelinks.files.local_tree import LocalTree
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define

__all__ = ["Includers", "named_parts"]

_FAMILIES = (
    frozenset({".adoc", ".asciidoc", ".asc", ".ad"}),
    frozenset({".rst", ".rest", ".txt", ".inc"}),
)
_INCLUDES = pattern_of(rb"\binclude::[ \t]*([^\[\r\n]+)")
_FILLED = pattern_of(r"\{[^{}]*\}|\|[^|]*\||<[^<>]*>")  # in later, by any name
_MOST_DIRECTORIES = 5_000
_MOST_TEXTS = 2_000
_LARGEST = 1 << 20  # bytes of a text that is written by hand
_ANY = "*"


def named_parts(
    references: Mapping[str, Sequence[LocalReference]], paths: Mapping[str, str]
) -> frozenset[str]:
    """The absolute paths of those documents that another one includes, wherever it looks."""
    absolute = {os.path.abspath(path) for path in paths.values()}  # noqa: PTH100  links stay
    by_name: dict[str, list[str]] = {}
    for path in absolute:
        by_name.setdefault(os.path.basename(path), []).append(path)  # noqa: PTH119  of names
    parts: set[str] = set()
    for file, found in references.items():
        folder = os.path.dirname(os.path.abspath(paths[file]))  # noqa: PTH100, PTH120  of names
        for one in found:
            if one.includes and one.target is not None and one.target.path:
                parts |= set(_meant(one, folder, by_name))
    return frozenset(parts)


def _meant(
    reference: LocalReference, folder: str, by_name: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    path = reference.target.path if reference.target else ""
    beside = os.path.normpath(os.path.join(folder, path))  # noqa: PTH118  of names
    yield beside
    if not reference.certain and not path.startswith(".."):  # looked for from any directory
        end = os.path.normpath("/" + path.lstrip("/")).replace(os.sep, "/")
        for known in by_name.get(end.rpartition("/")[2], ()):
            if known.replace(os.sep, "/").endswith(end):
                yield known


@define
class Includers:
    """What the documents of repositories include, by the last name of it; each is read once."""

    tree: LocalTree
    _names: dict[tuple[str, frozenset[str]], frozenset[str]] = field(factory=dict, init=False)

    def may_include(self, path: str) -> bool:
        """Whether some document may include the one at `path`; of most formats, none does."""
        folder, name = os.path.split(path)
        ending = os.path.splitext(name)[1].lower()  # noqa: PTH122  of names
        family = next((one for one in _FAMILIES if ending in one), None)
        if family is None:
            return False
        top = self.tree.top(folder) or _around(folder)
        if (top, family) not in self._names:
            self._names[top, family] = frozenset(self._included_in(top, family))
        return any(fnmatchcase(name, one) for one in self._names[top, family])

    def _included_in(self, top: str, family: frozenset[str]) -> Iterable[str]:
        found: set[str] = set()
        texts = 0
        for number, (folder, folders, names) in enumerate(os.walk(top)):
            folders[:] = [one for one in folders if not one.startswith(".")]
            for name in names:
                if os.path.splitext(name)[1].lower() in family:  # noqa: PTH122  of names
                    texts += 1
                    found |= self._included_by(os.path.join(folder, name))  # noqa: PTH118  of names
            if number >= _MOST_DIRECTORIES or texts >= _MOST_TEXTS:
                return {_ANY}  # nobody has looked at the others
        return found

    def _included_by(self, path: str) -> set[str]:
        raw = self.tree.read(path) if _is_text(path) else None
        targets = (os.fsdecode(one).strip() for one in _INCLUDES.findall(raw or b""))
        # Brackets would be a set of letters: where they stand, nobody knows the name.
        names = (_FILLED.sub(_ANY, one).rpartition("/")[2] for one in targets)
        return {_ANY if "[" in one else one for one in names if one}


def _around(folder: str) -> str:
    """Where to look outside of a repository: the working directory, if `folder` is in that."""
    here = os.path.abspath(os.curdir)  # noqa: PTH100  links stay
    return here if folder.startswith(here.rstrip(os.sep) + os.sep) else folder


def _is_text(path: str) -> bool:
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST
