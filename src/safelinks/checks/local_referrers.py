"""Documents that refer to files: which repository they are in, and what may be told of it.

What holds for all documents of a directory, is found out once.
"""

from __future__ import annotations

import os
from functools import cached_property

from attrs import field

from safelinks.checks.local_sites import PublishedAs, published_as
from safelinks.documents.local.local_reference import LocalReference
from safelinks.files.local_tree import LocalTree
from safelinks.foundation.values import frozen

__all__ = ["Directory", "Referrer", "is_in"]

# Directories of what becomes a part of other documents: its references are relative to them.
_PARTS = frozenset({"includes", "include", "partials", "snippets", "templates", "shortcodes"})


def is_in(path: str, directory: str) -> bool:
    """Whether `path` is that of `directory`, or of something in it."""
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)


@frozen
class Directory:
    """A directory in which documents are."""

    path: str
    tree: LocalTree = field(repr=False)

    @cached_property
    def top(self) -> str | None:
        """The directory of its repository."""
        return self.tree.top(self.path)

    @cached_property
    def published_as(self) -> PublishedAs:
        """How the documents in it are published."""
        return published_as(self.tree, self.path)

    @cached_property
    def around(self) -> str:
        """The directory outside of which nothing is told of files, by its real name."""
        if self.top:
            return os.path.realpath(self.top)
        here, own = os.path.realpath(os.curdir), os.path.realpath(self.path)
        return here if is_in(own, here) else own


@frozen
class Referrer:
    """A document that refers to files: what it is called, and where it is."""

    file: str
    path: str
    directory: Directory = field(repr=False)

    @property
    def folder(self) -> str:
        """The directory that it is in."""
        return self.directory.path

    @property
    def top(self) -> str | None:
        """The directory of its repository."""
        return self.directory.top

    @property
    def published_as(self) -> PublishedAs:
        """How it is published."""
        return self.directory.published_as

    def may_be_told_of(self, path: str) -> bool:
        """Whether the content of a file may be told of to who gave the document."""
        return is_in(self.directory.tree.real(path), self.directory.around)

    def says_where(self, reference: LocalReference) -> bool:
        """Whether it is certain what a reference is relative to."""
        return reference.certain and not self._is_part

    @cached_property
    def _is_part(self) -> bool:
        """Whether it looks like a part of other documents."""
        below = os.path.relpath(self.path, self.top or self.folder).split(os.sep)  # noqa: PTH206  names
        return any(name.startswith("_") or name.lower() in _PARTS for name in below)
