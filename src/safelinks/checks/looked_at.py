"""`LookedAt`: what came of looking at links to files. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.documents.local.local_reference import LocalReference
    from safelinks.rules.local_problems import LocalProblem

__all__ = ["LookedAt"]


@frozen
class LookedAt:
    """The `problems` of references; the `unjudged` ones, with their files, were left out."""

    problems: tuple[LocalProblem, ...] = ()
    unjudged: tuple[tuple[str, LocalReference], ...] = ()
