"""Mail: text that is flowed, text in UTF-7, addresses in header fields, pages in it."""

from __future__ import annotations

import quopri
from email.message import EmailMessage
from itertools import pairwise

import pytest
from building import wrap
from hypothesis import given
from hypothesis import strategies as st

from safelinks import read

A = "https://a.example"
TARGET = "https://example.org/docs/guide.html"
LINK = wrap(TARGET)
FLOWED = "text/plain; charset=utf-8; format=flowed; delsp=yes"


def _mail(body: str, content_type: str = FLOWED, more: str = "") -> bytes:
    head = f"From: a@example.org\nMIME-Version: 1.0\nContent-Type: {content_type}\n{more}\n"
    return (head + body).encode()


BODIES: dict[str, tuple[str, list[str]]] = {
    # a flowed body with spaces to delete, and its addresses
    "soft break": (f"See {A}/pass/ \nabout.page and\n", [f"{A}/pass/about.page"]),
    "several": (f"See {A}/ \na \nb \nc.\n", [f"{A}/abc"]),
    "hard break": (f"See {A}/a\nb\n", [f"{A}/a"]),
    "two spaces": (f"See {A}/a  \nand b\n", [f"{A}/a"]),
    "quoted": (f">> See {A}/a/ \n>> b.page\n", [f"{A}/a/b.page"]),
    "other depth": (f">> {A}/a/ \n> b.page\n", [f"{A}/a/"]),
    "stuffed": (f"See {A}/a/ \n >b\n", [f"{A}/a/"]),
    "signature": (f"{A}/a\n-- \n{A}/b\n", [f"{A}/a", f"{A}/b"]),
    "end": (f"{A}/a ", [f"{A}/a"]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "urls"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_flowed(body: str, urls: list[str], newline: str) -> None:
    raw = _mail(body.replace("\n", newline))
    document = read(raw, "a.eml")
    assert [link.url for link in document.links] == urls
    assert document.cleaned() == raw


def test_no_spaces_are_deleted_unless_the_mail_says_so() -> None:
    for content_type in (FLOWED.replace("yes", "no"), FLOWED.replace("flowed", "fixed"), "text/plain"):  # fmt: skip
        (link,) = read(_mail(f"See {A}/a/ \nb\n", content_type), "a.eml").links
        assert link.url == f"{A}/a/"


@given(
    cuts=st.sets(st.integers(1, len(LINK) - 1), max_size=5),
    quote=st.sampled_from(["", "> ", ">> "]),
)
def test_a_flowed_wrapper_is_whole_wherever_it_is_cut(cuts: set[int], quote: str) -> None:
    bounds = [0, *sorted(cuts), len(LINK)]
    pieces = [LINK[start:end] for start, end in pairwise(bounds)]
    body = f"{quote}See <" + f" \n{quote}".join(pieces) + f"> and\n{quote}more\n"
    for raw in (
        _mail(body),
        _mail(
            quopri.encodestring(body.encode()).decode(),
            more="Content-Transfer-Encoding: quoted-printable\n",
        ),
    ):
        document = read(raw, "a.eml")
        assert [link.target for link in document.links] == [TARGET]
        again = read(document.cleaned(), "a.eml")
        assert [link.url for link in again.links] == [TARGET]
        assert b"safelinks" not in again.original()


def test_utf_7() -> None:
    wrapped = LINK.replace("&", "+ACY-").replace("=", "+AD0-")
    raw = _mail(f"+AD4- caf+AOk- K2+ACQ- {wrapped} end\n", 'text/plain; charset="utf-7"')
    document = read(raw, "a.eml")
    assert [link.target for link in document.links] == [TARGET]
    assert document.cleaned() == raw.replace(wrapped.encode(), TARGET.encode())


FIELDS: dict[str, tuple[str, str]] = {
    "folded": (f"List-Help: <{A}/a\n b\n c\n d.>, <mailto:x@a.example>", f"{A}/abcd."),
    "blank": (f"List-Help: <{A}/a b.>", f"{A}/a%20b."),
    "comment": (f"List-Help: help <{A}/x!> (see there)", f"{A}/x!"),
    "not enclosed": (f"X-Help: {A}/x.", f"{A}/x"),
}  # fmt: skip


@pytest.mark.parametrize(("field", "url"), FIELDS.values(), ids=FIELDS)
def test_header_fields(field: str, url: str) -> None:
    raw = f"{field}\nFrom: a@example.org\n\nx\n".encode()
    document = read(raw, "a.eml")
    assert [link.url for link in document.links] == [url]
    assert document.cleaned() == raw


def test_a_wrapper_in_a_folded_field_is_replaced() -> None:
    folded = "\n ".join(LINK[at : at + 60] for at in range(0, len(LINK), 60))
    raw = f"List-Unsubscribe: <{folded}>, <mailto:x@a.example>\nFrom: a@example.org\n\nx\n".encode()
    document = read(raw, "a.eml")
    assert [link.target for link in document.links] == [TARGET]
    assert document.cleaned().startswith(f"List-Unsubscribe: <{TARGET}>, <mailto:".encode())


def test_a_page_in_a_mail() -> None:
    at = LINK.index("guide")
    message = EmailMessage()
    message["From"] = "a@example.org"
    message.set_content("x")
    page = f'<p><a href="{A}/a b.">{A}/short…</a> See {LINK[:at]}<br>{LINK[at:]} end</p>'
    message.add_alternative(page.replace("&", "&amp;"), subtype="html", cte="quoted-printable")
    document = read(message.as_bytes(), "a.eml")
    assert [(link.target, link.role) for link in document.links] == [
        (f"{A}/a%20b.", None), (f"{A}/short", "link-text"), (TARGET, None),
    ]  # fmt: skip
    assert read(document.cleaned(), "a.eml").links[2].url == TARGET
