"""Links to files: whether each is there, by its exact name, and has the place that is named in it.

What is not certain is no problem: what a generator makes, what git leaves out or was not to fetch,
what a part of another document refers to, what nobody may look into. Nobody is asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import field

from safelinks.checks.local_link_options import LocalLinkOptions
from safelinks.checks.local_parts import Includers, named_parts
from safelinks.checks.local_referrers import Directory, Referrer, is_in
from safelinks.checks.local_sites import PublishedAs, is_page, may_be_added
from safelinks.checks.local_texts import LocalTexts
from safelinks.checks.looked_at import LookedAt
from safelinks.documents.local.local_reference import LocalReference, LocalTarget
from safelinks.documents.local.slugs import AnchorFlavour
from safelinks.files.git_renames import GitRenames
from safelinks.files.local_tree import FileKind, LocalTree, LookedUp
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.rules.local_problems import LocalProblem, LocalProblemKind

__all__ = ["LocalLinks", "look_at"]

# Pages of a forge, to which people refer from a file as from a page of the repository there.
_OF_FORGES = frozenset({
    "issues", "pulls", "pull", "wiki", "releases", "discussions", "actions", "security", "projects",
    "commits", "commit", "compare", "tags", "blob", "tree", "raw", "edit", "new", "labels",
    "milestones", "network", "graphs", "packages", "settings", "stargazers", "-", "merge_requests",
    "deployments", "search", "tag", "sponsors",
})  # fmt: skip
_SOURCES = (".md", ".rst", ".adoc", ".mdx", ".markdown", ".ipynb", ".txt", ".org", ".asciidoc")
_INDEXES = ("index", "README", "_index", "readme")
# What is meant as an address, most likely; as it is written, it is a file.
_HOST = pattern_of(
    r"(?:[a-z0-9-]+\.)+(?:org|com|net|io|gov|edu|dev|info|us|app|ai|co|uk|de|eu|nyc)(?:[/?#:]|\Z)",
    re.IGNORECASE,
)
_SAFE = pattern_of(r"[\w./~+,=-]+")  # what stands in every format as it is


def _joined(*names: str) -> str:
    return os.path.join(*names)  # noqa: PTH118  of names that need not be a Path


@define
class LocalLinks:
    """Says of references to files what is wrong with them; each file is looked at once."""

    options: LocalLinkOptions
    tree: LocalTree = field(factory=LocalTree)
    _texts: LocalTexts = field(init=False)
    _renames: GitRenames = field(factory=GitRenames, init=False)
    _root: str | None = field(init=False)
    _directories: dict[str, Directory] = field(factory=dict, init=False)

    @_texts.default
    def _of_options(self) -> LocalTexts:
        flavours = tuple(map(AnchorFlavour, self.options.anchors)) or tuple(AnchorFlavour)
        return LocalTexts(self.tree, flavours)

    @_root.default
    def _root_of_options(self) -> str | None:
        given = self.options.root_dir
        return None if given is None else os.path.abspath(os.fspath(given))  # noqa: PTH100  links stay

    def problems(
        self, file: str, path: str, references: Iterable[LocalReference]
    ) -> Iterator[LocalProblem]:
        """What is wrong with the `references` of a document at `path`, which is absolute."""
        folder, _ = os.path.split(path)
        directory = self._directories.get(folder)
        if directory is None:
            directory = self._directories[folder] = Directory(folder, self.tree)
            self.tree.trust(folder)
        document = Referrer(file, path, directory)
        for reference in references:
            problem = self._problem(document, reference)
            if problem is not None:
                yield problem

    def _problem(self, document: Referrer, reference: LocalReference) -> LocalProblem | None:
        target = reference.target
        path = None if target is None else self._path(document, reference, target)
        if target is None or path is None:
            return None
        if self._climbs(document, path):
            return self._outside(document, reference, target)
        looked_up = self.tree.look_up(path)
        if looked_up.kind is FileKind.MISSING and (found := self._with_extension(path)):
            looked_up = found
        if looked_up.kind is not FileKind.MISSING and not looked_up.is_exact:
            return self._called_otherwise(document, reference, target, path, looked_up.path)
        look = _LOOKS.get(looked_up.kind)
        return look(self, document, reference, target, looked_up.path) if look else None

    def _path(
        self, document: Referrer, reference: LocalReference, target: LocalTarget
    ) -> str | None:
        """The file that is meant, as an absolute path; None where nobody can say."""
        path = target.path
        if reference.base:
            if not path:
                return None
            path = path if path.startswith("/") else reference.base.rpartition("/")[0] + "/" + path
            path = path if reference.base.startswith("/") else path.lstrip("/")
        if not path:
            return document.path
        if not path.startswith("/"):
            return os.path.normpath(_joined(document.folder, path))
        published = self.options.published_at
        if self._root is None or not f"{path}/".startswith(published):
            return None
        self.tree.trust(self._root)
        below = os.path.normpath(f"/{path[len(published) :]}").lstrip("/")
        return os.path.normpath(_joined(self._root, below))

    def _climbs(self, document: Referrer, path: str) -> bool:
        top = document.top
        if top is None or is_in(path, top):
            return False
        return self._root is None or not is_in(path, self._root)

    def _outside(
        self, document: Referrer, reference: LocalReference, target: LocalTarget
    ) -> LocalProblem | None:
        beyond = target.path.replace("../", "").partition("/")[0]
        if beyond in _OF_FORGES or not reference.certain:
            return None
        kind = LocalProblemKind.LEADS_OUTSIDE
        return _told(document, reference, kind, "leads out of the repository")

    def _with_extension(self, path: str) -> LookedUp | None:
        stem = os.path.splitext(path)[0]  # noqa: PTH122  of names
        for extension in self.options.fallback_extensions:
            for tried in (f"{path}.{extension}", f"{stem}.{extension}"):
                found = self.tree.look_up(tried)
                if found.kind is FileKind.FILE and found.is_exact:
                    return found
        return None

    def _missing(
        self, document: Referrer, reference: LocalReference, target: LocalTarget, path: str
    ) -> LocalProblem | None:
        if not document.says_where(reference) or self._may_be_made(document, path):
            return None
        real = os.path.dirname(os.path.realpath(document.path))  # noqa: PTH120  of names
        if real != document.folder and not target.path.startswith("/"):
            beside = os.path.normpath(_joined(real, target.path))
            if os.path.lexists(beside):
                return None
        kind, message = LocalProblemKind.MISSING_FILE, "there is no such file"
        moved = (
            self._renames.of(document.top, path) if self.options.renames and document.top else None
        )
        if moved is None:
            hint = "; an address begins with https://" if _may_be_host(document, reference) else ""
            return _told(document, reference, kind, message + hint)
        start = document.folder
        slash = ""
        if target.path.startswith("/"):
            start, slash = self._root or start, self.options.published_at
        name = os.path.relpath(moved, start).replace(os.sep, "/")
        message = f"{message}; git has moved it to {os.path.relpath(moved, document.top)}"
        written = _instead(reference, target, f"{slash}{name}")
        return _told(document, reference, kind, message, written)

    def _may_be_made(self, document: Referrer, path: str) -> bool:
        """Whether what is missing may come from a program, or be somewhere else in git."""
        published, page = document.published_as, is_page(path)
        if published is PublishedAs.ANYTHING:
            return True
        is_made = published is not PublishedAs.FILES
        if is_made and (page or may_be_added(path, document.folder)):
            return True
        if page and any(map(self._is_there, _sources_of(path))):
            return True
        folder = document.folder
        return (
            self.tree.is_ignored(path)
            or self.tree.is_partial(folder)
            or self._is_in_empty_directory(path)
        )

    def _is_there(self, path: str) -> bool:
        return self.tree.look_up(path).kind is not FileKind.MISSING

    def _is_in_empty_directory(self, path: str) -> bool:
        """Whether it is in a directory without anything: git keeps none, but for a submodule."""
        above = os.path.dirname(path)  # noqa: PTH120  of names
        while not self._is_there(above):
            above = os.path.dirname(above)  # noqa: PTH120  of names
        found = self.tree.look_up(above)
        return found.kind is not FileKind.FILE and not self.tree.names(found.path)

    def _called_otherwise(
        self,
        document: Referrer,
        reference: LocalReference,
        target: LocalTarget,
        path: str,
        real: str,
    ) -> LocalProblem | None:
        if document.published_as is PublishedAs.ANYTHING or not document.says_where(reference):
            return None
        name = os.path.relpath(real, os.path.commonpath([path, real]))
        message = f"the file is called {name}; where upper and lower case differ, it is not found"
        written = _instead(reference, target, _respelled(target.path, path, real))
        return _told(document, reference, LocalProblemKind.WRONG_CASE, message, written)

    def _of_directory(
        self, document: Referrer, reference: LocalReference, target: LocalTarget, path: str
    ) -> LocalProblem | None:
        names = self.tree.names(path)
        if not self.options.index_files or names is None or "." in self.options.index_files:
            return None
        index = next((one for one in self.options.index_files if one in names), None)
        if index is not None:
            return self._of_place(document, reference, target, _joined(path, index))
        if self._may_be_made(document, path):
            return None
        message = f"the directory has no {' or '.join(self.options.index_files)}"
        return _told(document, reference, LocalProblemKind.MISSING_FILE, message)

    def _of_place(
        self, document: Referrer, reference: LocalReference, target: LocalTarget, path: str
    ) -> LocalProblem | None:
        if not target.fragment:
            return None
        is_own = path == document.path
        if is_own and document.published_as is PublishedAs.CROSS_REFERENCED:
            return None
        if not (document.may_be_told_of(path) or (self._root and is_in(path, self._root))):
            return None
        name = "this document" if is_own else None
        message = self._texts.problem(path, target.fragment, name)
        kind = LocalProblemKind.MISSING_ANCHOR
        return None if message is None else _told(document, reference, kind, message)


# What there is to say of what is at a path; of what nobody can look into, nothing.
_LOOKS: Mapping[
    FileKind,
    Callable[[LocalLinks, Referrer, LocalReference, LocalTarget, str], LocalProblem | None],
] = {
    FileKind.FILE: LocalLinks._of_place,  # noqa: SLF001  the table of this class
    FileKind.DIRECTORY: LocalLinks._of_directory,  # noqa: SLF001
    FileKind.MISSING: LocalLinks._missing,  # noqa: SLF001
}


def _told(
    document: Referrer,
    reference: LocalReference,
    kind: LocalProblemKind,
    message: str,
    replacement: str | None = None,
) -> LocalProblem:
    return LocalProblem(
        kind,
        document.file,
        reference.place,
        reference.written,
        message,
        replacement,
        fixable=replacement is not None,
    )


def _may_be_host(document: Referrer, reference: LocalReference) -> bool:
    """Whether a name may be meant as that of a site; between texts in Org, it is a file's."""
    in_org = document.path.endswith(".org") and reference.written.endswith(".org")
    return _HOST.match(reference.written) is not None and not in_org


def _instead(reference: LocalReference, target: LocalTarget, path: str | None) -> str | None:
    """A reference with another `path`: where it stands as it is meant, and so does the new one."""
    if path is None or reference.base or not reference.written.startswith(target.path):
        return None
    if reference.place.line is None:  # only texts are written
        return None
    rest = reference.written[len(target.path) :]
    return f"{path}{rest}" if target.path and _SAFE.fullmatch(path) else None


def _sources_of(path: str) -> Iterator[str]:
    """The texts that a page at `path` may be made of."""
    stem = os.path.splitext(path)[0]  # noqa: PTH122  of names
    for bare in dict.fromkeys((path, stem)):
        for source in _SOURCES:
            yield f"{bare}{source}"
            yield from (_joined(bare, f"{index}{source}") for index in _INDEXES)


def _respelled(written: str, path: str, real: str) -> str | None:
    """`written`, which leads to `path`, with the names that `real` has; None for what climbs there.

    >>> _respelled("../Docs/A.md", "/x/Docs/A.md", "/x/docs/a.md")
    '../docs/a.md'
    """
    parts = written.split("/")
    names = 0
    while names < len(parts) and parts[-1 - names] not in ("", ".", ".."):
        names += 1
    given, called = path.split(os.sep), real.split(os.sep)  # noqa: PTH206  names
    above = len(given) - names
    if not names or len(called) != len(given) or called[:above] != given[:above]:
        return None
    return "/".join([*parts[: len(parts) - names], *called[above:]])


def look_at(
    references: Mapping[str, Sequence[LocalReference]],
    paths: Mapping[str, str],
    options: LocalLinkOptions,
) -> LookedAt:
    """What is wrong with the `references` of files, which are at `paths`.

    What one document includes, is a part of that: its own references are not relative to it.
    """
    checker = LocalLinks(options)
    includers = Includers(checker.tree)
    parts = named_parts(references, paths)
    problems: list[LocalProblem] = []
    unjudged: list[tuple[str, LocalReference]] = []
    for file, found in references.items():
        path = os.path.abspath(paths[file])  # noqa: PTH100  of names
        chosen = [one for one in found if not options.leaves_out(one.written)]
        wrong = [] if path in parts else list(checker.problems(file, path, chosen))
        if path in parts or (wrong and includers.may_include(path)):
            unjudged += ((file, one) for one in found)
            continue
        problems += wrong
        if len(chosen) < len(found):
            unjudged += ((file, one) for one in found if options.leaves_out(one.written))
    return LookedAt(tuple(problems), tuple(unjudged))
