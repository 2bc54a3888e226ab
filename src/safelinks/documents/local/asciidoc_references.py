"""AsciiDoc: targets of macros and cross references, and of what is included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from safelinks.documents.local.local_reference import (
    LocalReference,
    WrittenReference,
    located_references,
    outside,
)
from safelinks.documents.verbatim.asciidoc_code import asciidoc_blocks
from safelinks.foundation.patterns import pattern_of

__all__ = ["asciidoc_references"]

_REFERENCE = pattern_of(
    r"^include::(?P<include>[^\[\]\n]+)\["
    r"|(?<![\w:-])(?:image|video|audio)::?(?P<media>[^\s:\[\]][^\[\]\n]*)\["
    r"|(?<![\w:-])link:(?:\+\+(?P<plus>[^\n+]+)\+\+|(?P<link>[^\s\[\]+]+))\["
    r"|(?<![\w:-])xref:(?P<xref>[^\s\[\]]+)\["
    r"|(?<![<\\])<<(?P<angle>[^<>,\n]+)(?:,[^<>\n]*)?>>",
    re.MULTILINE,
)
_IMAGES = pattern_of(r"^:imagesdir:[ \t]+([^\n]+?)[ \t\r]*$", re.MULTILINE)
_SAID = ("./", "../")


def asciidoc_references(text: str) -> Iterator[LocalReference]:
    """The references of an AsciiDoc text to files beside it."""
    kinds: dict[int, str] = {}
    directory = _IMAGES.search(text)
    for reference in located_references(text, _in(text, kinds)):
        kind = kinds[reference.start]
        if kind == "include":
            yield evolve(reference, includes=True)
        elif kind != "media":
            yield reference
        elif directory is not None:
            base = directory[1].rstrip("/") + "/"
            yield evolve(reference, base=base, certain="{" not in base)
        else:  # the directory of images may be given when it is published
            yield evolve(reference, certain=reference.written.startswith(_SAID))


def _in(text: str, kinds: dict[int, str]) -> Iterator[WrittenReference]:
    stretches = asciidoc_blocks(text).stretches()
    for match in _REFERENCE.finditer(text):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        written = match[kind]
        if outside((start, end), stretches):
            kinds[start] = kind
            yield (start, end), _internal(written) if kind in ("xref", "angle") else written


def _internal(written: str) -> str:
    """A cross reference, which is to an id unless it says that it is to a file."""
    if "#" in written or "/" in written or written.endswith((".adoc", ".asciidoc", ".asc")):
        return written.removesuffix("#")
    return f"#{written}"
