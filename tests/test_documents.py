"""Reading files: encodings, what is no text, and every byte kept."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from building import wrap

from safelinks import DocumentError, read
from safelinks.errors import NoTextError

TARGET = "https://example.org/"
TEXT = f"é {wrap(TARGET)}\r\nend"


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.encode("latin-1"),
        b"\xff\xfe"[:1] + TEXT.encode("cp1252"),
    ],
    ids=[
        "utf-8",
        "utf-8 mark",
        "utf-16le",
        "utf-16be",
        "utf-32le",
        "utf-32be",
        "latin-1",
        "cp1252",
    ],
)
def test_every_encoding_is_read_and_written_back(raw: bytes) -> None:
    document = read(raw, "x.txt")
    assert [(link.target, link.line) for link in document.links] == [(TARGET, 1)]
    cleaned = document.cleaned()
    assert [link.url for link in read(cleaned).links] == [TARGET]
    width = 4 if b"\0\0" in raw else 2 if b"\0" in raw else 1
    assert len(raw) - len(cleaned) == width * (len(wrap(TARGET)) - len(TARGET))


def test_bytes_that_are_no_utf_8_are_pointed_out() -> None:
    document = read(b"fine\nna\xefve\n", "notice.txt")
    assert document.notes == (
        "notice.txt: line 2 is not valid UTF-8 (byte 0xef); these bytes stay as they are",
    )
    assert read(b"fine").notes == ()


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "shift_jis", "koi8-r"])
def test_markup_says_which_encoding_it_is_in(charset: str) -> None:
    words = {"shift_jis": "日本", "koi8-r": "привет"}.get(charset, "café")
    for name, head in (("x.html", f"<meta charset={charset}>"), ("x.xml", f"<?xml version='1.0' encoding='{charset}'?>")):  # fmt: skip
        raw = f'{head}<a href="{wrap("https://example.org/é")}">{words}</a>'.encode(charset)
        document = read(raw, name)
        assert document.notes == ()
        assert document.links[0].label == words
        cleaned = document.cleaned().decode(charset)
        assert cleaned in (f'{head}<a href="https://example.org/{e}">{words}</a>' for e in ("é", "%C3%A9"))  # fmt: skip
    plain = f'{head}<a href="{wrap("https://example.org/é")}"></a>'.encode("ascii")
    assert read(plain, "x.xml").cleaned().decode(charset)
    assert b"\xc3" not in read(plain.replace(charset.encode(), b"us-ascii"), "x.xml").cleaned()
    wrong = f"<meta charset={charset}>café ".encode("latin-1") + b"\xff\xfe\x81"
    assert read(wrong.replace(charset.encode(), b"nonsense"), "x.html").notes
    assert read(wrong.replace(charset.encode(), b"ascii"), "x.html").cleaned()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"%PDF-1.7\n...", "this PDF is damaged and cannot be read"),
        (b"PK\x03\x04...", "a zip archive"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "an old Office document or a damaged Outlook message",
        ),
        (b"\x7fELF\x02", "a program"),
        (b"\x89PNG\r\n", "a picture"),
        (b"one\ntwo\n\0three", "line 3 holds a NUL byte"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00\x00", "byte order mark"),
        (os.urandom(0) + bytes(range(256)) * 10, "NUL byte"),
    ],
)
def test_what_is_no_text_is_refused_by_name(raw: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as raised:
        read(raw, "some/file")
    assert message in str(raised.value)
    assert str(raised.value).startswith("some/file: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("a.docx", "a Word document"), ("A.DOCM", "a Word document"), ("a.xlsx", "an Excel workbook"),
        ("a.odt", "an OpenDocument file"), ("a.epub", "an EPUB"), ("a.pdf", "a PDF document"),
        ("a.msg", "an Outlook message"), ("a.rtf", "an RTF document"),
    ],
)  # fmt: skip
def test_of_junk_it_is_said_what_its_name_promises(name: str, title: str) -> None:
    with pytest.raises(NoTextError) as raised:
        read(b"\1\0\2", name)
    assert str(raised.value).startswith(f"{name}: not {title}, although its name says so, and not")
    assert read(b"See https://a.example/x", name).links


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    path.write_bytes(TEXT.encode())
    for name in (path, str(path)):
        document = read(name)
        assert document.name == str(path)
        assert document.links[0].target == TARGET
    assert read(path, "another name").name == "another name"
    with pytest.raises(DocumentError, match="No such file: "):
        read(tmp_path / "missing.txt")
    with pytest.raises(DocumentError, match="this is a directory"):
        read(tmp_path)
    with pytest.raises(DocumentError, match="cannot be read"):
        read(str(path) + "\0")
    with pytest.raises(DocumentError, match="cannot be read"):
        read(path / "below a file")
