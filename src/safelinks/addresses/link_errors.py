"""Errors about one address, and the base of all errors that safelinks raises on purpose.

`safelinks.errors` draws the whole tree. Messages are one sentence for people. Of an address they
quote the host only, because all else may tell the recipient's; the whole input stays available as
an attribute.
"""

from __future__ import annotations

import re

from safelinks.foundation.patterns import pattern_of

__all__ = [
    "ChainLoopError",
    "ChainTooDeepError",
    "InvalidURLError",
    "NotASafeLinkError",
    "NotLiveError",
    "SafelinksError",
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
    """A wrapper whose target is lost. Only its sender knows where it led."""

    _sentence = (
        "the wrapped link {address} has lost its target; ask the sender for the original address"
    )


class NotLiveError(_LinkError):
    """A wrapper around something that must not stand without it, such as a script."""

    _sentence = "the target of {address} is not a web or mail address, so the link stays"


class InvalidURLError(_LinkError, ValueError):
    """The address breaks RFC 3986, so no client can request it."""

    _sentence = "{address} is not a valid address"


class ChainTooDeepError(_LinkError):
    """More wrappers within each other than the limit allows.

    `limit` is that limit, `url` the address at which unwrapping stopped.
    """

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url)
        self.args = (url, limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"more than {self.limit} wrappers are nested in one link; the rest was not unwrapped"


class ChainLoopError(_LinkError):
    """A wrapper that contains itself, at any depth, and so leads nowhere."""

    _sentence = "the wrapped link {address} leads back to itself"


# All that a message shows of an address: whatever else is in it may be personal.
_SITE = pattern_of(
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
