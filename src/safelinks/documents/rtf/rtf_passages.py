"""The passages of RTF: fields, paragraphs, and the properties of a document.

One pass over the tokens, with a stack of groups and no recursion. Text that formatting has split
is put together again per paragraph; destinations that people never see hold no text. A field that
is a hyperlink has the text of its result as label ([RTF 1.9.1], "Fields").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from attrs import evolve, field

from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.documents.passages.passage import Codec, Passage, ProsePassage, Reading, Span
from safelinks.documents.rtf.rtf_characters import Characters
from safelinks.documents.rtf.rtf_fields import Instruction, instruction
from safelinks.documents.rtf.rtf_tokens import (
    RTF_CHARACTERS,
    RTF_HEAD,
    SYMBOLS,
    Fonts,
    rtf_escaped,
    rtf_tokens,
    skipped,
    unsigned,
)
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define
from safelinks.links.labels import tidy

__all__ = ["rtf_passages"]

# A control word that ends where a text begins, without a space: it is part of the text's piece.
_GLUED = pattern_of(r"\\(?!u-?[0-9])[A-Za-z]+(-?[0-9]+)?(?=[^ A-Za-z0-9]|(?<=[0-9])[A-Za-z])")


def _redo(written: str, before: str) -> str:
    glued = _GLUED.match(before)
    if glued is None:
        return rtf_escaped(written)
    space = "" if glued[1] and written else " "
    return glued[0] + space + rtf_escaped(written)


def _redo_instruction(written: str, before: str) -> str:
    return _redo(written.replace("\\", "\\\\"), before)


_TEXT = Codec(redo=_redo)
_INSTRUCTION = Codec(redo=_redo_instruction)

# Destinations, each with the part of the document that it is; None: of that around it. Those of
# _HIDDEN hold nothing that anybody reads; others that begin with \* are not known and as good.
_PARTS: dict[str, str | None] = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
    "footnote": "footnote", "annotation": "comment", "info": "properties",
    "userprops": "properties", "shptxt": "text box", "shprslt": "text box", "hlsrc": "shape",
    "ud": None, "result": None,
    "title": None, "subject": None, "comment": None, "doccomm": None, "keywords": None,
    "hlinkbase": None, "staticval": None, "company": None, "manager": None, "category": None,
    "author": None, "operator": None, "template": "properties", "docvar": "properties",
    "background": "background", "formfield": "form field", "ffname": None, "ffdeftext": None,
    "ffhelptext": None, "ffstattext": None, "ffl": None,
}  # fmt: skip
_SILENT = {"field", "shpinst", "shp", "sp", "sv", "hl", "object"}
_HIDDEN = {
    "colortbl", "stylesheet", "pict", "nonshppict", "objdata", "themedata", "datastore",
    "colorschememapping", "latentstyles", "listtable", "listoverridetable", "filetbl", "revtbl",
    "rsidtbl", "generator", "sn", "fldtype", "hlfr", "hlloc", "bkmkstart", "bkmkend", "mmath",
}  # fmt: skip
_HOLDS: dict[str, tuple[Reading, Role | None]] = {
    "hlsrc": (Reading.VALUE, None),
    "hlinkbase": (Reading.VALUE, Role.BASE),
}
_BREAKS = {
    "par", "sect", "page", "column", "cell", "nestcell", "row", "nestrow", "propname",
}  # fmt: skip
_UNSEEN = {"v", "deleted"}  # properties of characters that nobody sees
_KNOWN = {
    *_PARTS, *_SILENT, *_HIDDEN, *_BREAKS, *RTF_CHARACTERS, *RTF_HEAD, *_UNSEEN,
    "u", "uc", "f", "plain", "fonttbl", "fldinst", "fldrslt",
}  # fmt: skip
_LONGEST_LABEL = 1_000
_LONGEST_FALLBACK = 100


@define
class _RtfField:
    """A field that is open: which of the waiting passages are its address, and its label."""

    addresses: list[int] = field(factory=list)
    label: str = ""
    outer: _RtfField | None = None
    is_link: bool = False  # or within what is shown of one


@define
class _RtfGroup:
    """What holds within a group, and ends with it."""

    part: str | None = None
    silent: bool = False
    instruction: bool = False
    fallback: int = 1
    font: str | None = None
    codec: str = ""
    field: _RtfField | None = None
    result: bool = False
    unseen: frozenset[str] = frozenset()
    begins: str = ""  # the name of a destination that is more than formatting
    begins_field: bool = False


def rtf_passages(text: str) -> Iterator[Passage]:
    """The passages of an RTF document, in order."""
    reader = _RtfReader(text)
    for _ in reader.read():
        yield from reader.ready()
    reader.flush()
    reader.fields = 0
    yield from reader.ready()


class _RtfReader:
    """The state of the one pass over a document."""

    def __init__(self, text: str) -> None:
        self.fields = 0  # that are open: their passages wait for the label
        self._text = text
        self._fonts = Fonts()
        self._group = _RtfGroup()
        self._outer: list[_RtfGroup] = []
        self._characters = Characters(text, self._hear)
        self._waiting: list[Passage] = []
        self._paragraph = 1
        self._seen = False  # whether this paragraph has anything to see
        self._block = 1  # what belongs together, counted also in headers, notes and the like
        self._unseen: list[int] = []  # between which pieces nobody sees any, in turn

    def ready(self) -> Iterator[Passage]:
        """The passages of which all is known."""
        if not self.fields and self._waiting:
            yield from self._waiting
            self._waiting = []

    def read(self) -> Iterator[None]:
        """Read on up to where some passages may be ready, again and again."""
        position = 0
        while position < len(self._text):
            for token in rtf_tokens(self._text, position):
                kind = token.lastgroup
                if kind == "text":
                    self._text_of(token)
                elif kind == "brace":
                    self._brace(token[0])
                    if self._waiting and not self.fields:
                        yield
                elif kind == "hex":
                    self._hex(token)
                elif (word := token["word"]) is not None:
                    if word not in _KNOWN:  # such as most are: it says what the text looks like
                        self._characters.end()
                        self._characters.glued = None if token["space"] else token.span()
                    elif self._word(token):
                        position = skipped(self._text, token.end())
                        break
                elif kind == "symbol" and self._symbol(token):
                    position = skipped(self._text, token.end())
                    break
            else:
                return

    # Groups.

    def _brace(self, brace: str) -> None:
        self._characters.end()
        if brace == "{":
            self._outer.append(self._group)
            group = self._group
            self._group = _RtfGroup(
                group.part, group.silent, group.instruction, group.fallback, group.font,
                group.codec, group.field, group.result, group.unseen,
            )  # fmt: skip
            return
        group = self._group
        if group.begins:
            self.flush()
        if not self._outer:
            return
        self._group = self._outer.pop()
        if self._group.part is not group.part:
            self._block += 1
        self._shade(unseen=bool(self._group.unseen))
        if group.begins_field and group.field is not None:
            self._close(group.field)

    def _close(self, one: _RtfField) -> None:
        whole = one.label.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        label = tidy(whole)
        for at in one.addresses if label else ():
            self._waiting[at] = evolve(self._waiting[at], label=label)
        if one.outer is not None:
            one.outer.label = (one.outer.label + one.label)[:_LONGEST_LABEL]
        self.fields -= 1

    def _symbol(self, token: re.Match[str]) -> bool:
        """Whether the group is to be skipped: it is a destination that is not known."""
        symbol = token["symbol"]
        if symbol in SYMBOLS:
            self._special(token, SYMBOLS[symbol])
        elif symbol in ("\r", "\n") and symbol:
            self._break("par")
        elif symbol == "*":
            self._characters.end()
            following = _DESTINATION.match(self._text, token.end())
            name = following[1] if following else ""
            return name not in _PARTS and name not in _SILENT and name != "fldinst"
        return False

    # Control words.

    def _word(self, token: re.Match[str]) -> bool:
        """Whether the group is to be skipped, as it holds no text."""
        word, number = token["word"], token["number"]
        if word == "u":
            if not self._group.silent:
                self._characters.unit(unsigned(number), *token.span(), self._group.fallback)
            return False
        if word in RTF_CHARACTERS:
            self._special(token, RTF_CHARACTERS[word])
            return False
        self._characters.end()
        self._characters.glued = None if token["space"] else token.span()
        group = self._group
        if word in _UNSEEN or word == "plain":
            self._hide(word, number)
        if word in ("f", "plain"):
            group.font = number if word == "f" else self._fonts.default
            group.codec = self._fonts.codec(group.font)
        elif word == "uc":
            group.fallback = min(max(0, int(number or 1)), _LONGEST_FALLBACK)
        elif word in _BREAKS:
            self._break(word)
        elif word in _HIDDEN:
            return True
        elif word == "fonttbl":
            self._fonts.table(self._text, token.end(), skipped(self._text, token.end()))
            group.codec = self._fonts.codec(self._fonts.default)
            return True
        elif word in _PARTS or word in _SILENT or word in ("fldinst", "fldrslt"):
            self._begin(word)
        elif self._fonts.head(word, number):
            group.codec = self._fonts.codec(self._fonts.default)
        return False

    def _begin(self, word: str) -> None:
        """A destination begins, and with it another passage."""
        self.flush()
        self._block += _PARTS.get(word) is not None
        group = self._group
        group.begins = word
        group.silent = word in _SILENT
        group.instruction = word == "fldinst"
        group.result = word == "fldrslt"
        group.part = _PARTS.get(word) or group.part
        if word == "field" and not group.begins_field:
            group.begins_field = True
            outer = group.field if self._outer and self._outer[-1].result else None
            group.field = _RtfField(outer=outer, is_link=outer is not None and outer.is_link)
            self.fields += 1

    def _hide(self, word: str, number: str | None) -> None:
        unseen = self._group.unseen
        if word == "plain":
            unseen = frozenset()
        else:
            unseen = unseen - {word} if number == "0" else unseen | {word}
        self._group.unseen = unseen
        self._shade(unseen=bool(self._group.unseen))

    def _shade(self, *, unseen: bool) -> None:
        """From here on, the text is hidden, or visible again."""
        if unseen != len(self._unseen) % 2:
            self._unseen.append(self._characters.count)

    def _break(self, word: str) -> None:
        self.flush()
        self._block += 1
        if self._group.field is not None and self._group.result:
            self._hear(" ")
        if self._group.part is None and self._seen and word != "propname":
            self._paragraph += 1
            self._seen = False

    def _text_of(self, token: re.Match[str]) -> None:
        """Characters, unless they are hidden."""
        if not self._group.silent:
            self._characters.plain(token.start(), token.end(), self._codec())

    def _hex(self, token: re.Match[str]) -> None:
        if not self._group.silent:
            self._characters.octet(int(token["hex"], 16), *token.span(), self._codec())

    def _special(self, token: re.Match[str], char: str) -> None:
        if not self._group.silent:
            self._characters.special(*token.span(), char)

    def _codec(self) -> str:
        return self._group.codec or self._fonts.own

    def _hear(self, said: str) -> None:
        """Text that people read has been found."""
        group = self._group
        if group.instruction:
            return
        if not self._seen and group.part is None and said.strip():
            self._seen = True
        if group.result and group.field is not None and len(group.field.label) < _LONGEST_LABEL:
            group.field.label += said[:_LONGEST_LABEL]

    def flush(self) -> None:
        """What has been collected is a passage."""
        pieces, meanings = self._characters.taken()
        marks, self._unseen = self._unseen, [0] * (len(self._unseen) % 2)
        if not pieces:
            return
        group = self._group
        number = None if group.part in _UNCOUNTED else self._paragraph
        place = Place(part=group.part, paragraph=number)
        if group.instruction:
            self._instruct(instruction(self._text, pieces, meanings), place)
            return
        if group.part in _NEVER_SHOWN:
            reading, role = _HOLDS.get(group.begins, (Reading.TEXT, None))
            passage = Passage(
                pieces, _TEXT, place=place, meanings=meanings, reading=reading, role=role
            )
        else:
            linked = group.result and group.field is not None and group.field.is_link
            passage = ProsePassage(
                pieces, _TEXT, place=place, meanings=meanings, block=self._block,
                unread=_between(pieces, marks) if marks else _NONE,
                kept=_line_breaks(meanings) if "\n" in meanings.values() else _NONE,
                role=Role.LINK_TEXT if linked else None,
            )  # fmt: skip
        self._waiting.append(passage)

    def _instruct(self, said: Instruction, place: Place) -> None:
        """An instruction is complete: its address is a passage, and what is around that."""
        field = self._group.field
        if field is not None:
            field.is_link = field.is_link or said.is_link
            field.addresses += [len(self._waiting)] if said.address else []
        if said.address:
            meanings, named = dict(said.meanings), said.place
            if named:
                named = ((said.address[-1][1], named[0][0]), *named)
                meanings[named[0][0]] = "#"
            self._waiting.append(Passage(
                said.address + named, _INSTRUCTION, place=place, meanings=meanings,
                kept=frozenset(piece[0] for piece in named), reading=Reading.VALUE,
            ))  # fmt: skip
        if said.rest:
            self._waiting.append(
                Passage(said.rest, _INSTRUCTION, place=place, meanings=said.meanings)
            )


def _between(pieces: tuple[Span, ...], marks: list[int]) -> frozenset[int]:
    """Where those of `pieces` begin that are between every second of `marks` and the next."""
    spans = zip_longest(marks[::2], marks[1::2])
    return frozenset(piece[0] for span in spans for piece in pieces[slice(*span)])


def _line_breaks(meanings: Mapping[int, str]) -> frozenset[int]:
    return frozenset(start for start, meant in meanings.items() if meant == "\n")


_NONE: frozenset[int] = frozenset()
_DESTINATION = pattern_of(r"[\r\n]*\\([A-Za-z]+)")
_NEVER_SHOWN = {"properties", "form field", "shape"}
_UNCOUNTED = {"header", "footer", "properties"}
