"""Bodies of mail: transfer encodings (RFC 2045) and charsets, undone and done again."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.documents.mail.body_encodings import encoded_as, is_sliced, octets_of, text_in

OCTETS = {
    "quoted-printable": (b"a=3Db=\r\nc=C3=A9", "quoted-printable", b"a=bc\xc3\xa9"),
    "lower-case digits": (b"=c3=a9", "quoted-printable", b"\xc3\xa9"),
    "blanks before a soft break": (b"a= \t\nb", "quoted-printable", b"ab"),
    "no escape": (b"a=b =3 \xe9", "quoted-printable", b"a=b =3 \xe9"),
    "base64": (b"aGVs\r\nbG8=\r\n", "base64", b"hello"),
    "base64, cut off": (b"aGVsbG8", "base64", b"hel"),
    "base64, one digit": (b"a", "base64", b""),
    "8bit": (b"a=3D\xe9", "8bit", b"a=3D\xe9"),
    "unknown": (b"aGVs", "x-unknown", b"aGVs"),
}


@pytest.mark.parametrize("case", OCTETS)
def test_octets(case: str) -> None:
    body, encoding, octets = OCTETS[case]
    decoded, meant = octets_of(body, encoding)
    assert decoded == octets
    assert (meant is not None) == (encoding == "quoted-printable")


@given(st.binary(max_size=200))
def test_what_the_standard_library_has_encoded(raw: bytes) -> None:
    assert octets_of(quopri.encodestring(raw), "quoted-printable")[0] == raw
    assert octets_of(base64.encodebytes(raw), "base64")[0] == raw


TEXTS = {
    "utf-8": (b"\xc3\xa9", "utf-8", "é", "utf-8"),
    "latin-1": (b"\xe9", "latin-1", "é", "latin-1"),
    "no UTF-8": (b"a\xe9", "utf-8", "a\udce9", "utf-8"),
    "no such charset": (b"\xc3\xa9", "x-unknown", "é", "utf-8"),
    "a charset that is none": (b"a", "a\0b", "a", "utf-8"),
    "no text codec": (b"YQ==", "base64", "YQ==", "utf-8"),
    "a mark of UTF-16": ("é".encode("utf-16"), "utf-8", "é", "utf-16"),
    "a mark of UTF-16, big-endian": (b"\xfe\xff\0\xe9", "utf-8", "é", "utf-16"),
    "a mark, but another charset": (b"\xff\xfe", "latin-1", "ÿþ", "latin-1"),
    "what cannot be written back": (b"\x1b$B\x1b(B\x1b(Ba", "iso-2022-jp", "\x1b$B\x1b(B\x1b(Ba", "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_texts(case: str) -> None:
    octets, charset, text, written = TEXTS[case]
    assert text_in(octets, charset) == (text, written)


CHARSETS = ("utf-8", "utf-16", "latin-1", "cp1252", "iso-2022-jp", "shift-jis", "gb18030", "hz")


@given(st.binary(max_size=100).filter(lambda raw: b"\0" not in raw), st.sampled_from(CHARSETS))
def test_a_text_is_written_back_byte_for_byte(octets: bytes, charset: str) -> None:
    text, written = text_in(octets, charset)
    assert text.encode(written, "surrogateescape") == octets


@pytest.mark.parametrize(
    ("charset", "sliced"),
    [("utf-8", True), ("latin-1", True), ("cp1252", True), ("big5", True), ("utf-16", False), ("UTF16", False),
     ("utf-32", False), ("utf-7", False), ("iso-2022-jp", False), ("csISO2022KR", False), ("hz-gb-2312", False)],
)  # fmt: skip
def test_what_is_encoded_slice_by_slice(charset: str, sliced: bool) -> None:
    assert is_sliced(charset) == sliced


LIKE = {
    "lines": (b"YWFh\nYWFh\n", b"YmJi\nYmJi\n"),
    "CRLF": (b"YWFh\r\nYWFh\r\n\r\n", b"YmJi\r\nYmJi\r\n\r\n"),
    "one line": (b"YWFhYWFh", b"YmJiYmJi"),
    "not whole digits": (b"YWFhYW\nFh", b"YmJi\nYmJi"),
    "a short line": (b"YW\nFhYWFh\n", b"YmJi\nYmJi\n"),
    "a blank line first": (b"\nYWFh\nYWFh", b"YmJi\nYmJi"),
    "nothing": (b"", b"YmJi\nYmJi"),
}


@pytest.mark.parametrize("case", LIKE)
def test_lines_like_those_of_before(case: str) -> None:
    like, encoded = LIKE[case]
    assert encoded_as(b"bbbbbb", like, "base64") == encoded
    assert encoded_as(b"bbbbbb", like, "8bit") == b"bbbbbb"


@given(st.binary(max_size=300), st.integers(1, 20), st.sampled_from([b"\n", b"\r\n"]))
def test_base64_comes_back(raw: bytes, width: int, newline: bytes) -> None:
    like = newline.join([b"A" * width] * 3)
    encoded = encoded_as(raw, like, "base64")
    assert octets_of(encoded, "base64")[0] == raw
    assert max(map(len, encoded.splitlines()), default=0) <= max(4, width)
