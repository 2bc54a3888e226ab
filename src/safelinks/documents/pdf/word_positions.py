"""Where on a page of a PDF each word stands, and which words stand in a rectangle.

Geometry only. A `GlyphPen` is told the operators of a page's content, as pypdf reads them, and of
what text came of them; it follows the pen by the widths of glyphs (ISO 32000, section 9.4.4).

Why our own: pypdfium2 gives the same labels some 16 times faster, but finds no links in 3 of 11
damaged files, and two engines would have to agree on what a page is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from attrs import field

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.links.labels import tidy

__all__ = [
    "IDENTITY",
    "Box",
    "GlyphPen",
    "Matrix",
    "PageWords",
    "ShownText",
    "Widths",
    "core_widths",
    "times",
]

Matrix = Sequence[float]
Point = tuple[float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_MIDDLE = 0.3  # of a glyph's height above its baseline, in sizes of its font
_GAP = -120.0  # what a TJ array leaves free where pypdf sees a space, in thousandths
_GLUED = 0.12  # the free room at which two pieces are still one word, in sizes of the font
_SLACK = 1.0  # points by which a word may stand outside of its rectangle
_LEADING = 1.6  # of lines that belong together, in heights of the first
_LONGEST = 60  # words of a label
_FARTHEST = 500  # words that are looked at for one
_MOST_WORDS = 50_000  # of a page


@frozen
class Widths:
    """How wide the glyphs of a font are, in thousandths of its size; a code has `octets` bytes."""

    octets: int = 1
    of: dict[int, float] = field(factory=dict, repr=False)
    other: float = 500.0


# Helvetica, from the space to the tilde: fonts that every reader has need not tell their widths.
_HELVETICA = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
_NARROWER = {"Times": 0.89, "Courier": 0.0}


def core_widths(name: str) -> Widths:
    """About the widths of one of the standard fonts: that is enough to tell words apart."""
    kind = next((kind for kind in _NARROWER if kind in name), "")
    factor = _NARROWER.get(kind, 1.0) * (1.06 if "Bold" in name and kind != "Times" else 1.0)
    if not factor:
        return Widths(other=600.0)
    widths = map(float, _HELVETICA.split())
    return Widths(of={32 + at: width * factor for at, width in enumerate(widths)})


@frozen
class Box:
    """A rectangle, in whichever order its corners were given."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, xs: Iterable[float], ys: Iterable[float]) -> Box:
        """The smallest that holds all points."""
        xs, ys = sorted(xs), sorted(ys)
        return cls(xs[0] - _SLACK, ys[0] - _SLACK, xs[-1] + _SLACK, ys[-1] + _SLACK)


@frozen
class _Word:
    y: float
    x: float
    order: int
    text: str
    glued: bool
    layer: int  # the text that it stands in, by its number, and where it does
    at: int


class PageWords:
    """All words of a page, and which of them stand in a box."""

    def __init__(self, words: Iterable[_Word]) -> None:
        self._words = sorted(words, key=lambda word: (word.y, word.order))
        self._ys = [word.y for word in self._words]

    def spans(self, boxes: Iterable[Box]) -> Iterator[tuple[int, int, int]]:
        """Where the words in `boxes` stand: in which layer, counted from 1, from where to where."""
        for word in self._within(boxes):
            yield word.layer, word.at, word.at + len(word.text)

    def _within(self, boxes: Iterable[Box]) -> Iterator[_Word]:
        for box in boxes:
            first = bisect_left(self._ys, box.bottom)
            for word in islice(self._words, first, first + _FARTHEST):
                if word.y > box.top:
                    break
                if box.left <= word.x <= box.right:
                    yield word

    def labels(self, linked: Sequence[tuple[str, Sequence[Box]]]) -> list[str | None]:
        """The labels of addresses that are linked in boxes, in the order in which people read.

        Many programs make a link of each line: then an address on several is the label of all.
        """
        labels = [self.label(boxes) for _, boxes in linked]
        begun = 0
        for at in range(1, len(linked) + 1):
            if at < len(linked) and _goes_on(linked[at - 1], linked[at], labels[at]):
                continue
            lines = labels[begun:at]
            if at - begun > 1 and _ADDRESS.match(lines[0] or ""):
                labels[begun:at] = ["".join(filter(None, lines))] * len(lines)
            begun = at
        return labels

    def label(self, boxes: Iterable[Box]) -> str | None:
        """The text in `boxes`, in the order in which it was written."""
        found = sorted(self._within(boxes), key=lambda word: word.order)
        pieces: list[str] = []
        before = None
        for word in found[:_LONGEST]:
            if before == word.order:
                continue
            glued = word.glued and before == word.order - 1
            pieces.append(word.text if glued else f" {word.text}")
            before = word.order
        return _bare(tidy("".join(pieces)))


class ShownText:
    """Which characters of the layers of a page are the text of a link."""

    def __init__(self, spans: Iterable[tuple[int, int, int]]) -> None:
        self._spans = sorted(set(spans))

    def has(self, layer: int, at: int) -> bool:
        """Whether the character at this offset of the text of a layer is."""
        before = bisect_left(self._spans, (layer, at + 1, 0)) - 1
        if before < 0:
            return False
        found, start, end = self._spans[before]
        return found == layer and start <= at < end


_ADDRESS = pattern_of(r"(?:https?://|www\.)\S+\Z", re.IGNORECASE)


def _goes_on(
    before: tuple[str, Sequence[Box]], line: tuple[str, Sequence[Box]], label: str | None
) -> bool:
    """Whether `line`, with this `label`, may be the next one of the link that has one `before`."""
    if before[0] != line[0] or not before[1] or not line[1] or _ADDRESS.match(label or ""):
        return False
    above, below = before[1][-1], line[1][0]
    return 0 < above.top - below.top <= _LEADING * (above.top - above.bottom)


def _bare(label: str | None) -> str | None:
    """`label` without the punctuation of the sentence that stands around it."""
    if label is None:
        return None
    for opener, closer in ("()", "[]", "<>"):
        label = label.lstrip(opener) if closer not in label else label
        label = label.rstrip(f".,;:{closer}") if opener not in label else label.rstrip(".,;:")
        if label.startswith(opener) and label.endswith(closer):
            label = label[1:-1]
    return label or None


def times(one: Matrix, other: Matrix) -> Matrix:
    """The matrix that does `one`, then `other`."""
    a, b, c, d, e, f = one
    g, h, i, j, k, l = other  # noqa: E741
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
            e * g + f * i + k, e * h + f * j + l)  # fmt: skip


def _number(operands: Sequence[object], at: int = 0) -> float:
    value = operands[at] if at < len(operands) else 0.0
    return float(value) if isinstance(value, (int, float)) else 0.0


@frozen
class _State:
    """What `q` saves and `Q` restores, as far as it moves the pen."""

    widths: Widths = Widths()
    size: float = 12.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0


_MOVES = {b"BT", b"Td", b"TD", b"Tm", b"T*"}
_SHOWS = {b"Tj", b"TJ", b"'", b'"'}


class GlyphPen:
    """Follows the pen over the content of a page, and of the forms on it.

    Of lines that pass all `boxes` by, as nearly all do, it keeps nothing.
    """

    def __init__(self, boxes: Iterable[Box]) -> None:
        self.words: list[_Word] = []
        self._layer = -1
        self._bottoms: list[float] = []
        self._tops: list[float] = []
        for box in sorted(boxes, key=lambda box: box.bottom):
            if self._tops and box.bottom <= self._tops[-1]:
                self._tops[-1] = max(self._tops[-1], box.top)
            else:
                self._bottoms.append(box.bottom)
                self._tops.append(box.top)
        self.begin(lambda _: Widths(), IDENTITY)

    def begin(self, fonts: Callable[[object], Widths], place: Matrix) -> None:
        """Some content begins, which names these `fonts`, in this `place` on the page."""
        self._fonts, self._place = fonts, place
        self._layer += 1
        self._length = 0  # of the text of this layer
        self._state = _State()
        self._saved: list[_State] = []
        self._at = 0.0  # how far the pen is from where the line begins
        self._marks: list[Point] = []  # the middles of glyphs since the last piece of text
        self._start = self._end = self._before = (0.0, 0.0)
        self._height = 0.0
        self._open = False  # whether the last piece ended within a word

    def operator(self, name: bytes, operands: Sequence[object], cm: Matrix, tm: Matrix) -> None:
        """An operator was carried out, with these matrices after it."""
        if name in _SHOWS:
            if name in (b"'", b'"'):
                self._at = 0.0
            self._show(operands[-1] if operands else b"", times(times(tm, cm), self._place))
        elif name in _MOVES:
            self._at = 0.0
        elif name == b"q":
            self._saved.append(self._state)
        elif name == b"Q" and self._saved:
            self._state = self._saved.pop()
        else:
            self._set(name, operands)

    def _set(self, name: bytes, operands: Sequence[object]) -> None:
        now = self._state
        widths, size, spacing, word_spacing, scale = (
            now.widths, now.size, now.spacing, now.word_spacing, now.scale
        )  # fmt: skip
        if name == b"Tf" and operands:
            widths, size = self._fonts(operands[0]), _number(operands, 1)
        elif name == b"Tc":
            spacing = _number(operands)
        elif name == b"Tw":
            word_spacing = _number(operands)
        elif name == b"Tz":
            scale = _number(operands) / 100
        else:
            return
        self._state = _State(widths, size, spacing, word_spacing, scale)

    def _show(self, shown: object, matrix: Matrix) -> None:
        state = self._state
        a, b, c, d, e, f = matrix
        rise = _MIDDLE * state.size
        self._height = abs(state.size) * max((c * c + d * d) ** 0.5, 1e-9)
        if not b and not c and not self._near(d * rise + f):
            return
        if not self._marks:
            self._start = (a * self._at + e, b * self._at + f)
        for piece in shown if isinstance(shown, list) else (shown,):
            if isinstance(piece, (int, float)):
                if piece < _GAP and self._marks:
                    self._marks.append(self._marks[-1])
                self._at -= piece / 1000 * state.size * state.scale
                continue
            for width, space in _advances(piece, state):
                middle = self._at + width / 2
                self._marks.append((a * middle + c * rise + e, b * middle + d * rise + f))
                self._at += width + space
        self._end = (a * self._at + e, b * self._at + f)

    def _near(self, y: float) -> bool:
        """Whether a line at this height, or one that pypdf takes for the same, is in a box."""
        at = bisect_left(self._tops, y - self._height)
        return at < len(self._tops) and self._bottoms[at] <= y + self._height

    def text(self, text: str) -> None:
        """All that was shown since the last call came out as `text`."""
        marks, self._marks = self._marks, []
        begins = self._length + len(text) - len(text.lstrip("\n"))
        self._length += len(text)
        text = text.strip("\n")
        if len(text) > len(marks) and text.startswith(" "):
            text, begins, self._open = text[1:], begins + 1, False
        if not marks or not text.strip():
            self._open = False if text else self._open
            return
        share = len(marks) / len(text)
        room = abs(self._start[0] - self._before[0]) + abs(self._start[1] - self._before[1])
        near = self._open and room <= _GLUED * self._height
        for match in islice(re.finditer(r"\S+", text), _MOST_WORDS - len(self.words)):
            x, y = marks[int((match.start() + match.end() - 1) / 2 * share)]
            glued = near and match.start() == 0
            at = begins + match.start()
            self.words.append(_Word(y, x, len(self.words), match[0], glued, self._layer, at))
        self._open = not text[-1].isspace()
        self._before = self._end


def _advances(shown: object, state: _State) -> Iterable[tuple[float, float]]:
    """For each glyph, how wide it is and how much room is left behind it."""
    octets = shown if isinstance(shown, bytes) else str(shown).encode("latin-1", "replace")
    widths, size, scale = state.widths, state.size, state.scale
    for at in range(0, len(octets), widths.octets):
        code = int.from_bytes(octets[at : at + widths.octets])
        width = widths.of.get(code, widths.other) / 1000 * size * scale
        space = state.spacing + (state.word_spacing if code == 32 and widths.octets == 1 else 0.0)
        yield width, space * scale
