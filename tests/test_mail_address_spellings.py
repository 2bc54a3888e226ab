"""How texts spell a mail address, and where in them it stands."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.redaction.mail_address_spellings import (
    flat,
    octets,
    spans,
    tells_of_anybody,
)

pytestmark = pytest.mark.slow  # it is about data, which is the same on every Python

ME = "me@a.org"

FLAT = {
    "percent": ("Me%40A.org", ME),
    "percent, again": ("me%2540a%25252Eorg", ME),
    "HTML, decimal": ("me&#64;a&#0046;org", ME),
    "HTML, hexadecimal": ("me&#x40;a&#X002e;org", ME),
    "HTML, by name": ("me&commat;a&period;org", ME),
    "HTML, again": ("me&amp;amp;#64;a.org", ME),
    "HTML, no semicolon": ("me&#64a.org", "me&#64a.org"),
    "HTML, no semicolon, no digit": ("me&#64z.org", "me@z.org"),
    "HTML within percent": ("me%26%2364%3Ba.org", ME),
    "JavaScript": ("me%u0040a.org", ME),
    "JSON": ("me\\u0040a.org \\x40", f"{ME} @"),
    "Proofpoint": ("me-40a.org", ME),
    "invisible": ("m\u00ade\u200b@\u2060a.o\ufeffrg", ME),
    "wide": ("ｍｅ＠ａ．ｏｒｇ", ME),
    "small": ("me﹫a.org", ME),
    "all names": ("&amp;&commat;&equals;&lowbar;&num;&percnt;&period;&plus;", "&@=_#%.+"),
    "HTML, an ampersand": ("r&amp;d%26amp%3Bx&amp;amp;y", "r&d&x&y"),
    "no code point": ("me&#9999999;x", "mex"),
    "no such name": ("me&at;a.org", "me&at;a.org"),
    "plain": ("100% é -4", "100% é -4"),
    "letters without ASCII": ("É%C3%89", "éé"),
}  # fmt: skip


@pytest.mark.parametrize("case", FLAT)
def test_flat(case: str) -> None:
    spelled, plain = FLAT[case]
    assert flat(octets(spelled)).decode() == plain


# Texts, and what of them is somebody's address.
STANDING = {
    "plain": ("to me@a.org.", "me@a.org"),
    "capitals": ("to ME@A.ORG.", "ME@A.ORG"),
    "percent": ("?m=me%40a.org&", "me%40a.org"),
    "percent, again": ("?m=me%2540a%252Eorg&", "me%2540a%252Eorg"),
    "Proofpoint": ("u=me-40a.org&", "me-40a.org"),
    "quoted-printable": ("me=40a.org", "me=40a.org"),
    "quoted-printable, again": ("me=3D40a.org", "me=3D40a.org"),
    "JSON": ('"me\\u0040a.org"', "me\\u0040a.org"),
    "wide": ("to ｍｅ＠ａ．ｏｒｇ.", "ｍｅ＠ａ．ｏｒｇ"),
    "with a tag": ("to me+news@a.org.", "me+news@a.org"),
    "with two tags": ("to me+a+b@a.org.", "me+a+b@a.org"),
    "VERP": ("bounce+me=a.org@list.example", "me=a.org"),
    "guest": ("me_a.org#EXT#@tenant.example", "me_a.org"),
    "SRS": ("SRS0=hhh=tt=a.org=me@forward.example", "a.org=me"),
    "SRS, again": ("SRS1=hh=first.example==hhh=tt=a.org=me@second.example", "a.org=me"),
    "SRS, with a tag": ("SRS0+hhh=tt=a.org=me+x@forward.example", "a.org=me+x"),
    "behind other letters": ("xme@a.org", "me@a.org"),
}  # fmt: skip


@pytest.mark.parametrize("case", STANDING)
def test_spans(case: str) -> None:
    text, standing = STANDING[case]
    ((start, end),) = spans(text, frozenset({ME}))
    assert octets(text)[start:end].decode() == standing


@pytest.mark.parametrize(
    "text",
    ["", "me", "me@b.org", "you@a.org", "me@@a.org", "m e@a.org", "me.a.org", "SRS0=hhh=tt=b.org=me@x", "SRS0=h&h=tt=a.org=me@x"],
)  # fmt: skip
def test_nobody(text: str) -> None:
    assert spans(text, frozenset({ME})) == []


def test_an_ampersand_in_a_name_may_be_escaped() -> None:
    ((start, end),) = spans("to r&amp;d@a.org.", frozenset({"r&d@a.org"}))
    assert "to r&amp;d@a.org."[start:end] == "r&amp;d@a.org"


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("write", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("around", ["", "/", "d=", "ü/"])
def test_base64_of_every_offset(before: str, write: Callable[[bytes], bytes], around: str) -> None:
    raw = f"{before}{ME} and others".encode()
    text = f"{around}{write(raw).decode()}"
    ((start, end),) = spans(text, frozenset({ME}))
    kept = octets(text)[:start] + octets(text)[end:]
    assert end - start <= 4 * -(-len(ME) // 3) + 4
    assert spans(kept.decode(), frozenset({ME})) == []


def test_base64_with_digits_and_slashes() -> None:
    text = b64encode(b"?o?" + ME.encode()).decode()
    assert text == "P28/bWVAYS5vcmc="
    assert spans(text, frozenset({ME})) == [(4, 15)]


def test_base64_of_an_encoded_address() -> None:
    text = b64encode(b"?m=me%40a.org").decode()
    assert len(spans(text, frozenset({ME}))) == 1


def test_many_are_looked_up_at_once() -> None:
    people = frozenset(f"user{number}@d{number}.example" for number in range(50))
    text = " ".join(sorted(people))
    found = spans(text, people)
    assert [text[start:end] for start, end in found] == sorted(people)


def test_the_address_of_a_guest_is_also_that_of_the_person() -> None:
    guest = frozenset({"me_a.org#ext#@tenant.example"})
    assert [f"see {ME}"[slice(*span)] for span in spans(f"see {ME}", guest)] == [ME]


ANYBODY = {
    "me@a.org": True,
    "me%40a.org": True,
    "me=40a.org": True,
    "me&#64;a.org": True,
    "me@bücher.example": True,
    "me@a.b-c.co": True,
    "me@a.рф": True,
    "me@ücher.example": True,
    "x#EXT#@tenant": True,
    "react@18.2.0": False,
    "me@localhost": False,
    "@a.org": False,
    "/@a.org": False,
    "a-40b.org": False,
    "": False,
    b64encode(b"sent to me@a.org today").decode(): True,
    b64encode(b"sent to me at a.org today").decode(): False,
    b64encode(b"me@" + b"a" * 63 + b".org").decode(): True,
    b64encode(b"me@" + b"a" * 64 + b".org").decode(): False,
}


@pytest.mark.parametrize("text", ANYBODY)
def test_somebody_whoever_it_is(text: str) -> None:
    assert tells_of_anybody(text) == ANYBODY[text]


escapes = st.sampled_from(["%40", "&#64;", "\\u0040", "@", "%u0040", "\uff20", "&commat;"])


@pytest.mark.slow
@given(st.text(max_size=10), escapes, st.integers(0, 4), st.text(max_size=10))
def test_an_address_is_found_however_it_is_escaped(
    before: str, sign: str, times: int, after: str
) -> None:
    address = f"me{sign}a.org"
    for _ in range(times):
        address = quote(address, safe="")
    before, after = (part.encode("utf-8", "replace").decode() for part in (before, after))
    text = f"{before} {address} {after}"
    start, end = len(octets(before)) + 1, len(octets(f"{before} {address}"))
    assert (start, end) in spans(text, frozenset({ME}))
