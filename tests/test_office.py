"""Word, PowerPoint and Excel: built with other libraries, read and cleaned with ours, and read again."""

from __future__ import annotations

import html
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
import reportlab.pdfgen.canvas
from attacking import amount
from building import HOST, RECIPIENT, wrap
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from doubled import is_linear, repeated
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from pptx.util import Inches

from safelinks import Document, DocumentError, Link, read

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

DATA = Path(__file__).parent / "data" / "documents"
TARGET = "https://example.org/a?b=1&c=2"
LINK = wrap(TARGET)
SHORT = f"https://{HOST}/?url=https%3A%2F%2Fa.example&data=&reserved=0"


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def _packed(parts: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _cleaned(document: Document) -> Document:
    """`document`, cleaned and read again, if what must hold of that holds."""
    raw = document.cleaned()
    again = read(raw, document.name)
    assert [link.target for link in again.links] == [link.target for link in document.links]
    assert [link.place for link in again.links] == [link.place for link in document.links]
    assert not any(link.wrapped for link in again.links)
    assert again.cleaned() == raw
    parts = _parts(raw)
    assert list(parts) == list(_parts(document.original()))
    assert not any(b"safelinks.protection" in part for part in parts.values())
    return again


def _told(links: tuple[Link, ...]) -> list[tuple[str | None, str | None, str]]:
    return [(link.target, link.label, str(link.place)) for link in links]


PIP = "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService"
ABOUT = "https://www1.nyc.gov/site/mocs/systems/about-go-to-passport.page"


class TestFilesOfLibreOffice:
    def test_the_notice(self) -> None:
        document = read(DATA / "notice.docx")
        assert (document.format, document.notes) == ("docx", ())
        assert _told(document.links)[:3] == [
            (PIP, "Payee Information Portal (PIP)", "paragraph 3"),
            (ABOUT, "PASSPort", "paragraph 3"),
            (ABOUT, "Learn more about PASSPort", "paragraph 4"),
        ]
        assert len(document.links) == 8
        cleaned = _cleaned(document).original()
        found = {one.target_ref for one in docx.Document(io.BytesIO(cleaned)).part.rels.values()}
        assert {link.target for link in document.links} <= found

    def test_a_workbook(self) -> None:
        document = read(DATA / "links.xlsx")
        assert document.format == "xlsx"
        assert _told(document.links)[:5] == [
            (PIP, "PIP 2", "sheet Links & more, cell B2"),
            (PIP, None, "sheet Links & more, cell C2"),
            (ABOUT, None, "sheet Links & more, cell C2"),
            (ABOUT, "PIP 3", "sheet Links & more, cell B3"),
            (ABOUT, "label", "sheet Links & more, cell C3"),
        ]
        assert [str(link.place) for link in document.links][-2:] == [
            "part comment, sheet Links & more, cell C6", "sheet Second, cell AA10",
        ]  # fmt: skip
        sheet = openpyxl.load_workbook(io.BytesIO(_cleaned(document).original())).worksheets[0]
        assert sheet["B2"].hyperlink.target == PIP
        assert sheet["C2"].value == f"See {PIP} or {ABOUT}"
        assert sheet["C3"].value == f'=HYPERLINK("{ABOUT}","label")'

    def test_a_presentation(self) -> None:
        document = read(DATA / "links.pptx")
        assert document.format == "pptx"
        assert [(link.label, str(link.place)) for link in document.links] == [
            *[("Payee Portal", "slide 1"), (None, "slide 1"), (None, "slide 1")],
            *[(None, "part notes, slide 1"), ("Payee Portal", "slide 2"), (None, "slide 2")],
            *[(None, "slide 2"), (None, "part notes, slide 2")],
        ]
        slides = pptx.Presentation(io.BytesIO(_cleaned(document).original())).slides
        texts = [shape.text_frame.text for shape in slides[0].shapes if shape.has_text_frame]
        assert any("see https://passport.cityofnewyork.us/" in text for text in texts)


W = nsdecls("w")


def _word(*paragraphs: str) -> docx.document.Document:
    """A document of paragraphs in WordprocessingML; `{}` in them is the id of a link to LINK."""
    document = docx.Document()
    for paragraph in paragraphs:
        id_ = document.part.relate_to(LINK, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        element = parse_xml(f"<w:p {W} {nsdecls('r')}>{paragraph.replace('{}', id_)}</w:p>")
        document.element.body.insert(len(document.element.body) - 1, element)
    return document


def _run(text: str, name: str = "t") -> str:
    return f'<w:r><w:{name} xml:space="preserve">{text}</w:{name}></w:r>'


AMP = LINK.replace("&", "&amp;")
E = html.escape
BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))  # fmt: skip
WORD_CASES: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "hyperlink": (f"{_run('See ')}<w:hyperlink r:id='{{}}'>{_run('the ')}{_run('PIP &amp; so')}</w:hyperlink>", [(TARGET, "the PIP & so")]),
    "text": (_run(f"see {AMP}, now"), [(TARGET, None)]),
    "text in several runs": ("".join(_run(AMP[at : at + 40]) for at in range(0, len(AMP), 40)).replace("&</w", "&amp;</w"), [(TARGET, None)]),
    "two lines": (f"{_run(AMP)}<w:r><w:br/></w:r>{_run('next')}", [(TARGET, None)]),
    "field": (f"{BEGIN}{_run(' HYPERLINK ', 'instrText')}{_run(f'&quot;{AMP}&quot; ', 'instrText')}{SEPARATE}{_run('PIP')}{END}", [(TARGET, "PIP")]),
    "field cut off": (f"{BEGIN}{_run(f'HYPERLINK &quot;{AMP}&quot;', 'instrText')}", [(TARGET, None)]),
    "instruction of no field": (_run(f"HYPERLINK &quot;{AMP}&quot;", "instrText"), [(TARGET, None)]),
    "simple field": (f"<w:fldSimple w:instr='HYPERLINK \"{AMP}\"'>{_run('PIP')}</w:fldSimple>", [(TARGET, "PIP")]),
    "order": (f"{_run('https://a.example/1')}<w:r><w:tab/></w:r><w:hyperlink r:id='{{}}'>{_run('x')}</w:hyperlink>{_run('https://a.example/3')}", [("https://a.example/1", None), (TARGET, "x"), ("https://a.example/3", None)]),
    "in a hyperlink": (f"<w:hyperlink r:id='{{}}'>{_run('https://a.example/x')}</w:hyperlink>", [(TARGET, "https://a.example/x"), ("https://a.example/x", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("paragraph", "expected"), WORD_CASES.values(), ids=WORD_CASES)
def test_word(paragraph: str, expected: list[tuple[str, str | None]]) -> None:
    document = read(_saved(_word(_run("first"), paragraph.replace("&amp;amp;", "&amp;"))), "x.docx")
    # The relationship of the first paragraph, which nothing uses, is told at the end.
    shown = [link for link in document.links if link.place.part is None]
    assert [(link.target, link.label) for link in shown] == expected
    assert {str(link.place) for link in shown} == {"paragraph 2"}
    _cleaned(document)


def test_word_beside_the_text() -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = f"above {LINK}"
    section.footer.paragraphs[0].text = f"below {LINK}"
    document.add_comment(document.add_paragraph("x").runs, f"comment {LINK}", author="me")
    table = document.add_table(1, 2)
    table.cell(0, 1).text = LINK
    document.core_properties.comments = SHORT
    found = read(_saved(document), "x.docx")
    assert [str(link.place) for link in found.links] == [
        "paragraph 3", "part header, paragraph 1", "part footer, paragraph 1", "part comments, paragraph 1",
    ]  # fmt: skip
    again = docx.Document(io.BytesIO(_cleaned(found).original()))
    assert again.core_properties.comments == "https://a.example"


def test_what_nobody_reads_is_cleaned_all_the_same() -> None:
    text_box = f"<w:txbxContent><w:p>{_run(AMP)}</w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = (
        f"<w:r><mc:AlternateContent {mc}><mc:Choice Requires='wps'>{text_box}</mc:Choice>"
        f"<mc:Fallback>{text_box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    deleted = f"<w:del>{_run(AMP, 'delText')}</w:del>"
    tip = f"<w:hyperlink r:id='{{}}' w:tooltip='Original URL: {AMP}'>{_run('x')}</w:hyperlink>"
    document = read(_saved(_word(both, deleted, tip)), "x.docx")
    places = [str(link.place) for link in document.links]
    assert places == ["paragraph 2", "paragraph 5"]
    _cleaned(document)


def test_a_template_from_elsewhere_is_a_link() -> None:
    document = _word(_run("x"))
    found = read(_saved(document), "x.docx")
    assert _told(found.links) == [(TARGET, None, "part word/document.xml")]
    _cleaned(found)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "It's"
    sheet["A1"] = f'=HYPERLINK("{LINK[:200]}"&"{LINK[200:]}","PIP")'
    sheet["A2"] = "the PIP"
    sheet["A2"].hyperlink = LINK
    sheet["B2"], sheet["C2"] = LINK, LINK
    sheet["C3"].comment = Comment(f"see {LINK}", "me")
    sheet["D9"] = 12
    book.create_sheet("2")["A1"] = f"a\n{LINK}\nb"
    return _saved(book)


def test_excel() -> None:
    document = read(_workbook(), "x.xlsx")
    assert _told(document.links) == [
        (TARGET, None, "sheet It's, cell A1"),
        (TARGET, "the PIP", "sheet It's, cell A2"),
        (TARGET, None, "sheet It's, cell B2"),
        (TARGET, None, "sheet It's, cell C2"),
        (TARGET, None, "part comment, sheet It's, cell C3"),
        (TARGET, None, "sheet 2, cell A1"),
    ]
    book = openpyxl.load_workbook(io.BytesIO(_cleaned(document).original()))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == f'=HYPERLINK("{TARGET}","PIP")'
    assert (sheet["B2"].value, sheet["D9"].value) == (TARGET, 12)
    assert sheet["A2"].hyperlink.target == TARGET
    assert book.worksheets[1]["A1"].value == f"a\n{TARGET}\nb"


def test_a_target_that_is_too_long_for_a_string_of_a_formula() -> None:
    target = f"https://example.org/{'x' * 300}"
    book = openpyxl.Workbook()
    assert book.active is not None
    link = wrap(target)
    pieces = '"&"'.join(re.findall(".{1,200}", link))
    book.active["A1"] = f'=HYPERLINK("{pieces}","x")'
    document = read(_saved(book), "x.xlsx")
    assert [one.target for one in document.links] == [target]
    sheet = openpyxl.load_workbook(io.BytesIO(_cleaned(document).original())).worksheets[0]
    assert sheet["A1"].value.replace('"&"', "") == f'=HYPERLINK("{target}","x")'
    assert max(map(len, re.findall('"[^"]*"', sheet["A1"].value))) <= 257


def _presentation(links: list[str]) -> bytes:
    presentation = pptx.Presentation()
    for link in links:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        frame = slide.placeholders[1].text_frame
        run = frame.paragraphs[0].add_run()
        run.text, run.hyperlink.address = "the PIP", link
        frame.add_paragraph().text = f"see {link} now"
        shape = slide.shapes.add_shape(1, Inches(1), Inches(5), Inches(2), Inches(1))
        shape.click_action.hyperlink.address = link
        slide.notes_slide.notes_text_frame.text = f"note {link}"
    return _saved(presentation)


def test_powerpoint() -> None:
    document = read(_presentation([LINK, LINK]), "x.pptx")
    assert _told(document.links) == [
        (TARGET, label, f"{part}slide {at}")
        for at in (1, 2)
        for label, part in (("the PIP", ""), (None, ""), (None, ""), (None, "part notes, "))
    ]
    slides = pptx.Presentation(io.BytesIO(_cleaned(document).original())).slides
    assert slides[1].notes_slide.notes_text_frame.text == f"note {TARGET}"


def test_only_parts_with_links_change() -> None:
    raw = _workbook()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as before,
        zipfile.ZipFile(io.BytesIO(read(raw, "x.xlsx").cleaned())) as after,
    ):
        for old, new in zip(before.infolist(), after.infolist(), strict=True):
            assert (old.filename, old.date_time, old.compress_type, old.external_attr) == (
                new.filename, new.date_time, new.compress_type, new.external_attr,
            )  # fmt: skip
            if LINK.split("?")[0].encode() not in before.read(old):
                assert before.read(old) == after.read(new)
    assert read(raw, "x.xlsx").original() == raw


def test_redaction_keeps_the_wrapper() -> None:
    document = read(DATA / "links.xlsx")
    redacted = document.redacted()
    assert not any(b"Horton" in part for part in _parts(redacted).values())
    again = read(redacted, "x.xlsx")
    assert [link.target for link in again.links] == [link.target for link in document.links]
    assert all(link.wrapped for link in again.links if link.place.cell != "C3")
    assert RECIPIENT.encode() not in read(_workbook(), "x.xlsx").redacted()


def test_embedded_documents() -> None:
    outer = _parts(_saved(_word(_run("x"))))
    outer["word/embeddings/sheet1.xlsx"] = _workbook()
    outer["word/embeddings/nothing.bin"] = b"\0\1"
    document = read(_packed(outer), "x.docx")
    assert [str(link.place) for link in document.links][-1] == "part sheet1.xlsx, sheet 2, cell A1"
    assert document.notes == (
        "x.docx: an object in this file could not be searched, such as nothing.bin",
    )  # fmt: skip
    inner = _parts(_cleaned(document).original())["word/embeddings/sheet1.xlsx"]
    assert not any(link.wrapped for link in read(inner, "x.xlsx").links)


def test_an_embedded_pdf_stays_and_is_told() -> None:
    outer = _parts(_saved(_word(_run(AMP))))
    sheet = reportlab.pdfgen.canvas.Canvas(out := io.BytesIO())
    sheet.linkURL(LINK, (0, 0, 9, 9))
    sheet.showPage()
    sheet.save()
    outer["word/embeddings/a.pdf"] = out.getvalue()
    document = read(_packed(outer), "x.docx")
    assert document.notes == (
        "x.docx: links in a.pdf in this file are read, but cannot be replaced",
    )
    parts = _parts(document.cleaned())
    assert parts["word/embeddings/a.pdf"] == out.getvalue()
    assert LINK[:50].encode() not in parts["word/document.xml"]


XMLNS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
CUT = LINK[:200]
LONG = wrap(f"https://example.org/{'x' * 300}")
IN_PARTS: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    # parts, and the links that people see, with their places
    "hyphen that keeps together": (
        {"word/document.xml": f"<w:p><w:r><w:t>{E(wrap('https://example.org/my-page')).replace('-', '</w:t><w:noBreakHyphen/><w:t>')}</w:t></w:r></w:p>"},
        [("https://example.org/my-page", "paragraph 1")],
    ),
    "deleted in several runs": (
        {"word/document.xml": f"<w:p><w:del><w:r><w:delText>{E(LINK[:60])}</w:delText></w:r><w:r><w:delText>{E(LINK[60:])}</w:delText></w:r></w:del></w:p>"},
        [],
    ),
    "chunk of mail": (
        {"word/document.xml": "<w:p/>", "word/afchunk.mht": f"MIME-Version: 1.0\nContent-Type: text/html\n\n<a href='{E(LINK)}'>x</a>"},
        [(TARGET, "part afchunk.mht, line 4")],
    ),
    "picture": ({"word/document.xml": "<w:p/>", "word/media/a.svg": f"<svg><a href='{E(LINK)}'/></svg>"}, []),
    "shared string that no cell shows": (
        {"xl/workbook.xml": "<workbook/>", "xl/_rels/workbook.xml.rels": "<Relationship Id='s' Type='x/sharedStrings' Target='sharedStrings.xml'/>",
         "xl/sharedStrings.xml": f"<sst><si><r><t>{E(CUT)}</t></r><r><t>{E(LINK[200:])}</t></r></si></sst>"},
        [],
    ),
    "reading aid between runs": (
        {"xl/workbook.xml": f"<sheets {XMLNS}><sheet name='S' r:id='a'/></sheets>", "xl/_rels/workbook.xml.rels": "<Relationship Id='a' Type='x/worksheet' Target='sheet.xml'/>",
         "xl/sheet.xml": f"<x:sheetData><c r='A1' t='inlineStr'><is><r><t>{E(CUT)}</t></r><rPh><t>kana</t></rPh><r><t>{E(LINK[200:])}</t></r></is></c></x:sheetData>"},
        [(TARGET, "sheet S, cell A1")],
    ),
    "page header": (
        {"xl/workbook.xml": f"<sheets {XMLNS}><sheet name='S' r:id='a'/></sheets>", "xl/_rels/workbook.xml.rels": "<Relationship Id='a' Type='x/worksheet' Target='sheet.xml'/>",
         "xl/sheet.xml": f"<sheetData/><oddHeader>&amp;C{E(LINK.replace('&', '&&'))}</oddHeader>"},
        [(TARGET, "part header or footer, sheet S")],
    ),
    "link of a cell that is not there": (
        {"xl/workbook.xml": f"<sheets {XMLNS}><sheet name='S' r:id='a'/></sheets>", "xl/_rels/workbook.xml.rels": "<Relationship Id='a' Type='x/worksheet' Target='sheet.xml'/>",
         "xl/_rels/sheet.xml.rels": f"<Relationship Id='h' Type='x/hyperlink' TargetMode='External' Target='{E(LINK)}'/>",
         "xl/sheet.xml": f"<x:sheetData/><x:hyperlinks {XMLNS}><x:hyperlink ref='$B$2:$B$3' r:id='h'/></x:hyperlinks>"},
        [(TARGET, "sheet S, cell B2")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), IN_PARTS.values(), ids=IN_PARTS)
def test_parts(parts: dict[str, str], expected: list[tuple[str, str]]) -> None:
    document = read(_packed({name: text.encode() for name, text in parts.items()}), "x.docx")
    assert [(link.target, str(link.place)) for link in document.links] == expected
    _cleaned(document)
    redacted = _parts(document.redacted())
    assert not any(b"First" in part for part in redacted.values())


def test_what_a_page_header_becomes() -> None:
    parts, _ = IN_PARTS["page header"]
    raw = _packed({name: text.encode() for name, text in parts.items()})
    sheet = _parts(read(raw, "x.xlsx").cleaned())["xl/sheet.xml"]
    assert sheet.endswith(b"<oddHeader>&amp;Chttps://example.org/a?b=1&amp;&amp;c=2</oddHeader>")


def test_no_string_of_a_formula_gets_too_long() -> None:
    text = f'{"p" * 150} {LONG} ""q""'
    pieces = '"&"'.join(re.findall(".{1,200}", text))
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = f'=HYPERLINK("{pieces}","x")'
    again = openpyxl.load_workbook(io.BytesIO(read(_saved(book), "x.xlsx").cleaned()))
    strings = re.findall('"((?:[^"]|"")*)"', again.worksheets[0]["A1"].value)
    assert max(map(len, strings)) <= 255
    assert "".join(strings[:-1]) == f'{"p" * 150} https://example.org/{"x" * 300} ""q""'


def test_a_formula_that_concatenates() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = f'=HYPERLINK(CONCATENATE("{CUT}","{LINK[200:]}"),"page")'
    document = read(_saved(book), "x.xlsx")
    assert [link.target for link in document.links] == [TARGET]
    sheet = openpyxl.load_workbook(io.BytesIO(_cleaned(document).original())).worksheets[0]
    assert sheet["A1"].value == f'=HYPERLINK(CONCATENATE("{TARGET}"),"page")'


def test_parts_of_one_name_stay_apart() -> None:
    out = io.BytesIO(_packed({"word/document.xml": b"<w:p><w:t>old</w:t></w:p>"}))
    with zipfile.ZipFile(out, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("word/document.xml", f"<w:p><w:r><w:t>{AMP}</w:t></w:r></w:p>")
    with zipfile.ZipFile(io.BytesIO(read(out.getvalue(), "x.docx").cleaned())) as archive:
        old, new = archive.infolist()
        assert archive.read(old) == b"<w:p><w:t>old</w:t></w:p>"
        assert TARGET.encode() not in archive.read(old)
        assert b"https://example.org/a" in archive.read(new)


@pytest.mark.slow
def test_many_cells_that_share_a_long_string() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in range(1, amount(500, 2_000) + 1):
        book.active.cell(row, 1).value = "lorem & ipsum " * 2_000
    assert read(_saved(book), "x.xlsx").links == ()


def test_what_is_signed_is_left_alone_and_said() -> None:
    raw = _packed({**_parts(_workbook()), "_xmlsignatures/sig1.xml": b"<x/>"})
    document = read(raw, "x.xlsx")
    assert "x.xlsx: this file is signed" in document.notes[0]
    assert document.cleaned() == raw


class TestOpenDocument:
    def test_the_notice(self) -> None:
        document = read(DATA / "notice.odt")
        assert (document.format, document.notes) == ("odf", ())
        assert _told(document.links)[:2] == [
            (PIP, "Payee Information Portal (PIP)", "part content.xml"),
            (ABOUT, "PASSPort", "part content.xml"),
        ]
        assert len(document.links) == 8
        _cleaned(document)
        with zipfile.ZipFile(io.BytesIO(document.cleaned())) as archive:
            first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)

    def test_an_epub(self) -> None:
        page = f'<html xmlns="http://www.w3.org/1999/xhtml"><br><a href="{AMP}">x</a>'
        raw = _packed(
            {"mimetype": b"application/epub+zip", "a/1.xhtml": page.encode()}, stored=True
        )
        document = read(raw, "x.zip")
        assert document.format == "epub"
        assert _told(document.links) == [(TARGET, "x", "part a/1.xhtml")]
        _cleaned(document)

    def test_signed_and_encrypted(self) -> None:
        parts = _parts((DATA / "notice.odt").read_bytes())
        signed = _packed(parts | {"META-INF/documentsignatures.xml": b"<x/>"}, stored=True)
        document = read(signed, "x.odt")
        assert "x.odt: this file is signed" in document.notes[0]
        assert document.cleaned() == signed
        manifest = parts["META-INF/manifest.xml"].replace(b"/>", b"><encryption-data/></x>")
        with pytest.raises(DocumentError, match=r"x\.odt: .* encrypted with a password"):
            read(_packed(parts | {"META-INF/manifest.xml": manifest}, stored=True), "x.odt")


class TestDamage:
    def _refused(self, raw: bytes) -> str:
        with pytest.raises(DocumentError) as raised:
            read(raw, "a/x.docx")
        message = str(raised.value)
        assert message.startswith("a/x.docx: ")
        assert "\n" not in message
        return message

    def test_cut_off(self) -> None:
        raw = (DATA / "notice.docx").read_bytes()
        for end in (len(raw) - 1, len(raw) // 2, 200):
            assert "damaged or cut off" in self._refused(raw[:end])

    def test_encrypted(self) -> None:
        raw = bytearray((DATA / "notice.docx").read_bytes())
        at = raw.find(b"PK\x01\x02")
        raw[at + 8] |= 1
        assert "encrypted with a password" in self._refused(bytes(raw))

    def test_a_damaged_part_is_told_and_the_rest_is_read(self) -> None:
        raw = bytearray((DATA / "links.xlsx").read_bytes())
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            start = archive.getinfo("xl/comments1.xml").header_offset + 60
        raw[start : start + 8] = b"\xff" * 8
        document = read(bytes(raw), "x.xlsx")
        assert document.notes == (
            "x.xlsx: xl/comments1.xml in this file is damaged and was not read",
        )
        assert len(document.links) == 14
        with pytest.raises(DocumentError, match=r"x\.xlsx: a part of this file is damaged"):
            document.cleaned()

    @pytest.mark.parametrize("what", ["word/document.xml", "_rels/.rels", "[Content_Types].xml"])
    @pytest.mark.parametrize("content", [None, b"", b"<", b"\0", b"<w:p><w:t>" * 9, b"\xff\xfe<"])
    def test_parts_that_are_missing_or_no_xml(self, what: str, content: bytes | None) -> None:
        parts = _parts((DATA / "notice.docx").read_bytes())
        del parts[what]
        if content is not None:
            parts[what] = content
        document = read(_packed(parts), "x.docx")
        assert {link.target for link in document.links} >= {PIP, ABOUT}
        assert not any(link.wrapped for link in read(document.cleaned(), "x.docx").links)

    @pytest.mark.slow
    def test_a_bomb(self) -> None:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("word/document.xml", "w") as file,
        ):
            for _ in range(210):
                file.write(b" " * 1_000_000)
        sentence = self._refused(out.getvalue())
        assert "unpacks to more than 200 MB" in sentence
        assert sentence.endswith("; if you trust it, split it and try again")
        many = _packed({f"word/{at}.bin": b"" for at in range(20_001)})
        assert "20,000 parts" in self._refused(many)

    def test_entities_are_never_expanded(self) -> None:
        laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 30))
        xml = f'<!DOCTYPE x [<!ENTITY l0 "{"ha" * 99}">{laughs}]><w:p><w:t>&l29; {AMP}</w:t></w:p>'
        parts = _parts((DATA / "notice.docx").read_bytes())
        parts["word/document.xml"] = xml.encode()
        assert TARGET in [link.target for link in read(_packed(parts), "x.docx").links]

    @pytest.mark.slow
    @pytest.mark.parametrize("text", ["<w:p>", "<w:r>", "<a:hlinkClick r:id='rId2'/>", "</w:p>", "<mc:Fallback>", "<w:fldSimple>", "<w:hyperlink r:id='rId2'>", "<w:t>x</w:t>", "<w:hyperlink r:id='rId2'><w:t>x</w:t>", "<w:fldSimple w:instr='x'><w:t>y</w:t>"])  # fmt: skip
    def test_hostile_markup_ends(self, text: str) -> None:
        parts = _parts((DATA / "notice.docx").read_bytes())
        for before, after in (("", ""), ("<w:p>", "</w:p>"), ("<w:p><w:r>", "")):

            def work(size: int, before: str = before, after: str = after) -> Callable[[], bytes]:
                whole = f"{before}{repeated(text, size)}{after}"
                raw = _packed(parts | {"word/document.xml": whole.encode()})
                return lambda: read(raw, "x.docx").cleaned()

            is_linear(work, amount(4_000, 20_000))


def _as_word(links: list[str]) -> bytes:
    document = docx.Document()
    for link in links:
        paragraph = document.add_paragraph(f"see {link} or ")
        id_ = document.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        paragraph._p.append(
            parse_xml(
                f"<w:hyperlink {W} {nsdecls('r')} r:id='{id_}'><w:r><w:t>x</w:t></w:r></w:hyperlink>"
            )
        )
    return _saved(document)


@pytest.mark.parametrize("whole", [True, False])
def test_a_piece_that_word_has_linked_stays(whole: bool) -> None:
    service = "https://secure-web.cisco.com/1ryIEmytf9PMysg7yMMcawcChwKjTNZtf6Kb0VbFhWn/"
    link = f"{service}https%3A%2F%2Fexample.org%2Fguide"
    linked, behind = (link, "") if whole else (link[:-2], "de ok")
    document = docx.Document()
    paragraph = document.add_paragraph("see ")
    id_ = document.part.relate_to(linked, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    paragraph._p.append(
        parse_xml(
            f"<w:hyperlink {W} {nsdecls('r')} r:id='{id_}'><w:r><w:t>{linked}</w:t></w:r></w:hyperlink>"
        )
    )
    run = paragraph.add_run()
    run.add_break()
    run.add_text(behind)
    read_ = read(_saved(document), "x.docx")
    assert [link.target for link in read_.links] == (
        ["https://example.org/guide"] * 2 if whole else [None, None]
    )
    again = read(read_.cleaned(), "x.docx")
    assert [link.wrapped or link.error is not None for link in again.links] == [not whole] * 2


def _as_sheet(links: list[str]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for at, link in enumerate(links, start=1):
        book.active.cell(at, 1).value = f"see {link} now"
        book.active.cell(at, 2).value = "x"
        book.active.cell(at, 2).hyperlink = link
    return _saved(book)


BUILDERS: dict[str, Callable[[list[str]], bytes]] = {
    "x.docx": _as_word,
    "x.xlsx": _as_sheet,
    "x.pptx": _presentation,
}
ADDRESSES = st.text("abcxyz019/._~-=&;,%+!$'é", max_size=60).map(
    lambda rest: f"https://example.org/?q={rest}z"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
@settings(max_examples=amount(8, 25))
@given(st.lists(ADDRESSES, min_size=1, max_size=3), st.data())
def test_a_cleaned_file_has_the_same_targets_and_no_wrapper(
    name: str, targets: list[str], data: st.DataObject
) -> None:
    some = [wrap(one) if data.draw(st.booleans()) else one for one in targets]
    document = read(BUILDERS[name](some), name)
    assert len(document.links) == (4 if name == "x.pptx" else 2) * len(targets)
    _cleaned(document)


@pytest.mark.slow
@settings(max_examples=amount(30, 60))
@given(st.binary(max_size=300), st.integers(0, 6_000))
def test_any_damage_is_told_in_one_sentence(junk: bytes, at: int) -> None:
    raw = (DATA / "notice.docx").read_bytes()
    try:
        document = read(raw[:at] + junk + raw[at + len(junk) :], "x.docx")
        document.cleaned()
    except DocumentError as error:
        assert str(error).startswith("x.docx: ")


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx"])
def test_the_format_is_told_by_content_whatever_the_name(kind: str) -> None:
    raw = BUILDERS[f"x.{kind}"]([LINK])
    for name in ("x", "x.txt", "x.zip", "x.doc"):
        assert read(raw, name).format == kind
