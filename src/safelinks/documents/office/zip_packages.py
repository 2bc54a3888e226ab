"""Packages: documents that are a zip archive of parts, as Office files are.

Whatever an archive claims of itself, no more is unpacked than the limits allow. A package that is
written again has the same parts in the same order, with their times and attributes.
"""

from __future__ import annotations

import copy
import io
import lzma
import struct
import warnings
import zlib
from collections.abc import Mapping
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from attrs import field

from safelinks.documents.content.unpack_allowance import OCTETS, PIECES, Allowance, SpentError
from safelinks.documents.passages import encodings
from safelinks.documents.passages.encodings import Encoding
from safelinks.errors import DocumentError, NotWritableError
from safelinks.foundation.values import frozen

__all__ = ["Package", "PackagePart", "open_package"]

_DOCUMENTS = (".mht", ".mhtml", ".rtf", ".txt", ".eml")  # chunks that Word puts in its text
_MARKUP = (".xml", ".rels", ".vml", ".svg", ".html", ".xhtml", ".htm", ".ncx", ".opf")
_MOST_PARTS = 20_000
_LARGEST_WRITTEN = 2_000_000_000  # bytes of all parts, unpacked, that are packed again
_ZIP64 = 1 << 31
_ENCRYPTED = 0x1  # of the general purpose bit flag (APPNOTE, section 4.4.4)
_AT_ONCE = 1 << 16
# What the standard library raises for archives that are damaged, or packed in ways it knows not.
_DAMAGE = (
    BadZipFile, EOFError, LookupError, NotImplementedError, OSError, RuntimeError, ValueError,
    lzma.LZMAError, struct.error, zlib.error,
)  # fmt: skip
_AGAIN = "open it in its program, save it, and try again"


@frozen
class PackagePart:
    """A part that holds markup."""

    text: str = field(repr=False)
    encoding: Encoding


@frozen
class Package:
    """An archive; `parts` are those that hold markup, `embedded` those that are documents.

    `name` is that of the file, `names` are those of all parts, `notes` say what could not be read.
    """

    name: str
    raw: bytes = field(repr=False)
    names: frozenset[str] = field(repr=False)
    parts: Mapping[str, PackagePart] = field(repr=False)
    embedded: Mapping[str, bytes] = field(repr=False)
    notes: tuple[str, ...] = ()

    def text(self, part: str) -> str:
        """The content of `part`; empty where there is none, or it could not be read."""
        found = self.parts.get(part)
        return found.text if found else ""

    def encoded(self, part: str, text: str) -> bytes:
        """`text` in the encoding that `part` is in."""
        return self.parts[part].encoding.encode(text)

    def rewritten(self, changed: Mapping[str, bytes]) -> bytes:
        """The archive with other content for the parts in `changed`, all else as it was.

        Raises NotWritableError where a part is damaged.
        """
        out = io.BytesIO()
        room = _LARGEST_WRITTEN
        try:
            with ZipFile(io.BytesIO(self.raw)) as old, ZipFile(out, "w") as new:
                new.comment = old.comment
                for info in old.infolist():
                    if info.filename in changed and old.getinfo(info.filename) is info:
                        with _new(new, info) as target:
                            target.write(changed[info.filename])
                        continue
                    with old.open(info) as source, _new(new, info) as target:
                        while piece := source.read(_AT_ONCE):
                            target.write(piece)
                            room -= len(piece)
                            if room < 0:
                                raise BadZipFile
        except _DAMAGE:
            raise NotWritableError(
                f"{self.name}: a part of this file is damaged or far too large, so it cannot be "
                f"written; {_AGAIN}"
            ) from None
        return out.getvalue()


def _new(archive: ZipFile, info: ZipInfo) -> IO[bytes]:
    """A part of a new `archive` as `info` has it; if another has its name, so it was before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return archive.open(copy.copy(info), "w", force_zip64=info.file_size > _ZIP64)


def open_package(raw: bytes, name: str, title: str, allowance: Allowance) -> Package:
    """The package in `raw`, which is of the kind `title`. Raises DocumentError."""
    parts: dict[str, PackagePart] = {}
    embedded: dict[str, bytes] = {}
    notes = []
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            known = _checked(archive.infolist(), name, title)
            for part, info in known.items():
                is_markup = part.lower().endswith(_MARKUP)
                if not (is_markup or "/embeddings/" in part or part.lower().endswith(_DOCUMENTS)):
                    continue
                content = _unpacked(archive, info, allowance)
                decoded = _decoded(content, part) if is_markup and content is not None else None
                if decoded is not None:
                    allowance.take_pieces(decoded.text)
                    parts[part] = decoded
                elif content is not None and not is_markup:
                    embedded[part] = content
                else:
                    notes.append(f"{name}: {part} in this file is damaged and was not read")
    except SpentError:
        raise _too_large(name, title) from None
    except _DAMAGE:
        raise DocumentError(f"{name}: this is {title}, but damaged or cut off; {_AGAIN}") from None
    return Package(name, raw, frozenset(known), parts, embedded, tuple(notes))


def _checked(infos: list[ZipInfo], name: str, title: str) -> dict[str, ZipInfo]:
    """The parts by name, if there are not too many, and none is encrypted."""
    if len(infos) > _MOST_PARTS:
        raise _too_large(name, title)
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise DocumentError(
            f"{name}: this is {title}, encrypted with a password; "
            "save a copy without it and try again"
        )
    return {info.filename: info for info in infos if not info.is_dir()}


def _unpacked(archive: ZipFile, info: ZipInfo, allowance: Allowance) -> bytes | None:
    """The content of a part; None if it is damaged. Raises SpentError."""
    out = bytearray()
    try:
        with archive.open(info) as file:
            while piece := file.read(_AT_ONCE):
                allowance.take_octets(len(piece))
                out += piece
    except _DAMAGE:
        return None
    return bytes(out)


def _decoded(content: bytes, part: str) -> PackagePart | None:
    try:
        text, encoding, _ = encodings.decode_text(content, part)
    except DocumentError:
        return None
    return PackagePart(text, encoding)


def _too_large(name: str, title: str) -> DocumentError:
    return DocumentError(
        f"{name}: this is {title} that unpacks to more than {OCTETS // 1_000_000} MB of text, "
        f"{PIECES:,} pieces of it or {_MOST_PARTS:,} parts, the limit for a file and all in it; "
        "if you trust it, split it and try again"
    )
