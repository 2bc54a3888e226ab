"""Outlook messages: written from the specification by `compound`, read by us, and damaged."""

from __future__ import annotations

import html
import random
import re
import struct
import sys
from email.message import EmailMessage
from itertools import product

import compressed_rtf
import pytest
from attacking import amount
from building import wrap
from compound import attached, compound, message
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import all_rows
from test_layers import _loaded

from safelinks import Document, DocumentError, read
from safelinks.documents.rtf.encapsulated_html import html_in

TARGET = "https://example.org/a?b=1&c=2"
LINK = wrap(TARGET)
ANCHOR = f'<p>Dear all,<a href="{html.escape(LINK)}">the <b>café</b></a></p>'
UTF_8 = {0x3FDE: 65001}


def _read(tree: object, name: str = "x.msg") -> Document:
    assert isinstance(tree, dict)
    return read(compound(tree), name)


def _found(document: Document) -> list[tuple[str | None, int | None, str | None, str | None]]:
    return [
        (link.place.part, link.line, link.label, link.target and link.target[8:])
        for link in document.links
    ]


def test_every_part_is_read_and_named() -> None:
    inner = message(
        {"0037001F": "Fwd https://s.example/", "1000001F": f"x\r\n{LINK}"}, embedded=True
    )
    mail = EmailMessage()
    mail["Subject"] = "attached"
    mail.set_content(f"one\n{LINK}\n")
    document = _read(
        message(
            {
                "001A001F": "IPM.Note",
                "0037001F": "See https://a.example/",
                "007D001F": "From: a@example.org\r\nList-Help: <https://b.example/>\r\n",
                "1000001F": f"Dear all,\r\n\r\n  the page<{LINK}>\r\n",
                "10130102": ANCHOR.encode(),
            },
            [
                attached(b"\nsee https://c.example/\n", "notice.txt"),
                attached(inner),
                attached(mail.as_bytes(), "a.eml"),
                attached(compound(message({"1000001F": "https://d.example/"})), "b.msg"),
                attached(b"\x89PNG https://x.example/", "logo.png"),
                attached(b"https://x.example/", "logo", "image/png"),
                attached(b"{\\rtf1 x\\par https://e.example/}", "a.rtf"),
            ],
            pages=UTF_8,
        )
    )
    assert document.format == "msg"
    assert document.notes == ()
    assert _found(document) == [
        ("subject", None, None, "a.example/"),
        ("header List-Help", None, None, "b.example/"),
        ("text body", 3, "the page", TARGET[8:]),
        ("HTML body", None, "the café", TARGET[8:]),
        ("attachment notice.txt", 2, None, "c.example/"),
        ("attached message 1, subject", None, None, "s.example/"),
        ("attached message 1, text body", 2, None, TARGET[8:]),
        ("attachment a.eml", 7, None, TARGET[8:]),
        ("attachment b.msg, text body", 1, None, "d.example/"),
        ("attachment a.rtf", None, None, "e.example/"),
    ]
    assert str(document.links[2].place) == "part text body, line 3"
    assert document.links[2].column == 12
    assert document.links[-1].place.paragraph == 2


@pytest.mark.parametrize(
    ("properties", "pages", "label"),
    [
        ({"10130102": ANCHOR.encode()}, {}, "the café"),
        ({"10130102": ANCHOR.encode("cp1252")}, {}, "the café"),
        ({"10130102": ANCHOR.encode("latin-1")}, {0x3FDE: 28591}, "the café"),
        ({"10130102": ANCHOR.replace("café", "日本").encode("cp932")}, {0x3FDE: 932}, "the 日本"),
        ({"10130102": ANCHOR.replace("café", "日本").encode("iso2022_jp")}, {0x3FDE: 50220}, "the 日本"),
        ({"10130102": ANCHOR.encode("cp1252")}, {0x3FDE: 4711}, "the café"),
        ({"10130102": ANCHOR.encode("cp1252")}, {0x3FDE: -1, 0x3FFD: 1 << 30}, "the café"),
        ({"1013001F": ANCHOR}, {}, "the café"),
        ({"1013001E": ANCHOR.encode("cp1252")}, {0x3FDE: 65001, 0x3FFD: 1252}, "the café"),
        ({"1000001E": f"привет <{LINK}>".encode("cp1251")}, {0x3FFD: 1251}, "привет"),
        ({"1000001E": f"привет <{LINK}>\0".encode("koi8-r")}, {0x3FDE: 20866}, "привет"),
    ],
)  # fmt: skip
def test_code_pages(properties: dict[str, str | bytes], pages: dict[int, int], label: str) -> None:
    document = _read(message(properties, pages=pages))
    assert [(link.target, link.label) for link in document.links] == [(TARGET, label)]


# RTF bodies.

ENCAPSULATED = rf"""{{\rtf1\ANSI\ansicpg1252\fromhtml1 \deff0{{\fonttbl
{{\f0\fswiss Arial;}}{{\f1\fnil\fcharset128 MS Gothic;}}{{\f2\fmodern\fcharset204 A;}}}}
{{\colortbl\red0\green0\blue0;}}
\uc1\pard\plain\deftab360 \f0\fs24
{{\*\generator x}}{{\*\htmltag19 <html>}}{{\*\htmltag2 \par }}{{\*\htmltag50 <body>}}\htmlrtf \lang1033 \htmlrtf0
{{\*\htmltag64 <p class="a\{{b\}}">}}\htmlrtf {{\htmlrtf0 See &\htmlrtf a\htmlrtf0
{{\*\mhtmltag84 <a href="https://not.example">}}{{\*\htmltag84 <a href="{html.escape(LINK)}">}}\htmlrtf {{\field{{\*\fldinst HYPERLINK "{LINK}"}}{{\fldrslt\cf1\ul \htmlrtf0 caf\'e9 {{\f1 \'93\'fa\'96\'7b}} {{\f2\'ef}} \u8364?\lquote{{\*\htmltag84 &nbsp;}}\htmlrtf \'a0\htmlrtf0 x\htmlrtf }}\htmlrtf0 \htmlrtf }}\htmlrtf0 {{\*\htmltag92 </a>}}\htmlrtf\par}}\htmlrtf0
{{\*\htmltag72 </p>}}\line \tab {{\*\htmltag58 </body>}}{{\*\htmltag27 </html>}}}}
""".replace("\n", "\r\n")  # as in section 4 of [MS-OXRTFEX]


def test_html_is_taken_out_of_rtf() -> None:
    assert html_in(ENCAPSULATED) == (
        f'<html>\r\n<body><p class="a{{b}}">See &<a href="{html.escape(LINK)}">café 日本 п €‘&nbsp;x'
        "</a></p>\r\n\t</body></html>"
    )
    assert html_in("{\\rtf1\\fromtext x}") is html_in("{\\rtf1 \\fromhtml10}") is None


def test_the_rtf_body() -> None:
    packed = compressed_rtf.compress(ENCAPSULATED.encode())
    assert _found(_read(message({"10090102": packed}))) == [
        ("HTML body", None, "café 日本 п €‘ x", TARGET[8:]),
    ]
    both = {"10090102": packed, "10130102": b"https://a.example/"}
    assert _found(_read(message(both))) == [("HTML body", None, None, "a.example/")]
    rich = f'{{\\rtf1\\ansi x\\par{{\\field{{\\*\\fldinst HYPERLINK "{LINK}"}}{{\\fldrslt PIP}}}}}}'.encode()
    for compressed in (True, False):
        document = _read(message({"10090102": compressed_rtf.compress(rich, compressed)}))
        assert _found(document) == [("RTF body", None, "PIP", TARGET[8:])]
        assert document.links[0].place.paragraph == 2
    of_text = compressed_rtf.compress(b"{\\rtf1\\ansi\\fromtext https://a.example/}")
    assert [part for part, *_ in _found(_read(message({"10090102": of_text})))] == ["RTF body"]
    document = _read(message({"10090102": of_text, "1000001F": "https://a.example/"}))
    assert [part for part, *_ in _found(document)] == ["text body"]


def _packed(kind: bytes, raw_size: int, content: bytes) -> bytes:
    return struct.pack("<II4sI", len(content) + 12, raw_size, kind, 0) + content


@pytest.mark.parametrize(
    "packed",
    [b"x", b"x" * 16, _packed(b"LZFu", 0x7FFFFFFF, b"\xff" * 300), _packed(b"????", 10, b"abc"),
     compressed_rtf.compress(ENCAPSULATED.encode())[:-9], compressed_rtf.compress(b"{\\rtf1 " + b"\0\xff" * 500, compressed=False)],
    ids=["short", "header", "huge", "kind", "cut", "long"],
)  # fmt: skip
def test_a_damaged_rtf_body_is_said(monkeypatch: pytest.MonkeyPatch, packed: bytes) -> None:
    monkeypatch.setattr("safelinks.documents.mail.outlook_messages._LONGEST_RTF", 1_000)
    document = _read(message({"10090102": packed, "1000001F": LINK}))
    assert document.notes == (
        "x.msg: the RTF body of the message is damaged or too large and was not read",
    )
    assert [link.target for link in document.links] == [TARGET]


def _encapsulated(markup: str) -> str:
    """`markup` in RTF: tags and references in groups, text outside, and the same again for RTF."""
    out = [r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}\uc1\pard\plain\f0 "]
    for part in re.split(r"(<[^>]*>|&[#\w]+;|\n)", markup):
        written = "".join(
            f"\\{char}" if char in "\\{}" else char if char.isascii() else f"\\u{ord(char)}?"
            for char in part
        )
        if part == "\n":
            out.append("{\\*\\htmltag64 \\par }\\htmlrtf \\line \\htmlrtf0 ")
        elif part.startswith(("<", "&")):
            out.append(f"{{\\*\\htmltag84 {written}}}\\htmlrtf {{\\b not this}}\\htmlrtf0 ")
        else:
            out.append(f"\\htmlrtf {{\\htmlrtf0 {written}\\htmlrtf }}\\htmlrtf0 ")
    return "".join(out) + "}"


ADDRESSES = st.text("abcxyz019/._~-=&;,%+!$é日{}\\", max_size=40).map(
    lambda rest: f"https://example.org/?q={rest}z"
)


@pytest.mark.slow
@settings(max_examples=amount(12, 40))
@given(st.lists(ADDRESSES, min_size=1, max_size=3))
def test_what_is_encapsulated_comes_out_again(targets: list[str]) -> None:
    markup = "<html>\n" + "".join(
        f'<p>é {{x}} <a href="{html.escape(wrap(one))}">{html.escape(one)}</a>\n' for one in targets
    )
    rtf = _encapsulated(markup)
    assert (html_in(rtf) or "").replace("\r\n", "\n") == markup
    packed = compressed_rtf.compress(rtf.encode(), compressed=False)  # searching takes longest
    body = _read(message({"10090102": packed}))
    own = _read(message({"10130102": markup.encode()}, pages=UTF_8))
    assert _found(body) == _found(own)
    assert [link.target for link in body.links if link.wrapped] == targets


# What cannot be done.


def test_cleaning_says_why_not() -> None:
    raw = compound(message({"1000001F": LINK}))
    document = read(raw, "notice.msg")
    assert document.original() == raw
    for act in (document.cleaned, document.redacted):
        with pytest.raises(
            DocumentError, match=r"notice\.msg: links in an Outlook message .* save it as \.eml"
        ):
            act()


def test_what_is_sealed_is_said() -> None:
    sealed = _read(
        message(
            {"001A001F": "IPM.Note.SMIME", "0037001F": "https://a.example/"},
            [attached(b"\x30\x82\0", "smime.p7m")],
        )
    )
    assert sealed.notes == (
        "x.msg: the message is encrypted or sealed, so its links cannot be read",
    )
    assert len(sealed.links) == 1
    mail = f"MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\n\nsee {LINK}\n--b--\n"
    signed = _read(
        message(
            {"001A001F": "IPM.Note.SMIME.MultipartSigned"}, [attached(mail.encode(), "smime.p7m")]
        )
    )
    assert [link.target for link in signed.links] == [TARGET]
    assert "is signed" in signed.notes[0]


def test_messages_without_end() -> None:
    tree = message({"1000001F": LINK}, embedded=True)
    for _ in range(7):
        tree = message({}, [attached(tree)], embedded=True)
    document = _read(message({"1000001F": LINK}, [attached(tree)]))
    assert document.notes == (
        "x.msg: attached messages are nested too deeply; the rest was not read",
    )
    assert len(document.links) == 1
    raw = compound(message({"1000001F": LINK}))
    for _ in range(8):
        raw = compound(message({"1000001F": LINK}, [attached(raw, "a.msg")]))
    document = read(raw, "x.msg")
    assert "nested too deeply" in document.notes[0]
    assert 4 <= len(document.links) <= 7


def test_what_cannot_be_read_in_it_is_said() -> None:
    document = _read(
        message(
            {"1000001F": LINK},
            [attached(b"MZ\x90", "a.exe"), attached({"CONTENTS": b"x"}), attached(b"", "b")],
        )
    )
    assert document.notes == (
        "x.msg: a.exe: this is a program, not text; save it as plain text and try again",
    )


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        ("WordDocument", "x: this is an old Word document (.doc); save it as .docx and try again"),
        ("Workbook", "x: this is an old Excel workbook (.xls); save it as .xlsx and try again"),
        ("PowerPoint Document", "x: this is an old PowerPoint presentation (.ppt); save it as .pptx and try again"),
        ("EncryptedPackage", "x: this is encrypted with a password; save a copy without it and try again"),
        ("Other", "x: this is an old Office document or a damaged Outlook message, not text; save it as plain text and try again"),
    ],
)  # fmt: skip
def test_what_else_is_a_compound_file(
    monkeypatch: pytest.MonkeyPatch, stream: str, sentence: str
) -> None:
    monkeypatch.setitem(sys.modules, "olefile", None)
    with pytest.raises(DocumentError) as raised:
        _read({stream: b"x" * 5000}, "x")
    assert str(raised.value) == sentence


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = compound(message({"1000001F": LINK}))
    monkeypatch.delitem(sys.modules, "safelinks.documents.mail.outlook_messages", raising=False)
    monkeypatch.setitem(sys.modules, "compressed_rtf", None)
    with pytest.raises(DocumentError) as raised:
        read(raw, "x.msg")
    assert str(raised.value) == (
        "x.msg: this is an Outlook message; to read it, run: "
        f"{sys.executable} -m pip install olefile compressed-rtf"
    )


def test_only_messages_load_what_reads_them() -> None:
    code = "import safelinks; safelinks.read(b'{\\\\rtf1 x}', 'x'); safelinks.read(b'x', 'x.txt')"
    assert not _loaded(code) & {"olefile", "compressed_rtf"}


# Damage.

WHOLE = compound(
    message(
        {"0037001F": "x", "1000001F": f"see {LINK}\r\n" * 20, "10130102": ANCHOR.encode()},
        [attached(b"https://c.example/" * 300, "notice.txt")],
        pages=UTF_8,
    )
)


def _survives(raw: bytes) -> None:
    """Nothing but DocumentError is raised, in one sentence."""
    try:
        document = read(raw, "x.msg")
    except DocumentError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("x.msg: ")
    else:
        assert document.original() == raw


def test_a_message_that_is_cut_off() -> None:
    for end in range(8, len(WHOLE), 97):
        _survives(WHOLE[:end])
    with pytest.raises(DocumentError, match="damaged or cut off"):
        read(WHOLE[:700] + "__substg1.0_".encode("utf-16-le"), "x.msg")
    directory = WHOLE.index("Root Entry".encode("utf-16-le"))
    with pytest.raises(DocumentError, match="not an Outlook message"):
        read(
            WHOLE[:directory] + WHOLE[directory:].replace(b"p\0r\0o\0p\0e\0r", b"q\0r\0o\0p\0e\0r"),
            "x.msg",
        )


@given(st.integers(0, 1 << 30), st.integers(1, 60))
def test_bytes_that_are_wrong(seed: int, count: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    raw = bytearray(WHOLE)
    for _ in range(count):
        raw[chance.randrange(8, 512 if chance.random() < 0.2 else len(raw))] = chance.choice(
            (0, 1, 2, 255, 254, 127, chance.randrange(256))
        )
    _survives(bytes(raw))


@all_rows(product(range(0x18, 0x54, 2), (0, 1, 0x7FFF, 0xFFFF, 0x0100)))
def test_headers_that_claim_anything(at: int, value: int) -> None:
    raw = bytearray(WHOLE)
    raw[at : at + 2] = struct.pack("<H", value)
    _survives(bytes(raw))


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0xFFFFFFFF, 50_000, 1])
def test_streams_that_claim_any_size(size: int) -> None:
    name = "__substg1.0_1000001F".encode("utf-16-le")
    at = WHOLE.index(name) + 120
    document = read(WHOLE[:at] + struct.pack("<I", size) + WHOLE[at + 4 :], "x.msg")
    damaged = "x.msg: parts of it are damaged or cut off; the rest was read"
    assert document.notes == ((damaged,) if size > 1 else ())
    assert ("HTML body", None, "the café", TARGET[8:]) in _found(document)


def test_a_table_that_leads_in_circles() -> None:
    (own,) = struct.unpack_from("<I", WHOLE, 0x4C)
    at = 512 + own * 512
    for sector in range(own):
        for goal in (0, sector, sector + 1):
            raw = bytearray(WHOLE)
            raw[at + 4 * sector : at + 4 * sector + 4] = struct.pack("<I", goal)
            _survives(bytes(raw))


def test_a_directory_without_balance() -> None:
    root: dict[str, object] = {f"{at:05}": b"" for at in range(3_000)}
    raw = bytearray(compound(message({"1000001F": LINK}) | root))
    start = struct.unpack_from("<I", raw, 0x30)[0] * 512 + 512
    for entry in range(1, 3_000):  # each only has one on its right
        struct.pack_into("<II", raw, start + entry * 128 + 68, 0xFFFFFFFF, entry + 1)
    struct.pack_into("<I", raw, start + 76, 1)
    with pytest.raises(DocumentError, match="damaged"):
        read(bytes(raw), "x.msg")


@given(st.lists(st.sampled_from(["{", "}", "\\htmlrtf", "0", " ", "{\\*\\htmltag", "\\u", "\\'8", "\\f1", "\\'93", "{\\fonttbl", "x", "\\bin9", "\\*", "\\par", "\r\n", "\\uc", "\\u55357"])))  # fmt: skip
def test_any_encapsulation_is_read(some: list[str]) -> None:
    assert html_in("{\\rtf1\\fromhtml1 " + "".join(some)) is not None
