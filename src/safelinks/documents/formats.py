"""Which format a document is in, and who opens it: one row a format in one table.

The first bytes decide where they are a format's own; else the name does; else what the text looks
like. A row's module is imported when it is needed, and may need a package that is an extra.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib import import_module
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING

from attrs import evolve

from safelinks.documents.content.document_content import (
    Content,
    EnclosedOpener,
    Passages,
    TextContent,
    plain_passages,
)
from safelinks.documents.content.named_functions import function_named
from safelinks.documents.content.signatures import (
    OLE,
    UNREADABLE,
    ZIP,
    looks_like_mail,
    stream_name,
)
from safelinks.documents.content.unpack_allowance import Allowance
from safelinks.documents.passages import encodings
from safelinks.documents.verbatim.verbatim_ranges import Verbatim
from safelinks.errors import DocumentError, MissingPackageError, NoTextError
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

if TYPE_CHECKING:
    from safelinks.documents.local.anchors import Anchors
    from safelinks.documents.local.local_reference import LocalReference
    from safelinks.documents.local.slugs import AnchorFlavour

__all__ = [
    "DOCUMENT_FORMATS",
    "Format",
    "anchors_in",
    "format_of",
    "opened",
    "opened_each",
    "references_in",
    "verbatim_in",
]


@frozen
class Format:
    """A format: its name, what it is called in a sentence, its suffixes, and who opens it.

    Formats of text have `passages`, a function that is named with its room below `documents`;
    others a `module` there with ``open_content(raw, name, opened)``, which may need the `packages`
    of an `extra`. A file is known by its first bytes, the `signature`; where several formats share
    one, by names that stand `inside` of it. A text that is shown `as_it_stands` has no markup that
    a reader would not know; one `by_line` has in its prose, too, a line for each line of the file.
    `stretches` names the function that finds its code and comments, `references` that for what it
    refers to beside it, and `anchors` that for what others can refer to in it.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = ()
    passages: str | None = None
    module: str | None = None
    extra: str | None = None
    packages: tuple[str, ...] = ()
    signature: bytes = b""
    inside: tuple[bytes, ...] = ()
    as_it_stands: bool = False
    by_line: bool = False
    stretches: str | None = None
    references: str | None = None
    anchors: str | None = None


PLAIN = Format(
    "text",
    "plain text",
    (".txt", ".text", ".log"),
    "content.document_content.plain_passages",
    as_it_stands=True,
    by_line=True,
)
HTML = Format(
    "html",
    "an HTML page",
    (".html", ".htm", ".xhtml"),
    "markup.html_pages.html_passages",
    stretches="verbatim.html_code.html_stretches",
    references="local.html_references.html_references",
    anchors="local.html_anchors.html_anchors",
)
XML = Format(
    "xml",
    "an XML document",
    (".xml", ".rss", ".atom", ".svg", ".opml", ".xsl"),
    "markup.xml_documents.xml_passages",
)
JSON = Format(
    "json", "a JSON document", (".json", ".jsonl", ".ndjson", ".geojson", ".ipynb"),
    "text.notebooks.json_or_notebook_passages", as_it_stands=True,
    references="local.notebook_references.notebook_references",
    anchors="local.anchors.unknown_anchors",
)  # fmt: skip
CALENDAR = Format(
    "icalendar",
    "a calendar",
    (".ics", ".ical", ".ifb"),
    "structured.json_csv_icalendar.calendar_passages",
)
MAIL = Format(
    "mail",
    "an e-mail or a mailbox",
    (".eml", ".mbox", ".mbx", ".mht", ".emlx"),
    module="mail.mail_messages",
    by_line=True,
)
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
MSG = Format(
    "msg",
    "an Outlook message",
    (".msg",),
    module="mail.outlook_messages",
    extra="msg",
    packages=("olefile", "compressed-rtf"),
    signature=OLE,
    inside=(stream_name("__substg1.0_"), stream_name("__properties_version1.0")),
)
DOCUMENT_FORMATS: tuple[Format, ...] = (
    PLAIN,
    Format(
        "markdown", "a Markdown text",
        (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".qmd", ".rmd", ".livemd"),
        "text.markdown.markdown_passages", as_it_stands=True, by_line=True,
        stretches="verbatim.markdown_code.markdown_stretches",
        references="local.markdown_references.markdown_references",
        anchors="local.markdown_anchors.markdown_anchors",
    ),
    Format(
        "mdx", "an MDX text", (".mdx",), "text.markdown.mdx_passages",
        as_it_stands=True, by_line=True, stretches="verbatim.markdown_code.mdx_stretches",
        references="local.markdown_references.mdx_references",
        anchors="local.markdown_anchors.mdx_anchors",
    ),
    Format(
        "asciidoc", "an AsciiDoc text", (".adoc", ".asciidoc", ".asc"),
        "text.asciidoc.asciidoc_passages",
        as_it_stands=True, by_line=True, stretches="verbatim.asciidoc_code.asciidoc_stretches",
        references="local.asciidoc_references.asciidoc_references",
        anchors="local.asciidoc_anchors.asciidoc_anchors",
    ),
    Format(
        "rst", "a reStructuredText", (".rst", ".rest"), "text.restructured.restructured_passages",
        as_it_stands=True, by_line=True,
        stretches="verbatim.restructured_code.restructured_stretches",
        references="local.restructured_references.restructured_references",
        anchors="local.restructured_anchors.restructured_anchors",
    ),
    Format(
        "org", "an Org text", (".org",), "text.org.org_passages",
        as_it_stands=True, by_line=True, stretches="verbatim.org_code.org_stretches",
        references="local.org_references.org_references", anchors="local.anchors.unknown_anchors",
    ),
    Format(
        "tex", "a TeX text", (".tex", ".ltx", ".sty", ".cls"), "text.tex.tex_passages",
        as_it_stands=True, by_line=True, stretches="verbatim.tex_code.tex_stretches",
    ),
    Format(
        "bibtex", "a BibTeX database", (".bib",), "text.tex.bibtex_passages",
        as_it_stands=True, by_line=True,
    ),
    Format(
        "yaml", "a YAML document", (".yml", ".yaml", ".cff"), "text.yaml_toml.yaml_passages",
        as_it_stands=True, by_line=True, stretches="verbatim.yaml_toml_scalars.yaml_stretches",
    ),
    Format(
        "toml", "a TOML document", (".toml",), "text.yaml_toml.toml_passages",
        as_it_stands=True, by_line=True, stretches="verbatim.yaml_toml_scalars.toml_stretches",
    ),
    HTML,
    XML,
    JSON,
    MAIL,
    Format(
        "odf", "an OpenDocument file", (".odt", ".ods", ".odp", ".odg", ".ott"),
        module="office.opendocument", signature=ZIP,
        inside=(b"mimetypeapplication/vnd.oasis.opendocument",),
    ),
    Format(
        "epub", "an EPUB", (".epub",),
        module="office.opendocument", signature=ZIP, inside=(b"mimetypeapplication/epub+zip",),
    ),
    Format(
        "docx", "a Word document", (".docx", ".docm", ".dotx", ".dotm"),
        module="office.office_files", signature=ZIP, inside=(b"word/",),
    ),
    Format(
        "pptx", "a PowerPoint presentation", (".pptx", ".pptm", ".ppsx", ".potx"),
        module="office.office_files", signature=ZIP, inside=(b"ppt/",),
    ),
    Format(
        "xlsx", "an Excel workbook", (".xlsx", ".xlsm", ".xltx", ".xltm"),
        module="office.office_files", signature=ZIP, inside=(b"xl/",),
    ),
    Format(
        "csv", "a table", (".csv", ".tsv"),
        "structured.json_csv_icalendar.csv_passages", as_it_stands=True,
    ),
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
    return Verbatim(function_named(stretches)(text)) if stretches is not None else Verbatim()


def references_in(text: str, format_name: str) -> Iterator[LocalReference]:
    """The references of `text` to files beside it; none in formats that have none. Total."""
    finder = _BY_NAME[format_name].references if format_name in _BY_NAME else None
    found: Iterator[LocalReference] = iter(()) if finder is None else function_named(finder)(text)
    return found


def anchors_in(text: str, format_name: str, flavours: Collection[AnchorFlavour]) -> Anchors | None:
    """What a fragment can name in `text`; None in formats of which nobody knows that. Total."""
    finder = _BY_NAME[format_name].anchors if format_name in _BY_NAME else None
    found: Anchors | None = None if finder is None else function_named(finder)(text, flavours)
    return found


# What has a signature is not told by its suffix: without the one, the other is wrong.
_BY_SUFFIX = {
    suffix: one for one in DOCUMENT_FORMATS if not one.signature for suffix in one.suffixes
}
_SIGNED = tuple(one for one in DOCUMENT_FORMATS if one.signature)
_SIGNED_TITLES = {suffix: one.title for one in _SIGNED for suffix in one.suffixes}
_JUNK = 1_024  # bytes that may stand before the first ones of a file that is named as a PDF
_MAX_DEPTH = 5  # of documents within documents


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
    (HTML, pattern_of(r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+)?html\b", re.IGNORECASE)),
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
    title = _SIGNED_TITLES.get(PurePath(name).suffix.lower())
    text, encoding, note = encodings.decode_text(raw, name, title)
    found = format_of(text, name)
    passages: Passages = function_named(found.passages) if found.passages else plain_passages
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
    if _is_mailbox(start) and _by_bytes(start, name) is MAIL:
        for content, notes in function_named("mail.mail_messages.open_mailbox")(
            chain([start], blocks), name, lambda size: _Within(1, Allowance.for_file(size))
        ):
            yield content, MAIL, notes
    else:
        yield opened(b"".join(chain([start], blocks)), name)


def _is_mailbox(start: bytes) -> bool:
    """Whether a mailbox begins like this; mail is imported only for what looks like one."""
    return start.startswith(b"From ") and bool(
        function_named("mail.mime_structure.is_mailbox")(start)
    )


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
    for row in UNREADABLE:
        if raw.startswith(row.signature) and row.inside in raw:
            kind = NoTextError if row.no_text else DocumentError
            raise kind(f"{name}: this {row.what}; {row.remedy}")
    known = _BY_SUFFIX.get(suffix, PLAIN)
    if suffix in PDF.suffixes and PDF.signature in raw[: _JUNK + len(PDF.signature)]:
        return PDF
    if known is MAIL or (known is PLAIN and looks_like_mail(raw)):
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
        from safelinks.documents.content.package_installation import installation_of  # noqa: PLC0415  rarely needed

        raise MissingPackageError(name, one.title, installation_of(one.packages)) from None
    opener: Callable[[bytes, str, EnclosedOpener], tuple[Content, tuple[str, ...]]] = (
        module.open_content
    )
    return opener
