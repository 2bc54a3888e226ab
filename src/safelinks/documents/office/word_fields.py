"""Instructions of fields, as Word and RTF have them: the address of a hyperlink among arguments.

``HYPERLINK "https://a.example/x" \\l "place" \\o "tip"`` leads to ``https://a.example/x#place``
(ECMA-376, part 1, section 17.16.5.25). Strings are in quotes, in which a backslash escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from attrs import evolve

from safelinks.documents.passages.passage import Codec, Meant, Passage, Reading, Span
from safelinks.foundation.patterns import compile_pattern, pattern_of

__all__ = ["is_hyperlink_field", "passages_of_instruction", "with_place"]

_TYPE = pattern_of(r"\s*(?:HYPERLINK|INCLUDEPICTURE)(?![A-Za-z])", re.IGNORECASE)
_HYPERLINK = pattern_of(r"\s*HYPERLINK(?![A-Za-z])", re.IGNORECASE)
_ARGUMENT = pattern_of(
    r"\s*+(?:\\(?P<switch>[A-Za-z*#@!])|\"(?P<quoted>(?:[^\"\\]++|\\.)*+)(?:\"|\\?\Z)"
    r"|(?P<bare>[^\s\"\\]\S*+))",
    re.DOTALL,
)
_WITH_ARGUMENT = frozenset("lot*#@c")  # switches behind which a string stands
_PLACE = "l"
_ESCAPED_SIGN = pattern_of(r"\\|\"|&quot;|&#34;")
_ESCAPED = pattern_of(r"\\(.)", re.DOTALL)


def is_hyperlink_field(instruction: str) -> bool:
    """Whether a field with this instruction is a link, and its result the text of the link."""
    return _HYPERLINK.match(instruction) is not None


def passages_of_instruction(text: str, passage: Passage) -> Iterator[Passage]:
    """The address that an instruction has, and what stands around it; else all of it, as a text.

    `passage` is the instruction as it is read, before any escape of its own.
    """
    meant = Meant(text, passage)
    span, place = _arguments(meant.text)
    if span is None or span[0] == span[1]:
        yield passage
        return
    low, high = meant.start_of(span[0]), meant.end_of(span[1])
    pieces, meanings = _with_whole_escapes(text, _within(passage.pieces, low, high))
    address = evolve(
        passage,
        pieces=pieces,
        meanings={**passage.meanings, **meanings},
        codec=_in_quotes(passage.codec),
        reading=Reading.VALUE,
    )
    if place and "#" not in meant.text[slice(*span)]:
        address = with_place(address, place)
    yield address
    for around in (_within(passage.pieces, 0, low), _within(passage.pieces, high, len(text))):
        if rest := tuple(around):
            yield evolve(passage, pieces=rest, label=None)


def _with_whole_escapes(
    text: str, pieces: Iterable[Span]
) -> tuple[tuple[Span, ...], dict[int, str]]:
    """`pieces` of a string, and what those mean that are an escape which the end of a run cuts."""
    out: list[Span] = []
    meanings: dict[int, str] = {}
    opened = False  # whether the last piece ends in a backslash that escapes
    for start, end in pieces:
        escaped = _ESCAPED_SIGN.match(text, start, end) if opened else None
        if escaped is not None:
            first, last = out.pop()
            out += [(first, last - 1)] if first < last - 1 else []
            out += [(last - 1, last), escaped.span()]
            meanings |= {last - 1: "", start: "\\" if escaped[0] == "\\" else '"'}
            start = escaped.end()  # noqa: PLW2901  what is left of it
        written = text[start:end]
        opened = (len(written) - len(written.rstrip("\\"))) % 2 == 1
        if written:
            out.append((start, end))
    return tuple(out), meanings


@lru_cache(maxsize=8)
def _in_quotes(codec: Codec) -> Codec:
    """How a string of an instruction is written in a text with `codec`."""
    outer = codec.pattern.pattern if codec.pattern else "(?!)"

    def undo(escape: str) -> str:
        meant = escape.removeprefix("\\")
        return codec.undo(meant) if meant.startswith("&") else meant

    def redo(written: str, before: str) -> str:
        return codec.redo(written.replace("\\", "\\\\"), before)

    pattern = compile_pattern(rf"\\(?:[\"\\]|&quot;|&#34;)|{outer}")
    return Codec(pattern, undo, redo, codec.whole, hides=codec.hides)


def with_place(address: Passage, place: str) -> Passage:
    """`address` with the fragment that stands elsewhere: read with it, and written without."""
    behind = address.pieces[-1][1]
    return evolve(
        address,
        pieces=(*address.pieces, (behind, behind)),
        meanings={**address.meanings, behind: f"#{place}"},
        kept=address.kept | {behind},
    )


def _arguments(instruction: str) -> tuple[Span | None, str]:
    """Where the address stands in an instruction, and the place in what it leads to."""
    at = _TYPE.match(instruction)
    end = at.end() if at else len(instruction)
    address: Span | None = None
    place = switch = ""
    while argument := _ARGUMENT.match(instruction, end):
        end = argument.end()
        if argument["switch"]:
            switch = argument["switch"].lower()
            continue
        span = argument.span("quoted" if argument["bare"] is None else "bare")
        if switch == _PLACE:
            place = _ESCAPED.sub(r"\1", instruction[slice(*span)])
        elif switch not in _WITH_ARGUMENT and address is None:
            address = span
        switch = ""
    return address, place


def _within(pieces: tuple[Span, ...], low: int, high: int) -> Iterator[Span]:
    """What of `pieces` lies between these offsets."""
    for start, end in pieces:
        if start < high and low < end:
            yield max(start, low), min(end, high)
