"""Directories that a package manager fills: told by their name, or by what it leaves in them.

It is given names, and looks into nothing. A name that people also use for their own files, such as
`vendor`, counts only with the mark of a package manager in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from safelinks.foundation.values import frozen

__all__ = ["vendored_by_content", "vendored_by_name"]

_BY_NAME: Mapping[str, str] = {
    "node_modules": "packages of npm",
    "bower_components": "packages of Bower",
    "jspm_packages": "packages of jspm",
    "site-packages": "packages of Python",
    "dist-packages": "packages of Python",
    "__pypackages__": "packages of Python",
    "elm-stuff": "packages of Elm",
}


@frozen
class _Mark:
    """What a package manager leaves in a directory, which may have to be called `name`."""

    within: str
    what: str
    name: str | None = None


_MARKS = (
    _Mark("pyvenv.cfg", "a virtual environment"),
    _Mark("conda-meta", "a conda environment"),
    _Mark(".cargo-checksum.json", "a crate of Cargo"),
    _Mark("modules.txt", "modules of Go", "vendor"),
    _Mark("autoload.php", "packages of Composer", "vendor"),
    _Mark("vendor.txt", "packages of Python", "_vendor"),
    _Mark("ruby", "gems of Bundler", "bundle"),
    _Mark("Manifest.lock", "packages of CocoaPods", "Pods"),
)


def vendored_by_name(name: str) -> str | None:
    """What is in a directory that is called `name`, if only a package manager calls one so."""
    return _BY_NAME.get(name)


def vendored_by_content(name: str, entries: Collection[str]) -> str | None:
    """What is in the directory `name` with these `entries`, if a package manager made it.

    >>> vendored_by_content("env", {"bin", "lib", "pyvenv.cfg"})
    'a virtual environment'
    >>> vendored_by_content("vendor", {"how-to-register.md"})
    """
    for mark in _MARKS:
        if mark.within in entries and mark.name in (None, name):
            return mark.what
    return None
