"""Regular expressions that are compiled when they are first asked for.

Compiling one takes `re` some tenths of a millisecond, and of the hundreds of patterns that the
rooms hold a run needs some tens.

Up to Python 3.11.4, as Debian 12 has it, `re` misreads a possessive quantifier behind a group that
can match in several ways: `(?:ab?c)*+` does not match "ac" (CPython's gh-106052). Later versions
take it for a greedy one in an atomic group, which these versions read right. So do we, there.
"""

from __future__ import annotations

import re
import sys
from typing import AnyStr, Generic, cast

__all__ = ["compile_pattern", "pattern_of"]

_MISREADS_POSSESSIVE = sys.version_info < (3, 11, 5)


def compile_pattern(pattern: AnyStr, flags: int | re.RegexFlag = 0) -> re.Pattern[AnyStr]:
    """As `re.compile(pattern, flags)`, and right in each version of Python."""
    if not _MISREADS_POSSESSIVE:
        return re.compile(pattern, flags)
    from re import _compiler, _parser  # type: ignore[attr-defined] # noqa: PLC0415  old versions only

    tree = _parser.parse(pattern, flags)
    _make_atomic(tree)
    return _compiler.compile(tree, flags)  # type: ignore[no-any-return]


def _make_atomic(part: object) -> None:
    """Put greedy quantifiers in atomic groups for the possessive ones of a parsed pattern."""
    from re import _constants, _parser  # type: ignore[attr-defined] # noqa: PLC0415  the same

    if isinstance(part, _parser.SubPattern):
        for place, (code, argument) in enumerate(part.data):
            _make_atomic(argument)
            if code is _constants.POSSESSIVE_REPEAT:
                greedy = _parser.SubPattern(part.state, [(_constants.MAX_REPEAT, argument)])
                part[place] = _constants.ATOMIC_GROUP, greedy
    elif isinstance(part, (list, tuple)):
        for each in part:
            _make_atomic(each)


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
        compiled = compile_pattern(self.pattern, self._given_flags)
        for slot in self.__slots__:
            if not slot.startswith("_") and slot != "pattern":
                setattr(self, slot, getattr(compiled, slot))
        return getattr(compiled, name)

    def __reduce__(self) -> tuple[object, ...]:
        return pattern_of, (self.pattern, self._given_flags)

    def __repr__(self) -> str:
        return f"pattern_of({self.pattern!r})"
