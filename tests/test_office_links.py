"""Office files: addresses by the place where they stand, text that markup cuts, text of links."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from functools import cache
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from attacking import amount
from building import wrap
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.hyperlink import Hyperlink

from safelinks import read
from safelinks.addresses.roles import Role

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

A = "https://a.example"
TARGET = "https://example.org/docs/guide.html"
LINK = wrap(TARGET)
E = html.escape
Seen = list[tuple[str, Role | None]]


def _saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def _word(*paragraphs: str, link: str = A) -> bytes:
    """A document of paragraphs in WordprocessingML; `{}` in them is the id of a link."""
    document = docx.Document()
    for paragraph in paragraphs:
        text = paragraph
        if "{}" in text:
            text = text.replace(
                "{}", document.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            )
        element = parse_xml(f"<w:p {nsdecls('w', 'r')}>{text}</w:p>")
        document.element.body.insert(len(document.element.body) - 1, element)
    return _saved(document)


def _run(text: str, name: str = "t") -> str:
    return f'<w:r><w:{name} xml:space="preserve">{text}</w:{name}></w:r>'


BEGIN, SEPARATE, END = (
    f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
)


def _field(instruction: str, result: str) -> str:
    return f"{BEGIN}{_run(E(instruction), 'instrText')}{SEPARATE}{_run(result)}{END}"


def _linked(text: str, attributes: str = "") -> str:
    return f"<w:hyperlink r:id='{{}}' {attributes}>{_run(text)}</w:hyperlink>"


WORD: dict[str, tuple[str, Seen]] = {
    # a paragraph, and its addresses with what they are
    "link": (_linked("x"), [(f"{A}/x y.", None)]),
    "fragment": (_linked("x", "w:anchor='sec 1'"), [(f"{A}/x y.#sec 1", None)]),
    "text of a link": (_linked(f"{A}/y…"), [(f"{A}/x y.", None), (f"{A}/y", Role.LINK_TEXT)]),
    "text of a place": (f"<w:hyperlink w:anchor='x'>{_run(f'{A}/y')}</w:hyperlink>{_run(f' {A}/z')}", [(f"{A}/y", Role.LINK_TEXT), (f"{A}/z", None)]),
    "field": (_field(f' HYPERLINK "{A}/a b." \\o "{A}/tip." \\t "_blank" ', f"{A}/y"), [(f"{A}/a b.", None), (f"{A}/tip", None), (f"{A}/y", Role.LINK_TEXT)]),
    "field without quotes": (_field(f"HYPERLINK {A}/a.", "x"), [(f"{A}/a.", None)]),
    "field with escapes": (_field(f'HYPERLINK "{A}/a\\\\b\\"c" \\o "x"', "x"), [(f'{A}/a\\b"c', None)]),
    "escapes that runs cut": (f"{BEGIN}{_run(f'HYPERLINK &quot;{A}/a' + chr(92), 'instrText')}{_run(chr(92) + 'b' + chr(92), 'instrText')}{_run('&quot;c&quot;', 'instrText')}{SEPARATE}{_run('x')}{END}", [(f'{A}/a\\b"c', None)]),
    "place of a field": (_field(f'HYPERLINK "{A}/a" \\l "sec"', "x"), [(f"{A}/a#sec", None)]),
    "place before the address": (_field(f'HYPERLINK \\l "sec" "{A}/a"', "x"), [(f"{A}/a#sec", None)]),
    "tip before the address": (_field(f'HYPERLINK \\o "{A}/tip." "{A}/a."', "x"), [(f"{A}/a.", None), (f"{A}/tip", None)]),
    "place only": (_field('HYPERLINK \\l "sec"', f"{A}/y"), [(f"{A}/y", Role.LINK_TEXT)]),
    "other field": (_field("REF x", f"{A}/y"), [(f"{A}/y", None)]),
    "simple field": (f"<w:fldSimple w:instr='HYPERLINK \"{A}/a b.\"'>{_run(f'{A}/y')}</w:fldSimple>", [(f"{A}/a b.", None), (f"{A}/y", Role.LINK_TEXT)]),
    "VML": (f"<w:r><w:pict><v:rect xmlns:v='urn:v' href='{A}/a b.'/></w:pict></w:r>", [(f"{A}/a b.", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("paragraph", "seen"), WORD.values(), ids=WORD)
def test_addresses_of_word(paragraph: str, seen: Seen) -> None:
    raw = _word(paragraph, link=f"{A}/x y.")
    document = read(raw, "x.docx")
    meant = [(url.replace(" ", "%20"), role) for url, role in seen]
    assert [(link.url, link.role) for link in document.links] == meant
    assert document.cleaned() == raw


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        ("<w:br/>", "See {}\n end"), ("<w:cr/>", "See {}\n end"), ("</w:t></w:r><w:r><w:t>", "See {} end"),
        ("</w:t></w:r></w:p><w:p><w:r><w:t>", "See {}|  end"), ("<w:proofErr/>", "See {} end"),
    ],
)  # fmt: skip
def test_a_link_that_word_cuts_is_one(cut: str, left: str) -> None:
    at = LINK.index("guide")
    inner = f"See {E(LINK[:at])}{cut}{E(LINK[at:])} end"
    if not cut.startswith("</w:t>"):
        cut = f"</w:t>{cut}<w:t xml:space='preserve'>"
        inner = f"See {E(LINK[:at])}{cut}{E(LINK[at:])} end"
    document = docx.Document()
    body = document.element.body
    for element in parse_xml(
        f"<w:body {nsdecls('w')}><w:p><w:r><w:t xml:space='preserve'>{inner}</w:t></w:r></w:p></w:body>"
    ):
        body.insert(len(body) - 1, element)
    found = read(_saved(document), "x.docx")
    assert [(link.target, str(link.place)) for link in found.links] == [(TARGET, "paragraph 1")]
    again = docx.Document(io.BytesIO(found.cleaned()))
    text = "|".join(paragraph.text for paragraph in again.paragraphs)
    assert "".join(text.split()) == "".join(left.format(TARGET).split())


def test_links_of_several_paragraphs_keep_their_order_and_place() -> None:
    at = LINK.index("guide")
    document = read(
        _word(
            _run(f"{A}/1"), _linked("x"), _run(E(LINK[:at])), _run(f"{E(LINK[at:])} {A}/4"),
            _run(f"{A}/5"), link=f"{A}/2",
        ),
        "x.docx",
    )  # fmt: skip
    assert [(link.target, str(link.place)) for link in document.links] == [
        (f"{A}/1", "paragraph 1"), (f"{A}/2", "paragraph 2"), (TARGET, "paragraph 3"),
        (f"{A}/4", "paragraph 4"), (f"{A}/5", "paragraph 5"),
    ]  # fmt: skip


def test_text_boxes_do_not_part_the_text_around_them() -> None:
    at = LINK.index("guide")
    box = f"<w:r><w:txbxContent><w:p>{_run(f'{A}/box')}</w:p></w:txbxContent></w:r>"
    document = read(_word(f"{_run(E(LINK[:at]))}{box}{_run(E(LINK[at:]))}"), "x.docx")
    assert {link.target for link in document.links} == {TARGET, f"{A}/box"}


def test_a_slide() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    frame = slide.placeholders[1].text_frame
    run = frame.paragraphs[0].add_run()
    run.text, run.hyperlink.address = f"{A}/short…", f"{A}/x y."
    at = LINK.index("guide")
    frame.add_paragraph().text = f"See {LINK[:at]}\v{LINK[at:]} end"
    document = read(_saved(presentation), "x.pptx")
    assert [(link.target, link.role) for link in document.links] == [
        (f"{A}/x%20y.", None), (f"{A}/short", Role.LINK_TEXT), (TARGET, None),
    ]  # fmt: skip
    again = pptx.Presentation(io.BytesIO(document.cleaned())).slides[0].placeholders[1]
    assert again.text_frame.paragraphs[1].text == f"See {TARGET}\v end"


FORMULAS: dict[str, tuple[str, Seen]] = {
    "link": (f'=HYPERLINK("{A}/a b.","{A}/label.")', [(f"{A}/a%20b.", None), (f"{A}/label.", None)]),
    "in pieces": (f'=HYPERLINK("{A}/a" & "b.","x")', [(f"{A}/ab.", None)]),
    "listed": (f'=HYPERLINK( CONCATENATE("{A}/a", "b."), "x")', [(f"{A}/ab.", None)]),
    "quotes": (f'=HYPERLINK("{A}/a""b")', [(f'{A}/a"b', None)]),
    "goes on": (f'=HYPERLINK("{A}/"&A1,"x")', [(f"{A}/", Role.TEMPLATE)]),
    "goes on in a list": (f'=CONCATENATE("{A}/",A1)', [(f"{A}/", Role.TEMPLATE)]),
    "goes on before": (f'=A1&"{A}/"', [(f"{A}/", Role.TEMPLATE)]),
    "string": (f'=IF(A1,"{A}/x.","")', [(f"{A}/x.", None)]),
    "text": (f'=IF(A1,"See {A}/x.","")', [(f"{A}/x", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "seen"), FORMULAS.values(), ids=FORMULAS)
def test_formulas(formula: str, seen: Seen) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = formula
    raw = _saved(book)
    document = read(raw, "x.xlsx")
    assert [(link.url, link.role) for link in document.links] == seen
    assert document.cleaned() == raw


def test_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["A3"] = f"{A}/King_Jr.", f"See {A}/x.", f"{A}/text"
    sheet["A3"].hyperlink = Hyperlink(ref="A3", target=f"{A}/x y.", location="sec")
    sheet["A4"] = f"{A}/b c.pdf"
    document = read(_saved(book), "x.xlsx")
    assert [(link.url, link.role, link.place.cell) for link in document.links] == [
        (f"{A}/King_Jr.", None, "A1"), (f"{A}/x", None, "A2"), (f"{A}/x%20y.#sec", None, "A3"),
        (f"{A}/text", Role.LINK_TEXT, "A3"), (f"{A}/b%20c.pdf", None, "A4"),
    ]  # fmt: skip


VALUES = st.builds(
    lambda path, query, fragment: f"https://a.example/x{path}{query}{fragment}",
    st.text(st.sampled_from("aZ09 .,;:!?()[]'\"_*~|-+=@$é中"), max_size=12).map(str.strip),
    st.sampled_from(["", "?", "?a=1&b=2", "?copy=1&amp=2", "?q=a b"]),
    st.sampled_from(["", "#", "#a.b", "#a b", "#:~:text=x"]),
).map(str.strip)


@cache
def _slide() -> tuple[Any, Any]:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    return presentation, slide.placeholders[1].text_frame.paragraphs[0].add_run()


def _by_pptx(url: str) -> bytes:
    presentation, run = _slide()
    run.text, run.hyperlink.address = "x", url
    return _saved(presentation)


def _by_docx(url: str) -> bytes:
    return _word(_linked("x"), link=url)


def _by_openpyxl(url: str) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "x"
    book.active["A1"].hyperlink = url
    return _saved(book)


def _by_formula(url: str) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    doubled = url.replace('"', '""')
    book.active["A1"] = f'=HYPERLINK("{doubled}","x")'
    return _saved(book)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "name"),
    [(_by_docx, "x.docx"), (_by_pptx, "x.pptx"), (_by_openpyxl, "x.xlsx"), (_by_formula, "x.xlsx")],
)
@settings(max_examples=amount(15, 100))
@given(url=VALUES)
def test_what_others_write_is_read(write: Callable[[str], bytes], name: str, url: str) -> None:
    (link,) = read(write(url), name).links
    assert link.url == url.replace(" ", "%20")


def test_a_link_that_runs_cut_within_an_escape_is_cleaned() -> None:
    target = f"{A}/a"
    link = wrap(target).replace("&", "&amp;")
    start, end = link[:90], link[90:]
    runs = (f"HYPERLINK &quot;{start}", f"{end}#" + chr(92), f"{chr(92)}x&quot;")
    raw = _word(
        BEGIN + "".join(_run(one, "instrText") for one in runs) + f"{SEPARATE}{_run('x')}{END}"
    )
    cleaned = read(raw, "x.docx").cleaned()
    assert [link.wrapped for link in read(cleaned, "x.docx").links] == [False]
