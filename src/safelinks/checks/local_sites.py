"""Which program publishes the documents of a directory, and what it may make that is not there.

A generator is known by its configuration, from the directory of a document upwards. What it makes,
nobody can say here: what a link to a page of its leads to is not missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import Enum, auto

from safelinks.files.local_tree import LocalTree

__all__ = ["PublishedAs", "is_page", "may_be_added", "published_as"]


class PublishedAs(Enum):
    """What of the files in a directory is found elsewhere when it is published."""

    FILES = auto()  # nothing: they are shown as they lie there
    PAGES = auto()  # texts become pages, with other names and perhaps in other places
    CROSS_REFERENCED = auto()  # so they do, and ``#name`` may be a name in any of them
    ANYTHING = auto()  # files, too, lie elsewhere


_CONFIGURATIONS: Mapping[str, PublishedAs] = {
    **dict.fromkeys(
        ("mkdocs.yml", "mkdocs.yaml", "zensical.toml", "book.toml", "_quarto.yml", "_config.yml",
         "_config.yaml", "book.json", ".gitbook.yaml"),
        PublishedAs.PAGES,
    ),
    **dict.fromkeys(("conf.py", "_toc.yml", "myst.yml"), PublishedAs.CROSS_REFERENCED),
    **dict.fromkeys(
        ("antora.yml", "hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "gatsby-config.js",
         "gatsby-config.ts", "next.config.js", "next.config.mjs", "next.config.ts", ".vitepress",
         ".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "astro.config.mjs",
         "astro.config.ts", "astro.config.js", "docusaurus.config.js", "docusaurus.config.ts",
         "nuxt.config.ts", "mint.json", "docs.json", "archetypes", ".vuepress", "svelte.config.js",
         "_pkgdown.yml",
         "_pkgdown.yaml", "docfx.json", "pelicanconf.py", ".obsidian"),
        PublishedAs.ANYTHING,
    ),
}  # fmt: skip
# Names that other programs have, too, with what stands beside them for a generator (Hugo, Zola).
_TOGETHER = (("config.toml", "content"), ("config.yaml", "content"), ("config.yml", "content"))
# Where a generator may be whose documents lie beside it.
_BESIDE = ("website", "site", "www", "docs", "doc", "documentation", "pkgdown")
_MOST_ABOVE = 12
# What themes and extensions of generators put beside pages, by name or by extension.
_ADDED = frozenset({"favicon.ico", "search", "assets", "stylesheets", "javascripts"})
_ADDED_EXTENSIONS = frozenset({".css", ".js", ".xml", ".json", ".map", ".ico", ".inv"})
_PUBLISHED = frozenset({"", ".html", ".htm"})  # how the pages end that generators make


def is_page(path: str) -> bool:
    """Whether the name at the end of a path may be that of a page."""
    extension = os.path.splitext(path)[1].lower()  # noqa: PTH122  of names
    return extension in _PUBLISHED or not extension[1:].isalnum()


def may_be_added(path: str, directory: str) -> bool:
    """Whether a generator may put a file there, of documents in `directory`, that is no page."""
    extension = os.path.splitext(path)[1].lower()  # noqa: PTH122  of names
    names = os.path.relpath(path, directory).split(os.sep)  # noqa: PTH206  of names
    return extension in _ADDED_EXTENSIONS or any(
        name.startswith("_") or name in _ADDED for name in names
    )


def published_as(tree: LocalTree, directory: str) -> PublishedAs:
    """How documents in `directory` are published, as far as its repository tells."""
    top = tree.top(directory)
    found = {_told_by(tree.names(one)) for one in _upwards(directory, top)}
    if top is not None:
        beside = (tree.names(os.path.join(top, name)) for name in _BESIDE)  # noqa: PTH118  of names
        found |= {_told_by(names) for names in beside} & {PublishedAs.ANYTHING}
    return max(found, key=lambda one: one.value, default=PublishedAs.FILES)


def _upwards(directory: str, top: str | None) -> Iterable[str]:
    for _ in range(_MOST_ABOVE):
        yield directory
        above = os.path.dirname(directory)  # noqa: PTH120  of names
        if directory in (top, above):
            return
        directory = above


def _told_by(names: frozenset[str] | None) -> PublishedAs:
    names = names or frozenset()
    if any(names.issuperset(one) for one in _TOGETHER):
        return PublishedAs.ANYTHING
    there = (known for name, known in _CONFIGURATIONS.items() if name in names)
    return max(there, key=lambda one: one.value, default=PublishedAs.FILES)
