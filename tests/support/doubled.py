"""How a text is doubled until its cost tells whether time is linear in it, and documents for that.

Of packages and binary formats, a row is what makes a document of a text; each piece is written as
that format escapes it, or is markup of its own.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from attacking import amount
from attrs import frozen
from compound import attached, compound, message

from safelinks import SafelinksError, read
from safelinks.documents.formats import anchors_in
from safelinks.documents.local.slugs import AnchorFlavour

__all__ = ["BINARY", "Doubled", "Piece", "all_of", "ends", "is_linear", "odt", "repeated", "xlsx"]

MOST = 2.6
SHORTEST = amount(1, 5) / 100  # seconds: less than that is too short for a ratio
# Beyond some 100,000, the caches of a busy processor may make a ratio.
MOST_CHARACTERS = amount(30_000, 400_000)

Piece = str | Callable[[int], str]
"""What a text is of: again and again, or as a function of how many characters it is to have."""

Build = Callable[[str], bytes]


def _cost(work: Callable[[], object], looks: int = 1) -> float:
    """The least time of the processor for `work`, in seconds."""
    least = float("inf")
    for _ in range(looks):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return least


def is_linear(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Double a text until it takes long enough to tell; then once more, at most `MOST` times it.

    Where it takes longer, the text is doubled again: a cache that is full is so once.
    """
    cost = _cost(work(size))
    while cost < SHORTEST and size < MOST_CHARACTERS:
        size *= 2
        cost = _cost(work(size))
    ratios = []
    for doubled in (2 * size, 4 * size):
        for looks in (1, 3, 5):  # a ratio that is too high once may be another program's doing
            again = _cost(work(doubled), looks)
            ratios.append(again / max(cost, SHORTEST / 2))
            if ratios[-1] < MOST:
                return
            cost = _cost(work(doubled // 2), looks)
        cost = again
    pytest.fail(f"twice as much of it takes {ratios} times as long, from {size:,} characters on")


def repeated(piece: Piece, size: int) -> str:
    """A text of about `size` characters that is nothing but that."""
    return piece * max(1, size // len(piece)) if isinstance(piece, str) else piece(size)


def ends(piece: Piece, name: str) -> None:
    """A file of nothing but that stays as it is, and the time is linear in its length."""

    def work(size: int) -> Callable[[], None]:
        raw = repeated(piece, size).encode()

        def unchanged() -> None:
            document = read(raw, name)
            if not any(link.wrapped for link in document.links):
                assert document.cleaned() == raw

        return unchanged

    is_linear(work, amount(4_000, 20_000))


def all_of(raw: bytes, name: str) -> None:
    """Everything that is done with a document."""
    with suppress(SafelinksError):
        document = read(raw, name)
        assert isinstance(document.links, tuple | list)
        document.cleaning()
        document.redaction()
        assert isinstance(document.local_references, tuple)
        anchors = anchors_in(document.text or "", document.format, tuple(AnchorFlavour))
        assert anchors is None or anchors.all.presence("none") is not None


_SCHEMAS = "http://schemas.openxmlformats.org"
_RELATIONS = f"{_SCHEMAS}/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@frozen
class Doubled:
    """A format: its suffix, what makes a document of a text, and pieces that are repeated in it."""

    suffix: str
    build: Build
    pieces: Mapping[str, str]


def _zipped(parts: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _types(main: str, kind: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType='
        f'"application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>',
        "_rels/.rels": _related(("r1", "officeDocument", main, "")),
    }


def _related(*rows: tuple[str, str, str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="{number}" Type="{_RELATIONS}/{kind}" Target="{target}"{more}/>'
        for number, kind, target, more in rows
    )
    return (
        f'{_HEAD}<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">{inner}'
        "</Relationships>"
    )


_LINK = ("r1", "hyperlink", "https://x.example/", ' TargetMode="External"')


def _docx(body: str, related: str = "") -> bytes:
    main = "word/document.xml"
    return _zipped(
        _types(main, "wordprocessingml.document")
        | {
            main: f'{_HEAD}<w:document xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main" '
            f'xmlns:r="{_RELATIONS}"><w:body>{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": related or _related(_LINK),
        }
    )


def _docx_relations(rows: str) -> bytes:
    return _docx("", _related(_LINK).replace("</Relationships>", f"{rows}</Relationships>"))


def xlsx(cells: str, strings: str = "", after: str = "") -> bytes:
    main = "xl/workbook.xml"
    space = f'xmlns="{_SCHEMAS}/spreadsheetml/2006/main" xmlns:r="{_RELATIONS}"'
    return _zipped(
        _types(main, "spreadsheetml.sheet")
        | {
            main: f'{_HEAD}<workbook {space}><sheets><sheet name="a" sheetId="1" r:id="r1"/>'
            "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": _related(
                ("r1", "worksheet", "worksheets/sheet1.xml", ""),
                ("r2", "sharedStrings", "sharedStrings.xml", ""),
            ),
            "xl/sharedStrings.xml": f"{_HEAD}<sst {space}>{strings or '<si><t>a</t></si>'}</sst>",
            "xl/worksheets/sheet1.xml": f"{_HEAD}<worksheet {space}><sheetData><row>{cells}</row>"
            f"</sheetData>{after}</worksheet>",
            "xl/worksheets/_rels/sheet1.xml.rels": _related(_LINK),
        }
    )


def _xlsx_strings(strings: str) -> bytes:
    return xlsx('<c r="A1" t="s"><v>0</v></c>', strings)


def _xlsx_links(links: str) -> bytes:
    return xlsx("", "", f"<hyperlinks>{links}</hyperlinks>")


def _pptx(body: str) -> bytes:
    main = "ppt/presentation.xml"
    space = (
        f'xmlns:p="{_SCHEMAS}/presentationml/2006/main" xmlns:r="{_RELATIONS}" '
        f'xmlns:a="{_SCHEMAS}/drawingml/2006/main"'
    )
    return _zipped(
        _types(main, "presentationml.presentation")
        | {
            main: f'{_HEAD}<p:presentation {space}><p:sldIdLst><p:sldId id="256" r:id="r1"/>'
            "</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": _related(("r1", "slide", "slides/slide1.xml", "")),
            "ppt/slides/slide1.xml": f"{_HEAD}<p:sld {space}><p:cSld><p:spTree><p:sp><p:txBody>"
            f"<a:p>{body}</a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
            "ppt/slides/_rels/slide1.xml.rels": _related(_LINK),
        }
    )


def _opendocument(kind: str, before: str, after: str) -> Build:
    def build(body: str) -> bytes:
        names = ("office", "text", "table", "xlink")
        spaces = " ".join(f'xmlns:{name}="urn:x:{name}"' for name in names)
        return _zipped(
            {
                "mimetype": f"application/vnd.oasis.opendocument.{kind}",
                "content.xml": f"{_HEAD}<office:body {spaces}>{before}{body}{after}</office:body>",
            }
        )

    return build


odt = _opendocument("text", "<office:text>", "</office:text>")
_ods = _opendocument(
    "spreadsheet",
    "<office:spreadsheet><table:table><table:table-row>",
    "</table:table-row></table:table></office:spreadsheet>",
)


def _pdf(objects: Mapping[int, bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(offsets) + 1)
    for number in range(1, max(offsets) + 1):
        out += b"%010d 00000 n \n" % offsets[number]
    end = (max(offsets) + 1, start)
    return bytes(out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % end)


def _page(entries: bytes, content: bytes = b"") -> bytes:
    return _pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
            b"/Resources<</Font<</F 5 0 R>>>>%b>>" % entries,
            4: b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        }
    )


def _pdf_annotations(annotations: str) -> bytes:
    return _page(b"/Annots[%b]" % annotations.encode())


def _pdf_content(content: str) -> bytes:
    """With a text before it all: content without any is not looked into."""
    return _page(b"", b"BT /F 9 Tf (a) Tj %b ET" % content.encode())


def _pdf_pages(pages: str) -> bytes:
    """As many pages as there are letters in `pages`."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + len(pages)))
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[<</Subtype/Link/Rect[0 0 9 9]"
        b"/A<</S/URI/URI(https://x.example/)>>>>]>>"
    )
    return _pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids),
            **dict.fromkeys(range(3, 3 + len(pages)), page),
        }
    )


def _rtf(body: str) -> bytes:
    return b"{\\rtf1\\ansi %b}" % body.encode()


def _msg_text(body: str) -> bytes:
    return compound(message({"0037001F": "a", "1000001F": body}))


def _msg_html(body: str) -> bytes:
    return compound(message({"0037001F": "a", "10130102": body.encode()}))


def _msg_subject(body: str) -> bytes:
    return compound(message({"0037001F": body, "1000001F": "a"}))


def _msg_attachments(names: str) -> bytes:
    """As many attachments as there are letters in `names`."""
    return compound(
        message({"1000001F": "a"}, [attached(b"https://x.example/", "a.txt")] * len(names))
    )


_SAFE = "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example&amp;data=0 "
_TEXTS = {
    "addresses": "https://x.example/ ",
    "wrapped links": _SAFE,
    "wrapped without end": _SAFE.strip(),
    "heads": "https://nam06.safelinks.protection.outlook.com/?url=",
    "brackets": "https://x.example/((",
    "slashes": "//",
    "entities": "&amp;",
}
_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://x.example/" '
    "</w:instrText></w:r>"
)


def _each(before: str, after: str, more: Mapping[str, str]) -> dict[str, str]:
    """The pieces of text, each as an element of its own, and `more`."""
    return {name: f"{before}{text}{after}" for name, text in _TEXTS.items()} | dict(more)


BINARY: Mapping[str, Doubled] = {
    "docx, one text": Doubled(
        ".docx", lambda text: _docx(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"), _TEXTS
    ),
    "docx": Doubled(
        ".docx",
        _docx,
        _each(
            "<w:p><w:r><w:t>",
            "</w:t></w:r></w:p>",
            {
                "links": '<w:p><w:hyperlink r:id="r1"><w:r><w:t>a</w:t></w:r></w:hyperlink></w:p>',
                "fields in fields": _FIELD,
                "ends of fields": '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
                "simple fields": "<w:fldSimple w:instr='HYPERLINK \"https://x.example/\"'>",
                "boxes in boxes": "<w:txbxContent><w:p>",
                "elements in elements": "<w:p>",
                "runs": "<w:r><w:t>https://x</w:t></w:r>",
            },
        ),
    ),
    "docx, relations": Doubled(
        ".docx",
        _docx_relations,
        {
            "of one name": f'<Relationship Id="r1" Type="{_RELATIONS}/hyperlink" '
            'Target="https://x.example/" TargetMode="External"/>',
            "to parts": f'<Relationship Id="r2" Type="{_RELATIONS}/x" Target="../../a.xml"/>',
        },
    ),
    "xlsx": Doubled(
        ".xlsx",
        xlsx,
        _each(
            '<c r="A1" t="inlineStr"><is><t>',
            "</t></is></c>",
            {
                "formulas": '<c r="A1"><f>HYPERLINK("https://x.example/","a")</f></c>',
                "shared": '<c r="A1" t="s"><v>0</v></c>',
            },
        ),
    ),
    "xlsx, one formula": Doubled(
        ".xlsx",
        lambda text: xlsx(f'<c r="A1"><f>{text}</f></c>'),
        {
            "calls": 'HYPERLINK("https://x.example/",',
            "strings": '"https://x.example/"&amp;',
            "quotes": '"',
            "brackets": "(",
        },
    ),
    "xlsx, strings": Doubled(".xlsx", _xlsx_strings, _each("<si><t>", "</t></si>", {})),
    "xlsx, links": Doubled(
        ".xlsx",
        _xlsx_links,
        {
            "of one cell": '<hyperlink ref="A1" r:id="r1"/>',
            "areas": '<hyperlink ref="A1:Z9" r:id="r1"/>',
        },
    ),
    "pptx": Doubled(
        ".pptx",
        _pptx,
        _each(
            "<a:r><a:t>",
            "</a:t></a:r>",
            {
                "links": '<a:r><a:rPr><a:hlinkClick r:id="r1"/></a:rPr><a:t>a</a:t></a:r>',
                "breaks": "<a:r><a:t>https://x</a:t></a:r><a:br/>",
            },
        ),
    ),
    "odt": Doubled(
        ".odt",
        odt,
        _each(
            "<text:p>",
            "</text:p>",
            {
                "links": '<text:p><text:a xlink:href="https://x.example/">a</text:a></text:p>',
                "links in links": '<text:a xlink:href="https://x.example/">',
                "spans": "<text:span>https://x",
                "notes": "<text:note>",
            },
        ),
    ),
    "ods": Doubled(
        ".ods",
        _ods,
        _each(
            "<table:table-cell><text:p>",
            "</text:p></table:table-cell>",
            {"repeated": '<table:table-cell table:number-columns-repeated="99"/>'},
        ),
    ),
    "pdf, annotations": Doubled(
        ".pdf",
        _pdf_annotations,
        {
            "links": "<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://x.example/)>>>>",
            "open dictionaries": "<<",
            "open strings": "(",
            "references": "9 0 R ",
        },
    ),
    "pdf, content": Doubled(
        ".pdf",
        _pdf_content,
        {
            "texts": "(https://x.example/) Tj ",
            "lines": "(https://x) Tj 0 -9 Td ",
            "states": "q ",
            "moves": "1 0 0 1 5 5 cm ",
            "numbers": "1 ",
            "open arrays": "[",
        },
    ),
    "pdf, one text": Doubled(".pdf", lambda text: _pdf_content(f"({text}) Tj"), _TEXTS),
    "pdf, pages": Doubled(".pdf", _pdf_pages, {"pages": "a"}),
    "rtf": Doubled(
        ".rtf",
        _rtf,
        {
            **_TEXTS,
            "fields": '{\\field{\\*\\fldinst HYPERLINK "https://x.example/"}{\\fldrslt a}}',
            "fields in fields": '{\\field{\\*\\fldinst HYPERLINK "https://x.example/"}{\\fldrslt ',
            "groups": "{\\b ",
            "ends": "}",
            "letters": "\\'e9\\u8217?",
            "binary": "\\bin1 a",
        },
    ),
    "msg, text": Doubled(".msg", _msg_text, _TEXTS),
    "msg, HTML": Doubled(
        ".msg", _msg_html, _each('<a href="https://x.example/">', "</a>", {"tags": "<a "})
    ),
    "msg, subject": Doubled(".msg", _msg_subject, _TEXTS),
    "msg, attachments": Doubled(".msg", _msg_attachments, {"attachments": "a"}),
}
