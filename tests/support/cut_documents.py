"""Documents of many formats in which a link is cut into pieces, and what cuts it there.

Packages are made by python-docx, python-pptx and odfpy once; then the paragraph with the mark in it
is replaced by one with the pieces.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cache

import docx
import pptx
from attrs import frozen
from odf.opendocument import OpenDocumentText
from odf.text import P

__all__ = ["FORMATS", "Cuttable"]

MARK = "MARKMARK"
# Parts that hold no link and are most of a template: 0.8 MB of styles, 22 layouts of slides.
_BESIDE = re.compile(r"styles|theme|numbering|fontTable|slideLayouts|slideMasters|printer|\.jpeg")


@frozen
class Cuttable:
    """A format: its suffix, what cuts a link in it, and the document made of a text with cuts."""

    suffix: str
    separators: tuple[str, ...]
    build: Callable[[str], bytes]
    escape: Callable[[str], str]

    def document(self, pieces: Sequence[str], separators: Sequence[str]) -> bytes:
        """A document with `pieces` of a link, `separators` between them, and words around."""
        out = [self.escape("See "), self.escape(pieces[0])]
        for separator, piece in zip(separators, pieces[1:], strict=True):
            out += [separator, self.escape(piece)]
        return self.build("".join([*out, self.escape(" and then more.")]))


def _saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


@cache
def _template(kind: str) -> tuple[dict[str, bytes], str]:
    """The parts of a document with the mark in it, and the name of that part."""
    if kind == "docx":
        word = docx.Document()
        word.add_paragraph(MARK)
        raw = _saved(word)
    elif kind == "pptx":
        slides = pptx.Presentation()
        slide = slides.slides.add_slide(slides.slide_layouts[5])
        assert slide.shapes.title is not None
        slide.shapes.title.text = MARK
        raw = _saved(slides)
    else:
        text = OpenDocumentText()
        text.text.addElement(P(text=MARK))
        raw = _saved(text)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = [name for name in archive.namelist() if not _BESIDE.search(name)]
        parts = {name: archive.read(name) for name in names}
    return parts, next(name for name, content in parts.items() if MARK.encode() in content)


def _package(kind: str, written: str) -> bytes:
    parts, main = _template(kind)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            new = content.replace(MARK.encode(), written.encode()) if name == main else content
            archive.writestr(name, new)
    return out.getvalue()


def _rtf(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\{}" else char for char in text)


def _mail(kind: str) -> Callable[[str], bytes]:
    head = f"From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: {kind}\n\n"
    return lambda text: f"{head}{text}\n".encode()


def _plain(text: str) -> str:
    return text


FORMATS: dict[str, Cuttable] = {
    "text": Cuttable(".txt", ("\n", "\n> ", "\n>\n> ", "=\n", "\n+"), str.encode, _plain),
    "markdown": Cuttable(".md", ("\n", "\n> ", "  \n"), str.encode, _plain),
    "html": Cuttable(
        ".html",
        ("<br>", "<br>\n", "</span><span>", "<b>", "<!-- -->", "<wbr>", "</p><p>", "</p>\n\n<p>",
         "<br>&gt; ", "</li><li>", "</div><div>", "<font size=2>", "\n"),
        lambda text: f"<!doctype html><html><p><span>{text}</span></p></html>".encode(),
        html.escape,
    ),
    "docx": Cuttable(
        ".docx",
        ("</w:t></w:r><w:r><w:t>", "</w:t><w:br/><w:t>", "</w:t></w:r></w:p><w:p><w:r><w:t>",
         "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>"),
        lambda text: _package("docx", text),
        html.escape,
    ),
    "pptx": Cuttable(
        ".pptx",
        ("</a:t></a:r><a:r><a:t>", "</a:t></a:r><a:br/><a:r><a:t>",
         "</a:t></a:r></a:p><a:p><a:r><a:t>"),
        lambda text: _package("pptx", text),
        html.escape,
    ),
    "odt": Cuttable(
        ".odt",
        ("<text:span>", "</text:p><text:p>", "<text:line-break/>", "<text:soft-page-break/>"),
        lambda text: _package("odt", _balanced(text)),
        html.escape,
    ),
    "rtf": Cuttable(
        ".rtf",
        ("\\par ", "\\line ", "\\b ", "}{\\i ", "\n", "\\cell "),
        lambda text: f"{{\\rtf1\\ansi {{{text}}}\\par }}".encode("latin-1"),
        _rtf,
    ),
    "mail": Cuttable(
        ".eml", ("\n", "\n> ", "\n> > ", "\n>\n> "), _mail("text/plain; charset=utf-8"), _plain
    ),
    "mail, html": Cuttable(
        ".eml", ("<br>", "<br>\n", "</span><span>", "<br>\n&gt; "), _mail("text/html"), html.escape
    ),
}  # fmt: skip


def _balanced(text: str) -> str:
    """`text` with every span that it opens closed where its paragraph ends."""
    paragraphs = text.split("</text:p><text:p>")
    closed = (one + "</text:span>" * one.count("<text:span>") for one in paragraphs)
    return "</text:p><text:p>".join(closed)
