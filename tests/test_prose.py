"""The text that people see: the same sentence in every format, and nothing that is hidden there."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import compressed_rtf
import docx
import openpyxl
import pptx
import pytest
from attacking import amount
from building import wrap
from compound import attached, compound, message
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from doubled import is_linear
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from safelinks import Prose, SafelinksError, read
from safelinks.addresses.place import Place
from safelinks.documents.formats import DOCUMENT_FORMATS

DATA = Path(__file__).parent / "data" / "documents"
NOTICE = (
    "Log in to the Payee Information Portal (PIP) & to PASSPort at https://a.example/?b=1&c=2 now."
)
HEAD, BOLD, TAIL = (
    "Log in to the Payee ",
    "Information",
    NOTICE[len("Log in to the Payee Information") :],
)
MARKED = NOTICE.replace("&", "&amp;")
MIXED = MARKED.replace("Information", "<{0}>Information</{0}>")
HIDDEN = "Not to be seen"
W = nsdecls("w")


def _prose(raw: bytes | str, name: str) -> list[Prose]:
    return list(read(raw.encode() if isinstance(raw, str) else raw, name).prose())


def _told(raw: bytes | str, name: str) -> list[tuple[str, str]]:
    return [(one.text, str(one.place)) for one in _prose(raw, name)]


def _texts(raw: bytes | str, name: str) -> list[str]:
    return [one.text for one in _prose(raw, name)]


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _mail(subject: str = "x", html: bool = True) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = subject, f"{HIDDEN} <a@example.org>"
    mail.set_content(f"Dear all,\n\n{NOTICE}\n", cte="quoted-printable")
    if html:
        mail.add_alternative(
            f"<style>{HIDDEN}</style><p>Dear all,<p>\n{MIXED.format('b')}", subtype="html"
        )
    return mail


def _word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        element = parse_xml(f"<w:p {W}>{paragraph}</w:p>")
        document.element.body.insert(len(document.element.body) - 1, element)
    return _saved(document)


def _run(text: str, name: str = "t", properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:{name} xml:space="preserve">{text}</w:{name}></w:r>'


def _as_word() -> bytes:
    start, end = MARKED.split("Information")
    return _word(
        _run("one"), f"{_run(start)}{_run('Infor')}{_run('mation', properties='<w:b/>')}{_run(end)}"
    )


def _as_slides() -> bytes:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    frame = slide.placeholders[1].text_frame
    frame.text = "one"
    paragraph = frame.add_paragraph()
    for text in (HEAD, BOLD, TAIL):
        paragraph.add_run().text = text
    slide.notes_slide.notes_text_frame.text = "note"
    return _saved(presentation)


def _as_sheet() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    sheet = book.active
    sheet.title = "S"
    sheet["A1"], sheet["B2"], sheet["C2"], sheet["D2"] = "one", NOTICE, 12, f'="{HIDDEN}"'
    sheet["B2"].comment = Comment("two", "me")
    book.properties.title = HIDDEN
    return _saved(book)


def _as_text_document() -> bytes:
    content = (
        f"<office:text><text:tracked-changes><text:p>{HIDDEN}</text:p></text:tracked-changes>"
        f"<text:h>one</text:h><text:p>{MIXED.format('text:span')}</text:p>"
        f"<draw:frame><svg:title>{HIDDEN}</svg:title></draw:frame>"
        f"<office:annotation><dc:creator>{HIDDEN}</dc:creator><text:p>two<text:s/>three"
        "<text:line-break/>four</text:p></office:annotation></office:text>"
    )
    mimetype = "application/vnd.oasis.opendocument.text"
    return _packed(
        {"mimetype": mimetype, "content.xml": content, "meta.xml": f"<dc:title>{HIDDEN}</dc:title>"}
    )


def _as_book() -> bytes:
    page = f"<html><head><title>one</title><script src='x'/></head><body><p>{MIXED.format('i')}</p></body></html>"
    about = f"<package><dc:title>{HIDDEN}</dc:title></package>"
    return _packed({"mimetype": "application/epub+zip", "a.opf": about, "1.xhtml": page})


def _as_pdf() -> bytes:
    pdf = FPDF()
    pdf.set_title(HIDDEN)
    pdf.set_font("helvetica", size=9)
    for text in ("one", NOTICE):
        pdf.add_page()
        pdf.write(5, text)
    pdf.text_annotation(10, 10, "two")
    pdf.embed_file(bytes=b"\nthree", basename="a.txt")
    return bytes(pdf.output())


def _as_outlook() -> bytes:
    return compound(
        message(
            {
                "001A001F": HIDDEN, "0037001F": "one", "007D001F": f"X: {HIDDEN}\r\nSubject: one\r\n",
                "1000001F": f"Dear all,\r\n\r\n{NOTICE}\r\n", "10130102": f"<!--{HIDDEN}--><p>{MARKED}".encode(),
            },
            [attached(b"\nsee two\n", "notice.txt"), attached(message({"0037001F": "three"}, embedded=True))],
            pages={0x3FDE: 65001},
        )
    )  # fmt: skip


RTF = (
    rf"{{\rtf1\ansi{{\info{{\title {HIDDEN}}}}}{{\header\pard one\par}}{{\stylesheet {HIDDEN};}}"
    rf'two\par Log in to the {{\field{{\*\fldinst HYPERLINK "{HIDDEN}"}}{{\fldrslt Payee {{\b Infor}}ma}}}}tion'
    rf"{{\v {HIDDEN}}}\v {HIDDEN}\plain{{\*\bkmkstart {HIDDEN}}}{TAIL}\par caf\'e9\cell\u8211?\cell{{\deleted {HIDDEN}}}"
)
CASES: dict[str, tuple[str, bytes | str, list[tuple[str, str]]]] = {
    # a name, the document, and all that people see of it, with the places
    "text": ("a.txt", f"\n\n  one\n \n\n{NOTICE}\n", [("one", "line 3"), (NOTICE, "line 6")]),
    "text, CRLF": ("a.txt", f"one\r\n\r\n{NOTICE}\r\n", [("one", "line 1"), (NOTICE, "line 3")]),
    "text, hard-wrapped": ("a.txt", "one\nPayee\nInformation", [("one\nPayee\nInformation", "line 1")]),
    "text, no UTF-8": ("a.txt", b"caf\xe9 one", [("caf\ufffd one", "line 1")]),
    "UTF-16": ("a.txt", NOTICE.encode("utf-16"), [(NOTICE, "line 1")]),
    "markdown": ("a.md", f"# one\n\n{NOTICE}\n", [("# one", "line 1"), (NOTICE, "line 3")]),
    "yaml": ("a.yml", f"a: b\n\n# {NOTICE}\n", [("a: b", "line 1"), (f"# {NOTICE}", "line 3")]),
    "toml": ("a.toml", f"a = 1\n\n# {NOTICE}\n", [("a = 1", "line 1"), (f"# {NOTICE}", "line 3")]),
    "tex": ("a.tex", f"% one\n\n{NOTICE}\n", [("% one", "line 1"), (NOTICE, "line 3")]),
    "bibtex": ("a.bib", f"@x{{a}}\n\n{NOTICE}\n", [("@x{a}", "line 1"), (NOTICE, "line 3")]),
    "org": ("a.org", f"* one\n\n{NOTICE}\n", [("* one", "line 1"), (NOTICE, "line 3")]),
    "asciidoc": ("a.adoc", f"= one\n\n{NOTICE}\n", [("= one", "line 1"), (NOTICE, "line 3")]),
    "mdx": ("a.mdx", f"# one\n\n{NOTICE}\n", [("# one", "line 1"), (NOTICE, "line 3")]),
    "rst": ("a.rst", f"one\n===\n\n{NOTICE}\n", [("one\n===", "line 1"), (NOTICE, "line 4")]),
    "html": (
        "a.html",
        f"<html><head><title>one</title><meta content='{HIDDEN}'><style>{HIDDEN}</style></head>\n"
        f"<body title='{HIDDEN}'><!-- {HIDDEN} -->\n<p>\n{MIXED.format('b')}</p><script>{HIDDEN}<p></script>\n<p>two",
        [("one", "line 1"), (NOTICE, "line 4"), ("two", "line 5")],
    ),
    "html, cells": ("a.html", "<table><tr><td>Payee<td>Information</table>", [("Payee", "line 1"), ("Information", "line 1")]),
    "html, items": ("a.html", "<ul><li>Payee</li><li>Information</ul>Portal", [("Payee", "line 1"), ("Information", "line 1"), ("Portal", "line 1")]),
    "html, line breaks": ("a.html", "Payee<br>Information<br/> <br>Portal", [("Payee\nInformation", "line 1"), ("Portal", "line 1")]),
    "html, inline": ("a.html", "<p>Pay<wbr>ee <a href=x><span>Infor</span>mation</a><!-- x --> Portal<o:p></o:p>", [("Payee Information Portal", "line 1")]),
    "html, hidden": (
        "a.html",
        f"<div style='Display : none'>{HIDDEN}<div>{HIDDEN}</div>{HIDDEN}</div>a<p hidden>{HIDDEN}<p>b<span style=visibility:hidden>{HIDDEN}</span> c"
        f"<template>{HIDDEN}<p></template><input type=hidden value='{HIDDEN}'><p class='hidden'>d<p title=hidden>e<img hidden style='display:none'>f",
        [("a", "line 1"), ("b c", "line 1"), ("d", "line 1"), ("ef", "line 1")],
    ),
    "html, cut off": ("a.html", f"<p>one <b>two</p> < 3 & &am <p title='{HIDDEN}' >x<!-- {HIDDEN}", [("one two", "line 1"), ("< 3 & &am", "line 1"), ("x", "line 1")]),
    "xml": ("a.xml", f"<?xml version='1.0'?>\n<a b='{HIDDEN}'><!-- {HIDDEN} --><c>one</c>\n<c>{MIXED.format('em')}</c><c/></a>", [("one", "line 2"), (NOTICE, "line 3")]),
    "xml, siblings": ("a.xml", "<a><b>Payee</b><b>Information</b>\n <b><c>Portal</c></b></a>", [("Payee", "line 1"), ("Information", "line 1"), ("Portal", "line 2")]),
    "xml, character data": ("a.xml", "<a>one <![CDATA[& <two>]]> &amp; three</a>", [("one & <two> & three", "line 1")]),
    "feed": ("a.rss", f"<i>\n<title>one</title><description><![CDATA[<p>{MIXED.format('b')}<p>two]]></description></i>", [("one", "line 2"), (NOTICE, "line 2"), ("two", "line 2")]),
    "json": ("a.json", json.dumps({HIDDEN: [NOTICE, "caf\xe9\n😀"], "x": " ", "y": 1}, indent=1), [(NOTICE, "line 3"), ("café\n😀", "line 4")]),
    "json lines": ("a.jsonl", '{"a" : "one"}\n{"b":"two"', [("one", "line 1"), ("two", "line 2")]),
    "csv": ("a.csv", f'one,two\n"{NOTICE}\n""x""",\n', [("one", "cell R1C1, line 1"), ("two", "cell R1C2, line 1"), (f'{NOTICE}\n"x"', "cell R2C1, line 2")]),
    "calendar": (
        "a.ics",
        f'BEGIN:VCALENDAR\r\nUID:{HIDDEN}\r\nSUMMARY;ALTREP="x:{HIDDEN}":One\\, two\r\nDESCRIPTION:{NOTICE[:40]}\r\n {NOTICE[40:]}\\nthree\r\n'
        f"X-ALT-DESC;FMTTYPE=text/html:<p>{HIDDEN}\r\nLOCATION:\r\nEND:VCALENDAR\r\n",
        [("One, two", "line 3"), (f"{NOTICE}\nthree", "line 4")],
    ),
    "mail": (
        "a.eml",
        _mail("=?utf-8?q?caf=C3=A9?= one").as_bytes(),
        [("café one", "part header Subject, line 1"), ("Dear all,", "part 1 (text/plain), line 11"), (NOTICE, "part 1 (text/plain), line 13"),
         ("Dear all,", "part 2 (text/html), line 21"), (NOTICE, "part 2 (text/html), line 22")],
    ),
    "mail, folded subject": ("a.eml", f"From: a\nSubject: Payee\n Information\nX-Subject: {HIDDEN}\n\none\n", [("Payee Information", "part header Subject, line 2"), ("one", "line 6")]),
    "mailbox": (
        "a.mbox",
        b"From a Mon Nov 23 10:00:00 2026\nSubject: one\n\ntwo\n\nFrom b Mon Nov 23 10:00:00 2026\nSubject: three\n\nfour\n",
        [("one", "message 1, part header Subject, line 2"), ("two", "message 1, line 4"), ("three", "message 2, part header Subject, line 7"), ("four", "message 2, line 9")],
    ),
    "mail, counted": ("a.emlx", "21        \nSubject: one\n\ntwo\n\n\n\n<plist>", [("one", "part header Subject, line 2"), ("two", "line 4")]),
    "mail, base64": ("a.eml", b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(f"<p>\n{MIXED.format('b')}".encode()), [(NOTICE, "line 2")]),
    "mail, web archive": ("a.mht", f"MIME-Version: 1.0\nContent-Type: text/css\n\np {{ {HIDDEN} }}\n", []),
    "word": ("a.docx", _as_word(), [("one", "paragraph 1"), (NOTICE, "paragraph 2")]),
    "opendocument": ("a.odt", _as_text_document(), [("one", "part content.xml"), (NOTICE, "part content.xml"), ("two three\nfour", "part content.xml")]),
    "epub": ("a.epub", _as_book(), [("one", "part 1.xhtml"), (NOTICE, "part 1.xhtml")]),
    "excel": ("a.xlsx", _as_sheet(), [("one", "sheet S, cell A1"), (NOTICE, "sheet S, cell B2"), ("two", "part comment, sheet S, cell B2")]),
    "rtf": ("a.rtf", RTF, [("one", "part header"), ("two", "paragraph 1"), (NOTICE, "paragraph 2"), ("café", "paragraph 3"), ("–", "paragraph 4")]),
    "pdf": ("a.pdf", _as_pdf(), [("one", "page 1"), (NOTICE, "page 2"), ("two", "page 2"), ("three", "part attachment a.txt, line 2")]),
    "outlook": (
        "a.msg",
        _as_outlook(),
        [("one", "part subject"), ("Dear all,", "part text body, line 1"), (NOTICE, "part text body, line 3"), (NOTICE, "part HTML body"),
         ("see two", "part attachment notice.txt, line 2"), ("three", "part attached message 1, subject")],
    ),
    "outlook, RTF": ("a.msg", compound(message({"10090102": compressed_rtf.compress(RTF.encode("latin-1"))})), [
        ("one", "part RTF body, header"), ("two", "part RTF body, paragraph 1"), (NOTICE, "part RTF body, paragraph 2"), ("café", "part RTF body, paragraph 3"), ("–", "part RTF body, paragraph 4"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "expected"), CASES.values(), ids=CASES)
def test_all_that_people_see(name: str, raw: bytes | str, expected: list[tuple[str, str]]) -> None:
    assert _told(raw, name) == expected


def test_a_presentation() -> None:
    told = _told(_as_slides(), "a.pptx")
    assert told[:3] == [("one", "slide 1"), (NOTICE, "slide 1"), ("note", "part notes, slide 1")]
    assert {place for _, place in told[3:]} == {"part slide master", "part slide layout"}


def test_every_format_is_among_these() -> None:
    known = {read(raw if isinstance(raw, bytes) else raw.encode(), name).format for name, raw, _ in CASES.values()}  # fmt: skip
    assert known | {"pptx"} == {one.name for one in DOCUMENT_FORMATS}


BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))  # fmt: skip
SHOWN = '<w:vanish w:val="0"/>'
WORD: dict[str, tuple[str, list[str]]] = {
    "line break and tab": (f"{_run('Payee')}<w:r><w:br/></w:r>{_run('Information')}<w:r><w:tab/></w:r>{_run('Portal')}", ["Payee\nInformation\nPortal"]),
    "break at the end": (f"{_run('Payee')}<w:r><w:br/></w:r></w:p><w:p>{_run('Information')}", ["Payee", "Information"]),
    "hyphen": (f"{_run('E')}<w:r><w:noBreakHyphen/></w:r>{_run('Bid')}", ["E-Bid"]),
    "deleted and inserted": (f"{_run('a ')}<w:del>{_run(HIDDEN, 'delText')}</w:del><w:ins>{_run('b')}</w:ins>", ["a b"]),
    "moved": (f"{_run('a ')}<w:moveFrom>{_run(HIDDEN)}</w:moveFrom>{_run('b')}<w:moveTo>{_run('c')}</w:moveTo>", ["a bc"]),
    "hidden": (f"{_run('a ')}{_run(HIDDEN, properties='<w:vanish/>')}{_run('b', properties=SHOWN)}", ["a b"]),
    "hidden end of the paragraph": (f"<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{_run('a')}", ["a"]),
    "field": (f"{_run('a ')}{BEGIN}{_run(HIDDEN, 'instrText')}{BEGIN}{SEPARATE}{_run(HIDDEN)}{END}{SEPARATE}{_run('PIP')}{END}{_run(' b')}", ["a PIP b"]),
    "field that is never closed": (f"{_run('a')}{BEGIN}{_run(HIDDEN)}</w:p><w:p>{_run('b')}", ["a", "b"]),
    "hyperlink": (f"<w:hyperlink w:tooltip='{HIDDEN}'>{_run('Payee ')}{_run('Portal')}</w:hyperlink>", ["Payee Portal"]),
    "text box": (
        f"{_run('a ')}<w:r><mc:AlternateContent xmlns:mc='x'><mc:Choice><w:txbxContent><w:p>{_run('b')}</w:p></w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent><w:p>{_run(HIDDEN)}</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>{_run('c')}",
        ["b", "a c"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("paragraph", "expected"), WORD.values(), ids=WORD)
def test_word(paragraph: str, expected: list[str]) -> None:
    raw = _packed({"word/document.xml": f"<w:document><w:p>{paragraph}</w:p></w:document>"})
    assert _texts(raw, "a.docx") == expected


def test_word_beside_the_text() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "above"
    document.add_comment(document.add_paragraph("text").runs, "comment", author=HIDDEN)
    document.core_properties.title = HIDDEN
    assert _told(_saved(document), "a.docx") == [
        ("text", "paragraph 1"), ("above", "part header, paragraph 1"), ("comment", "part comments, paragraph 1"),
    ]  # fmt: skip


def test_documents_in_documents() -> None:
    mail = _mail("one", html=False)
    mail.add_attachment(_as_sheet(), "application", "octet-stream", filename="a.xlsx")
    mail.add_attachment(b"\x89PNG", "image", "png", filename="a.png")
    inner = _mail("two", html=False)
    mail.add_attachment(inner)
    told = _told(mail.as_bytes(), "a.eml")
    assert [place.rpartition(", line")[0] or place for text, place in told if text == NOTICE] == [
        "part 1 (text/plain)", "part 2 (application/octet-stream), sheet S, cell B2", "part 4.1 (text/plain)",
    ]  # fmt: skip
    assert [text for text, place in told if "Subject" in place] == ["one", "two"]
    outer = _packed({"word/document.xml": "<w:p/>", "word/embeddings/a.eml": mail.as_string()})
    assert "part a.eml, 1 (text/plain), line 12" in [place for _, place in _told(outer, "a.docx")]


def test_every_notice_of_libreoffice_names_the_portal() -> None:
    for suffix in ("docx", "odt", "rtf", "html", "pdf"):
        found = [one.text for one in read(DATA / f"notice.{suffix}").prose()]
        assert (
            sum("Payee Information Portal (PIP)" in " ".join(text.split()) for text in found) == 1
        )


def test_lines_of_a_plain_text_can_be_counted() -> None:
    rows = [f"{'word ' * (at % 3)}mark{at}" if at % 4 else "" for at in range(200)]
    for newline in ("\n", "\r\n"):
        for one in _prose(newline.join(rows), "a.txt"):
            for at, row in enumerate(one.text.split("\n")):
                assert row.strip() == rows[(one.place.line or 0) - 1 + at].strip()


def test_it_is_read_when_it_is_asked_for() -> None:
    found = read(b"<p>a<p>b", "a.html").prose()
    assert next(found) == Prose("a", Place(1, 4))
    assert [one.text for one in found] == ["b"]


def test_text_is_not_in_the_repr() -> None:
    assert "Payee" not in repr(_prose("Payee", "a.txt"))


def test_wrapped_links_stay_in_the_text() -> None:
    link = wrap("https://example.org/")
    assert _texts(f"<p>see {link.replace('&', '&amp;')}", "a.html") == [f"see {link}"]


def test_a_long_string_of_many_cells_is_told_once() -> None:
    relationship = '<Relationship Id="{0}" Type="x/{1}" Target="{1}.xml"/>'
    cells = "".join(f"<c r='{at}' t='s'><v>{at % 2}</v></c>" for at in range(2_000))
    raw = _packed(
        {
            "xl/workbook.xml": "<sheets xmlns:r='x'><sheet name='S' r:id='a'/></sheets>",
            "xl/_rels/workbook.xml.rels": relationship.format("a", "worksheet")
            + relationship.format("b", "sharedStrings"),
            "xl/sharedStrings.xml": f"<si><t>{'x &amp; y ' * 4_000}</t></si><si><r><t>P</t></r><r><t>IP</t></r></si>",
            "xl/worksheet.xml": f"<sheetData>{cells}</sheetData>",
        }
    )
    told = _told(raw, "a.xlsx")
    assert len(told) == 1_001
    assert told[-1] == ("PIP", "sheet S, cell 1999")


HOSTILE: dict[str, tuple[str, Callable[[int], str | bytes]]] = {
    "hidden": ("a.html", lambda count: "<p hidden " * count),
    "open": ("a.html", lambda count: "<div style='display:none'><b x='hidden'>" * count),
    "scripts": ("a.html", lambda count: "<script>x" * count),
    "comments": ("a.html", lambda count: "a<!--" * count),
    "breaks": ("a.html", lambda count: "<br>" * count),
    "inline": ("a.html", lambda count: "<b>&amp;" * count),
    "closing": ("a.xml", lambda count: "</a> \t" * count),
    "blank": ("a.txt", lambda count: "\n \t" * count + "x"),
    "blanks": ("a.txt", lambda count: "\n" + " " * count * 3 + "x"),
    "names": ("a.json", lambda count: '"a"   ' * count),
    "parameters": ("a.ics", lambda count: 'SUMMARY;"a' * count),
    "hidden in RTF": ("a.rtf", lambda count: r"{\rtf1 " + r"{\v a\v0 b" * count),
    "footnotes": ("a.rtf", lambda count: r"{\rtf1 " + r"{\footnote a" * count),
    "runs": ("a.docx", lambda count: _packed({"word/document.xml": "<w:p><w:r><w:vanish/><w:t>a</w:t>" * count})),
    "notes": ("a.odt", lambda count: _packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<text:p>a<text:note>" * count})),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_take_linear_time(name: str, make: Callable[[int], str | bytes]) -> None:
    def work(size: int) -> Callable[[], object]:
        raw = make(size // 10)
        document = read(raw if isinstance(raw, bytes) else raw.encode(), name)
        return lambda: list(document.prose())

    is_linear(work, amount(4_000, 20_000))


def _documents() -> list[tuple[str, bytes]]:
    built = {
        name: raw if isinstance(raw, bytes) else raw.encode() for name, raw, _ in CASES.values()
    }
    return sorted((built | {"a.pptx": _as_slides()}).items())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "raw"), _documents(), ids=[name for name, _ in _documents()])
@settings(max_examples=amount(6, 12))
@given(st.data())
def test_damaged_documents(name: str, raw: bytes, data: st.DataObject) -> None:
    damaged = bytearray(raw[: data.draw(st.integers(len(raw) // 3, len(raw)))])
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = list(read(bytes(damaged), name).prose())
    except SafelinksError:
        return
    assert all(one.text == one.text.strip() != "" for one in found)
    "".join(one.text for one in found).encode()


SUFFIXES = sorted({suffix for one in DOCUMENT_FORMATS for suffix in one.suffixes})
SIGNS = [
    b"<p>", b"</p>", b"<br>", b"<div hidden>", b"<!--", b"<![CDATA[", b"]]>", b"<script>", b"&amp;", b"&#xd800;",
    b'"', b'\\ud83d"', b",", b"\r\n", b"\n\n", b" ", b"SUMMARY:", b"Subject: =?utf-8?q?=ff?=", b"Content-Type: text/html\n\n",
    b"{\\rtf1 ", b"\\v ", b"\\v0", b"}", b"{\\footnote ", b"\\par", b"\\'e9", b"\\u-10179?", b"%PDF-1.7\n", b"<?xml ?>",
]  # fmt: skip


@settings(max_examples=amount(50, 150))
@given(st.sampled_from(SUFFIXES), st.lists(st.sampled_from(SIGNS) | st.binary(max_size=6)))
def test_any_bytes_under_any_name(suffix: str, pieces: list[bytes]) -> None:
    try:
        document = read(b"".join(pieces), f"x{suffix}")
    except SafelinksError:
        return
    for one in document.prose():
        assert one.text.encode().strip()
