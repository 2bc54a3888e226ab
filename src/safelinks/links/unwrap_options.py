"""`Peel`: how the links of a text are unwrapped, and which are found there without a scheme."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field

from safelinks.foundation.values import frozen
from safelinks.wrappers.unwrapping import Unwrapped, unwrap

__all__ = ["Peel"]


@frozen
class Peel:
    """How the links of a text are unwrapped, and which are found without a scheme.

    Called with an address, it says where that leads, or raises SafelinksError; for writing, what is
    to stand there instead. `bare_hosts` are those on which an address needs no scheme. `lost` hears
    of every wrapped link that a text breaks off. With `blanks`, what is written blanks the
    recipient in these, which stay otherwise.
    """

    unwrap: Callable[[str], Unwrapped] = unwrap
    bare_hosts: frozenset[str] = frozenset()
    lost: Callable[[str], object] = field(default=lambda _: None, kw_only=True)
    blanks: bool = field(default=False, kw_only=True)

    def __call__(self, url: str) -> Unwrapped:
        """What `unwrap` gives for `url`."""
        return self.unwrap(url)
