"""Which format a document is in, and who opens it: one row a format in one table.

The first bytes decide where they are a format's own; else the name does; else what the text looks
like. A row's module is imported when it is needed, and may need a package that is an extra.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import chain
from pathlib import PurePath

from attrs import evolve

from safelinks.documents.content.document_content import (
    Content,
    EnclosedOpener,
    Passages,
    TextContent,
    plain_passages,
)
from safelinks.documents.content.unpack_allowance import Allowance
from safelinks.documents.mail.mail_messages import open_mailbox
from safelinks.documents.mail.mime_structure import is_mailbox
from safelinks.documents.markup.html_pages import html_passages
from safelinks.documents.markup.xml_documents import xml_passages
from safelinks.documents.passages import encodings
from safelinks.documents.structured.json_csv_icalendar import calendar_passages, csv_passages
from safelinks.documents.text.asciidoc import asciidoc_passages
from safelinks.documents.text.markdown import markdown_passages, mdx_passages
from safelinks.documents.text.notebooks import json_or_notebook_passages
from safelinks.documents.text.org import org_passages
from safelinks.documents.text.restructured import restructured_passages
from safelinks.documents.text.tex import bibtex_passages, tex_passages
from safelinks.documents.text.yaml_toml import toml_passages, yaml_passages
from safelinks.documents.verbatim.asciidoc_code import asciidoc_stretches
from safelinks.documents.verbatim.html_code import html_stretches
from safelinks.documents.verbatim.markdown_code import markdown_stretches, mdx_stretches
from safelinks.documents.verbatim.org_code import org_stretches
from safelinks.documents.verbatim.restructured_code import restructured_stretches
from safelinks.documents.verbatim.tex_code import tex_stretches
from safelinks.documents.verbatim.verbatim_ranges import Stretch, Verbatim
from safelinks.documents.verbatim.yaml_toml_scalars import toml_stretches, yaml_stretches
from safelinks.errors import DocumentError
from safelinks.patterns import pattern_of
from safelinks.values import frozen

__all__ = ["DOCUMENT_FORMATS", "Format", "format_of", "opened", "opened_each", "verbatim_in"]


@frozen
class Format:
    """A format: its name, what it is called in a sentence, its suffixes, and who opens it.

    Formats of text have `passages`; others a `module` of this package with ``open_content(raw,
    name, opened)``, which may need the `packages` of an `extra`. A file is known by its first
    bytes, the `signature`; where several formats share one, by names that stand `inside` of it.
    A text that is shown `as_it_stands` has no markup that a reader would not know; one `by_line`
    has in its prose, too, a line for each line of the file. `stretches` are its code and comments,
    for a text that has some.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = ()
    passages: Passages | None = None
    module: str | None = None
    extra: str | None = None
    packages: tuple[str, ...] = ()
    signature: bytes = b""
    inside: tuple[bytes, ...] = ()
    as_it_stands: bool = False
    by_line: bool = False
    stretches: Callable[[str], tuple[Stretch, ...]] | None = None


PLAIN = Format(
    "text", "plain text", (".txt", ".text", ".log"), plain_passages, as_it_stands=True, by_line=True
)
HTML = Format(
    "html", "an HTML page", (".html", ".htm", ".xhtml"), html_passages, stretches=html_stretches
)
XML = Format(
    "xml", "an XML document", (".xml", ".rss", ".atom", ".svg", ".opml", ".xsl"), xml_passages
)
JSON = Format(
    "json",
    "a JSON document",
    (".json", ".jsonl", ".ndjson", ".geojson", ".ipynb"),
    json_or_notebook_passages,
    as_it_stands=True,
)
CALENDAR = Format("icalendar", "a calendar", (".ics", ".ical", ".ifb"), calendar_passages)
MAIL = Format(
    "mail",
    "an e-mail or a mailbox",
    (".eml", ".mbox", ".mbx", ".mht", ".emlx"),
    module="mail.mail_messages",
    by_line=True,
)
_ZIP = b"PK\x03\x04"
PDF = Format(
    "pdf",
    "a PDF document",
    (".pdf",),
    module="pdf.pdf_documents",
    extra="pdf",
    packages=("pypdf",),
    signature=b"%PDF-",
)
RTF = Format("rtf", "an RTF document", (".rtf",), module="rtf.rtf_documents", signature=b"{\\rtf")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _as_named(name: str) -> bytes:
    """The name of a stream as the directory of a compound file holds it ([MS-CFB], 2.6.1)."""
    return name.encode("utf-16-le")


MSG = Format(
    "msg",
    "an Outlook message",
    (".msg",),
    module="mail.outlook_messages",
    extra="msg",
    packages=("olefile", "compressed-rtf"),
    signature=_OLE,
    inside=(_as_named("__substg1.0_"), _as_named("__properties_version1.0")),
)
DOCUMENT_FORMATS: tuple[Format, ...] = (
    PLAIN,
    Format(
        "markdown", "a Markdown text",
        (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".qmd", ".rmd", ".livemd"),
        markdown_passages, as_it_stands=True, by_line=True, stretches=markdown_stretches,
    ),
    Format(
        "mdx", "an MDX text", (".mdx",), mdx_passages,
        as_it_stands=True, by_line=True, stretches=mdx_stretches,
    ),
    Format(
        "asciidoc", "an AsciiDoc text", (".adoc", ".asciidoc", ".asc"), asciidoc_passages,
        as_it_stands=True, by_line=True, stretches=asciidoc_stretches,
    ),
    Format(
        "rst", "a reStructuredText", (".rst", ".rest"), restructured_passages,
        as_it_stands=True, by_line=True, stretches=restructured_stretches,
    ),
    Format(
        "org", "an Org text", (".org",), org_passages,
        as_it_stands=True, by_line=True, stretches=org_stretches,
    ),
    Format(
        "tex", "a TeX text", (".tex", ".ltx", ".sty", ".cls"), tex_passages,
        as_it_stands=True, by_line=True, stretches=tex_stretches,
    ),
    Format(
        "bibtex", "a BibTeX database", (".bib",), bibtex_passages,
        as_it_stands=True, by_line=True,
    ),
    Format(
        "yaml", "a YAML document", (".yml", ".yaml", ".cff"), yaml_passages,
        as_it_stands=True, by_line=True, stretches=yaml_stretches,
    ),
    Format(
        "toml", "a TOML document", (".toml",), toml_passages,
        as_it_stands=True, by_line=True, stretches=toml_stretches,
    ),
    HTML,
    XML,
    JSON,
    MAIL,
    Format(
        "odf", "an OpenDocument file", (".odt", ".ods", ".odp", ".odg", ".ott"),
        module="office.opendocument", signature=_ZIP,
        inside=(b"mimetypeapplication/vnd.oasis.opendocument",),
    ),
    Format(
        "epub", "an EPUB", (".epub",),
        module="office.opendocument", signature=_ZIP, inside=(b"mimetypeapplication/epub+zip",),
    ),
    Format(
        "docx", "a Word document", (".docx", ".docm", ".dotx", ".dotm"),
        module="office.office_files", signature=_ZIP, inside=(b"word/",),
    ),
    Format(
        "pptx", "a PowerPoint presentation", (".pptx", ".pptm", ".ppsx", ".potx"),
        module="office.office_files", signature=_ZIP, inside=(b"ppt/",),
    ),
    Format(
        "xlsx", "an Excel workbook", (".xlsx", ".xlsm", ".xltx", ".xltm"),
        module="office.office_files", signature=_ZIP, inside=(b"xl/",),
    ),
    Format("csv", "a table", (".csv", ".tsv"), csv_passages, as_it_stands=True),
    CALENDAR,
    PDF,
    RTF,
    MSG,
)  # fmt: skip


_BY_NAME = {one.name: one for one in DOCUMENT_FORMATS}


def verbatim_in(text: str, format_name: str) -> Verbatim:
    """The code and the comments of `text`; none in formats that know neither. Total.

    >>> verbatim_in("`https://a.example/`", "markdown").at(1)
    <Within.CODE: 'code'>
    """
    stretches = _BY_NAME[format_name].stretches if format_name in _BY_NAME else None
    return Verbatim(stretches(text)) if stretches is not None else Verbatim()


@frozen
class _Unreadable:
    """What holds no text at all: its first bytes, what a person calls it, and what helps.

    Where several share their first bytes, a name `inside` tells them apart.
    """

    signature: bytes
    what: str
    remedy: str = "save it as plain text and try again"
    inside: bytes = b""


_UNREADABLE = (
    _Unreadable(
        _OLE,
        "is encrypted with a password",
        "save a copy without it and try again",
        _as_named("EncryptedPackage"),
    ),
    *(
        _Unreadable(_OLE, f"is {what}", f"save it as {new} and try again", _as_named(inside))
        for inside, what, new in (
            ("WordDocument", "an old Word document (.doc)", ".docx"),
            ("PowerPoint Document", "an old PowerPoint presentation (.ppt)", ".pptx"),
            ("Workbook", "an old Excel workbook (.xls)", ".xlsx"),
        )
    ),
    _Unreadable(_OLE, "is an old Office document or a damaged Outlook message, not text"),
    _Unreadable(_ZIP, "is a zip archive, not text"),
    _Unreadable(b"\x1f\x8b", "is a gzip archive, not text"),
    _Unreadable(b"\x89PNG", "is a picture, not text"),
    _Unreadable(b"\xff\xd8\xff", "is a picture, not text"),
    _Unreadable(b"GIF8", "is a picture, not text"),
    _Unreadable(b"\x7fELF", "is a program, not text"),
    _Unreadable(b"MZ\x90", "is a program, not text"),
)
# What has a signature is not told by its suffix: without the one, the other is wrong.
_BY_SUFFIX = {
    suffix: one for one in DOCUMENT_FORMATS if not one.signature for suffix in one.suffixes
}
_SIGNED = tuple(one for one in DOCUMENT_FORMATS if one.signature)
_JUNK = 1_024  # bytes that may stand before the first ones of a file that is named as a PDF
_MAX_DEPTH = 5  # of documents within documents
# A mailbox, or header fields of which one is such as only mails have.
_LOOKS_LIKE_MAIL = pattern_of(
    rb"From \S+[^\r\n]*\r?\n[!-9;-~]+:|(?:[!-9;-~]+:(?:[^\r\n]|\r?\n[ \t])*+\r?\n){0,60}?(?:"
    rb"MIME-Version:[ \t]*1|Message-ID:[ \t]*<|Received:[ \t]*(?:from|by)\b|Return-Path:[ \t]*<"
    rb"|Content-Type:[ \t]*(?:text|multipart)/|Content-Transfer-Encoding:)",
    re.IGNORECASE,
)


def _is_json(text: str) -> bool:
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


# What a text looks like, where its name says nothing.
_BEGINNINGS = (
    (
        HTML,
        pattern_of(r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+)?html\b", re.IGNORECASE),
    ),
    (XML, pattern_of(r"\ufeff?\s*<\?xml\s")),
    (CALENDAR, pattern_of(r"\ufeff?\s*BEGIN:VCALENDAR\b", re.IGNORECASE)),
)


def format_of(text: str, name: str) -> Format:
    """The format of a text that is in a file called `name`."""
    known = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    if known is not None and known is not PLAIN:
        return known
    for looks_like, beginning in _BEGINNINGS:
        if beginning.match(text):
            return looks_like
    return JSON if _is_json(text) else PLAIN


@frozen
class _Within:
    """Opens what is within a document, `depth` deep, as long as the `allowance` lasts."""

    depth: int
    allowance: Allowance

    def __call__(self, raw: bytes, name: str) -> tuple[Content, tuple[str, ...]]:
        content, _, notes = _opened(raw, name, self)
        return content, notes


def opened(raw: bytes, name: str) -> tuple[Content, Format, tuple[str, ...]]:
    """The document in `raw`, its format, and notes for the user. Raises DocumentError."""
    return _opened(raw, name, _Within(0, Allowance.for_file(len(raw))))


def _opened(raw: bytes, name: str, within: _Within) -> tuple[Content, Format, tuple[str, ...]]:
    if within.depth > _MAX_DEPTH:
        raise DocumentError(f"{name}: attached documents are nested too deeply; stopped here")
    known = _by_bytes(raw, name)
    if known.module is not None:
        content, notes = _opener(known, name)(raw, name, evolve(within, depth=within.depth + 1))
        return content, known, notes
    text, encoding, note = encodings.decode_text(raw, name)
    found = format_of(text, name)
    passages = found.passages or plain_passages
    if found in (HTML, XML) and (note or text.isascii()):
        text, declared = encodings.as_declared(text, encoding)
        note = note if declared is encoding else None
        encoding = declared
    return TextContent(text, encoding, passages), found, (note,) if note else ()


def opened_each(
    blocks: Iterable[bytes], name: str
) -> Iterator[tuple[Content, Format, tuple[str, ...]]]:
    """The documents of a file that comes in `blocks`: the messages of a mailbox, else the file.

    Together they are all of its bytes. Raises DocumentError.
    """
    blocks = iter(blocks)
    start = next(blocks, b"")
    if is_mailbox(start) and _by_bytes(start, name) is MAIL:
        for content, notes in open_mailbox(
            chain([start], blocks), name, lambda size: _Within(1, Allowance.for_file(size))
        ):
            yield content, MAIL, notes
    else:
        yield opened(b"".join(chain([start], blocks)), name)


def _by_bytes(raw: bytes, name: str) -> Format:
    """The format that the bytes tell, or the name does; PLAIN for what only the text can tell."""
    suffix = PurePath(name).suffix.lower()
    signed = [one for one in _SIGNED if raw.startswith(one.signature)]
    for one in signed:
        if not one.inside or any(mark in raw for mark in one.inside):
            return one
    for one in signed:  # cut off before what it would be known by
        if suffix in one.suffixes:
            return one
    for row in _UNREADABLE:
        if raw.startswith(row.signature) and row.inside in raw:
            raise DocumentError(f"{name}: this {row.what}; {row.remedy}")
    known = _BY_SUFFIX.get(suffix, PLAIN)
    if suffix in PDF.suffixes and PDF.signature in raw[: _JUNK + len(PDF.signature)]:
        return PDF
    if known is MAIL or (known is PLAIN and _LOOKS_LIKE_MAIL.match(raw)):
        return MAIL
    return PLAIN


def _opener(
    one: Format, name: str
) -> Callable[[bytes, str, EnclosedOpener], tuple[Content, tuple[str, ...]]]:
    """The opener of documents of this format. Raises DocumentError where a package is missing."""
    try:
        module = import_module(f"safelinks.documents.{one.module}")
    except ModuleNotFoundError:
        if one.extra is None:
            raise
        raise DocumentError(
            f"{name}: this is {one.title}; to read it, run: pip install {' '.join(one.packages)}"
        ) from None
    opener: Callable[[bytes, str, EnclosedOpener], tuple[Content, tuple[str, ...]]] = (
        module.open_content
    )
    return opener
