"""The errors that safelinks raises on purpose, and nothing else.

::

    SafelinksError
    ├── NotASafeLinkError    the address is not in Microsoft's format   (also a ValueError)
    ├── TargetLostError      a Safe Link that no longer carries a target (also a ValueError)
    ├── ChainTooDeepError    wrappers within wrappers beyond the limit
    ├── ChainLoopError       wrappers within wrappers that lead back to themselves
    ├── NotLiveError         a wrapper around a script or the like, which is not written
    ├── InvalidURLError      an address that no client could ask for      (also a ValueError)
    ├── DocumentError        an input that cannot be read
    │   ├── NoTextError      an input in which there is no text, such as a picture
    │   ├── MissingPackageError an input that takes a package that is not installed
    │   ├── NotReadableError an input that the system does not let anybody read
    │   └── NotWritableError an input whose links cannot be replaced, or a file that is not written
    ├── SetupError           a setting, in the environment or a file, that cannot be used
    └── CatalogError         catalog data that breaks its own rules

Messages are one sentence for people. Of an address they quote the host only, because all else may
tell the recipient's, and of a link in the name of a file what is not secret; the whole input stays
available as an attribute.
"""

from __future__ import annotations

from safelinks.addresses.link_errors import (
    ChainLoopError,
    ChainTooDeepError,
    InvalidURLError,
    NotASafeLinkError,
    NotLiveError,
    SafelinksError,
    TargetLostError,
)
from safelinks.wrappers.redaction.link_redaction import shown

__all__ = [
    "CatalogError",
    "ChainLoopError",
    "ChainTooDeepError",
    "DocumentError",
    "InvalidURLError",
    "MissingPackageError",
    "NoTextError",
    "NotASafeLinkError",
    "NotLiveError",
    "NotReadableError",
    "NotWritableError",
    "SafelinksError",
    "SetupError",
    "TargetLostError",
]


class _SentenceError(SafelinksError):
    """A sentence that names a file, or quotes what was written: a link in it tells of nobody.

    The whole sentence stays available in `args`.
    """

    def __str__(self) -> str:
        return shown(super().__str__())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class DocumentError(_SentenceError):
    """An input that cannot be read; the message names it and says what to do."""


class NoTextError(DocumentError):
    """A file in which there is no text, so that nobody misses its links."""


class MissingPackageError(DocumentError):
    """A file in a format that takes a package: `title` is what it is, `command` installs that."""

    def __init__(self, name: str, title: str, command: str) -> None:
        super().__init__(f"{name}: this is {title}; to read it, run: {command}")
        self.name, self.title, self.command = name, title, command

    def __reduce__(self) -> tuple[object, ...]:  # a process tells another by it
        return type(self), (self.name, self.title, self.command)


class NotReadableError(DocumentError):
    """A file or directory that this user may not read."""


class NotWritableError(DocumentError):
    """A document with links to replace, or another file, that cannot be written as it is."""


class SetupError(_SentenceError):
    """A setting that cannot be used, from the environment or a file; the message names it."""


class CatalogError(_SentenceError):
    """Catalog data that breaks a rule; the message names the entry and the rule."""
