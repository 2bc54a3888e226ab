"""OpenDocument files and EPUB: addresses, text of links, and text that elements cut."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from building import wrap
from hypothesis import given
from hypothesis import strategies as st
from odf import draw, opendocument, table, text
from odf.element import Element

from safelinks import read
from safelinks.addresses.roles import Role

A = "https://a.example"
TARGET = "https://example.org/docs/guide.html"
LINK = wrap(TARGET)
AT = LINK.index("guide")
Seen = list[tuple[str | None, Role | None]]


def _saved(document: opendocument.OpenDocument) -> bytes:
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def _text(*paragraphs: Element) -> bytes:
    document = opendocument.OpenDocumentText()
    for paragraph in paragraphs:
        document.text.addElement(paragraph)
    return _saved(document)


def _paragraph(*inner: str | Element) -> Element:
    paragraph = text.P()
    for one in inner:
        if isinstance(one, str):
            paragraph.addText(one)
        else:
            paragraph.addElement(one)
    return paragraph


def _content(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read("content.xml").decode()


TEXTS: dict[str, tuple[list[Element], Seen]] = {
    "link": ([_paragraph(text.A(href=f"{A}/a b.", text="x"))], [(f"{A}/a%20b.", None)]),
    "text of a link": (
        [_paragraph(f"{A}/1 ", text.A(href=f"{A}/a", text=f"{A}/sho…"), f" {A}/3")],
        [(f"{A}/1", None), (f"{A}/a", None), (f"{A}/sho", Role.LINK_TEXT), (f"{A}/3", None)],
    ),
    "span": ([_paragraph(f"{A}/a", text.Span(text="b"), "c.")], [(f"{A}/abc", None)]),
    "blanks": ([_paragraph(f"{A}/a", text.S(c=2), "b"), _paragraph(f"{A}/c", text.Tab(), "d")], [(f"{A}/a", None), (f"{A}/c", None)]),
    "break": ([_paragraph(f"{A}/a", text.LineBreak(), "b"), _paragraph("c")], [(f"{A}/a", None)]),
    "picture": ([_paragraph(draw.A(href=f"{A}/a b."))], [(f"{A}/a%20b.", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("paragraphs", "seen"), TEXTS.values(), ids=TEXTS)
def test_addresses_of_a_text(paragraphs: list[Element], seen: Seen) -> None:
    raw = _text(*paragraphs)
    document = read(raw, "x.odt")
    assert document.format == "odf"
    assert [(link.url, link.role) for link in document.links] == seen
    assert document.cleaned() == raw


CUTS: dict[str, Callable[[], list[Element]]] = {
    "spans": lambda: [_paragraph("See ", text.Span(text=LINK[:AT]), text.Span(text=LINK[AT:]), " end")],
    "line break": lambda: [_paragraph(f"See {LINK[:AT]}", text.LineBreak(), f"{LINK[AT:]} end")],
    "paragraphs": lambda: [_paragraph(f"See {LINK[:AT]}"), _paragraph(f"{LINK[AT:]} end")],
    "page break": lambda: [_paragraph(f"See {LINK[:AT]}", text.SoftPageBreak(), f"{LINK[AT:]} end")],
}  # fmt: skip


@pytest.mark.parametrize("build", CUTS.values(), ids=CUTS)
def test_a_link_that_elements_cut_is_one(build: Callable[[], list[Element]]) -> None:
    document = read(_text(*build()), "x.odt")
    assert [link.target for link in document.links] == [TARGET]
    again = read(document.cleaned(), "x.odt")
    assert [link.url for link in again.links] == [TARGET]
    left = _content(again.original())
    assert "safelinks" not in left
    assert left.count("<text:") == _content(document.original()).count("<text:")


def _sheet(formula: str) -> bytes:
    document = opendocument.OpenDocumentSpreadsheet()
    sheet, row = table.Table(name="x"), table.TableRow()
    row.addElement(table.TableCell(formula=formula))
    sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    return _saved(document)


@pytest.mark.parametrize(
    ("formula", "seen"),
    [
        (f'of:=HYPERLINK("{A}/a b.";"x")', [(f"{A}/a%20b.", None)]),
        (f'of:=HYPERLINK("{A}/a"&"b.";"x")', [(f"{A}/ab.", None)]),
        (f'of:=HYPERLINK("{A}/"&[.A1];"x")', [(f"{A}/", Role.TEMPLATE)]),
        (f'of:=CONCATENATE("{A}/";"a")', [(f"{A}/a", None)]),
    ],
)
def test_formulas(formula: str, seen: Seen) -> None:
    raw = _sheet(formula)
    document = read(raw, "x.ods")
    assert [(link.url, link.role) for link in document.links] == seen
    assert document.cleaned() == raw


def test_a_wrapper_in_a_formula_is_replaced() -> None:
    document = read(_sheet(f'of:=HYPERLINK("{LINK}&x={"x" * 300}";"x")'), "x.ods")
    again = read(document.cleaned(), "x.ods")
    assert [link.url for link in again.links] == [link.target for link in document.links]
    assert not any(link.wrapped for link in again.links)


@given(
    path=st.text(st.sampled_from("aZ09 .,;:!?()[]'\"_*~|-+=@&#$é中"), max_size=12),
)
def test_what_odfpy_writes_is_read(path: str) -> None:
    url = f"{A}/x{path}".strip()
    (link,) = read(_text(_paragraph(text.A(href=url, text="x"))), "x.odt").links
    assert link.url == url.replace(" ", "%20")


def test_a_book() -> None:
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head><body><p><a id="p1"/>'
        f'<a href="{A}/a b.">{A}/sho…</a> See {LINK[:AT]}<br/>{LINK[AT:]} end</p></body></html>'
    ).replace("&", "&amp;")
    about = f"<package prefix='x: {A}/x#'><metadata><dc:identifier>{A}/id</dc:identifier></metadata></package>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("a.xhtml", page)
        archive.writestr("b.opf", about)
    document = read(out.getvalue(), "x.epub")
    assert document.format == "epub"
    assert [(link.target, link.role, link.place.part) for link in document.links] == [
        (f"{A}/a%20b.", None, "a.xhtml"), (f"{A}/sho", Role.LINK_TEXT, "a.xhtml"), (TARGET, None, "a.xhtml"),
        (f"{A}/x#", Role.VOCABULARY, "b.opf"), (f"{A}/id", Role.IDENTIFIER, "b.opf"),
    ]  # fmt: skip
    assert [link.url for link in read(document.cleaned(), "x.epub").links][2] == TARGET
