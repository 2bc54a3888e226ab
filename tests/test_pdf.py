"""PDF: built with other libraries or by hand, sound and damaged, and read with ours."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from attacking import amount
from building import wrap
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from safelinks import Document, DocumentError, Link, find, read
from safelinks.addresses.place import Place
from safelinks.addresses.roles import Role
from safelinks.documents.pdf import pdf_documents
from safelinks.documents.pdf.addresses_over_lines import over_lines
from safelinks.documents.pdf.word_positions import IDENTITY, Box, GlyphPen, PageWords, Widths

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

TARGET = "https://example.org/a?b=1&c=2"
LINK = wrap(TARGET)


def _targets(document: Document) -> list[str | None]:
    return [link.target for link in document.links]


# Built with libraries


def _fpdf(compress: bool = True) -> FPDF:
    pdf = FPDF()
    pdf.set_compression(compress)
    pdf.add_page()
    pdf.set_font("helvetica", size=8)
    return pdf


def test_links_and_texts_of_pages_in_order() -> None:
    pdf = _fpdf()
    pdf.write(5, "Go to ")
    pdf.write(5, "the page", link=LINK)
    pdf.write(5, f", that is {LINK} for short.\n")
    pdf.add_page()
    pdf.cell(0, 5, "www.nyc.gov/pip", link="https://evil.example/")
    document = read(bytes(pdf.output()), "x.pdf")
    assert document.format == "pdf"
    assert [(link.target, link.place, link.label) for link in document.links] == [
        (TARGET, Place(page=1), "the page"),
        (TARGET, Place(page=1), None),
        ("https://evil.example/", Place(page=2), "www.nyc.gov/pip"),
    ]
    assert [link.wrapped for link in document.links] == [True, True, False]
    assert [link.shown for link in document.links] == [None, None, "www.nyc.gov/pip"]
    assert document.notes == ()


def test_the_page_is_all_of_the_place() -> None:
    assert str(read(_one_link(b"(https://a.example/)")).links[0].place) == "page 1"


def test_a_link_that_is_broken_over_lines() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    text = canvas.beginText(40, 800)
    for line in ("Go to", *re.findall(".{1,70}", LINK), "and then go home"):
        text.textLine(line)
    canvas.drawText(text)
    canvas.save()
    assert _targets(read(out.getvalue(), "x.pdf")) == [TARGET]


@pytest.mark.parametrize("font", ["Helvetica", "Times-Roman", "Courier", "Helvetica-Bold"])
def test_a_label_within_a_line(font: str) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont(font, 10)
    words = ["Please", "log", "in", "at", "(www.nyc.gov/pip),", "then", "call", "us"]
    canvas.drawString(40, 700, " ".join(words))
    left = 40 + canvas.stringWidth(" ".join(words[:4]) + " (", font, 10)
    right = left + canvas.stringWidth(words[4][1:-2], font, 10)
    canvas.linkURL("https://evil.example/", (left, 697, right, 709))
    canvas.drawString(40, 688, "another line that is near to it, and in no way meant by the link")
    canvas.save()
    (link,) = read(out.getvalue(), "x.pdf").links
    assert (link.label, link.shown) == ("www.nyc.gov/pip", "www.nyc.gov/pip")


def test_labels_of_forms_and_turned_pages() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.beginForm("inner")
    canvas.drawString(10, 10, "inside")
    canvas.endForm()
    canvas.beginForm("outer")
    canvas.doForm("inner")
    canvas.drawString(10, 40, "see https://a.example/form now")
    canvas.endForm()
    canvas.translate(200, 300)
    for _ in range(3):
        canvas.doForm("outer")
    canvas.linkURL("https://a.example/1", (205, 305, 250, 320))
    canvas.rotate(90)
    canvas.drawString(100, 5, "upwards")
    canvas.linkURL("https://a.example/2", (180, 395, 200, 450))
    canvas.save()
    document = read(out.getvalue(), "x.pdf")
    assert [(link.target, link.label) for link in document.links] == [
        ("https://a.example/2", "upwards"),
        ("https://a.example/1", "inside"),
        ("https://a.example/form", None),
    ]


def test_attached_files() -> None:
    pdf = _fpdf()
    pdf.cell(0, 5, "https://a.example/")
    pdf.embed_file(bytes=f"see {LINK}".encode(), basename="notice.txt")
    pdf.embed_file(bytes=f'<a href="{LINK}">x</a>'.encode(), basename="page.html")
    pdf.embed_file(bytes=b"\x89PNG", basename="logo.png")
    inner = _fpdf()
    inner.cell(0, 5, "x", link="https://b.example/")
    inner.embed_file(bytes=b"https://c.example/", basename="deep.txt")
    pdf.embed_file(bytes=bytes(inner.output()), basename="inner.pdf")
    document = read(bytes(pdf.output()), "x.pdf")
    assert {(str(link.place), link.target) for link in document.links} == {
        ("page 1", "https://a.example/"),
        ("part attachment notice.txt, line 1", TARGET),
        ("part attachment page.html, line 1", TARGET),
        ("part attachment inner.pdf, page 1", "https://b.example/"),
        ("part attachment inner.pdf, attachment deep.txt, line 1", "https://c.example/"),
    }
    (note,) = document.notes
    assert note.startswith("x.pdf: logo.png: this is a picture, not text")


def test_documents_that_are_attached_without_end() -> None:
    raw = b"https://a.example/"
    for at in range(8):
        pdf = _fpdf()
        pdf.embed_file(bytes=raw, basename=f"{at}.pdf" if at else "a.txt")
        raw = bytes(pdf.output())
    assert "nested too deeply" in read(raw, "x.pdf").notes[0]


def test_cleaning_is_refused_with_the_remedy() -> None:
    plain = _one_link(b"(https://a.example/)")
    assert read(plain, "some/notice.pdf").cleaned() == plain
    raw = _one_link(b"(%b)" % wrap("https://a.example/").encode())
    document = read(raw, "some/notice.pdf")
    assert document.original() == raw
    for attempt in (document.cleaned, document.redacted):
        with pytest.raises(DocumentError, match="export it again") as raised:
            attempt()
        assert str(raised.value).startswith("some/notice.pdf: links in a PDF cannot be replaced")


@pytest.mark.slow
@pytest.mark.parametrize(
    "method", [EncryptionMethod.RC4, EncryptionMethod.AES_128, EncryptionMethod.AES_256]
)
def test_encryption(method: EncryptionMethod) -> None:
    def build(password: str) -> bytes:
        pdf = _fpdf()
        pdf.cell(0, 5, "x", link=LINK)
        pdf.set_encryption("owner", password, method, AccessPermission.none())
        return bytes(pdf.output())

    assert _targets(read(build(""), "x.pdf")) == [TARGET]
    with pytest.raises(DocumentError) as raised:
        read(build("secret"), "x.pdf")
    assert str(raised.value) == (
        "x.pdf: this PDF is encrypted with a password; save a copy without it and try again"
    )
    if method is EncryptionMethod.RC4:
        return
    code = (
        "import sys; sys.modules['cryptography'] = sys.modules['Crypto'] = None\n"
        "from safelinks import read\n"
        "try: read(sys.stdin.buffer.read(), 'x.pdf')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=build(""), capture_output=True, check=True
    )
    assert done.stdout.decode().startswith(
        "DocumentError x.pdf: this PDF is encrypted with AES; to read it, run: "
        f"{sys.executable} -m pip install cryptography"
    )


ADDRESSES = st.text("abcxyz019/._~-=&;,%+!$", max_size=40).map(
    lambda rest: f"https://example.org/?q={rest}z"
)


@settings(max_examples=30)
@given(st.lists(ADDRESSES, min_size=1, max_size=6), st.data())
def test_all_targets_are_found(targets: list[str], data: st.DataObject) -> None:
    pdf = _fpdf()
    expected = []
    for target in targets:
        url = wrap(target) if data.draw(st.booleans()) else target
        if data.draw(st.booleans()):
            pdf.add_page()
        if data.draw(st.booleans()):
            pdf.cell(0, 5, "here", link=url, new_x="LMARGIN", new_y="NEXT")
        else:
            pdf.set_font_size(2)
            pdf.cell(0, 5, f"see {url} now", new_x="LMARGIN", new_y="NEXT")
            pdf.set_font_size(8)
        expected.append((target, pdf.page_no()))
    document = read(bytes(pdf.output()), "x.pdf")
    assert sorted((link.target, link.place.page) for link in document.links) == sorted(expected)


# Made by hand


def _pdf(objects: dict[int, bytes], trailer: bytes = b"", pages: bytes | None = None) -> bytes:
    """A PDF of these objects; 1 is the catalog, 2 the pages, 3 the only page."""
    own = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: pages or b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    }
    out = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, body in sorted((own | objects).items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    xref = len(out)
    last = max(offsets)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1)
    for number in range(1, last + 1):
        if number in offsets:
            out += b"%010d 00000 n \n" % offsets[number]
        else:
            out += b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        last + 1,
        trailer,
        xref,
    )
    return bytes(out)


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def _page(entries: bytes) -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]%b>>" % entries


def _annotated(annotation: bytes, more: dict[int, bytes] | None = None) -> bytes:
    return _pdf({3: _page(b"/Annots[%b]" % annotation), **(more or {})})


def _one_link(uri: bytes) -> bytes:
    return _annotated(b"<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI %b>>>>" % uri)


FONT = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>%b>>"
SEEN = b"BT /F 12 Tf 50 700 Td (see https://a.example/seen now) Tj ET"
A = "https://a.example/"


@pytest.mark.parametrize(
    ("raw", "targets"),
    [
        (_one_link(b"(https://a.example/)"), [A]),
        (_one_link(b"<68747470733A2F2F612E6578616D706C652F>"), [A]),
        (_one_link(b"<FEFF" + A.encode("utf-16-be").hex().encode() + b">"), [A]),
        (_one_link(b"<FFFE" + A.encode("utf-16-le").hex().encode() + b">"), [A]),
        (_one_link(b"<" + A.encode("utf-16-be").hex().encode() + b">"), [A]),
        (_one_link(b"<" + A.encode("utf-16-le").hex().encode() + b">"), [A]),
        (_one_link(b"(https://a.ex\\141mple/\\(x\\)\\\n)"), [A + "(x)"]),
        (_one_link(b"( https://a.example/\r\n b c )"), [A + "%20b%20c"]),
        (_one_link("(https://a.example/é)".encode()), [A + "é"]),
        (_one_link(b"(https://a.example/\xe9)"), [A + "é"]),
        (_one_link(b"(mailto:a@b.example)"), []),
        (_one_link(b"(javascript:open\\('https://a.example/'\\))"), [A]),
        (_one_link(b"()"), []),
        (_one_link(b"[(https://a.example/)]"), []),
        (_one_link(b"4 0 R"), []),
        (_annotated(b"4 0 R", {4: b"<</A 5 0 R>>", 5: b"<</S/URI/URI 6 0 R>>", 6: b"(https://a.example/)"}), [A]),
        (_annotated(b"<</PA<</S/URI/URI(https://a.example/)>>>>"), [A]),
        (_annotated(b"<</Subtype/Widget/A<</URI(https://a.example/)>>>>"), [A]),
        (_annotated(b"<</AA<</D<</URI(https://a.example/)>>>>>>"), [A]),
        (_annotated(b"<</Subtype/FreeText/Contents(see https://a.example/, please)>>"), [A]),
        (
            _annotated(b"<</A<</S/GoTo/Next[4 0 R 5 0 R]>>>>", {4: b"<</URI(https://a.example/1)/Next 5 0 R>>", 5: b"<</URI(https://a.example/2)/Next 4 0 R>>"}),
            [A + "1", A + "2"],
        ),
        (_annotated(b"null 7 <<>> [] (x) 99 0 R <</A 7>> <</A<</URI(https://a.example/)>>>>"), [A]),
        (_pdf({1: b"<</Type/Catalog/Pages 2 0 R/OpenAction<</URI(https://a.example/)>>>>"}), [A]),
        (_pdf({1: b"<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>"}), []),
        (_pdf({3: _page(b"/AA<</O<</URI(https://a.example/)>>>>")}), [A]),
        (_pdf({3: _page(FONT % b"" + b"/Contents 4 0 R"), 4: _stream(SEEN)}), [A + "seen"]),
        (
            _pdf({3: _page(FONT % b"" + b"/Contents[4 0 R 5 0 R]"), 4: _stream(SEEN[:22]), 5: _stream(SEEN[22:])}),
            [A + "seen"],
        ),
        (b"junk\n" * 100 + _one_link(b"(https://a.example/)"), [A]),
    ],
)  # fmt: skip
def test_where_links_are(raw: bytes, targets: list[str]) -> None:
    document = read(raw, "x.pdf")
    assert (_targets(document), document.notes) == (targets, ())


def test_bookmarks() -> None:
    raw = _pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
            4: b"<</First 5 0 R>>",
            5: b"<</Title(One)/A<</URI(https://a.example/1)>>/First 6 0 R/Next 7 0 R>>",
            6: b"<</Title<FEFF00C9>/A<</URI(https://a.example/2)>>/Next 6 0 R/First 5 0 R>>",
            7: b"<</Title(www.nyc.gov)/A<</URI(https://a.example/3)>>/Next 5 0 R>>",
        }
    )
    document = read(raw, "x.pdf")
    assert [(str(link.place), link.label, link.shown) for link in document.links] == [
        ("part bookmark", "One", None),
        ("part bookmark", "É", None),
        ("part bookmark", "www.nyc.gov", "www.nyc.gov"),
    ]


def _bomb(size: int, start: bytes = b"", times: int = 1) -> bytes:
    packer = zlib.compressobj(1)
    pieces = [start, *[b" " * 1_000_000] * (size // 1_000_000)]
    packed = b"".join(map(packer.compress, pieces)) + packer.flush()
    for _ in range(times - 1):
        packed = zlib.compress(packed, 1)
    filters = b"/FlateDecode " * times
    return _stream(packed, b"/Filter[%b]" % filters)


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]"
GOOD = b"<</A<</URI(https://a.example/)>>>>"
DEEP = b"<</A" * 5_000 + b">>" * 5_000
SHARED = b"[" + b"3 0 R " * 3_000 + b"]"
DRAWN = b"/Contents 4 0 R" + FONT % b"/XObject<</X 5 0 R>>"

HOSTILE: dict[str, tuple[bytes | Callable[[], bytes], set[str], str]] = {
    # the file, or what makes it, targets that must be found, and what a note or the error says
    "header only": (b"%PDF-1.7\n", set(), "damaged"),
    "no catalog": (b"%PDF-1.7\ntrailer<</Size 9>>\nstartxref\n9\n%%EOF", set(), "PDF"),
    "catalog that is none": (_pdf({1: b"[7]"}), set(), "PDF"),
    "pages that are none": (_pdf({2: b"(x)"}), set(), "no pages found"),
    "no page": (_pdf({}, pages=b"<</Type/Pages/Count 9/Kids[]>>"), set(), "no pages found"),
    "huge count": (_pdf({}, pages=b"<</Type/Pages/Count 999999999999/Kids[3 0 R]>>"), set(), ""),
    "pages in a circle": (_pdf({}, pages=b"<</Type/Pages/Count 1/Kids[3 0 R 2 0 R]>>"), set(), ""),
    "pages in a wide circle": (
        _pdf({4: b"<</Type/Pages/Kids[2 0 R]>>"}, pages=b"<</Type/Pages/Kids[4 0 R]>>"), set(), "no pages found",
    ),
    "one page many times": (
        _pdf({3: _page(b"/Annots[%b]" % GOOD)}, pages=b"<</Type/Pages/Kids%b>>" % SHARED), {A}, "",
    ),
    "pages deep within pages": (
        _pdf({at: b"<</Type/Pages/Kids[%d 0 R]>>" % (at + 1) for at in range(4, 900)} | {900: _page(b"/Annots[%b]" % GOOD)},
             pages=b"<</Type/Pages/Kids[4 0 R]>>"), {A}, "",
    ),
    "dictionaries without end": (
        _pdf({3: _page(b"/Annots[%b]" % GOOD), 4: DEEP, 5: b"[" * 100_000}, pages=b"<</Kids[4 0 R 3 0 R 5 0 R 9 0 R]>>"), {A}, "pages 1, 3-4",
    ),
    "arrays without end": (_annotated(GOOD + b"[" * 100_000), set(), "page 1"),
    "many annotations": (_annotated(b"<</Rect[0 0 600 800]/A<</URI(https://a.example/)>>>>" * amount(3_000, 10_000)), {A}, ""),
    "actions without end": (
        _annotated(b"<</A 4 0 R>>", {at: b"<</URI(https://a.example/)/Next %d 0 R>>" % (at + 1) for at in range(4, 2_000)}), {A}, "the annotations of page 1",
    ),
    "annotations that are none": (_pdf({3: _page(b"/Annots 7")}), set(), ""),
    "rectangles that are none": (
        _annotated(b"<</Rect[(x) 1]/QuadPoints[1 2 3]/A<</URI(https://a.example/)>>>><</Rect[1e400 0 0 99999999999999999999999]/A<</URI(https://a.example/)>>>>"), {A}, "",
    ),
    "content that is damaged": (
        _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD), 4: _stream(SEEN + b" << [ (((( \xff BI ID", b"/Filter/FlateDecode")}), {A}, "",
    ),
    "filter that nobody knows": (
        _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD), 4: _stream(SEEN, b"/Filter/Nonsense")}), {A}, "the text of page 1",
    ),
    "filters without end": (
        _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD), 4: _stream(SEEN, b"/Filter[%b]" % (b"/ASCIIHexDecode " * 99))}), {A}, "the text of page 1",
    ),
    "bomb": (
        lambda: _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD), 4: _bomb(150_000_000, SEEN)}), {A}, "the text of page 1",
    ),
    "bomb in a bomb": (
        lambda: _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD), 4: _bomb(150_000_000, SEEN, 2)}), {A}, "the text of page 1",
    ),
    "text that is copied without end": (
        _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD),
              4: _stream(zlib.compress(b"BT /F 1 Tf (" + b"x" * 1_000_000 + b")Tj " + b"()Tj\n" * 30_000), b"/Filter/FlateDecode")}), {A}, "the text of page 1",
    ),
    "form that draws itself": (
        _pdf({3: _page(DRAWN), 4: _stream(b"/X Do"), 5: _stream(SEEN + b" /X Do /X Do", FORM + FONT % b"/XObject<</X 5 0 R>>")}), {A + "seen"}, "",
    ),
    "forms that double": (
        _pdf({3: _page(DRAWN), 4: _stream(b"/X Do"), 60: _stream(SEEN, FORM + FONT % b"")}
             | {at: _stream(b"/X Do " * 10, FORM + FONT % (b"/XObject<</X %d 0 R>>" % (at + 1))) for at in range(5, 60)}),
        {A + "seen"}, "",
    ),
    "form that is none": (_pdf({3: _page(DRAWN + b"/Annots[%b]" % GOOD), 4: _stream(b"/X Do /Y Do Do 7 Do " + SEEN), 5: b"7"}), {A, A + "seen"}, ""),
    "font that is none": (
        _pdf({3: _page(b"/Contents 4 0 R/Resources<</Font<</F 7>>>>/Annots[<</Rect[0 0 600 800]/A<</URI(https://a.example/)>>>>]"), 4: _stream(SEEN)}), {A}, "",
    ),
    "no operands": (
        _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[<</Rect[0 0 600 800]/A<</URI(https://a.example/)>>>>]"),
              4: _stream(b"BT Tf Td Tm Tj TJ ' \" Tc Tw Tz Q cm 1 Tf (x) (y) Td [1 (x) [2] /N] TJ " + SEEN)}), {A, A + "seen"}, "",
    ),
    "attachments in a circle": (
        _pdf({1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 4 0 R>>>>", 4: b"<</Kids[4 0 R 4 0 R 5 0 R 7]/Names 8>>",
              5: b"<</Names[(a) 6 0 R (b) 6 0 R (c) 7 7]>>", 6: b"<</UF(a.txt)/EF<</F 7 0 R>>>>", 7: _stream(A.encode())}), {A}, "",
    ),
    "attachment that is damaged": (
        _pdf({3: _page(b"/Annots[%b<</FS<</EF<</F 4 0 R>>>>>>]" % GOOD), 4: _stream(b"x", b"/Filter/Nonsense")}), {A}, "the attachment without a name cannot be read",
    ),
    "encryption that nobody knows": (_pdf({}, b"/Encrypt<</Filter/Nonsense/V 9/R 9>>"), set(), "encrypted"),
    "encryption that is none": (_pdf({}, b"/Encrypt 7"), set(), "damaged"),
    "same object without end": (_pdf({1: b"1 0 R"}), set(), "PDF"),
    "two trailers in a circle": (_pdf({}, b"/Prev 9"), set(), ""),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", HOSTILE)
def test_damaged_and_hostile_files(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    made, targets, said = HOSTILE[case]
    _is_read(made if isinstance(made, bytes) else made(), targets, said)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pairs", "targets", "said"),
    [(45_000, {A, A + "seen"}, ""), (55_000, {A}, "the text of page 1")],
)
def test_operators_without_end(
    pairs: int, targets: set[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To reach the limit takes seconds: that it is kept shows with a tenth of it, as well."""
    limits = pdf_documents._LIMITS
    assert limits.stream_parsing_work_maximum_count == 1_000_000
    fewer = replace(limits, stream_parsing_work_maximum_count=100_000)
    monkeypatch.setattr(pdf_documents, "_LIMITS", fewer)
    content = _stream(zlib.compress(SEEN + b" q Q" * pairs), b"/Filter/FlateDecode")
    _is_read(
        _pdf({3: _page(FONT % b"" + b"/Contents 4 0 R/Annots[%b]" % GOOD), 4: content}),
        targets,
        said,
    )


def _is_read(raw: bytes, targets: set[str], said: str) -> None:
    """Those targets are found in it, and of what cannot be read, sentences are `said`."""
    try:
        document = read(raw, "x.pdf")
    except DocumentError as error:
        assert not targets
        sentences: tuple[str, ...] = (str(error),)
        assert said
    else:
        assert set(_targets(document)) == targets
        sentences = document.notes
        assert bool(said) == bool(sentences)
    assert said in " ".join(sentences)
    for sentence in sentences:
        assert sentence.startswith("x.pdf: ")
        assert "\n" not in sentence


@pytest.mark.slow
@pytest.mark.parametrize("lost", [2, 8, 60, 250, 400])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(lost: int) -> None:
    pdf = _fpdf()
    for at in range(50):
        pdf.cell(0, 5, "x", link=f"{A}{at}")
        pdf.add_page()
    raw = bytes(pdf.output())
    whole = read(raw, "x.pdf")
    document = read(raw[:-lost], "x.pdf")
    assert _targets(document) == _targets(whole)
    assert document.notes == (
        ("x.pdf: its end is missing or damaged; the rest is read",) if lost > 6 else ()
    )


def _whole() -> bytes:
    pdf = _fpdf()
    pdf.cell(0, 5, "x", link=LINK)
    pdf.embed_file(bytes=LINK.encode(), basename="a.txt")
    pdf.start_section("One")
    return bytes(pdf.output())


WHOLE = _whole()


@pytest.mark.slow
@given(st.integers(0, len(WHOLE)))
def test_any_part_of_a_pdf_gives_a_document_or_one_sentence(end: int) -> None:
    _survives(WHOLE[:end])


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4)), max_size=20
    )
)
def test_any_damage_to_a_pdf_gives_a_document_or_one_sentence(
    changes: list[tuple[int, bytes]],
) -> None:
    raw = bytearray(WHOLE)
    for at, octets in changes:
        raw[at : at + len(octets)] = octets
    _survives(bytes(raw))


def _survives(raw: bytes) -> None:
    try:
        document = read(raw, "x.pdf")
    except DocumentError as error:
        assert "\n" not in str(error)
    else:
        assert document.original() == raw


def test_what_pypdf_says_goes_to_those_who_listen(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "pypdf"):
        read(b"junk\n" + _one_link(b"(https://a.example/)"), "x.pdf")
    assert caplog.records


def test_which_pages_could_not_be_read_is_said() -> None:
    bad = _page(FONT % b"" + b"/Contents 4 0 R")
    objects = {at: bad if at != 12 else _page(b"") for at in range(10, 15)}
    kids = b"".join(b"%d 0 R " % at for at in objects)
    raw = _pdf(
        objects | {4: _stream(b"x", b"/Filter/Nonsense")}, pages=b"<</Type/Pages/Kids[%b]>>" % kids
    )
    assert read(raw, "x.pdf").notes == (
        "x.pdf: the text of pages 1-2, 4-5 cannot be read to the end; the rest is read",
    )


# Labels


def _pen(*content: tuple[bytes, list[object]], text: str, fonts: Widths) -> GlyphPen:
    pen = GlyphPen([Box(-1e9, -1e9, 1e9, 1e9)])
    pen.begin(lambda _: fonts, IDENTITY)
    for name, operands in content:
        pen.operator(name, operands, IDENTITY, IDENTITY)
    pen.text(text)
    return pen


def test_the_pen_moves_as_wide_as_the_glyphs_are() -> None:
    wide = Widths(2, {1: 1000.0}, 500.0)
    pen = _pen(
        (b"Tf", ["/F", 10]), (b"Tc", [1]), (b"Tz", [200]), (b"q", []), (b"Tz", [1]), (b"Q", []),
        (b"TJ", [[b"\0\1\0\2", -500, b"\0\1"]]), text="ab c", fonts=wide,
    )  # fmt: skip
    words = PageWords(pen.words)
    assert words.label([Box(0, 0, 40, 10)]) == "ab"
    # 2 * (10 + 1 + 5 + 1) and the gap of 2 * 5: the middle of the last one is at 54
    assert words.label([Box(53.9, 0, 54.1, 10)]) == "c"
    assert words.label([Box(0, 0, 60, 10), Box(0, 0, 60, 10)]) == "ab c"
    assert words.label([Box(0, 50, 60, 60)]) is None


@pytest.mark.parametrize(("text", "at"), [("abc", 0), ("\n abc", 2), (" abc", 1), ("abc\n", 0)])
def test_where_a_word_stands_in_the_text(text: str, at: int) -> None:
    pen = _pen((b"Tf", ["/F", 10]), (b"Tj", [b"abc"]), text=text, fonts=Widths())
    pen.operator(b"Tj", [b"d"], IDENTITY, IDENTITY)
    pen.text("d")
    spans = list(PageWords(pen.words).spans([Box(0, 0, 100, 10)]))
    assert spans == [(1, at, at + 3), (1, len(text), len(text) + 1)]


# What is loaded, and what is missing


def test_the_sentence_when_the_extra_is_missing() -> None:
    code = (
        "import sys; sys.modules['pypdf'] = None\n"
        "from safelinks import read\n"
        "try: read(b'%PDF-1.7', 'x.pdf')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "print(read(b'https://a.example/', 'x.txt').links[0].target)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "MissingPackageError x.pdf: this is a PDF document; to read it, run: "
        f"{sys.executable} -m pip install pypdf",
        "https://a.example/",
    ]


def test_other_documents_do_not_load_pypdf() -> None:
    code = "import sys, safelinks; safelinks.read(b'see https://a.example/', 'a.txt'); print('pypdf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("raw", "name", "format_"),
    [
        (b"see %PDF-1.7 https://a.example/", "x.txt", "text"),
        (b"<html><a href='https://a.example/'>", "x.pdf", "html"),
        (_one_link(b"(https://a.example/)"), "x.txt", "pdf"),
        (b"\r\n" + _one_link(b"(https://a.example/)"), "x.pdf", "pdf"),
    ],
)
def test_what_is_a_pdf(raw: bytes, name: str, format_: str) -> None:
    document = read(raw, name)
    assert document.format == format_
    first: Link = document.links[0]
    assert first.target == A


# Addresses over lines


def _lines(*lines: str, linked: dict[str, tuple[int, ...]] | None = None) -> bytes:
    """A page with these lines; each address in `linked` is the link of lines, by their numbers."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for at, line in enumerate(lines):
        canvas.drawString(72, 700 - 14 * at, line)
    for url, numbers in (linked or {}).items():
        for at in numbers:
            canvas.linkURL(url, (72, 697 - 14 * at, 500, 711 - 14 * at))
    canvas.save()
    return out.getvalue()


def _roles(raw: bytes) -> list[tuple[str, str | None]]:
    return [(link.url, link.role) for link in read(raw, "x.pdf").links]


UNCLEAR, SHOWN = Role.UNCLEAR_END, Role.LINK_TEXT
FULL = "Some words that fill a line up to the margin and are as many here"
LINES: dict[str, tuple[tuple[str, ...], list[tuple[str, str | None]]]] = {
    "goes on with an underscore": (("See https://a.example/b", "_c now"), [(A + "b_c", None)]),
    "goes on with a slash": (("See https://a.example", "/b/c.", "Next"), [(A + "b/c", None)]),
    "goes on with a query": (("See https://a.example/b", "?c=1&d=2)", "x"), [(A + "b?c=1&d=2", None)]),
    "goes on with an escape": (("https://a.example/b", "%20c"), [(A + "b%20c", None)]),
    "goes on with a suffix": (("https://a.example/b", ".html"), [(A + "b.html", None)]),
    "goes on twice": (("https://a.example/b", "_c", "/d e"), [(A + "b_c/d", None)]),
    "goes on, then nobody knows": (("https://a.example/b", "_c", "d"), [(A + "b_c", UNCLEAR)]),
    "nobody knows": (("https://a.example/b", "c", "d"), [(A + "b", UNCLEAR)]),
    "ends in a hyphen": (("https://a.example/b-", "and so on"), [(A + "b-", UNCLEAR)]),
    "ends within an escape": (("https://a.example/b%2", "0c"), [(A + "b%2", UNCLEAR)]),
    "a full stop, and a suffix or a word": (("https://a.example/b.", "html"), [(A + "b", UNCLEAR)]),
    "a full stop": (("https://a.example/b.", "More"), [(A + "b", None)]),
    "a comma": (("(https://a.example/b),", "more"), [(A + "b", None)]),
    "the last line": (("words", "https://a.example/b"), [(A + "b", None)]),
    "a sentence goes on": (("See https://a.example/b", "and more"), [(A + "b", None)]),
    "another sentence": (("See https://a.example/b", "More words"), [(A + "b", None)]),
    "a full line, then a sentence": ((FULL, FULL, f"See {A}a-path-that-is-long-enough-to-fill-it/abou", "More words"), [(A + "a-path-that-is-long-enough-to-fill-it/abou", UNCLEAR)]),
    "a list of addresses": (("https://a.example/b", "https://a.example/c", "www.d.example"), [(A + "b", None), (A + "c", None)]),
    "a list of things": (("https://a.example/b", "1. c", "https://a.example/c", "- d"), [(A + "b", None), (A + "c", None)]),
    "a label": (("Web: https://a.example/b", "Phone: 311"), [(A + "b", None)]),
    "within a line": (("https://a.example/b c", "_d"), [(A + "b", None)]),
    "a full line": ((FULL, FULL, f"See {A}a-path-that-is-long-enough-to-fill-it/abou", "t.html", "(x)"), [(A + "a-path-that-is-long-enough-to-fill-it/about.html", None)]),
    "a full line, then a word": ((FULL, FULL, f"See {A}a-path-that-is-long-enough-to-fill-it/abou", "tus", "x"), [(A + "a-path-that-is-long-enough-to-fill-it/abou", UNCLEAR)]),
    "a line that is not full": ((FULL, FULL, f"See {A}a", "t.html", "x"), [(A + "a", UNCLEAR)]),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "found"), LINES.values(), ids=LINES)
def test_where_an_address_at_the_end_of_a_line_ends(
    lines: tuple[str, ...], found: list[tuple[str, str | None]]
) -> None:
    assert _roles(_lines(*lines)) == found


def test_the_text_of_a_link_over_lines_is_its_label() -> None:
    raw = _lines(
        "see", "https://a.exam", "ple.org/b", "or https://c.example/", linked={A + "x": (1, 2)}
    )
    links = read(raw, "x.pdf").links
    assert [(link.url, link.label, link.shown, link.role) for link in links] == [
        (A + "x", "https://a.example.org/b", "https://a.example.org/b", None),
        (A + "x", "https://a.example.org/b", "https://a.example.org/b", None),
        ("https://a.exam", None, None, SHOWN),
        ("https://c.example/", None, None, None),
    ]  # fmt: skip


def test_labels_of_two_links_to_one_address_stay_apart() -> None:
    raw = _lines("https://a.example/x", "text", "here", linked={A + "x": (0, 2)})
    assert [link.label for link in read(raw, "x.pdf").links] == [
        "https://a.example/x",
        "here",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("https://a.example", []),
        ("HTTPS://A.example/", []),
        ("https://a.example/?utm_source=x", []),
        ("https://a.example/", [("https://a.example/", SHOWN)]),
        ("https://b.example", [("https://b.example", SHOWN)]),
        ("http://a.example/", [("http://a.example/", SHOWN)]),
    ],
)
def test_another_spelling_of_the_target_is_no_second_address(
    text: str, others: list[tuple[str, Role]]
) -> None:
    assert _roles(_lines(text, linked={A: (0,)})) == [(A, None), *others]
    assert _roles(_lines(text, A, linked={A: (1,)}))[1] == (text, None)


def test_text_in_forms_is_the_text_of_a_link_too() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 740, "https://c.example/d, and")
    canvas.beginForm("form")
    canvas.drawString(72, 700, "https://a.example/b")
    canvas.endForm()
    canvas.doForm("form")
    canvas.linkURL(A + "x", (72, 697, 300, 711))
    canvas.save()
    assert _roles(out.getvalue()) == [(A + "x", None), ("https://c.example/d", None), (A + "b", SHOWN)]  # fmt: skip


def test_the_text_of_a_link_behind_a_gap() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    text = canvas.beginText(72, 700)
    for word, font in (
        ("see", "Courier"),
        ("https://a.example/b", "Helvetica"),
        (A + "c", "Courier"),
    ):
        text.setFont(font, 10)
        text.textOut(word)
        text.moveCursor(150, 0)
    canvas.drawText(text)
    canvas.linkURL(A + "x", (220, 697, 340, 711))
    canvas.save()
    assert _roles(out.getvalue()) == [(A + "x", None), (A + "b", SHOWN), (A + "c", None)]


def test_a_script_is_no_link() -> None:
    assert _roles(_one_link(b"(javascript:open\\('https://a.example/'\\))")) == [(A, Role.SCRIPT)]


VALUES = st.text("ab.,!?:;()[]{}'\"\\/#&=%+~*_ ", max_size=30).map(
    lambda rest: f"https://example.org/{rest}z."
)


@settings(max_examples=30)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_an_annotation_is_read_to_its_end(urls: list[str]) -> None:
    pdf = _fpdf()
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 740, "links:")
    for at, url in enumerate(urls):
        pdf.cell(0, 5, "here", link=url, new_x="LMARGIN", new_y="NEXT")
        canvas.linkURL(url, (72, 700 - 14 * at, 500, 710 - 14 * at))
    canvas.save()
    for raw in (bytes(pdf.output()), out.getvalue()):
        assert [link.url for link in read(raw, "x.pdf").links] == [
            url.replace(" ", "%20") for url in urls
        ]


@pytest.mark.parametrize(
    "line", ["https://a.example/b\n_c" + "\n_c" * 20_000, "https://a.example/b\nc\n" * 5_000]
)
def test_addresses_over_many_lines_end(line: str) -> None:
    links = list(over_lines(line, find(line)))
    assert all(link.role is UNCLEAR for link in links[:-1])
