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
    │   ├── NotReadableError an input that the system does not let anybody read
    │   └── NotWritableError an input whose links cannot be replaced, or a file that is not written
    ├── SetupError           a setting, in the environment or a file, that cannot be used
    └── CatalogError         catalog data that breaks its own rules

Messages are one sentence for people. Of an address they quote the host only, because all else may
tell the recipient's, and of a link in the name of a file what is not secret; the whole input stays
available as an attribute.
"""

from __future__ import annotations

import re

from safelinks.redact import shown

__all__ = [
    "CatalogError",
    "ChainLoopError",
    "ChainTooDeepError",
    "DocumentError",
    "InvalidURLError",
    "NotASafeLinkError",
    "NotLiveError",
    "NotReadableError",
    "NotWritableError",
    "SafelinksError",
    "SetupError",
    "TargetLostError",
]


class SafelinksError(Exception):
    """Base of everything that safelinks raises on purpose."""


class _LinkError(SafelinksError):
    """An error about one address, kept in `url` (it may hold personal data)."""

    _sentence = "{address} cannot be used"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url

    def __str__(self) -> str:
        return self._sentence.format(address=_brief(self.url))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class NotASafeLinkError(_LinkError, ValueError):
    """The address is not a Microsoft Safe Link."""

    _sentence = "{address} is not a Microsoft Safe Link"


class TargetLostError(_LinkError, ValueError):
    """A genuine wrapper whose target is gone: only its sender can still say where it led."""

    _sentence = (
        "the wrapped link {address} no longer carries its target; "
        "ask the sender for the original address"
    )


class NotLiveError(_LinkError):
    """A wrapper around something that must not stand without it, such as a script."""

    _sentence = "what {address} is wrapped around is no address of a page or a person, so it stays"


class InvalidURLError(_LinkError, ValueError):
    """The address breaks RFC 3986 so that no client could ask for it."""

    _sentence = "{address} is not a valid address"


class ChainTooDeepError(_LinkError):
    """More wrappers within each other than the limit allows.

    `limit` is that limit, `url` the address at which peeling stopped.
    """

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url)
        self.args = (url, limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"more than {self.limit} wrappers are nested in one link; peeling stopped there"


class ChainLoopError(_LinkError):
    """A wrapper that holds, at whatever depth, itself: it leads nowhere."""

    _sentence = "the wrapped link {address} leads back to itself"


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


class NotReadableError(DocumentError):
    """A file or a directory that is there, and that the system does not let this user read."""


class NotWritableError(DocumentError):
    """A document with links to replace, or another file, that cannot be written as it is."""


class SetupError(_SentenceError):
    """A setting, of the environment or in a file, that cannot be used; the message says which."""


class CatalogError(_SentenceError):
    """Catalog data that breaks a rule; the message names the entry and the rule."""


# All that a message shows of an address: whatever else is in it may be personal.
_SITE = re.compile(
    r"\s*([a-z][a-z0-9+.-]{0,20}://)(?:[^/?#]*@)?(\[[0-9a-f:.]{2,45}\]|[\w.-]{1,253})"
    r"(?::[0-9]{0,5})?(?:(/?\s*\Z)|[/?#&])",
    re.IGNORECASE,
)


def _brief(url: str) -> str:
    """Scheme and host of `url`, quoted, with an ellipsis for all the rest of it."""
    site = _SITE.match(url)
    if site is None:
        return "'…'"
    scheme, host, end = site.groups()
    return f"'{scheme}{host}'" if end is not None else f"'{scheme}{host}/…'"
