"""Regular expressions that are compiled when they are first asked for.

Compiling one takes `re` some tenths of a millisecond, and of the hundreds of patterns that the
rooms hold a run needs some tens.
"""

from __future__ import annotations

import re
from typing import AnyStr, Generic, cast

__all__ = ["pattern_of"]


def pattern_of(pattern: AnyStr, flags: int | re.RegexFlag = 0) -> re.Pattern[AnyStr]:
    """As `re.compile(pattern, flags)`, but compiled, and refused, only at its first use."""
    return cast("re.Pattern[AnyStr]", _Deferred(pattern, flags))


class _Deferred(Generic[AnyStr]):
    """What a compiled pattern can do, in slots that its first use fills."""

    __slots__ = (
        "_given_flags", "findall", "finditer", "flags", "fullmatch", "groupindex", "groups",
        "match", "pattern", "scanner", "search", "split", "sub", "subn",
    )  # fmt: skip

    pattern: AnyStr

    def __init__(self, pattern: AnyStr, flags: int | re.RegexFlag) -> None:
        self.pattern = pattern
        self._given_flags = flags

    def __getattr__(self, name: str) -> object:
        """Reached as long as the slot of `name` is empty."""
        if name.startswith("_"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._given_flags)
        for slot in self.__slots__:
            if not slot.startswith("_"):
                setattr(self, slot, getattr(compiled, slot))
        return getattr(compiled, name)

    def __reduce__(self) -> tuple[object, ...]:
        return pattern_of, (self.pattern, self._given_flags)

    def __repr__(self) -> str:
        return f"pattern_of({self.pattern!r})"
