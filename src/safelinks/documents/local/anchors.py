"""`Anchors`: what a fragment can name in a text, and whether that is all there can be."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import cached_property

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["Anchors", "Presence", "unknown_anchors"]

# Those of GitHub and Bitbucket, in front of all that users write.
_PREFIX = pattern_of(r"user-content-|markdown-header-")
_ALWAYS = frozenset({"", "top"})  # HTML standard, 7.4.6.4
# What is no name of a place: a route of a script, settings of a viewer, a place in a medium.
_OF_PROGRAMS = pattern_of(r"[/!?]|[^=]*[=&]")


class Presence(Enum):
    """What is known of an anchor."""

    THERE = auto()
    MISSING = auto()
    UNKNOWN = auto()


@frozen
class Anchors:
    """The `names` in a text. Where it is not `whole`, more come up when it is published.

    Of texts that are published by others, it is not certain that case matters: then `folds`. Where
    only what is plain to see was looked at, `closer` looks at all of it.
    """

    names: frozenset[str]
    whole: bool = True
    folds: bool = False
    closer: Callable[[], Anchors] | None = field(default=None, repr=False, eq=False)

    @property
    def all(self) -> Anchors:
        """All that there is."""
        return self if self._next is None else self._next.all

    @cached_property
    def _next(self) -> Anchors | None:
        return None if self.closer is None else self.closer()

    def presence(self, fragment: str) -> Presence:
        """Whether there is a place that `fragment`, decoded, names."""
        name = _PREFIX.sub("", fragment, count=1)
        if fragment in self.names or name in self.names or fragment.lower() in _ALWAYS:
            return Presence.THERE
        if self._next is not None:
            return self._next.presence(fragment)
        if not self.whole or _OF_PROGRAMS.match(fragment):
            return Presence.UNKNOWN
        if self.folds and name.lower() in self._folded:
            return Presence.THERE
        return Presence.MISSING

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(name.lower() for name in self.names)


def unknown_anchors(_text: str, _flavours: object) -> Anchors:
    """Those of a format whose programs agree on none: any may be there."""
    return Anchors(frozenset(), whole=False)
