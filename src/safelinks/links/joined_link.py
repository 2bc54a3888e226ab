"""One link put together from its pieces, where its end is proven.

It reads strictly: only characters that the link may contain, only what is known to part pieces, and
nothing is taken for a link that its shape does not prove to be whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from attrs import Factory

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen
from safelinks.links.line_breaks import Gap, Gaps, gaps_of

__all__ = ["Joined", "Shape", "add_piece", "begun", "join", "joined_start"]

_LONGEST_PIECE = 4_096
_MOST_PIECES = 80
_OVERLAP = 1_024  # characters that a mark of the end, or what a piece begins with, may reach back
# Not the rest of a scheme that was cut.
_OTHER_LINK = pattern_of(r"(?!(?:t?tps?|ps?)://)[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_SOFT_BEFORE_OWN = pattern_of(r"=[ \t]*[\r\n]+[ \t>|+]*=")
_BEGUN = pattern_of(r"&(?:[a-z_;#0-9]{0,12}|(?:amp;)*[a-z_]{1,8}=)", re.IGNORECASE)
_NAME_BEFORE = pattern_of(r"[?&;][\w.~-]*\Z")
_LONGEST_NAME = 40
_TARGET_BEGINS = pattern_of(r"(?:[=?/_*]|&&&|%2F|\A)\Z", re.IGNORECASE)


@frozen(eq=False)
class Shape:
    """What a wrapper's links look like, as far as it takes to put them together.

    `piece` matches as much of one as stands together, `quoted` the same within apostrophes. `name`
    matches the end of what ends in the name of a parameter, whose ``=`` then is no soft break.
    `tail` is what the link ends in, unless `follows` matches what comes next. `whole` says whether
    an address is proven to be whole, `raw` whether its values are not encoded: then no sign before
    a line is certain to be one.
    """

    piece: re.Pattern[str]
    quoted: re.Pattern[str]
    name: re.Pattern[str]
    tail: re.Pattern[str]
    follows: re.Pattern[str]
    whole: Callable[[str], bool]
    raw: Callable[[str], bool] = lambda _: False


@define
class Joined:
    """A link in pieces: its address, and where in the text each piece of that ends."""

    url: str = ""
    end: int = 0
    pieces: int = 0
    first: str = ""
    last: str = ""
    signs: int = 0
    soft: int = 0
    own: int = 0  # of those, how many may as well be the sign behind the name of a parameter
    links: int = 0  # that begin on a line of their own, as the target may, and one within it
    _ends: list[tuple[int, int]] = Factory(list)  # length so far, offset behind it

    def add(self, piece: str, end: int) -> None:
        """Append `piece`, which ends at offset `end` of the text."""
        self.url += piece
        self.end = end
        self._ends.append((len(self.url), end))
        self.pieces += 1
        self.first = piece if self.pieces == 1 else ""
        self.last = piece

    def go_on(self, gap: Gap) -> None:
        """Go on behind `gap`."""
        self.end = gap.end
        self.signs += gap.signs
        self.soft += gap.soft
        self.own += (
            gap.soft
            and _NAME_BEFORE.search(self.url, max(0, len(self.url) - _LONGEST_NAME)) is not None
        )

    @property
    def doubtful(self) -> bool:
        """Whether what was taken off the lines could be the link's, if it is not encoded.

        Where every line ends in a soft break, and several do, it is one; but not behind what may be
        the name of a parameter.
        """
        breaks = self.pieces - 1
        return self.signs > 0 or self.own > 0 or (self.soft > 0 and not 1 < breaks == self.soft)

    def upto(self, length: int) -> Joined:
        """The first `length` characters of it."""
        upto, end = self._ends[bisect_left(self._ends, length, key=lambda entry: entry[0])]
        return Joined(self.url[:length], end - (upto - length), self.pieces)


def join(text: str, start: int, shape: Shape, scheme: str = "") -> Joined | None:
    """The link at `start`, if it stands there in several pieces and is whole; else None.

    `scheme` is that of a link which stands without.
    """
    for gaps in gaps_of(text, start):
        joined = _read(begun(start, scheme), shape, gaps)
        if joined is not None:
            return joined
    return None


def joined_start(text: str, start: int, shape: Shape, length: int, scheme: str = "") -> Joined:
    """The first `length` characters or so of the link at `start`, for a look at its head."""
    joined = begun(start, scheme)
    for gaps in gaps_of(text, start):
        joined = begun(start, scheme)
        while joined.pieces < _MOST_PIECES and len(joined.url) < length:
            gap = gaps.at(joined.end, joined.url, joined.first) if joined.pieces else None
            joined.end = gap.end if gap else joined.end
            if (joined.pieces and gap is None) or not add_piece(gaps, joined, shape):
                break
        if len(joined.url) >= length:
            break
    return joined


def begun(start: int, scheme: str = "") -> Joined:
    """A link that begins at `start`, and nothing of it but the `scheme` that is missing there."""
    joined = Joined(end=start)
    if scheme:
        joined.add(scheme, start)
        joined.pieces = 0
    return joined


def _read(joined: Joined, shape: Shape, gaps: Gaps) -> Joined | None:
    searched = 0
    while joined.pieces < _MOST_PIECES and add_piece(gaps, joined, shape):
        gap = gaps.at(joined.end, joined.url, joined.first)
        tail = shape.tail.search(joined.url, max(0, searched - _OVERLAP))
        searched = len(joined.url)
        if tail is not None and not (gap and _more_follows(gaps.text, joined, tail, gap, shape)):
            whole = joined.upto(tail.end())
            if shape.whole(whole.url):
                proven = joined.pieces > 1 and not (joined.doubtful and shape.raw(whole.url))
                return whole if proven else None
        if gap is None:
            return None
        joined.go_on(gap)
    return None


def _more_follows(text: str, joined: Joined, tail: re.Match[str], gap: Gap, shape: Shape) -> bool:
    """Whether another parameter follows behind `gap`, or the name of one has begun before it."""
    rest = joined.url[tail.end() :]
    if not rest:
        return shape.follows.match(text, gap.end) is not None
    return _BEGUN.fullmatch(rest) is not None


def add_piece(gaps: Gaps, joined: Joined, shape: Shape) -> bool:
    """Append the piece that begins where `joined` ends; False if it cannot be one."""
    start = joined.end
    text = gaps.text
    pattern = shape.quoted if gaps.lead.text.count("'") % 2 else shape.piece
    match = pattern.match(text, start, start + _LONGEST_PIECE)
    piece, end = (match[0], match.end()) if match else ("", start)
    if end - start >= _LONGEST_PIECE:
        return False
    near = joined.url[-_OVERLAP:]
    own = shape.name.search(near + piece) is not None and not _SOFT_BEFORE_OWN.match(text, end)
    if text[end : end + 1] == "=" and own:
        piece, end = f"{piece}=", end + 1
    if not piece:
        return False
    other = _OTHER_LINK.match(piece) if joined.pieces else None
    if other is not None and (joined.links > 1 or not _TARGET_BEGINS.search(near)):
        return False
    joined.links += other is not None
    joined.add(piece, end)
    return True
