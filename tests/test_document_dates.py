"""When documents were written, and that a web archive is asked for copies of that time."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from pypdf import PdfWriter
from surveying import CATALOG

from safelinks import Document, read
from safelinks.checks.collecting import collect
from safelinks.documents.content.document_dates import (
    mail_date,
    office_date,
    opendocument_date,
    pdf_date,
)

MADE = datetime(2019, 3, 4, 10, 6, 7, tzinfo=UTC)
LINK = "https://records.cityhall.gov/gone"


def _mail(date: str, body: str = LINK) -> bytes:
    return f"From: a@b.gov\r\n{date}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n".encode()


def _package(parts: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return packed.getvalue()


_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    f"<w:p><w:r><w:t>{LINK}</w:t></w:r></w:p></w:body></w:document>"
)


def _word(properties: str) -> bytes:
    parts = {"[Content_Types].xml": _TYPES, "word/document.xml": _BODY}
    return _package(
        parts | {"docProps/core.xml": f"<cp:coreProperties>{properties}</cp:coreProperties>"}
    )


def _text(meta: str) -> bytes:
    return _package(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:text><text:p>{LINK}</text:p></office:text>",
            "meta.xml": f"<office:meta>{meta}</office:meta>",
        }
    )


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (_mail("Date: Mon, 4 Mar 2019 05:06:07 -0500"), "a.eml"),
        (
            b"%-5d\n" % len(_mail("date: 4 Mar 2019 10:06:07 GMT"))
            + _mail("date: 4 Mar 2019 10:06:07 GMT"),
            "a.emlx",
        ),
        (_word("<dcterms:modified>2019-03-04T10:06:07Z</dcterms:modified>"), "a.docx"),
        (_text("<dc:date>2019-03-04T10:06:07</dc:date>"), "a.odt"),
    ],
    ids=["mail", "a mail of Apple", "Word", "OpenDocument"],
)
def test_documents_that_know_when_they_were_written(raw: bytes, name: str) -> None:
    document = read(raw, name)
    assert [link.target for link in document.links] == [LINK]
    assert document.dated() == MADE


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (LINK.encode(), "a.txt"),
        (f"<time datetime=2019-03-04>x</time><a href={LINK}>x</a>".encode(), "a.html"),
        (_mail("Subject: x"), "a.eml"),
        (_mail("Subject: x", "\r\nDate: Mon, 4 Mar 2019 05:06:07 -0500"), "a.eml"),
        (_word(""), "a.docx"),
        (_text(""), "a.odt"),
    ],
    ids=["text", "a page", "mail", "mail with a date below", "Word", "OpenDocument"],
)
def test_documents_that_do_not(raw: bytes, name: str) -> None:
    assert read(raw, name).dated() is None


def test_a_pdf_knows_when_it_was_changed() -> None:
    written = PdfWriter()
    written.add_blank_page(100, 100)
    written.add_metadata({"/ModDate": "D:20190304050607-05'00'"})
    written.write(raw := io.BytesIO())
    assert read(raw.getvalue(), "a.pdf").dated() == MADE


@pytest.mark.parametrize(
    ("headers", "date"),
    [
        (b"Date: Mon, 04 Mar 2019 10:06:07 +0000 (UTC)\r\n", MADE),
        (b"Date:\r\n Mon, 04 Mar 2019\r\n 10:06:07 -0000\r\n", MADE),
        (b"X-Date: Mon, 04 Mar 2019 10:06:07 +0000\r\n", None),
        (b"Date: x\r\n", None),
        (b"Date: \xff\r\n", None),
        (b"Date: Mon, 04 Mar 2019 99:06:07 +0000\r\n", None),
        (b"Date: Mon, 04 Mar 2019 10:06:07 +9999999999\r\n", None),
        (b"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n", None),
        (b"Date: Fri, 31 Dec 9999 23:59:59 -1200\r\n", None),
        (b"Date: Mon, 04 Mar 2019 10:06:07 GMT\r\nDate: Mon, 05 Mar 2018 10:06:07 GMT\r\n", None),
    ],
)  # fmt: skip
def test_dates_of_mail(headers: bytes, date: datetime | None) -> None:
    assert mail_date(headers) == date


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        (b"/CreationDate(D:20190304100607Z)", MADE),
        (b"/CreationDate (D:20180101)/ModDate (D:20190304050607-05'00')", MADE),
        (b"/ModDate (D:20180101) /ModDate (D:20190304110607+01'00)", MADE),
        (b"/ModDate (D:20190304)", datetime(2019, 3, 4, tzinfo=UTC)),
        (b"/ModDate (D:20191304) /CreationDate (D:20190304100607)", MADE),
        (b"/ModDate (D:2019)", None),
        (b"/ModDate (D:20190304100607+99'99')", None),
        (b"/ModDate <feff>", None),
        (b"", None),
    ],
)
def test_dates_of_pdf(raw: bytes, date: datetime | None) -> None:
    assert pdf_date(raw) == date


def test_the_last_change_comes_before_the_making() -> None:
    created = "<dcterms:created>2018-01-01T00:00:00Z</dcterms:created>"
    assert office_date(created) == datetime(2018, 1, 1, tzinfo=UTC)
    assert (
        office_date(f"{created}<dcterms:modified x='y'> 2019-03-04T10:06:07Z</dcterms:modified>")
        == MADE
    )
    assert office_date(f"<dcterms:modified>soon</dcterms:modified>{created}") == datetime(
        2018, 1, 1, tzinfo=UTC
    )
    assert opendocument_date("<meta:creation-date>2019-03-04T10:06:07</meta:creation-date>") == MADE


def test_of_several_documents_the_oldest_counts() -> None:
    documents: list[Document] = [
        read(_mail(f"Date: Mon, 4 Mar {year} 10:06:07 GMT"), f"{year}.eml")
        for year in (2021, 2019, 2020)
    ]
    documents.append(read(LINK.encode(), "a.txt"))
    assert collect(documents, CATALOG, dated=True).dates == {LINK: MADE}
    assert collect(documents, CATALOG).dates == {}
