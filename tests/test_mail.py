"""E-mail: built with the standard library's package, read and cleaned with ours, and read again."""

from __future__ import annotations

import base64
import email
import email.policy
import html
import mailbox
import quopri
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from building import wrap
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read

TARGET = "https://example.org/a?b=1&c=2"
LINK = wrap(TARGET)
E = html.escape
ENCODINGS = ["7bit", "8bit", "quoted-printable", "base64"]


def _mail(
    text: str, markup: str | None = None, *, cte: str = "7bit", charset: str = "utf-8"
) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"], message["From"] = "Notice", "help@example.org"
    message.set_content(text, cte=cte, charset=charset)
    if markup is not None:
        message.add_alternative(markup, subtype="html", cte=cte, charset=charset)
    return message.as_bytes()


def _bodies(raw: bytes) -> Iterator[str]:
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        if not part.is_multipart():
            yield part.get_content()


@pytest.mark.parametrize("cte", ENCODINGS)
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_every_transfer_encoding(cte: str, newline: bytes) -> None:
    def build(link: str) -> bytes:
        text = f"Dear all,\n\nsee {link} or\n{link}, thanks\n"
        markup = f'<p>caf=C3 <a href="{E(link)}">PIP</a> now</p>\n'
        return _mail(text, markup, cte=cte).replace(b"\r\n", newline)

    document = read(build(LINK), "x.eml")
    assert document.format == "mail"
    assert [link.target for link in document.links] == [TARGET] * 3
    assert [link.label for link in document.links] == [None, None, "PIP"]
    assert [link.place.part for link in document.links] == [
        "1 (text/plain)", "1 (text/plain)", "2 (text/html)",
    ]  # fmt: skip
    cleaned = document.cleaned()
    assert b"safelinks" not in cleaned
    expected = list(_bodies(build(TARGET)))
    assert [body.replace("\r\n", "\n") for body in _bodies(cleaned)] == [
        body.replace("\r\n", "\n") for body in expected
    ]
    assert read(cleaned, "x.eml").cleaned() == cleaned
    assert cleaned.count(b"\r\n") == (cleaned.count(b"\n") if newline == b"\r\n" else 0)
    assert all(len(line) <= 78 for line in cleaned.splitlines())
    if cte in ("7bit", "8bit"):
        head = re.split(rb"boundary=", cleaned)[0]
        assert build(LINK).startswith(head)


@pytest.mark.parametrize("cte", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize(
    "charset", ["utf-8", "iso-8859-1", "windows-1252", "iso-2022-jp", "koi8-r"]
)
def test_every_charset(charset: str, cte: str) -> None:
    words = {"iso-2022-jp": "日本", "koi8-r": "привет"}.get(charset, "café à")
    message = EmailMessage()
    message.set_content(f"{words}\n\n{words} <{LINK}> {words}\n", cte=cte, charset=charset)
    raw = message.as_bytes()
    document = read(raw, "x.eml")
    assert [link.target for link in document.links] == [TARGET]
    cleaned = document.cleaned()
    assert list(_bodies(cleaned)) == [f"{words}\n\n{words} <{TARGET}> {words}\n"]


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-7"])
@pytest.mark.parametrize("cte", ["quoted-printable", "base64"])
def test_charsets_that_cannot_be_sliced(charset: str, cte: str) -> None:
    octets = f"café\n\nsee {LINK} or {LINK} or\n".encode(charset)
    encode = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes}[cte]
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {cte}\n\n"
    document = read(head.encode() + encode(octets), "x.eml")
    assert [(link.target, link.line) for link in document.links] == [(TARGET, 3)] * 2
    body = email.message_from_bytes(document.cleaned()).get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode(charset) == f"café\n\nsee {TARGET} or {TARGET} or\n"


B64 = "Content-Transfer-Encoding: base64\n\n"
MIXED = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n"
WORD = "".join(char if char.isalnum() else f"={ord(char):02X}" for char in LINK)
SIGNED = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nsee {LINK}\n"


def _base64(text: str | bytes) -> str:
    return base64.encodebytes(text if isinstance(text, bytes) else text.encode()).decode()


ODD_MAILS: dict[str, str] = {
    "UTF-16 that only its mark tells": f"{MIXED}Content-Type: text/plain\n{B64}{_base64(f'see {LINK}'.encode('utf-16'))}--bb--\n",
    "digest": f"{MIXED.replace('mixed', 'digest')}\nSubject: x\n{B64}{_base64(f'see {LINK}')}--bb--\n",
    "mail in base64 with few headers": f"{MIXED}Content-Type: message/rfc822\n{B64}{_base64(f'To: a@b.c{chr(10)}Subject: =?utf-8?q?see_{WORD}?={chr(10)}{chr(10)}hi')}--bb--\n",
    "wrong byte in a header": f"Subject: =?utf-8?q?a=FF_{WORD}?=\n\nhi\n",
    "no header": f"Hello see {LINK} thanks\n",
    "no empty line": f"To: a@b.c\nHello see {LINK} thanks\n",
    "part of one line": f"{MIXED}Look at {LINK} ok\n--bb--\n",
    "RTF as a text": f"{MIXED}Content-Type: text/rtf\n\n{{\\rtf1 see {LINK.replace('%', chr(92) + chr(39) + '25')}\\par}}\n--bb--\n",
    "encoding with a semicolon": f"Content-Transfer-Encoding: base64;\n\n{_base64(f'see {LINK}')}",
    "space before the colon": f"To: a@b.c\nX-Link : <{LINK}>\n\nhi\n",
}  # fmt: skip


@pytest.mark.parametrize("raw", ODD_MAILS.values(), ids=ODD_MAILS)
def test_odd_mails(raw: str) -> None:
    document = read(raw.encode(), "x.eml")
    assert [link.target for link in document.links] == [TARGET]
    for changed, wrapped in ((document.cleaned(), False), (document.redacted(), True)):
        (link,) = read(changed, "x.eml").links
        assert (link.target, link.wrapped, "First" in link.url) == (TARGET, wrapped, False)


@pytest.mark.parametrize("text", [f"see {LINK} thanks!\n", f"see {LINK} thanks\n", f"{LINK}\nab"])
@pytest.mark.parametrize("footer", ["\n_____\nMailing list footer\n", "\nMailing list\n", f"--\n{LINK}\n"])  # fmt: skip
def test_what_a_list_puts_behind_base64_stays(text: str, footer: str) -> None:
    document = read(f"Subject: x\n{B64}{_base64(text)}{footer}".encode(), "x.eml")
    cleaned = document.cleaned().decode()
    assert cleaned.endswith(footer.replace(LINK, TARGET))
    body = cleaned.partition("\n\n")[2].removesuffix(footer.replace(LINK, TARGET))
    assert base64.b64decode(body).decode() == text.replace(LINK, TARGET)


@pytest.mark.parametrize(
    "body",
    [B64 + _base64(SIGNED), f"Content-Transfer-Encoding: quoted-printable\n\n=2D{SIGNED[1:].replace('=', '=3D')}"],
)  # fmt: skip
def test_what_is_signed_and_encoded_is_left_alone_and_said(body: str) -> None:
    document = read(f"Subject: x\n{body}".encode(), "x.eml")
    assert "is signed" in document.notes[0]
    assert document.cleaned() == document.original()


def test_only_the_encoded_words_with_links_change() -> None:
    raw = (
        f"From: =?utf-8?q?see_{WORD}?= <help@example.org>\n"
        f"List-Unsubscribe: <{LINK}>, =?utf-8?q?x=C3=A9?= <mailto:a@example.org>\n\nhi\n"
    )
    cleaned = read(raw.encode(), "x.eml").cleaned()
    again = email.message_from_bytes(cleaned, policy=email.policy.default)
    (sender,) = again["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (f"see {TARGET}", "help@example.org")
    assert f"<{TARGET}>, =?utf-8?q?x=C3=A9?= <mailto:a@example.org>".encode() in cleaned


@pytest.mark.parametrize("count", ["{}\n", "{}       \n"])
def test_a_mail_that_is_counted(count: str) -> None:
    mail, notes = f"Subject: s\n\nsee {LINK} ok\n", '<?xml version="1.0"?>\n<plist/>\n'
    document = read((count.format(len(mail)) + mail + notes).encode(), "x.emlx")
    assert [(link.target, link.line) for link in document.links] == [(TARGET, 4)]
    first, _, rest = document.cleaned().partition(b"\n")
    assert len(first) == len(count.format(len(mail))) - 1
    assert rest[: int(first)].decode() == mail.replace(LINK, TARGET)
    assert rest[int(first) :].decode() == notes


def test_utf_16_with_a_mark_on_every_line() -> None:
    octets = b"".join(f"{line}\n".encode("utf-16") for line in ("hello", f"see {LINK} now"))
    head = b"Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n"
    document = read(head + base64.encodebytes(octets), "x.eml")
    assert [link.target for link in document.links] == [TARGET]
    assert not any(link.wrapped for link in read(document.cleaned(), "x.eml").links)
    assert len(read(document.cleaned(), "x.eml").links) == 1


def test_only_the_lines_of_links_change_in_quoted_printable() -> None:
    text = "Ünï = cödé\n" * 30 + f"{'ü' * 20} see {LINK} and {'ü' * 40}\n" + "=20 and tab\t\n" * 20
    raw = _mail(text, cte="quoted-printable")
    cleaned = read(raw, "x.eml").cleaned()
    before, after = raw.splitlines(), cleaned.splitlines()
    changed = [line for line in after if line not in before]
    assert 1 <= len(changed) <= 4
    (body,) = _bodies(cleaned)
    assert body.replace("\r\n", "\n") == text.replace(LINK, TARGET)


def test_a_character_that_the_charset_lacks_is_percent_encoded() -> None:
    raw = _mail(
        f"see {wrap('https://example.org/日')}\n", cte="quoted-printable", charset="iso-8859-1"
    )
    assert "https://example.org/%E6%97%A5" in next(_bodies(read(raw, "x.eml").cleaned()))


@pytest.mark.parametrize("cte", ENCODINGS)
def test_places_are_lines_of_the_file_where_it_has_them(cte: str) -> None:
    raw = _mail(f"one\n\nsee {LINK}\n", cte=cte)
    (link,) = read(raw, "x.eml").links
    assert link.place.part is None
    row = raw.splitlines()[(link.line or 0) - 1]
    if cte == "base64":
        assert link.line == 3
    else:
        assert row[(link.column or 0) - 1 :].startswith(b"https://nam06")


def test_headers() -> None:
    word = "=?utf-8?q?caf=C3=A9_see_https=3A//a=2Eexample/x?="
    folded = LINK[:60] + "\r\n " + LINK[60:]
    raw = (
        f"Subject: {word}\r\nList-Unsubscribe: <mailto:x@y.org>,\r\n\t<{folded}>\r\n"
        f"List-Help: <{LINK}>\r\nX-A: caf\u00e9\r\n\r\nHi\r\n"
    ).encode()
    document = read(raw, "x.eml")
    assert [(link.place.part, link.line, link.target) for link in document.links] == [
        ("header Subject", 1, "https://a.example/x"),
        ("header List-Unsubscribe", 3, TARGET),
        ("header List-Help", 5, TARGET),
    ]
    assert document.cleaned() == raw.replace(folded.encode(), TARGET.encode()).replace(
        LINK.encode(), TARGET.encode()
    )


def test_an_encoded_header_is_encoded_again() -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = f"Café: {LINK} und {LINK}"
    message.set_content("x\n")
    cleaned = read(message.as_bytes(), "x.eml").cleaned()
    again = email.message_from_bytes(cleaned, policy=email.policy.default)
    assert again["Subject"] == f"Café: {TARGET} und {TARGET}"


def test_a_mailbox(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "x.mbox")
    for at in range(3):
        message = EmailMessage()
        message["Subject"] = f"number {at}"
        message.set_content(f"From here\n\nFrom there <{wrap(f'https://a.example/{at}')}>\n")
        box.add(message)
    box.close()
    document = read(tmp_path / "x.mbox")
    assert [(link.place.message, link.target) for link in document.links] == [
        (at + 1, f"https://a.example/{at}") for at in range(3)
    ]
    (tmp_path / "y.mbox").write_bytes(document.cleaned())
    again = mailbox.mbox(tmp_path / "y.mbox")
    assert [str(message["subject"]) for message in again] == ["number 0", "number 1", "number 2"]
    again.close()
    assert [link.wrapped for link in read(tmp_path / "y.mbox").links] == [False] * 3


def test_text_before_and_behind_the_parts() -> None:
    raw = (
        f"Content-Type: multipart/mixed; boundary=a\n\n{LINK}\n--a\nContent-Type: multipart/related; "
        f"boundary=ab\n\n--ab\n\nsee {LINK}\n--ab--\n{LINK}\n--a--\n{LINK}\n"
    ).encode()
    document = read(raw, "x.eml")
    assert [(str(link.place), link.target) for link in document.links] == [
        ("line 3", TARGET), ("part 1.1 (text/plain), line 9", TARGET),
        ("part 1 (multipart/related), line 11", TARGET), ("line 13", TARGET),
    ]  # fmt: skip
    assert document.cleaned() == raw.replace(LINK.encode(), TARGET.encode())


def test_attached_messages_and_documents() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content(f"see {LINK}\n", cte="quoted-printable")
    outer = EmailMessage()
    outer["Subject"] = "outer"
    outer.set_content("hello\n")
    outer.add_attachment(inner)
    outer.add_attachment(
        f'{{"a": "{LINK}"}}'.encode(),
        maintype="application",
        subtype="octet-stream",
        filename="a.json",
    )
    outer.add_attachment(
        b"\x89PNG\r\n" + LINK.encode(), maintype="image", subtype="png", filename="a.png"
    )
    document = read(outer.as_bytes(), "x.eml")
    assert [(link.place.part, link.target) for link in document.links] == [
        ("2.1 (text/plain)", TARGET), ("3 (application/octet-stream)", TARGET),
    ]  # fmt: skip
    again = email.message_from_bytes(document.cleaned(), policy=email.policy.default)
    bodies = [part.get_content() for part in again.walk() if not part.is_multipart()]
    assert bodies[1:3] == [f"see {TARGET}\n", f'{{"a": "{TARGET}"}}'.encode()]
    assert LINK.encode() in bodies[3]


def test_what_is_signed_is_left_alone_and_said() -> None:
    signed = EmailMessage()
    signed["Subject"] = "signed"
    signed.set_content(f"see {LINK}\n")
    signed.make_mixed()
    raw = signed.as_bytes().replace(b"multipart/mixed", b"multipart/signed")
    document = read(raw, "x.eml")
    assert document.notes == (
        "x.eml: the message is signed: its links are read, but it is not changed",
    )
    assert [link.target for link in document.links] == [TARGET]
    assert document.cleaned() == raw
    inline = _mail(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nsee {LINK}\n")
    document = read(inline, "x.eml")
    assert "is signed" in document.notes[0]
    assert document.cleaned() == inline


def test_what_is_sealed_is_said() -> None:
    raw = b"Subject: x\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nAAAA\n"
    document = read(raw, "x.eml")
    assert document.notes == (
        "x.eml: the message is encrypted or sealed, so its links cannot be read",
    )
    assert document.cleaned() == raw


def test_parts_without_end() -> None:
    raw = b"Subject: x\n"
    for at in range(40):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at)
    document = read(raw + b"\n" + LINK.encode(), "x.eml")
    assert "parts nested too deeply" in document.notes[0]
    assert document.cleaned()
    nested = f"see {LINK}\n".encode()
    for _ in range(12):
        outer = EmailMessage()
        outer["Subject"] = "x"
        outer.set_content("x")
        outer.add_attachment(
            nested, maintype="application", subtype="octet-stream", filename="a.eml"
        )
        nested = outer.as_bytes()
    assert "nested too deeply" in read(nested, "x.eml").notes[0]


@pytest.mark.parametrize(
    "raw",
    [
        f"Content-Type: text/plain; charset=nonsense\n\n{LINK}\n",
        f"Content-Type: text/plain; charset=\"utf\0-8\"\n\n{LINK}\n",
        f"Content-Type: text/plain; charset=base64\n\n{LINK}\n",
        f"Content-Type: text/plain; charset*=x'y'%FF\n\n{LINK}\n",
        f"Content-Type: ;;;\n\n{LINK}\n",
        f"Content-Type: multipart/mixed\n\n{LINK}\n",
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{LINK}\n",
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n\n{LINK}\n--b--\n{LINK}",
        f"Content-Transfer-Encoding: nonsense\n\n{LINK}\n",
        f"Content-Type: message/rfc822\n\nContent-Type: text/html\n\n<a href='{LINK}'>",
        f"no header\n\n{LINK}\n",
        f"\n{LINK}\n",
    ],
)  # fmt: skip
def test_malformed_mail_is_read_all_the_same(raw: str) -> None:
    document = read(raw.encode(), "x.eml")
    assert [link.target for link in document.links] == [TARGET] * raw.count(LINK)
    assert not any(link.wrapped for link in read(document.cleaned(), "x.eml").links)


@pytest.mark.parametrize(
    "start",
    ["Received: from x by y\n", "From x@y.org Mon\nTo: a\n", "A: b\n c\nMIME-Version: 1.0\n"],
)
def test_a_mail_is_known_by_its_headers(start: str) -> None:
    assert read(f"{start}\n{LINK}".encode(), "notice.txt").format == "mail"


@pytest.mark.parametrize(
    "start", ["From: the Mayor's office\nTo: all\n", "Note: x\n", "From here on:\n", "Subject: x\n"]
)
def test_a_text_that_begins_like_a_mail_is_a_text(start: str) -> None:
    assert read(f"{start}\n{LINK}".encode(), "notice.txt").format == "text"


@given(
    st.binary(max_size=400),
    st.sampled_from(["multipart/mixed; boundary=b", "text/html", "message/rfc822"]),
)
def test_any_bytes_are_a_mail(body: bytes, kind: str) -> None:
    for cte in ("base64", "quoted-printable", "8bit"):
        raw = f"Content-Type: {kind}\nContent-Transfer-Encoding: {cte}\n\n--b\n".encode() + body
        document = read(raw, "x.eml")
        if not any(link.wrapped for link in document.links):
            assert document.cleaned() == raw


ADDRESSES = st.text("abcxyz019/._~-=&;,%+!$é", max_size=60).map(
    lambda rest: f"https://example.org/?q={rest}z"
)


@pytest.mark.slow
@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
@given(st.lists(ADDRESSES, min_size=1, max_size=5), st.data())
def test_a_cleaned_mail_has_the_same_targets_and_no_wrapper(
    cte: str, targets: list[str], data: st.DataObject
) -> None:
    some = [wrap(one) if data.draw(st.booleans()) else one for one in targets]
    markup = "".join(f'<p>ü <a href="{E(one)}">x</a>\n' for one in some)
    document = read(_mail("\n".join(f"see {one} now" for one in some), markup, cte=cte), "x.eml")
    again = read(document.cleaned(), "x.eml")
    assert [link.target for link in again.links] == [link.target for link in document.links]
    assert len(again.links) == 2 * len(targets)
    assert not any(link.wrapped for link in again.links)


@pytest.mark.slow
@pytest.mark.parametrize(
    "raw",
    [b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 20_000,
     b"A: b\n" * 50_000, b"A: <" + b"\n <" * 50_000, b"From x\n\n" * 20_000, b"Content-Type: text/html\n" + b"\n" * 99_999,
     b"Subject: " + b"=?utf-8?q?a?= " * 10_000],
    ids=["parts", "headers", "folds", "messages", "blank", "words"],
)  # fmt: skip
def test_hostile_mails_end(raw: bytes) -> None:
    assert read(raw, "x.eml").cleaned() == raw
