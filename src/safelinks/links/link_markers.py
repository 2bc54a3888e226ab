"""What betrays a link in running text, and where the next of it stands.

A text is searched for each sign once, and only if it has a character that no link with that sign is
without: so a text without links pays next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import compress

from safelinks.foundation.patterns import pattern_of
from safelinks.links.plain_addresses import bare_host

__all__ = [
    "BARE",
    "BEFORE_PIECE",
    "ESCAPE",
    "NAME",
    "URL_DEFENSE",
    "WWW",
    "finders_in",
    "next_of",
    "next_slashes",
    "signs_of",
]

# What betrays a link: `://`, and, where that is damaged, the name of the service, or `://` in the
# target, which is encoded. Each is looked for where characters stand that no such link is without.
NAME = "safelinks"
WWW = "www."
BARE = "a bare host"  # no string that is looked for
ESCAPE = "%"
URL_DEFENSE = "urldefense."  # whose targets may have no escapes
_TARGET_OR_BAR = pattern_of("%(?:3A%2F|7C)", re.IGNORECASE)  # the latter parts the fields of `data`
_ANCHORS: Mapping[str, str] = {
    WWW: ".",
    NAME: "=&",
    ESCAPE: "%",
    URL_DEFENSE: "/",
}
# Characters behind the offset up to which a sign may begin, and a bare host.
_OVERLAP = max(map(len, _ANCHORS))
_OVERLAP_OF_HOST = 256

# The same for those who look for passages that may hold a link: rarer than single characters.
_NEEDED: Mapping[str, str] = {
    ":/": "/",
    "//": "/",  # of a scheme that is cut in front of them
    WWW: ".",
    NAME: "=&",
    "%3A%2F": "%",
    "%3a%2f": "%",
    "%7C": "%",
    "%7c": "%",
    URL_DEFENSE: "/",
}
_CHARACTERS = "".join(sorted(set("".join((*_ANCHORS.values(), *_NEEDED.values())))))

_Finder = Callable[[int, int], int]

_BEGIN_REST = ("//", "/\n", "/\r")  # of a scheme that is cut in front of its slashes
BEFORE_PIECE = frozenset("\r\n\t >|+#\"'`")  # what may stand before a piece of a link on its line


def signs_of(text: str) -> tuple[str, ...]:
    """What `scan` looks for in `text`: where none of it stands, there is no link."""
    return _signs_with(_present_in(text))


def _present_in(text: str) -> tuple[bool, ...]:
    """Which of `_CHARACTERS` stand in `text`."""
    return tuple(map(text.__contains__, _CHARACTERS))


@cache
def _signs_with(present: tuple[bool, ...]) -> tuple[str, ...]:
    """The signs that a text can hold in which those of `_CHARACTERS` are `present`."""
    return _possible(_NEEDED, present)


@cache
def _anchors_with(present: tuple[bool, ...]) -> tuple[str, ...]:
    """The `_ANCHORS` that may be in a text with these characters."""
    return _possible(_ANCHORS, present)


def _possible(needed: Mapping[str, str], present: tuple[bool, ...]) -> tuple[str, ...]:
    """Those of which one of the characters that are `needed` for them is `present`."""
    characters = set(compress(_CHARACTERS, present))
    return tuple(sign for sign, those in needed.items() if characters.intersection(those))


def next_of(
    others: dict[str, int], finders: Mapping[str, _Finder], position: int, limit: int
) -> tuple[str, int]:
    """The first of the `others` from `position` on and before `limit`, and where it stands.

    Offsets that are past are looked for again, up to there only: then they stand for all behind it.
    """
    first, first_at = "", limit
    for sign, known in others.items():
        at = known
        if at < position:
            at = finders[sign](position, limit + _OVERLAP)
            others[sign] = at = at if at >= 0 else limit
        if at < first_at:
            first, first_at = sign, at
    return first, first_at


def finders_in(text: str, bare_hosts: frozenset[str], *, schemeless: bool) -> dict[str, _Finder]:
    """What finds each sign in `text` between two offsets."""
    finders: dict[str, _Finder] = {
        sign: partial(text.find, sign) for sign in _anchors_with(_present_in(text))
    }
    if not schemeless:
        finders.pop(WWW, None)
    if ESCAPE in finders:
        finders[ESCAPE] = partial(_find_escape, text)
    if bare_hosts:
        finders[BARE] = lambda position, limit: bare_host(
            text, bare_hosts, position, limit + _OVERLAP_OF_HOST
        )
    return finders


def next_slashes(text: str, position: int) -> int:
    """Where ``:/`` stands, or ``//`` at the beginning of a piece, from `position` on; -1 for none.

    A slash that is a piece of its own may be the first of these two.

    A single character is found so fast that it does not matter how many more of it there are.
    """
    find = text.find
    at = find("/", position)
    while at >= 0:
        before = text[at - 1 : at]
        if before == ":" and at > position:
            return at - 1
        if before in BEFORE_PIECE and text.startswith(_BEGIN_REST, at):
            return at
        at = find("/", at + 1)
    return -1


def _find_escape(text: str, position: int, limit: int) -> int:
    at = text.find(ESCAPE, position, limit)
    while at >= 0 and _TARGET_OR_BAR.match(text, at) is None:
        at = text.find(ESCAPE, at + 1, limit)
    return at
