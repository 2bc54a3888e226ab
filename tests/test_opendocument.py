"""OpenDocument: what an attribute and a text hold, as the specification and other programs write it."""

from __future__ import annotations

import io
import zipfile
from html import escape
from itertools import pairwise
from urllib.parse import quote

import pytest
from attacking import amount
from building import wrap
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import A, LineBreak, P, Span

from safelinks import Document, read
from safelinks.addresses.roles import Role

E = "https://e.example"
TARGET = "https://example.org/docs/guide.html"
LINK = wrap(TARGET)
SHOWN = Role.LINK_TEXT


def _packed(body: str, kind: str = "text", name: str = "content.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            name, f'<?xml version="1.0"?><office:body xmlns:a="{E}/ns">{body}</office:body>'
        )
    return out.getvalue()  # fmt: skip


def _content(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read("content.xml").decode()


def _found(document: Document) -> list[tuple[str, str | None]]:
    return [(link.url, link.role) for link in document.links]


def _sheet(cells: str) -> str:
    return f"<office:spreadsheet><table:table><table:table-row>{cells}</table:table-row></table:table></office:spreadsheet>"


def _cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{text}</table:table-cell>"


FORMULA = f'table:formula="of:=IF(1;HYPERLINK(&quot;{E}/a b.&quot;;&quot;{E}/b.&quot;);&quot;see {E}/c.&quot;)" office:string-value="{E}/d"'
PLACES: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    # what stands there; the addresses in it, and what each is where that is no link
    "link": (f'<text:p><text:a xlink:href="{E}/a b.">x</text:a></text:p>', [(f"{E}/a%20b.", None)]),
    "link with entities": (f'<text:p><text:a xlink:href="{E}/?a=1&amp;b=&quot;2&#33;">x</text:a></text:p>', [(f'{E}/?a=1&b="2!', None)]),
    "its text": (
        f'<text:p><text:a xlink:href="{E}/a">{E}/<text:span>b</text:span>.</text:a> or {E}/c.</text:p>',
        [(f"{E}/a", None), (f"{E}/b", SHOWN), (f"{E}/c", None)],
    ),
    "a drawing that is a link": (
        f'<draw:a xlink:href="{E}/a"><draw:frame><draw:text-box><text:p>{E}/b</text:p></draw:text-box></draw:frame></draw:a><text:p>{E}/c</text:p>',
        [(f"{E}/a", None), (f"{E}/b", SHOWN), (f"{E}/c", None)],
    ),
    "picture": (f'<draw:image xlink:href="{E}/a b.png"/>', [(f"{E}/a%20b.png", None)]),
    "form": (f'<form:form xlink:href="{E}/a."/>', [(f"{E}/a.", Role.FORM_ACTION)]),
    "event": (f'<script:event-listener xlink:href="{E}/a"/>', [(f"{E}/a", Role.SCRIPT)]),
    "vocabulary": (f'<text:meta xhtml:property="{E}/a"/>', [(f"{E}/a", Role.VOCABULARY)]),
    "other attribute": (f'<x office:title="{E}/a." b="see {E}/b."/>', [(f"{E}/a.", None), (f"{E}/b", None)]),
    "running text": (f"<text:p>See {E}/a.</text:p><text:h>{E}/b!</text:h>", [(f"{E}/a", None), (f"{E}/b", None)]),
    "text that nobody reads": (f"<x:y>{E}/a.</x:y>", [(f"{E}/a.", None)]),
    "characters": (f"<text:p>{E}/a<text:s/>b {E}/c<text:tab/>d {E}/e<text:line-break/>f</text:p>", [(f"{E}/a", None), (f"{E}/c", None), (f"{E}/e", None)]),
    "character data": (f"<text:p>See <![CDATA[{E}/a.]]></text:p>", [(f"{E}/a", None)]),
    "comment": (f"<text:p>{E}/<!-- {E}/b -->a</text:p>", [(f"{E}/a", None), (f"{E}/b", None)]),
    "note": (f"<text:p>{E}/a<text:note><text:note-body><text:p>{E}/b</text:p></text:note-body></text:note> {E}/c</text:p>", [(f"{E}/a", None), (f"{E}/b", None), (f"{E}/c", None)]),
    "cell": (_sheet(_cell(f"<text:p>{E}/a b.pdf</text:p>") + _cell(f"<text:p>{E}/b.</text:p>")), [(f"{E}/a%20b.pdf", None), (f"{E}/b.", None)]),
    "cell of words": (_sheet(_cell(f"<text:p>See {E}/a.</text:p><text:p>{E}/b.</text:p>")), [(f"{E}/a", None), (f"{E}/b", None)]),
    "cell with a comment": (_sheet(_cell(f"<office:annotation><text:p>on {E}/a.</text:p></office:annotation><text:p>{E}/b.</text:p>")), [(f"{E}/a", None), (f"{E}/b.", None)]),
    "cell of a text": (f"<table:table>{_cell(f'<text:p>{E}/a.</text:p>')}</table:table>", [(f"{E}/a", None)]),
    "formula": (_sheet(_cell(f"<text:p>{E}/e</text:p>", FORMULA) + _cell(f"<text:p>{E}/f</text:p>")), [
        (f"{E}/a%20b.", None), (f"{E}/b.", None), (f"{E}/c", None), (f"{E}/d", SHOWN), (f"{E}/e", SHOWN), (f"{E}/f", None),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "found"), PLACES.values(), ids=PLACES)
def test_where_an_address_ends_and_what_it_is(
    body: str, found: list[tuple[str, str | None]]
) -> None:
    document = read(_packed(body), "x.odt")
    assert _found(document) == found
    assert {str(link.place) for link in document.links} == {"part content.xml"}
    assert document.cleaned() == document.original()


FIRST, REST = escape(LINK[:80]), escape(LINK[80:])
CUTS = {
    "formatting": "</text:span><text:span text:style-name='T1'>",
    "bookmark": "<text:bookmark text:name='x'/>",
    "comment": "<!-- x -->",
    "line break": "<text:line-break/>",
    "paragraph": "</text:span></text:p><text:p><text:span>",
    "paragraphs, an empty one between": "</text:span></text:p>\n<text:p/>\n<text:p><text:span>",
    "items of a list": "</text:span></text:p></text:list-item><text:list-item><text:p><text:span>",
    "page": "<text:soft-page-break/>",
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_what_markup_cuts_is_one_link(cut: str) -> None:
    body = f"<text:p>See <text:span>{FIRST}{cut}{REST}</text:span>, now</text:p>"
    document = read(_packed(body), "x.odt")
    assert [link.target for link in document.links] == [TARGET]
    cleaned = document.cleaned()
    assert _content(cleaned) == _content(_packed(body)).replace(FIRST, TARGET).replace(REST, "")
    again = read(cleaned, "x.odt")
    assert [link.url for link in again.links] == [TARGET]
    assert again.cleaned() == cleaned


def test_a_note_is_another_text() -> None:
    note = f"<text:note><text:note-body><text:p>{FIRST}</text:p><text:p>{REST}</text:p></text:note-body></text:note>"
    document = read(_packed(f"<text:p>{FIRST}{note}</text:p><text:p>{REST}</text:p>"), "x.odt")
    assert [link.target for link in document.links] == [TARGET] * 2
    assert "safelinks" not in _content(document.cleaned())


@pytest.mark.parametrize("name", ["styles.xml", "Object 1/content.xml"])
def test_parts_that_hold_text(name: str) -> None:
    raw = _packed(f"<text:p>{FIRST}<text:line-break/>{REST}</text:p>", name=name)
    assert [(link.target, str(link.place)) for link in read(raw, "x.odt").links] == [
        (TARGET, f"part {name}")
    ]


def test_a_formula_is_written() -> None:
    link = escape(wrap('https://a.example/"x" y'))
    body = _sheet(_cell("", f'table:formula="of:=HYPERLINK(&quot;{link}&quot;)"'))
    cleaned = _content(read(_packed(body), "x.ods").cleaned())
    assert 'of:=HYPERLINK(&quot;https://a.example/%22x%22%20y&quot;)"' in cleaned


# What another library writes.
ADDRESSES = st.text("ab.,!?:;()[]{}'\"\\/#&=%+~*_<>é日\U0001f600 ", max_size=30).map(
    lambda rest: f"https://example.org/{rest}z."
)


def _saved(document: OpenDocumentText | OpenDocumentSpreadsheet) -> bytes:
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


@pytest.mark.slow
@settings(max_examples=amount(20, 50))
@given(st.lists(ADDRESSES, min_size=1, max_size=4))
def test_what_another_library_writes_is_read(urls: list[str]) -> None:
    text = OpenDocumentText()
    for url in urls:
        paragraph = P(text="See ")
        paragraph.addElement(A(href=url, text="this"))
        text.text.addElement(paragraph)
        paragraph = P()
        paragraph.addElement(A(href=wrap(url), text="that"))
        text.text.addElement(paragraph)
    document = read(_saved(text), "x.odt")
    assert [link.url for link in document.links[::2]] == [url.replace(" ", "%20") for url in urls]
    assert [link.label for link in document.links] == ["this", "that"] * len(urls)
    again = read(document.cleaned(), "x.odt")
    assert not any(link.wrapped for link in again.links)
    assert [quote(link.url) for link in again.links[::2]] == [quote(link.url) for link in document.links[::2]]  # fmt: skip
    assert again.cleaned() == document.cleaned()


@pytest.mark.slow
@settings(max_examples=amount(20, 50))
@given(st.lists(st.integers(1, len(LINK) - 1), max_size=3), st.data())
def test_a_link_that_another_library_cuts(cuts: list[int], data: st.DataObject) -> None:
    edges = sorted({0, *cuts, len(LINK)})
    text = OpenDocumentText()
    paragraph = P(text="See ")
    for start, end in pairwise(edges):
        paragraph.addElement(Span(text=LINK[start:end]))
        if end < len(LINK) and data.draw(st.booleans()):
            paragraph.addElement(LineBreak())
    text.text.addElement(paragraph)
    document = read(_saved(text), "x.odt")
    for link in document.links:
        assert link.target == TARGET or link.target is None
    if len(edges) == 2:
        assert [link.target for link in document.links] == [TARGET]


def test_cells_that_another_library_writes() -> None:
    book = OpenDocumentSpreadsheet()
    table, row = Table(name="x"), TableRow()
    for value in (f"{E}/a b.pdf", f"{E}/Yahoo!", f"see {E}/c."):
        cell = TableCell(valuetype="string")
        cell.addElement(P(text=value))
        row.addElement(cell)
    table.addElement(row)
    book.spreadsheet.addElement(table)
    urls = [link.url for link in read(_saved(book), "x.ods").links]
    assert urls == [f"{E}/a%20b.pdf", f"{E}/Yahoo!", f"{E}/c"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [f'<text:a xlink:href="{E}">' * 2_000, "<text:p>a" * 50_000, "<text:p>a</text:p>" * 50_000, "<text:s/>" * 50_000,
     "<text:p><text:note>" * 20_000, "</text:p></text:note></table:table-cell>" * 20_000, "<office:spreadsheet>" + "<table:table-cell>" * 40_000,
     "<text:p>://" + "a<text:line-break/>" * 30_000, '<x table:formula="' + "HYPERLINK(&quot;" * 20_000 + '//"/>', "<text:p " * 30_000],
    ids=range(10),
)  # fmt: skip
def test_hostile_parts_end(body: str) -> None:
    raw = _packed(body)
    assert read(raw, "x.odt").cleaned() == raw
